//! Facts as EPCIS documents.

use epcis::{
    Action, Document, DocumentKind, ErrorDeclaration, Event, EventKind, EventTime, Place, QuantityElement, Term,
    ZoneOffset,
    write::{EpcFormat, Options, Target, Writer},
};
use gs1::{CompanyPrefixes, Identifier};
use jiff::{SignedDuration, Timestamp};

use crate::script::{CRATE, Doing, Entry, Fact, Form, Good, Line};

/// The unit of measure of every amount.
const UOM: &str = "XCS";

/// The instant so many minutes after the beginning.
pub(crate) fn instant(minutes: i64) -> Timestamp {
    let beginning: Timestamp = "2028-08-01T00:00:00Z".parse().unwrap();
    beginning + SignedDuration::from_mins(minutes)
}

/// How a good is named.
pub(crate) fn identifier(good: Good) -> Identifier {
    Identifier::new(match good {
        Good::Lot(lot) => format!("urn:epc:class:lgtin:9521003.100017.L{lot}"),
        Good::Item(item) => format!("urn:epc:id:sgtin:9521003.100017.{}", u32::from(item) + 1),
        Good::Unit(CRATE) => "urn:epc:id:grai:9521003.20001.7".to_owned(),
        Good::Unit(unit) => format!("urn:epc:id:sscc:9521003.000000000{unit}"),
    })
}

/// How a place is named.
pub(crate) fn place(place: u8) -> Identifier {
    Identifier::new(format!("urn:epc:id:sgln:9521003.0010{place}.0"))
}

/// The `eventID` of a number.
pub(crate) fn event_id(id: u32) -> Identifier {
    Identifier::new(format!("urn:uuid:00000000-0000-4000-8000-{id:012}"))
}

/// The document of some entries.
pub(crate) fn document(facts: &[Fact], entries: &[Entry], form: Form, is_spoilt: bool) -> Vec<u8> {
    let mut events: Vec<Event> = entries.iter().map(|entry| entry_event(facts, *entry)).collect();
    if is_spoilt {
        // An object event has to say what it does to the object.
        let bad =
            Event { action: None, ..event(&Fact { id: None, at: 0, place: 0, doing: Doing::Stored(vec![lot()]) }) };
        events.insert(events.len() / 2, bad);
    }
    let mut document = Document::new(DocumentKind::Events);
    for event in &events {
        document.namespaces.add_event(event);
    }
    let mut company_prefixes = CompanyPrefixes::new();
    company_prefixes.add("9521003", 7).unwrap();
    let options = Options {
        target: if form.xml { Target::Xml } else { Target::Json },
        epc_format: if form.urns { EpcFormat::AlwaysEpcUrn } else { EpcFormat::AlwaysGs1DigitalLink },
        company_prefixes,
        ..Options::default()
    };
    let mut writer = Writer::start(Vec::new(), &document, options).unwrap();
    events.iter().try_for_each(|event| writer.event(event)).unwrap();
    writer.finish().unwrap()
}

fn lot() -> Line {
    Line { good: Good::Lot(0), amount: Some(1) }
}

fn entry_event(facts: &[Fact], entry: Entry) -> Event {
    match entry {
        Entry::Fact(index) => event(&facts[index]),
        Entry::Altered(index) => event(&facts[index].altered()),
        Entry::Withdrawn(index) => {
            let declaration = ErrorDeclaration {
                declaration_time: EventTime::from(instant(10_000)),
                reason: Some(Term::new("incorrect_data")),
                // What happened instead is the next fact of the script.
                corrective_event_ids: facts.get(index + 1).and_then(|fact| fact.id).map(event_id).into_iter().collect(),
                extensions: Vec::new(),
            };
            Event { error_declaration: Some(Box::new(declaration)), ..event(&facts[index]) }
        }
    }
}

fn event(fact: &Fact) -> Event {
    let kind = match &fact.doing {
        Doing::Turned { .. } => EventKind::Transformation,
        Doing::Packed(..) | Doing::Unpacked(..) | Doing::Observed(..) => EventKind::Aggregation,
        Doing::Made(_) | Doing::Shipped(_) | Doing::Received(_) | Doing::Stored(_) | Doing::Destroyed(_) => {
            EventKind::Object
        }
    };
    let (action, step) = match &fact.doing {
        Doing::Made(_) => (Some(Action::Add), "commissioning"),
        Doing::Turned { .. } => (None, "creating_class_instance"),
        Doing::Packed(..) => (Some(Action::Add), "packing"),
        Doing::Unpacked(..) => (Some(Action::Delete), "unpacking"),
        Doing::Observed(..) => (Some(Action::Observe), "inspecting"),
        Doing::Shipped(_) => (Some(Action::Observe), "shipping"),
        Doing::Received(_) => (Some(Action::Observe), "receiving"),
        Doing::Stored(_) => (Some(Action::Observe), "storing"),
        Doing::Destroyed(_) => (Some(Action::Delete), "destroying"),
    };
    let mut event = Event {
        event_id: fact.id.map(event_id),
        action,
        biz_step: Some(Term::new(step)),
        read_point: Some(Place { id: place(fact.place), extensions: Vec::new() }),
        ..Event::new(kind, EventTime::from(instant(fact.at)), ZoneOffset::utc())
    };
    match &fact.doing {
        Doing::Turned { inputs, outputs, process } => {
            let process = process.map(|number| Identifier::new(format!("urn:epc:id:gdti:9521003.30001.{number}")));
            event.transformation_id = process.map(Box::new);
            (event.input_epc_list, event.input_quantity_list) = lists(inputs);
            (event.output_epc_list, event.output_quantity_list) = lists(outputs);
        }
        Doing::Packed(unit, lines) | Doing::Unpacked(unit, lines) | Doing::Observed(unit, lines) => {
            event.parent_id = Some(identifier(Good::Unit(*unit)));
            (event.child_epcs, event.child_quantity_list) = lists(lines);
        }
        Doing::Made(lines)
        | Doing::Shipped(lines)
        | Doing::Received(lines)
        | Doing::Stored(lines)
        | Doing::Destroyed(lines) => (event.epc_list, event.quantity_list) = lists(lines),
    }
    event
}

/// Goods as EPCIS has them: instances by themselves, classes with amounts.
fn lists(lines: &[Line]) -> (Vec<Identifier>, Vec<QuantityElement>) {
    let (mut instances, mut classes) = (Vec::new(), Vec::new());
    for line in lines {
        let id = identifier(line.good);
        match line.good {
            Good::Lot(_) => classes.push(QuantityElement {
                epc_class: id,
                quantity: line.amount.map(|amount| amount.to_string().parse().unwrap()),
                uom: line.amount.map(|_| UOM.to_owned()),
            }),
            Good::Item(_) | Good::Unit(_) => instances.push(id),
        }
    }
    (instances, classes)
}
