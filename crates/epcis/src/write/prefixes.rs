//! Which prefix an extension's namespace is written with.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    json_context::{meaning, prefix_term, terms},
    keep::Keep,
    notes::Notes,
};
use crate::{
    Binding, ContextVersion, Event, Extension, FieldAttribute, Name, Namespaces, Value, VocabularyElement,
    json::standard,
    kept::{self, name::XMLNS},
    rule,
};

/// The namespace of `xsi:nil`.
pub(super) const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// The namespace of the prefix `xml`, which is never declared.
const XML: &str = "http://www.w3.org/XML/1998/namespace";

impl Namespaces {
    /// Adds the prefixes that an event uses.
    pub fn add_event(&mut self, event: &Event) {
        each_event_name(event, &mut |name| self.add(name));
        event.attributes.iter().for_each(|attribute| self.add(&attribute.name));
    }

    /// Adds the prefixes that an element of master data uses.
    pub fn add_vocabulary(&mut self, element: &VocabularyElement) {
        each_vocabulary_name(element, &mut |name| self.add(name));
    }

    fn add(&mut self, name: &Name) {
        if !name.prefix.is_empty() && !name.namespace.is_empty() && name.namespace != XMLNS {
            self.declare(&*name.prefix, &*name.namespace);
        }
    }
}

/// The prefixes in force in one document, and those of what is being written.
pub(super) struct Prefixes {
    binding: Binding,
    /// Declared at the beginning of the document.
    declared: BTreeMap<String, Declared>,
    /// Counts what was turned to.
    turn: u64,
    /// Declared where it is used.
    local: BTreeMap<String, String>,
    /// Prefixes that had to be changed, because their name was taken or is none.
    changed: Changes,
    /// Those that were changed for the whole document.
    settled: Changes,
    /// Prefixes that nobody declared and that the document must not declare either.
    undeclared: BTreeSet<String>,
}

/// A namespace of the document, and when it was used last.
struct Declared {
    namespace: String,
    used: u64,
    /// Whether nothing can declare it anew.
    fixed: bool,
}

impl Declared {
    fn new(namespace: &str) -> Self {
        Self { namespace: namespace.to_owned(), used: 0, fixed: false }
    }
}

/// What is written for prefixes that had to be changed, each with the namespaces that it stood for.
#[derive(Default)]
struct Changes(HashMap<String, HashMap<String, String>>);

impl Changes {
    fn get(&self, prefix: &str, namespace: &str) -> Option<&String> {
        self.0.get(prefix)?.get(namespace)
    }

    fn insert(&mut self, prefix: &str, namespace: &str, written: String) {
        self.0.entry(prefix.to_owned()).or_default().insert(namespace.to_owned(), written);
    }

