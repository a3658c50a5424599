//! The checks behind the schema say the same of both bindings, each in its own places.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

use epcis::{Binding, Item, Limits, Profile, Reader};

/// What is found about a document: code, line, column and path, and whether an event is accepted.
fn found(binding: Binding, document: &str) -> (Vec<String>, bool) {
    let limits = Limits { latest: Some("2028-12-31T00:00:00Z".parse().unwrap()), ..Limits::default() };
    let (mut lines, mut accepted) = (Vec::new(), false);
    for item in Reader::with_limits(document.as_bytes(), binding, limits) {
        let item = Profile::default().apply(item.unwrap()).unwrap();
        accepted |= matches!(item, Item::Event { .. });
        if let Item::Event { findings, .. } | Item::Rejected { findings, .. } = item {
            lines.extend(
                findings
                    .iter()
                    .map(|found| format!("{} {}:{} {}", found.code, found.at.line, found.at.column, found.at.path)),
            );
        }
    }
    (lines, accepted)
}

fn json(fields: &str) -> Vec<String> {
    found(
        Binding::Json,
        &format!(
            "{{\"@context\":\"https://ref.gs1.org/standards/epcis/epcis-context.jsonld\",\"type\":\"ObjectEvent\",\
             \"action\":\"OBSERVE\",\"eventTimeZoneOffset\":\"-07:00\",\n{fields}}}"
        ),
    )
    .0
}

fn xml(time: &str, epcs: &str, fields: &str) -> Vec<String> {
    found(
        Binding::Xml,
        &format!(
            "<ObjectEvent>{time}<eventTimeZoneOffset>-07:00</eventTimeZoneOffset>\n{epcs}<action>OBSERVE</action>\n\
             {fields}</ObjectEvent>"
        ),
    )
    .0
}

const EPCS: &str = "<epcList><epc>urn:epc:id:sscc:9521003.0000000001</epc></epcList>";
const TIME: &str = "<eventTime>2028-08-15T22:30:00Z</eventTime>";

#[test]
fn identifiers_are_checked_in_both_bindings() {
    let json = |epcs: &str| json(&format!("\"eventTime\":\"2028-08-15T22:30:00Z\",\"epcList\":[\n{epcs}]"));
    let xml = |epcs: &str| xml(TIME, &format!("<epcList>\n{epcs}</epcList>"), "");
    for (id, code) in [
        ("https://id.gs1.org/00/095210030000000016", "GS1-CHECK-DIGIT"),
        ("urn:epc:id:sscc:1.1", "GS1-URN-FORMAT"),
        ("urn:epc:class:lgtin:9521003.100017.L1", "EPCIS-INSTANCE-EXPECTED"),
    ] {
        let good = "urn:epc:id:sscc:9521003.0000000001";
        let found = json(&format!("\"{good}\",\n \"{id}\""));
        assert_eq!(found, [format!("{code} 4:2 /epcList/1")]);
        let found = xml(&format!("<epc>{good}</epc>\n <epc>{id}</epc>"));
        assert_eq!(found, [format!("{code} 4:2 /ObjectEvent/epcList/epc[2]")]);
    }
}

#[test]
fn quantities_are_checked_in_both_bindings() {
    let class = "urn:epc:class:lgtin:9521003.100017.L1";
    let found = json(&format!(
        "\"eventTime\":\"2028-08-15T22:30:00Z\",\"quantityList\":[\n{{\"epcClass\":\"{class}\",\"quantity\":1,\"uom\":\"CS\"}}]"
    ));
    assert_eq!(found, ["EPCIS-UNIT-UNKNOWN 3:72 /quantityList/0/uom"]);
    let element = format!("<epcClass>{class}</epcClass><quantity>1</quantity>\n<uom>CS</uom>");
    let list = format!("<quantityList><quantityElement>{element}</quantityElement></quantityList>");
    assert_eq!(xml(TIME, EPCS, &list), ["EPCIS-UNIT-UNKNOWN 4:1 /ObjectEvent/quantityList/quantityElement/uom"]);
}

