//! What was looked up for an answer, each thing and each event once.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Direction, EventId, ThingId};
use lineage::{Basis, ThingKind};
use store::{Derived, EventHead, Inside, Mentioned, SeenEvent, SeenThing};

use super::held::join_around;
use crate::{AppError, records::Records, same::basis};

/// Records, as far as they were looked up.
pub(super) struct Loaded {
    pub(super) records: Records,
    pub(super) things: BTreeMap<ThingId, SeenThing>,
    pub(super) events: BTreeMap<EventId, EventHead>,
    /// The events themselves, where their own words matter.
    pub(super) bodies: BTreeMap<EventId, SeenEvent>,
    /// The contents of units.
    pub(super) inside: Inside,
    /// The units around things with what is asserted of these, and which these units are, of each thing of which this
    /// was looked up.
    pub(super) around: Inside,
    pub(super) packed: BTreeMap<ThingId, BTreeSet<ThingId>>,
    /// The events on things.
    mentioned: BTreeMap<ThingId, Vec<Mentioned>>,
}

impl Loaded {
    pub(super) fn new(records: Records) -> Self {
        Self {
            records,
            things: BTreeMap::new(),
            events: BTreeMap::new(),
            bodies: BTreeMap::new(),
            inside: Inside::new(),
            around: Inside::new(),
            packed: BTreeMap::new(),
            mentioned: BTreeMap::new(),
        }
    }

    /// Looks up at once what leads on from here: gives the derivations, and keeps what is inside or around.
    pub(super) async fn look_around(
        &mut self,
        things: &BTreeSet<ThingId>,
        units: &BTreeSet<ThingId>,
        direction: Direction,
    ) -> Result<Vec<Derived>, AppError> {
        let (mut unpacked, mut closed) = (BTreeSet::new(), BTreeSet::new());
        match direction {
            Direction::Back => closed = self.closed(units),
            Direction::Forward => unpacked = self.unpacked(things),
        }
        let (derived, around, inside) = tokio::try_join!(
            self.records.derivations(things, direction),
            self.records.units_around(&unpacked),
            self.records.contents_of(&closed),
        )?;
        self.add_around(&unpacked, around);
        self.add_contents(&closed, inside);
        Ok(derived)
    }

    pub(super) fn is_unit(&self, id: ThingId) -> bool {
        self.things.get(&id).is_some_and(|thing| thing.kind == ThingKind::Unit)
    }

    /// Whether some event says of a thing that it may be another.
    pub(super) fn is_uncertain(&self, id: ThingId) -> bool {
        self.things.get(&id).is_some_and(|thing| thing.uncertain)
    }

    /// How an event states that it is about a thing.
    pub(super) fn basis(&self, event: EventId, thing: ThingId) -> Basis {
        let on = self.bodies.get(&event).zip(self.things.get(&thing));
        on.map(|(event, thing)| basis(event, thing)).unwrap_or_default()
    }

    pub(super) async fn load_things(&mut self, ids: &BTreeSet<ThingId>) -> Result<(), AppError> {
        let new = ids.iter().filter(|id| !self.things.contains_key(id)).copied().collect();
        self.things.extend(self.records.things(&new).await?);
        Ok(())
    }

    /// Those of which the contents were not looked up yet.
    fn closed(&self, units: &BTreeSet<ThingId>) -> BTreeSet<ThingId> {
        units.iter().filter(|unit| !self.inside.contains_key(unit)).copied().collect()
    }

    fn add_contents(&mut self, units: &BTreeSet<ThingId>, inside: Inside) {
        self.inside.extend(units.iter().map(|unit| (*unit, Vec::new())));
        self.inside.extend(inside);
    }

    /// Those of which the units around them were not looked up yet.
    fn unpacked(&self, things: &BTreeSet<ThingId>) -> BTreeSet<ThingId> {
        things.iter().filter(|id| !self.packed.contains_key(id)).copied().collect()
    }

    fn add_around(&mut self, things: &BTreeSet<ThingId>, around: Inside) {
        self.packed.extend(things.iter().map(|id| (*id, BTreeSet::new())));
        for (unit, changes) in &around {
            for child in changes.iter().filter_map(|(_, change)| change.child) {
                self.packed.entry(child).or_default().insert(*unit);
            }
        }
        join_around(&mut self.around, around);
    }

    /// Loads the events behind what is said of things, where one of them may say it only possibly.
    pub(super) async fn load_statements(&mut self, said: BTreeSet<(EventId, ThingId)>) -> Result<(), AppError> {
        let is_uncertain = |id: &ThingId| self.things.get(id).is_some_and(|thing| thing.uncertain);
        let events = said.iter().filter(|(_, thing)| is_uncertain(thing)).map(|(event, _)| *event).collect();
        self.load_events(&events).await?;
        self.load_bodies().await
    }

    pub(super) async fn load_events(&mut self, ids: &BTreeSet<EventId>) -> Result<(), AppError> {
        let new = ids.iter().filter(|id| !self.events.contains_key(id)).copied().collect();
        self.events.extend(self.records.heads(&new).await?);
        Ok(())
    }

    /// Loads the events that say something only possibly: it stands in their own words.
    async fn load_bodies(&mut self) -> Result<(), AppError> {
        let wanted = self.events.values().filter(|event| event.uncertain && !self.bodies.contains_key(&event.id));
        let wanted = wanted.map(|event| event.id).collect();
        self.bodies.extend(self.records.events(&wanted).await?);
        Ok(())
    }

    /// Looks up the events on things, each once; or only their turning points.
    pub(super) async fn load_mentions(
        &mut self,
        things: &BTreeSet<ThingId>,
        turning_points: bool,
    ) -> Result<(), AppError> {
        let untold = self.untold(things);
        let told = self.records.told_of(&untold, turning_points, &self.events).await?;
        self.add_mentions(&untold, told).await
    }

    /// Those of which the events were not looked up yet.
    fn untold(&self, things: &BTreeSet<ThingId>) -> BTreeSet<ThingId> {
        things.iter().filter(|id| !self.mentioned.contains_key(id)).copied().collect()
    }

    async fn add_mentions(
        &mut self,
        things: &BTreeSet<ThingId>,
        (mentions, heads): (Vec<Mentioned>, Vec<EventHead>),
    ) -> Result<(), AppError> {
        self.events.extend(heads.into_iter().map(|head| (head.id, head)));
        self.load_bodies().await?;
        for mention in mentions {
            self.mentioned.entry(mention.thing).or_default().push(mention);
        }
        for id in things {
            self.mentioned.entry(*id).or_default();
        }
        Ok(())
    }

    pub(super) fn mentions_of(&self, things: &BTreeSet<ThingId>) -> Vec<Mentioned> {
        things.iter().filter_map(|id| self.mentioned.get(id)).flatten().cloned().collect()
    }

    /// Loads the events on things, and the units around them with the events on these; gives these units.
    pub(super) async fn load_occasions(
        &mut self,
        things: &BTreeSet<ThingId>,
        turning_points: bool,
    ) -> Result<BTreeSet<ThingId>, AppError> {
        let (untold, unpacked) = (self.untold(things), self.unpacked(things));
        let (told, around) = tokio::try_join!(
            self.records.told_of(&untold, turning_points, &self.events),
            self.records.units_around(&unpacked),
        )?;
        self.add_mentions(&untold, told).await?;
        self.add_around(&unpacked, around);
        let units = self.around.keys().copied().collect();
        self.load_mentions(&units, turning_points).await?;
        Ok(units)
    }
}
