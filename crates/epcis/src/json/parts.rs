//! The parts of an event: places, quantities, transactions, sources, dispositions, declarations.

use std::collections::HashSet;

use gs1::Identifier;

use super::{
    extension::{Names, missing, unknown},
    report::{Report, Words},
    scalar::{identifier, iri, list, quantity, shown, term, time, unit, wrong_type},
    tree::{Json, Member, Node},
    vocabulary::Vocabulary,
};
use crate::{
    BizTransaction, ErrorDeclaration, Extension, PersistentDisposition, Place, QuantityElement, SourceDest, Term, rule,
};

/// Whether two equal elements of a list are one too many.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Unique {
    Yes,
    No,
}

pub(super) fn members<'n, 'a>(report: &mut Report<'_>, node: &'n Node<'a>) -> Option<&'n [Member<'a>]> {
    if let Json::Object(members) = &node.value {
        return Some(members);
    }
    wrong_type(report, node, "an object");
    None
}

/// Reads each element of an array; elements that are refused are left out.
pub(super) fn each<T>(
    report: &mut Report<'_>,
    node: &Node<'_>,
    mut read: impl FnMut(&mut Report<'_>, &Node<'_>) -> Option<T>,
) -> Vec<T> {
    let nodes = list(report, node).unwrap_or_default();
    let mut values = Vec::with_capacity(nodes.len());
    for (i, node) in nodes.iter().enumerate() {
        values.extend(report.within_index(i, |report| read(report, node)));
    }
    values
}

pub(super) fn at_least_one(report: &mut Report<'_>, node: &Node<'_>) {
    if matches!(&node.value, Json::List(nodes) if nodes.is_empty()) {
        report.reject(
            node.at,
            Words::new(rule::FIELD_VALUE, "the array is empty", "give at least one element, or leave the field out"),
        );
    }
}

pub(super) fn refuse_equal(report: &mut Report<'_>, node: &Node<'_>) {
    let Json::List(nodes) = &node.value else { return };
    let mut seen = HashSet::new();
    for (i, node) in nodes.iter().enumerate() {
        if let Json::Text(text) = &node.value
            && !seen.insert(text)
        {
            let words = Words::new(
                rule::FIELD_VALUE,
                format!("`{}` stands twice in the list", shown(text)),
                "keep one of them",
            );
            report.within_index(i, |report| report.reject(node.at, words));
        }
    }
}

pub(super) fn identifiers(report: &mut Report<'_>, node: &Node<'_>, unique: Unique) -> Vec<Identifier> {
    if unique == Unique::Yes {
        refuse_equal(report, node);
    }
    each(report, node, identifier)
}

pub(super) fn place(report: &mut Report<'_>, names: &mut Names<'_>, node: &Node<'_>) -> Option<Place> {
    let mut id = None;
    let mut extensions = Vec::new();
    let members = members(report, node)?;
    for member in members {
        if member.name == "id" {
            id = report.within("id", |report| identifier(report, &member.node));
        } else {
            extensions.push(names.extension(report, member));
        }
    }
    require(report, node, members, "id", "name the place by a URI, such as an SGLN");
    Some(Place { id: id?, extensions })
}

fn require(report: &mut Report<'_>, node: &Node<'_>, members: &[Member<'_>], field: &str, help: &str) {
    if !members.iter().any(|member| member.name == field) {
        missing(report, node.at, field, help);
    }
}

pub(super) fn quantities(report: &mut Report<'_>, node: &Node<'_>) -> Vec<QuantityElement> {
    each(report, node, quantity_element)
}

fn quantity_element(report: &mut Report<'_>, node: &Node<'_>) -> Option<QuantityElement> {
    let (mut epc_class, mut amount, mut uom) = (None, None, None);
    let members = members(report, node)?;
    for member in members {
        let node = &member.node;
        report.within(&member.name, |report| match &*member.name {
            "epcClass" => epc_class = identifier(report, node),
            "quantity" => amount = quantity(report, node),
            "uom" => uom = unit(report, node),
            _ => {}
        });
        if !matches!(&*member.name, "epcClass" | "quantity" | "uom") {
            unknown(report, member, "a quantity element");
        }
    }
    require(report, node, members, "epcClass", "name the class of what is counted, such as an LGTIN");
    Some(QuantityElement { epc_class: epc_class?, quantity: amount, uom })
}

/// A `type` from a vocabulary and a URI under a second name: the shape of transactions, sources and destinations.
fn typed(
    report: &mut Report<'_>,
    node: &Node<'_>,
    field: &str,
    vocabulary: Vocabulary,
) -> Option<(Option<Term>, Identifier)> {
    let (mut kind, mut id) = (None, None);
    let members = members(report, node)?;
    for member in members {
        if member.name == "type" {
            kind = report.within("type", |report| term(report, &member.node, vocabulary));
        } else if member.name == field {
            id = report.within(field, |report| identifier(report, &member.node));
        } else {
            unknown(report, member, &format!("an element with `{field}`"));
        }
    }
    require(report, node, members, field, "name it by a URI");
    Some((kind, id?))
}

pub(super) fn transactions(report: &mut Report<'_>, node: &Node<'_>) -> Vec<BizTransaction> {
    each(report, node, |report, node| {
        let (kind, id) = typed(report, node, "bizTransaction", Vocabulary::BizTransaction)?;
        Some(BizTransaction { kind, id })
    })
}

/// `sourceList` or `destinationList`; `field` is the name of the URI in each element.
pub(super) fn parties(report: &mut Report<'_>, node: &Node<'_>, field: &str) -> Vec<SourceDest> {
    each(report, node, |report, node| {
        let found = typed(report, node, field, Vocabulary::SourceDest);
        if let Json::Object(members) = &node.value {
            require(report, node, members, "type", "write `owning_party`, `possessing_party`, `location` or a URI");
        }
        let (kind, id) = found?;
        Some(SourceDest { kind: kind?, id })
    })
}

pub(super) fn persistent(report: &mut Report<'_>, node: &Node<'_>) -> Option<PersistentDisposition> {
    let mut found = PersistentDisposition::default();
    let members = members(report, node)?;
    for member in members {
        let list = match &*member.name {
            "set" => &mut found.set,
            "unset" => &mut found.unset,
            _ => {
                unknown(report, member, "a persistent disposition");
                continue;
            }
        };
        *list = report.within(&member.name, |report| {
            at_least_one(report, &member.node);
            refuse_equal(report, &member.node);
            each(report, &member.node, |report, node| term(report, node, Vocabulary::Disposition))
        });
    }
    if members.is_empty() {
        missing(report, node.at, "set", "say which dispositions are set or unset, or leave the field out");
    }
    Some(found)
}

pub(super) fn error_declaration(
    report: &mut Report<'_>,
    names: &mut Names<'_>,
    node: &Node<'_>,
) -> Option<ErrorDeclaration> {
    let (mut declared, mut reason) = (None, None);
    let (mut corrective_event_ids, mut extensions) = (Vec::new(), Vec::new());
    let members = members(report, node)?;
    for member in members {
        let node = &member.node;
        let known = report.within(&member.name, |report| {
            match &*member.name {
                "declarationTime" => declared = time(report, node),
                "reason" => reason = term(report, node, Vocabulary::ErrorReason),
                "correctiveEventIDs" => corrective_event_ids = each(report, node, identifier),
                _ => return false,
            }
            true
        });
        if !known {
            extensions.extend(names.private(report, member, "an error declaration"));
        }
    }
    require(report, node, members, "declarationTime", "say when the event was declared wrong");
    Some(ErrorDeclaration { declaration_time: declared?, reason, corrective_event_ids, extensions })
}

pub(super) fn certification(report: &mut Report<'_>, node: &Node<'_>) -> Vec<String> {
    if matches!(node.value, Json::List(_)) {
        return each(report, node, iri);
    }
    iri(report, node).into_iter().collect()
}

pub(super) fn ilmd(report: &mut Report<'_>, names: &mut Names<'_>, node: &Node<'_>) -> Vec<Extension> {
    let members = members(report, node).unwrap_or_default();
    members.iter().filter_map(|member| names.private(report, member, "`ilmd`")).collect()
}
