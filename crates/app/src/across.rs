//! A trace across organisations: the one who asks walks, and asks each organisation itself.
//!
//! Nobody asks on another's behalf. A tenant of this gateway is asked as the trading partner that it is: through its own
//! view index, under its own rules and grants.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Direction, PartyId, TenantId, Viewer};
use jiff::Timestamp;
use lineage::{Answer, Continuation, Gap, GapReason, Known, Limits, Lineage, NodeId, Step, ThingKind, Walk};
use store::{Party, Scope, SeenThing};

use crate::{
    AppError, Caller,
    answer::{Question, Start, Telling, answer, node_id},
    cursor::Cursors,
    lots::{Taken, named, taken_for},
    places::places_in,
    records::Records,
};

/// What to trace.
#[derive(Clone, Debug)]
pub struct TraceQuestion {
    /// A lot code, an identifier in any spelling, or a node name of an earlier answer.
    pub lot: String,
    /// Which way.
    pub direction: Direction,
    /// Derivations from the lot at most.
    pub hops: u32,
    /// Facts up to this instant; `None` for everything known.
    pub as_of: Option<Timestamp>,
}

/// How a trace is answered.
#[derive(Clone, Debug, Default)]
pub struct TraceOptions {
    /// Also the other way.
    pub both_ways: bool,
    /// Only what the asker's own records knew at this instant; `None` for everything known today. For staff.
    pub known_at: Option<Timestamp>,
    /// How much at first.
    pub budget: Budget,
    /// How much of the events.
    pub telling: Telling,
    /// Continues a partial answer of the same question.
    pub after: Option<String>,
}

/// What an answer may cost, each way. Continuing a partial answer doubles it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Budget {
    /// Nodes over all organisations.
    pub nodes: usize,
    /// Events of one organisation.
    pub events: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { nodes: 5_000, events: 50_000 }
    }
}

/// Doublings of a budget at most.
const MAX_ROUNDS: u32 = 12;

impl Budget {
    fn in_round(self, round: u32) -> Self {
        let times = 1usize << round.min(MAX_ROUNDS);
        Self { nodes: self.nodes.saturating_mul(times), events: self.events.saturating_mul(times) }
    }
}

/// The answer to a trace, with names for people.
#[derive(Clone, Debug)]
pub struct Trace {
    /// What was found and what is missing.
    pub lineage: Lineage,
    /// The nodes that the question named.
    pub starts: Vec<NodeId>,
    /// Names of the places in the answer, as far as the asker's own records and registry know them.
    pub places: BTreeMap<String, String>,
    /// Where a budget ended the answer: the cursor that continues it. The continued answer holds this one too.
    pub next: Option<String>,
}

/// Questions to organisations in one trace at most, in the first round.
const MAX_QUESTIONS: usize = 64;

/// Who is asked.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Holder {
    Own,
    Party(PartyId),
}

/// A lot in the records of somebody.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Leg {
    holder: Holder,
    node: NodeId,
    /// For a unit, when it was handed over.
    when: Option<Timestamp>,
}

/// A way on: from which node, to which leg, over how many derivations.
type Way = (NodeId, Leg, u32);

impl Caller {
    /// Traces a lot, without the details of its events. Staff get the answers of other organisations too, each cut by its owner's policy; anybody else
    /// gets what this tenant shows it. `None` when the lot is not there or not to be seen.
    ///
    /// # Errors
    /// [`AppError`].
    pub async fn trace(&self, question: &TraceQuestion) -> Result<Option<Trace>, AppError> {
        self.trace_within(question, &TraceOptions::default()).await
    }

