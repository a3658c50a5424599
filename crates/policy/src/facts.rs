//! What the tenant itself asserted, and nothing else: the only source of entitlement.

use std::collections::BTreeSet;

use domain::{EventId, PartyId, ThingId};
use jiff::Timestamp;

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
    /// Parties named as source or destination.
    pub parties: BTreeSet<PartyId>,
    /// Of these, the parties named as destination.
    pub recipients: BTreeSet<PartyId>,
    /// Canonical read point and business location.
    pub places: BTreeSet<String>,
    /// Everything on the event, and what its units contained at that time.
    pub things: BTreeSet<ThingId>,
}

/// A lot, unit or instance, as far as selectors depend on it.
#[derive(Clone, Debug)]
pub struct ThingFact {
    /// Which thing.
    pub id: ThingId,
    /// Every code and canonical identifier that names it.
    pub codes: BTreeSet<String>,
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
