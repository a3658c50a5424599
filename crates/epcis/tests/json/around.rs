//! What stands around and beside the events, and the events that are none of the standard's.

use epcis::{Document, DocumentKind, Extension, Item, Limits, Section, Severity, Value};

use crate::{findings, items, items_within, rejection};

const CONTEXT: &str = r#"["https://ref.gs1.org/standards/epcis/2.0.1/epcis-context.jsonld",{"ex":"https://ex.org/","when":{"@id":"ex:when","@type":"xsd:date"}}]"#;
const EVENT: &str = r#""type":"ObjectEvent","eventTime":"2028-08-15T22:30:00Z","eventTimeZoneOffset":"+00:00","action":"ADD","epcList":["urn:epc:id:sgtin:9521003.012345.1"]"#;

fn document(items: &[Item]) -> &Document {
    items
        .iter()
        .take(1)
        .find_map(|item| if let Item::Document(document) = item { Some(&**document) } else { None })
        .unwrap()
}

fn extensions(items: &[Item]) -> Vec<(Section, &Extension)> {
    let extension = |item| if let &Item::Extension(section, ref found) = item { Some((section, found)) } else { None };
    items.iter().filter_map(extension).collect()
}

fn no_rejection(items: &[Item]) {
    assert_eq!(rejection(&findings(items)), None);
}

#[test]
fn the_document_comes_first_and_says_what_it_is() {
    let text = format!(
        r#"{{"epcisHeader":{{"epcisMasterData":{{"vocabularyList":[]}}}},"@context":{CONTEXT},"id":"ex:1","type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2028-08-15T22:30:00Z","epcisBody":{{"eventList":[]}}}}"#
    );
    let items = items(text.as_bytes());
    no_rejection(&items);
    let document = document(&items);
    assert_eq!((document.kind, document.id.as_deref()), (DocumentKind::Events, Some("ex:1")));
    assert_eq!(document.schema_version.as_deref(), Some("2.0"));
    assert_eq!(document.creation_date.as_deref(), Some("2028-08-15T22:30:00Z"));
    assert_eq!(document.contexts, ["https://ref.gs1.org/standards/epcis/2.0.1/epcis-context.jsonld"]);
    assert_eq!(document.namespaces.iter().collect::<Vec<_>>(), [("ex", "https://ex.org/")]);
    assert_eq!((document.terms.len(), document.terms[0].name.local.as_str()), (1, "when"));
}

