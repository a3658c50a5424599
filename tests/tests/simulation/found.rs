//! Failures that the simulation found, each as the smallest script that showed it.

use domain::Direction;

use crate::{
    model::Model,
    order::difference,
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

/// What happens every hour at one place.
fn hourly(doings: &[Doing]) -> Vec<Fact> {
    let fact =
        |(id, doing): (u32, &Doing)| Fact { id: Some(id), at: 100 * i64::from(id), place: 0, doing: doing.clone() };
    (1..).zip(doings).map(fact).collect()
}

/// Whether the gateway answers like the model after each of these events, an hour apart, at one place.
async fn answers_like_the_model(doings: &[Doing]) {
    let facts = hourly(doings);
    let send = |index| Step::Send(Sending { entries: vec![Entry::Fact(index)], form: Form::PLAIN });
    let steps = (0..facts.len()).map(send).collect();
    let script = Script { facts, steps };
    let mut world = World::new(Engine::sqlite()).await;
    if let Err(failure) = play(&mut world, &script, Care { everything: true }).await {
        panic!("{failure}\n{script}");
    }
}

/// Whether two orders of arrival lead to the same answers.
async fn answers_the_same(facts: &[Fact], one: &[Entry], other: &[Entry]) {
    let mut world = World::new(Engine::sqlite()).await;
    if let Some(difference) = difference(&mut world, facts, one, other).await {
        panic!("{difference}");
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
async fn a_case_leads_to_no_pallet_that_it_was_on_before_it_was_packed() {
    answers_like_the_model(&[
        Doing::Packed(PALLET, vec![one(Unit(CASE))]),
        Doing::Unpacked(PALLET, Vec::new()),
        Doing::Packed(CASE, vec![some(Lot(0), 9)]),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_unit_was_used_up_for_is_not_made_of_what_was_packed_into_it_later() {
    answers_like_the_model(&[
        Doing::Packed(PALLET, vec![some(Lot(2), 5)]),
        consumed(&[one(Unit(PALLET))], some(Lot(2), 5)),
        Doing::Packed(PALLET, vec![some(Lot(0), 9)]),
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
async fn a_crate_that_is_found_on_two_pallets_leaves_once() {
    answers_like_the_model(&[
        Doing::Packed(CRATE, vec![some(Lot(0), 9)]),
        Doing::Packed(PALLET, vec![one(Unit(CRATE))]),
        Doing::Packed(CASE, vec![one(Unit(CRATE)), one(Unit(PALLET))]),
        Doing::Shipped(vec![one(Unit(CASE))]),
        Doing::Shipped(vec![one(Unit(PALLET)), one(Unit(CASE)), one(Unit(CRATE))]),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_is_commissioned_brings_no_stock() {
    answers_like_the_model(&[Doing::Packed(PALLET, vec![some(Lot(0), 9)]), Doing::Made(vec![one(Unit(PALLET))])]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_in_a_crate_says_nothing_of_before_the_crate_left() {
    answers_like_the_model(&[Doing::Shipped(vec![one(Unit(CRATE))]), Doing::Unpacked(CRATE, vec![some(Lot(0), 9)])])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn as_of_a_day_nothing_later_is_known() {
    let facts = hourly(&[Doing::Stored(vec![one(Unit(PALLET))]), Doing::Unpacked(PALLET, vec![some(Lot(0), 9)])]);
    let sending = Sending { entries: vec![Entry::Fact(0), Entry::Fact(1)], form: Form::PLAIN };
    let (mut world, mut model) = (World::new(Engine::sqlite()).await, Model::default());
    world.begin().await;
    world.send(&facts, &sending).await;
    model.capture(&facts, &sending);
    let back = world.look().await.trace(Unit(PALLET), Direction::Back, 150).await;
    assert_eq!(back, Some(model.back(Unit(PALLET), 150)));
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

#[tokio::test(flavor = "multi_thread")]
async fn what_a_lot_is_does_not_depend_on_whether_its_making_or_the_withdrawal_of_that_came_first() {
    let facts = hourly(&[Doing::Made(vec![some(Lot(0), 9)])]);
    let (made, withdrawn) = (Entry::Fact(0), Entry::Withdrawn(0));
    answers_the_same(&facts, &[made, withdrawn], &[withdrawn, made]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_lot_is_does_not_depend_on_which_of_its_events_came_first() {
    let facts =
        hourly(&[Doing::Made(vec![some(Lot(0), 9), some(Lot(2), 9)]), consumed(&[some(Lot(3), 3)], some(Lot(0), 2))]);
    let (made, repacked) = (Entry::Fact(0), Entry::Fact(1));
    answers_the_same(&facts, &[made, repacked], &[repacked, made]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_event_that_tells_of_a_containment_does_not_depend_on_which_came_first() {
    let mut facts =
        hourly(&[Doing::Packed(PALLET, vec![some(Lot(0), 9)]), Doing::Packed(PALLET, vec![some(Lot(0), 5)])]);
    facts[1].at = facts[0].at;
    let (one, other) = (Entry::Fact(0), Entry::Fact(1));
    answers_the_same(&facts, &[one, other], &[other, one]).await;
}

/// A lot code that two places give, and an event that does not say whose it is.
fn made_twice() -> Vec<Fact> {
    let mut facts = hourly(&[
        Doing::Made(vec![some(Lot(2), 9)]),
        Doing::Made(vec![some(Lot(2), 6)]),
        Doing::Received(vec![some(Lot(2), 5)]),
    ]);
    facts[1].place = 1;
    facts
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_lot_is_meant_does_not_depend_on_what_came_first() {
    let [here, there, received] = [0, 1, 2].map(Entry::Fact);
    answers_the_same(&made_twice(), &[here, received, there], &[here, there, received]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_making_makes_no_lot() {
    let (made, withdrawn) = (Entry::Fact(0), Entry::Withdrawn(1));
    answers_the_same(&made_twice(), &[made, withdrawn], &[withdrawn, made]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_making_takes_no_events_from_the_lot() {
    let (made, withdrawn, received) = (Entry::Fact(0), Entry::Withdrawn(1), Entry::Fact(2));
    answers_the_same(&made_twice(), &[made, withdrawn, received], &[made, received, withdrawn]).await;
}
