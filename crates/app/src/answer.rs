//! What one organisation's records say of some lots, for one viewer.

mod end;
pub(crate) mod held;
mod loaded;
mod same;

use std::collections::{BTreeMap, BTreeSet};

use domain::{Direction, EventId, Profile, ThingId, Viewer};
use jiff::{Timestamp, civil::Date};
use lineage::{
    Answer, Basis, Edge, EdgeKind, Limits, Node, NodeId, Role, Sighting, Stay, Step, Walk, Way, contents_handed_over,
};
use policy::{Visible, edge_is_visible, project};
use store::{Derived, Mentioned, SeenThing, Store};

use crate::{
    AppError,
    places::{OwnPlaces, places_of},
    records::Records,
    sighting::{Details, sighting},
    stages::Kinds,
};

use self::{
    end::End,
    held::{contents_at, contents_by, stays_in},
    loaded::Loaded,
};

/// A question to one organisation.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// What is asked about.
    pub(crate) starts: Vec<Start>,
    /// Which way.
    pub(crate) direction: Direction,
    /// How far.
    pub(crate) limits: Limits,
    /// How much of the events.
    pub(crate) telling: Telling,
    /// Events of the answer at most.
    pub(crate) events: usize,
}

/// How much a trace tells of the events on what it finds.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Telling {
    /// What connections and gaps need: hand-overs, beginnings and transformations.
    Connections,
    /// Every event, without its details.
    #[default]
    Events,
    /// Every event, with its critical tracking event and business documents. They stand in the events themselves, which
    /// are larger than all the rest.
    Details,
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

/// A place in the walk.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Station {
    thing: ThingId,
    when: When,
}

/// When a place in the walk is of interest.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum When {
    /// Always: for itself, and not for something inside.
    Always,
    /// Back: a unit, for what was inside at this instant.
    At(Timestamp),
    /// Back: anything but a unit, for what is said of it until this instant.
    Until(Timestamp),
    /// Forward: a unit, while something of interest was inside, or a lot, since something of interest may be called so.
    During(Stay),
}

impl Station {
    /// As of when a unit is to be opened.
    fn opened_at(self) -> Option<Timestamp> {
        match self.when {
            When::At(at) => Some(at),
            When::Always | When::Until(_) | When::During(_) => None,
        }
    }

    /// Until when it matters on the way back what is said of it.
    fn until(self) -> Timestamp {
        match self.when {
            When::Until(until) => until,
            When::Always | When::At(_) | When::During(_) => Timestamp::MAX,
        }
    }

    /// While it is of interest on the way forward.
    fn stay(self) -> Stay {
        match self.when {
            When::During(stay) => stay,
            When::Always | When::At(_) | When::Until(_) => Stay::ALWAYS,
        }
    }
}

/// The places from which the walk goes on, by what is there.
struct Wanted(BTreeMap<ThingId, Vec<Station>>);

impl Wanted {
    fn new(stations: impl Iterator<Item = Station>) -> Self {
        let mut by_thing: BTreeMap<ThingId, Vec<Station>> = BTreeMap::new();
        for station in stations {
            by_thing.entry(station.thing).or_default().push(station);
        }
        Self(by_thing)
    }

    fn things(&self) -> BTreeSet<ThingId> {
        self.0.keys().copied().collect()
    }

    fn units(&self) -> BTreeSet<ThingId> {
        self.stations().filter(|station| station.opened_at().is_some()).map(|station| station.thing).collect()
    }

    fn at(&self, thing: ThingId) -> impl Iterator<Item = Station> {
        self.0.get(&thing).into_iter().flatten().copied()
    }

    fn stations(&self) -> impl Iterator<Item = Station> {
        self.0.values().flatten().copied()
    }
}

/// A containment on the way from one of its ends to the other.
struct Contained {
    from: Station,
    inner: ThingId,
    outer: ThingId,
    event: EventId,
    /// When the other end is of interest, if it is a unit.
    when: When,
}

/// An edge before it has names.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct RawEdge {
    kind: EdgeKind,
    from: ThingId,
    to: ThingId,
    event: EventId,
    basis: Basis,
}

