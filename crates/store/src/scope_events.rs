//! Reads of events, for one viewer.

use std::collections::BTreeSet;

use domain::{EventId, Profile, Viewer};
use epcis::{Action, Event, EventKind};
use jiff::Timestamp;
use policy::Seen;
use sea_orm::{
    QueryResult,
    sea_query::{Expr, ExprTrait, JoinType, Order, Query, SelectStatement},
};

use crate::{
    IDS_PER_QUERY, Scope, StoreError, body,
    identity::Identity,
    scope::{get, same_tenant},
    text::{Code, Word, instant, micros},
};

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

impl Scope {
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
            recorded_at: instant("event", "recorded_at", get(row, "recorded_at")?)?,
            retracted: self.is_retracted(get(row, "retracted_at")?),
            seen,
            position,
        })
    }
}
