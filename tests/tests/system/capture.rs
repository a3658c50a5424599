//! What capture promises: everything or nothing, once, and never a contradiction in silence.

use std::time::Duration;

use app::{CaptureError, Job, JobStatus, TraceQuestion};
use domain::{Direction, Role};
use epcis::{Binding, Severity};
use store::Lease;
use testkit::chain_a::{JSON_LD, XML, chain_a};

use crate::bed::{Bed, engines};

/// A document of one object event, spelled as told.
fn json(event_id: &str, epc_class: &str, quantity: &str) -> String {
    format!(
        r#"{{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],"type":"EPCISDocument",
"schemaVersion":"2.0","creationDate":"2028-08-15T12:00:00Z","epcisBody":{{"eventList":[{{"type":"ObjectEvent",
"eventID":"{event_id}","eventTime":"2028-08-15T12:00:00Z","eventTimeZoneOffset":"-07:00","action":"OBSERVE",
"bizStep":"storing","readPoint":{{"id":"urn:epc:id:sgln:9521003.00100.0"}},
"quantityList":[{{"epcClass":"{epc_class}","quantity":{quantity},"uom":"XCS"}}]}}]}}}}"#
    )
}

/// The same event in XML.
fn xml(event_id: &str, epc_class: &str, quantity: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0" creationDate="2028-08-15T12:00:00Z">
<EPCISBody><EventList><ObjectEvent><eventTime>2028-08-15T05:00:00-07:00</eventTime>
<eventTimeZoneOffset>-07:00</eventTimeZoneOffset><eventID>{event_id}</eventID><epcList/><action>OBSERVE</action>
<bizStep>urn:epcglobal:cbv:bizstep:storing</bizStep><readPoint><id>https://id.gs1.org/414/9521003001005</id></readPoint>
<quantityList><quantityElement><epcClass>{epc_class}</epcClass><quantity>{quantity}</quantity><uom>XCS</uom>
</quantityElement></quantityList></ObjectEvent></EventList></EPCISBody></epcis:EPCISDocument>"#
    )
}

const URN: &str = "urn:epc:class:lgtin:9521003.100017.VV28228A";
const LINK: &str = "https://id.valleverde.example/01/19521003000173/10/VV28228A";
const ID: &str = "urn:uuid:59e143fa-5089-5710-ad3f-a19081129463";

fn counts(job: &Job) -> (JobStatus, u64, u64, u64) {
    (job.status, job.stored, job.duplicates, job.rejected)
}

