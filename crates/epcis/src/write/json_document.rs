//! A JSON-LD document: what stands around the events.

use gs1::CompanyPrefixes;

use super::{
    NO_DATE, Options, identifiers::Identifiers, json::JsonEvents, json_text::JsonText, keep::Keep, notes::Notes,
    prefixes::Prefixes, shape,
};
use crate::{
    Binding, ContextVersion, Document, DocumentKind, Event, Extension, Name, Section, Value, VocabularyElement,
    json::standard, kept, rule,
};

/// Where in the document the writer is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Stage {
    /// In the document, before header and body.
    Beginning,
    /// In `epcisHeader`.
    Header,
    /// In `vocabularyElementList`.
    Vocabulary,
    /// In `eventList`.
    Events,
}

/// Writes a JSON-LD document into a text.
pub(super) struct JsonDocument {
    pub(super) text: JsonText,
    prefixes: Prefixes,
    keep: Keep,
    kind: DocumentKind,
    version: ContextVersion,
    context: String,
    contexts: Vec<String>,
    terms: Vec<Extension>,
    identifiers: Identifiers,
    stage: Stage,
    /// The vocabulary whose elements are being written.
    vocabulary: String,
    events: u64,
    /// Members that stand beside the events, and how many annotations do.
    beside: Vec<(Section, Name)>,
    annotations: u64,
    /// What stands behind the events.
    late: Vec<(Section, Extension)>,
}

impl JsonDocument {
    pub(super) fn start(document: &Document, options: &Options) -> Self {
        let kind = if document.kind == DocumentKind::MasterData { DocumentKind::Events } else { document.kind };
        let contexts = document.contexts.iter().filter(|address| !kept::is_standard(address)).cloned().collect();
        let context = options.context.or_else(|| document.context_version()).unwrap_or_default();
        let mut writer = Self {
            text: JsonText::default(),
            prefixes: Prefixes::new(Binding::Json, &document.namespaces, context),
            keep: Keep::default(),
            kind,
            version: context,
            context: format!("https://ref.gs1.org/standards/epcis/{context}/epcis-context.jsonld"),
            contexts,
            terms: document.terms.clone(),
            identifiers: Identifiers::new(options.epc_format, &options.company_prefixes),
            stage: Stage::Beginning,
            vocabulary: String::new(),
            events: 0,
            beside: Vec::new(),
            annotations: 0,
            late: Vec::new(),
        };
        match kind {
            DocumentKind::Event => {}
            DocumentKind::EventList => writer.text.open('['),
            _ => writer.head(document),
        }
        writer
    }

    fn is_query(&self) -> bool {
        self.kind == DocumentKind::QueryResult
    }

    fn is_bare(&self) -> bool {
        matches!(self.kind, DocumentKind::Event | DocumentKind::EventList)
    }

    fn head(&mut self, document: &Document) {
        self.text.open('{');
        self.context(false);
        self.text.member("type", if self.is_query() { "EPCISQueryDocument" } else { "EPCISDocument" });
        if let Some(id) = &document.id {
            self.text.member("id", id);
        }
        self.text.member("schemaVersion", "2.0");
        let created = created(document.creation_date.as_deref());
        self.text.member("creationDate", &created);
        if let Some(annotation) = kept::document_annotation(document, Binding::Json, self.kind, Some(&created)) {
            self.text.annotation(&Extension {
                name: kept::document_name(),
                attributes: Vec::new(),
                value: Value::Text(annotation),
            });
        }
        if let (true, Some(query)) = (self.is_query(), &document.query) {
            self.text.name("epcisBody");
            self.text.open('{');
            self.text.name("queryResults");
            self.text.open('{');
            self.text.member("queryName", &query.name);
            if let Some(id) = &query.subscription_id {
                self.text.member("subscriptionID", id);
            }
            self.text.name("resultsBody");
            self.text.open('{');
        }
    }

