//! What one organisation's records say of some lots, for one viewer.

mod end;

use std::collections::{BTreeMap, BTreeSet};

use domain::{Direction, EventId, Profile, ThingId};
use jiff::Timestamp;
use lineage::{
    Answer, Change, Content, Edge, EdgeKind, Limits, Node, NodeId, Role, Sighting, Step, ThingKind, Walk, contents,
    contents_handed_over,
};
use policy::{Visible, edge_is_visible, project};
use store::{Derived, Inside, Mentioned, Scope, SeenEvent, SeenThing, Store};

use crate::{
    AppError,
    capture::Kinds,
    places::{OwnPlaces, places_of},
    sighting::{Amount, sighting},
};

use self::end::End;

/// A question to one organisation.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// What is asked about.
    pub(crate) starts: Vec<Start>,
    /// Which way.
    pub(crate) direction: Direction,
    /// How far.
    pub(crate) limits: Limits,
    /// Facts up to this instant.
    pub(crate) as_of: Timestamp,
}

/// A lot or unit that is asked about.
#[derive(Clone, Debug)]
pub(crate) struct Start {
    /// What it may be: one, or several where a code is ambiguous.
    pub(crate) things: BTreeSet<ThingId>,
    /// A unit stands for what it contained then.
    pub(crate) at: Timestamp,
}

/// An answer, with the events behind it.
pub(crate) struct Answered {
    pub(crate) answer: Answer,
    pub(crate) events: BTreeSet<EventId>,
}

/// A place in the walk: a lot, or a unit as of an instant.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Station {
    thing: ThingId,
    at: Option<Timestamp>,
    /// Whether a unit is of interest itself, not only for something inside.
    whole: bool,
}

/// An edge before it has names.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct RawEdge {
    kind: EdgeKind,
    from: ThingId,
    to: ThingId,
    event: EventId,
}

/// Walks the records that `scope` may see.
pub(crate) async fn answer(store: &Store, scope: &Scope, question: &Question) -> Result<Answered, AppError> {
    let mut local = Local::new(scope, question);
    let cut = local.walk().await?;
    let mentions = local.mentions().await?;
    local.own = OwnPlaces::among(store, scope, &local.places()).await?;
    let sightings = local.sightings(&mentions);
    local.drop_edges_beyond();
    Ok(local.finish(&cut, sightings))
}

struct Local<'a> {
    scope: &'a Scope,
    question: &'a Question,
    things: BTreeMap<ThingId, SeenThing>,
    events: BTreeMap<EventId, SeenEvent>,
    hops: BTreeMap<ThingId, u32>,
    edges: BTreeSet<RawEdge>,
    own: OwnPlaces,
}

/// The events on the things reached, and on the units around them.
struct Mentions {
    direct: Vec<Mentioned>,
    around: Inside,
    through: Vec<Mentioned>,
    /// What is known of the lots on the events.
    kinds: Kinds,
}

/// What an event says of a thing, with how much of it the viewer sees.
type Sightings = BTreeMap<ThingId, Vec<(EventId, Visible<Sighting>)>>;

impl<'a> Local<'a> {
    fn new(scope: &'a Scope, question: &'a Question) -> Self {
        Self {
            scope,
            question,
            things: BTreeMap::new(),
            events: BTreeMap::new(),
            hops: BTreeMap::new(),
            edges: BTreeSet::new(),
            own: OwnPlaces::default(),
        }
    }

    /// Walks to everything that can be reached; gives the things beyond which the limits forbade to go.
    async fn walk(&mut self) -> Result<BTreeSet<ThingId>, AppError> {
        let asked = &self.question.starts;
        self.load_things(&asked.iter().flat_map(|start| &start.things).copied().collect()).await?;
        let starts = asked.iter().flat_map(|start| start.things.iter().map(|thing| self.whole(*thing, start.at)));
        let starts: Vec<Station> = starts.collect();
        let mut walk = Walk::new(starts, self.question.limits);
        loop {
            let wanted: Vec<Station> = walk.wants().into_iter().map(|(station, _)| station).collect();
            if wanted.is_empty() {
                break;
            }
            let mut steps = self.derivation_steps(&wanted).await?;
            steps.extend(match self.question.direction {
                Direction::Back => self.steps_into_units(&wanted).await?,
                Direction::Forward => self.steps_to_units_around(&wanted).await?,
            });
            walk.absorb(steps);
        }
        let walked = walk.finish();
        for (station, hops) in walked.reached {
            let known = self.hops.entry(station.thing).or_insert(hops);
            *known = hops.min(*known);
        }
        Ok(walked.cut.into_iter().map(|station| station.thing).collect())
    }

