//! An event element becomes an [`Event`].

use gs1::Identifier;
use jiff::Timestamp;

use super::{
    grammar::{self, Grammar, Version},
    sensor,
    tree::At,
    walk::Walk,
};
use crate::{
    Action, BizTransaction, ErrorDeclaration, Event, EventKind, EventTime, PersistentDisposition, Place,
    QuantityElement, SourceDest, Term, ZoneOffset, rule,
};

/// The name of an event of any version.
pub(super) fn name(local: &str) -> Option<&'static str> {
    let mut names = EventKind::ALL.map(EventKind::name).into_iter().chain(["QuantityEvent"]);
    names.find(|name| *name == local)
}

/// The generation of the schema that a bare event follows: only 1.x wraps fields of the standard.
pub(super) fn version_of(event: &At<'_>) -> Version {
    let wraps = |child: &At<'_>| {
        child.is_local()
            && matches!(child.local(), "baseExtension" | "extension")
            && child.children().any(|inner| inner.is_local() && inner.is_element())
    };
    if event.children().any(|child| wraps(&child)) { Version::V1 } else { Version::V2 }
}

/// What was read of an event.
pub(super) struct Draft {
    pub(super) event: Event,
    /// Whether its time was read.
    timed: bool,
    /// Whether its offset was read.
    offset: bool,
}

impl Draft {
    /// The event, if it says when it happened.
    pub(super) fn finish(self) -> Option<Event> {
        (self.timed && self.offset).then_some(self.event)
    }
}

/// Reads an event, as far as it is one; it is acceptable when `walk` has no rejecting finding.
pub(super) fn read<'t>(walk: &mut Walk<'t>, at: &At<'t>, kind: EventKind) -> Draft {
    read_with(walk, at, kind, grammar::event(kind, walk.version))
}

/// Reads a `QuantityEvent` of 1.x as what EPCIS 1.1 §7.4.5 says it is: an observation of objects.
pub(super) fn read_quantity_event<'t>(walk: &mut Walk<'t>, at: &At<'t>) -> Draft {
    let message = "`QuantityEvent` is no longer an event of the standard; it is read as an observation".to_owned();
    walk.warn(at, rule::EVENT_TYPE, message, "write an `ObjectEvent` with action `OBSERVE` and a `quantityList`");
    read_with(walk, at, EventKind::Object, grammar::quantity_event())
}

fn read_with<'t>(walk: &mut Walk<'t>, at: &At<'t>, kind: EventKind, grammar: &'static Grammar) -> Draft {
    let event = Event::new(kind, EventTime::from(Timestamp::UNIX_EPOCH), ZoneOffset::utc());
    let mut draft = Draft { event, timed: false, offset: false };
    walk.attributes_of(at, "extension");
    fields(walk, at, grammar, &mut draft);
    // Where everything of an event has been read.
    draft.event.attributes = std::mem::take(&mut walk.attributes);
    draft
}

fn fields<'t>(walk: &mut Walk<'t>, at: &At<'t>, grammar: &'static Grammar, draft: &mut Draft) {
    let extensions = walk.children(at, grammar, |walk, name, child| match name {
        "baseExtension" => grammar.base.into_iter().for_each(|inner| fields(walk, child, inner, draft)),
        "extension" => grammar.extension.into_iter().for_each(|inner| fields(walk, child, inner, draft)),
        "eventTime" => {
            let time = walk.time(child);
            draft.timed = time.is_some();
            draft.event.event_time = time.unwrap_or_else(|| draft.event.event_time.clone());
        }
        "eventTimeZoneOffset" => {
            let offset = walk.offset(child);
            draft.offset = offset.is_some();
            draft.event.event_time_zone_offset = offset.unwrap_or_else(ZoneOffset::utc);
        }
        name => field(walk, name, child, &mut draft.event),
    });
    draft.event.extensions.extend(extensions);
}

/// Lists that say nothing when they are empty. The schema of 1.x wants `epcList` and `childEPCs` all the same.
const LISTS: &[&str] = &[
    "ilmd",
    "quantityList",
    "childQuantityList",
    "inputEPCList",
    "inputQuantityList",
    "outputEPCList",
    "outputQuantityList",
];

fn field<'t>(walk: &mut Walk<'t>, name: &str, at: &At<'t>, event: &mut Event) {
    if LISTS.contains(&name) && at.children().next().is_none() {
        walk.note_empty(at);
    }
    match name {
        "recordTime" => event.record_time = walk.time(at),
        "eventID" => event.event_id = walk.optional_identifier(at),
        "errorDeclaration" => event.error_declaration = error_declaration(walk, at).map(Box::new),
        "certificationInfo" => certification(walk, at, event),
        "action" => event.action = action(walk, at),
        "bizStep" => event.biz_step = walk.term(at),
        "disposition" => event.disposition = walk.term(at),
        "persistentDisposition" => event.persistent_disposition = Some(Box::new(persistent_disposition(walk, at))),
        "readPoint" => event.read_point = place(walk, at),
        "bizLocation" => event.biz_location = place(walk, at),
        "parentID" => event.parent_id = walk.optional_identifier(at),
        "transformationID" => event.transformation_id = walk.optional_identifier(at).map(Box::new),
        "ilmd" => event.ilmd = walk.open(at, &grammar::ILMD, |_, _, _| ()),
        "epcClass" | "quantity" => class_of_all(walk, name, at, event),
        "sensorElementList" => {
            let (elements, extensions) = sensor::list(walk, at);
            event.sensor_element_list = elements;
            event.extensions.extend(extensions);
        }
        name => list(walk, name, at, event),
    }
}

