//! The parts of an event: places, quantities, transactions, sources, dispositions, declarations.

use std::collections::HashSet;

use gs1::Identifier;

use super::{
    extension::{Names, forget_context, missing, unknown},
    field::Field,
    report::{Report, Words, shown},
    scalar::{identifier, needed_time, quantity, term, unit, uri, wrong_type},
    tape::{Kind, Node},
    vocabulary::Vocabulary,
};
use crate::{
    BizTransaction, ErrorDeclaration, Extension, PersistentDisposition, Place, QuantityElement, SourceDest, Term, rule,
};

/// So many elements of a list are compared with each other; longer lists are hashed.
const COMPARED: usize = 16;

/// The node, if it is an object.
pub(super) fn object<'t>(report: &mut Report<'_>, node: Node<'t>) -> Option<Node<'t>> {
    if node.is_object() {
        return Some(node);
    }
    wrong_type(report, node, "an object");
    None
}

/// Reads each element of an array; elements that are refused are left out.
pub(super) fn each<'t, T>(
    report: &mut Report<'_>,
    node: Node<'t>,
    mut read: impl FnMut(&mut Report<'_>, Node<'t>) -> Option<T>,
) -> Vec<T> {
    if node.kind() != Kind::List {
        wrong_type(report, node, "an array");
    }
    let mut found = Vec::with_capacity(node.items().count());
    found.extend(node.items().filter_map(|item| read(report, item)));
    found
}

pub(super) fn at_least_one(report: &mut Report<'_>, node: Node<'_>) {
    if node.is_empty_list() {
        let help = "give at least one element, or leave the field out";
        report.reject(node, Words::new(rule::FIELD_VALUE, "the array is empty", help));
    }
}

/// Refuses a list that has one string twice.
pub(super) fn refuse_equal(report: &mut Report<'_>, node: Node<'_>) {
    let texts = || node.items().filter(|item| item.kind() == Kind::Text);
    if texts().nth(COMPARED).is_some() {
        let mut seen = HashSet::new();
        for item in texts().filter(|item| !seen.insert(item.string())) {
            refuse_repeated(report, item);
        }
        return;
    }
    let mut seen = [""; COMPARED];
    for (i, item) in texts().enumerate() {
        if seen.iter().take(i).any(|earlier| *earlier == item.string()) {
            refuse_repeated(report, item);
        }
        if let Some(slot) = seen.get_mut(i) {
            *slot = item.string();
        }
    }
}

fn refuse_repeated(report: &mut Report<'_>, node: Node<'_>) {
    let message = format!("`{}` stands twice in the list", shown(node.string()));
    report.reject(node, Words::new(rule::FIELD_VALUE, message, "keep one of them"));
}

/// Identifiers of which no two may be one string.
pub(super) fn different(report: &mut Report<'_>, node: Node<'_>) -> Vec<Identifier> {
    refuse_equal(report, node);
    identifiers(report, node)
}

pub(super) fn identifiers(report: &mut Report<'_>, node: Node<'_>) -> Vec<Identifier> {
    each(report, node, identifier)
}

pub(super) fn place(report: &mut Report<'_>, names: &mut Names<'_>, node: Node<'_>) -> Option<Place> {
    let mut place = names.within(report, node, |names, report| place_within(report, names, node))?;
    forget_context(node, &mut place.extensions);
    Some(place)
}

fn place_within(report: &mut Report<'_>, names: &mut Names<'_>, node: Node<'_>) -> Option<Place> {
    let (mut has_id, mut id, mut extensions) = (false, None, Vec::new());
    for member in object(report, node)?.members() {
        if member.field == Field::Id {
            has_id = true;
            id = identifier(report, member.value);
        } else {
            extensions.push(names.extension(report, member));
        }
    }
    if !has_id {
        missing(report, node, "id", "name the place by a URI, such as an SGLN");
    }
    Some(Place { id: id?, extensions })
}

pub(super) fn quantities(report: &mut Report<'_>, node: Node<'_>) -> Vec<QuantityElement> {
    each(report, node, quantity_element)
}

fn quantity_element(report: &mut Report<'_>, node: Node<'_>) -> Option<QuantityElement> {
    let (mut has_id, mut epc_class, mut amount, mut uom) = (false, None, None, None);
    for member in object(report, node)?.members() {
        match member.field {
            Field::EpcClass => {
                has_id = true;
                epc_class = identifier(report, member.value);
            }
            Field::Quantity => amount = quantity(report, member.value),
            Field::Uom => uom = unit(report, member.value),
            _ => unknown(report, member, "a quantity element"),
        }
    }
    if !has_id {
        missing(report, node, "epcClass", "name the class of what is counted, such as an LGTIN");
    }
    Some(QuantityElement { epc_class: epc_class?, quantity: amount, uom })
}

