//! The tenant's own facts, as `policy` wants them.

#![expect(clippy::disallowed_methods, reason = "facts are what scopes are computed from")]

use std::collections::{BTreeMap, BTreeSet};

use domain::{EventId, PartyId, TenantId, ThingId};
use epcis::EventKind;
use gs1::{Identifier, Key};
use jiff::{Timestamp, civil::Date, tz::Offset};
use lineage::{Change, ChangeKind, CustodyKind, ThingKind, contents_handed_over};
use policy::{Derivation, EventFact, Facts, HandOver, ThingFact};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter,
    sea_query::{Expr, ExprTrait, Query},
};

use crate::{
    StoreError, entity,
    resolve::spelled_codes,
    text::{Code, End, EndKind, Side, instant, unpack_ids},
};

/// Loads every fact of the tenant. What units contained is taken only from what had been asserted by then: a later
/// unpacking may prove to the owner what was inside, but it entitles nobody.
pub(crate) async fn load<C: ConnectionTrait>(db: &C, tenant: TenantId) -> Result<Facts, StoreError> {
    let rows = Rows::load(db, tenant).await?;
    let times: BTreeMap<i64, Timestamp> = rows
        .events
        .iter()
        .map(|row| Ok((row.id, instant("event", "event_time", row.event_time)?)))
        .collect::<Result<_, StoreError>>()?;
    let units = rows.units(&times)?;
    let mut events = Vec::new();
    for row in &rows.events {
        let Some(&time) = times.get(&row.id) else { continue };
        let mut things: BTreeSet<i64> = unpack_ids(&row.things).into_iter().collect();
        let is_unit = |thing: &i64| rows.things.get(thing).is_some_and(|thing| thing.kind == ThingKind::Unit.code());
        let named_units = things.iter().copied().filter(is_unit).map(ThingId).collect();
        for thing in things.clone() {
            things.extend(inside(&units, thing, time));
        }
        let place = |item: Option<i64>| item.and_then(|item| rows.items.get(&item).cloned());
        events.push(EventFact {
            id: EventId(row.id),
            time,
            day: local_date(row.zone, time)?,
            hand_over: rows.hand_over(row, named_units)?,
            places: [place(row.read_point), place(row.biz_location)].into_iter().flatten().collect(),
            things: things.into_iter().map(ThingId).collect(),
        });
    }
    let derivations = rows.derivations(&units, &times);
    let known: BTreeSet<ThingId> = events.iter().flat_map(|event| event.things.iter().copied()).collect();
    let things = rows.things().into_iter().filter(|thing| known.contains(&thing.id)).collect();
    Ok(Facts { events, things, derivations })
}

type Units = BTreeMap<i64, Vec<Change<i64>>>;

/// Everything that had been put into a unit by then and was handed over with it, at any depth.
fn inside(units: &Units, unit: i64, at: Timestamp) -> BTreeSet<i64> {
    let mut found = BTreeSet::new();
    let mut open = vec![unit];
    while let Some(unit) = open.pop() {
        let asserted: Vec<_> =
            units.get(&unit).into_iter().flatten().filter(|change| change.time <= at).cloned().collect();
        for content in contents_handed_over(&asserted, at) {
            if found.insert(content.child) {
                open.push(content.child);
            }
        }
    }
    found
}

/// The columns of an event that facts need.
#[derive(FromQueryResult)]
struct EventRow {
    id: i64,
    kind: i16,
    event_time: i64,
    zone: i16,
    things: Vec<u8>,
    biz_step: Option<i64>,
    read_point: Option<i64>,
    biz_location: Option<i64>,
}

/// An end of an event, and the party that it names, if it is a registered one.
struct EndRow {
    end: End,
    party: Option<PartyId>,
}

struct Rows {
    events: Vec<EventRow>,
    ends: BTreeMap<i64, Vec<EndRow>>,
    containment: Vec<entity::containment::Model>,
    sides: Vec<entity::process_side::Model>,
    codes: Vec<entity::thing_code::Model>,
    things: BTreeMap<i64, entity::thing::Model>,
    items: BTreeMap<i64, String>,
}

impl Rows {
    async fn load<C: ConnectionTrait>(db: &C, tenant: TenantId) -> Result<Self, StoreError> {
        const WHAT: &str = "facts.load";
        macro_rules! all {
            ($table:ident) => {
                entity::$table::Entity::find()
                    .filter(entity::$table::Column::Tenant.eq(tenant.0))
                    .all(db)
                    .await
                    .map_err(StoreError::database(WHAT))?
            };
        }
        let items: BTreeMap<i64, String> = all!(item).into_iter().map(|row| (row.id, row.uri)).collect();
        let parties: BTreeMap<String, Option<i64>> =
            all!(party_identifier).into_iter().map(|row| (row.identifier, row.party)).collect();
        let active: BTreeSet<i64> =
            all!(party).into_iter().filter(|row| row.status == "ACTIVE").map(|row| row.id).collect();
        let mut ends: BTreeMap<i64, Vec<EndRow>> = BTreeMap::new();
        for row in all!(event_end) {
            let party = items.get(&row.item).and_then(|uri| parties.get(uri)).copied().flatten();
            let party = party.filter(|id| active.contains(id)).map(PartyId);
            ends.entry(row.event).or_default().push(EndRow { end: End::of_code(row.side)?, party });
        }
        let mut select = Query::select();
        select
            .columns(["id", "kind", "event_time", "zone", "things", "biz_step", "read_point", "biz_location"])
            .from("event")
            .and_where(Expr::col("tenant").eq(tenant.0))
            .and_where(Expr::col("retracted_at").is_null());
        let events = EventRow::find_by_statement(db.get_database_backend().build(&select))
            .all(db)
            .await
            .map_err(StoreError::database(WHAT))?;
        Ok(Self {
            events,
            ends,
            containment: all!(containment),
            sides: all!(process_side),
            codes: all!(thing_code),
            things: all!(thing).into_iter().map(|row| (row.id, row)).collect(),
            items,
        })
    }

