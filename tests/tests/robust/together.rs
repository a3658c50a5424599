//! Several gateways on one database.

use std::thread;

use serde_json::Value;

use crate::{
    gateway::{Gateway, Site},
    records::{Document, found, json_ld},
};

/// What became of a document.
fn captured(gateway: &Gateway, document: &str) -> Value {
    let answer = gateway.capture(document, "rollback").unwrap();
    assert_eq!(answer.status, 202, "{}\n{}", answer.text(), gateway.log());
    gateway.get(answer.header("location")).unwrap().json()
}

#[test]
fn four_gateways_that_capture_overlapping_documents_store_each_event_once() {
    let Some(database) = testkit::postgres::database() else { return };
    let site = Site::new(database.url());
    let gateways: Vec<Gateway> = (0..4).map(|_| site.start()).collect();
    let all = Document::new("shared", 600).events;
    // Each document shares two thirds of its events with its neighbours.
    let documents: Vec<String> = (0..4).map(|index| json_ld(&all[index * 100..index * 100 + 300], false)).collect();
    let jobs: Vec<Value> = thread::scope(|scope| {
        let works: Vec<_> = gateways
            .iter()
            .enumerate()
            .map(|(first, gateway)| {
                let documents = &documents;
                // Everybody sends everything, each in another order, and everybody the first one twice.
                scope.spawn(move || {
                    let order = (0..5).map(|step| (first + step) % 4);
                    order.map(|index| captured(gateway, &documents[index])).collect::<Vec<_>>()
                })
            })
            .collect();
        works.into_iter().flat_map(|work| work.join().unwrap()).collect()
    });
    let sum = |name: &str| jobs.iter().map(|job| job[name].as_u64().unwrap()).sum::<u64>();
    for job in &jobs {
        assert_eq!((&job["running"], &job["success"]), (&Value::Bool(false), &Value::Bool(true)), "{job}");
    }
    assert_eq!((sum("stored"), sum("duplicates"), sum("rejected")), (600, 20 * 300 - 600, 0));
    assert_eq!(found(&gateways[0], &all), 600);
    assert_eq!(database.psql("SELECT count(*), count(DISTINCT identity) FROM event").unwrap(), "600|600");
    assert_eq!(database.psql("SELECT count(*) FROM job WHERE status <> 'finished'").unwrap(), "0");
    gateways.iter().for_each(Gateway::has_not_panicked);
}

#[test]
fn four_gateways_that_get_one_id_with_four_contents_keep_one_of_them() {
    let Some(database) = testkit::postgres::database() else { return };
    let site = Site::new(database.url());
    let gateways: Vec<Gateway> = (0..4).map(|_| site.start()).collect();
    let ids = Document::new("contested", 20).events;
    let jobs: Vec<Value> = thread::scope(|scope| {
        let works: Vec<_> = gateways
            .iter()
            .enumerate()
            .map(|(index, gateway)| {
                let document = json_ld(&ids, false).replace(".5,", &format!(".{},", index + 1));
                scope.spawn(move || captured(gateway, &document))
            })
            .collect();
        works.into_iter().map(|work| work.join().unwrap()).collect()
    });
    let stored: Vec<u64> =
        jobs.iter().map(|job| job["stored"].as_u64().unwrap()).filter(|stored| *stored > 0).collect();
    assert_eq!(stored, [20], "one of them, and whole: {jobs:?}");
    for job in jobs.iter().filter(|job| job["success"] == Value::Bool(false)) {
        assert_eq!((&job["rejected"], &job["errors"][0]["code"]), (&20.into(), &"CAPTURE-EVENT-ID-CONFLICT".into()));
    }
    assert_eq!(database.psql("SELECT count(*) FROM event").unwrap(), "20");
}
