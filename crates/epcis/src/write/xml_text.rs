//! XML text, built piece by piece.

use std::{collections::HashSet, fmt::Write as _};

use super::prefixes::Prefixes;
use crate::{Binding, Extension, Value, kept};

/// XML that is being written.
#[derive(Default)]
pub(super) struct XmlText {
    text: String,
    /// Whether a character had to be replaced because XML has no way to write it.
    damaged: bool,
}

impl XmlText {
    /// What was written since the last [`clear`](Self::clear).
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// How much was written.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Takes back what was written behind the first `len` bytes.
    pub(super) fn truncate(&mut self, len: usize) {
        self.text.truncate(len);
    }

    /// Makes room for what comes next.
    pub(super) fn clear(&mut self) {
        self.text.clear();
    }

    /// Markup as it is.
    pub(super) fn raw(&mut self, markup: &str) {
        self.text.push_str(markup);
    }

    /// The start of an element without attributes.
    pub(super) fn open(&mut self, name: &str) {
        self.text.push('<');
        self.text.push_str(name);
        self.text.push('>');
    }

    /// The end of an element.
    pub(super) fn close(&mut self, name: &str) {
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
    }

    /// An element that holds text only. Whether it reads back as it is.
    pub(super) fn element(&mut self, name: &str, text: &str) -> bool {
        self.open(name);
        let held = self.characters(text);
        self.close(name);
        held && text.trim().len() == text.len() && !text.is_empty()
    }

    /// An attribute of the tag that is being written. Whether it reads back as it is.
    pub(super) fn attribute(&mut self, name: &str, value: &str) -> bool {
        self.text.push(' ');
        self.text.push_str(name);
        self.text.push_str("=\"");
        let held = self.escaped(value, true);
        self.text.push('"');
        held
    }

    /// An attribute whose value begins with something that needs no escape. Whether it reads back as it is.
    pub(super) fn attribute_in_pieces(&mut self, name: &str, beginning: &str, value: &str) -> bool {
        self.text.push(' ');
        self.text.push_str(name);
        self.text.push_str("=\"");
        self.text.push_str(beginning);
        let held = self.escaped(value, true);
        self.text.push('"');
        held
    }

