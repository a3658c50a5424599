//! The way in: bytes, then events one by one.

use std::io::{self, BufRead};

use crate::{
    Document, Event, Extension, Finding, Location, Section, VocabularyElement, json::JsonCore, xml::XmlReader,
};

/// The syntax of a document.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Binding {
    /// EPCIS XML, 1.2 or 2.0; the document says which.
    Xml,
    /// EPCIS 2.0 JSON-LD.
    Json,
}

/// Bounds on what one document may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one event in the input.
    pub max_event_bytes: usize,
    /// Depth of nested elements or objects.
    pub max_depth: usize,
    /// Members of one object, or attributes of one element.
    pub max_members: usize,
    /// Values in one event: members, elements and everything in them.
    pub max_values: usize,
    /// Findings about one event.
    pub max_findings: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_event_bytes: 16 << 20, max_depth: 32, max_members: 10_000, max_values: 1_000_000, max_findings: 100 }
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

/// Reads a document piece by piece. Memory is bounded by the largest single event, not by the document.
///
/// The iterator ends after the document's end or after the first item that makes further reading impossible (input
/// that is not well-formed); an `Err` is a failure of the input itself.
pub struct Reader<R>(Inner<R>);

enum Inner<R> {
    Xml(Box<XmlReader<R>>),
    Json(Box<Front<R, JsonCore>>),
}

/// A decoder of one binding without any input of its own: bytes go in, cut anywhere, items come out.
pub(crate) trait Decode {
    /// Takes the next bytes of the document.
    fn push(&mut self, chunk: &[u8]);
    /// Says that the document ends here.
    fn end(&mut self);
    /// The next item; `None` when more bytes are needed first, or when the document has ended.
    fn next_item(&mut self) -> Option<Item>;
    /// Whether nothing can follow, whatever bytes come.
    fn is_done(&self) -> bool;
}

/// A decoder and the input that it is fed from.
struct Front<R, D> {
    input: R,
    core: D,
    ended: bool,
}

impl<R: BufRead, D: Decode> Front<R, D> {
    /// Bytes that are fed together.
    const CHUNK: usize = 64 << 10;

    fn next(&mut self) -> Option<io::Result<Item>> {
        loop {
            if let Some(item) = self.core.next_item() {
                return Some(Ok(item));
            }
            if self.core.is_done() || self.ended {
                return None;
            }
            let chunk = match self.input.fill_buf() {
                Ok(chunk) => chunk.get(..Self::CHUNK).unwrap_or(chunk),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            };
            let length = chunk.len();
            if length == 0 {
                self.ended = true;
                self.core.end();
            } else {
                self.core.push(chunk);
                self.input.consume(length);
            }
        }
    }
}

impl<R: BufRead> Reader<R> {
    /// A reader with default limits.
    pub fn new(input: R, binding: Binding) -> Self {
        Self::with_limits(input, binding, Limits::default())
    }

    /// A reader with given limits.
    pub fn with_limits(input: R, binding: Binding, limits: Limits) -> Self {
        Self(match binding {
            Binding::Xml => Inner::Xml(Box::new(XmlReader::new(input, limits))),
            Binding::Json => Inner::Json(Box::new(Front { input, core: JsonCore::new(limits), ended: false })),
        })
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = io::Result<Item>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Inner::Xml(reader) => reader.next(),
            Inner::Json(reader) => reader.next(),
        }
    }
}
