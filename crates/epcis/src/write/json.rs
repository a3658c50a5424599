//! An event as a JSON object.

use std::collections::HashSet;

use gs1::Identifier;

use super::{
    json_text::JsonText,
    keep::Keep,
    prefixes::Prefixes,
    sensor,
    terms::{self, is_iri},
};
use crate::{
    Action, Event, EventKind, EventTime, PersistentDisposition, Place, Quantity, QuantityElement, SourceDest, Term,
    Vocabulary, kept,
};

/// Writes one event after the other.
pub(super) struct JsonEvents<'w> {
    pub(super) text: &'w mut JsonText,
    pub(super) prefixes: &'w Prefixes,
    pub(super) keep: &'w mut Keep,
}

impl JsonEvents<'_> {
    /// Writes the members of an event; the brackets and `@context` are left to the caller.
    pub(super) fn write(&mut self, event: &Event) {
        self.text.member("type", event.kind.name());
        match &event.event_id {
            Some(id) if !is_iri(id.spelled()) => self.keep.add("eventID"),
            id => self.identifier("eventID", id.as_ref()),
        }
        self.time("eventTime", &event.event_time, "eventTime");
        if let Some(time) = &event.record_time {
            self.time("recordTime", time, "recordTime");
        }
        self.offset(event);
        self.certification(event);
        self.error_declaration(event);
        self.objects(event);
        self.business(event);
        sensor::write_json(self, &event.sensor_element_list);
        self.ilmd(event);
        self.text.extensions(&event.extensions, self.prefixes);
        self.keep.unless(event.attributes.is_empty(), "attributes");
    }

    /// JSON wants every offset with sign and digits.
    fn offset(&mut self, event: &Event) {
        let offset = event.event_time_zone_offset.spelled();
        let signed = offset.len() == 6;
        self.text.member("eventTimeZoneOffset", if signed { offset } else { "+00:00" });
        self.keep.unless(signed, "eventTimeZoneOffset");
    }

    fn time(&mut self, name: &str, time: &EventTime, field: &'static str) {
        let offset = time.spelled().get(time.spelled().len().saturating_sub(6)..);
        let dated = time.spelled().ends_with(['Z', 'z']) || offset.is_some_and(|zone| zone.starts_with(['+', '-']));
        if dated {
            self.text.member(name, time.spelled());
        } else {
            self.text.member(name, EventTime::from(time.instant()).spelled());
            self.keep.add(field);
        }
    }

    fn certification(&mut self, event: &Event) {
        let list = &event.certification_info;
        let good = || list.iter().map(String::as_str).filter(|uri| is_iri(uri));
        self.keep.unless(list.iter().all(|uri| is_iri(uri)), "certificationInfo");
        match (good().next(), list.len()) {
            (None, _) => {}
            (Some(one), 1) => self.text.member("certificationInfo", one),
            _ => self.strings("certificationInfo", good()),
        }
    }

    fn error_declaration(&mut self, event: &Event) {
        let Some(declaration) = &event.error_declaration else { return };
        let field = "errorDeclaration";
        self.text.name("errorDeclaration");
        self.text.open('{');
        self.time("declarationTime", &declaration.declaration_time, field);
        self.term("reason", declaration.reason.as_ref(), Vocabulary::ErrorReason, field);
        self.identifiers("correctiveEventIDs", &declaration.corrective_event_ids);
        self.text.extensions(&declaration.extensions, self.prefixes);
        self.text.close('}');
    }

    fn objects(&mut self, event: &Event) {
        if let Some(action) = event.action {
            self.text.member("action", action.name());
        }
        self.identifier("parentID", event.parent_id.as_ref());
        self.identifier("transformationID", event.transformation_id.as_deref());
        let listed = matches!(event.kind, EventKind::Object | EventKind::Transaction);
        if listed && event.epc_list.is_empty() && event.quantity_list.is_empty() {
            // The binding wants one of the two, even if it is empty.
            self.text.name("epcList");
            self.text.raw("[]");
        }
        self.unique("epcList", &event.epc_list, "epcList");
        self.quantities("quantityList", &event.quantity_list, "quantityList");
        self.identifiers("childEPCs", &event.child_epcs);
        self.quantities("childQuantityList", &event.child_quantity_list, "childQuantityList");
        self.unique("inputEPCList", &event.input_epc_list, "inputEPCList");
        self.quantities("inputQuantityList", &event.input_quantity_list, "inputQuantityList");
        self.unique("outputEPCList", &event.output_epc_list, "outputEPCList");
        self.quantities("outputQuantityList", &event.output_quantity_list, "outputQuantityList");
    }

    fn business(&mut self, event: &Event) {
        self.term("bizStep", event.biz_step.as_ref(), Vocabulary::BizStep, "bizStep");
        self.term("disposition", event.disposition.as_ref(), Vocabulary::Disposition, "disposition");
        if let Some(disposition) = &event.persistent_disposition {
            self.persistent(disposition);
        }
        self.place("readPoint", event.read_point.as_ref());
        self.place("bizLocation", event.biz_location.as_ref());
        if !event.biz_transaction_list.is_empty() {
            self.text.name("bizTransactionList");
            self.text.open('[');
            for transaction in &event.biz_transaction_list {
                let kind = transaction.kind.as_ref();
                self.text.open('{');
                self.term("type", kind, Vocabulary::BizTransaction, "bizTransactionList");
                self.identifier("bizTransaction", Some(&transaction.id));
                self.text.close('}');
            }
            self.text.close(']');
        }
        self.parties("sourceList", "source", &event.source_list, "sourceList");
        self.parties("destinationList", "destination", &event.destination_list, "destinationList");
    }

    /// A party without a type is none to JSON, so that one whose type it refuses is left out.
    fn parties(&mut self, list: &str, name: &str, parties: &[SourceDest], field: &'static str) {
        let typed = |party: &SourceDest| terms::in_json(Vocabulary::SourceDest, party.kind.spelled()).is_some();
        self.keep.unless(parties.iter().all(typed), field);
        if !parties.iter().any(typed) {
            return;
        }
        self.text.name(list);
        self.text.open('[');
        for party in parties {
            if typed(party) {
                self.text.open('{');
                self.term("type", Some(&party.kind), Vocabulary::SourceDest, field);
                self.identifier(name, Some(&party.id));
                self.text.close('}');
            }
        }
        self.text.close(']');
    }

    /// Terms that JSON refuses, and terms that stand there twice, are left out of the list.
    fn persistent(&mut self, disposition: &PersistentDisposition) {
        let words = |terms: &[Term]| {
            let mut words: Vec<String> = Vec::new();
            for term in terms {
                if let Some(word) = terms::in_json(Vocabulary::Disposition, term.spelled())
                    && !words.iter().any(|known| known == word)
                {
                    words.push(word.to_owned());
                }
            }
            words
        };
        let (set, unset) = (words(&disposition.set), words(&disposition.unset));
        let whole = set.len() == disposition.set.len() && unset.len() == disposition.unset.len();
        let empty = set.is_empty() && unset.is_empty();
        self.keep.unless(whole && !empty, "persistentDisposition");
        if empty {
            return;
        }
        self.text.name("persistentDisposition");
        self.text.open('{');
        for (name, words) in [("set", &set), ("unset", &unset)] {
            if !words.is_empty() {
                self.strings(name, words.iter().map(String::as_str));
            }
        }
        self.text.close('}');
    }

    /// The schema has `ilmd` only where something begins to be.
    fn ilmd(&mut self, event: &Event) {
        if event.ilmd.is_empty() {
            return;
        }
        if event.kind == EventKind::Object && event.action != Some(Action::Add) {
            return self.keep.add("ilmd");
        }
        self.text.name("ilmd");
        self.text.open('{');
        self.text.extensions(&event.ilmd, self.prefixes);
        self.text.close('}');
    }

    fn place(&mut self, name: &str, place: Option<&Place>) {
        let Some(place) = place else { return };
        self.text.name(name);
        self.text.open('{');
        self.identifier("id", Some(&place.id));
        self.text.extensions(&place.extensions, self.prefixes);
        self.text.close('}');
    }

    fn term(&mut self, name: &str, term: Option<&Term>, vocabulary: Vocabulary, field: &'static str) {
        let Some(term) = term else { return };
        match terms::in_json(vocabulary, term.spelled()) {
            Some(word) => self.text.member(name, word),
            None => self.keep.add(field),
        }
    }

    fn identifier(&mut self, name: &str, id: Option<&Identifier>) {
        if let Some(id) = id {
            self.text.member(name, id.spelled());
        }
    }

    fn strings<'s>(&mut self, name: &str, values: impl Iterator<Item = &'s str>) {
        self.text.name(name);
        self.text.open('[');
        values.for_each(|value| self.text.string(value));
        self.text.close(']');
    }

    fn identifiers(&mut self, name: &str, values: &[Identifier]) {
        if !values.is_empty() {
            self.strings(name, values.iter().map(Identifier::spelled));
        }
    }

    /// A list in which nothing may stand twice.
    fn unique(&mut self, name: &str, values: &[Identifier], field: &'static str) {
        if values.len() < 2 {
            return self.identifiers(name, values);
        }
        let mut seen = HashSet::with_capacity(values.len());
        let once = values.iter().map(Identifier::spelled).filter(|spelled| seen.insert(*spelled));
        self.text.name(name);
        self.text.open('[');
        let count = once.map(|spelled| self.text.string(spelled)).count();
        self.text.close(']');
        self.keep.unless(count == values.len(), field);
    }

    fn quantities(&mut self, name: &str, elements: &[QuantityElement], field: &'static str) {
        if elements.is_empty() {
            return;
        }
        self.text.name(name);
        self.text.open('[');
        for element in elements {
            self.text.open('{');
            self.identifier("epcClass", Some(&element.epc_class));
            if let Some(amount) = &element.quantity {
                self.text.name("quantity");
                self.quantity(amount, field);
            }
            match &element.uom {
                Some(uom) if is_unit(uom) => self.text.member("uom", uom),
                Some(_) => self.keep.add(field),
                None => {}
            }
            self.text.close('}');
        }
        self.text.close(']');
    }

    /// The digits as they came in, or the same number where JSON has no such digits.
    fn quantity(&mut self, quantity: &Quantity, field: &'static str) {
        if kept::json::is_number(quantity.spelled()) {
            self.text.raw(quantity.spelled());
        } else {
            self.text.raw(&quantity.value().to_string());
            self.keep.add(field);
        }
    }
}

/// Whether a unit has the form of a code of UN/ECE Recommendation 20.
pub(crate) fn is_unit(uom: &str) -> bool {
    matches!(uom.len(), 2..=3) && uom.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
