//! The reads that lineage is walked with: one set-based query per kind of step, whatever the size of the frontier.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::{Direction, EventId, Profile, ThingId, Viewer};
use jiff::Timestamp;
use lineage::{Change, ChangeKind, Role};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, JoinType, Order, Query, SelectStatement, SimpleExpr};

use crate::{
    EventHead, IDS_PER_QUERY, Scope, StoreError,
    bulk::{Kind, Row},
    facts::amount,
    scope::{get, same_tenant},
    text::{Code, Side, Word, instant, unpack_ids},
};

/// One lot was made from another.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Derived {
    /// Consumed.
    pub input: ThingId,
    /// Produced.
    pub output: ThingId,
    /// The event that consumed.
    pub input_event: EventId,
    /// The event that produced; the same unless the process came in several events.
    pub output_event: EventId,
    /// When it was consumed.
    pub consumed_at: Timestamp,
    /// When the output was there.
    pub produced_at: Timestamp,
    /// How the viewer sees the two events: the lesser of both.
    pub profile: Profile,
}

/// What events assert of a unit's contents.
pub type Inside = BTreeMap<ThingId, Vec<(EventId, Change<ThingId>)>>;

/// Assertions of units, with event and ordinal.
#[derive(Default)]
struct Asserted(Vec<(ThingId, EventId, i32, Change<ThingId>)>);

impl Asserted {
    /// In order of time.
    fn by_unit(mut self) -> Inside {
        self.0.sort_by_key(|(unit, event, ordinal, change)| (*unit, change.time, *event, *ordinal));
        let mut inside = Inside::new();
        for (unit, event, _, change) in self.0 {
            inside.entry(unit).or_default().push((event, change));
        }
        inside
    }
}

/// A thing on an event.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mentioned {
    /// Which thing.
    pub thing: ThingId,
    /// On which event.
    pub event: EventId,
    /// In which part.
    pub role: Role,
    /// Amount and unit of measure as recorded.
    pub quantity: Option<(String, Option<String>)>,
}