    /// Traces a lot as [`trace`](Self::trace) does, within a budget, both ways, or as it was known once.
    ///
    /// # Errors
    /// [`AppError::BadCursor`], [`AppError::StaffOnly`] for somebody else who asks what was known.
    pub async fn trace_within(
        &self,
        question: &TraceQuestion,
        options: &TraceOptions,
    ) -> Result<Option<Trace>, AppError> {
        let scope = self.scope().await?;
        if options.known_at.is_some() && !self.is_staff() {
            return Err(AppError::StaffOnly);
        }
        let TraceOptions { both_ways, known_at, budget, telling, after } = options;
        let cursors = Cursors::new(scope, &("trace", question, both_ways, known_at, budget));
        let round = match after {
            None => 0,
            Some(cursor) => round_of(&cursors.open(cursor)?)?,
        };
        let things = named(scope, &question.lot).await?;
        if things.is_empty() {
            return Ok(None);
        }
        let starts: Vec<NodeId> = things.iter().map(node_id).collect();
        let mut lineage = Lineage::default();
        for direction in ways(question.direction, *both_ways) {
            let plan = Plan {
                direction,
                hops: question.hops,
                as_of: question.as_of,
                known_at: *known_at,
                budget: budget.in_round(round),
                telling: *telling,
                questions: MAX_QUESTIONS << round.min(MAX_ROUNDS),
            };
            lineage.merge(self.one_way(scope, &things, &starts, &plan).await?);
        }
        let mut starts: Vec<NodeId> = starts.iter().map(|start| lineage.name(start).clone()).collect();
        starts.sort();
        starts.dedup();
        let places = self.place_names(Some(&places_in(&lineage))).await?;
        let goes_on = lineage.is_partial() && round < MAX_ROUNDS;
        let next = goes_on.then(|| cursors.seal(&(round + 1).to_be_bytes())).transpose()?;
        Ok(Some(Trace { lineage, starts, places, next }))
    }

    async fn one_way(
        &self,
        scope: &Scope,
        things: &[SeenThing],
        starts: &[NodeId],
        plan: &Plan,
    ) -> Result<Lineage, AppError> {
        let at = plan.as_of.unwrap_or(Timestamp::MAX);
        let start = Start { things: things.iter().map(|thing| thing.id).collect(), at };
        let first = plan.question(vec![start], plan.hops, plan.budget.nodes);
        let records = Records::new(scope, plan.as_of, plan.known_at);
        let own = answer(self.app.store(), records, &first).await?.answer;
        // What others know today says nothing of what was known here then.
        let mut lineage = if self.is_staff() && plan.known_at.is_none() {
            Walker::new(self, plan).walk(own, starts).await?
        } else {
            alone(own, plan.direction)
        };
        lineage.settle(starts);
        Ok(lineage)
    }
}

fn ways(direction: Direction, both: bool) -> Vec<Direction> {
    if both { vec![Direction::Back, Direction::Forward] } else { vec![direction] }
}

fn round_of(position: &[u8]) -> Result<u32, AppError> {
    position.try_into().map(u32::from_be_bytes).map_err(|_| AppError::BadCursor)
}

/// One way of a trace.
struct Plan {
    direction: Direction,
    hops: u32,
    as_of: Option<Timestamp>,
    known_at: Option<Timestamp>,
    budget: Budget,
    telling: Telling,
    questions: usize,
}

impl Plan {
    fn question(&self, starts: Vec<Start>, hops: u32, nodes: usize) -> Question {
        let limits = Limits { hops, nodes };
        Question { starts, direction: self.direction, limits, events: self.budget.events, telling: self.telling }
    }
}

/// The answer of one organisation to somebody who has to ask the next one himself: where it goes on is a gap that
/// names the place that is referred to.
fn alone(answer: Answer, direction: Direction) -> Lineage {
    let mut lineage = Lineage::default();
    for Continuation { at, party, .. } in &answer.continuations {
        let (at, counterparty) = (at.clone(), Some(party.clone()));
        lineage.add_gap(Gap { at, direction, reason: GapReason::NotAvailable, counterparty, retryable: false });
    }
    lineage.join(&[], answer);
    lineage
}

/// The walk over organisations.
struct Walker<'a> {
    caller: &'a Caller,
    plan: &'a Plan,
    lineage: Lineage,
    questions: usize,
    /// Nodes whose history led to where the walk had been.
    looped: BTreeSet<NodeId>,
    // Loaded once: a trace asks for the same few parties again and again.
    parties: BTreeMap<PartyId, Party>,
}

impl<'a> Walker<'a> {
    fn new(caller: &'a Caller, plan: &'a Plan) -> Self {
        Self {
            caller,
            plan,
            lineage: Lineage::default(),
            questions: 0,
            looped: BTreeSet::new(),
            parties: BTreeMap::new(),
        }
    }

