//! Links that events state as possible: in scope, labelled, and never counted.

use std::collections::BTreeMap;

use app::{Budget, Caller, Case, EvidenceKind, SiblingReason, SourceKind, Trace, TraceOptions, TraceQuestion};
use domain::{Continuation, Direction, Profile};
use lineage::{Basis, EdgeKind};
use testkit::{
    chain_a::{FIELD_HM_07, FIELD_HM_12, H1, H2, JSON_LD, PACKER, PROCESSOR, STORE_112, STORE_205, T1, T2, T3},
    chains::{self, Amount, document, made_of, moved},
};

use crate::bed::{Bed, engines};

const A: &str = "https://id.gs1.org/01/19521003000173/10/A";
const B: &str = "https://id.gs1.org/01/19521003000173/10/B";
const SALAD: &str = "https://id.gs1.org/01/19521004000318/10/SALAD";
const SOUP: &str = "https://id.gs1.org/01/19521004000318/10/SOUP";
const C: &str = "https://id.gs1.org/01/19521003000173/10/C";
const STEW: &str = "https://id.gs1.org/01/19521004000318/10/STEW";
const C_CODE: &str = "(01)19521003000173(10)C";
const B_CODE: &str = "(01)19521003000173(10)B";

async fn company(engine: crate::bed::Engine) -> Bed {
    let mut bed = Bed::new(engine).await;
    bed.add_company("everybody", "Everybody", &chains::places()).await;
    bed
}

async fn record(bed: &Bed, events: &[String]) {
    let job = bed.capture("everybody", document(events).as_bytes(), JSON_LD).await;
    assert_eq!(usize::try_from(job.stored).unwrap(), events.len(), "{:#?}", job.findings);
}

fn time(hour: u8) -> String {
    format!("2028-08-16T{hour:02}:00:00Z")
}

fn cases(lot: &'static str, amount: &'static str) -> [Amount<'static>; 1] {
    [(lot, amount, "XCS")]
}

