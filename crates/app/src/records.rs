//! The records that a question is asked of: what had happened by an instant, as far as it was known by another.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Direction, EventId, ThingId};
use jiff::Timestamp;
use store::{Derived, Inside, Mentioned, Scope, SeenEvent, SeenThing};

use crate::AppError;

/// One scope's records at two instants. Every question about lineage reads through this.
#[derive(Clone, Copy)]
pub(crate) struct Records<'a> {
    pub(crate) scope: &'a Scope,
    /// Events up to this instant.
    pub(crate) as_of: Timestamp,
    /// Events recorded up to this instant; `None` for everything that is known today.
    known_at: Option<Timestamp>,
}

impl<'a> Records<'a> {
    pub(crate) fn new(scope: &'a Scope, as_of: Option<Timestamp>, known_at: Option<Timestamp>) -> Self {
        Self { scope, as_of: as_of.unwrap_or(Timestamp::MAX), known_at }
    }

    /// Whether an event had happened.
    pub(crate) fn happened(&self, event: &SeenEvent) -> bool {
        event.event.event_time.instant() <= self.as_of
    }

    pub(crate) async fn derivations(
        &self,
        things: &BTreeSet<ThingId>,
        direction: Direction,
    ) -> Result<Vec<Derived>, AppError> {
        let mut derived = self.scope.derivations(things, direction).await?;
        derived.retain(|row| row.consumed_at <= self.as_of);
        let known = self.known(derived.iter().flat_map(|row| [row.input_event, row.output_event])).await?;
        derived.retain(|row| known.has(row.input_event) && known.has(row.output_event));
        Ok(derived)
    }

    /// Also what was asserted of a later time: it may prove what was inside before.
    pub(crate) async fn contents_of(&self, units: &BTreeSet<ThingId>) -> Result<Inside, AppError> {
        self.known_changes(self.scope.contents_of(units).await?).await
    }

    pub(crate) async fn units_around(&self, things: &BTreeSet<ThingId>) -> Result<Inside, AppError> {
        self.known_changes(self.scope.units_around(things).await?).await
    }

    pub(crate) async fn mentions_of(&self, things: &BTreeSet<ThingId>) -> Result<Vec<Mentioned>, AppError> {
        let mut mentions = self.scope.mentions_of(things).await?;
        let known = self.known(mentions.iter().map(|mention| mention.event)).await?;
        mentions.retain(|mention| known.has(mention.event));
        Ok(mentions)
    }

    pub(crate) async fn events(&self, ids: &BTreeSet<EventId>) -> Result<BTreeMap<EventId, SeenEvent>, AppError> {
        let events = self.scope.events_by_id(ids).await?;
        Ok(events.into_iter().map(|event| (event.id, event)).collect())
    }

    pub(crate) async fn things(&self, ids: &BTreeSet<ThingId>) -> Result<BTreeMap<ThingId, SeenThing>, AppError> {
        Ok(self.scope.things(ids).await?.into_iter().map(|thing| (thing.id, thing)).collect())
    }

    async fn known_changes(&self, mut inside: Inside) -> Result<Inside, AppError> {
        let known = self.known(inside.values().flatten().map(|(event, _)| *event)).await?;
        for changes in inside.values_mut() {
            changes.retain(|(event, _)| known.has(*event));
        }
        Ok(inside)
    }

    /// Which of these events had been recorded by then.
    async fn known(&self, events: impl Iterator<Item = EventId>) -> Result<Known, AppError> {
        let Some(at) = self.known_at else { return Ok(Known(None)) };
        let events = self.scope.events_by_id(&events.collect()).await?;
        let known = events.into_iter().filter(|event| event.recorded_at <= at).map(|event| event.id);
        Ok(Known(Some(known.collect())))
    }
}

/// Events that were known; `None` for all.
struct Known(Option<BTreeSet<EventId>>);

impl Known {
    fn has(&self, event: EventId) -> bool {
        self.0.as_ref().is_none_or(|known| known.contains(&event))
    }
}
