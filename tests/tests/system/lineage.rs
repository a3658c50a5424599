//! Histories that go round corners: loops between companies, codes that several companies use, goods in units.

use std::collections::BTreeSet;

use app::{Caller, GrantTerms, GrantViewer, Selection, Trace, TraceQuestion};
use domain::{Continuation, Direction, Profile, Selector};
use fsma204::Sheet;
use lineage::GapReason;
use testkit::chain_a::{
    COOLER, DISTRIBUTION_CENTRE, FARM, FIELD_HM_07, H1, JSON_LD, PACKER, PROCESSOR, STORE_112, T1, T3,
};

use crate::bed::{Bed, engines, terms};

const X: &str = "https://id.gs1.org/01/19521003000173/10/X1";
const Y: &str = "https://id.gs1.org/01/19521004000318/10/Y1";
const Z: &str = "https://id.gs1.org/01/19521004000318/10/Z1";
const PALLET: &str = "https://id.gs1.org/00/095210040000000090";

/// The list of classes in JSON.
fn classes(lots: &[&str]) -> String {
    let one = |lot: &&str| format!(r#"{{"epcClass":"{lot}","quantity":10,"uom":"XCS"}}"#);
    lots.iter().map(one).collect::<Vec<_>>().join(",")
}

fn event(kind: &str, hour: u8, place: &str, rest: &str) -> String {
    format!(
        r#"{{"type":"{kind}","eventTime":"2028-08-15T{hour:02}:00:00Z","eventTimeZoneOffset":"+00:00",
"readPoint":{{"id":"{place}"}},{rest}}}"#
    )
}

fn created(hour: u8, place: &str, lot: &str) -> String {
    let lots = classes(&[lot]);
    event("ObjectEvent", hour, place, &format!(r#""action":"ADD","bizStep":"commissioning","quantityList":[{lots}]"#))
}

fn made(hour: u8, place: &str, inputs: &[&str], output: &str) -> String {
    let (inputs, outputs) = (classes(inputs), classes(&[output]));
    let rest = format!(
        r#""bizStep":"creating_class_instance","inputQuantityList":[{inputs}],"outputQuantityList":[{outputs}]"#
    );
    event("TransformationEvent", hour, place, &rest)
}

fn handed_over(step: &str, hour: u8, place: &str, ends: (&str, &str), lot: &str) -> String {
    let (lots, (from, to)) = (classes(&[lot]), ends);
    let rest = format!(
        r#""action":"OBSERVE","bizStep":"{step}","quantityList":[{lots}],
"sourceList":[{{"type":"location","source":"{from}"}}],
"destinationList":[{{"type":"location","destination":"{to}"}}]"#
    );
    event("ObjectEvent", hour, place, &rest)
}

fn shipped(hour: u8, from: &str, to: &str, lot: &str) -> String {
    handed_over("shipping", hour, from, (from, to), lot)
}

fn received(hour: u8, from: &str, to: &str, lot: &str) -> String {
    handed_over("receiving", hour, to, (from, to), lot)
}

async fn record(bed: &Bed, company: &str, events: &[String]) {
    let document = format!(
        r#"{{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
{{"fsma":"https://w3id.org/fsma204/kde/"}}],"type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2028-08-16T12:00:00Z","epcisBody":{{"eventList":[{}]}}}}"#,
        events.join(",")
    );
    let job = bed.capture(company, document.as_bytes(), JSON_LD).await;
    assert_eq!(usize::try_from(job.stored).unwrap(), events.len(), "{:#?}", job.findings);
}

async fn trace(caller: &Caller, lot: &str, direction: Direction) -> Trace {
    let question = TraceQuestion { lot: lot.to_owned(), direction, hops: 10, as_of: None };
    caller.trace(&question).await.unwrap().unwrap()
}

fn nodes(trace: &Trace) -> BTreeSet<(&str, u32)> {
    let nodes = trace.lineage.nodes();
    nodes.flat_map(|node| node.identifiers.iter().map(|id| (id.as_str(), node.hops))).collect()
}

fn gaps(trace: &Trace) -> BTreeSet<(GapReason, Option<String>)> {
    trace.lineage.gaps().map(|gap| (gap.reason, gap.counterparty)).collect()
}

