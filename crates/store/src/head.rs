//! Events by their columns: what lineage, balances and lists need without reading the event itself.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, PoisonError},
};

use domain::{EventId, Profile, Viewer};
use epcis::{Action, EventKind};
use jiff::{Timestamp, civil::Date};
use lineage::{CREATING_STEPS, CustodyKind};
use policy::Seen;
use sea_orm::sea_query::{Expr, ExprTrait, Query};

use crate::{
    IDS_PER_QUERY, Scope, StoreError,
    bulk::{Kind, Row},
    facts::local_date,
    identity::Identity,
    text::{Code, Word, instant},
};

/// What the columns say of an event that the viewer may see.
#[derive(Clone, Debug)]
pub struct EventHead {
    /// Its number.
    pub id: EventId,
    /// How the viewer may refer to it.
    pub reference: String,
    /// Its type.
    pub kind: EventKind,
    /// `eventTime`.
    pub time: Timestamp,
    /// The calendar date at its place.
    pub day: Date,
    /// `action`.
    pub action: Option<Action>,
    /// `bizStep`, a bare word where it is a standard one.
    pub biz_step: Option<Arc<str>>,
    /// Canonical `readPoint`.
    pub read_point: Option<Arc<str>>,
    /// Canonical `bizLocation`.
    pub biz_location: Option<Arc<str>>,
    /// Which end of a hand-over it is.
    pub custody: Option<CustodyKind>,
    /// Canonical place the goods left.
    pub from_place: Option<Arc<str>>,
    /// Canonical place the goods went to.
    pub to_place: Option<Arc<str>>,
    /// Whether it names a lot only possibly: `inferred` or `alternateTlcs` in `fsma:lots`. What it says then stands in
    /// the event itself.
    pub uncertain: bool,
    /// Whether it was declared wrong later.
    pub retracted: bool,
    /// How much of it is shown.
    pub seen: Seen,
}

const COLUMNS: [&str; 13] = [
    "id",
    "identity",
    "kind",
    "event_time",
    "zone",
    "action",
    "biz_step",
    "read_point",
    "biz_location",
    "from_place",
    "to_place",
    "uncertain",
    "retracted_at",
];

const SHAPE: &[Kind] = &[
    Kind::Int,
    Kind::Bytes,
    Kind::Int,
    Kind::Int,
    Kind::Int,
    Kind::Int,
    Kind::Int,
    Kind::Int,
    Kind::Int,
    Kind::Int,
    Kind::Int,
    Kind::Flag,
    Kind::Int,
];

/// What only others than the tenant's staff need to be told: how they may refer to an event, and how much they see.
const SEEN: [&str; 3] = ["ref", "profile", "named"];
const SEEN_SHAPE: &[Kind] = &[Kind::Text, Kind::Text, Kind::Flag];

/// Those of them that are entries of the dictionary.
const TEXTS: std::ops::RangeInclusive<usize> = 6..=10;

impl Scope {
    /// The heads of events, in no particular order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn heads(&self, ids: &BTreeSet<EventId>) -> Result<Vec<EventHead>, StoreError> {
        self.heads_of(ids, false).await
    }

    /// The same, with `turning_points` only of events on which something is handed over, brought into being or transformed.
    pub(crate) async fn heads_of(
        &self,
        ids: &BTreeSet<EventId>,
        turning_points: bool,
    ) -> Result<Vec<EventHead>, StoreError> {
        // Looked up first: with a sub-query in it the condition seems worth reading all events for.
        let steps = if turning_points && !ids.is_empty() { self.turning_steps().await? } else { Vec::new() };
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let select = |ids: &[i64]| {
            let mut select = self.of_events(COLUMNS, ids);
            self.only_recorded(&mut select);
            self.only_visible_events(&mut select, ("event", "id"));
            if turning_points {
                let of_step = Expr::col(("event", "biz_step")).is_in(steps.iter().copied());
                let transforms = Expr::col(("event", "kind")).eq(EventKind::Transformation.code());
                select.and_where(of_step.or(transforms));
            }
            if self.viewer() != Viewer::Own {
                select.columns(SEEN.map(|name| ("vis_event", name)));
            }
            select
        };
        let seen = if self.viewer() == Viewer::Own { &[] } else { SEEN_SHAPE };
        let rows = self.all_of(&ids, select, &[SHAPE, seen].concat(), "scope.heads").await?;
        let mut wanted = BTreeSet::new();
        for row in &rows {
            for column in TEXTS {
                wanted.extend(row.cell::<Option<i64>>(column)?);
            }
        }
        self.load_texts(wanted).await?;
        let texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        rows.iter().map(|row| self.head(row, &texts)).collect()
    }

    /// The numbers of the `bizStep`s of turning points.
    async fn turning_steps(&self) -> Result<Vec<i64>, StoreError> {
        let steps = [CustodyKind::STEPS, CREATING_STEPS].concat();
        let rows = self.rows(&self.item_of(&steps), &[Kind::Int], "scope.steps").await?;
        rows.iter().map(|row| row.cell(0)).collect()
    }

    /// Looks up the dictionary entries of these numbers, as far as they are not known yet.
    async fn load_texts(&self, mut ids: BTreeSet<i64>) -> Result<(), StoreError> {
        {
            let known = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
            ids.retain(|id| !known.contains_key(id));
        }
        let ids: Vec<i64> = ids.into_iter().collect();
        let mut texts = Vec::new();
        for chunk in ids.chunks(IDS_PER_QUERY) {
            let mut select = Query::select();
            select
                .columns(["id", "uri"])
                .from("item")
                .and_where(Expr::col("tenant").eq(self.tenant.id.0))
                .and_where(self.is_one_of("id", chunk));
            for row in self.rows(&select, &[Kind::Int, Kind::Text], "scope.texts").await? {
                texts.push((row.cell::<i64>(0)?, Arc::<str>::from(row.cell::<String>(1)?)));
            }
        }
        self.texts.lock().unwrap_or_else(PoisonError::into_inner).extend(texts);
        Ok(())
    }

    fn head(&self, row: &Row, texts: &HashMap<i64, Arc<str>>) -> Result<EventHead, StoreError> {
        let text =
            |column| Ok::<_, StoreError>(row.cell::<Option<i64>>(column)?.and_then(|id| texts.get(&id)).cloned());
        let (reference, seen) = match self.viewer() {
            Viewer::Own => (Identity(row.cell(1)?).text()?, Seen::OWN),
            Viewer::Party(_) | Viewer::Regulator(_) => {
                let profile = Profile::parse(&row.cell::<String>(COLUMNS.len() + 1)?)?;
                (row.cell(COLUMNS.len())?, Seen { profile, named: row.cell(COLUMNS.len() + 2)? })
            }
        };
        let kind = EventKind::of_code(row.cell(2)?)?;
        let time = instant("event", "event_time", row.cell(3)?)?;
        let biz_step = text(6)?;
        let custody = biz_step.as_deref().filter(|_| kind != EventKind::Transformation).and_then(CustodyKind::of_step);
        Ok(EventHead {
            id: EventId(row.cell(0)?),
            reference,
            kind,
            time,
            day: local_date(row.cell(4)?, time)?,
            action: row.cell::<Option<i16>>(5)?.map(Action::of_code).transpose()?,
            biz_step,
            read_point: text(7)?,
            biz_location: text(8)?,
            custody,
            from_place: text(9)?,
            to_place: text(10)?,
            uncertain: row.cell(11)?,
            retracted: self.is_retracted(row.cell(12)?),
            seen,
        })
    }
}
