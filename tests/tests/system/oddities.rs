//! What is odd and lawful: it is answered, and nothing is missing or counted twice.

use std::collections::BTreeSet;

use app::{Caller, JobStatus, Trace, TraceQuestion};
use domain::Direction;
use lineage::{EdgeKind, Ledger};
use testkit::{
    chain_a::{self, CARROTS, JSON_LD, PROCESSOR, S1, STORE_112, STORE_205, T1, T2, T3},
    chains::{self, DISTRIBUTOR, MARKET, T4, T5, T8, T8_CODE, T8_REPACKED, T9, TOMATO_FARM, document, moved, object},
};

use crate::bed::{Bed, engines};

async fn company(engine: crate::bed::Engine) -> Bed {
    let mut bed = Bed::new(engine).await;
    bed.add_company("everybody", "Everybody", &chains::places()).await;
    bed
}

async fn record(bed: &Bed, events: &[String]) {
    record_document(bed, &document(events)).await;
}

async fn record_document(bed: &Bed, document: &str) {
    let job = bed.capture("everybody", document.as_bytes(), JSON_LD).await;
    assert_eq!(job.status, JobStatus::Finished, "{:#?}", job.findings);
}

async fn chain_a(bed: &Bed) {
    for file in chain_a::chain_a().iter().flat_map(|company| company.documents) {
        bed.capture("everybody", file.bytes, file.media_type).await;
    }
}

async fn trace(staff: &Caller, lot: &str, direction: Direction) -> Trace {
    let question = TraceQuestion { lot: lot.to_owned(), direction, hops: 10, as_of: None };
    staff.trace(&question).await.unwrap().unwrap()
}

fn identifiers(trace: &Trace) -> BTreeSet<&str> {
    trace.lineage.nodes().flat_map(|node| &node.identifiers).map(String::as_str).collect()
}

async fn ledger(staff: &Caller, lot: &str) -> Ledger {
    let mut ledgers = staff.balance(lot, None, None).await.unwrap().unwrap();
    assert_eq!(ledgers.len(), 1, "{ledgers:#?}");
    ledgers.remove(0)
}

