//! The documents of the corpus, and what reading one of them gives.

use std::{collections::BTreeMap, fs, path::Path};

use epcis::{Binding, Event, Finding, Item, Profile, Reader, Severity};
use testkit::corpus::Entry;

/// The kinds of files that are documents with events or master data.
const KINDS: [&str; 4] = ["epcis-document", "single-event", "epcis-masterdata-document", "epcis-query-document"];

/// A document of the corpus.
pub(crate) struct Document {
    pub(crate) entry: Entry,
    pub(crate) bytes: Vec<u8>,
}

impl Document {
    pub(crate) fn binding(&self) -> Binding {
        if self.entry.format == "xml" { Binding::Xml } else { Binding::Json }
    }

    /// What reading it gives by the rules of a profile.
    pub(crate) fn read(&self, profile: &Profile) -> Outcome {
        Outcome::of(&self.bytes, self.binding(), profile)
    }
}

pub(crate) fn name(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// All documents by path; none where the corpus is not to be found.
pub(crate) fn documents() -> BTreeMap<String, Document> {
    let Some(root) = testkit::corpus() else { return BTreeMap::new() };
    let entries = testkit::corpus::manifest(&root).unwrap();
    let documents = entries.into_iter().filter(|entry| KINDS.contains(&entry.kind.as_str())).map(|entry| {
        let bytes = fs::read(root.join(&entry.path)).unwrap();
        (name(&entry.path), Document { entry, bytes })
    });
    documents.collect()
}

/// What reading a document gave.
pub(crate) struct Outcome {
    /// The events in order, with those of private types left out of the standard's model as `None`.
    pub(crate) events: Vec<Option<Event>>,
    pub(crate) rejections: Vec<Finding>,
    pub(crate) warnings: Vec<Finding>,
}

impl Outcome {
    pub(crate) fn of(bytes: &[u8], binding: Binding, profile: &Profile) -> Self {
        let mut outcome = Self { events: Vec::new(), rejections: Vec::new(), warnings: Vec::new() };
        for item in Reader::new(bytes, binding) {
            let Some(item) = profile.apply(item.unwrap()) else { continue };
            let findings = match item {
                Item::Event { event, findings, .. } => {
                    outcome.events.push(Some(*event));
                    findings
                }
                Item::Rejected { event, findings, .. } => {
                    outcome.events.push(event.map(|event| *event));
                    findings
                }
                Item::Foreign { findings, .. } => {
                    outcome.events.push(None);
                    findings
                }
                Item::Finding(finding) => vec![finding],
                Item::Document(_) | Item::Extension(..) | Item::Vocabulary(_) => Vec::new(),
            };
            for finding in findings {
                match finding.severity {
                    Severity::Reject => outcome.rejections.push(finding),
                    Severity::Warn => outcome.warnings.push(finding),
                    Severity::Info => {}
                }
            }
        }
        outcome
    }
}
