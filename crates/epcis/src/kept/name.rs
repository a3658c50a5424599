//! Names that a binding cannot write as they are.

use std::fmt::Write as _;

use crate::{Binding, Name};

use super::NAMESPACE;

/// The namespace of declarations of namespaces.
pub(crate) const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// Stands for no namespace where a binding wants one.
const NONE: &str = "https://lotline.dev/ns/kept/none/";

/// The CBV's namespace of master data attributes, which ends differently in XML and in JSON-LD.
const MASTER_DATA: (&str, &str) = ("urn:epcglobal:cbv:mda", "urn:epcglobal:cbv:mda:");

/// A namespace as a binding spells it.
pub(crate) fn namespace_in(namespace: &str, binding: Binding) -> &str {
    if binding == Binding::Xml && namespace == MASTER_DATA.1 { MASTER_DATA.0 } else { namespace }
}

/// A prefix that takes the place of another: `kept-1` for none, `kept-1-ex` for `ex`.
pub(crate) fn substitute(number: usize, original: &str) -> String {
    let mut prefix = format!("kept-{number}");
    if !original.is_empty() {
        prefix.push('-');
        escape(original, &mut prefix);
    }
    prefix
}

/// The prefix that a substitute stands for.
fn original(prefix: &str) -> Option<String> {
    let rest = prefix.strip_prefix("kept-")?;
    let (number, original) = rest.split_once('-').unwrap_or((rest, ""));
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then(|| unescape(original))
}

/// Whether a prefix stands for another.
pub(crate) fn is_substitute(prefix: &str) -> bool {
    original(prefix).is_some()
}

/// A name without namespace and prefix, where a binding wants both.
pub(crate) fn with_namespace(local: &str) -> Name {
    Name { namespace: NONE.to_owned(), prefix: substitute(0, ""), local: local.to_owned() }
}

/// Gives a name that was read what it had before it was written.
pub(crate) fn restore(name: &mut Name) {
    if let Some(original) = original(&name.prefix) {
        name.prefix = original;
        if name.namespace == NONE {
            name.namespace.clear();
        }
    }
    // A prefix that nobody declared is the scheme of a URI to JSON-LD; XML has to declare it as that.
    if !name.prefix.is_empty() && name.namespace.strip_suffix(':') == Some(&name.prefix) {
        name.namespace.clear();
    }
    if name.namespace == MASTER_DATA.0 {
        MASTER_DATA.1.clone_into(&mut name.namespace);
    }
}

/// Whether a name is an annotation's, or looks like one that was changed.
pub(crate) fn is_reserved(name: &Name) -> bool {
    name.namespace.starts_with(NAMESPACE) || original(&name.prefix).is_some()
}

/// Whether XML takes a text as the local part of a name, or as a prefix.
pub(crate) fn is_xml(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(starts) && characters.all(continues)
}

/// Whether a character can stand in a prefix.
pub(crate) fn is_in_prefix(character: char) -> bool {
    continues(character) || character.is_alphanumeric()
}

fn starts(character: char) -> bool {
    character.is_ascii_alphabetic()
        || character == '_'
        || matches!(character,
            '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
            | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
            | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

fn continues(character: char) -> bool {
    starts(character)
        || character.is_ascii_digit()
        || matches!(character, '-' | '.' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// Whether JSON-LD takes a text as a prefix: the scheme of a URI.
pub(crate) fn is_json_prefix(prefix: &str) -> bool {
    let mut letters = prefix.bytes();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, b'+' | b'-' | b'.' | b'_'))
}

/// Writes a name so that only ASCII letters, digits and `_` are left, as `_x0040_id` for `@id`.
pub(crate) fn escape(name: &str, into: &mut String) {
    for (at, character) in name.char_indices() {
        let plain = character.is_ascii_alphabetic() || (at > 0 && character.is_ascii_digit());
        let underscore = character == '_' && !name.get(at + 1..).is_some_and(|rest| rest.starts_with('x'));
        if plain || underscore {
            into.push(character);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(into, "_x{:04X}_", u32::from(character));
        }
    }
    if name.is_empty() {
        into.push('_');
    }
}

/// The opposite of [`escape`].
pub(crate) fn unescape(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(at) = rest.find("_x") {
        let (before, escaped) = rest.split_at(at);
        plain.push_str(before);
        let found = escaped.get(2..).and_then(|hex| hex.split_once('_')).and_then(|(hex, after)| {
            let character = u32::from_str_radix(hex, 16).ok().and_then(char::from_u32)?;
            Some((character, after))
        });
        if let Some((character, after)) = found {
            plain.push(character);
            rest = after;
        } else {
            plain.push_str("_x");
            rest = escaped.get(2..).unwrap_or_default();
        }
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_names_are_names_of_xml_and_come_back() {
        for name in ["@id", "a b", "1st", "_x0040_", "_", "x_xy", "é", "a_x", "\u{0}"] {
            let mut escaped = String::new();
            escape(name, &mut escaped);
            assert!(is_xml(&escaped), "{escaped}");
            assert_eq!(unescape(&escaped), name);
        }
    }

    #[test]
    fn substitutes_tell_what_they_stand_for() {
        for prefix in ["", "ex", "ex-1", "é+"] {
            assert_eq!(original(&substitute(7, prefix)).as_deref(), Some(prefix));
        }
        for other in ["kept", "kept-", "kept-ex", "ex"] {
            assert_eq!(original(other), None);
        }
    }
}
