//! The tenant's own facts, as `policy` wants them.

#![expect(clippy::disallowed_methods, reason = "facts are what scopes are computed from")]

use std::collections::{BTreeMap, BTreeSet};

use domain::{EventId, PartyId, TenantId, ThingId};
use epcis::EventKind;
use gs1::{Identifier, Key};
use jiff::Timestamp;
use lineage::{Change, CustodyKind, ThingKind, contents_handed_over};
use policy::{Derivation, EventFact, Facts, HandOver, ThingFact};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect};

use crate::{
    StoreError, entity,
    resolve::spelled_codes,
    text::{Word, instant},
};

/// Loads every fact of the tenant. What units contained is taken only from what had been asserted by then: a later
/// unpacking may prove to the owner what was inside, but it entitles nobody.
pub(crate) async fn load<C: ConnectionTrait>(db: &C, tenant: TenantId) -> Result<Facts, StoreError> {
    let rows = Rows::load(db, tenant).await?;
    let units = units(&rows.containment)?;
    let mut mentioned: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
    let mut named_units: BTreeMap<i64, BTreeSet<ThingId>> = BTreeMap::new();
    for row in &rows.mentions {
        mentioned.entry(row.event).or_default().insert(row.thing);
        if rows.things.get(&row.thing).is_some_and(|thing| thing.kind == ThingKind::Unit.word()) {
            named_units.entry(row.event).or_default().insert(ThingId(row.thing));
        }
    }
    let mut times = BTreeMap::new();
    let mut events = Vec::new();
    for row in &rows.events {
        let time = instant("event", "event_time", row.event_time)?;
        times.insert(row.id, time);
        let mut things = mentioned.remove(&row.id).unwrap_or_default();
        for thing in things.clone() {
            things.extend(inside(&units, thing, time));
        }
        let place = |item: Option<i64>| item.and_then(|item| rows.items.get(&item).cloned());
        events.push(EventFact {
            id: EventId(row.id),
            time,
            day: row.day.parse().map_err(|_| StoreError::inconsistent("event", "day", row.day.as_str()))?,
            hand_over: rows.hand_over(row, named_units.remove(&row.id).unwrap_or_default()),
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

fn units(rows: &[entity::containment::Model]) -> Result<Units, StoreError> {
    let mut units = Units::new();
    for row in rows {
        units.entry(row.parent).or_default().push(change(row)?);
    }
    Ok(units)
}

/// A row of `containment` as lineage wants it.
pub(crate) fn change(row: &entity::containment::Model) -> Result<Change<i64>, StoreError> {
    Ok(Change {
        time: instant("containment", "event_time", row.event_time)?,
        kind: lineage::ChangeKind::parse(&row.change)?,
        child: row.child,
        amount: row.quantity.as_deref().and_then(|text| text.parse::<epcis::Quantity>().ok()).map(|q| q.value()),
        uom: row.uom.clone(),
    })
}

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
    kind: String,
    event_time: i64,
    day: String,
    biz_step: Option<String>,
    read_point: Option<i64>,
    biz_location: Option<i64>,
}

/// An end of an event: side, type, and the party that it names, if it is a registered one.
struct EndRow {
    side: String,
    kind: String,
    party: Option<PartyId>,
}

struct Rows {
    events: Vec<EventRow>,
    mentions: Vec<entity::event_thing::Model>,
    ends: BTreeMap<i64, Vec<EndRow>>,
    containment: Vec<entity::containment::Model>,
    sides: Vec<entity::process_side::Model>,
    codes: Vec<entity::thing_code::Model>,
    things: BTreeMap<i64, entity::thing::Model>,
    items: BTreeMap<i64, String>,
}

impl Rows {
    async fn load<C: ConnectionTrait>(db: &C, tenant: TenantId) -> Result<Self, StoreError> {
        use entity::event::Column;
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
            ends.entry(row.event).or_default().push(EndRow { side: row.side, kind: row.kind, party });
        }
        let events = entity::event::Entity::find()
            .select_only()
            .columns([Column::Id, Column::Kind, Column::EventTime, Column::Day, Column::BizStep])
            .columns([Column::ReadPoint, Column::BizLocation])
            .filter(Column::Tenant.eq(tenant.0))
            .filter(Column::Retracted.eq(false))
            .into_model::<EventRow>()
            .all(db)
            .await
            .map_err(StoreError::database(WHAT))?;
        Ok(Self {
            events,
            mentions: all!(event_thing),
            ends,
            containment: all!(containment),
            sides: all!(process_side),
            codes: all!(thing_code),
            things: all!(thing).into_iter().map(|row| (row.id, row)).collect(),
            items,
        })
    }

    /// The hand-over that an event records. A place at either end stands for the owner: many records name only places.
    fn hand_over(&self, event: &EventRow, units: BTreeSet<ThingId>) -> Option<HandOver> {
        let is_transformation = event.kind == EventKind::Transformation.word();
        CustodyKind::of_step(event.biz_step.as_deref()?).filter(|_| !is_transformation)?;
        let mut ends = HandOver { units, ..HandOver::default() };
        for end in self.ends.get(&event.id).into_iter().flatten() {
            let Some(party) = end.party else { continue };
            match end.kind.as_str() {
                "owning_party" | "location" => {
                    ends.counterparties.insert(party);
                    if end.side == "destination" {
                        ends.recipients.insert(party);
                    }
                }
                "possessing_party" => {
                    ends.carriers.insert(party);
                }
                // A private type says nothing of who may know.
                _ => {}
            }
        }
        Some(ends)
    }

    fn things(&self) -> Vec<ThingFact> {
        let mut codes: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
        for row in &self.codes {
            codes.entry(row.thing).or_default().insert(row.code.clone());
        }
        let fact = |thing: &entity::thing::Model| {
            let identifier = Identifier::new(self.items.get(&thing.item)?.as_str());
            let mut names: BTreeSet<String> = spelled_codes(&identifier).into_iter().collect();
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
            let side = if row.side == "in" { &mut inputs } else { &mut outputs };
            let things = side.entry(row.process).or_default();
            things.insert(row.thing);
            if let Some(&time) = times.get(&row.event) {
                things.extend(inside(units, row.thing, time));
            }
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

/// The GTIN of an identifier that has one.
fn gtin(identifier: &Identifier) -> Option<String> {
    match identifier.key() {
        Key::Gtin { gtin } | Key::Lgtin { gtin, .. } | Key::Sgtin { gtin, .. } => Some(gtin.to_string()),
        _ => None,
    }
}
