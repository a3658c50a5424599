//! Landing, exempt suppliers, and descriptions from wherever they come.

mod common;

use common::*;
use epcis::{Action, Attribute, Extension, Name, Value, VocabularyElement};
use fsma204::{Cell, Cte, LocationDescription, ProductDescription, Row, Sheet, rows, unit_in_words, write_csv};
use gs1::Identifier;

const TUNA: &str = "urn:gdst:gulfport-landing.example:product:lot:class:yft-hg.PS20280810-01";

fn shown(row: &Row) -> Vec<(String, String)> {
    let text = |cell: &Cell| match cell {
        Cell::Text(text) => text.clone(),
        Cell::Number(quantity) => quantity.spelled().to_owned(),
        Cell::Date(date) => date.to_string(),
        Cell::Empty => String::new(),
    };
    let titles = row.sheet().columns().iter().map(fsma204::Column::title);
    titles.zip(row.cells().iter().map(text)).filter(|(_, text)| !text.is_empty()).collect()
}

fn value(row: &Row, title: &str) -> String {
    shown(row).into_iter().find(|(found, _)| found.starts_with(title)).map(|(_, text)| text).unwrap_or_default()
}

fn gs1_member(local: &str, value: Value) -> Extension {
    let name = Name { namespace: "https://gs1.org/voc/".into(), prefix: "gs1".into(), local: local.into() };
    Extension { name, attributes: vec![], value }
}

