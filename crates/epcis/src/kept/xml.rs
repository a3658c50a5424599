//! Trees that XML reads back as they are.
//!
//! XML knows text, elements and attributes. Everything else is an element with an attribute that says what it is:
//! `kept:type` for numbers, booleans, null, lists and empty objects, `kept:name` for names that had to be changed.

use super::{DECLARED, STORED, annotation, form, has_twins, is_annotation, is_called, is_declaration, name, stored};
use std::collections::HashMap;

use crate::{Extension, Name, Value};

/// The element of a list.
const ITEM: &str = "item";
/// The attribute that says what a value is.
const TYPE: &str = "type";
/// The attribute that says that a name is written with escapes.
const NAME: &str = "name";
const ESCAPED: &str = "escaped";
/// The members that hold text between elements.
const TEXT: &str = "#text";

/// Whether XML can hold every character of a text.
pub(crate) fn holds(text: &str) -> bool {
    let bytes = text.as_bytes();
    !bytes.iter().any(|byte| (*byte < 0x20 && !matches!(byte, b'\n' | b'\t' | b'\r')) || *byte == 0xEF)
        || text.chars().all(is_character)
}

/// Whether XML 1.0 has the character.
pub(crate) fn is_character(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// Whether an extension reads back from XML as it is. `outside` says that it stands where the schema wants a namespace.
pub(crate) fn is_plain(extension: &Extension, outside: bool) -> bool {
    is_plain_name(&extension.name, outside)
        && extension.attributes.iter().all(|(name, value)| is_plain_attribute(name) && holds(value))
        && !has_twins(&extension.attributes)
        && declarations_hold(extension)
        && match &extension.value {
            Value::Text(text) => holds(text),
            Value::Members(members) => is_plain_content(members),
            Value::Number(_) | Value::Bool(_) | Value::Null | Value::List(_) => false,
        }
}

/// Whether the members of an element are elements, with text between them at most.
pub(crate) fn is_plain_content(members: &[Extension]) -> bool {
    let mut text_before = false;
    let mut elements = false;
    for member in members {
        let text = is_text(member);
        if text && text_before || !text && !is_plain(member, false) {
            return false;
        }
        text_before = text;
        elements |= !text;
    }
    elements
}

/// Whether a member is text between elements.
pub(crate) fn is_text(member: &Extension) -> bool {
    member.name.local == TEXT
        && member.name.prefix.is_empty()
        && member.name.namespace.is_empty()
        && member.attributes.is_empty()
        && matches!(&member.value, Value::Text(text) if !text.trim_ascii().is_empty() && holds(text))
}

/// Whether the names in an element mean by their prefixes what its attributes declare.
fn declarations_hold(extension: &Extension) -> bool {
    let is_declaration = |(name, _): &&(Name, String)| name.namespace == name::XMLNS;
    let declarations = extension.attributes.iter().filter(is_declaration);
    let meanings: HashMap<&str, &str> = declarations.map(|(name, meaning)| (&*name.local, &**meaning)).collect();
    meanings.is_empty() || agrees(extension, &meanings)
}

fn agrees(extension: &Extension, meanings: &HashMap<&str, &str>) -> bool {
    let name = |name: &Name| meanings.get(name.prefix.as_str()).is_none_or(|meaning| *meaning == name.namespace);
    let attributes = || extension.attributes.iter().all(|(attribute, _)| name(attribute));
    name(&extension.name) && attributes() && all_agree(&extension.value, meanings)
}

fn all_agree(value: &Value, meanings: &HashMap<&str, &str>) -> bool {
    match value {
        Value::Members(members) => members.iter().all(|member| agrees(member, meanings)),
        Value::List(values) => values.iter().all(|value| all_agree(value, meanings)),
        _ => true,
    }
}

fn is_plain_name(name: &Name, outside: bool) -> bool {
    let unnamed = name.prefix.is_empty() && name.namespace.is_empty();
    let known = name::is_reserved(name) || (outside && unnamed);
    !known && holds(&name.namespace) && name::is_xml(&name.local)
}

pub(crate) fn is_plain_attribute(name: &Name) -> bool {
    is_plain_name(name, false) && name.prefix.is_empty() == name.namespace.is_empty()
}

/// An extension in a shape that XML reads back plainly and [`restore`] turns into what it was.
pub(crate) fn shape(extension: &Extension, outside: bool) -> Extension {
    if is_plain(extension, outside) {
        return extension.clone();
    }
    let name = &extension.name;
    let hopeless = name.local.is_empty()
        || name::is_reserved(name)
        || !holds(&name.namespace)
        || extension.attributes.iter().any(|(name, value)| !is_plain_attribute(name) || !holds(value))
        || has_twins(&extension.attributes)
        || !declarations_hold(extension);
    if hopeless {
        return stored(extension);
    }
    let Some((kind, value)) = content(&extension.value) else { return stored(extension) };
    let mut attributes = extension.attributes.clone();
    let mut name = name.clone();
    if !name::is_xml(&name.local) {
        let mut escaped = String::new();
        name::escape(&name.local, &mut escaped);
        name.local = escaped;
        attributes.push((annotation(NAME), ESCAPED.to_owned()));
    }
    if outside && name.prefix.is_empty() && name.namespace.is_empty() {
        name = name::with_namespace(&name.local);
    }
    if let Some(kind) = kind {
        attributes.push((annotation(TYPE), kind.to_owned()));
    }
    Extension { name, attributes, value }
}

/// A value as text or elements, and what it was if that does not show; `None` when XML cannot hold it.
fn content(value: &Value) -> Option<(Option<&'static str>, Value)> {
    Some(match value {
        Value::Text(text) => (None, Value::Text(holds(text).then(|| text.clone())?)),
        Value::Number(digits) => (Some("number"), Value::Text(holds(digits).then(|| digits.clone())?)),
        Value::Bool(value) => (Some("boolean"), Value::Text(value.to_string())),
        Value::Null => (Some("null"), Value::Text(String::new())),
        Value::List(values) if values.is_empty() => (Some("list"), Value::Text(String::new())),
        Value::List(values) => (Some("list"), Value::Members(values.iter().map(item).collect())),
        Value::Members(members) if members.is_empty() => (Some("object"), Value::Text(String::new())),
        Value::Members(members) => (None, Value::Members(contents(members))),
    })
}

/// Members as elements, with text between them where XML reads it back.
fn contents(members: &[Extension]) -> Vec<Extension> {
    let elements = members.iter().any(|member| !is_text(member));
    let mut text_before = false;
    let shaped = members.iter().map(|member| {
        text_before = elements && !text_before && is_text(member);
        if text_before { member.clone() } else { shape(member, false) }
    });
    shaped.collect()
}

fn item(value: &Value) -> Extension {
    let name = annotation(ITEM);
    match content(value) {
        Some((kind, value)) => {
            let attributes = kind.map(|kind| (annotation(TYPE), kind.to_owned())).into_iter().collect();
            Extension { name, attributes, value }
        }
        None => stored(&Extension { name, attributes: Vec::new(), value: value.clone() }),
    }
}

/// Takes the annotations away from an extension that was read, and does what they say.
pub(crate) fn restore(extension: &mut Extension) {
    let is_bare = |(name, _): &(Name, String)| is_called(name, DECLARED) || name.namespace == name::XMLNS;
    if is_called(&extension.name, STORED)
        && extension.attributes.iter().all(is_bare)
        && let Value::Text(text) = &extension.value
        && let Some(stored) = form::read(text)
    {
        *extension = stored;
        return;
    }
    if let Some(declared) = take_attribute(extension, DECLARED) {
        extension.attributes.retain(|(name, _)| !is_declaration(name, &declared));
    }
    if let Some(at) = extension.attributes.iter().position(|(name, value)| is_called(name, NAME) && value == ESCAPED) {
        extension.attributes.remove(at);
        extension.name.local = name::unescape(&extension.name.local);
    }
    name::restore(&mut extension.name);
    extension.attributes.iter_mut().for_each(|(name, _)| name::restore(name));
    if let Value::Members(members) = &mut extension.value {
        members.iter_mut().for_each(restore);
    }
    if let Some(at) = extension.attributes.iter().position(|(name, _)| is_called(name, TYPE))
        && extension.attributes.get(at).is_some_and(|(_, kind)| typed(&mut extension.value, kind))
    {
        extension.attributes.remove(at);
    }
}

/// Gives a value the type that an annotation names. Whether it can have it without losing anything.
fn typed(value: &mut Value, kind: &str) -> bool {
    let empty = |text: &str| text.trim_ascii().is_empty();
    let of_type = match (kind, &mut *value) {
        ("number", Value::Text(digits)) if is_numeric(digits) => Value::Number(std::mem::take(digits)),
        ("boolean", Value::Text(text)) if text == "true" || text == "false" => Value::Bool(text == "true"),
        ("list", Value::Members(items)) if items.iter().all(is_item) => {
            Value::List(std::mem::take(items).into_iter().map(|item| item.value).collect())
        }
        ("list", Value::Text(text)) if empty(text) => Value::List(Vec::new()),
        ("object", Value::Text(text)) if empty(text) => Value::Members(Vec::new()),
        ("null", Value::Text(text)) if empty(text) => Value::Null,
        _ => return false,
    };
    *value = of_type;
    true
}

/// Whether a text is made of what numbers are made of.
fn is_numeric(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'))
}

/// Whether a child is an element of a list, and nothing else.
fn is_item(child: &Extension) -> bool {
    is_called(&child.name, ITEM) && child.attributes.is_empty()
}

fn take_attribute(extension: &mut Extension, local: &str) -> Option<String> {
    let at = extension.attributes.iter().position(|(name, _)| is_annotation(name) && name.local == local)?;
    Some(extension.attributes.remove(at).1)
}
