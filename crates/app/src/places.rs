//! Places: which are the tenant's own, and what people call them.

use std::collections::{BTreeMap, BTreeSet};

use gs1::{Identifier, Key};
use lineage::Lineage;
use store::{EventHead, Scope, Store};

use crate::{AppError, Caller};

/// The tenant's own places among some. A tenant that registered no identifier owns none.
#[derive(Default)]
pub(crate) struct OwnPlaces(BTreeSet<String>);

impl OwnPlaces {
    /// Looks up these places.
    pub(crate) async fn among(store: &Store, scope: &Scope, places: &BTreeSet<String>) -> Result<Self, AppError> {
        let wanted = places.iter().cloned().chain(places.iter().filter_map(|place| site(place))).collect();
        let owners = store.owners(scope.tenant().id, &wanted).await?;
        Ok(Self(owners.into_iter().filter(|(_, party)| party.is_none()).map(|(place, _)| place).collect()))
    }

    /// Whether a place, or the location that it is a part of, is the tenant's own.
    pub(crate) fn contains(&self, place: &str) -> bool {
        self.0.contains(place) || site(place).is_some_and(|site| self.0.contains(&site))
    }
}

/// The location that a place with a GLN extension is a part of.
fn site(place: &str) -> Option<String> {
    match Identifier::new(place).key() {
        Key::Gln { gln, extension: Some(_) } => Some(Key::Gln { gln: *gln, extension: None }.to_string()),
        _ => None,
    }
}

/// The places that an event names.
pub(crate) fn places_of(event: &EventHead) -> impl Iterator<Item = &str> {
    let places = [&event.read_point, &event.biz_location, &event.from_place, &event.to_place];
    places.into_iter().filter_map(Option::as_deref)
}

/// Every place that an answer names.
pub(crate) fn places_in(lineage: &Lineage) -> BTreeSet<String> {
    let mut places = BTreeSet::new();
    for node in lineage.nodes() {
        if let Some(domain::TlcSource::Place(place)) = node.lot.as_ref().map(|lot| &lot.source) {
            places.insert(place.clone());
        }
        let seen = node.sightings.iter();
        let named =
            seen.flat_map(|sighting| [&sighting.place, &sighting.location, &sighting.from_place, &sighting.to_place]);
        places.extend(named.flatten().cloned());
    }
    places
}

impl Caller {
    /// Names of places, as far as the caller's own records and registry know them.
    ///
    /// # Errors
    /// [`AppError`].
    pub async fn names_of_places(&self) -> Result<BTreeMap<String, String>, AppError> {
        self.place_names(None).await
    }

    /// Names of these places, or of all: master data first, then the registry.
    pub(crate) async fn place_names(
        &self,
        wanted: Option<&BTreeSet<String>>,
    ) -> Result<BTreeMap<String, String>, AppError> {
        let mut names = BTreeMap::new();
        if self.is_staff() {
            names = self.app.store().names(self.tenant.id).await?;
            names.retain(|place, _| wanted.is_none_or(|wanted| wanted.contains(place)));
        }
        for (id, elements) in self.scope().await?.vocabulary(wanted).await? {
            let described = elements.iter().map(fsma204::LocationDescription::from_vocabulary);
            if let Some(name) = described.into_iter().find_map(|place| place.business_name) {
                names.insert(id, name);
            }
        }
        Ok(names)
    }
}
