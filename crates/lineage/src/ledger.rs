//! Where all of a lot went: a ledger in one unit of measure, per place, per shipment and for the lot as a whole.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;

use crate::{
    Flow, Movement,
    units::Unit,
    weights::{Converted, Rule, Weights},
};

/// A movement with the event behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What it does to stock.
    pub movement: Movement,
    /// Reference of the event.
    pub event: String,
    /// When.
    pub time: Timestamp,
    /// Calendar date at the place of the event.
    pub day: Date,
    /// `bizStep`, a bare word.
    pub step: Option<String>,
    /// Canonical place the goods left.
    pub from: Option<String>,
    /// Canonical place the goods went to.
    pub to: Option<String>,
    /// Business documents.
    pub documents: BTreeSet<String>,
    /// Whether the event states as a fact that it was this lot.
    pub recorded: bool,
    /// How the lot was spelled, for what stands on the goods.
    pub spelled: Option<String>,
}

/// What the records of one place come to.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PlaceBalance {
    /// Canonical place.
    pub place: String,
    /// Came from other places.
    pub received: Decimal,
    /// Was brought into being.
    pub produced: Decimal,
    /// Was used up.
    pub consumed: Decimal,
    /// Left for other places.
    pub shipped: Decimal,
    /// Was sold to consumers or destroyed.
    pub removed: Decimal,
    /// What should be there; negative where more left than came.
    pub on_hand: Decimal,
}

/// A shipment and what arrived of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Shipment {
    /// Reference of the shipping event.
    pub event: String,
    /// Date of the shipping event at its place.
    pub day: Date,
    /// Canonical place the goods left.
    pub from: String,
    /// Canonical place the goods went to, where it is told.
    pub to: Option<String>,
    /// How much left.
    pub shipped: Decimal,
    /// How much arrived; `None` where the records have no receipt.
    pub received: Option<Decimal>,
}

impl Shipment {
    /// What left and did not arrive, though some of it did.
    pub fn unaccounted(&self) -> Decimal {
        self.received.map_or(Decimal::ZERO, |received| self.shipped.saturating_sub(received))
    }
}

/// How amounts in one unit were brought to the unit of the ledger.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Conversion {
    /// Unit of measure as recorded.
    pub from: Option<String>,
    /// Unit of the ledger.
    pub to: String,
    /// By what recorded amounts were multiplied.
    pub factor: Decimal,
    /// How the factor is known.
    pub rule: Rule,
    /// The place that declared it, for a conversion of its own.
    pub place: Option<String>,
}

/// The ledger of a lot in one unit of measure.
///
/// `produced + entered = on_hand + consumed + removed + unaccounted + left`, always: every movement is in it once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    /// Unit of measure of all amounts; `None` for a count of trade items.
    pub uom: Option<String>,
    /// Per place.
    pub places: Vec<PlaceBalance>,
    /// Per shipment, in order of time.
    pub shipments: Vec<Shipment>,
    /// Arrived from where the records have no shipment.
    pub entered: Decimal,
    /// Left for where the records have no receipt.
    pub left: Decimal,
    /// How amounts in other units were brought to this one.
    pub conversions: BTreeSet<Conversion>,
    /// Every movement that is in the sums, its amount in the unit of the ledger.
    pub entries: Vec<Entry>,
    /// What may have been this lot: stated as possible, and in none of the sums.
    pub possible: Vec<Entry>,
}

impl Ledger {
    /// The sum of a column.
    pub fn total(&self, column: impl Fn(&PlaceBalance) -> Decimal) -> Decimal {
        self.places.iter().fold(Decimal::ZERO, |sum, place| sum.saturating_add(column(place)))
    }

    /// What was lost on the way in all shipments.
    pub fn unaccounted(&self) -> Decimal {
        self.shipments.iter().fold(Decimal::ZERO, |sum, shipment| sum.saturating_add(shipment.unaccounted()))
    }

    /// Whether everything that came is somewhere: the identity of the whole lot.
    pub fn is_balanced(&self) -> bool {
        let came = self.total(|place| place.produced).saturating_add(self.entered);
        let went = [
            self.total(|place| place.on_hand),
            self.total(|place| place.consumed),
            self.total(|place| place.removed),
            self.unaccounted(),
            self.left,
        ];
        went.iter().fold(Decimal::ZERO, |sum, part| sum.saturating_add(*part)) == came
    }
}

