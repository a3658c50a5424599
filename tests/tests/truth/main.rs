//! Of a generated network, every lot's ancestors and descendants are the generator's, and so is what is left where,
//! in whatever order the events arrive.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on must fail")]

mod answers;
mod gateway;

use epcis::Event;
use lotline_benches::Random;
use network::{Network, Plan, Shares, Truth};

use crate::{
    answers::Answers,
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
    Plan { stores: 3, shares, landmarks_every: 0, pallet_rest_days: 1, ..Plan::new(7, EVENTS) }
}

/// Events of the network.
const EVENTS: u64 = 3_000;

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_tells_the_truth() {
    tells_the_truth(Engine::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_tells_the_truth() {
    if let Some(engine) = Engine::postgres() {
        tells_the_truth(engine).await;
    }
}

async fn tells_the_truth(engine: Engine) {
    let (mut events, truth) = told(&plan());
    let right = Answers::of(&truth);
    let lots: Vec<String> = truth.lots().iter().map(|lot| lot.id.clone()).collect();
    let gateway = Gateway::new(engine).await;
    let begun = std::time::Instant::now();
    let mut wrong = Vec::new();
    for order in ["recorded", "shuffled"] {
        let staff = gateway.record(order, &events).await;
        eprintln!("{order} captured {:?}", begun.elapsed());
        let answers = staff.answers(lots.clone()).await;
        eprintln!("{order} answered {} lots {:?}", lots.len(), begun.elapsed());
        wrong.extend(answers.differences(&right).into_iter().map(|what| format!("{order}: {what}")));
        shuffle(&mut events);
    }
    assert!(wrong.is_empty(), "of {} lots\n{}", lots.len(), wrong.join("\n"));
}

/// The events of a network in the order of their recording, and the truth about it.
fn told(plan: &Plan) -> (Vec<Event>, Truth) {
    let mut network = Network::new(plan).telling_truth();
    let events: Vec<Event> = network.by_ref().map(|recorded| recorded.event).collect();
    let mut truth = Truth::default();
    for statement in network.take_truth() {
        truth.add(statement);
    }
    (events, truth)
}

fn shuffle(events: &mut [Event]) {
    let mut random = Random::new(11);
    for at in (1..events.len()).rev() {
        events.swap(at, random.index(at + 1));
    }
}
