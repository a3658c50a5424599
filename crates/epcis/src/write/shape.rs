//! Events and master data whose extensions a binding reads back plainly.

use std::borrow::Cow;

use crate::{Binding, Event, Extension, Value, VocabularyElement, kept};

/// Whether the extensions of a place read back as they are.
fn is_plain(list: &[Extension], binding: Binding, outside: bool) -> bool {
    match binding {
        Binding::Xml => list.iter().all(|extension| kept::xml::is_plain(extension, true)),
        Binding::Json => kept::json::is_plain(list, outside),
    }
}

/// Gives the extensions of a place a shape that reads back plainly. `outside` says that JSON wants names with a prefix
/// there, which XML wants everywhere.
fn shape(list: &mut Vec<Extension>, binding: Binding, outside: bool) {
    match binding {
        Binding::Xml => {
            for extension in list {
                if !kept::xml::is_plain(extension, true) {
                    *extension = kept::xml::shape(extension, true);
                }
            }
        }
        Binding::Json => {
            if let Cow::Owned(shaped) = kept::json::shape(list, outside) {
                *list = shaped;
            }
        }
    }
}

/// The lists of extensions of an event, and whether JSON wants names with a prefix there.
fn lists(event: &Event) -> impl Iterator<Item = (&Vec<Extension>, bool)> {
    let places = event.read_point.iter().chain(&event.biz_location).map(|place| (&place.extensions, false));
    let sensors = event.sensor_element_list.iter().map(|element| (&element.extensions, true));
    let declaration = event.error_declaration.iter().map(|declaration| (&declaration.extensions, true));
    [(&event.extensions, true), (&event.ilmd, true)].into_iter().chain(places).chain(sensors).chain(declaration)
}

/// An event with extensions that read back plainly.
pub(super) fn event(event: &Event, binding: Binding) -> Cow<'_, Event> {
    if lists(event).all(|(list, outside)| list.is_empty() || is_plain(list, binding, outside)) {
        return Cow::Borrowed(event);
    }
    let mut event = event.clone();
    shape(&mut event.extensions, binding, true);
    shape(&mut event.ilmd, binding, true);
    for place in event.read_point.iter_mut().chain(&mut event.biz_location) {
        shape(&mut place.extensions, binding, false);
    }
    for element in &mut event.sensor_element_list {
        shape(&mut element.extensions, binding, true);
    }
    if let Some(declaration) = &mut event.error_declaration {
        shape(&mut declaration.extensions, binding, true);
    }
    Cow::Owned(event)
}

/// An extension beside the events that reads back plainly.
pub(super) fn extension(extension: &Extension, binding: Binding) -> Cow<'_, Extension> {
    match binding {
        Binding::Xml if kept::xml::is_plain(extension, true) => Cow::Borrowed(extension),
        Binding::Xml => Cow::Owned(kept::xml::shape(extension, true)),
        Binding::Json => match kept::json::shape(std::slice::from_ref(extension), true) {
            Cow::Borrowed(_) => Cow::Borrowed(extension),
            Cow::Owned(shaped) => shaped.into_iter().next().map_or(Cow::Borrowed(extension), Cow::Owned),
        },
    }
}

/// Whether an element of master data reads back as it is.
pub(super) fn is_plain_vocabulary(element: &VocabularyElement, binding: Binding) -> bool {
    let trimmed = |text: &str| text.trim().len() == text.len() && !text.is_empty() && kept::xml::holds(text);
    let bare = element.field_attributes.is_empty()
        && element.vocabulary_extensions.is_empty()
        && element.attributes.iter().all(|attribute| attribute.extensions.is_empty());
    bare && is_plain(&element.extensions, binding, false)
        && element.attributes.iter().all(|attribute| match (&attribute.value, binding) {
            (Value::Text(text), Binding::Xml) => kept::xml::holds(text),
            (Value::Members(members), Binding::Xml) => kept::xml::is_plain_content(members),
            (Value::Text(_) | Value::Number(_) | Value::Members(_), Binding::Json) => {
                kept::json::is_plain_value(&attribute.value)
            }
            (Value::Null, Binding::Json) => true,
            _ => false,
        })
        && (binding == Binding::Json
            || (trimmed(&element.vocabulary)
                && trimmed(element.id.spelled())
                && element.attributes.iter().all(|attribute| trimmed(&attribute.id))
                && element.children.iter().all(|child| trimmed(child.spelled()))))
}
