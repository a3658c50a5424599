#![doc = include_str!("../README.md")]

mod balance;
mod contents;
mod graph;
mod ledger;
mod reading;
mod stage;
mod stay;
mod units;
mod walk;
mod weights;

pub use balance::{Balance, Flow, Movement, balance};
pub use contents::{Change, ChangeKind, Content, contents, contents_handed_over};
pub use graph::{
    Answer, Basis, Continuation, Edge, EdgeKind, Gap, GapReason, Known, Lineage, Node, NodeId, Sighting, Way,
};
pub use ledger::{Conversion, Entry, Ledger, PlaceBalance, Shipment, ledgers, without_repeated_steps};
pub use reading::{
    CREATING_STEPS, Containment, Custody, CustodyKind, Mention, NamedEnd, Reading, Role, ThingKind, creates, read,
};
pub use stage::{Stage, Stages};
pub use stay::{Stay, stays};
pub use units::{KILOGRAM, Measure, Unit, mass_in};
pub use walk::{Limits, Step, Walk, Walked};
pub use weights::{Converted, Rule, Weights, products_inside, products_of};
