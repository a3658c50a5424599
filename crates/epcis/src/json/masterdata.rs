//! `vocabularyList`: master data.

use gs1::Identifier;

use super::{
    extension::{Names, missing},
    parts::{each, members},
    report::Report,
    scalar::{identifier, iri, wrong_type},
    tree::{Json, Node},
};
use crate::{Attribute, VocabularyElement};

/// The elements of `epcisHeader`.
pub(super) fn header(report: &mut Report<'_>, names: &mut Names<'_>, node: &Node<'_>) -> Vec<VocabularyElement> {
    let mut found = Vec::new();
    for member in members(report, node).unwrap_or_default() {
        if member.name == "epcisMasterData" {
            report.within(&member.name, |report| {
                for member in members(report, &member.node).unwrap_or_default() {
                    if member.name == "vocabularyList" {
                        found = report.within(&member.name, |report| vocabularies(report, names, &member.node));
                    }
                }
            });
        } else {
            names.private(report, member, "`epcisHeader`");
        }
    }
    found
}

/// The elements of a `vocabularyList`.
pub(super) fn vocabularies(report: &mut Report<'_>, names: &mut Names<'_>, node: &Node<'_>) -> Vec<VocabularyElement> {
    each(report, node, |report, node| Some(vocabulary(report, names, node))).into_iter().flatten().collect()
}

fn vocabulary(report: &mut Report<'_>, names: &mut Names<'_>, node: &Node<'_>) -> Vec<VocabularyElement> {
    let mut kind = None;
    let mut elements = Vec::new();
    let Some(members) = members(report, node) else { return elements };
    for member in members {
        report.within(&member.name, |report| match &*member.name {
            "type" => kind = iri(report, &member.node),
            "vocabularyElementList" => {
                elements = each(report, &member.node, |report, node| element(report, names, node));
            }
            _ => {}
        });
    }
    if !members.iter().any(|member| member.name == "type") {
        missing(report, node.at, "type", "name the vocabulary, such as `urn:epcglobal:epcis:vtype:Location`");
    }
    for element in &mut elements {
        element.vocabulary = kind.clone().unwrap_or_default();
    }
    elements
}

fn element(report: &mut Report<'_>, names: &mut Names<'_>, node: &Node<'_>) -> Option<VocabularyElement> {
    let mut id: Option<Identifier> = None;
    let (mut attributes, mut children, mut extensions) = (Vec::new(), Vec::new(), Vec::new());
    let members = members(report, node)?;
    for member in members {
        let known = report.within(&member.name, |report| {
            match &*member.name {
                "id" => id = identifier(report, &member.node),
                "attributes" => attributes = each(report, &member.node, |report, node| attribute(report, names, node)),
                "children" => children = each(report, &member.node, identifier),
                _ => return false,
            }
            true
        });
        if !known {
            extensions.push(names.extension(report, member));
        }
    }
    if !members.iter().any(|member| member.name == "id") {
        missing(report, node.at, "id", "say what the attributes belong to");
    }
    Some(VocabularyElement {
        vocabulary: String::new(),
        id: id?,
        attributes,
        children,
        extensions,
        field_attributes: Vec::new(),
    })
}

fn attribute(report: &mut Report<'_>, names: &mut Names<'_>, node: &Node<'_>) -> Option<Attribute> {
    let mut id = None;
    let mut value = crate::Value::Null;
    let members = members(report, node)?;
    for member in members {
        report.within(&member.name, |report| match &*member.name {
            "id" => id = iri(report, &member.node),
            "attribute" => {
                if !matches!(member.node.value, Json::Text(_) | Json::Number(_) | Json::Object(_)) {
                    wrong_type(report, &member.node, "a string, a number or an object");
                }
                value = names.value(report, &member.node);
            }
            _ => {}
        });
    }
    if !members.iter().any(|member| member.name == "id") {
        missing(report, node.at, "id", "name the attribute, such as `cbvmda:name`");
    }
    Some(Attribute { id: id?, value })
}
