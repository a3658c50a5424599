//! Traces.

use std::collections::BTreeSet;

use async_graphql::{ComplexObject, Enum, ID, Object, ScalarType, SimpleObject, Value, resolver_utils::enum_value};
use domain::LotKey;
use lineage::EdgeKind;

use super::{
    lot::{NodeKind, TlcSource, tlc},
    plain::{Plain, PlainList},
    scalar::Date,
    sighting::Sighting,
};

/// Which way history is followed.
#[derive(Clone, Copy, Debug, Enum, Eq, PartialEq)]
pub(crate) enum Direction {
    /// Towards the origin.
    Back,
    /// Towards the consumer.
    Forward,
    /// Both ways; a gap is always on one side.
    Both,
}

impl From<domain::Direction> for Direction {
    fn from(direction: domain::Direction) -> Self {
        match direction {
            domain::Direction::Back => Self::Back,
            domain::Direction::Forward => Self::Forward,
        }
    }
}

/// How an event states that it is about a lot.
#[derive(Clone, Copy, Debug, Enum, Eq, PartialEq)]
#[graphql(remote = "lineage::Basis")]
pub(crate) enum Basis {
    /// As a fact.
    Recorded,
    /// As an estimate: only possible.
    Inferred,
    /// As one of several lots that it may be: only possible.
    Range,
}

/// What an edge means.
#[derive(Clone, Copy, Debug, Enum, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum EdgeType {
    /// `from` was consumed to make `to`.
    Derived,
    /// `from` was inside the unit `to`.
    Contained,
    /// `lot` went from the place `from` to the place `to`.
    HandedOver,
    /// What an event calls `to` may in truth have been `from`.
    MayBe,
}

/// Why something is missing from an answer.
#[derive(Clone, Copy, Debug, Enum, Eq, PartialEq)]
#[graphql(remote = "lineage::GapReason")]
pub(crate) enum GapReason {
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
    /// The limits of the question or of the gateway ended the walk here.
    Limit,
    /// The history comes back to where it was.
    Loop,
    /// The other side's answer does not fit the question.
    Invalid,
    /// The answer is older than its sender allows.
    Stale,
}

/// Where the history of a lot leads.
#[derive(Debug)]
pub(crate) struct Trace(app::Trace);

/// Where the history of a lot leads.
#[Object]
impl Trace {
    /// The nodes that the question named: several where a code is ambiguous.
    #[graphql(complexity = "2 + child_complexity")]
    async fn starts(&self) -> Vec<ID> {
        self.0.starts.iter().map(|start| ID(start.0.clone())).collect()
    }

    /// The lots, units and instances that were found.
    #[graphql(complexity = "1 + 2 * child_complexity")]
    async fn nodes(&self) -> Vec<Node> {
        self.0.lineage.nodes().cloned().map(Node::from).collect()
    }

    /// How they are connected, with the event behind each connection.
    #[graphql(complexity = "1 + 2 * child_complexity")]
    async fn edges(
        &self,
        #[graphql(desc = "Only those of these types; all when it is not given.")] types: Option<Vec<EdgeType>>,
    ) -> PlainList<Edge> {
        let wanted = |kind: EdgeType| types.as_ref().is_none_or(|types| types.contains(&kind));
        let lineage = &self.0.lineage;
        let mut edges: Vec<Edge> = lineage.edges().map(Into::into).filter(|edge: &Edge| wanted(edge.kind)).collect();
        if wanted(EdgeType::HandedOver) {
            edges.extend(lineage.nodes().flat_map(hand_overs));
        }
        PlainList(edges)
    }

    /// What is missing, and why.
    #[graphql(complexity = "1 + 2 * child_complexity")]
    async fn gaps(&self) -> Vec<Gap> {
        self.0.lineage.gaps().map(Gap::from).collect()
    }

    /// Whether nothing is missing.
    async fn complete(&self) -> bool {
        self.0.lineage.gaps().next().is_none()
    }

    /// Whether a budget ended the answer before its end; what is missing is a gap with the reason `LIMIT`.
    async fn is_partial(&self) -> bool {
        self.0.lineage.is_partial()
    }

    /// Continues a partial answer: ask the same with it as `after`. The continued answer holds this one too, and its
    /// budget is twice as large.
    async fn cursor(&self) -> Option<&str> {
        self.0.next.as_deref()
    }
}

/// A lot, unit or instance in a trace.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Node {
    /// Its name in this answer, good for `lot` and `trace`.
    id: ID,
    /// What it is.
    kind: NodeKind,
    /// The traceability lot code; harvest lots, units and instances have none.
    tlc: Option<String>,
    /// The place that assigned the code, where it is known.
    tlc_source: Option<TlcSource>,
    /// Whether the source of the code is unknown.
    provisional: bool,
    /// Canonical identifiers that name it.
    identifiers: Vec<String>,
    /// Derivations from the lot asked about.
    hops: u32,
    /// Whether facts alone lead here; false where only possible connections do.
    certain: bool,
    #[graphql(skip)]
    sightings: Vec<lineage::Sighting>,
}