/// One ledger for each unit that amounts can be brought to. More than one means that what is in one cannot be compared
/// with what is in another.
///
/// Amounts in one unit stay in it. Different units of one kind meet in kilograms, litres or pieces, different kinds in
/// kilograms where the weight of the product is known.
pub fn ledgers(entries: Vec<Entry>, weights: &Weights) -> Vec<Ledger> {
    let mut entries = without_repeated_steps(entries);
    // Whatever order they were found in.
    entries.sort_by(|a, b| order(a).cmp(&order(b)));
    let mut by_unit: BTreeMap<Option<String>, (Vec<Entry>, BTreeSet<Conversion>)> = BTreeMap::new();
    let units: BTreeSet<Unit> = entries.iter().map(|entry| Unit::read(entry.movement.uom.as_deref())).collect();
    for mut entry in entries {
        let converted = if units.len() > 1 { convert(&entry, &units, weights) } else { None };
        let uom = match &converted {
            Some(converted) => Some(converted.uom.clone()),
            None => Some(Unit::read(entry.movement.uom.as_deref()).code).filter(|code| !code.is_empty()),
        };
        let (entries, conversions) = by_unit.entry(uom).or_default();
        if let Some(converted) = converted {
            conversions.insert(conversion(&entry.movement, &converted));
            entry.movement.amount = converted.amount;
        }
        entries.push(entry);
    }
    by_unit.into_iter().map(|(uom, (entries, conversions))| ledger(uom, entries, conversions)).collect()
}

fn order(entry: &Entry) -> (Timestamp, &str, &str, Flow, Decimal, &Option<String>) {
    let Movement { place, flow, amount, uom } = &entry.movement;
    (entry.time, &entry.event, place, *flow, *amount, uom)
}

/// The amount in the unit that all, or most, can be brought to.
fn convert(entry: &Entry, units: &BTreeSet<Unit>, weights: &Weights) -> Option<Converted> {
    let Movement { amount, uom, place, .. } = &entry.movement;
    let base = |unit: &Unit| unit.base().map(|(code, _)| code);
    let of_one_kind: BTreeSet<_> = units.iter().map(base).collect();
    let unit = Unit::read(uom.as_deref());
    if of_one_kind.len() == 1 {
        let (code, factor) = unit.base()?;
        let amount = amount.checked_mul(factor)?.normalize();
        return Some(Converted { amount, uom: code.to_owned(), rule: Rule::Factor, factor: factor.normalize() });
    }
    let on_goods = entry.spelled.as_deref().map(|spelled| weights.clone().with_identifier(spelled));
    on_goods.as_ref().unwrap_or(weights).kilograms(*amount, uom.as_deref(), place)
}

fn conversion(movement: &Movement, converted: &Converted) -> Conversion {
    Conversion {
        from: movement.uom.clone(),
        to: converted.uom.clone(),
        factor: converted.factor,
        rule: converted.rule,
        place: (converted.rule == Rule::SiteConversion).then(|| movement.place.clone()),
    }
}

/// A shipment may be recorded as shipped, as departed and as transported, a receipt as accepted and as received. Of what
/// says the same of one way, only what the core business vocabulary calls shipping and receiving counts.
pub fn without_repeated_steps(entries: Vec<Entry>) -> Vec<Entry> {
    let way = |entry: &Entry| (entry.movement.flow, entry.from.clone(), entry.to.clone());
    let is_main = |entry: &Entry| matches!(entry.step.as_deref(), Some("shipping" | "receiving"));
    let main: BTreeSet<_> = entries.iter().filter(|entry| is_main(entry)).map(way).collect();
    let is_way = |entry: &Entry| matches!(entry.movement.flow, Flow::Shipped | Flow::Received);
    entries.into_iter().filter(|entry| !is_way(entry) || is_main(entry) || !main.contains(&way(entry))).collect()
}

