//! What one organisation's records say of some lots, for one viewer.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Continuation as Share, Direction, EventId, Profile, ThingId, Viewer};
use fsma204::classify;
use gs1::Identifier;
use jiff::Timestamp;
use lineage::{
    Answer, Change, Continuation, CustodyKind, Edge, EdgeKind, Gap, GapReason, Limits, Node, NodeId, Reading, Role,
    Sighting, Stage, Step, ThingKind, Walk, contents,
};
use policy::{Visible, edge_is_visible, project};
use store::{Derived, Inside, Mentioned, Scope, SeenEvent, SeenThing};

use crate::{AppError, capture::Kinds};

/// A question to one organisation.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// The lots or units, each by all the codes and identifiers that are known for it.
    pub(crate) things: Vec<Vec<String>>,
    /// Which way.
    pub(crate) direction: Direction,
    /// How far.
    pub(crate) limits: Limits,
    /// Facts up to this instant; a unit stands for what it contained then.
    pub(crate) as_of: Timestamp,
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
pub(crate) async fn answer(scope: &Scope, question: &Question) -> Result<Answered, AppError> {
    let mut asked = Vec::with_capacity(question.things.len());
    for codes in &question.things {
        let things = scope.things_named(codes).await?;
        asked.push(things.into_iter().map(|thing| thing.id).collect::<Vec<_>>());
    }
    let mut local = Local::new(scope, question);
    let cut = local.walk(asked.iter().flatten().copied().collect()).await?;
    let sightings = local.sightings().await?;
    Ok(local.finish(&asked, &cut, sightings))
}

