//! What the tenant itself asserted, and nothing else: the only source of entitlement.

use std::collections::BTreeSet;

use domain::{EventId, PartyId, ThingId};
use jiff::{Timestamp, civil::Date};

/// The facts of one tenant. Retracted events are not in it.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Events.
    pub events: Vec<EventFact>,
    /// Lots, units and instances.
    pub things: Vec<ThingFact>,
    /// Which came from which.
    pub derivations: Vec<Derivation>,
}

/// An event, as far as visibility depends on it.
#[derive(Clone, Debug)]
pub struct EventFact {
    /// Which event.
    pub id: EventId,
    /// Event time.
    pub time: Timestamp,
    /// Calendar date at the place of the event.
    pub day: Date,
    /// The hand-over that it records, if it does.
    pub hand_over: Option<HandOver>,
    /// Canonical read point and business location.
    pub places: BTreeSet<String>,
    /// Everything on the event, and what its units contained at that time.
    pub things: BTreeSet<ThingId>,
}

/// Who handed over to whom.
#[derive(Clone, Debug, Default)]
pub struct HandOver {
    /// Parties at either end as owner, or as the place the goods left or reached.
    pub counterparties: BTreeSet<PartyId>,
    /// Of these, the ones at the receiving end.
    pub recipients: BTreeSet<PartyId>,
    /// Parties named only as possessor: they carry the goods, and what is inside is not their business.
    pub carriers: BTreeSet<PartyId>,
    /// The logistic units that the event itself names.
    pub units: BTreeSet<ThingId>,
}

/// A lot, unit or instance, as far as selectors depend on it.
#[derive(Clone, Debug)]
pub struct ThingFact {
    /// Which thing.
    pub id: ThingId,
    /// Every code and canonical identifier that the owner may select it by.
    pub codes: BTreeSet<String>,
    /// Of these, the ones that anybody who may see it knows: its lot code and what its identifier spells.
    pub names: BTreeSet<String>,
    /// 14-digit GTIN.
    pub gtin: Option<String>,
}

/// One lot came from another.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Derivation {
    /// Consumed.
    pub input: ThingId,
    /// Produced.
    pub output: ThingId,
}
