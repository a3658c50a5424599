//! The public documents in JSON.

use std::fs;

use testkit::corpus::Expect;

/// A document and what the manifest says of it.
pub(crate) struct Case {
    pub(crate) path: String,
    pub(crate) expect: Expect,
    /// The complaint of the schema.
    pub(crate) first_error: Option<String>,
    pub(crate) bytes: Vec<u8>,
}

pub(crate) fn cases() -> Vec<Case> {
    const KINDS: [&str; 3] = ["epcis-document", "single-event", "epcis-query-document"];
    let Some(root) = testkit::corpus() else { return Vec::new() };
    let entries = testkit::corpus::manifest(&root).unwrap();
    let wanted = entries
        .into_iter()
        .filter(|entry| ["json", "json-ld"].contains(&entry.format.as_str()) && KINDS.contains(&entry.kind.as_str()));
    let case = |entry: testkit::corpus::Entry| Case {
        bytes: fs::read(root.join(&entry.path)).unwrap(),
        path: entry.path.display().to_string(),
        expect: entry.expect.unwrap(),
        first_error: entry.first_error,
    };
    wanted.map(case).collect()
}