#[test]
fn fields_in_the_wrappers_of_older_versions_are_found() {
    let class = "urn:epc:id:sgtin:9521003.100017.1";
    let list =
        format!("<quantityList>\n<quantityElement><epcClass>{class}</epcClass></quantityElement></quantityList>");
    assert_eq!(
        xml(TIME, EPCS, &format!("<extension>{list}</extension>")),
        ["EPCIS-CLASS-EXPECTED 4:18 /ObjectEvent/extension/quantityList/quantityElement/epcClass"]
    );
}

#[test]
fn times_are_checked_in_both_bindings() {
    let found = json("\n\"eventTime\":\"2029-08-15T22:30:00Z\",\"epcList\":[\"urn:epc:id:sscc:9521003.0000000001\"]");
    assert_eq!(found, ["EPCIS-TIME-FUTURE 3:13 /eventTime"]);
    assert_eq!(xml(&TIME.replace("2028", "2029"), EPCS, ""), ["EPCIS-TIME-FUTURE 1:14 /ObjectEvent/eventTime"]);
    let sensor = "\"sensorElementList\":[{\"sensorReport\":[{\"type\":\"Temperature\",\"value\":1,\
                  \n\"time\":\"2028-08-16T00:00:00Z\"}]}]";
    let found = json(&format!("\"eventTime\":\"2028-08-15T22:30:00Z\",\"epcList\":[],{sensor}"));
    assert_eq!(found, ["EPCIS-SENSOR-TIME 3:8 /sensorElementList/0/sensorReport/0/time"]);
    let report = "<sensorElementList><sensorElement>\n<sensorReport type='gs1:Temperature' value='1' \
                  time='2028-08-16T00:00:00Z'/></sensorElement></sensorElementList>";
    assert_eq!(
        xml(TIME, EPCS, report),
        ["EPCIS-SENSOR-TIME 4:1 /ObjectEvent/sensorElementList/sensorElement/sensorReport/@time"]
    );
}

#[test]
fn terms_are_checked_in_both_bindings() {
    let event = "\"eventTime\":\"2028-08-15T22:30:00Z\",\"epcList\":[\"urn:epc:id:sscc:9521003.0000000001\"],\n";
    for (term, code) in [
        ("shiping", "JSON-TERM-FORMAT"),
        ("urn:epcglobal:cbv:bizstep:shipping", "EPCIS-TERM-SPELLING"),
        ("urn:epcglobal:cbv:bizstep:shiping", "EPCIS-TERM-UNKNOWN"),
        ("https://ref.gs1.org/cbv/BizStep-shipping", "EPCIS-TERM-SPELLING"),
    ] {
        assert_eq!(json(&format!("{event}\"bizStep\":\"{term}\"")), [format!("{code} 3:11 /bizStep")], "{term}");
    }
    for (term, code) in [
        ("shiping", "EPCIS-TERM-UNKNOWN"),
        ("shipping", "EPCIS-TERM-SPELLING"),
        ("urn:epcglobal:cbv:bizstep:shiping", "EPCIS-TERM-UNKNOWN"),
    ] {
        let found = xml(TIME, EPCS, &format!("<bizStep>{term}</bizStep>"));
        assert_eq!(found, [format!("{code} 3:1 /ObjectEvent/bizStep")], "{term}");
    }
}

#[test]
fn strictness_rejects_what_is_no_uri() {
    let event = "{\"@context\":\"https://ref.gs1.org/standards/epcis/epcis-context.jsonld\",\"type\":\"ObjectEvent\",\
                 \"eventTime\":\"2028-08-15T22:30:00Z\",\"eventTimeZoneOffset\":\"-07:00\",\"action\":\"OBSERVE\",\
                 \"epcList\":[\"urn:epc:id:sscc:9521003.0000000001\"]";
    for (field, strict) in
        [("\"bizStep\":\"smoking\"", false), ("\"dock\":4", false), ("\"bizStep\":\"shipping\"", true)]
    {
        let document = format!("{event},{field}}}");
        assert!(found(Binding::Json, &document).1, "{field}");
        let items = Reader::new(document.as_bytes(), Binding::Json).map(Result::unwrap);
        let accepted =
            items.filter_map(|item| Profile::strict().apply(item)).any(|item| matches!(item, Item::Event { .. }));
        assert_eq!(accepted, strict, "{field}");
    }
}
