//! The records that a question is asked of: what had happened by an instant, as far as it was known by another.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Direction, EventId, ThingId};
use jiff::Timestamp;
use store::{Derived, Inside, Mentioned, Scope, SeenEvent, SeenThing};

use crate::AppError;

/// One scope's records at two instants. Every question about lineage reads through this.
#[derive(Clone)]
pub(crate) struct Records {
    pub(crate) scope: Scope,
    /// Events up to this instant.
    pub(crate) as_of: Timestamp,
}

impl Records {
    /// Records of events up to `as_of`, as they were known at `known_at`; without either, all that is known today.
    pub(crate) fn new(scope: &Scope, as_of: Option<Timestamp>, known_at: Option<Timestamp>) -> Self {
        let scope = known_at.map_or_else(|| scope.clone(), |instant| scope.as_known_at(instant));
        Self { scope, as_of: as_of.unwrap_or(Timestamp::MAX) }
    }

    /// Whether an event had happened.
    pub(crate) fn happened(&self, event: &SeenEvent) -> bool {
        event.event.event_time.instant() <= self.as_of
    }

    /// Processes that had come to their end.
    pub(crate) async fn derivations(
        &self,
        things: &BTreeSet<ThingId>,
        direction: Direction,
    ) -> Result<Vec<Derived>, AppError> {
        let mut derived = self.scope.derivations(things, direction).await?;
        derived.retain(|row| row.consumed_at.max(row.produced_at) <= self.as_of);
        Ok(derived)
    }

    pub(crate) async fn contents_of(&self, units: &BTreeSet<ThingId>) -> Result<Inside, AppError> {
        Ok(self.asserted(self.scope.contents_of(units).await?))
    }

    pub(crate) async fn units_around(&self, things: &BTreeSet<ThingId>) -> Result<Inside, AppError> {
        Ok(self.asserted(self.scope.units_around(things).await?))
    }

    /// What is asserted of a later time proves nothing yet.
    fn asserted(&self, mut inside: Inside) -> Inside {
        for changes in inside.values_mut() {
            changes.retain(|(_, change)| change.time <= self.as_of);
        }
        inside
    }

    pub(crate) async fn mentions_of(&self, things: &BTreeSet<ThingId>) -> Result<Vec<Mentioned>, AppError> {
        Ok(self.scope.mentions_of(things).await?)
    }

    pub(crate) async fn events(&self, ids: &BTreeSet<EventId>) -> Result<BTreeMap<EventId, SeenEvent>, AppError> {
        let events = self.scope.events_by_id(ids).await?;
        Ok(events.into_iter().map(|event| (event.id, event)).collect())
    }

    pub(crate) async fn things(&self, ids: &BTreeSet<ThingId>) -> Result<BTreeMap<ThingId, SeenThing>, AppError> {
        Ok(self.scope.things(ids).await?.into_iter().map(|thing| (thing.id, thing)).collect())
    }
}
