//! The files of chain A hold what their index says.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;

use quick_xml::events::Event;
use testkit::chain_a;
use testkit::chain_a::{JSON_LD, XML, event_id};

/// The `eventID`s of a document in document order; `None` when it is not well-formed.
fn event_ids(document: &chain_a::Document) -> Option<Vec<String>> {
    let text = std::str::from_utf8(document.bytes).ok()?;
    if document.media_type == JSON_LD { json_event_ids(text) } else { xml_event_ids(text) }
}

fn json_event_ids(text: &str) -> Option<Vec<String>> {
    let document: serde_json::Value = serde_json::from_str(text).ok()?;
    let events = document.pointer("/epcisBody/eventList")?.as_array()?;
    events.iter().map(|event| Some(event.get("eventID")?.as_str()?.to_owned())).collect()
}

fn xml_event_ids(text: &str) -> Option<Vec<String>> {
    let mut reader = quick_xml::Reader::from_str(text);
    let mut ids = Vec::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) if tag.name().as_ref() == "eventID" => {
                ids.push(reader.read_text(tag.name()).ok()?.to_string());
            }
            Event::Eof => return Some(ids),
            _ => {}
        }
    }
}

#[test]
fn event_ids_follow_the_published_rule() {
    let published = [
        ("A1a", "59e143fa-5089-5710-ad3f-a19081129463"),
        ("A3a", "4ab72de7-73e2-59c2-a4d8-dcb6fd8e1cf4"),
        ("A6", "e0329d04-ff33-5723-886a-157adfca7fc0"),
        ("B1", "abb65984-1e2b-5bae-8867-93e48502f91b"),
        ("C1", "a889af08-23fa-5893-abcc-2f7b78a46df5"),
    ];
    for (key, uuid) in published {
        assert_eq!(event_id(key), format!("urn:uuid:{uuid}"), "{key}");
    }
}

#[test]
fn every_file_is_well_formed_and_holds_its_events_in_order() {
    for document in chain_a().iter().flat_map(|company| company.documents) {
        let expected: Vec<String> = document.events.iter().map(|key| event_id(key)).collect();
        assert_eq!(event_ids(document), Some(expected), "{}", document.name);
    }
}

#[test]
fn the_chain_has_its_27_events_once_each() {
    let keys: Vec<&str> = chain_a()
        .iter()
        .flat_map(|company| company.documents)
        .flat_map(|document| document.events.iter().copied())
        .collect();
    let expected = "A1a A1b A1c A2r A2a A2b A2t A3r A3a A3b A4b A4c A4a A5 A6 A7p A7 A8a A8u A8b A9u A9p A9q A9a A9b \
                    A10a A10b";
    assert_eq!(keys.len(), 27);
    assert_eq!(keys.into_iter().collect::<BTreeSet<_>>(), expected.split_whitespace().collect());
}

#[test]
fn the_index_names_every_file_and_its_events() {
    let index = include_str!("../fixtures/README.md");
    for company in chain_a() {
        for document in company.documents {
            let file = format!("| `{}/{}` |", company.slug, document.name);
            let row = index.lines().find(|line| line.starts_with(&file)).unwrap_or_else(|| panic!("no row {file}"));
            assert!(row.ends_with(&format!("| {} |", document.events.join(" "))), "{row}");
        }
    }
}

#[test]
fn media_types_are_those_of_the_bindings() {
    for document in chain_a().iter().flat_map(|company| company.documents) {
        let expected = if Path::new(document.name).extension() == Some(OsStr::new("xml")) { XML } else { JSON_LD };
        assert_eq!(document.media_type, expected, "{}", document.name);
    }
}