    /// `@context` of the document, with what one event needs besides.
    fn context(&mut self, with_local: bool) {
        self.text.name("@context");
        self.text.open('[');
        self.text.string(&self.context);
        for address in &self.contexts {
            self.text.string(address);
        }
        let standard = standard(self.version);
        let own = self.prefixes.document().filter(|declared| !standard.contains(declared));
        let terms: Vec<_> = if with_local {
            let local = || self.prefixes.local_terms();
            own.filter(|(prefix, _)| !local().any(|(other, _)| other == *prefix)).chain(local()).collect()
        } else {
            own.collect()
        };
        terms_object(&mut self.text, &terms);
        if !self.terms.is_empty() {
            self.text.open('{');
            for term in &self.terms {
                self.text.name(&term.name.local);
                verbatim(&mut self.text, &term.value);
            }
            self.text.close('}');
        }
        self.text.close(']');
    }

    pub(super) fn extension(&mut self, section: Section, extension: &Extension, notes: &mut Notes) {
        if self.is_bare() {
            let message = format!("`{}` stands beside the events and is left out", extension.name.local);
            return notes.warn(rule::LEFT_OUT, "", message);
        }
        let extension = self.plainly(section, extension, notes);
        match section {
            Section::Header if !self.is_query() && self.stage <= Stage::Header => {
                self.enter_header();
                self.beside(&extension);
            }
            Section::Header | Section::MasterData => {
                let wrapped = self.numbered(kept::wrapped(section, extension));
                self.late.push((Section::Document, wrapped));
            }
            Section::Document if self.stage == Stage::Beginning && !self.is_query() => self.beside(&extension),
            section => self.late.push((section, extension)),
        }
    }

    /// An extension as it can stand where no prefix can be declared.
    fn plainly(&mut self, section: Section, extension: &Extension, notes: &mut Notes) -> Extension {
        if section == Section::Document && is_member(extension) && !self.is_query() {
            return extension.clone();
        }
        let shaped = shape::extension(extension, Binding::Json);
        self.prefixes.enter_extension(&shaped, notes);
        let place = (section, shaped.name.clone());
        if self.prefixes.has_local() || self.beside.contains(&place) {
            return self.numbered(kept::held(extension));
        }
        self.beside.push(place);
        shaped.into_owned()
    }

    /// An annotation under a name that needs no declaration and that no other has.
    fn numbered(&mut self, mut annotation: Extension) -> Extension {
        self.annotations += 1;
        annotation.name.prefix.clear();
        annotation.name.local = format!("{}-{}", annotation.name.local, self.annotations);
        annotation
    }

    /// A member where no prefix can be declared.
    fn beside(&mut self, extension: &Extension) {
        self.prefixes.clear();
        self.text.extensions(std::slice::from_ref(extension), &self.prefixes);
    }

    fn enter_header(&mut self) {
        if self.stage == Stage::Beginning {
            self.text.name("epcisHeader");
            self.text.open('{');
            self.stage = Stage::Header;
        }
    }

    pub(super) fn vocabulary(&mut self, element: &VocabularyElement, notes: &mut Notes) {
        if self.is_bare() {
            let message = format!("master data of `{}` is left out", element.id.spelled());
            return notes.warn(rule::LEFT_OUT, "", message);
        }
        let element = self.identifiers.vocabulary(element, notes);
        if self.stage > Stage::Vocabulary {
            notes.info(rule::KEPT, "", format!("master data of `{}` comes behind the events", element.id.spelled()));
            let late = self.numbered(kept::late_vocabulary(&element));
            return self.late.push((Section::Document, late));
        }
        self.enter_vocabulary(&element.vocabulary);
        self.prefixes.enter_vocabulary(&element, notes);
        let plain = shape::is_plain_vocabulary(&element, Binding::Json) && !self.prefixes.has_local();
        self.prefixes.clear();
        vocabulary_element(&mut self.text, &element, &self.prefixes, plain);
        if !plain {
            notes.info(rule::KEPT, "", format!("master data of `{}` is kept as it is", element.id.spelled()));
        }
    }

    fn enter_vocabulary(&mut self, vocabulary: &str) {
        if self.stage < Stage::Vocabulary {
            if !self.is_query() {
                self.enter_header();
                self.text.name("epcisMasterData");
                self.text.open('{');
            }
            self.text.name("vocabularyList");
            self.text.open('[');
            self.stage = Stage::Vocabulary;
        } else if self.vocabulary != vocabulary {
            self.text.close(']');
            self.text.close('}');
        } else {
            return;
        }
        vocabulary.clone_into(&mut self.vocabulary);
        self.text.open('{');
        self.text.member("type", vocabulary);
        self.text.name("vocabularyElementList");
        self.text.open('[');
    }

