//! Every accepted document, written in every syntax, is valid there and reads back equal.

use epcis::{
    Binding, Document, DocumentKind, Event, Extension, Finding, Item, LocalContext, Reader, Section, Severity, Term,
    VocabularyElement, rule,
    write::{Options, Target, Writer},
};
use testkit::corpus::Expect;

use crate::{
    Cases,
    corpus::{self, documents},
    finish,
    schema::{self, Xml},
    tell,
};

/// The targets, and the names of their two checks.
const TARGETS: [(Target, &str, &str); 3] = [
    (Target::Json, "valid as json", "equal after json"),
    (Target::Xml, "valid as xml", "equal after xml"),
    (Target::Xml12, "valid as xml-1.2", "equal after xml-1.2"),
];

/// All that a document says, without what is the reader's opinion of it.
#[derive(Debug, PartialEq)]
enum Said {
    Extension(Section, Extension),
    Event(Box<Event>),
    Foreign(Box<Extension>),
    Vocabulary(VocabularyElement),
}

impl Said {
    /// Where it belongs: the order within one place is kept, the order of the places is the binding's.
    fn place(&self) -> u8 {
        match self {
            Self::Extension(Section::Document, _) => 0,
            Self::Extension(Section::Header, _) => 1,
            Self::Extension(Section::MasterData, _) => 2,
            Self::Vocabulary(_) => 3,
            Self::Extension(Section::QueryResults, _) => 4,
            Self::Extension(Section::Body, _) => 5,
            Self::Event(_) | Self::Foreign(_) => 6,
        }
    }
}

struct Content {
    document: Document,
    said: Vec<Said>,
}

fn content(bytes: &[u8], binding: Binding) -> Result<Content, String> {
    let (mut document, mut said) = (None, Vec::new());
    for item in Reader::new(bytes, binding) {
        match item.unwrap() {
            Item::Document(found) => document = Some(*found),
            Item::Extension(section, extension) => said.push(Said::Extension(section, extension)),
            Item::Event { event, .. } => said.push(Said::Event(event)),
            Item::Foreign { event, .. } => said.push(Said::Foreign(event)),
            Item::Vocabulary(element) => said.push(Said::Vocabulary(element)),
            Item::Rejected { findings, .. } => return Err(format!("an event is refused: {findings:?}")),
            Item::Finding(finding) if finding.severity == Severity::Reject => return Err(finding.to_string()),
            Item::Finding(_) => {}
        }
    }
    // Each binding has its own places for what stands beside the events.
    said.sort_by_key(Said::place);
    Ok(Content { document: document.ok_or("it has no beginning")?, said })
}

fn written(content: &Content, target: Target) -> (Vec<u8>, Vec<Finding>) {
    let options = Options { target, ..Options::default() };
    let mut writer = Writer::start(Vec::new(), &content.document, options).unwrap();
    for said in &content.said {
        match said {
            Said::Extension(section, extension) => writer.extension(*section, extension).unwrap(),
            Said::Event(event) => writer.event(event).unwrap(),
            Said::Foreign(event) => writer.foreign(event).unwrap(),
            Said::Vocabulary(element) => writer.vocabulary(element).unwrap(),
        }
    }
    let findings = writer.take_findings();
    (writer.finish().unwrap(), findings)
}

/// Whether both say the same things in the same order and in the same spelling.
fn equal(before: &Content, after: &Content) -> Result<(), String> {
    let beginning = |document: &Document| {
        let Document { kind, creation_date, id, query, attributes, .. } = document;
        format!("{kind:?} {creation_date:?} {id:?} {query:?} {attributes:?}")
    };
    let (one, other) = (beginning(&before.document), beginning(&after.document));
    if one != other {
        return Err(format!("the document: {}", first_difference(&one, &other)));
    }
    for (index, (before, after)) in before.said.iter().zip(&after.said).enumerate() {
        if before != after {
            return Err(format!("item {index}: {}", first_difference(&format!("{before:?}"), &format!("{after:?}"))));
        }
        if let (Said::Event(before), Said::Event(after)) = (before, after) {
            let (before, after) = (spelled(before), spelled(after));
            if before != after {
                return Err(format!("item {index}: {}", first_difference(&before, &after)));
            }
        }
    }
    let (before, after) = (before.said.len(), after.said.len());
    if before == after { Ok(()) } else { Err(format!("{before} items become {after}")) }
}

