//! The rows of the spreadsheet for every keeper of chain A.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper that finds nothing fails its test")]

mod common;

use common::*;
use fsma204::{Cell, Row, Sheet, classify, rows};
use jiff::civil::date;

fn rows_of(key: &str, records: &Ledger) -> Vec<Row> {
    let event = a(key);
    let cte = classify(&event, records).cte;
    cte.map(|cte| rows(&event, cte, records)).unwrap_or_default()
}

/// The rows of a keeper who holds these events and no others.
fn kept(keys: &[&str]) -> Vec<Row> {
    let records = Ledger::holding(keys);
    keys.iter().flat_map(|key| rows_of(key, &records)).collect()
}

/// Sheets and numbers of rows.
fn counts(rows: &[Row]) -> Vec<(&'static str, usize)> {
    let count = |sheet: Sheet| rows.iter().filter(|row| row.sheet() == sheet).count();
    Sheet::ALL.into_iter().map(|sheet| (sheet.name(), count(sheet))).filter(|(_, count)| *count > 0).collect()
}

/// A cell as text, found by the end of its header.
fn cell(row: &Row, title: &str) -> String {
    let index = row.sheet().columns().iter().position(|column| column.title().starts_with(title)).unwrap();
    shown(&row.cells()[index])
}

fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Number(quantity) => quantity.spelled().to_owned(),
        Cell::Date(date) => date.strftime("%m/%d/%Y").to_string(),
        Cell::Empty => String::new(),
    }
}

#[track_caller]
fn assert_complete(rows: &[Row]) {
    for row in rows {
        assert_eq!(row.missing(), [], "{}", row.sheet().name());
    }
}

#[test]
fn harvester_keeps_two_harvesting_records() {
    let rows = kept(&["A1a", "A1b", "A1c"]);
    assert_eq!(counts(&rows), [("Harvesting", 2)]);
    assert_complete(&rows);
    assert_eq!(cell(&rows[0], "Location Description for the Immediate Subsequent"), "Cold Ridge Cooling");
    assert_eq!(cell(&rows[0], "For produce"), "HM-07");
    assert_eq!(cell(&rows[1], "Reference Document Number"), "HL-0814-12");
    assert_eq!(cell(&rows[1], "Quantity"), "9600");
    assert_eq!(cell(&rows[1], "Unit of Measure"), "lbs");
}

#[test]
fn cooler_keeps_two_cooling_records_with_the_farm_it_received_from() {
    let rows = kept(&["A2r", "A2a", "A2b", "A2t"]);
    assert_eq!(counts(&rows), [("Cooling", 2)]);
    assert_complete(&rows);
    assert_eq!(cell(&rows[0], "Location Description for the Immediate Subsequent"), "Valle Verde Packing – Plant 1");
    assert_eq!(cell(&rows[0], "Location Description for the Farm"), "Harbor Mesa Farms – Home Ranch");
    assert_eq!(cell(&rows[0], "Cooling Date"), "08/14/2028");
}

#[test]
fn packer_keeps_packing_and_shipping_but_no_receiving() {
    let rows = kept(&["A3r", "A3a", "A3b", "A4c", "A4a"]);
    assert_eq!(counts(&rows), [("Initial Packing", 2), ("Shipping", 4)]);
    assert_complete(&rows);
    assert_eq!(cell(&rows[0], "Receive Date"), "08/15/2028");
    assert_eq!(cell(&rows[0], "Quantity of the food received"), "18000");
    assert_eq!(cell(&rows[0], "Harvester Phone Number"), "+1 831 555 0133");
    assert_eq!(cell(&rows[0], "Harvesting Date"), "08/14/2028");
    assert_eq!(cell(&rows[0], "Location Description for where the Food was Cooled"), "Cold Ridge Cooling");
    assert_eq!(cell(&rows[0], "Traceability Lot Code"), "(01)19521003000173(10)VV28228A");
    assert_eq!(cell(&rows[0], "Quantity of Packed Food"), "690");
    assert_eq!(cell(&rows[0], "Traceability Lot Code Source Reference"), "FFRN:19990000003");
    assert_eq!(cell(&rows[1], "For Produce"), "HM-12");
}