    fn enter_events(&mut self) {
        if self.stage == Stage::Events {
            return;
        }
        let brackets = match (self.stage, self.is_query()) {
            (Stage::Vocabulary, false) => "]}]}}",
            (Stage::Vocabulary, true) => "]}]",
            (Stage::Header, _) => "}",
            _ => "",
        };
        brackets.chars().for_each(|bracket| self.text.close(bracket));
        if !self.is_bare() {
            if !self.is_query() {
                self.text.name("epcisBody");
                self.text.open('{');
            }
            self.text.name("eventList");
            self.text.open('[');
        }
        self.stage = Stage::Events;
    }

    /// Whether another event has a place; makes it if so.
    fn next_event(&mut self, notes: &mut Notes) -> bool {
        self.enter_events();
        self.events += 1;
        if self.kind == DocumentKind::Event && self.events > 1 {
            notes.warn(rule::LEFT_OUT, "", "a single event was written already; this one is left out".to_owned());
            return false;
        }
        if self.kind != DocumentKind::Event {
            self.text.on_own_line();
        }
        true
    }

    pub(super) fn event(&mut self, event: &Event, notes: &mut Notes) {
        notes.enter(Some(self.events));
        if !self.next_event(notes) {
            return;
        }
        let event = self.identifiers.event(event, notes);
        let shaped = shape::event(&event, Binding::Json);
        self.prefixes.enter_event(&shaped, notes);
        self.text.open('{');
        self.event_context();
        self.keep.clear();
        JsonEvents { text: &mut self.text, prefixes: &self.prefixes, keep: &mut self.keep }.write(&shaped);
        if !self.keep.fields().is_empty() {
            self.text.annotation(&kept::fields_of_event(&event, self.keep.fields()));
            notes.kept(self.keep.fields(), "JSON");
        }
        self.text.close('}');
    }

    fn event_context(&mut self) {
        if self.is_bare() {
            self.context(true);
        } else if self.prefixes.has_local() {
            let terms: Vec<_> = self.prefixes.local_terms().collect();
            if !terms.is_empty() {
                self.text.name("@context");
                terms_object(&mut self.text, &terms);
            }
        }
    }

    pub(super) fn foreign(&mut self, event: &Extension, notes: &mut Notes) {
        notes.enter(Some(self.events));
        if !self.next_event(notes) {
            return;
        }
        let shaped = kept::json::event(event);
        self.prefixes.enter_extension(&shaped, notes);
        self.text.open('{');
        let added = self.foreign_context(shaped.value.members());
        self.text.name("type");
        self.text.named(&shaped.name, &self.prefixes);
        for member in shaped.value.members() {
            if added.is_empty() || !is_context(member) {
                self.text.extensions(std::slice::from_ref(member), &self.prefixes);
            }
        }
        if !added.is_empty() && !self.is_bare() {
            self.text.annotation(&kept::text(kept::DECLARED, added));
        }
        self.text.close('}');
    }

    /// `@context` of a private event, which has one of its own as a member like others. Gives the prefixes that were
    /// added to it.
    fn foreign_context(&mut self, members: &[Extension]) -> String {
        if self.is_bare() {
            self.context(true);
            return "@context".to_owned();
        }
        let terms: Vec<_> = self.prefixes.local_terms().collect();
        if terms.is_empty() {
            return String::new();
        }
        self.text.name("@context");
        self.text.open('{');
        for own in members.iter().filter(|member| is_context(member)).flat_map(|own| own.value.members()) {
            if !terms.iter().any(|(prefix, _)| *prefix == own.name.local) {
                self.text.name(&own.name.local);
                verbatim(&mut self.text, &own.value);
            }
        }
        for (prefix, namespace) in &terms {
            self.text.name(prefix);
            if namespace.is_empty() { self.text.raw("null") } else { self.text.string(namespace) }
        }
        self.text.close('}');
        let own = |prefix: &str| {
            let mut own = members.iter().filter(|member| is_context(member)).flat_map(|own| own.value.members());
            own.any(|term| term.name.local == prefix)
        };
        let added: Vec<_> = terms.iter().map(|(prefix, _)| *prefix).filter(|prefix| !own(prefix)).collect();
        if added.is_empty() { " ".to_owned() } else { added.join(" ") }
    }

