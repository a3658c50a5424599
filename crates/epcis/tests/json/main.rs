//! The JSON reader and the writers, through the public interface.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers stop the test")]

mod around;
mod cuts;
mod findings;
mod input;

use std::io::BufRead;

use epcis::{Binding, Event, Finding, Item, Limits, Reader, Severity, VocabularyElement};

/// Everything that a reader gives.
fn items(input: impl BufRead) -> Vec<Item> {
    Reader::new(input, Binding::Json).map(Result::unwrap).collect()
}

fn items_within(input: impl BufRead, limits: Limits) -> Vec<Item> {
    Reader::with_limits(input, Binding::Json, limits).map(Result::unwrap).collect()
}

fn findings(items: &[Item]) -> Vec<&Finding> {
    let mut all = Vec::new();
    for item in items {
        match item {
            Item::Event { findings, .. } | Item::Rejected { findings, .. } | Item::Foreign { findings, .. } => {
                all.extend(findings);
            }
            Item::Finding(finding) => all.push(finding),
            Item::Document(_) | Item::Extension(..) | Item::Vocabulary(_) => {}
        }
    }
    all
}

fn rejection<'i>(findings: &[&'i Finding]) -> Option<&'i Finding> {
    findings.iter().copied().find(|finding| finding.severity == Severity::Reject)
}

fn events(items: Vec<Item>) -> (Vec<Event>, Vec<VocabularyElement>) {
    let (mut events, mut vocabulary) = (Vec::new(), Vec::new());
    for item in items {
        match item {
            Item::Event { event, .. } => events.push(*event),
            Item::Vocabulary(element) => vocabulary.push(element),
            _ => {}
        }
    }
    (events, vocabulary)
}
