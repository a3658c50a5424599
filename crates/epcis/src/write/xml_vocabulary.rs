//! An element of master data as an XML element.

use super::{prefixes::Prefixes, xml_text::XmlText};
use crate::{VocabularyElement, kept};

/// An element of master data; `plain` says that it reads back as it is, otherwise it is kept whole besides.
/// Whether declarations had to be named for values that use them.
pub(super) fn write(text: &mut XmlText, element: &VocabularyElement, prefixes: &Prefixes, plain: bool) -> bool {
    text.raw("<VocabularyElement");
    let declared = text.declarations(prefixes, |_| false);
    text.attribute("id", element.id.spelled());
    text.raw(">");
    for attribute in &element.attributes {
        text.raw("<attribute");
        text.attribute("id", &attribute.id);
        text.raw(">");
        if plain {
            text.content(&attribute.value, prefixes, "");
        } else {
            text.characters(attribute.value.as_text().unwrap_or_default());
        }
        text.close("attribute");
    }
    if !element.children.is_empty() {
        text.open("children");
        for child in &element.children {
            text.element("id", child.spelled());
        }
        text.close("children");
    }
    if plain {
        text.extensions(&element.extensions, prefixes);
    } else {
        text.annotation(&kept::fields_of_element(element));
    }
    let named = text.name_declarations(declared, prefixes, |_| false);
    text.raw("</VocabularyElement>\n");
    named
}
