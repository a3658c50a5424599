//! An XML document: what stands around the events.

use super::{
    CbvFormat, Options, Target, created, keep::Keep, notes::Notes, prefixes::Prefixes, shape, xml::XmlEvents,
    xml_attributes::Attributes, xml_text::XmlText, xml_vocabulary,
};
use crate::{
    Binding, ContextVersion, Document, DocumentKind, Event, EventKind, Extension, Name, Query, Section, Value,
    VocabularyElement,
    kept::{self, Written},
    rule,
};

/// The namespace of business document headers.
const SBDH: &str = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader";

/// The query of the standard that asks for master data; all others ask for events.
const MASTER_DATA_QUERY: &str = "SimpleMasterDataQuery";

/// Where in the document the writer is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Stage {
    /// Before header and body.
    Beginning,
    /// In `EPCISHeader`.
    Header,
    /// In `VocabularyElementList`.
    Vocabulary,
    /// In `EventList`.
    Events,
}

/// Writes an XML document into a text.
pub(super) struct XmlDocument {
    pub(super) text: XmlText,
    prefixes: Prefixes,
    keep: Keep,
    kind: DocumentKind,
    root: String,
    query: Query,
    /// `creationDate` as it is written.
    created: String,
    old: bool,
    terms: CbvFormat,
    /// Whether words of sensor reports stay bare.
    bare_words: bool,
    stage: Stage,
    /// The vocabulary whose elements are being written.
    vocabulary: String,
    /// Whether the body has an `EventList`.
    has_events: bool,
    /// Extensions that stand at the end of the header.
    header: Vec<Extension>,
    /// What stands behind the events.
    late: Vec<(Section, Extension)>,
}

impl XmlDocument {
    pub(super) fn start(document: &Document, options: &Options, notes: &mut Notes) -> Self {
        let kind = match document.kind {
            DocumentKind::Event | DocumentKind::EventList => {
                notes
                    .info(rule::KEPT, || "XML has no events without a document; one is written around them".to_owned());
                DocumentKind::Events
            }
            kind => kind,
        };
        let old = options.target == Target::Xml12;
        let mut writer = Self {
            text: XmlText::default(),
            prefixes: Prefixes::new(Binding::Xml, &document.namespaces, ContextVersion::default()),
            keep: Keep::default(),
            kind,
            root: String::new(),
            query: document.query.clone().unwrap_or_default(),
            created: created(document, options, Binding::Xml),
            old,
            terms: options.cbv_format,
            bare_words: options.cbv_format == CbvFormat::NoPreference && was_xml(document),
            stage: Stage::Beginning,
            vocabulary: String::new(),
            has_events: false,
            header: Vec::new(),
            late: Vec::new(),
        };
        writer.head(document, notes);
        writer
    }

    fn head(&mut self, document: &Document, notes: &mut Notes) {
        let version = if self.old { "1" } else { "2" };
        let (wanted, stem, local) = match self.kind {
            DocumentKind::MasterData => ("epcismd", "epcis-masterdata", "EPCISMasterDataDocument"),
            DocumentKind::QueryResult => ("epcisq", "epcis-query", "EPCISQueryDocument"),
            _ => ("epcis", "epcis", "EPCISDocument"),
        };
        self.root = self.prefixes.root(wanted, &format!("urn:epcglobal:{stem}:xsd:{version}"));
        self.text.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<");
        self.tag(local);
        for (prefix, namespace) in self.prefixes.document() {
            self.text.declare(prefix, namespace);
        }
        self.prefixes.clear();
        let attributes = self.root_attributes(document);
        self.text.attribute("schemaVersion", if self.old { "1.2" } else { "2.0" });
        self.text.attribute("creationDate", &self.created);
        let plain = |text: &str| text.trim() == text && kept::xml::holds(text);
        let (binding, kind) = (Binding::Xml, self.kind);
        let query = kind == DocumentKind::QueryResult
            && document
                .query
                .as_ref()
                .is_some_and(|query| !plain(&query.name) || !query.subscription_id.as_deref().is_none_or(plain));
        let written = Written { binding, kind, created: &self.created, attributes, query };
        if let Some(annotation) = kept::document_annotation(document, written) {
            notes.kept(local, "XML");
            self.text.declare(kept::ROOT_PREFIX, kept::NAMESPACE);
            self.text.prefixed_attribute(kept::ROOT_PREFIX, kept::DOCUMENT, &annotation);
        }
        self.text.raw(">\n");
    }

