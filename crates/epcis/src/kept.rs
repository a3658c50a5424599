//! What a binding cannot say, kept in annotations that it can.
//!
//! XML has no numbers and no arrays; JSON has no attributes and no repeated members. A document that goes from one to the
//! other and back would lose what the other has no words for. The writers put it into annotations of the namespace
//! [`NAMESPACE`], only where it is needed, and the readers take the annotations away again; nobody else ever sees them.
//!
//! Three kinds of annotations:
//!
//! - [`name`]: prefixes that had to be changed, names that XML does not allow;
//! - [`xml`] and [`json`]: trees of extensions, given a shape that the binding reads back plainly;
//! - [`field`]: fields of the standard whose value the target has no place for, in the stored form.
//!
//! `docs/decisions/0008-what-a-binding-cannot-say.md` describes their shapes.

mod field;
mod form;
pub(crate) mod json;
pub(crate) mod name;
mod native;
mod section;
pub(crate) mod xml;

pub(crate) use field::{Contradiction, ELEMENT, EVENT, fields_of_element, fields_of_event};
pub(crate) use section::{
    ADDED, DOCUMENT, HEADER, Written, document_annotation, foreign_beside, is_document_annotation, is_standard,
    late_vocabulary, repeated, restore_document, wrapped,
};

use std::collections::HashSet;

use crate::{Binding, Event, Extension, FieldAttribute, Item, Name, Value, VocabularyElement};

/// The namespace of the annotations.
pub(crate) const NAMESPACE: &str = "https://lotline.dev/ns/kept/";

/// The prefix that it is given.
pub(crate) const PREFIX: &str = "kept";

/// The prefix that it is given on the root element, which may have another use for the usual one.
pub(crate) const ROOT_PREFIX: &str = "kept-document";

/// The member or element whose text is an extension in its stored form.
const STORED: &str = "stored";

/// Members of a sensor report in their stored form, each with a number: behind the same value in another spelling, or by
/// themselves.
const BEHIND: &str = "spelled-";
const MEMBER: &str = "member-";

/// The attribute that names prefixes which the writer declared on an element: they are no part of it.
pub(crate) const DECLARED: &str = "declared";

/// The member with the `@context` of a private event in its stored form, where the writer had to write another one; empty
/// for an event that had none.
const CONTEXT: &str = "context";

/// Whether an attribute declares one of some prefixes.
fn is_declaration(name: &Name, prefixes: &str) -> bool {
    name.namespace == name::XMLNS && prefixes.split(' ').any(|prefix| prefix == name.local)
}

/// Takes away the declarations that a writer added: prefixes and namespaces.
fn forget_declarations(attributes: &mut Vec<FieldAttribute>) -> Vec<(String, String)> {
    let declared = attributes.iter().position(|found| found.on.is_empty() && is_called(&found.name, DECLARED));
    let Some(at) = declared else { return Vec::new() };
    let declared = attributes.remove(at).value;
    let added = |found: &mut FieldAttribute| found.on.is_empty() && is_declaration(&found.name, &declared);
    attributes.extract_if(.., added).map(|added| (added.name.local, added.value)).collect()
}

/// Gives an event a prefix that its values use, as JSON declares it.
fn declare_in_context(event: &mut Event, prefix: String, namespace: String) {
    let never_declared = namespace.strip_suffix(':') == Some(&prefix);
    if never_declared || name::is_substitute(&prefix) {
        return;
    }
    let name = Name { namespace: String::new(), prefix: String::new(), local: prefix };
    let term = Extension { name, attributes: Vec::new(), value: Value::Text(namespace) };
    match event.context.0.as_deref_mut() {
        Some(Value::Members(terms)) => terms.push(term),
        _ => event.context.0 = Some(Box::new(Value::Members(vec![term]))),
    }
}

/// The order in which the attributes of an event stand: by element, declarations of prefixes first.
pub(crate) fn attribute_order(attribute: &FieldAttribute) -> (&str, bool) {
    (&attribute.on, attribute.name.namespace != name::XMLNS)
}

/// An annotation with the `@context` of a private event, in whose place another one stands.
pub(crate) fn context_before(own: Option<&Extension>) -> Extension {
    text(CONTEXT, own.map(form::write).unwrap_or_default())
}

/// Gives a private event back the `@context` that it had before it was written.
fn restore_context(event: &mut Extension) {
    let Value::Members(members) = &mut event.value else { return };
    let Some(annotation) = take(members, CONTEXT) else { return };
    let own = annotation.value.as_text().and_then(form::read).filter(Extension::is_context);
    let Some(at) = members.iter().position(Extension::is_context) else { return };
    match (own, members.get_mut(at)) {
        (Some(own), Some(written)) => *written = own,
        _ => drop(members.remove(at)),
    }
}

/// Whether two attributes of one element have the same name.
pub(crate) fn has_twins(attributes: &[(Name, String)]) -> bool {
    let mut seen = HashSet::with_capacity(attributes.len());
    !attributes.iter().all(|(name, _)| seen.insert((&name.namespace, &name.prefix, &name.local)))
}

/// The name of an annotation.
pub(crate) fn annotation(local: &str) -> Name {
    Name { namespace: NAMESPACE.to_owned(), prefix: PREFIX.to_owned(), local: local.to_owned() }
}

