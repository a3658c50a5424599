//! `epcisHeader` and `vocabularyList`: master data, and what stands beside it.

use std::collections::VecDeque;

use super::{
    extension::{Names, missing},
    field::Field,
    parts::{each, identifiers, object},
    report::Report,
    scalar::{identifier, uri, wrong_type},
    tape::{Kind, Node},
};
use crate::{Attribute, Item, Section, Value, VocabularyElement};

/// Everything in `epcisHeader`.
pub(super) fn header(report: &mut Report<'_>, names: &mut Names<'_>, node: Node<'_>, items: &mut VecDeque<Item>) {
    let Some(node) = object(report, node) else { return };
    for member in node.members() {
        if member.field == Field::EpcisMasterData {
            master_data(report, names, member.value, items);
        } else {
            let extension = names.private(report, member, "`epcisHeader`");
            items.push_back(Item::Extension(Section::Header, extension));
        }
    }
}

fn master_data(report: &mut Report<'_>, names: &mut Names<'_>, node: Node<'_>, items: &mut VecDeque<Item>) {
    let Some(node) = object(report, node) else { return };
    for member in node.members() {
        if member.field == Field::VocabularyList {
            vocabularies(report, names, member.value, items);
        } else {
            items.push_back(Item::Extension(Section::MasterData, names.extension(report, member)));
        }
    }
}

/// The elements of a `vocabularyList`.
pub(super) fn vocabularies(report: &mut Report<'_>, names: &mut Names<'_>, node: Node<'_>, items: &mut VecDeque<Item>) {
    let found = each(report, node, |report, node| Some(vocabulary(report, names, node)));
    items.extend(found.into_iter().flatten().map(Item::Vocabulary));
}

fn vocabulary(report: &mut Report<'_>, names: &mut Names<'_>, node: Node<'_>) -> Vec<VocabularyElement> {
    let (mut kind, mut elements, mut beside) = (None, Vec::new(), Vec::new());
    let Some(node) = object(report, node) else { return elements };
    for member in node.members() {
        match member.field {
            Field::Type => kind = Some(uri(report, member.value).unwrap_or_default()),
            Field::VocabularyElementList => {
                elements = each(report, member.value, |report, node| element(report, names, node));
            }
            _ => beside.push(names.extension(report, member)),
        }
    }
    if kind.is_none() {
        missing(report, node, "type", "name the vocabulary, such as `urn:epcglobal:epcis:vtype:Location`");
    }
    for element in &mut elements {
        kind.unwrap_or_default().clone_into(&mut element.vocabulary);
        element.vocabulary_extensions.clone_from(&beside);
    }
    elements
}

fn element(report: &mut Report<'_>, names: &mut Names<'_>, node: Node<'_>) -> Option<VocabularyElement> {
    let (mut has_id, mut id) = (false, None);
    let (mut attributes, mut children, mut extensions) = (Vec::new(), Vec::new(), Vec::new());
    for member in object(report, node)?.members() {
        match member.field {
            Field::Id => {
                has_id = true;
                id = identifier(report, member.value);
            }
            Field::Attributes => {
                attributes = each(report, member.value, |report, node| attribute(report, names, node));
            }
            Field::Children => children = identifiers(report, member.value),
            _ => extensions.push(names.extension(report, member)),
        }
    }
    if !has_id {
        missing(report, node, "id", "say what the attributes belong to");
    }
    let vocabulary_extensions = Vec::new();
    Some(VocabularyElement {
        vocabulary: String::new(),
        vocabulary_extensions,
        id: id?,
        attributes,
        children,
        extensions,
        field_attributes: Vec::new(),
    })
}

fn attribute(report: &mut Report<'_>, names: &mut Names<'_>, node: Node<'_>) -> Option<Attribute> {
    let (mut has_id, mut id, mut value, mut extensions) = (false, None, Value::Null, Vec::new());
    for member in object(report, node)?.members() {
        match member.field {
            Field::Id => {
                has_id = true;
                id = uri(report, member.value);
            }
            Field::Attribute => {
                if !matches!(member.value.kind(), Kind::Text | Kind::Number | Kind::Object) {
                    wrong_type(report, member.value, "a string, a number or an object");
                }
                value = names.value(report, member.value);
            }
            _ => extensions.push(names.extension(report, member)),
        }
    }
    if !has_id {
        missing(report, node, "id", "name the attribute, such as `cbvmda:name`");
    }
    Some(Attribute { id: id?.to_owned(), value, extensions })
}
