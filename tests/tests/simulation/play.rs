//! Playing a script: every step on the gateway and on the model, and a comparison after each.

use std::{collections::BTreeSet, fmt::Debug};

use domain::Direction;

use crate::{
    model::{Model, Outcome},
    script::{Good, LOTS, Script, Step, all},
    world::{Look, World},
};

/// Plays a script on a tenant of its own. The error says what is different after which step.
pub(crate) async fn play(world: &mut World, script: &Script, care: Care) -> Result<(), String> {
    world.begin().await;
    let mut model = Model::default();
    for (number, step) in script.steps.iter().enumerate() {
        let told = take(world, &mut model, script, step).await;
        let compared = match told {
            Ok(()) => compare(world, &model, script, number, care).await,
            different => different,
        };
        compared.map_err(|difference| format!("after step {number}: {difference}"))?;
    }
    Ok(())
}

async fn take(world: &mut World, model: &mut Model, script: &Script, step: &Step) -> Result<(), String> {
    let facts = &script.facts;
    match step {
        Step::Send(sending) => same("outcome", &world.send(facts, sending).await, &model.capture(facts, sending)),
        Step::SendTwice(sending) => {
            let mut outcomes = world.send_twice(facts, sending).await;
            let expected = [model.capture(facts, sending), model.capture(facts, sending)];
            if outcomes[0] != expected[0] {
                // Either may have been first.
                outcomes.reverse();
            }
            same("outcomes", &outcomes, &expected)
        }
        Step::Spoil(sending) => same("outcome", &world.spoil(facts, sending).await, &Outcome::Refused),
        Step::CutOff(sending) => same("outcome", &world.cut_off(facts, sending).await, &Outcome::Refused),
        Step::Crash(sending, turns) => match world.crash(facts, sending, *turns).await {
            Some(taken @ Outcome::Taken { .. }) => same("outcome", &taken, &model.capture(facts, sending)),
            Some(Outcome::Refused) | None => Ok(()),
        },
        Step::Restart => {
            world.restart().await;
            Ok(())
        }
    }
}

/// Compares what can be asked: all of it after the last step, and some of it, going round, after every other one.
async fn compare(world: &World, model: &Model, script: &Script, step: usize, care: Care) -> Result<(), String> {
    let look = world.look().await;
    let everything = care.everything || step + 1 == script.steps.len();
    let turn = |number: usize| everything || number % TURNS == step % TURNS;
    let known: BTreeSet<Good> = all().into_iter().filter(|good| model.knows(*good)).collect();
    if everything {
        same("known goods", &look.known().await, &known)?;
    }
    let ids = script.facts.iter().filter_map(|fact| fact.id).enumerate();
    for (_, id) in ids.filter(|(number, id)| turn(*number) && !model.is_only_declared(*id)) {
        same(&format!("event {id}"), &look.event(id).await, &model.event(id))?;
    }
    for lot in (0..LOTS).filter(|lot| turn(usize::from(*lot))) {
        let expected = model.knows(Good::Lot(lot)).then(|| model.stock(lot));
        same(&format!("stock of lot {lot}"), &look.stock(lot).await, &expected)?;
    }
    for (_, good) in known.iter().enumerate().filter(|(number, _)| turn(*number)) {
        trace(&look, model, *good, i64::MAX).await?;
    }
    let instants: Vec<i64> = model.instants().into_iter().flat_map(|at| [at, at + 50]).collect();
    // Of the past only one instant, unless the failure is known to be small.
    let some = instants.get(step * 7 % instants.len().max(1)).copied().into_iter().collect();
    for at in if care.everything { instants } else { some } {
        for (_, good) in known.iter().enumerate().filter(|(number, _)| turn(*number)) {
            trace(&look, model, *good, at).await?;
        }
    }
    Ok(())
}

async fn trace(look: &Look<'_>, model: &Model, good: Good, until: i64) -> Result<(), String> {
    let back = look.trace(good, Direction::Back, until).await;
    same(&format!("back from {good:?} until {until}"), &back, &Some(model.back(good, until)))?;
    let forward = look.trace(good, Direction::Forward, until).await;
    same(&format!("forward from {good:?} until {until}"), &forward, &Some(model.forward(good, until)))
}

fn same<T: Debug + PartialEq>(what: &str, got: &T, expected: &T) -> Result<(), String> {
    if got == expected {
        return Ok(());
    }
    Err(format!("{what}\n     got {got:?}\nexpected {expected:?}"))
}

/// Steps after which everything had its turn.
const TURNS: usize = 5;

/// How much is compared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Care {
    /// Everything after every step.
    pub(crate) everything: bool,
}
