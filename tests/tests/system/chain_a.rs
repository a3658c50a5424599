//! Chain A with the answers that were worked out by hand.

use std::collections::{BTreeMap, BTreeSet};

use app::{Caller, Selection, Telling, Trace, TraceOptions, TraceQuestion};
use domain::{Continuation, Direction, Profile};
use fsma204::{Cell, Sheet};
use jiff::civil::date;
use lineage::{EdgeKind, GapReason, Node, NodeId, ThingKind};
use testkit::chain_a::{
    COOLER, DISTRIBUTION_CENTRE, FARM, FIELD_HM_07, FIELD_HM_12, H1, H2, PACKER, PROCESSOR, S1, STORE_112, STORE_205,
    T1, T2, T3,
};

use crate::bed::{Bed, engines};

async fn trace(caller: &Caller, lot: &str, direction: Direction) -> Trace {
    let question = TraceQuestion { lot: lot.to_owned(), direction, hops: 10, as_of: None };
    let options = TraceOptions { telling: Telling::Details, ..TraceOptions::default() };
    caller.trace_within(&question, &options).await.unwrap().unwrap()
}

fn identifiers(trace: &Trace, wanted: impl Fn(&Node) -> bool) -> BTreeSet<&str> {
    trace.lineage.nodes().filter(|node| wanted(node)).flat_map(|node| &node.identifiers).map(String::as_str).collect()
}

fn lots(trace: &Trace) -> BTreeSet<&str> {
    let is_lot = |node: &Node| matches!(node.kind, ThingKind::TraceabilityLot | ThingKind::HarvestLot);
    identifiers(trace, is_lot)
}

fn places(trace: &Trace) -> BTreeSet<&str> {
    let sightings = trace.lineage.nodes().flat_map(|node| &node.sightings);
    sightings.flat_map(|sighting| [&sighting.place, &sighting.location]).flatten().map(String::as_str).collect()
}

/// Edges as (input, output) identifiers.
fn derivations(trace: &Trace) -> BTreeSet<(String, String)> {
    let name = |id: &NodeId| trace.lineage.node(id).unwrap().identifiers.first().unwrap().clone();
    let derived = trace.lineage.edges().filter(|edge| edge.kind == EdgeKind::Derived);
    derived.map(|edge| (name(&edge.from), name(&edge.to))).collect()
}

