//! The order in which events arrive changes no answer.

use lotline_benches::Random;

use crate::{
    number,
    script::{Entry, Fact, Form, Script, Sending},
    world::{Engine, World},
};

/// Orders that are tried where nobody asks for more.
const ORDERS: u64 = 20;

#[tokio::test(flavor = "multi_thread")]
async fn the_order_of_arrival_changes_no_answer() {
    let first = number("LOTLINE_SIMULATION_SEED").unwrap_or(1);
    let mut world = World::new(Engine::sqlite()).await;
    for seed in first..first + number("LOTLINE_SIMULATION").unwrap_or(ORDERS) {
        let facts = Script::of_seed(seed).facts;
        let (entries, shuffled) = arrivals(seed, facts.len());
        if let Some(failure) = difference(&mut world, &facts, &entries, &shuffled).await {
            let smallest = smallest(&mut world, &facts, [entries, shuffled], failure).await;
            panic!("seed {seed}: {smallest}");
        }
    }
}

/// Every fact, some of them declared wrong, in order and out of order.
fn arrivals(seed: u64, facts: usize) -> (Vec<Entry>, Vec<Entry>) {
    let mut random = Random::new(!seed);
    let mut entries: Vec<Entry> = (0..facts).map(Entry::Fact).collect();
    entries.extend((0..facts).filter(|_| random.one_in(5)).map(Entry::Withdrawn));
    let mut shuffled = entries.clone();
    for at in (1..shuffled.len()).rev() {
        shuffled.swap(at, random.index(at + 1));
    }
    (entries, shuffled)
}

/// Leaves entries out of both orders as long as the answers still differ.
async fn smallest(world: &mut World, facts: &[Fact], orders: [Vec<Entry>; 2], failure: String) -> String {
    let ([mut one, mut other], mut failure) = (orders, failure);
    let mut tried = 0;
    while let Some(left_out) = one.get(tried).copied() {
        let without = |list: &[Entry]| list.iter().filter(|entry| **entry != left_out).copied().collect::<Vec<_>>();
        let (less, least) = (without(&one), without(&other));
        match difference(world, facts, &less, &least).await {
            Some(still) => (one, other, failure, tried) = (less, least, still, 0),
            None => tried += 1,
        }
    }
    let told: Vec<String> = one.iter().map(|entry| format!("{entry:?} of {:?}", facts[entry.fact()])).collect();
    format!("{failure}\n{}\nand in the order {other:?}", told.join("\n"))
}

/// What is said after one order of arrival and not after the other.
pub(crate) async fn difference(world: &mut World, facts: &[Fact], one: &[Entry], other: &[Entry]) -> Option<String> {
    let one = answers(world, facts, one).await;
    let other = answers(world, facts, other).await;
    let only = |these: &[String], those: &[String]| {
        let lines: Vec<String> = these.iter().filter(|line| !those.contains(line)).cloned().collect();
        lines.join("\n    ")
    };
    (one != other).then(|| format!("said first\n    {}\nsaid then\n    {}", only(&one, &other), only(&other, &one)))
}

async fn answers(world: &mut World, facts: &[Fact], entries: &[Entry]) -> Vec<String> {
    world.begin().await;
    for entry in entries {
        world.send(facts, &Sending { entries: vec![*entry], form: Form::PLAIN }).await;
    }
    world.look().await.everything().await
}
