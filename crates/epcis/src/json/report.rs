//! Collects findings about one value of the document. Places are worked out only when something is found.

use super::tape::{Node, Tree};
use crate::{Finding, Location, Rule, Severity, input::Position, rule};

/// Where a value of the document begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start<'p> {
    pub(super) position: Position,
    /// Index of the event that it is.
    pub(super) event: Option<u64>,
    /// Its JSON pointer.
    pub(super) path: &'p str,
}

/// The findings about one value.
pub(super) struct Report<'t> {
    tree: &'t Tree<'t>,
    start: Start<'t>,
    most: usize,
    findings: Vec<Finding>,
    /// How many more there would be.
    unheard: usize,
    gravest: Severity,
}

/// What a finding says.
pub(super) struct Words {
    rule: &'static Rule,
    message: String,
    help: String,
    corrected: Option<String>,
}

impl Start<'_> {
    /// The place itself.
    pub(super) fn location(&self) -> Location {
        let Position { line, column } = self.position;
        Location { line, column, event: self.event, path: self.path.to_owned() }
    }
}

impl<'t> Report<'t> {
    /// A report about the value of `tree`, of at most `most` findings: a hostile event must not cost one per byte.
    pub(super) fn new(tree: &'t Tree<'t>, start: Start<'t>, most: usize) -> Self {
        Self { tree, start, most, findings: Vec::new(), unheard: 0, gravest: Severity::Info }
    }

    fn position(&self, node: Node<'_>) -> Position {
        self.start.position.after(self.tree.source.as_bytes().get(..node.at()).unwrap_or_default())
    }

    fn at(&self, node: Node<'_>) -> Location {
        let Position { line, column } = self.position(node);
        let mut location = Location { line, column, ..self.start.location() };
        self.tree.push_pointer(node, &mut location.path);
        location
    }

    /// Whether the value cannot be accepted.
    pub(super) fn rejected(&self) -> bool {
        self.gravest == Severity::Reject
    }

    pub(super) fn into_findings(mut self) -> Vec<Finding> {
        if self.unheard > 0 {
            let words = Words::new(
                rule::JSON_LIMIT,
                format!("{} more findings are left out", self.unheard),
                "correct the others first",
            );
            self.findings.push(words.finding(self.gravest, self.start.location()));
        }
        self.findings
    }

    pub(super) fn reject(&mut self, node: Node<'_>, words: Words) {
        self.add(Severity::Reject, node, words);
    }

    pub(super) fn warn(&mut self, node: Node<'_>, words: Words) {
        self.add(Severity::Warn, node, words);
    }

    pub(super) fn info(&mut self, node: Node<'_>, words: Words) {
        self.add(Severity::Info, node, words);
    }

    /// Reads what is the sender's own: whatever is found there, nothing is refused for it.
    pub(super) fn softened(&mut self, inner: impl FnOnce(&mut Self)) {
        let (known, gravest) = (self.findings.len(), self.gravest);
        inner(self);
        for finding in self.findings.iter_mut().skip(known) {
            finding.severity = finding.severity.min(Severity::Warn);
        }
        self.gravest = gravest.max(self.gravest.min(Severity::Warn));
    }

    /// Takes findings of the checks that know the pointer of a field but not where it stands. What the reader has said
    /// itself is left out.
    pub(super) fn extend(&mut self, findings: Vec<Finding>) {
        for mut finding in findings {
            if self.findings.iter().any(|said| said.code == finding.code && said.at.path == finding.at.path) {
                continue;
            }
            let pointer = finding.at.path.strip_prefix(self.start.path).unwrap_or_default();
            let place = self.position(self.tree.node_at(pointer));
            (finding.at.line, finding.at.column) = (place.line, place.column);
            self.keep(finding);
        }
    }

    #[cold]
    fn add(&mut self, severity: Severity, node: Node<'_>, words: Words) {
        let at = if self.findings.len() < self.most { self.at(node) } else { Location::default() };
        self.keep(words.finding(severity, at));
    }

    fn keep(&mut self, finding: Finding) {
        self.gravest = self.gravest.max(finding.severity);
        if self.findings.len() < self.most {
            self.findings.push(finding);
        } else {
            self.unheard += 1;
        }
    }
}

impl Words {
    pub(super) fn new(rule: &'static Rule, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { rule, message: message.into(), help: help.into(), corrected: None }
    }

    /// The value that would have been right.
    pub(super) fn corrected(mut self, value: Option<impl Into<String>>) -> Self {
        self.corrected = value.map(Into::into);
        self
    }

    pub(super) fn finding(self, severity: Severity, at: Location) -> Finding {
        let help = (!self.help.is_empty()).then_some(self.help);
        Finding { help, corrected: self.corrected, ..Finding::new(self.rule, severity, at, self.message) }
    }
}

/// At most so much of the input as a message bears.
pub(super) fn shown(found: &str) -> String {
    match found.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", found.get(..end).unwrap_or_default()),
        None => found.to_owned(),
    }
}