    /// Only a unit needs an instant: its contents change.
    fn station(&self, thing: ThingId, at: Timestamp) -> Station {
        let is_unit = self.things.get(&thing).is_some_and(|thing| thing.kind == ThingKind::Unit);
        Station { thing, at: is_unit.then_some(at), whole: false }
    }

    /// A unit that is asked about, or that was made, is of interest whatever is inside.
    fn whole(&self, thing: ThingId, at: Timestamp) -> Station {
        let station = self.station(thing, at);
        Station { whole: station.at.is_some(), ..station }
    }

    async fn derivation_steps(&mut self, wanted: &[Station]) -> Result<Vec<Step<Station>>, AppError> {
        let here: BTreeSet<ThingId> = wanted.iter().map(|station| station.thing).collect();
        let mut derived = self.scope.derivations(&here, self.question.direction).await?;
        derived.retain(|row| row.consumed_at <= self.question.as_of && row.profile >= Profile::Trace);
        self.load_things(&derived.iter().flat_map(|row| [row.input, row.output]).collect()).await?;
        let units = derived.iter().map(|row| row.input).filter(|id| self.is_unit(*id)).collect();
        let inside = self.scope.contents_of(&units).await?;
        let mut steps = Vec::new();
        for row in derived {
            if !self.shows_edge(row.input, row.output) {
                continue;
            }
            for station in wanted {
                if !self.leads_along(*station, &row, &inside) {
                    continue;
                }
                let to = match self.question.direction {
                    Direction::Back => self.station(row.input, row.consumed_at),
                    Direction::Forward => self.whole(row.output, row.consumed_at),
                };
                steps.push(Step { from: *station, to, hops: 1 });
                self.edges.insert(RawEdge {
                    kind: EdgeKind::Derived,
                    from: row.input,
                    to: row.output,
                    event: row.output_event,
                });
            }
        }
        Ok(steps)
    }

    /// Whether a derivation continues from where the walk stands. Going forward from a unit, only what was consumed
    /// while something of interest was inside.
    fn leads_along(&self, station: Station, row: &Derived, inside: &Inside) -> bool {
        match self.question.direction {
            Direction::Back => station.thing == row.output,
            Direction::Forward if station.thing != row.input => false,
            Direction::Forward if station.at.is_none() || station.whole => true,
            Direction::Forward => contents_at(inside, row.input, row.consumed_at)
                .iter()
                .any(|(child, ..)| self.things.contains_key(child)),
        }
    }

    /// From units to what they contained.
    async fn steps_into_units(&mut self, wanted: &[Station]) -> Result<Vec<Step<Station>>, AppError> {
        let units = wanted.iter().filter(|station| station.at.is_some()).map(|station| station.thing).collect();
        let inside = self.scope.contents_of(&units).await?;
        let mut found = Vec::new();
        for station in wanted {
            let Some(at) = station.at else { continue };
            for (child, event, _) in contents_at(&inside, station.thing, at) {
                found.push((*station, child, station.thing, event, at));
            }
        }
        self.contained(found).await
    }

    /// From things to the units they were put into.
    async fn steps_to_units_around(&mut self, wanted: &[Station]) -> Result<Vec<Step<Station>>, AppError> {
        let here: BTreeSet<ThingId> = wanted.iter().map(|station| station.thing).collect();
        let around = self.scope.units_around(&here).await?;
        let mut found = Vec::new();
        for station in wanted {
            for (&unit, changes) in &around {
                for (event, change) in changes.iter().filter(|(_, change)| change.child == Some(station.thing)) {
                    let put_in = change.time <= self.question.as_of;
                    if put_in && contents_at(&around, unit, change.time).iter().any(|row| row.0 == station.thing) {
                        found.push((*station, station.thing, unit, *event, change.time));
                    }
                }
            }
        }
        self.contained(found).await
    }

