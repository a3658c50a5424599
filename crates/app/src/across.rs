//! A trace across organisations: the one who asks walks, and asks each organisation itself.
//!
//! Nobody asks on another's behalf. A tenant of this gateway is asked as the trading partner that it is: through its own
//! view index, under its own rules and grants.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Direction, LotKey, PartyId, TenantId, Viewer};
use jiff::Timestamp;
use lineage::{Gap, GapReason, Limits, Lineage, NodeId, Step, ThingKind, Walk};
use store::{Party, Scope};

use crate::{
    AppError, Caller,
    answer::{Answered, Question, answer},
    lots::codes_of_text,
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

/// The answer to a trace, with names for people.
#[derive(Clone, Debug)]
pub struct Trace {
    /// What was found and what is missing.
    pub lineage: Lineage,
    /// The nodes that the question named.
    pub starts: Vec<NodeId>,
    /// Names of places, as far as the asker's own records and registry know them.
    pub places: BTreeMap<String, String>,
}

/// Nodes of one trace at most, over all organisations.
const MAX_NODES: usize = 5_000;
/// Organisations asked in one trace at most.
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
}

impl Caller {
    /// Traces a lot. Staff get the answers of other organisations too, each cut by its owner's policy; anybody else
    /// gets what this tenant shows it. `None` when the lot is not there or not to be seen.
    ///
    /// # Errors
    /// [`AppError`].
    pub async fn trace(&self, question: &TraceQuestion) -> Result<Option<Trace>, AppError> {
        let scope = self.scope().await?;
        let first = question_of(vec![codes_of_text(&question.lot)], question, question.hops);
        let answered = answer(scope, &first).await?;
        let starts: Vec<NodeId> =
            answered.answer.nodes.iter().filter(|node| node.hops == 0).map(|node| node.id.clone()).collect();
        if starts.is_empty() {
            return Ok(None);
        }
        let starts = self.start_names(scope, &question.lot, starts).await?;
        let lineage = if self.is_staff() {
            Walker::new(self, question).walk(answered, &starts).await?
        } else {
            let mut lineage = Lineage::default();
            lineage.join(&[], answered.answer);
            lineage
        };
        let starts = starts.iter().map(|start| lineage.name(start).clone()).collect();
        let places = self.place_names(scope).await?;
        Ok(Some(Trace { lineage, starts, places }))
    }

    /// Of the nodes at no distance, those that were asked for; the others were found inside a unit or around a lot.
    async fn start_names(&self, scope: &Scope, lot: &str, near: Vec<NodeId>) -> Result<Vec<NodeId>, AppError> {
        let named = scope.things_named(&codes_of_text(lot)).await?;
        let named: BTreeSet<NodeId> = named.iter().map(crate::answer::node_id).collect();
        Ok(near.into_iter().filter(|node| named.contains(node)).collect())
    }

    /// Names of places, as far as the caller's own records and registry know them.
    ///
    /// # Errors
    /// [`AppError`].
    pub async fn names_of_places(&self) -> Result<BTreeMap<String, String>, AppError> {
        self.place_names(self.scope().await?).await
    }

    /// Names of places: master data first, then the registry.
    pub(crate) async fn place_names(&self, scope: &Scope) -> Result<BTreeMap<String, String>, AppError> {
        let mut names = BTreeMap::new();
        if self.is_staff() {
            names.extend(self.app.store().names(self.tenant.id).await?);
        }
        for (id, elements) in scope.vocabulary(None).await? {
            let described = elements.iter().map(fsma204::LocationDescription::from_vocabulary);
            if let Some(name) = described.into_iter().find_map(|place| place.business_name) {
                names.insert(id, name);
            }
        }
        Ok(names)
    }
}

fn question_of(things: Vec<Vec<String>>, question: &TraceQuestion, hops: u32) -> Question {
    Question {
        things,
        direction: question.direction,
        limits: Limits { hops, nodes: MAX_NODES },
        as_of: question.as_of.unwrap_or(Timestamp::MAX),
    }
}

/// The walk over organisations.
struct Walker<'a> {
    caller: &'a Caller,
    question: &'a TraceQuestion,
    lineage: Lineage,
    questions: usize,
}

impl<'a> Walker<'a> {
    fn new(caller: &'a Caller, question: &'a TraceQuestion) -> Self {
        Self { caller, question, lineage: Lineage::default(), questions: 0 }
    }

