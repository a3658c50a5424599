//! One keeper's records, loaded ahead, as the spreadsheet's rows ask for them.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Direction, EventId, LotKey, Profile, ThingId, Viewer};
use epcis::{Event, QuantityElement, VocabularyElement};
use fsma204::{LocationDescription, LotRecord, LotState, LotStates, ProductDescription, Records};
use gs1::{Identifier, Key};
use jiff::Timestamp;
use lineage::{Change, ThingKind, contents_handed_over};
use store::{Inside, Scope, SeenThing};

use crate::{AppError, stages::Kinds};

/// Everything that the rows of some events need.
pub(crate) struct Keeper {
    things: BTreeMap<ThingId, SeenThing>,
    by_identifier: BTreeMap<String, ThingId>,
    mentioned: BTreeMap<EventId, BTreeSet<ThingId>>,
    kinds: Kinds,
    inside: Inside,
    vocabulary: BTreeMap<String, Vec<VocabularyElement>>,
    /// Events before packing, by the canonical identifier of the lot.
    before_packing: BTreeMap<String, Vec<Event>>,
}

impl Keeper {
    /// Loads what these events need: their lots, the contents of their units, the records of harvest lots behind
    /// them, and master data.
    pub(crate) async fn load(scope: &Scope, events: &BTreeSet<EventId>) -> Result<Self, AppError> {
        let mut mentioned: BTreeMap<EventId, BTreeSet<ThingId>> = BTreeMap::new();
        for mention in scope.mentions_on(events).await? {
            mentioned.entry(mention.event).or_default().insert(mention.thing);
        }
        let mut ids: BTreeSet<ThingId> = mentioned.values().flatten().copied().collect();
        let inside = contents_in_full(scope, &ids).await?;
        ids.extend(inside.values().flatten().filter_map(|(_, change)| change.child));
        ids.extend(scope.derivations(&ids, Direction::Back).await?.into_iter().map(|row| row.input));
        let things: BTreeMap<ThingId, SeenThing> =
            scope.things(&ids).await?.into_iter().map(|thing| (thing.id, thing)).collect();
        // Of several lots of one class, the one whose source is known.
        let mut ordered: Vec<&SeenThing> = things.values().collect();
        ordered.sort_by_key(|thing| !thing.lot.as_ref().is_some_and(LotKey::is_provisional));
        let by_identifier = ordered.into_iter().map(|thing| (thing.identifier.clone(), thing.id)).collect();
        let kinds = Kinds(things.values().map(|thing| (thing.identifier.clone(), thing.kind)).collect());
        let before_packing = before_packing(scope, &things).await?;
        let vocabulary = scope.vocabulary(None).await?;
        Ok(Self { things, by_identifier, mentioned, kinds, inside, vocabulary, before_packing })
    }

    /// The records as one event means them: where several lots have the same class, those that it is about.
    pub(crate) fn of_event(&self, event: EventId) -> OnEvent<'_> {
        OnEvent { keeper: self, mentioned: self.mentioned.get(&event) }
    }

    fn record(&self, thing: ThingId) -> Option<LotRecord> {
        let thing = self.things.get(&thing)?;
        let key = thing.lot.as_ref()?;
        Some(LotRecord { tlc: key.tlc.clone(), source: key.source.clone(), reference: thing.reference.clone() })
    }

    fn described<T>(&self, id: &str, read: impl Fn(&VocabularyElement) -> Option<T>) -> Option<T> {
        self.vocabulary.get(id)?.iter().find_map(read)
    }
}

/// What was put into units and taken out, as far as the viewer sees the events that say so in full.
async fn contents_in_full(scope: &Scope, units: &BTreeSet<ThingId>) -> Result<Inside, AppError> {
    let mut inside = scope.contents_of(units).await?;
    if scope.viewer() == Viewer::Own {
        return Ok(inside);
    }
    let ids = inside.values().flatten().map(|(event, _)| *event).collect();
    let full: BTreeSet<EventId> = in_full(scope, &ids).await?.into_keys().collect();
    for changes in inside.values_mut() {
        changes.retain(|(event, _)| full.contains(event));
    }
    Ok(inside)
}

/// The events that the viewer sees in full and that are not retracted.
async fn in_full(scope: &Scope, ids: &BTreeSet<EventId>) -> Result<BTreeMap<EventId, Event>, AppError> {
    let mut events = scope.events_by_id(ids).await?;
    events.retain(|event| event.seen.profile == Profile::Full && !event.retracted);
    Ok(events.into_iter().map(|event| (event.id, event.event)).collect())
}

