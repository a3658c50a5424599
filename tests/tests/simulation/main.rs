//! Random sequences of what may happen to a gateway, next to a model that is small, slow and obviously right.
//!
//! `LOTLINE_SIMULATION` says how many scripts are played on each engine, `LOTLINE_SIMULATION_SEED` from which seed on.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test that cannot go on must fail")]

mod contents;
mod documents;
mod found;
mod model;
mod order;
mod play;
mod script;
mod world;

use crate::{
    play::{Care, play},
    script::Script,
    world::{Engine, World},
};

/// Scripts on each engine where nobody asks for more.
const SCRIPTS: u64 = 25;

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_answers_like_the_model() {
    simulate(Engine::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_answers_like_the_model() {
    if let Some(engine) = Engine::postgres() {
        simulate(engine).await;
    }
}

/// Plays scripts until one fails; that one is made as small as it still fails.
async fn simulate(engine: Engine) {
    let first = number("LOTLINE_SIMULATION_SEED").unwrap_or(1);
    let count = number("LOTLINE_SIMULATION").unwrap_or(SCRIPTS);
    let mut world = World::new(engine).await;
    for seed in first..first + count {
        let script = Script::of_seed(seed);
        if let Err(failure) = play(&mut world, &script, Care { everything: false }).await {
            let (script, failure) = smallest(&mut world, script, failure).await;
            panic!("seed {seed}: {failure}\n{script}");
        }
    }
}

/// Takes away from a failing script as long as it still fails.
async fn smallest(world: &mut World, mut script: Script, mut failure: String) -> (Script, String) {
    'smaller: loop {
        for less in script.smaller() {
            if let Err(still) = play(world, &less, Care { everything: true }).await {
                (script, failure) = (less, still);
                continue 'smaller;
            }
        }
        return (script, failure);
    }
}

#[expect(clippy::disallowed_methods, reason = "how long to play is a wish of whoever runs the tests")]
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}
