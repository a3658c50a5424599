//! Reads of lots, units and instances, for one viewer.

use std::collections::BTreeSet;

use domain::{Continuation, LotKey, Onward, Profile, ThingId, Tlc, Viewer};
use gs1::Identifier;
use jiff::Timestamp;
use lineage::ThingKind;
use sea_orm::{
    QueryResult,
    sea_query::{Expr, ExprTrait, JoinType, Order, Query, SelectStatement, SimpleExpr, UnionType},
};

use crate::{
    IDS_PER_QUERY, Scope, StoreError,
    head::cell,
    scope::{get, same_tenant},
    text::{Code, Word, micros, source_from, unpack_ids},
};

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

impl Scope {
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
        let (index, mine) = self.code_index();
        let mut named = Query::select();
        named.column((index, "thing")).from(index).and_where(mine).and_where(self.is_one_of((index, "code"), codes));
        if self.viewer != Viewer::Own {
            named.distinct();
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
        named.union(UnionType::Distinct, identified);
        named
    }

    /// Things by number, in order of number.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn things(&self, ids: &BTreeSet<ThingId>) -> Result<Vec<SeenThing>, StoreError> {
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let select = |ids: &[i64]| {
            let mut select = self.select_things();
            select.and_where(self.is_one_of(("thing", "id"), ids)).order_by(("thing", "id"), Order::Asc);
            select
        };
        let rows = self.all_of(&ids, select, "scope.things").await?;
        rows.iter().map(|row| self.seen_thing(row)).collect()
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
        let kind = ThingKind::of_code(cell(row, 1)?)?;
        let identifier: String = cell(row, 7)?;
        let source = source_from(cell(row, 3)?, cell(row, 4)?, &self.tenant.slug)?;
        let is_lot = !matches!(kind, ThingKind::Unit | ThingKind::Instance);
        let tlc = cell::<Option<String>>(row, 2)?.map_or_else(|| Tlc::from(identifier.as_str()), Tlc::from);
        let (profile, continuation, onward) = if self.viewer == Viewer::Own {
            (Profile::Full, Continuation::Refer, Onward::Chain)
        } else {
            (
                Profile::parse(&cell::<String>(row, 8)?)?,
                Continuation::parse(&cell::<String>(row, 9)?)?,
                Onward::parse(&cell::<String>(row, 10)?)?,
            )
        };
        Ok(SeenThing {
            id: ThingId(cell(row, 0)?),
            kind,
            identifier,
            lot: is_lot.then_some(LotKey { tlc, source }),
            reference: cell(row, 5)?,
            profile,
            continuation,
            onward,
            uncertain: cell(row, 6)?,
        })
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
