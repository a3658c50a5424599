//! The only door out: every read begins from (tenant, viewer).

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex},
};

use domain::{Continuation, EventId, LotKey, Onward, Profile, Purpose, TenantId, ThingId, Tlc, Viewer};
use epcis::{Action, Event, EventKind, VocabularyElement};
use gs1::Identifier;
use jiff::Timestamp;
use lineage::ThingKind;
use policy::Seen;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, QueryResult,
    sea_query::{
        Expr, ExprTrait, IntoColumnRef, JoinType, Order, Query, SelectStatement, SimpleExpr, UnionType, Value,
        extension::postgres::PgFunc,
    },
};

use crate::{
    IDS_PER_QUERY, Store, StoreError, Tenant, body,
    identity::Identity,
    text::{Code, Word, micros, source_from, unpack_ids},
    view_index,
};

/// Reads for one viewer of one tenant. What the viewer may not see does not exist here.
#[derive(Clone, Debug)]
pub struct Scope {
    pub(crate) db: DatabaseConnection,
    pub(crate) tenant: Tenant,
    viewer: Viewer,
    name: String,
    epoch: i64,
    /// What was recorded or declared wrong later is left out.
    known_at: Option<Timestamp>,
    /// Entries of the dictionary that were looked up, by number.
    pub(crate) texts: Arc<Mutex<HashMap<i64, Arc<str>>>>,
}

/// A lot, unit or instance that the viewer may see.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenThing {
    /// Its number.
    pub id: ThingId,
    /// What it is.
    pub kind: ThingKind,
    /// Its canonical identifier.
    pub identifier: String,
    /// Its key; `None` for units and instances.
    pub lot: Option<LotKey>,
    /// `ffrn:…`, `gln:…` or a URL that leads to the TLC source, where one was given.
    pub reference: Option<String>,
    /// How much of it is shown.
    pub profile: Profile,
    /// What is said where its history goes on elsewhere.
    pub continuation: Continuation,
    /// How far it may be passed on.
    pub onward: Onward,
    /// Whether some event, visible or not, says only possibly that it is about this thing: where to look, not what to
    /// show.
    pub uncertain: bool,
}

/// An event that the viewer may see.
#[derive(Clone, Debug)]
pub struct SeenEvent {
    /// Its number.
    pub id: EventId,
    /// How the viewer may refer to it.
    pub reference: String,
    /// The event as asserted. Only [`policy::project`] may decide what of it is shown.
    pub event: Event,
    /// When it was recorded here.
    pub recorded_at: Timestamp,
    /// Whether it was declared wrong later.
    pub retracted: bool,
    /// How much of it is shown.
    pub seen: Seen,
    /// Where it stands in a list.
    pub position: EventPosition,
}

/// Where an event stands in a list. It tells a viewer nothing that the event itself does not show.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct EventPosition {
    /// Microseconds since 1970.
    pub time: i64,
    /// What tells events of the same time apart: a number, or the viewer's reference.
    pub tie: u128,
}

/// Which events to list. Everything given must hold.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// `EventType`s, in the spelling of the standard.
    pub kinds: Vec<String>,
    /// `bizStep`s, bare words.
    pub biz_steps: Vec<String>,
    /// `disposition`s, bare words.
    pub dispositions: Vec<String>,
    /// `action`s.
    pub actions: Vec<String>,
    /// Canonical identifiers of things on the event.
    pub things: Vec<String>,
    /// Canonical `readPoint`s.
    pub read_points: Vec<String>,
    /// Canonical `bizLocation`s.
    pub biz_locations: Vec<String>,
    /// `eventTime` at or after.
    pub since: Option<Timestamp>,
    /// `eventTime` before.
    pub until: Option<Timestamp>,
    /// `eventID`s, canonical; for other viewers than the tenant's staff their own references.
    pub references: Vec<String>,
}

