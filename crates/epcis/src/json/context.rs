//! `@context`: which namespace a prefix stands for. Contexts are never fetched.

use std::collections::{BTreeMap, HashSet};

use super::{
    field::Field,
    report::{Report, Words, shown},
    tape::{Kind, Member, Node},
    uri::is_uri,
};
use crate::{ContextVersion, Document, Extension, Name, Namespaces, Value, rule};

/// The prefixes that a version of the EPCIS context declares.
pub(crate) fn standard(version: ContextVersion) -> [(&'static str, &'static str); 8] {
    [
        ("epcis", "https://ref.gs1.org/epcis/"),
        ("cbv", "https://ref.gs1.org/cbv/"),
        ("cbvmda", "urn:epcglobal:cbv:mda:"),
        ("gs1", version.web_vocabulary()),
        ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
        ("owl", "http://www.w3.org/2002/07/owl#"),
        ("xsd", "http://www.w3.org/2001/XMLSchema#"),
        ("dcterms", "http://purl.org/dc/terms/"),
    ]
}

/// The namespace of the prefix `xml`, which needs no declaration in XML, so that `xml:lang` comes without one.
const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// So many contexts in one array are compared with each other.
const MOST_COMPARED: usize = 64;

/// The prefixes in force: those declared here, and those of the context around.
#[derive(Debug, Default)]
pub(super) struct Context<'o> {
    prefixes: BTreeMap<String, Meaning>,
    /// Which EPCIS context is named.
    standard: Option<ContextVersion>,
    /// A context that is named but not known here; any prefix may come from it.
    foreign: Option<String>,
    outer: Option<&'o Context<'o>>,
}

#[derive(Debug)]
struct Meaning {
    /// `None` for a prefix that was taken back.
    namespace: Option<String>,
    /// Whether the document declares it as a prefix and nothing else.
    own: bool,
}

impl<'o> Context<'o> {
    /// A context inside another one.
    pub(super) fn within(outer: &'o Context<'o>) -> Self {
        Self { standard: outer.standard, foreign: outer.foreign.clone(), outer: Some(outer), ..Self::default() }
    }

    /// Adds what a `@context` declares: an address, an object of terms, or an array of both.
    pub(super) fn add(&mut self, report: &mut Report<'_>, node: Node<'_>) {
        if node.kind() != Kind::List {
            return self.add_one(report, node);
        }
        for (i, item) in node.items().enumerate() {
            // Nobody names so many, and each comparison costs.
            if i < MOST_COMPARED && node.items().take(i).any(|other| other.equals(item)) {
                let words = Words::new(rule::FIELD_VALUE, "the same context is named twice", "keep one of them");
                report.reject(item, words);
            }
            self.add_one(report, item);
        }
    }

    fn add_one(&mut self, report: &mut Report<'_>, node: Node<'_>) {
        match node.kind() {
            Kind::Text => self.add_address(report, node),
            Kind::Object => {
                for member in node.members() {
                    self.add_term(report, member.name, member.value);
                }
            }
            _ => {
                let message = format!("found {} that is not a context", node.described());
                let help = "write the address of a context, an object of prefixes, or an array of both";
                report.reject(node, Words::new(rule::FIELD_TYPE, message, help));
            }
        }
    }

    fn add_address(&mut self, report: &mut Report<'_>, node: Node<'_>) {
        let address = node.string();
        if let Some(version) = ContextVersion::of_address(address) {
            self.standard = Some(version);
            for (prefix, namespace) in standard(version) {
                self.declare(prefix, Some(namespace), false);
            }
        } else {
            if !is_uri(address) {
                let message = format!("`{}` is not the address of a context", shown(address));
                report.warn(node, Words::new(rule::JSON_URI_FORMAT, message, "write its URI"));
            }
            self.foreign.get_or_insert_with(|| address.to_owned());
        }
    }

    fn declare(&mut self, prefix: &str, namespace: Option<&str>, own: bool) {
        let meaning = Meaning { namespace: namespace.map(str::to_owned), own };
        self.prefixes.insert(prefix.to_owned(), meaning);
    }

