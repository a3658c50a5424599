//! Events in the syntax of EPCIS 2.0 JSON-LD.

use crate::{
    Layout,
    event::{Amount, Content, Error, Event, Field, Kind, Sensor, location},
};

/// The beginning of a document, with the names of `places` places as master data.
pub(crate) fn head(out: &mut String, layout: Layout, places: u64) {
    let mut json = Json { out, layout, depth: 0, first: true };
    json.open('{');
    json.list("@context");
    json.item("https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld");
    json.element();
    json.text("farm", "https://farm.example/ns/");
    json.close('}');
    json.close(']');
    json.text("type", "EPCISDocument");
    json.text("schemaVersion", "2.0");
    json.text("creationDate", "2026-01-05T08:00:00Z");
    json.object("epcisHeader");
    json.object("epcisMasterData");
    json.list("vocabularyList");
    json.element();
    json.text("type", "urn:epcglobal:epcis:vtype:Location");
    json.list("vocabularyElementList");
    for place in 0..places {
        json.element();
        json.text("id", &format!("https://id.gs1.org/414/{}", location(place)));
        json.list("attributes");
        json.element();
        json.text("id", "urn:epcglobal:cbv:mda#name");
        json.text("attribute", &format!("Packing house {place}"));
        json.close('}');
        json.close(']');
        json.close('}');
    }
    for bracket in [']', '}', ']', '}', '}'] {
        json.close(bracket);
    }
    json.object("epcisBody");
    json.list("eventList");
}

/// One event, the first of its document or a later one.
pub(crate) fn event(out: &mut String, event: &Event, first: bool, layout: Layout) {
    let mut json = Json { out, layout, depth: 3, first };
    json.comma();
    if layout == Layout::Compact {
        json.out.push('\n');
    }
    json.first = true;
    json.element();
    json.beginning(event);
    json.objects(event);
    json.middle(event);
    json.end(event);
    json.close('}');
}

/// The end of a document.
pub(crate) fn tail(out: &mut String, layout: Layout) {
    let mut json = Json { out, layout, depth: 3, first: false };
    for bracket in [']', '}', '}'] {
        json.close(bracket);
    }
    out.push('\n');
}

struct Json<'o> {
    out: &'o mut String,
    layout: Layout,
    depth: usize,
    /// Whether nothing stands in the object or array yet.
    first: bool,
}

