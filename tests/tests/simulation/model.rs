//! The small, slow, obviously right gateway: it keeps what it was told in a list, and answers by going through all of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    contents::{Moment, within},
    script::{Doing, Entry, Fact, Good, Line, PLACES, Sending, UNITS},
};

/// What makes two assertions the same event: its id, else its content.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Name {
    Id(u32),
    Content(Fact),
}

/// What the gateway was told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    events: Vec<Fact>,
    declarations: Vec<Fact>,
}

/// What became of a document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    /// So many events were new, so many were there already.
    Taken { new: u64, again: u64 },
    /// Nothing of it is kept.
    Refused,
}

/// What an answer to a trace is compared by.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Lineage {
    /// What was reached, over how many derivations.
    pub(crate) reached: BTreeMap<Good, u32>,
    /// What was made from what, with the number of the event where it has one.
    pub(crate) derived: BTreeSet<(Good, Good, Option<u32>)>,
    /// What was inside of what.
    pub(crate) contained: BTreeSet<(Good, Good)>,
}

/// Stock by place.
pub(crate) type Stock = BTreeMap<u8, i64>;

/// One thing was made of another.
struct Derivation {
    input: Good,
    consumed_at: i64,
    output: Good,
    event: Option<u32>,
}

impl Model {
    /// Takes a document, whole or not at all.
    pub(crate) fn capture(&mut self, facts: &[Fact], sending: &Sending) -> Outcome {
        let mut after = self.clone();
        let (mut new, mut again) = (0, 0);
        for entry in &sending.entries {
            let (list, fact) = match *entry {
                Entry::Fact(index) => (&mut after.events, facts[index].clone()),
                Entry::Altered(index) => (&mut after.events, facts[index].altered()),
                Entry::Withdrawn(index) => (&mut after.declarations, facts[index].clone()),
            };
            match list.iter().find(|known| name(known) == name(&fact)) {
                Some(known) if *known == fact => again += 1,
                Some(_) => return Outcome::Refused,
                None => {
                    list.push(fact);
                    new += 1;
                }
            }
        }
        *self = after;
        Outcome::Taken { new, again }
    }

    /// Whether an event of this number is kept, and whether it was declared wrong.
    pub(crate) fn event(&self, id: u32) -> Option<bool> {
        let is_it = |fact: &&Fact| fact.id == Some(id);
        self.events.iter().find(is_it).map(|_| self.declarations.iter().any(|fact| is_it(&fact)))
    }

    /// Whether only its declaration as wrong is kept.
    pub(crate) fn is_only_declared(&self, id: u32) -> bool {
        self.event(id).is_none() && self.declarations.iter().any(|fact| fact.id == Some(id))
    }

    /// Every instant at which something happened.
    pub(crate) fn instants(&self) -> BTreeSet<i64> {
        self.events.iter().map(|fact| fact.at).collect()
    }

    /// What holds: events that nobody declared wrong, up to an instant.
    fn facts(&self, until: i64) -> Vec<&Fact> {
        let wrong = |fact: &&Fact| self.declarations.iter().any(|declared| name(declared) == name(fact));
        self.events.iter().filter(|fact| fact.at <= until && !wrong(fact)).collect()
    }

    /// Whether a good was ever named, be it by mistake.
    pub(crate) fn knows(&self, good: Good) -> bool {
        self.events.iter().chain(&self.declarations).any(|fact| goods(&fact.doing).contains(&good))
    }

    /// Everything that a good was made from, by what happened up to an instant.
    pub(crate) fn back(&self, start: Good, until: i64) -> Lineage {
        let facts = self.facts(until);
        let derivations = derivations(&facts);
        let mut lineage = Lineage::default();
        let mut seen: BTreeMap<(Good, i64), u32> = BTreeMap::new();
        // A unit stands for what was inside at that instant.
        let mut open = vec![(start, until, 0)];
        while let Some((good, at, hops)) = open.pop() {
            if seen.get(&(good, at)).is_some_and(|known| *known <= hops) {
                continue;
            }
            seen.insert((good, at), hops);
            let known = lineage.reached.entry(good).or_insert(hops);
            *known = hops.min(*known);
            if let Good::Unit(unit) = good {
                for (content, _) in within(&facts, unit, Moment::After(at)) {
                    lineage.contained.insert((content, good));
                    open.push((content, at, hops));
                }
            }
            for row in derivations.iter().filter(|row| row.output == good) {
                lineage.derived.insert((row.input, row.output, row.event));
                open.push((row.input, row.consumed_at, hops + 1));
            }
        }
        lineage
    }

    /// Everything that was made of a good, and the units that it was inside of, by what happened up to an instant.
    ///
    /// A lot is made of another one when the other one was inside the unit that was used up, at that instant.
    pub(crate) fn forward(&self, start: Good, until: i64) -> Lineage {
        let facts = self.facts(until);
        let derivations = derivations(&facts);
        let mut lineage = Lineage::default();
        let mut open = vec![(start, 0)];
        while let Some((good, hops)) = open.pop() {
            if lineage.reached.get(&good).is_some_and(|known| *known <= hops) {
                continue;
            }
            lineage.reached.insert(good, hops);
            for unit in units_around(&facts, good, &mut lineage.contained) {
                let known = lineage.reached.entry(unit).or_insert(hops);
                *known = hops.min(*known);
            }
            for row in &derivations {
                let inside =
                    matches!(row.input, Good::Unit(unit) if holds(&facts, unit, good, Moment::After(row.consumed_at)));
                if row.input == good || inside {
                    lineage.derived.insert((row.input, row.output, row.event));
                    open.push((row.output, hops + 1));
                }
            }
        }
        lineage
    }

