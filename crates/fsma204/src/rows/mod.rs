//! The rows that an event gives.

pub(crate) mod facts;
mod harvest;
mod landing;
mod packing;
mod sprouts;
mod transfer;
mod transformation;

use epcis::Event;

use crate::{Cte, Records, Row};

/// The rows of FDA's spreadsheet that an event gives as the critical tracking event `cte`.
///
/// What the event itself says comes first, then what `records` know. A value that nobody knows is an empty cell; see
/// [`Row::missing`].
pub fn rows(event: &Event, cte: Cte, records: &impl Records) -> Vec<Row> {
    match cte {
        Cte::Harvesting => harvest::harvested(event, records),
        Cte::Cooling => harvest::cooled(event, records),
        Cte::InitialPacking => packing::packed(event, records),
        Cte::InitialPackingFromExempt => packing::packed_from_exempt(event, records),
        Cte::FirstLandBasedReceiving => landing::landed(event, records),
        Cte::Shipping => transfer::shipped(event, records),
        Cte::Receiving => transfer::received(event, records),
        Cte::ReceivingFromExempt => transfer::received_from_exempt(event, records),
        Cte::Transformation => transformation::transformed(event, records),
    }
}
