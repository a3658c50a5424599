//! Collects findings about one value of the document, each with its place.

use std::fmt::Write as _;

use super::scan::Place;
use crate::{Finding, Location, Rule, Severity};

/// A hostile event must not cost one finding per byte.
const MOST_FINDINGS: usize = 100;

/// The findings about one slice of the input.
pub(super) struct Report<'a> {
    source: &'a [u8],
    start: Place,
    event: Option<u64>,
    path: String,
    findings: Vec<Finding>,
    rejected: bool,
}

/// What a finding says.
pub(super) struct Words {
    pub(super) rule: &'static Rule,
    pub(super) message: String,
    pub(super) help: String,
}

impl<'a> Report<'a> {
    /// A report about `source`, which begins at `start` and is the value at the JSON pointer `path`.
    pub(super) fn new(source: &'a [u8], start: Place, event: Option<u64>, path: String) -> Self {
        Self { source, start, event, path, findings: Vec::new(), rejected: false }
    }

    /// The place of a byte offset.
    pub(super) fn at(&self, offset: usize) -> Location {
        let before = self.source.get(..offset).unwrap_or(self.source);
        let place = self.start.after(before);
        Location { line: place.line, column: place.column, event: self.event, path: self.path.clone() }
    }

    /// Whether the value cannot be accepted.
    pub(super) fn rejected(&self) -> bool {
        self.rejected
    }

    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    pub(super) fn reject(&mut self, at: usize, words: Words) {
        self.rejected = true;
        self.add(Severity::Reject, at, words);
    }

    pub(super) fn warn(&mut self, at: usize, words: Words) {
        self.add(Severity::Warn, at, words);
    }

    fn add(&mut self, severity: Severity, at: usize, words: Words) {
        // The first rejection is always kept: without it a rejected value would stand without a reason.
        let first = severity == Severity::Reject && self.findings.iter().all(|f| f.severity != Severity::Reject);
        if self.findings.len() < MOST_FINDINGS || first {
            self.findings.push(words.finding(severity, self.at(at)));
        }
    }

    /// Steps into a member for the time of `inner`.
    pub(super) fn within<T>(&mut self, name: &str, inner: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        push_step(&mut self.path, name);
        let result = inner(self);
        self.path.truncate(length);
        result
    }

    /// Steps into an element of an array.
    pub(super) fn within_index<T>(&mut self, index: usize, inner: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        // Writing to a string cannot fail.
        let _ = write!(self.path, "/{index}");
        let result = inner(self);
        self.path.truncate(length);
        result
    }
}

impl Words {
    pub(super) fn new(rule: &'static Rule, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { rule, message: message.into(), help: help.into() }
    }

    pub(super) fn finding(self, severity: Severity, at: Location) -> Finding {
        let help = (!self.help.is_empty()).then_some(self.help);
        Finding { help, ..Finding::new(self.rule, severity, at, self.message) }
    }
}

/// Appends one step to a JSON pointer (RFC 6901).
pub(super) fn push_step(path: &mut String, name: &str) {
    path.push('/');
    for character in name.chars() {
        match character {
            '~' => path.push_str("~0"),
            '/' => path.push_str("~1"),
            other => path.push(other),
        }
    }
}