    /// Starts from the caller's own answer and follows its continuations.
    async fn walk(mut self, own: Answer, starts: &[NodeId]) -> Result<Lineage, AppError> {
        let parties = self.caller.app.store().parties(self.caller.tenant.id).await?;
        self.parties = parties.into_iter().map(|party| (party.id, party)).collect();
        let start = |node: &NodeId| Leg { holder: Holder::Own, node: node.clone(), when: None };
        let asked: Vec<Leg> = starts.iter().map(start).collect();
        let limits = Limits { hops: self.plan.hops, nodes: self.plan.budget.nodes };
        let mut walk = Walk::new(asked.clone(), limits);
        let ways = self.absorb(Holder::Own, &[], own).await?;
        self.go(&mut walk, steps(&asked, ways));
        loop {
            let mut groups: BTreeMap<(Holder, u32), Vec<Leg>> = BTreeMap::new();
            for (leg, hops) in walk.wants() {
                groups.entry((leg.holder, hops)).or_default().push(leg);
            }
            if groups.is_empty() {
                break;
            }
            let mut further = Vec::new();
            for ((holder, hops), legs) in groups {
                let ways = self.ask(holder, hops, &legs).await?;
                further.extend(steps(&legs, ways));
            }
            self.go(&mut walk, further);
        }
        let walked = walk.finish();
        if walked.full {
            self.lineage.set_partial();
        }
        for leg in walked.cut {
            self.gap(&leg.node, GapReason::Limit, None);
        }
        self.close_loops();
        Ok(self.lineage)
    }

    fn go(&mut self, walk: &mut Walk<Leg>, steps: Vec<Step<Leg>>) {
        self.looped.extend(steps.iter().filter(|step| walk.has_reached(&step.to)).map(|step| step.to.node.clone()));
        walk.absorb(steps);
    }

    /// Where everybody refers to one another and nobody tells where the lot came from, something is missing.
    fn close_loops(&mut self) {
        if self.plan.direction == Direction::Forward {
            return;
        }
        let with_gap: BTreeSet<NodeId> = self.lineage.gaps().map(|gap| gap.at).collect();
        for node in std::mem::take(&mut self.looped) {
            let is_lot = self.lineage.node(&node).is_some_and(|node| node.lot.is_some());
            if is_lot && !self.lineage.tells_origin(&node) && !with_gap.contains(self.lineage.name(&node)) {
                self.gap(&node, GapReason::Loop, None);
            }
        }
    }

    /// Asks one organisation about some lots that are `hops` derivations from the start, and gives the ways that its
    /// answer leads on.
    async fn ask(&mut self, holder: Holder, hops: u32, legs: &[Leg]) -> Result<Vec<Way>, AppError> {
        let nodes: Vec<NodeId> = legs.iter().map(|leg| leg.node.clone()).collect();
        let room = self.plan.budget.nodes.saturating_sub(self.lineage.nodes().count());
        self.questions += 1;
        if self.questions > self.plan.questions || room == 0 {
            self.lineage.set_partial();
            self.gaps(&nodes, GapReason::Limit, None);
            return Ok(Vec::new());
        }
        let party = self.party(holder).cloned();
        let name = party.as_ref().map(|party| party.name.clone());
        let scope = match (holder, party.and_then(|party| party.hosted)) {
            (Holder::Own, _) => Some(self.caller.scope().await?.clone()),
            (Holder::Party(_), Some(tenant)) => self.partner_scope(tenant).await?,
            (Holder::Party(_), None) => {
                self.gaps(&nodes, GapReason::NoGateway, name.as_ref());
                return Ok(Vec::new());
            }
        };
        let Some(scope) = scope else {
            // The other organisation does not know us: to it we are a stranger.
            self.gaps(&nodes, GapReason::NotAvailable, name.as_ref());
            return Ok(Vec::new());
        };
        let starts = self.starts(&scope, legs, name.as_ref()).await?;
        let left = self.plan.hops.saturating_sub(hops);
        // The lots asked about are counted already.
        let question = self.plan.question(starts, left, room + legs.len());
        let records = Records::new(&scope, self.plan.as_of, None);
        let mut answer = answer(self.caller.app.store(), records, &question).await?.answer;
        for node in &mut answer.nodes {
            node.hops = node.hops.saturating_add(hops);
        }
        for gap in &mut answer.gaps {
            gap.counterparty.clone_from(&name);
        }
        self.absorb(holder, &nodes, answer).await
    }