/// Walks the records that their scope may see.
pub(crate) async fn answer(store: &Store, records: Records, question: &Question) -> Result<Answered, AppError> {
    let mut local = Local::new(records, question);
    let mut cut = local.walk().await?;
    let mentions = local.mentions(&mut cut).await?;
    local.own = OwnPlaces::among(store, &local.on.records.scope, &local.places()).await?;
    let sightings = local.sightings(&mentions);
    local.drop_edges_beyond();
    Ok(local.finish(&cut, sightings))
}

struct Local<'a> {
    on: Loaded,
    question: &'a Question,
    hops: BTreeMap<ThingId, u32>,
    /// On the way back, until when it matters what is said of a thing: the latest instant that any way to it has.
    until: BTreeMap<ThingId, Timestamp>,
    edges: BTreeSet<RawEdge>,
    /// What the answer shows to have been made of something, and to have been used up for something.
    made: BTreeSet<ThingId>,
    used: BTreeSet<ThingId>,
    /// Every step, and whether it is a fact.
    ways: BTreeSet<(ThingId, ThingId, Basis)>,
    /// Whether a budget ended the walk.
    partial: bool,
    own: OwnPlaces,
}

/// The events on the things reached, and on the units around them.
struct Mentions {
    direct: Vec<Mentioned>,
    through: Vec<Mentioned>,
    details: BTreeMap<EventId, Details>,
}

/// Events that are held whole at once.
const EVENTS_AT_ONCE: usize = 1_000;

/// What an event says of a thing, with how much of it the viewer sees.
type Sightings = BTreeMap<ThingId, Vec<(EventId, Visible<Sighting>)>>;

impl<'a> Local<'a> {
    fn new(records: Records, question: &'a Question) -> Self {
        Self {
            on: Loaded::new(records),
            question,
            hops: BTreeMap::new(),
            until: BTreeMap::new(),
            edges: BTreeSet::new(),
            made: BTreeSet::new(),
            used: BTreeSet::new(),
            ways: BTreeSet::new(),
            partial: false,
            own: OwnPlaces::default(),
        }
    }

    /// Walks to everything that can be reached; gives the things beyond which the limits forbade to go.
    async fn walk(&mut self) -> Result<BTreeSet<ThingId>, AppError> {
        let asked = &self.question.starts;
        self.on.load_things(&asked.iter().flat_map(|start| &start.things).copied().collect()).await?;
        let starts = asked.iter().flat_map(|start| start.things.iter().map(|thing| self.station(*thing, start.at)));
        let mut starts: Vec<Station> = starts.collect();
        self.join_ways(starts.iter_mut());
        let mut walk = Walk::new(starts, self.question.limits);
        loop {
            let wanted = Wanted::new(walk.wants().into_iter().map(|(station, _)| station));
            if wanted.0.is_empty() {
                break;
            }
            let derived = self.on.look_around(&wanted.things(), &wanted.units(), self.question.direction).await?;
            let mut steps = self.derivation_steps(&wanted, derived).await?;
            steps.extend(self.steps_to_same(&wanted).await?);
            steps.extend(match self.question.direction {
                Direction::Back => self.steps_into_units(&wanted).await?,
                Direction::Forward => self.steps_to_units_around(&wanted).await?,
            });
            self.join_ways(steps.iter_mut().map(|step| &mut step.to));
            walk.absorb(steps);
        }
        let walked = walk.finish();
        self.partial = walked.full;
        for (station, hops) in walked.reached {
            let known = self.hops.entry(station.thing).or_insert(hops);
            *known = hops.min(*known);
        }
        Ok(walked.cut.into_iter().map(|station| station.thing).collect())
    }

    /// A thing that is of interest itself. On the way back a unit needs an instant: its contents change. So does a lot: that it
    /// may be another, found out later and somewhere else, says nothing of where this came from.
    fn station(&self, thing: ThingId, at: Timestamp) -> Station {
        let when = match self.question.direction {
            Direction::Back if self.on.is_unit(thing) => When::At(at),
            Direction::Back => When::Until(at),
            Direction::Forward => When::Always,
        };
        Station { thing, when }
    }

