//! Vocabulary elements of master data.

use gs1::Identifier;

use super::{grammar, tree::At, walk::Walk};
use crate::{Attribute, VocabularyElement, rule};

/// Reads one `VocabularyElement`; `None` when it has no id.
pub(super) fn read<'t>(walk: &mut Walk<'t>, at: &At<'t>, vocabulary: &str) -> Option<VocabularyElement> {
    let mut attributes = Vec::new();
    let mut children = Vec::new();
    walk.attributes_of(at, "attribute");
    let extensions = walk.open(at, &grammar::VOCABULARY_ELEMENT, |walk, name, child| match name {
        "attribute" => {
            if let Some(id) = required(walk, child) {
                attributes.push(Attribute { id, value: child.to_value(), extensions: Vec::new() });
            }
        }
        _ => {
            walk.children(child, &grammar::CHILDREN, |walk, _, id| children.extend(walk.optional_identifier(id)));
        }
    });
    let id = Identifier::new(required(walk, at)?);
    let field_attributes = std::mem::take(&mut walk.attributes);
    Some(VocabularyElement {
        vocabulary: vocabulary.to_owned(),
        vocabulary_extensions: Vec::new(),
        id,
        attributes,
        children,
        extensions,
        field_attributes,
    })
}

fn required<'t>(walk: &mut Walk<'t>, at: &At<'t>) -> Option<String> {
    let id = at.attribute("id").map(|id| id.trim().to_owned());
    if id.is_none() {
        let message = format!("`{}` has no attribute `id`", at.local());
        walk.reject(at, rule::FIELD_MISSING, message, "add `id`");
    }
    id
}
