//! Which critical tracking event an event is, and why.

mod common;

use common::*;
use epcis::{Action, Event, EventKind, Extension, Name, Value};
use fsma204::{Cte, LotState, LotStates, classify};
use gs1::Identifier;

/// Every lot in one state.
struct All(LotState);

impl LotStates for All {
    fn state(&self, _: &Identifier) -> LotState {
        self.0
    }
}

const PRE_PACK: All = All(LotState::PrePack);
const PACKED: All = All(LotState::Traceability);
const UNKNOWN: All = All(LotState::Unknown);

fn verdict(event: &Event, lots: &impl LotStates) -> (Option<Cte>, String) {
    let classification = classify(event, lots);
    (classification.cte, classification.evidence.to_string())
}

fn cte(Build(event): Build, lots: &impl LotStates) -> Option<Cte> {
    classify(&event, lots).cte
}

fn in_vocabulary(namespace: &str, prefix: &str, local: &str, value: Value) -> Extension {
    let name = Name { namespace: namespace.to_owned(), prefix: prefix.to_owned(), local: local.to_owned() };
    Extension { name, attributes: vec![], value }
}

const TIME: &str = "2028-08-10T07:30:00-05:00";

#[test]
fn chain_a_is_classified_by_its_shape() {
    let found: Vec<_> = chain_a().iter().map(|(key, event)| (*key, verdict(event, &Ledger::default()).0)).collect();
    let expected = [
        ("A1a", Some(Cte::Harvesting)),
        ("A1b", Some(Cte::Harvesting)),
        ("A1c", None),
        ("A2r", None),
        ("A2a", Some(Cte::Cooling)),
        ("A2b", Some(Cte::Cooling)),
        ("A2t", None),
        ("A3r", None),
        ("A3a", Some(Cte::InitialPacking)),
        ("A3b", Some(Cte::InitialPacking)),
        ("A4c", Some(Cte::Shipping)),
        ("A4a", Some(Cte::Shipping)),
        ("A5", Some(Cte::Receiving)),
        ("A6", Some(Cte::Transformation)),
        ("A7", Some(Cte::Shipping)),
        ("A8a", Some(Cte::Receiving)),
        ("A8b", Some(Cte::Receiving)),
        ("A9p", None),
        ("A9a", Some(Cte::Shipping)),
        ("A9b", Some(Cte::Shipping)),
        ("A10a", Some(Cte::Receiving)),
        ("A10b", Some(Cte::Receiving)),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_stated_event_needs_no_shape_and_no_state() {
    for cte in Cte::ALL {
        let event = observe("inspecting", TIME).cte(cte.word()).0;
        assert_eq!(verdict(&event, &UNKNOWN), (Some(cte), "stated in fsma:cte".to_owned()));
    }
}

#[test]
fn an_unknown_statement_does_not_hide_the_shape() {
    let event = observe("shipping", TIME).lot(T1, "1", "XCS").cte("sending").0;
    assert_eq!(classify(&event, &PACKED).cte, Some(Cte::Shipping));
}

#[test]
fn evidence_says_what_tipped_the_scales() {
    let (_, evidence) = verdict(&a("A1a"), &UNKNOWN);
    assert_eq!(evidence, "shape: ObjectEvent ADD creating_class_instance, new lot, no catch area");
    let (_, evidence) = verdict(&a("A3r"), &PRE_PACK);
    assert_eq!(evidence, "shape: ObjectEvent OBSERVE receiving, lot not yet packed");
}

#[test]
fn chain_b_is_landed_by_its_catch_area() {
    let new = || {
        object(Action::Add, "creating_class_instance", TIME).lot("urn:gdst:x:product:lot:class:yft.1", "2400", "KGM")
    };
    let zone = in_vocabulary("https://gs1.org/voc/", "gs1", "catchZone", Value::List(vec![Value::Text("31".into())]));
    assert_eq!(cte(new().ilmd(zone), &UNKNOWN), Some(Cte::FirstLandBasedReceiving));
    let typed = named("catchLocations", Value::List(vec![members_of(&[("scheme", "FAO"), ("code", "31")])]));
    assert_eq!(cte(new().ilmd(typed), &PACKED), Some(Cte::FirstLandBasedReceiving));
    let landing = || observe("urn:gdst:bizStep:landing", TIME).lot("urn:gdst:x:product:lot:class:yft.1", "1", "KGM");
    assert_eq!(cte(landing(), &UNKNOWN), Some(Cte::FirstLandBasedReceiving));
    let fishing = observe("urn:gdst:bizStep:fishingEvent", TIME).lot("urn:gdst:x:product:lot:class:yft.1", "1", "KGM");
    assert_eq!(verdict(&fishing.0, &UNKNOWN), (None, "business step `urn:gdst:bizStep:fishingEvent`".to_owned()));
    let freezing = event(EventKind::Transformation, TIME).step("urn:gdst:bizStep:freezing");
    assert_eq!(cte(freezing.input(T1, "1", "KGM"), &PACKED), Some(Cte::Transformation));
}

#[test]
fn a_range_of_harvest_dates_alone_is_produce() {
    let dates = in_vocabulary("urn:epcglobal:cbv:mda", "cbvmda", "harvestStartDate", Value::Text("2028-08-14".into()));
    let new = object(Action::Add, "commissioning", TIME).lot(H1, "1", "LBR").ilmd(dates);
    assert_eq!(cte(new, &UNKNOWN), Some(Cte::Harvesting));
}

#[test]
fn chain_c_knows_exempt_suppliers() {
    let exempt = || tree("exemption", &[("party", "https://northgate.example/loc/SUP-0417"), ("section", "1.1305(a)")]);
    let new = object(Action::Add, "creating_class_instance", TIME).lot(T1, "60", "XCS").with(exempt());
    assert_eq!(cte(new, &PACKED), Some(Cte::ReceivingFromExempt));
    let received = observe("receiving", TIME).lot(T1, "60", "XCS").with(exempt());
    assert_eq!(cte(received, &UNKNOWN), Some(Cte::ReceivingFromExempt));
    let packed = || transformation(TIME).input(H1, "600", "LBR").output(T1, "110", "XCS").with(exempt());
    assert_eq!(cte(packed(), &PRE_PACK), Some(Cte::InitialPackingFromExempt));
    let with_received = packed().with(text("dateReceived", "2028-08-18"));
    assert_eq!(cte(with_received, &UNKNOWN), Some(Cte::InitialPackingFromExempt));
    assert_eq!(cte(packed(), &UNKNOWN), Some(Cte::Transformation));
}

#[test]
fn unknown_inputs_with_harvest_fields_are_packed_for_the_first_time() {
    let packed = transformation(TIME).input(H1, "1", "LBR").output(T1, "1", "XCS");
    assert_eq!(cte(packed.clone(), &UNKNOWN), Some(Cte::Transformation));
    assert_eq!(cte(packed.with(text("harvestDate", "2028-08-14")), &UNKNOWN), Some(Cte::InitialPacking));
}

#[test]
fn inputs_off_the_list_do_not_count() {
    struct Carrots;
    impl LotStates for Carrots {
        fn state(&self, identifier: &Identifier) -> LotState {
            if identifier.spelled() == CARROTS { LotState::Traceability } else { LotState::PrePack }
        }
    }
    let packed = transformation(TIME).input(H1, "1", "LBR").input(CARROTS, "1", "LBR").output(T1, "1", "XCS");
    assert_eq!(cte(packed.clone(), &Carrots), Some(Cte::Transformation));
    assert_eq!(cte(packed.with(text("nonFtlInputs", CARROTS)), &Carrots), Some(Cte::InitialPacking));
}

#[test]
fn cooling_of_an_unknown_lot_needs_a_temperature_or_a_cooling_date() {
    let cooled = |step| observe(step, TIME).lot(H1, "1", "LBR");
    for step in ["other", "storing", "sensor_reporting"] {
        assert_eq!(cte(cooled(step), &PRE_PACK), Some(Cte::Cooling), "{step}");
        assert_eq!(cte(cooled(step).temperature(), &PACKED), None, "{step}");
        assert_eq!(cte(cooled(step), &UNKNOWN), None, "{step}");
        assert_eq!(cte(cooled(step).with(text("coolingDate", "2028-08-14")), &UNKNOWN), Some(Cte::Cooling), "{step}");
    }
    assert_eq!(cte(cooled("other").temperature(), &UNKNOWN), Some(Cte::Cooling));
    assert_eq!(cte(cooled("storing").temperature(), &UNKNOWN), None);
}

#[test]
fn nothing_is_shipped_or_received_before_packing() {
    for step in ["shipping", "departing", "consigning", "receiving", "accepting", "transporting", "arriving"] {
        assert_eq!(cte(observe(step, TIME).lot(H1, "1", "LBR"), &PRE_PACK), None, "{step}");
    }
}

#[test]
fn new_units_are_no_harvest() {
    assert_eq!(cte(object(Action::Add, "commissioning", TIME).epc(S1), &UNKNOWN), None);
    assert_eq!(cte(object(Action::Add, "commissioning", TIME).lot(T1, "1", "XCS"), &PACKED), None);
}

#[test]
fn kill_step_and_error_declaration_leave_no_record() {
    let cooked = transformation(TIME).input(T1, "1", "XCS").output("https://salsa.example/lot/1", "1", "XCS");
    let cooked = cooked.with(tree("killStep", &[("applied", "true"), ("process", "hot fill")]));
    assert_eq!(verdict(&cooked.0, &PACKED), (None, "stated in fsma:killStep".to_owned()));
    let mut retracted = a("A4a");
    retracted.error_declaration = Some(Box::new(epcis::ErrorDeclaration {
        declaration_time: TIME.parse().unwrap(),
        reason: None,
        corrective_event_ids: vec![],
        extensions: vec![],
    }));
    assert_eq!(classify(&retracted, &PACKED).cte, None);
}

#[test]
fn business_steps_found_in_the_wild_are_hints() {
    let table = [
        ("urn:epcglobal:cbv:bizstep:harvesting", Some(Cte::Harvesting)),
        ("urn:epcglobal:cbv:bizstep:cooling", Some(Cte::Cooling)),
        ("urn:epcglobal:cbv:bizstep:landing", Some(Cte::FirstLandBasedReceiving)),
        ("urn:fsma:traceability:initial_packing", Some(Cte::InitialPacking)),
        ("urn:fsma:traceability:shipping", Some(Cte::Shipping)),
        ("urn:fsma:traceability:receiving", Some(Cte::Receiving)),
        ("urn:fsma:traceability:growing", None),
    ];
    for (step, expected) in table {
        let (found, evidence) = verdict(&observe(step, TIME).lot(T1, "1", "XCS").0, &UNKNOWN);
        assert_eq!((found, evidence), (expected, format!("hint: business step `{step}`, which is no CBV term")));
    }
}