    fn add_term(&mut self, report: &mut Report<'_>, name: Node<'_>, meaning: Node<'_>) {
        let term = name.string();
        if term.starts_with('@') || term.contains(':') {
            return;
        }
        let namespace = match meaning.kind() {
            Kind::Text => Some(meaning.string()),
            // An expanded term definition, `{"@id": "…"}`.
            Kind::Object => {
                meaning.members().find(|member| member.name.string() == "@id").and_then(|id| id.value.text())
            }
            Kind::Null => None,
            _ => return,
        };
        self.warn_of_protected(report, name, namespace);
        if namespace.is_some() || meaning.kind() == Kind::Null {
            self.declare(term, namespace, !says_more(name, meaning));
        }
    }

    /// The EPCIS context protects what it declares; partners declare it again all the same.
    fn warn_of_protected(&self, report: &mut Report<'_>, name: Node<'_>, namespace: Option<&str>) {
        let term = name.string();
        let Some(version) = self.standard else { return };
        let declared = standard(version).into_iter().find(|(prefix, _)| *prefix == term);
        let declared = declared.map(|(_, namespace)| namespace);
        if (declared.is_none() && Field::named(term.as_bytes()) == Field::Other) || declared == namespace {
            return;
        }
        let message = format!("`{term}` is declared by the EPCIS context and may not be declared again");
        let help = match declared {
            Some(declared) => format!("leave the declaration out: `{term}` stands for `{declared}`"),
            None => "give a term of your own a name of your own".to_owned(),
        };
        report.warn(name, Words::new(rule::JSON_CONTEXT_PROTECTED, message, help).corrected(declared));
    }

    /// The first context that is named but not known here.
    pub(super) fn foreign(&self) -> Option<&str> {
        self.foreign.as_deref()
    }

    /// What the document itself declares.
    pub(super) fn namespaces(&self) -> Namespaces {
        let mut namespaces = Namespaces::default();
        for (prefix, meaning) in self.prefixes.iter().filter(|(_, meaning)| meaning.own) {
            if let Some(namespace) = &meaning.namespace {
                namespaces.declare(prefix, namespace);
            }
        }
        namespaces
    }

    fn namespace(&self, prefix: &str) -> Option<&str> {
        let mut context = Some(self);
        while let Some(Context { prefixes, outer, .. }) = context {
            if let Some(meaning) = prefixes.get(prefix) {
                return meaning.namespace.as_deref();
            }
            context = *outer;
        }
        (prefix == "xml").then_some(XML)
    }

    /// Splits a member name, and says whether its prefix, if it has one, is declared.
    pub(super) fn resolve(&self, written: &str) -> (Name, bool) {
        // Prefixes are short: what searches long texts would only begin later.
        let colon = written.bytes().position(|byte| byte == b':');
        let parts = colon.and_then(|at| Some((written.get(..at)?, written.get(at + 1..)?)));
        let Some((prefix, local)) = parts else { return (name("", "", written), true) };
        // `https://…` is an address even where somebody declares a prefix `https`.
        if let Some(namespace) = self.namespace(prefix).filter(|_| !local.starts_with("//")) {
            return (name(namespace, prefix, local), true);
        }
        if let Some((namespace, local)) = split_absolute(written) {
            return (name(namespace, "", local), true);
        }
        (name("", prefix, local), false)
    }
}

/// Whether a member of a `@context` says more than what a prefix stands for.
fn says_more(name: Node<'_>, meaning: Node<'_>) -> bool {
    let more = |member: Member<'_>| !matches!(member.name.string(), "@id" | "@prefix");
    name.string().starts_with('@') || name.string().contains(':') || meaning.members().any(more)
}

/// Keeps what a document's `@context` says beside its prefixes. The last term of a name is the one that counts.
pub(super) fn describe(document: &mut Document, node: Node<'_>) {
    let mut terms = Vec::new();
    gather(document, node, &mut terms);
    let mut names = HashSet::with_capacity(terms.len());
    terms.reverse();
    terms.retain(|term| names.insert(term.name.string()));
    let more = terms.into_iter().rev().filter(|term| says_more(term.name, term.value));
    document.terms.extend(more.map(|term| Extension {
        name: name("", "", term.name.string()),
        attributes: Vec::new(),
        value: verbatim(term.value),
    }));
}

fn gather<'t>(document: &mut Document, node: Node<'t>, terms: &mut Vec<Member<'t>>) {
    match node.kind() {
        Kind::Text => document.contexts.push(node.string().to_owned()),
        Kind::List => node.items().for_each(|item| gather(document, item, terms)),
        _ => terms.extend(node.members()),
    }
}

