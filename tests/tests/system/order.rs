//! The answers are the same whatever the order in which events arrive.

use std::fmt::Write;

use app::{Caller, JobStatus, TraceOptions, TraceQuestion};
use domain::Direction;
use testkit::{
    chain_a::{DISTRIBUTION_CENTRE, JSON_LD, PACKER, PROCESSOR, STORE_112, event_id},
    chains::{self, Amount, created, document, event, made_of, moved, object, quantities},
};

use crate::bed::{Bed, Engine};

const A: &str = "https://id.gs1.org/01/19521003000173/10/A";
const B: &str = "https://id.gs1.org/01/19521003000173/10/B";
const A_AS_BOUGHT: &str = "https://northgate.example/item/ROM/lot/A";
const SALAD: &str = "https://id.gs1.org/01/19521004000318/10/SALAD";
const A_CODE: &str = "(01)19521003000173(10)A";
const B_CODE: &str = "(01)19521003000173(10)B";
const CASE: &str = "https://id.gs1.org/00/095210030000000022";
const PALLET: &str = "https://id.gs1.org/00/095210030000000015";

fn at(hour: u8) -> String {
    format!("2028-08-16T{hour:02}:00:00Z")
}

fn cases<'a>(lot: &'a str, amount: &'a str) -> [Amount<'a>; 1] {
    [(lot, amount, "XCS")]
}