    /// What is asserted of the contents of units, by events that are facts.
    fn units(&self, times: &BTreeMap<i64, Timestamp>) -> Result<Units, StoreError> {
        let mut units = Units::new();
        for row in &self.containment {
            let Some(&time) = times.get(&row.event) else { continue };
            let kind = ChangeKind::of_code(row.change)?;
            let change =
                Change { time, kind, child: row.child, amount: amount(row.quantity.as_deref()), uom: row.uom.clone() };
            units.entry(row.parent).or_default().push(change);
        }
        Ok(units)
    }

    /// The hand-over that an event records. A place at either end stands for the owner: many records name only places.
    fn hand_over(&self, event: &EventRow, units: BTreeSet<ThingId>) -> Result<Option<HandOver>, StoreError> {
        let step = event.biz_step.and_then(|item| self.items.get(&item));
        let is_transformation = EventKind::of_code(event.kind)? == EventKind::Transformation;
        if is_transformation || step.and_then(|step| CustodyKind::of_step(step)).is_none() {
            return Ok(None);
        }
        let mut ends = HandOver { units, ..HandOver::default() };
        for EndRow { end, party } in self.ends.get(&event.id).into_iter().flatten() {
            let Some(party) = *party else { continue };
            match end.kind {
                EndKind::OwningParty | EndKind::Location => {
                    ends.counterparties.insert(party);
                    if end.is_destination {
                        ends.recipients.insert(party);
                    }
                }
                EndKind::PossessingParty => {
                    ends.carriers.insert(party);
                }
            }
        }
        Ok(Some(ends))
    }

    fn things(&self) -> Vec<ThingFact> {
        let mut codes: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
        for row in &self.codes {
            codes.entry(row.thing).or_default().insert(row.code.clone());
        }
        let fact = |thing: &entity::thing::Model| {
            let identifier = Identifier::new(self.items.get(&thing.item)?.as_str());
            let mut names: BTreeSet<String> = spelled_codes(&identifier).into_iter().collect();
            names.insert(identifier.canonical());
            names.extend(thing.tlc.clone());
            let mut codes = codes.remove(&thing.id).unwrap_or_default();
            codes.extend(names.iter().cloned());
            Some(ThingFact { id: ThingId(thing.id), codes, names, gtin: gtin(&identifier) })
        };
        self.things.values().filter_map(fact).collect()
    }

    /// A unit that is consumed stands for what it contained then.
    fn derivations(&self, units: &Units, times: &BTreeMap<i64, Timestamp>) -> Vec<Derivation> {
        let mut inputs: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
        let mut outputs: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
        for row in &self.sides {
            // An event that was declared wrong has no time here.
            let Some(&time) = times.get(&row.event) else { continue };
            let side = if row.side == Side::In.code() { &mut inputs } else { &mut outputs };
            let things = side.entry(row.process).or_default();
            things.insert(row.thing);
            things.extend(inside(units, row.thing, time));
        }
        let mut derivations = Vec::new();
        for (process, outputs) in outputs {
            for &input in inputs.get(&process).into_iter().flatten() {
                derivations.extend(
                    outputs.iter().map(|&output| Derivation { input: ThingId(input), output: ThingId(output) }),
                );
            }
        }
        derivations
    }
}

/// An amount as a number; `None` where none is recorded.
pub(crate) fn amount(text: Option<&str>) -> Option<rust_decimal::Decimal> {
    text?.parse::<epcis::Quantity>().ok().map(|quantity| quantity.value())
}

/// The calendar date at a place that is `zone` minutes east of Greenwich.
pub(crate) fn local_date(zone: i16, time: Timestamp) -> Result<Date, StoreError> {
    let offset = Offset::from_seconds(i32::from(zone) * 60);
    let offset = offset.map_err(|_| StoreError::inconsistent("event", "zone", zone.to_string()))?;
    Ok(offset.to_datetime(time).date())
}

/// The GTIN of an identifier that has one.
fn gtin(identifier: &Identifier) -> Option<String> {
    match identifier.key() {
        Key::Gtin { gtin } | Key::Lgtin { gtin, .. } | Key::Sgtin { gtin, .. } => Some(gtin.to_string()),
        _ => None,
    }
}
