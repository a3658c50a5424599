//! The only door out: every read begins from (tenant, viewer).

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex},
};

use domain::{Profile, Purpose, TenantId, Viewer};
use epcis::VocabularyElement;
use jiff::Timestamp;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, QueryResult,
    sea_query::{
        Expr, ExprTrait, Func, IntoColumnRef, JoinType, Order, Query, SelectStatement, SimpleExpr, Value,
        extension::postgres::PgFunc,
    },
};

use crate::{
    IDS_PER_QUERY, LEAST_PART, PARTS, Store, StoreError, Tenant,
    bulk::{Engine, Kind, Row},
    text::{Word, micros},
    view_index,
};

/// Reads for one viewer of one tenant. What the viewer may not see does not exist here.
#[derive(Clone, Debug)]
pub struct Scope {
    pub(crate) db: DatabaseConnection,
    engine: Engine,
    pub(crate) tenant: Tenant,
    pub(crate) viewer: Viewer,
    /// What the view is called.
    pub(crate) name: String,
    epoch: i64,
    /// What was recorded or declared wrong later is left out.
    known_at: Option<Timestamp>,
    /// Entries of the dictionary that were looked up, by number.
    pub(crate) texts: Arc<Mutex<HashMap<i64, Arc<str>>>>,
}

impl Store {
    /// Opens a scope. A stale view is rebuilt before this returns.
    ///
    /// # Errors
    /// [`StoreError::NotRegistered`] for an unknown tenant.
    pub async fn scope(
        &self,
        tenant: TenantId,
        viewer: Viewer,
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<Scope, StoreError> {
        let found = self.tenant_by_id(tenant).await?;
        let tenant = found.ok_or_else(|| StoreError::NotRegistered(format!("tenant {}", tenant.0)))?;
        let epoch = match viewer {
            Viewer::Own => 0,
            Viewer::Party(_) | Viewer::Regulator(_) => view_index::refresh(self, &tenant, viewer, purpose, now).await?,
        };
        let name = view_index::view_name(viewer, purpose);
        let (db, engine) = (self.db.clone(), self.engine.clone());
        Ok(Scope { db, engine, tenant, viewer, name, epoch, known_at: None, texts: Arc::default() })
    }
}

impl Scope {
    /// Whose records these are.
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// For whom.
    pub fn viewer(&self) -> Viewer {
        self.viewer
    }

    /// The name of the view and its epoch: what a cursor is bound to.
    pub fn view(&self) -> (&str, i64) {
        (&self.name, self.epoch)
    }

    /// The same records as they were known at an instant: without what was recorded later, and with what was declared
    /// wrong only later. What is shown is still decided by today's rules.
    #[must_use]
    pub fn as_known_at(&self, instant: Timestamp) -> Self {
        Self { known_at: Some(instant), ..self.clone() }
    }

    /// Keeps only events that are facts: not declared wrong, or not yet.
    pub(crate) fn only_facts(&self, select: &mut SelectStatement) {
        let retracted = || Expr::col(("event", "retracted_at"));
        match self.known_at {
            None => select.and_where(retracted().is_null()),
            Some(known) => select
                .and_where(Expr::col(("event", "recorded_at")).lte(micros(known)))
                .and_where(retracted().is_null().or(retracted().gt(micros(known)))),
        };
    }

    /// Keeps only events that were recorded by then.
    pub(crate) fn only_recorded(&self, select: &mut SelectStatement) {
        if let Some(known) = self.known_at {
            select.and_where(Expr::col(("event", "recorded_at")).lte(micros(known)));
        }
    }

    /// Master data in force, of these canonical identifiers. For the tenant's staff and for regulators only: names and
    /// addresses of partners are not for other partners.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn vocabulary(
        &self,
        identifiers: Option<&BTreeSet<String>>,
    ) -> Result<BTreeMap<String, Vec<VocabularyElement>>, StoreError> {
        let mut found: BTreeMap<String, Vec<VocabularyElement>> = BTreeMap::new();
        if matches!(self.viewer, Viewer::Party(_)) {
            return Ok(found);
        }
        let mut select = Query::select();
        select
            .column(("item", "uri"))
            .column(("vocabulary", "body"))
            .from("vocabulary")
            .join(
                JoinType::InnerJoin,
                "item",
                same_tenant("item", "vocabulary").and(Expr::col(("item", "id")).equals(("vocabulary", "item"))),
            )
            .and_where(Expr::col(("vocabulary", "tenant")).eq(self.tenant.id.0))
            // The latest comes first.
            .order_by(("vocabulary", "recorded_at"), Order::Desc);
        if let Some(identifiers) = identifiers {
            select.and_where(Expr::col(("item", "uri")).is_in(identifiers.iter().map(String::as_str)));
        }
        for row in self.all(&select, "scope.vocabulary").await? {
            let uri: String = get(&row, "uri")?;
            let body: Vec<u8> = get(&row, "body")?;
            let element = serde_json::from_slice(&body)
                .map_err(|_| StoreError::inconsistent("vocabulary", "body", "an element in another form"))?;
            found.entry(uri).or_default().push(element);
        }
        Ok(found)
    }

