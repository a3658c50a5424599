//! One event: its fields, and which of them may or must stand on which type.

use super::{
    context::Context,
    extension::{Names, missing, unknown},
    parts::{
        Unique, at_least_one, certification, error_declaration, identifiers, ilmd, members, parties, persistent, place,
        quantities, transactions,
    },
    report::{Report, Words},
    scalar::{action, identifier, is_iri, offset, shown, term, text, time},
    sensor::sensor_elements,
    tree::{Json, Member, Node},
    vocabulary::Vocabulary,
};
use crate::{Event, EventKind, rule};

/// A set of event types.
type Kinds = u8;
const OBJECT: Kinds = 1;
const AGGREGATION: Kinds = 2;
const TRANSACTION: Kinds = 4;
const TRANSFORMATION: Kinds = 8;
const ASSOCIATION: Kinds = 16;
const CONTAINING: Kinds = AGGREGATION | ASSOCIATION;
const ALL: Kinds = 31;

/// The event types on which a field may stand; `None` for a name that the standard does not know.
fn kinds_of(field: &str) -> Option<Kinds> {
    let kinds = match field {
        "@context"
        | "type"
        | "eventTime"
        | "recordTime"
        | "eventTimeZoneOffset"
        | "eventID"
        | "certificationInfo"
        | "errorDeclaration"
        | "bizStep"
        | "disposition"
        | "persistentDisposition"
        | "readPoint"
        | "bizLocation"
        | "bizTransactionList"
        | "sourceList"
        | "destinationList"
        | "sensorElementList" => ALL,
        "action" => ALL & !TRANSFORMATION,
        "epcList" | "quantityList" => OBJECT | TRANSACTION,
        "ilmd" => OBJECT | TRANSFORMATION,
        "parentID" => CONTAINING | TRANSACTION,
        "childEPCs" | "childQuantityList" => CONTAINING,
        "inputEPCList" | "inputQuantityList" | "outputEPCList" | "outputQuantityList" | "transformationID" => {
            TRANSFORMATION
        }
        _ => return None,
    };
    Some(kinds)
}

fn bit(kind: EventKind) -> Kinds {
    match kind {
        EventKind::Object => OBJECT,
        EventKind::Aggregation => AGGREGATION,
        EventKind::Transaction => TRANSACTION,
        EventKind::Transformation => TRANSFORMATION,
        EventKind::Association => ASSOCIATION,
    }
}

/// An event type as it is written.
pub(super) fn kind_named(name: &str) -> Option<EventKind> {
    Some(match name {
        "ObjectEvent" => EventKind::Object,
        "AggregationEvent" => EventKind::Aggregation,
        "TransactionEvent" => EventKind::Transaction,
        "TransformationEvent" => EventKind::Transformation,
        "AssociationEvent" => EventKind::Association,
        _ => return None,
    })
}

fn find<'n, 'a>(members: &'n [Member<'a>], name: &str) -> Option<&'n Node<'a>> {
    members.iter().find(|member| member.name == name).map(|member| &member.node)
}

/// Reads an event, reporting everything that is wrong with it. `None` when so much is missing that there is no event.
pub(super) fn event(report: &mut Report<'_>, context: &Context, node: &Node<'_>) -> Option<Event> {
    let members = members(report, node)?;
    let kind = event_kind(report, node, members)?;
    let mut own = None;
    if let Some(declared) = find(members, "@context") {
        report.within("@context", |report| check_context(report, declared));
        own.insert(context.clone()).add(declared);
    }
    let mut names = Names::new(own.as_ref().unwrap_or(context));
    let mut event = bare_event(report, node, members, kind);
    for member in members {
        read_member(report, &mut names, &mut event, kind, member);
    }
    check_rules(report, node, members, kind);
    event
}