#[test]
fn every_kind_of_document_is_told() {
    let results = r#"{"queryResults":{"queryName":"q","subscriptionID":"s","resultsBody":{"eventList":[]}}}"#;
    let table = [
        (
            format!(r#"{{"@context":{CONTEXT},"type":"EPCISQueryDocument","epcisBody":{results}}}"#),
            DocumentKind::QueryResult,
        ),
        (format!(r#"{{"@context":{CONTEXT},{EVENT}}}"#), DocumentKind::Event),
        (format!("[{{{EVENT}}},{{{EVENT}}}]"), DocumentKind::EventList),
        ("[]".to_owned(), DocumentKind::EventList),
    ];
    for (text, kind) in table {
        let items = items(text.as_bytes());
        no_rejection(&items);
        assert_eq!(document(&items).kind, kind, "{text}");
        if kind == DocumentKind::QueryResult {
            let query = document(&items).query.clone().unwrap();
            assert_eq!((query.name.as_str(), query.subscription_id.as_deref()), ("q", Some("s")));
        }
    }
}

#[test]
fn members_of_ones_own_are_handed_out_with_their_section() {
    let text = format!(
        r#"{{"@context":{CONTEXT},"type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2028-08-15T22:30:00Z","sender":"a","ex:a":1,"_note":"n","epcisHeader":{{"ex:b":2,"epcisMasterData":{{"ex:c":3}}}},"epcisBody":{{"d":4,"eventList":[]}}}}"#
    );
    let items = items(text.as_bytes());
    no_rejection(&items);
    let found: Vec<_> =
        extensions(&items).into_iter().map(|(section, found)| (section, found.name.local.as_str())).collect();
    let expected = [
        (Section::Document, "sender"),
        (Section::Document, "a"),
        (Section::Document, "_note"),
        (Section::Header, "b"),
        (Section::MasterData, "c"),
        (Section::Body, "d"),
    ];
    assert_eq!(found, expected);
    let codes: Vec<_> = findings(&items).iter().map(|finding| (&*finding.code, finding.at.path.as_str())).collect();
    assert_eq!(codes, [("JSON-NAME-FORMAT", "/_note")]);
}

#[test]
fn events_of_private_types_are_kept_whole() {
    let event =
        r#"{"type":"ex:Smoking","eventTime":"2028-08-15T22:30:00Z","eventTimeZoneOffset":"+00:00","ex:wood":["oak"]}"#;
    let text = format!(
        r#"{{"@context":{CONTEXT},"type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2028-08-15T22:30:00Z","epcisBody":{{"eventList":[{event}]}}}}"#
    );
    let items = items(text.as_bytes());
    let Some(Item::Foreign { event, findings, .. }) = items.get(1) else { panic!("{items:?}") };
    assert_eq!((event.name.namespace.as_str(), event.name.local.as_str()), ("https://ex.org/", "Smoking"));
    assert_eq!(event.value.members().len(), 3);
    assert_eq!(findings.iter().map(|finding| finding.severity).collect::<Vec<_>>(), [Severity::Info]);
}

#[test]
fn of_a_field_that_stands_twice_the_last_counts() {
    let text = format!(r#"{{"@context":{CONTEXT},{EVENT},"eventID":7,"ex:a":1,"ex:a":2,"eventID":"urn:a:b"}}"#);
    let items = items(text.as_bytes());
    no_rejection(&items);
    let Some(Item::Event { event, findings, .. }) = items.get(1) else { panic!("{items:?}") };
    assert_eq!(event.event_id.as_ref().map(gs1::Identifier::spelled), Some("urn:a:b"));
    assert_eq!(event.extensions.iter().map(|a| a.value.as_text()).collect::<Vec<_>>(), [Some("2")]);
    let codes: Vec<_> = findings.iter().map(|finding| (&*finding.code, finding.at.path.as_str())).collect();
    assert_eq!(codes, [("JSON-MEMBER-REPEATED", "/eventID"), ("JSON-MEMBER-REPEATED", "/ex:a")]);
}

#[test]
fn a_context_holds_where_it_stands() {
    let event = format!(
        r#"{{"@context":{{"own":"https://own.org/"}},{EVENT},"own:a":{{"@context":{{"in":"https://in.org/"}},"in:b":1}},"in:c":2}}"#
    );
    let items = items(format!("[{event}]").as_bytes());
    let Some(Item::Event { event, findings, .. }) = items.get(1) else { panic!("{items:?}") };
    let inner = event.extensions[0].value.members();
    assert_eq!(event.extensions[0].name.namespace, "https://own.org/");
    assert_eq!((inner.len(), inner[0].name.namespace.as_str()), (1, "https://in.org/"));
    assert!(matches!(event.context.0, Some(ref declared) if matches!(**declared, Value::Members(_))));
    assert_eq!(findings.iter().map(|found| &*found.code).collect::<Vec<_>>(), ["JSON-PREFIX-UNDECLARED"]);
}

#[test]
fn corrected_values_are_proposed() {
    let table = [
        (r#""bizStep":"urn:epcglobal:cbv:bizstep:shipping""#, "shipping"),
        (r#""disposition":"In_Transit""#, "in_transit"),
        (r#""quantityList":[{"epcClass":"urn:a:b","quantity":"20"}]"#, "20"),
        (r#""recordTime":"2028-08-15 22:30:00Z""#, "2028-08-15T22:30:00Z"),
    ];
    for (member, corrected) in table {
        let items = items(format!(r#"{{"@context":{CONTEXT},{EVENT},{member}}}"#).as_bytes());
        let found = findings(&items);
        assert_eq!(found.iter().find_map(|found| found.corrected.as_deref()), Some(corrected), "{found:?}");
    }
    let local = EVENT.replace("22:30:00Z", "22:30:00").replace("+00:00", "-07:00");
    let items = items(format!(r#"{{"@context":{CONTEXT},{local}}}"#).as_bytes());
    assert_eq!(findings(&items)[0].corrected.as_deref(), Some("2028-08-15T22:30:00-07:00"));
}

#[test]
fn what_goes_beyond_a_limit_is_said_and_passed_over() {
    let many = format!("[{{{EVENT},\"ex:a\":[{}1]}},{{{EVENT}}}]", "1,".repeat(50));
    let items = items_within(many.as_bytes(), Limits { max_nodes: 40, ..Limits::default() });
    let Some(Item::Rejected { findings, .. }) = items.get(1) else { panic!("{items:?}") };
    assert_eq!(&*findings[0].code, "JSON-LIMIT");
    assert!(matches!(items.get(2), Some(Item::Event { .. })));

    let bad =
        format!("[{{{EVENT},{}\"z\":1}}]", (0..50).map(|i| format!("\"m{i}\":1")).collect::<Vec<_>>().join(",") + ",");
    let items = items_within(bad.as_bytes(), Limits { max_event_findings: 5, ..Limits::default() });
    let Some(Item::Event { findings, .. }) = items.get(1) else { panic!("{items:?}") };
    assert_eq!((findings.len(), findings[5].message.as_str()), (6, "46 more findings are left out"));

    let events = format!("[{}7]", "7,".repeat(50));
    let items = items_within(events.as_bytes(), Limits { max_findings: 9, ..Limits::default() });
    assert_eq!(items.len(), 12, "the document, ten rejected events and the reason to stop");
}
