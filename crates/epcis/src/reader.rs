//! The way in: bytes, then events one by one.

use std::io::{self, BufRead};

use jiff::Timestamp;

use crate::{Decoder, Document, Event, Extension, Finding, Location, Rule, Section, Severity, VocabularyElement, rule};

/// The syntax of a document.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Binding {
    /// EPCIS XML 1.0 to 2.0; the document says which.
    Xml,
    /// EPCIS 2.0 JSON-LD.
    Json,
}

/// Bounds on what one document may cost. What exceeds one is a finding of the rule `XML-LIMIT` or `JSON-LIMIT`, and
/// the document is not acceptable.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one event in the input.
    pub max_event_bytes: usize,
    /// Depth of nested elements or objects.
    pub max_depth: usize,
    /// The last moment at which an event can have happened: now, as the caller's clock knows it, or a little later.
    /// `None` takes every time for granted.
    pub latest: Option<Timestamp>,
    /// Attributes of one element, or members of one of the outer objects of a document.
    pub max_attributes: usize,
    /// Elements and attributes, or members and values, of one event.
    pub max_nodes: usize,
    /// Findings about one event; further ones are counted, not kept.
    pub max_event_findings: usize,
    /// Rejected events and rejecting findings of one document; behind them it is not read on.
    pub max_findings: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_event_bytes: 16 << 20,
            max_depth: 32,
            max_attributes: 128,
            max_nodes: 500_000,
            max_event_findings: 100,
            max_findings: 10_000,
            latest: None,
        }
    }
}

/// What a [`Reader`] finds, in document order.
#[derive(Debug)]
pub enum Item {
    /// What stands around the events; the first item of every document that has an acceptable root.
    Document(Box<Document>),
    /// An element or member of a namespace outside the standard that stands beside the events.
    Extension(Section, Extension),
    /// An acceptable event.
    Event {
        /// The event.
        event: Box<Event>,
        /// Where it begins.
        at: Location,
        /// Warnings and information about it.
        findings: Vec<Finding>,
    },
    /// An event of a type outside the standard, which both bindings allow; kept as it is, not understood.
    Foreign {
        /// The event: its type as name, its fields as members.
        event: Box<Extension>,
        /// Where it begins.
        at: Location,
        /// Warnings and information about it.
        findings: Vec<Finding>,
    },
    /// An event that cannot be accepted; at least one finding is [`Severity::Reject`](crate::Severity::Reject). The
    /// rest of the document is still read.
    Rejected {
        /// What could be read of it all the same, when that is enough to be an event.
        event: Option<Box<Event>>,
        /// Where the event begins.
        at: Location,
        /// What is wrong.
        findings: Vec<Finding>,
    },
    /// Master data from the header.
    Vocabulary(VocabularyElement),
    /// Something about the document as a whole. With [`Severity::Reject`](crate::Severity::Reject) the document is
    /// not acceptable, even if more items follow.
    Finding(Finding),
}

impl Item {
    /// Whether it is an event of the standard that says all that the document says of it.
    ///
    /// Every accepted event does. A rejected one does where it was rejected for the order of its fields, say, or for one
    /// that is not there at all; not where the value of a field could not be read, and so is missing from the event.
    pub fn is_whole(&self) -> bool {
        match self {
            Self::Event { .. } => true,
            Self::Rejected { event: Some(_), at, findings } => !findings.iter().any(|finding| loses(finding, at)),
            _ => false,
        }
    }
}

/// Whether something of the event that begins at `event` was left out of it because of a finding.
fn loses(finding: &Finding, event: &Location) -> bool {
    if finding.severity != Severity::Reject {
        return false;
    }
    let field = finding.at.path.strip_prefix(&event.path).unwrap_or_default();
    match &*finding.code {
        // A list leaves out its elements that lack something; the event itself has nothing to leave out.
        code if code == rule::FIELD_MISSING.code => !field.is_empty(),
        // Misplaced fields of the event are kept, those of its parts are not.
        code if code == rule::FIELD_UNKNOWN.code => {
            let steps = field.split('/').skip(1).filter(|step| !matches!(*step, "extension" | "baseExtension"));
            steps.count() > 1
        }
        code => Rule::of(code).is_none_or(|rule| rule.structural),
    }
}

/// Reads a document piece by piece. Memory is bounded by the largest single event, not by the document.
///
/// The iterator ends after the document's end or after the first item that makes further reading impossible (input
/// that is not well-formed); an `Err` is a failure of the input itself.
pub struct Reader<R> {
    input: R,
    decoder: Decoder,
    failed: bool,
}

/// Bytes that a decoder is given at once. An input that is all in memory is not copied as a whole.
const CHUNK: usize = 64 << 10;

impl<R: BufRead> Reader<R> {
    /// A reader with default limits.
    pub fn new(input: R, binding: Binding) -> Self {
        Self::with_limits(input, binding, Limits::default())
    }

    /// A reader with given limits.
    pub fn with_limits(input: R, binding: Binding, limits: Limits) -> Self {
        Self { input, decoder: Decoder::with_limits(binding, limits), failed: false }
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = io::Result<Item>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.decoder.next_item() {
                return Some(Ok(item));
            }
            if self.failed || self.decoder.is_done() {
                return None;
            }
            let chunk = match self.input.fill_buf() {
                Ok(chunk) => chunk.get(..CHUNK).unwrap_or(chunk),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.failed = true;
                    return Some(Err(error));
                }
            };
            let length = chunk.len();
            if length == 0 {
                self.decoder.end();
            } else {
                self.decoder.push(chunk);
                self.input.consume(length);
            }
        }
    }
}
