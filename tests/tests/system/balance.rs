//! How much of every lot of the worked chains is where, as it was worked out by hand.

use std::collections::BTreeMap;

use app::{Caller, JobStatus, Presence, StockQuestion};
use jiff::civil::date;
use lineage::{Ledger, Rule};
use testkit::{
    chain_a::{self, DISTRIBUTION_CENTRE, JSON_LD, PACKER, PROCESSOR, STORE_112, STORE_205, T1, T2, T3},
    chains::{
        self, DISTRIBUTOR, DOCK, FISH_DISTRIBUTOR, FISH_PROCESSOR, HERB_PACKER, MARKET, RESTAURANT, SALSA_KITCHEN, T4,
        T5, T6, T7, T8, T8_REPACKED, T9, TOMATO_FARM,
    },
};

use crate::bed::{Bed, engines};

/// One company that holds the records of all chains.
async fn all_chains(bed: &mut Bed) -> Caller {
    bed.add_company("everybody", "Everybody", &chains::places()).await;
    let files = chain_a::chain_a().iter().flat_map(|company| company.documents);
    for file in files {
        let job = bed.capture("everybody", file.bytes, file.media_type).await;
        assert_eq!(job.status, JobStatus::Finished, "{}: {:#?}", file.name, job.findings);
    }
    for chain in [chains::chain_b(), chains::chain_c(), chains::chain_d()] {
        let job = bed.capture("everybody", chain.as_bytes(), JSON_LD).await;
        assert_eq!(job.status, JobStatus::Finished, "{:#?}", job.findings);
    }
    bed.staff("everybody").await
}

async fn ledger(staff: &Caller, lot: &str) -> Ledger {
    let mut ledgers = staff.balance(lot, None, None).await.unwrap().unwrap();
    assert_eq!(ledgers.len(), 1, "{lot}: {ledgers:#?}");
    ledgers.remove(0)
}

fn on_hand(ledger: &Ledger) -> BTreeMap<&str, String> {
    let kept = ledger.places.iter().filter(|row| !row.on_hand.is_zero());
    kept.map(|row| (row.place.as_str(), row.on_hand.to_string())).collect()
}

/// A lot, how much was produced, what is on hand at which place, and what is unaccounted for.
type Expected<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str);