    /// A namespace declaration.
    pub(super) fn declare(&mut self, prefix: &str, namespace: &str) {
        self.text.push_str(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
        self.text.push_str(prefix);
        self.text.push_str("=\"");
        self.escaped(namespace, true);
        self.text.push('"');
    }

    /// Declares the prefixes that the document does not, but those that attributes declare. Gives the place behind.
    pub(super) fn declarations(&mut self, prefixes: &Prefixes, is_own: impl Fn(&str) -> bool) -> usize {
        for (prefix, namespace) in prefixes.local().filter(|(prefix, _)| !is_own(prefix)) {
            self.declare(prefix, namespace);
        }
        self.text.len()
    }

    /// The prefixes that values behind `at` seem to use.
    pub(super) fn used(&self, at: usize) -> HashSet<&str> {
        self.text.get(at..).map(used_prefixes).unwrap_or_default()
    }

    /// Names those of the declared prefixes that values behind `at` seem to use: a reader would take the declarations
    /// for a part of the document otherwise. Whether there are any.
    pub(super) fn name_declarations(&mut self, at: usize, prefixes: &Prefixes, is_own: impl Fn(&str) -> bool) -> bool {
        let local = prefixes.local().map(|(prefix, _)| prefix);
        let used = self.used(at);
        let named: Vec<_> = local.filter(|prefix| !is_own(prefix) && used.contains(prefix)).collect();
        let named = named.join(" ");
        if !named.is_empty() {
            // A prefix of its own: what stands in the element may have another use for the usual one.
            let (namespace, name) = (kept::NAMESPACE, kept::DECLARED);
            let text = format!(" xmlns:kept-names=\"{namespace}\" kept-names:{name}=\"{named}\"");
            self.text.insert_str(at, &text);
        }
        !named.is_empty()
    }

    /// Character data. Whether it reads back as it is.
    pub(super) fn characters(&mut self, text: &str) -> bool {
        self.escaped(text, false)
    }

    fn escaped(&mut self, text: &str, in_attribute: bool) -> bool {
        self.damaged = false;
        let mut plain = 0;
        for (at, byte) in text.bytes().enumerate() {
            let width = match byte {
                b'&' | b'<' | b'>' | b'"' | 0..=0x1F => 1,
                // U+FFFE and U+FFFF begin with this byte.
                0xEF if matches!(text.get(at..at + 3), Some("\u{FFFE}" | "\u{FFFF}")) => 3,
                _ => continue,
            };
            self.text.push_str(text.get(plain..at).unwrap_or_default());
            self.escape(byte, in_attribute);
            plain = at + width;
        }
        self.text.push_str(text.get(plain..).unwrap_or_default());
        !self.damaged
    }

    fn escape(&mut self, byte: u8, in_attribute: bool) {
        match byte {
            b'&' => self.text.push_str("&amp;"),
            b'<' => self.text.push_str("&lt;"),
            b'>' => self.text.push_str("&gt;"),
            b'"' if in_attribute => self.text.push_str("&quot;"),
            b'\n' | b'\t' if !in_attribute => self.text.push(char::from(byte)),
            b'"' => self.text.push('"'),
            b'\n' | b'\t' | b'\r' => {
                // Writing to a string cannot fail.
                let _ = write!(self.text, "&#{byte};");
            }
            // XML 1.0 has no way to write the others.
            _ => {
                self.text.push('\u{FFFD}');
                self.damaged = true;
            }
        }
    }

    /// Extensions as elements; they have the shape that [`kept::xml`] gives them.
    pub(super) fn extensions(&mut self, extensions: &[Extension], prefixes: &Prefixes) {
        for extension in extensions {
            self.tree(extension, prefixes, "", false);
        }
    }

    /// An extension that declares the prefixes in it. Whether declarations had to be [named](Self::name_declarations).
    pub(super) fn extension(&mut self, extension: &Extension, prefixes: &Prefixes) -> bool {
        self.tree(extension, prefixes, "", true)
    }

    /// An annotation where its prefix need not be declared.
    pub(super) fn annotation(&mut self, annotation: &Extension) {
        self.text.push('<');
        self.qualified(kept::PREFIX, &annotation.name.local);
        self.declare(kept::PREFIX, kept::NAMESPACE);
        self.text.push('>');
        self.characters(annotation.value.as_text().unwrap_or_default());
        self.text.push_str("</");
        self.qualified(kept::PREFIX, &annotation.name.local);
        self.text.push('>');
    }

    fn tree(&mut self, extension: &Extension, prefixes: &Prefixes, default: &str, declares: bool) -> bool {
        let prefix = prefixes.written(&extension.name);
        let local = extension.name.local.as_str();
        let is_own = |prefix: &str| {
            let mut names = extension.attributes.iter().map(|(name, _)| name);
            names.any(|name| name.namespace == kept::name::XMLNS && name.local == prefix)
        };
        self.text.push('<');
        self.qualified(prefix, local);
        let behind = if declares { self.declarations(prefixes, is_own) } else { 0 };
        let mut inner = default;
        if prefix.is_empty() {
            inner = kept::name::namespace_in(&extension.name.namespace, Binding::Xml);
            if inner != default {
                self.declare("", inner);
            }
        }
        for (name, value) in &extension.attributes {
            self.text.push(' ');
            self.qualified(prefixes.written(name), &name.local);
            self.text.push_str("=\"");
            self.escaped(value, true);
            self.text.push('"');
        }
        self.text.push('>');
        self.content(&extension.value, prefixes, inner);
        self.text.push_str("</");
        self.qualified(prefix, local);
        self.text.push('>');
        declares && self.name_declarations(behind, prefixes, is_own)
    }

    /// The content of an element in a default namespace.
    pub(super) fn content(&mut self, value: &Value, prefixes: &Prefixes, default: &str) {
        if let Some(text) = value.as_text() {
            self.characters(text);
        }
        for member in value.members() {
            if kept::xml::is_text(member) {
                self.characters(member.value.as_text().unwrap_or_default());
            } else {
                self.tree(member, prefixes, default, false);
            }
        }
    }

    fn qualified(&mut self, prefix: &str, local: &str) {
        if !prefix.is_empty() {
            self.text.push_str(prefix);
            self.text.push(':');
        }
        self.text.push_str(local);
    }

    /// An attribute whose name has a prefix.
    pub(super) fn prefixed_attribute(&mut self, prefix: &str, local: &str, value: &str) -> bool {
        self.text.push(' ');
        self.qualified(prefix, local);
        self.text.push_str("=\"");
        let held = self.escaped(value, true);
        self.text.push('"');
        held
    }
}

/// What stands before a colon in the values of written XML; the names of elements and attributes do not count.
fn used_prefixes(written: &str) -> HashSet<&str> {
    let mut used = HashSet::new();
    for (at, _) in written.match_indices(':') {
        let (before, name) = written.split_at(at);
        let name = name.get(1..).unwrap_or_default();
        let outside = before.trim_end_matches(kept::name::is_in_prefix);
        let prefix = before.get(outside.len()..).unwrap_or_default();
        let behind = || name.trim_start_matches(kept::name::is_in_prefix);
        let is_name = match outside.chars().next_back() {
            Some('<' | '/') => true,
            Some(' ') => behind().starts_with("=\""),
            last => last == Some(':'),
        };
        if !is_name && !prefix.is_empty() {
            used.insert(prefix);
        }
    }
    used
}
