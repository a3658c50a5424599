//! First land-based receiving: one row per lot.

use domain::{fsma_members, fsma_text};
use epcis::Event;
use jiff::civil::Date;

use super::facts::Facts;
use crate::{Records, ReferenceDocument, Row, Sheet, row::RowBuilder, stated};

/// §1.1335. A species in lot master data says that the fish is unpackaged; without one, a packaging style says that it is
/// packaged, and what is neither goes by its product name.
pub(super) fn landed(event: &Event, records: &impl Records) -> Vec<Row> {
    let facts = Facts::new(event, records);
    let landed_on = facts.stated().date("landingDate").unwrap_or_else(|| facts.date());
    let documents = ReferenceDocument::of(event);
    let rows = facts.parts(&event.epc_list, &event.quantity_list).into_iter().map(|part| {
        let product = facts.product(&part.class);
        let species = species(&facts);
        let style = product.as_ref().and_then(|product| product.packaging_style.as_ref());
        let packaged = species.is_none() && style.is_some();
        let name = || product.as_ref().and_then(|product| product.product_name.clone());
        let species = species.or_else(|| name().filter(|_| !packaged));
        RowBuilder::new(Sheet::FirstLandBasedReceiving)
            .text(facts.tlc(&part.class))
            .text(species)
            .product(product.as_ref().filter(|_| packaged))
            .amount(Some(&part.amount))
            .date(trip(&facts, ["harvestDateStart", "harvestStartDate", "vesselTripStart"]))
            .date(trip(&facts, ["harvestDateEnd", "harvestEndDate", "vesselTripEnd"]))
            .text(catch_locations(&facts))
            .location(facts.here().as_ref())
            .text(facts.source_reference(&part.class))
            .date(Some(landed_on))
            .documents(&documents)
            .finish()
    });
    rows.collect()
}

fn species<R: Records>(facts: &Facts<'_, R>) -> Option<String> {
    let names = ["fishType", "speciesForFisheryStatisticsPurposesName"];
    let mut stated = names.into_iter().map(|local| facts.stated().master_data(local));
    stated.find(|texts| !texts.is_empty()).map(|texts| texts.join(", "))
}

fn trip<R: Records>(facts: &Facts<'_, R>, names: [&str; 3]) -> Option<Date> {
    names.into_iter().find_map(|local| facts.stated().master_data(local).into_iter().find_map(stated::date))
}

/// The areas of the trip: typed ones as `FAO 31`, else the codes of lot master data.
fn catch_locations<R: Records>(facts: &Facts<'_, R>) -> Option<String> {
    let typed = facts.stated().all("catchLocations").into_iter().filter_map(|entry| {
        let code = fsma_text(entry.members(), "code")?;
        let scheme = fsma_members(entry.members(), "scheme").into_iter().find_map(epcis::Value::as_text);
        Some(scheme.map_or_else(|| code.to_owned(), |scheme| format!("{scheme} {code}")))
    });
    let mut areas: Vec<String> = typed.collect();
    if areas.is_empty() {
        areas.extend(facts.stated().master_data("catchZone").into_iter().map(str::to_owned));
    }
    if areas.is_empty() {
        areas.extend(facts.stated().catch_areas().into_iter().map(str::to_owned));
    }
    (!areas.is_empty()).then(|| areas.join("; "))
}
