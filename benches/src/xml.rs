//! Events in the syntax of EPCIS XML 2.0 and 1.2.

use std::fmt::Write;

use crate::{
    Layout,
    event::{Amount, Content, Error, Event, Field, Kind, Sensor, location},
};

/// The generation of the schema.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Version {
    V1_2,
    V2_0,
}

/// The beginning of a document, with the names of `places` places as master data.
pub(crate) fn head(out: &mut String, version: Version, layout: Layout, places: u64) {
    let (generation, number) = match version {
        Version::V1_2 => ("1", "1.2"),
        Version::V2_0 => ("2", "2.0"),
    };
    out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let mut xml = Xml { out, version, layout, depth: 0 };
    xml.open(&format!(
        "epcis:EPCISDocument xmlns:epcis=\"urn:epcglobal:epcis:xsd:{generation}\" \
         xmlns:sbdh=\"http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader\" \
         xmlns:cbvmda=\"urn:epcglobal:cbv:mda\" xmlns:farm=\"https://farm.example/ns/\" \
         schemaVersion=\"{number}\" creationDate=\"2026-01-05T08:00:00Z\""
    ));
    xml.open("EPCISHeader");
    xml.business_header();
    for name in ["extension", "EPCISMasterData", "VocabularyList"] {
        xml.open(name);
    }
    xml.open("Vocabulary type=\"urn:epcglobal:epcis:vtype:Location\"");
    xml.open("VocabularyElementList");
    for place in 0..places {
        xml.open(&format!("VocabularyElement id=\"https://id.gs1.org/414/{}\"", location(place)));
        xml.text("attribute id=\"urn:epcglobal:cbv:mda#name\"", &format!("Packing house {place}"));
        xml.close("VocabularyElement");
    }
    let names = ["VocabularyElementList", "Vocabulary", "VocabularyList", "EPCISMasterData", "extension"];
    for name in names.into_iter().chain(["EPCISHeader"]) {
        xml.close(name);
    }
    xml.open("EPCISBody");
    xml.open("EventList");
}

/// One event. EPCIS 1.2 has no associations, no sensor elements and no persistent dispositions: there the first become
/// aggregations, and the others are left out.
pub(crate) fn event(out: &mut String, event: &Event, version: Version, layout: Layout) {
    if layout == Layout::Compact {
        out.push('\n');
    }
    let mut xml = Xml { out, version, layout, depth: 3 };
    let name = match (event.kind, version) {
        (Kind::Object, _) => "ObjectEvent",
        (Kind::Aggregation, _) | (Kind::Association, Version::V1_2) => "AggregationEvent",
        (Kind::Transaction, _) => "TransactionEvent",
        (Kind::Transformation, _) => "TransformationEvent",
        (Kind::Association, Version::V2_0) => "AssociationEvent",
    };
    let wrapped = event.kind == Kind::Transformation && version == Version::V1_2;
    if wrapped {
        xml.open("extension");
    }
    xml.open(name);
    xml.beginning(event);
    xml.objects(event);
    xml.middle(event);
    match version {
        Version::V1_2 => xml.end_1_2(event),
        Version::V2_0 => xml.end_2_0(event),
    }
    xml.fields(&event.extensions);
    xml.close(name);
    if wrapped {
        xml.close("extension");
    }
}

/// The end of a document.
pub(crate) fn tail(out: &mut String, version: Version, layout: Layout) {
    let mut xml = Xml { out, version, layout, depth: 3 };
    for name in ["EventList", "EPCISBody", "epcis:EPCISDocument"] {
        xml.close(name);
    }
    out.push('\n');
}

struct Xml<'o> {
    out: &'o mut String,
    version: Version,
    layout: Layout,
    depth: usize,
}

