//! Walking one element tree, collecting what is wrong with it.

use gs1::Identifier;

use super::{
    grammar::{self, Grammar, LOCAL, Version},
    sequence::{Fit, Sequence},
    tree::At,
};
use crate::{EventKind, Extension, FieldAttribute, Finding, Limits, Location, Rule, Severity, Term, rule};

pub(super) struct Walk<'t> {
    pub(super) version: Version,
    /// The outermost element.
    pub(super) root: At<'t>,
    /// Index of the event in the document.
    event: Option<u64>,
    /// Path of the outermost element.
    base: &'t str,
    max_findings: usize,
    findings: Vec<Finding>,
    /// Findings that were too many, and the gravest of them.
    unheard: usize,
    gravest: Severity,
    /// Whether it was said that an element says nothing.
    emptied: bool,
    /// Attributes outside the standard on elements of the standard.
    pub(super) attributes: Vec<FieldAttribute>,
}

impl<'t> Walk<'t> {
    pub(super) fn new(version: Version, root: At<'t>, event: Option<u64>, base: &'t str, limits: &Limits) -> Self {
        Self {
            version,
            root,
            event,
            base,
            max_findings: limits.max_event_findings,
            findings: Vec::new(),
            unheard: 0,
            gravest: Severity::Info,
            emptied: false,
            attributes: Vec::new(),
        }
    }

    pub(super) fn location(&self, at: &At<'_>) -> Location {
        let position = at.position();
        let mut path = self.base.to_owned();
        at.push_path(&mut path);
        Location { line: position.line, column: position.column, event: self.event, path }
    }

    pub(super) fn reject(&mut self, at: &At<'_>, rule: &'static Rule, message: String, help: &str) {
        self.report(at, rule, Severity::Reject, message, help);
    }

    pub(super) fn warn(&mut self, at: &At<'_>, rule: &'static Rule, message: String, help: &str) {
        self.report(at, rule, Severity::Warn, message, help);
    }

    /// Says of the first empty element that it says nothing.
    pub(super) fn note_empty(&mut self, at: &At<'_>) {
        if !std::mem::replace(&mut self.emptied, true) {
            self.report(at, rule::EMPTY, Severity::Info, format!("`{}` is empty", at.local()), "leave it out");
        }
    }

    fn report(&mut self, at: &At<'_>, rule: &'static Rule, severity: Severity, message: String, help: &str) {
        if self.is_full(severity) {
            return;
        }
        let help = (!help.is_empty()).then(|| help.to_owned());
        self.findings.push(Finding { help, ..Finding::new(rule, severity, self.location(at), message) });
    }

    /// A finding that others have made.
    pub(super) fn add(&mut self, finding: Finding) {
        if !self.is_full(finding.severity) {
            self.findings.push(finding);
        }
    }

    /// Counts a finding that there is no room for.
    fn is_full(&mut self, severity: Severity) -> bool {
        let full = self.findings.len() >= self.max_findings;
        if full {
            self.unheard += 1;
            self.gravest = self.gravest.max(severity);
        }
        full
    }

