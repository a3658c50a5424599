//! Steps to what is the same lot, and to what may be.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Direction, EventId, LotKey, Profile, ThingId};
use jiff::Timestamp;
use lineage::{Basis, EdgeKind, Stay, Step};
use store::SeenThing;

use super::{Local, RawEdge, Station, Wanted, When};
use crate::{
    AppError,
    same::{MayBe, codes_of, is_same_lot, look_up_alternates, sharing_codes, stated_alternates},
};

impl Local<'_> {
    /// From lots to other identifiers of the same lot, and to lots that it may be in truth, or that may in truth be it.
    pub(super) async fn steps_to_same(&mut self, wanted: &Wanted) -> Result<Vec<Step<Station>>, AppError> {
        let lots = wanted.0.keys().filter_map(|id| self.on.things.get(id)).filter(|thing| thing.lot.is_some());
        let here: BTreeMap<ThingId, SeenThing> = lots.map(|thing| (thing.id, thing.clone())).collect();
        if here.is_empty() {
            return Ok(Vec::new());
        }
        let forward = self.question.direction == Direction::Forward;
        let sharing = sharing_codes(&self.on.records.scope, &here, forward).await?;
        self.on.things.extend(sharing.iter().map(|(id, thing)| (*id, thing.clone())));
        let mut by_key: BTreeMap<&LotKey, Vec<&SeenThing>> = BTreeMap::new();
        for thing in here.values().chain(sharing.values()) {
            if let Some(key) = &thing.lot {
                by_key.entry(key).or_default().push(thing);
            }
        }
        let mut steps = Vec::new();
        for thing in here.values() {
            let others = thing.lot.as_ref().and_then(|key| by_key.get(key)).into_iter().flatten();
            for other in others.filter(|other| is_same_lot(thing, other)) {
                if !self.shows_edge(thing.id, other.id) {
                    continue;
                }
                for station in wanted.at(thing.id) {
                    let to = match self.question.direction {
                        Direction::Back => self.station(other.id, station.until()),
                        Direction::Forward => Station { thing: other.id, ..station },
                    };
                    self.step(&mut steps, Step { from: station, to, hops: 0 }, Basis::Recorded);
                }
            }
        }
        let spoken_of = if forward { sharing_only_possibly(&here, &sharing) } else { here.keys().copied().collect() };
        let mut doubts: BTreeMap<(ThingId, ThingId), Vec<EventId>> = BTreeMap::new();
        for MayBe { truth, mention } in self.may_be(&spoken_of).await? {
            doubts.entry((truth, mention.thing)).or_default().push(mention.event);
        }
        for ((truth, called), events) in doubts {
            steps.extend(self.steps_to_alternate(truth, called, &events, wanted));
        }
        Ok(steps)
    }

    /// What events say of the lots that these may be in truth.
    async fn may_be(&mut self, lots: &BTreeSet<ThingId>) -> Result<Vec<MayBe>, AppError> {
        let lots = lots.iter().copied().filter(|lot| self.on.is_uncertain(*lot)).collect();
        self.on.load_mentions(&lots, false).await?;
        let mut mentions = self.on.mentions_of(&lots);
        mentions.retain(|mention| {
            let event = self.on.events.get(&mention.event);
            event.is_some_and(|event| {
                event.uncertain && self.on.records.happened(event.time) && event.seen.profile >= Profile::Trace
            })
        });
        let stated = stated_alternates(&mentions, &self.on.things, &self.on.bodies);
        look_up_alternates(&self.on.records.scope, stated, &mut self.on.things).await
    }

    /// From what events call a lot to the lot that it may be in truth, or the other way. Back, what was found out after the
    /// instant of interest does not count; forward, what is called so from then on is followed.
    fn steps_to_alternate(
        &mut self,
        truth: ThingId,
        called: ThingId,
        events: &[EventId],
        wanted: &Wanted,
    ) -> Vec<Step<Station>> {
        let (here, there) = match self.question.direction {
            Direction::Back => (called, truth),
            Direction::Forward => (truth, called),
        };
        let mut steps = Vec::new();
        if !self.shows_edge(truth, called) {
            return steps;
        }
        let times: Vec<(EventId, Timestamp)> =
            events.iter().filter_map(|id| Some((*id, self.on.events.get(id)?.time))).collect();
        for station in wanted.at(here) {
            let counts = |at: Timestamp| match self.question.direction {
                Direction::Back => at <= station.until(),
                Direction::Forward => station.stay().overlap(Stay::since(at)).is_some(),
            };
            let counted: Vec<_> = times.iter().filter(|(_, at)| counts(*at)).collect();
            // The one that includes the others.
            let to = match self.question.direction {
                Direction::Back => counted.iter().map(|(_, at)| *at).max().map(|at| self.station(there, at)),
                Direction::Forward => {
                    let since = counted.iter().map(|(_, at)| *at).min().map(Stay::since);
                    let meanwhile = since.and_then(|since| station.stay().overlap(since));
                    meanwhile.map(|stay| Station { thing: there, when: When::During(stay) })
                }
            };
            let Some(to) = to else { continue };
            self.step(&mut steps, Step { from: station, to, hops: 0 }, Basis::Range);
            self.edges.extend(counted.into_iter().map(|&(event, _)| RawEdge {
                kind: EdgeKind::MayBe,
                from: truth,
                to: called,
                event,
                basis: Basis::Range,
            }));
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
