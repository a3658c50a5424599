//! Transformation: one row per input lot and output lot.

use epcis::Event;

use super::{
    facts::{Facts, Part},
    packing, sprouts,
};
use crate::{LotState, Records, ReferenceDocument, Row, Sheet, classify::non_ftl_inputs, row::RowBuilder};

/// §1.1350(a), and §1.1350(b) for inputs that were never packed: their records are those of initial packing.
pub(super) fn transformed(event: &Event, records: &impl Records) -> Vec<Row> {
    let facts = Facts::new(event, records);
    let not_listed = non_ftl_inputs(event);
    let mut inputs = facts.parts(&event.input_epc_list, &event.input_quantity_list);
    let recorded = !inputs.is_empty();
    inputs.retain(|input| !not_listed.contains(&input.class));
    let (raw, lots): (Vec<Part>, Vec<Part>) =
        inputs.into_iter().partition(|input| records.state(&input.class) == LotState::PrePack);
    let outputs = facts.parts(&event.output_epc_list, &event.output_quantity_list);
    let mut rows = packing::packed_loads(&facts, &raw);
    rows.extend(sprouts::seeds(&facts));
    for output in &outputs {
        for input in &lots {
            let row = RowBuilder::new(Sheet::Transformation)
                .text(facts.tlc(&input.class))
                .product(facts.product(&input.class).as_ref())
                .amount(Some(&input.amount));
            rows.push(produced(row, &facts, output));
        }
        if lots.is_empty() && raw.is_empty() {
            rows.push(produced(without_input(recorded), &facts, output));
        }
    }
    rows
}

/// The input columns of a food made from nothing on the list, or from inputs that were not recorded.
fn without_input(recorded: bool) -> RowBuilder {
    let row = RowBuilder::new(Sheet::Transformation);
    if recorded { row.repeat("n/a (Ingredients not on FTL)", 1).repeat("n/a", 8) } else { row.skip(9) }
}

fn produced<R: Records>(row: RowBuilder, facts: &Facts<'_, R>, output: &Part) -> Row {
    row.text(facts.tlc(&output.class))
        .location(facts.here().as_ref())
        .text(facts.source_reference(&output.class))
        .date(Some(facts.date()))
        .product(facts.product(&output.class).as_ref())
        .amount(Some(&output.amount))
        .documents(&ReferenceDocument::of(facts.event))
        .finish()
}
