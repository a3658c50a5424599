//! Gateways that are killed, and a database server that is.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use testkit::tell;

use crate::{
    gateway::{Gateway, Site, wait_for},
    records::{Dice, Document},
};

/// How often a gateway is killed on each engine.
#[expect(clippy::disallowed_methods, reason = "how long to test is a wish of whoever runs the tests")]
fn kills() -> u64 {
    std::env::var("LOTLINE_KILLS").ok().map_or(12, |number| number.parse().unwrap())
}

const SENDERS: u64 = 2;

/// Sends documents until the gateway is gone.
fn send_until_killed(gateway: &Gateway, name: &str, dice: &mut Dice) -> Vec<Document> {
    let mut sent = Vec::new();
    loop {
        let size = usize::try_from(dice.between(1, 150)).unwrap();
        let mut document = Document::new(&format!("{name}-{}", sent.len()), size);
        document.proceed = dice.between(0, 3) == 0;
        let outcome = document.send(gateway);
        sent.push(document);
        match outcome {
            Ok(()) => {}
            Err(None) => return sent,
            Err(Some(answer)) => panic!("{}: {}", answer.status, answer.text()),
        }
    }
}

fn survives_kills(engine: &str, site: &Site) {
    let mut dice = Dice(20_280_815);
    let mut gateway = site.start();
    let (mut documents, mut acknowledged, mut events) = (0, 0, 0);
    let began = Instant::now();
    for round in 0..kills() {
        let delay = Duration::from_millis(dice.between(50, 900));
        let sent = thread::scope(|scope| {
            let senders: Vec<_> = (0..SENDERS)
                .map(|sender| {
                    let mut dice = Dice(dice.between(0, u64::MAX >> 33));
                    let gateway = &gateway;
                    scope.spawn(move || send_until_killed(gateway, &format!("{round}-{sender}"), &mut dice))
                })
                .collect();
            thread::sleep(delay);
            gateway.kill();
            senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect::<Vec<_>>()
        });
        gateway = site.start();
        for document in &sent {
            document.check(&gateway);
            documents += 1;
            acknowledged += usize::from(document.acknowledged.is_some());
            events += document.acknowledged.as_ref().map_or(0, |_| document.events.len());
        }
        if round % 40 == 39 {
            gateway.settle();
        }
    }
    gateway.settle();
    let (kills, seconds) = (kills(), began.elapsed().as_secs());
    tell(&format!(
        "{engine}: {kills} kills in {seconds} s; {documents} documents, {acknowledged} of them acknowledged with {events} \
         events, all there; no document in part, no job stuck"
    ));
}

#[test]
fn a_gateway_on_sqlite_that_is_killed_loses_nothing_that_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    survives_kills("SQLite", &Site::sqlite(folder.path()));
}

#[test]
fn a_gateway_on_postgresql_that_is_killed_loses_nothing_that_it_acknowledged() {
    let Some(database) = testkit::postgres::database() else { return };
    survives_kills("PostgreSQL", &Site::new(database.url()));
    assert_eq!(database.psql("SELECT count(*) FROM job WHERE status = 'running'").unwrap(), "0");
}

#[test]
fn a_database_server_that_crashes_under_load_costs_time_and_nothing_else() {
    let Some(server) = testkit::postgres::server(None) else { return };
    let database = server.database().unwrap();
    let site = Site::new(database.url());
    let gateway = site.start();
    let stop = AtomicBool::new(false);
    let refusals = Mutex::new(Vec::new());
    let acknowledged_again = AtomicBool::new(false);
    let sent = thread::scope(|scope| {
        let sender = |sender: u64| {
            let (gateway, stop) = (&gateway, &stop);
            let (refusals, again) = (&refusals, &acknowledged_again);
            scope.spawn(move || {
                let mut sent = Vec::new();
                while !stop.load(Ordering::SeqCst) {
                    let mut document = Document::new(&format!("{sender}-{}", sent.len()), 120);
                    match document.send(gateway) {
                        Ok(()) => again.store(true, Ordering::SeqCst),
                        Err(Some(answer)) => refusals.lock().unwrap().push(answer),
                        Err(None) => panic!("the gateway gave no answer: {}", gateway.log()),
                    }
                    sent.push(document);
                }
                sent
            })
        };
        let senders: Vec<_> = (0..3).map(sender).collect();
        for _crash in 0..2 {
            wait_for("a document that is acknowledged", Duration::from_mins(1), || {
                acknowledged_again.load(Ordering::SeqCst).then_some(())
            });
            thread::sleep(Duration::from_millis(700));
            server.crash().unwrap();
            let answer = gateway.get("/epcis/events").unwrap();
            assert_eq!((answer.status, answer.header("retry-after")), (503, "10"), "{}", answer.text());
            assert_eq!(answer.header("content-type"), "application/problem+json");
            thread::sleep(Duration::from_secs(2));
            acknowledged_again.store(false, Ordering::SeqCst);
            server.start().unwrap();
        }
        wait_for("a document that is acknowledged", Duration::from_mins(1), || {
            acknowledged_again.load(Ordering::SeqCst).then_some(())
        });
        stop.store(true, Ordering::SeqCst);
        senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect::<Vec<_>>()
    });
    let refusals = refusals.into_inner().unwrap();
    assert!(!refusals.is_empty(), "nobody was refused");
    for answer in &refusals {
        assert_eq!((answer.status, answer.header("retry-after")), (503, "10"), "{}", answer.text());
        assert_eq!(answer.json()["title"], "Database not available", "{}", answer.text());
    }
    gateway.has_not_panicked();
    gateway.settle();
    for document in &sent {
        document.check(&gateway);
    }
    let acknowledged = sent.iter().filter(|document| document.acknowledged.is_some()).count();
    tell(&format!(
        "PostgreSQL crashed twice: {} documents, {acknowledged} acknowledged and all there, {} refused with 503",
        sent.len(),
        refusals.len()
    ));
}