/// The schema has one, the standard a list of them.
fn certification<'t>(walk: &mut Walk<'t>, at: &At<'t>, event: &mut Event) {
    if !event.certification_info.is_empty() && walk.version == Version::V2 {
        let message = "`certificationInfo` stands here again".to_owned();
        walk.warn(at, rule::FIELD_DUPLICATE, message, "the schema of XML has one: leave the others out, or write JSON");
    }
    event.certification_info.extend(walk.optional_text(at).map(str::to_owned));
}

fn list<'t>(walk: &mut Walk<'t>, name: &str, at: &At<'t>, event: &mut Event) {
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

/// The one class that a `QuantityEvent` is about, and how much of it there was.
fn class_of_all<'t>(walk: &mut Walk<'t>, name: &str, at: &At<'t>, event: &mut Event) {
    event.action = Some(Action::Observe);
    if name == "epcClass" {
        let element = walk.identifier(at).map(|epc_class| QuantityElement { epc_class, quantity: None, uom: None });
        event.quantity_list.extend(element);
    } else {
        let quantity = walk.quantity(at);
        if quantity.is_some() && at.text().trim().parse::<i32>().is_err() {
            let message = format!("`{}` is not a whole number", at.text().trim());
            walk.reject(at, rule::FIELD_VALUE, message, "write an `ObjectEvent` with a `quantityList`");
        }
        event.quantity_list.iter_mut().for_each(|element| element.quantity.clone_from(&quantity));
    }
}

fn action<'t>(walk: &mut Walk<'t>, at: &At<'t>) -> Option<Action> {
    let text = walk.text(at)?;
    let action = Action::named(text);
    if action.is_none() || at.text() != text {
        let message = format!("`{}` is not an action", at.text());
        walk.reject(at, rule::FIELD_VALUE, message, "write `ADD`, `OBSERVE` or `DELETE`");
    }
    action
}

fn place<'t>(walk: &mut Walk<'t>, at: &At<'t>) -> Option<Place> {
    let mut id = None;
    let extensions = walk.open(at, &grammar::PLACE, |walk, _, child| id = walk.identifier(child));
    id.map(|id| Place { id, extensions })
}

fn persistent_disposition<'t>(walk: &mut Walk<'t>, at: &At<'t>) -> PersistentDisposition {
    let mut found = PersistentDisposition::default();
    walk.children(at, &grammar::PERSISTENT_DISPOSITION, |walk, name, child| match name {
        "set" => found.set.extend(walk.term(child)),
        _ => found.unset.extend(walk.term(child)),
    });
    found
}

fn error_declaration<'t>(walk: &mut Walk<'t>, at: &At<'t>) -> Option<ErrorDeclaration> {
    let mut time = None;
    let mut reason = None;
    let mut corrective_event_ids = Vec::new();
    let extensions = walk.open(at, grammar::error_declaration(walk.version), |walk, name, child| match name {
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

fn epcs<'t>(walk: &mut Walk<'t>, at: &At<'t>) -> Vec<Identifier> {
    let mut epcs = Vec::new();
    walk.children(at, &grammar::EPC_LIST, |walk, _, child| epcs.extend(walk.optional_identifier(child)));
    epcs
}

fn quantities<'t>(walk: &mut Walk<'t>, at: &At<'t>) -> Vec<QuantityElement> {
    let mut elements = Vec::new();
    walk.children(at, &grammar::QUANTITY_LIST, |walk, _, child| elements.extend(quantity_element(walk, child)));
    elements
}

fn quantity_element<'t>(walk: &mut Walk<'t>, at: &At<'t>) -> Option<QuantityElement> {
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

fn biz_transactions<'t>(walk: &mut Walk<'t>, at: &At<'t>) -> Vec<BizTransaction> {
    let mut transactions = Vec::new();
    walk.children(at, &grammar::BIZ_TRANSACTION_LIST, |walk, _, child| {
        let kind = child.attribute("type").map(|kind| Term::new(kind.trim()));
        transactions.extend(walk.identifier(child).map(|id| BizTransaction { kind, id }));
    });
    transactions
}

fn source_dests<'t>(walk: &mut Walk<'t>, at: &At<'t>, grammar: &'static Grammar) -> Vec<SourceDest> {
    let mut found = Vec::new();
    walk.children(at, grammar, |walk, name, child| {
        let id = walk.identifier(child);
        let kind = child.attribute("type").map(|kind| Term::new(kind.trim()));
        if kind.is_none() {
            let message = format!("`{name}` has no attribute `type`");
            walk.reject(child, rule::FIELD_MISSING, message, "add `type`, for example `owning_party`");
        }
        found.extend(kind.zip(id).map(|(kind, id)| SourceDest { kind, id }));
    });
    found
}
