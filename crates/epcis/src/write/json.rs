//! EPCIS 2.0 JSON-LD.

use std::io::{self, Write};

use gs1::Identifier;

use super::{
    Envelope, Head, by_vocabulary,
    json_text::{JsonText, is_number},
    namespaces::Prefixes,
};
use crate::{
    Action, Binding, Event, EventKind, Extension, PersistentDisposition, Place, Quantity, QuantityElement,
    SensorElement, SourceDest, Term, Value, VocabularyElement,
    json::{STANDARD, Vocabulary},
};

const CONTEXT: &str = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld";

/// Members of a sensor report that are numbers; XML has them as text.
const NUMBERS: &[&str] = &["value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"];

/// Writes a JSON-LD document.
pub struct JsonWriter<W> {
    output: W,
    prefixes: Prefixes,
    query: bool,
    events: u64,
    text: JsonText,
}

impl<W: Write> JsonWriter<W> {
    /// Writes the beginning of a document.
    ///
    /// # Errors
    ///
    /// When `output` fails.
    pub fn start(output: W, head: Head<'_>) -> io::Result<Self> {
        let prefixes = Prefixes::new(Binding::Json, head.namespaces);
        let query = matches!(head.envelope, Envelope::QueryResult { .. });
        let mut writer = Self { output, prefixes, query, events: 0, text: JsonText::default() };
        writer.head(head);
        writer.flush_text()?;
        Ok(writer)
    }

    /// Writes one event.
    ///
    /// # Errors
    ///
    /// When the output fails.
    pub fn event(&mut self, event: &Event) -> io::Result<()> {
        self.output.write_all(if self.events == 0 { b"\n" } else { b",\n" })?;
        self.events += 1;
        self.prefixes.enter_event(event);
        write_event(&mut self.text, event, &self.prefixes);
        self.flush_text()
    }

    /// Writes the end of the document and gives the output back.
    ///
    /// # Errors
    ///
    /// When the output fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.output.write_all(if self.query { b"\n]}}}}\n" } else { b"\n]}}\n" })?;
        self.output.flush()?;
        Ok(self.output)
    }

    fn flush_text(&mut self) -> io::Result<()> {
        self.output.write_all(self.text.take().as_bytes())
    }

    fn head(&mut self, head: Head<'_>) {
        self.text.open('{');
        self.text.name("@context");
        self.text.open('[');
        self.text.string(CONTEXT);
        let own = self.prefixes.document().filter(|declared| !STANDARD.contains(declared));
        context_terms(&mut self.text, own);
        self.text.close(']');
        self.text.member("type", if self.query { "EPCISQueryDocument" } else { "EPCISDocument" });
        self.text.member("schemaVersion", "2.0");
        self.text.member("creationDate", head.created.spelled());
        if !self.query && !head.vocabulary.is_empty() {
            self.text.name("epcisHeader");
            self.text.open('{');
            self.text.name("epcisMasterData");
            self.text.open('{');
            self.vocabulary(head.vocabulary);
            self.text.close('}');
            self.text.close('}');
        }
        self.text.name("epcisBody");
        self.text.open('{');
        if let Envelope::QueryResult { query_name, subscription_id } = head.envelope {
            self.query_head(query_name, subscription_id, head.vocabulary);
        }
        self.text.name("eventList");
        self.text.open('[');
    }

    fn query_head(&mut self, query_name: &str, subscription_id: Option<&str>, vocabulary: &[VocabularyElement]) {
        self.text.name("queryResults");
        self.text.open('{');
        self.text.member("queryName", query_name);
        if let Some(id) = subscription_id {
            self.text.member("subscriptionID", id);
        }
        self.text.name("resultsBody");
        self.text.open('{');
        // A query document has no header; its master data stands beside the events.
        if !vocabulary.is_empty() {
            self.vocabulary(vocabulary);
        }
    }

    fn vocabulary(&mut self, elements: &[VocabularyElement]) {
        self.text.name("vocabularyList");
        self.text.open('[');
        for (vocabulary, elements) in by_vocabulary(elements) {
            self.text.open('{');
            self.text.member("type", vocabulary);
            self.text.name("vocabularyElementList");
            self.text.open('[');
            for element in elements {
                self.prefixes.enter_vocabulary(element);
                vocabulary_element(&mut self.text, element, &self.prefixes);
            }
            self.text.close(']');
            self.text.close('}');
        }
        self.text.close(']');
    }
}

/// An object of prefixes, unless there are none.
fn context_terms<'p>(text: &mut JsonText, terms: impl Iterator<Item = (&'p str, &'p str)>) {
    let mut terms = terms.peekable();
    if terms.peek().is_none() {
        return;
    }
    text.open('{');
    for (prefix, namespace) in terms {
        text.name(prefix);
        if namespace.is_empty() { text.raw("null") } else { text.string(namespace) }
    }
    text.close('}');
}