    /// The company prefixes that were given or learned so far.
    pub(super) fn company_prefixes(&self) -> &CompanyPrefixes {
        self.identifiers.prefixes()
    }

    pub(super) fn finish(&mut self, notes: &mut Notes) {
        notes.enter(None);
        self.enter_events();
        self.text.line();
        match self.kind {
            DocumentKind::Event => return,
            DocumentKind::EventList => self.text.close(']'),
            _ => self.end(),
        }
        self.text.line();
    }

    fn end(&mut self) {
        self.text.close(']');
        let late = std::mem::take(&mut self.late);
        let mut section = |wanted: Section| {
            for (_, extension) in late.iter().filter(|(section, _)| *section == wanted) {
                self.prefixes.clear();
                self.text.extensions(std::slice::from_ref(extension), &self.prefixes);
            }
            self.text.close('}');
        };
        if self.kind == DocumentKind::QueryResult {
            // The end of `resultsBody`, in which no extension stands.
            section(Section::MasterData);
            section(Section::QueryResults);
        }
        section(Section::Body);
        section(Section::Document);
    }
}

/// Whether an extension is a member of the document that only JSON has.
fn is_member(extension: &Extension) -> bool {
    let name = &extension.name;
    name.namespace.is_empty()
        && name.prefix.is_empty()
        && matches!(name.local.as_str(), "instanceIdentifier" | "sender" | "receiver")
        && extension.attributes.is_empty()
        && matches!(extension.value, Value::Text(_))
}

/// Whether a member of a private event is its `@context`.
fn is_context(member: &Extension) -> bool {
    member.name.prefix.is_empty() && member.name.namespace.is_empty() && member.name.local == "@context"
}

/// A value whose names are only names.
fn verbatim(text: &mut JsonText, value: &Value) {
    match value {
        Value::Text(string) => text.string(string),
        Value::Number(digits) => text.raw(digits),
        Value::Bool(value) => text.raw(if *value { "true" } else { "false" }),
        Value::Null => text.raw("null"),
        Value::List(values) => {
            text.open('[');
            for value in values {
                verbatim(text, value);
            }
            text.close(']');
        }
        Value::Members(members) => {
            text.open('{');
            for member in members {
                text.name(&member.name.local);
                verbatim(text, &member.value);
            }
            text.close('}');
        }
    }
}

/// `creationDate` as JSON wants it: with an offset.
fn created(date: Option<&str>) -> String {
    match date.map(str::trim) {
        None => NO_DATE.to_owned(),
        Some(date) if date.parse::<crate::EventTime>().is_ok() => date.to_owned(),
        Some(date) => format!("{date}Z"),
    }
}

/// An object of prefixes, unless there are none.
fn terms_object(text: &mut JsonText, terms: &[(&str, &str)]) {
    if terms.is_empty() {
        return;
    }
    text.open('{');
    for (prefix, namespace) in terms {
        text.name(prefix);
        if namespace.is_empty() { text.raw("null") } else { text.string(namespace) }
    }
    text.close('}');
}

/// An element of master data; `plain` says that it reads back as it is, otherwise it is kept whole besides.
fn vocabulary_element(text: &mut JsonText, element: &VocabularyElement, prefixes: &Prefixes, plain: bool) {
    text.open('{');
    text.member("id", element.id.spelled());
    if !element.attributes.is_empty() {
        text.name("attributes");
        text.open('[');
        for attribute in &element.attributes {
            text.open('{');
            text.member("id", &attribute.id);
            match &attribute.value {
                Value::Null => {}
                value if plain => {
                    text.name("attribute");
                    text.value(value, prefixes);
                }
                value => text.member("attribute", value.as_text().unwrap_or_default()),
            }
            text.close('}');
        }
        text.close(']');
    }
    if !element.children.is_empty() {
        text.name("children");
        text.open('[');
        element.children.iter().for_each(|child| text.string(child.spelled()));
        text.close(']');
    }
    if plain {
        text.extensions(&element.extensions, prefixes);
    } else {
        text.annotation(&kept::fields_of_element(element));
    }
    text.close('}');
}
