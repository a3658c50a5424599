//! Rules that hold for every event, whatever binding it came in.
//!
//! Every check is one pass over fields that were parsed already. An event that breaks no rule costs no allocation, but
//! for long lists of objects that are not in order.

mod identifiers;
mod place;
mod quantities;
mod structure;
mod terms;
mod times;

use jiff::Timestamp;

use crate::{Binding, Event, Finding, Location, Namespaces, Rule, Severity};
use place::Step;
pub(crate) use terms::nearest;

/// A hostile event must not cost one finding per byte.
const MOST_FINDINGS: usize = 100;

/// What a check may take for granted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checks<'a> {
    /// The binding that the event came in: it says how standard terms are written, and how places are named.
    pub(crate) binding: Binding,
    /// The last moment at which an event can have happened: now, as the caller knows it, or a little later.
    pub(crate) latest: Option<Timestamp>,
    /// Whether the reader found nothing to reject. Otherwise fields may be missing from the event that stand in the
    /// document, and only the values of those that are there are looked at.
    pub(crate) whole: bool,
    /// The prefixes that the document declares.
    pub(crate) namespaces: &'a Namespaces,
}

/// What is wrong with an event that is whole in itself. `at` is where the event begins; the path of each finding leads
/// from there to the field.
pub(crate) fn check(event: &Event, at: &Location, checks: Checks<'_>) -> Vec<Finding> {
    let mut findings = Findings { at, checks, list: Vec::new() };
    if checks.whole {
        structure::check(event, &mut findings);
        times::check(event, &mut findings);
    }
    identifiers::check(event, &mut findings);
    quantities::check(event, &mut findings);
    terms::check(event, &mut findings);
    findings.list
}

/// The findings about one event.
struct Findings<'a> {
    at: &'a Location,
    checks: Checks<'a>,
    list: Vec<Finding>,
}

/// What a finding says beside its rule and place.
struct Words {
    message: String,
    help: String,
    corrected: Option<String>,
}

impl Findings<'_> {
    fn add(&mut self, rule: &'static Rule, steps: &[Step], words: Words) {
        if self.list.len() >= MOST_FINDINGS {
            return;
        }
        let mut at = self.at.clone();
        place::push(&mut at.path, steps, self.checks.binding);
        let severity = rule.severity.unwrap_or(Severity::Warn);
        let mut finding = Finding::new(rule, severity, at, words.message).with_help(words.help);
        finding.corrected = words.corrected;
        self.list.push(finding);
    }
}

impl Words {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into(), corrected: None }
    }

    fn corrected(mut self, corrected: Option<String>) -> Self {
        self.corrected = corrected;
        self
    }
}

/// At most so much of the input as a message bears.
fn shown(found: &str) -> String {
    match found.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", found.get(..end).unwrap_or_default()),
        None => found.to_owned(),
    }
}

#[cfg(test)]
mod tests;
