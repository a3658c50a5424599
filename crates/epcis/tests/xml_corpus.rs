//! The public corpus of XML documents: what the schemas accept is read, what they refuse is refused, and documents
//! that say the same in both generations of the schema give equal events.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::{fs, io::Cursor, path::Path};

use epcis::{Binding, Event, Finding, Item, Reader, Severity};
use serde_json::Value;

/// Documents on which we differ from the official schema, and why. An entry that agrees is an error.
const DIFFERENT: &[(&str, &str)] = &[];

fn manifest(root: &Path) -> Vec<Value> {
    serde_json::from_str(&fs::read_to_string(root.join("manifest.json")).unwrap()).unwrap()
}

fn is_document(entry: &Value) -> bool {
    let kinds = ["epcis-document", "single-event", "epcis-masterdata-document", "epcis-query-document"];
    entry["format"] == "xml" && kinds.iter().any(|kind| entry["kind"] == *kind)
}

struct Outcome {
    /// The events in order, nothing in place of a rejected one.
    events: Vec<Option<Event>>,
    rejections: Vec<Finding>,
}

fn read(path: &Path) -> Outcome {
    let mut outcome = Outcome { events: Vec::new(), rejections: Vec::new() };
    for item in Reader::new(Cursor::new(fs::read(path).unwrap()), Binding::Xml) {
        let findings = match item.unwrap() {
            Item::Event { event, findings, .. } => {
                outcome.events.push(Some(*event));
                findings
            }
            Item::Rejected { findings, .. } => {
                outcome.events.push(None);
                findings
            }
            Item::Foreign { findings, .. } => findings,
            Item::Document(_) | Item::Extension(..) | Item::Vocabulary(_) => Vec::new(),
            Item::Finding(finding) => vec![finding],
        };
        outcome.rejections.extend(findings.into_iter().filter(|finding| finding.severity == Severity::Reject));
    }
    outcome
}

#[test]
fn documents_are_accepted_and_rejected_as_the_schema_has_it() {
    let Some(root) = testkit::corpus() else { return };
    let (mut accepted, mut acceptable, mut rejected, mut rejectable) = (0, 0, 0, 0);
    let mut failures = Vec::new();
    for entry in manifest(&root).iter().filter(|entry| is_document(entry)) {
        let path = entry["path"].as_str().unwrap();
        let outcome = read(&root.join(path));
        let accept = entry["expect"] == "accept";
        let agrees = outcome.rejections.is_empty() == accept;
        let counted = !accept || entry["events"].as_u64() == Some(outcome.events.len() as u64);
        let located = outcome.rejections.iter().all(|Finding { at, .. }| {
            at.line > 0 && at.column > 0 && !at.path.is_empty() && at.path.contains("Event[") == at.event.is_some()
        });
        if accept {
            (acceptable, accepted) = (acceptable + 1, accepted + usize::from(agrees));
        } else {
            (rejectable, rejected) = (rejectable + 1, rejected + usize::from(agrees));
        }
        if agrees == DIFFERENT.iter().any(|(listed, _)| *listed == path) || !counted || !located {
            let rejections: Vec<_> = outcome.rejections.iter().map(ToString::to_string).collect();
            failures.push(format!("{path}: {} events, {rejections:#?}", outcome.events.len()));
        }
    }
    println!("accepted {accepted} of {acceptable}, rejected {rejected} of {rejectable}");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
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
                let event = |outcome: &Outcome, side: usize| {
                    let index = usize::try_from(pair[side].as_u64().unwrap()).unwrap();
                    outcome.events[index].clone().map(unordered)
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