fn ledger(uom: Option<String>, entries: Vec<Entry>, conversions: BTreeSet<Conversion>) -> Ledger {
    let (recorded, possible): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(|entry| entry.recorded);
    let mut places: BTreeMap<&str, PlaceBalance> = BTreeMap::new();
    for entry in &recorded {
        let place = places.entry(&entry.movement.place).or_default();
        let column = match entry.movement.flow {
            Flow::Received => &mut place.received,
            Flow::Produced => &mut place.produced,
            Flow::Consumed => &mut place.consumed,
            Flow::Shipped => &mut place.shipped,
            Flow::Removed => &mut place.removed,
        };
        *column = column.saturating_add(entry.movement.amount);
        place.on_hand = place.on_hand.saturating_add(entry.movement.change());
    }
    let named = places.into_iter().map(|(name, place)| PlaceBalance { place: name.to_owned(), ..normal(&place) });
    let places = named.collect();
    let (shipments, entered) = transit(&recorded);
    let unreceived = shipments.iter().filter(|shipment| shipment.received.is_none());
    let left = unreceived.fold(Decimal::ZERO, |sum, shipment| sum.saturating_add(shipment.shipped)).normalize();
    Ledger { uom, places, shipments, entered, left, conversions, entries: recorded, possible }
}

fn normal(place: &PlaceBalance) -> PlaceBalance {
    PlaceBalance {
        place: String::new(),
        received: place.received.normalize(),
        produced: place.produced.normalize(),
        consumed: place.consumed.normalize(),
        shipped: place.shipped.normalize(),
        removed: place.removed.normalize(),
        on_hand: place.on_hand.normalize(),
    }
}

/// What one event moves of the lot, in however many lines.
struct Moved<'a> {
    entry: &'a Entry,
    amount: Decimal,
}

fn moved(entries: &[Entry], flow: Flow) -> Vec<Moved<'_>> {
    let mut of_event: BTreeMap<(Timestamp, &str, &str), Moved<'_>> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.movement.flow == flow) {
        let key = (entry.time, entry.event.as_str(), entry.movement.place.as_str());
        let moved = of_event.entry(key).or_insert(Moved { entry, amount: Decimal::ZERO });
        moved.amount = moved.amount.saturating_add(entry.movement.amount);
    }
    of_event.into_values().collect()
}

/// Shipments with their receipts, and what was received without a shipment.
fn transit(entries: &[Entry]) -> (Vec<Shipment>, Decimal) {
    let sent = moved(entries, Flow::Shipped);
    let mut shipments: Vec<Shipment> = sent
        .iter()
        .map(|Moved { entry, amount }| Shipment {
            event: entry.event.clone(),
            day: entry.day,
            from: entry.movement.place.clone(),
            to: entry.to.clone(),
            shipped: amount.normalize(),
            received: None,
        })
        .collect();
    let mut entered = Decimal::ZERO;
    for receipt in moved(entries, Flow::Received) {
        let shipment = shipment_of(&receipt, &sent, &shipments).and_then(|index| shipments.get_mut(index));
        match shipment {
            Some(shipment) => {
                let before = shipment.received.unwrap_or_default();
                shipment.received = Some(before.saturating_add(receipt.amount).normalize());
            }
            None => entered = entered.saturating_add(receipt.amount),
        }
    }
    (shipments, entered.normalize())
}

