//! The graph that a trace ends in: lots and units, edges with the event behind them, and gaps.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Direction, LotKey, TlcSource};
use jiff::{Timestamp, civil::Date};

use crate::{CREATING_STEPS, CustodyKind, Role, ThingKind};

/// The name of a node: the lot key, or the canonical identifier of a unit or instance.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct NodeId(pub String);

/// A lot, a unit or an instance in an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its name in this answer.
    pub id: NodeId,
    /// What it is.
    pub kind: ThingKind,
    /// The key, for lots.
    pub lot: Option<LotKey>,
    /// Canonical identifiers that name it.
    pub identifiers: BTreeSet<String>,
    /// Derivations from the lot asked about.
    pub hops: u32,
    /// Whether facts alone lead here from what was asked about; `false` where only possible connections do.
    pub certain: bool,
    /// What events say of it, in order of time.
    pub sightings: Vec<Sighting>,
}

impl Node {
    /// By what it is known.
    pub fn known(&self) -> Known {
        Known { lot: self.lot.clone(), identifiers: self.identifiers.clone() }
    }
}

/// An event as it touches one node, with only what the asker may see of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sighting {
    /// Reference of the event: its id for the tenant's own staff, a pseudonym for anybody else.
    pub event: String,
    /// The organisation that asserts it.
    pub asserter: String,
    /// The part the node plays in it.
    pub role: Role,
    /// Critical tracking event, in the spelling of `fsma:cte`.
    pub cte: Option<String>,
    /// `bizStep` as a bare word.
    pub biz_step: Option<String>,
    /// Calendar date at the place of the event.
    pub day: Date,
    /// The instant.
    pub time: Option<Timestamp>,
    /// Canonical `readPoint`.
    pub place: Option<String>,
    /// Canonical `bizLocation`.
    pub location: Option<String>,
    /// Which end of a hand-over it is.
    pub custody: Option<CustodyKind>,
    /// Canonical place the goods left.
    pub from_place: Option<String>,
    /// Canonical place the goods went to.
    pub to_place: Option<String>,
    /// Amount and unit of measure of this node, as recorded.
    pub quantity: Option<(String, Option<String>)>,
    /// Business documents: type and number.
    pub documents: Vec<(Option<String>, String)>,
    /// Whether the event is about this node as a fact, or only possibly.
    pub basis: Basis,
}

/// How an event states that it is about a lot.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Basis {
    /// As a fact.
    #[default]
    Recorded,
    /// As an estimate: `inferred` in `fsma:lots`.
    Inferred,
    /// As one of several lots that it may be: `alternateTlcs` in `fsma:lots`.
    Range,
}

impl Basis {
    /// Whether it is a fact; everything else is only possible.
    pub fn is_recorded(self) -> bool {
        self == Self::Recorded
    }
}

/// What an [`Edge`] means.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum EdgeKind {
    /// `from` was consumed to make `to`.
    Derived,
    /// `from` was inside `to`.
    Contained,
    /// What an event calls `to` may in truth have been `from`.
    MayBe,
}

/// A connection between two nodes, with the event behind it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Edge {
    /// What it means.
    pub kind: EdgeKind,
    /// The input, or the content.
    pub from: NodeId,
    /// The output, or the unit.
    pub to: NodeId,
    /// Reference of the event.
    pub event: String,
    /// Date of the event at its place.
    pub day: Date,
    /// The organisation that asserts it.
    pub asserter: String,
    /// Whether it is a fact, or only possible.
    pub basis: Basis,
}

/// Why something is missing from an answer.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum GapReason {
    /// The other side could not be reached.
    Unreachable,
    /// The other side did not answer in time.
    TimedOut,
    /// The other side knows nothing of it, or shares nothing: the two are the same answer.
    NotAvailable,
    /// The history goes on, but the other side does not say where.
    Withheld,
    /// No registered organisation is known to ask.
    NoGateway,
    /// The question's own limits ended the walk here.
    Limit,
    /// The history comes back to where it was.
    Loop,
    /// The other side's answer does not fit the question.
    Invalid,
    /// The answer is older than its sender allows.
    Stale,
}

/// A hole in the answer, with its reason.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Gap {
    /// At which node.
    pub at: NodeId,
    /// On which side of it.
    pub direction: Direction,
    /// Why.
    pub reason: GapReason,
    /// Who would know, where the asker may learn it.
    pub counterparty: Option<String>,
    /// Whether asking again may help.
    pub retryable: bool,
}