    /// For how many namespaces a prefix was changed.
    fn count(&self, prefix: &str) -> usize {
        self.0.get(prefix).map_or(0, HashMap::len)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Prefixes {
    /// The prefixes of a document, which in JSON begins with a version of the context; `wanted` are declared where the binding allows it.
    pub(super) fn new(binding: Binding, wanted: &Namespaces, context: ContextVersion) -> Self {
        let mut declared = BTreeMap::new();
        match binding {
            Binding::Json => {
                declared.extend(standard(context).map(|(prefix, iri)| (prefix.to_owned(), Declared::new(iri))));
            }
            Binding::Xml => drop(declared.insert("xsi".to_owned(), Declared::new(SCHEMA_INSTANCE))),
        }
        let mut prefixes = Self {
            binding,
            declared,
            turn: 0,
            local: BTreeMap::new(),
            changed: Changes::default(),
            settled: Changes::default(),
            undeclared: BTreeSet::new(),
        };
        for (prefix, namespace) in wanted.iter() {
            // The namespaces of the standard's own elements belong to one version of it.
            let own = namespace.starts_with("urn:epcglobal:epcis") || namespace == SCHEMA_INSTANCE;
            let own = own || namespace == kept::NAMESPACE || prefix == kept::ROOT_PREFIX;
            let namespace = namespace.trim();
            let writable = !namespace.is_empty() && kept::xml::holds(namespace);
            if !own && writable && prefixes.takes(prefix) && !prefixes.declared.contains_key(prefix) {
                let namespace = kept::name::namespace_in(namespace, binding);
                prefixes.declared.insert(prefix.to_owned(), Declared::new(namespace));
            }
        }
        prefixes
    }

    /// Takes the prefixes that a document declares by terms which say more than that; `fixed` says that no event can
    /// declare them anew.
    pub(super) fn add_terms(&mut self, terms: &[Extension], fixed: bool) {
        for term in terms {
            if let Some((prefix, namespace)) = meaning(term) {
                self.declared.insert(prefix.to_owned(), Declared { fixed, ..Declared::new(namespace) });
            }
        }
    }

    /// A prefix for the root element: the one given, unless the document has another use for it.
    pub(super) fn root(&mut self, wanted: &str, namespace: &str) -> String {
        let free = |prefix: &String| self.declared.get(prefix).is_none_or(|taken| taken.namespace == namespace);
        let numbered = (2..).map(|number: u32| format!("{wanted}{number}"));
        let prefix = std::iter::once(wanted.to_owned()).chain(numbered).find(free).unwrap_or_default();
        self.declared.insert(prefix.clone(), Declared::new(namespace));
        prefix
    }

    /// What the document has to declare.
    pub(super) fn document(&self) -> impl Iterator<Item = (&str, &str)> {
        self.declared.iter().map(|(prefix, declared)| (&**prefix, &*declared.namespace))
    }

    /// What has to be declared where it is used; an empty namespace takes the prefix's meaning away.
    pub(super) fn local(&self) -> impl Iterator<Item = (&str, &str)> {
        self.local.iter().map(|(prefix, namespace)| (&**prefix, &**namespace))
    }

    /// What JSON has to declare where it is used: prefixes, and those that lose their meaning.
    pub(super) fn local_terms(&self) -> impl Iterator<Item = (&str, &str)> {
        self.local().filter(|(prefix, namespace)| !namespace.is_empty() || self.declared.contains_key(*prefix))
    }

    /// Whether anything has to be declared where it is used.
    pub(super) fn has_local(&self) -> bool {
        !self.changed.is_empty() || self.local_terms().next().is_some()
    }

    /// Turns to something else.
    pub(super) fn clear(&mut self) {
        self.local.clear();
        self.changed = Changes::default();
        self.turn += 1;
    }

    /// Turns to an event. Keeps what it declares for its values where that cannot be declared.
    pub(super) fn enter_event(&mut self, event: &Event, keep: &mut Keep, notes: &mut Notes) {
        self.clear();
        if self.binding == Binding::Xml {
            self.claim_attributes(&event.attributes, notes);
        }
        each_event_name(event, &mut |name| self.claim(name, notes));
        if let Some(context) = &event.context.0 {
            keep.unless(self.adopt_all(context), "@context");
        }
    }

    /// Attributes outside the standard: declarations first, which nothing else may redeclare.
    fn claim_attributes(&mut self, attributes: &[FieldAttribute], notes: &mut Notes) {
        let declares = |found: &&FieldAttribute| found.on.is_empty() && found.name.namespace == XMLNS;
        for declaration in attributes.iter().filter(declares) {
            self.adopt(&declaration.name.local, &declaration.value);
        }
        for attribute in attributes {
            self.claim(&attribute.name, notes);
        }
    }

    /// Declares the prefixes of a `@context`, for values that use them. Whether all could be, and everything else agrees.
    fn adopt_all(&mut self, context: &Value) -> bool {
        terms(context).into_iter().fold(true, |all, term| {
            let agrees = match prefix_term(term) {
                Some((prefix, namespace)) => self.adopt(prefix, namespace),
                None => !self.contradict(term),
            };
            agrees && all
        })
    }

    /// Whether names have another use for a term that says more than what a prefix stands for.
    pub(super) fn contradict(&self, term: &Extension) -> bool {
        let prefix = term.name.local.as_str();
        let declared = || self.declared.get(prefix).filter(|declared| declared.used == self.turn);
        let taken = self.local.get(prefix).or_else(|| declared().map(|declared| &declared.namespace));
        taken.is_some_and(|taken| meaning(term).is_some_and(|(_, meaning)| meaning != taken))
    }

    /// Declares a prefix, unless a name has another use for it. Whether it has the meaning.
    fn adopt(&mut self, prefix: &str, namespace: &str) -> bool {
        let namespace = kept::name::namespace_in(namespace, self.binding);
        let free = match (self.local.get(prefix), self.declared.get_mut(prefix)) {
            (Some(taken), _) => return taken == namespace,
            (None, Some(taken)) if taken.namespace == namespace => {
                taken.used = self.turn;
                return true;
            }
            (None, Some(taken)) => {
                let used = taken.used == self.turn;
                !used && self.may_redeclare(prefix)
            }
            (None, None) => self.takes(prefix),
        };
        // XML has no way to take the meaning of a prefix away.
        let free = free && (!namespace.is_empty() || self.binding == Binding::Json);
        let free = free && namespace.trim() == namespace && kept::xml::holds(namespace);
        if free {
            self.local.insert(prefix.to_owned(), namespace.to_owned());
        }
        free
    }

    /// Whether a prefix has to be declared where it is used.
    pub(super) fn is_local(&self, prefix: &str) -> bool {
        self.local.get(prefix).is_some_and(|namespace| !namespace.is_empty() || self.declared.contains_key(prefix))
    }

    /// Whether the document declares nothing with a prefix, and could.
    pub(super) fn is_free(&self, prefix: &str) -> bool {
        !self.declared.contains_key(prefix) && self.takes(prefix)
    }

    /// Whether a prefix stands for a namespace here.
    pub(super) fn means(&self, prefix: &str, namespace: &str) -> bool {
        let declared = || self.declared.get(prefix).map(|declared| &declared.namespace);
        self.local.get(prefix).or_else(declared).is_some_and(|meaning| meaning == namespace)
    }

    /// Turns to an element of master data.
    pub(super) fn enter_vocabulary(&mut self, element: &VocabularyElement, notes: &mut Notes) {
        self.clear();
        each_vocabulary_name(element, &mut |name| self.claim(name, notes));
    }

    /// Turns to an extension beside the events.
    pub(super) fn enter_extension(&mut self, extension: &Extension, notes: &mut Notes) {
        self.clear();
        self.add_list(std::slice::from_ref(extension), notes);
    }

    /// Turns to a private event, which may declare prefixes by attributes or have a `@context` of its own. Whether nothing else has to be declared, so that
    /// the context can stay as it is.
    pub(super) fn enter_foreign(
        &mut self,
        event: &Extension,
        attributes: &[(Name, String)],
        context: Option<&Value>,
        notes: &mut Notes,
    ) -> bool {
        self.enter_extension(event, notes);
        for (name, namespace) in attributes.iter().filter(|(name, _)| name.namespace == XMLNS) {
            self.adopt(&name.local, namespace);
        }
        let own = context.map(terms).unwrap_or_default();
        let declares = |prefix: &str| own.iter().filter_map(|term| meaning(term)).any(|own| own.0 == prefix);
        context.is_none_or(|context| self.adopt_all(context)) && self.local_terms().all(|(prefix, _)| declares(prefix))
    }

    /// Declares the prefixes of an extension for the whole document, as long as that is possible: before its beginning
    /// is written.
    pub(super) fn settle(&mut self, extension: &Extension, notes: &mut Notes) {
        each_name(std::slice::from_ref(extension), &mut |name| self.settle_name(name, notes));
    }

    fn settle_name(&mut self, name: &Name, notes: &mut Notes) {
        let Some(namespace) = self.needed(name) else { return };
        let prefix = name.prefix.as_str();
        if namespace.is_empty() {
            self.undeclared.insert(prefix.to_owned());
        } else if self.is_free(prefix) && !self.undeclared.contains(prefix) {
            self.declared.insert(prefix.to_owned(), Declared::new(namespace));
        } else if !self.means(prefix, namespace) && !self.is_settled(prefix, namespace) {
            let written = self.changed_prefix(prefix, namespace, notes);
            self.declared.insert(written.clone(), Declared::new(namespace));
            self.settled.insert(prefix, namespace, written);
        }
    }

    fn is_settled(&self, prefix: &str, namespace: &str) -> bool {
        self.settled.get(prefix, namespace).is_some()
    }

    /// Names that the annotations add.
    pub(super) fn add_list(&mut self, extensions: &[Extension], notes: &mut Notes) {
        each_name(extensions, &mut |name| self.claim(name, notes));
    }

    /// Whether the binding takes a text as a prefix.
    fn takes(&self, prefix: &str) -> bool {
        match self.binding {
            Binding::Xml => {
                kept::name::is_xml(prefix) && !prefix.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("xml"))
            }
            Binding::Json => prefix != "xml" && kept::name::is_json_prefix(prefix) && !is_term(prefix),
        }
    }

    /// The namespace that a name has to be declared with; `None` when it needs no declaration.
    fn needed<'n>(&self, name: &'n Name) -> Option<&'n str> {
        match (name.namespace.as_str(), name.prefix.as_str(), self.binding) {
            ("", "", _) | (XML, "xml", _) | (_, "", Binding::Xml) | (XMLNS, "xmlns", Binding::Xml) => None,
            (namespace, "", Binding::Json) if self.is_whole(namespace, &name.local) => None,
            (namespace, _, binding) => Some(kept::name::namespace_in(namespace, binding)),
        }
    }

    /// Whether JSON-LD splits the whole IRI of a name where it was put together.
    fn is_whole(&self, namespace: &str, local: &str) -> bool {
        let (scheme, delimiters): (_, &[char]) = match namespace.split_once(':') {
            Some((scheme @ ("http" | "https"), rest)) if rest.starts_with("//") => (scheme, &['/', '#']),
            Some(("urn", _)) => ("urn", &[':']),
            _ => return false,
        };
        namespace.ends_with(delimiters)
            && !local.contains(delimiters)
            && !local.is_empty()
            && !self.declared.contains_key(scheme)
            && !self.local.contains_key(scheme)
    }

    fn claim(&mut self, name: &Name, notes: &mut Notes) {
        let Some(namespace) = self.needed(name) else { return };
        let prefix = name.prefix.as_str();
        if self.is_settled(prefix, namespace) {
            return;
        }
        let undeclared = namespace.is_empty() && self.binding == Binding::Json;
        if let Some(taken) = self.local.get(prefix) {
            if is_meaning(taken, prefix, namespace) {
                return;
            }
        } else if let Some(taken) = self.declared.get_mut(prefix) {
            if is_meaning(&taken.namespace, prefix, namespace) {
                taken.used = self.turn;
                return;
            }
            if taken.used != self.turn && self.may_redeclare(prefix) {
                self.local.insert(prefix.to_owned(), self.meaning(prefix, namespace));
                return;
            }
        } else if self.takes(prefix) {
            if !undeclared {
                self.local.insert(prefix.to_owned(), self.meaning(prefix, namespace));
            } else if !self.local.contains_key(prefix) {
                // It must not be declared for another name either.
                self.local.insert(prefix.to_owned(), String::new());
            }
            return;
        }
        self.change(prefix, namespace, notes);
    }

    /// What a prefix is declared as: XML has to declare one that its sender never declared.
    fn meaning(&self, prefix: &str, namespace: &str) -> String {
        if namespace.is_empty() && self.binding == Binding::Xml { format!("{prefix}:") } else { namespace.to_owned() }
    }

    /// Whether a prefix of the document may mean something else in one event.
    fn may_redeclare(&self, prefix: &str) -> bool {
        if self.declared.get(prefix).is_some_and(|declared| declared.fixed) {
            return false;
        }
        match self.binding {
            Binding::Xml => prefix != "xsi" && self.takes(prefix),
            Binding::Json => !standard(ContextVersion::default()).iter().any(|(standard, _)| *standard == prefix),
        }
    }

    fn change(&mut self, prefix: &str, namespace: &str, notes: &mut Notes) {
        if self.changed.get(prefix, namespace).is_some() {
            return;
        }
        let written = self.changed_prefix(prefix, namespace, notes);
        self.local.insert(written.clone(), self.meaning(prefix, namespace));
        self.changed.insert(prefix, namespace, written);
    }

    /// A prefix that takes the place of one that cannot be declared.
    fn changed_prefix(&self, prefix: &str, namespace: &str, notes: &mut Notes) -> String {
        // The numbers below were given to the same prefix before.
        let first = self.changed.count(prefix).max(self.settled.count(prefix)) + 1;
        let taken = |written: &String| self.local.contains_key(written) || self.declared.contains_key(written);
        let substitutes = (first..).map(|number| kept::name::substitute(number, prefix));
        let written = substitutes.into_iter().find(|written| !taken(written)).unwrap_or_default();
        notes.info(rule::KEPT, || match prefix {
            "" => format!("the namespace `{namespace}` has no prefix and gets `{written}`"),
            _ => format!("the prefix `{prefix}` is taken and becomes `{written}`"),
        });
        written
    }

    /// The prefix that a name is written with.
    pub(super) fn written<'n>(&'n self, name: &'n Name) -> &'n str {
        if self.changed.is_empty() && self.settled.is_empty() {
            return &name.prefix;
        }
        let Some(namespace) = self.needed(name) else { return &name.prefix };
        let changed = self.changed.get(&name.prefix, namespace).or_else(|| self.settled.get(&name.prefix, namespace));
        changed.unwrap_or(&name.prefix)
    }
}

