//! What network is wanted.

/// What network is wanted. The same plan gives the same events on every machine.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Plan {
    /// Another seed is another network of the same shape.
    pub seed: u64,
    /// How many events to tell. More events are more days of the same network: lots have no longer lineages.
    pub events: u64,
    /// Stores of the retailer; everything else is sized after them.
    pub stores: u32,
    /// How often something goes wrong, or is said in another way than usual.
    pub shares: Shares,
    /// Events between the beginnings of two sets of landmarks; 0 for a network without them.
    pub landmarks_every: u64,
    /// Days after which the code of an emptied pallet may be given again.
    pub pallet_rest_days: u32,
}

/// How often something happens, in cases of ten thousand.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Shares {
    /// Events that are recorded hours or days later, after events that depend on them.
    pub late: u32,
    /// Events that come again as they are.
    pub duplicate: u32,
    /// Shipments that the receiver records as well, under an event identifier of its own.
    pub both_sides: u32,
    /// Receipts and transformations that are recorded wrongly, declared wrong and recorded anew.
    pub corrected: u32,
    /// Events without an identifier.
    pub without_id: u32,
    /// Events whose identifier is their hash.
    pub hash_id: u32,
    /// Lots on a store's receipts of which it only infers which they are.
    pub inferred: u32,
    /// Lots whose code is changed when they are shipped, against §1.1320(b).
    pub changed_code: u32,
    /// Shipments and receipts that lack key data elements.
    pub missing: u32,
    /// Transformations that consume whole pallets, named by their SSCC.
    pub pallet_input: u32,
    /// Transformations told in two events with one `transformationID`.
    pub in_two_events: u32,
    /// Pallets for stores that were emptied and get the code of one emptied long ago.
    pub reused_pallet: u32,
    /// Pallets that a store receives short.
    pub short: u32,
}

impl Default for Shares {
    fn default() -> Self {
        Self {
            late: 200,
            duplicate: 100,
            both_sides: 300,
            corrected: 50,
            without_id: 100,
            hash_id: 300,
            inferred: 100,
            changed_code: 10,
            missing: 100,
            pallet_input: 1_000,
            in_two_events: 500,
            reused_pallet: 500,
            short: 100,
        }
    }
}

impl Plan {
    /// A network of 100 stores with believable shares of everything.
    pub fn new(seed: u64, events: u64) -> Self {
        Self { seed, events, stores: 100, shares: Shares::default(), landmarks_every: 200_000, pallet_rest_days: 90 }
    }
}
