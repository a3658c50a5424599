//! Fields of the standard that a target has no place for, in the form in which the store keeps them.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value as Json};

use super::{form, text};
use crate::{Event, Extension, Value, VocabularyElement};

/// The annotation of an event.
pub(crate) const EVENT: &str = "event";
/// The annotation of an element of master data.
pub(crate) const ELEMENT: &str = "element";

/// An annotation with some fields of an event, by their names in the standard.
pub(crate) fn fields_of_event(event: &Event, fields: &[&str]) -> Extension {
    text(EVENT, picked(event, fields))
}

/// An annotation with a whole element of master data.
pub(crate) fn fields_of_element(element: &VocabularyElement) -> Extension {
    text(ELEMENT, form::write(element))
}

fn picked(whole: &impl Serialize, fields: &[&str]) -> String {
    let mut whole = form::members(whole);
    let picked: Map<String, Json> =
        fields.iter().filter_map(|field| Some(((*field).to_owned(), whole.remove(*field)?))).collect();
    form::text_of(picked)
}

/// Sets the fields of an annotation. One that cannot be read stays an extension.
pub(super) fn restore_event(event: &mut Event, fields: Extension) {
    match overlaid(event, &fields) {
        Some(whole) => *event = whole,
        None => event.extensions.push(fields),
    }
}

/// The same for master data.
pub(super) fn restore_vocabulary(element: &mut VocabularyElement, fields: Extension) {
    match overlaid(element, &fields) {
        Some(whole) => *element = whole,
        None => element.extensions.push(fields),
    }
}

fn overlaid<T: Serialize + DeserializeOwned>(whole: &T, fields: &Extension) -> Option<T> {
    let Value::Text(text) = &fields.value else { return None };
    let fields = form::stored_members(text)?;
    let Json::Object(mut whole) = serde_json::to_value(whole).ok()? else { return None };
    whole.extend(fields);
    serde_json::from_value(Json::Object(whole)).ok()
}
