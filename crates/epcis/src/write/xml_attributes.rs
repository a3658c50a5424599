//! Attributes outside the standard on the elements of an event.

use std::collections::HashSet;

use super::prefixes::{Prefixes, SCHEMA_INSTANCE};
use crate::{
    Event, FieldAttribute,
    kept::{self, name::XMLNS},
};

/// Those attributes of an event that can be written where they stand.
pub(super) struct Attributes<'e> {
    list: Vec<&'e FieldAttribute>,
    /// Whether they are all of them, in the order in which they are read.
    pub(super) whole: bool,
    /// The prefixes that those of the event itself declare.
    declares: HashSet<&'e str>,
}

impl<'e> Attributes<'e> {
    pub(super) fn of(event: &'e Event, prefixes: &Prefixes) -> Self {
        let mut list: Vec<&FieldAttribute> = Vec::new();
        let mut seen = HashSet::new();
        for attribute in event.attributes.iter().filter(|attribute| has_place(event, attribute, prefixes)) {
            if seen.insert((&attribute.on, &attribute.name.namespace, &attribute.name.local)) {
                list.push(attribute);
            }
        }
        let whole =
            list.len() == event.attributes.len() && list.is_sorted_by_key(|attribute| kept::attribute_order(attribute));
        let own = list.iter().filter(|attribute| attribute.on.is_empty() && attribute.name.namespace == XMLNS);
        let declares = own.map(|attribute| attribute.name.local.as_str()).collect();
        Self { list, whole, declares }
    }

    /// The attributes of one element.
    pub(super) fn on(&self, element: &str) -> impl Iterator<Item = &'e FieldAttribute> {
        self.list.iter().copied().filter(move |attribute| attribute.on == element)
    }

    /// Whether the event itself has an attribute that declares a prefix.
    pub(super) fn declare(&self, prefix: &str) -> bool {
        self.declares.contains(prefix)
    }

    /// The prefixes that are declared for the values of the event: a reader keeps those that are used.
    pub(super) fn declared(&self) -> impl Iterator<Item = &'e str> {
        let declarations = self.list.iter().filter(|attribute| attribute.name.namespace == XMLNS);
        declarations.map(|attribute| attribute.name.local.as_str())
    }
}

/// Whether the schemas have room for an attribute where it stands, and it reads back as it is.
fn has_place(event: &Event, attribute: &FieldAttribute, prefixes: &Prefixes) -> bool {
    let FieldAttribute { on, name, value } = attribute;
    let open = match on.as_str() {
        "" => true,
        "errorDeclaration" => event.error_declaration.is_some(),
        "ilmd" => !event.ilmd.is_empty(),
        _ => false,
    };
    // What is declared further in has to be used there.
    let declares =
        name.namespace != XMLNS || (on.is_empty() && name.prefix == "xmlns" && prefixes.means(&name.local, value));
    open && declares
        && name.namespace != SCHEMA_INSTANCE
        && kept::xml::is_plain_attribute(name)
        && kept::xml::holds(value)
}
