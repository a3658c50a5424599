//! What a recall has to reach, and what would make it smaller.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Direction, LotKey};
use jiff::Timestamp;
use lineage::{EdgeKind, GapReason, Lineage, Node, NodeId, ThingKind};

use crate::{AppError, Caller, TraceOptions, TraceQuestion};

/// A lot or unit that a recall has to reach.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Affected {
    /// The lot or unit.
    pub node: NodeId,
    /// What it is.
    pub kind: ThingKind,
    /// Derivations from the hazard.
    pub hops: u32,
    /// The canonical places where it is or was.
    pub places: BTreeSet<String>,
}

/// What would decide something that is open.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum EvidenceKind {
    /// Which of the lots that the code names is meant: who assigned it.
    WhichLot,
    /// Which lot an event was really about, where it states an estimate or several.
    WhichLotOnEvent,
    /// Who assigned the code of a lot whose source is not known.
    CodeSource,
    /// The records of somebody who has not answered, or shares nothing.
    MissingRecords,
    /// The rest of an answer that a limit ended.
    RestOfAnswer,
}

/// Something that would make the recall smaller, or show its true size.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Evidence {
    /// What is needed.
    pub kind: EvidenceKind,
    /// At which node.
    pub at: NodeId,
    /// The event that leaves it open.
    pub event: Option<String>,
    /// Who would know, where the asker may learn it.
    pub counterparty: Option<String>,
}

/// The smallest and the largest recall that the records defend.
#[derive(Clone, Debug)]
pub struct RecallScope {
    /// What facts alone lead to: the smallest recall.
    pub certain: Vec<Affected>,
    /// What may be affected besides; with the certain ones the largest recall that the records show.
    pub possible: Vec<Affected>,
    /// What would decide it.
    pub evidence: Vec<Evidence>,
    /// Names of the places in the answer.
    pub places: BTreeMap<String, String>,
    /// Whether a budget ended the answer.
    pub partial: bool,
    /// Where a budget ended the answer: the cursor that continues it.
    pub next: Option<String>,
}

impl Caller {
    /// What a recall of a lot has to reach. `None` when the lot is not there or not to be seen.
    ///
    /// # Errors
    /// [`AppError`].
    pub async fn recall_scope(
        &self,
        lot: &str,
        hops: u32,
        as_of: Option<Timestamp>,
        options: &TraceOptions,
    ) -> Result<Option<RecallScope>, AppError> {
        let question = TraceQuestion { lot: lot.to_owned(), direction: Direction::Forward, hops, as_of };
        let options = TraceOptions { both_ways: false, ..options.clone() };
        let Some(trace) = self.trace_within(&question, &options).await? else { return Ok(None) };
        // Of several lots of one code, none is meant for certain.
        let is_ambiguous = trace.starts.len() > 1;
        let (certain, possible): (Vec<&Node>, Vec<&Node>) =
            trace.lineage.nodes().partition(|node| node.certain && !is_ambiguous);
        let mut evidence = evidence(&trace.lineage);
        let of_start =
            |at: &NodeId| Evidence { kind: EvidenceKind::WhichLot, at: at.clone(), event: None, counterparty: None };
        evidence.extend(trace.starts.iter().filter(|_| is_ambiguous).map(of_start));
        Ok(Some(RecallScope {
            certain: affected(certain),
            possible: affected(possible),
            evidence: evidence.into_iter().collect(),
            partial: trace.lineage.is_partial(),
            places: trace.places,
            next: trace.next,
        }))
    }
}

fn affected(mut nodes: Vec<&Node>) -> Vec<Affected> {
    nodes.sort_by_key(|node| (node.hops, &node.id));
    nodes
        .into_iter()
        .map(|node| Affected { node: node.id.clone(), kind: node.kind, hops: node.hops, places: places(node) })
        .collect()
}

fn places(node: &Node) -> BTreeSet<String> {
    let seen = node.sightings.iter();
    seen.flat_map(|seen| [&seen.place, &seen.location, &seen.to_place]).flatten().cloned().collect()
}

fn evidence(lineage: &Lineage) -> BTreeSet<Evidence> {
    let mut evidence = BTreeSet::new();
    for edge in lineage.edges().filter(|edge| !edge.basis.is_recorded()) {
        let at = if edge.kind == EdgeKind::MayBe { edge.to } else { edge.from };
        let (kind, event) = (EvidenceKind::WhichLotOnEvent, Some(edge.event));
        evidence.insert(Evidence { kind, at, event, counterparty: None });
    }
    for node in lineage.nodes() {
        for seen in node.sightings.iter().filter(|seen| !seen.basis.is_recorded()) {
            let (kind, event) = (EvidenceKind::WhichLotOnEvent, Some(seen.event.clone()));
            evidence.insert(Evidence { kind, at: node.id.clone(), event, counterparty: None });
        }
        if node.lot.as_ref().is_some_and(LotKey::is_provisional) && node.kind != ThingKind::HarvestLot {
            let kind = EvidenceKind::CodeSource;
            evidence.insert(Evidence { kind, at: node.id.clone(), event: None, counterparty: None });
        }
    }
    evidence.extend(lineage.gaps().map(|gap| Evidence {
        kind: if gap.reason == GapReason::Limit { EvidenceKind::RestOfAnswer } else { EvidenceKind::MissingRecords },
        at: gap.at,
        event: None,
        counterparty: gap.counterparty,
    }));
    evidence
}