/// Whether a name is that of an annotation.
pub(crate) fn is_annotation(name: &Name) -> bool {
    name.namespace == NAMESPACE
}

/// Whether a name is that of an extension in its stored form.
pub(crate) fn is_stored(name: &Name) -> bool {
    is_called(name, STORED)
}

fn is_called(name: &Name, local: &str) -> bool {
    is_annotation(name) && name.local == local
}

/// An annotation with a text.
pub(crate) fn text(local: &str, text: String) -> Extension {
    Extension { name: annotation(local), attributes: Vec::new(), value: Value::Text(text) }
}

/// An extension as the store keeps it, in an element or member of its own: for what has no better form.
fn stored(extension: &Extension) -> Extension {
    text(STORED, form::write(extension))
}

/// An extension in its stored form, under a name that needs no declaration in JSON.
pub(crate) fn held(extension: &Extension) -> Extension {
    let mut stored = stored(extension);
    stored.name.prefix.clear();
    let name = Name { prefix: String::new(), ..annotation(section::MEMBER) };
    Extension { name, attributes: Vec::new(), value: Value::Members(vec![stored]) }
}

/// A member in its stored form, in a place of the standard: behind the same value in another spelling, or by itself.
pub(crate) fn member(extension: &Extension, behind: bool, number: usize) -> Extension {
    let local = if behind { BEHIND } else { MEMBER };
    text(&format!("{local}{number}"), form::write(extension))
}

/// Gives members of a sensor report back that JSON could not say. One that stands behind its value replaces it.
fn restore_members(members: &mut Vec<Extension>) {
    if !members.iter().any(|member| is_annotation(&member.name)) {
        return;
    }
    for member in std::mem::take(members) {
        match stored_member(&member) {
            None => members.push(member),
            Some(stored) => {
                members.pop_if(|last| member.name.local.starts_with(BEHIND) && last.name == stored.name);
                members.push(stored);
            }
        }
    }
}

fn stored_member(member: &Extension) -> Option<Extension> {
    let local = &member.name.local;
    let known = is_annotation(&member.name) && (local.starts_with(BEHIND) || local.starts_with(MEMBER));
    serde_json::from_str(member.value.as_text().filter(|_| known)?).ok()
}

/// Takes the annotation of a name out of a list.
fn take(list: &mut Vec<Extension>, local: &str) -> Option<Extension> {
    let at = list.iter().position(|extension| is_called(&extension.name, local))?;
    Some(list.remove(at))
}

/// Gives extensions of one element or object back what their binding could not say.
fn restore_list(list: &mut Vec<Extension>, binding: Binding) {
    match binding {
        Binding::Xml => list.iter_mut().for_each(xml::restore),
        Binding::Json => json::restore(list),
    }
}

/// Gives one extension back what its binding could not say.
fn restore_extension(extension: &mut Extension, binding: Binding) {
    match binding {
        Binding::Xml => xml::restore(extension),
        Binding::Json => json::restore_one(extension),
    }
}

/// Gives an event back what its binding could not say, before anything of it is checked.
pub(crate) fn restore_event(event: &mut Event, binding: Binding) -> Result<(), Contradiction> {
    let fields = take(&mut event.extensions, EVENT);
    restore_list(&mut event.extensions, binding);
    restore_list(&mut event.ilmd, binding);
    for place in event.read_point.iter_mut().chain(&mut event.biz_location) {
        restore_list(&mut place.extensions, binding);
    }
    for element in &mut event.sensor_element_list {
        restore_list(&mut element.extensions, binding);
        for members in std::iter::once(&mut element.metadata).chain(&mut element.reports) {
            restore_members(members);
            for member in members {
                restore_extension(member, binding);
            }
        }
    }
    if let Some(declaration) = &mut event.error_declaration {
        restore_list(&mut declaration.extensions, binding);
    }
    for (prefix, namespace) in forget_declarations(&mut event.attributes) {
        declare_in_context(event, prefix, namespace);
    }
    for attribute in &mut event.attributes {
        name::restore(&mut attribute.name);
    }
    event.attributes.sort_by(|one, other| attribute_order(one).cmp(&attribute_order(other)));
    fields.map_or(Ok(()), |fields| field::restore_event(event, fields, binding))
}

/// Gives an element of master data back what its binding could not say.
fn restore_vocabulary(element: &mut VocabularyElement, binding: Binding) {
    let fields = take(&mut element.extensions, ELEMENT);
    restore_list(&mut element.extensions, binding);
    for attribute in &mut element.attributes {
        if let Value::Members(members) = &mut attribute.value {
            restore_list(members, binding);
        }
    }
    forget_declarations(&mut element.field_attributes);
    if let Some(fields) = fields {
        field::restore_vocabulary(element, fields);
    }
}

/// An item with what its binding could not say of it, unless it is an event, which [`restore_event`] was called for; nothing for one that the binding only asked for.
pub(crate) fn restored(item: Item, binding: Binding) -> Option<Item> {
    Some(match item {
        Item::Foreign { mut event, at, findings } => {
            restore_context(&mut event);
            restore_extension(&mut event, binding);
            Item::Foreign { event, at, findings }
        }
        Item::Vocabulary(mut element) => {
            restore_vocabulary(&mut element, binding);
            Item::Vocabulary(element)
        }
        Item::Extension(section, extension) => return section::restore(section, extension, binding),
        other => other,
    })
}
