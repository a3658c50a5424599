//! What stands around the events, where a target has no place for it.

use serde::{Deserialize, Serialize};

use super::{NAMESPACE, annotation, form, is_annotation, is_called, name};
use crate::Binding;
use crate::{Document, DocumentKind, Extension, Item, Location, Name, Query, Section, Value, VocabularyElement};

/// The annotation of a document: attribute of the root element, or member of the root object.
pub(crate) const DOCUMENT: &str = "document";
/// An element of master data that came behind the header, whole in its stored form.
const VOCABULARY: &str = "vocabulary";
/// An extension that stands beside another one of the same name.
pub(super) const MEMBER: &str = "member";
/// A private event that lacks what JSON wants of every event, whole in its stored form.
const FOREIGN: &str = "foreign";
/// Where extensions of other sections stand when theirs has no room for them.
const SECTIONS: &[(Section, &str)] = &[
    (Section::Header, "header"),
    (Section::MasterData, "masterData"),
    (Section::Body, "body"),
    (Section::QueryResults, "queryResults"),
];

/// The identifier of a business document header that is there only because the schema wants one.
pub(crate) const ADDED: &str = "https://lotline.dev/ns/kept/added";

/// The local name of a business document header.
pub(crate) const HEADER: &str = "StandardBusinessDocumentHeader";

/// What a document says of itself that the target cannot.
#[derive(Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
struct Kept {
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    creation_date: Option<Created>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    contexts: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    terms: Vec<Extension>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attributes: Vec<(Name, String)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<Query>,
}

/// How a document is written, as far as that differs from what it says of itself.
pub(crate) struct Written<'w> {
    pub(crate) binding: Binding,
    pub(crate) kind: DocumentKind,
    pub(crate) created: &'w str,
    /// Attributes of the root element that are not.
    pub(crate) attributes: Vec<(Name, String)>,
    /// Whether the query is not written as it is.
    pub(crate) query: bool,
}

/// `creationDate` of a document that is written with another one.
#[derive(Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Created {
    Absent,
    Spelled(String),
}

const KINDS: &[(DocumentKind, &str)] = &[
    (DocumentKind::Events, "events"),
    (DocumentKind::MasterData, "master-data"),
    (DocumentKind::QueryResult, "query-result"),
    (DocumentKind::Event, "event"),
    (DocumentKind::EventList, "event-list"),
];

/// The annotation of a document; `None` when nothing is lost.
pub(crate) fn document_annotation(document: &Document, written: Written<'_>) -> Option<String> {
    let kind = KINDS.iter().find(|(known, _)| *known == document.kind).map(|(_, name)| (*name).to_owned());
    let mut kept = Kept::default();
    if written.kind != document.kind {
        kept.kind = kind;
    }
    if Some(written.created) != document.creation_date.as_deref() {
        kept.creation_date = Some(document.creation_date.clone().map_or(Created::Absent, Created::Spelled));
    }
    if written.binding == Binding::Xml {
        kept.id.clone_from(&document.id);
        kept.terms.clone_from(&document.terms);
        kept.contexts = document.contexts.iter().filter(|address| !is_standard(address)).cloned().collect();
    }
    kept.attributes = written.attributes;
    if written.query {
        kept.query.clone_from(&document.query);
    }
    if kept == Kept::default() {
        return None;
    }
    Some(form::write(&kept))
}

/// Whether an address is that of the context of the standard.
pub(crate) fn is_standard(address: &str) -> bool {
    address.ends_with("/epcis-context.jsonld")
}

/// Whether an item is the annotation of a document in JSON.
pub(crate) fn is_document_annotation(item: &Item) -> bool {
    matches!(item, Item::Extension(Section::Document, extension) if is_called(&extension.name, DOCUMENT))
}