async fn before_packing(
    scope: &Scope,
    things: &BTreeMap<ThingId, SeenThing>,
) -> Result<BTreeMap<String, Vec<Event>>, AppError> {
    let harvest = things.values().filter(|thing| thing.kind == ThingKind::HarvestLot).map(|thing| thing.id).collect();
    let mentions = scope.mentions_of(&harvest).await?;
    let ids = mentions.iter().map(|mention| mention.event).collect();
    let events = in_full(scope, &ids).await?;
    let mut found: BTreeMap<String, Vec<Event>> = BTreeMap::new();
    for mention in mentions {
        if let (Some(thing), Some(event)) = (things.get(&mention.thing), events.get(&mention.event)) {
            found.entry(thing.identifier.clone()).or_default().push(event.clone());
        }
    }
    Ok(found)
}

impl LotStates for Keeper {
    fn state(&self, identifier: &Identifier) -> LotState {
        self.kinds.state(identifier)
    }
}

impl Records for Keeper {
    fn lot(&self, class: &Identifier) -> Option<LotRecord> {
        self.record(*self.by_identifier.get(&class.canonical())?)
    }

    fn contents(&self, unit: &Identifier, at: Timestamp) -> Vec<QuantityElement> {
        let Some(&unit) = self.by_identifier.get(&unit.canonical()) else { return Vec::new() };
        let mut found = Vec::new();
        let mut open = vec![unit];
        let mut seen = BTreeSet::from([unit]);
        while let Some(unit) = open.pop() {
            let Some(changes) = self.inside.get(&unit) else { continue };
            let changes: Vec<Change<ThingId>> = changes.iter().map(|(_, change)| change.clone()).collect();
            for content in contents_handed_over(&changes, at) {
                let Some(thing) = self.things.get(&content.child).filter(|thing| seen.insert(thing.id)) else {
                    continue;
                };
                if thing.kind == ThingKind::Unit {
                    open.push(thing.id);
                    continue;
                }
                found.push(QuantityElement {
                    epc_class: Identifier::new(thing.identifier.as_str()),
                    quantity: content.amount.and_then(|amount| amount.normalize().to_string().parse().ok()),
                    uom: content.uom,
                });
            }
        }
        found
    }

    fn place(&self, id: &Identifier) -> Option<LocationDescription> {
        let known = |key: &str| self.described(key, |element| Some(LocationDescription::from_vocabulary(element)));
        known(&id.canonical()).or_else(|| match id.key() {
            // A part of a location is at the location's address.
            Key::Gln { gln, extension: Some(_) } => known(&Key::Gln { gln: *gln, extension: None }.to_string()),
            _ => None,
        })
    }

    fn product(&self, class: &Identifier) -> Option<ProductDescription> {
        let known = |key: &str| self.described(key, |element| Some(ProductDescription::from_vocabulary(element)));
        known(&class.canonical()).or_else(|| match class.key() {
            Key::Lgtin { gtin, .. } | Key::Sgtin { gtin, .. } => known(&Key::Gtin { gtin: *gtin }.to_string()),
            Key::Uri(uri) => known(uri.rsplit_once("/lot/")?.0),
            _ => None,
        })
    }

    fn events_of(&self, class: &Identifier) -> Vec<Event> {
        self.before_packing.get(&class.canonical()).cloned().unwrap_or_default()
    }
}

/// The records of a [`Keeper`] for the rows of one event.
pub(crate) struct OnEvent<'a> {
    keeper: &'a Keeper,
    mentioned: Option<&'a BTreeSet<ThingId>>,
}

impl LotStates for OnEvent<'_> {
    fn state(&self, identifier: &Identifier) -> LotState {
        self.keeper.state(identifier)
    }
}

impl Records for OnEvent<'_> {
    fn lot(&self, class: &Identifier) -> Option<LotRecord> {
        let canonical = class.canonical();
        let is_meant = |id: &ThingId| self.keeper.things.get(id).is_some_and(|thing| thing.identifier == canonical);
        let meant = self.mentioned.and_then(|mentioned| mentioned.iter().copied().find(is_meant));
        meant.map_or_else(|| self.keeper.lot(class), |thing| self.keeper.record(thing))
    }

    fn contents(&self, unit: &Identifier, at: Timestamp) -> Vec<QuantityElement> {
        self.keeper.contents(unit, at)
    }

    fn place(&self, id: &Identifier) -> Option<LocationDescription> {
        self.keeper.place(id)
    }

    fn product(&self, class: &Identifier) -> Option<ProductDescription> {
        self.keeper.product(class)
    }

    fn events_of(&self, class: &Identifier) -> Vec<Event> {
        self.keeper.events_of(class)
    }
}
