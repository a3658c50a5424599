//! Steps to what is the same lot, and to what may be.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Direction, Profile, ThingId};
use lineage::{Basis, EdgeKind, Step};
use store::SeenThing;

use super::{Local, RawEdge, Station};
use crate::{
    AppError,
    same::{MayBe, codes_of, is_same_lot, look_up_alternates, sharing_codes, stated_alternates},
};

impl Local<'_> {
    /// From lots to other identifiers of the same lot, and to lots that it may be in truth, or that may in truth be it.
    pub(super) async fn steps_to_same(&mut self, wanted: &[Station]) -> Result<Vec<Step<Station>>, AppError> {
        let here: BTreeMap<ThingId, SeenThing> = wanted
            .iter()
            .filter_map(|station| self.things.get(&station.thing))
            .filter(|thing| thing.lot.is_some())
            .map(|thing| (thing.id, thing.clone()))
            .collect();
        if here.is_empty() {
            return Ok(Vec::new());
        }
        let sharing = sharing_codes(&self.records.scope, here.values()).await?;
        self.things.extend(sharing.iter().map(|(id, thing)| (*id, thing.clone())));
        let mut steps = Vec::new();
        for station in wanted {
            let Some(thing) = here.get(&station.thing) else { continue };
            for other in sharing.values().filter(|other| is_same_lot(thing, other)) {
                let to = self.station(other.id, self.records.as_of);
                if self.shows_edge(thing.id, other.id) {
                    self.step(&mut steps, Step { from: *station, to, hops: 0 }, Basis::Recorded);
                }
            }
        }
        let spoken_of = match self.question.direction {
            Direction::Back => here.keys().copied().collect(),
            Direction::Forward => sharing_only_possibly(&here, &sharing),
        };
        for may_be in self.may_be(&spoken_of).await? {
            steps.extend(self.step_to_alternate(&may_be, wanted));
        }
        Ok(steps)
    }

    /// What events say of the lots that these may be in truth.
    async fn may_be(&mut self, lots: &BTreeSet<ThingId>) -> Result<Vec<MayBe>, AppError> {
        self.load_mentions(lots).await?;
        let mut mentions = self.mentions_of(lots);
        self.load_events(&mentions.iter().map(|mention| mention.event).collect()).await?;
        mentions.retain(|mention| {
            let event = self.events.get(&mention.event);
            event.is_some_and(|event| self.records.happened(event) && event.seen.profile >= Profile::Trace)
        });
        let stated = stated_alternates(&mentions, &self.things, &self.events);
        look_up_alternates(&self.records.scope, stated, &mut self.things).await
    }

    fn step_to_alternate(&mut self, may_be: &MayBe, wanted: &[Station]) -> Vec<Step<Station>> {
        let (truth, called) = (may_be.truth, may_be.mention.thing);
        let (here, there) = match self.question.direction {
            Direction::Back => (called, truth),
            Direction::Forward => (truth, called),
        };
        let mut steps = Vec::new();
        if !self.shows_edge(truth, called) {
            return steps;
        }
        for station in wanted.iter().filter(|station| station.thing == here) {
            let to = self.station(there, self.records.as_of);
            self.step(&mut steps, Step { from: *station, to, hops: 0 }, Basis::Range);
            let event = may_be.mention.event;
            self.edges.insert(RawEdge { kind: EdgeKind::MayBe, from: truth, to: called, event, basis: Basis::Range });
        }
        steps
    }
}

/// Things that share a code with these lots though it is not their own: an event says that they may be one of them.
fn sharing_only_possibly(
    lots: &BTreeMap<ThingId, SeenThing>,
    sharing: &BTreeMap<ThingId, SeenThing>,
) -> BTreeSet<ThingId> {
    let codes: BTreeSet<String> = lots.values().flat_map(codes_of).collect();
    let is_other = |thing: &&SeenThing| !lots.contains_key(&thing.id) && codes_of(thing).is_disjoint(&codes);
    sharing.values().filter(is_other).map(|thing| thing.id).collect()
}
