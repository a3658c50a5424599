//! What terms and prefixes stand for at one place of an event.

use crate::{ContextVersion, FieldAttribute, Name, Namespaces, Value, kept::name::XMLNS};

/// The prefixes in force at one place, and those of the places around it.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) version: ContextVersion,
    declared: Declared<'a>,
    outer: Option<&'a Context<'a>>,
}

/// Where prefixes are declared.
#[derive(Clone, Copy)]
pub(super) enum Declared<'a> {
    /// In the document.
    Document(&'a Namespaces),
    /// In a `@context` as it is written.
    Context(&'a Value),
    /// On the element of an extension.
    Element(&'a [(Name, String)]),
    /// On the elements of a field of the event; on the event itself when the name is empty.
    Field(&'a [FieldAttribute], &'a str),
}

impl<'a> Context<'a> {
    pub(super) fn new(version: ContextVersion, namespaces: &'a Namespaces) -> Self {
        Self { version, declared: Declared::Document(namespaces), outer: None }
    }

    /// The context with what is declared further in.
    pub(super) fn with(&'a self, declared: Declared<'a>) -> Self {
        Self { version: self.version, declared, outer: Some(self) }
    }

    /// The namespace of a prefix.
    pub(super) fn namespace(&self, prefix: &str) -> Option<&'a str> {
        if prefix.is_empty() {
            return None;
        }
        let mut context = Some(self);
        while let Some(Context { declared, outer, .. }) = context {
            if let Some(meaning) = declared.meaning(prefix) {
                return Some(meaning).filter(|meaning| !meaning.is_empty());
            }
            context = *outer;
        }
        None
    }
}

impl<'a> Declared<'a> {
    /// What a prefix stands for; nothing when its meaning is taken back here.
    fn meaning(self, prefix: &str) -> Option<&'a str> {
        let is_it = |name: &Name| name.local == prefix && is_declaration(name);
        let namespace = match self {
            Self::Document(namespaces) => namespaces.get(prefix)?,
            Self::Context(context) => return term(context, prefix),
            Self::Element(attributes) => &attributes.iter().find(|(name, _)| is_it(name))?.1,
            Self::Field(attributes, field) => {
                let stands = |on: &str| if field.is_empty() { on.is_empty() } else { on.starts_with(field) };
                &attributes.iter().find(|found| stands(&found.on) && is_it(&found.name))?.value
            }
        };
        Some(namespace)
    }
}

/// Whether an attribute declares a prefix, which says nothing of the event by itself.
pub(super) fn is_declaration(name: &Name) -> bool {
    name.namespace == XMLNS
}

/// What a `@context` says of a prefix.
fn term<'a>(context: &'a Value, prefix: &str) -> Option<&'a str> {
    match context {
        Value::List(contexts) => contexts.iter().rev().find_map(|context| term(context, prefix)),
        Value::Members(terms) => {
            let found = terms.iter().rfind(|term| term.name.local == prefix && term.name.prefix.is_empty())?;
            match &found.value {
                Value::Null => Some(""),
                Value::Text(namespace) => Some(namespace),
                Value::Members(definition) => {
                    let id = definition.iter().find(|member| member.name.local == "@id")?;
                    id.value.as_text()
                }
                _ => None,
            }
        }
        _ => None,
    }
}
