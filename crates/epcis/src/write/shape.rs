//! Events and master data whose extensions a binding reads back plainly.

use std::borrow::Cow;

use super::notes::Notes;
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

/// Says what of the extensions of a place does not read back as it is.
fn note(list: &[Extension], binding: Binding, outside: bool, notes: &mut Notes) {
    let name = match binding {
        Binding::Xml => "XML",
        Binding::Json => "JSON",
    };
    let odd = |extension: &&Extension| !is_plain(std::slice::from_ref(*extension), binding, outside);
    let mut odd = list.iter().filter(odd).peekable();
    if odd.peek().is_none()
        && let Some(first) = list.first()
    {
        return notes.kept(&first.name.written(), name);
    }
    odd.for_each(|extension| notes.kept(&extension.name.written(), name));
}

/// An event with extensions that read back plainly.
pub(super) fn event<'e>(event: &'e Event, binding: Binding, notes: &mut Notes) -> Cow<'e, Event> {
    let odd = |(list, outside): &(&Vec<Extension>, bool)| !list.is_empty() && !is_plain(list, binding, *outside);
    let mut odd = lists(event).filter(odd).peekable();
    if odd.peek().is_none() {
        return Cow::Borrowed(event);
    }
    odd.for_each(|(list, outside)| note(list, binding, outside, notes));
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
pub(super) fn extension<'e>(extension: &'e Extension, binding: Binding, notes: &mut Notes) -> Cow<'e, Extension> {
    let list = std::slice::from_ref(extension);
    if is_plain(list, binding, true) {
        return Cow::Borrowed(extension);
    }
    note(list, binding, true, notes);
    let mut list = vec![extension.clone()];
    shape(&mut list, binding, true);
    list.pop().map_or(Cow::Borrowed(extension), Cow::Owned)
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
