//! The JSON reader against published documents.

use std::{
    fs,
    path::{Path, PathBuf},
};

use epcis::{Binding, Finding, Item, Reader, Severity};
use serde_json::Value;

/// Documents on which we and the manifest differ, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "gs1/EPCIS/JSON-Schema/test/Extended-Event.json",
        "its only event has a private type, for which there is no event model; it is rejected, not lost silently",
    ),
    (
        "gs1/EPCIS/JSON/AssociationEvent/AssociationEvent-h.jsonld",
        "an event gives `eventID` twice; a schema validator sees only the last one",
    ),
];

fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let path = std::env::var_os("LOTLINE_CORPUS").map_or(beside, PathBuf::from);
    if path.is_dir() {
        return Some(path);
    }
    assert_ne!(std::env::var_os("CI").as_deref(), Some("true".as_ref()), "no corpus at {}", path.display());
    println!("skipped: no corpus at {}", path.display());
    None
}

struct Case {
    path: String,
    expect: String,
    bytes: Vec<u8>,
}

fn cases() -> Vec<Case> {
    let Some(corpus) = corpus() else { return Vec::new() };
    let manifest: Value = serde_json::from_slice(&fs::read(corpus.join("manifest.json")).unwrap()).unwrap();
    let entries = manifest.as_array().or_else(|| manifest["files"].as_array()).unwrap();
    let is = |entry: &Value, member: &str, values: &[&str]| entry[member].as_str().is_some_and(|v| values.contains(&v));
    entries
        .iter()
        .filter(|entry| is(entry, "format", &["json", "json-ld"]))
        .filter(|entry| is(entry, "kind", &["epcis-document", "single-event", "epcis-query-document"]))
        .map(|entry| {
            let path = entry["path"].as_str().unwrap().to_owned();
            let bytes = fs::read(corpus.join(&path)).unwrap();
            Case { path, expect: entry["expect"].as_str().unwrap().to_owned(), bytes }
        })
        .collect()
}

fn findings(bytes: &[u8]) -> Vec<Finding> {
    let mut all = Vec::new();
    for item in Reader::new(bytes, Binding::Json) {
        match item.unwrap() {
            Item::Event { findings, .. } | Item::Rejected { findings, .. } => all.extend(findings),
            Item::Document(finding) => all.push(finding),
            Item::Vocabulary(_) => {}
        }
    }
    all
}

#[test]
fn documents_are_accepted_and_rejected_as_published() {
    let mut accepted = (0, 0);
    let mut rejected = (0, 0);
    let mut wrong = Vec::new();
    for case in cases() {
        let found = findings(&case.bytes);
        let rejection = found.iter().find(|finding| finding.severity == Severity::Reject);
        let (good, count) = match case.expect.as_str() {
            "reject" => (rejection.is_some_and(|finding| finding.at.line > 0), &mut rejected),
            _ => (rejection.is_none(), &mut accepted),
        };
        count.1 += 1;
        count.0 += u32::from(good);
        let excepted = EXCEPTIONS.iter().any(|(path, _)| *path == case.path);
        if good && excepted {
            wrong.push(format!("{}: agrees now, take it off the list", case.path));
        } else if !good && !excepted {
            wrong.push(format!("{} ({}): {:?}", case.path, case.expect, rejection.map(ToString::to_string)));
        }
        if case.expect == "policy" && !found.iter().any(|finding| finding.severity == Severity::Warn) {
            wrong.push(format!("{}: no warning", case.path));
        }
    }
    println!("accepted {} of {}, rejected {} of {}", accepted.0, accepted.1, rejected.0, rejected.1);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
