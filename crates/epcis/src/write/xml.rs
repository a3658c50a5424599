//! An event as an XML element.

use gs1::Identifier;

use super::{
    CbvFormat,
    keep::Keep,
    prefixes::Prefixes,
    sensor, terms,
    xml_attributes::Attributes,
    xml_fields::{self, SINCE_2_0},
    xml_text::XmlText,
};
use crate::{
    ErrorDeclaration, Event, EventKind, EventTime, FieldAttribute, PersistentDisposition, Place, QuantityElement,
    SourceDest, Term, Vocabulary, xml::is_date_time_stamp,
};

/// Writes one event after the other.
pub(super) struct XmlEvents<'w> {
    pub(super) text: &'w mut XmlText,
    pub(super) prefixes: &'w Prefixes,
    pub(super) keep: &'w mut Keep,
    pub(super) terms: CbvFormat,
    /// Whether words of sensor reports stay bare: JSON has them so, and in XML somebody wrote them so.
    pub(super) bare_words: bool,
    pub(super) attributes: &'w Attributes<'w>,
    /// Whether the target is EPCIS 1.2.
    pub(super) old: bool,
}

impl XmlEvents<'_> {
    /// Writes an event with its extensions; the end tag is left to the caller. Gives the place behind the declarations.
    pub(super) fn write(&mut self, event: &Event) -> usize {
        let since_2_0 = event.kind == EventKind::Association;
        let (fields, wrapped) = if self.old { xml_fields::of_1_2(event.kind) } else { xml_fields::of_2_0(event.kind) };
        self.text.raw("<");
        self.text.raw(event.kind.name());
        let declared = self.text.declarations(self.prefixes, |prefix| self.attributes.declare(prefix));
        self.attributes("");
        self.text.raw(">");
        self.time("eventTime", &event.event_time, "eventTime");
        if let Some(time) = &event.record_time {
            self.time("recordTime", time, "recordTime");
        }
        self.text.element("eventTimeZoneOffset", event.event_time_zone_offset.spelled());
        if self.old && !since_2_0 {
            self.optional("baseExtension", |this| {
                this.identity(event);
                this.optional("extension", |this| this.certification(event));
            });
        } else {
            self.identity(event);
            self.certification(event);
        }
        for field in fields {
            self.field(field, event);
        }
        if self.old && !since_2_0 {
            self.optional("extension", |this| {
                for field in wrapped {
                    this.field(field, event);
                }
                if event.kind == EventKind::Transformation {
                    this.since_2_0(event);
                } else {
                    this.optional("extension", |this| this.since_2_0(event));
                }
            });
        }
        self.text.extensions(&event.extensions, self.prefixes);
        let mut own = self.attributes.declared().peekable();
        let whole = own.peek().is_none() || {
            let used = self.text.used(declared);
            own.all(|prefix| used.contains(prefix))
        };
        self.keep.unless(whole && self.attributes.whole, "attributes");
        declared
    }

    /// The attributes outside the standard of the element whose tag is being written.
    fn attributes(&mut self, element: &str) {
        for FieldAttribute { name, value, .. } in self.attributes.on(element) {
            self.text.prefixed_attribute(self.prefixes.written(name), &name.local, value);
        }
    }

    /// The start of an element that may have attributes outside the standard.
    fn open(&mut self, name: &str) {
        self.text.raw("<");
        self.text.raw(name);
        self.attributes(name);
        self.text.raw(">");
    }

    /// An element that is left out when nothing stands in it.
    pub(super) fn optional(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        let before = self.text.len();
        self.text.open(name);
        let opened = self.text.len();
        content(self);
        if self.text.len() == opened {
            self.text.truncate(before);
        } else {
            self.text.close(name);
        }
    }

    fn since_2_0(&mut self, event: &Event) {
        for field in SINCE_2_0 {
            self.field(field, event);
        }
    }

    fn identity(&mut self, event: &Event) {
        self.identifier("eventID", event.event_id.as_ref(), "eventID");
        if let Some(declaration) = &event.error_declaration {
            self.error_declaration(declaration);
        }
    }

    /// The schema has one, the standard and JSON a list.
    fn certification(&mut self, event: &Event) {
        if let Some(first) = event.certification_info.first() {
            let held = self.text.element("certificationInfo", first);
            self.keep.unless(held && event.certification_info.len() == 1, "certificationInfo");
        }
    }

    fn field(&mut self, field: &str, event: &Event) {
        match field {
            "action" => drop(event.action.map(|action| self.text.element(field, action.name()))),
            "bizStep" => self.term(field, event.biz_step.as_ref(), Vocabulary::BizStep, "bizStep"),
            "disposition" => self.term(field, event.disposition.as_ref(), Vocabulary::Disposition, "disposition"),
            "persistentDisposition" => self.persistent(event.persistent_disposition.as_deref()),
            "readPoint" => self.place(field, event.read_point.as_ref(), "readPoint"),
            "bizLocation" => self.place(field, event.biz_location.as_ref(), "bizLocation"),
            "parentID" => self.identifier(field, event.parent_id.as_ref(), "parentID"),
            "transformationID" => self.identifier(field, event.transformation_id.as_deref(), "transformationID"),
            // The schemas require these, even if they are empty.
            "epcList" if event.epc_list.is_empty() => self.text.raw("<epcList/>"),
            "childEPCs" if event.child_epcs.is_empty() && event.kind == EventKind::Aggregation => {
                self.text.raw("<childEPCs/>");
            }
            "bizTransactionList" => self.transactions(event),
            "sourceList" => self.parties(field, "source", &event.source_list, "sourceList"),
            "destinationList" => {
                self.parties(field, "destination", &event.destination_list, "destinationList");
            }
            "sensorElementList" => sensor::write_xml(self, &event.sensor_element_list),
            "ilmd" if !event.ilmd.is_empty() => {
                self.open(field);
                self.text.extensions(&event.ilmd, self.prefixes);
                self.text.close(field);
            }
            _ => self.objects(field, event),
        }
    }

    fn objects(&mut self, field: &str, event: &Event) {
        match field {
            "epcList" => self.identifiers(field, "epc", &event.epc_list, "epcList"),
            "childEPCs" => self.identifiers(field, "epc", &event.child_epcs, "childEPCs"),
            "inputEPCList" => self.identifiers(field, "epc", &event.input_epc_list, "inputEPCList"),
            "outputEPCList" => self.identifiers(field, "epc", &event.output_epc_list, "outputEPCList"),
            "quantityList" => self.quantities(field, &event.quantity_list, "quantityList"),
            "childQuantityList" => self.quantities(field, &event.child_quantity_list, "childQuantityList"),
            "inputQuantityList" => self.quantities(field, &event.input_quantity_list, "inputQuantityList"),
            "outputQuantityList" => self.quantities(field, &event.output_quantity_list, "outputQuantityList"),
            _ => {}
        }
    }

    /// JSON may write the letters of a time small, and takes offsets that no place has.
    fn time(&mut self, name: &str, time: &EventTime, field: &'static str) {
        if is_xml_time(time.spelled()) {
            self.text.element(name, time.spelled());
        } else {
            self.text.element(name, EventTime::from(time.instant()).spelled());
            self.keep.add(field);
        }
    }

    fn identifier(&mut self, name: &str, id: Option<&Identifier>, field: &'static str) {
        if let Some(id) = id {
            let held = self.text.element(name, id.spelled());
            self.keep.unless(held, field);
        }
    }

    fn identifiers(&mut self, list: &str, name: &str, ids: &[Identifier], field: &'static str) {
        if ids.is_empty() {
            return;
        }
        self.text.open(list);
        for id in ids {
            self.identifier(name, Some(id), field);
        }
        self.text.close(list);
    }

    fn term(&mut self, name: &str, term: Option<&Term>, vocabulary: Vocabulary, field: &'static str) {
        let Some(term) = term else { return };
        let (beginning, word) = terms::in_xml(vocabulary, term.spelled(), self.terms);
        self.text.open(name);
        self.text.raw(beginning);
        let held = self.text.characters(word);
        self.text.close(name);
        self.keep.unless(held && word.trim().len() == word.len() && !word.is_empty(), field);
    }

    fn place(&mut self, name: &str, place: Option<&Place>, field: &'static str) {
        let Some(place) = place else { return };
        self.text.open(name);
        self.identifier("id", Some(&place.id), field);
        self.text.extensions(&place.extensions, self.prefixes);
        self.text.close(name);
    }

    fn persistent(&mut self, disposition: Option<&PersistentDisposition>) {
        let Some(disposition) = disposition else { return };
        let field = "persistentDisposition";
        self.text.open("persistentDisposition");
        for (name, terms) in [("unset", &disposition.unset), ("set", &disposition.set)] {
            for term in terms {
                self.term(name, Some(term), Vocabulary::Disposition, field);
            }
        }
        self.text.close("persistentDisposition");
    }

    fn quantities(&mut self, list: &str, elements: &[QuantityElement], field: &'static str) {
        if elements.is_empty() {
            return;
        }
        self.text.open(list);
        for element in elements {
            self.text.raw("<quantityElement>");
            self.identifier("epcClass", Some(&element.epc_class), field);
            self.amount(element, field);
            self.text.raw("</quantityElement>");
        }
        self.text.close(list);
    }

    fn amount(&mut self, element: &QuantityElement, field: &'static str) {
        match (&element.quantity, &element.uom) {
            (Some(quantity), _) if self.old && quantity.spelled().contains(['e', 'E']) => {
                self.text.element("quantity", &quantity.value().to_string());
                self.keep.add(field);
            }
            (Some(quantity), _) => drop(self.text.element("quantity", quantity.spelled())),
            // The schemas have no unit without an amount, but 2.0 has an amount that is not known.
            (None, Some(_)) if self.old => return self.keep.add(field),
            (None, Some(_)) => self.text.raw("<quantity xsi:nil=\"true\"/>"),
            (None, None) => {}
        }
        if let Some(uom) = &element.uom {
            let held = self.text.element("uom", uom);
            self.keep.unless(held, field);
        }
    }

    fn transactions(&mut self, event: &Event) {
        if event.biz_transaction_list.is_empty() {
            return;
        }
        self.text.open("bizTransactionList");
        for transaction in &event.biz_transaction_list {
            let kind = transaction.kind.as_ref().map(|kind| (kind, Vocabulary::BizTransaction));
            self.typed("bizTransaction", kind, &transaction.id, "bizTransactionList");
        }
        self.text.close("bizTransactionList");
    }

    fn parties(&mut self, list: &str, name: &str, parties: &[SourceDest], field: &'static str) {
        if parties.is_empty() {
            return;
        }
        self.text.open(list);
        for party in parties {
            self.typed(name, Some((&party.kind, Vocabulary::SourceDest)), &party.id, field);
        }
        self.text.close(list);
    }

    /// An identifier with an attribute `type`.
    fn typed(&mut self, name: &str, kind: Option<(&Term, Vocabulary)>, id: &Identifier, field: &'static str) {
        self.text.raw("<");
        self.text.raw(name);
        if let Some((kind, vocabulary)) = kind {
            let (beginning, word) = terms::in_xml(vocabulary, kind.spelled(), self.terms);
            let held = self.text.attribute_in_pieces("type", beginning, word);
            self.keep.unless(held && word.trim().len() == word.len(), field);
        }
        self.text.raw(">");
        let held = self.text.characters(id.spelled());
        self.keep.unless(held && id.spelled().trim().len() == id.spelled().len(), field);
        self.text.close(name);
    }

    fn error_declaration(&mut self, declaration: &ErrorDeclaration) {
        let field = "errorDeclaration";
        self.open("errorDeclaration");
        self.time("declarationTime", &declaration.declaration_time, field);
        self.term("reason", declaration.reason.as_ref(), Vocabulary::ErrorReason, field);
        self.identifiers("correctiveEventIDs", "correctiveEventID", &declaration.corrective_event_ids, field);
        self.text.extensions(&declaration.extensions, self.prefixes);
        self.text.close("errorDeclaration");
    }
}

/// Whether a time is one of the schema: `T` and `Z` large, an offset of at most 14 hours.
pub(super) fn is_xml_time(text: &str) -> bool {
    is_date_time_stamp(text) && text.parse::<EventTime>().is_ok()
}
