//! `@context`: what a document, or one event, says of its prefixes.

use std::collections::HashSet;

use super::{json_text::JsonText, prefixes::Prefixes};
use crate::{ContextVersion, Document, Extension, Value, json::standard, kept};

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
    /// What the `@context` of an event says, without terms that its names have another use for.
    fn of(context: Option<&'e Value>, prefixes: &Prefixes) -> Self {
        let Some(context) = context else { return Self::default() };
        let address = |context: &'e Value| match context {
            Value::Text(address) if !kept::is_standard(address) => Some(address.as_str()),
            _ => None,
        };
        let others =
            terms(context).into_iter().filter(|term| prefix_term(term).is_none() && !prefixes.contradict(term));
        Self { addresses: parts(context).iter().filter_map(address).collect(), terms: others.collect() }
    }

    fn declares(&self, name: &str) -> bool {
        self.terms.iter().any(|term| term.name.local == name)
    }

    fn is_empty(&self) -> bool {
        self.addresses.is_empty() && self.terms.is_empty()
    }

    /// Writes them with prefixes, all in their order.
    fn write(&self, text: &mut JsonText, prefixes: &[(&str, &str)]) {
        self.addresses.iter().for_each(|address| text.string(address));
        if !prefixes.is_empty() {
            prefixes_object(text, prefixes);
        }
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

/// The contexts of which a `@context` is made.
fn parts(context: &Value) -> &[Value] {
    match context {
        Value::List(values) => values,
        one => std::slice::from_ref(one),
    }
}

/// The prefix and the namespace that a member of a `@context` declares, whatever else it says.
pub(crate) fn meaning(term: &Extension) -> Option<(&str, &str)> {
    let expanded = || {
        let id = term.value.members().iter().find(|member| member.name.local == "@id")?;
        match &id.value {
            Value::Text(namespace) => Some((term.name.local.as_str(), namespace.as_str())),
            _ => None,
        }
    };
    prefix_term(term).or_else(expanded)
}

/// The terms of a `@context`; the last one of a name counts.
pub(crate) fn terms(context: &Value) -> Vec<&Extension> {
    let mut names = HashSet::new();
    let all = parts(context).iter().flat_map(Value::members).rev();
    let mut terms: Vec<_> = all.filter(|term| names.insert(&term.name.local)).collect();
    terms.reverse();
    terms
}

/// The prefix and the namespace that a member of a `@context` declares, if it does nothing else; no namespace where it
/// takes the prefix's meaning away.
pub(super) fn prefix_term(term: &Extension) -> Option<(&str, &str)> {
    let prefix = term.name.local.as_str();
    if prefix.is_empty() || prefix.contains(':') || prefix.starts_with('@') {
        return None;
    }
    match &term.value {
        Value::Text(namespace) => Some((prefix, namespace)),
        Value::Null => Some((prefix, "")),
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
        text.name("@context");
        let standard = standard(self.version);
        let declared = prefixes.document().filter(|declared| !standard.contains(declared));
        let own: Vec<_> = declared.filter(|(prefix, _)| !self.declares(prefix)).collect();
        self.write(text, &own, &Others::default());
    }

    /// Writes the value of the `@context` of an event that no document stands around.
    pub(super) fn bare(&self, text: &mut JsonText, prefixes: &Prefixes, own: Option<&Value>) {
        let standard = standard(self.version);
        let declared = prefixes.document().filter(|declared| !standard.contains(declared));
        let declared = declared.filter(|(prefix, _)| !self.declares(prefix) && !prefixes.is_local(prefix));
        let all: Vec<_> = declared.chain(prefixes.local_terms()).collect();
        self.write(text, &all, &Others::of(own, prefixes));
    }

    /// Whether a term that says more than what a prefix stands for has a name.
    fn declares(&self, name: &str) -> bool {
        self.terms.iter().any(|term| term.name.local == name)
    }

    fn write(&self, text: &mut JsonText, prefixes: &[(&str, &str)], own: &Others<'_>) {
        let addresses = self.addresses.iter().map(String::as_str);
        let redeclared = |term: &&Extension| {
            let name = term.name.local.as_str();
            own.declares(name) || prefixes.iter().any(|(prefix, _)| *prefix == name)
        };
        let terms = self.terms.iter().filter(|term| !redeclared(term));
        let mut all = Others { addresses: addresses.collect(), terms: terms.collect() };
        // The schema refuses an address that stands twice.
        let further = own.addresses.iter().filter(|address| !self.addresses.iter().any(|known| known == *address));
        all.addresses.extend(further);
        all.terms.extend(&own.terms);
        text.open('[');
        text.string(&self.standard);
        all.write(text, prefixes);
        text.close(']');
    }
}

/// Writes the `@context` of an event in a document, unless it needs none.
pub(super) fn of_event(text: &mut JsonText, prefixes: &Prefixes, own: Option<&Value>) {
    if prefixes.local_terms().next().is_some() || !Others::of(own, prefixes).is_empty() {
        text.name("@context");
        local(text, prefixes, own);
    }
}

/// Writes the value of a `@context` in a document.
pub(super) fn local(text: &mut JsonText, prefixes: &Prefixes, own: Option<&Value>) {
    let local: Vec<_> = prefixes.local_terms().collect();
    let others = Others::of(own, prefixes);
    if others.is_empty() {
        return prefixes_object(text, &local);
    }
    text.open('[');
    others.write(text, &local);
    text.close(']');
}

/// An object of prefixes; an empty namespace takes the meaning of one away.
fn prefixes_object(text: &mut JsonText, prefixes: &[(&str, &str)]) {
    text.open('{');
    for (prefix, namespace) in prefixes {
        text.name(prefix);
        if namespace.is_empty() { text.raw("null") } else { text.string(namespace) }
    }
    text.close('}');
}

/// Writes a value whose names are only names.
pub(super) fn verbatim(text: &mut JsonText, value: &Value) {
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
