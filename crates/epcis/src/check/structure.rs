//! What an event has to have.

use super::{Findings, Words, place::Step};
use crate::{Action, Event, EventKind, rule};

pub(super) fn check(event: &Event, findings: &mut Findings<'_>) {
    parents(event, findings);
    objects(event, findings);
    ilmd(event, findings);
    error_declaration(event, findings);
}

/// Only an observation may leave the parent of an aggregation open.
fn parents(event: &Event, findings: &mut Findings<'_>) {
    let needed = match event.kind {
        EventKind::Aggregation => event.action != Some(Action::Observe),
        EventKind::Association => true,
        EventKind::Object | EventKind::Transaction | EventKind::Transformation => false,
    };
    if needed && event.parent_id.is_none() {
        findings.add(rule::PARENT_MISSING, &[], Words::new("the event has no `parentID`", "add `parentID`"));
    }
}

/// An event about nothing is accepted, but no lot will ever be found by it.
fn objects(event: &Event, findings: &mut Findings<'_>) {
    let (empty, fields) = match event.kind {
        EventKind::Object => {
            (event.epc_list.is_empty() && event.quantity_list.is_empty(), "`epcList` or `quantityList`")
        }
        EventKind::Transaction => (
            event.epc_list.is_empty() && event.quantity_list.is_empty() && event.parent_id.is_none(),
            "`epcList` or `quantityList`",
        ),
        EventKind::Aggregation | EventKind::Association => (
            event.child_epcs.is_empty() && event.child_quantity_list.is_empty() && event.action == Some(Action::Add),
            "`childEPCs` or `childQuantityList`",
        ),
        EventKind::Transformation => (
            event.transformation_id.is_none()
                && ((event.input_epc_list.is_empty() && event.input_quantity_list.is_empty())
                    || (event.output_epc_list.is_empty() && event.output_quantity_list.is_empty())),
            "inputs and outputs, or a `transformationID` that other events have too",
        ),
    };
    if empty && event.sensor_element_list.is_empty() {
        let message = if event.kind == EventKind::Transformation {
            "the transformation lacks inputs or outputs"
        } else {
            "the event names no objects"
        };
        findings.add(rule::OBJECTS_MISSING, &[], Words::new(message, format!("add {fields}")));
    }
}

/// Instance and lot master data are given when something begins to be.
fn ilmd(event: &Event, findings: &mut Findings<'_>) {
    if event.kind == EventKind::Object && !event.ilmd.is_empty() && event.action != Some(Action::Add) {
        let words = Words::new("`ilmd` stands on an event that creates nothing", "give `ilmd` with action `ADD` only");
        findings.add(rule::ILMD_ACTION, &[Step::Field("ilmd")], words);
    }
}

fn error_declaration(event: &Event, findings: &mut Findings<'_>) {
    if event.error_declaration.as_ref().is_some_and(|declaration| declaration.reason.is_none()) {
        let words = Words::new(
            "the event is declared wrong without a reason",
            "add `reason`: the event did not occur, or its data are incorrect",
        );
        findings.add(rule::ERROR_REASON, &[Step::Field("errorDeclaration")], words);
    }
}