fn at(ledger: &Ledger, place: &str) -> String {
    ledger.places.iter().find(|row| row.place == place).map(|row| row.on_hand.to_string()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repack_that_keeps_the_code_is_two_lots_linked_by_the_repack() {
    for engine in engines() {
        let bed = company(engine).await;
        record_document(&bed, &chains::chain_d()).await;
        let staff = bed.staff("everybody").await;
        let both = staff.lots_named(T8_CODE).await.unwrap();
        let sources: BTreeSet<_> = both.iter().map(|lot| lot.source_place().unwrap()).collect();
        assert_eq!(sources, BTreeSet::from([TOMATO_FARM, DISTRIBUTOR]));
        let back = trace(&staff, T8_REPACKED, Direction::Back).await;
        let edge =
            back.lineage.edges().find(|edge| edge.kind == EdgeKind::Derived && edge.from.0.contains(TOMATO_FARM));
        assert!(edge.is_some_and(|edge| edge.to.0.contains(DISTRIBUTOR)));
        assert!(identifiers(&back).contains(T8) && back.lineage.nodes().all(|node| node.certain));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_that_is_two_short_and_its_correction_lose_two_once() {
    for engine in engines() {
        let bed = company(engine).await;
        chain_a(&bed).await;
        let staff = bed.staff("everybody").await;
        assert_eq!(ledger(&staff, T3).await.unaccounted().to_string(), "2");
        // A store first notes 44 cases, then declares this wrong and says 40.
        let way = (STORE_112, STORE_205);
        let (sent, came) = ("2028-08-20T08:00:00-07:00", "2028-08-20T10:00:00-07:00");
        let wrong = |more: &str| moved("W1", "receiving", came, way, &[(T3, "4", "XCS")], more);
        record(&bed, &[moved("W0", "shipping", sent, way, &[(T3, "4", "XCS")], ""), wrong("")]).await;
        let declared = format!(
            r#","errorDeclaration":{{"declarationTime":"2028-08-20T19:00:00Z","reason":"incorrect_data","correctiveEventIDs":["{}"]}}"#,
            chain_a::event_id("W2")
        );
        record(&bed, &[wrong(&declared), moved("W2", "receiving", came, way, &[(T3, "3", "XCS")], "")]).await;
        let ledger = ledger(&staff, T3).await;
        assert_eq!((at(&ledger, STORE_205), ledger.unaccounted().to_string()), ("63".to_owned(), "3".to_owned()));
        assert!(ledger.is_balanced());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_between_stores_moves_stock_and_nothing_else() {
    for engine in engines() {
        let bed = company(engine).await;
        chain_a(&bed).await;
        let (way, cases) = ((STORE_112, STORE_205), [(T3, "4", "XCS")]);
        let sent = moved("S0", "shipping", "2028-08-20T08:00:00-07:00", way, &cases, "");
        let came = moved("S1", "receiving", "2028-08-20T10:00:00-07:00", way, &cases, "");
        record(&bed, &[came, sent]).await;
        let staff = bed.staff("everybody").await;
        let ledger = ledger(&staff, T3).await;
        assert_eq!((at(&ledger, STORE_112), at(&ledger, STORE_205)), ("36".to_owned(), "64".to_owned()));
        assert_eq!((ledger.left.to_string(), ledger.entered.to_string()), ("0".to_owned(), "0".to_owned()));
        let forward = trace(&staff, T1, Direction::Forward).await;
        assert!(forward.lineage.is_complete(), "{:?}", forward.lineage.gaps().collect::<Vec<_>>());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mixed_pallet_holds_both_lots_and_ships_each_in_its_amount() {
    for engine in engines() {
        let bed = company(engine).await;
        chain_a(&bed).await;
        let staff = bed.staff("everybody").await;
        let forward = trace(&staff, T2, Direction::Forward).await;
        assert!(identifiers(&forward).contains(S1) && !identifiers(&forward).contains(T1), "a pallet mixes nothing");
        let shipped: Vec<String> =
            ledger(&staff, T2).await.shipments.iter().map(|shipment| shipment.shipped.to_string()).collect();
        assert_eq!(shipped, ["18", "300", "6"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn carrots_that_are_recorded_or_not_change_neither_lots_nor_balance() {
    for engine in engines() {
        let bed = company(engine).await;
        chain_a(&bed).await;
        let staff = bed.staff("everybody").await;
        let back = trace(&staff, T3, Direction::Back).await;
        assert!(identifiers(&back).contains(CARROTS) && back.lineage.is_complete());
        // The same work without the carrots.
        let inputs = [(T1, "10", "XCS"), (T2, "10", "XCS")];
        let made = "https://id.gs1.org/01/19521004000318/10/BL28231-1";
        let without =
            chains::made_of("A6x", "2028-08-18T14:30:00-07:00", PROCESSOR, &inputs, &[(made, "60", "XCS")], "");
        record(&bed, &[without]).await;
        let back = trace(&staff, made, Direction::Back).await;
        assert!(identifiers(&back).is_superset(&BTreeSet::from([T1, T2])) && back.lineage.is_complete());
        assert!(ledger(&staff, made).await.is_balanced());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chain_ends_in_a_kill_step_without_a_gap() {
    for engine in engines() {
        let bed = company(engine).await;
        record_document(&bed, &chains::chain_d()).await;
        let staff = bed.staff("everybody").await;
        let forward = trace(&staff, T8, Direction::Forward).await;
        assert!(forward.lineage.is_complete(), "{:?}", forward.lineage.gaps().collect::<Vec<_>>());
        assert_eq!(ledger(&staff, T8_REPACKED).await.total(|place| place.consumed).to_string(), "100");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_market_bought_at_a_farm_is_seen_from_the_farm() {
    for engine in engines() {
        let bed = company(engine).await;
        record_document(&bed, &chains::chain_c()).await;
        let staff = bed.staff("everybody").await;
        let sold = &ledger(&staff, T9).await.shipments[0];
        assert_eq!((sold.to.as_deref(), sold.received), (Some(MARKET), None));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lot_without_gtin_and_a_vessel_without_records_leave_no_gap() {
    for engine in engines() {
        let bed = company(engine).await;
        record_document(&bed, &chains::chain_b()).await;
        let staff = bed.staff("everybody").await;
        let back = trace(&staff, T5, Direction::Back).await;
        assert_eq!(identifiers(&back), BTreeSet::from([T5, T4]));
        assert!(back.lineage.is_complete(), "{:?}", back.lineage.gaps().collect::<Vec<_>>());
        assert_eq!(staff.lots_named("PS-20280810-YFT-01").await.unwrap()[0].identifier, T4);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_with_urns_and_the_same_event_with_links_move_stock_once() {
    for engine in engines() {
        let bed = company(engine).await;
        chain_a(&bed).await;
        let staff = bed.staff("everybody").await;
        let before = ledger(&staff, T1).await;
        let spelled = |lot: &str, place: &str| {
            let rest = r#""action":"OBSERVE","bizStep":"destroying""#;
            object("U1", "2028-08-20T08:00:00Z", place, &[(lot, "1", "XCS")], rest)
        };
        record(&bed, &[spelled(T1, PROCESSOR)]).await;
        let again =
            document(&[spelled("urn:epc:class:lgtin:9521003.100017.VV28228A", "urn:epc:id:sgln:9521004.00200.0")]);
        let job = bed.capture("everybody", again.as_bytes(), JSON_LD).await;
        assert_eq!((job.stored, job.duplicates), (0, 1), "{:#?}", job.findings);
        let after = ledger(&staff, T1).await;
        let removed = |ledger: &Ledger| ledger.total(|place| place.removed).to_string();
        assert_eq!((removed(&before), removed(&after)), ("0".to_owned(), "1".to_owned()));
    }
}
