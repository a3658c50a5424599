//! XML text, built piece by piece.

use std::fmt::Write as _;

use super::namespaces::Prefixes;
use crate::{Extension, Name, Value};

/// XML that is being written.
#[derive(Default)]
pub(super) struct XmlText {
    text: String,
}

impl XmlText {
    /// What was written since the last call.
    pub(super) fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    /// Markup as it is.
    pub(super) fn raw(&mut self, markup: &str) {
        self.text.push_str(markup);
    }

    /// The start of an element, with attributes.
    pub(super) fn open<'v>(&mut self, name: &str, attributes: impl IntoIterator<Item = (&'v str, &'v str)>) {
        self.raw("<");
        self.raw(name);
        attributes.into_iter().for_each(|(name, value)| self.attribute(name, value));
        self.raw(">");
    }

    /// The end of an element.
    pub(super) fn close(&mut self, name: &str) {
        self.raw("</");
        self.raw(name);
        self.raw(">");
    }

    /// An attribute of the tag that is being written.
    pub(super) fn attribute(&mut self, name: &str, value: &str) {
        self.raw(" ");
        self.raw(name);
        self.raw("=\"");
        self.escaped(value, true);
        self.raw("\"");
    }

    /// An element that holds text only.
    pub(super) fn element(&mut self, name: &str, text: &str) {
        self.open(name, []);
        self.characters(text);
        self.close(name);
    }

    /// Character data.
    pub(super) fn characters(&mut self, text: &str) {
        self.escaped(text, false);
    }

    fn escaped(&mut self, text: &str, in_attribute: bool) {
        for character in text.chars() {
            match character {
                '&' => self.raw("&amp;"),
                '<' => self.raw("&lt;"),
                '>' => self.raw("&gt;"),
                '"' if in_attribute => self.raw("&quot;"),
                '\n' | '\t' if in_attribute => self.reference(character),
                '\r' => self.reference(character),
                '\n' | '\t' => self.text.push(character),
                // XML 1.0 has no way to write these.
                '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => self.text.push('\u{FFFD}'),
                other => self.text.push(other),
            }
        }
    }

    fn reference(&mut self, character: char) {
        // Writing to a string cannot fail.
        let _ = write!(self.text, "&#{};", u32::from(character));
    }

    /// Extensions as elements.
    pub(super) fn extensions(&mut self, extensions: &[Extension], prefixes: &Prefixes) {
        for extension in extensions {
            let name = qualified(&extension.name, prefixes);
            self.tree(&name, &extension.attributes, &extension.value, prefixes);
        }
    }

    fn tree(&mut self, name: &str, attributes: &[(Name, String)], value: &Value, prefixes: &Prefixes) {
        if let Value::List(values) = value {
            // An array is an element for each of its values.
            return values.iter().for_each(|value| self.tree(name, attributes, value, prefixes));
        }
        self.raw("<");
        self.raw(name);
        for (name, value) in attributes {
            self.attribute(&qualified(name, prefixes), value);
        }
        if *value == Value::Null {
            return self.raw(" xsi:nil=\"true\"/>");
        }
        self.raw(">");
        self.value(value, prefixes);
        self.close(name);
    }

    /// The content of an element.
    pub(super) fn value(&mut self, value: &Value, prefixes: &Prefixes) {
        match value.as_text() {
            Some(text) => self.characters(text),
            None => self.extensions(value.members(), prefixes),
        }
    }
}

/// A name as XML writes it.
pub(super) fn qualified(name: &Name, prefixes: &Prefixes) -> String {
    match prefixes.written(name) {
        ("", local) => nc_name(local),
        (prefix, local) => format!("{prefix}:{}", nc_name(local)),
    }
}

/// A local name; what XML does not allow in it is written as `_x0040_`.
fn nc_name(local: &str) -> String {
    let mut name = String::with_capacity(local.len());
    for character in local.chars() {
        let letter = character.is_alphabetic() || character == '_';
        if letter || (!name.is_empty() && (character.is_alphanumeric() || matches!(character, '-' | '.'))) {
            name.push(character);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(name, "_x{:04X}_", u32::from(character));
        }
    }
    if name.is_empty() { "_".to_owned() } else { name }
}