fn event_kind(report: &mut Report<'_>, node: &Node<'_>, members: &[Member<'_>]) -> Option<EventKind> {
    let help =
        "write `ObjectEvent`, `AggregationEvent`, `TransactionEvent`, `TransformationEvent` or `AssociationEvent`";
    let Some(found) = find(members, "type") else {
        missing(report, node.at, "type", help);
        return None;
    };
    report.within("type", |report| {
        let name = text(report, found)?;
        let kind = kind_named(name);
        if kind.is_none() {
            let what =
                if is_iri(name) { "is a private event type, which is not understood" } else { "is not an event type" };
            report.reject(found.at, Words::new(rule::EVENT_TYPE, format!("`{}` {what}", shown(name)), help));
        }
        kind
    })
}

/// Checks the form of a `@context`.
pub(super) fn check_context(report: &mut Report<'_>, node: &Node<'_>) {
    let fits = |node: &Node<'_>| match &node.value {
        Json::Text(address) => is_iri(address),
        Json::Object(_) => true,
        _ => false,
    };
    let good = match &node.value {
        Json::List(nodes) => nodes.iter().all(fits),
        _ => fits(node),
    };
    if !good {
        let message = format!("found {} that is not a context", node.kind());
        let help = "write the address of a context, an object of prefixes, or an array of both";
        report.reject(node.at, Words::new(rule::FIELD_TYPE, message, help));
    }
}

/// An event with no fields but the ones that it cannot be without.
fn bare_event(report: &mut Report<'_>, node: &Node<'_>, members: &[Member<'_>], kind: EventKind) -> Option<Event> {
    let mut event_time = None;
    if let Some(found) = find(members, "eventTime") {
        event_time = report.within("eventTime", |report| time(report, found));
    } else {
        missing(report, node.at, "eventTime", "say when it happened, as in `2028-08-15T22:30:00.000-07:00`");
    }
    let mut event_time_zone_offset = None;
    if let Some(found) = find(members, "eventTimeZoneOffset") {
        event_time_zone_offset = report.within("eventTimeZoneOffset", |report| offset(report, found));
    } else {
        missing(report, node.at, "eventTimeZoneOffset", "give the offset in force where it happened, as in `-07:00`");
    }
    Some(Event::new(kind, event_time?, event_time_zone_offset?))
}

fn read_member(
    report: &mut Report<'_>,
    names: &mut Names<'_>,
    event: &mut Option<Event>,
    kind: EventKind,
    member: &Member<'_>,
) {
    let owner = format_owner(kind);
    match kinds_of(&member.name) {
        None => {
            let extension = names.private(report, member, owner);
            if let Some(event) = event {
                event.extensions.extend(extension);
            }
        }
        Some(kinds) if kinds & bit(kind) == 0 => unknown(report, member, owner),
        Some(_) => report.within(&member.name, |report| {
            read_standard(report, names, event, &member.name, &member.node);
        }),
    }
}

fn format_owner(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Object => "an `ObjectEvent`",
        EventKind::Aggregation => "an `AggregationEvent`",
        EventKind::Transaction => "a `TransactionEvent`",
        EventKind::Transformation => "a `TransformationEvent`",
        EventKind::Association => "an `AssociationEvent`",
    }
}

/// Reads one standard field into the event; without an event it is checked all the same.
fn read_standard(
    report: &mut Report<'_>,
    names: &mut Names<'_>,
    event: &mut Option<Event>,
    field: &str,
    node: &Node<'_>,
) {
    macro_rules! set {
        ($slot:ident, $value:expr) => {{
            let value = $value;
            if let Some(event) = event {
                event.$slot = value;
            }
        }};
    }
    match field {
        "eventID" => set!(event_id, identifier(report, node)),
        "recordTime" => set!(record_time, time(report, node)),
        "action" => set!(action, action(report, node)),
        "bizStep" => set!(biz_step, term(report, node, Vocabulary::BizStep)),
        "disposition" => set!(disposition, term(report, node, Vocabulary::Disposition)),
        "persistentDisposition" => set!(persistent_disposition, persistent(report, node)),
        "readPoint" => set!(read_point, place(report, names, node)),
        "bizLocation" => set!(biz_location, place(report, names, node)),
        "parentID" => set!(parent_id, identifier(report, node)),
        "transformationID" => set!(transformation_id, identifier(report, node)),
        "epcList" => set!(epc_list, identifiers(report, node, Unique::Yes)),
        "quantityList" => set!(quantity_list, quantities(report, node)),
        "childEPCs" => set!(child_epcs, identifiers(report, node, Unique::No)),
        "childQuantityList" => set!(child_quantity_list, quantities(report, node)),
        "inputEPCList" => set!(input_epc_list, identifiers(report, node, Unique::Yes)),
        "inputQuantityList" => set!(input_quantity_list, quantities(report, node)),
        "outputEPCList" => set!(output_epc_list, identifiers(report, node, Unique::Yes)),
        "outputQuantityList" => set!(output_quantity_list, quantities(report, node)),
        "bizTransactionList" => set!(biz_transaction_list, transactions(report, node)),
        "sourceList" => set!(source_list, parties(report, node, "source")),
        "destinationList" => set!(destination_list, parties(report, node, "destination")),
        "sensorElementList" => set!(sensor_element_list, sensor_elements(report, names, node)),
        "ilmd" => set!(ilmd, ilmd(report, names, node)),
        "certificationInfo" => set!(certification_info, certification(report, node)),
        "errorDeclaration" => set!(error_declaration, error_declaration(report, names, node)),
        // `@context`, `type`, `eventTime` and `eventTimeZoneOffset` were read before.
        _ => {}
    }
}