/// The processor sends Y to the packer, who makes X of it and sends that back.
async fn toll_packing(bed: &Bed, first: String) {
    let ours = [first, shipped(3, PROCESSOR, PACKER, Y), received(8, PACKER, PROCESSOR, X)];
    record(bed, "brightleaf", &ours).await;
    let theirs = [received(4, PROCESSOR, PACKER, Y), made(5, PACKER, &[Y], X), shipped(6, PACKER, PROCESSOR, X)];
    record(bed, "valle-verde", &theirs).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_that_comes_back_to_the_asker_goes_on_in_its_own_records() {
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        bed.programme().await;
        toll_packing(&bed, made(2, PROCESSOR, &[Z], Y)).await;
        record(&bed, "brightleaf", &[created(1, PROCESSOR, Z)]).await;
        let back = trace(&bed.staff("brightleaf").await, X, Direction::Back).await;
        assert_eq!(nodes(&back), BTreeSet::from([(X, 0), (Y, 1), (Z, 2)]));
        assert_eq!(gaps(&back), BTreeSet::new());
        let forward = trace(&bed.staff("brightleaf").await, Z, Direction::Forward).await;
        assert_eq!(nodes(&forward), BTreeSet::from([(Z, 0), (Y, 1), (X, 2)]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_in_which_nobody_tells_the_origin_has_a_gap() {
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        bed.programme().await;
        record(&bed, "brightleaf", &[received(3, PACKER, PROCESSOR, X), shipped(4, PROCESSOR, PACKER, X)]).await;
        record(&bed, "valle-verde", &[received(5, PROCESSOR, PACKER, X), shipped(6, PACKER, PROCESSOR, X)]).await;
        let back = trace(&bed.staff("brightleaf").await, X, Direction::Back).await;
        assert_eq!(gaps(&back), BTreeSet::from([(GapReason::Loop, None)]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_lot_whose_making_nobody_recorded_has_a_gap() {
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        bed.programme().await;
        let seen = event(
            "ObjectEvent",
            1,
            PROCESSOR,
            &format!(r#""action":"OBSERVE","bizStep":"storing","quantityList":[{}]"#, classes(&[Y])),
        );
        toll_packing(&bed, seen).await;
        let back = trace(&bed.staff("brightleaf").await, X, Direction::Back).await;
        assert_eq!(nodes(&back), BTreeSet::from([(X, 0), (Y, 1)]));
        assert_eq!(gaps(&back), BTreeSet::from([(GapReason::NotAvailable, None)]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lot_of_the_same_code_from_another_source_is_another_lot() {
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        bed.programme().await;
        // Both the processor and the packer assigned the code X1; the grocer bought the processor's.
        record(&bed, "brightleaf", &[created(1, PROCESSOR, X), shipped(2, PROCESSOR, COOLER, X)]).await;
        let sold = [created(1, PACKER, X), shipped(2, PACKER, PROCESSOR, X)];
        record(&bed, "valle-verde", &sold).await;
        record(&bed, "brightleaf", &[received(3, PACKER, PROCESSOR, X)]).await;
        let back = trace(&bed.staff("brightleaf").await, X, Direction::Back).await;
        assert!(
            gaps(&back).contains(&(GapReason::Invalid, Some("Valle Verde Packing".to_owned()))),
            "{:?}",
            gaps(&back)
        );
        assert_eq!(back.lineage.nodes().count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_name_selects_one_of_the_lots_of_a_code() {
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        record(&bed, "meridian", &[created(1, DISTRIBUTION_CENTRE, X), created(2, STORE_112, X)]).await;
        let staff = bed.staff("meridian").await;
        let both = trace(&staff, X, Direction::Back).await;
        assert_eq!(both.starts.len(), 2);
        for name in &both.starts {
            let one = trace(&staff, &name.0, Direction::Back).await;
            assert_eq!((one.starts, one.lineage.nodes().count()), (vec![name.clone()], 1));
            assert_eq!(staff.stock(&name.0).await.unwrap().unwrap().len(), 1);
        }
        assert!(staff.stock("X1 @ https://id.gs1.org/414/9521001000017").await.unwrap().is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forward_without_a_grant_the_next_company_leaves_a_gap() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        let forward = trace(&bed.staff("harbor-mesa").await, H1, Direction::Forward).await;
        let expected = BTreeSet::from([(GapReason::NotAvailable, Some("Cold Ridge Cooling".to_owned()))]);
        assert_eq!(gaps(&forward), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pallet_that_was_used_up_leads_on() {
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        let rest = format!(
            r#""bizStep":"creating_class_instance","inputEPCList":["{PALLET}"],"outputQuantityList":[{}]"#,
            classes(&[Y])
        );
        record(&bed, "brightleaf", &[event("TransformationEvent", 5, PROCESSOR, &rest)]).await;
        let forward = trace(&bed.staff("brightleaf").await, PALLET, Direction::Forward).await;
        assert_eq!(nodes(&forward), BTreeSet::from([(PALLET, 0), (Y, 1)]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shipment_without_destination_beside_another_one_leaves_a_gap() {
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        bed.programme().await;
        let lost = format!(r#""action":"OBSERVE","bizStep":"shipping","quantityList":[{}]"#, classes(&[Y]));
        let ours = [
            created(1, PROCESSOR, Y),
            shipped(2, PROCESSOR, DISTRIBUTION_CENTRE, Y),
            event("ObjectEvent", 3, PROCESSOR, &lost),
        ];
        record(&bed, "brightleaf", &ours).await;
        record(&bed, "meridian", &[received(4, PROCESSOR, DISTRIBUTION_CENTRE, Y)]).await;
        let forward = trace(&bed.staff("brightleaf").await, Y, Direction::Forward).await;
        assert_eq!(gaps(&forward), BTreeSet::from([(GapReason::NotAvailable, None)]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_is_told_where_to_ask_next() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        bed.grant("brightleaf", "meridian", Profile::Trace, Continuation::Refer).await;
        let back = trace(&bed.partner("brightleaf", "meridian").await, T3, Direction::Back).await;
        assert!(gaps(&back).contains(&(GapReason::NotAvailable, Some(PACKER.to_owned()))), "{:?}", gaps(&back));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_that_may_trace_sees_only_the_owners_own_places() {
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        // The processor records that its lot stood at the cooler's, and on its own premises.
        let storing = |hour, place| {
            let rest = format!(r#""action":"OBSERVE","bizStep":"storing","quantityList":[{}]"#, classes(&[Y]));
            event("ObjectEvent", hour, place, &rest)
        };
        record(&bed, "brightleaf", &[created(1, PROCESSOR, Y), storing(2, COOLER)]).await;
        bed.grant("brightleaf", "meridian", Profile::Trace, Continuation::None).await;
        let back = trace(&bed.partner("brightleaf", "meridian").await, Y, Direction::Back).await;
        let seen = back.lineage.nodes().flat_map(|node| &node.sightings);
        let places: Vec<_> = seen.map(|sighting| sighting.place.as_deref()).collect();
        assert_eq!(places, [Some(PROCESSOR), None]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_learns_the_names_of_the_places_in_the_answer_only() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        let mut staff = trace(&bed.staff("harbor-mesa").await, H1, Direction::Back).await;
        staff.places.retain(|place, _| ![FARM, FIELD_HM_07].contains(&place.as_str()));
        assert!(!staff.places.contains_key(STORE_112), "{:?}", staff.places);
        let officer = bed.officer("meridian").await;
        let all = officer.names_of_places().await.unwrap();
        let named = trace(&officer, T3, Direction::Back).await.places;
        assert!(named.contains_key(PROCESSOR) && named.len() < all.len(), "{named:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_names_the_lot_that_its_event_means() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        let declared = |event: String| event.replacen("\"bizStep\"", "\"fsma:cte\":\"transformation\",\"bizStep\"", 1);
        let ours = [made(1, DISTRIBUTION_CENTRE, &[Y], X), made(2, STORE_112, &[Z], X)].map(declared);
        record(&bed, "meridian", &ours).await;
        let export = bed.staff("meridian").await.export(&Selection::Lot(X.to_owned()), None).await.unwrap();
        let rows: Vec<String> =
            export.rows(Sheet::Transformation).iter().map(|row| format!("{:?}", row.cells())).collect();
        assert!(rows[0].contains("DC 07") && rows[1].contains("Store 112"), "{rows:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_shows_nothing_of_events_that_are_not_seen_in_full() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        let viewer = GrantViewer::Party(bed.party("valle-verde", "meridian"));
        // Everything that happened from the packing on, but of the harvest lot before it only the trace.
        let packed = GrantTerms {
            selector: Selector { lots: BTreeSet::from([T1.to_owned()]), ..Selector::default() },
            hops_back: 0,
            hops_forward: 0,
            ..terms(viewer, Profile::Full)
        };
        let before = |export: &app::Export| format!("{:?}", export.rows(Sheet::InitialPacking)[0].cells());
        bed.app.add_grant(bed.tenant("valle-verde"), &packed).await.unwrap();
        bed.grant("valle-verde", "meridian", Profile::Trace, Continuation::None).await;
        let lot = Selection::Lot(T1.to_owned());
        let partner = bed.partner("valle-verde", "meridian").await.export(&lot, None).await.unwrap();
        let staff = bed.staff("valle-verde").await.export(&lot, None).await.unwrap();
        assert!(before(&staff).contains("Cold Ridge"), "{}", before(&staff));
        assert!(!before(&partner).contains("Cold Ridge"), "{}", before(&partner));
    }
}
