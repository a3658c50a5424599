//! Annotations that no writer made change nothing of an event, and lose nothing.

use std::fmt::Write as _;

use epcis::{
    Binding, ContextVersion, Event, Item, Reader,
    hash::Hasher,
    write::{Options, Target},
};

use crate::{Content, difference, read, write};

const KEPT: &str = "https://lotline.dev/ns/kept/";

/// A document with one event that observes one object.
fn json(members: &str) -> String {
    format!(
        r#"{{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",{{"ex":"https://example.com/"}}],"type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2028-08-15T22:30:00Z","epcisBody":{{"eventList":[
{{"type":"ObjectEvent","eventID":"urn:uuid:e8a61a2c-4a72-4e3c-9a4c-5f4a9d7d3a3f","eventTime":"2028-08-15T22:30:00Z","eventTimeZoneOffset":"+00:00","action":"OBSERVE","epcList":["urn:epc:id:sgtin:0614141.107346.1"]{members}}}]}}}}"#
    )
}

fn xml(content: &str) -> String {
    format!(
        r#"<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" xmlns:kept="{KEPT}" xmlns:x="https://example.com/" schemaVersion="2.0" creationDate="2028-08-15T22:30:00Z"><EPCISBody><EventList>
<ObjectEvent><eventTime>2028-08-15T22:30:00Z</eventTime><eventTimeZoneOffset>+00:00</eventTimeZoneOffset><epcList><epc>urn:epc:id:sgtin:0614141.107346.1</epc></epcList><action>OBSERVE</action>{content}</ObjectEvent>
</EventList></EPCISBody></epcis:EPCISDocument>"#
    )
}

