//! The public corpus of XML documents: those that say the same in both generations of the schema give equal events, to the
//! last prefix.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::{fs, io::Cursor, path::Path};

use epcis::{Binding, Event, Item, Reader};
use serde_json::Value;

fn manifest(root: &Path) -> Vec<Value> {
    serde_json::from_str(&fs::read_to_string(root.join("manifest.json")).unwrap()).unwrap()
}

fn is_document(entry: &Value) -> bool {
    let kinds = ["epcis-document", "single-event", "epcis-masterdata-document", "epcis-query-document"];
    entry["format"] == "xml" && kinds.iter().any(|kind| entry["kind"] == *kind)
}

/// The events in order, nothing in place of a rejected one.
fn read(path: &Path) -> Vec<Option<Event>> {
    let items = Reader::new(Cursor::new(fs::read(path).unwrap()), Binding::Xml);
    let event = |item| match item {
        Item::Event { event, .. } => Some(Some(*event)),
        Item::Rejected { .. } => Some(None),
        _ => None,
    };
    items.map(Result::unwrap).filter_map(event).collect()
}

/// The event with its unordered lists in one order.
fn unordered(mut event: Event) -> Event {
    for list in [&mut event.epc_list, &mut event.child_epcs, &mut event.input_epc_list, &mut event.output_epc_list] {
        list.sort_by_key(gs1::Identifier::canonical);
    }
    for list in [
        &mut event.quantity_list,
        &mut event.child_quantity_list,
        &mut event.input_quantity_list,
        &mut event.output_quantity_list,
    ] {
        list.sort_by_key(|element| element.epc_class.canonical());
    }
    event.biz_transaction_list.sort_by_key(|transaction| transaction.id.canonical());
    for list in [&mut event.source_list, &mut event.destination_list] {
        list.sort_by_key(|end| end.kind.word().to_owned());
    }
    event
}

#[test]
fn both_generations_of_the_schema_give_equal_events() {
    let Some(root) = testkit::corpus() else { return };
    let manifest = manifest(&root);
    let version = |path: &str| {
        let entry = manifest.iter().find(|entry| entry["path"] == path).unwrap();
        entry["namespace"].as_str().map(|namespace| namespace.chars().next_back())
    };
    let mut pairs = 0;
    for entry in manifest.iter().filter(|entry| is_document(entry) && entry["expect"] == "accept") {
        let path = entry["path"].as_str().unwrap();
        for same in entry["same_events_in"].as_array().into_iter().flatten() {
            let other = same["path"].as_str().unwrap();
            if Path::new(other).extension().is_none_or(|extension| extension != "xml")
                || version(path) == version(other)
            {
                continue;
            }
            let (here, there) = (read(&root.join(path)), read(&root.join(other)));
            for pair in same["pairs"].as_array().unwrap() {
                let event = |events: &[Option<Event>], side: usize| {
                    let index = usize::try_from(pair[side].as_u64().unwrap()).unwrap();
                    events[index].clone().map(unordered)
                };
                // Documents that the schema refuses are listed too; their events are compared where they are read.
                let (Some(left), Some(right)) = (event(&here, 0), event(&there, 1)) else { continue };
                assert_eq!(left, right, "{path} and {other}");
                pairs += 1;
            }
        }
    }
    println!("{pairs} pairs of events are equal");
}
