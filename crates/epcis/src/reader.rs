//! The way in: bytes, then events one by one.

use std::io::{self, BufRead};

use crate::{Event, Finding, Location, VocabularyElement, json::JsonReader, xml::XmlReader};

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
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_event_bytes: 16 << 20, max_depth: 32 }
    }
}

/// What a [`Reader`] finds, in document order.
#[derive(Debug)]
pub enum Item {
    /// An acceptable event.
    Event {
        /// The event.
        event: Box<Event>,
        /// Where it begins.
        at: Location,
        /// Warnings and information about it.
        findings: Vec<Finding>,
    },
    /// An event that cannot be accepted; at least one finding is [`Severity::Reject`](crate::Severity::Reject). The
    /// rest of the document is still read.
    Rejected {
        /// Where the event begins.
        at: Location,
        /// What is wrong.
        findings: Vec<Finding>,
    },
    /// Master data from the header.
    Vocabulary(VocabularyElement),
    /// Something about the document as a whole. With [`Severity::Reject`](crate::Severity::Reject) the document is
    /// not acceptable, even if more items follow.
    Document(Finding),
}

/// Reads a document piece by piece. Memory is bounded by the largest single event, not by the document.
///
/// The iterator ends after the document's end or after the first item that makes further reading impossible (input
/// that is not well-formed); an `Err` is a failure of the input itself.
pub struct Reader<R>(Inner<R>);

enum Inner<R> {
    Xml(Box<XmlReader<R>>),
    Json(Box<JsonReader<R>>),
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
            Binding::Json => Inner::Json(Box::new(JsonReader::new(input, limits))),
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
