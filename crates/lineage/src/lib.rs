#![doc = include_str!("../README.md")]

mod balance;
mod contents;
mod graph;
mod reading;
mod walk;

pub use balance::{Balance, Movement, balance};
pub use contents::{Change, ChangeKind, Content, contents, contents_handed_over};
pub use graph::{Answer, Continuation, Edge, EdgeKind, Gap, GapReason, Known, Lineage, Node, NodeId, Sighting};
pub use reading::{
    Containment, Custody, CustodyKind, Mention, NamedEnd, Reading, Role, Stage, ThingKind, creates, read,
};
pub use walk::{Limits, Step, Walk, Walked};