    /// Starts from the caller's own answer and follows its continuations.
    async fn walk(mut self, own: Answered, starts: &[NodeId]) -> Result<Lineage, AppError> {
        let start = |node: &NodeId| Leg { holder: Holder::Own, node: node.clone() };
        let limits = Limits { hops: self.question.hops, nodes: MAX_NODES };
        let mut walk = Walk::new(starts.iter().map(start), limits);
        let steps = self.absorb(Holder::Own, starts, own).await?;
        // What was found from any start is reached from all of them: distances count from the nearest.
        walk.absorb(steps.into_iter().filter_map(|(node, to, hops)| {
            let from = starts.iter().find(|start| **start == node).or(starts.first())?;
            Some(Step { from: start(from), to, hops })
        }));
        loop {
            let mut groups: BTreeMap<(Holder, u32), Vec<NodeId>> = BTreeMap::new();
            for (leg, hops) in walk.wants() {
                groups.entry((leg.holder, hops)).or_default().push(leg.node);
            }
            if groups.is_empty() {
                break;
            }
            let mut steps = Vec::new();
            for ((holder, hops), nodes) in groups {
                for (node, to, more) in self.ask(holder, self.question.hops.saturating_sub(hops), &nodes).await? {
                    let asked = nodes.iter().find(|asked| **asked == node).or(nodes.first());
                    let Some(from) = asked.map(|node| Leg { holder, node: node.clone() }) else { continue };
                    steps.push(Step { from, to, hops: more });
                }
            }
            walk.absorb(steps);
        }
        for leg in walk.finish().cut {
            self.gap(&leg.node, GapReason::Limit, None);
        }
        Ok(self.lineage)
    }

    /// Asks one organisation about some lots and gives the legs that its answer leads to: from which node, to which
    /// leg, over how many derivations.
    async fn ask(&mut self, holder: Holder, hops: u32, nodes: &[NodeId]) -> Result<Vec<(NodeId, Leg, u32)>, AppError> {
        self.questions += 1;
        if self.questions > MAX_QUESTIONS {
            for node in nodes {
                self.gap(node, GapReason::Limit, None);
            }
            return Ok(Vec::new());
        }
        let party = match holder {
            Holder::Own => None,
            Holder::Party(id) => self.party(id).await?,
        };
        let name = party.as_ref().map(|party| party.name.clone());
        let scope = match (&holder, &party) {
            (Holder::Own, _) => Some(self.caller.scope().await?.clone()),
            (Holder::Party(_), Some(Party { hosted: Some(tenant), .. })) => self.partner_scope(*tenant).await?,
            (Holder::Party(_), _) => {
                for node in nodes {
                    self.gap(node, GapReason::NoGateway, name.clone());
                }
                return Ok(Vec::new());
            }
        };
        let Some(scope) = scope else {
            // The other organisation does not know us: to it we are a stranger.
            for node in nodes {
                self.gap(node, GapReason::NotAvailable, name.clone());
            }
            return Ok(Vec::new());
        };
        let things = nodes.iter().map(|node| self.codes(node)).collect();
        let mut answered = answer(&scope, &question_of(things, self.question, hops)).await?;
        for gap in &mut answered.answer.gaps {
            gap.counterparty.clone_from(&name);
        }
        for (node, found) in nodes.iter().zip(&answered.answer.asked) {
            if found.is_none() {
                self.gap(node, GapReason::NotAvailable, name.clone());
            }
        }
        self.absorb(holder, nodes, answered).await
    }

    /// Joins an answer and turns its continuations into legs.
    async fn absorb(
        &mut self,
        holder: Holder,
        asked: &[NodeId],
        answered: Answered,
    ) -> Result<Vec<(NodeId, Leg, u32)>, AppError> {
        let continuations = answered.answer.continuations.clone();
        let names = if holder == Holder::Own { &[] } else { asked };
        self.lineage.join(names, answered.answer);
        let parties = continuations.iter().map(|continuation| continuation.party.clone()).collect();
        let owners = self.caller.app.store().owners(self.caller.tenant.id, &parties).await?;
        let mut legs = Vec::new();
        for continuation in continuations {
            let to = match owners.get(&continuation.party) {
                // Our own place: where we stand, or where we come from.
                Some(None) => continue,
                Some(Some(party)) if Holder::Party(party.id) == holder => continue,
                Some(Some(party)) => Leg { holder: Holder::Party(party.id), node: continuation.at.clone() },
                None => {
                    self.gap(&continuation.at, GapReason::NoGateway, Some(continuation.party));
                    continue;
                }
            };
            legs.push((continuation.at, to, continuation.hops));
        }
        Ok(legs)
    }

    async fn party(&self, id: PartyId) -> Result<Option<Party>, AppError> {
        let parties = self.caller.app.store().parties(self.caller.tenant.id).await?;
        Ok(parties.into_iter().find(|party| party.id == id))
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

    /// Everything by which another organisation may know a lot: identifiers, or its code where there is none.
    fn codes(&self, id: &NodeId) -> Vec<String> {
        match self.lineage.node(id) {
            Some(node) if !node.identifiers.is_empty() => node.identifiers.iter().cloned().collect(),
            Some(node) => node.lot.iter().map(|LotKey { tlc, .. }| tlc.as_str().to_owned()).collect(),
            None => vec![id.0.clone()],
        }
    }

    fn gap(&mut self, at: &NodeId, reason: GapReason, counterparty: Option<String>) {
        // Where another input of a trace is no listed food, nobody is expected to know more.
        if self.lineage.node(at).is_some_and(|node| node.kind == ThingKind::OtherInput) {
            return;
        }
        let direction = self.question.direction;
        self.lineage.add_gap(Gap { at: at.clone(), direction, reason, counterparty, retryable: false });
    }
}
