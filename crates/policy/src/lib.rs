#![doc = include_str!("../README.md")]

mod facts;
mod project;
mod view;

pub use facts::{Derivation, EventFact, Facts, HandOver, ThingFact};
pub use project::{Seen, Visible, edge_is_visible, project};
pub use view::{LotView, Rules, View, view};
