//! What partners add to the standard, kept as a tree that both XML and JSON can give back.

use serde::{Deserialize, Serialize};

use crate::kept::{self, name::XMLNS};

/// The name of an element, attribute or member.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Name {
    /// Namespace IRI; empty when the name has none or its prefix was never declared.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// Prefix as written; empty when there was none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// Local part as written.
    pub local: String,
}

impl Name {
    /// The name as it is written, with its prefix.
    pub(crate) fn written(&self) -> String {
        if self.prefix.is_empty() { self.local.clone() } else { [&*self.prefix, ":", &*self.local].concat() }
    }
}

/// One element (XML) or member (JSON).
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Extension {
    /// Its name.
    pub name: Name,
    /// XML attributes other than namespace declarations, in document order; empty in JSON.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<(Name, String)>,
    /// Its content.
    pub value: Value,
}

/// The content of an [`Extension`].
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum Value {
    /// Character data of XML, or a JSON string.
    Text(String),
    /// A JSON number, digits as written.
    Number(String),
    /// A JSON boolean.
    Bool(bool),
    /// A JSON null.
    Null,
    /// Child elements in order, or the members of a JSON object.
    Members(Vec<Extension>),
    /// A JSON array. A repeated XML element is repeated, not a list.
    List(Vec<Value>),
}

impl Value {
    /// The scalar text of the value: text, digits, `true`/`false`; `None` for trees, lists and null.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text),
            Self::Bool(true) => Some("true"),
            Self::Bool(false) => Some("false"),
            Self::Null | Self::Members(_) | Self::List(_) => None,
        }
    }

    /// The members of a tree; empty for anything else.
    pub fn members(&self) -> &[Extension] {
        match self {
            Self::Members(members) => members,
            _ => &[],
        }
    }

    /// Whether a text in it uses a prefix, as in `prefix:name`, that is declared around it.
    pub(crate) fn uses_prefix(&self, prefix: &str) -> bool {
        match self {
            Self::Text(text) => uses_prefix(text, prefix),
            Self::Members(members) => members.iter().any(|member| member.uses_prefix(prefix)),
            Self::List(values) => values.iter().any(|value| value.uses_prefix(prefix)),
            Self::Number(_) | Self::Bool(_) | Self::Null => false,
        }
    }

    /// Whether the names in it that have a prefix mean the namespace by it, as far as they can be seen.
    pub(crate) fn agrees(&self, prefix: &str, namespace: &str) -> bool {
        let member = |member: &Extension| {
            let names = std::iter::once(&member.name).chain(member.attributes.iter().map(|(name, _)| name));
            !member.is_context()
                && !kept::is_stored(&member.name)
                && names.into_iter().all(|name| name.prefix != prefix || name.namespace == namespace)
                && member.value.agrees(prefix, namespace)
        };
        match self {
            Self::Members(members) => members.iter().all(member),
            Self::List(values) => values.iter().all(|value| value.agrees(prefix, namespace)),
            _ => true,
        }
    }
}

impl Extension {
    /// Whether it is the `@context` of the object that it stands in.
    pub(crate) fn is_context(&self) -> bool {
        self.name.local == "@context" && self.name.prefix.is_empty() && self.name.namespace.is_empty()
    }

    /// Whether a text in it uses a prefix that is declared around it.
    pub(crate) fn uses_prefix(&self, prefix: &str) -> bool {
        let declares = |name: &Name| name.namespace == XMLNS && name.local == prefix;
        !self.is_context()
            && !self.attributes.iter().any(|(name, _)| declares(name))
            && (self.value.uses_prefix(prefix) || self.attributes.iter().any(|(_, text)| uses_prefix(text, prefix)))
    }
}

/// Whether a text holds something like `prefix:name`.
fn uses_prefix(text: &str, prefix: &str) -> bool {
    !prefix.is_empty()
        && text.match_indices(prefix).any(|(at, _)| {
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let behind = text.get(at + prefix.len()..).unwrap_or_default();
            let within = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
            behind.starts_with(':') && !before.is_some_and(within)
        })
}