    /// What the organisation takes the lots for. A lot that it does not know, or not for certain, leaves a gap.
    async fn starts(&mut self, scope: &Scope, legs: &[Leg], name: Option<&String>) -> Result<Vec<Start>, AppError> {
        let asked: Vec<Known> = legs.iter().map(|leg| self.known(&leg.node)).collect();
        let mut starts = Vec::with_capacity(legs.len());
        for (leg, Taken { things, contradicted }) in legs.iter().zip(taken_for(scope, &asked).await?) {
            match things.len() {
                1 => {}
                0 if !contradicted => self.gap(&leg.node, GapReason::NotAvailable, name.cloned()),
                _ => self.gap(&leg.node, GapReason::Invalid, name.cloned()),
            }
            let at = leg.when.or(self.plan.as_of).unwrap_or(Timestamp::MAX);
            starts.push(Start { things, at });
        }
        Ok(starts)
    }

    /// Joins an answer and turns its continuations into ways on.
    async fn absorb(&mut self, holder: Holder, asked: &[NodeId], mut answer: Answer) -> Result<Vec<Way>, AppError> {
        let continuations = std::mem::take(&mut answer.continuations);
        let name = self.party(holder).map(|party| party.name.clone());
        for node in self.lineage.join(asked, answer) {
            self.gap(&node, GapReason::Invalid, name.clone());
        }
        let parties = continuations.iter().map(|continuation| continuation.party.clone()).collect();
        let owners = self.caller.app.store().owners(self.caller.tenant.id, &parties).await?;
        let mut ways = Vec::new();
        for Continuation { at, party, hops, when } in continuations {
            let next = match owners.get(&party) {
                Some(None) => Holder::Own,
                Some(Some(party)) => Holder::Party(party.id),
                None => {
                    self.gap(&at, GapReason::NoGateway, Some(party));
                    continue;
                }
            };
            if next == holder {
                // It refers to itself, and it has just been asked.
                self.looped.insert(at);
            } else {
                ways.push((at.clone(), Leg { holder: next, node: at, when }, hops));
            }
        }
        Ok(ways)
    }

    fn party(&self, holder: Holder) -> Option<&Party> {
        match holder {
            Holder::Own => None,
            Holder::Party(id) => self.parties.get(&id),
        }
    }

    /// The records of another tenant as they are open to us.
    async fn partner_scope(&self, tenant: TenantId) -> Result<Option<Scope>, AppError> {
        let store = self.caller.app.store();
        let us = self.caller.tenant.id;
        let parties = store.parties(tenant).await?;
        let Some(us) = parties.iter().find(|party| party.hosted == Some(us)) else { return Ok(None) };
        let purpose = self.caller.principal.purpose;
        Ok(Some(store.scope(tenant, Viewer::Party(us.id), purpose, self.caller.app.now()).await?))
    }

    /// Everything by which another organisation may know a lot.
    fn known(&self, id: &NodeId) -> Known {
        match self.lineage.node(id) {
            Some(node) => node.known(),
            None => Known { lot: None, identifiers: BTreeSet::from([id.0.clone()]) },
        }
    }

    fn gaps(&mut self, nodes: &[NodeId], reason: GapReason, counterparty: Option<&String>) {
        for node in nodes {
            self.gap(node, reason, counterparty.cloned());
        }
    }

    fn gap(&mut self, at: &NodeId, reason: GapReason, counterparty: Option<String>) {
        // Where another input of a trace is no listed food, nobody is expected to know more.
        if self.lineage.node(at).is_some_and(|node| node.kind == ThingKind::OtherInput) {
            return;
        }
        let direction = self.plan.direction;
        self.lineage.add_gap(Gap { at: at.clone(), direction, reason, counterparty, retryable: false });
    }
}

/// Steps from what was asked. What was found from any of them is reached from all: distances count from the nearest.
fn steps(asked: &[Leg], ways: Vec<Way>) -> Vec<Step<Leg>> {
    let from = |node: &NodeId| asked.iter().find(|leg| leg.node == *node).or(asked.first()).cloned();
    ways.into_iter().filter_map(|(node, to, hops)| Some(Step { from: from(&node)?, to, hops })).collect()
}
