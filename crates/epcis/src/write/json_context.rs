//! `@context`: what a document, or one event, says of its prefixes.

use std::collections::HashSet;

use super::{json_text::JsonText, prefixes::Prefixes};
use crate::{ContextVersion, Document, Extension, LocalContext, Value, json::standard, kept};

/// The `@context` of a document.
pub(super) struct JsonContext {
    /// The address of the standard's context.
    standard: String,
    version: ContextVersion,
    addresses: Vec<String>,
    terms: Vec<Extension>,
}

/// What a `@context` says beside its prefixes.
#[derive(Default)]
struct Others<'e> {
    addresses: Vec<&'e str>,
    terms: Vec<&'e Extension>,
}

impl<'e> Others<'e> {
    fn add(&mut self, context: &'e Value) {
        match context {
            Value::Text(address) if !kept::is_standard(address) => self.addresses.push(address),
            Value::List(values) => values.iter().for_each(|value| self.add(value)),
            context => self.terms.extend(context.members().iter().filter(|term| prefix_term(term).is_none())),
        }
    }

    fn of(context: &'e LocalContext) -> Self {
        let mut others = Self::default();
        context.0.iter().for_each(|context| others.add(context));
        others
    }

    fn is_empty(&self) -> bool {
        self.addresses.is_empty() && self.terms.is_empty()
    }

    /// Writes them with prefixes, all in their order.
    fn write(&self, text: &mut JsonText, prefixes: &[(&str, &str)]) {
        self.addresses.iter().for_each(|address| text.string(address));
        prefixes_object(text, prefixes);
        if !self.terms.is_empty() {
            text.open('{');
            for term in &self.terms {
                text.name(&term.name.local);
                verbatim(text, &term.value);
            }
            text.close('}');
        }
    }
}

/// The prefix and the namespace that a member of a `@context` declares, if it does nothing else.
pub(super) fn prefix_term(term: &Extension) -> Option<(&str, &str)> {
    let prefix = term.name.local.as_str();
    if prefix.is_empty() || prefix.contains(':') || prefix.starts_with('@') {
        return None;
    }
    match &term.value {
        Value::Text(namespace) => Some((prefix, namespace)),
        Value::Members(members) => {
            let only = members.iter().all(|member| matches!(member.name.local.as_str(), "@id" | "@prefix"));
            let id = members.iter().find(|member| member.name.local == "@id").filter(|_| only)?;
            Some((prefix, id.value.as_text()?))
        }
        _ => None,
    }
}

impl JsonContext {
    pub(super) fn new(document: &Document, version: ContextVersion) -> Self {
        let addresses = document.contexts.iter().filter(|address| !kept::is_standard(address)).cloned().collect();
        Self {
            standard: format!("https://ref.gs1.org/standards/epcis/{version}/epcis-context.jsonld"),
            version,
            addresses,
            terms: document.terms.clone(),
        }
    }

    /// Writes the `@context` of a document.
    pub(super) fn document(&self, text: &mut JsonText, prefixes: &Prefixes) {
        let standard = standard(self.version);
        let own: Vec<_> = prefixes.document().filter(|declared| !standard.contains(declared)).collect();
        self.write(text, &own, &Others::default());
    }

    /// Writes the `@context` of an event that no document stands around.
    pub(super) fn bare(&self, text: &mut JsonText, prefixes: &Prefixes, own: &LocalContext) {
        let standard = standard(self.version);
        let declared = prefixes.document().filter(|declared| !standard.contains(declared));
        let declared = declared.filter(|(prefix, _)| !prefixes.is_local(prefix));
        let all: Vec<_> = declared.chain(prefixes.local_terms()).collect();
        self.write(text, &all, &Others::of(own));
    }

    fn write(&self, text: &mut JsonText, prefixes: &[(&str, &str)], own: &Others<'_>) {
        let addresses = self.addresses.iter().map(String::as_str);
        let mut all = Others { addresses: addresses.collect(), terms: self.terms.iter().collect() };
        // The schema refuses an address that stands twice.
        let further = own.addresses.iter().filter(|address| !self.addresses.iter().any(|known| known == *address));
        all.addresses.extend(further);
        all.terms.extend(&own.terms);
        text.name("@context");
        text.open('[');
        text.string(&self.standard);
        all.write(text, prefixes);
        text.close(']');
    }
}

/// Writes the `@context` of an event in a document, unless it needs none.
pub(super) fn of_event(text: &mut JsonText, prefixes: &Prefixes, own: &LocalContext) {
    let local: Vec<_> = prefixes.local_terms().collect();
    let others = Others::of(own);
    if local.is_empty() && others.is_empty() {
        return;
    }
    text.name("@context");
    if others.is_empty() {
        return prefixes_object(text, &local);
    }
    text.open('[');
    others.write(text, &local);
    text.close(']');
}

/// Writes the `@context` of a private event in a document, which has one of its own as a member like others. Gives the
/// prefixes that were added to it; empty when it stays a member.
pub(super) fn of_foreign(text: &mut JsonText, prefixes: &Prefixes, members: &[Extension]) -> String {
    let terms: Vec<_> = prefixes.local_terms().collect();
    if terms.is_empty() {
        return String::new();
    }
    let own = || members.iter().filter(|member| is_context(member)).flat_map(|own| own.value.members());
    text.name("@context");
    text.open('{');
    for term in own().filter(|term| !prefixes.is_local(&term.name.local)) {
        text.name(&term.name.local);
        verbatim(text, &term.value);
    }
    for term in &terms {
        prefix_member(text, term);
    }
    text.close('}');
    let known: HashSet<&str> = own().map(|term| term.name.local.as_str()).collect();
    let added: Vec<_> = terms.iter().map(|(prefix, _)| *prefix).filter(|prefix| !known.contains(prefix)).collect();
    if added.is_empty() { " ".to_owned() } else { added.join(" ") }
}

/// Whether a member of a private event is its `@context`.
pub(super) fn is_context(member: &Extension) -> bool {
    member.name.prefix.is_empty() && member.name.namespace.is_empty() && member.name.local == "@context"
}

/// An object of prefixes, unless there are none.
fn prefixes_object(text: &mut JsonText, prefixes: &[(&str, &str)]) {
    if !prefixes.is_empty() {
        text.open('{');
        for prefix in prefixes {
            prefix_member(text, prefix);
        }
        text.close('}');
    }
}

/// A prefix; an empty namespace takes its meaning away.
fn prefix_member(text: &mut JsonText, (prefix, namespace): &(&str, &str)) {
    text.name(prefix);
    if namespace.is_empty() { text.raw("null") } else { text.string(namespace) }
}

/// A value whose names are only names.
fn verbatim(text: &mut JsonText, value: &Value) {
    match value {
        Value::Text(string) => text.string(string),
        Value::Number(digits) => text.raw(digits),
        Value::Bool(value) => text.raw(if *value { "true" } else { "false" }),
        Value::Null => text.raw("null"),
        Value::List(values) => {
            text.open('[');
            for value in values {
                verbatim(text, value);
            }
            text.close(']');
        }
        Value::Members(members) => {
            text.open('{');
            for member in members {
                text.name(&member.name.local);
                verbatim(text, &member.value);
            }
            text.close('}');
        }
    }
}
