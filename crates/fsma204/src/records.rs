//! What the keeper of the records knows beyond the event itself.

use domain::{Tlc, TlcSource};
use epcis::{Event, QuantityElement};
use gs1::Identifier;
use jiff::Timestamp;

use crate::{LocationDescription, LotStates, ProductDescription};

/// What a keeper's records say of a lot.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LotRecord {
    /// Its traceability lot code.
    pub tlc: Tlc,
    /// Who assigned it.
    pub source: TlcSource,
    /// `ffrn:…`, `gln:…` or a URL that leads to the source.
    pub reference: Option<String>,
}

/// The records behind an event. Every question is about one thing and may be answered with "not known".
pub trait Records: LotStates {
    /// The lot that a class identifier (or the EPC of an instance or a unit that is a lot by itself) names.
    fn lot(&self, class: &Identifier) -> Option<LotRecord>;

    /// The lots inside a logistic unit at an instant, at any depth; empty when not known.
    fn contents(&self, unit: &Identifier, at: Timestamp) -> Vec<QuantityElement>;

    /// The location description of a place or a party.
    fn place(&self, id: &Identifier) -> Option<LocationDescription>;

    /// The product description of the class of a lot.
    fn product(&self, class: &Identifier) -> Option<ProductDescription>;

    /// The events of a lot before it was packed that the keeper holds: harvest, transport, receiving, cooling.
    fn events_of(&self, class: &Identifier) -> Vec<Event>;
}