/// Whether a declaration says what a name means by its prefix.
fn is_meaning(declared: &str, prefix: &str, namespace: &str) -> bool {
    declared == namespace || (namespace.is_empty() && declared.strip_suffix(':') == Some(prefix))
}

/// Whether a word is a term of the EPCIS context, which must not be declared anew, or begins whole IRIs.
fn is_term(word: &str) -> bool {
    matches!(
        word,
        "http"
            | "https"
            | "urn"
            | "id"
            | "type"
            | "value"
            | "source"
            | "destination"
            | "set"
            | "unset"
            | "action"
            | "ilmd"
            | "time"
    )
}

fn each_event_name(event: &Event, visit: &mut impl FnMut(&Name)) {
    let mut all = |extensions: &[Extension]| each_name(extensions, visit);
    all(&event.extensions);
    all(&event.ilmd);
    for place in event.read_point.iter().chain(&event.biz_location) {
        all(&place.extensions);
    }
    for element in &event.sensor_element_list {
        all(&element.metadata);
        element.reports.iter().for_each(|report| all(report));
        all(&element.extensions);
    }
    if let Some(declaration) = &event.error_declaration {
        all(&declaration.extensions);
    }
}

fn each_vocabulary_name(element: &VocabularyElement, visit: &mut impl FnMut(&Name)) {
    each_name(&element.extensions, visit);
    for attribute in &element.attributes {
        each_value_name(&attribute.value, visit);
    }
}

fn each_name(extensions: &[Extension], visit: &mut impl FnMut(&Name)) {
    for extension in extensions {
        visit(&extension.name);
        extension.attributes.iter().for_each(|(name, _)| visit(name));
        each_value_name(&extension.value, visit);
    }
}

fn each_value_name(value: &Value, visit: &mut impl FnMut(&Name)) {
    match value {
        Value::Members(members) => each_name(members, visit),
        Value::List(values) => values.iter().for_each(|value| each_value_name(value, visit)),
        _ => {}
    }
}
