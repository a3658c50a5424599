//! EPCIS 2.0 in JSON-LD: bytes in, events out.
//!
//! [`scan`] cuts whole values out of the input, [`tree`] parses one of them, [`event`] and its neighbours read the
//! tree and report what is wrong with it, and [`reader`] drives them.

mod context;
mod event;
mod extension;
mod masterdata;
mod parts;
mod reader;
mod report;
mod scalar;
mod scan;
mod sensor;
mod tree;

use crate::cbv as vocabulary;

pub(crate) use context::STANDARD;
pub(crate) use reader::JsonReader;
pub(crate) use vocabulary::Vocabulary;
