//! One event: its fields, and which of them may or must stand on which type.

use super::{
    context::{Context, verbatim},
    extension::{Names, missing, plain},
    field::{COUNT, Field},
    foreign,
    parts::{
        at_least_one, certification, different, error_declaration, identifiers, ilmd, object, parties, persistent,
        place, quantities, transactions,
    },
    report::{Report, Words},
    scalar::{action, identifier, needed_time, offset, term, text, time},
    sensor::sensor_elements,
    tape::{Member, Node},
    vocabulary::Vocabulary,
};
use crate::{Event, EventKind, Extension, LocalContext, rule};

/// A set of event types.
type Kinds = u8;
const OBJECT: Kinds = 1;
const AGGREGATION: Kinds = 2;
const TRANSACTION: Kinds = 4;
const TRANSFORMATION: Kinds = 8;
const ASSOCIATION: Kinds = 16;
const CONTAINING: Kinds = AGGREGATION | ASSOCIATION;
const ALL: Kinds = 31;

/// The event types on which a field may stand; none for a name that is no field of events.
fn kinds_of(field: Field) -> Kinds {
    match field {
        Field::Context
        | Field::Type
        | Field::EventTime
        | Field::RecordTime
        | Field::EventTimeZoneOffset
        | Field::EventId
        | Field::CertificationInfo
        | Field::ErrorDeclaration
        | Field::BizStep
        | Field::Disposition
        | Field::PersistentDisposition
        | Field::ReadPoint
        | Field::BizLocation
        | Field::BizTransactionList
        | Field::SourceList
        | Field::DestinationList
        | Field::SensorElementList => ALL,
        Field::Action => ALL & !TRANSFORMATION,
        Field::EpcList | Field::QuantityList => OBJECT | TRANSACTION,
        Field::Ilmd => OBJECT | TRANSFORMATION,
        Field::ParentId => CONTAINING | TRANSACTION,
        Field::ChildEpcs | Field::ChildQuantityList => CONTAINING,
        Field::InputEpcList
        | Field::InputQuantityList
        | Field::OutputEpcList
        | Field::OutputQuantityList
        | Field::TransformationId => TRANSFORMATION,
        _ => 0,
    }
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

fn format_owner(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Object => "an `ObjectEvent`",
        EventKind::Aggregation => "an `AggregationEvent`",
        EventKind::Transaction => "a `TransactionEvent`",
        EventKind::Transformation => "a `TransformationEvent`",
        EventKind::Association => "an `AssociationEvent`",
    }
}

/// The standard members of one event by name.
pub(super) struct Fields<'t> {
    event: Node<'t>,
    /// The cell of each value; 0 for what is not there.
    values: [u32; COUNT],
}

impl<'t> Fields<'t> {
    pub(super) fn of(event: Node<'t>) -> Self {
        let mut values = [0; COUNT];
        for member in event.members() {
            if let Some(slot) = values.get_mut(member.field.number()) {
                *slot = member.value.cell_number();
            }
        }
        Self { event, values }
    }

    pub(super) fn get(&self, field: Field) -> Option<Node<'t>> {
        self.event.at_cell(self.values.get(field.number()).copied()?)
    }

    fn has(&self, field: Field) -> bool {
        self.get(field).is_some()
    }

    /// Whether a list is there and not empty; a value that is no list has its own finding.
    fn has_some(&self, field: Field) -> bool {
        self.get(field).is_some_and(|node| !node.is_empty_list())
    }

    pub(super) fn need(&self, report: &mut Report<'_>, field: Field, help: &str) -> Option<Node<'t>> {
        let found = self.get(field);
        if found.is_none() {
            missing(report, self.event, field.name(), help);
        }
        found
    }
}

/// What an object in the place of an event is.
pub(super) enum Found {
    Event(Box<Event>),
    /// An event of a type outside the standard.
    Foreign(Box<Extension>),
}