    /// Makes one place of a thing to which several ways lead back: it is gone through once, and not for each of them.
    fn join_ways<'s>(&mut self, stations: impl Iterator<Item = &'s mut Station>) {
        let mut bounded = Vec::new();
        for station in stations {
            if let When::Until(until) = station.when {
                let latest = self.until.entry(station.thing).or_insert(until);
                *latest = until.max(*latest);
                bounded.push(station);
            }
        }
        for station in bounded {
            if let Some(&latest) = self.until.get(&station.thing) {
                station.when = When::Until(latest);
            }
        }
    }

    async fn derivation_steps(
        &mut self,
        wanted: &Wanted,
        mut derived: Vec<Derived>,
    ) -> Result<Vec<Step<Station>>, AppError> {
        let direction = self.question.direction;
        derived.retain(|row| row.profile >= Profile::Trace);
        self.on.load_things(&derived.iter().flat_map(|row| [row.input, row.output]).collect()).await?;
        let said = derived.iter().flat_map(|row| [(row.input_event, row.input), (row.output_event, row.output)]);
        self.on.load_statements(said.collect()).await?;
        let mut steps = Vec::new();
        for row in derived {
            if !self.shows_edge(row.input, row.output) {
                continue;
            }
            let here = if direction == Direction::Back { row.output } else { row.input };
            let basis = self.on.basis(row.input_event, row.input).max(self.on.basis(row.output_event, row.output));
            for station in wanted.at(here) {
                // From a unit leads on only what was consumed while something of interest was inside.
                if !station.stay().covers(row.consumed_at) {
                    continue;
                }
                let there = if direction == Direction::Back { row.input } else { row.output };
                let to = self.station(there, row.consumed_at);
                self.step(&mut steps, Step { from: station, to, hops: 1 }, basis);
                let (kind, event) = (EdgeKind::Derived, row.output_event);
                self.edges.insert(RawEdge { kind, from: row.input, to: row.output, event, basis });
            }
        }
        Ok(steps)
    }

    fn step(&mut self, steps: &mut Vec<Step<Station>>, step: Step<Station>, basis: Basis) {
        self.ways.insert((step.from.thing, step.to.thing, basis));
        steps.push(step);
    }

    /// From units to what they contained.
    async fn steps_into_units(&mut self, wanted: &Wanted) -> Result<Vec<Step<Station>>, AppError> {
        let mut found = Vec::new();
        for from in wanted.stations() {
            let Some(at) = from.opened_at() else { continue };
            for (inner, event, _) in contents_at(&self.on.inside, from.thing, at) {
                found.push(Contained { from, inner, outer: from.thing, event, when: When::At(at) });
            }
        }
        self.contained(found).await
    }

    /// From things to the units that they were in, or that the units with something of interest inside were in
    /// meanwhile.
    async fn steps_to_units_around(&mut self, wanted: &Wanted) -> Result<Vec<Step<Station>>, AppError> {
        let mut found = Vec::new();
        for (&inner, stations) in &wanted.0 {
            for &outer in self.on.packed.get(&inner).into_iter().flatten() {
                for (stay, events) in stays_in(&self.on.around, outer, inner) {
                    for &from in stations {
                        let Some(meanwhile) = stay.overlap(from.stay()) else { continue };
                        let when = When::During(meanwhile);
                        found.extend(events.iter().map(|&event| Contained { from, inner, outer, event, when }));
                    }
                }
            }
        }
        self.contained(found).await
    }

    /// Keeps the containments that the viewer may see, as edges and steps.
    async fn contained(&mut self, found: Vec<Contained>) -> Result<Vec<Step<Station>>, AppError> {
        self.on.load_things(&found.iter().flat_map(|one| [one.inner, one.outer]).collect()).await?;
        self.on.load_statements(found.iter().map(|one| (one.event, one.inner)).collect()).await?;
        let profiles = self.on.records.profiles(&found.iter().map(|one| one.event).collect()).await?;
        let mut steps = Vec::new();
        for Contained { from, inner, outer, event, when } in found {
            let seen = profiles.get(&event).is_some_and(|profile| *profile >= Profile::Trace);
            if !seen || !self.shows_edge(inner, outer) {
                continue;
            }
            let thing = if from.thing == inner { outer } else { inner };
            let when = match when {
                When::At(at) => self.station(thing, at).when,
                when if self.on.is_unit(thing) => when,
                _ => When::Always,
            };
            let basis = self.on.basis(event, inner);
            self.step(&mut steps, Step { from, to: Station { thing, when }, hops: 0 }, basis);
            self.edges.insert(RawEdge { kind: EdgeKind::Contained, from: inner, to: outer, event, basis });
        }
        Ok(steps)
    }

    /// Whether both ends are shown well enough for an edge; its event was checked before.
    fn shows_edge(&self, a: ThingId, b: ThingId) -> bool {
        let profile = |id: ThingId| self.on.things.get(&id).map(|thing| thing.profile);
        let (Some(a), Some(b)) = (profile(a), profile(b)) else { return false };
        edge_is_visible(policy::Seen::OWN, a, b)
    }

    /// The events on the things reached, directly or through a unit that they were in. Where they are more than the
    /// budget, those recorded last are left out, and the things on them are cut.
    async fn mentions(&mut self, cut: &mut BTreeSet<ThingId>) -> Result<Mentions, AppError> {
        let reached: BTreeSet<ThingId> = self.hops.keys().copied().collect();
        // What a partner is told of a gap depends on all the events that it sees.
        let is_own = self.on.records.scope.viewer() == Viewer::Own;
        let turning_points = is_own && self.question.telling == Telling::Connections;
        let units = self.on.load_occasions(&reached, turning_points).await?;
        let mut direct = self.on.mentions_of(&reached);
        let mut through = self.on.mentions_of(&units);
        let all: BTreeSet<EventId> = direct.iter().chain(&through).map(|mention| mention.event).collect();
        if all.len() > self.question.events {
            let kept: BTreeSet<EventId> = all.into_iter().take(self.question.events).collect();
            cut.extend(direct.iter().filter(|mention| !kept.contains(&mention.event)).map(|mention| mention.thing));
            direct.retain(|mention| kept.contains(&mention.event));
            through.retain(|mention| kept.contains(&mention.event));
            self.partial = true;
        }
        self.on.load_events(&self.edges.iter().map(|edge| edge.event).collect()).await?;
        let details = if self.question.telling == Telling::Details { self.details().await? } else { BTreeMap::new() };
        Ok(Mentions { direct, through, details })
    }

    /// What the events themselves tell.
    async fn details(&self) -> Result<BTreeMap<EventId, Details>, AppError> {
        let ids = self.on.events.keys().copied().collect();
        // What an event is depends on all the lots on it, not only on those that the walk reached.
        let beside = self.on.records.scope.mentions_on(&ids).await?;
        let beside = self.on.records.things(&beside.into_iter().map(|mention| mention.thing).collect()).await?;
        let kinds = Kinds(beside.into_values().map(|thing| (thing.identifier, thing.kind)).collect());
        let mut details = BTreeMap::new();
        let ids: Vec<EventId> = ids.into_iter().collect();
        for some in ids.chunks(EVENTS_AT_ONCE) {
            let events = self.on.records.events(&some.iter().copied().collect()).await?;
            details.extend(events.into_iter().map(|(id, event)| (id, Details::of(&event, &kinds))));
        }
        Ok(details)
    }

    /// The places of the events, and the sources of the lots.
    fn places(&self) -> BTreeSet<String> {
        let source = |thing: &SeenThing| match thing.lot.as_ref().map(|lot| &lot.source) {
            Some(domain::TlcSource::Place(place)) => Some(place.clone()),
            _ => None,
        };
        let sources = self.on.things.values().filter_map(source);
        self.on.events.values().flat_map(places_of).map(str::to_owned).chain(sources).collect()
    }

    /// Everything that visible events say of the things reached.
    fn sightings(&self, mentions: &Mentions) -> Sightings {
        let said: BTreeSet<(ThingId, EventId)> = mentions.direct.iter().map(|row| (row.thing, row.event)).collect();
        let mut sightings = Sightings::new();
        for mention in &mentions.direct {
            self.sight(&mut sightings, &mentions.details, mention);
        }
        for mention in mentions.through.iter().filter(|mention| matches!(mention.role, Role::Object | Role::Parent)) {
            let Some(event) = self.on.events.get(&mention.event) else { continue };
            for (child, _, quantity) in contents_by(contents_handed_over, &self.on.around, mention.thing, event.time) {
                if self.hops.contains_key(&child) && !said.contains(&(child, mention.event)) {
                    let inside = Mentioned { thing: child, event: mention.event, role: Role::Object, quantity };
                    self.sight(&mut sightings, &mentions.details, &inside);
                }
            }
        }
        sightings
    }

    /// A limit may end the walk between the ends of an edge, and what proves a containment may come later.
    fn drop_edges_beyond(&mut self) {
        let Self { edges, made, used, hops, on, .. } = self;
        let happened = |id: &EventId| on.events.get(id).is_none_or(|event| on.records.happened(event.time));
        edges.retain(|edge| hops.contains_key(&edge.from) && hops.contains_key(&edge.to) && happened(&edge.event));
        for edge in edges.iter().filter(|edge| edge.kind == EdgeKind::Derived) {
            made.insert(edge.to);
            used.insert(edge.from);
        }
    }

    fn sight(&self, sightings: &mut Sightings, details: &BTreeMap<EventId, Details>, mention: &Mentioned) {
        let Some(event) = self.on.events.get(&mention.event) else { return };
        if !self.on.records.happened(event.time) {
            return;
        }
        let basis = self.on.basis(mention.event, mention.thing);
        let name = &self.on.records.scope.tenant().name;
        let brief = sighting(name, event, mention.role, mention.quantity.clone());
        let brief = Sighting { basis, ..brief };
        let full = match details.get(&mention.event) {
            Some(details) => details.complete(brief),
            None => brief,
        };
        sightings
            .entry(mention.thing)
            .or_default()
            .push((mention.event, project(full, event.seen, |place| self.own.contains(place))));
    }

    fn finish(self, cut: &BTreeSet<ThingId>, mut sightings: Sightings) -> Answered {
        let mut answer = Answer::default();
        let mut events: BTreeSet<EventId> = self.edges.iter().map(|edge| edge.event).collect();
        for (id, &hops) in &self.hops {
            let Some(thing) = self.on.things.get(id) else { continue };
            let mut seen = sightings.remove(id).unwrap_or_default();
            seen.sort_by(|(_, a), (_, b)| order(a.get()).cmp(&order(b.get())));
            events.extend(seen.iter().map(|(event, _)| *event));
            let end = End { local: &self, thing, sightings: &seen, cut: cut.contains(id) };
            end.judge(hops, &mut answer);
            answer.nodes.push(Node {
                id: node_id(thing),
                kind: thing.kind,
                lot: thing.lot.clone(),
                identifiers: BTreeSet::from([thing.identifier.clone()]),
                hops,
                certain: false,
                sightings: seen.into_iter().map(|(_, sighting)| sighting.into_inner()).collect(),
            });
        }
        answer.edges = self.edges.iter().filter_map(|edge| self.named(edge)).collect();
        // An ambiguous code answers for no particular lot.
        let only = |start: &Start| start.things.first().filter(|_| start.things.len() == 1).copied();
        let name = |start: &Start| only(start).and_then(|one| self.on.things.get(&one)).map(node_id);
        answer.asked = self.question.starts.iter().map(name).collect();
        let id = |thing: &ThingId| self.on.things.get(thing).map(node_id);
        let ways =
            self.ways.iter().filter_map(|(from, to, basis)| Some(Way { from: id(from)?, to: id(to)?, basis: *basis }));
        answer.ways = ways.collect();
        answer.partial = self.partial;
        Answered { answer, events }
    }

    fn named(&self, edge: &RawEdge) -> Option<Edge> {
        let event = self.on.events.get(&edge.event)?;
        Some(Edge {
            kind: edge.kind,
            from: node_id(self.on.things.get(&edge.from)?),
            to: node_id(self.on.things.get(&edge.to)?),
            event: event.reference.clone(),
            day: event.day,
            asserter: self.on.records.scope.tenant().name.clone(),
            basis: edge.basis,
        })
    }
}

/// The order of sightings, whatever order their events were recorded in.
fn order(sighting: &Sighting) -> (Date, Option<Timestamp>, &str, Role) {
    (sighting.day, sighting.time, &sighting.event, sighting.role)
}

/// The name of a thing in answers.
pub(crate) fn node_id(thing: &SeenThing) -> NodeId {
    match &thing.lot {
        Some(key) => NodeId(key.to_string()),
        None => NodeId(thing.identifier.clone()),
    }
}