impl Xml<'_> {
    /// A start tag: its name and attributes, as they are to stand in it.
    fn open(&mut self, tag: &str) {
        self.layout.line(self.out, self.depth);
        self.depth += 1;
        let _ = write!(self.out, "<{tag}>");
    }

    fn close(&mut self, name: &str) {
        self.depth -= 1;
        self.layout.line(self.out, self.depth);
        let _ = write!(self.out, "</{name}>");
    }

    /// An element with text.
    fn text(&mut self, tag: &str, text: &str) {
        self.layout.line(self.out, self.depth);
        let _ = write!(self.out, "<{tag}>");
        for character in text.chars() {
            match character {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                other => self.out.push(other),
            }
        }
        let name = tag.split(' ').next().unwrap_or(tag);
        let _ = write!(self.out, "</{name}>");
    }

    /// The Standard Business Document Header, which the schema wants as soon as there is any header.
    fn business_header(&mut self) {
        self.open("sbdh:StandardBusinessDocumentHeader");
        self.text("sbdh:HeaderVersion", "1.0");
        for (role, party) in [("sbdh:Sender", 1), ("sbdh:Receiver", 2)] {
            self.open(role);
            self.text("sbdh:Identifier Authority=\"GS1\"", &location(party));
            self.close(role);
        }
        self.open("sbdh:DocumentIdentification");
        self.text("sbdh:Standard", "EPCglobal");
        self.text("sbdh:TypeVersion", "1.0");
        self.text("sbdh:InstanceIdentifier", "generated");
        self.text("sbdh:Type", "Events");
        self.text("sbdh:CreationDateAndTime", "2026-01-05T08:00:00Z");
        self.close("sbdh:DocumentIdentification");
        self.close("sbdh:StandardBusinessDocumentHeader");
    }

    fn beginning(&mut self, event: &Event) {
        self.text("eventTime", &event.time);
        if let Some(time) = &event.record_time {
            self.text("recordTime", time);
        }
        self.text("eventTimeZoneOffset", event.offset);
        if self.version == Version::V1_2 {
            self.open("baseExtension");
        }
        self.text("eventID", &event.id);
        if let Some(error) = &event.error {
            self.error(error);
        }
        if self.version == Version::V1_2 {
            self.close("baseExtension");
        }
    }

    fn error(&mut self, error: &Error) {
        self.open("errorDeclaration");
        self.text("declarationTime", &error.time);
        self.text("reason", &format!("urn:epcglobal:cbv:er:{}", error.reason));
        self.open("correctiveEventIDs");
        self.text("correctiveEventID", &error.corrected_by);
        self.close("correctiveEventIDs");
        self.close("errorDeclaration");
    }

    /// What the event is about, up to its action.
    fn objects(&mut self, event: &Event) {
        match event.kind {
            Kind::Object => self.list("epcList", "epc", &event.objects),
            Kind::Aggregation | Kind::Association => {
                if let Some(parent) = &event.parent {
                    self.text("parentID", parent);
                }
                self.list("childEPCs", "epc", &event.objects);
            }
            Kind::Transaction => {
                self.typed("bizTransactionList", "bizTransaction", "btt", &event.transactions);
                self.list("epcList", "epc", &event.objects);
            }
            Kind::Transformation => {
                self.optional_list("inputEPCList", "epc", &event.objects);
                self.amounts("inputQuantityList", &event.amounts);
                self.optional_list("outputEPCList", "epc", &event.made);
                self.amounts("outputQuantityList", &event.made_amounts);
            }
        }
    }

    fn middle(&mut self, event: &Event) {
        // An association of 2.0 gives its amounts before the action, all others give them further down.
        if event.kind == Kind::Association && self.version == Version::V2_0 {
            self.amounts("childQuantityList", &event.amounts);
        }
        if let Some(action) = event.action {
            self.text("action", action);
        }
        self.text("bizStep", &format!("urn:epcglobal:cbv:bizstep:{}", event.biz_step));
        self.text("disposition", &format!("urn:epcglobal:cbv:disp:{}", event.disposition));
        self.place("readPoint", &event.read_point);
        if let Some(place) = &event.biz_location {
            self.place("bizLocation", place);
        }
        if event.kind != Kind::Transaction {
            self.typed("bizTransactionList", "bizTransaction", "btt", &event.transactions);
        }
    }

    fn end_1_2(&mut self, event: &Event) {
        if event.kind == Kind::Transformation {
            self.parties(event);
            self.ilmd(event);
            return;
        }
        self.open("extension");
        let amounts =
            if matches!(event.kind, Kind::Object | Kind::Transaction) { "quantityList" } else { "childQuantityList" };
        self.amounts(amounts, &event.amounts);
        self.parties(event);
        self.ilmd(event);
        self.close("extension");
    }

    fn end_2_0(&mut self, event: &Event) {
        match event.kind {
            Kind::Object | Kind::Transaction => self.amounts("quantityList", &event.amounts),
            Kind::Aggregation => self.amounts("childQuantityList", &event.amounts),
            Kind::Transformation | Kind::Association => {}
        }
        self.parties(event);
        if !event.sensors.is_empty() {
            self.open("sensorElementList");
            for sensor in &event.sensors {
                self.sensor(sensor);
            }
            self.close("sensorElementList");
        }
        if let Some(term) = event.persistent {
            self.open("persistentDisposition");
            self.text("set", &format!("urn:epcglobal:cbv:disp:{term}"));
            self.close("persistentDisposition");
        }
        self.ilmd(event);
    }

    fn optional_list(&mut self, list: &str, element: &str, values: &[String]) {
        if !values.is_empty() {
            self.list(list, element, values);
        }
    }

    fn list(&mut self, list: &str, element: &str, values: &[String]) {
        self.open(list);
        for value in values {
            self.text(element, value);
        }
        self.close(list);
    }

    fn amounts(&mut self, list: &str, amounts: &[Amount]) {
        if amounts.is_empty() {
            return;
        }
        self.open(list);
        for amount in amounts {
            self.open("quantityElement");
            self.text("epcClass", &amount.class);
            self.text("quantity", &amount.quantity);
            if let Some(uom) = amount.uom {
                self.text("uom", uom);
            }
            self.close("quantityElement");
        }
        self.close(list);
    }

    fn place(&mut self, element: &str, id: &str) {
        self.open(element);
        self.text("id", id);
        self.close(element);
    }

    /// A list of identifiers with a type of the given vocabulary.
    fn typed(&mut self, list: &str, element: &str, vocabulary: &str, values: &[(&str, String)]) {
        if values.is_empty() {
            return;
        }
        self.open(list);
        for (kind, id) in values {
            self.text(&format!("{element} type=\"urn:epcglobal:cbv:{vocabulary}:{kind}\""), id);
        }
        self.close(list);
    }

    fn parties(&mut self, event: &Event) {
        self.typed("sourceList", "source", "sdt", &event.sources);
        self.typed("destinationList", "destination", "sdt", &event.destinations);
    }

    fn sensor(&mut self, sensor: &Sensor) {
        self.open("sensorElement");
        self.empty(&format!("sensorMetadata time=\"{}\" deviceID=\"{}\"", sensor.time, sensor.device));
        for (kind, value, uom) in &sensor.reports {
            self.empty(&format!("sensorReport type=\"gs1:{kind}\" value=\"{value}\" uom=\"{uom}\""));
        }
        self.close("sensorElement");
    }

    fn empty(&mut self, tag: &str) {
        self.layout.line(self.out, self.depth);
        let _ = write!(self.out, "<{tag}/>");
    }

    fn ilmd(&mut self, event: &Event) {
        if !event.ilmd.is_empty() {
            self.open("ilmd");
            self.fields(&event.ilmd);
            self.close("ilmd");
        }
    }

    fn fields(&mut self, fields: &[Field]) {
        for field in fields {
            match &field.content {
                Content::Text(text) | Content::Number(text) => self.text(field.name, text),
                Content::Members(members) => {
                    self.open(field.name);
                    self.fields(members);
                    self.close(field.name);
                }
            }
        }
    }
}