fn words(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[test]
fn landing_has_species_trip_and_catch_area() {
    let landing = object(Action::Add, "creating_class_instance", "2028-08-10T12:30:00Z")
        .at(FARM)
        .lot(TUNA, "2400", "KGM")
        .with(tree("lots", &[("lot", TUNA), ("tlc", "PS-20280810-YFT-01")]))
        .ilmd(gs1_member("fishType", Value::List(vec![words("Yellowfin tuna"), words("Thunnus albacares")])))
        .ilmd(gs1_member("harvestDateStart", words("2028-08-05")))
        .ilmd(gs1_member("harvestDateEnd", words("2028-08-09T23:00:00-05:00")))
        .ilmd(named("catchLocations", Value::List(vec![members_of(&[("scheme", "FAO"), ("code", "31")])])))
        .document("Offload Report", "OR-28223-1")
        .0;
    let rows = rows(&landing, Cte::FirstLandBasedReceiving, &Ledger::default());
    assert_eq!(rows[0].missing(), []);
    assert_eq!(value(&rows[0], "Traceability Lot Code (you assigned)"), "PS-20280810-YFT-01");
    assert_eq!(value(&rows[0], "Species"), "Yellowfin tuna, Thunnus albacares");
    assert_eq!(value(&rows[0], "Unit of Measure"), "kg");
    assert_eq!(value(&rows[0], "Harvest Date Start"), "2028-08-05");
    assert_eq!(value(&rows[0], "Harvest Date End"), "2028-08-09");
    assert_eq!(value(&rows[0], "Harvest Locations"), "FAO 31");
    assert_eq!(value(&rows[0], "Landing Date"), "2028-08-10");
}

#[test]
fn catch_areas_of_the_vocabulary_for_fish_are_read() {
    let information = gs1_member(
        "vesselCatchInformationList",
        Value::Members(vec![gs1_member(
            "vesselCatchInformation",
            Value::Members(vec![gs1_member("catchArea", words("31"))]),
        )]),
    );
    let landing = object(Action::Add, "commissioning", "2028-08-10T12:30:00Z").lot(TUNA, "1", "KGM").ilmd(information);
    let rows = rows(&landing.0, Cte::FirstLandBasedReceiving, &Ledger::default());
    assert_eq!(value(&rows[0], "Harvest Locations"), "31");
}

#[test]
fn receiving_from_an_exempt_person_takes_the_place_of_receipt_as_source() {
    let received = object(Action::Add, "creating_class_instance", "2028-08-16T08:00:00-07:00")
        .at(DC)
        .lot(T1, "60", "XCS")
        .with(tree("exemption", &[("party", FARM), ("section", "1.1305(a)(1)(i)")]))
        .document("Receipt", "RC-NG-5120")
        .0;
    let rows = rows(&received, Cte::ReceivingFromExempt, &Ledger::default());
    assert_eq!(rows[0].missing(), []);
    assert_eq!(
        value(&rows[0], "Location Description for the Immediate Previous Source"),
        "Harbor Mesa Farms – Home Ranch"
    );
    assert_eq!(value(&rows[0], "Location Description for where the Food was Received"), "Meridian Grocers – DC 07");
}

#[test]
fn packing_from_an_exempt_person_needs_no_farm_and_no_harvester() {
    let packed = transformation("2028-08-18T10:30:00-07:00")
        .at(PACKER)
        .input("https://inlandherb.example/item/CIL-BULK/lot/R014-0818", "580", "LBR")
        .output(T1, "110", "XCS")
        .with(tree("exemption", &[("party", FARM)]))
        .with(text("commodity", "Cilantro"))
        .with(text("dateReceived", "2028-08-18"))
        .with(tree("quantityReceived", &[("quantity", "600"), ("uom", "LBR")]))
        .document("Packing Order", "IH-PK-118")
        .0;
    let rows = rows(&packed, Cte::InitialPackingFromExempt, &Ledger::default());
    assert_eq!(rows[0].missing(), []);
    assert_eq!(value(&rows[0], "Quantity of the food received"), "600");
    assert_eq!(value(&rows[0], "Location Description for the Person"), "Harbor Mesa Farms – Home Ranch");
}

#[test]
fn sprouts_have_a_row_for_their_seeds_beside_the_packing() {
    let seeds = |lot: &str| {
        let record = [
            ("conditioner", PACKER),
            ("conditioningLotCode", "C-1"),
            ("conditioningDate", "2028-05-01"),
            ("packinghouse", PACKER),
            ("packingDate", "2028-05-02"),
            ("supplier", DC),
            ("supplierMasterLot", lot),
            ("seedType", "Medicago sativa"),
            ("growingSpecifications", "for sprouting"),
            ("packaging", "50 lb bag"),
            ("receivedDate", "2028-06-01"),
        ];
        tree("sproutSeedRecord", &record)
    };
    let packed = transformation("2028-08-18T10:30:00-07:00")
        .at(PROCESSOR)
        .input(H1, "50", "LBR")
        .output(T1, "110", "XCS")
        .ilmd(seeds("M-7"))
        .document("Production Log", "PL-1")
        .0;
    let rows = rows(&packed, Cte::InitialPacking, &Ledger::default());
    let [_, seed] = rows.as_slice() else { panic!("the packing and the seeds") };
    assert_eq!(seed.sheet(), Sheet::InitialPackingSprouts);
    assert_eq!(seed.missing(), []);
    assert_eq!(value(seed, "Seed Lot Code Assigned by the Seed Supplier - Master Seed Lot"), "M-7");
    assert_eq!(value(seed, "Reference Document Number"), "PL-1");
}

#[test]
fn food_packed_where_it_was_harvested_is_received_on_the_day_of_harvest() {
    let mut records = Ledger::holding(&["A1a"]);
    records.held[0].read_point = a("A6").read_point;
    let packed =
        transformation("2028-08-15T08:00:00-07:00").at(PROCESSOR).input(H1, "100", "LBR").output(T1, "4", "XCS").0;
    let rows = rows(&packed, Cte::InitialPacking, &records);
    assert_eq!(value(&rows[0], "Receive Date"), "2028-08-14");
}

#[test]
fn what_the_event_says_of_a_place_goes_before_what_is_known() {
    let described = members_of(&[("id", PACKER), ("businessName", "Valle Verde"), ("country", "MX")]);
    let mut shipping = a("A4a");
    shipping.extensions.push(named("locationDescriptions", Value::List(vec![described])));
    let rows = rows(&shipping, Cte::Shipping, &Ledger::default());
    let from = "Location Description for the Location from which you Shipped the Food - Business Name";
    assert_eq!(value(&rows[0], from), "Valle Verde");
    let missing: Vec<_> = rows[0].missing().iter().map(|missing| missing.column.label).collect();
    let labels = ["Phone Number", "Street Address or Geographic Coordinates", "City"];
    assert_eq!(missing, [labels, labels].concat(), "ZIP code and State are asked for in the United States only");
}

#[test]
fn attributes_are_read_in_every_spelling() {
    let attribute = |id: &str, text: &str| Attribute { id: id.to_owned(), value: words(text), extensions: Vec::new() };
    let element = |attributes| VocabularyElement {
        vocabulary_extensions: Vec::new(),
        vocabulary: "urn:epcglobal:epcis:vtype:Location".to_owned(),
        id: Identifier::new(FARM),
        attributes,
        children: vec![],
        extensions: vec![],
        field_attributes: vec![],
    };
    let location = LocationDescription::from_vocabulary(&element(vec![
        attribute("urn:epcglobal:cbv:mda#name", "Harbor Mesa"),
        attribute("https://w3id.org/fsma204/kde/phone", "+1 831 555 0101"),
        attribute("cbvmda:streetAddressOne", "2100 Old Stage Rd"),
        attribute("city", "Salinas"),
        attribute("urn:epcglobal:cbv:mda#latitude", "36.6402"),
        attribute("urn:epcglobal:cbv:mda#longitude", "-121.6021"),
        attribute("countryCode", " "),
    ]));
    assert_eq!(location.business_name.as_deref(), Some("Harbor Mesa"));
    assert_eq!(location.phone.as_deref(), Some("+1 831 555 0101"));
    assert_eq!(location.street_or_coordinates().as_deref(), Some("2100 Old Stage Rd"));
    assert_eq!((location.city.as_deref(), location.country.as_ref()), (Some("Salinas"), None));
    let field = LocationDescription { street_address: None, ..location };
    assert_eq!(field.street_or_coordinates().as_deref(), Some("36.6402, -121.6021"));
    let product = ProductDescription::from_vocabulary(&element(vec![
        attribute("urn:epcglobal:cbv:mda#descriptionShort", "Romaine, 25 lb carton"),
        attribute("fsma:productName", "Romaine"),
        attribute("fsma:packagingSize", "25 lb"),
    ]));
    assert_eq!(product.product_name.as_deref(), Some("Romaine"));
    assert_eq!(product.packaging_size.as_deref(), Some("25 lb"));
}

#[test]
fn units_are_said_in_words() {
    let words = [Some("XCS"), Some("CS"), Some("LBR"), Some("KGM"), Some("XBX"), Some("Q7"), None].map(unit_in_words);
    assert_eq!(words, ["cases", "cases", "lbs", "kg", "boxes", "Q7", "units"]);
}

#[test]
fn one_part_of_unknown_quantity_makes_the_sum_unknown() {
    let mut shipping = observe("shipping", "2028-08-18T03:15:00Z").epc(S2).lot(T3, "1120", "XCS").0;
    shipping.quantity_list[0].quantity = None;
    let rows = rows(&shipping, Cte::Shipping, &Ledger::default());
    assert_eq!((rows.len(), &rows[0].cells()[1]), (1, &Cell::Empty));
}

#[test]
fn third_and_further_documents_share_the_second_pair() {
    let shipping = observe("shipping", "2028-08-18T03:15:00Z").lot(T3, "1", "XCS");
    let shipping = shipping.document("BOL", "1").document("Invoice", "2").transaction("po", "https://x.example/3");
    let rows = rows(&shipping.0, Cte::Shipping, &Ledger::default());
    assert_eq!(value(&rows[0], "Reference Document Type2"), "Invoice; Purchase Order");
    assert_eq!(value(&rows[0], "Reference Document Number2"), "2; https://x.example/3");
}

#[test]
fn text_that_could_be_a_formula_is_escaped_in_csv() {
    for (text, expected) in [("=1+1", "'=1+1"), ("@x", "'@x"), ("-1", "'-1"), ("\tx", "'\tx"), ("x=1", "x=1")] {
        let row = Row::new(Sheet::FarmPurchase, vec![Cell::Text(text.to_owned()), Cell::Number("-1".parse().unwrap())]);
        let mut out = Vec::new();
        write_csv(Sheet::FarmPurchase, [&row], &mut out).unwrap();
        let records: Vec<_> = csv::Reader::from_reader(out.as_slice()).records().map(Result::unwrap).collect();
        assert_eq!((&records[0][0], &records[0][1]), (expected, "-1"));
    }
}
