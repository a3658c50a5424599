//! The questions of an outbreak: what cases have in common, what else is exposed, what a recall has to reach.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};

use super::{
    error::from_app,
    lot::NodeKind,
    place::Place,
    scalar::{Date, DateTime},
    session::Session,
    trace::Gap,
};

/// A case that may have a source in common with others: some lots, or what was at a place.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CaseInput {
    /// Lots: names of answers, lot codes, or identifiers in any spelling.
    #[graphql(default, validator(max_items = 50))]
    lots: Vec<String>,
    /// A place, in any spelling: every lot with an event there counts.
    place: Option<String>,
    /// Events of the place at this instant or later.
    since: Option<DateTime>,
    /// Events of the place before this instant.
    until: Option<DateTime>,
}

/// What a common source is.
#[derive(Clone, Copy, Debug, Enum, Eq, PartialEq)]
#[graphql(remote = "app::SourceKind")]
pub(crate) enum SourceKind {
    /// A lot that the cases came from, or are.
    Lot,
    /// A place that assigned a lot code, or where something upstream was made.
    Source,
    /// A place where something upstream was made, on one day.
    SourceAndDay,
    /// A place that something upstream passed through.
    Place,
}

/// Something upstream of several cases.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct CommonSource {
    /// What it is.
    kind: SourceKind,
    /// The lot, good for `lot` and `trace`; null for a place.
    lot: Option<ID>,
    /// The place; null for a lot.
    place: Option<Place>,
    /// The day, where it is one.
    day: Option<Date>,
    /// How many of the cases it explains.
    coverage: usize,
    /// The cases that it explains, by their position in the question, from 0.
    explains: Vec<usize>,
    /// The cases that it cannot explain, by their position in the question, from 0.
    unexplained: Vec<usize>,
    /// Whether facts alone lead to it from every case that it explains.
    certain: bool,
    /// Derivations from the nearest case.
    hops: u32,
}

/// What several cases have in common.
#[derive(Debug, SimpleObject)]
pub(crate) struct CommonSources {
    /// The widest first, then what is certain, then the nearest.
    #[graphql(complexity = "1 + 20 * child_complexity")]
    sources: Vec<CommonSource>,
    /// How many cases there are.
    cases: usize,
    /// The cases that share nothing with any other, by their position in the question, from 0.
    alone: Vec<usize>,
    /// What is missing upstream, and why.
    #[graphql(complexity = "1 + 2 * child_complexity")]
    gaps: Vec<Gap>,
    /// Whether a budget ended one of the traces behind it.
    is_partial: bool,
}

/// Why a lot shares the exposure of another one.
#[derive(Clone, Copy, Debug, Enum, Eq, PartialEq)]
#[graphql(remote = "app::SiblingReason")]
pub(crate) enum SiblingReason {
    /// It was made from a lot that this one was made from.
    SharedInput,
    /// It was harvested at the same place on the same day.
    SameFieldAndDay,
    /// It was made at the same place on the same day.
    SamePlaceAndDay,
}

/// A lot that shares the exposure of another one.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Sibling {
    /// The lot, good for `lot` and `trace`.
    lot: ID,
    /// Why.
    reason: SiblingReason,
    /// The lot that both came from, or the place that both were made at.
    through: ID,
    /// The day, where it is part of the reason.
    day: Option<Date>,
    /// Whether facts alone say so.
    certain: bool,
}

/// Lots that share the exposure of a lot.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Siblings {
    /// In order of lots.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    lots: Vec<Sibling>,
    /// Whether more was there than one answer looks at.
    is_partial: bool,
}

/// A lot or unit that a recall has to reach.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Affected {
    /// The lot or unit, good for `lot` and `trace`.
    id: ID,
    /// What it is.
    kind: NodeKind,
    /// Derivations from the hazard.
    hops: u32,
    /// The places where it is or was.
    #[graphql(complexity = "1 + 2 * child_complexity")]
    places: Vec<Place>,
}

/// What would decide something that is open.
#[derive(Clone, Copy, Debug, Enum, Eq, PartialEq)]
#[graphql(remote = "app::EvidenceKind")]
pub(crate) enum EvidenceKind {
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

/// Something that would make a recall smaller, or show its true size.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Evidence {
    /// What is needed.
    kind: EvidenceKind,
    /// At which lot or unit.
    at: ID,
    /// The event that leaves it open, good for `event`.
    event: Option<ID>,
    /// Who would know, where that may be said.
    counterparty: Option<String>,
}

/// The smallest and the largest recall that the records defend.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct RecallScope {
    /// What facts alone lead to: the smallest recall.
    #[graphql(complexity = "1 + 5 * child_complexity")]
    certain: Vec<Affected>,
    /// What may be affected besides; with the certain ones the largest recall that the records show.
    #[graphql(complexity = "1 + 5 * child_complexity")]
    possible: Vec<Affected>,
    /// What would decide it.
    #[graphql(complexity = "1 + 2 * child_complexity")]
    evidence: Vec<Evidence>,
    /// Whether a budget ended the answer.
    is_partial: bool,
    /// Continues a partial answer: ask the same with it as `after`. The continued answer holds this one too.
    cursor: Option<String>,
}

/// The questions of an outbreak.
#[derive(Default)]
pub(crate) struct Outbreak;

