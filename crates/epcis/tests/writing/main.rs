//! What is written is what was read, in every target.

#![expect(clippy::unwrap_used, reason = "test helpers stop the test")]

mod arbitrary;
mod beside;
mod corpus;
mod forged;
mod native;
mod options;
mod schema;

use epcis::{
    Binding, Document, DocumentKind, Event, Extension, Finding, Item, Reader, Section, Severity, VocabularyElement,
    write::{Options, Target, Writer},
};

pub(crate) const TARGETS: [Target; 3] = [Target::Json, Target::Xml, Target::Xml12];

/// The items of a document, without the findings.
#[derive(Debug, Default)]
pub(crate) struct Content {
    pub(crate) document: Option<Document>,
    pub(crate) beside: Vec<(Section, Extension)>,
    pub(crate) vocabulary: Vec<VocabularyElement>,
    pub(crate) events: Vec<Event>,
    pub(crate) foreign: Vec<Extension>,
    pub(crate) rejections: Vec<Finding>,
    /// Whether what stands around the events is to be written behind them.
    pub(crate) late: bool,
}

pub(crate) fn binding(target: Target) -> Binding {
    if target == Target::Json { Binding::Json } else { Binding::Xml }
}

pub(crate) fn read(bytes: &[u8], binding: Binding) -> Content {
    let mut content = Content::default();
    for item in Reader::new(bytes, binding) {
        let findings = match item.unwrap() {
            Item::Document(document) => {
                content.document = Some(*document);
                Vec::new()
            }
            Item::Extension(section, extension) => {
                content.beside.push((section, extension));
                Vec::new()
            }
            Item::Vocabulary(element) => {
                content.vocabulary.push(element);
                Vec::new()
            }
            Item::Event { event, findings, .. } => {
                content.events.push(*event);
                findings
            }
            Item::Foreign { event, findings, .. } => {
                content.foreign.push(*event);
                findings
            }
            Item::Rejected { findings, .. } => findings,
            Item::Finding(finding) => vec![finding],
        };
        content.rejections.extend(findings.into_iter().filter(|finding| finding.severity == Severity::Reject));
    }
    content
}

pub(crate) fn write(content: &Content, options: Options) -> (String, Vec<Finding>) {
    let document = content.document.clone().unwrap_or_else(|| {
        let mut document = Document::new(DocumentKind::Events);
        document.creation_date = Some("2028-08-15T22:30:00Z".to_owned());
        document
    });
    let mut writer = Writer::start(Vec::new(), &document, options).unwrap();
    let early = |section: Section| matches!(section, Section::Header | Section::MasterData) && !content.late;
    for (section, extension) in content.beside.iter().filter(|(section, _)| early(*section)) {
        writer.extension(*section, extension).unwrap();
    }
    if !content.late {
        content.vocabulary.iter().for_each(|element| writer.vocabulary(element).unwrap());
    }
    content.events.iter().for_each(|event| writer.event(event).unwrap());
    content.foreign.iter().for_each(|event| writer.foreign(event).unwrap());
    if content.late {
        content.vocabulary.iter().for_each(|element| writer.vocabulary(element).unwrap());
    }
    for (section, extension) in content.beside.iter().filter(|(section, _)| !early(*section)) {
        writer.extension(*section, extension).unwrap();
    }
    let findings = writer.take_findings();
    (String::from_utf8(writer.finish().unwrap()).unwrap(), findings)
}

/// What differs between two contents, in words.
pub(crate) fn difference(before: &Content, after: &Content) -> Option<String> {
    if let Some(rejection) = after.rejections.first() {
        return Some(format!("rejected: {rejection}"));
    }
    for (i, event) in before.events.iter().enumerate() {
        if after.events.get(i) != Some(event) {
            let before = serde_json::to_value(event).unwrap();
            let after = serde_json::to_value(after.events.get(i)).unwrap();
            let fields = before.as_object().unwrap().iter().filter(|(name, value)| after.get(name) != Some(value));
            let fields = fields.map(|(name, value)| format!("  {name} {value}\n  became {:?}", after.get(name)));
            return Some(format!("event {i}:\n{}", fields.collect::<Vec<_>>().join("\n")));
        }
    }
    if before.events.len() != after.events.len() {
        return Some(format!("{} events became {}", before.events.len(), after.events.len()));
    }
    for (i, element) in before.vocabulary.iter().enumerate() {
        if after.vocabulary.get(i) != Some(element) {
            return Some(format!("{element:?} became {:?}", after.vocabulary.get(i)));
        }
    }
    if let (Some(before), Some(after)) = (&before.document, &after.document) {
        let said = |document: &Document| {
            let Document { kind, creation_date, id, query, terms, attributes, .. } = document.clone();
            (kind, creation_date, id, query, terms, attributes)
        };
        if said(before) != said(after) {
            return Some(format!("{before:?} became {after:?}"));
        }
    }
    if before.foreign != after.foreign {
        return Some(format!("{:?} became {:?}", before.foreign, after.foreign));
    }
    let sorted = |content: &Content| {
        let mut beside = content.beside.clone();
        beside.sort_by_key(|(section, _)| format!("{section:?}"));
        beside
    };
    (sorted(before) != sorted(after)).then(|| format!("{:?} became {:?}", before.beside, after.beside))
}
