//! One event, one form: equal events are equal bytes, whatever binding and spelling they came in.

use gs1::Identifier;
use sha2::{Digest, Sha256};

use crate::{Event, EventTime, Extension, Place, QuantityElement, SensorElement, SourceDest, Term, Value};

impl Event {
    /// SHA-256 of the event in canonical form.
    ///
    /// Identifiers, terms, times and amounts are taken in their canonical spelling; `recordTime` is left out, because it
    /// belongs to the record and not to the event. This tells a repeated event from a contradicting one; it is not
    /// the event hash of CBV 2.0.
    pub fn digest(&self) -> [u8; 32] {
        let mut event = self.clone();
        event.record_time = None;
        canonicalise(&mut event);
        // An `Event` has string keys and no fallible `Serialize`: writing it into memory cannot fail.
        let bytes = serde_json::to_vec(&event).unwrap_or_default();
        Sha256::digest(bytes).into()
    }
}

fn canonicalise(event: &mut Event) {
    time(&mut event.event_time);
    optional(&mut event.event_id);
    optional(&mut event.parent_id);
    optional(&mut event.transformation_id);
    for list in [&mut event.epc_list, &mut event.child_epcs, &mut event.input_epc_list, &mut event.output_epc_list] {
        list.iter_mut().for_each(identifier);
    }
    for list in [
        &mut event.quantity_list,
        &mut event.child_quantity_list,
        &mut event.input_quantity_list,
        &mut event.output_quantity_list,
    ] {
        list.iter_mut().for_each(quantity);
    }
    for item in [&mut event.biz_step, &mut event.disposition].into_iter().flatten() {
        term(item);
    }
    if let Some(persistent) = &mut event.persistent_disposition {
        persistent.set.iter_mut().chain(&mut persistent.unset).for_each(term);
    }
    for item in [&mut event.read_point, &mut event.biz_location].into_iter().flatten() {
        place(item);
    }
    for document in &mut event.biz_transaction_list {
        identifier(&mut document.id);
        document.kind.iter_mut().for_each(term);
    }
    event.source_list.iter_mut().chain(&mut event.destination_list).for_each(end);
    event.sensor_element_list.iter_mut().for_each(sensor);
    extensions(&mut event.ilmd);
    extensions(&mut event.extensions);
    if let Some(error) = &mut event.error_declaration {
        time(&mut error.declaration_time);
        error.reason.iter_mut().for_each(term);
        error.corrective_event_ids.iter_mut().for_each(identifier);
        extensions(&mut error.extensions);
    }
}

fn identifier(id: &mut Identifier) {
    *id = Identifier::new(id.canonical());
}

fn optional(id: &mut Option<Identifier>) {
    id.iter_mut().for_each(identifier);
}

fn term(term: &mut Term) {
    *term = Term::new(term.word().to_owned());
}

fn time(time: &mut EventTime) {
    *time = EventTime::from(time.instant());
}

fn place(place: &mut Place) {
    identifier(&mut place.id);
    extensions(&mut place.extensions);
}

fn end(end: &mut SourceDest) {
    identifier(&mut end.id);
    term(&mut end.kind);
}

fn quantity(element: &mut QuantityElement) {
    identifier(&mut element.epc_class);
    if let Some(amount) = &mut element.quantity {
        *amount = amount.normalized();
    }
}

fn sensor(element: &mut SensorElement) {
    extensions(&mut element.metadata);
    element.reports.iter_mut().for_each(|report| extensions(report));
    extensions(&mut element.extensions);
}

/// A prefix is spelling where the namespace is known.
fn extensions(list: &mut [Extension]) {
    for extension in list {
        if !extension.name.namespace.is_empty() {
            extension.name.prefix.clear();
        }
        value(&mut extension.value);
    }
}

fn value(content: &mut Value) {
    match content {
        Value::Members(members) => extensions(members),
        Value::List(values) => values.iter_mut().for_each(value),
        Value::Text(_) | Value::Number(_) | Value::Bool(_) | Value::Null => {}
    }
}