    /// Writes attributes of the root element; gives those that it cannot hold.
    fn root_attributes(&mut self, document: &Document) -> Vec<(Name, String)> {
        let mut kept = Vec::new();
        let mut written: Vec<&Name> = Vec::new();
        let mut added: Vec<&Name> = Vec::new();
        for (name, value) in &document.attributes {
            let bare = name.prefix.is_empty() && name.namespace.is_empty();
            let known = bare || name.prefix == "xml" || self.prefixes.means(&name.prefix, &name.namespace);
            let declared = added.iter().any(|other| other.prefix == name.prefix && other.namespace == name.namespace);
            let free = self.prefixes.is_free(&name.prefix) && !added.iter().any(|other| other.prefix == name.prefix);
            let twin = |other: &&Name| other.local == name.local && other.namespace == name.namespace;
            let own = bare && matches!(name.local.as_str(), "schemaVersion" | "creationDate");
            let plain = kept::xml::is_plain_attribute(name) && kept::xml::holds(value) && !own;
            if !plain || !(known || declared || free) || written.iter().any(twin) || !kept.is_empty() {
                kept.push((name.clone(), value.clone()));
                continue;
            }
            if !known && !declared {
                self.text.declare(&name.prefix, &name.namespace);
                added.push(name);
            }
            self.text.prefixed_attribute(&name.prefix, &name.local, value);
            written.push(name);
        }
        kept
    }

    /// The qualified name of the root element, or of another element of its namespace.
    fn tag(&mut self, local: &str) {
        self.text.raw(&self.root);
        self.text.raw(":");
        self.text.raw(local);
    }

    pub(super) fn extension(&mut self, section: Section, extension: &Extension, notes: &mut Notes) {
        let extension = shape::extension(extension, Binding::Xml, notes).into_owned();
        let is_sbdh = extension.name.namespace == SBDH && extension.name.local == kept::HEADER;
        match section {
            Section::Header if is_sbdh && self.stage == Stage::Beginning && self.kind != DocumentKind::MasterData => {
                self.text.raw("<EPCISHeader>\n");
                self.stage = Stage::Header;
                self.tree(&extension, notes);
            }
            // Only the header of 1.2 ends in extensions.
            Section::Header if self.old && self.is_before_body() && self.kind != DocumentKind::MasterData => {
                self.header.push(extension);
            }
            // The body of a query document has its results only.
            Section::Body if self.kind != DocumentKind::QueryResult => self.late.push((section, extension)),
            Section::Header | Section::MasterData | Section::Body => {
                notes.kept(&extension.name.written(), "XML");
                self.late.push((Section::Document, kept::wrapped(section, extension)));
            }
            section => self.late.push((section, extension)),
        }
    }

    fn tree(&mut self, extension: &Extension, notes: &mut Notes) {
        self.prefixes.enter_extension(extension, notes);
        if self.text.extension(extension, &self.prefixes) {
            notes.info(rule::KEPT, prefixes_in_values);
        }
        self.text.raw("\n");
    }

    fn enter_header(&mut self, notes: &mut Notes) {
        if self.stage > Stage::Beginning {
            return;
        }
        self.text.raw("<EPCISHeader>\n");
        self.stage = Stage::Header;
        if self.old {
            notes.info(rule::KEPT, || "EPCIS 1.2 wants a business document header; one is added".to_owned());
            self.tree(&added_header(&self.created), notes);
        }
    }

