//! EPC URNs (GS1 Tag Data Standard §6).

mod read;
mod write;

pub(crate) use read::read;
pub(crate) use write::write;