#[test]
fn packer_without_fields_of_its_own_takes_them_from_the_events_of_the_load() {
    let mut packing = a("A3a");
    packing.extensions.clear();
    let records = Ledger::holding(&["A1a", "A1c", "A2r", "A2a", "A2t", "A3r"]);
    let rows = rows(&packing, classify(&packing, &records).cte.unwrap(), &records);
    let [row] = rows.as_slice() else { panic!("one load, one lot") };
    assert_eq!(cell(row, "Location Description for the Farm"), "Harbor Mesa Farms – Home Ranch");
    assert_eq!(cell(row, "For Produce"), "HM-07");
    assert_eq!(cell(row, "Harvester Business Name"), "Tres Robles Harvest Crew, Inc.");
    assert_eq!(cell(row, "Harvesting Date"), "08/14/2028");
    assert_eq!(cell(row, "Location Description for where the Food was Cooled"), "Cold Ridge Cooling");
    assert_eq!(cell(row, "Cooling Date"), "08/14/2028");
    assert_eq!(cell(row, "Receive Date"), "08/15/2028");
}

#[test]
fn processor_keeps_receiving_transformation_and_shipping() {
    let rows = kept(&["A5", "A6", "A7"]);
    assert_eq!(counts(&rows), [("Shipping", 1), ("Receiving", 2), ("Transformation", 2)]);
    assert_complete(&rows);
    let shipped = rows.last().unwrap();
    assert_eq!(cell(shipped, "Quantity"), "1200", "80 on the pallet and 1,120 loose cases are one lot in one shipment");
    assert_eq!(cell(shipped, "Shipping Date"), "08/17/2028");
}

#[test]
fn transformation_pairs_inputs_with_outputs_and_passes_over_carrots() {
    let rows = kept(&["A6"]);
    let shown: Vec<String> = rows[0].cells().iter().map(shown).collect();
    let expected = [
        "(01)19521003000173(10)VV28228A",
        "Romaine Lettuce 24 ct",
        "Valle Verde",
        "Lettuce",
        "Romaine",
        "25 lb",
        "carton",
        "400",
        "cases",
        "(01)19521004000318(10)BL28230-2A",
        "BrightLeaf Fresh Foods – Tracy",
        "+1 209 555 0166",
        "2600 Grant Line Rd",
        "Tracy",
        "CA",
        "95377",
        "US",
        "",
        "08/17/2028",
        "Garden Romaine Blend",
        "BrightLeaf",
        "Leafy greens, fresh-cut",
        "Romaine + carrot",
        "12 × 10 oz (7.5 lb)",
        "case of bags",
        "1600",
        "cases",
        "Work Order",
        "WO-BL-28230-2",
        "",
        "",
    ];
    assert_eq!(shown, expected);
    assert_eq!(cell(&rows[1], "Traceability Lot Code for the FTL Food"), "(01)19521003000173(10)VV28228B");
    assert_eq!(cell(&rows[1], "Quantity of the food from this"), "100");
}

#[test]
fn distribution_centre_keeps_three_receipts_and_five_shipments() {
    let rows = kept(&["A8a", "A8b", "A9p", "A9a", "A9b"]);
    assert_eq!(counts(&rows), [("Shipping", 5), ("Receiving", 3)]);
    assert_complete(&rows);
    assert_eq!(cell(&rows[2], "Quantity"), "1198");
    let sources: Vec<_> = rows[3..6]
        .iter()
        .map(|row| {
            let source = cell(row, "Location Description for the Traceability Lot Code Source - Business Name");
            (source, cell(row, "Traceability Lot Code Source Reference"))
        })
        .collect();
    let see = "n/a (See Traceability Lot Code Source Reference)".to_owned();
    assert_eq!(
        sources,
        [
            ("BrightLeaf Fresh Foods – Tracy".to_owned(), String::new()),
            (see.clone(), "FFRN:19990000003".to_owned()),
            (see, "FFRN:19990000003".to_owned()),
        ]
    );
}

