//! An event element becomes an [`Event`].

use gs1::Identifier;
use jiff::Timestamp;

use super::{
    grammar::{self, Grammar, Version},
    sensor,
    tree::{At, Element, SCHEMA_INSTANCE},
    walk::Walk,
};
use crate::{
    Action, BizTransaction, ErrorDeclaration, Event, EventKind, EventTime, Extension, PersistentDisposition, Place,
    QuantityElement, SourceDest, Term, Value, ZoneOffset, rule,
};

/// Which kind of event an element is.
pub(super) fn kind(local: &str) -> Option<EventKind> {
    match local {
        "ObjectEvent" => Some(EventKind::Object),
        "AggregationEvent" => Some(EventKind::Aggregation),
        "TransactionEvent" => Some(EventKind::Transaction),
        "TransformationEvent" => Some(EventKind::Transformation),
        "AssociationEvent" => Some(EventKind::Association),
        _ => None,
    }
}

/// The generation of the schema that a bare event follows: only 1.x wraps fields of the standard.
pub(super) fn version_of(element: &Element) -> Version {
    let wraps = |child: &Element| {
        child.is_local()
            && matches!(child.name.local.as_str(), "baseExtension" | "extension")
            && child.children.iter().any(Element::is_local)
    };
    if element.children.iter().any(wraps) { Version::V1 } else { Version::V2 }
}

/// Reads an event; it is acceptable when `walk` has no rejecting finding.
pub(super) fn read(walk: &mut Walk, element: &Element, kind: EventKind) -> Event {
    let mut event = Event::new(kind, EventTime::from(Timestamp::UNIX_EPOCH), ZoneOffset::utc());
    fields(walk, &At::root(element), grammar::event(kind, walk.version), &mut event);
    let foreign = element
        .attributes
        .iter()
        .filter(|(name, _)| !name.prefix.is_empty() && name.namespace != SCHEMA_INSTANCE && name.prefix != "xml");
    event.extensions.extend(foreign.map(|(name, value)| Extension {
        name: name.clone(),
        attributes: Vec::new(),
        value: Value::Text(value.clone()),
    }));
    event
}

fn fields(walk: &mut Walk, at: &At<'_>, grammar: &'static Grammar, event: &mut Event) {
    let extensions = walk.children(at, grammar, |walk, name, child| match name {
        "baseExtension" => grammar.base.into_iter().for_each(|inner| fields(walk, child, inner, event)),
        "extension" => grammar.extension.into_iter().for_each(|inner| fields(walk, child, inner, event)),
        name => field(walk, name, child, event),
    });
    event.extensions.extend(extensions);
}

fn field(walk: &mut Walk, name: &str, at: &At<'_>, event: &mut Event) {
    match name {
        "eventTime" => event.event_time = walk.time(at).unwrap_or_else(|| event.event_time.clone()),
        "recordTime" => event.record_time = walk.time(at),
        "eventTimeZoneOffset" => {
            event.event_time_zone_offset = walk.offset(at).unwrap_or_else(|| event.event_time_zone_offset.clone());
        }
        "eventID" => event.event_id = walk.optional_identifier(at),
        "errorDeclaration" => event.error_declaration = error_declaration(walk, at),
        "certificationInfo" => event.certification_info.extend(walk.optional_text(at).map(str::to_owned)),
        "action" => event.action = action(walk, at),
        "bizStep" => event.biz_step = walk.term(at),
        "disposition" => event.disposition = walk.term(at),
        "persistentDisposition" => event.persistent_disposition = Some(persistent_disposition(walk, at)),
        "readPoint" => event.read_point = place(walk, at),
        "bizLocation" => event.biz_location = place(walk, at),
        "parentID" => event.parent_id = walk.optional_identifier(at),
        "transformationID" => event.transformation_id = walk.optional_identifier(at),
        "ilmd" => event.ilmd = open(walk, at, &grammar::ILMD, |_, _, _| ()),
        "sensorElementList" => {
            let (elements, extensions) = sensor::list(walk, at);
            event.sensor_element_list = elements;
            event.extensions.extend(extensions);
        }
        name => list(walk, name, at, event),
    }
}

fn list(walk: &mut Walk, name: &str, at: &At<'_>, event: &mut Event) {
    match name {
        "epcList" => event.epc_list = epcs(walk, at),
        "childEPCs" => event.child_epcs = epcs(walk, at),
        "inputEPCList" => event.input_epc_list = epcs(walk, at),
        "outputEPCList" => event.output_epc_list = epcs(walk, at),
        "quantityList" => event.quantity_list = quantities(walk, at),
        "childQuantityList" => event.child_quantity_list = quantities(walk, at),
        "inputQuantityList" => event.input_quantity_list = quantities(walk, at),
        "outputQuantityList" => event.output_quantity_list = quantities(walk, at),
        "bizTransactionList" => event.biz_transaction_list = biz_transactions(walk, at),
        "sourceList" => event.source_list = source_dests(walk, at, &grammar::SOURCE_LIST),
        "destinationList" => event.destination_list = source_dests(walk, at, &grammar::DESTINATION_LIST),
        _ => {}
    }
}