impl Json<'_> {
    fn comma(&mut self) {
        if !self.first {
            self.out.push(',');
        }
        self.first = false;
    }

    fn open(&mut self, bracket: char) {
        self.out.push(bracket);
        self.depth += 1;
        self.first = true;
    }

    fn close(&mut self, bracket: char) {
        self.depth -= 1;
        self.layout.line(self.out, self.depth);
        self.out.push(bracket);
        self.first = false;
    }

    fn name(&mut self, name: &str) {
        self.comma();
        self.layout.line(self.out, self.depth);
        self.quoted(name);
        self.out.push_str(if self.layout == Layout::Indented { ": " } else { ":" });
    }

    fn quoted(&mut self, text: &str) {
        self.out.push('"');
        for character in text.chars() {
            if matches!(character, '"' | '\\') {
                self.out.push('\\');
            }
            self.out.push(character);
        }
        self.out.push('"');
    }

    fn object(&mut self, name: &str) {
        self.name(name);
        self.open('{');
    }

    fn list(&mut self, name: &str) {
        self.name(name);
        self.open('[');
    }

    fn text(&mut self, name: &str, text: &str) {
        self.name(name);
        self.quoted(text);
    }

    fn number(&mut self, name: &str, digits: &str) {
        self.name(name);
        self.out.push_str(digits);
    }

    /// An object in an array.
    fn element(&mut self) {
        self.comma();
        self.layout.line(self.out, self.depth);
        self.open('{');
    }

    /// A string in an array.
    fn item(&mut self, text: &str) {
        self.comma();
        self.layout.line(self.out, self.depth);
        self.quoted(text);
    }

    fn beginning(&mut self, event: &Event) {
        let kind = match event.kind {
            Kind::Object => "ObjectEvent",
            Kind::Aggregation => "AggregationEvent",
            Kind::Transaction => "TransactionEvent",
            Kind::Transformation => "TransformationEvent",
            Kind::Association => "AssociationEvent",
        };
        self.text("type", kind);
        self.text("eventID", &event.id);
        self.text("eventTime", &event.time);
        if let Some(time) = &event.record_time {
            self.text("recordTime", time);
        }
        self.text("eventTimeZoneOffset", event.offset);
        if let Some(error) = &event.error {
            self.error(error);
        }
    }

    fn error(&mut self, error: &Error) {
        self.object("errorDeclaration");
        self.text("declarationTime", &error.time);
        self.text("reason", error.reason);
        self.strings("correctiveEventIDs", std::slice::from_ref(&error.corrected_by));
        self.close('}');
    }

    fn objects(&mut self, event: &Event) {
        match event.kind {
            Kind::Object | Kind::Transaction => {
                self.strings("epcList", &event.objects);
                self.amounts("quantityList", &event.amounts);
            }
            Kind::Aggregation | Kind::Association => {
                if let Some(parent) = &event.parent {
                    self.text("parentID", parent);
                }
                self.strings("childEPCs", &event.objects);
                self.amounts("childQuantityList", &event.amounts);
            }
            Kind::Transformation => {
                self.strings("inputEPCList", &event.objects);
                self.amounts("inputQuantityList", &event.amounts);
                if !event.made.is_empty() {
                    self.strings("outputEPCList", &event.made);
                }
                self.amounts("outputQuantityList", &event.made_amounts);
            }
        }
    }

    fn strings(&mut self, list: &str, values: &[String]) {
        self.list(list);
        for value in values {
            self.item(value);
        }
        self.close(']');
    }

    fn amounts(&mut self, list: &str, amounts: &[Amount]) {
        if amounts.is_empty() {
            return;
        }
        self.list(list);
        for amount in amounts {
            self.element();
            self.text("epcClass", &amount.class);
            self.number("quantity", &amount.quantity);
            if let Some(uom) = amount.uom {
                self.text("uom", uom);
            }
            self.close('}');
        }
        self.close(']');
    }

    fn middle(&mut self, event: &Event) {
        if let Some(action) = event.action {
            self.text("action", action);
        }
        self.text("bizStep", event.biz_step);
        self.text("disposition", event.disposition);
        self.place("readPoint", &event.read_point);
        if let Some(place) = &event.biz_location {
            self.place("bizLocation", place);
        }
        self.typed("bizTransactionList", "bizTransaction", &event.transactions);
        self.typed("sourceList", "source", &event.sources);
        self.typed("destinationList", "destination", &event.destinations);
    }

    fn place(&mut self, name: &str, id: &str) {
        self.object(name);
        self.text("id", id);
        self.close('}');
    }

    fn typed(&mut self, list: &str, member: &str, values: &[(&str, String)]) {
        if values.is_empty() {
            return;
        }
        self.list(list);
        for (kind, id) in values {
            self.element();
            self.text("type", kind);
            self.text(member, id);
            self.close('}');
        }
        self.close(']');
    }

    fn end(&mut self, event: &Event) {
        if !event.sensors.is_empty() {
            self.list("sensorElementList");
            for sensor in &event.sensors {
                self.sensor(sensor);
            }
            self.close(']');
        }
        if let Some(term) = event.persistent {
            self.object("persistentDisposition");
            self.strings("set", &[term.to_owned()]);
            self.close('}');
        }
        if !event.ilmd.is_empty() {
            self.object("ilmd");
            self.fields(&event.ilmd);
            self.close('}');
        }
        self.fields(&event.extensions);
    }

    fn sensor(&mut self, sensor: &Sensor) {
        self.element();
        self.object("sensorMetadata");
        self.text("time", &sensor.time);
        self.text("deviceID", &sensor.device);
        self.close('}');
        self.list("sensorReport");
        for (kind, value, uom) in &sensor.reports {
            self.element();
            self.text("type", kind);
            self.number("value", value);
            self.text("uom", uom);
            self.close('}');
        }
        self.close(']');
        self.close('}');
    }

    fn fields(&mut self, fields: &[Field]) {
        for field in fields {
            match &field.content {
                Content::Text(text) => self.text(field.name, text),
                Content::Number(digits) => self.number(field.name, digits),
                Content::Members(members) => {
                    self.object(field.name);
                    self.fields(members);
                    self.close('}');
                }
            }
        }
    }
}
