//! Walking one element tree, collecting what is wrong with it.

use std::str::FromStr;

use gs1::Identifier;

use super::{
    grammar::{Grammar, Version},
    sequence::{Fit, Sequence},
    tree::At,
};
use crate::{EventTime, Extension, Finding, Location, Quantity, Rule, Severity, Term, Value, ZoneOffset, rule};

pub(super) struct Walk {
    pub(super) version: Version,
    /// Index of the event in the document.
    event: Option<u64>,
    /// Path of the root of the tree.
    base: String,
    pub(super) findings: Vec<Finding>,
}

impl Walk {
    pub(super) fn new(version: Version, event: Option<u64>, base: String) -> Self {
        Self { version, event, base, findings: Vec::new() }
    }

    pub(super) fn location(&self, at: &At<'_>) -> Location {
        let path = format!("{}{}", self.base, at.path());
        Location { line: at.element.line, column: at.element.column, event: self.event, path }
    }

    pub(super) fn reject(&mut self, at: &At<'_>, rule: &'static Rule, message: String, help: &str) {
        self.report(at, rule, Severity::Reject, message, help);
    }

    pub(super) fn warn(&mut self, at: &At<'_>, rule: &'static Rule, message: String, help: &str) {
        self.report(at, rule, Severity::Warn, message, help);
    }

    fn report(&mut self, at: &At<'_>, rule: &'static Rule, severity: Severity, message: String, help: &str) {
        let help = (!help.is_empty()).then(|| help.to_owned());
        self.findings.push(Finding { help, ..Finding::new(rule, severity, self.location(at), message) });
    }

    /// Goes through the children of `at` as `grammar` allows them: `part` takes the named ones, extensions are
    /// returned, everything else becomes a finding.
    pub(super) fn children(
        &mut self,
        at: &At<'_>,
        grammar: &'static Grammar,
        mut part: impl FnMut(&mut Self, &'static str, &At<'_>),
    ) -> Vec<Extension> {
        let mut sequence = Sequence::new(grammar);
        let mut extensions = Vec::new();
        if !at.element.text.trim().is_empty() {
            let message = format!("`{}` holds the text `{}`", at.element.name.local, excerpt(&at.element.text));
            self.reject(at, rule::FIELD_TYPE, message, "leave the text out");
        }
        for child in at.children() {
            match sequence.fit(child.element) {
                Fit::Part(name) => part(self, name, &child),
                Fit::Extension => {
                    self.note_prefix(&child);
                    extensions.push(child.element.to_extension());
                }
                Fit::Late(name, follower) => {
                    self.late(&child, name, follower);
                    part(self, name, &child);
                }
                Fit::Repeated => self.repeated(&child),
                Fit::Unknown => self.unknown(&child),
            }
        }
        for name in sequence.missing() {
            let message = format!("`{}` has no `{name}`", at.element.name.local);
            self.reject(at, rule::FIELD_MISSING, message, &format!("add `{name}`"));
        }
        extensions
    }

    fn note_prefix(&mut self, child: &At<'_>) {
        let name = &child.element.name;
        if name.namespace.is_empty() && !name.prefix.is_empty() {
            let message = format!("the prefix `{}` is not declared", name.prefix);
            self.warn(child, rule::XML_PREFIX_UNDECLARED, message, &format!("declare `xmlns:{}`", name.prefix));
        } else if name.namespace.is_empty() {
            let message = format!("`{}` is in no namespace", name.local);
            self.warn(child, rule::EXTENSION_UNPREFIXED, message, "give extensions a namespace of their own");
        }
    }

    fn late(&mut self, child: &At<'_>, name: &str, follower: Option<&str>) {
        let follower = follower.map_or("elements of other namespaces".to_owned(), |follower| format!("`{follower}`"));
        let message = format!("`{name}` stands behind {follower}");
        self.reject(child, rule::FIELD_ORDER, message, &format!("write `{name}` before {follower}"));
    }

    fn repeated(&mut self, child: &At<'_>) {
        let message = format!("`{}` stands here twice", child.element.qualified_name());
        self.reject(child, rule::FIELD_DUPLICATE, message, "leave one of them out");
    }

    fn unknown(&mut self, child: &At<'_>) {
        let message = format!("`{}` has no place here", child.element.qualified_name());
        let help = "use a field of the standard, or an element of a namespace of your own";
        self.reject(child, rule::FIELD_UNKNOWN, message, help);
    }