/// Gives a document back what its binding could not say: from an attribute of the root element, or from the member that
/// stands beside header and body.
pub(crate) fn restore_document(document: &mut Document, annotation: Option<Item>) {
    document.namespaces.forget(|prefix, namespace| namespace == NAMESPACE || name::is_substitute(prefix));
    let attribute = document.attributes.iter().position(|(name, _)| is_annotation(name) && name.local == DOCUMENT);
    let text = match (attribute, annotation) {
        (Some(at), _) => document.attributes.remove(at).1,
        (None, Some(Item::Extension(_, Extension { value: Value::Text(text), .. }))) => text,
        _ => return,
    };
    let Some(kept) = form::read::<Kept>(&text) else { return };
    if let Some((kind, _)) = KINDS.iter().find(|(_, name)| kept.kind.as_deref() == Some(*name)) {
        document.kind = *kind;
    }
    if kept.id.is_some() {
        document.id = kept.id;
    }
    if let Some(created) = kept.creation_date {
        document.creation_date = match created {
            Created::Absent => None,
            Created::Spelled(created) => Some(created),
        };
    }
    if kept.query.is_some() {
        document.query = kept.query;
    }
    document.contexts.extend(kept.contexts);
    document.terms.extend(kept.terms);
    document.attributes.extend(kept.attributes);
}

/// Whether an extension is a header that was added because the schema wants one.
pub(crate) fn is_added(extension: &Extension) -> bool {
    match &extension.value {
        Value::Text(text) => text == ADDED,
        Value::Members(members) => members.iter().any(is_added),
        _ => false,
    }
}

/// An extension that stands in the document, because its own section has no place for it.
pub(crate) fn wrapped(section: Section, extension: Extension) -> Extension {
    let local = SECTIONS.iter().find(|(known, _)| *known == section).map_or("header", |(_, local)| local);
    Extension { name: annotation(local), attributes: Vec::new(), value: Value::Members(vec![extension]) }
}

/// An extension whose name another one has already in its section.
pub(crate) fn repeated(extension: Extension) -> Extension {
    Extension { name: annotation(MEMBER), attributes: Vec::new(), value: Value::Members(vec![extension]) }
}

/// An element of master data behind the events.
pub(crate) fn late_vocabulary(element: &VocabularyElement) -> Extension {
    super::text(VOCABULARY, form::write(element))
}

/// A private event beside the events.
pub(crate) fn foreign_beside(event: &Extension) -> Extension {
    super::text(FOREIGN, form::write(event))
}

/// The local name of an annotation without the number that tells it from others.
fn unnumbered(name: &Name) -> Option<&str> {
    is_annotation(name).then(|| name.local.split('-').next().unwrap_or_default())
}

/// What an extension beside the events was before it was written; nothing for one that was only added.
pub(super) fn restore(section: Section, mut extension: Extension, binding: Binding) -> Option<Item> {
    if section == Section::Header && extension.name.local == HEADER && is_added(&extension) {
        return None;
    }
    let local = unnumbered(&extension.name);
    if section == Section::Document && local == Some(VOCABULARY) {
        let element = match &extension.value {
            Value::Text(text) => form::read(text),
            _ => None,
        };
        if let Some(element) = element {
            return Some(Item::Vocabulary(element));
        }
    }
    if section == Section::Document
        && local == Some(FOREIGN)
        && let Value::Text(text) = &extension.value
        && let Some(event) = form::read(text)
    {
        return Some(Item::Foreign { event, at: Location::default(), findings: Vec::new() });
    }
    let is_repeated = local == Some(MEMBER) && !is_stored(&extension);
    let wrapped = SECTIONS.iter().find(|(_, known)| section == Section::Document && local == Some(*known));
    if let Some((inner, _)) = wrapped
        && let Some(only) = take_only(&mut extension)
    {
        return restore(*inner, only, binding);
    }
    if is_repeated && let Some(only) = take_only(&mut extension) {
        return restore(section, only, binding);
    }
    super::restore_extension(&mut extension, binding);
    Some(Item::Extension(section, extension))
}

/// What an annotation is wrapped around.
fn take_only(wrapped: &mut Extension) -> Option<Extension> {
    match &mut wrapped.value {
        Value::Members(members) if members.len() == 1 => members.pop(),
        _ => None,
    }
}

/// Whether an extension is in its stored form.
fn is_stored(extension: &Extension) -> bool {
    extension.value.members().iter().any(|member| is_called(&member.name, super::STORED))
}
