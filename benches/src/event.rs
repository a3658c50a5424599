//! What an event says, before it is spelled in any syntax.

use crate::Random;

/// The five event types.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Object,
    Aggregation,
    Transaction,
    Transformation,
    Association,
}

/// An amount of a class of objects.
pub(crate) struct Amount {
    pub(crate) class: String,
    pub(crate) quantity: String,
    pub(crate) uom: Option<&'static str>,
}

/// A field outside the standard.
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) content: Content,
}

pub(crate) enum Content {
    Text(String),
    /// A number in JSON, its digits in XML.
    Number(String),
    Members(Vec<Field>),
}

/// A sensor element: when, by which device, and its reports of type, value and unit.
pub(crate) struct Sensor {
    pub(crate) time: String,
    pub(crate) device: String,
    pub(crate) reports: Vec<(&'static str, String, &'static str)>,
}

/// An error declaration: when, why, and which event says it right.
pub(crate) struct Error {
    pub(crate) time: String,
    pub(crate) reason: &'static str,
    pub(crate) corrected_by: String,
}

/// An event. Terms stand as bare words; `objects` are the inputs of a transformation, `made` are its outputs.
pub(crate) struct Event {
    pub(crate) kind: Kind,
    pub(crate) time: String,
    pub(crate) record_time: Option<String>,
    pub(crate) offset: &'static str,
    pub(crate) id: String,
    pub(crate) error: Option<Error>,
    pub(crate) action: Option<&'static str>,
    pub(crate) parent: Option<String>,
    pub(crate) objects: Vec<String>,
    pub(crate) amounts: Vec<Amount>,
    pub(crate) made: Vec<String>,
    pub(crate) made_amounts: Vec<Amount>,
    pub(crate) biz_step: &'static str,
    pub(crate) disposition: &'static str,
    pub(crate) persistent: Option<&'static str>,
    pub(crate) read_point: String,
    pub(crate) biz_location: Option<String>,
    pub(crate) transactions: Vec<(&'static str, String)>,
    pub(crate) sources: Vec<(&'static str, String)>,
    pub(crate) destinations: Vec<(&'static str, String)>,
    pub(crate) sensors: Vec<Sensor>,
    pub(crate) ilmd: Vec<Field>,
    pub(crate) extensions: Vec<Field>,
}

const KINDS: [Kind; 10] = [
    Kind::Object,
    Kind::Aggregation,
    Kind::Object,
    Kind::Transformation,
    Kind::Object,
    Kind::Transaction,
    Kind::Object,
    Kind::Aggregation,
    Kind::Object,
    Kind::Association,
];
const STEPS: [(&str, &str); 6] = [
    ("commissioning", "active"),
    ("packing", "in_progress"),
    ("shipping", "in_transit"),
    ("receiving", "in_progress"),
    ("storing", "sellable_not_accessible"),
    ("inspecting", "conformant"),
];
const OFFSETS: [&str; 4] = ["-07:00", "+00:00", "+02:00", "+05:30"];
/// Seconds between what is measured, what happens, and what is written down.
const MINUTE: u64 = 60;
const CROPS: [&str; 4] = ["Romaine lettuce", "Tomatoes, cherry", "Crème fraîche & herbs", "Cucumber \"long\""];

impl Event {
    /// Event `number` of every generated document.
    pub(crate) fn new(number: u64) -> Self {
        let mut random = Random::new(number.wrapping_mul(0xA24B_AED4_963E_E407));
        let slot = usize::try_from(number % 10).unwrap_or_default();
        let kind = KINDS.get(slot).copied().unwrap_or(Kind::Object);
        let spelling = Spelling::new(&mut random);
        let (biz_step, disposition) = random.one_of(&STEPS).copied().unwrap_or_default();
        let begins = kind == Kind::Object && random.one_in(3);
        let offset = random.one_of(&OFFSETS).copied().unwrap_or_default();
        // All times of an event are written in its own zone or all in UTC, so that they follow each other.
        let zone = if random.one_in(2) { "Z" } else { offset };
        let transforms = kind == Kind::Transformation;
        let action = if begins || kind == Kind::Aggregation { "ADD" } else { "OBSERVE" };
        let ships = kind == Kind::Object && biz_step == "shipping";
        Self {
            kind,
            time: time(number + MINUTE, zone, &mut random),
            record_time: random.one_in(4).then(|| time(number + 2 * MINUTE, zone, &mut random)),
            offset,
            id: event_id(number),
            error: random.one_in(50).then(|| error(number, zone, &mut random)),
            action: (!transforms).then_some(action),
            parent: parent(kind, spelling, &mut random),
            objects: repeated(&mut random, 1, 8, |random| spelling.item(random)),
            amounts: repeated(&mut random, 0, 3, |random| amount(spelling, random)),
            made: if transforms { repeated(&mut random, 0, 3, |random| spelling.item(random)) } else { Vec::new() },
            made_amounts: if transforms { vec![amount(spelling, &mut random)] } else { Vec::new() },
            biz_step,
            disposition,
            persistent: random.one_in(8).then_some("completeness_verified"),
            read_point: spelling.place(&mut random),
            biz_location: (!ships).then(|| spelling.place(&mut random)),
            transactions: transactions(kind, &mut random),
            sources: if ships { parties(spelling, &mut random) } else { Vec::new() },
            destinations: if ships { parties(spelling, &mut random) } else { Vec::new() },
            sensors: if random.one_in(5) { sensors(number, zone, &mut random) } else { Vec::new() },
            ilmd: if begins || transforms { ilmd(&mut random) } else { Vec::new() },
            extensions: extensions(number, &mut random),
        }
    }
}

/// How an event spells its identifiers: partners of both kinds send documents.
#[derive(Clone, Copy)]
enum Spelling {
    Urn,
    DigitalLink,
}

impl Spelling {
    fn new(random: &mut Random) -> Self {
        if random.one_in(2) { Self::Urn } else { Self::DigitalLink }
    }

    fn item(self, random: &mut Random) -> String {
        let (item, serial) = (random.below(100_000), random.below(1_000_000_000));
        match self {
            Self::Urn => format!("urn:epc:id:sgtin:0614141.1{item:05}.{serial}"),
            Self::DigitalLink => {
                format!("https://id.gs1.org/01/{}/21/{serial}", checked(&format!("10614141{item:05}")))
            }
        }
    }

    fn class(self, random: &mut Random) -> String {
        let (item, lot) = (random.below(100_000), random.below(10_000));
        match self {
            Self::Urn => format!("urn:epc:class:lgtin:0614141.1{item:05}.L{lot}"),
            Self::DigitalLink => format!("https://id.gs1.org/01/{}/10/L{lot}", checked(&format!("10614141{item:05}"))),
        }
    }

    fn pallet(self, random: &mut Random) -> String {
        let serial = random.below(1_000_000_000);
        match self {
            Self::Urn => format!("urn:epc:id:sscc:0614141.1{serial:09}"),
            Self::DigitalLink => format!("https://id.gs1.org/00/{}", checked(&format!("10614141{serial:09}"))),
        }
    }

    fn place(self, random: &mut Random) -> String {
        let (place, room) = (random.below(100), 1 + random.below(20));
        match self {
            Self::Urn => format!("urn:epc:id:sgln:0614141.{place:05}.{room}"),
            Self::DigitalLink => format!("https://id.gs1.org/414/{}/254/{room}", location(place)),
        }
    }

    fn party(self, random: &mut Random) -> String {
        let party = random.below(100);
        match self {
            Self::Urn => format!("urn:epc:id:pgln:0614141.{party:05}"),
            Self::DigitalLink => format!("https://id.gs1.org/417/{}", location(party)),
        }
    }
}

/// The GLN of a place.
pub(crate) fn location(place: u64) -> String {
    checked(&format!("0614141{place:05}"))
}

/// Digits with their check digit (GS1 General Specifications §7.9).
fn checked(digits: &str) -> String {
    let weighted = digits.bytes().rev().zip([3, 1].into_iter().cycle());
    let sum: u32 = weighted.map(|(digit, weight)| u32::from(digit.saturating_sub(b'0')) * weight).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// Between `least` and `most` values.
fn repeated<T>(random: &mut Random, least: u64, most: u64, mut one: impl FnMut(&mut Random) -> T) -> Vec<T> {
    let count = least + random.below(most - least + 1);
    (0..count).map(|_| one(random)).collect()
}

/// A second of the year 2025 that grows with the number, with or without a fraction.
fn time(number: u64, zone: &str, random: &mut Random) -> String {
    let (day, second) = (number / 86_400 % 28 + 1, number % 86_400);
    let month = number / 86_400 / 28 % 12 + 1;
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    let fraction = if random.one_in(2) { format!(".{:03}", random.below(1_000)) } else { String::new() };
    format!("2025-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}")
}

fn event_id(number: u64) -> String {
    format!("urn:uuid:00000000-0000-4000-8000-{number:012x}")
}

fn error(number: u64, zone: &str, random: &mut Random) -> Error {
    Error {
        time: time(number + 3 * MINUTE, zone, random),
        reason: "incorrect_data",
        corrected_by: event_id(number + 1),
    }
}

fn parent(kind: Kind, spelling: Spelling, random: &mut Random) -> Option<String> {
    matches!(kind, Kind::Aggregation | Kind::Association).then(|| spelling.pallet(random))
}

fn amount(spelling: Spelling, random: &mut Random) -> Amount {
    let class = spelling.class(random);
    if random.one_in(3) {
        return Amount { class, quantity: (1 + random.below(500)).to_string(), uom: None };
    }
    let quantity = format!("{}.{:02}", 1 + random.below(900), random.below(100));
    Amount { class, quantity, uom: Some("KGM") }
}

fn transactions(kind: Kind, random: &mut Random) -> Vec<(&'static str, String)> {
    let order = random.below(1_000_000);
    let mut list = vec![("po", format!("urn:epcglobal:cbv:bt:0614141073467:PO-{order}"))];
    if kind == Kind::Transaction {
        list.push(("desadv", format!("urn:epcglobal:cbv:bt:0614141073467:DA-{order}")));
    }
    list
}

fn parties(spelling: Spelling, random: &mut Random) -> Vec<(&'static str, String)> {
    vec![("owning_party", spelling.party(random)), ("possessing_party", spelling.party(random))]
}

fn sensors(number: u64, zone: &str, random: &mut Random) -> Vec<Sensor> {
    let reading = |random: &mut Random| Sensor {
        time: time(number, zone, random),
        device: format!("urn:epc:id:giai:4000001.{}", random.below(100)),
        reports: vec![
            ("Temperature", format!("{}.{}", random.below(30), random.below(10)), "CEL"),
            ("RelativeHumidity", format!("{}.{}", 40 + random.below(50), random.below(10)), "P1"),
        ],
    };
    repeated(random, 1, 3, reading)
}

fn text(name: &'static str, text: impl Into<String>) -> Field {
    Field { name, content: Content::Text(text.into()) }
}

fn ilmd(random: &mut Random) -> Vec<Field> {
    let crop = random.one_of(&CROPS).copied().unwrap_or_default();
    vec![
        text("cbvmda:lotNumber", format!("L{}", random.below(10_000))),
        text("cbvmda:itemExpirationDate", format!("2026-{:02}-15", 1 + random.below(12))),
        text("farm:commodity", crop),
    ]
}

fn extensions(number: u64, random: &mut Random) -> Vec<Field> {
    let mut fields = vec![text("farm:batch", format!("B-{}", number / 100))];
    if random.one_in(2) {
        fields.push(Field { name: "farm:crewSize", content: Content::Number((2 + random.below(20)).to_string()) });
    }
    if random.one_in(3) {
        let grower = vec![
            text("farm:name", format!("Grower {}", random.below(300))),
            text("farm:field", format!("F{:02}", random.below(60))),
            Field { name: "farm:area", content: Content::Number(format!("{}.5", 1 + random.below(90))) },
        ];
        fields.push(Field { name: "farm:grower", content: Content::Members(grower) });
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_those_of_published_examples() {
        assert_eq!(checked("061414110734"), "0614141107346");
        assert_eq!(checked("10614141234567890"), "106141412345678908");
    }
}