/// The rules across fields.
fn check_rules(report: &mut Report<'_>, node: &Node<'_>, members: &[Member<'_>], kind: EventKind) {
    let has = |field: &str| find(members, field).is_some();
    let action = match find(members, "action").map(|node| &node.value) {
        Some(Json::Text(action)) => Some(&**action),
        _ => None,
    };
    if kind != EventKind::Transformation && !has("action") {
        missing(report, node.at, "action", "write `ADD`, `OBSERVE` or `DELETE`");
    }
    let parent_wanted = match kind {
        EventKind::Association => true,
        EventKind::Aggregation => matches!(action, Some("ADD" | "DELETE")),
        _ => false,
    };
    if parent_wanted && !has("parentID") {
        missing(report, node.at, "parentID", "say into or out of which object the children went");
    }
    if kind == EventKind::Transaction {
        match find(members, "bizTransactionList") {
            None => missing(report, node.at, "bizTransactionList", "name at least one business transaction"),
            Some(list) => report.within("bizTransactionList", |report| at_least_one(report, list)),
        }
    }
    if kind == EventKind::Object
        && matches!(action, Some("OBSERVE" | "DELETE"))
        && let Some(found) = find(members, "ilmd")
    {
        let words = Words::new(
            rule::FIELD_UNKNOWN,
            format!("`ilmd` cannot stand with action `{}`", action.unwrap_or_default()),
            "master data of a lot comes with its creation: action `ADD`, or a transformation",
        );
        report.within("ilmd", |report| report.reject(found.at, words));
    }
    check_objects(report, node, members, kind, action == Some("DELETE"));
}

/// An event has to be about something.
fn check_objects(report: &mut Report<'_>, node: &Node<'_>, members: &[Member<'_>], kind: EventKind, delete: bool) {
    let has = |field: &str| find(members, field).is_some();
    let some = |field: &str| match find(members, field).map(|node| &node.value) {
        Some(Json::List(nodes)) => !nodes.is_empty(),
        // A value that is not an array has its own finding.
        other => other.is_some(),
    };
    let (good, field, help) = match kind {
        EventKind::Object => (
            has("epcList") || some("quantityList") || (some("sensorElementList") && has("readPoint")),
            "epcList",
            "give `epcList`, `quantityList`, or `sensorElementList` with `readPoint`",
        ),
        EventKind::Transaction => (
            has("epcList") || some("quantityList") || delete,
            "epcList",
            "give `epcList` or `quantityList`; only action `DELETE` may leave both out",
        ),
        EventKind::Aggregation | EventKind::Association => (
            some("childEPCs") || some("childQuantityList") || delete,
            "childEPCs",
            "give `childEPCs` or `childQuantityList`; only action `DELETE` may leave both out",
        ),
        EventKind::Transformation => {
            let input = some("inputEPCList") || some("inputQuantityList");
            let output = some("outputEPCList") || some("outputQuantityList");
            let linked = has("transformationID") && (input || output);
            (
                (input && output) || linked,
                if input { "outputQuantityList" } else { "inputQuantityList" },
                "give inputs and outputs; one of them is enough with a `transformationID` that links the events",
            )
        }
    };
    if !good {
        missing(report, node.at, field, help);
    }
}
