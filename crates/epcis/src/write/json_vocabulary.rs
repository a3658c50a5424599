//! An element of master data as a JSON object.

use super::{json_text::JsonText, prefixes::Prefixes};
use crate::{Value, VocabularyElement, kept};

/// An element of master data; `plain` says that it reads back as it is, otherwise it is kept whole besides.
pub(super) fn write(text: &mut JsonText, element: &VocabularyElement, prefixes: &Prefixes, plain: bool) {
    text.open('{');
    text.member("id", element.id.spelled());
    if !element.attributes.is_empty() {
        text.name("attributes");
        text.open('[');
        for attribute in &element.attributes {
            text.open('{');
            text.member("id", &attribute.id);
            match &attribute.value {
                Value::Null => {}
                value if plain => {
                    text.name("attribute");
                    text.value(value, prefixes);
                }
                value => text.member("attribute", value.as_text().unwrap_or_default()),
            }
            text.close('}');
        }
        text.close(']');
    }
    if !element.children.is_empty() {
        text.name("children");
        text.open('[');
        element.children.iter().for_each(|child| text.string(child.spelled()));
        text.close(']');
    }
    if plain {
        text.extensions(&element.extensions, prefixes);
    } else {
        text.annotation(&kept::fields_of_element(element));
    }
    text.close('}');
}