    /// A filter on a field speaks only of events that show this field: else it could be asked for one value after the
    /// other until the hidden one is found.
    pub(crate) fn only_shown_from(&self, select: &mut SelectStatement, least: Profile) {
        if self.viewer != Viewer::Own {
            let enough = Profile::WORDS.iter().filter(|(profile, _)| *profile >= least).map(|(_, word)| *word);
            select.and_where(Expr::col(("vis_event", "profile")).is_in(enough));
        }
    }

    pub(crate) fn item_of<T: AsRef<str>>(&self, uris: &[T]) -> SelectStatement {
        let mut item = Query::select();
        item.column("id")
            .from("item")
            .and_where(Expr::col("tenant").eq(self.tenant.id.0))
            .and_where(Expr::col("uri").is_in(uris.iter().map(AsRef::as_ref)));
        item
    }

    /// A read of columns of the events that have these numbers.
    pub(crate) fn of_events<const N: usize>(&self, columns: [&'static str; N], ids: &[i64]) -> SelectStatement {
        let mut select = Query::select();
        select
            .columns(columns.map(|name| ("event", name)))
            .from("event")
            .and_where(Expr::col(("event", "tenant")).eq(self.tenant.id.0))
            .and_where(self.is_one_of(("event", "id"), ids));
        select
    }

    /// Whether a column is one of many values. They travel as one, an array or a list in JSON, so that a statement is the
    /// same however many they are.
    pub(crate) fn is_one_of<T>(&self, column: impl IntoColumnRef, values: &[T]) -> SimpleExpr
    where
        T: Clone + Into<Value> + serde::Serialize,
        Vec<T>: Into<Value>,
    {
        let column = Expr::col(column);
        if self.db.get_database_backend() == DbBackend::Postgres {
            return column.eq(PgFunc::any(Expr::val(values.to_vec())));
        }
        // A list of numbers or texts can always be written into memory.
        let list = serde_json::to_string(values).unwrap_or_default();
        let mut each = Query::select();
        each.column("value").from_function(Func::cust("json_each").arg(list), "list");
        column.in_subquery(each)
    }

    /// Keeps only events that the viewer may see.
    pub(crate) fn only_visible_events(&self, select: &mut SelectStatement, event: (&'static str, &'static str)) {
        self.only_visible(select, "vis_event", "event", event);
    }

    /// Keeps only things that the viewer may see.
    pub(crate) fn only_visible_things(&self, select: &mut SelectStatement, thing: (&'static str, &'static str)) {
        self.only_visible(select, "vis_lot", "thing", thing);
    }

    fn only_visible(
        &self,
        select: &mut SelectStatement,
        index: &'static str,
        column: &'static str,
        of: (&'static str, &'static str),
    ) {
        if self.viewer == Viewer::Own {
            return;
        }
        let mine = Expr::col((index, "tenant"))
            .eq(self.tenant.id.0)
            .and(Expr::col((index, "viewer")).eq(self.name.as_str()))
            .and(Expr::col((index, column)).equals(of));
        select.join(JoinType::InnerJoin, index, mine);
    }

    /// Whether an event was declared wrong, as far as that was known.
    pub(crate) fn is_retracted(&self, at: Option<i64>) -> bool {
        at.is_some_and(|at| self.known_at.is_none_or(|known| at <= micros(known)))
    }

    /// The rows of one read for many values, which `select` makes for some of them, in the order of the values. Several
    /// statements run at a time.
    pub(crate) async fn all_of(
        &self,
        ids: &[i64],
        select: impl Fn(&[i64]) -> SelectStatement,
        shape: &[Kind],
        what: &'static str,
    ) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        let most = ids.len().div_ceil(PARTS).clamp(LEAST_PART, IDS_PER_QUERY);
        let parts: Vec<&[i64]> = ids.chunks(most).collect();
        for parts in parts.chunks(PARTS) {
            let reads = parts.iter().map(|part| {
                let select = select(part);
                async move { self.rows(&select, shape, what).await }
            });
            // Reads side by side are large; whoever reads a lot holds only where they are.
            let all = Box::pin(futures_util::future::try_join_all(reads)).await?;
            rows.extend(all.into_iter().flatten());
        }
        Ok(rows)
    }

    /// The rows of a read by their columns, as lineage reads them: many of them, of few small columns.
    pub(crate) async fn rows(
        &self,
        select: &SelectStatement,
        shape: &[Kind],
        what: &'static str,
    ) -> Result<Vec<Row>, StoreError> {
        self.engine.rows(&self.db, select, shape).await.map_err(StoreError::database(what))
    }

    pub(crate) async fn all(
        &self,
        select: &SelectStatement,
        what: &'static str,
    ) -> Result<Vec<QueryResult>, StoreError> {
        self.db.query_all(select).await.map_err(StoreError::database(what))
    }
}

pub(crate) fn same_tenant(a: &'static str, b: &'static str) -> SimpleExpr {
    Expr::col((a, "tenant")).equals((b, "tenant"))
}

pub(crate) fn get<T: sea_orm::TryGetable>(row: &QueryResult, column: &'static str) -> Result<T, StoreError> {
    row.try_get("", column).map_err(StoreError::database("scope.read"))
}
