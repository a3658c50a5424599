//! Events that XML takes and the schema of JSON refuses.

use gs1::Identifier;

use super::{notes::Notes, terms::is_iri};
use crate::{Action, Event, EventKind, rule};

/// Says what of an event the schema of JSON refuses although it is written.
pub(super) fn note(event: &Event, notes: &mut Notes) {
    for id in identifiers(event).filter(|id| !is_iri(id.spelled())) {
        notes.warn(rule::REFUSED, || format!("the schema of JSON refuses `{}`, which is no URI", id.spelled()));
    }
    if !has_objects(event) {
        notes.warn(rule::REFUSED, || "the schema of JSON refuses an event that names no objects".to_owned());
    }
}

/// The identifiers that have to be URIs and are written whatever they are.
fn identifiers(event: &Event) -> impl Iterator<Item = &Identifier> {
    let lists = [&event.epc_list, &event.child_epcs, &event.input_epc_list, &event.output_epc_list];
    let quantities =
        [&event.quantity_list, &event.child_quantity_list, &event.input_quantity_list, &event.output_quantity_list];
    let declared = event.error_declaration.iter().flat_map(|declaration| &declaration.corrective_event_ids);
    let places = event.read_point.iter().chain(&event.biz_location).map(|place| &place.id);
    let parties = event.source_list.iter().chain(&event.destination_list).map(|party| &party.id);
    (event.parent_id.iter().chain(event.transformation_id.as_deref()))
        .chain(lists.into_iter().flatten())
        .chain(quantities.into_iter().flatten().map(|element| &element.epc_class))
        .chain(event.biz_transaction_list.iter().map(|transaction| &transaction.id))
        .chain(declared)
        .chain(places)
        .chain(parties)
}

/// Whether an event is about something, as the schema wants it; where an empty list will do, the writer adds one.
fn has_objects(event: &Event) -> bool {
    match event.kind {
        EventKind::Object | EventKind::Transaction => true,
        EventKind::Aggregation | EventKind::Association => {
            let children = !event.child_epcs.is_empty() || !event.child_quantity_list.is_empty();
            children || event.action == Some(Action::Delete)
        }
        EventKind::Transformation => {
            let input = !event.input_epc_list.is_empty() || !event.input_quantity_list.is_empty();
            let output = !event.output_epc_list.is_empty() || !event.output_quantity_list.is_empty();
            (input && output) || (event.transformation_id.is_some() && (input || output))
        }
    }
}