struct Local<'a> {
    scope: &'a Scope,
    question: &'a Question,
    things: BTreeMap<ThingId, SeenThing>,
    events: BTreeMap<EventId, SeenEvent>,
    hops: BTreeMap<ThingId, u32>,
    edges: BTreeSet<RawEdge>,
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
        }
    }

    /// Walks to everything that can be reached; gives the things beyond which the limits forbade to go.
    async fn walk(&mut self, starts: BTreeSet<ThingId>) -> Result<BTreeSet<ThingId>, AppError> {
        self.load_things(&starts).await?;
        let starts: Vec<Station> = starts.iter().map(|&thing| self.station(thing, self.question.as_of)).collect();
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
        Station { thing, at: is_unit.then_some(at) }
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
                    Direction::Forward => self.station(row.output, row.consumed_at),
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
            Direction::Forward if station.at.is_none() => true,
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

    /// Everything that visible events say of the things reached, directly or through a unit that they were in.
    async fn sightings(&mut self) -> Result<Sightings, AppError> {
        let reached: BTreeSet<ThingId> = self.hops.keys().copied().collect();
        let direct = self.scope.mentions_of(&reached).await?;
        let around = self.scope.units_around(&reached).await?;
        let units: BTreeSet<ThingId> = around.keys().copied().collect();
        let through = self.scope.mentions_of(&units).await?;
        self.load_events(&direct.iter().chain(&through).map(|mention| mention.event).collect()).await?;

        let kinds = Kinds(self.things.values().map(|thing| (thing.identifier.clone(), thing.kind)).collect());
        let said: BTreeSet<(ThingId, EventId)> = direct.iter().map(|row| (row.thing, row.event)).collect();
        let mut sightings = Sightings::new();
        for mention in direct {
            self.sight(&mut sightings, &kinds, &mention);
        }
        for mention in through.iter().filter(|mention| matches!(mention.role, Role::Object | Role::Parent)) {
            let Some(event) = self.events.get(&mention.event) else { continue };
            let time = event.event.event_time.instant();
            for (child, _, amount) in contents_at(&around, mention.thing, time) {
                if reached.contains(&child) && !said.contains(&(child, mention.event)) {
                    let inside =
                        Mentioned { thing: child, event: mention.event, role: Role::Object, quantity: amount.clone() };
                    self.sight(&mut sightings, &kinds, &inside);
                }
            }
        }
        Ok(sightings)
    }

    fn sight(&self, sightings: &mut Sightings, kinds: &Kinds, mention: &Mentioned) {
        let Some(event) = self.events.get(&mention.event) else { return };
        if event.event.event_time.instant() > self.question.as_of {
            return;
        }
        let full = sighting(&self.scope.tenant().name, event, mention.role, mention.quantity.clone(), kinds);
        sightings.entry(mention.thing).or_default().push((mention.event, project(full, event.seen)));
    }

    fn finish(self, asked: &[Vec<ThingId>], cut: &BTreeSet<ThingId>, mut sightings: Sightings) -> Answered {
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
        answer.asked = asked
            .iter()
            .map(|things| match things.as_slice() {
                [one] => self.things.get(one).map(node_id),
                _ => None,
            })
            .collect();
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

/// Amount and unit of measure.
type Amount = (String, Option<String>);

/// What is inside a unit at an instant, with the event that put it there (or proves that it was there) and how much.
fn contents_at(inside: &Inside, unit: ThingId, at: Timestamp) -> Vec<(ThingId, EventId, Option<Amount>)> {
    let Some(changes) = inside.get(&unit) else { return Vec::new() };
    let plain: Vec<Change<ThingId>> = changes.iter().map(|(_, change)| change.clone()).collect();
    let evidence = |child: ThingId| {
        let of_child = || changes.iter().filter(|(_, change)| change.child == Some(child));
        let before = of_child().filter(|(_, change)| change.time <= at).max_by_key(|(_, change)| change.time);
        before.or_else(|| of_child().min_by_key(|(_, change)| change.time)).map(|(event, _)| *event)
    };
    contents(&plain, at)
        .into_iter()
        .filter_map(|content| {
            let amount = content.amount.map(|amount| (amount.normalize().to_string(), content.uom.clone()));
            Some((content.child, evidence(content.child)?, amount))
        })
        .collect()
}

/// How the history of one thing ends in this answer.
struct End<'a> {
    local: &'a Local<'a>,
    thing: &'a SeenThing,
    sightings: &'a [(EventId, Visible<Sighting>)],
    cut: bool,
}

impl End<'_> {
    fn judge(&self, hops: u32, answer: &mut Answer) {
        let direction = self.local.question.direction;
        let at = node_id(self.thing);
        let gap = |reason| Gap { at: at.clone(), direction, reason, counterparty: None, retryable: false };
        if self.cut {
            answer.gaps.push(gap(GapReason::Limit));
            return;
        }
        let onward = self.elsewhere();
        if !onward.is_empty() && self.thing.continuation == Share::Refer {
            let places = onward.into_iter();
            answer.continuations.extend(places.map(|party| Continuation { at: at.clone(), party, hops }));
        } else if !onward.is_empty() && self.thing.continuation == Share::Withheld {
            answer.gaps.push(gap(GapReason::Withheld));
        } else if self.is_open() {
            answer.gaps.push(gap(GapReason::NotAvailable));
        }
    }

    /// The places where the history goes on, as far as events that the viewer sees well enough tell.
    fn elsewhere(&self) -> BTreeSet<String> {
        let wanted = match self.local.question.direction {
            Direction::Back => CustodyKind::Received,
            Direction::Forward => CustodyKind::Shipped,
        };
        let hand_overs = self.sightings.iter().filter(|(_, sighting)| sighting.get().custody == Some(wanted));
        let mut places: BTreeSet<String> = hand_overs
            .filter_map(|(event, _)| self.local.events.get(event))
            .filter_map(|event| {
                let custody = reading(event).custody?;
                if wanted == CustodyKind::Received { custody.from_place } else { custody.to_place }
            })
            .collect();
        // Staff know who assigned the code even where nobody recorded the hand-over.
        if self.local.scope.viewer() == Viewer::Own
            && self.local.question.direction == Direction::Back
            && !self.is_made_here()
            && let Some(domain::TlcSource::Place(place)) = self.thing.lot.as_ref().map(|lot| &lot.source)
        {
            places.insert(place.clone());
        }
        places
    }

    /// Whether the history evidently goes on beyond what is shown.
    fn is_open(&self) -> bool {
        if matches!(self.thing.kind, ThingKind::Unit | ThingKind::OtherInput) {
            return false;
        }
        let id = self.thing.id;
        let linked = |kind: EdgeKind, end: fn(&RawEdge) -> ThingId| {
            self.local.edges.iter().any(|edge| edge.kind == kind && end(edge) == id)
        };
        match self.local.question.direction {
            Direction::Back => {
                let made_from_nothing = self.is_made_here() && !self.is_transformed_here();
                !linked(EdgeKind::Derived, |edge| edge.to) && !made_from_nothing
            }
            // The end of a chain is where the goods are; only a shipment to somewhere unsaid leaves it open.
            Direction::Forward => {
                let shipped = |sighting: &Sighting| sighting.custody == Some(CustodyKind::Shipped);
                self.sightings.iter().any(|(_, sighting)| shipped(sighting.get()) && sighting.get().to_place.is_none())
            }
        }
    }

    fn is_made_here(&self) -> bool {
        self.made(|_| true)
    }

    fn is_transformed_here(&self) -> bool {
        self.made(|role| role == Role::Output)
    }

    fn made(&self, wanted: impl Fn(Role) -> bool) -> bool {
        self.sightings.iter().any(|(event, sighting)| {
            let role = sighting.get().role;
            let seen = sighting.get().time.is_some();
            let event = self.local.events.get(event);
            seen && wanted(role) && event.is_some_and(|event| lineage::creates(&event.event, role))
        })
    }
}

