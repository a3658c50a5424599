//! What was in stock at a place on a day.

use std::collections::{BTreeMap, BTreeSet};

use domain::{EventId, Role as StaffRole, ThingId};
use gs1::Identifier;
use jiff::{SignedDuration, Timestamp, civil::Date, tz::Offset};
use lineage::{Entry, Flow, Ledger, ThingKind, ledgers};
use rust_decimal::Decimal;
use store::{EventFilter, Scope, SeenThing};

use crate::{
    AppError, Caller, ShownLot,
    lots::shown,
    movements::{Movements, movements},
    records::Records,
    stock::weights,
};

/// A question about the stock of a place.
#[derive(Clone, Debug)]
pub struct StockQuestion {
    /// The place, in any spelling.
    pub place: String,
    /// The calendar date at the place.
    pub day: Date,
    /// How many days before it events count.
    pub look_back: u16,
    /// As it was known at this instant; `None` for everything known.
    pub known_at: Option<Timestamp>,
}

/// How sure it is that a lot was there.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Presence {
    /// The records say so, in amounts that can be compared.
    Certain,
    /// The records leave it open: amounts that cannot be compared, or that do not add up.
    Possible,
    /// Events name the lot as an estimate, or as an alternate, only.
    Inferred,
}

/// A lot at a place on a day, in one unit of measure.
#[derive(Clone, Debug)]
pub struct StockRow {
    /// The lot.
    pub lot: ShownLot,
    /// On hand when the day began.
    pub opening: Decimal,
    /// Received and produced during the day.
    pub added: Decimal,
    /// On hand when the day ended.
    pub closing: Decimal,
    /// Unit of measure.
    pub uom: Option<String>,
    /// How sure it is.
    pub presence: Presence,
}

/// The stock of a place on a day.
#[derive(Clone, Debug)]
pub struct StockAt {
    /// In order of lots.
    pub rows: Vec<StockRow>,
    /// Whether the events of the place are more than one answer can hold.
    pub partial: bool,
}

/// Events of a place that one answer looks at.
const MAX_EVENTS: usize = 20_000;
/// Events read at once.
const EVENTS_AT_ONCE: u64 = 1_000;
/// Offsets from UTC at most.
const OFFSET: SignedDuration = SignedDuration::from_hours(14);

impl Caller {
    /// What was in stock at a place on a day, by the tenant's own records.
    ///
    /// # Errors
    /// [`AppError::StaffOnly`]: volumes are nobody else's business.
    pub async fn stock_at(&self, question: &StockQuestion) -> Result<StockAt, AppError> {
        self.require(StaffRole::Read)?;
        let scope = self.scope().await?;
        let place = Identifier::new(question.place.as_str()).canonical();
        let midnight = Offset::UTC.to_timestamp(question.day.at(0, 0, 0, 0));
        let midnight = midnight.map_err(|_| AppError::BadRequest("the day is out of range".to_owned()))?;
        let since = midnight.saturating_sub(SignedDuration::from_hours(24 * i64::from(question.look_back)) + OFFSET);
        let until = midnight.saturating_add(SignedDuration::from_hours(24) + OFFSET);
        let window = (since.unwrap_or(Timestamp::MIN), until.unwrap_or(Timestamp::MAX));
        let records = Records::new(scope, Some(window.1), question.known_at);
        let (events, partial) = events_at(scope, &place, window).await?;
        let lots = lots_on(&records, &events).await?;
        let found = movements(&records, &lots).await?;
        let rows = rows(scope, &lots, found, &place, question.day, window.0).await?;
        Ok(StockAt { rows, partial })
    }
}

