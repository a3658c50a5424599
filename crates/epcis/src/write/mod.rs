//! The way out: items one by one into a document of any binding.
//!
//! A [`Writer`] takes what a [`Reader`](crate::Reader) gives, in the same order, and writes a document of the
//! [`Target`] that its [`Options`] name. It streams: one event is in memory at a time. What the bindings spell
//! differently is converted: JSON gets bare words for standard terms, XML gets them spelled out, and EPCIS 1.2 gets its
//! `extension` wrappers.
//!
//! Nothing is lost on the way: what a target cannot say is kept in annotations that the readers understand, and where even
//! that is not possible a [`Finding`](crate::Finding) says what was left out.
//!
//! ```
//! use epcis::{
//!     Binding, Document, DocumentKind, Event, EventKind, ZoneOffset,
//!     write::{Options, Target, Writer},
//! };
//!
//! let document = Document::new(DocumentKind::Events);
//! let event = Event::new(EventKind::Object, "2028-08-15T22:30:00-07:00".parse()?, "-07:00".parse()?);
//! let options = Options { target: Target::Xml, ..Options::default() };
//! let mut writer = Writer::start(Vec::new(), &document, options)?;
//! writer.event(&event)?;
//! let text = String::from_utf8(writer.finish()?)?;
//! assert!(text.contains("<eventTime>2028-08-15T22:30:00-07:00</eventTime>"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod identifiers;
pub(crate) mod json;
pub(crate) mod json_context;
mod json_document;
mod json_text;
mod json_vocabulary;
mod keep;
mod notes;
mod options;
mod prefixes;
mod refused;
pub(crate) mod sensor;
mod shape;
pub(crate) mod terms;
mod writer;
mod xml;
mod xml_attributes;
mod xml_document;
mod xml_fields;
mod xml_text;
mod xml_vocabulary;

pub use options::{CbvFormat, EpcFormat, Options, Target, UnknownOption};
pub use writer::Writer;

use crate::{Binding, Document, EventTime};

/// `creationDate` of a document that has none, where the options have none either.
const NO_DATE: &str = "1970-01-01T00:00:00Z";

/// `creationDate` of a document as a binding takes it: JSON wants an offset.
fn created(document: &Document, options: &Options, binding: Binding) -> String {
    let is_time =
        |date: &str| date.parse::<EventTime>().is_ok() && (binding == Binding::Json || xml::is_xml_time(date));
    if let Some(date) = &document.creation_date {
        let zoned = format!("{date}Z");
        match binding {
            _ if is_time(date) => return date.clone(),
            Binding::Xml if is_time(&zoned) => return date.clone(),
            Binding::Json if is_time(&zoned) => return zoned,
            _ => {}
        }
    }
    let instead = options.created.as_ref().map(|created| EventTime::from(created.instant()));
    instead.map_or(NO_DATE.to_owned(), |created| created.spelled().to_owned())
}