#[tokio::test(flavor = "multi_thread")]
async fn every_lot_of_the_worked_chains_is_where_it_was_worked_out_to_be() {
    for engine in engines() {
        let mut bed = Bed::new(engine).await;
        let staff = all_chains(&mut bed).await;
        let expected: [Expected<'_>; 10] = [
            (
                T1,
                "690",
                &[(PACKER, "60"), (PROCESSOR, "200"), (DISTRIBUTION_CENTRE, "8"), (STORE_112, "10"), (STORE_205, "12")],
                "0",
            ),
            (T2, "368", &[(PACKER, "50"), (PROCESSOR, "200"), (DISTRIBUTION_CENTRE, "12"), (STORE_112, "6")], "0"),
            (
                T3,
                "1600",
                &[(PROCESSOR, "400"), (DISTRIBUTION_CENTRE, "1098"), (STORE_112, "40"), (STORE_205, "60")],
                "2",
            ),
            (T4, "2400", &[], "0"),
            (T5, "320", &[(FISH_PROCESSOR, "20"), (FISH_DISTRIBUTOR, "294"), (RESTAURANT, "6")], "0"),
            (T6, "60", &[(DISTRIBUTOR, "20"), (MARKET, "40")], "0"),
            (T7, "110", &[(HERB_PACKER, "110")], "0"),
            (T8, "100", &[], "0"),
            (T8_REPACKED, "490", &[(DISTRIBUTOR, "390")], "0"),
            // The market keeps no code of what it bought at the farm: the lot has left the records.
            (T9, "5", &[], "0"),
        ];
        for (lot, produced, places, lost) in expected {
            let ledger = ledger(&staff, lot).await;
            assert_eq!(ledger.total(|place| place.produced).normalize().to_string(), produced, "{lot}");
            let places: BTreeMap<&str, String> =
                places.iter().map(|(place, amount)| (*place, (*amount).to_owned())).collect();
            assert_eq!(on_hand(&ledger), places, "{lot}");
            assert_eq!(ledger.unaccounted().to_string(), lost, "{lot}");
            assert!(ledger.is_balanced(), "{lot}: {ledger:#?}");
        }
        let consumed = |ledger: &Ledger, place: &str| {
            ledger.places.iter().find(|row| row.place == place).unwrap().consumed.to_string()
        };
        assert_eq!(consumed(&ledger(&staff, T4).await, FISH_PROCESSOR), "2400");
        assert_eq!(consumed(&ledger(&staff, T8_REPACKED).await, SALSA_KITCHEN), "100", "used up in the kill step");
        assert_eq!(ledger(&staff, T9).await.left.to_string(), "5");
        assert!(staff.balance("nothing", None, None).await.unwrap().is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_balance_is_that_of_the_instant_asked() {
    for engine in engines() {
        let mut bed = Bed::new(engine).await;
        let staff = all_chains(&mut bed).await;
        let landed = "2028-08-10T18:00:00Z".parse().unwrap();
        let then = staff.balance(T4, Some(landed), None).await.unwrap().unwrap();
        assert_eq!(then[0].places.iter().map(|row| row.place.as_str()).collect::<Vec<_>>(), [DOCK]);
        // Everything was recorded on the first of September.
        let before = "2028-08-31T00:00:00Z".parse().unwrap();
        assert!(staff.balance(T4, None, Some(before)).await.unwrap().unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn amounts_in_different_units_meet_by_the_weight_in_master_data_and_the_rule_is_shown() {
    for engine in engines() {
        let mut bed = Bed::new(engine).await;
        let staff = all_chains(&mut bed).await;
        let time = "2028-08-16T15:00:00Z";
        let sold = |key, uom| {
            chains::object(key, time, PROCESSOR, &[(T1, "50", uom)], r#""action":"OBSERVE","bizStep":"destroying""#)
        };
        let document = chains::document(&[sold("X1", "LBR")]);
        bed.capture("everybody", document.as_bytes(), JSON_LD).await;
        let ledger = ledger(&staff, T1).await;
        assert_eq!(ledger.uom.as_deref(), Some("KGM"));
        let rules: Vec<_> = ledger.conversions.iter().map(|used| (used.from.as_deref(), used.rule)).collect();
        assert_eq!(rules, [(Some("LBR"), Rule::Factor), (Some("XCS"), Rule::PackagingSize)]);
        // 200 cases of 25 lb, less 50 lb.
        assert_eq!(on_hand(&ledger)[PROCESSOR], "2245.2822315");
        assert!(ledger.is_balanced());

        let document = chains::document(&[sold("X2", "XPX")]);
        bed.capture("everybody", document.as_bytes(), JSON_LD).await;
        let ledgers = staff.balance(T1, None, None).await.unwrap().unwrap();
        let units: Vec<_> = ledgers.iter().map(|ledger| ledger.uom.as_deref()).collect();
        assert_eq!(units, [Some("KGM"), Some("XPX")], "nobody said what a pallet weighs");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stock_of_a_place_on_a_day_is_what_had_come_and_not_left() {
    for engine in engines() {
        let mut bed = Bed::new(engine).await;
        let staff = all_chains(&mut bed).await;
        let stock = async |place: &str, day| {
            let question = StockQuestion { place: place.to_owned(), day, look_back: 90, known_at: None };
            let stock = staff.stock_at(&question).await.unwrap();
            assert!(!stock.partial);
            let row = |row: app::StockRow| {
                assert_eq!(row.presence, Presence::Certain);
                (row.lot.identifier, (row.opening.to_string(), row.closing.to_string()))
            };
            stock.rows.into_iter().map(row).collect::<BTreeMap<_, _>>()
        };
        let expect = |rows: &[(&str, &str, &str)]| {
            let row = |&(lot, opening, closing): &(&str, &str, &str)| {
                (lot.to_owned(), (opening.to_owned(), closing.to_owned()))
            };
            rows.iter().map(row).collect::<BTreeMap<_, _>>()
        };
        let arrived = expect(&[(T1, "0", "30"), (T2, "0", "18")]);
        assert_eq!(stock(DISTRIBUTION_CENTRE, date(2028, 8, 16)).await, arrived);
        let passed_on = expect(&[(T1, "30", "8"), (T2, "18", "12"), (T3, "1198", "1098")]);
        assert_eq!(stock(DISTRIBUTION_CENTRE, date(2028, 8, 19)).await, passed_on);
        assert_eq!(stock(STORE_205, date(2028, 8, 19)).await, expect(&[(T1, "0", "12"), (T3, "0", "60")]));
        assert!(stock(STORE_205, date(2028, 8, 18)).await.is_empty());
        // The tomatoes were all gone at the end of the day on which they were packed and sent.
        let farm = stock(TOMATO_FARM, date(2028, 8, 17)).await;
        assert_eq!(farm[T8], ("0".to_owned(), "0".to_owned()));
    }
}
