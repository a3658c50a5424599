//! Who learns what.

use app::{AppError, Selection, TraceQuestion};
use domain::{Continuation, Direction, Profile};
use jiff::SignedDuration;
use testkit::chain_a::{H1, JSON_LD, S1, T1, T2, T3};

use crate::bed::{Bed, engines, terms};

fn back(lot: &str) -> TraceQuestion {
    TraceQuestion { lot: lot.to_owned(), direction: Direction::Back, hops: 10, as_of: None }
}

/// Every answer that a caller can get about a lot, as text.
async fn everything(caller: &app::Caller, lot: &str) -> String {
    let filter = app::LotFilter { tlc: Some(lot.to_owned()), ..Default::default() };
    let events = app::EventFilter { things: vec![lot.to_owned()], ..Default::default() };
    format!(
        "{:?} {:?} {:?} {:?} {:?}",
        caller.lots_named(lot).await.unwrap(),
        caller.lots(&filter, None, 10).await.unwrap().entries.len(),
        caller.trace(&back(lot)).await.unwrap(),
        caller.events(&events, None, 10).await.unwrap().entries.len(),
        caller.export(&Selection::Lot(lot.to_owned()), None).await.unwrap().sheets(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_lot_answers_like_an_absent_one() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        // Harbor Mesa never handed anything to BrightLeaf: to it, BrightLeaf's lots do not exist.
        let outsider = bed.partner("brightleaf", "harbor-mesa").await;
        let absent = everything(&outsider, "https://id.gs1.org/01/19521004000318/10/NO-SUCH-LOT").await;
        for hidden in [T1, T2, T3] {
            assert_eq!(everything(&outsider, hidden).await, absent);
        }
        // Meridian received T1 and T2 itself, but not through BrightLeaf.
        let customer = bed.partner("brightleaf", "meridian").await;
        assert_eq!(everything(&customer, T1).await, everything(&customer, "no such code").await);
        assert_ne!(everything(&customer, T3).await, absent);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_counterparty_sees_the_hand_over_with_quantities_and_documents_and_nothing_behind_it() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        let customer = bed.partner("valle-verde", "meridian").await;
        let page = customer.events(&app::EventFilter::default(), None, 100).await.unwrap();
        let steps: Vec<_> = page.entries.iter().map(|(event, _)| event.about.get().biz_step.clone().unwrap()).collect();
        assert_eq!(steps, ["shipping"], "only the shipment of the mixed pallet names it");
        let (shipment, _) = &page.entries[0];
        assert!(shipment.event.is_none(), "the event itself is for those who may see all of it");
        assert_eq!(shipment.about.get().documents.len(), 2);
        let on_it: Vec<&str> = shipment.mentions.iter().map(|mention| mention.lot.identifier.as_str()).collect();
        assert_eq!(on_it, [S1]);
        for lot in [T1, T2] {
            let found = customer.lots_named(lot).await.unwrap();
            assert_eq!(found[0].source_place(), Some(testkit::chain_a::PACKER));
            let trace = customer.trace(&back(lot)).await.unwrap().unwrap();
            assert_eq!(trace.lineage.edges().count(), 0);
        }
        assert!(customer.lots_named(H1).await.unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_references_of_an_event_differ_between_viewers_and_hide_its_id() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        let mut references = std::collections::BTreeSet::new();
        for viewer in ["meridian", "brightleaf"] {
            let partner = bed.partner("valle-verde", viewer).await;
            let page = partner.events(&app::EventFilter::default(), None, 100).await.unwrap();
            for (event, _) in page.entries {
                let reference = event.about.get().event.clone();
                assert!(!reference.contains("urn:uuid"));
                assert!(partner.event(&reference).await.unwrap().is_some());
                assert!(references.insert(reference), "one event, two viewers, two names");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_grant_shows_nothing_from_the_moment_that_it_is_revoked() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        let before = everything(&bed.partner("brightleaf", "harbor-mesa").await, T3).await;
        let grant = bed.grant("brightleaf", "harbor-mesa", Profile::Full, Continuation::Refer).await;
        assert_ne!(everything(&bed.partner("brightleaf", "harbor-mesa").await, T3).await, before);
        assert!(bed.staff("brightleaf").await.revoke_grant(grant.id).await.unwrap());
        assert_eq!(everything(&bed.partner("brightleaf", "harbor-mesa").await, T3).await, before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_ends_at_its_time_without_anybody_doing_anything() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        let viewer = app::GrantViewer::Party(bed.party("brightleaf", "harbor-mesa"));
        let now = domain::Clock::now(bed.clock.as_ref());
        let hour = |hours| Some(now + SignedDuration::from_hours(hours));
        let window = app::GrantTerms { valid_from: hour(1), valid_to: hour(2), ..terms(viewer, Profile::Trace) };
        bed.app.add_grant(bed.tenant("brightleaf"), &window).await.unwrap();
        for seen in [0, 1, 0] {
            let partner = bed.partner("brightleaf", "harbor-mesa").await;
            assert_eq!(partner.lots_named(T3).await.unwrap().len(), seen);
            bed.clock.advance(SignedDuration::from_hours(1));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_partner_captures_about_itself_opens_nothing_at_the_owner() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        let before = everything(&bed.partner("brightleaf", "harbor-mesa").await, T3).await;
        // Harbor Mesa claims that BrightLeaf shipped it the salad.
        let forged = r#"{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
"type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2028-08-20T12:00:00Z","epcisBody":{"eventList":[
{"type":"ObjectEvent","eventTime":"2028-08-20T12:00:00Z","eventTimeZoneOffset":"-07:00","action":"OBSERVE",
"bizStep":"receiving","readPoint":{"id":"https://id.gs1.org/414/9521001000017"},
"quantityList":[{"epcClass":"https://id.gs1.org/01/19521004000318/10/BL28230-2A","quantity":5,"uom":"XCS"}],
"sourceList":[{"type":"owning_party","source":"https://id.gs1.org/417/9521004002001"}],
"destinationList":[{"type":"owning_party","destination":"https://id.gs1.org/417/9521001000017"}]}]}}"#;
        let job = bed.capture("harbor-mesa", forged.as_bytes(), JSON_LD).await;
        assert_eq!(job.stored, 1, "{:?}", job.findings);
        assert_eq!(everything(&bed.partner("brightleaf", "harbor-mesa").await, T3).await, before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_is_good_for_its_own_question_and_view_only() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        let staff = bed.staff("meridian").await;
        let all = app::EventFilter::default();
        let first = staff.events(&all, None, 4).await.unwrap();
        assert!(first.has_next);
        let cursor = first.entries[3].1.clone();
        let rest = staff.events(&all, Some(&cursor), 100).await.unwrap();
        assert_eq!((rest.entries.len(), rest.has_next), (6, false));

        let shipping = app::EventFilter { biz_steps: vec!["shipping".to_owned()], ..Default::default() };
        let refused = |result: Result<app::Page<app::ShownEvent>, AppError>| {
            assert!(matches!(result.unwrap_err(), AppError::BadCursor));
        };
        refused(staff.events(&shipping, Some(&cursor), 10).await);
        refused(bed.staff("brightleaf").await.events(&all, Some(&cursor), 10).await);
        refused(bed.partner("meridian", "brightleaf").await.events(&all, Some(&cursor), 10).await);
        let mut tampered = cursor.into_bytes();
        tampered[40] = if tampered[40] == b'A' { b'B' } else { b'A' };
        refused(staff.events(&all, Some(std::str::from_utf8(&tampered).unwrap()), 10).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_without_a_grant_is_nobody_and_one_with_a_grant_sees_one_company_only() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        let officer = bed.officer("brightleaf").await;
        let export = officer.export(&Selection::Lot(T3.to_owned()), None).await.unwrap();
        assert!(!export.sheets().is_empty());
        let trace = officer.trace(&back(T3)).await.unwrap().unwrap();
        let asserters: std::collections::BTreeSet<_> =
            trace.lineage.nodes().flat_map(|node| &node.sightings).map(|seen| seen.asserter.as_str()).collect();
        assert_eq!(asserters, ["BrightLeaf Fresh Foods"].into());
        assert!(matches!(officer.stock(T3).await.unwrap_err(), AppError::StaffOnly));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_cannot_find_out_what_is_not_shown() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        bed.grant("brightleaf", "harbor-mesa", Profile::TraceMin, Continuation::None).await;
        let partner = bed.partner("brightleaf", "harbor-mesa").await;
        let all = partner.events(&app::EventFilter::default(), None, 100).await.unwrap();
        assert_eq!(all.entries.len(), 4);
        assert!(all.entries.iter().all(|(event, _)| event.kind.is_none() && event.about.get().time.is_none()));
        let guesses = [
            app::EventFilter { biz_steps: vec!["shipping".to_owned()], ..Default::default() },
            app::EventFilter { kinds: vec!["TransformationEvent".to_owned()], ..Default::default() },
            app::EventFilter { since: Some("2028-08-17T00:00:00Z".parse().unwrap()), ..Default::default() },
            app::EventFilter { actions: vec!["OBSERVE".to_owned()], ..Default::default() },
        ];
        for guess in guesses {
            assert!(partner.events(&guess, None, 100).await.unwrap().entries.is_empty(), "{guess:?}");
        }
        let at_plant = app::LotFilter { place: Some(testkit::chain_a::PROCESSOR.to_owned()), ..Default::default() };
        assert!(partner.lots(&at_plant, None, 100).await.unwrap().entries.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_named_on_a_transformation_does_not_learn_what_went_in() {
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        let private_label = r#"{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
"type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2028-08-20T12:00:00Z","epcisBody":{"eventList":[
{"type":"TransformationEvent","eventTime":"2028-08-20T12:00:00Z","eventTimeZoneOffset":"-07:00",
"bizStep":"creating_class_instance","readPoint":{"id":"https://id.gs1.org/414/9521004002001"},
"inputQuantityList":[{"epcClass":"https://id.gs1.org/01/19521003000173/10/VV28228A","quantity":5,"uom":"XCS"}],
"outputQuantityList":[{"epcClass":"https://id.gs1.org/01/19521004000318/10/BL28230-2A","quantity":5,"uom":"XCS"}],
"destinationList":[{"type":"owning_party","destination":"https://id.gs1.org/417/9521005007005"}]}]}}"#;
        let job = bed.capture("brightleaf", private_label.as_bytes(), JSON_LD).await;
        assert_eq!(job.stored, 1, "{:?}", job.findings);
        let customer = bed.partner("brightleaf", "meridian").await;
        for lot in [T1, T3] {
            assert!(customer.lots_named(lot).await.unwrap().is_empty(), "{lot}");
        }
    }
}
