//! What the classification of an event proves about its lots, and what is known of these.

use std::{cell::RefCell, collections::BTreeMap};

use epcis::Event;
use fsma204::{Cte, Evidence, LotState, LotStates, classify};
use gs1::Identifier;
use lineage::{Stage, Stages, ThingKind};

/// What is known of things, for the classification of events.
pub(crate) struct Kinds(pub(crate) BTreeMap<String, ThingKind>);

impl LotStates for Kinds {
    fn state(&self, identifier: &Identifier) -> LotState {
        state(self.0.get(&identifier.canonical()).copied())
    }
}

/// Lots of which all is known alike, and which of them were asked for.
struct Alike {
    state: LotState,
    asked: RefCell<Vec<Identifier>>,
}

impl Alike {
    fn new(state: LotState) -> Self {
        Self { state, asked: RefCell::default() }
    }
}

impl LotStates for Alike {
    fn state(&self, identifier: &Identifier) -> LotState {
        self.asked.borrow_mut().push(identifier.clone());
        self.state
    }
}

fn state(kind: Option<ThingKind>) -> LotState {
    match kind {
        Some(ThingKind::HarvestLot) => LotState::PrePack,
        Some(ThingKind::TraceabilityLot) => LotState::Traceability,
        _ => LotState::Unknown,
    }
}

/// What the classification of an event may prove about its lots: one thing when one of those that it asks for is a
/// traceability lot, another when none is.
pub(crate) fn stages(event: &Event) -> Stages {
    let lots = Alike::new(LotState::Unknown);
    let unknown = stage(event, &lots);
    let asked = lots.asked.into_inner();
    if asked.is_empty() {
        return Stages::always(unknown);
    }
    Stages {
        decided_by: asked.iter().map(Identifier::canonical).collect(),
        unknown,
        packed: stage(event, &Alike::new(LotState::Traceability)),
    }
}

fn stage(event: &Event, lots: &impl LotStates) -> Stage {
    let classification = classify(event, lots);
    match classification.cte {
        Some(Cte::Harvesting | Cte::Cooling) => Stage::PrePack,
        Some(Cte::InitialPacking | Cte::InitialPackingFromExempt) => Stage::InitialPacking,
        Some(Cte::FirstLandBasedReceiving | Cte::ReceivingFromExempt | Cte::Transformation) => Stage::Creating,
        Some(Cte::Shipping | Cte::Receiving) if matches!(classification.evidence, Evidence::Stated) => Stage::Packed,
        Some(Cte::Shipping | Cte::Receiving) | None => Stage::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use epcis::{Binding, Item, Reader};

    use super::*;

    /// Every event of the chains, with every kind that the lots on it may be known as: what they are known as after it is
    /// what the classification proves that has seen each of them.
    #[test]
    fn what_lots_turn_out_to_be_is_decided_by_whether_one_is_a_traceability_lot() {
        let chains = [testkit::chains::chain_b(), testkit::chains::chain_c(), testkit::chains::chain_d()];
        let mut compared = 0;
        for document in &chains {
            for item in Reader::new(document.as_bytes(), Binding::Json) {
                let Item::Event { event, .. } = item.unwrap() else { continue };
                compared += compare(&event);
            }
        }
        assert!(compared > 50, "{compared}");
    }

    fn compare(event: &Event) -> usize {
        const KINDS: [Option<ThingKind>; 4] =
            [None, Some(ThingKind::Lot), Some(ThingKind::HarvestLot), Some(ThingKind::TraceabilityLot)];
        let stages = stages(event);
        let mut lots = stages.decided_by.clone();
        lots.sort();
        lots.dedup();
        let cases = KINDS.len().pow(u32::try_from(lots.len().min(5)).unwrap());
        for case in 0..cases {
            let kind = |place: usize| KINDS[case / KINDS.len().pow(u32::try_from(place.min(5)).unwrap()) % KINDS.len()];
            let known: BTreeMap<String, ThingKind> =
                lots.iter().enumerate().filter_map(|(place, lot)| Some((lot.clone(), kind(place)?))).collect();
            let given = stages.given(|lot| known.get(lot) == Some(&ThingKind::TraceabilityLot));
            let seen = stage(event, &Kinds(known.clone()));
            assert_eq!(after(event, given, &known), after(event, seen, &known), "{known:?} {event:?}");
        }
        cases
    }

    /// What the lots on an event are known as after it.
    fn after(event: &Event, stage: Stage, known: &BTreeMap<String, ThingKind>) -> Vec<ThingKind> {
        let mut reading = lineage::read(event);
        reading.prove(stage);
        let kind = |mention: &lineage::Mention| {
            known.get(&mention.identifier.canonical()).map_or(mention.kind, |known| mention.kind.max(*known))
        };
        reading.mentions.iter().map(kind).collect()
    }
}
