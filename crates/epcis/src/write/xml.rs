//! EPCIS 2.0 XML.

use std::io::{self, Write};

use gs1::Identifier;

use super::{
    Envelope, Head, by_vocabulary,
    json::{action_name, event_type},
    json_text::JsonText,
    namespaces::Prefixes,
    xml_text::{XmlText, qualified},
};
use crate::{
    Binding, ErrorDeclaration, Event, EventKind, Extension, PersistentDisposition, Place, QuantityElement,
    SensorElement, SourceDest, Term, Value, VocabularyElement, json::Vocabulary,
};

const QUERY_NAMESPACE: &str = "urn:epcglobal:epcis-query:xsd:2";

/// The fields of each event type in the order of the schema, after those that all types have.
fn fields(kind: EventKind) -> &'static [&'static str] {
    match kind {
        EventKind::Object => &[
            "epcList",
            "action",
            "bizStep",
            "disposition",
            "readPoint",
            "bizLocation",
            "bizTransactionList",
            "quantityList",
            "sourceList",
            "destinationList",
            "sensorElementList",
            "persistentDisposition",
            "ilmd",
        ],
        EventKind::Aggregation => &[
            "parentID",
            "childEPCs",
            "action",
            "bizStep",
            "disposition",
            "readPoint",
            "bizLocation",
            "bizTransactionList",
            "childQuantityList",
            "sourceList",
            "destinationList",
            "sensorElementList",
            "persistentDisposition",
        ],
        EventKind::Transaction => &[
            "bizTransactionList",
            "parentID",
            "epcList",
            "action",
            "bizStep",
            "disposition",
            "readPoint",
            "bizLocation",
            "quantityList",
            "sourceList",
            "destinationList",
            "sensorElementList",
            "persistentDisposition",
        ],
        EventKind::Transformation => &[
            "inputEPCList",
            "inputQuantityList",
            "outputEPCList",
            "outputQuantityList",
            "transformationID",
            "bizStep",
            "disposition",
            "readPoint",
            "bizLocation",
            "bizTransactionList",
            "sourceList",
            "destinationList",
            "sensorElementList",
            "persistentDisposition",
            "ilmd",
        ],
        EventKind::Association => &[
            "parentID",
            "childEPCs",
            "childQuantityList",
            "action",
            "bizStep",
            "disposition",
            "readPoint",
            "bizLocation",
            "bizTransactionList",
            "sourceList",
            "destinationList",
            "sensorElementList",
            "persistentDisposition",
        ],
    }
}

/// Writes an XML 2.0 document.
pub struct XmlWriter<W> {
    output: W,
    prefixes: Prefixes,
    query: bool,
    text: XmlText,
}

impl<W: Write> XmlWriter<W> {
    /// Writes the beginning of a document.
    ///
    /// # Errors
    ///
    /// When `output` fails.
    pub fn start(output: W, head: Head<'_>) -> io::Result<Self> {
        let prefixes = Prefixes::new(Binding::Xml, head.namespaces);
        let query = matches!(head.envelope, Envelope::QueryResult { .. });
        let mut writer = Self { output, prefixes, query, text: XmlText::default() };
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
        self.prefixes.enter_event(event);
        write_event(&mut self.text, event, &self.prefixes);
        self.text.raw("\n");
        self.flush_text()
    }

    /// Writes the end of the document and gives the output back.
    ///
    /// # Errors
    ///
    /// When the output fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.text.close("EventList");
        if self.query {
            self.text.raw("</resultsBody></epcisq:QueryResults></EPCISBody></epcisq:EPCISQueryDocument>\n");
        } else {
            self.text.raw("</EPCISBody></epcis:EPCISDocument>\n");
        }
        self.flush_text()?;
        self.output.flush()?;
        Ok(self.output)
    }

    fn flush_text(&mut self) -> io::Result<()> {
        self.output.write_all(self.text.take().as_bytes())
    }

    fn head(&mut self, head: Head<'_>) {
        let text = &mut self.text;
        text.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<");
        text.raw(if self.query { "epcisq:EPCISQueryDocument" } else { "epcis:EPCISDocument" });
        if self.query {
            text.attribute("xmlns:epcisq", QUERY_NAMESPACE);
        }
        for (prefix, namespace) in self.prefixes.document().filter(|(prefix, _)| !(self.query && *prefix == "epcisq")) {
            text.attribute(&format!("xmlns:{prefix}"), namespace);
        }
        text.attribute("schemaVersion", "2.0");
        text.attribute("creationDate", head.created.spelled());
        text.raw(">");
        if !head.vocabulary.is_empty() {
            text.raw("<EPCISHeader><extension><EPCISMasterData><VocabularyList>");
            self.vocabulary(head.vocabulary);
            self.text.raw("</VocabularyList></EPCISMasterData></extension></EPCISHeader>");
        }
        let text = &mut self.text;
        text.raw("<EPCISBody>");
        if let Envelope::QueryResult { query_name, subscription_id } = head.envelope {
            text.raw("<epcisq:QueryResults>");
            text.element("queryName", query_name);
            if let Some(id) = subscription_id {
                text.element("subscriptionID", id);
            }
            text.raw("<resultsBody>");
        }
        text.raw("<EventList>\n");
    }

    fn vocabulary(&mut self, elements: &[VocabularyElement]) {
        for (vocabulary, elements) in by_vocabulary(elements) {
            self.text.open("Vocabulary", [("type", vocabulary)]);
            self.text.raw("<VocabularyElementList>");
            for element in elements {
                self.prefixes.enter_vocabulary(element);
                vocabulary_element(&mut self.text, element, &self.prefixes);
            }
            self.text.raw("</VocabularyElementList></Vocabulary>");
        }
    }
}

