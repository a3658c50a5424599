//! What several lots or places have in common upstream.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Direction, TlcSource};
use jiff::{Timestamp, civil::Date};
use lineage::{Gap, Lineage, Node, NodeId, Role, Sighting};

use crate::{AppError, Caller, LotFilter, TraceQuestion};

/// One of the cases that may have a source in common: some lots, or what was at a place.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// Lots by name, code or identifier.
    pub lots: Vec<String>,
    /// A place, in any spelling: every lot with an event there counts.
    pub place: Option<String>,
    /// Events of the place at or after.
    pub since: Option<Timestamp>,
    /// Events of the place before.
    pub until: Option<Timestamp>,
}

/// What a common source is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum SourceKind {
    /// A lot that all came from, or are.
    Lot,
    /// A place that assigned a lot code, or where something upstream was made.
    Source,
    /// A place where something upstream was made, on one day.
    SourceAndDay,
    /// A place that something upstream passed through.
    Place,
}

/// Something upstream of several cases.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CommonSource {
    /// What it is.
    pub kind: SourceKind,
    /// The lot, or the canonical place.
    pub id: String,
    /// The day, where it is one.
    pub day: Option<Date>,
    /// The cases that it explains, by position.
    pub explains: Vec<usize>,
    /// The cases that it cannot explain.
    pub unexplained: Vec<usize>,
    /// Whether facts alone lead to it from every case that it explains.
    pub certain: bool,
    /// Derivations from the nearest case.
    pub hops: u32,
}

/// What several cases have in common.
#[derive(Clone, Debug)]
pub struct CommonSources {
    /// The widest first.
    pub sources: Vec<CommonSource>,
    /// The lots of each case.
    pub cases: Vec<Vec<NodeId>>,
    /// Cases for which there is no source that any other case shares.
    pub alone: Vec<usize>,
    /// What is missing upstream.
    pub gaps: Vec<Gap>,
    /// Whether a budget ended one of the traces.
    pub partial: bool,
    /// Names of the places in the answer.
    pub places: BTreeMap<String, String>,
}

/// Lots of one question at most.
const MAX_LOTS: usize = 50;

/// By what a source is told apart.
type Key = (SourceKind, String, Option<Date>);
/// How near it is, and whether facts alone lead there.
type Reach = (u32, bool);

impl Caller {
    /// What is upstream of several cases, ranked by how many of them it explains.
    ///
    /// # Errors
    /// [`AppError::BadRequest`] for more lots than one question may have.
    pub async fn common_sources(
        &self,
        cases: &[Case],
        hops: u32,
        as_of: Option<Timestamp>,
    ) -> Result<CommonSources, AppError> {
        let mut found = Found::default();
        for (position, case) in cases.iter().enumerate() {
            let lots = self.lots_of(case).await?;
            found.lots += lots.len();
            if found.lots > MAX_LOTS {
                let message = format!("the cases have more than {MAX_LOTS} lots; name fewer lots, or shorter times");
                return Err(AppError::BadRequest(message));
            }
            let mut of_case = Vec::new();
            for lot in lots {
                let question = TraceQuestion { lot, direction: Direction::Back, hops, as_of };
                let Some(trace) = self.trace(&question).await? else { continue };
                found.add(position, &trace.lineage);
                found.places.extend(trace.places);
                of_case.extend(trace.starts);
            }
            found.cases.push(of_case);
        }
        Ok(found.ranked())
    }

    async fn lots_of(&self, case: &Case) -> Result<BTreeSet<String>, AppError> {
        let mut lots: BTreeSet<String> = case.lots.iter().cloned().collect();
        if case.place.is_some() {
            let (since, until) = (case.since, case.until);
            let filter = LotFilter { place: case.place.clone(), since, until, ..LotFilter::default() };
            let page = self.lots(&filter, None, 100).await?;
            if page.has_next {
                return Err(AppError::BadRequest("more than 100 lots were at the place; narrow the times".to_owned()));
            }
            lots.extend(page.entries.into_iter().map(|(lot, _)| lot.id.0));
        }
        Ok(lots)
    }
}

#[derive(Default)]
struct Found {
    lots: usize,
    cases: Vec<Vec<NodeId>>,
    reached: BTreeMap<Key, BTreeMap<usize, Reach>>,
    gaps: BTreeSet<Gap>,
    partial: bool,
    places: BTreeMap<String, String>,
}

impl Found {
    fn add(&mut self, case: usize, lineage: &Lineage) {
        self.gaps.extend(lineage.gaps());
        self.partial |= lineage.is_partial();
        for node in lineage.nodes().filter(|node| node.lot.is_some()) {
            for key in keys(node) {
                let reach = self.reached.entry(key).or_default().entry(case).or_insert((node.hops, node.certain));
                *reach = (reach.0.min(node.hops), reach.1 || node.certain);
            }
        }
    }

    fn ranked(self) -> CommonSources {
        let all = self.cases.len();
        let mut sources: Vec<CommonSource> = self
            .reached
            .into_iter()
            .filter(|(_, cases)| all < 2 || cases.len() > 1)
            .map(|((kind, id, day), cases)| CommonSource {
                kind,
                id,
                day,
                explains: cases.keys().copied().collect(),
                unexplained: (0..all).filter(|case| !cases.contains_key(case)).collect(),
                certain: cases.values().all(|(_, certain)| *certain),
                hops: cases.values().map(|(hops, _)| *hops).min().unwrap_or_default(),
            })
            .collect();
        let rank = |source: &CommonSource| (source.unexplained.len(), !source.certain, source.hops, source.kind);
        sources.sort_by(|a, b| (rank(a), &a.id, a.day).cmp(&(rank(b), &b.id, b.day)));
        let alone = (0..all).filter(|case| !sources.iter().any(|source| source.explains.contains(case))).collect();
        let gaps = self.gaps.into_iter().collect();
        CommonSources { sources, cases: self.cases, alone, gaps, partial: self.partial, places: self.places }
    }
}

/// Everything that a lot upstream stands for.
fn keys(node: &Node) -> BTreeSet<Key> {
    let mut keys = BTreeSet::from([(SourceKind::Lot, node.id.0.clone(), None)]);
    if let Some(TlcSource::Place(place)) = node.lot.as_ref().map(|lot| &lot.source) {
        keys.insert((SourceKind::Source, place.clone(), None));
    }
    for sighting in &node.sightings {
        let places = [&sighting.place, &sighting.location];
        for place in places.into_iter().flatten() {
            keys.insert((SourceKind::Place, place.clone(), None));
            if is_making(sighting) {
                keys.insert((SourceKind::Source, place.clone(), None));
                keys.insert((SourceKind::SourceAndDay, place.clone(), Some(sighting.day)));
            }
        }
    }
    keys
}

/// Whether an event brought the lot into being.
pub(crate) fn is_making(sighting: &Sighting) -> bool {
    let step = sighting.biz_step.as_deref();
    sighting.role == Role::Output
        || sighting.role == Role::Object && step.is_some_and(|step| lineage::CREATING_STEPS.contains(&step))
}
