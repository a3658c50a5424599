//! Initial packing of sprouts: one row per seed lot (and per repacker of it), beside the rows of the packing.

use domain::{fsma_members, fsma_text};
use epcis::{Extension, Value};
use gs1::Identifier;
use jiff::civil::Date;

use super::facts::Facts;
use crate::{LocationDescription, Records, ReferenceDocument, Row, Sheet, row::RowBuilder, stated};

/// §1.1330(b), from `fsma:sproutSeedRecord`; nothing when the event has none.
pub(super) fn seeds<R: Records>(facts: &Facts<'_, R>) -> Vec<Row> {
    let records = facts.stated().all("sproutSeedRecord");
    let rows = records.into_iter().map(Value::members).filter(|members| !members.is_empty()).flat_map(|members| {
        let repackers = fsma_members(members, "repackers");
        if repackers.is_empty() {
            vec![seed(facts, members, &[])]
        } else {
            repackers.into_iter().map(|repacker| seed(facts, members, repacker.members())).collect()
        }
    });
    rows.collect()
}

fn seed<R: Records>(facts: &Facts<'_, R>, record: &[Extension], repacker: &[Extension]) -> Row {
    let mut documents = ReferenceDocument::stated(record);
    if documents.is_empty() {
        documents = ReferenceDocument::of(facts.event);
    }
    RowBuilder::new(Sheet::InitialPackingSprouts)
        .location(place(facts, record, "grower").as_ref())
        .date(date(record, "growerHarvestDate"))
        .location(place(facts, record, "conditioner").as_ref())
        .text(fsma_text(record, "conditioningLotCode"))
        .date(date(record, "conditioningDate"))
        .location(place(facts, record, "packinghouse").as_ref())
        .date(date(record, "packingDate"))
        .text(fsma_text(record, "packinghouseLotCode"))
        .location(place(facts, repacker, "location").as_ref())
        .date(date(repacker, "date"))
        .text(fsma_text(repacker, "lotCode"))
        .location(place(facts, record, "supplier").as_ref())
        .text(fsma_text(record, "supplierMasterLot"))
        .text(fsma_text(record, "supplierSubLot"))
        .text(fsma_text(record, "sprouterSeedLot"))
        .text(fsma_text(record, "seedType"))
        .text(fsma_text(record, "growingSpecifications"))
        .text(fsma_text(record, "packaging"))
        .text(fsma_text(record, "antimicrobialTreatment"))
        .date(date(record, "receivedDate"))
        .documents(&documents)
        .finish()
}

fn place<R: Records>(facts: &Facts<'_, R>, members: &[Extension], local: &str) -> Option<LocationDescription> {
    facts.described(fsma_text(members, local).map(Identifier::new))
}

fn date(members: &[Extension], local: &str) -> Option<Date> {
    fsma_text(members, local).and_then(stated::date)
}
