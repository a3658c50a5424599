//! Harvesting and cooling: one row per load.

use epcis::Event;

use super::facts::{Facts, Part, here};
use crate::{ProductDescription, Records, ReferenceDocument, Row, Sheet, origin::Origin, row::RowBuilder};

/// §1.1325(a).
pub(super) fn harvested(event: &Event, records: &impl Records) -> Vec<Row> {
    let facts = Facts::new(event, records);
    let documents = ReferenceDocument::of(event);
    let harvested_on = facts.stated().date("harvestDate").unwrap_or_else(|| facts.date());
    let rows = loads(&facts).into_iter().map(|load| {
        let history = records.events_of(&load.class);
        let origin = Origin::new(event, &history);
        let recipient = facts.to().or_else(|| facts.described(origin.sent_on_from(here(event).as_ref())));
        foods(RowBuilder::new(Sheet::Harvesting).location(recipient.as_ref()), &facts, &load)
            .location(facts.here().as_ref())
            .text(field(&facts, event))
            .text(facts.stated().text("aquacultureContainerName"))
            .date(Some(harvested_on))
            .documents(&documents)
            .finish()
    });
    rows.collect()
}

/// §1.1325(b).
pub(super) fn cooled(event: &Event, records: &impl Records) -> Vec<Row> {
    let facts = Facts::new(event, records);
    let documents = ReferenceDocument::of(event);
    let cooled_on = facts.stated().date("coolingDate").unwrap_or_else(|| facts.date());
    let rows = loads(&facts).into_iter().map(|load| {
        let history = records.events_of(&load.class);
        let origin = Origin::new(event, &history);
        let recipient = facts.to().or_else(|| facts.described(origin.sent_on_from(here(event).as_ref())));
        foods(RowBuilder::new(Sheet::Cooling).location(recipient.as_ref()), &facts, &load)
            .location(facts.here().as_ref())
            .date(Some(cooled_on))
            .location(facts.described(facts.stated().identifier("farm").or_else(|| origin.farm())).as_ref())
            .documents(&documents)
            .finish()
    });
    rows.collect()
}

fn loads<R: Records>(facts: &Facts<'_, R>) -> Vec<Part> {
    facts.parts(&facts.event.epc_list, &facts.event.quantity_list)
}

/// Commodity, variety, quantity, unit of measure.
fn foods<R: Records>(row: RowBuilder, facts: &Facts<'_, R>, load: &Part) -> RowBuilder {
    let food = raw_food(facts, load);
    row.text(food.commodity).text(food.variety).amount(Some(&load.amount))
}

/// Commodity and variety of a raw food: as the event states them, else as the product is described.
pub(super) fn raw_food<R: Records>(facts: &Facts<'_, R>, load: &Part) -> ProductDescription {
    let known = facts.product(&load.class).unwrap_or_default();
    let stated = |local: &str| facts.stated().text(local).map(str::to_owned);
    ProductDescription {
        commodity: stated("commodity").or(known.commodity),
        variety: stated("variety").or(known.variety),
        ..ProductDescription::default()
    }
}

/// The grower's name of the field where `harvest` happened. A GLN extension of the business location is that name by
/// the usage of GS1 US; a business location of its own is told by its business name.
pub(super) fn field<R: Records>(facts: &Facts<'_, R>, harvest: &Event) -> Option<String> {
    let stated = crate::stated::Stated(harvest);
    if let Some(name) = stated.text("growingAreaName") {
        return Some(name.to_owned());
    }
    if stated.has("aquacultureContainerName") {
        return None;
    }
    let area = &harvest.biz_location.as_ref()?.id;
    if let gs1::Key::Gln { extension: Some(name), .. } = area.key() {
        return Some(name.to_string());
    }
    if harvest.read_point.as_ref().is_none_or(|farm| &farm.id == area) {
        return None;
    }
    facts.place(area).and_then(|place| place.business_name)
}
