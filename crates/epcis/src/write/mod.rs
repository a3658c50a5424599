//! The way out: events one by one into a document.
//!
//! Both writers stream: [`JsonWriter::start`] and [`XmlWriter::start`] write the beginning, `event` one event each,
//! `finish` the end. What the standard spells differently in the two bindings is converted: JSON gets bare words for
//! standard terms, XML gets them spelled out. Prefixes that the document does not declare are declared on the event
//! that uses them, so nothing has to be known beforehand; who knows the events can collect their [`Namespaces`](crate::Namespaces) and
//! have them declared once.

mod json;
mod json_text;
mod namespaces;
mod xml;
mod xml_text;

pub use json::JsonWriter;
pub use xml::XmlWriter;

use crate::{EventTime, Namespaces, VocabularyElement};

/// What stands around the events.
#[derive(Clone, Copy, Debug)]
pub enum Envelope<'a> {
    /// `EPCISDocument`.
    Document,
    /// `EPCISQueryDocument`, the answer to a query.
    QueryResult {
        /// `queryName`.
        query_name: &'a str,
        /// `subscriptionID`, for answers that a subscription asked for.
        subscription_id: Option<&'a str>,
    },
}

/// The beginning of a document.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// What stands around the events.
    pub envelope: Envelope<'a>,
    /// `creationDate`.
    pub created: &'a EventTime,
    /// Master data for the header.
    pub vocabulary: &'a [VocabularyElement],
    /// Prefixes to declare for the whole document.
    pub namespaces: &'a Namespaces,
}

/// Master data by vocabulary, in the order in which the vocabularies first appear.
fn by_vocabulary(elements: &[VocabularyElement]) -> Vec<(&str, Vec<&VocabularyElement>)> {
    let mut groups: Vec<(&str, Vec<&VocabularyElement>)> = Vec::new();
    for element in elements {
        match groups.iter_mut().find(|(vocabulary, _)| *vocabulary == element.vocabulary) {
            Some((_, group)) => group.push(element),
            None => groups.push((&element.vocabulary, vec![element])),
        }
    }
    groups
}
