//! The fields of an event in the order in which they are hashed.

use gs1::Identifier;

use super::{
    extension,
    scope::Declared,
    sensor,
    text::Text,
    value::{self, Context, identifier, term},
};
use crate::{BizTransaction, Event, Extension, Place, QuantityElement, SourceDest, Term, Vocabulary};

/// Writes the pre-hash string of an event.
pub(super) fn write(out: &mut Text, event: &Event, context: Context<'_>) {
    let own = event.context.0.as_ref().map_or(context, |own| context.with(Declared::Context(own)));
    let context = own.with(Declared::Field(&event.attributes, ""));
    let mut fields = Fields { out, context };
    fields.beginning(event);
    fields.objects(event);
    fields.circumstances(event);
    let sensors = context.with(Declared::Field(&event.attributes, "sensorElementList"));
    sensor::write(fields.out, &event.sensor_element_list, sensors);
    fields.rest(event);
}

struct Fields<'a> {
    out: &'a mut Text,
    context: Context<'a>,
}

impl Fields<'_> {
    fn beginning(&mut self, event: &Event) {
        self.out.push("eventType=");
        self.out.push(event.kind.name());
        self.out.push("eventTime=");
        value::time(self.out, &event.event_time);
        self.out.push("eventTimeZoneOffset=");
        value::offset(self.out, &event.event_time_zone_offset);
        let context = self.context;
        self.out.sorted(&event.certification_info, |out, certificate| {
            out.push("certificationInfo=");
            value::write(out, certificate, context);
        });
    }

    fn objects(&mut self, event: &Event) {
        self.identifier("parentID=", event.parent_id.as_ref());
        self.epcs("epcList", &event.epc_list);
        self.epcs("inputEPCList", &event.input_epc_list);
        self.epcs("childEPCs", &event.child_epcs);
        self.quantities("quantityList", &event.quantity_list);
        self.quantities("childQuantityList", &event.child_quantity_list);
        self.quantities("inputQuantityList", &event.input_quantity_list);
        self.epcs("outputEPCList", &event.output_epc_list);
        self.quantities("outputQuantityList", &event.output_quantity_list);
    }

    fn circumstances(&mut self, event: &Event) {
        if let Some(action) = event.action {
            self.out.push("action=");
            self.out.push(action.name());
        }
        self.identifier("transformationID=", event.transformation_id.as_deref());
        self.term("bizStep=", Vocabulary::BizStep, event.biz_step.as_ref());
        self.term("disposition=", Vocabulary::Disposition, event.disposition.as_ref());
        if let Some(persistent) = &event.persistent_disposition
            && !(persistent.set.is_empty() && persistent.unset.is_empty())
        {
            self.out.push("persistentDisposition");
            self.dispositions("set=", &persistent.set);
            self.dispositions("unset=", &persistent.unset);
        }
        self.place("readPoint", event.read_point.as_ref(), event);
        self.place("bizLocation", event.biz_location.as_ref(), event);
    }

    /// Everything else stands in alphabetical order, extensions at the end.
    fn rest(&mut self, event: &Event) {
        let context = self.context;
        let out = &mut *self.out;
        let list = out.begin();
        out.item(|out| transactions(out, &event.biz_transaction_list, context));
        out.item(|out| parties(out, "destinationList", "destination=", &event.destination_list, context));
        let in_ilmd = context.with(Declared::Field(&event.attributes, "ilmd"));
        out.item(|out| ilmd(out, &event.ilmd, in_ilmd));
        out.item(|out| parties(out, "sourceList", "source=", &event.source_list, context));
        event.extensions.iter().for_each(|extension| extension::items(out, extension, context));
        for attribute in event.attributes.iter().filter(|attribute| attribute.on.is_empty()) {
            extension::attribute(out, &attribute.name, &attribute.value, context);
        }
        out.end(&list);
    }

    fn identifier(&mut self, key: &str, id: Option<&Identifier>) {
        if let Some(id) = id {
            self.out.push(key);
            identifier(self.out, id, self.context);
        }
    }

    fn term(&mut self, key: &str, vocabulary: Vocabulary, found: Option<&Term>) {
        if let Some(found) = found {
            self.out.push(key);
            term(self.out, vocabulary, found.spelled(), self.context);
        }
    }

    fn dispositions(&mut self, key: &str, terms: &[Term]) {
        let context = self.context;
        self.out.sorted(terms, |out, found| {
            out.push(key);
            term(out, Vocabulary::Disposition, found.spelled(), context);
        });
    }

    fn place(&mut self, key: &str, place: Option<&Place>, event: &Event) {
        if let Some(Place { id, extensions }) = place {
            self.out.push(key);
            self.identifier("id=", Some(id));
            extension::write(self.out, extensions, self.context.with(Declared::Field(&event.attributes, key)));
        }
    }

    fn epcs(&mut self, key: &str, epcs: &[Identifier]) {
        if epcs.is_empty() {
            return;
        }
        let context = self.context;
        self.out.push(key);
        self.out.sorted(epcs, |out, epc| {
            out.push("epc=");
            identifier(out, epc, context);
        });
    }

    fn quantities(&mut self, key: &str, elements: &[QuantityElement]) {
        if elements.is_empty() {
            return;
        }
        let context = self.context;
        self.out.push(key);
        self.out.sorted(elements, |out, element| {
            out.push("quantityElementepcClass=");
            identifier(out, &element.epc_class, context);
            if let Some(quantity) = &element.quantity {
                out.push("quantity=");
                value::write(out, quantity.spelled(), context);
            }
            if let Some(uom) = &element.uom {
                out.push("uom=");
                value::write(out, uom, context);
            }
        });
    }
}

fn transactions(out: &mut Text, transactions: &[BizTransaction], context: Context<'_>) {
    if transactions.is_empty() {
        return;
    }
    out.push("bizTransactionList");
    out.sorted(transactions, |out, transaction| {
        typed(out, Vocabulary::BizTransaction, transaction.kind.as_ref(), context);
        out.push("bizTransaction=");
        identifier(out, &transaction.id, context);
    });
}

fn parties(out: &mut Text, list: &str, key: &str, parties: &[SourceDest], context: Context<'_>) {
    if parties.is_empty() {
        return;
    }
    out.push(list);
    out.sorted(parties, |out, party| {
        typed(out, Vocabulary::SourceDest, Some(&party.kind), context);
        out.push(key);
        identifier(out, &party.id, context);
    });
}

/// The type stands before the value that it is the type of.
fn typed(out: &mut Text, vocabulary: Vocabulary, kind: Option<&Term>, context: Context<'_>) {
    if let Some(kind) = kind {
        out.push("type=");
        term(out, vocabulary, kind.spelled(), context);
    }
}

fn ilmd(out: &mut Text, ilmd: &[Extension], context: Context<'_>) {
    if !ilmd.is_empty() {
        out.push("ilmd");
        extension::write(out, ilmd, context);
    }
}