/// A `type` from a vocabulary and a URI under a second name: the shape of transactions, sources and destinations.
struct Typed {
    kind: Option<Term>,
    /// Whether there is a `type`, good or not.
    has_kind: bool,
    id: Option<Identifier>,
}

fn typed(report: &mut Report<'_>, node: Node<'_>, field: Field, vocabulary: Vocabulary) -> Option<Typed> {
    let mut has_id = false;
    let mut found = Typed { kind: None, has_kind: false, id: None };
    for member in object(report, node)?.members() {
        if member.field == Field::Type {
            found.has_kind = true;
            found.kind = term(report, member.value, vocabulary);
        } else if member.field == field {
            has_id = true;
            found.id = identifier(report, member.value);
        } else {
            unknown(report, member, &format!("an element with `{}`", field.name()));
        }
    }
    if !has_id {
        missing(report, node, field.name(), "name it by a URI");
    }
    Some(found)
}

pub(super) fn transactions(report: &mut Report<'_>, node: Node<'_>) -> Vec<BizTransaction> {
    each(report, node, |report, node| {
        let found = typed(report, node, Field::BizTransaction, Vocabulary::BizTransaction)?;
        Some(BizTransaction { kind: found.kind, id: found.id? })
    })
}

/// `sourceList` or `destinationList`; `field` is the name of the URI in each element.
pub(super) fn parties(report: &mut Report<'_>, node: Node<'_>, field: Field) -> Vec<SourceDest> {
    each(report, node, |report, node| {
        let found = typed(report, node, field, Vocabulary::SourceDest)?;
        if !found.has_kind {
            missing(report, node, "type", "write `owning_party`, `possessing_party`, `location` or a URI");
        }
        Some(SourceDest { kind: found.kind?, id: found.id? })
    })
}

pub(super) fn persistent(report: &mut Report<'_>, node: Node<'_>) -> Option<PersistentDisposition> {
    let mut found = PersistentDisposition::default();
    for member in object(report, node)?.members() {
        let list = match member.field {
            Field::Set => &mut found.set,
            Field::Unset => &mut found.unset,
            _ => {
                unknown(report, member, "a persistent disposition");
                continue;
            }
        };
        at_least_one(report, member.value);
        refuse_equal(report, member.value);
        *list = each(report, member.value, |report, node| term(report, node, Vocabulary::Disposition));
    }
    if node.members().next().is_none() {
        missing(report, node, "set", "say which dispositions are set or unset, or leave the field out");
    }
    Some(found)
}

pub(super) fn error_declaration(
    report: &mut Report<'_>,
    names: &mut Names<'_>,
    node: Node<'_>,
) -> Option<ErrorDeclaration> {
    let found = names.within(report, node, |names, report| error_declaration_within(report, names, node));
    let mut declaration = found?;
    forget_context(node, &mut declaration.extensions);
    Some(declaration)
}

fn error_declaration_within(
    report: &mut Report<'_>,
    names: &mut Names<'_>,
    node: Node<'_>,
) -> Option<ErrorDeclaration> {
    let (mut dated, mut declared, mut reason) = (false, None, None);
    let (mut corrective_event_ids, mut extensions) = (Vec::new(), Vec::new());
    for member in object(report, node)?.members() {
        match member.field {
            Field::DeclarationTime => {
                dated = true;
                declared = needed_time(report, member.value, None);
            }
            Field::Reason => reason = term(report, member.value, Vocabulary::ErrorReason),
            Field::CorrectiveEventIds => corrective_event_ids = identifiers(report, member.value),
            _ => extensions.push(names.private(report, member, "an error declaration")),
        }
    }
    if !dated {
        missing(report, node, "declarationTime", "say when the event was declared wrong");
    }
    Some(ErrorDeclaration { declaration_time: declared?, reason, corrective_event_ids, extensions })
}

pub(super) fn certification(report: &mut Report<'_>, node: Node<'_>) -> Vec<String> {
    if node.kind() == Kind::List {
        return each(report, node, |report, node| uri(report, node).map(str::to_owned));
    }
    uri(report, node).map(str::to_owned).into_iter().collect()
}

pub(super) fn ilmd(report: &mut Report<'_>, names: &mut Names<'_>, node: Node<'_>) -> Vec<Extension> {
    let Some(node) = object(report, node) else { return Vec::new() };
    let mut ilmd = names.within(report, node, |names, report| {
        node.members().map(|member| names.private(report, member, "`ilmd`")).collect()
    });
    forget_context(node, &mut ilmd);
    ilmd
}