#[Object]
impl Outbreak {
    /// What is upstream of several cases, ranked by how many of them it explains.
    #[graphql(complexity = "100 + 10 * cases.len() + child_complexity")]
    async fn common_sources(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cases, up to 20, with 50 lots together.", validator(min_items = 1, max_items = 20))]
        cases: Vec<CaseInput>,
        #[graphql(desc = "Derivations from a lot, up to 50.", default = 10, validator(maximum = 50))] hops: u16,
        #[graphql(desc = "What was the case at this instant; everything known when it is not given.")] as_of: Option<
            DateTime,
        >,
        #[graphql(desc = "Sources at most, up to 1,000.", default = 100, validator(maximum = 1000))] first: u16,
    ) -> Result<CommonSources> {
        let session = Session::of(ctx)?;
        let cases: Vec<app::Case> = cases.into_iter().map(app::Case::from).collect();
        let found = session.caller.common_sources(&cases, u32::from(hops), as_of.map(|at| at.0)).await;
        let found = found.map_err(|error| from_app(&error))?;
        session.know_places(found.places);
        Ok(CommonSources {
            sources: found.sources.into_iter().take(usize::from(first)).map(CommonSource::from).collect(),
            cases: found.cases.len(),
            alone: found.alone,
            gaps: found.gaps.into_iter().map(Gap::from).collect(),
            is_partial: found.partial,
        })
    }

    /// What else shares the exposure of a lot, with the reason. Null when the lot is not there or not to be seen.
    #[graphql(complexity = "100 + child_complexity")]
    async fn siblings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A name of an answer, a lot code, or an identifier in any spelling.")] lot: String,
        #[graphql(desc = "Derivations to a lot in common, up to 10.", default = 3, validator(maximum = 10))] hops: u16,
        #[graphql(desc = "What was the case at this instant; everything known when it is not given.")] as_of: Option<
            DateTime,
        >,
    ) -> Result<Option<Siblings>> {
        let caller = &Session::of(ctx)?.caller;
        let found = caller.siblings(&lot, u32::from(hops), as_of.map(|at| at.0)).await;
        let found = found.map_err(|error| from_app(&error))?;
        Ok(found.map(|found| Siblings {
            lots: found.siblings.into_iter().map(Sibling::from).collect(),
            is_partial: found.partial,
        }))
    }

    /// What a recall of a lot has to reach for certain, what it may have to reach, and what would decide it. Null when
    /// the lot is not there or not to be seen.
    #[graphql(complexity = "1 + usize::from(hops) * child_complexity")]
    async fn recall_scope(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A name of an answer, a lot code, or an identifier in any spelling.")] lot: String,
        #[graphql(desc = "Derivations from the lot, up to 50.", default = 10, validator(maximum = 50))] hops: u16,
        #[graphql(desc = "What was the case at this instant; everything known when it is not given.")] as_of: Option<
            DateTime,
        >,
        #[graphql(desc = "What your records knew at this instant; everything when it is not given.")] known_at: Option<
            DateTime,
        >,
        #[graphql(desc = "Continues a partial answer to the same question.")] after: Option<String>,
    ) -> Result<Option<RecallScope>> {
        let session = Session::of(ctx)?;
        let (as_of, known_at) = (as_of.map(|at| at.0), known_at.map(|at| at.0));
        let options = app::TraceOptions { known_at, after, ..app::TraceOptions::default() };
        let found = session.caller.recall_scope(&lot, u32::from(hops), as_of, &options).await;
        let Some(found) = found.map_err(|error| from_app(&error))? else { return Ok(None) };
        session.know_places(found.places);
        Ok(Some(RecallScope {
            certain: found.certain.into_iter().map(Affected::from).collect(),
            possible: found.possible.into_iter().map(Affected::from).collect(),
            evidence: found.evidence.into_iter().map(Evidence::from).collect(),
            is_partial: found.partial,
            cursor: found.next,
        }))
    }
}

impl From<CaseInput> for app::Case {
    fn from(case: CaseInput) -> Self {
        let (since, until) = (case.since.map(|at| at.0), case.until.map(|at| at.0));
        Self { lots: case.lots, place: case.place, since, until }
    }
}

impl From<app::CommonSource> for CommonSource {
    fn from(source: app::CommonSource) -> Self {
        let is_lot = source.kind == app::SourceKind::Lot;
        Self {
            kind: source.kind.into(),
            lot: is_lot.then(|| ID(source.id.clone())),
            place: Place::of((!is_lot).then_some(source.id)),
            day: source.day.map(Date),
            coverage: source.explains.len(),
            explains: source.explains,
            unexplained: source.unexplained,
            certain: source.certain,
            hops: source.hops,
        }
    }
}

impl From<app::Sibling> for Sibling {
    fn from(sibling: app::Sibling) -> Self {
        Self {
            lot: ID(sibling.lot.0),
            reason: sibling.reason.into(),
            through: ID(sibling.through),
            day: sibling.day.map(Date),
            certain: sibling.certain,
        }
    }
}

impl From<app::Affected> for Affected {
    fn from(affected: app::Affected) -> Self {
        Self {
            id: ID(affected.node.0),
            kind: affected.kind.into(),
            hops: affected.hops,
            places: affected.places.into_iter().map(|id| Place { id }).collect(),
        }
    }
}

impl From<app::Evidence> for Evidence {
    fn from(evidence: app::Evidence) -> Self {
        Self {
            kind: evidence.kind.into(),
            at: ID(evidence.at.0),
            event: evidence.event.map(ID),
            counterparty: evidence.counterparty,
        }
    }
}
