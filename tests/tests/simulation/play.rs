//! Playing a script: every step on the gateway and on the model, and a comparison after each.

use std::{collections::BTreeSet, fmt::Debug};

use domain::Direction;

use crate::{
    model::{Model, Outcome},
    script::{Good, LOTS, Script, Step, UNITS, all},
    world::World,
};

/// Plays a script on a tenant of its own. The error says what is different after which step.
pub(crate) async fn play(world: &mut World, script: &Script) -> Result<(), String> {
    world.begin().await;
    let mut model = Model::default();
    for (number, step) in script.steps.iter().enumerate() {
        let told = take(world, &mut model, script, step).await;
        let compared = match told {
            Ok(()) => compare(world, &model, script, number).await,
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

/// Compares everything that can be asked.
async fn compare(world: &World, model: &Model, script: &Script, step: usize) -> Result<(), String> {
    let known: BTreeSet<Good> = all().into_iter().filter(|good| model.knows(*good)).collect();
    same("known goods", &world.known().await, &known)?;
    for id in script.facts.iter().filter_map(|fact| fact.id) {
        if !model.is_only_declared(id) {
            same(&format!("event {id}"), &world.event(id).await, &model.event(id))?;
        }
    }
    for lot in 0..LOTS {
        let expected = model.knows(Good::Lot(lot)).then(|| model.stock(lot));
        same(&format!("stock of lot {lot}"), &world.stock(lot).await, &expected)?;
    }
    for good in &known {
        trace(world, model, *good, i64::MAX).await?;
    }
    // One past instant after each step; which one goes round.
    let instants: Vec<i64> = model.instants().into_iter().flat_map(|at| [at, at + 50]).collect();
    if let Some(at) = instants.get(step * 7 % instants.len().max(1)) {
        for unit in (0..UNITS).map(Good::Unit).filter(|unit| known.contains(unit)) {
            trace(world, model, unit, *at).await?;
        }
        let lot = Good::Lot(u8::try_from(step).unwrap() % LOTS);
        if known.contains(&lot) {
            trace(world, model, lot, *at).await?;
        }
    }
    Ok(())
}

async fn trace(world: &World, model: &Model, good: Good, until: i64) -> Result<(), String> {
    let back = world.trace(good, Direction::Back, until).await;
    same(&format!("back from {good:?} until {until}"), &back, &Some(model.back(good, until)))?;
    let forward = world.trace(good, Direction::Forward, until).await;
    same(&format!("forward from {good:?} until {until}"), &forward, &Some(model.forward(good, until)))
}

fn same<T: Debug + PartialEq>(what: &str, got: &T, expected: &T) -> Result<(), String> {
    if got == expected {
        return Ok(());
    }
    Err(format!("{what}\n     got {got:?}\nexpected {expected:?}"))
}