/// A value whose names are only names.
pub(super) fn verbatim(node: Node<'_>) -> Value {
    match node.kind() {
        Kind::Null => Value::Null,
        Kind::True => Value::Bool(true),
        Kind::False => Value::Bool(false),
        Kind::Number => Value::Number(node.string().to_owned()),
        Kind::Text | Kind::Name => Value::Text(node.string().to_owned()),
        Kind::List => Value::List(node.items().map(verbatim).collect()),
        Kind::Object => {
            let member = |member: Member<'_>| Extension {
                name: name("", "", member.name.string()),
                attributes: Vec::new(),
                value: verbatim(member.value),
            };
            Value::Members(node.members().map(member).collect())
        }
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
    use super::{
        super::{parse::Parser, report::Start, tape::Tape},
        *,
    };
    use crate::{Finding, Limits, input::Position};

    fn context(text: &str) -> (Context<'static>, Vec<Finding>) {
        let mut tape = Tape::default();
        Parser::new(text.as_bytes(), &mut tape, Limits::default()).value().unwrap();
        let tree = tape.tree(text).unwrap();
        let start = Start { position: Position { line: 1, column: 1 }, event: None, path: "" };
        let mut report = Report::new(&tree, start, 9);
        let mut context = Context::default();
        context.add(&mut report, tree.root());
        (context, report.into_findings())
    }

    #[test]
    fn names_are_resolved_by_every_form_of_context() {
        let forms = [
            r#"{"ex":"https://ex.org/"}"#,
            r#"["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",{"ex":"https://ex.org/"}]"#,
            r#"[{"ex":{"@id":"https://ex.org/","@prefix":true}}]"#,
            r#"[{"ex":"https://ex.org/other"},{"ex":"https://ex.org/"}]"#,
        ];
        for form in forms {
            let (name, declared) = context(form).0.resolve("ex:colour");
            assert_eq!((name.namespace.as_str(), name.local.as_str(), declared), ("https://ex.org/", "colour", true));
        }
    }

    #[test]
    fn standard_prefixes_come_with_the_standard_context() {
        let standard = context(r#""https://gs1.github.io/EPCIS/epcis-context.jsonld""#).0;
        assert_eq!(standard.resolve("cbvmda:lotNumber").0.namespace, "urn:epcglobal:cbv:mda:");
        assert!(!context("[]").0.resolve("cbvmda:lotNumber").1);
    }

    #[test]
    fn the_web_vocabulary_is_the_one_of_the_version_that_the_address_names() {
        for (address, namespace) in [
            ("https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", "https://gs1.org/voc/"),
            ("https://ref.gs1.org/standards/epcis/2.0.1/epcis-context.jsonld", "https://ref.gs1.org/voc/"),
            ("https://ref.gs1.org/standards/epcis/epcis-context.jsonld", "https://ref.gs1.org/voc/"),
            ("https://gs1.github.io/EPCIS/epcis-context.jsonld", "https://gs1.org/voc/"),
        ] {
            let found = context(&format!("\"{address}\"")).0.resolve("gs1:netContent").0;
            assert_eq!(found.namespace, namespace, "{address}");
        }
    }

    #[test]
    fn whole_iris_are_split_and_unknown_prefixes_kept() {
        let context = Context::default();
        assert_eq!(context.resolve("https://ex.org/a#b"), (name("https://ex.org/a#", "", "b"), true));
        assert_eq!(context.resolve("urn:ex:a"), (name("urn:ex:", "", "a"), true));
        assert_eq!(context.resolve("ex:a"), (name("", "ex", "a"), false));
        assert_eq!(context.resolve("plain"), (name("", "", "plain"), true));
    }

    #[test]
    fn protected_terms_are_taken_with_a_warning() {
        let text = r#"["https://ref.gs1.org/standards/epcis/epcis-context.jsonld",{"cbvmda":"urn:epcglobal:cbv:mda","gs1":"https://ref.gs1.org/voc/"}]"#;
        let (context, findings) = context(text);
        assert_eq!(context.resolve("cbvmda:lotNumber").0.namespace, "urn:epcglobal:cbv:mda");
        let found: Vec<_> = findings.iter().map(|f| (&*f.code, &*f.at.path, f.corrected.as_deref())).collect();
        assert_eq!(found, [("JSON-CONTEXT-PROTECTED", "/1/cbvmda", Some("urn:epcglobal:cbv:mda:"))]);
    }
}
