//! What a binding says by itself of a field that is kept in an annotation.
//!
//! A writer keeps a whole field when its target cannot say some part of it, and still writes what the target can say. So an
//! annotation is only taken when what stands natively is exactly that: every part that the binding has words for, with
//! the same meaning, and no others.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use gs1::Identifier;

use crate::{
    Binding, BizTransaction, ErrorDeclaration, Event, EventKind, Extension, FieldAttribute, PersistentDisposition,
    Place, QuantityElement, SensorElement, SourceDest, Term, Value, Vocabulary,
    kept::{name::XMLNS, xml},
    write::{
        json::is_unit,
        sensor,
        terms::{in_json, is_iri},
    },
};

/// Whether what an event says natively of a field, by its name in the stored form, is what the binding says of the kept
/// one. Fields that no writer keeps agree with nothing.
pub(super) fn agrees(field: &str, native: &Event, kept: &Event, binding: Binding) -> bool {
    let said = Said(binding);
    macro_rules! both {
        ($method:ident $field:ident) => {
            said.$method(&native.$field, &kept.$field)
        };
    }
    match field {
        "event_id" => said.event_id(native, kept),
        "event_time" => native.event_time == kept.event_time,
        "record_time" => native.record_time == kept.record_time,
        "event_time_zone_offset" => native.event_time_zone_offset == kept.event_time_zone_offset,
        "biz_step" => said.term(native.biz_step.as_ref(), kept.biz_step.as_ref(), Vocabulary::BizStep),
        "disposition" => said.term(native.disposition.as_ref(), kept.disposition.as_ref(), Vocabulary::Disposition),
        "persistent_disposition" => {
            said.persistent(native.persistent_disposition.as_deref(), kept.persistent_disposition.as_deref())
        }
        "read_point" => said.place(native.read_point.as_ref(), kept.read_point.as_ref()),
        "biz_location" => said.place(native.biz_location.as_ref(), kept.biz_location.as_ref()),
        "parent_id" => said.identifier(native.parent_id.as_ref(), kept.parent_id.as_ref()),
        "transformation_id" => said.identifier(native.transformation_id.as_deref(), kept.transformation_id.as_deref()),
        "epc_list" => both!(objects epc_list),
        "input_epc_list" => both!(objects input_epc_list),
        "output_epc_list" => both!(objects output_epc_list),
        "child_epcs" => both!(identifiers child_epcs),
        "quantity_list" => both!(quantities quantity_list),
        "child_quantity_list" => both!(quantities child_quantity_list),
        "input_quantity_list" => both!(quantities input_quantity_list),
        "output_quantity_list" => both!(quantities output_quantity_list),
        "biz_transaction_list" => both!(transactions biz_transaction_list),
        "source_list" => both!(parties source_list),
        "destination_list" => both!(parties destination_list),
        "sensor_element_list" => both!(sensors sensor_element_list),
        "certification_info" => both!(certification certification_info),
        "attributes" => both!(attributes attributes),
        "ilmd" => said.ilmd(native, kept),
        "error_declaration" => {
            said.error_declaration(native.error_declaration.as_deref(), kept.error_declaration.as_deref())
        }
        // Names were resolved by the native one.
        "context" => true,
        _ => false,
    }
}

/// A text as XML gives it back: what it has no characters for is replaced, and white space around it is none of it.
fn in_xml(text: &str) -> Cow<'_, str> {
    if xml::holds(text) {
        return Cow::Borrowed(text.trim());
    }
    let held = text.chars().map(|character| if xml::is_character(character) { character } else { '\u{FFFD}' });
    Cow::Owned(held.collect::<String>().trim().to_owned())
}

/// Whether two rows are of one length, and alike one by one.
fn pairs<N, K>(native: &[N], kept: &[K], alike: impl Fn(&N, &K) -> bool) -> bool {
    native.len() == kept.len() && native.iter().zip(kept).all(|(native, kept)| alike(native, kept))
}

/// What a binding says by itself.
#[derive(Clone, Copy)]
struct Said(Binding);

impl Said {
    fn is_json(self) -> bool {
        self.0 == Binding::Json
    }

    /// Whether a text is left out because nothing of it could be written.
    fn is_empty(self, text: &str) -> bool {
        !self.is_json() && in_xml(text).is_empty()
    }

    fn text(self, native: &str, kept: &str) -> bool {
        native == kept || (!self.is_json() && native.trim() == in_xml(kept))
    }