/// The shipment that a receipt belongs to: between the same places and not later, with a document in common where one
/// has, else the first of which something is still on its way, else the last.
fn shipment_of(receipt: &Moved<'_>, sent: &[Moved<'_>], shipments: &[Shipment]) -> Option<usize> {
    let here = &receipt.entry.movement.place;
    let fits = |moved: &Moved<'_>| {
        let from = receipt.entry.from.as_ref().is_none_or(|from| *from == moved.entry.movement.place);
        from && moved.entry.to.as_ref() == Some(here) && moved.entry.time <= receipt.entry.time
    };
    let fitting: Vec<usize> = (0..sent.len()).filter(|&index| sent.get(index).is_some_and(fits)).collect();
    let shares = |moved: &Moved<'_>| !moved.entry.documents.is_disjoint(&receipt.entry.documents);
    let is_open = |shipment: &Shipment| shipment.received.unwrap_or_default() < shipment.shipped;
    let mut by_document = fitting.iter().filter(|&&index| sent.get(index).is_some_and(shares));
    let mut still_open = fitting.iter().filter(|&&index| shipments.get(index).is_some_and(is_open));
    by_document.next().or_else(|| still_open.next()).or(fitting.last()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(flow: Flow, hour: i8, place: &str, ends: (&str, &str), amount: i64, uom: Option<&str>) -> Entry {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Entry {
            movement: Movement {
                place: place.to_owned(),
                flow,
                amount: Decimal::from(amount),
                uom: uom.map(str::to_owned),
            },
            event: format!("{flow:?}-{hour}"),
            time: Timestamp::from_second(i64::from(hour)).unwrap(),
            day: Date::constant(2028, 8, 15),
            step: Some(if flow == Flow::Shipped { "shipping" } else { "receiving" }.to_owned()),
            from: some(ends.0),
            to: some(ends.1),
            documents: BTreeSet::new(),
            recorded: true,
            spelled: None,
        }
    }

    fn made(amount: i64, uom: Option<&str>) -> Entry {
        entry(Flow::Produced, 1, "L4", ("", ""), amount, uom)
    }

    const CASES: Option<&str> = Some("XCS");

    #[test]
    fn what_is_lost_on_the_way_is_unaccounted_and_what_nobody_received_has_left() {
        let way = ("L4", "L5");
        let entries = vec![
            made(1600, CASES),
            entry(Flow::Shipped, 2, "L4", way, 1120, CASES),
            entry(Flow::Shipped, 2, "L4", way, 80, CASES),
            entry(Flow::Received, 3, "L5", way, 1198, CASES),
            entry(Flow::Shipped, 4, "L5", ("L5", "L9"), 100, CASES),
        ];
        let ledgers = ledgers(entries, &Weights::default());
        let [ledger] = ledgers.as_slice() else { panic!("{ledgers:?}") };
        let on_hand: Vec<_> = ledger.places.iter().map(|row| (row.place.as_str(), row.on_hand.to_string())).collect();
        assert_eq!(on_hand, [("L4", "400".to_owned()), ("L5", "1098".to_owned())]);
        assert_eq!((ledger.unaccounted(), ledger.left), (Decimal::from(2), Decimal::from(100)));
        assert!(ledger.is_balanced() && ledger.conversions.is_empty());
    }

    #[test]
    fn a_shipment_recorded_as_shipped_and_as_departed_left_once() {
        let departed =
            Entry { step: Some("departing".to_owned()), ..entry(Flow::Shipped, 3, "L4", ("L4", "L5"), 10, CASES) };
        let entries = vec![made(10, CASES), entry(Flow::Shipped, 2, "L4", ("L4", "L5"), 10, CASES), departed];
        assert_eq!(ledgers(entries, &Weights::default())[0].places[0].on_hand, Decimal::ZERO);
    }

    #[test]
    fn units_of_one_kind_meet_and_the_conversion_is_shown() {
        let entries = vec![made(1, Some("TNE")), entry(Flow::Consumed, 2, "L4", ("", ""), 1_000, Some("lb"))];
        let ledgers = ledgers(entries, &Weights::default());
        assert_eq!(ledgers.len(), 1);
        assert_eq!(ledgers[0].places[0].on_hand.to_string(), "546.40763");
        let shown: Vec<_> = ledgers[0].conversions.iter().map(|used| (used.from.as_deref(), used.rule)).collect();
        assert_eq!(shown, [(Some("TNE"), Rule::Factor), (Some("lb"), Rule::Factor)]);
    }

    #[test]
    fn what_cannot_be_compared_stays_apart() {
        let entries = vec![made(10, CASES), entry(Flow::Shipped, 2, "L4", ("L4", "L5"), 1, Some("XPX"))];
        let ledgers = ledgers(entries, &Weights::default());
        assert_eq!(ledgers.iter().map(|ledger| ledger.uom.as_deref()).collect::<Vec<_>>(), [CASES, Some("XPX")]);
        assert!(ledgers.iter().all(Ledger::is_balanced));
    }

    #[test]
    fn what_is_only_possible_is_in_no_sum() {
        let guessed = Entry { recorded: false, ..entry(Flow::Shipped, 2, "L4", ("L4", "L5"), 4, CASES) };
        let ledgers = ledgers(vec![made(10, CASES), guessed], &Weights::default());
        assert_eq!((ledgers[0].places[0].on_hand, ledgers[0].possible.len()), (Decimal::from(10), 1));
        assert!(ledgers[0].is_balanced());
    }
}