fn vocabulary_element(text: &mut JsonText, element: &VocabularyElement, prefixes: &Prefixes) {
    text.open('{');
    text.member("id", element.id.spelled());
    if !element.attributes.is_empty() {
        text.name("attributes");
        text.open('[');
        for attribute in &element.attributes {
            text.open('{');
            text.member("id", &attribute.id);
            if attribute.value != Value::Null {
                text.name("attribute");
                text.value(&attribute.value, prefixes);
            }
            text.close('}');
        }
        text.close(']');
    }
    identifiers(text, "children", &element.children);
    text.extensions(&element.extensions, prefixes);
    text.close('}');
}

/// An event as one JSON object.
fn write_event(text: &mut JsonText, event: &Event, prefixes: &Prefixes) {
    text.open('{');
    if prefixes.local().next().is_some() {
        text.name("@context");
        context_terms(text, prefixes.local());
    }
    what_and_when(text, event, prefixes);
    objects(text, event);
    business(text, event, prefixes);
    if !event.sensor_element_list.is_empty() {
        text.name("sensorElementList");
        text.open('[');
        for element in &event.sensor_element_list {
            sensor_element(text, element, prefixes);
        }
        text.close(']');
    }
    if !event.ilmd.is_empty() {
        text.name("ilmd");
        text.open('{');
        text.extensions(&event.ilmd, prefixes);
        text.close('}');
    }
    text.extensions(&event.extensions, prefixes);
    text.close('}');
}

fn what_and_when(text: &mut JsonText, event: &Event, prefixes: &Prefixes) {
    text.member("type", event_type(event.kind));
    if let Some(id) = &event.event_id {
        text.member("eventID", id.spelled());
    }
    text.member("eventTime", event.event_time.spelled());
    if let Some(time) = &event.record_time {
        text.member("recordTime", time.spelled());
    }
    let offset = event.event_time_zone_offset.spelled();
    // XML may write `Z` for it, JSON may not.
    text.member("eventTimeZoneOffset", if offset == "Z" { "+00:00" } else { offset });
    match event.certification_info.as_slice() {
        [] => {}
        [one] => text.member("certificationInfo", one),
        many => strings(text, "certificationInfo", many.iter().map(String::as_str)),
    }
    if let Some(declaration) = &event.error_declaration {
        text.name("errorDeclaration");
        text.open('{');
        text.member("declarationTime", declaration.declaration_time.spelled());
        term(text, "reason", declaration.reason.as_ref(), Vocabulary::ErrorReason);
        identifiers(text, "correctiveEventIDs", &declaration.corrective_event_ids);
        text.extensions(&declaration.extensions, prefixes);
        text.close('}');
    }
}

fn objects(text: &mut JsonText, event: &Event) {
    if let Some(action) = event.action {
        text.member("action", action_name(action));
    }
    if let Some(id) = &event.parent_id {
        text.member("parentID", id.spelled());
    }
    if let Some(id) = &event.transformation_id {
        text.member("transformationID", id.spelled());
    }
    let listed = matches!(event.kind, EventKind::Object | EventKind::Transaction);
    if listed && event.epc_list.is_empty() && event.quantity_list.is_empty() {
        // The binding wants one of the two, even if it is empty.
        text.name("epcList");
        text.raw("[]");
    }
    identifiers(text, "epcList", &event.epc_list);
    quantities(text, "quantityList", &event.quantity_list);
    identifiers(text, "childEPCs", &event.child_epcs);
    quantities(text, "childQuantityList", &event.child_quantity_list);
    identifiers(text, "inputEPCList", &event.input_epc_list);
    quantities(text, "inputQuantityList", &event.input_quantity_list);
    identifiers(text, "outputEPCList", &event.output_epc_list);
    quantities(text, "outputQuantityList", &event.output_quantity_list);
}

fn business(text: &mut JsonText, event: &Event, prefixes: &Prefixes) {
    term(text, "bizStep", event.biz_step.as_ref(), Vocabulary::BizStep);
    term(text, "disposition", event.disposition.as_ref(), Vocabulary::Disposition);
    if let Some(disposition) = &event.persistent_disposition {
        persistent(text, disposition);
    }
    place(text, "readPoint", event.read_point.as_ref(), prefixes);
    place(text, "bizLocation", event.biz_location.as_ref(), prefixes);
    if !event.biz_transaction_list.is_empty() {
        text.name("bizTransactionList");
        text.open('[');
        for transaction in &event.biz_transaction_list {
            text.open('{');
            term(text, "type", transaction.kind.as_ref(), Vocabulary::BizTransaction);
            text.member("bizTransaction", transaction.id.spelled());
            text.close('}');
        }
        text.close(']');
    }
    parties(text, "sourceList", "source", &event.source_list);
    parties(text, "destinationList", "destination", &event.destination_list);
}