/// An aggregation of units and quantities in a parent.
fn packed(key: &str, hour: u8, place: &str, action: &str, parent: &str, units: &[&str], lots: &[Amount<'_>]) -> String {
    let units = units.iter().map(|unit| format!("\"{unit}\"")).collect::<Vec<_>>().join(",");
    let lots = quantities(lots);
    let step = if action == "ADD" { "packing" } else { "unpacking" };
    let rest = format!(
        r#""action":"{action}","bizStep":"{step}","parentID":"{parent}","childEPCs":[{units}],"childQuantityList":[{lots}]"#
    );
    event("AggregationEvent", key, &at(hour), place, &rest)
}

/// A unit that is handed over whole.
fn unit_moved(key: &str, step: &str, hour: u8, (from, to): (&str, &str), unit: &str) -> String {
    let place = if step == "shipping" { from } else { to };
    let rest = format!(
        r#""action":"OBSERVE","bizStep":"{step}","epcList":["{unit}"],
"sourceList":[{{"type":"location","source":"{from}"}}],"destinationList":[{{"type":"location","destination":"{to}"}}]"#
    );
    event("ObjectEvent", key, &at(hour), place, &rest)
}

fn said(lot: &str, code: &str, source: &str) -> String {
    chains::said(lot, code, source, None)
}

fn declared_wrong(event: &str, more: &str) -> String {
    let declaration = format!(r#""errorDeclaration":{{"declarationTime":"2028-08-17T00:00:00Z"{more}}}"#);
    format!("{},{declaration}}}", event.trim_end().strip_suffix('}').unwrap())
}

/// Everything that can be asked of these lots.
async fn answers(staff: &Caller, names: &[&str]) -> String {
    let mut all = String::new();
    for name in names {
        let question = TraceQuestion { lot: (*name).to_owned(), direction: Direction::Back, hops: 10, as_of: None };
        let options = TraceOptions { both_ways: true, ..TraceOptions::default() };
        let trace = staff.trace_within(&question, &options).await.unwrap();
        let trace = trace.map(|trace| (trace.lineage, trace.starts));
        let ledgers = staff.balance(name, None, None).await.unwrap();
        writeln!(all, "{name}: {trace:#?}\n{ledgers:#?}").unwrap();
    }
    all
}

/// Orders that are made of a seed, the given one and its reverse first.
fn orders(events: usize, how_many: usize) -> Vec<Vec<usize>> {
    let given: Vec<usize> = (0..events).collect();
    let mut orders = vec![given.clone(), given.iter().rev().copied().collect()];
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    while orders.len() < how_many {
        let mut order = given.clone();
        for index in (1..events).rev() {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            order.swap(index, usize::try_from(state % (index as u64 + 1)).unwrap());
        }
        orders.push(order);
    }
    orders
}

/// Captures the events in many orders, each event in a document of its own, and compares what is answered.
async fn same_in_any_order(events: &[String], names: &[&str]) {
    let mut bed = Bed::new(Engine::Sqlite(tempfile::tempdir().unwrap())).await;
    let mut first: Option<(Vec<usize>, String)> = None;
    for (number, order) in orders(events.len(), 8).into_iter().enumerate() {
        let slug = format!("company-{number}");
        bed.add_company(&slug, "Everybody", &chains::places()).await;
        for index in &order {
            let job = bed.capture(&slug, document(&events[*index..=*index]).as_bytes(), JSON_LD).await;
            assert_eq!(job.status, JobStatus::Finished, "{:#?}", job.findings);
        }
        let answers = answers(&bed.staff(&slug).await, names).await.replace(&slug, "company");
        let (first_order, expected) = first.get_or_insert_with(|| (order.clone(), answers.clone()));
        let differs = expected.lines().zip(answers.lines()).enumerate().find(|(_, (a, b))| a != b);
        let from = differs.map_or(0, |(line, _)| line.saturating_sub(25));
        let part = |text: &str| text.lines().skip(from).take(40).collect::<Vec<_>>().join("\n");
        assert!(*expected == answers, "{first_order:?}:\n{}\n\n{order:?}:\n{}", part(expected), part(&answers));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hand_overs_told_by_both_sides_and_twice() {
    let way = (PACKER, PROCESSOR);
    let shipped = moved("O2", "shipping", &at(2), way, &cases(A, "50"), "");
    let events = [
        created("O1", &at(1), PACKER, PACKER, &cases(A, "100"), &said(A, A_CODE, PACKER)),
        shipped.clone(),
        moved("O3", "receiving", &at(3), way, &cases(A, "48"), ""),
        shipped,
        made_of("O4", &at(4), PROCESSOR, &cases(A, "20"), &cases(SALAD, "40"), ""),
        object("O5", &at(5), PROCESSOR, &cases(SALAD, "3"), r#""action":"OBSERVE","bizStep":"destroying""#),
        // Two events of the same instant.
        object("O6", &at(5), PROCESSOR, &cases(SALAD, "4"), r#""action":"OBSERVE","bizStep":"retail_selling""#),
    ];
    same_in_any_order(&events, &[A, SALAD]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn units_in_units_partly_unpacked_and_used_again() {
    let (there, onward) = ((PACKER, DISTRIBUTION_CENTRE), (DISTRIBUTION_CENTRE, STORE_112));
    let events = [
        created("N1", &at(1), PACKER, PACKER, &[(A, "100", "XCS"), (B, "100", "XCS")], ""),
        packed("N2", 2, PACKER, "ADD", CASE, &[], &cases(A, "10")),
        packed("N3", 3, PACKER, "ADD", PALLET, &[CASE], &cases(B, "20")),
        unit_moved("N4", "shipping", 4, there, PALLET),
        unit_moved("N5", "receiving", 5, there, PALLET),
        packed("N6", 6, DISTRIBUTION_CENTRE, "DELETE", PALLET, &[], &cases(B, "5")),
        packed("N7", 7, DISTRIBUTION_CENTRE, "DELETE", PALLET, &[CASE], &cases(B, "15")),
        // The same number on the next load.
        packed("N8", 8, DISTRIBUTION_CENTRE, "ADD", PALLET, &[], &cases(B, "7")),
        unit_moved("N9", "shipping", 9, onward, PALLET),
        unit_moved("N10", "receiving", 10, onward, PALLET),
        event(
            "AssociationEvent",
            "N11",
            &at(2),
            PACKER,
            &format!(
                r#""action":"ADD","bizStep":"assembling","parentID":"{CASE}","childEPCs":["https://id.gs1.org/8004/9521003SENSOR1"]"#
            ),
        ),
    ];
    same_in_any_order(&events, &[A, B, PALLET, CASE]).await;
    let mut bed = Bed::new(Engine::Sqlite(tempfile::tempdir().unwrap())).await;
    bed.add_company("company", "Everybody", &chains::places()).await;
    bed.capture("company", document(&events).as_bytes(), JSON_LD).await;
    let staff = bed.staff("company").await;
    for (lot, places) in [
        (A, [(PACKER, "90"), (DISTRIBUTION_CENTRE, "10"), (STORE_112, "")]),
        (B, [(PACKER, "80"), (DISTRIBUTION_CENTRE, "13"), (STORE_112, "7")]),
    ] {
        let ledger = staff.balance(lot, None, None).await.unwrap().unwrap().remove(0);
        for (place, expected) in places {
            let row = ledger.places.iter().find(|row| row.place == place);
            assert_eq!(row.map(|row| row.on_hand.to_string()).unwrap_or_default(), expected, "{lot} {place}");
        }
        assert!(ledger.is_balanced());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn corrections_and_withdrawals() {
    let way = (PACKER, PROCESSOR);
    let wrong = moved("C2", "shipping", &at(2), way, &cases(A, "70"), &said(A, A_CODE, PROCESSOR));
    let withdrawn = made_of("C5", &at(5), PROCESSOR, &cases(B, "20"), &cases(SALAD, "40"), "");
    let packing = packed("C7", 7, PROCESSOR, "ADD", PALLET, &[], &cases(SALAD, "40"));
    let corrective = format!(r#","correctiveEventIDs":["{}"]"#, event_id("C3"));
    let events = [
        created("C1", &at(1), PACKER, PACKER, &[(A, "100", "XCS"), (B, "100", "XCS")], ""),
        declared_wrong(&wrong, &corrective),
        wrong,
        moved("C3", "shipping", &at(2), way, &cases(A, "50"), ""),
        moved("C4", "receiving", &at(3), way, &cases(A, "50"), ""),
        declared_wrong(&withdrawn, ""),
        withdrawn,
        made_of("C6", &at(6), PROCESSOR, &cases(A, "20"), &cases(SALAD, "40"), ""),
        declared_wrong(&packing, ""),
        packing,
    ];
    same_in_any_order(&events, &[A, B, SALAD, PALLET]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lots_whose_source_is_known_late() {
    let way = (PACKER, PROCESSOR);
    let reference = format!(
        r#","fsma:lots":[{{"fsma:lot":"{A}","fsma:tlc":"{A_CODE}","fsma:tlcSourceReference":{{"fsma:kind":"ffrn","fsma:value":"19990000003"}}}}]"#
    );
    let events = [
        moved("L1", "shipping", &at(1), way, &cases(A, "50"), ""),
        moved("L2", "receiving", &at(2), way, &cases(A, "50"), &reference),
        made_of("L3", &at(4), PROCESSOR, &cases(A, "20"), &cases(SALAD, "40"), &said(A, A_CODE, PACKER)),
        object(
            "L4",
            &at(5),
            PROCESSOR,
            &cases(A, "1"),
            &format!(r#""action":"OBSERVE","bizStep":"destroying"{}"#, said(A, A_CODE, PACKER)),
        ),
    ];
    same_in_any_order(&events, &[A, SALAD]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_identifiers_of_one_lot() {
    let way = (PACKER, PROCESSOR);
    let events = [
        created("I1", &at(1), PACKER, PACKER, &cases(A, "100"), &said(A, A_CODE, PACKER)),
        moved("I2", "shipping", &at(2), way, &cases(A, "50"), ""),
        moved("I3", "receiving", &at(3), way, &cases(A_AS_BOUGHT, "50"), &said(A_AS_BOUGHT, A_CODE, PACKER)),
        made_of("I4", &at(4), PROCESSOR, &cases(A_AS_BOUGHT, "20"), &cases(SALAD, "40"), ""),
    ];
    same_in_any_order(&events, &[A, A_AS_BOUGHT, SALAD, A_CODE]).await;
    let mut bed = Bed::new(Engine::Sqlite(tempfile::tempdir().unwrap())).await;
    bed.add_company("company", "Everybody", &chains::places()).await;
    bed.capture("company", document(&events).as_bytes(), JSON_LD).await;
    let staff = bed.staff("company").await;
    assert_eq!(staff.lots_named(A_CODE).await.unwrap().len(), 1);
    let ledger = staff.balance(A, None, None).await.unwrap().unwrap().remove(0);
    let on_hand: Vec<_> = ledger.places.iter().map(|row| (row.place.as_str(), row.on_hand.to_string())).collect();
    assert_eq!(on_hand, [(PACKER, "50".to_owned()), (PROCESSOR, "30".to_owned())]);
    assert_eq!((ledger.left.to_string(), ledger.entered.to_string()), ("0".to_owned(), "0".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn mentions_that_do_not_say_which_of_two_sources_is_meant() {
    let way = (PACKER, PROCESSOR);
    let events = [
        object(
            "M1",
            &at(1),
            PACKER,
            &cases(A, "100"),
            &format!(r#""action":"OBSERVE","bizStep":"storing"{}"#, said(A, A_CODE, PACKER)),
        ),
        object(
            "M2",
            &at(1),
            PROCESSOR,
            &cases(A, "90"),
            &format!(r#""action":"OBSERVE","bizStep":"storing"{}"#, said(A, A_CODE, PROCESSOR)),
        ),
        moved("M3", "shipping", &at(2), way, &cases(A, "50"), ""),
        made_of("M4", &at(4), PROCESSOR, &cases(A, "20"), &cases(SALAD, "40"), ""),
    ];
    same_in_any_order(&events, &[A, SALAD]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn estimates_and_alternates() {
    let perhaps =
        format!(r#","fsma:lots":[{{"fsma:lot":"{A}","fsma:inferred":true,"fsma:alternateTlcs":["{B_CODE}"]}}]"#);
    let events = [
        created("E1", &at(1), PACKER, PACKER, &[(A, "100", "XCS"), (B, "100", "XCS")], ""),
        made_of("E2", &at(2), PACKER, &cases(A, "20"), &cases(SALAD, "40"), &perhaps),
        object("E3", &at(3), PACKER, &cases(SALAD, "40"), r#""action":"OBSERVE","bizStep":"storing""#),
    ];
    same_in_any_order(&events, &[A, B, SALAD]).await;
}