    /// What should be on hand of a lot at each place: what came, less what left.
    pub(crate) fn stock(&self, lot: u8) -> Stock {
        let lot = Good::Lot(lot);
        let facts = self.facts(i64::MAX);
        let mut stock = Stock::new();
        for fact in &facts {
            let (came, left) = movements(&facts, fact, lot);
            *stock.entry(fact.place).or_default() += came - left;
        }
        stock.retain(|_, amount| *amount != 0);
        debug_assert!(stock.keys().all(|place| *place < PLACES));
        stock
    }
}

fn name(fact: &Fact) -> Name {
    fact.id.map_or_else(|| Name::Content(fact.clone()), Name::Id)
}

fn goods(doing: &Doing) -> BTreeSet<Good> {
    let of = |lines: &[Line]| lines.iter().map(|line| line.good).collect::<BTreeSet<_>>();
    match doing {
        Doing::Turned { inputs, outputs, .. } => of(inputs).union(&of(outputs)).copied().collect(),
        Doing::Packed(unit, lines) | Doing::Unpacked(unit, lines) | Doing::Observed(unit, lines) => {
            of(lines).into_iter().chain([Good::Unit(*unit)]).collect()
        }
        Doing::Made(lines)
        | Doing::Shipped(lines)
        | Doing::Received(lines)
        | Doing::Stored(lines)
        | Doing::Destroyed(lines) => of(lines),
    }
}

/// Every input of a process with every output of it; the events of one process may be several.
fn derivations(facts: &[&Fact]) -> Vec<Derivation> {
    let mut found = Vec::new();
    for consuming in facts {
        for producing in facts {
            let (Doing::Turned { inputs, process, .. }, Doing::Turned { outputs, process: other, .. }) =
                (&consuming.doing, &producing.doing)
            else {
                continue;
            };
            let same_process = process.is_some() && process == other;
            if !same_process && !std::ptr::eq(*consuming, *producing) {
                continue;
            }
            found.extend(inputs.iter().flat_map(|input| {
                outputs.iter().map(|output| Derivation {
                    input: input.good,
                    consumed_at: consuming.at,
                    output: output.good,
                    event: producing.id,
                })
            }));
        }
    }
    found
}

/// Whether a good is inside a unit at an instant, at any depth.
fn holds(facts: &[&Fact], unit: u8, good: Good, moment: Moment) -> bool {
    let mut seen = BTreeSet::from([unit]);
    let mut open = vec![unit];
    while let Some(unit) = open.pop() {
        for (content, _) in within(facts, unit, moment) {
            if content == good {
                return true;
            }
            if let Good::Unit(inner) = content
                && seen.insert(inner)
            {
                open.push(inner);
            }
        }
    }
    false
}

/// The units that a good was inside of at any time, at any depth; what was directly inside of what on the way there.
fn units_around(facts: &[&Fact], good: Good, contained: &mut BTreeSet<(Good, Good)>) -> BTreeSet<Good> {
    let mut around = BTreeSet::new();
    // Between two instants at which something happens nothing changes. What is put in and taken out at one instant was
    // inside: when the unit is handed over just then, it is, too.
    let instants: BTreeSet<i64> = facts.iter().map(|fact| fact.at).collect();
    for moment in instants.into_iter().flat_map(|at| [Moment::HandedOver(at), Moment::After(at)]) {
        for outer in 0..UNITS {
            for (content, _) in within(facts, outer, moment) {
                let through = matches!(content, Good::Unit(inner) if holds(facts, inner, good, moment));
                if content == good || through {
                    around.insert(Good::Unit(outer));
                    contained.insert((content, Good::Unit(outer)));
                }
            }
        }
    }
    around
}

/// How much of a lot an event brings to its place, and how much it takes away.
fn movements(facts: &[&Fact], fact: &Fact, lot: Good) -> (i64, i64) {
    let loose = |lines: &[Line]| -> i64 {
        lines.iter().filter(|line| line.good == lot).filter_map(|line| line.amount).map(i64::from).sum()
    };
    let packed = |lines: &[Line], moment: Moment| -> i64 {
        let units = lines.iter().filter_map(|line| match line.good {
            Good::Unit(unit) => Some(unit),
            Good::Lot(_) | Good::Item(_) => None,
        });
        amount_in(facts, units.collect(), lot, moment)
    };
    let handed_over = |lines: &[Line]| loose(lines) + packed(lines, Moment::HandedOver(fact.at));
    match &fact.doing {
        // A new unit brings nothing with it.
        Doing::Made(lines) => (loose(lines), 0),
        Doing::Turned { inputs, outputs, .. } => {
            (loose(outputs), loose(inputs) + packed(inputs, Moment::HandedOver(fact.at)))
        }
        Doing::Shipped(lines) | Doing::Destroyed(lines) => (0, handed_over(lines)),
        Doing::Received(lines) => (handed_over(lines), 0),
        Doing::Packed(..) | Doing::Unpacked(..) | Doing::Observed(..) | Doing::Stored(_) => (0, 0),
    }
}

/// How much of a lot is inside some units, at any depth. A unit is one thing, however often it is found.
fn amount_in(facts: &[&Fact], units: Vec<u8>, lot: Good, moment: Moment) -> i64 {
    let mut found = 0;
    let mut opened = BTreeSet::new();
    let mut open = units;
    while let Some(unit) = open.pop() {
        if !opened.insert(unit) {
            continue;
        }
        for (content, amount) in within(facts, unit, moment) {
            match content {
                Good::Unit(inner) => open.push(inner),
                content if content == lot => found += amount.map_or(0, i64::from),
                Good::Lot(_) | Good::Item(_) => {}
            }
        }
    }
    found
}