/// An annotation with some fields.
fn forged(binding: Binding, fields: &str) -> String {
    match binding {
        Binding::Json => json(&format!(r#","{KEPT}event":{}"#, serde_json::to_string(fields).unwrap())),
        Binding::Xml => xml(&format!("<kept:event>{}</kept:event>", fields.replace('"', "&quot;"))),
    }
}

/// The codes of what rejects the only event, and the event.
fn outcome(text: &str, binding: Binding) -> (Vec<String>, Option<Box<Event>>) {
    for item in Reader::new(text.as_bytes(), binding) {
        match item.unwrap() {
            Item::Event { event, .. } => return (Vec::new(), Some(event)),
            Item::Rejected { event, findings, .. } => {
                return (findings.into_iter().map(|finding| finding.message + " " + &finding.code).collect(), event);
            }
            _ => {}
        }
    }
    (Vec::new(), None)
}

fn only(text: &str, binding: Binding) -> Content {
    let content = read(text.as_bytes(), binding);
    assert_eq!((content.events.len(), content.rejections.as_slice()), (1, [].as_slice()));
    content
}

#[test]
fn an_annotation_that_contradicts_its_event_rejects_it() {
    let forgeries = [
        r#"{"epc_list":["urn:epc:id:sgtin:9999999.107346.1"],"action":"DELETE"}"#,
        r#"{"epc_list":["urn:epc:id:sgtin:9999999.107346.1"]}"#,
        r#"{"epc_list":["urn:epc:id:sgtin:0614141.107346.1","urn:epc:id:sgtin:0614141.107346.2"]}"#,
        r#"{"epc_list":[]}"#,
        r#"{"event_time":"9999-08-15T22:30:00Z"}"#,
        r#"{"event_time_zone_offset":"+05:00"}"#,
        r#"{"record_time":"2028-08-15T22:30:00Z"}"#,
        r#"{"action":null}"#,
        r#"{"action":"OBSERVE"}"#,
        r#"{"event_id":"urn:x:other"}"#,
        r#"{"type":"AggregationEvent"}"#,
        r#"{"kind":"AggregationEvent"}"#,
        r#"{"no_such_field":1}"#,
        r#"{"biz_step":"shipping"}"#,
        r#"{"biz_step":null}"#,
        r#"{"persistent_disposition":{"set":["in_transit"]}}"#,
        r#"{"persistent_disposition":{"no_such_field":["in_transit"]}}"#,
        r#"{"read_point":{"id":"urn:epc:id:sgln:0614141.00777.0"}}"#,
        r#"{"parent_id":"urn:epc:id:sscc:0614141.1234567890"}"#,
        r#"{"child_epcs":["urn:epc:id:sgtin:0614141.107346.1"]}"#,
        r#"{"quantity_list":[{"epc_class":"urn:epc:class:lgtin:4012345.012345.998877","quantity":"5","uom":"KGM"}]}"#,
        r#"{"source_list":[{"type":"owning_party","id":"urn:epc:id:pgln:0614141.00001"}]}"#,
        r#"{"biz_transaction_list":[{"type":"po","id":"urn:epcglobal:cbv:bt:0614141073467:1152"}]}"#,
        r#"{"error_declaration":{"declaration_time":"2028-08-15T22:30:00Z"}}"#,
        r#"{"certification_info":["https://example.com/certificate"]}"#,
        r#"{"extensions":[]}"#,
        "[]",
        "no JSON",
        "",
    ];
    for binding in [Binding::Json, Binding::Xml] {
        for forgery in forgeries {
            let (codes, event) = outcome(&forged(binding, forgery), binding);
            let told = codes.iter().any(|code| code.ends_with("EPCIS-KEPT-CONTRADICTS"));
            assert!(told, "{binding:?} {forgery}: {codes:?}");
            assert_eq!(event.unwrap().epc_list.len(), 1);
        }
        let (codes, _) = outcome(&forged(binding, r#"{"no_such_field":1}"#), binding);
        assert!(codes.iter().any(|said| said.contains("no_such_field")), "{codes:?}");
    }
}

#[test]
fn a_sensor_report_says_natively_what_it_can() {
    let report = r#","sensorElementList":[{"sensorReport":[{"type":"Temperature","value":5,"uom":"CEL"}]}]"#;
    let local = |name: &str, value: &str| format!(r#"{{"name":{{"local":"{name}"}},"value":{value}}}"#);
    let kept = |value: &str| {
        let members =
            [local("type", r#"{"Text":"Temperature"}"#), local("value", value), local("uom", r#"{"Text":"CEL"}"#)];
        let fields = format!(r#"{{"sensor_element_list":[{{"reports":[[{}]]}}]}}"#, members.join(","));
        json(&format!(r#"{report},"{KEPT}event":{}"#, serde_json::to_string(&fields).unwrap()))
    };
    assert_eq!(outcome(&kept(r#"{"Number":"+5.0"}"#), Binding::Json).0, [].as_slice() as &[String]);
    assert!(outcome(&kept(r#"{"Number":"50"}"#), Binding::Json).1.is_some());
    assert!(!outcome(&kept(r#"{"Number":"50"}"#), Binding::Json).0.is_empty());
}

#[test]
fn what_an_annotation_adds_is_checked_as_everything_else() {
    let native = r#","quantityList":[{"epcClass":"urn:epc:class:lgtin:4012345.012345.998877","quantity":5}]"#;
    let fields = r#"{"quantity_list":[{"epc_class":"urn:epc:class:lgtin:4012345.012345.998877","quantity":"5","uom":"no unit"}]}"#;
    let text = json(&format!(r#"{native},"{KEPT}event":{}"#, serde_json::to_string(fields).unwrap()));
    let item = Reader::new(text.as_bytes(), Binding::Json).find_map(|item| match item.unwrap() {
        Item::Event { event, findings, .. } => Some((event, findings)),
        _ => None,
    });
    let (event, findings) = item.unwrap();
    assert_eq!(event.quantity_list.first().unwrap().uom.as_deref(), Some("no unit"));
    assert!(findings.iter().any(|finding| &*finding.code == "EPCIS-UNIT-UNKNOWN"), "{findings:?}");
}

#[test]
fn malformed_shapes_stay_as_they_are() {
    let text = xml(concat!(
        r#"<x:a kept:type="zzz">1</x:a><x:b kept:type="list">5</x:b><x:c kept:type="boolean">maybe</x:c>"#,
        r#"<x:d kept:type="null">something</x:d><x:e kept:type="list"><x:f/></x:e><x:g kept:name="odd">1</x:g>"#,
        r#"<x:h kept:type="number">many</x:h>"#,
    ));
    let content = only(&text, Binding::Xml);
    let event = content.events.first().unwrap();
    assert!(event.extensions.iter().all(|extension| extension.attributes.len() == 1), "{:?}", event.extensions);
    assert_eq!(event.extensions.get(1).unwrap().value.as_text(), Some("5"));
    let members = concat!(
        r#","@context":{"kept":"https://lotline.dev/ns/kept/"},"ex:a":{"kept:order":"0 0","ex:b":1},"#,
        r#""ex:c":{"kept:attributes":5,"kept:value":6},"ex:d":{"kept:value":7,"ex:e":8},"#,
        r#""ex:f":{"kept:order":"x","kept:attributes":{"ex:g":1}}"#,
    );
    let other = only(&json(members), Binding::Json);
    let sizes: Vec<_> =
        other.events.first().unwrap().extensions.iter().map(|found| found.value.members().len()).collect();
    assert_eq!(sizes, [2, 2, 2, 2]);
    for content in [content, other] {
        for target in crate::TARGETS {
            let (text, _) = write(&content, Options { target, ..Options::default() });
            assert_eq!(difference(&content, &read(text.as_bytes(), crate::binding(target))), None, "{text}");
        }
    }
}

#[test]
fn attributes_of_the_xml_namespace_come_through_json_with_the_same_hash() {
    let content = only(&xml(r#"<x:a xml:lang="en" xml:space="preserve" xml:id="a1"> b </x:a>"#), Binding::Xml);
    let (text, _) = write(&content, Options { target: Target::Json, ..Options::default() });
    let after = only(&text, Binding::Json);
    assert_eq!(difference(&content, &after), None, "{text}");
    let hash = |content: &Content| {
        Hasher::new(ContextVersion::default())
            .prehash(content.events.first().unwrap(), &epcis::Namespaces::default())
            .to_owned()
    };
    assert_eq!(hash(&content), hash(&after));
    assert!(hash(&content).contains("{http://www.w3.org/XML/1998/namespace}lang=en"));
}

#[test]
fn declarations_are_nothing_of_the_hash() {
    let content = only(&xml(r#"<x:a xmlns:q="https://example.com/q/">q:word</x:a>"#), Binding::Xml);
    assert_eq!(content.events.first().unwrap().extensions.first().unwrap().attributes.len(), 1);
    let prehash = Hasher::new(ContextVersion::default())
        .prehash(content.events.first().unwrap(), &epcis::Namespaces::default())
        .to_owned();
    assert!(!prehash.contains("xmlns"), "{prehash}");
}

/// Each of these took minutes when the work for one sibling grew with the number of the others.
#[test]
fn a_large_event_is_written_in_proportion_to_its_size() {
    const COUNT: usize = 60_000;
    let many = |one: &dyn Fn(usize) -> String| {
        (0..COUNT).fold(String::new(), |mut all, number| {
            write!(all, "{}", one(number)).unwrap();
            all
        })
    };
    let mixed = xml(&format!("<x:a>{}</x:a>", many(&|_| "a<x:b/>".to_owned())));
    let alternating = xml(&many(&|_| "<x:a>1</x:a><x:b>1</x:b>".to_owned()));
    let declared =
        xml(&many(&|number| format!(r#"<y{number}:a xmlns:y{number}="https://example.com/">1</y{number}:a>"#)));
    for text in [mixed, alternating, declared] {
        let content = only(&text, Binding::Xml);
        let (text, _) = write(&content, Options { target: Target::Json, ..Options::default() });
        assert!(text.len() > COUNT);
    }
    let undeclared = only(&json(&many(&|number| format!(r#","y{number}:a":1"#))), Binding::Json);
    for target in crate::TARGETS {
        let (text, _) = write(&undeclared, Options { target, ..Options::default() });
        assert!(text.len() > COUNT);
    }
    let header =
        format!(r#""epcisHeader":{{{}"last":1}},"epcisBody""#, many(&|number| format!(r#""ex:a{number}":1,"#)));
    let content = read(json("").replace("\"epcisBody\"", &header).as_bytes(), Binding::Json);
    assert!(!content.beside.is_empty());
    let (text, _) = write(&content, Options { target: Target::Json, ..Options::default() });
    assert!(text.len() > COUNT);
}
