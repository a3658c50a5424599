//! What is old goes, with all that only it named; what is younger stays as it was.

use app::{EventFilter, JobStatus};
use domain::{Clock, TenantId};
use jiff::{SignedDuration, civil::date};
use store::{Cutoff, Purged, Retention};
use testkit::chain_a::{JSON_LD, T1};

use crate::bed::{Bed, Engine, engines};

const SLUG: &str = "valle-verde";

/// An object event on one lot at one place.
fn event(id: u32, time: &str, lot: &str, place: &str, declared: bool) -> String {
    let declaration = if declared { r#""errorDeclaration":{"declarationTime":"2030-10-02T12:00:00Z"},"# } else { "" };
    format!(
        r#"{{"type":"ObjectEvent","eventID":"urn:uuid:00000000-0000-4000-8000-{id:012}","eventTime":"{time}",
"eventTimeZoneOffset":"-07:00",{declaration}"action":"OBSERVE","bizStep":"storing","readPoint":{{"id":"{place}"}},
"quantityList":[{{"epcClass":"{lot}","quantity":100,"uom":"XCS"}}]}}"#
    )
}

fn document(events: &[String]) -> Vec<u8> {
    let document = format!(
        r#"{{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],"type":"EPCISDocument",
"schemaVersion":"2.0","creationDate":"2028-08-20T12:00:00Z","epcisBody":{{"eventList":[{}]}}}}"#,
        events.join(",")
    );
    document.into_bytes()
}

const OLD: &str = "2028-08-17T20:30:00Z";
const YOUNG: &str = "2030-10-01T20:30:00Z";
const LOT_A: &str = "https://id.gs1.org/01/19521003000173/10/OLD-A";
const LOT_B: &str = "https://id.gs1.org/01/19521003000173/10/BOTH-B";
const OLD_PLACE: &str = "https://id.gs1.org/414/9521003009995";
const PLACE: &str = "https://id.gs1.org/414/9521003001005";

async fn capture(bed: &Bed, events: &[String]) {
    let job = bed.capture(SLUG, &document(events), JSON_LD).await;
    assert_eq!((job.status, job.stored), (JobStatus::Finished, events.len() as u64), "{:?}", job.findings);
}

/// Two years and two months later.
fn later(bed: &Bed) -> Cutoff {
    bed.clock.advance(SignedDuration::from_hours(24 * 791));
    Retention::default().cutoff(bed.clock.now()).unwrap()
}

async fn purge(bed: &Bed, tenant: TenantId, cutoff: Cutoff) -> Purged {
    bed.store().await.purge(tenant, cutoff, |_| {}).await.unwrap()
}

/// The ids of the events that staff see.
async fn events(bed: &Bed) -> Vec<String> {
    let page = bed.staff(SLUG).await.events(&EventFilter::default(), None, 100).await.unwrap();
    page.entries.into_iter().map(|(event, _)| event.about.get().event.clone()).collect()
}

fn id(number: u32) -> String {
    format!("urn:uuid:00000000-0000-4000-8000-{number:012}")
}

