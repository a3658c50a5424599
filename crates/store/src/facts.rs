//! The tenant's own facts, as `policy` wants them.

#![expect(clippy::disallowed_methods, reason = "facts are what scopes are computed from")]

use std::collections::{BTreeMap, BTreeSet};

use domain::{EventId, PartyId, TenantId, ThingId};
use gs1::{Identifier, Key};
use jiff::Timestamp;
use lineage::{Change, contents};
use policy::{Derivation, EventFact, Facts, ThingFact};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::{
    StoreError, entity,
    text::{Word, instant},
};

/// Loads every fact of the tenant.
pub(crate) async fn load<C: ConnectionTrait>(db: &C, tenant: TenantId) -> Result<Facts, StoreError> {
    let rows = Rows::load(db, tenant).await?;
    let units = units(&rows.containment)?;
    let mut mentioned: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
    for row in &rows.mentions {
        mentioned.entry(row.event).or_default().insert(row.thing);
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
            parties: rows.named(row.id, None),
            recipients: rows.named(row.id, Some("destination")),
            places: [place(row.read_point), place(row.biz_location)].into_iter().flatten().collect(),
            things: things.into_iter().map(ThingId).collect(),
        });
    }
    Ok(Facts { events, things: rows.things(), derivations: rows.derivations(&units, &times) })
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

/// Everything inside a unit at that time, at any depth.
fn inside(units: &Units, unit: i64, at: Timestamp) -> BTreeSet<i64> {
    let mut found = BTreeSet::new();
    let mut open = vec![unit];
    while let Some(unit) = open.pop() {
        for content in units.get(&unit).map(|changes| contents(changes, at)).unwrap_or_default() {
            if found.insert(content.child) {
                open.push(content.child);
            }
        }
    }
    found
}

struct Rows {
    events: Vec<entity::event::Model>,
    mentions: Vec<entity::event_thing::Model>,
    ends: BTreeMap<i64, Vec<(String, Option<i64>)>>,
    containment: Vec<entity::containment::Model>,
    sides: Vec<entity::process_side::Model>,
    codes: Vec<entity::thing_code::Model>,
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
        let mut ends: BTreeMap<i64, Vec<(String, Option<i64>)>> = BTreeMap::new();
        for row in all!(event_end) {
            let party = items.get(&row.item).and_then(|uri| parties.get(uri)).copied().flatten();
            ends.entry(row.event).or_default().push((row.side, party.filter(|id| active.contains(id))));
        }
        let events: Vec<_> = entity::event::Entity::find()
            .filter(entity::event::Column::Tenant.eq(tenant.0))
            .filter(entity::event::Column::Retracted.eq(false))
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
            items,
        })
    }

    fn named(&self, event: i64, side: Option<&str>) -> BTreeSet<PartyId> {
        let ends = self.ends.get(&event).into_iter().flatten();
        let wanted = ends.filter(|(end, _)| side.is_none_or(|side| side == end));
        wanted.filter_map(|(_, party)| party.map(PartyId)).collect()
    }

    fn things(&self) -> Vec<ThingFact> {
        let mut things: BTreeMap<i64, ThingFact> = BTreeMap::new();
        for row in &self.codes {
            let fact = things.entry(row.thing).or_insert_with(|| ThingFact {
                id: ThingId(row.thing),
                codes: BTreeSet::new(),
                gtin: None,
            });
            fact.gtin = fact.gtin.take().or_else(|| gtin(&row.code));
            fact.codes.insert(row.code.clone());
        }
        things.into_values().collect()
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
fn gtin(code: &str) -> Option<String> {
    match Identifier::new(code).key() {
        Key::Gtin { gtin } | Key::Lgtin { gtin, .. } | Key::Sgtin { gtin, .. } => Some(gtin.clone()),
        _ => None,
    }
}