/// Reads an event, reporting everything that is wrong with it. `None` when so much is missing that there is no event.
///
/// `whole_document` says that the event stands alone, and that its `@context` was read as the document's.
pub(super) fn event(
    report: &mut Report<'_>,
    context: &Context<'_>,
    node: Node<'_>,
    whole_document: bool,
) -> Option<Found> {
    let node = object(report, node)?;
    let fields = Fields::of(node);
    let help =
        "write `ObjectEvent`, `AggregationEvent`, `TransactionEvent`, `TransformationEvent` or `AssociationEvent`";
    let type_node = fields.need(report, Field::Type, help)?;
    let type_name = text(report, type_node)?;
    let declared = fields.get(Field::Context).filter(|_| !whole_document);
    let own = declared.map(|declared| {
        let mut own = Context::within(context);
        own.add(report, declared);
        own
    });
    let mut names = Names::new(own.as_ref().unwrap_or(context));
    let Some(kind) = EventKind::named(type_name) else {
        return Some(Found::Foreign(Box::new(foreign::event(
            report,
            &mut names,
            &fields,
            type_node,
            node,
            whole_document,
        ))));
    };
    let mut event = bare_event(report, &fields, kind);
    for member in node.members() {
        read_member(report, &mut names, event.as_deref_mut(), kind, member);
    }
    if let (Some(event), Some(declared)) = (&mut event, declared) {
        event.context = LocalContext(Some(Box::new(verbatim(declared))));
    }
    check_rules(report, &fields, kind);
    note_empty(report, &fields);
    event.map(Found::Event)
}

/// An event with no fields but the ones that it cannot be without.
fn bare_event(report: &mut Report<'_>, fields: &Fields<'_>, kind: EventKind) -> Option<Box<Event>> {
    let help = "give the offset in force where it happened, as in `-07:00`";
    let zone = fields.need(report, Field::EventTimeZoneOffset, help).and_then(|node| offset(report, node));
    let help = "say when it happened, as in `2028-08-15T22:30:00.000-07:00`";
    let time = fields.need(report, Field::EventTime, help);
    let time = time.and_then(|node| needed_time(report, node, zone.as_ref()));
    Some(Box::new(Event::new(kind, time?, zone?)))
}

fn read_member(
    report: &mut Report<'_>,
    names: &mut Names<'_>,
    event: Option<&mut Event>,
    kind: EventKind,
    member: Member<'_>,
) {
    if kinds_of(member.field) & bit(kind) != 0 {
        return read_standard(report, names, event, kind, member);
    }
    let extension = names.private(report, member, format_owner(kind));
    if let Some(event) = event {
        event.extensions.push(extension);
    }
}

/// Reads one standard field into the event; without an event it is checked all the same.
fn read_standard(
    report: &mut Report<'_>,
    names: &mut Names<'_>,
    event: Option<&mut Event>,
    kind: EventKind,
    member: Member<'_>,
) {
    let node = member.value;
    macro_rules! set {
        ($slot:ident, $value:expr) => {{
            let value = $value;
            if let Some(event) = event {
                event.$slot = value;
            }
        }};
    }
    match member.field {
        Field::EventId => set!(event_id, identifier(report, node)),
        Field::RecordTime => match time(report, node) {
            None => set_aside(event, member),
            time => set!(record_time, time),
        },
        Field::Action => set!(action, action(report, node)),
        Field::BizStep => set!(biz_step, term(report, node, Vocabulary::BizStep)),
        Field::Disposition => set!(disposition, term(report, node, Vocabulary::Disposition)),
        Field::PersistentDisposition => set!(persistent_disposition, persistent(report, node).map(Box::new)),
        Field::ReadPoint => set!(read_point, place(report, names, node)),
        Field::BizLocation => set!(biz_location, place(report, names, node)),
        Field::ParentId => set!(parent_id, identifier(report, node)),
        Field::TransformationId => set!(transformation_id, identifier(report, node).map(Box::new)),
        Field::EpcList => {
            let list = if kind == EventKind::Object { different(report, node) } else { identifiers(report, node) };
            set!(epc_list, list);
        }
        Field::QuantityList => set!(quantity_list, quantities(report, node)),
        Field::ChildEpcs => set!(child_epcs, identifiers(report, node)),
        Field::ChildQuantityList => set!(child_quantity_list, quantities(report, node)),
        Field::InputEpcList => set!(input_epc_list, different(report, node)),
        Field::InputQuantityList => set!(input_quantity_list, quantities(report, node)),
        Field::OutputEpcList => set!(output_epc_list, different(report, node)),
        Field::OutputQuantityList => set!(output_quantity_list, quantities(report, node)),
        Field::BizTransactionList => set!(biz_transaction_list, transactions(report, node)),
        Field::SourceList => set!(source_list, parties(report, node, Field::Source)),
        Field::DestinationList => set!(destination_list, parties(report, node, Field::Destination)),
        Field::SensorElementList => set!(sensor_element_list, sensor_elements(report, names, node)),
        Field::Ilmd => set!(ilmd, ilmd(report, names, node)),
        Field::CertificationInfo => set!(certification_info, certification(report, node)),
        Field::ErrorDeclaration => set!(error_declaration, error_declaration(report, names, node).map(Box::new)),
        // `@context`, `type`, `eventTime` and `eventTimeZoneOffset` were read before.
        _ => {}
    }
}