/// Where the history goes on: with which organisation, by its canonical identifiers.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Continuation {
    /// From which node.
    pub at: NodeId,
    /// Canonical identifiers of the organisation or of its place.
    pub party: String,
    /// Derivations from the lot asked about.
    pub hops: u32,
    /// For a unit, when it was handed over: there it stands for what it contained then.
    pub when: Option<Timestamp>,
}

/// By what a lot or unit is known to somebody.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Known {
    /// The key, for lots.
    pub lot: Option<LotKey>,
    /// Canonical identifiers.
    pub identifiers: BTreeSet<String>,
}

impl Known {
    /// Whether both have the code or an identifier in common.
    pub fn shares_code(&self, other: &Self) -> bool {
        let code = |known: &Self| known.lot.as_ref().map(|lot| lot.tlc.clone());
        (self.lot.is_some() && code(self) == code(other)) || !self.identifiers.is_disjoint(&other.identifiers)
    }

    /// Whether the codes were assigned at different places: then these are two lots of one code. A reference leads to
    /// a place that need not be known here, so it contradicts no place.
    pub fn contradicts(&self, other: &Self) -> bool {
        match (self.lot.as_ref().map(|lot| &lot.source), other.lot.as_ref().map(|lot| &lot.source)) {
            (Some(TlcSource::Place(here)), Some(TlcSource::Place(there))) => here != there,
            _ => false,
        }
    }

    /// Whether both may be taken for the same.
    pub fn is_same(&self, other: &Self) -> bool {
        self.shares_code(other) && !self.contradicts(other)
    }
}

/// A step that the walk took. Edges show only what the asker may see; certainty follows every step.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Way {
    /// From here.
    pub from: NodeId,
    /// To here.
    pub to: NodeId,
    /// Whether as a fact, or only possibly.
    pub basis: Basis,
}

/// What one organisation answers from its own records.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// The nodes that correspond to the lots asked, by position in the question; `None` where nothing is shown.
    pub asked: Vec<Option<NodeId>>,
    /// What is shown.
    pub nodes: Vec<Node>,
    /// What is shown.
    pub edges: Vec<Edge>,
    /// Where it ends, with reasons.
    pub gaps: Vec<Gap>,
    /// Where it goes on.
    pub continuations: Vec<Continuation>,
    /// The steps behind it.
    pub ways: Vec<Way>,
    /// Whether a budget ended it before its end.
    pub partial: bool,
}

/// The answers of several organisations joined into one graph.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lineage {
    nodes: BTreeMap<NodeId, Node>,
    edges: BTreeSet<Edge>,
    gaps: BTreeSet<Gap>,
    ways: BTreeSet<Way>,
    partial: bool,
    // Invariant: the values are final names, never keys of this map.
    aliases: BTreeMap<NodeId, NodeId>,
}

impl Lineage {
    /// Adds an answer. `asked_as` are the names under which the lots were asked for, by position.
    ///
    /// The node that answers for a lot is that lot: where one side knows the lot under a provisional key and the
    /// other under a full one, they become one node under the full key. Gives the names whose answer is about another
    /// lot.
    pub fn join(&mut self, asked_as: &[NodeId], answer: Answer) -> Vec<NodeId> {
        for node in answer.nodes {
            self.add_node(node);
        }
        self.edges.extend(answer.edges);
        self.gaps.extend(answer.gaps);
        self.ways.extend(answer.ways);
        self.partial |= answer.partial;
        let mut others = Vec::new();
        for (asked, answered) in asked_as.iter().zip(answer.asked) {
            if answered.is_some_and(|answered| !self.unite(asked, &answered)) {
                others.push(asked.clone());
            }
        }
        others
    }

    /// Adds everything of another lineage, for example of the other direction.
    pub fn merge(&mut self, other: Self) {
        for node in other.nodes.into_values() {
            self.add_node(node);
        }
        self.edges.extend(other.edges);
        self.gaps.extend(other.gaps);
        self.ways.extend(other.ways);
        self.partial |= other.partial;
        for (gone, kept) in other.aliases {
            let (gone, kept) = (self.name(&gone).clone(), self.name(&kept).clone());
            if gone != kept {
                self.rename_node(&gone, &kept);
            }
        }
    }

    /// Tells which nodes facts alone lead to from these ones.
    pub fn settle(&mut self, starts: &[NodeId]) {
        let mut next: BTreeMap<&NodeId, BTreeSet<&NodeId>> = BTreeMap::new();
        for way in self.ways.iter().filter(|way| way.basis.is_recorded()) {
            next.entry(self.name(&way.from)).or_default().insert(self.name(&way.to));
        }
        let mut open: Vec<&NodeId> = starts.iter().map(|start| self.name(start)).collect();
        let mut certain: BTreeSet<NodeId> = open.iter().map(|node| (*node).clone()).collect();
        while let Some(node) = open.pop() {
            for &beyond in next.get(node).into_iter().flatten() {
                if certain.insert(beyond.clone()) {
                    open.push(beyond);
                }
            }
        }
        for node in self.nodes.values_mut() {
            node.certain |= certain.contains(&node.id);
        }
    }

