//! `@context`: which namespace a prefix stands for.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::{Json, Node};
use crate::Name;

/// The prefixes that the EPCIS 2.0 context declares. Contexts are never fetched.
pub(crate) const STANDARD: &[(&str, &str)] = &[
    ("epcis", "https://ref.gs1.org/epcis/"),
    ("cbv", "https://ref.gs1.org/cbv/"),
    ("cbvmda", "urn:epcglobal:cbv:mda:"),
    ("gs1", "https://gs1.org/voc/"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("owl", "http://www.w3.org/2002/07/owl#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
    ("dcterms", "http://purl.org/dc/terms/"),
];

/// The prefixes in force.
#[derive(Clone, Debug, Default)]
pub(super) struct Context {
    prefixes: BTreeMap<String, String>,
    /// Contexts that are named but not known here; any prefix may come from them.
    pub(super) foreign: BTreeSet<String>,
}

impl Context {
    /// Adds what a `@context` declares: an address, an object of terms, or an array of both.
    pub(super) fn add(&mut self, node: &Node<'_>) {
        match &node.value {
            Json::Text(address) => self.add_address(address),
            Json::List(nodes) => nodes.iter().for_each(|node| self.add(node)),
            Json::Object(members) => {
                for member in members {
                    self.add_term(&member.name, &member.node.value);
                }
            }
            _ => {}
        }
    }

    fn add_address(&mut self, address: &str) {
        if address.ends_with("/epcis-context.jsonld") {
            for (prefix, namespace) in STANDARD {
                self.prefixes.insert((*prefix).to_owned(), (*namespace).to_owned());
            }
        } else {
            self.foreign.insert(address.to_owned());
        }
    }

    fn add_term(&mut self, term: &str, meaning: &Json<'_>) {
        if matches!(meaning, Json::Null) {
            self.prefixes.remove(term);
        }
        let namespace = match meaning {
            Json::Text(namespace) => Some(namespace),
            // An expanded term definition, `{"@id": "…"}`.
            Json::Object(members) => members
                .iter()
                .find(|member| member.name == "@id")
                .and_then(|member| if let Json::Text(namespace) = &member.node.value { Some(namespace) } else { None }),
            _ => None,
        };
        if let Some(namespace) = namespace
            && !term.contains(':')
            && !term.starts_with('@')
        {
            self.prefixes.insert(term.to_owned(), namespace.clone().into_owned());
        }
    }

    /// Splits a member name, and says whether its prefix, if it has one, is declared.
    pub(super) fn resolve(&self, written: &str) -> (Name, bool) {
        let Some((prefix, local)) = written.split_once(':') else {
            return (name("", "", written), true);
        };
        if let Some(namespace) = self.prefixes.get(prefix) {
            return (name(namespace, prefix, local), true);
        }
        if let Some((namespace, local)) = split_absolute(written) {
            return (name(namespace, "", local), true);
        }
        (name("", prefix, local), false)
    }
}

fn name(namespace: &str, prefix: &str, local: &str) -> Name {
    Name { namespace: namespace.to_owned(), prefix: prefix.to_owned(), local: local.to_owned() }
}

/// The namespace and the local part of a member that is named by its whole IRI.
fn split_absolute(written: &str) -> Option<(&str, &str)> {
    let end = match written.split_once(':') {
        Some(("http" | "https", rest)) if rest.starts_with("//") => written.rfind(['/', '#'])?,
        Some(("urn", _)) => written.rfind(':')?,
        _ => return None,
    };
    let (namespace, local) = written.split_at_checked(end + 1)?;
    (!local.is_empty()).then_some((namespace, local))
}

#[cfg(test)]
mod tests {
    use super::{super::tree::parse, *};

    fn context(text: &str) -> Context {
        let mut context = Context::default();
        context.add(&parse(text, 9).unwrap().root);
        context
    }

    #[test]
    fn names_are_resolved_by_every_form_of_context() {
        let forms = [
            r#"{"ex":"https://ex.org/"}"#,
            r#"["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",{"ex":"https://ex.org/"}]"#,
            r#"[{"ex":{"@id":"https://ex.org/","@prefix":true}}]"#,
        ];
        for form in forms {
            let (name, declared) = context(form).resolve("ex:colour");
            assert_eq!((name.namespace.as_str(), name.local.as_str(), declared), ("https://ex.org/", "colour", true));
        }
    }

    #[test]
    fn standard_prefixes_come_with_the_standard_context() {
        let standard = context(r#""https://gs1.github.io/EPCIS/epcis-context.jsonld""#);
        assert_eq!(standard.resolve("cbvmda:lotNumber").0.namespace, "urn:epcglobal:cbv:mda:");
        assert!(!context("[]").resolve("cbvmda:lotNumber").1);
    }

    #[test]
    fn whole_iris_are_split_and_unknown_prefixes_kept() {
        let context = Context::default();
        assert_eq!(context.resolve("https://ex.org/a#b"), (name("https://ex.org/a#", "", "b"), true));
        assert_eq!(context.resolve("urn:ex:a"), (name("urn:ex:", "", "a"), true));
        assert_eq!(context.resolve("ex:a"), (name("", "ex", "a"), false));
        assert_eq!(context.resolve("plain"), (name("", "", "plain"), true));
    }
}