    pub(super) fn vocabulary(&mut self, element: &VocabularyElement, notes: &mut Notes) {
        if self.stage > Stage::Vocabulary {
            notes.info(rule::KEPT, || format!("master data of `{}` comes behind the events", element.id.spelled()));
            return self.late.push((Section::Document, kept::late_vocabulary(element)));
        }
        self.enter_vocabulary(&element.vocabulary, notes);
        let plain = shape::is_plain_vocabulary(element, Binding::Xml);
        self.prefixes.clear();
        if plain {
            self.prefixes.enter_vocabulary(element, notes);
        } else {
            notes.kept(element.id.spelled(), "XML");
        }
        if xml_vocabulary::write(&mut self.text, element, &self.prefixes, plain) {
            notes.info(rule::KEPT, prefixes_in_values);
        }
    }

    fn enter_vocabulary(&mut self, vocabulary: &str, notes: &mut Notes) {
        if self.stage < Stage::Vocabulary {
            if self.is_about_master_data() {
                self.enter_body(notes);
                self.text.raw("<VocabularyList>\n");
            } else {
                self.enter_header(notes);
                self.text.raw("<extension><EPCISMasterData><VocabularyList>\n");
            }
            self.stage = Stage::Vocabulary;
        } else if self.vocabulary != vocabulary {
            self.text.raw("</VocabularyElementList></Vocabulary>\n");
        } else {
            return;
        }
        vocabulary.clone_into(&mut self.vocabulary);
        self.text.raw("<Vocabulary");
        self.text.attribute("type", vocabulary);
        self.text.raw("><VocabularyElementList>\n");
    }

    /// Whether master data is what the document is for, so that the body has room for it and not for events.
    fn is_about_master_data(&self) -> bool {
        match self.kind {
            DocumentKind::QueryResult => self.query.name == MASTER_DATA_QUERY,
            kind => kind == DocumentKind::MasterData,
        }
    }

    /// Whether the header can still have extensions.
    fn is_before_body(&self) -> bool {
        self.stage < Stage::Vocabulary || (self.stage == Stage::Vocabulary && !self.is_about_master_data())
    }

    /// Ends the header, if there is one, and begins the body.
    fn enter_body(&mut self, notes: &mut Notes) {
        if !self.header.is_empty() {
            self.enter_header(notes);
        }
        for extension in std::mem::take(&mut self.header) {
            self.tree(&extension, notes);
        }
        if self.stage > Stage::Beginning {
            self.text.raw("</EPCISHeader>\n");
        }
        self.text.raw("<EPCISBody>");
        if self.kind == DocumentKind::QueryResult {
            self.query_head();
        }
    }

    fn enter_events(&mut self, notes: &mut Notes) {
        if self.stage == Stage::Events {
            return;
        }
        let listed = self.stage == Stage::Vocabulary;
        if listed {
            self.text.raw("</VocabularyElementList></Vocabulary>\n</VocabularyList>");
        }
        if !(listed && self.is_about_master_data()) {
            self.text.raw(if listed { "</EPCISMasterData></extension>\n" } else { "" });
            self.enter_body(notes);
        }
        self.has_events = self.kind != DocumentKind::MasterData && !(listed && self.is_about_master_data());
        if self.has_events {
            self.text.raw("<EventList>\n");
        }
        self.stage = Stage::Events;
    }

    fn query_head(&mut self) {
        self.text.raw("<");
        self.tag("QueryResults");
        self.text.raw(">");
        self.text.element("queryName", &self.query.name);
        if let Some(id) = &self.query.subscription_id {
            self.text.element("subscriptionID", id);
        }
        self.text.raw("<resultsBody>");
    }

    /// Whether another event has a place; makes it if so.
    fn next_event(&mut self, notes: &mut Notes) -> bool {
        self.enter_events(notes);
        if !self.has_events {
            notes.warn(rule::LEFT_OUT, || {
                "a document about master data holds no events; this one is left out".to_owned()
            });
        }
        self.has_events
    }