#[test]
fn stores_keep_receiving_records_whether_or_not_they_opened_the_pallet() {
    let first = kept(&["A10a"]);
    let second = kept(&["A10b"]);
    assert_eq!(counts(&first), [("Receiving", 3)]);
    assert_eq!(counts(&second), [("Receiving", 2)]);
    assert_complete(&first);
    assert_complete(&second);
}

#[test]
fn shipping_date_is_the_date_where_it_was_shipped() {
    let rows = rows_of("A4a", &Ledger::default());
    let index = Sheet::Shipping.columns().iter().position(|column| column.label == "Shipping Date").unwrap();
    assert_eq!(rows[0].cells()[index], Cell::Date(date(2028, 8, 15)));
}

#[test]
fn documents_of_business_transactions_are_named_in_words() {
    let rows = rows_of("A4a", &Ledger::default());
    let documents: Vec<String> = rows[0].cells()[32..].iter().map(shown).collect();
    assert_eq!(documents, ["Bill of Lading", "BOL-VV-50911", "Purchase Order", "PO-BL-7781"]);
}

#[test]
fn unit_of_unknown_content_leaves_a_row_that_misses_its_lot() {
    let event = observe("receiving", "2028-08-19T05:25:00-07:00").at(DC).parent("urn:epc:id:sscc:1").0;
    let rows = rows(&event, fsma204::Cte::Receiving, &Ledger::default());
    assert_eq!(rows.len(), 1);
    let missing: Vec<&str> = rows[0].missing().iter().map(|missing| missing.paragraph).collect();
    assert!(missing.contains(&"§1.1345(a)(2)") && missing.contains(&"§1.1345(a)(7)"), "{missing:?}");
}

#[test]
fn missing_key_data_elements_cite_their_paragraph() {
    let mut packing = a("A3a");
    packing.extensions.clear();
    let rows = rows(&packing, fsma204::Cte::InitialPacking, &Ledger::default());
    let missing: Vec<(String, &str)> =
        rows[0].missing().iter().map(|missing| (missing.column.title(), missing.paragraph)).collect();
    let singles: Vec<_> = missing.iter().filter(|(title, _)| !title.starts_with("Location")).cloned().collect();
    let expected = [
        ("Receive Date (mm/dd/yyyy)", "§1.1330(a)(2)"),
        ("Harvester Business Name", "§1.1330(a)(7)"),
        ("Harvester Phone Number", "§1.1330(a)(7)"),
        ("Harvesting Date (mm/dd/yyyy)", "§1.1330(a)(8)"),
        ("Reference Document Type", "§1.1330(a)(16)"),
        ("Reference Document Number", "§1.1330(a)(16)"),
    ];
    assert_eq!(singles, expected.map(|(title, paragraph)| (title.to_owned(), paragraph)));
    assert_eq!(missing.len() - singles.len(), 7, "the farm, but not the cooler, which may not apply");
}

#[test]
fn raw_food_transformed_together_with_packed_lots_is_recorded_as_packing() {
    let event = transformation("2028-08-17T14:30:00-07:00")
        .at(PROCESSOR)
        .input(H1, "100", "LBR")
        .input(T1, "4", "XCS")
        .output(T3, "16", "XCS")
        .0;
    let records = Ledger::default();
    let rows = rows(&event, classify(&event, &records).cte.unwrap(), &records);
    assert_eq!(counts(&rows), [("Initial Packing", 1), ("Transformation", 1)]);
}

#[test]
fn food_made_from_nothing_on_the_list_has_one_row_per_output() {
    let event = transformation("2028-08-17T14:30:00-07:00")
        .at(PROCESSOR)
        .input(CARROTS, "100", "LBR")
        .output(T3, "16", "XCS")
        .with(text("nonFtlInputs", CARROTS))
        .document("Work Order", "1")
        .0;
    let records = Ledger::default();
    let rows = rows(&event, fsma204::Cte::Transformation, &records);
    assert_eq!(cell(&rows[0], "Traceability Lot Code for the FTL Food"), "n/a (Ingredients not on FTL)");
    assert_complete(&rows);
}
