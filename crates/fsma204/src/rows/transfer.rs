//! Shipping and receiving: one row per lot and shipment.

use epcis::Event;

use super::facts::{Facts, Part, Source};
use crate::{LotState, Records, ReferenceDocument, Row, Sheet, row::RowBuilder};

/// §1.1340(a).
pub(super) fn shipped(event: &Event, records: &impl Records) -> Vec<Row> {
    let facts = Facts::new(event, records);
    let from = facts.here().or_else(|| facts.from());
    let to = facts.to();
    let documents = ReferenceDocument::of(event);
    let rows = moved(&facts).into_iter().map(|part| {
        let row = RowBuilder::new(Sheet::Shipping)
            .text(facts.tlc(&part.class))
            .amount(Some(&part.amount))
            .product(facts.product(&part.class).as_ref())
            .location(to.as_ref())
            .location(from.as_ref())
            .date(Some(facts.date()));
        source(row, &facts.source(&part.class)).documents(&documents).finish()
    });
    rows.collect()
}

/// §1.1345(a).
pub(super) fn received(event: &Event, records: &impl Records) -> Vec<Row> {
    let facts = Facts::new(event, records);
    let (from, here) = (facts.from(), facts.here().or_else(|| facts.to()));
    let documents = ReferenceDocument::of(event);
    let rows = moved(&facts).into_iter().map(|part| {
        let row = RowBuilder::new(Sheet::Receiving)
            .text(facts.tlc(&part.class))
            .amount(Some(&part.amount))
            .product(facts.product(&part.class).as_ref())
            .location(from.as_ref())
            .location(here.as_ref())
            .date(Some(facts.date()));
        source(row, &facts.source(&part.class)).documents(&documents).finish()
    });
    rows.collect()
}

/// §1.1345(b): the place of receipt is the source of the lot code.
pub(super) fn received_from_exempt(event: &Event, records: &impl Records) -> Vec<Row> {
    let facts = Facts::new(event, records);
    let from = facts.from().or_else(|| facts.described(facts.stated().exempt_party()));
    let here = facts.here().or_else(|| facts.to());
    let documents = ReferenceDocument::of(event);
    let rows = moved(&facts).into_iter().map(|part| {
        RowBuilder::new(Sheet::ReceivingFromExempt)
            .text(facts.tlc(&part.class))
            .amount(Some(&part.amount))
            .product(facts.product(&part.class).as_ref())
            .location(from.as_ref())
            .location(here.as_ref())
            .text(facts.source_reference(&part.class))
            .date(Some(facts.date()))
            .documents(&documents)
            .finish()
    });
    rows.collect()
}

/// The traceability lots that the event moves; loads that are not yet packed leave no record.
///
/// An aggregation names what is in its parent; only when it names nothing are the records asked for the content.
fn moved<R: Records>(facts: &Facts<'_, R>) -> Vec<Part> {
    let event = facts.event;
    let children = facts.parts(&event.child_epcs, &event.child_quantity_list);
    let objects = facts.parts(&event.epc_list, &event.quantity_list);
    let mut parts: Vec<Part> = children.into_iter().chain(objects).collect();
    if parts.is_empty() {
        parts = facts.parts(&event.parent_id, &[]);
    }
    parts.retain(|part| facts.records.state(&part.class) != LotState::PrePack);
    parts
}

/// The location description of the source, or the reference in its place.
fn source(row: RowBuilder, source: &Source) -> RowBuilder {
    let row = match (&source.location, &source.reference) {
        (None, Some(_)) => row.repeat("n/a (See Traceability Lot Code Source Reference)", 7),
        (location, _) => row.location(location.as_ref()),
    };
    row.text(source.reference.clone())
}
