//! Lots, parts of lots, and pallets on their way through the network.

use std::sync::Arc;

use crate::code::Spelled;

/// What a lot is in the eyes of the regulation.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum LotKind {
    /// Before initial packing; it has no traceability lot code.
    Harvest,
    /// A traceability lot.
    Traceability,
    /// An ingredient that is not on the Food Traceability List.
    Other,
}

/// A lot. It is gone when the last parcel of it is.
#[derive(Debug)]
pub(crate) struct Lot {
    pub(crate) name: Spelled,
    /// The traceability lot code.
    pub(crate) tlc: Option<String>,
    /// The site that assigned it.
    pub(crate) source: usize,
    /// UN/ECE Recommendation 20 code.
    pub(crate) uom: &'static str,
    /// The product: what it is in [`crate::atlas`] depends on the site.
    pub(crate) product: u32,
}

/// A part of a lot.
#[derive(Clone, Debug)]
pub(crate) struct Parcel {
    pub(crate) lot: Arc<Lot>,
    pub(crate) amount: u32,
    /// The store only infers that it is this lot.
    pub(crate) inferred: bool,
}

impl Parcel {
    pub(crate) fn new(lot: &Arc<Lot>, amount: u32) -> Self {
        Self { lot: Arc::clone(lot), amount, inferred: false }
    }

    /// Takes up to `amount` away.
    pub(crate) fn split(&mut self, amount: u32) -> Self {
        let amount = amount.min(self.amount);
        self.amount -= amount;
        Self { lot: Arc::clone(&self.lot), amount, inferred: self.inferred }
    }
}

/// Parcels with those of one lot put together.
pub(crate) fn merged(parcels: Vec<Parcel>) -> Vec<Parcel> {
    let mut merged: Vec<Parcel> = Vec::with_capacity(parcels.len());
    for parcel in parcels {
        match merged.iter_mut().find(|known| Arc::ptr_eq(&known.lot, &parcel.lot)) {
            Some(known) => known.amount += parcel.amount,
            None => merged.push(parcel),
        }
    }
    merged
}

/// A pallet with a code, and what is on it.
#[derive(Debug)]
pub(crate) struct Pallet {
    pub(crate) name: Spelled,
    pub(crate) company: usize,
    pub(crate) serial: u32,
    pub(crate) parcels: Vec<Parcel>,
    /// Pallets stacked on this one.
    pub(crate) stacked: Vec<Pallet>,
}

impl Pallet {
    /// Everything on it, stacked pallets included.
    pub(crate) fn contents(&self) -> Vec<&Parcel> {
        self.parcels.iter().chain(self.stacked.iter().flat_map(Pallet::contents)).collect()
    }

    pub(crate) fn into_contents(self) -> Vec<Parcel> {
        self.parcels.into_iter().chain(self.stacked.into_iter().flat_map(Pallet::into_contents)).collect()
    }
}

/// Goods on the road.
#[derive(Debug)]
pub(crate) struct Consignment {
    /// The day on which they arrive.
    pub(crate) day: u32,
    pub(crate) from: usize,
    pub(crate) pallets: Vec<Pallet>,
    pub(crate) loose: Vec<Parcel>,
    /// The number of the shipping notice.
    pub(crate) document: String,
}