    fn same(self, native: &Identifier, kept: &Identifier) -> bool {
        native == kept || self.text(native.spelled(), kept.spelled())
    }

    fn event_id(self, native: &Event, kept: &Event) -> bool {
        let said = kept.event_id.as_ref().filter(|id| !self.is_json() || is_iri(id.spelled()));
        self.identifier(native.event_id.as_ref(), said)
    }

    fn identifier(self, native: Option<&Identifier>, kept: Option<&Identifier>) -> bool {
        match (native, kept.filter(|id| !self.is_empty(id.spelled()))) {
            (Some(native), Some(kept)) => self.same(native, kept),
            (native, kept) => native.is_none() && kept.is_none(),
        }
    }

    fn identifiers(self, native: &[Identifier], kept: &[Identifier]) -> bool {
        let said: Vec<_> = kept.iter().filter(|id| !self.is_empty(id.spelled())).collect();
        pairs(native, &said, |native, kept| self.same(native, kept))
    }

    /// Objects, each of which JSON says once.
    fn objects(self, native: &[Identifier], kept: &[Identifier]) -> bool {
        let mut seen = HashSet::new();
        let said = kept.iter().filter(|id| !self.is_json() || seen.insert(id.spelled()));
        let said: Vec<_> = said.filter(|id| !self.is_empty(id.spelled())).collect();
        pairs(native, &said, |native, kept| self.same(native, kept))
    }

    fn same_term(self, native: &Term, kept: &Term) -> bool {
        native == kept || self.text(native.spelled(), kept.spelled())
    }

    /// Whether a binding writes anything of a term.
    fn says_term(self, term: &Term, vocabulary: Vocabulary) -> bool {
        match self.0 {
            Binding::Json => in_json(vocabulary, term.spelled()).is_some(),
            Binding::Xml => !self.is_empty(term.spelled()),
        }
    }

    fn term(self, native: Option<&Term>, kept: Option<&Term>, vocabulary: Vocabulary) -> bool {
        match (native, kept.filter(|term| self.says_term(term, vocabulary))) {
            (Some(native), Some(kept)) => self.same_term(native, kept),
            (native, kept) => native.is_none() && kept.is_none(),
        }
    }

    fn terms(self, native: &[Term], kept: &[Term]) -> bool {
        let mut seen = HashSet::new();
        let words = |term: &&Term| {
            !self.is_json()
                || in_json(Vocabulary::Disposition, term.spelled()).is_some_and(|word| seen.insert(word.to_owned()))
        };
        let said: Vec<_> = kept.iter().filter(words).filter(|term| !self.is_empty(term.spelled())).collect();
        pairs(native, &said, |native, kept| self.same_term(native, kept))
    }

    fn persistent(self, native: Option<&PersistentDisposition>, kept: Option<&PersistentDisposition>) -> bool {
        // One of which nothing could be said is left out.
        let none = PersistentDisposition::default();
        let (native, kept) = (native.unwrap_or(&none), kept.unwrap_or(&none));
        self.terms(&native.set, &kept.set) && self.terms(&native.unset, &kept.unset)
    }

    fn place(self, native: Option<&Place>, kept: Option<&Place>) -> bool {
        match (native, kept) {
            (Some(native), Some(kept)) => self.same(&native.id, &kept.id) && native.extensions == kept.extensions,
            (native, kept) => native.is_none() && kept.is_none(),
        }
    }

    fn quantities(self, native: &[QuantityElement], kept: &[QuantityElement]) -> bool {
        pairs(native, kept, |native, kept| {
            native.quantity == kept.quantity && self.same(&native.epc_class, &kept.epc_class) && self.unit(native, kept)
        })
    }

    fn unit(self, native: &QuantityElement, kept: &QuantityElement) -> bool {
        match (native.uom.as_deref(), kept.uom.as_deref()) {
            (Some(native), Some(kept)) => self.text(native, kept),
            (Some(_), None) => false,
            (None, Some(kept)) if self.is_json() => !is_unit(kept),
            // EPCIS 1.2 has no unit without an amount.
            (None, Some(unit)) => kept.quantity.is_none() || self.is_empty(unit),
            (None, None) => true,
        }
    }

    fn transactions(self, native: &[BizTransaction], kept: &[BizTransaction]) -> bool {
        pairs(native, kept, |native, kept| {
            let kind = match (&native.kind, &kept.kind) {
                (None, Some(kept)) => !self.says_term(kept, Vocabulary::BizTransaction),
                (Some(native), Some(kept)) => self.same_term(native, kept),
                (native, None) => native.is_none(),
            };
            kind && self.same(&native.id, &kept.id)
        })
    }