/// Children of an element with an extension point: what stands in `extension` is unfolded.
pub(super) fn open(
    walk: &mut Walk,
    at: &At<'_>,
    grammar: &'static Grammar,
    mut part: impl FnMut(&mut Walk, &'static str, &At<'_>),
) -> Vec<Extension> {
    let mut inner = Vec::new();
    let outer = walk.children(at, grammar, |walk, name, child| match name {
        "extension" => inner.extend(child.element.children.iter().map(Element::to_extension)),
        name => part(walk, name, child),
    });
    inner.extend(outer);
    inner
}

fn action(walk: &mut Walk, at: &At<'_>) -> Option<Action> {
    match walk.text(at)? {
        "ADD" => Some(Action::Add),
        "OBSERVE" => Some(Action::Observe),
        "DELETE" => Some(Action::Delete),
        other => {
            let message = format!("`{other}` is not an action");
            walk.reject(at, rule::FIELD_VALUE, message, "write `ADD`, `OBSERVE` or `DELETE`");
            None
        }
    }
}

fn place(walk: &mut Walk, at: &At<'_>) -> Option<Place> {
    let mut id = None;
    let extensions = open(walk, at, &grammar::PLACE, |walk, _, child| id = walk.identifier(child));
    id.map(|id| Place { id, extensions })
}

fn persistent_disposition(walk: &mut Walk, at: &At<'_>) -> PersistentDisposition {
    let mut found = PersistentDisposition::default();
    walk.children(at, &grammar::PERSISTENT_DISPOSITION, |walk, name, child| match name {
        "set" => found.set.extend(walk.term(child)),
        _ => found.unset.extend(walk.term(child)),
    });
    found
}

fn error_declaration(walk: &mut Walk, at: &At<'_>) -> Option<ErrorDeclaration> {
    let mut time = None;
    let mut reason = None;
    let mut corrective_event_ids = Vec::new();
    let extensions = open(walk, at, grammar::error_declaration(walk.version), |walk, name, child| match name {
        "declarationTime" => time = walk.time(child),
        "reason" => reason = walk.term(child),
        _ => {
            walk.children(child, &grammar::CORRECTIVE_EVENT_IDS, |walk, _, id| {
                corrective_event_ids.extend(walk.optional_identifier(id));
            });
        }
    });
    time.map(|declaration_time| ErrorDeclaration { declaration_time, reason, corrective_event_ids, extensions })
}

fn epcs(walk: &mut Walk, at: &At<'_>) -> Vec<Identifier> {
    let mut epcs = Vec::new();
    walk.children(at, &grammar::EPC_LIST, |walk, _, child| epcs.extend(walk.optional_identifier(child)));
    epcs
}

fn quantities(walk: &mut Walk, at: &At<'_>) -> Vec<QuantityElement> {
    let mut elements = Vec::new();
    walk.children(at, &grammar::QUANTITY_LIST, |walk, _, child| elements.extend(quantity_element(walk, child)));
    elements
}

fn quantity_element(walk: &mut Walk, at: &At<'_>) -> Option<QuantityElement> {
    let mut epc_class = None;
    let mut quantity = None;
    let mut uom = None;
    let mut counted = false;
    walk.children(at, &grammar::QUANTITY_ELEMENT, |walk, name, child| match name {
        "epcClass" => epc_class = walk.identifier(child),
        "quantity" => {
            counted = true;
            quantity = walk.quantity(child);
        }
        _ => uom = walk.optional_text(child).map(str::to_owned),
    });
    if uom.is_some() && !counted {
        let message = "`quantityElement` has `uom` without `quantity`".to_owned();
        walk.reject(at, rule::FIELD_MISSING, message, "add `quantity`");
    }
    epc_class.map(|epc_class| QuantityElement { epc_class, quantity, uom })
}

fn biz_transactions(walk: &mut Walk, at: &At<'_>) -> Vec<BizTransaction> {
    let mut transactions = Vec::new();
    walk.children(at, &grammar::BIZ_TRANSACTION_LIST, |walk, _, child| {
        let kind = child.element.attribute("type").map(|kind| Term::new(kind.trim()));
        transactions.extend(walk.identifier(child).map(|id| BizTransaction { kind, id }));
    });
    transactions
}

fn source_dests(walk: &mut Walk, at: &At<'_>, grammar: &'static Grammar) -> Vec<SourceDest> {
    let mut found = Vec::new();
    walk.children(at, grammar, |walk, name, child| {
        let id = walk.identifier(child);
        let kind = child.element.attribute("type").map(|kind| Term::new(kind.trim()));
        if kind.is_none() {
            let message = format!("`{name}` has no attribute `type`");
            walk.reject(child, rule::FIELD_MISSING, message, "add `type`, for example `owning_party`");
        }
        found.extend(kind.zip(id).map(|(kind, id)| SourceDest { kind, id }));
    });
    found
}