fn parties(text: &mut JsonText, list: &str, field: &str, parties: &[SourceDest]) {
    if parties.is_empty() {
        return;
    }
    text.name(list);
    text.open('[');
    for party in parties {
        text.open('{');
        term(text, "type", Some(&party.kind), Vocabulary::SourceDest);
        text.member(field, party.id.spelled());
        text.close('}');
    }
    text.close(']');
}

fn persistent(text: &mut JsonText, disposition: &PersistentDisposition) {
    text.name("persistentDisposition");
    text.open('{');
    for (name, terms) in [("set", &disposition.set), ("unset", &disposition.unset)] {
        let words = terms.iter().map(|term| bare(term.spelled(), Vocabulary::Disposition));
        if !terms.is_empty() {
            strings(text, name, words);
        }
    }
    text.close('}');
}

fn place(text: &mut JsonText, name: &str, place: Option<&Place>, prefixes: &Prefixes) {
    let Some(place) = place else { return };
    text.name(name);
    text.open('{');
    text.member("id", place.id.spelled());
    text.extensions(&place.extensions, prefixes);
    text.close('}');
}

fn bare(spelled: &str, vocabulary: Vocabulary) -> &str {
    vocabulary.bare(spelled).unwrap_or(spelled)
}

fn term(text: &mut JsonText, name: &str, term: Option<&Term>, vocabulary: Vocabulary) {
    if let Some(term) = term {
        text.member(name, bare(term.spelled(), vocabulary));
    }
}

fn strings<'s>(text: &mut JsonText, name: &str, values: impl Iterator<Item = &'s str>) {
    text.name(name);
    text.open('[');
    values.for_each(|value| text.string(value));
    text.close(']');
}

fn identifiers(text: &mut JsonText, name: &str, values: &[Identifier]) {
    if !values.is_empty() {
        strings(text, name, values.iter().map(Identifier::spelled));
    }
}

fn quantities(text: &mut JsonText, name: &str, elements: &[QuantityElement]) {
    if elements.is_empty() {
        return;
    }
    text.name(name);
    text.open('[');
    for element in elements {
        text.open('{');
        text.member("epcClass", element.epc_class.spelled());
        if let Some(amount) = &element.quantity {
            text.name("quantity");
            quantity(text, amount);
        }
        if let Some(uom) = &element.uom {
            text.member("uom", uom);
        }
        text.close('}');
    }
    text.close(']');
}

/// The digits as they came in, or the same number where JSON has no such digits.
fn quantity(text: &mut JsonText, quantity: &Quantity) {
    if is_number(quantity.spelled()) {
        text.raw(quantity.spelled());
    } else {
        text.raw(&quantity.value().to_string());
    }
}

fn sensor_element(text: &mut JsonText, element: &SensorElement, prefixes: &Prefixes) {
    text.open('{');
    if !element.metadata.is_empty() {
        text.name("sensorMetadata");
        text.open('{');
        text.extensions(&element.metadata, prefixes);
        text.close('}');
    }
    text.name("sensorReport");
    text.open('[');
    for report in &element.reports {
        text.open('{');
        for member in report {
            report_member(text, member, prefixes);
        }
        text.close('}');
    }
    text.close(']');
    text.extensions(&element.extensions, prefixes);
    text.close('}');
}

/// A member of a sensor report, in the type that JSON has for it.
fn report_member(text: &mut JsonText, member: &Extension, prefixes: &Prefixes) {
    let standard = member.name.prefix.is_empty() && member.name.namespace.is_empty();
    let (Value::Text(value), true) = (&member.value, standard) else {
        return text.extensions(std::slice::from_ref(member), prefixes);
    };
    let name = member.name.local.as_str();
    text.name(name);
    match name {
        "booleanValue" => text.raw(if matches!(value.as_str(), "true" | "1") { "true" } else { "false" }),
        "type" => text.string(standard_word(value, Vocabulary::Measurement)),
        "exception" => text.string(standard_word(value, Vocabulary::Alert)),
        "component" => text.string(standard_word(value, Vocabulary::Component)),
        _ if NUMBERS.contains(&name) => match value.trim().parse::<Quantity>() {
            Ok(amount) => quantity(text, &amount),
            Err(_) => text.string(value),
        },
        _ => text.string(value),
    }
}

/// A sensor word that JSON wants bare. Prefixed words are left: JSON takes them as they are.
fn standard_word(spelled: &str, vocabulary: Vocabulary) -> &str {
    if spelled.starts_with("http") || spelled.starts_with("urn:") { bare(spelled, vocabulary) } else { spelled }
}

/// `type` of an event.
pub(super) fn event_type(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Object => "ObjectEvent",
        EventKind::Aggregation => "AggregationEvent",
        EventKind::Transaction => "TransactionEvent",
        EventKind::Transformation => "TransformationEvent",
        EventKind::Association => "AssociationEvent",
    }
}

/// `action` of an event.
pub(super) fn action_name(action: Action) -> &'static str {
    match action {
        Action::Add => "ADD",
        Action::Observe => "OBSERVE",
        Action::Delete => "DELETE",
    }
}
