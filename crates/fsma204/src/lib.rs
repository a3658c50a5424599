#![doc = include_str!("../README.md")]

mod amount;
mod classify;
mod csv;
mod cte;
mod description;
mod document;
mod layout;
mod origin;
mod records;
mod row;
mod rows;
mod sheet;
mod stated;
mod xlsx;

pub use amount::unit_in_words;
pub use classify::{Classification, Evidence, LotState, LotStates, classify};
pub use csv::{ExportError, write_csv};
pub use cte::{Cte, UnknownCte};
pub use description::{LocationDescription, ProductDescription};
pub use document::ReferenceDocument;
pub use records::{LotRecord, Records};
pub use row::{Cell, Missing, Row};
pub use rows::rows;
pub use sheet::{Column, Format, Need, Sheet};
pub use xlsx::{Cover, write_xlsx};
