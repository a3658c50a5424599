//! Failures that the simulation found, each as the smallest script that showed it.

use crate::{
    play::{Care, play},
    script::{
        CRATE, Doing, Entry, Fact, Form,
        Good::{self, Lot, Unit},
        Line, Script, Sending, Step,
    },
    world::{Engine, World},
};

const PALLET: u8 = 0;
const CASE: u8 = 1;

fn some(good: Good, amount: u32) -> Line {
    Line { good, amount: Some(amount) }
}

fn one(good: Good) -> Line {
    Line { good, amount: None }
}

fn consumed(inputs: &[Line], output: Line) -> Doing {
    Doing::Turned { inputs: inputs.to_vec(), outputs: vec![output], process: None }
}

/// Whether the gateway answers like the model after each of these events, an hour apart, at one place.
async fn answers_like_the_model(doings: &[Doing]) {
    let fact = |(id, doing): (u32, &Doing)| Fact { id: Some(id), at: 100 * i64::from(id), place: 0, doing: doing.clone() };
    let facts: Vec<Fact> = (1..).zip(doings).map(fact).collect();
    let send = |index| Step::Send(Sending { entries: vec![Entry::Fact(index)], form: Form::PLAIN });
    let steps = (0..facts.len()).map(send).collect();
    answers_like_the_model_through(&Script { facts, steps }).await;
}

async fn answers_like_the_model_through(script: &Script) {
    let mut world = World::new(Engine::sqlite()).await;
    let care = Care { everything: true, spare_known_failures: false };
    if let Err(failure) = play(&mut world, script, care).await {
        panic!("{failure}\n{script}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lot_leads_on_through_a_unit_that_only_its_unpacking_tells_of() {
    answers_like_the_model(&[
        consumed(&[one(Unit(PALLET))], some(Lot(3), 5)),
        Doing::Unpacked(PALLET, vec![some(Lot(0), 9)]),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_is_emptied_and_then_packed_into_another_takes_nothing_along() {
    answers_like_the_model(&[
        Doing::Packed(CASE, vec![some(Lot(0), 9)]),
        Doing::Unpacked(CASE, Vec::new()),
        Doing::Packed(PALLET, vec![one(Unit(CASE))]),
        consumed(&[one(Unit(PALLET))], some(Lot(3), 5)),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_a_case_leaves_with_the_pallet_that_the_case_is_on() {
    answers_like_the_model(&[
        Doing::Made(vec![some(Lot(0), 9)]),
        Doing::Packed(CASE, vec![some(Lot(0), 9)]),
        Doing::Packed(PALLET, vec![one(Unit(CASE))]),
        Doing::Shipped(vec![one(Unit(PALLET))]),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_is_commissioned_brings_no_stock() {
    answers_like_the_model(&[
        Doing::Packed(PALLET, vec![some(Lot(0), 9)]),
        Doing::Made(vec![one(Unit(PALLET))]),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_in_a_crate_says_nothing_of_before_the_crate_left() {
    answers_like_the_model(&[
        Doing::Shipped(vec![one(Unit(CRATE))]),
        Doing::Unpacked(CRATE, vec![some(Lot(0), 9)]),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn as_of_a_day_nothing_later_is_known() {
    answers_like_the_model(&[Doing::Stored(vec![one(Unit(PALLET))]), Doing::Unpacked(PALLET, vec![some(Lot(0), 9)])]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn as_of_a_day_a_process_that_ends_later_has_no_end() {
    answers_like_the_model(&[
        Doing::Turned { inputs: vec![some(Lot(0), 9)], outputs: Vec::new(), process: Some(0) },
        Doing::Stored(vec![some(Lot(0), 9)]),
        Doing::Turned { inputs: Vec::new(), outputs: vec![some(Lot(3), 9)], process: Some(0) },
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_after_an_emptying_says_nothing_of_before_it() {
    answers_like_the_model(&[
        consumed(&[one(Unit(PALLET))], some(Lot(3), 5)),
        Doing::Unpacked(PALLET, Vec::new()),
        Doing::Unpacked(PALLET, vec![some(Lot(0), 9)]),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_names_a_lot_twice_sees_both() {
    answers_like_the_model(&[
        Doing::Observed(PALLET, vec![some(Lot(0), 9), one(Lot(0))]),
        Doing::Shipped(vec![one(Unit(PALLET))]),
    ])
    .await;
}
