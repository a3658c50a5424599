//! Which prefix an extension's namespace is written with.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use crate::{Binding, Event, Extension, Name, Namespaces, Value, VocabularyElement, json::STANDARD};

impl Namespaces {
    /// Adds the prefixes that an event uses.
    pub fn add_event(&mut self, event: &Event) {
        each_event_name(event, &mut |name| self.add(name));
    }

    /// Adds the prefixes that an element of master data uses.
    pub fn add_vocabulary(&mut self, element: &VocabularyElement) {
        each_vocabulary_name(element, &mut |name| self.add(name));
    }

    fn add(&mut self, name: &Name) {
        if !name.prefix.is_empty() && !name.namespace.is_empty() {
            self.declare(&*name.prefix, &*name.namespace);
        }
    }
}

/// The CBV's namespace of master data attributes ends differently in the two bindings.
const MASTER_DATA: (&str, &str) = ("urn:epcglobal:cbv:mda", "urn:epcglobal:cbv:mda:");

/// A namespace as one binding spells it.
fn in_binding(namespace: &str, binding: Binding) -> &str {
    if namespace != MASTER_DATA.0 && namespace != MASTER_DATA.1 {
        return namespace;
    }
    if binding == Binding::Xml { MASTER_DATA.0 } else { MASTER_DATA.1 }
}

/// The prefixes in force in one document, and the names of what is being written.
pub(super) struct Prefixes {
    binding: Binding,
    /// Declared at the beginning of the document.
    declared: BTreeMap<String, String>,
    /// Declared where it is used.
    local: BTreeMap<String, String>,
    /// Prefixes that had to be changed, because their name was taken.
    changed: HashMap<(String, String), String>,
}

impl Prefixes {
    pub(super) fn new(binding: Binding, wanted: &Namespaces) -> Self {
        let standard = STANDARD.iter().map(|(prefix, namespace)| ((*prefix).to_owned(), *namespace));
        let mut declared: BTreeMap<String, String> =
            standard.map(|(prefix, namespace)| (prefix, in_binding(namespace, binding).to_owned())).collect();
        if binding == Binding::Xml {
            // In XML this prefix is the schema's.
            declared.insert("epcis".to_owned(), "urn:epcglobal:epcis:xsd:2".to_owned());
            declared.insert("xsi".to_owned(), "http://www.w3.org/2001/XMLSchema-instance".to_owned());
        }
        for (prefix, namespace) in wanted.iter() {
            let usable = binding == Binding::Json || is_xml_prefix(prefix);
            if usable && !declared.contains_key(prefix) {
                declared.insert(prefix.to_owned(), in_binding(namespace, binding).to_owned());
            }
        }
        Self { binding, declared, local: BTreeMap::new(), changed: HashMap::new() }
    }

    /// What the document has to declare.
    pub(super) fn document(&self) -> impl Iterator<Item = (&str, &str)> {
        self.declared.iter().map(|(prefix, namespace)| (&**prefix, &**namespace))
    }

    /// What the event has to declare; an empty namespace takes the prefix's meaning away.
    pub(super) fn local(&self) -> impl Iterator<Item = (&str, &str)> {
        self.local
            .iter()
            .filter(|(prefix, namespace)| self.declared.get(*prefix) != Some(*namespace))
            .map(|(prefix, namespace)| (&**prefix, &**namespace))
    }

    /// Turns to another event.
    pub(super) fn enter_event(&mut self, event: &Event) {
        self.local.clear();
        self.changed.clear();
        each_event_name(event, &mut |name| self.claim(name));
    }

    /// Turns to an element of master data.
    pub(super) fn enter_vocabulary(&mut self, element: &VocabularyElement) {
        self.local.clear();
        self.changed.clear();
        each_vocabulary_name(element, &mut |name| self.claim(name));
    }

    /// The namespace that the binding needs for a name, if it needs one.
    fn namespace<'n>(&self, name: &'n Name) -> Option<Cow<'n, str>> {
        match (name.namespace.as_str(), name.prefix.as_str()) {
            ("", "") => None,
            // JSON-LD reads an undeclared prefix as the scheme of a URI, and XML can say so.
            ("", prefix) => (self.binding == Binding::Xml).then(|| Cow::Owned(format!("{prefix}:"))),
            (namespace, "") if self.binding == Binding::Json && namespace.ends_with(['/', '#', ':']) => None,
            (namespace, _) => Some(Cow::Borrowed(in_binding(namespace, self.binding))),
        }
    }

    fn claim(&mut self, name: &Name) {
        let Some(namespace) = self.namespace(name) else {
            // A prefix that its sender never declared must not take on the meaning that it has in this document.
            if name.namespace.is_empty() && self.declared.contains_key(&name.prefix) {
                self.local.insert(name.prefix.clone(), String::new());
            }
            return;
        };
        let key = (name.prefix.clone(), namespace.clone().into_owned());
        if self.changed.contains_key(&key) {
            return;
        }
        let usable = if self.binding == Binding::Xml { is_xml_prefix(&name.prefix) } else { !name.prefix.is_empty() };
        match self.local.get(&name.prefix) {
            Some(taken) if *taken == *namespace => return,
            None if usable => {
                self.local.insert(name.prefix.clone(), namespace.into_owned());
                return;
            }
            _ => {}
        }
        let fresh = (1..=u32::MAX)
            .map(|i| format!("ns{i}"))
            .find(|prefix| !self.local.contains_key(prefix) && !self.declared.contains_key(prefix))
            .unwrap_or_default();
        self.local.insert(fresh.clone(), namespace.into_owned());
        self.changed.insert(key, fresh);
    }

    /// A name as the binding writes it, before any escaping of the local part.
    pub(super) fn written<'n>(&'n self, name: &'n Name) -> (&'n str, &'n str) {
        let Some(namespace) = self.namespace(name) else { return (&name.prefix, &name.local) };
        if self.changed.is_empty() {
            return (&name.prefix, &name.local);
        }
        let key = (name.prefix.clone(), namespace.into_owned());
        (self.changed.get(&key).unwrap_or(&name.prefix), &name.local)
    }
}

fn is_xml_prefix(prefix: &str) -> bool {
    let mut characters = prefix.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        && !prefix.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("xml"))
        && prefix != "xsi"
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