fn gaps(trace: &Trace) -> BTreeSet<(GapReason, Option<String>)> {
    trace.lineage.gaps().map(|gap| (gap.reason, gap.counterparty)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn by_default_a_grocer_sees_its_own_records_the_hand_over_and_a_gap() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        let trace = trace(&bed.staff("meridian").await, T3, Direction::Back).await;
        assert_eq!(lots(&trace), BTreeSet::from([T3]));
        assert!(derivations(&trace).is_empty());
        assert_eq!(
            gaps(&trace),
            BTreeSet::from([(GapReason::NotAvailable, Some("BrightLeaf Fresh Foods".to_owned()))])
        );
        let start = trace.lineage.node(&trace.starts[0]).unwrap();
        let hand_over = start.sightings.iter().find(|seen| seen.asserter == "BrightLeaf Fresh Foods").unwrap();
        assert_eq!(hand_over.biz_step.as_deref(), Some("shipping"));
        assert_eq!(hand_over.quantity, Some(("1120".to_owned(), Some("XCS".to_owned()))));
        assert_eq!(start.lot.as_ref().unwrap().to_string(), format!("(01)19521004000318(10)BL28230-2A @ {PROCESSOR}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_trace_programme_the_salad_leads_back_to_both_fields() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        bed.programme().await;
        let trace = trace(&bed.staff("meridian").await, T3, Direction::Back).await;
        assert_eq!(lots(&trace), BTreeSet::from([T3, T1, T2, H1, H2]));
        let edge = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        let mut expected = BTreeSet::from([edge(T1, T3), edge(T2, T3), edge(H1, T1), edge(H2, T2)]);
        expected.insert(edge(testkit::chain_a::CARROTS, T3));
        assert_eq!(derivations(&trace), expected);
        for place in [FIELD_HM_07, FIELD_HM_12, FARM, COOLER, PACKER, PROCESSOR, DISTRIBUTION_CENTRE, STORE_112] {
            assert!(places(&trace).contains(place), "{place}");
        }
        let field_of = |lot: &str| {
            let node = trace.lineage.nodes().find(|node| node.identifiers.contains(lot)).unwrap();
            let harvest = node.sightings.iter().find(|seen| seen.cte.as_deref() == Some("harvesting")).unwrap();
            (node.kind, harvest.location.clone().unwrap())
        };
        assert_eq!(field_of(H1), (ThingKind::HarvestLot, FIELD_HM_07.to_owned()));
        assert_eq!(field_of(H2), (ThingKind::HarvestLot, FIELD_HM_12.to_owned()));
        assert_eq!(gaps(&trace), BTreeSet::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_that_it_goes_on_but_not_where_leaves_a_typed_gap() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        bed.grant("brightleaf", "meridian", Profile::Trace, Continuation::Withheld).await;
        let trace = trace(&bed.staff("meridian").await, T3, Direction::Back).await;
        assert!(lots(&trace).is_superset(&BTreeSet::from([T3, T1, T2])));
        assert!(gaps(&trace).contains(&(GapReason::Withheld, Some("BrightLeaf Fresh Foods".to_owned()))));
        assert!(!lots(&trace).contains(H1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forward_from_a_field_the_lots_and_places_are_those_worked_out_by_hand() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        bed.programme().await;
        let farm = bed.staff("harbor-mesa").await;
        let five = BTreeSet::from([PACKER, PROCESSOR, DISTRIBUTION_CENTRE, STORE_112, STORE_205]);
        for (field, harvest, packed) in [(FIELD_HM_12, H2, T2), (FIELD_HM_07, H1, T1)] {
            let filter = app::LotFilter { place: Some(field.to_owned()), ..Default::default() };
            let found = farm.lots(&filter, None, 10).await.unwrap();
            let found: Vec<_> = found.entries.iter().map(|(lot, _)| lot.identifier.as_str()).collect();
            assert_eq!(found, [harvest]);

            let trace = trace(&farm, harvest, Direction::Forward).await;
            assert_eq!(lots(&trace), BTreeSet::from([harvest, packed, T3]));
            let reached: BTreeSet<&str> =
                places(&trace).into_iter().filter(|place| ![FARM, COOLER, field].contains(place)).collect();
            assert_eq!(reached, five);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pallet_stands_for_what_it_contained_at_the_time_asked() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        let packer = bed.staff("valle-verde").await;
        let at = |time: &str| TraceQuestion {
            lot: S1.to_owned(),
            direction: Direction::Back,
            hops: 10,
            as_of: Some(time.parse().unwrap()),
        };
        let packed = packer.trace(&at("2028-08-15T22:00:00Z")).await.unwrap().unwrap();
        assert!(lots(&packed).is_superset(&BTreeSet::from([T1, T2])), "{:?}", lots(&packed));
        let before = packer.trace(&at("2028-08-15T20:00:00Z")).await.unwrap().unwrap();
        assert!(lots(&before).is_empty());
        let grocer = bed.staff("meridian").await;
        let unpacked = grocer.trace(&at("2028-08-17T00:00:00Z")).await.unwrap().unwrap();
        assert!(lots(&unpacked).is_empty(), "unpacked on arrival: {:?}", lots(&unpacked));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_on_hand_is_what_was_worked_out_by_hand() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        let mut on_hand = BTreeMap::new();
        for company in ["valle-verde", "brightleaf", "meridian"] {
            let staff = bed.staff(company).await;
            for (name, lot) in [("T1", T1), ("T2", T2), ("T3", T3)] {
                for row in staff.stock(lot).await.unwrap().into_iter().flatten() {
                    assert_eq!(row.uom.as_deref(), Some("XCS"));
                    on_hand.insert((name, row.place), row.amount.to_string());
                }
            }
        }
        let expected = [
            ("T1", PACKER, "60"),
            ("T1", PROCESSOR, "200"),
            ("T1", DISTRIBUTION_CENTRE, "8"),
            ("T1", STORE_112, "10"),
            ("T1", STORE_205, "12"),
            ("T2", PACKER, "50"),
            ("T2", PROCESSOR, "200"),
            ("T2", DISTRIBUTION_CENTRE, "12"),
            ("T2", STORE_112, "6"),
            ("T3", PROCESSOR, "400"),
            ("T3", DISTRIBUTION_CENTRE, "1098"),
            ("T3", STORE_112, "40"),
            ("T3", STORE_205, "60"),
        ];
        let expected: BTreeMap<_, _> =
            expected.map(|(lot, place, amount)| ((lot, place.to_owned()), amount.to_owned())).into();
        assert_eq!(on_hand, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_spreadsheet_has_the_rows_of_every_keeper() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        let expected = [
            ("harbor-mesa", FARM, vec![(Sheet::Harvesting, 2)]),
            ("cold-ridge", COOLER, vec![(Sheet::Cooling, 2)]),
            ("valle-verde", PACKER, vec![(Sheet::InitialPacking, 2), (Sheet::Shipping, 4)]),
            ("brightleaf", PROCESSOR, vec![(Sheet::Shipping, 1), (Sheet::Receiving, 2), (Sheet::Transformation, 2)]),
            ("meridian", DISTRIBUTION_CENTRE, vec![(Sheet::Shipping, 5), (Sheet::Receiving, 3)]),
            ("meridian", STORE_112, vec![(Sheet::Receiving, 3)]),
            ("meridian", STORE_205, vec![(Sheet::Receiving, 2)]),
        ];
        for (company, place, sheets) in expected {
            assert_eq!(all_rows(&bed, company, place).await, sheets.into_iter().collect(), "{company} at {place}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_between_two_dates_gives_the_rows_of_these_days_only() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        let staff = bed.staff("meridian").await;
        let days = |from, to| Selection::Product {
            product: "Romaine Lettuce".to_owned(),
            from: date(2028, 8, from),
            to: date(2028, 8, to),
        };
        let received = staff.export(&days(16, 16), Some(DISTRIBUTION_CENTRE)).await.unwrap();
        assert_eq!(received.sheets(), [(Sheet::Receiving, 2)]);
        let gtin =
            Selection::Product { product: "19521003000173".to_owned(), from: date(2028, 8, 16), to: date(2028, 8, 16) };
        assert_eq!(staff.export(&gtin, Some(DISTRIBUTION_CENTRE)).await.unwrap().sheets(), [(Sheet::Receiving, 2)]);
        assert!(staff.export(&days(1, 10), None).await.unwrap().sheets().is_empty());
    }
}

/// The rows of every lot of a keeper at one place, each event counted once.
async fn all_rows(bed: &Bed, company: &str, place: &str) -> BTreeMap<Sheet, usize> {
    let officer = bed.officer(company).await;
    let mut rows: BTreeMap<Sheet, BTreeSet<String>> = BTreeMap::new();
    for lot in [H1, H2, T1, T2, T3] {
        let export = officer.export(&Selection::Lot(lot.to_owned()), Some(place)).await.unwrap();
        for (sheet, _) in export.sheets() {
            rows.entry(sheet).or_default().extend(export.rows(sheet).iter().map(|row| format!("{:?}", row.cells())));
        }
    }
    rows.into_iter().map(|(sheet, rows)| (sheet, rows.len())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_transformation_row_is_right_cell_by_cell() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        let officer = bed.officer("brightleaf").await;
        let export = officer.export(&Selection::Lot(T3.to_owned()), None).await.unwrap();
        let row = &export.rows(Sheet::Transformation)[0];
        let cells: Vec<String> = row.cells().iter().map(words).collect();
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
            "2028-08-17",
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
        assert_eq!(cells, expected);
        let second = &export.rows(Sheet::Transformation)[1];
        assert_eq!(words(&second.cells()[0]), "(01)19521003000173(10)VV28228B");
        assert_eq!(words(&second.cells()[7]), "100");
        assert_eq!(export.missing().len(), 0, "{:?}", export.missing());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shipment_late_in_the_evening_keeps_its_local_date() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        let export = bed.staff("valle-verde").await.export(&Selection::Lot(T1.to_owned()), None).await.unwrap();
        let to_brightleaf = export.rows(Sheet::Shipping).iter().find(|row| words(&row.cells()[1]) == "600").unwrap();
        assert_eq!(words(&to_brightleaf.cells()[23]), "2028-08-15");
    }
}

fn words(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Number(number) => number.spelled().to_owned(),
        Cell::Date(date) => date.to_string(),
        Cell::Empty => String::new(),
    }
}