fn open_with_prefixes(text: &mut XmlText, name: &str, prefixes: &Prefixes) {
    text.raw("<");
    text.raw(name);
    for (prefix, namespace) in prefixes.local() {
        text.attribute(&format!("xmlns:{prefix}"), namespace);
    }
}

fn vocabulary_element(text: &mut XmlText, element: &VocabularyElement, prefixes: &Prefixes) {
    open_with_prefixes(text, "VocabularyElement", prefixes);
    text.attribute("id", element.id.spelled());
    text.raw(">");
    for attribute in &element.attributes {
        text.open("attribute", [("id", attribute.id.as_str())]);
        text.value(&attribute.value, prefixes);
        text.close("attribute");
    }
    identifiers(text, "children", "id", &element.children);
    text.extensions(&element.extensions, prefixes);
    text.close("VocabularyElement");
}

fn write_event(text: &mut XmlText, event: &Event, prefixes: &Prefixes) {
    let name = event_type(event.kind);
    open_with_prefixes(text, name, prefixes);
    text.raw(">");
    text.element("eventTime", event.event_time.spelled());
    if let Some(time) = &event.record_time {
        text.element("recordTime", time.spelled());
    }
    text.element("eventTimeZoneOffset", event.event_time_zone_offset.spelled());
    identifier(text, "eventID", event.event_id.as_ref());
    if let Some(declaration) = &event.error_declaration {
        error_declaration(text, declaration, prefixes);
    }
    for uri in &event.certification_info {
        text.element("certificationInfo", uri);
    }
    for field in fields(event.kind) {
        write_field(text, field, event, prefixes);
    }
    text.extensions(&event.extensions, prefixes);
    text.close(name);
}

fn write_field(text: &mut XmlText, field: &str, event: &Event, prefixes: &Prefixes) {
    match field {
        "action" => event.action.iter().for_each(|action| text.element(field, action_name(*action))),
        "bizStep" => term(text, field, event.biz_step.as_ref(), Vocabulary::BizStep),
        "disposition" => term(text, field, event.disposition.as_ref(), Vocabulary::Disposition),
        "persistentDisposition" => persistent(text, event.persistent_disposition.as_ref()),
        "readPoint" => place(text, field, event.read_point.as_ref(), prefixes),
        "bizLocation" => place(text, field, event.biz_location.as_ref(), prefixes),
        "parentID" => identifier(text, field, event.parent_id.as_ref()),
        "transformationID" => identifier(text, field, event.transformation_id.as_ref()),
        // The schema requires it on object and transaction events, even if it is empty.
        "epcList" if event.epc_list.is_empty() => text.raw("<epcList/>"),
        "epcList" => identifiers(text, field, "epc", &event.epc_list),
        "childEPCs" => identifiers(text, field, "epc", &event.child_epcs),
        "inputEPCList" => identifiers(text, field, "epc", &event.input_epc_list),
        "outputEPCList" => identifiers(text, field, "epc", &event.output_epc_list),
        "quantityList" => quantities(text, field, &event.quantity_list),
        "childQuantityList" => quantities(text, field, &event.child_quantity_list),
        "inputQuantityList" => quantities(text, field, &event.input_quantity_list),
        "outputQuantityList" => quantities(text, field, &event.output_quantity_list),
        "bizTransactionList" => transactions(text, event),
        "sourceList" => parties(text, field, "source", &event.source_list),
        "destinationList" => parties(text, field, "destination", &event.destination_list),
        "sensorElementList" => sensor_elements(text, &event.sensor_element_list, prefixes),
        "ilmd" if !event.ilmd.is_empty() => {
            text.open(field, []);
            text.extensions(&event.ilmd, prefixes);
            text.close(field);
        }
        _ => {}
    }
}

fn identifier(text: &mut XmlText, name: &str, id: Option<&Identifier>) {
    if let Some(id) = id {
        text.element(name, id.spelled());
    }
}

fn identifiers(text: &mut XmlText, list: &str, name: &str, ids: &[Identifier]) {
    if ids.is_empty() {
        return;
    }
    text.open(list, []);
    for id in ids {
        text.element(name, id.spelled());
    }
    text.close(list);
}