    /// Whether a budget ended the walk before its end.
    pub fn is_partial(&self) -> bool {
        self.partial
    }

    /// A budget ended the walk before its end.
    pub fn set_partial(&mut self) {
        self.partial = true;
    }

    /// Whether the answers tell where a node came from: what it was made of, or that it was brought into being.
    pub fn tells_origin(&self, id: &NodeId) -> bool {
        let name = self.name(id);
        let made = |edge: &Edge| edge.kind == EdgeKind::Derived && self.name(&edge.to) == name;
        let begun = |sighting: &Sighting| {
            let step = sighting.biz_step.as_deref();
            sighting.role == Role::Output || step.is_some_and(|step| CREATING_STEPS.contains(&step))
        };
        let node = self.nodes.get(name);
        self.edges.iter().any(made) || node.is_some_and(|node| node.sightings.iter().any(begun))
    }

    /// Adds a gap.
    pub fn add_gap(&mut self, gap: Gap) {
        self.gaps.insert(gap);
    }

    /// The final name of a node.
    pub fn name<'a>(&'a self, id: &'a NodeId) -> &'a NodeId {
        self.aliases.get(id).unwrap_or(id)
    }

    /// A node by any of its names.
    pub fn node(&self, id: &NodeId) -> Option<&Node> {
        self.nodes.get(self.name(id))
    }

    /// All nodes, by name.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.values()
    }

    /// All edges, with final names.
    pub fn edges(&self) -> impl Iterator<Item = Edge> {
        let mut renamed: Vec<Edge> = self.edges.iter().map(|edge| self.rename(edge)).collect();
        if !self.aliases.is_empty() {
            renamed.sort();
            renamed.dedup();
        }
        renamed.into_iter()
    }

    /// All gaps, with final names.
    pub fn gaps(&self) -> impl Iterator<Item = Gap> {
        let renamed: BTreeSet<Gap> =
            self.gaps.iter().map(|gap| Gap { at: self.name(&gap.at).clone(), ..gap.clone() }).collect();
        renamed.into_iter()
    }

    /// Whether nothing is missing.
    pub fn is_complete(&self) -> bool {
        self.gaps.is_empty()
    }

    fn rename(&self, edge: &Edge) -> Edge {
        Edge { from: self.name(&edge.from).clone(), to: self.name(&edge.to).clone(), ..edge.clone() }
    }

    fn add_node(&mut self, mut node: Node) {
        let name = self.name(&node.id).clone();
        node.id = name.clone();
        match self.nodes.get_mut(&name) {
            Some(known) => merge(known, node),
            None => {
                self.nodes.insert(name, node);
            }
        }
    }

    /// Makes one node of two; `false` where they are different lots.
    fn unite(&mut self, a: &NodeId, b: &NodeId) -> bool {
        let (a, b) = (self.name(a).clone(), self.name(b).clone());
        if a == b {
            return true;
        }
        let known = |id: &NodeId| self.nodes.get(id).map(Node::known);
        if !known(&a).zip(known(&b)).is_some_and(|(a, b)| a.is_same(&b)) {
            return false;
        }
        let provisional = |lineage: &Self, id: &NodeId| {
            lineage.nodes.get(id).and_then(|node| node.lot.as_ref()).is_some_and(LotKey::is_provisional)
        };
        let (kept, gone) = if provisional(self, &a) && !provisional(self, &b) { (b, a) } else { (a, b) };
        self.rename_node(&gone, &kept);
        true
    }

    /// Gives a node the name of another one, and joins the two where both are there.
    fn rename_node(&mut self, gone: &NodeId, kept: &NodeId) {
        for target in self.aliases.values_mut().filter(|target| **target == *gone) {
            *target = kept.clone();
        }
        self.aliases.insert(gone.clone(), kept.clone());
        if let Some(node) = self.nodes.remove(gone) {
            self.add_node(node);
        }
    }
}