/// The event with every digit, offset and identifier as it is written. Standard terms are spelled as the binding wants
/// them, and an event's own context is about names that are compared as they are understood.
fn spelled(event: &Event) -> String {
    let mut event = event.clone();
    event.context = LocalContext::default();
    let parties = event.source_list.iter_mut().chain(&mut event.destination_list).map(|party| &mut party.kind);
    let documents = event.biz_transaction_list.iter_mut().flat_map(|document| &mut document.kind);
    let persistent =
        event.persistent_disposition.iter_mut().flat_map(|found| found.set.iter_mut().chain(&mut found.unset));
    let reason = event.error_declaration.iter_mut().flat_map(|declaration| &mut declaration.reason);
    let steps = event.biz_step.iter_mut().chain(&mut event.disposition);
    for term in steps.chain(parties).chain(documents).chain(persistent).chain(reason) {
        *term = Term::new(term.word());
    }
    for element in &mut event.sensor_element_list {
        // Measurements and alerts are terms as well, and equal by their meaning.
        element.reports.clear();
    }
    serde_json::to_string(&event).unwrap()
}

/// Where two texts part, with something before and behind.
fn first_difference(left: &str, right: &str) -> String {
    let common = left.chars().zip(right.chars()).take_while(|(left, right)| left == right).count();
    let around = |text: &str| text.chars().skip(common.saturating_sub(80)).take(200).collect::<String>();
    format!("\n    {}\n    {}", around(left), around(right))
}

#[test]
fn every_accepted_document_converts_to_every_target_and_back() {
    let Some(root) = testkit::corpus() else { return };
    let (validator, mut lint) = (schema::json(&root), Xml::new(&root));
    let mut valid = TARGETS.map(|(_, valid, _)| Cases::of(valid));
    let mut same = TARGETS.map(|(_, _, equal)| Cases::of(equal));
    let mut left_out = [0; 3];
    for (name, document) in documents() {
        if document.entry.expect == Some(Expect::Reject) {
            continue;
        }
        // What is not read is another test's failure.
        let Ok(before) = content(&document.bytes, document.binding()) else { continue };
        for (index, (target, ..)) in TARGETS.into_iter().enumerate() {
            let (bytes, findings) = written(&before, target);
            let binding = if target == Target::Json { Binding::Json } else { Binding::Xml };
            let said_so = findings.iter().any(|finding| finding.code == rule::LEFT_OUT.code);
            let back = content(&bytes, binding).and_then(|after| equal(&before, &after));
            left_out[index] += usize::from(said_so);
            same[index].add(&name, back);
            let kind = before.document.kind;
            match (&mut lint, target) {
                (_, Target::Json) if is_valid_as_json(&document, kind) => {
                    valid[index].add(&name, schema::json_verdict(&validator, &bytes));
                }
                (Some(lint), Target::Xml | Target::Xml12) => lint.add(&format!("{index} {name}"), kind, target, &bytes),
                _ => {}
            }
        }
    }
    for (name, verdict) in lint.into_iter().flat_map(Xml::verdicts) {
        let (index, name) = name.split_once(' ').unwrap();
        valid[index.parse::<usize>().unwrap()].add(name, verdict);
    }
    for (cases, count) in same.iter().zip(left_out) {
        tell(&format!("{}: {count} are not whole, as a finding says", cases.check));
    }
    finish(valid.into_iter().chain(same));
}

/// A document whose own names the asserted formats refuse stays so in JSON, and JSON has no master data documents.
fn is_valid_as_json(document: &corpus::Document, kind: DocumentKind) -> bool {
    document.entry.expect == Some(Expect::Accept) && kind != DocumentKind::MasterData
}

#[test]
fn the_validator_of_json_agrees_with_the_manifest() {
    let Some(root) = testkit::corpus() else { return };
    let validator = schema::json(&root);
    let mut cases = Cases::of("validator");
    for (name, document) in documents().into_iter().filter(|(_, document)| document.binding() == Binding::Json) {
        let verdict = schema::json_verdict(&validator, &document.bytes);
        let agrees = verdict.is_ok() == (document.entry.expect == Some(Expect::Accept));
        cases.add(name, if agrees { Ok(()) } else { Err(format!("{verdict:?}")) });
    }
    finish([cases]);
}