/// What an event states of a lot: that it is an estimate, and which others it may be.
fn perhaps(lot: &str, others: &[&str]) -> String {
    let others = others.iter().map(|other| format!("\"{other}\"")).collect::<Vec<_>>().join(",");
    format!(r#","fsma:lots":[{{"fsma:lot":"{lot}","fsma:inferred":true,"fsma:alternateTlcs":[{others}]}}]"#)
}

/// Lots A and B lie in one pick slot. The kitchen makes salad of what it takes for A and may be B, and soup of B.
async fn pick_slot(bed: &Bed) {
    let more = chains::cte("receivingFromExempt");
    let made = |key, hour, lot| chains::created(key, &time(hour), PACKER, PACKER, &cases(lot, "100"), &more);
    let ways = (PACKER, PROCESSOR);
    let events = [
        made("P1", 1, A),
        made("P2", 2, B),
        moved("P3", "shipping", &time(3), ways, &[(A, "50", "XCS"), (B, "50", "XCS")], ""),
        moved("P4", "receiving", &time(4), ways, &[(A, "50", "XCS"), (B, "50", "XCS")], ""),
        made_of("P5", &time(5), PROCESSOR, &cases(A, "10"), &cases(SALAD, "20"), &perhaps(A, &[B_CODE])),
        made_of("P6", &time(6), PROCESSOR, &cases(B, "10"), &cases(SOUP, "20"), ""),
    ];
    record(bed, &events).await;
}

async fn trace(staff: &Caller, lot: &str, direction: Direction) -> Trace {
    let question = TraceQuestion { lot: lot.to_owned(), direction, hops: 10, as_of: None };
    staff.trace(&question).await.unwrap().unwrap()
}

fn certainty(trace: &Trace) -> BTreeMap<&str, bool> {
    let nodes = trace.lineage.nodes();
    nodes.flat_map(|node| node.identifiers.iter().map(|id| (id.as_str(), node.certain))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_gone_in_is_in_scope_and_labelled() {
    for engine in engines() {
        let bed = company(engine).await;
        pick_slot(&bed).await;
        let staff = bed.staff("everybody").await;
        let back = trace(&staff, SALAD, Direction::Back).await;
        assert_eq!(certainty(&back), BTreeMap::from([(SALAD, true), (A, false), (B, false)]));
        let links: Vec<_> = back.lineage.edges().map(|edge| (edge.kind, edge.basis)).collect();
        assert_eq!(links, [(EdgeKind::Derived, Basis::Inferred), (EdgeKind::MayBe, Basis::Range)]);
        let forward = trace(&staff, B, Direction::Forward).await;
        let expected = BTreeMap::from([(B, true), (SOUP, true), (A, false), (SALAD, false)]);
        assert_eq!(certainty(&forward), expected);
        assert_eq!(staff.lots_named(B_CODE).await.unwrap().len(), 1, "another lot that may be it is not it");
    }
}

/// The salad is made of A, which may be B. What somebody later finds out about another part of B says nothing of the
/// salad; what was found out before does.
#[tokio::test(flavor = "multi_thread")]
async fn a_doubt_leads_on_only_to_earlier_doubts() {
    for (hour, reached) in [(9, false), (4, true)] {
        for engine in engines() {
            let bed = company(engine).await;
            pick_slot(&bed).await;
            let more = chains::cte("receivingFromExempt");
            let events = [
                chains::created("P7", &time(2), PACKER, PACKER, &cases(C, "100"), &more),
                made_of("P8", &time(hour), PACKER, &cases(B, "10"), &cases(STEW, "20"), &perhaps(B, &[C_CODE])),
            ];
            record(&bed, &events).await;
            let staff = bed.staff("everybody").await;
            let back = trace(&staff, SALAD, Direction::Back).await;
            assert_eq!(certainty(&back).contains_key(C), reached, "{hour}: {:?}", certainty(&back));
            assert!(certainty(&trace(&staff, STEW, Direction::Back).await).contains_key(C));
            // The other way: what may be called B from then on went into the soup only if that was made later.
            let forward = trace(&staff, C, Direction::Forward).await;
            assert_eq!(certainty(&forward).contains_key(SOUP), reached, "{hour}: {:?}", certainty(&forward));
            assert!(certainty(&forward).contains_key(STEW));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_only_possible_is_in_no_balance() {
    for engine in engines() {
        let bed = company(engine).await;
        pick_slot(&bed).await;
        let staff = bed.staff("everybody").await;
        for (lot, consumed) in [(A, "0"), (B, "10")] {
            let ledger = staff.balance(lot, None, None).await.unwrap().unwrap().remove(0);
            assert_eq!(ledger.total(|place| place.consumed).to_string(), consumed, "{lot}");
            let possible: Vec<_> = ledger.possible.iter().map(|entry| entry.movement.amount.to_string()).collect();
            assert_eq!(possible, ["10"], "{lot}");
            assert!(ledger.is_balanced());
        }
        let on_hand = staff.stock(A).await.unwrap().unwrap();
        let here: Vec<_> = on_hand.iter().map(|row| (row.place.as_str(), row.amount.to_string())).collect();
        assert_eq!(here, [(PACKER, "50".to_owned()), (PROCESSOR, "50".to_owned())]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recall_has_a_certain_and_a_possible_part_and_says_what_would_decide() {
    for engine in engines() {
        let bed = company(engine).await;
        pick_slot(&bed).await;
        let staff = bed.staff("everybody").await;
        let scope = staff.recall_scope(B, 10, None, &TraceOptions::default()).await.unwrap().unwrap();
        let names = |part: &[app::Affected]| part.iter().map(|one| one.node.0.clone()).collect::<Vec<_>>();
        assert!(names(&scope.certain)[0].contains("(10)B") && names(&scope.certain)[1].contains("(10)SOUP"));
        assert!(names(&scope.possible)[0].contains("(10)A") && names(&scope.possible)[1].contains("(10)SALAD"));
        assert_eq!((scope.certain.len(), scope.possible.len()), (2, 2));
        let pick = testkit::chain_a::event_id("P5");
        let decides =
            |one: &app::Evidence| one.kind == EvidenceKind::WhichLotOnEvent && one.event.as_ref() == Some(&pick);
        assert!(scope.evidence.iter().any(decides), "{:?}", scope.evidence);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_sees_possible_links_only_between_what_it_sees() {
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        let made = made_of("P5", &time(5), PROCESSOR, &cases(A, "10"), &cases(SALAD, "20"), &perhaps(A, &[B_CODE]));
        let stored =
            chains::object("P0", &time(1), PROCESSOR, &cases(B, "1"), r#""action":"OBSERVE","bizStep":"storing""#);
        bed.capture("brightleaf", document(&[made, stored]).as_bytes(), JSON_LD).await;
        let viewer = app::GrantViewer::Party(bed.party("brightleaf", "meridian"));
        let of_salad = app::GrantTerms {
            selector: domain::Selector { lots: [SALAD.to_owned()].into(), ..domain::Selector::default() },
            ..crate::bed::terms(viewer, Profile::Trace)
        };
        bed.app.add_grant(bed.tenant("brightleaf"), &of_salad).await.unwrap();
        let partner = bed.partner("brightleaf", "meridian").await;
        let back = trace(&partner, SALAD, Direction::Back).await;
        assert_eq!(certainty(&back), BTreeMap::from([(SALAD, true), (A, false)]));
        assert!(partner.lots_named(B_CODE).await.unwrap().is_empty());
        let staff_only =
            TraceOptions { known_at: Some("2028-08-01T00:00:00Z".parse().unwrap()), ..TraceOptions::default() };
        for lot in [SALAD, "no such lot"] {
            let question = TraceQuestion { lot: lot.to_owned(), direction: Direction::Back, hops: 1, as_of: None };
            let refused = partner.trace_within(&question, &staff_only).await.unwrap_err();
            assert!(matches!(refused, app::AppError::StaffOnly));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cases_at_two_stores_lead_to_the_lots_and_places_they_have_in_common() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        bed.programme().await;
        let staff = bed.staff("meridian").await;
        let at = |place: &str| Case { place: Some(place.to_owned()), ..Case::default() };
        let found = staff.common_sources(&[at(STORE_112), at(STORE_205)], 10, None).await.unwrap();
        let full = |kind, part: &str| {
            let all = |source: &&app::CommonSource| source.unexplained.is_empty() && source.kind == kind;
            found.sources.iter().filter(all).any(|source| source.id.contains(part))
        };
        assert!(full(SourceKind::Lot, "VV28228A") && full(SourceKind::Lot, "BL28230-2A"));
        assert!(full(SourceKind::Source, PACKER) && full(SourceKind::Source, FIELD_HM_07));
        assert!(full(SourceKind::Source, FIELD_HM_12), "both fields stay in scope through the salad");
        let one = Case { lots: vec![T1.to_owned()], ..Case::default() };
        let other = Case { lots: vec![T3.to_owned()], ..Case::default() };
        let found = staff.common_sources(&[one, other], 10, None).await.unwrap();
        let field = |field: &str| found.sources.iter().any(|source| source.id == field);
        assert!(field(FIELD_HM_07) && !field(FIELD_HM_12), "the first lot points to one field");
        assert!(found.alone.is_empty() && found.sources[0].certain);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn siblings_share_an_input_a_field_or_a_plant_on_a_day() {
    for engine in engines() {
        let bed = company(engine).await;
        pick_slot(&bed).await;
        let staff = bed.staff("everybody").await;
        let found = staff.siblings(SOUP, 3, None).await.unwrap().unwrap();
        let reasons: Vec<_> =
            found.siblings.iter().map(|one| (one.lot.0.contains("SALAD"), one.reason, one.certain)).collect();
        // B went into the soup for certain, and may have gone into the salad as A.
        let expected = [
            (false, SiblingReason::SharedInput, false),
            (true, SiblingReason::SharedInput, false),
            (true, SiblingReason::SamePlaceAndDay, true),
        ];
        assert_eq!(reasons, expected, "{found:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_budget_gives_a_part_and_going_on_gives_the_same_as_no_budget() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        bed.programme().await;
        let staff = bed.staff("meridian").await;
        let question = TraceQuestion { lot: T3.to_owned(), direction: Direction::Back, hops: 10, as_of: None };
        let whole = TraceOptions { both_ways: true, ..TraceOptions::default() };
        let whole = staff.trace_within(&question, &whole).await.unwrap().unwrap();
        assert!(whole.next.is_none() && !whole.lineage.is_partial());
        for budget in [Budget { nodes: 1, events: 50_000 }, Budget { nodes: 5_000, events: 2 }] {
            let mut options = TraceOptions { both_ways: true, budget, ..TraceOptions::default() };
            let mut parts = 0;
            let last = loop {
                let part = staff.trace_within(&question, &options).await.unwrap().unwrap();
                assert_eq!(part.next.is_some(), part.lineage.is_partial());
                let limited = part.lineage.gaps().any(|gap| gap.reason == lineage::GapReason::Limit);
                assert_eq!(limited, part.lineage.is_partial());
                parts += 1;
                if part.next.is_none() {
                    break part;
                }
                options.after.clone_from(&part.next);
            };
            assert!(parts > 2, "{parts}");
            assert_eq!(last.lineage, whole.lineage);
            assert_eq!(last.starts, whole.starts);
        }
        let foreign = TraceOptions { after: Some("made up".to_owned()), ..TraceOptions::default() };
        assert!(matches!(staff.trace_within(&question, &foreign).await, Err(app::AppError::BadCursor)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_ways_is_back_and_forward_in_one() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        bed.programme().await;
        let staff = bed.staff("valle-verde").await;
        let question = TraceQuestion { lot: T1.to_owned(), direction: Direction::Back, hops: 10, as_of: None };
        let options = TraceOptions { both_ways: true, ..TraceOptions::default() };
        let both = staff.trace_within(&question, &options).await.unwrap().unwrap();
        let found = certainty(&both);
        assert!([H1, T1, T3].iter().all(|lot| found.get(lot) == Some(&true)), "{found:?}");
        assert!(![H2, T2].iter().any(|lot| found.contains_key(lot)), "{found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_known_then_is_what_had_been_recorded_by_then() {
    for engine in engines() {
        let bed = company(engine).await;
        let made = chains::created("P1", &time(1), PACKER, PACKER, &cases(A, "100"), "");
        record(&bed, &[made]).await;
        let then = domain::Clock::now(&*bed.clock);
        bed.clock.advance(jiff::SignedDuration::from_mins(5));
        record(&bed, &[made_of("P5", &time(5), PROCESSOR, &cases(A, "10"), &cases(SALAD, "20"), "")]).await;
        let staff = bed.staff("everybody").await;
        let question = TraceQuestion { lot: A.to_owned(), direction: Direction::Forward, hops: 10, as_of: None };
        let options = TraceOptions { known_at: Some(then), ..TraceOptions::default() };
        let known = staff.trace_within(&question, &options).await.unwrap().unwrap();
        assert_eq!(certainty(&known), BTreeMap::from([(A, true)]));
        let today = staff.trace(&question).await.unwrap().unwrap();
        assert_eq!(certainty(&today), BTreeMap::from([(A, true), (SALAD, true)]));
        let then = staff.balance(A, None, Some(then)).await.unwrap().unwrap();
        assert_eq!(then[0].total(|place| place.consumed).to_string(), "0");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_of_a_partner_is_the_same_with_and_without_possible_links() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        bed.grant("brightleaf", "meridian", Profile::Trace, Continuation::Refer).await;
        let back = trace(&bed.partner("brightleaf", "meridian").await, T3, Direction::Back).await;
        assert!(back.lineage.nodes().all(|node| node.certain));
        assert!(back.lineage.edges().all(|edge| edge.basis == Basis::Recorded));
    }
}
