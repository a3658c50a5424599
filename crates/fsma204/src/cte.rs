//! The critical tracking events.

use std::{fmt, str::FromStr};

use crate::Sheet;

/// A critical tracking event (21 CFR 1.1310), with the two record variants for food from exempt suppliers.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Cte {
    /// §1.1325(a).
    Harvesting,
    /// §1.1325(b).
    Cooling,
    /// §1.1330(a).
    InitialPacking,
    /// §1.1330(c).
    InitialPackingFromExempt,
    /// §1.1335.
    FirstLandBasedReceiving,
    /// §1.1340.
    Shipping,
    /// §1.1345(a).
    Receiving,
    /// §1.1345(b).
    ReceivingFromExempt,
    /// §1.1350.
    Transformation,
}

/// Why a word is not a critical tracking event.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{0}` is not a critical tracking event such as `initialPacking`")]
pub struct UnknownCte(String);

impl Cte {
    /// All of them, in the order of the food's way.
    pub const ALL: [Self; 9] = [
        Self::Harvesting,
        Self::Cooling,
        Self::InitialPacking,
        Self::InitialPackingFromExempt,
        Self::FirstLandBasedReceiving,
        Self::Shipping,
        Self::Receiving,
        Self::ReceivingFromExempt,
        Self::Transformation,
    ];

    /// The word of `fsma:cte`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Harvesting => "harvesting",
            Self::Cooling => "cooling",
            Self::InitialPacking => "initialPacking",
            Self::InitialPackingFromExempt => "initialPackingFromExempt",
            Self::FirstLandBasedReceiving => "firstLandBasedReceiving",
            Self::Shipping => "shipping",
            Self::Receiving => "receiving",
            Self::ReceivingFromExempt => "receivingFromExempt",
            Self::Transformation => "transformation",
        }
    }

    /// The sheet of FDA's spreadsheet that holds its records.
    pub fn sheet(self) -> Sheet {
        match self {
            Self::Harvesting => Sheet::Harvesting,
            Self::Cooling => Sheet::Cooling,
            Self::InitialPacking => Sheet::InitialPacking,
            Self::InitialPackingFromExempt => Sheet::InitialPackingFromExempt,
            Self::FirstLandBasedReceiving => Sheet::FirstLandBasedReceiving,
            Self::Shipping => Sheet::Shipping,
            Self::Receiving => Sheet::Receiving,
            Self::ReceivingFromExempt => Sheet::ReceivingFromExempt,
            Self::Transformation => Sheet::Transformation,
        }
    }

    /// Whether the event gives a food its traceability lot code.
    pub fn assigns_lot_code(self) -> bool {
        matches!(
            self,
            Self::InitialPacking
                | Self::InitialPackingFromExempt
                | Self::FirstLandBasedReceiving
                | Self::ReceivingFromExempt
                | Self::Transformation
        )
    }
}

impl fmt::Display for Cte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Cte {
    type Err = UnknownCte;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let word = word.trim();
        Self::ALL.into_iter().find(|cte| cte.word() == word).ok_or_else(|| UnknownCte(word.to_owned()))
    }
}
