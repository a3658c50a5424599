//! A JSON-LD document: what stands around the events.

use std::collections::HashSet;

use super::{
    Options, created,
    json::JsonEvents,
    json_context::{self, JsonContext},
    json_text::JsonText,
    json_vocabulary,
    keep::Keep,
    notes::Notes,
    prefixes::Prefixes,
    refused, shape,
};
use crate::{
    Binding, Document, DocumentKind, Event, Extension, Name, Query, Section, Value, VocabularyElement,
    kept::{self, Written},
    rule,
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
    context: JsonContext,
    stage: Stage,
    /// The vocabulary whose elements are being written.
    vocabulary: String,
    events: u64,
    /// Members that stand beside the events, and how many annotations do.
    beside: HashSet<(Section, String, String, String)>,
    annotations: u64,
    /// What stands behind the events.
    late: Vec<(Section, Extension)>,
    /// What is not written yet.
    beginning: Option<Beginning>,
}

/// The beginning of a document, which waits for the extensions before its events: `@context` declares their prefixes, and
/// no other place could.
struct Beginning {
    document: Document,
    created: String,
    annotation: Option<Extension>,
    extensions: Vec<(Section, Extension)>,
}

impl JsonDocument {
    pub(super) fn start(document: &Document, options: &Options, notes: &mut Notes) -> Self {
        let kind = match document.kind {
            DocumentKind::MasterData => DocumentKind::Events,
            // A bare event has no place for what the document says.
            DocumentKind::Event if document.schema_version.is_some() || document.creation_date.is_some() => {
                DocumentKind::Events
            }
            kind => kind,
        };
        let version = options.context.or_else(|| document.context_version()).unwrap_or_default();
        let mut prefixes = Prefixes::new(Binding::Json, &document.namespaces, version);
        prefixes.add_terms(&document.terms, kind == DocumentKind::Event);
        let mut writer = Self {
            text: JsonText::default(),
            prefixes,
            keep: Keep::default(),
            kind,
            context: JsonContext::new(document, version),
            stage: Stage::Beginning,
            vocabulary: String::new(),
            events: 0,
            beside: HashSet::new(),
            annotations: 0,
            late: Vec::new(),
            beginning: None,
        };
        match kind {
            DocumentKind::Event => {}
            DocumentKind::EventList => writer.text.open('['),
            _ => writer.beginning = Some(writer.wait(document, options, notes)),
        }
        writer
    }

    fn wait(&self, document: &Document, options: &Options, notes: &mut Notes) -> Beginning {
        let created = created(document, options, Binding::Json);
        let written = Written {
            binding: Binding::Json,
            kind: self.kind,
            created: &created,
            attributes: document.attributes.clone(),
            query: false,
        };
        let annotation = kept::document_annotation(document, written);
        if annotation.is_some() {
            notes.kept(self.kind_name(), "JSON");
        }
        let annotation = annotation.map(|annotation| kept::text(kept::DOCUMENT, annotation));
        Beginning { document: document.clone(), created, annotation, extensions: Vec::new() }
    }

    /// Writes the beginning of the document, unless that is done.
    fn begin(&mut self) {
        let Some(beginning) = self.beginning.take() else { return };
        self.head(&beginning);
        for (section, extension) in beginning.extensions {
            self.place(section, extension);
        }
    }

    fn is_query(&self) -> bool {
        self.kind == DocumentKind::QueryResult
    }

    fn is_bare(&self) -> bool {
        matches!(self.kind, DocumentKind::Event | DocumentKind::EventList)
    }

    fn head(&mut self, Beginning { document, created, annotation, .. }: &Beginning) {
        self.text.open('{');
        self.context.document(&mut self.text, &self.prefixes);
        self.text.member("type", self.kind_name());
        if let Some(id) = &document.id {
            self.text.member("id", id);
        }
        self.text.member("schemaVersion", "2.0");
        self.text.member("creationDate", created);
        if let Some(annotation) = annotation {
            self.text.annotation(annotation);
        }
        if self.is_query() {
            self.query(document.query.as_ref());
        }
    }

