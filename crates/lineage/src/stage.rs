//! What the classification of an event proves about its lots, once it is known what these are.

use crate::{Mention, Reading, Role, ThingKind};

/// What the regulation's classification of an event proves about the lots on it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stage {
    /// Harvesting, cooling: everything on the event is a harvest lot.
    PrePack,
    /// Initial packing: inputs are harvest lots, outputs traceability lots.
    InitialPacking,
    /// Land-based receiving, transformation: what the event creates is a traceability lot.
    Creating,
    /// Shipping or receiving that says of itself that the regulation applies: everything is a traceability lot.
    Packed,
    /// Nothing. Shipping and receiving look alike before and after initial packing.
    Unknown,
}

/// The stages that an event may turn out to be of. Which one depends on what is known of some of the lots on it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stages {
    /// The canonical identifiers of the lots that decide; empty where the event alone does.
    pub decided_by: Vec<String>,
    /// As long as none of them is a traceability lot. That they are harvest lots proves nothing more of any lot.
    pub unknown: Stage,
    /// When one of them is a traceability lot.
    pub packed: Stage,
}

impl Stages {
    /// Whatever is known of the lots.
    pub fn always(stage: Stage) -> Self {
        Self { decided_by: Vec::new(), unknown: stage, packed: stage }
    }

    /// The stage, where these are known as traceability lots.
    pub fn given(&self, is_packed: impl Fn(&str) -> bool) -> Stage {
        if self.decided_by.iter().any(|lot| is_packed(lot)) { self.packed } else { self.unknown }
    }
}

impl Reading {
    /// Says of the lots on the event what its stage proves.
    pub fn prove(&mut self, stage: Stage) {
        for mention in &mut self.mentions {
            mention.kind = stage.kind_of(mention);
        }
    }
}

impl Stage {
    /// What a thing is that an event of this stage mentions so.
    pub fn kind_of(self, mention: &Mention) -> ThingKind {
        if mention.kind != ThingKind::Lot {
            return mention.kind;
        }
        match (self, mention.role) {
            (Self::PrePack, _) | (Self::InitialPacking, Role::Input) => ThingKind::HarvestLot,
            (Self::InitialPacking | Self::Packed, _) => ThingKind::TraceabilityLot,
            (Self::Creating, _) if mention.creates => ThingKind::TraceabilityLot,
            (Self::Creating | Self::Unknown, _) => ThingKind::Lot,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_traceability_lot_decides() {
        let stages = Stages {
            decided_by: vec!["a".to_owned(), "b".to_owned()],
            unknown: Stage::InitialPacking,
            packed: Stage::Creating,
        };
        assert_eq!(stages.given(|lot| lot == "b"), Stage::Creating);
        assert_eq!(stages.given(|lot| lot == "c"), Stage::InitialPacking);
        assert_eq!(Stages::always(Stage::PrePack).given(|_| true), Stage::PrePack);
    }
}
