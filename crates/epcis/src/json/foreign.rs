//! Events of types outside the standard.

use super::{
    event::Fields,
    extension::Names,
    field::Field,
    parts::{certification, error_declaration},
    report::{Report, Words, shown},
    scalar::{identifier, offset, time_text},
    tape::Node,
    uri::is_uri,
};
use crate::{Extension, Value, rule};

/// The event as a tree: its type is the name. What every event has is checked, the rest is the sender's own.
pub(super) fn event(
    report: &mut Report<'_>,
    names: &mut Names<'_>,
    fields: &Fields<'_>,
    type_node: Node<'_>,
    node: Node<'_>,
    whole_document: bool,
) -> Extension {
    let type_name = type_node.string();
    let (rule, message) = if is_uri(type_name) {
        (rule::EVENT_TYPE, format!("`{}` is a private event type, which is kept but not understood", shown(type_name)))
    } else {
        (rule::JSON_NAME_FORMAT, format!("`{}` is not an event type", shown(type_name)))
    };
    let help = "write one of the five types of the standard, or a type with a prefix that `@context` declares";
    if is_uri(type_name) {
        report.info(type_node, Words::new(rule, message, help));
    } else {
        report.warn(type_node, Words::new(rule, message, help));
    }
    if let Some(found) = fields.need(report, Field::EventTime, "say when it happened") {
        time_text(report, found);
    }
    if let Some(found) = fields.need(report, Field::EventTimeZoneOffset, "give the offset in force where it happened") {
        offset(report, found);
    }
    for (field, check) in CHECKS {
        if let Some(found) = fields.get(*field) {
            check(report, names, found);
        }
    }
    let name = names.resolved(report, type_node);
    let kept = |field| field != Field::Type && !(whole_document && field == Field::Context);
    let members = node.members().filter(|member| kept(member.field));
    let members = members.map(|member| names.extension(report, member)).collect();
    Extension { name, attributes: Vec::new(), value: Value::Members(members) }
}

type Check = fn(&mut Report<'_>, &mut Names<'_>, Node<'_>);

/// The fields that every event may have.
const CHECKS: &[(Field, Check)] = &[
    (Field::RecordTime, |report, _, node| time_text(report, node)),
    (Field::EventId, |report, _, node| drop(identifier(report, node))),
    (Field::CertificationInfo, |report, _, node| drop(certification(report, node))),
    (Field::ErrorDeclaration, |report, names, node| drop(error_declaration(report, names, node))),
];