    pub(super) fn event(&mut self, event: &Event, notes: &mut Notes) {
        if !self.next_event(notes) {
            return;
        }
        let shaped = shape::event(event, Binding::Xml, notes);
        self.keep.clear();
        self.prefixes.enter_event(&shaped, &mut self.keep, notes);
        let attributes = Attributes::of(&shaped, &self.prefixes);
        let (opened, closed) = match event.kind {
            EventKind::Transformation if self.old => ("<extension>", "</extension>\n"),
            EventKind::Association if self.old => ("<extension><extension>", "</extension></extension>\n"),
            _ => ("", "\n"),
        };
        self.text.raw(opened);
        let (text, prefixes, keep) = (&mut self.text, &self.prefixes, &mut self.keep);
        let (terms, bare_words, old) = (self.terms, self.bare_words, self.old);
        let declared =
            XmlEvents { text, prefixes, keep, terms, bare_words, attributes: &attributes, old }.write(&shaped);
        if !self.keep.fields().is_empty() {
            self.text.annotation(&kept::fields_of_event(event, self.keep.fields()));
            self.keep.fields().iter().for_each(|field| notes.kept(field, "XML"));
        }
        if self.text.name_declarations(declared, &self.prefixes, |prefix| attributes.declare(prefix)) {
            notes.info(rule::KEPT, prefixes_in_values);
        }
        self.text.close(event.kind.name());
        self.text.raw(closed);
    }

    pub(super) fn foreign(&mut self, event: &Extension, notes: &mut Notes) {
        if self.next_event(notes) {
            let shaped = shape::extension(event, Binding::Xml, notes);
            // EPCIS 2.0 has them in its extension point, 1.2 among the others.
            let (opened, closed) = if self.old { ("", "") } else { ("<extension>", "</extension>\n") };
            self.text.raw(opened);
            self.tree(&shaped, notes);
            self.text.raw(closed);
        }
    }

    pub(super) fn finish(&mut self, notes: &mut Notes) {
        if self.is_about_master_data() && self.stage < Stage::Vocabulary {
            self.enter_body(notes);
            self.text.raw("<VocabularyList/>");
            self.stage = Stage::Events;
        }
        self.enter_events(notes);
        if self.has_events {
            self.text.raw("</EventList>");
        }
        let late = std::mem::take(&mut self.late);
        let mut section = |this: &mut Self, wanted: Section| {
            for (_, extension) in late.iter().filter(|(section, _)| *section == wanted) {
                this.tree(extension, notes);
            }
        };
        if self.kind == DocumentKind::QueryResult {
            self.text.raw("</resultsBody>");
            section(self, Section::QueryResults);
            self.text.raw("</");
            self.tag("QueryResults");
            self.text.raw(">");
        }
        section(self, Section::Body);
        self.text.raw("</EPCISBody>\n");
        section(self, Section::Document);
        self.text.raw("</");
        self.tag(match self.kind {
            DocumentKind::MasterData => "EPCISMasterDataDocument",
            DocumentKind::QueryResult => "EPCISQueryDocument",
            _ => "EPCISDocument",
        });
        self.text.raw(">\n");
    }
}

/// What there is to say of declarations that values seem to use.
fn prefixes_in_values() -> String {
    "prefixes that values use are declared, and the declarations are named in an annotation".to_owned()
}

/// A business document header that says nothing but that it was added.
fn added_header(created: &str) -> Extension {
    let element = |local: &str, value: Value| Extension {
        name: Name { namespace: SBDH.to_owned(), prefix: "sbdh".to_owned(), local: local.to_owned() },
        attributes: Vec::new(),
        value,
    };
    let text = |local: &str, text: &str| element(local, Value::Text(text.to_owned()));
    let party = |local: &str| element(local, Value::Members(vec![text("Identifier", kept::ADDED)]));
    let identification = element(
        "DocumentIdentification",
        Value::Members(vec![
            text("Standard", "EPCglobal"),
            text("TypeVersion", "1.0"),
            text("InstanceIdentifier", kept::ADDED),
            text("Type", "MasterData"),
            text("CreationDateAndTime", created),
        ]),
    );
    element(
        kept::HEADER,
        Value::Members(vec![text("HeaderVersion", "1.0"), party("Sender"), party("Receiver"), identification]),
    )
}

/// Whether a document was read from XML, whose root declares the namespace of its schema.
fn was_xml(document: &Document) -> bool {
    let declares = |(_, namespace): (&str, &str)| namespace.starts_with("urn:epcglobal:epcis");
    document.contexts.is_empty() && document.namespaces.iter().any(declares)
}
