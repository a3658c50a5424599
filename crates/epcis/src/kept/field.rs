//! Fields of the standard that a target has no place for, in the form in which the store keeps them.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value as Json};

use super::{form, native::agrees, text};
use crate::{Binding, Event, Extension, Value, VocabularyElement};

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

/// The name of a field whose annotation is not taken.
#[derive(Debug)]
pub(crate) struct Contradiction(String);

impl Contradiction {
    /// What is wrong, for a finding.
    pub(crate) fn message(&self) -> String {
        let shown: String = self.0.chars().take(80).collect();
        format!("what is kept of `{shown}` in an annotation is not what the event says of it")
    }
}

/// Sets the fields of an annotation, unless one of them contradicts what the event itself says or is none that a writer
/// keeps. Such an annotation stays an extension.
pub(super) fn restore_event(event: &mut Event, fields: Extension, binding: Binding) -> Result<(), Contradiction> {
    match agreed(event, &fields, binding) {
        Ok(whole) => {
            *event = whole;
            Ok(())
        }
        Err(field) => {
            event.extensions.push(fields);
            Err(Contradiction(field))
        }
    }
}

/// The event with the fields of an annotation, or the name of one that cannot be taken.
fn agreed(event: &Event, annotation: &Extension, binding: Binding) -> Result<Event, String> {
    let whole = || annotation.name.written();
    let Value::Text(text) = &annotation.value else { return Err(whole()) };
    let Some(fields) = form::stored_members(text) else { return Err(whole()) };
    let Ok(Json::Object(mut native)) = serde_json::to_value(event) else { return Err(whole()) };
    for (field, value) in &fields {
        native.insert(field.clone(), value.clone());
    }
    let kept = serde_json::from_value(Json::Object(native)).map_err(|_| first(&fields).unwrap_or_else(whole))?;
    // Members that the model does not have are lost in it, and are seen by that.
    let Ok(Json::Object(stored)) = serde_json::to_value(&kept) else { return Err(whole()) };
    let odd =
        |(field, value): &(&String, &Json)| stored.get(*field) != Some(*value) || !agrees(field, event, &kept, binding);
    match fields.iter().find(odd) {
        Some((field, _)) => Err(field.clone()),
        None => Ok(kept),
    }
}

fn first(fields: &Map<String, Json>) -> Option<String> {
    fields.keys().next().cloned()
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
