//! Every accepted public document through every target and back.

use std::fs;

use epcis::{
    Binding,
    write::{EpcFormat, Options},
};
use testkit::corpus::Expect;

use crate::{Content, TARGETS, binding, difference, read, write};

/// The public documents that are to be accepted.
pub(crate) fn documents() -> Vec<(String, Content)> {
    const KINDS: [&str; 4] = ["epcis-document", "single-event", "epcis-query-document", "epcis-masterdata-document"];
    let Some(root) = testkit::corpus() else { return Vec::new() };
    let mut documents = Vec::new();
    for entry in testkit::corpus::manifest(&root).unwrap() {
        let format = match entry.format.as_str() {
            "xml" => Binding::Xml,
            "json" | "json-ld" => Binding::Json,
            _ => continue,
        };
        if !KINDS.contains(&entry.kind.as_str()) || entry.expect != Some(Expect::Accept) {
            continue;
        }
        let content = read(&fs::read(root.join(&entry.path)).unwrap(), format);
        if content.rejections.is_empty() {
            documents.push((entry.path.display().to_string(), content));
        }
    }
    documents
}

#[test]
fn accepted_documents_come_back_from_every_target() {
    let mut wrong = Vec::new();
    let (mut count, mut events) = (0, 0);
    for (path, content) in documents() {
        for target in TARGETS {
            let options = Options { target, epc_format: EpcFormat::NeverTranslates, ..Options::default() };
            let (text, _) = write(&content, options);
            let after = read(text.as_bytes(), binding(target));
            count += 1;
            events += content.events.len();
            if let Some(difference) = difference(&content, &after) {
                wrong.push(format!("{path} as {target}: {difference}"));
            }
        }
    }
    println!("{} of {count} conversions come back, {events} events", count - wrong.len());
    let shown: Vec<_> = wrong.iter().take(6).map(|line| line.chars().take(1200).collect::<String>()).collect();
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), shown.join("\n"));
}
