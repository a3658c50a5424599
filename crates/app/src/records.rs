//! The records that a question is asked of: what had happened by an instant, as far as it was known by another.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Direction, EventId, Profile, ThingId};
use jiff::Timestamp;
use store::{Derived, EventHead, Inside, Mentioned, Scope, SeenEvent, SeenThing};

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
    pub(crate) fn happened(&self, time: Timestamp) -> bool {
        time <= self.as_of
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

    /// How much of events may be shown, of those that may be seen.
    pub(crate) async fn profiles(&self, events: &BTreeSet<EventId>) -> Result<BTreeMap<EventId, Profile>, AppError> {
        Ok(self.scope.profiles(events).await?)
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

    /// What events say of these things, or only their turning points, and the heads of the events
    /// that are not known yet.
    pub(crate) async fn told_of(
        &self,
        things: &BTreeSet<ThingId>,
        turning_points: bool,
        known: &BTreeMap<EventId, EventHead>,
    ) -> Result<(Vec<Mentioned>, Vec<EventHead>), AppError> {
        Ok(self.scope.told_of(things, turning_points, known).await?)
    }

    pub(crate) async fn heads(&self, ids: &BTreeSet<EventId>) -> Result<BTreeMap<EventId, EventHead>, AppError> {
        Ok(self.scope.heads(ids).await?.into_iter().map(|event| (event.id, event)).collect())
    }

    pub(crate) async fn events(&self, ids: &BTreeSet<EventId>) -> Result<BTreeMap<EventId, SeenEvent>, AppError> {
        let events = self.scope.events_by_id(ids).await?;
        Ok(events.into_iter().map(|event| (event.id, event)).collect())
    }

    pub(crate) async fn things(&self, ids: &BTreeSet<ThingId>) -> Result<BTreeMap<ThingId, SeenThing>, AppError> {
        Ok(self.scope.things(ids).await?.into_iter().map(|thing| (thing.id, thing)).collect())
    }
}
