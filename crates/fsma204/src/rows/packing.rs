//! Initial packing: one row per received load and packed lot.

use domain::fsma_text;
use epcis::Event;

use super::{
    facts::{Facts, Part},
    harvest::{field, raw_food},
    sprouts,
};
use crate::{
    LotState, Records, ReferenceDocument, Row, Sheet, amount::Amount, classify::non_ftl_inputs, origin::Origin,
    row::RowBuilder,
};

/// §1.1330(a).
pub(super) fn packed(event: &Event, records: &impl Records) -> Vec<Row> {
    let facts = Facts::new(event, records);
    let mut rows = packed_loads(&facts, &loads(&facts));
    rows.extend(sprouts::seeds(&facts));
    rows
}

/// The rows of §1.1330(a) for some of the inputs of an event.
pub(super) fn packed_loads<R: Records>(facts: &Facts<'_, R>, loads: &[Part]) -> Vec<Row> {
    each_pair(facts, loads, |load, lot| {
        let history = facts.records.events_of(&load.class);
        let origin = Origin::new(facts.event, &history);
        let row = received(RowBuilder::new(Sheet::InitialPacking), facts, &origin, load);
        let row = harvested(row, facts, &origin);
        let row = cooled(row, facts, &origin);
        assigned(row, facts, lot)
    })
}

/// §1.1330(c).
pub(super) fn packed_from_exempt(event: &Event, records: &impl Records) -> Vec<Row> {
    let facts = Facts::new(event, records);
    let mut rows = each_pair(&facts, &loads(&facts), |load, lot| {
        let history = records.events_of(&load.class);
        let origin = Origin::new(event, &history);
        let person = facts.described(facts.stated().exempt_party()).or_else(|| facts.from());
        let person = person.or_else(|| facts.described(origin.supplier()));
        let row = received(RowBuilder::new(Sheet::InitialPackingFromExempt), &facts, &origin, load);
        assigned(row.location(person.as_ref()), &facts, lot)
    });
    rows.extend(sprouts::seeds(&facts));
    rows
}

/// The raw foods of a packing event: all inputs but those that are off the list or packed already.
fn loads<R: Records>(facts: &Facts<'_, R>) -> Vec<Part> {
    let event = facts.event;
    let not_listed = non_ftl_inputs(event);
    let mut loads = facts.parts(&event.input_epc_list, &event.input_quantity_list);
    loads.retain(|load| !not_listed.contains(&load.class));
    if loads.iter().any(|load| facts.records.state(&load.class) == LotState::PrePack) {
        loads.retain(|load| facts.records.state(&load.class) != LotState::Traceability);
    }
    loads
}

/// Rows for every load and every lot packed.
fn each_pair<R: Records>(facts: &Facts<'_, R>, loads: &[Part], row: impl Fn(&Part, &Part) -> Row) -> Vec<Row> {
    let lots = facts.parts(&facts.event.output_epc_list, &facts.event.output_quantity_list);
    lots.iter().flat_map(|lot| loads.iter().map(|load| row(load, lot))).collect()
}

/// Commodity, variety, date received, quantity received.
fn received<R: Records>(row: RowBuilder, facts: &Facts<'_, R>, origin: &Origin<'_>, load: &Part) -> RowBuilder {
    let food = raw_food(facts, load);
    let on = facts.stated().date("dateReceived").or_else(|| origin.received_on());
    let stated = facts.stated().tree("quantityReceived").map(|members| {
        let quantity = fsma_text(members, "quantity").and_then(|digits| digits.parse().ok());
        Amount::new(quantity, fsma_text(members, "uom"))
    });
    let amount = stated.or_else(|| origin.received_amount(&load.class)).unwrap_or_else(|| load.amount.clone());
    row.text(food.commodity).text(food.variety).date(on).amount(Some(&amount))
}

/// Farm, field, container, harvester, date of harvest.
fn harvested<R: Records>(row: RowBuilder, facts: &Facts<'_, R>, origin: &Origin<'_>) -> RowBuilder {
    let stated = facts.stated();
    let farm = facts.described(stated.identifier("farm").or_else(|| origin.farm()));
    let own_field = stated.text("growingAreaName").map(str::to_owned);
    let container = stated.text("aquacultureContainerName").or_else(|| origin.container());
    let (name, phone) = harvester(facts, origin);
    let on = stated
        .date("harvestDate")
        .or_else(|| stated.master_data("harvestDate").into_iter().find_map(crate::stated::date));
    row.location(farm.as_ref())
        .text(own_field.or_else(|| origin.harvest().and_then(|harvest| field(facts, harvest))))
        .text(container)
        .text(name)
        .text(phone)
        .date(on.or_else(|| origin.harvested_on()))
}

/// Business name and phone number of the harvester: as stated here or at the harvest, else those of the owner that the
/// load left the farm with.
fn harvester<R: Records>(facts: &Facts<'_, R>, origin: &Origin<'_>) -> (Option<String>, Option<String>) {
    let stated = facts.stated().tree("harvester").or_else(|| origin.harvester());
    let text = |local: &str| stated.and_then(|members| fsma_text(members, local)).map(str::to_owned);
    let party = text("party").map(gs1::Identifier::new).or_else(|| origin.harvesting_party());
    let known = facts.described(party).unwrap_or_default();
    (text("businessName").or(known.business_name), text("phone").or(known.phone))
}

fn cooled<R: Records>(row: RowBuilder, facts: &Facts<'_, R>, origin: &Origin<'_>) -> RowBuilder {
    let place = facts.stated().identifier("coolingLocation").or_else(|| origin.cooled_at());
    let on = facts.stated().date("coolingDate").or_else(|| origin.cooled_on());
    row.location(facts.described(place).as_ref()).date(on)
}

/// Lot code, product, quantity packed, place, date, documents.
fn assigned<R: Records>(row: RowBuilder, facts: &Facts<'_, R>, lot: &Part) -> Row {
    row.text(facts.tlc(&lot.class))
        .product(facts.product(&lot.class).as_ref())
        .amount(Some(&lot.amount))
        .location(facts.here().as_ref())
        .text(facts.source_reference(&lot.class))
        .date(Some(facts.date()))
        .documents(&ReferenceDocument::of(facts.event))
        .finish()
}