    fn parties(self, native: &[SourceDest], kept: &[SourceDest]) -> bool {
        let typed = |party: &&SourceDest| !self.is_json() || self.says_term(&party.kind, Vocabulary::SourceDest);
        let said: Vec<_> = kept.iter().filter(typed).collect();
        pairs(native, &said, |native, kept| self.same_term(&native.kind, &kept.kind) && self.same(&native.id, &kept.id))
    }

    /// The schema of XML has one, and that of JSON wants URIs.
    fn certification(self, native: &[String], kept: &[String]) -> bool {
        let said: Vec<_> = match self.0 {
            Binding::Json => kept.iter().filter(|uri| is_iri(uri)).collect(),
            Binding::Xml => kept.iter().take(1).filter(|uri| !self.is_empty(uri)).collect(),
        };
        pairs(native, &said, |native, kept| self.text(native, kept))
    }

    fn error_declaration(self, native: Option<&ErrorDeclaration>, kept: Option<&ErrorDeclaration>) -> bool {
        let (Some(native), Some(kept)) = (native, kept) else { return native.is_none() && kept.is_none() };
        native.declaration_time == kept.declaration_time
            && self.term(native.reason.as_ref(), kept.reason.as_ref(), Vocabulary::ErrorReason)
            && self.identifiers(&native.corrective_event_ids, &kept.corrective_event_ids)
            && native.extensions == kept.extensions
    }

    /// JSON has `ilmd` only where something begins to be.
    fn ilmd(self, native: &Event, kept: &Event) -> bool {
        let begins = native.kind != EventKind::Object || native.action == Some(crate::Action::Add);
        if self.is_json() && !begins { native.ilmd.is_empty() } else { native.ilmd == kept.ilmd }
    }

    /// Every native one is kept; which others could stand natively depends on the event's other names.
    fn attributes(self, native: &[FieldAttribute], kept: &[FieldAttribute]) -> bool {
        if self.is_json() {
            return native.is_empty();
        }
        let key = |found: &FieldAttribute| (found.on.clone(), found.name.namespace.clone(), found.name.local.clone());
        let mut known: HashMap<_, Vec<&str>> = HashMap::with_capacity(kept.len());
        for attribute in kept {
            known.entry(key(attribute)).or_default().push(&attribute.value);
        }
        native.iter().all(|found| {
            // A declaration that the writer added for names need not be among those that the sender wrote.
            known
                .get(&key(found))
                .map_or(found.name.namespace == XMLNS, |values| values.contains(&found.value.as_str()))
        })
    }

    fn sensors(self, native: &[SensorElement], kept: &[SensorElement]) -> bool {
        let speaks = |element: &&SensorElement| element.reports.iter().any(|report| self.says_report(report));
        let said: Vec<_> = kept.iter().filter(speaks).collect();
        pairs(native, &said, |native, kept| {
            let reports: Vec<_> = kept.reports.iter().filter(|report| self.says_report(report)).collect();
            native.extensions == kept.extensions
                && self.members(&native.metadata, &kept.metadata)
                && pairs(&native.reports, &reports, |native, kept| self.members(native, kept))
        })
    }

    fn says_report(self, report: &[Extension]) -> bool {
        !self.is_json() || sensor::has_type(report)
    }

    /// The members of a report: in JSON all of them, as what it cannot say is kept where it stands; in XML those of which it
    /// says something, the first of each name.
    fn members(self, native: &[Extension], kept: &[Extension]) -> bool {
        if self.is_json() {
            return pairs(native, kept, |native, kept| self.member(native, kept));
        }
        let mut seen = HashSet::with_capacity(kept.len());
        let mut native = native.iter().peekable();
        for member in kept {
            let name = &member.name;
            let first = seen.insert((&name.namespace, &name.prefix, &name.local));
            if first && sensor::says_in_xml(member) && !native.next().is_some_and(|found| self.member(found, member)) {
                return false;
            }
        }
        native.next().is_none()
    }

    fn member(self, native: &Extension, kept: &Extension) -> bool {
        let damaged = || match (&native.value, &kept.value) {
            (Value::Text(native), Value::Text(kept)) => !self.is_json() && native.trim() == in_xml(kept),
            _ => false,
        };
        sensor::is_same(native, kept) || (native.name == kept.name && damaged())
    }
}