/// The name of a thing in answers.
pub(crate) fn node_id(thing: &SeenThing) -> NodeId {
    match &thing.lot {
        Some(key) => NodeId(key.to_string()),
        None => NodeId(thing.identifier.clone()),
    }
}

fn reading(event: &SeenEvent) -> Reading {
    lineage::read(&event.event, Stage::Unknown)
}

/// An event as it touches a thing, uncut: only [`project`] may decide what of it is shown.
pub(crate) fn sighting(
    asserter: &str,
    event: &SeenEvent,
    role: Role,
    quantity: Option<Amount>,
    kinds: &Kinds,
) -> Sighting {
    let stated = &event.event;
    let custody = reading(event).custody;
    let place = |place: &Option<epcis::Place>| place.as_ref().map(|place| place.id.canonical());
    let document = |document: &epcis::BizTransaction| {
        (document.kind.as_ref().map(|kind| kind.word().to_owned()), number(&document.id))
    };
    Sighting {
        event: event.reference.clone(),
        asserter: asserter.to_owned(),
        role,
        cte: classify(stated, kinds).cte.map(|cte| cte.word().to_owned()),
        biz_step: stated.biz_step.as_ref().map(|step| step.word().to_owned()),
        day: stated.event_time_zone_offset.local_date(stated.event_time.instant()),
        time: Some(stated.event_time.instant()),
        place: place(&stated.read_point),
        location: place(&stated.biz_location),
        custody: custody.as_ref().map(|custody| custody.kind),
        from_place: custody.as_ref().and_then(|custody| custody.from_place.clone()),
        to_place: custody.and_then(|custody| custody.to_place),
        quantity,
        documents: stated.biz_transaction_list.iter().map(document).collect(),
    }
}

/// The number of a business document: what follows the issuer in `urn:epcglobal:cbv:bt:{issuer}:{number}`.
fn number(id: &Identifier) -> String {
    let text = id.spelled();
    let tail = text.strip_prefix("urn:epcglobal:cbv:bt:").and_then(|rest| rest.split_once(':'));
    tail.map_or(text, |(_, number)| number).to_owned()
}