    /// Keeps the containments that the viewer may see, as edges and steps.
    async fn contained(
        &mut self,
        found: Vec<(Station, ThingId, ThingId, EventId, Timestamp)>,
    ) -> Result<Vec<Step<Station>>, AppError> {
        self.load_things(&found.iter().flat_map(|(_, inner, outer, ..)| [*inner, *outer]).collect()).await?;
        self.load_events(&found.iter().map(|(.., event, _)| *event).collect()).await?;
        let mut steps = Vec::new();
        for (from, inner, outer, event, at) in found {
            let seen = self.events.get(&event).is_some_and(|event| event.seen.profile >= Profile::Trace);
            if !seen || !self.shows_edge(inner, outer) {
                continue;
            }
            let next = if from.thing == inner { outer } else { inner };
            steps.push(Step { from, to: self.station(next, at), hops: 0 });
            self.edges.insert(RawEdge { kind: EdgeKind::Contained, from: inner, to: outer, event });
        }
        Ok(steps)
    }

    fn is_unit(&self, id: ThingId) -> bool {
        self.things.get(&id).is_some_and(|thing| thing.kind == ThingKind::Unit)
    }

    /// Whether both ends are shown well enough for an edge; its event was checked before.
    fn shows_edge(&self, a: ThingId, b: ThingId) -> bool {
        let profile = |id: ThingId| self.things.get(&id).map(|thing| thing.profile);
        let (Some(a), Some(b)) = (profile(a), profile(b)) else { return false };
        edge_is_visible(policy::Seen::OWN, a, b)
    }

    async fn load_things(&mut self, ids: &BTreeSet<ThingId>) -> Result<(), AppError> {
        let new = ids.iter().filter(|id| !self.things.contains_key(id)).copied().collect();
        for thing in self.scope.things(&new).await? {
            self.things.insert(thing.id, thing);
        }
        Ok(())
    }

    async fn load_events(&mut self, ids: &BTreeSet<EventId>) -> Result<(), AppError> {
        let new = ids.iter().filter(|id| !self.events.contains_key(id)).copied().collect();
        for event in self.scope.events_by_id(&new).await? {
            self.events.insert(event.id, event);
        }
        Ok(())
    }

    /// The events on the things reached, directly or through a unit that they were in.
    async fn mentions(&mut self) -> Result<Mentions, AppError> {
        let reached: BTreeSet<ThingId> = self.hops.keys().copied().collect();
        let direct = self.scope.mentions_of(&reached).await?;
        let around = self.scope.units_around(&reached).await?;
        let through = self.scope.mentions_of(&around.keys().copied().collect()).await?;
        self.load_events(&direct.iter().chain(&through).map(|mention| mention.event).collect()).await?;
        // What an event is depends on all the lots on it, not only on those that the walk reached.
        let beside = self.scope.mentions_on(&self.events.keys().copied().collect()).await?;
        let beside = self.scope.things(&beside.into_iter().map(|mention| mention.thing).collect()).await?;
        let kinds = Kinds(beside.into_iter().map(|thing| (thing.identifier, thing.kind)).collect());
        Ok(Mentions { direct, around, through, kinds })
    }

    /// The places of the events, and the sources of the lots.
    fn places(&self) -> BTreeSet<String> {
        let source = |thing: &SeenThing| match thing.lot.as_ref().map(|lot| &lot.source) {
            Some(domain::TlcSource::Place(place)) => Some(place.clone()),
            _ => None,
        };
        let sources = self.things.values().filter_map(source);
        self.events.values().flat_map(places_of).chain(sources).collect()
    }

    /// Everything that visible events say of the things reached.
    fn sightings(&self, mentions: &Mentions) -> Sightings {
        let said: BTreeSet<(ThingId, EventId)> = mentions.direct.iter().map(|row| (row.thing, row.event)).collect();
        let mut sightings = Sightings::new();
        for mention in &mentions.direct {
            self.sight(&mut sightings, &mentions.kinds, mention);
        }
        for mention in mentions.through.iter().filter(|mention| matches!(mention.role, Role::Object | Role::Parent)) {
            let Some(event) = self.events.get(&mention.event) else { continue };
            let time = event.event.event_time.instant();
            for (child, _, quantity) in contents_by(contents_handed_over, &mentions.around, mention.thing, time) {
                if self.hops.contains_key(&child) && !said.contains(&(child, mention.event)) {
                    let inside = Mentioned { thing: child, event: mention.event, role: Role::Object, quantity };
                    self.sight(&mut sightings, &mentions.kinds, &inside);
                }
            }
        }
        sightings
    }