/// The events at a place, and whether there are more than can be looked at.
async fn events_at(
    scope: &Scope,
    place: &str,
    (since, until): (Timestamp, Timestamp),
) -> Result<(BTreeSet<EventId>, bool), AppError> {
    let mut found = BTreeSet::new();
    let here = || vec![place.to_owned()];
    let window = || EventFilter { since: Some(since), until: Some(until), ..EventFilter::default() };
    for filter in [EventFilter { read_points: here(), ..window() }, EventFilter { biz_locations: here(), ..window() }] {
        let mut after = None;
        loop {
            let events = scope.events(&filter, after, EVENTS_AT_ONCE).await?;
            after = events.last().map(|event| event.position);
            found.extend(events.iter().filter(|event| !event.retracted).map(|event| event.id));
            if found.len() > MAX_EVENTS {
                return Ok((found, true));
            }
            if (events.len() as u64) < EVENTS_AT_ONCE {
                break;
            }
        }
    }
    Ok((found, false))
}

/// The lots on these events and in the units on them, at any depth.
async fn lots_on(records: &Records, events: &BTreeSet<EventId>) -> Result<Vec<SeenThing>, AppError> {
    let mentions = records.scope.mentions_on(events).await?;
    let mut ids: BTreeSet<ThingId> = mentions.into_iter().map(|mention| mention.thing).collect();
    let mut new = ids.clone();
    while !new.is_empty() {
        let inside = records.contents_of(&new).await?;
        let children = inside.values().flatten().filter_map(|(_, change)| change.child);
        new = children.filter(|child| !ids.contains(child)).collect();
        ids.extend(new.iter().copied());
    }
    let things = records.things(&ids).await?.into_values();
    let is_lot = |thing: &SeenThing| thing.lot.is_some() && thing.kind != ThingKind::OtherInput;
    Ok(things.filter(is_lot).collect())
}

async fn rows(
    scope: &Scope,
    lots: &[SeenThing],
    found: Movements,
    place: &str,
    day: Date,
    since: Timestamp,
) -> Result<Vec<StockRow>, AppError> {
    let weights = weights(scope, lots, &found).await?;
    let mut by_lot: BTreeMap<String, (SeenThing, Vec<Entry>)> = BTreeMap::new();
    for (thing, entry) in found.entries {
        let is_here = entry.movement.place == place && entry.day <= day && entry.time >= since;
        let Some(thing) = found.things.get(&thing).filter(|_| is_here) else { continue };
        let name = crate::answer::node_id(thing).0;
        by_lot.entry(name).or_insert_with(|| (thing.clone(), Vec::new())).1.push(entry);
    }
    let mut rows = Vec::new();
    for (thing, entries) in by_lot.into_values() {
        let ledgers = ledgers(entries, &weights);
        let comparable = ledgers.len() == 1;
        rows.extend(ledgers.iter().filter_map(|ledger| row(&thing, ledger, day, comparable)));
    }
    Ok(rows)
}

/// A row where something of the lot was there at some time of the day, or may have been.
fn row(thing: &SeenThing, ledger: &Ledger, day: Date, comparable: bool) -> Option<StockRow> {
    let closing = ledger.total(|place| place.on_hand);
    let today = |adds: bool| {
        let entries = ledger.entries.iter().filter(move |entry| entry.day == day && entry.movement.flow.adds() == adds);
        entries.fold(Decimal::ZERO, |sum, entry| sum.saturating_add(entry.movement.amount))
    };
    let (added, taken) = (today(true), today(false));
    let opening = closing.saturating_sub(added).saturating_add(taken);
    let may_have_come = ledger.possible.iter().any(|entry| entry.movement.flow != Flow::Removed);
    let presence =
        if opening < Decimal::ZERO || closing < Decimal::ZERO || (!comparable && opening + added > Decimal::ZERO) {
            Presence::Possible
        } else if opening > Decimal::ZERO || added > Decimal::ZERO {
            Presence::Certain
        } else if may_have_come {
            Presence::Inferred
        } else {
            return None;
        };
    let lot = shown(thing.clone());
    let uom = ledger.uom.clone();
    Some(StockRow { lot, opening: opening.normalize(), added: added.normalize(), closing, uom, presence })
}
