//! Of a generated network, every lot's ancestors and descendants are the generator's, and so is what is left where,
//! in whatever order the events arrive.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on must fail")]

mod answers;
mod gateway;

use std::collections::BTreeMap;

use epcis::Event;
use lotline_benches::Random;
use network::{Network, Plan, Shares, Truth};

use crate::{
    answers::differences,
    gateway::{Engine, Gateway},
};

/// A small network in which little goes as it should.
fn plan() -> Plan {
    let shares = Shares {
        late: 1_500,
        duplicate: 500,
        both_sides: 1_500,
        corrected: 1_000,
        without_id: 500,
        hash_id: 500,
        inferred: 500,
        changed_code: 200,
        pallet_input: 3_000,
        in_two_events: 2_500,
        reused_pallet: 5_000,
        short: 500,
        ..Shares::default()
    };
    Plan { stores: 1, shares, landmarks_every: 0, pallet_rest_days: 1, ..Plan::new(7, EVENTS) }
}

/// As the events are shuffled after the first.
const ORDERS: [&str; 2] = ["recorded", "shuffled"];

/// Events of the network.
const EVENTS: u64 = 700;

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_tells_every_lineage() {
    tells_every_lineage(Engine::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_tells_every_lineage() {
    if let Some(engine) = Engine::postgres() {
        tells_every_lineage(engine).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_tells_what_is_left() {
    tells_what_is_left(Engine::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_tells_what_is_left() {
    if let Some(engine) = Engine::postgres() {
        tells_what_is_left(engine).await;
    }
}

async fn tells_every_lineage(engine: Engine) {
    let Told { mut events, twins, truth } = told(&plan());
    events.extend(twins);
    let lots: Vec<String> = truth.lots().iter().map(|lot| lot.id.clone()).collect();
    let gateway = Gateway::new(engine).await;
    let mut wrong = Vec::new();
    for order in ORDERS {
        let staff = gateway.staff(order).await;
        staff.record(&events).await;
        let said = staff.lineages(&lots).await;
        wrong.extend(differences(&format!("{order}: lots from"), &said, &answers::lineages(&truth)));
        shuffle(&mut events);
    }
    assert!(wrong.is_empty(), "of {} lots\n{}", lots.len(), wrong.join("\n"));
}

async fn tells_what_is_left(engine: Engine) {
    let Told { mut events, truth, .. } = told(&plan());
    let lots = answers::counted(&truth);
    let gateway = Gateway::new(engine).await;
    let mut wrong = Vec::new();
    for order in ORDERS {
        let staff = gateway.staff(order).await;
        staff.record(&events).await;
        wrong.extend(differences(&format!("{order}: stock of"), &staff.stock(&lots).await, &answers::stock(&truth)));
        shuffle(&mut events);
    }
    assert!(wrong.is_empty(), "of {} lots\n{}", lots.len(), wrong.join("\n"));
}

/// What a network tells.
struct Told {
    /// In the order of their recording.
    events: Vec<Event>,
    /// Shipments as their receivers record them once more. Nothing but their content ties them to those of the
    /// shippers, so stock counts both; lineage must not care.
    twins: Vec<Event>,
    truth: Truth,
}

fn told(plan: &Plan) -> Told {
    let mut network = Network::new(plan).telling_truth();
    let mut shipments = BTreeMap::new();
    let (twins, events) = network.by_ref().map(|recorded| recorded.event).partition(|event| {
        let is_shipment = event.biz_step.as_ref().is_some_and(|step| step.word() == "shipping");
        let content = Event { event_id: None, record_time: None, ..event.clone() }.digest();
        is_shipment && *shipments.entry(content).or_insert(event.event_id.clone()) != event.event_id
    });
    let mut truth = Truth::default();
    for statement in network.take_truth() {
        truth.add(statement);
    }
    Told { events, twins, truth }
}

fn shuffle(events: &mut [Event]) {
    let mut random = Random::new(11);
    for at in (1..events.len()).rev() {
        events.swap(at, random.index(at + 1));
    }
}