    /// A limit may end the walk between the ends of an edge, and what proves a containment may come later.
    fn drop_edges_beyond(&mut self) {
        let Self { edges, hops, events, question, .. } = self;
        let happened =
            |id: &EventId| events.get(id).is_none_or(|event| event.event.event_time.instant() <= question.as_of);
        edges.retain(|edge| hops.contains_key(&edge.from) && hops.contains_key(&edge.to) && happened(&edge.event));
    }

    fn sight(&self, sightings: &mut Sightings, kinds: &Kinds, mention: &Mentioned) {
        let Some(event) = self.events.get(&mention.event) else { return };
        if event.event.event_time.instant() > self.question.as_of {
            return;
        }
        let full = sighting(&self.scope.tenant().name, event, mention.role, mention.quantity.clone(), kinds);
        sightings
            .entry(mention.thing)
            .or_default()
            .push((mention.event, project(full, event.seen, |place| self.own.contains(place))));
    }

    fn finish(self, cut: &BTreeSet<ThingId>, mut sightings: Sightings) -> Answered {
        let mut answer = Answer::default();
        let mut events: BTreeSet<EventId> = self.edges.iter().map(|edge| edge.event).collect();
        for (id, &hops) in &self.hops {
            let Some(thing) = self.things.get(id) else { continue };
            let mut seen = sightings.remove(id).unwrap_or_default();
            seen.sort_by_key(|(event, sighting)| (sighting.get().day, sighting.get().time, *event));
            events.extend(seen.iter().map(|(event, _)| *event));
            let end = End { local: &self, thing, sightings: &seen, cut: cut.contains(id) };
            end.judge(hops, &mut answer);
            answer.nodes.push(Node {
                id: node_id(thing),
                kind: thing.kind,
                lot: thing.lot.clone(),
                identifiers: BTreeSet::from([thing.identifier.clone()]),
                hops,
                sightings: seen.into_iter().map(|(_, sighting)| sighting.into_inner()).collect(),
            });
        }
        answer.edges = self.edges.iter().filter_map(|edge| self.named(edge)).collect();
        // An ambiguous code answers for no particular lot.
        let only = |start: &Start| start.things.first().filter(|_| start.things.len() == 1).copied();
        let name = |start: &Start| only(start).and_then(|one| self.things.get(&one)).map(node_id);
        answer.asked = self.question.starts.iter().map(name).collect();
        Answered { answer, events }
    }

    fn named(&self, edge: &RawEdge) -> Option<Edge> {
        let event = self.events.get(&edge.event)?;
        Some(Edge {
            kind: edge.kind,
            from: node_id(self.things.get(&edge.from)?),
            to: node_id(self.things.get(&edge.to)?),
            event: event.reference.clone(),
            day: event.event.event_time_zone_offset.local_date(event.event.event_time.instant()),
            asserter: self.scope.tenant().name.clone(),
        })
    }
}

/// A child of a unit, the event that put it there (or proves that it was there), and how much of it.
type Held = (ThingId, EventId, Option<Amount>);

/// What is inside a unit at an instant.
fn contents_at(inside: &Inside, unit: ThingId, at: Timestamp) -> Vec<Held> {
    contents_by(contents, inside, unit, at)
}

/// A way to fold what was asserted of a unit.
type Fold = fn(&[Change<ThingId>], Timestamp) -> Vec<Content<ThingId>>;

fn contents_by(fold: Fold, inside: &Inside, unit: ThingId, at: Timestamp) -> Vec<Held> {
    let Some(changes) = inside.get(&unit) else { return Vec::new() };
    let plain: Vec<Change<ThingId>> = changes.iter().map(|(_, change)| change.clone()).collect();
    let evidence = |child: ThingId| {
        let of_child = || changes.iter().filter(|(_, change)| change.child == Some(child));
        let before = of_child().filter(|(_, change)| change.time <= at).max_by_key(|(_, change)| change.time);
        before.or_else(|| of_child().min_by_key(|(_, change)| change.time)).map(|(event, _)| *event)
    };
    fold(&plain, at)
        .into_iter()
        .filter_map(|content| {
            let amount = content.amount.map(|amount| (amount.normalize().to_string(), content.uom.clone()));
            Some((content.child, evidence(content.child)?, amount))
        })
        .collect()
}

/// The name of a thing in answers.
pub(crate) fn node_id(thing: &SeenThing) -> NodeId {
    match &thing.lot {
        Some(key) => NodeId(key.to_string()),
        None => NodeId(thing.identifier.clone()),
    }
}
