//! An XML document: what stands around the events.

use gs1::CompanyPrefixes;

use super::{
    CbvFormat, NO_DATE, Options, Target, event_type, identifiers::Identifiers, keep::Keep, notes::Notes,
    prefixes::Prefixes, shape, xml::XmlEvents, xml_text::XmlText,
};
use crate::{
    Binding, ContextVersion, Document, DocumentKind, Event, EventKind, Extension, Name, Section, Value,
    VocabularyElement, kept, rule,
};

/// The namespace of business document headers.
const SBDH: &str = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader";

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
    query: Option<(String, Option<String>)>,
    old: bool,
    identifiers: Identifiers,
    terms: CbvFormat,
    stage: Stage,
    /// The vocabulary whose elements are being written.
    vocabulary: String,
    events: u64,
    /// Extensions that stand at the end of the header.
    header: Vec<Extension>,
    /// What stands behind the events.
    late: Vec<(Section, Extension)>,
}

impl XmlDocument {
    pub(super) fn start(document: &Document, options: &Options, notes: &mut Notes) -> Self {
        let kind = match document.kind {
            DocumentKind::Event | DocumentKind::EventList => {
                notes.info(
                    rule::KEPT,
                    "",
                    "XML has no events without a document; one is written around them".to_owned(),
                );
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
            query: document.query.as_ref().map(|query| (query.name.clone(), query.subscription_id.clone())),
            old,
            identifiers: Identifiers::new(options.epc_format, &options.company_prefixes),
            terms: options.cbv_format,
            stage: Stage::Beginning,
            vocabulary: String::new(),
            events: 0,
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
        let created = document.creation_date.as_deref().unwrap_or(NO_DATE);
        self.text.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<");
        self.tag(local);
        for (prefix, namespace) in self.prefixes.document() {
            self.text.declare(prefix, namespace);
        }
        self.prefixes.clear();
        self.root_attributes(document, notes);
        self.text.attribute("schemaVersion", if self.old { "1.2" } else { "2.0" });
        self.text.attribute("creationDate", created);
        if let Some(annotation) = kept::document_annotation(document, Binding::Xml, self.kind, Some(created)) {
            self.text.declare(kept::PREFIX, kept::NAMESPACE);
            let name = kept::document_name();
            self.text.prefixed_attribute(&name.prefix, &name.local, &annotation);
        }
        self.text.raw(">\n");
    }

    fn root_attributes(&mut self, document: &Document, notes: &mut Notes) {
        for (name, value) in &document.attributes {
            let declared = self.prefixes.document().any(|declared| declared == (&*name.prefix, &*name.namespace));
            let known = declared || name.prefix == "xml" || (name.prefix.is_empty() && name.namespace.is_empty());
            if known {
                self.text.prefixed_attribute(&name.prefix, &name.local, value);
            } else if name.namespace.is_empty() || self.prefixes.document().any(|(prefix, _)| prefix == name.prefix) {
                notes.warn(rule::LEFT_OUT, "", format!("the attribute `{}` of the document is left out", name.local));
            } else {
                self.text.declare(&name.prefix, &name.namespace);
                self.text.prefixed_attribute(&name.prefix, &name.local, value);
            }
        }
    }

    /// The qualified name of the root element, or of another element of its namespace.
    fn tag(&mut self, local: &str) {
        self.text.raw(&self.root);
        self.text.raw(":");
        self.text.raw(local);
    }

    pub(super) fn extension(&mut self, section: Section, extension: &Extension, notes: &mut Notes) {
        let extension = shape::extension(extension, Binding::Xml).into_owned();
        let is_sbdh = extension.name.namespace == SBDH && extension.name.local == kept::HEADER;
        match section {
            Section::Header if is_sbdh && self.stage == Stage::Beginning && self.kind != DocumentKind::MasterData => {
                self.text.raw("<EPCISHeader>\n");
                self.stage = Stage::Header;
                self.tree(&extension, notes);
            }
            // Only the header of 1.2 ends in extensions.
            Section::Header if self.old && self.stage < Stage::Events && self.kind != DocumentKind::MasterData => {
                self.header.push(extension);
            }
            Section::Header | Section::MasterData => {
                self.late.push((Section::Document, kept::wrapped(section, extension)));
            }
            section => self.late.push((section, extension)),
        }
    }

    fn tree(&mut self, extension: &Extension, notes: &mut Notes) {
        self.prefixes.enter_extension(extension, notes);
        self.text.extension(extension, &self.prefixes);
        self.text.raw("\n");
    }

    fn enter_header(&mut self, notes: &mut Notes) {
        if self.stage > Stage::Beginning {
            return;
        }
        self.text.raw("<EPCISHeader>\n");
        self.stage = Stage::Header;
        if self.old {
            notes.info(rule::KEPT, "", "EPCIS 1.2 wants a business document header; one is added".to_owned());
            self.tree(&added_header(), notes);
        }
    }

    pub(super) fn vocabulary(&mut self, element: &VocabularyElement, notes: &mut Notes) {
        let element = self.identifiers.vocabulary(element, notes);
        if self.stage > Stage::Vocabulary {
            notes.info(rule::KEPT, "", format!("master data of `{}` comes behind the events", element.id.spelled()));
            return self.late.push((Section::Document, kept::late_vocabulary(&element)));
        }
        self.enter_vocabulary(&element.vocabulary, notes);
        let plain = shape::is_plain_vocabulary(&element, Binding::Xml);
        self.prefixes.clear();
        if plain {
            self.prefixes.enter_vocabulary(&element, notes);
        } else {
            notes.info(rule::KEPT, "", format!("master data of `{}` is kept as it is", element.id.spelled()));
        }
        vocabulary_element(&mut self.text, &element, &self.prefixes, plain);
    }

    fn enter_vocabulary(&mut self, vocabulary: &str, notes: &mut Notes) {
        if self.stage < Stage::Vocabulary {
            if self.kind == DocumentKind::MasterData {
                self.text.raw("<EPCISBody><VocabularyList>\n");
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

    fn enter_events(&mut self, notes: &mut Notes) {
        if self.stage == Stage::Events {
            return;
        }
        if !self.header.is_empty() {
            self.enter_header(notes);
        }
        if self.stage == Stage::Vocabulary {
            self.text.raw("</VocabularyElementList></Vocabulary>\n</VocabularyList>");
        }
        if self.kind == DocumentKind::MasterData {
            self.text.raw(if self.stage == Stage::Vocabulary { "" } else { "<EPCISBody>" });
            self.stage = Stage::Events;
            return;
        }
        if self.stage == Stage::Vocabulary {
            self.text.raw("</EPCISMasterData></extension>\n");
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
        self.text.raw("<EventList>\n");
        self.stage = Stage::Events;
    }

    fn query_head(&mut self) {
        self.text.raw("<");
        self.tag("QueryResults");
        self.text.raw(">");
        let (name, subscription) = self.query.take().unwrap_or_default();
        self.text.element("queryName", &name);
        if let Some(id) = subscription {
            self.text.element("subscriptionID", &id);
        }
        self.text.raw("<resultsBody>");
    }

    /// Whether another event has a place; makes it if so.
    fn next_event(&mut self, notes: &mut Notes) -> bool {
        self.enter_events(notes);
        self.events += 1;
        if self.kind == DocumentKind::MasterData {
            notes.warn(rule::LEFT_OUT, "", "a master data document holds no events; this one is left out".to_owned());
        }
        self.kind != DocumentKind::MasterData
    }

    pub(super) fn event(&mut self, event: &Event, notes: &mut Notes) {
        notes.enter(Some(self.events));
        if !self.next_event(notes) {
            return;
        }
        let event = self.identifiers.event(event, notes);
        let shaped = shape::event(&event, Binding::Xml);
        self.prefixes.enter_event(&shaped, notes);
        self.keep.clear();
        let (opened, closed) = match event.kind {
            EventKind::Transformation if self.old => ("<extension>", "</extension>\n"),
            EventKind::Association if self.old => ("<extension><extension>", "</extension></extension>\n"),
            _ => ("", "\n"),
        };
        self.text.raw(opened);
        let (text, prefixes, keep) = (&mut self.text, &self.prefixes, &mut self.keep);
        let declared = XmlEvents { text, prefixes, keep, terms: self.terms, old: self.old }.write(&shaped);
        if !self.keep.fields().is_empty() {
            self.text.annotation(&kept::fields_of_event(&event, self.keep.fields()));
            notes.kept(self.keep.fields(), "XML");
        }
        self.text.name_declarations(declared, &self.prefixes, &[]);
        self.text.close(event_type(event.kind));
        self.text.raw(closed);
    }

    pub(super) fn foreign(&mut self, event: &Extension, notes: &mut Notes) {
        notes.enter(Some(self.events));
        if self.next_event(notes) {
            let shaped = shape::extension(event, Binding::Xml);
            // EPCIS 2.0 has them in its extension point, 1.2 among the others.
            let (opened, closed) = if self.old { ("", "") } else { ("<extension>", "</extension>\n") };
            self.text.raw(opened);
            self.tree(&shaped, notes);
            self.text.raw(closed);
        }
    }

    /// The company prefixes that were given or learned so far.
    pub(super) fn company_prefixes(&self) -> &CompanyPrefixes {
        self.identifiers.prefixes()
    }

    pub(super) fn finish(&mut self, notes: &mut Notes) {
        notes.enter(None);
        self.enter_events(notes);
        if self.kind != DocumentKind::MasterData {
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

/// A business document header that says nothing but that it was added.
fn added_header() -> Extension {
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
            text("CreationDateAndTime", NO_DATE),
        ]),
    );
    element(
        kept::HEADER,
        Value::Members(vec![text("HeaderVersion", "1.0"), party("Sender"), party("Receiver"), identification]),
    )
}

/// An element of master data; `plain` says that it reads back as it is, otherwise it is kept whole besides.
fn vocabulary_element(text: &mut XmlText, element: &VocabularyElement, prefixes: &Prefixes, plain: bool) {
    text.raw("<VocabularyElement");
    let declared = text.declarations(prefixes, &[]);
    text.attribute("id", element.id.spelled());
    text.raw(">");
    for attribute in &element.attributes {
        text.raw("<attribute");
        text.attribute("id", &attribute.id);
        text.raw(">");
        if plain {
            text.content(&attribute.value, prefixes, "");
        } else {
            text.characters(attribute.value.as_text().unwrap_or_default());
        }
        text.close("attribute");
    }
    if !element.children.is_empty() {
        text.open("children");
        for child in &element.children {
            text.element("id", child.spelled());
        }
        text.close("children");
    }
    if plain {
        text.extensions(&element.extensions, prefixes);
    } else {
        text.annotation(&kept::fields_of_element(element));
    }
    text.name_declarations(declared, prefixes, &[]);
    text.raw("</VocabularyElement>\n");
}