fn codes(job: &Job) -> Vec<&str> {
    let rejects = job.findings.iter().filter(|finding| finding.severity == Severity::Reject);
    rejects.map(|finding| &*finding.code).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn sending_a_document_again_changes_nothing() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        let company = &chain_a()[3];
        let document = &company.documents[0];
        let staff = bed.staff(company.slug).await;
        let question =
            TraceQuestion { lot: testkit::chain_a::T3.to_owned(), direction: Direction::Back, hops: 10, as_of: None };
        let before = format!("{:?}", staff.trace(&question).await.unwrap());
        let again = bed.capture(company.slug, document.bytes, document.media_type).await;
        assert_eq!(counts(&again), (JobStatus::Finished, 0, 4, 0));
        let after = format!("{:?}", bed.staff(company.slug).await.trace(&question).await.unwrap());
        assert_eq!(before, after);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_event_in_two_spellings_and_two_bindings_is_one_event() {
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        let first = bed.capture("valle-verde", json(ID, URN, "10.50").as_bytes(), JSON_LD).await;
        assert_eq!(counts(&first), (JobStatus::Finished, 1, 0, 0), "{:?}", first.findings);
        for (document, media_type) in [(json(ID, LINK, "10.5"), JSON_LD), (xml(ID, URN, "10.50"), XML)] {
            let again = bed.capture("valle-verde", document.as_bytes(), media_type).await;
            assert_eq!(counts(&again), (JobStatus::Finished, 0, 1, 0), "{:?}", again.findings);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_id_with_another_content_is_a_conflict_and_stores_nothing() {
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        bed.capture("valle-verde", json(ID, URN, "10").as_bytes(), JSON_LD).await;
        let other = bed.capture("valle-verde", json(ID, URN, "11").as_bytes(), JSON_LD).await;
        assert_eq!(counts(&other), (JobStatus::Failed, 0, 0, 1));
        assert_eq!(codes(&other), ["CAPTURE-EVENT-ID-CONFLICT"]);
        let staff = bed.staff("valle-verde").await;
        let kept = staff.event(ID).await.unwrap().unwrap().event.unwrap();
        assert_eq!(kept.quantity_list[0].quantity.as_ref().unwrap().spelled(), "10");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_companys_event_of_the_same_id_is_no_conflict_and_not_seen() {
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        bed.capture("valle-verde", json(ID, URN, "10").as_bytes(), JSON_LD).await;
        let other = bed.capture("brightleaf", json(ID, URN, "11").as_bytes(), JSON_LD).await;
        assert_eq!(counts(&other), (JobStatus::Finished, 1, 0, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_event_keeps_the_whole_document_out_and_is_named_with_its_place() {
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        let bad = json(ID, URN, "10")
            .replace("\"eventList\":[", "\"eventList\":[{\"type\":\"ObjectEvent\",\"action\":\"MOVE\"},");
        let job = bed.capture("valle-verde", bad.as_bytes(), JSON_LD).await;
        assert_eq!((job.status, job.stored), (JobStatus::Failed, 0));
        assert!(
            job.findings.iter().any(|finding| finding.at.event == Some(0) && finding.at.line > 0),
            "{:?}",
            job.findings
        );
        let staff = bed.staff("valle-verde").await;
        assert!(staff.event(ID).await.unwrap().is_none());
        assert!(staff.lots_named(URN).await.unwrap().is_empty());
        assert_eq!(staff.job(&job.id).await.unwrap().unwrap(), job);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn truncated_documents_fail_with_line_and_column() {
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        for (document, media_type) in [(json(ID, URN, "10"), JSON_LD), (xml(ID, URN, "10"), XML)] {
            for length in [0, 1, document.len() / 2, document.len() - 2] {
                let job = bed.capture("valle-verde", &document.as_bytes()[..length], media_type).await;
                assert_eq!((job.status, job.stored), (JobStatus::Failed, 0), "{media_type} cut at {length}");
                assert!(job.findings.iter().any(|finding| finding.at.line > 0), "{:?}", job.findings);
            }
        }
        assert!(bed.staff("valle-verde").await.event(ID).await.unwrap().is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doctype_with_entities_is_refused_unread() {
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        let bomb = xml(ID, "&big;", "10").replacen("?>", "?><!DOCTYPE x [<!ENTITY big \"bang\">]>", 1);
        let job = bed.capture("valle-verde", bomb.as_bytes(), XML).await;
        assert_eq!((job.status, codes(&job)), (JobStatus::Failed, vec!["XML-DOCTYPE"]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_above_the_limit_is_refused_and_leaves_no_job() {
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        let staff = bed.staff("valle-verde").await;
        let endless = tokio::io::repeat(b' ');
        let error = staff.capture(endless, Binding::Json).await.unwrap_err();
        assert!(matches!(error, CaptureError::TooLarge { .. }), "{error}");
        assert_eq!(staff.jobs(10).await.unwrap(), []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_declared_wrong_stays_and_stops_being_a_fact_whichever_comes_first() {
    let wrong = json(ID, URN, "10").replace("storing", "receiving");
    let declared = wrong.replace(
        "\"action\"",
        "\"errorDeclaration\":{\"declarationTime\":\"2028-08-16T12:00:00Z\",\"reason\":\"incorrect_data\"},\"action\"",
    );
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        for (company, documents) in [("valle-verde", [&wrong, &declared]), ("brightleaf", [&declared, &wrong])] {
            let staff = bed.staff(company).await;
            for document in documents {
                let job = bed.capture(company, document.as_bytes(), JSON_LD).await;
                assert_eq!(counts(&job), (JobStatus::Finished, 1, 0, 0), "{:?}", job.findings);
            }
            assert!(staff.event(ID).await.unwrap().unwrap().retracted);
            assert_eq!(staff.stock(URN).await.unwrap(), Some(vec![]));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_staff_with_the_role_may_capture() {
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        let partner = bed.partner("valle-verde", "brightleaf").await;
        let error = partner.capture(json(ID, URN, "1").as_bytes(), Binding::Json).await.unwrap_err();
        assert!(matches!(error, CaptureError::App(app::AppError::StaffOnly)), "{error}");
        assert!(bed.staff("valle-verde").await.require(Role::Capture).is_ok());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capture_that_was_cut_off_is_reported_failed_after_a_restart() {
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        let finished = bed.capture("valle-verde", json(ID, URN, "1").as_bytes(), JSON_LD).await;
        let cut_off =
            Job { id: "cut-off".to_owned(), status: JobStatus::Running, finished_at: None, ..finished.clone() };
        let lease = Lease { worker: "stopped", lasts: Duration::ZERO };
        bed.store().await.begin_job(bed.tenant("valle-verde"), &cut_off, lease).await.unwrap();
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert_eq!(bed.app.recover().await.unwrap(), 1);
        let staff = bed.staff("valle-verde").await;
        assert_eq!(staff.job(&finished.id).await.unwrap().unwrap().status, JobStatus::Finished);
        let reported = staff.job("cut-off").await.unwrap().unwrap();
        assert_eq!((reported.status, codes(&reported)), (JobStatus::Failed, vec!["CAPTURE-INTERRUPTED"]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_does_not_depend_on_the_order_of_arrival() {
    let mut answers = std::collections::BTreeSet::new();
    for newest_first in [false, true] {
        for engine in engines() {
            let bed = Bed::chain_a_in_order(engine, newest_first).await;
            bed.programme().await;
            let question =
                |lot: &str, direction| TraceQuestion { lot: lot.to_owned(), direction, hops: 10, as_of: None };
            let back =
                bed.staff("meridian").await.trace(&question(testkit::chain_a::T3, Direction::Back)).await.unwrap();
            let forward = bed
                .staff("harbor-mesa")
                .await
                .trace(&question(testkit::chain_a::H1, Direction::Forward))
                .await
                .unwrap();
            // Pseudonyms differ between databases, since each has a secret of its own.
            let nodes = [back, forward].into_iter().flatten().flat_map(|trace| {
                let nodes =
                    trace.lineage.nodes().map(|node| format!("{} {:?} {}", node.id.0, node.kind, node.sightings.len()));
                let edges = trace.lineage.edges().map(|edge| format!("{:?} {} {}", edge.kind, edge.from.0, edge.to.0));
                nodes.chain(edges).collect::<Vec<_>>()
            });
            answers.insert(nodes.collect::<Vec<_>>());
        }
    }
    assert_eq!(answers.len(), 1, "{answers:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_document_sent_four_times_at_once_is_stored_once() {
    for engine in engines() {
        let bed = std::sync::Arc::new(Bed::companies(engine).await);
        let document = &chain_a()[4].documents[0];
        let send = |_| {
            let bed = bed.clone();
            tokio::spawn(async move { bed.capture("meridian", document.bytes, document.media_type).await })
        };
        let sent: Vec<_> = (0..4).map(send).collect();
        let (mut stored, mut duplicates) = (0, 0);
        for job in sent {
            let job = job.await.unwrap();
            assert_eq!(job.status, JobStatus::Finished, "{:?}", job.findings);
            stored += job.stored;
            duplicates += job.duplicates;
        }
        assert_eq!((stored, duplicates), (8, 24));
    }
}

/// A document of these events, with the `fsma` vocabulary.
fn document(events: &[String]) -> String {
    format!(
        r#"{{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
{{"fsma":"https://w3id.org/fsma204/kde/"}}],"type":"EPCISDocument","schemaVersion":"2.0",
"creationDate":"2028-08-20T12:00:00Z","epcisBody":{{"eventList":[{}]}}}}"#,
        events.join(",")
    )
}

const REPACKED: &str = "https://redbarn.example/item/TOM25/lot/TOM-8230-R4";
const GROWER: &str = "https://id.gs1.org/414/9521016000095";
const REPACKER: &str = "https://id.gs1.org/414/9521003001005";

fn received(id: &str, source: &str) -> String {
    format!(
        r#"{{"type":"ObjectEvent","eventID":"{id}","eventTime":"2028-08-17T20:30:00Z","eventTimeZoneOffset":"-07:00",
"action":"OBSERVE","bizStep":"receiving","readPoint":{{"id":"{REPACKER}"}},
"quantityList":[{{"epcClass":"{REPACKED}","quantity":100,"uom":"XCS"}}],
"fsma:lots":[{{"fsma:lot":"{REPACKED}","fsma:tlc":"TOM-8230-R4","fsma:tlcSource":"{source}"}}]}}"#
    )
}

/// A repack that keeps code and identifier; the place that assigned the code is now the repacker.
fn repack() -> String {
    format!(
        r#"{{"type":"TransformationEvent","eventTime":"2028-08-18T18:00:00Z","eventTimeZoneOffset":"-07:00",
"bizStep":"repackaging","readPoint":{{"id":"{REPACKER}"}},
"inputQuantityList":[{{"epcClass":"{REPACKED}","quantity":100,"uom":"XCS"}}],
"outputQuantityList":[{{"epcClass":"{REPACKED}","quantity":98,"uom":"XCS"}}],
"fsma:lots":[{{"fsma:lot":"{REPACKED}","fsma:tlc":"TOM-8230-R4","fsma:tlcSource":"{REPACKER}",
"fsma:assignment":"retained"}}]}}"#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_like_into_like_repack_gives_two_lots_of_one_code_whichever_event_comes_first() {
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        let events = [received("urn:uuid:00000000-0000-4000-8000-000000000001", GROWER), repack()];
        let reversed = [events[1].clone(), events[0].clone()];
        for (company, events) in [("valle-verde", events), ("brightleaf", reversed)] {
            for event in &events {
                let job = bed.capture(company, document(std::slice::from_ref(event)).as_bytes(), JSON_LD).await;
                assert_eq!(job.stored, 1, "{:?}", job.findings);
            }
            let lots = bed.staff(company).await.lots_named("TOM-8230-R4").await.unwrap();
            let mut sources: Vec<_> = lots.iter().filter_map(app::ShownLot::source_place).collect();
            sources.sort_unstable();
            assert_eq!(sources, [REPACKER, GROWER], "{company}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_withdrawn_event_said_of_a_lot_is_forgotten() {
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        let id = "urn:uuid:00000000-0000-4000-8000-000000000002";
        let wrong = received(id, "https://id.gs1.org/414/9521005011200");
        let withdrawn = wrong.replacen(
            "\"action\"",
            "\"errorDeclaration\":{\"declarationTime\":\"2028-08-19T12:00:00Z\"},\"action\"",
            1,
        );
        let right = received("urn:uuid:00000000-0000-4000-8000-000000000003", GROWER);
        for event in [wrong, withdrawn, right] {
            let job = bed.capture("valle-verde", document(&[event]).as_bytes(), JSON_LD).await;
            assert_eq!(job.stored, 1, "{:?}", job.findings);
        }
        let lots = bed.staff("valle-verde").await.lots_named("TOM-8230-R4").await.unwrap();
        assert_eq!(lots.iter().filter_map(app::ShownLot::source_place).collect::<Vec<_>>(), [GROWER]);
    }
}
