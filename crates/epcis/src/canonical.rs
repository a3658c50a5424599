//! One event, one form: equal events are equal bytes, whatever binding and spelling they came in.

use gs1::Identifier;
use sha2::{Digest, Sha256};

use crate::{
    Event, EventTime, Extension, LocalContext, Name, Place, QuantityElement, SensorElement, SourceDest, Term, Value,
};

impl Event {
    /// SHA-256 of the event in canonical form.
    ///
    /// Identifiers, terms, times and amounts are taken in their canonical spelling; `recordTime` is left out, because it
    /// belongs to the record and not to the event. This tells a repeated event from a contradicting one.
    ///
    /// It is not the event hash of CBV 2.0 ([`hash`](Self::hash)), which leaves out what this has to notice: `eventID`,
    /// error declarations, attributes of fields, and digits of a second beyond the third.
    pub fn digest(&self) -> [u8; 32] {
        let mut event = self.clone();
        event.record_time = None;
        // What it says of names has been said by reading them.
        event.context = LocalContext::default();
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
    event.transformation_id.as_deref_mut().into_iter().for_each(identifier);
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

/// Sensor terms come as `Temperature` or `gs1:Temperature`.
fn sensor(element: &mut SensorElement) {
    for member in element.reports.iter_mut().flatten() {
        if let Value::Text(text) = &mut member.value
            && let Some(bare) = text.strip_prefix("gs1:")
        {
            *text = bare.to_owned();
        }
    }
    extensions(&mut element.metadata);
    element.reports.iter_mut().for_each(extensions);
    extensions(&mut element.extensions);
}

/// XML has only text, elements and attributes; JSON has numbers, booleans, null and arrays. Both meet in what either can
/// say: text, and repeated members in order of their names.
fn extensions(list: &mut Vec<Extension>) {
    let mut flat = Vec::with_capacity(list.len());
    for extension in list.drain(..) {
        flatten(extension, &mut flat);
    }
    // The sort is stable: repeated members keep their order, which may mean something.
    flat.sort_by(|a, b| (&a.name.namespace, &a.name.local).cmp(&(&b.name.namespace, &b.name.local)));
    *list = flat;
}

fn flatten(mut extension: Extension, into: &mut Vec<Extension>) {
    // A prefix is spelling where the namespace is known; JSON-LD namespaces end in a delimiter, XML ones need not.
    if !extension.name.namespace.is_empty() {
        extension.name.prefix.clear();
        let bare = extension.name.namespace.trim_end_matches([':', '/', '#']).to_owned();
        extension.name.namespace = bare;
    }
    let attributes = std::mem::take(&mut extension.attributes);
    match extension.value {
        Value::List(values) => {
            for value in values {
                flatten(Extension { name: extension.name.clone(), attributes: Vec::new(), value }, into);
            }
        }
        mut value => {
            if !attributes.is_empty() {
                let mut members = match value {
                    Value::Members(members) => members,
                    other => vec![Extension { name: text_name(), attributes: Vec::new(), value: other }],
                };
                members.extend(attributes.into_iter().map(|(name, text)| Extension {
                    name,
                    attributes: Vec::new(),
                    value: Value::Text(text),
                }));
                value = Value::Members(members);
            }
            plain(&mut value);
            into.push(Extension { name: extension.name, attributes: Vec::new(), value });
        }
    }
}

/// The name of the member that holds the text of an element with attributes.
fn text_name() -> Name {
    Name { namespace: String::new(), prefix: String::new(), local: "value".to_owned() }
}

fn plain(content: &mut Value) {
    *content = match std::mem::replace(content, Value::Null) {
        Value::Members(mut members) => {
            extensions(&mut members);
            Value::Members(members)
        }
        Value::Text(text) => Value::Text(text.trim().to_owned()),
        Value::Number(digits) => Value::Text(digits),
        Value::Bool(value) => Value::Text(value.to_string()),
        Value::Null => Value::Text(String::new()),
        Value::List(values) => Value::List(values),
    };
}
