//! EPCIS 2.0 in JSON-LD: bytes in, events out.
//!
//! [`decoder`] walks the outer levels of a document as its bytes arrive. [`parse`] puts one value after the other onto a
//! [`tape`]; [`event`] and its neighbours read it from there and [`report`] what is wrong with it.

mod ahead;
mod context;
mod decoder;
mod event;
mod extension;
mod field;
mod foreign;
mod glance;
mod head;
mod local;
mod masterdata;
mod outcome;
mod parse;
mod parts;
mod report;
mod scalar;
mod sensor;
mod skip;
mod tape;
mod uri;

use crate::cbv as vocabulary;

pub(crate) use context::standard;
pub(crate) use decoder::JsonCore;