/// Which lots to list. Everything given must hold.
#[derive(Clone, Debug, Default)]
pub struct LotFilter {
    /// A lot code in any of its spellings, or a canonical identifier.
    pub code: Option<String>,
    /// 14-digit GTINs or canonical identifiers of products.
    pub products: Option<Vec<String>>,
    /// Canonical place of an event of the lot.
    pub place: Option<String>,
    /// With an event at or after.
    pub since: Option<Timestamp>,
    /// With an event before.
    pub until: Option<Timestamp>,
}

/// Things of one code at most.
const MAX_NAMED: u64 = 1_000;

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
        Ok(Scope { db: self.db.clone(), tenant, viewer, name, epoch, known_at: None, texts: Arc::default() })
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

    /// Events in order of their position, after the given one, at most `limit`: by event time, and for other viewers
    /// than the tenant's staff by what they are shown of it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn events(
        &self,
        filter: &EventFilter,
        after: Option<EventPosition>,
        limit: u64,
    ) -> Result<Vec<SeenEvent>, StoreError> {
        let mut select = self.select_events();
        self.filter_events(&mut select, filter);
        let (time, last) = if self.viewer == Viewer::Own {
            (("event", "event_time"), ("event", "id"))
        } else {
            (("vis_event", "sort_time"), ("vis_event", "ref"))
        };
        if let Some(after) = after {
            let beyond = match self.viewer {
                Viewer::Own => Expr::col(last).gt(i64::try_from(after.tie).unwrap_or(i64::MAX)),
                Viewer::Party(_) | Viewer::Regulator(_) => Expr::col(last).gt(format!("{:032x}", after.tie)),
            };
            let same = Expr::col(time).eq(after.time).and(beyond);
            select.and_where(Expr::col(time).gt(after.time).or(same));
        }
        select.order_by(time, Order::Asc).order_by(last, Order::Asc).limit(limit);
        self.read_events(&select).await
    }

    /// Events by number, in no particular order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn events_by_id(&self, ids: &BTreeSet<EventId>) -> Result<Vec<SeenEvent>, StoreError> {
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let mut events = Vec::new();
        for chunk in ids.chunks(IDS_PER_QUERY) {
            let mut select = self.select_events();
            select.and_where(self.is_one_of(("event", "id"), chunk));
            events.extend(self.read_events(&select).await?);
        }
        Ok(events)
    }

    /// Things of a code: a lot code in any of its spellings, an SSCC, or a canonical identifier.
    ///
    /// At most 1,000: a code that names more is no name.
    ///
    /// For other viewers than the tenant's staff this is one probe of the view index, whether the thing is hidden or
    /// absent.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn things_named(&self, codes: &[String]) -> Result<Vec<SeenThing>, StoreError> {
        let mut named = self.named(codes);
        named.order_by("thing", Order::Asc).limit(MAX_NAMED);
        let rows = self.all(&named, "scope.things_named").await?;
        let ids = rows.iter().map(|row| get(row, "thing").map(ThingId)).collect::<Result<_, _>>()?;
        self.things(&ids).await
    }

    /// Other things than these that share a code with them: those whose own lot code is one of `codes`, and with
    /// `possibly` also those that some event says may be the lot of one of these codes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sharing(
        &self,
        codes: &BTreeSet<String>,
        possibly: bool,
        things: &BTreeSet<ThingId>,
    ) -> Result<Vec<SeenThing>, StoreError> {
        let codes: Vec<String> = codes.iter().cloned().collect();
        let mut found = BTreeSet::new();
        for codes in codes.chunks(IDS_PER_QUERY) {
            let mut select = Query::select();
            let (index, mine) = self.code_index();
            let own_code = Expr::col(("thing", "tlc")).equals((index, "code"));
            select
                .distinct()
                .column((index, "thing"))
                .from(index)
                .join(
                    JoinType::InnerJoin,
                    "thing",
                    same_tenant("thing", index).and(Expr::col(("thing", "id")).equals((index, "thing"))),
                )
                .and_where(mine)
                .and_where(self.is_one_of((index, "code"), codes))
                .and_where(if possibly { own_code.or(Expr::col(("thing", "uncertain"))) } else { own_code });
            for row in self.all(&select, "scope.sharing").await? {
                found.insert(ThingId(get(&row, "thing")?));
            }
        }
        found.retain(|thing| !things.contains(thing));
        self.things(&found).await
    }

    /// The table of codes that the viewer may look into, and which of its rows are for it.
    fn code_index(&self) -> (&'static str, SimpleExpr) {
        let of_tenant = |table| Expr::col((table, "tenant")).eq(self.tenant.id.0);
        match self.viewer {
            Viewer::Own => ("thing_code", of_tenant("thing_code")),
            Viewer::Party(_) | Viewer::Regulator(_) => {
                ("vis_code", of_tenant("vis_code").and(Expr::col(("vis_code", "viewer")).eq(self.name.as_str())))
            }
        }
    }

    fn named(&self, codes: &[String]) -> SelectStatement {
        let mut named = Query::select();
        if self.viewer != Viewer::Own {
            named
                .distinct()
                .column("thing")
                .from("vis_code")
                .and_where(Expr::col("tenant").eq(self.tenant.id.0))
                .and_where(Expr::col("viewer").eq(self.name.as_str()))
                .and_where(self.is_one_of("code", codes));
            return named;
        }
        // The identifier itself stands in the dictionary, every other spelling among the codes.
        let mut identified = Query::select();
        identified
            .expr_as(Expr::col(("thing", "id")), "thing")
            .from("thing")
            .join(
                JoinType::InnerJoin,
                "item",
                same_tenant("item", "thing").and(Expr::col(("item", "id")).equals(("thing", "item"))),
            )
            .and_where(Expr::col(("thing", "tenant")).eq(self.tenant.id.0))
            .and_where(self.is_one_of(("item", "uri"), codes));
        named
            .column("thing")
            .from("thing_code")
            .and_where(Expr::col("tenant").eq(self.tenant.id.0))
            .and_where(self.is_one_of("code", codes))
            .union(UnionType::Distinct, identified);
        named
    }

    /// Things by number, in order of number.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn things(&self, ids: &BTreeSet<ThingId>) -> Result<Vec<SeenThing>, StoreError> {
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let mut things = Vec::new();
        for chunk in ids.chunks(IDS_PER_QUERY) {
            let mut select = self.select_things();
            select.and_where(self.is_one_of(("thing", "id"), chunk));
            select.order_by(("thing", "id"), Order::Asc);
            things.extend(self.read_things(&select).await?);
        }
        Ok(things)
    }

    /// Lots in order of their identifiers, after the given one, at most `limit`. The order tells nothing of when or how
    /// often lots were recorded.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn lots(
        &self,
        filter: &LotFilter,
        after: Option<&(String, ThingId)>,
        limit: u64,
    ) -> Result<Vec<SeenThing>, StoreError> {
        let mut select = self.select_things();
        let lots = [ThingKind::Lot, ThingKind::HarvestLot, ThingKind::TraceabilityLot].map(Code::code);
        select.and_where(Expr::col(("thing", "kind")).is_in(lots));
        if let Some((uri, id)) = after {
            let same = Expr::col(("item", "uri")).eq(uri.as_str()).and(Expr::col(("thing", "id")).gt(id.0));
            select.and_where(Expr::col(("item", "uri")).gt(uri.as_str()).or(same));
        }
        if let Some(code) = &filter.code {
            let named = self.named(std::slice::from_ref(code));
            select.and_where(Expr::col(("thing", "id")).in_subquery(named));
        }
        if let Some(products) = &filter.products {
            let any = products.iter().map(|product| is_of_product(product)).reduce(ExprTrait::or);
            select.and_where(any.unwrap_or_else(|| Expr::val(false)));
        }
        select.order_by(("item", "uri"), Order::Asc).order_by(("thing", "id"), Order::Asc).limit(limit);
        if filter.place.is_none() && filter.since.is_none() && filter.until.is_none() {
            return self.read_things(&select).await;
        }
        // The index leads from the place and the time to events, and each of these names its things.
        let mut found = Vec::new();
        for chunk in self.things_of_events(filter).await?.chunks(IDS_PER_QUERY) {
            let mut select = select.clone();
            select.and_where(self.is_one_of(("thing", "id"), chunk));
            found.extend(self.read_things(&select).await?);
        }
        found.sort_by(|a, b| (&a.identifier, a.id).cmp(&(&b.identifier, b.id)));
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(found)
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
                .map_err(|_| StoreError::inconsistent("vocabulary", "body", uri.as_str()))?;
            found.entry(uri).or_default().push(element);
        }
        Ok(found)
    }

    /// The numbers of everything on the events at a place and in a time that the viewer is shown; hidden things among
    /// them are left out by whoever looks for them.
    async fn things_of_events(&self, filter: &LotFilter) -> Result<Vec<i64>, StoreError> {
        let mut events = Query::select();
        events.column(("event", "things")).from("event").and_where(Expr::col(("event", "tenant")).eq(self.tenant.id.0));
        self.only_facts(&mut events);
        self.only_visible_events(&mut events, ("event", "id"));
        self.only_shown_from(&mut events, Profile::Trace);
        if let Some(place) = &filter.place {
            // Looked up first: of two indexes that a sub-query leads to, neither is used.
            let found = self.all(&self.item_of(std::slice::from_ref(place)), "scope.place").await?;
            let Some(place) = found.first() else { return Ok(Vec::new()) };
            let place: i64 = get(place, "id")?;
            let read = Expr::col(("event", "read_point")).eq(place);
            events.and_where(read.or(Expr::col(("event", "biz_location")).eq(place)));
        }
        if let Some(since) = filter.since {
            events.and_where(Expr::col(("event", "event_time")).gte(micros(since)));
        }
        if let Some(until) = filter.until {
            events.and_where(Expr::col(("event", "event_time")).lt(micros(until)));
        }
        let mut things = BTreeSet::new();
        for row in self.all(&events, "scope.things_of_events").await? {
            things.extend(unpack_ids(&get::<Vec<u8>>(&row, "things")?));
        }
        Ok(things.into_iter().collect())
    }

    fn filter_events(&self, select: &mut SelectStatement, filter: &EventFilter) {
        // A word that is none of the standard's is on no event.
        let kinds = filter.kinds.iter().map(|name| EventKind::named(name).map_or(-1, Code::code));
        let actions = filter.actions.iter().map(|name| Action::named(name).map_or(-1, Code::code));
        for (column, wanted) in [("kind", kinds.collect::<Vec<i16>>()), ("action", actions.collect())] {
            if !wanted.is_empty() {
                select.and_where(Expr::col(("event", column)).is_in(wanted));
            }
        }
        if !filter.dispositions.is_empty() || !filter.actions.is_empty() {
            self.only_shown_from(select, Profile::Full);
        } else if !filter.kinds.is_empty()
            || !filter.biz_steps.is_empty()
            || !filter.read_points.is_empty()
            || !filter.biz_locations.is_empty()
            || filter.since.is_some()
            || filter.until.is_some()
        {
            self.only_shown_from(select, Profile::Trace);
        }
        for (column, wanted) in [
            ("biz_step", &filter.biz_steps),
            ("disposition", &filter.dispositions),
            ("read_point", &filter.read_points),
            ("biz_location", &filter.biz_locations),
        ] {
            if !wanted.is_empty() {
                select.and_where(Expr::col(("event", column)).in_subquery(self.item_of(wanted)));
            }
        }
        if !filter.things.is_empty() {
            let mut things = Query::select();
            things
                .column(("event_thing", "event"))
                .from("event_thing")
                .join(
                    JoinType::InnerJoin,
                    "thing",
                    same_tenant("thing", "event_thing")
                        .and(Expr::col(("thing", "id")).equals(("event_thing", "thing"))),
                )
                .and_where(Expr::col(("event_thing", "tenant")).eq(self.tenant.id.0))
                .and_where(Expr::col(("thing", "item")).in_subquery(self.item_of(&filter.things)));
            self.only_visible_things(&mut things, ("thing", "id"));
            select.and_where(Expr::col(("event", "id")).in_subquery(things));
        }
        if !filter.references.is_empty() {
            let references = filter.references.iter();
            select.and_where(match self.viewer {
                Viewer::Own => {
                    Expr::col(("event", "identity")).is_in(references.map(|text| Identity::of_reference(text).0))
                }
                Viewer::Party(_) | Viewer::Regulator(_) => {
                    Expr::col(("vis_event", "ref")).is_in(references.map(String::as_str))
                }
            });
        }
        if let Some(since) = filter.since {
            select.and_where(Expr::col(("event", "event_time")).gte(micros(since)));
        }
        if let Some(until) = filter.until {
            select.and_where(Expr::col(("event", "event_time")).lt(micros(until)));
        }
    }

    /// A filter on a field speaks only of events that show this field: else it could be asked for one value after the
    /// other until the hidden one is found.
    fn only_shown_from(&self, select: &mut SelectStatement, least: Profile) {
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

    /// Whether a column is one of many values. `PostgreSQL` takes them as one array, so that a statement is planned once
    /// however many they are.
    pub(crate) fn is_one_of<T>(&self, column: impl IntoColumnRef, values: &[T]) -> SimpleExpr
    where
        T: Clone + Into<Value>,
        Vec<T>: Into<Value>,
    {
        let column = Expr::col(column);
        match self.db.get_database_backend() {
            DbBackend::Postgres => column.eq(PgFunc::any(Expr::val(values.to_vec()))),
            _ => column.is_in(values.iter().cloned()),
        }
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

    fn select_events(&self) -> SelectStatement {
        let mut select = Query::select();
        select
            .columns(["id", "identity", "event_time", "recorded_at", "retracted_at"].map(|name| ("event", name)))
            .column(("event_body", "body"))
            .from("event")
            .join(
                JoinType::InnerJoin,
                "event_body",
                same_tenant("event_body", "event").and(Expr::col(("event_body", "event")).equals(("event", "id"))),
            )
            .and_where(Expr::col(("event", "tenant")).eq(self.tenant.id.0));
        self.only_recorded(&mut select);
        self.only_visible_events(&mut select, ("event", "id"));
        if self.viewer != Viewer::Own {
            select.columns(["ref", "profile", "named", "sort_time"].map(|name| ("vis_event", name)));
        }
        select
    }

    async fn read_events(&self, select: &SelectStatement) -> Result<Vec<SeenEvent>, StoreError> {
        let rows = self.all(select, "scope.events").await?;
        rows.iter().map(|row| self.seen_event(row)).collect()
    }

    fn seen_event(&self, row: &QueryResult) -> Result<SeenEvent, StoreError> {
        let event = body::unpack(&get::<Vec<u8>>(row, "body")?)?;
        let id: i64 = get(row, "id")?;
        let (reference, seen, position) = if self.viewer == Viewer::Own {
            let tie = u128::try_from(id).unwrap_or_default();
            (Identity(get(row, "identity")?).text()?, Seen::OWN, EventPosition { time: get(row, "event_time")?, tie })
        } else {
            let reference: String = get(row, "ref")?;
            let tie = u128::from_str_radix(&reference, 16)
                .map_err(|_| StoreError::inconsistent("vis_event", "ref", reference.as_str()))?;
            let profile = Profile::parse(&get::<String>(row, "profile")?)?;
            let position = EventPosition { time: get(row, "sort_time")?, tie };
            (reference, Seen { profile, named: get(row, "named")? }, position)
        };
        Ok(SeenEvent {
            id: EventId(id),
            reference,
            event,
            recorded_at: crate::text::instant("event", "recorded_at", get(row, "recorded_at")?)?,
            retracted: self.is_retracted(get(row, "retracted_at")?),
            seen,
            position,
        })
    }

    /// Whether an event was declared wrong, as far as that was known.
    pub(crate) fn is_retracted(&self, at: Option<i64>) -> bool {
        at.is_some_and(|at| self.known_at.is_none_or(|known| at <= micros(known)))
    }

    fn select_things(&self) -> SelectStatement {
        let mut select = Query::select();
        select
            .columns(
                ["id", "kind", "tlc", "source_kind", "source", "reference", "uncertain"].map(|name| ("thing", name)),
            )
            .column(("item", "uri"))
            .from("thing")
            .join(
                JoinType::InnerJoin,
                "item",
                same_tenant("item", "thing").and(Expr::col(("item", "id")).equals(("thing", "item"))),
            )
            .and_where(Expr::col(("thing", "tenant")).eq(self.tenant.id.0));
        self.only_visible_things(&mut select, ("thing", "id"));
        if self.viewer != Viewer::Own {
            select.columns(["profile", "continuation", "onward"].map(|name| ("vis_lot", name)));
        }
        select
    }

    async fn read_things(&self, select: &SelectStatement) -> Result<Vec<SeenThing>, StoreError> {
        let rows = self.all(select, "scope.things").await?;
        rows.iter().map(|row| self.seen_thing(row)).collect()
    }

    fn seen_thing(&self, row: &QueryResult) -> Result<SeenThing, StoreError> {
        let kind = ThingKind::of_code(get(row, "kind")?)?;
        let identifier: String = get(row, "uri")?;
        let source = source_from(get(row, "source_kind")?, get(row, "source")?, &self.tenant.slug)?;
        let is_lot = !matches!(kind, ThingKind::Unit | ThingKind::Instance);
        let tlc = get::<Option<String>>(row, "tlc")?.map_or_else(|| Tlc::from(identifier.as_str()), Tlc::from);
        let (profile, continuation, onward) = if self.viewer == Viewer::Own {
            (Profile::Full, Continuation::Refer, Onward::Chain)
        } else {
            (
                Profile::parse(&get::<String>(row, "profile")?)?,
                Continuation::parse(&get::<String>(row, "continuation")?)?,
                Onward::parse(&get::<String>(row, "onward")?)?,
            )
        };
        Ok(SeenThing {
            id: ThingId(get(row, "id")?),
            kind,
            identifier,
            lot: is_lot.then_some(LotKey { tlc, source }),
            reference: get(row, "reference")?,
            profile,
            continuation,
            onward,
            uncertain: get(row, "uncertain")?,
        })
    }

    pub(crate) async fn all(
        &self,
        select: &SelectStatement,
        what: &'static str,
    ) -> Result<Vec<QueryResult>, StoreError> {
        self.db.query_all(select).await.map_err(StoreError::database(what))
    }
}

/// A condition that a lot is of a product: a 14-digit GTIN, or the canonical identifier of a class.
fn is_of_product(product: &str) -> SimpleExpr {
    let uri = if product.len() == 14 && product.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("https://id.gs1.org/01/{product}")
    } else {
        Identifier::new(product).canonical()
    };
    // A range instead of LIKE: it uses the index, and no character of the product is a wildcard. `0` follows `/`.
    let column = || Expr::col(("item", "uri"));
    let is_exact = column().eq(uri.as_str()).or(column().gte(format!("{uri}/")));
    column().gte(uri.as_str()).and(column().lt(format!("{uri}0"))).and(is_exact)
}

pub(crate) fn same_tenant(a: &'static str, b: &'static str) -> SimpleExpr {
    Expr::col((a, "tenant")).equals((b, "tenant"))
}

pub(crate) fn get<T: sea_orm::TryGetable>(row: &QueryResult, column: &'static str) -> Result<T, StoreError> {
    row.try_get("", column).map_err(StoreError::database("scope.read"))
}
