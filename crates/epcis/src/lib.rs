#![doc = include_str!("../README.md")]

mod canonical;
mod check;
mod context_version;
mod document;
mod event;
mod extension;
mod finding;
#[expect(dead_code, reason = "the decoders of both bindings move onto it next")]
mod input;
mod json;
mod kept;
mod masterdata;
mod quantity;
mod reader;
pub mod rule;
mod term;
mod time;
pub mod write;
mod xml;

pub use context_version::{ContextVersion, UnknownContextVersion};
pub use document::{Document, DocumentKind, Namespaces, Query, Section};
pub use event::{
    Action, BizTransaction, ErrorDeclaration, Event, EventKind, FieldAttribute, PersistentDisposition, Place,
    QuantityElement, SensorElement, SourceDest,
};
pub use extension::{Extension, Name, Value};
pub use finding::{Finding, Location, Severity};
pub use masterdata::{Attribute, VocabularyElement};
pub use quantity::Quantity;
pub use reader::{Binding, Decoder, Item, Limits, Reader};
pub use rule::Rule;
pub use term::Term;
pub use time::{EventTime, InvalidTime, ZoneOffset};