    /// Whether there is nothing so far that is not accepted.
    pub(super) fn is_sound(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity != Severity::Reject)
    }

    /// All that was found.
    pub(super) fn into_findings(mut self) -> Vec<Finding> {
        if self.unheard > 0 {
            let message = format!("{} more findings are left out", self.unheard);
            let finding = Finding::new(rule::XML_LIMIT, self.gravest, self.location(&self.root), message);
            self.findings.push(finding.with_help("correct the others first"));
        }
        self.findings
    }

    /// Goes through the children of `at` as `grammar` allows them: `part` takes the named ones, extensions are
    /// returned, everything else becomes a finding.
    pub(super) fn children(
        &mut self,
        at: &At<'t>,
        grammar: &'static Grammar,
        mut part: impl FnMut(&mut Self, &'static str, &At<'t>),
    ) -> Vec<Extension> {
        let mut sequence = Sequence::new(grammar, self.version.target());
        let mut extensions = Vec::new();
        if !at.text().trim_ascii().is_empty() {
            self.stray_text(at, at.text());
        }
        for child in at.children() {
            if !child.is_element() {
                self.stray_text(at, child.text());
                continue;
            }
            match sequence.fit(&child) {
                Fit::Part(name) => self.part(name, &child, &mut part),
                Fit::Extension => {
                    self.note_prefix(&child);
                    extensions.push(child.to_extension());
                }
                fit => {
                    self.note_fit(&child, fit);
                    let name = match fit {
                        Fit::Late(name, _) => Some(name),
                        Fit::Unknown => misplaced_field(at, &child),
                        _ => None,
                    };
                    // What is refused for its place is read all the same, so that the event can be recognized.
                    if let Some(name) = name {
                        self.part(name, &child, &mut part);
                    }
                }
            }
        }
        self.note_missing(at, &sequence);
        extensions
    }

    /// Says how a child does not fit.
    pub(super) fn note_fit(&mut self, child: &At<'_>, fit: Fit) {
        match fit {
            Fit::Part(_) | Fit::Extension => {}
            Fit::Late(name, follower) => self.late(child, name, follower),
            Fit::Repeated => self.repeated(child),
            Fit::Unknown => self.unknown(child),
        }
    }

    /// Says what is missing in an element.
    pub(super) fn note_missing(&mut self, at: &At<'_>, sequence: &Sequence) {
        for name in sequence.missing() {
            let message = format!("`{}` has no `{name}`", at.local());
            self.reject(at, rule::FIELD_MISSING, message, &format!("add `{name}`"));
        }
        if sequence.is_hollow() {
            self.reject(at, rule::FIELD_MISSING, format!("`{}` is empty", at.local()), "leave it out");
        }
    }

    fn part(&mut self, name: &'static str, child: &At<'t>, part: &mut impl FnMut(&mut Self, &'static str, &At<'t>)) {
        self.attributes_of(child, name);
        part(self, name, child);
    }

    /// Children of an element with an extension point: what stands in `extension` is unfolded.
    pub(super) fn open(
        &mut self,
        at: &At<'t>,
        grammar: &'static Grammar,
        mut part: impl FnMut(&mut Self, &'static str, &At<'t>),
    ) -> Vec<Extension> {
        let mut inner = Vec::new();
        let outer = self.children(at, grammar, |walk, name, child| match name {
            "extension" => inner = walk.children(child, &LOCAL, |_, _, _| ()),
            name => part(walk, name, child),
        });
        inner.extend(outer);
        inner
    }

    /// Keeps the attributes that are no part of the standard.
    pub(super) fn attributes_of(&mut self, at: &At<'t>, name: &str) {
        if at.attributes().is_empty() && !at.has_declarations() {
            return;
        }
        let declared = at.kept_declarations();
        let kept = declared.map(|(name, value)| FieldAttribute { on: at.field(), name, value });
        self.attributes.extend(kept);
        let (own, open) = match name {
            "sensorMetadata" | "sensorReport" => return,
            "bizTransaction" | "source" | "destination" => ("type", false),
            "attribute" => ("id", true),
            "errorDeclaration" | "ilmd" | "extension" | "baseExtension" | "children" => ("", true),
            _ => ("", false),
        };
        for attribute in at.attributes().iter().filter(|attribute| attribute.name.written() != own) {
            let instance = at.is_instance(attribute);
            if instance && attribute.name.local() == "nil" {
                if name != "quantity" || self.version == Version::V1 {
                    let message = format!("`{name}` has the attribute `{}`", attribute.name.written());
                    self.reject(at, rule::FIELD_UNKNOWN, message, "leave the element out when there is no value");
                }
                continue;
            }
            if !open && !instance {
                let message = format!("`{name}` has the attribute `{}`", attribute.name.written());
                self.reject(at, rule::FIELD_UNKNOWN, message, "leave the attribute out");
            }
            let (on, name) = (at.field(), at.name_of(attribute));
            self.attributes.push(FieldAttribute { on, name, value: attribute.value.clone().into_owned() });
        }
    }

    fn stray_text(&mut self, at: &At<'_>, text: &str) {
        let message = format!("`{}` holds the text `{}`", at.local(), excerpt(text));
        self.reject(at, rule::FIELD_TYPE, message, "leave the text out");
    }

    fn note_prefix(&mut self, child: &At<'_>) {
        if child.is_local() {
            let message = format!("`{}` is in no namespace", child.local());
            self.warn(child, rule::EXTENSION_UNPREFIXED, message, "give extensions a namespace of their own");
        }
    }

    /// Notes the prefixes that were never declared.
    pub(super) fn check_prefixes(&mut self) {
        for (at, prefix) in self.root.undeclared() {
            let message = format!("the prefix `{prefix}` is not declared");
            self.reject(&at, rule::XML_PREFIX_UNDECLARED, message, &format!("declare `xmlns:{prefix}`"));
        }
    }

    fn late(&mut self, child: &At<'_>, name: &str, follower: Option<&str>) {
        let follower = follower.map_or("elements of other namespaces".to_owned(), |follower| format!("`{follower}`"));
        let message = format!("`{name}` stands behind {follower}");
        self.reject(child, rule::FIELD_ORDER, message, &format!("write `{name}` before {follower}"));
    }

    fn repeated(&mut self, child: &At<'_>) {
        let message = format!("`{}` stands here twice", child.written());
        self.reject(child, rule::FIELD_DUPLICATE, message, "leave one of them out");
    }

    fn unknown(&mut self, child: &At<'_>) {
        let message = format!("`{}` has no place here", child.written());
        let help = "use a field of the standard, or an element of a namespace of your own";
        self.reject(child, rule::FIELD_UNKNOWN, message, help);
    }

    /// The text of an element that must have one.
    pub(super) fn text(&mut self, at: &At<'t>) -> Option<&'t str> {
        let text = self.leaf(at)?;
        if text.is_empty() {
            let message = format!("`{}` is empty", at.local());
            self.reject(at, rule::FIELD_VALUE, message, "give it a value");
        }
        (!text.is_empty()).then_some(text)
    }

    /// The text of an element that means as little as an absent one when it is empty, as the schema allows.
    pub(super) fn optional_text(&mut self, at: &At<'t>) -> Option<&'t str> {
        let text = self.leaf(at)?;
        if text.is_empty() {
            let message = format!("`{}` is empty", at.local());
            self.warn(at, rule::FIELD_VALUE, message, "leave the element out or give it a value");
        }
        (!text.is_empty()).then_some(text)
    }

    /// The text of an element without children.
    fn leaf(&mut self, at: &At<'t>) -> Option<&'t str> {
        if let Some(child) = at.children().find(At::is_element) {
            let message = format!("`{}` holds the element `{}`", at.local(), child.written());
            self.reject(at, rule::FIELD_TYPE, message, "write text only");
            return None;
        }
        Some(at.text().trim())
    }

    pub(super) fn identifier(&mut self, at: &At<'t>) -> Option<Identifier> {
        self.text(at).map(Identifier::new)
    }

    pub(super) fn optional_identifier(&mut self, at: &At<'t>) -> Option<Identifier> {
        self.optional_text(at).map(Identifier::new)
    }

    pub(super) fn term(&mut self, at: &At<'t>) -> Option<Term> {
        self.optional_text(at).map(Term::new)
    }
}

/// The field of the standard that a child of an event is in 2.0, which has no place for it here.
fn misplaced_field(at: &At<'_>, child: &At<'_>) -> Option<&'static str> {
    let kind = EventKind::named(at.local()).filter(|_| at.is_outermost() && child.is_local())?;
    let mut parts = grammar::event(kind, Version::V2).parts.iter();
    parts.find(|part| part.name == child.local()).map(|part| part.name)
}

/// The beginning of a text, for a message.
pub(super) fn excerpt(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
