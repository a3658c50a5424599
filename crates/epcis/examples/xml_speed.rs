//! How fast XML 2.0 becomes events, beside how fast quick-xml scans the same bytes.
//!
//! `cargo run --release -p epcis --example xml_speed [MEGABYTES]`

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "it prints what it finds")]

use std::{fmt::Write, time::Instant};

use epcis::{Binding, Item, Reader};
use quick_xml::{NsReader, events::Event};

const HEAD: &str = "<e:EPCISDocument xmlns:e=\"urn:epcglobal:epcis:xsd:2\" xmlns:ex=\"https://example.org/ns/\" \
     xmlns:cbvmda=\"urn:epcglobal:cbv:mda\" schemaVersion=\"2.0\" creationDate=\"2028-01-01T00:00:00Z\">\n<EPCISBody>\n\
     <EventList>\n";

fn main() {
    let megabytes = std::env::args().nth(1).map_or(50, |argument| argument.parse().unwrap());
    let mut document = HEAD.to_owned();
    let mut events = 0_u64;
    while document.len() < megabytes << 20 {
        event(&mut document, events);
        events += 1;
    }
    document.push_str("</EventList>\n</EPCISBody>\n</e:EPCISDocument>\n");
    let (mut scanning, mut reading) = (f64::MAX, f64::MAX);
    for _ in 0..5 {
        let start = Instant::now();
        scan(document.as_bytes());
        scanning = scanning.min(start.elapsed().as_secs_f64());
        let start = Instant::now();
        let found = Reader::new(document.as_bytes(), Binding::Xml)
            .filter(|item| match item.as_ref().unwrap() {
                Item::Event { .. } => true,
                Item::Document(_) => false,
                other => unreachable!("{other:?}"),
            })
            .count();
        reading = reading.min(start.elapsed().as_secs_f64());
        assert_eq!(found as u64, events);
    }
    let rate = |seconds: f64| f64::from(u32::try_from(document.len() >> 20).unwrap()) / seconds;
    println!("{} MB, {events} events", document.len() >> 20);
    println!("quick-xml NsReader, scanning: {:.0} MB/s", rate(scanning));
    println!("epcis Reader, events:         {:.0} MB/s ({:.2} of it)", rate(reading), scanning / reading);
}

fn scan(document: &[u8]) {
    let mut reader = NsReader::from_reader(document);
    while !matches!(reader.read_resolved_event().unwrap(), (_, Event::Eof)) {}
}

fn event(out: &mut String, number: u64) {
    let name = ["ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent"]
        [(number % 5) as usize];
    let (minute, second) = (number / 60 % 60, number % 60);
    writeln!(out, "  <{name}>").unwrap();
    writeln!(out, "    <eventTime>2028-01-02T03:{minute:02}:{second:02}.000Z</eventTime>").unwrap();
    writeln!(out, "    <eventTimeZoneOffset>-07:00</eventTimeZoneOffset>").unwrap();
    writeln!(out, "    <eventID>urn:uuid:00000000-0000-4000-8000-{number:012}</eventID>").unwrap();
    let epcs = |out: &mut String, list: &str| {
        writeln!(out, "    <{list}>").unwrap();
        for serial in 0..4 {
            writeln!(out, "      <epc>urn:epc:id:sgtin:9521003.100017.{}</epc>", number * 4 + serial).unwrap();
        }
        writeln!(out, "    </{list}>").unwrap();
    };
    let quantities = |out: &mut String, list: &str| {
        writeln!(out, "    <{list}>\n      <quantityElement>").unwrap();
        writeln!(out, "        <epcClass>urn:epc:class:lgtin:9521003.100017.L{number}</epcClass>").unwrap();
        writeln!(out, "        <quantity>{}.50</quantity>\n        <uom>KGM</uom>", number % 900).unwrap();
        writeln!(out, "      </quantityElement>\n    </{list}>").unwrap();
    };
    let transactions = "    <bizTransactionList>\n      <bizTransaction type=\"po\">urn:epcglobal:cbv:bt:9521003000007:PO-7\
         </bizTransaction>\n    </bizTransactionList>\n";
    match name {
        "AggregationEvent" | "AssociationEvent" => {
            writeln!(out, "    <parentID>urn:epc:id:sscc:9521003.{:010}</parentID>", number % 10_000_000_000).unwrap();
            epcs(out, "childEPCs");
        }
        "TransactionEvent" => {
            out.push_str(transactions);
            epcs(out, "epcList");
        }
        "TransformationEvent" => {
            epcs(out, "inputEPCList");
            quantities(out, "outputQuantityList");
        }
        _ => epcs(out, "epcList"),
    }
    if name != "TransformationEvent" {
        writeln!(out, "    <action>{}</action>", ["ADD", "OBSERVE", "DELETE"][(number % 2) as usize]).unwrap();
    }
    out.push_str("    <bizStep>shipping</bizStep>\n    <disposition>in_transit</disposition>\n");
    out.push_str("    <readPoint>\n      <id>urn:epc:id:sgln:9521003.00001.0</id>\n    </readPoint>\n");
    out.push_str("    <bizLocation>\n      <id>https://id.gs1.org/414/9521003000005</id>\n    </bizLocation>\n");
    if name == "ObjectEvent" {
        out.push_str(transactions);
        quantities(out, "quantityList");
    }
    out.push_str("    <sourceList>\n      <source type=\"owning_party\">urn:epc:id:pgln:9521003.00001</source>\n    </sourceList>\n");
    if number % 5 == 0 {
        out.push_str(
            "    <sensorElementList>\n      <sensorElement>\n        <sensorMetadata time=\"2028-01-02T03:04:05Z\"/>\n",
        );
        out.push_str("        <sensorReport type=\"Temperature\" value=\"4.5\" uom=\"CEL\"/>\n      </sensorElement>\n    </sensorElementList>\n");
    }
    if name == "TransformationEvent" {
        out.push_str("    <ilmd>\n      <cbvmda:lotNumber>L1</cbvmda:lotNumber>\n      <cbvmda:itemExpirationDate>2028-12-31</cbvmda:itemExpirationDate>\n    </ilmd>\n");
    }
    out.push_str("    <ex:shift>night</ex:shift>\n    <ex:crew id=\"7\">\n      <ex:lead>Ada</ex:lead>\n      <ex:size>4</ex:size>\n    </ex:crew>\n");
    writeln!(out, "  </{name}>").unwrap();
}
