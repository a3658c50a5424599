//! JSON text, built piece by piece.

use std::fmt::Write as _;

use super::prefixes::Prefixes;
use crate::{Extension, Name, Value, kept};

/// JSON that is being written; commas look after themselves.
#[derive(Default)]
pub(super) struct JsonText {
    text: String,
    /// Whether something stands before, so that the next value needs a comma.
    behind: bool,
}

impl JsonText {
    /// What was written since the last [`clear`](Self::clear).
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Makes room for what comes next.
    pub(super) fn clear(&mut self) {
        self.text.clear();
    }

    fn separate(&mut self) {
        if self.behind {
            self.text.push(',');
        }
    }

    /// A line break where white space may stand.
    pub(super) fn line(&mut self) {
        self.text.push('\n');
    }

    /// A value on a line of its own.
    pub(super) fn on_own_line(&mut self) {
        self.separate();
        self.text.push('\n');
        self.behind = false;
    }

    /// An opening bracket, where a value stands.
    pub(super) fn open(&mut self, bracket: char) {
        self.separate();
        self.text.push(bracket);
        self.behind = false;
    }

    /// A closing bracket.
    pub(super) fn close(&mut self, bracket: char) {
        self.text.push(bracket);
        self.behind = true;
    }

    /// The name of a member.
    pub(super) fn name(&mut self, name: &str) {
        self.separate();
        self.quoted(&[name]);
        self.text.push(':');
        self.behind = false;
    }

    /// A value that is JSON already.
    pub(super) fn raw(&mut self, json: &str) {
        self.separate();
        self.text.push_str(json);
        self.behind = true;
    }

    /// A string.
    pub(super) fn string(&mut self, value: &str) {
        self.separate();
        self.quoted(&[value]);
        self.behind = true;
    }

    fn quoted(&mut self, pieces: &[&str]) {
        self.text.push('"');
        for piece in pieces {
            self.escaped(piece);
        }
        self.text.push('"');
    }

    fn escaped(&mut self, value: &str) {
        let mut plain = 0;
        for (at, byte) in value.bytes().enumerate() {
            let escape = match byte {
                b'"' => "\\\"",
                b'\\' => "\\\\",
                b'\n' => "\\n",
                b'\r' => "\\r",
                b'\t' => "\\t",
                0..=0x1F => "",
                _ => continue,
            };
            self.text.push_str(value.get(plain..at).unwrap_or_default());
            plain = at + 1;
            if escape.is_empty() {
                // Writing to a string cannot fail.
                let _ = write!(self.text, "\\u{byte:04x}");
            } else {
                self.text.push_str(escape);
            }
        }
        self.text.push_str(value.get(plain..).unwrap_or_default());
    }

    /// A `@context` that is JSON already, if there is one.
    pub(super) fn context(&mut self, json: Option<&str>) {
        if let Some(json) = json {
            self.name("@context");
            self.raw(json);
        }
    }

    /// A member with a string.
    pub(super) fn member(&mut self, name: &str, value: &str) {
        self.name(name);
        self.string(value);
    }

    /// A tree; it has the shape that [`kept::json`] gives it.
    pub(super) fn value(&mut self, value: &Value, prefixes: &Prefixes) {
        match value {
            Value::Text(text) => self.string(text),
            Value::Number(digits) => self.raw(digits),
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

    /// Members of the object that is open.
    pub(super) fn extensions(&mut self, extensions: &[Extension], prefixes: &Prefixes) {
        for extension in extensions {
            self.qualified(&extension.name, prefixes);
            self.value(&extension.value, prefixes);
        }
    }

    /// An annotation in a place where its prefix cannot be declared.
    pub(super) fn annotation(&mut self, annotation: &Extension) {
        self.separate();
        self.quoted(&[kept::NAMESPACE, &annotation.name.local]);
        self.text.push(':');
        self.behind = false;
        self.string(annotation.value.as_text().unwrap_or_default());
    }

    /// The name of an extension.
    pub(super) fn qualified(&mut self, name: &Name, prefixes: &Prefixes) {
        self.separate();
        match prefixes.written(name) {
            "" => self.quoted(&[&name.namespace, &name.local]),
            prefix => self.quoted(&[prefix, ":", &name.local]),
        }
        self.text.push(':');
        self.behind = false;
    }

    /// The type of an extension, as a value.
    pub(super) fn named(&mut self, name: &Name, prefixes: &Prefixes) {
        self.separate();
        match prefixes.written(name) {
            "" => self.quoted(&[&name.namespace, &name.local]),
            prefix => self.quoted(&[prefix, ":", &name.local]),
        }
        self.behind = true;
    }
}