/// Adds what another organisation says of the same node. The more precise kind wins; nothing said is lost.
fn merge(known: &mut Node, node: Node) {
    known.kind = known.kind.max(node.kind);
    known.lot = match (known.lot.take(), node.lot) {
        (Some(key), Some(other)) if key.is_provisional() && !other.is_provisional() => Some(other),
        (key, other) => key.or(other),
    };
    known.identifiers.extend(node.identifiers);
    known.hops = known.hops.min(node.hops);
    known.certain |= node.certain;
    for sighting in node.sightings {
        if !known.sightings.contains(&sighting) {
            known.sightings.push(sighting);
        }
    }
    known.sightings.sort_by(|a, b| (a.day, a.time, &a.event).cmp(&(b.day, b.time, &b.event)));
}

#[cfg(test)]
mod tests {
    use domain::{Tlc, TlcSource};

    use super::*;

    fn lot(tlc: &str, source: TlcSource, hops: u32) -> Node {
        let key = LotKey { tlc: Tlc::from(tlc), source };
        Node {
            id: NodeId(key.to_string()),
            kind: ThingKind::Lot,
            lot: Some(key),
            identifiers: BTreeSet::new(),
            hops,
            certain: false,
            sightings: vec![],
        }
    }

    fn unknown(reporter: &str) -> TlcSource {
        TlcSource::Unknown { reporter: reporter.to_owned() }
    }

    #[test]
    fn the_answer_of_the_source_turns_a_provisional_lot_into_the_full_one() {
        let ours = lot("T1", unknown("us"), 0);
        let theirs = lot("T1", TlcSource::Place("L3".to_owned()), 0);
        let (our_name, their_name) = (ours.id.clone(), theirs.id.clone());
        let edge = Edge {
            kind: EdgeKind::Derived,
            from: our_name.clone(),
            to: NodeId("T3".to_owned()),
            event: "e".to_owned(),
            day: Date::constant(2028, 8, 17),
            asserter: "us".to_owned(),
            basis: Basis::Recorded,
        };

        let mut lineage = Lineage::default();
        lineage.join(&[], Answer { nodes: vec![ours], edges: vec![edge], ..Answer::default() });
        let answer = Answer { asked: vec![Some(their_name.clone())], nodes: vec![theirs], ..Answer::default() };
        lineage.join(std::slice::from_ref(&our_name), answer);

        assert_eq!(lineage.nodes().map(|node| &node.id).collect::<Vec<_>>(), vec![&their_name]);
        assert_eq!(lineage.edges().next().unwrap().from, their_name);
        assert_eq!(lineage.node(&our_name).unwrap().id, their_name);
    }

    #[test]
    fn an_answer_about_a_lot_of_another_source_is_not_taken_for_the_lot_asked_about() {
        let ours = lot("TOM-8230-R4", TlcSource::Place("L21".to_owned()), 0);
        let theirs = lot("TOM-8230-R4", TlcSource::Place("L30".to_owned()), 0);
        let (our_name, their_name) = (ours.id.clone(), theirs.id.clone());
        let mut lineage = Lineage::default();
        lineage.join(&[], Answer { nodes: vec![ours], ..Answer::default() });
        let answer = Answer { asked: vec![Some(their_name.clone())], nodes: vec![theirs], ..Answer::default() };
        assert_eq!(lineage.join(std::slice::from_ref(&our_name), answer), std::slice::from_ref(&our_name));
        assert_eq!(lineage.nodes().map(|node| &node.id).collect::<Vec<_>>(), [&our_name, &their_name]);
    }

    #[test]
    fn a_node_is_certain_where_facts_alone_lead_to_it() {
        let nodes: Vec<Node> = ["A", "B", "C", "D"].map(|tlc| lot(tlc, TlcSource::Place("L".to_owned()), 0)).into();
        let id = |index: usize| nodes[index].id.clone();
        let way = |from, to, basis| Way { from: id(from), to: id(to), basis };
        let ways = vec![
            way(0, 1, Basis::Recorded),
            way(0, 2, Basis::Range),
            way(2, 3, Basis::Recorded),
            way(2, 1, Basis::Recorded),
        ];
        let starts = [id(0)];
        let mut lineage = Lineage::default();
        lineage.join(&[], Answer { nodes: nodes.clone(), ways, ..Answer::default() });
        lineage.settle(&starts);
        let certain: Vec<bool> = lineage.nodes().map(|node| node.certain).collect();
        assert_eq!(certain, [true, true, false, false]);
    }

    #[test]
    fn lots_of_the_same_code_stay_apart_without_evidence() {
        let mut lineage = Lineage::default();
        let nodes = vec![lot("LOT B27", unknown("a"), 0), lot("LOT B27", unknown("b"), 0)];
        lineage.join(&[], Answer { nodes, ..Answer::default() });
        assert_eq!(lineage.nodes().count(), 2);
    }
}
