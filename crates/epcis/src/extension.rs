//! What partners add to the standard, kept as a tree that both XML and JSON can give back.

use serde::{Deserialize, Serialize};

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
}
