#![doc = include_str!("../README.md")]

mod canonical;
mod cbv;
mod check;
mod context_version;
mod decoder;
mod document;
mod event;
mod extension;
mod finding;
pub mod hash;
mod input;
mod json;
mod kept;
mod masterdata;
mod profile;
mod quantity;
mod reader;
pub mod rule;
mod short;
mod term;
mod time;
mod unit;
pub mod write;
mod xml;

pub use cbv::Vocabulary;
pub use context_version::{ContextVersion, InvalidContextVersion};
pub use decoder::Decoder;
pub use document::{Document, DocumentKind, Namespaces, Query, Section};
pub use event::{
    Action, BizTransaction, ErrorDeclaration, Event, EventKind, FieldAttribute, LocalContext, PersistentDisposition,
    Place, QuantityElement, SensorElement, SourceDest,
};
pub use extension::{Extension, Name, Value};
pub use finding::{Finding, Location, Severity};
pub use masterdata::{Attribute, VocabularyElement};
pub use profile::Profile;
pub use quantity::Quantity;
pub use reader::{Binding, Item, Limits, Reader};
pub use rule::Rule;
pub use term::Term;
pub use time::{EventTime, InvalidTime, ZoneOffset};
