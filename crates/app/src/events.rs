//! Looking events up.

use std::collections::{BTreeMap, BTreeSet};

use domain::{EventId, Profile};
use epcis::{Event, EventKind};
use jiff::Timestamp;
use lineage::{Role, Sighting};
use policy::{Visible, project};
use store::{EventHead, EventPosition, SeenEvent};

use crate::{
    AppError, Caller, Page, ShownLot,
    cursor::Cursors,
    lots::shown_by_id,
    places::{OwnPlaces, places_of},
    sighting::{Details, sighting},
    stages::Kinds,
};

pub use store::EventFilter;

/// An event as it may be shown.
#[derive(Clone, Debug)]
pub struct ShownEvent {
    /// Its type, for those who may see more than that it happened.
    pub kind: Option<EventKind>,
    /// What may be shown of it as a whole.
    pub about: Visible<Sighting>,
    /// The lots, units and instances on it that may be seen, in the order of the event.
    pub mentions: Vec<ShownMention>,
    /// The event itself, for those who may see all of it.
    pub event: Option<Event>,
    /// When it was recorded here, for those who may see all of it.
    pub recorded_at: Option<Timestamp>,
    /// Whether it was declared wrong later.
    pub retracted: bool,
}

/// A lot, unit or instance on an event.
#[derive(Clone, Debug)]
pub struct ShownMention {
    /// Which.
    pub lot: ShownLot,
    /// In which part.
    pub role: Role,
    /// Amount and unit of measure, where they may be shown.
    pub quantity: Option<(String, Option<String>)>,
}

fn sealed(position: EventPosition) -> Vec<u8> {
    [position.time.to_be_bytes().as_slice(), &position.tie.to_be_bytes()].concat()
}

fn unsealed(bytes: &[u8]) -> Option<EventPosition> {
    let (time, rest) = bytes.split_first_chunk()?;
    Some(EventPosition { time: i64::from_be_bytes(*time), tie: u128::from_be_bytes(rest.try_into().ok()?) })
}

impl Caller {
    /// An event by its reference. `None` when it is not there or not to be seen.
    ///
    /// # Errors
    /// [`AppError`].
    pub async fn event(&self, reference: &str) -> Result<Option<ShownEvent>, AppError> {
        let reference =
            if self.is_staff() { gs1::Identifier::new(reference).canonical() } else { reference.to_owned() };
        let filter = EventFilter { references: vec![reference], ..EventFilter::default() };
        let found = self.scope().await?.events(&filter, None, 1).await?;
        Ok(self.shown(found).await?.pop())
    }

    /// Events in order of event time, a page at a time.
    ///
    /// # Errors
    /// [`AppError::BadCursor`].
    pub async fn events(
        &self,
        filter: &EventFilter,
        after: Option<&str>,
        first: u16,
    ) -> Result<Page<ShownEvent>, AppError> {
        let scope = self.scope().await?;
        let cursors = Cursors::new(scope, &("events", filter));
        let after = after.map(|cursor| unsealed(&cursors.open(cursor)?).ok_or(AppError::BadCursor)).transpose()?;
        let mut found = scope.events(filter, after, u64::from(first) + 1).await?;
        let has_next = found.len() > usize::from(first);
        found.truncate(usize::from(first));
        let positions: Vec<EventPosition> = found.iter().map(|event| event.position).collect();
        let shown = self.shown(found).await?;
        let entries = shown
            .into_iter()
            .zip(positions)
            .map(|(event, position)| Ok((event, cursors.seal(&sealed(position))?)))
            .collect::<Result<_, AppError>>()?;
        Ok(Page { entries, has_next })
    }

    /// Events with the lots on them, looked up together.
    async fn shown(&self, events: Vec<SeenEvent>) -> Result<Vec<ShownEvent>, AppError> {
        let scope = self.scope().await?;
        let ids: BTreeSet<EventId> = events.iter().map(|event| event.id).collect();
        let mentions = scope.mentions_on(&ids).await?;
        let lots = shown_by_id(scope, &mentions.iter().map(|mention| mention.thing).collect()).await?;
        let kinds = Kinds(lots.values().map(|lot| (lot.identifier.clone(), lot.kind)).collect());
        let heads: BTreeMap<EventId, EventHead> =
            scope.heads(&ids).await?.into_iter().map(|head| (head.id, head)).collect();
        let places = heads.values().flat_map(places_of).map(str::to_owned).collect();
        let own = OwnPlaces::among(self.app.store(), scope, &places).await?;
        let mut by_event: BTreeMap<EventId, Vec<_>> = BTreeMap::new();
        for mention in mentions {
            by_event.entry(mention.event).or_default().push(mention);
        }
        let shown = events.into_iter().filter_map(|event| {
            let head = heads.get(&event.id)?;
            let mentions = by_event.remove(&event.id).unwrap_or_default();
            let details = Details::of(&event, &kinds);
            let cut = |role, quantity| {
                let full = details.complete(sighting(&self.tenant.name, head, role, quantity));
                project(full, event.seen, |place| own.contains(place))
            };
            let mentions = mentions
                .into_iter()
                .filter_map(|mention| {
                    let lot = lots.get(&mention.thing)?.clone();
                    let quantity = cut(mention.role, mention.quantity).into_inner().quantity;
                    Some(ShownMention { lot, role: mention.role, quantity })
                })
                .collect();
            let about = cut(Role::Object, None);
            let whole = event.seen.profile == Profile::Full;
            Some(ShownEvent {
                kind: (event.seen.profile >= Profile::Trace).then_some(event.event.kind),
                about,
                mentions,
                retracted: event.retracted,
                recorded_at: whole.then_some(event.recorded_at),
                event: whole.then_some(event.event),
            })
        });
        Ok(shown.collect())
    }
}