#[tokio::test(flavor = "multi_thread")]
async fn old_events_go_with_everything_that_only_they_named() {
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        let tenant = bed.tenant(SLUG);
        let first = [event(1, OLD, LOT_A, OLD_PLACE, false), event(2, OLD, LOT_B, PLACE, false)];
        capture(&bed, &first).await;
        let cutoff = later(&bed);
        // Of an old day but recorded just now, and new altogether.
        capture(&bed, &[event(3, OLD, LOT_B, PLACE, false), event(4, YOUNG, LOT_B, PLACE, false)]).await;

        let found = bed.store().await.purgeable(tenant, cutoff).await.unwrap();
        assert_eq!((found.events, found.things, found.items), (2, 1, 1));
        let (oldest, newest) = found.recorded.unwrap();
        assert_eq!((oldest.to_string(), newest), ("2028-09-01T12:00:00Z".to_owned(), oldest));
        assert!(found.bytes > 0);
        assert_eq!(events(&bed).await.len(), 4, "looking removes nothing");

        // Lot A and the place where only lot A was.
        let purged = purge(&bed, tenant, cutoff).await;
        assert_eq!(purged, Purged { events: 2, things: 1, items: 2, vocabulary: 0 });
        assert_eq!(events(&bed).await, [id(3), id(4)]);
        let staff = bed.staff(SLUG).await;
        assert!(staff.lots_named(LOT_A).await.unwrap().is_empty());
        assert!(staff.lots_named("OLD-A").await.unwrap().is_empty());
        assert_eq!(staff.lots_named(LOT_B).await.unwrap().len(), 1);

        assert_eq!(purge(&bed, tenant, cutoff).await, Purged::default(), "there is nothing left to remove");
        capture(&bed, &first).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_stays_as_long_as_the_declaration_that_it_was_wrong() {
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        let tenant = bed.tenant(SLUG);
        capture(&bed, &[event(1, OLD, LOT_A, PLACE, false), event(2, OLD, LOT_A, PLACE, false)]).await;
        let cutoff = later(&bed);
        capture(&bed, &[event(1, OLD, LOT_A, PLACE, true)]).await;
        assert_eq!(purge(&bed, tenant, cutoff).await.events, 1);
        let left = events(&bed).await;
        assert_eq!(left, [id(1), format!("{}#errorDeclaration", id(1))]);
        assert!(bed.staff(SLUG).await.event(&id(1)).await.unwrap().unwrap().retracted);
        // Two years after the declaration both go.
        let cutoff = later(&bed);
        assert_eq!(purge(&bed, tenant, cutoff).await.events, 2);
        assert!(events(&bed).await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purge_of_many_events_goes_in_steps_and_one_that_broke_off_is_finished_by_the_next() {
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        let tenant = bed.tenant(SLUG);
        let many: Vec<String> = (0..1_200).map(|number| event(number, OLD, LOT_A, PLACE, false)).collect();
        capture(&bed, &many).await;
        let cutoff = later(&bed);
        capture(&bed, &[event(9_999, YOUNG, LOT_B, PLACE, false)]).await;
        let store = bed.store().await;
        let broken_off = tokio::spawn(async move {
            store.purge(tenant, cutoff, |purged| assert!(purged.events < 1_000, "the power fails")).await
        });
        assert!(broken_off.await.unwrap_err().is_panic());
        let found = bed.store().await.purgeable(tenant, cutoff).await.unwrap();
        assert_eq!(found.events, 200);
        let mut steps = Vec::new();
        bed.store().await.purge(tenant, cutoff, |purged| steps.push(*purged)).await.unwrap();
        assert_eq!(
            steps,
            [
                Purged { events: 200, things: 1, items: 0, vocabulary: 0 },
                Purged { events: 200, things: 1, items: 1, vocabulary: 0 },
            ]
        );
        assert_eq!(events(&bed).await, [id(9_999)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_no_longer_sees_what_was_purged_and_other_tenants_keep_theirs() {
    for engine in engines() {
        let bed = Bed::chain_a(engine).await;
        let partner = bed.partner(SLUG, "meridian").await;
        assert_eq!(partner.lots_named(T1).await.unwrap().len(), 1);
        let cutoff = later(&bed);
        assert_eq!(purge(&bed, bed.tenant(SLUG), cutoff).await.events, 6);
        let partner = bed.partner(SLUG, "meridian").await;
        assert!(partner.lots_named(T1).await.unwrap().is_empty());
        assert!(partner.events(&EventFilter::default(), None, 10).await.unwrap().entries.is_empty());
        assert!(events(&bed).await.is_empty());
        let other = bed.staff("meridian").await;
        assert_eq!(other.lots_named(T1).await.unwrap().len(), 1);
        let found = bed.store().await.purgeable(bed.tenant("meridian"), cutoff).await.unwrap();
        assert_eq!(found.events, 10);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_recorded_on_the_first_day_that_is_kept_is_removed() {
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        capture(&bed, &[event(1, OLD, LOT_A, PLACE, false)]).await;
        let kept = Retention::new(24, None).unwrap();
        bed.clock.advance(SignedDuration::from_hours(24 * 730 + 11));
        let cutoff = kept.cutoff(bed.clock.now()).unwrap();
        assert_eq!(cutoff.day(), date(2028, 9, 1));
        assert_eq!(purge(&bed, bed.tenant(SLUG), cutoff).await, Purged::default());
        bed.clock.advance(SignedDuration::from_hours(24));
        let cutoff = kept.cutoff(bed.clock.now()).unwrap();
        assert_eq!(purge(&bed, bed.tenant(SLUG), cutoff).await.events, 1);
    }
}

/// A document with master data of one place.
fn described(place: &str, events: &[String]) -> Vec<u8> {
    let header = format!(
        r#""epcisHeader":{{"epcisMasterData":{{"vocabularyList":[{{"type":"urn:epcglobal:epcis:vtype:Location",
"vocabularyElementList":[{{"id":"{place}","attributes":[{{"id":"urn:epcglobal:cbv:mda#name","attribute":"Shed"}}]}}]}}]}}}},"#
    );
    String::from_utf8(document(events))
        .unwrap()
        .replace("\"epcisBody\"", &format!("{header}\"epcisBody\""))
        .into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn master_data_goes_with_its_place_unless_it_is_younger() {
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        let tenant = bed.tenant(SLUG);
        let other = "https://id.gs1.org/414/9521003009988";
        for (number, place) in [(1, OLD_PLACE), (2, other)] {
            let events = [event(number, OLD, LOT_A, place, false)];
            let job = bed.capture(SLUG, &described(place, &events), JSON_LD).await;
            assert_eq!((job.status, job.stored), (JobStatus::Finished, 1), "{:?}", job.findings);
        }
        let cutoff = later(&bed);
        let again = described(other, &[event(2, OLD, LOT_A, other, false)]);
        assert_eq!(bed.capture(SLUG, &again, JSON_LD).await.duplicates, 1);
        let purged = purge(&bed, tenant, cutoff).await;
        // The lot, the old place, and the step; the other place is still described.
        assert_eq!(purged, Purged { events: 2, things: 1, items: 3, vocabulary: 1 });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_tenant_with_old_records_alone_no_row_of_them_is_left() {
    let Some(database) = testkit::postgres::database() else { return };
    let bed = Bed::chain_a(Engine::Postgres(database.clone())).await;
    let rows = |tenant: TenantId| {
        let tables =
            ["event", "event_thing", "event_end", "thing", "thing_code", "process_side", "containment", "item"];
        let tables = tables.into_iter().chain(["vocabulary"]);
        let count = |table| format!("SELECT '{table}: ' || count(*) FROM {table} WHERE tenant = {}", tenant.0);
        database.psql(&tables.map(count).collect::<Vec<_>>().join(" UNION ALL ")).unwrap()
    };
    let others = rows(bed.tenant("meridian"));
    let cutoff = later(&bed);
    for slug in ["valle-verde", "brightleaf"] {
        purge(&bed, bed.tenant(slug), cutoff).await;
        let left = rows(bed.tenant(slug));
        assert!(left.lines().all(|line| line.ends_with(": 0")), "{slug}: {left}");
    }
    assert_eq!(rows(bed.tenant("meridian")), others);
}