    /// The text of an element that must have one.
    pub(super) fn text<'a>(&mut self, at: &At<'a>) -> Option<&'a str> {
        let text = self.leaf(at)?;
        if text.is_empty() {
            let message = format!("`{}` is empty", at.element.name.local);
            self.reject(at, rule::FIELD_VALUE, message, "give it a value");
        }
        (!text.is_empty()).then_some(text)
    }

    /// The text of an element that means as little as an absent one when it is empty, as the schema allows.
    pub(super) fn optional_text<'a>(&mut self, at: &At<'a>) -> Option<&'a str> {
        let text = self.leaf(at)?;
        if text.is_empty() {
            let message = format!("`{}` is empty", at.element.name.local);
            self.warn(at, rule::FIELD_VALUE, message, "leave the element out or give it a value");
        }
        (!text.is_empty()).then_some(text)
    }

    /// The text of an element without children.
    fn leaf<'a>(&mut self, at: &At<'a>) -> Option<&'a str> {
        if let Some(child) = at.element.children.first() {
            let message = format!("`{}` holds the element `{}`", at.element.name.local, child.qualified_name());
            self.reject(at, rule::FIELD_TYPE, message, "write text only");
            return None;
        }
        Some(at.element.text.trim())
    }

    pub(super) fn identifier(&mut self, at: &At<'_>) -> Option<Identifier> {
        self.text(at).map(Identifier::new)
    }

    pub(super) fn optional_identifier(&mut self, at: &At<'_>) -> Option<Identifier> {
        self.optional_text(at).map(Identifier::new)
    }

    pub(super) fn term(&mut self, at: &At<'_>) -> Option<Term> {
        self.optional_text(at).map(Term::new)
    }

    pub(super) fn time(&mut self, at: &At<'_>) -> Option<EventTime> {
        let text = self.text(at)?;
        self.time_of(at, text)
    }

    /// A time with an offset, as `DateTimeStamp` of the schema has it.
    pub(super) fn time_of(&mut self, at: &At<'_>, text: &str) -> Option<EventTime> {
        let time = is_date_time_stamp(text).then(|| EventTime::from_str(text).ok()).flatten();
        if time.is_none() {
            let message = format!("`{}` is not a date and time with an offset", excerpt(text));
            self.reject(at, rule::TIME_FORMAT, message, "write it like `2028-08-15T22:30:00-07:00`");
        }
        time
    }

    pub(super) fn offset(&mut self, at: &At<'_>) -> Option<ZoneOffset> {
        let text = self.text(at)?;
        let offset = text.parse().ok();
        if offset.is_none() {
            let message = format!("`{}` is not an offset from UTC", excerpt(text));
            self.reject(at, rule::TIME_FORMAT, message, "write it like `-07:00`");
        }
        offset
    }

    pub(super) fn quantity(&mut self, at: &At<'_>) -> Option<Quantity> {
        if at.element.is_nil() && self.version == Version::V2 {
            return None;
        }
        let text = self.text(at)?;
        let quantity = text.parse().ok();
        if quantity.is_none() {
            self.not_a_number(at, text);
        }
        quantity
    }

    /// A value of an attribute that the schema calls a double.
    pub(super) fn number(&mut self, at: &At<'_>, text: &str) -> Value {
        let text = text.trim();
        if text.parse::<f64>().is_ok_and(f64::is_finite) && !text.starts_with('+') {
            return Value::Number(text.to_owned());
        }
        if !matches!(text, "INF" | "-INF" | "NaN") {
            self.not_a_number(at, text);
        }
        Value::Text(text.to_owned())
    }

    fn not_a_number(&mut self, at: &At<'_>, text: &str) {
        let message = format!("`{}` is not a decimal number", excerpt(text));
        self.reject(at, rule::FIELD_VALUE, message, "write it like `10.5`");
    }
}

/// The beginning of a text, for a message.
fn excerpt(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// `YYYY-MM-DDThh:mm:ss[.f…](Z|±hh:mm)`; that the day exists is checked where it is read.
pub(super) fn is_date_time_stamp(text: &str) -> bool {
    let Some((seconds, rest)) = text.split_at_checked(19) else { return false };
    let digits = seconds.bytes().zip("0000-00-00T00:00:00".bytes());
    let shaped = digits.fold(true, |shaped, (found, pattern)| {
        shaped && if pattern == b'0' { found.is_ascii_digit() } else { found == pattern }
    });
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
            if zone.len() == fraction.len() {
                return false;
            }
            zone
        }
        None => rest,
    };
    shaped && !seconds.ends_with(":60") && (zone == "Z" || zone.parse::<ZoneOffset>().is_ok())
}
