//! JSON text, built piece by piece.

use std::fmt::Write as _;

use super::namespaces::Prefixes;
use crate::{Extension, Name, Value};

/// JSON that is being written; commas look after themselves.
#[derive(Default)]
pub(super) struct JsonText {
    text: String,
}

impl JsonText {
    /// What was written since the last call.
    pub(super) fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    fn separate(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with(['{', '[', ':', ',']) {
            self.text.push(',');
        }
    }

    /// An opening bracket, where a value stands.
    pub(super) fn open(&mut self, bracket: char) {
        self.separate();
        self.text.push(bracket);
    }

    /// A closing bracket.
    pub(super) fn close(&mut self, bracket: char) {
        self.text.push(bracket);
    }

    /// The name of a member.
    pub(super) fn name(&mut self, name: &str) {
        self.string(name);
        self.text.push(':');
    }

    /// A value that is JSON already.
    pub(super) fn raw(&mut self, json: &str) {
        self.separate();
        self.text.push_str(json);
    }

    /// A string.
    pub(super) fn string(&mut self, value: &str) {
        self.separate();
        self.text.push('"');
        let mut plain = 0;
        for (at, character) in value.char_indices() {
            let escape = match character {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\0'..='\u{1F}' => "",
                _ => continue,
            };
            self.text.push_str(value.get(plain..at).unwrap_or_default());
            plain = at + character.len_utf8();
            if escape.is_empty() {
                // Writing to a string cannot fail.
                let _ = write!(self.text, "\\u{:04x}", u32::from(character));
            } else {
                self.text.push_str(escape);
            }
        }
        self.text.push_str(value.get(plain..).unwrap_or_default());
        self.text.push('"');
    }

    /// A member with a string.
    pub(super) fn member(&mut self, name: &str, value: &str) {
        self.name(name);
        self.string(value);
    }

    /// A number in the digits given, if JSON has such digits (XML knows `+5` and `.5`).
    pub(super) fn number(&mut self, digits: &str) {
        if is_number(digits) { self.raw(digits) } else { self.string(digits) }
    }

    /// A tree.
    pub(super) fn value(&mut self, value: &Value, prefixes: &Prefixes) {
        match value {
            Value::Text(text) => self.string(text),
            Value::Number(digits) => self.number(digits),
            Value::Bool(value) => self.raw(if *value { "true" } else { "false" }),
            Value::Null => self.raw("null"),
            Value::List(values) => {
                self.open('[');
                for value in values {
                    self.value(value, prefixes);
                }
                self.close(']');
            }
            Value::Members(members) => {
                self.open('{');
                self.extensions(members, prefixes);
                self.close('}');
            }
        }
    }

    /// Members of the object that is open. Repeated names become one member with an array.
    pub(super) fn extensions(&mut self, extensions: &[Extension], prefixes: &Prefixes) {
        for (i, extension) in extensions.iter().enumerate() {
            let same = |other: &&Extension| other.name == extension.name;
            if extensions.iter().take(i).any(|other| same(&other)) {
                continue;
            }
            self.qualified(&extension.name, prefixes);
            if extensions.iter().filter(same).count() > 1 {
                self.open('[');
                extensions.iter().filter(same).for_each(|extension| self.content(extension, prefixes));
                self.close(']');
            } else {
                self.content(extension, prefixes);
            }
        }
    }

    /// The value of an extension; XML attributes become members beside it.
    fn content(&mut self, extension: &Extension, prefixes: &Prefixes) {
        if extension.attributes.is_empty() {
            return self.value(&extension.value, prefixes);
        }
        self.open('{');
        for (name, value) in &extension.attributes {
            self.qualified(name, prefixes);
            self.string(value);
        }
        match &extension.value {
            Value::Members(members) => self.extensions(members, prefixes),
            value => {
                self.name("value");
                self.value(value, prefixes);
            }
        }
        self.close('}');
    }

    /// The name of an extension.
    pub(super) fn qualified(&mut self, name: &Name, prefixes: &Prefixes) {
        match prefixes.written(name) {
            ("", local) => self.name(&format!("{}{local}", name.namespace)),
            (prefix, local) => self.name(&format!("{prefix}:{local}")),
        }
    }
}

/// Whether digits are a number of JSON.
pub(super) fn is_number(digits: &str) -> bool {
    digits.starts_with(|c: char| c == '-' || c.is_ascii_digit())
        && serde_json::from_str::<serde_json::Number>(digits).is_ok()
}