    fn kind_name(&self) -> &'static str {
        if self.is_query() { "EPCISQueryDocument" } else { "EPCISDocument" }
    }

    fn query(&mut self, query: Option<&Query>) {
        self.text.name("epcisBody");
        self.text.open('{');
        self.text.name("queryResults");
        self.text.open('{');
        self.text.member("queryName", query.map_or("", |query| &query.name));
        if let Some(id) = query.and_then(|query| query.subscription_id.as_deref()) {
            self.text.member("subscriptionID", id);
        }
        self.text.name("resultsBody");
        self.text.open('{');
    }

    pub(super) fn extension(&mut self, section: Section, extension: &Extension, notes: &mut Notes) {
        if self.is_bare() {
            let message = || format!("`{}` stands beside the events and is left out", extension.name.written());
            return notes.warn(rule::LEFT_OUT, message);
        }
        let has_place = match section {
            Section::Header => !self.is_query() && self.stage <= Stage::Header,
            Section::MasterData => false,
            _ => true,
        };
        let mut extension = self.plainly(section, extension, notes);
        if !has_place {
            notes.kept(&extension.name.written(), "JSON");
            extension = self.numbered(kept::wrapped(section, extension));
        }
        let section = if has_place { section } else { Section::Document };
        match &mut self.beginning {
            Some(beginning) => beginning.extensions.push((section, extension)),
            None => self.place(section, extension),
        }
    }

    /// Writes an extension where it belongs, or leaves it for the end.
    fn place(&mut self, section: Section, extension: Extension) {
        match section {
            Section::Header => {
                self.enter_header();
                self.beside(&extension);
            }
            Section::Document if self.stage == Stage::Beginning && !self.is_query() => self.beside(&extension),
            section => self.late.push((section, extension)),
        }
    }

    /// An extension in a shape that reads back plainly, with prefixes that the document declares.
    fn plainly(&mut self, section: Section, extension: &Extension, notes: &mut Notes) -> Extension {
        if section == Section::Document && is_member(extension) && !self.is_query() {
            return extension.clone();
        }
        let shaped = shape::extension(extension, Binding::Json, notes);
        if self.beginning.is_some() {
            self.prefixes.settle(&shaped, notes);
        }
        self.prefixes.enter_extension(&shaped, notes);
        if self.prefixes.has_local() {
            notes.kept(&extension.name.written(), "JSON");
            return self.numbered(kept::held(extension));
        }
        let Name { namespace, prefix, local } = shaped.name.clone();
        if !self.beside.insert((section, namespace, prefix, local)) {
            notes.kept(&extension.name.written(), "JSON");
            return self.numbered(kept::repeated(shaped.into_owned()));
        }
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
        self.begin();
        if self.stage == Stage::Beginning {
            self.text.name("epcisHeader");
            self.text.open('{');
            self.stage = Stage::Header;
        }
    }

    pub(super) fn vocabulary(&mut self, element: &VocabularyElement, notes: &mut Notes) {
        if self.is_bare() {
            let message = || format!("master data of `{}` is left out", element.id.spelled());
            return notes.warn(rule::LEFT_OUT, message);
        }
        if self.stage > Stage::Vocabulary {
            notes.info(rule::KEPT, || format!("master data of `{}` comes behind the events", element.id.spelled()));
            let late = self.numbered(kept::late_vocabulary(element));
            return self.late.push((Section::Document, late));
        }
        self.enter_vocabulary(&element.vocabulary);
        self.prefixes.enter_vocabulary(element, notes);
        let plain = shape::is_plain_vocabulary(element, Binding::Json) && !self.prefixes.has_local();
        self.prefixes.clear();
        json_vocabulary::write(&mut self.text, element, &self.prefixes, plain);
        if !plain {
            notes.kept(element.id.spelled(), "JSON");
        }
    }

    fn enter_vocabulary(&mut self, vocabulary: &str) {
        self.begin();
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
        self.begin();
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
            notes.warn(rule::LEFT_OUT, || "a single event was written already; this one is left out".to_owned());
            return false;
        }
        if self.kind != DocumentKind::Event {
            self.text.on_own_line();
        }
        true
    }

    pub(super) fn event(&mut self, event: &Event, notes: &mut Notes) {
        if !self.next_event(notes) {
            return;
        }
        let shaped = shape::event(event, Binding::Json, notes);
        self.keep.clear();
        self.prefixes.enter_event(&shaped, &mut self.keep, notes);
        self.text.open('{');
        if self.is_bare() {
            self.text.name("@context");
            self.context.bare(&mut self.text, &self.prefixes, event.context.0.as_deref());
        } else {
            json_context::of_event(&mut self.text, &self.prefixes, event.context.0.as_deref());
        }
        JsonEvents { text: &mut self.text, prefixes: &self.prefixes, keep: &mut self.keep }.write(&shaped);
        if !self.keep.fields().is_empty() {
            self.text.annotation(&kept::fields_of_event(event, self.keep.fields()));
            self.keep.fields().iter().for_each(|field| notes.kept(field, "JSON"));
        }
        self.keep.members().iter().for_each(|member| notes.kept(member, "JSON"));
        self.text.close('}');
        refused::note(event, notes);
    }

    pub(super) fn foreign(&mut self, event: &Extension, notes: &mut Notes) {
        let shaped = kept::json::event(event);
        if !kept::json::is_dated(&shaped) && !self.is_bare() {
            let message =
                || format!("`{}` does not say when it happened; it is kept behind the events", event.name.written());
            notes.info(rule::KEPT, message);
            let late = self.numbered(kept::foreign_beside(event));
            return self.late.push((Section::Document, late));
        }
        if !self.next_event(notes) {
            return;
        }
        if shaped != *event {
            notes.kept(&event.name.written(), "JSON");
        }
        let own = shaped.value.members().iter().find(|member| member.is_context());
        let suffices = self.prefixes.enter_foreign(&shaped, &event.attributes, own.map(|own| &own.value), notes);
        let context = self.context_of_foreign(own.map(|own| &own.value), suffices);
        self.text.open('{');
        self.foreign_members(&shaped, own.is_some(), context.as_deref());
        // That of an event alone is the document's.
        if context != own.map(|own| verbatim(&own.value)) && self.kind != DocumentKind::Event {
            notes.kept("@context", "JSON");
            self.text.annotation(&kept::context_before(own));
        }
        self.text.close('}');
    }

    /// What the `@context` of a private event has to be: its own, where that suffices in a document.
    fn context_of_foreign(&self, own: Option<&Value>, suffices: bool) -> Option<String> {
        let mut text = JsonText::default();
        if self.is_bare() {
            self.context.bare(&mut text, &self.prefixes, own);
        } else if suffices {
            return own.map(verbatim);
        } else {
            json_context::local(&mut text, &self.prefixes, own);
        }
        Some(text.as_str().to_owned())
    }

    /// Writes the members of a private event, and its `@context` where it stood, if it had one.
    fn foreign_members(&mut self, event: &Extension, has_own: bool, context: Option<&str>) {
        let mut context = context;
        if !has_own {
            self.text.context(context.take());
        }
        self.text.name("type");
        self.text.named(&event.name, &self.prefixes);
        for member in event.value.members() {
            if member.is_context() {
                self.text.context(context.take());
            } else {
                self.text.extensions(std::slice::from_ref(member), &self.prefixes);
            }
        }
    }

    pub(super) fn finish(&mut self) {
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

/// The JSON of a value whose names are only names.
fn verbatim(value: &Value) -> String {
    let mut text = JsonText::default();
    json_context::verbatim(&mut text, value);
    text.as_str().to_owned()
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