#[ComplexObject]
impl Node {
    /// What events say of it, in order of time.
    #[graphql(complexity = "1 + 5 * child_complexity")]
    async fn sightings(
        &self,
        #[graphql(desc = "How many of them at most, up to 5,000.", default = 1000, validator(maximum = 5000))]
        first: u16,
    ) -> Vec<Sighting> {
        self.sightings.iter().take(usize::from(first)).cloned().map(Sighting::from).collect()
    }
}

/// A connection in a trace.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Edge {
    /// What it means.
    #[graphql(name = "type")]
    kind: EdgeType,
    /// The input or the content; the place that the goods left where the type is `HANDED_OVER`.
    from: ID,
    /// The output or the unit; the place that the goods went to where the type is `HANDED_OVER`.
    to: ID,
    /// What was handed over; null for the other types.
    lot: Option<ID>,
    /// Date of the event at its place.
    day: Date,
    /// Reference of the event, good for `event`.
    event: ID,
    /// The organisation that asserts it.
    asserted_by: String,
    /// Whether it is a fact, or only possible.
    basis: Basis,
}

impl Plain for Edge {
    const FIELDS: &'static [&'static str] = &["type", "from", "to", "lot", "day", "event", "assertedBy", "basis"];

    fn value(&self, field: &str) -> Value {
        let text = |text: &str| Value::String(text.to_owned());
        match field {
            "type" => enum_value(self.kind),
            "from" => text(&self.from),
            "to" => text(&self.to),
            "lot" => self.lot.as_ref().map_or(Value::Null, |lot| text(lot)),
            "day" => self.day.to_value(),
            "event" => text(&self.event),
            "assertedBy" => text(&self.asserted_by),
            "basis" => enum_value(self.basis),
            _ => Value::Null,
        }
    }
}

/// A hole in a trace.
#[derive(Debug, SimpleObject)]
pub(crate) struct Gap {
    /// At which node.
    at: ID,
    /// On which side of it.
    direction: Direction,
    /// Why.
    reason: GapReason,
    /// Who would know, where that may be said.
    counterparty: Option<String>,
    /// Whether asking again may help.
    retryable: bool,
}

impl From<app::Trace> for Trace {
    fn from(trace: app::Trace) -> Self {
        Self(trace)
    }
}

impl From<lineage::Gap> for Gap {
    fn from(gap: lineage::Gap) -> Self {
        Self {
            at: ID(gap.at.0),
            direction: gap.direction.into(),
            reason: gap.reason.into(),
            counterparty: gap.counterparty,
            retryable: gap.retryable,
        }
    }
}

impl From<lineage::Node> for Node {
    fn from(node: lineage::Node) -> Self {
        Self {
            kind: node.kind.into(),
            tlc: tlc(node.lot.as_ref(), node.kind),
            tlc_source: TlcSource::of(node.lot.as_ref(), None),
            provisional: node.lot.as_ref().is_some_and(LotKey::is_provisional),
            id: ID(node.id.0),
            identifiers: node.identifiers.into_iter().collect(),
            hops: node.hops,
            certain: node.certain,
            sightings: node.sightings,
        }
    }
}

impl From<lineage::Edge> for Edge {
    fn from(edge: lineage::Edge) -> Self {
        Self {
            kind: match edge.kind {
                EdgeKind::Derived => EdgeType::Derived,
                EdgeKind::Contained => EdgeType::Contained,
                EdgeKind::MayBe => EdgeType::MayBe,
            },
            from: ID(edge.from.0),
            to: ID(edge.to.0),
            lot: None,
            day: Date(edge.day),
            event: ID(edge.event),
            asserted_by: edge.asserter,
            basis: edge.basis.into(),
        }
    }
}

/// The hand-overs of a node: sightings that show both places. An event that names the lot twice hands it over once.
fn hand_overs(node: &lineage::Node) -> Vec<Edge> {
    let mut seen = BTreeSet::new();
    let mut edges = Vec::new();
    for sighting in &node.sightings {
        let (Some(from), Some(to)) = (&sighting.from_place, &sighting.to_place) else { continue };
        if sighting.custody.is_none() || !seen.insert((from, to, &sighting.event)) {
            continue;
        }
        edges.push(Edge {
            kind: EdgeType::HandedOver,
            from: ID(from.clone()),
            to: ID(to.clone()),
            lot: Some(ID(node.id.0.clone())),
            day: Date(sighting.day),
            event: ID(sighting.event.clone()),
            asserted_by: sighting.asserter.clone(),
            basis: sighting.basis.into(),
        });
    }
    edges
}