fn term(text: &mut XmlText, name: &str, term: Option<&Term>, vocabulary: Vocabulary) {
    if let Some(term) = term {
        text.element(name, &vocabulary.spelled_out(term.spelled()));
    }
}

fn persistent(text: &mut XmlText, disposition: Option<&PersistentDisposition>) {
    let Some(disposition) = disposition else { return };
    text.open("persistentDisposition", []);
    for (name, terms) in [("unset", &disposition.unset), ("set", &disposition.set)] {
        for found in terms {
            term(text, name, Some(found), Vocabulary::Disposition);
        }
    }
    text.close("persistentDisposition");
}

fn place(text: &mut XmlText, name: &str, place: Option<&Place>, prefixes: &Prefixes) {
    let Some(place) = place else { return };
    text.open(name, []);
    text.element("id", place.id.spelled());
    text.extensions(&place.extensions, prefixes);
    text.close(name);
}

fn quantities(text: &mut XmlText, list: &str, elements: &[QuantityElement]) {
    if elements.is_empty() {
        return;
    }
    text.open(list, []);
    for element in elements {
        text.raw("<quantityElement>");
        text.element("epcClass", element.epc_class.spelled());
        match (&element.quantity, &element.uom) {
            (Some(quantity), _) => text.element("quantity", quantity.spelled()),
            // The schema has no unit without an amount.
            (None, Some(_)) => text.raw("<quantity xsi:nil=\"true\"/>"),
            (None, None) => {}
        }
        if let Some(uom) = &element.uom {
            text.element("uom", uom);
        }
        text.raw("</quantityElement>");
    }
    text.close(list);
}

fn transactions(text: &mut XmlText, event: &Event) {
    if event.biz_transaction_list.is_empty() {
        return;
    }
    text.open("bizTransactionList", []);
    for transaction in &event.biz_transaction_list {
        let kind = transaction.kind.as_ref().map(|kind| Vocabulary::BizTransaction.spelled_out(kind.spelled()));
        text.open("bizTransaction", kind.as_deref().map(|kind| ("type", kind)));
        text.characters(transaction.id.spelled());
        text.close("bizTransaction");
    }
    text.close("bizTransactionList");
}

fn parties(text: &mut XmlText, list: &str, name: &str, parties: &[SourceDest]) {
    if parties.is_empty() {
        return;
    }
    text.open(list, []);
    for party in parties {
        let kind = Vocabulary::SourceDest.spelled_out(party.kind.spelled());
        text.open(name, [("type", kind.as_str())]);
        text.characters(party.id.spelled());
        text.close(name);
    }
    text.close(list);
}

fn error_declaration(text: &mut XmlText, declaration: &ErrorDeclaration, prefixes: &Prefixes) {
    text.open("errorDeclaration", []);
    text.element("declarationTime", declaration.declaration_time.spelled());
    term(text, "reason", declaration.reason.as_ref(), Vocabulary::ErrorReason);
    identifiers(text, "correctiveEventIDs", "correctiveEventID", &declaration.corrective_event_ids);
    text.extensions(&declaration.extensions, prefixes);
    text.close("errorDeclaration");
}

fn sensor_elements(text: &mut XmlText, elements: &[SensorElement], prefixes: &Prefixes) {
    if elements.is_empty() {
        return;
    }
    text.open("sensorElementList", []);
    for element in elements {
        text.raw("<sensorElement>");
        if !element.metadata.is_empty() {
            attributes_only(text, "sensorMetadata", &element.metadata, prefixes);
        }
        for report in &element.reports {
            attributes_only(text, "sensorReport", report, prefixes);
        }
        text.extensions(&element.extensions, prefixes);
        text.raw("</sensorElement>");
    }
    text.close("sensorElementList");
}

/// An element whose members are attributes.
fn attributes_only(text: &mut XmlText, name: &str, members: &[Extension], prefixes: &Prefixes) {
    text.raw("<");
    text.raw(name);
    for member in members {
        let value = match &member.value {
            Value::Text(word) => sensor_word(&member.name.local, word),
            value => value.as_text().map_or_else(|| as_json(value, prefixes), str::to_owned),
        };
        text.attribute(&qualified(&member.name, prefixes), &value);
    }
    text.raw("/>");
}

fn sensor_word(name: &str, word: &str) -> String {
    match name {
        "type" => Vocabulary::Measurement.spelled_out(word),
        "exception" => Vocabulary::Alert.spelled_out(word),
        "component" => Vocabulary::Component.spelled_out(word),
        _ => word.to_owned(),
    }
}

/// A tree in an attribute: XML has no place for it, so it keeps its JSON.
fn as_json(value: &Value, prefixes: &Prefixes) -> String {
    let mut json = JsonText::default();
    json.value(value, prefixes);
    json.take()
}