impl Scope {
    /// The derivations that lead from these things in the given direction. Only those whose events and both ends the
    /// viewer may see.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn derivations(
        &self,
        things: &BTreeSet<ThingId>,
        direction: Direction,
    ) -> Result<Vec<Derived>, StoreError> {
        let (here, there) = match direction {
            Direction::Back => (Side::Out, Side::In),
            Direction::Forward => (Side::In, Side::Out),
        };
        let select = |things: &[i64]| {
            let mut select = Query::select();
            select
                .columns([("here", "thing"), ("there", "thing"), ("here", "event"), ("there", "event")])
                .from_as("process_side", "here")
                .join_as(
                    JoinType::InnerJoin,
                    "process_side",
                    Alias::new("there"),
                    same_tenant("there", "here").and(Expr::col(("there", "process")).equals(("here", "process"))),
                )
                .and_where(Expr::col(("here", "tenant")).eq(self.tenant.id.0))
                .and_where(Expr::col(("here", "side")).eq(here.code()))
                .and_where(Expr::col(("there", "side")).eq(there.code()))
                .and_where(self.is_one_of(("here", "thing"), things));
            self.only_visible_things(&mut select, ("there", "thing"));
            select
        };
        let mut found = BTreeSet::new();
        for row in self.all_of(&numbers(things), select, &[Kind::Int; 4], "scope.derivations").await? {
            let (here, there) = (ThingId(row.cell(0)?), ThingId(row.cell(1)?));
            let events = (EventId(row.cell(2)?), EventId(row.cell(3)?));
            let (output, input) = if direction == Direction::Back { (here, there) } else { (there, here) };
            let (output_event, input_event) = if direction == Direction::Back { events } else { (events.1, events.0) };
            found.insert((input, output, input_event, output_event));
        }
        let times = self.times(found.iter().flat_map(|row| [row.2, row.3]).collect()).await?;
        let derived = found.into_iter().filter_map(|(input, output, input_event, output_event)| {
            let (produced_at, output_seen) = *times.get(&output_event)?;
            let (consumed_at, input_seen) = *times.get(&input_event)?;
            let profile = output_seen.min(input_seen);
            Some(Derived { input, output, input_event, output_event, consumed_at, produced_at, profile })
        });
        Ok(derived.collect())
    }

    /// When these events happened and how the viewer sees them; only those that it may see are in the answer.
    async fn times(&self, events: BTreeSet<EventId>) -> Result<BTreeMap<EventId, (Timestamp, Profile)>, StoreError> {
        let ids: Vec<i64> = events.iter().map(|id| id.0).collect();
        let select = |ids: &[i64]| {
            let mut select = self.of_events(["id", "event_time"], ids);
            self.only_facts(&mut select);
            self.only_visible_events(&mut select, ("event", "id"));
            if self.viewer() != Viewer::Own {
                select.column(("vis_event", "profile"));
            }
            select
        };
        // Only others are told how they see an event.
        let shape: &[Kind] =
            if self.viewer() == Viewer::Own { &[Kind::Int; 2] } else { &[Kind::Int, Kind::Int, Kind::Text] };
        let mut times = BTreeMap::new();
        for row in self.all_of(&ids, select, shape, "scope.times").await? {
            let profile = match self.viewer() {
                Viewer::Own => Profile::Full,
                Viewer::Party(_) | Viewer::Regulator(_) => Profile::parse(&row.cell::<String>(2)?)?,
            };
            let time = instant("event", "event_time", row.cell(1)?)?;
            times.insert(EventId(row.cell(0)?), (time, profile));
        }
        Ok(times)
    }

    /// How much the viewer is shown of these events; what it may not see is not in the answer.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn profiles(&self, events: &BTreeSet<EventId>) -> Result<BTreeMap<EventId, Profile>, StoreError> {
        if self.viewer() == Viewer::Own {
            return Ok(events.iter().map(|event| (*event, Profile::Full)).collect());
        }
        let times = self.times(events.clone()).await?;
        Ok(times.into_iter().map(|(event, (_, profile))| (event, profile)).collect())
    }

    /// Everything that is asserted of the contents of these units. Contents tell which lots an event on a unit is
    /// about; what the viewer may see of them is decided by the lots and events themselves.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn contents_of(&self, units: &BTreeSet<ThingId>) -> Result<Inside, StoreError> {
        let mut found = Asserted::default();
        let of_units = |units: &[i64]| self.is_one_of(("containment", "parent"), units);
        self.containment(units, of_units, &mut found).await?;
        Ok(found.by_unit())
    }

    /// The units that these things were ever inside of, with everything asserted of the things in them and of the units
    /// as a whole. What else is inside is left out: it says nothing of these things.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn units_around(&self, things: &BTreeSet<ThingId>) -> Result<Inside, StoreError> {
        let mut found = Asserted::default();
        let of_things = |things: &[i64]| self.is_one_of(("containment", "child"), things);
        self.containment(things, of_things, &mut found).await?;
        let units = found.0.iter().map(|row| row.0).collect();
        let of_units = |units: &[i64]| {
            Expr::col(("containment", "child")).is_null().and(self.is_one_of(("containment", "parent"), units))
        };
        self.containment(&units, of_units, &mut found).await?;
        Ok(found.by_unit())
    }

    async fn containment(
        &self,
        things: &BTreeSet<ThingId>,
        which: impl Fn(&[i64]) -> SimpleExpr,
        found: &mut Asserted,
    ) -> Result<(), StoreError> {
        let select = |things: &[i64]| {
            let mut select = Query::select();
            select
                .columns(
                    ["parent", "event", "ordinal", "child", "change", "quantity", "uom"]
                        .map(|name| ("containment", name)),
                )
                .from("containment")
                .and_where(Expr::col(("containment", "tenant")).eq(self.tenant.id.0))
                .and_where(which(things));
            select
        };
        let shape = &[Kind::Int, Kind::Int, Kind::Int, Kind::Int, Kind::Int, Kind::Text, Kind::Text];
        let rows = self.all_of(&numbers(things), select, shape, "scope.containment").await?;
        let events = rows.iter().map(|row| row.int(1)).collect::<Result<BTreeSet<i64>, _>>()?;
        let times = self.times_of_facts(&events.into_iter().collect::<Vec<_>>()).await?;
        for row in rows {
            let event = row.int(1)?;
            let Some(&time) = times.get(&event) else { continue };
            let change = Change {
                time,
                kind: ChangeKind::of_code(row.cell(4)?)?,
                child: row.cell::<Option<i64>>(3)?.map(ThingId),
                amount: amount(row.cell::<Option<String>>(5)?.as_deref()),
                uom: row.cell(6)?,
            };
            found.0.push((ThingId(row.cell(0)?), EventId(event), row.cell(2)?, change));
        }
        Ok(())
    }

    /// When these events happened, as far as they are facts, whether the viewer may see them or not.
    ///
    /// Not in one statement with what is said of them: an event says something of many things, and is looked up once.
    async fn times_of_facts(&self, events: &[i64]) -> Result<HashMap<i64, Timestamp>, StoreError> {
        let select = |ids: &[i64]| {
            let mut select = self.of_events(["id", "event_time"], ids);
            self.only_facts(&mut select);
            select
        };
        let rows = self.all_of(events, select, &[Kind::Int; 2], "scope.times_of_facts").await?;
        rows.iter().map(|row| Ok((row.int(0)?, instant("event", "event_time", row.cell(1)?)?))).collect()
    }

    /// The events that mention these things, retracted ones left out; only those that the viewer may see.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mentions_of(&self, things: &BTreeSet<ThingId>) -> Result<Vec<Mentioned>, StoreError> {
        let mut found = Vec::new();
        for chunk in chunks(things) {
            found.extend(
                self.mentions(|select| select.and_where(self.is_one_of(("event_thing", "thing"), &chunk))).await?,
            );
        }
        Ok(found)
    }

    /// The things that these events mention.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mentions_on(&self, events: &BTreeSet<EventId>) -> Result<Vec<Mentioned>, StoreError> {
        let ids: Vec<i64> = events.iter().map(|id| id.0).collect();
        let mut found = Vec::new();
        for chunk in ids.chunks(IDS_PER_QUERY) {
            let things = self.things_on(chunk).await?;
            for things in things.chunks(IDS_PER_QUERY) {
                let of_both = self.mentions(|select| {
                    select
                        .and_where(self.is_one_of(("event_thing", "thing"), things))
                        .and_where(self.is_one_of(("event_thing", "event"), chunk))
                });
                found.extend(of_both.await?);
            }
        }
        Ok(found)
    }

    /// The numbers of everything on these events, visible or not: where to look for mentions.
    async fn things_on(&self, events: &[i64]) -> Result<Vec<i64>, StoreError> {
        let select = self.of_events(["things"], events);
        let mut things = BTreeSet::new();
        for row in self.all(&select, "scope.things_on").await? {
            things.extend(unpack_ids(&get::<Vec<u8>>(&row, "things")?));
        }
        Ok(things.into_iter().collect())
    }

    /// What events say of these things, retracted ones left out; only those that the viewer may see, and with
    /// `turning_points` only where they are handed over, brought into being or transformed. With the heads of the
    /// events, as far as they are not among those that are `known`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn told_of(
        &self,
        things: &BTreeSet<ThingId>,
        turning_points: bool,
        known: &BTreeMap<EventId, EventHead>,
    ) -> Result<(Vec<Mentioned>, Vec<EventHead>), StoreError> {
        let select = |things: &[i64]| {
            let mut select = Query::select();
            select
                .columns(MENTIONED.map(|name| ("event_thing", name)))
                .from("event_thing")
                .and_where(Expr::col(("event_thing", "tenant")).eq(self.tenant.id.0))
                .and_where(self.is_one_of(("event_thing", "thing"), things));
            self.only_visible_things(&mut select, ("event_thing", "thing"));
            select
        };
        let rows = self.all_of(&numbers(things), select, MENTIONED_SHAPE, "scope.told").await?;
        let mut found = rows.iter().map(mentioned).collect::<Result<Vec<Mentioned>, _>>()?;
        // Each event once, in the order in which they lie.
        let new = found.iter().map(|mention| mention.event).filter(|event| !known.contains_key(event)).collect();
        let heads = self.heads_of(&new, turning_points).await?;
        let facts = known.values().chain(&heads).filter(|head| !head.retracted);
        let wanted: HashSet<EventId> = facts.map(|head| head.id).collect();
        found.retain(|mention| wanted.contains(&mention.event));
        Ok((found, heads))
    }

    async fn mentions(
        &self,
        narrow: impl FnOnce(&mut SelectStatement) -> &mut SelectStatement,
    ) -> Result<Vec<Mentioned>, StoreError> {
        let mut select = Query::select();
        select
            .columns(MENTIONED.map(|name| ("event_thing", name)))
            .from("event_thing")
            .join(JoinType::InnerJoin, "event", is_event_of("event_thing"))
            .and_where(Expr::col(("event_thing", "tenant")).eq(self.tenant.id.0))
            .order_by(("event", "event_time"), Order::Asc)
            .order_by(("event_thing", "event"), Order::Asc)
            .order_by(("event_thing", "ordinal"), Order::Asc);
        self.only_facts(&mut select);
        narrow(&mut select);
        self.only_visible_events(&mut select, ("event", "id"));
        self.only_visible_things(&mut select, ("event_thing", "thing"));
        self.rows(&select, MENTIONED_SHAPE, "scope.mentions").await?.iter().map(mentioned).collect()
    }
}

const MENTIONED: [&str; 5] = ["thing", "event", "role", "quantity", "uom"];
const MENTIONED_SHAPE: &[Kind] = &[Kind::Int, Kind::Int, Kind::Int, Kind::Text, Kind::Text];

fn mentioned(row: &Row) -> Result<Mentioned, StoreError> {
    let quantity: Option<String> = row.cell(3)?;
    let uom: Option<String> = row.cell(4)?;
    Ok(Mentioned {
        thing: ThingId(row.cell(0)?),
        event: EventId(row.cell(1)?),
        role: Role::of_code(row.cell(2)?)?,
        quantity: quantity.map(|amount| (amount, uom)),
    })
}

/// The condition that an event is the one that a row of this table belongs to.
fn is_event_of(table: &'static str) -> SimpleExpr {
    same_tenant("event", table).and(Expr::col(("event", "id")).equals((table, "event")))
}

fn numbers(things: &BTreeSet<ThingId>) -> Vec<i64> {
    things.iter().map(|id| id.0).collect()
}

fn chunks(things: &BTreeSet<ThingId>) -> Vec<Vec<i64>> {
    numbers(things).chunks(IDS_PER_QUERY).map(<[i64]>::to_vec).collect()
}
