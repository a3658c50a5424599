//! Vocabulary elements of master data.

use gs1::Identifier;

use super::{
    event::open,
    grammar,
    tree::{At, Element},
    walk::Walk,
};
use crate::{Attribute, VocabularyElement, rule};

/// Reads one `VocabularyElement`; `None` when it has no id.
pub(super) fn read(walk: &mut Walk, element: &Element, vocabulary: &str) -> Option<VocabularyElement> {
    let at = At::root(element);
    let mut attributes = Vec::new();
    let mut children = Vec::new();
    let extensions = open(walk, &at, &grammar::VOCABULARY_ELEMENT, |walk, name, child| match name {
        "attribute" => {
            if let Some(id) = required(walk, child) {
                attributes.push(Attribute { id, value: child.element.to_value(), extensions: Vec::new() });
            }
        }
        _ => {
            walk.children(child, &grammar::CHILDREN, |walk, _, id| children.extend(walk.optional_identifier(id)));
        }
    });
    let id = Identifier::new(required(walk, &at)?);
    Some(VocabularyElement {
        vocabulary: vocabulary.to_owned(),
        vocabulary_extensions: Vec::new(),
        id,
        attributes,
        children,
        extensions,
    })
}

fn required(walk: &mut Walk, at: &At<'_>) -> Option<String> {
    let id = at.element.attribute("id").map(|id| id.trim().to_owned());
    if id.is_none() {
        let message = format!("`{}` has no attribute `id`", at.element.name.local);
        walk.reject(at, rule::FIELD_MISSING, message, "add `id`");
    }
    id
}
