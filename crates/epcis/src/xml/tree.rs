//! One element of the document with all that stands in it.

use crate::{Extension, Name, Value};

/// The namespace of `xsi:nil` and `xsi:type`.
pub(super) const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Character data beside elements becomes a member of this name; no XML element can have it.
const TEXT: &str = "#text";

#[derive(Debug)]
pub(super) struct Element {
    pub(super) name: Name,
    pub(super) attributes: Vec<(Name, String)>,
    /// Character data; white space alone counts in elements without children only.
    pub(super) text: String,
    pub(super) children: Vec<Element>,
    pub(super) line: u64,
    pub(super) column: u64,
}

impl Element {
    /// Whether it has neither namespace nor prefix, as the elements of the standard below the root.
    pub(super) fn is_local(&self) -> bool {
        self.name.namespace.is_empty() && self.name.prefix.is_empty()
    }

    /// The value of an attribute without namespace.
    pub(super) fn attribute(&self, local: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(name, _)| name.prefix.is_empty() && name.local == local)
            .map(|(_, value)| value.as_str())
    }

    /// Whether `xsi:nil` says that the element has no value.
    pub(super) fn is_nil(&self) -> bool {
        self.attributes.iter().any(|(name, value)| {
            name.namespace == SCHEMA_INSTANCE && name.local == "nil" && matches!(value.trim(), "true" | "1")
        })
    }

    /// The qualified name as written.
    pub(super) fn qualified_name(&self) -> String {
        qualified(&self.name)
    }

    /// The element as the standard's extension point keeps it.
    pub(super) fn to_extension(&self) -> Extension {
        Extension { name: self.name.clone(), attributes: self.attributes.clone(), value: self.to_value() }
    }

    /// The content of the element.
    pub(super) fn to_value(&self) -> Value {
        if self.children.is_empty() {
            return Value::Text(self.text.clone());
        }
        let text = (!self.text.is_empty()).then(|| Extension {
            name: Name { namespace: String::new(), prefix: String::new(), local: TEXT.to_owned() },
            attributes: Vec::new(),
            value: Value::Text(self.text.clone()),
        });
        Value::Members(text.into_iter().chain(self.children.iter().map(Self::to_extension)).collect())
    }
}

/// `prefix:local`, or the local part alone.
pub(super) fn qualified(name: &Name) -> String {
    if name.prefix.is_empty() { name.local.clone() } else { format!("{}:{}", name.prefix, name.local) }
}

/// An element and the elements that it stands in.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) element: &'a Element,
    parent: Option<&'a At<'a>>,
}

impl<'a> At<'a> {
    pub(super) fn root(element: &'a Element) -> Self {
        Self { element, parent: None }
    }

    pub(super) fn children(&'a self) -> impl Iterator<Item = At<'a>> {
        self.element.children.iter().map(|element| At { element, parent: Some(self) })
    }

    /// The way from the root element, `/quantityList/quantityElement[2]`; empty at the root.
    pub(super) fn path(&self) -> String {
        let Some(parent) = self.parent else { return String::new() };
        let mut path = parent.path();
        path.push('/');
        path.push_str(&self.element.qualified_name());
        let mut same = parent.element.children.iter().filter(|sibling| sibling.name == self.element.name);
        let before = same.by_ref().position(|sibling| std::ptr::eq(sibling, self.element)).unwrap_or(0);
        if before > 0 || same.next().is_some() {
            path.extend(["[", &(before + 1).to_string(), "]"]);
        }
        path
    }
}
