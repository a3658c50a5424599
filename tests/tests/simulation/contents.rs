//! What was inside a unit at an instant, by going through everything that was said of it.

use std::collections::BTreeSet;

use crate::script::{Doing, Fact, Good, Line};

/// At which side of an instant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Moment {
    /// What was taken out at that instant is out.
    After(i64),
    /// What was taken out at that instant was still inside when the unit was handed over.
    HandedOver(i64),
}

/// What was said of the inside of a unit. At one instant it is put in, then seen, then taken out, then sent away.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Said {
    Added(Line),
    Seen(Line),
    Removed(Line),
    Emptied,
    Left,
}

impl Said {
    fn line(&self) -> Option<Line> {
        match self {
            Self::Added(line) | Self::Seen(line) | Self::Removed(line) => Some(*line),
            Self::Emptied | Self::Left => None,
        }
    }
}

/// A good inside, with how much of it where that is known. Known and unknown amounts of one good stand apart.
pub(crate) type Content = (Good, Option<u32>);

/// What was inside a unit.
pub(crate) fn within(facts: &[&Fact], unit: u8, moment: Moment) -> Vec<Content> {
    let (past, _) = said_of(facts, unit, moment);
    let mut inside = Vec::new();
    for (index, (time, said)) in past.iter().enumerate() {
        // Several lines of one look belong together.
        let seen_already = |(earlier, other): &(i64, Said)| {
            earlier == time && matches!(other, Said::Seen(line) if said.line().is_some_and(|one| one.good == line.good))
        };
        let goes_on = matches!(said, Said::Seen(_)) && past[..index].iter().any(seen_already);
        match said {
            Said::Seen(line) if goes_on => inside.push((line.good, line.amount)),
            _ => replay(&mut inside, said),
        }
    }
    inside.extend(proved(facts, unit, moment));
    inside
}

type Telling = Vec<(i64, Said)>;

/// What was said of a unit up to a moment, and what after it, each in order of time.
fn said_of(facts: &[&Fact], unit: u8, moment: Moment) -> (Telling, Telling) {
    let mut said: Vec<(i64, Said)> = facts.iter().flat_map(|fact| said_by(fact, unit)).collect();
    said.sort();
    let is_past = |time: i64, said: &Said| match moment {
        Moment::After(at) => time <= at,
        Moment::HandedOver(at) => time < at || (time == at && matches!(said, Said::Added(_) | Said::Seen(_))),
    };
    said.into_iter().partition(|(time, said)| is_past(*time, said))
}

fn said_by(fact: &Fact, unit: u8) -> Telling {
    let each = |lines: &[Line], said: fn(Line) -> Said| lines.iter().map(|line| (fact.at, said(*line))).collect();
    match &fact.doing {
        Doing::Packed(parent, lines) if *parent == unit => each(lines, Said::Added),
        Doing::Observed(parent, lines) if *parent == unit => each(lines, Said::Seen),
        Doing::Unpacked(parent, lines) if *parent == unit && lines.is_empty() => vec![(fact.at, Said::Emptied)],
        Doing::Unpacked(parent, lines) if *parent == unit => each(lines, Said::Removed),
        Doing::Shipped(lines) if lines.iter().any(|line| line.good == Good::Unit(unit)) => {
            vec![(fact.at, Said::Left)]
        }
        _ => Vec::new(),
    }
}

fn replay(inside: &mut Vec<Content>, said: &Said) {
    match said {
        Said::Added(Line { good, amount: Some(more) }) => {
            let before = inside.iter_mut().find(|(content, amount)| content == good && amount.is_some());
            match before {
                Some((_, Some(amount))) => *amount += more,
                _ => inside.push((*good, Some(*more))),
            }
        }
        Said::Added(Line { good, amount: None }) => {
            inside.retain(|content| *content != (*good, None));
            inside.push((*good, None));
        }
        Said::Seen(Line { good, amount }) => {
            inside.retain(|(content, _)| content != good);
            inside.push((*good, *amount));
        }
        Said::Removed(Line { good, amount }) => {
            let before = inside.iter_mut().find(|(content, amount)| content == good && amount.is_some());
            match (before, amount) {
                (Some((_, Some(before))), Some(less)) if less < before => *before -= less,
                // All of it, or an amount that cannot be compared.
                _ => inside.retain(|(content, _)| content != good),
            }
        }
        Said::Emptied => inside.clear(),
        Said::Left => {}
    }
}

/// What is later taken out or seen, and of which nothing was said before, was there before: back to the last departure
/// of the unit, and not over an emptying of it.
fn proved(facts: &[&Fact], unit: u8, moment: Moment) -> Vec<Content> {
    let (past, future) = said_of(facts, unit, moment);
    let (Moment::After(now) | Moment::HandedOver(now)) = moment;
    let emptied = past.iter().any(|(_, said)| *said == Said::Emptied);
    let leaving = past.iter().any(|(time, said)| *time == now && *said == Said::Left);
    if emptied || leaving {
        return Vec::new();
    }
    let mut spoken: BTreeSet<Good> = past.iter().filter_map(|(_, said)| said.line()).map(|line| line.good).collect();
    let mut found: Vec<(i64, Content)> = Vec::new();
    for (time, said) in &future {
        match said {
            Said::Left | Said::Emptied => break,
            Said::Added(line) => {
                spoken.insert(line.good);
            }
            Said::Seen(line) | Said::Removed(line) => {
                if spoken.insert(line.good) {
                    found.push((*time, (line.good, line.amount)));
                } else if let Some((_, (_, amount))) =
                    found.iter_mut().find(|(other, (good, _))| other == time && *good == line.good)
                {
                    // Taken out at the same instant by two events.
                    *amount = amount.zip(line.amount).map(|(one, other)| one + other);
                }
            }
        }
    }
    found.into_iter().map(|(_, content)| content).collect()
}