/// Lists that say nothing when they are empty. The schema wants `epcList` and `childEPCs` all the same.
const LISTS: &[Field] = &[
    Field::QuantityList,
    Field::ChildQuantityList,
    Field::InputEpcList,
    Field::InputQuantityList,
    Field::OutputEpcList,
    Field::OutputQuantityList,
    Field::BizTransactionList,
    Field::SourceList,
    Field::DestinationList,
    Field::SensorElementList,
    Field::CertificationInfo,
];

/// Says of the first empty member that it says nothing.
fn note_empty(report: &mut Report<'_>, fields: &Fields<'_>) {
    let lists = LISTS.iter().filter_map(|field| Some((*field, fields.get(*field)?)));
    let list = lists.clone().find(|(_, node)| node.is_empty_list());
    let hollow = |node: &Node<'_>| node.is_object() && node.members().next().is_none();
    let ilmd = fields.get(Field::Ilmd).filter(hollow).map(|node| (Field::Ilmd, node));
    if let Some((field, node)) = list.or(ilmd) {
        report.info(node, Words::new(rule::EMPTY, format!("`{}` is empty", field.name()), "leave it out"));
    }
}

/// Keeps a standard member whose value the schema allows, but not the type of the field.
fn set_aside(event: Option<&mut Event>, member: Member<'_>) {
    if let Some(event) = event {
        event.extensions.push(plain(member));
    }
}

/// The rules across fields.
fn check_rules(report: &mut Report<'_>, fields: &Fields<'_>, kind: EventKind) {
    let action = fields.get(Field::Action).and_then(|node| node.text());
    if kind != EventKind::Transformation {
        fields.need(report, Field::Action, "write `ADD`, `OBSERVE` or `DELETE`");
    }
    if kind == EventKind::Association {
        fields.need(report, Field::ParentId, "say into or out of which object the children went");
    }
    if kind == EventKind::Transaction
        && let Some(list) = fields.need(report, Field::BizTransactionList, "name at least one business transaction")
    {
        at_least_one(report, list);
    }
    if kind == EventKind::Object
        && let (Some(action @ ("OBSERVE" | "DELETE")), Some(found)) = (action, fields.get(Field::Ilmd))
    {
        let message = format!("`ilmd` cannot stand with action `{action}`");
        let help = "master data of a lot comes with its creation: action `ADD`, or a transformation";
        report.reject(found, Words::new(rule::FIELD_UNKNOWN, message, help));
    }
    check_objects(report, fields, kind, action == Some("DELETE"));
}

/// An event has to be about something.
fn check_objects(report: &mut Report<'_>, fields: &Fields<'_>, kind: EventKind, delete: bool) {
    let has = |field| fields.has(field);
    let some = |field| fields.has_some(field);
    let (good, field, help) = match kind {
        EventKind::Object => (
            has(Field::EpcList)
                || some(Field::QuantityList)
                || (some(Field::SensorElementList) && has(Field::ReadPoint)),
            "epcList",
            "give `epcList`, `quantityList`, or `sensorElementList` with `readPoint`",
        ),
        EventKind::Transaction => (
            has(Field::EpcList) || some(Field::QuantityList) || delete,
            "epcList",
            "give `epcList` or `quantityList`; only action `DELETE` may leave both out",
        ),
        EventKind::Aggregation | EventKind::Association => (
            some(Field::ChildEpcs) || some(Field::ChildQuantityList) || delete,
            "childEPCs",
            "give `childEPCs` or `childQuantityList`; only action `DELETE` may leave both out",
        ),
        EventKind::Transformation => {
            let input = some(Field::InputEpcList) || some(Field::InputQuantityList);
            let output = some(Field::OutputEpcList) || some(Field::OutputQuantityList);
            let linked = has(Field::TransformationId) && (input || output);
            (
                (input && output) || linked,
                if input { "outputQuantityList" } else { "inputQuantityList" },
                "give inputs and outputs; one of them is enough with a `transformationID` that links the events",
            )
        }
    };
    if !good {
        missing(report, fields.event, field, help);
    }
}
