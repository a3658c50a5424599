//! What may happen in a small world, drawn from a seed, and how a script that fails is made smaller.

use std::fmt;

use lotline_benches::Random;

/// Lots that there may be.
pub(crate) const LOTS: u8 = 4;
/// Units: pallets with an SSCC, and last a returnable crate.
pub(crate) const UNITS: u8 = 3;
/// The unit that is a returnable crate, with a GRAI.
pub(crate) const CRATE: u8 = UNITS - 1;
/// Serialised objects.
pub(crate) const ITEMS: u8 = 1;
/// Places. A lot is made at one of them only: its number modulo this.
pub(crate) const PLACES: u8 = 2;
/// Hours in which everything happens.
const HOURS: u64 = 14;
/// Minutes of an hour in this world, so many that every fact has some of its own.
const HOUR: i64 = 100;
/// Processes that come in several events.
const PROCESSES: u64 = 2;

/// Something that can be followed.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum Good {
    Lot(u8),
    Item(u8),
    Unit(u8),
}

/// A good on an event, and how much of it; lots only, and not always known.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Line {
    pub(crate) good: Good,
    pub(crate) amount: Option<u32>,
}

/// What happens.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Doing {
    /// Lots, objects and units come into being.
    Made(Vec<Line>),
    /// One thing becomes another, in one event or, with a process, in several.
    Turned { inputs: Vec<Line>, outputs: Vec<Line>, process: Option<u8> },
    /// Put into a unit.
    Packed(u8, Vec<Line>),
    /// Taken out of a unit; no lines mean everything.
    Unpacked(u8, Vec<Line>),
    /// Seen inside a unit.
    Observed(u8, Vec<Line>),
    /// Sent away.
    Shipped(Vec<Line>),
    /// Arrived.
    Received(Vec<Line>),
    /// Seen somewhere.
    Stored(Vec<Line>),
    /// Destroyed.
    Destroyed(Vec<Line>),
}

/// One event: what happened, when and where.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Fact {
    /// The number in its `eventID`; `None` for an event that is known by its content alone.
    pub(crate) id: Option<u32>,
    /// Minutes after the beginning.
    pub(crate) at: i64,
    pub(crate) place: u8,
    pub(crate) doing: Doing,
}

/// What a document says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Entry {
    /// A fact, by its place in the script.
    Fact(usize),
    /// Another content under the name of a fact.
    Altered(usize),
    /// A fact is declared wrong.
    Withdrawn(usize),
}

/// In which syntax and spelling a document comes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Form {
    pub(crate) xml: bool,
    pub(crate) urns: bool,
}

/// A document on its way in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Sending {
    pub(crate) entries: Vec<Entry>,
    pub(crate) form: Form,
}

/// One thing that happens to the gateway.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    /// A document is captured.
    Send(Sending),
    /// It is sent twice at the same time.
    SendTwice(Sending),
    /// One of its events is bad.
    Spoil(Sending),
    /// It ends in the middle.
    CutOff(Sending),
    /// The process ends while it is captured, after so many turns.
    Crash(Sending, u32),
    /// The process ends and begins again.
    Restart,
}

/// A small world and what happens in it, one step after another.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Script {
    pub(crate) facts: Vec<Fact>,
    pub(crate) steps: Vec<Step>,
}

impl Entry {
    /// The fact that it is about, by its place in the script.
    pub(crate) fn fact(self) -> usize {
        let (Self::Fact(index) | Self::Altered(index) | Self::Withdrawn(index)) = self;
        index
    }
}

impl Fact {
    /// Another content under the same name.
    pub(crate) fn altered(&self) -> Self {
        Self { at: self.at + 1, ..self.clone() }
    }
}

impl Step {
    /// The document of the step.
    pub(crate) fn sending(&self) -> Option<&Sending> {
        match self {
            Self::Send(sending)
            | Self::SendTwice(sending)
            | Self::Spoil(sending)
            | Self::CutOff(sending)
            | Self::Crash(sending, _) => Some(sending),
            Self::Restart => None,
        }
    }

    fn sending_mut(&mut self) -> Option<&mut Sending> {
        match self {
            Self::Send(sending)
            | Self::SendTwice(sending)
            | Self::Spoil(sending)
            | Self::CutOff(sending)
            | Self::Crash(sending, _) => Some(sending),
            Self::Restart => None,
        }
    }
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, fact) in self.facts.iter().enumerate() {
            writeln!(f, "fact {number}: {fact:?}")?;
        }
        for (number, step) in self.steps.iter().enumerate() {
            writeln!(f, "step {number}: {step:?}")?;
        }
        Ok(())
    }
}

impl Script {
    /// The script of a seed.
    pub(crate) fn of_seed(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let count = 3 + random.below(12);
        let facts: Vec<Fact> = (0..).take(usize::try_from(count).unwrap()).map(|id| fact(&mut random, id)).collect();
        let mut steps: Vec<Step> = Vec::new();
        let mut order: Vec<usize> = (0..facts.len()).collect();
        for at in (1..order.len()).rev() {
            order.swap(at, random.index(at + 1));
        }
        while !order.is_empty() {
            let some = order.drain(..(1 + random.index(3)).min(order.len())).map(Entry::Fact).collect();
            steps.push(step(&mut random, some));
            while random.one_in(3) {
                let again = (0..=random.index(2)).map(|_| entry(&mut random, facts.len())).collect();
                steps.push(step(&mut random, again));
            }
        }
        Self { facts, steps }
    }

    /// Scripts with something less, the largest cuts first.
    pub(crate) fn smaller(&self) -> Vec<Self> {
        let mut smaller = Vec::new();
        for length in [self.steps.len() / 2, self.steps.len() / 4, 2, 1] {
            for start in (0..self.steps.len()).step_by(length.max(1)) {
                let mut less = self.clone();
                less.steps.drain(start..(start + length.max(1)).min(self.steps.len()));
                smaller.push(less);
            }
        }
        for index in 0..self.steps.len() {
            smaller.extend(self.plainer(index));
        }
        let is_used = |fact: usize| {
            let mut entries = self.steps.iter().filter_map(Step::sending).flat_map(|sending| &sending.entries);
            entries.any(|entry| entry.fact() == fact)
        };
        smaller.extend((0..self.facts.len()).rev().find(|fact| !is_used(*fact)).map(|fact| self.without_fact(fact)));
        for index in 0..self.facts.len() {
            for doing in self.facts[index].doing.smaller() {
                let mut less = self.clone();
                less.facts[index].doing = doing;
                smaller.push(less);
            }
        }
        smaller
    }

    /// The script without a fact that no document speaks of.
    fn without_fact(&self, fact: usize) -> Self {
        let mut less = self.clone();
        less.facts.remove(fact);
        for entry in less.steps.iter_mut().filter_map(Step::sending_mut).flat_map(|sending| &mut sending.entries) {
            let (Entry::Fact(index) | Entry::Altered(index) | Entry::Withdrawn(index)) = entry;
            if *index > fact {
                *index -= 1;
            }
        }
        less
    }

    /// The script with one step made plainer.
    fn plainer(&self, index: usize) -> Vec<Self> {
        let mut plainer = Vec::new();
        let Some(sending) = self.steps[index].sending() else { return plainer };
        if !matches!(self.steps[index], Step::Send(_)) {
            let mut less = self.clone();
            less.steps[index] = Step::Send(sending.clone());
            plainer.push(less);
        }
        for entry in 0..sending.entries.len() {
            let mut less = self.clone();
            less.steps[index].sending_mut().unwrap().entries.remove(entry);
            plainer.push(less);
        }
        if sending.form != Form::PLAIN {
            let mut less = self.clone();
            less.steps[index].sending_mut().unwrap().form = Form::PLAIN;
            plainer.push(less);
        }
        plainer
    }
}

impl Form {
    /// The form to read when something failed.
    pub(crate) const PLAIN: Self = Self { xml: false, urns: false };
}

impl Doing {
    /// Every list of goods in it.
    fn lists(&mut self) -> Vec<&mut Vec<Line>> {
        match self {
            Self::Turned { inputs, outputs, .. } => vec![inputs, outputs],
            Self::Made(lines)
            | Self::Packed(_, lines)
            | Self::Unpacked(_, lines)
            | Self::Observed(_, lines)
            | Self::Shipped(lines)
            | Self::Received(lines)
            | Self::Stored(lines)
            | Self::Destroyed(lines) => vec![lines],
        }
    }

    /// The same with one good less, as long as some are left in the list.
    fn smaller(&self) -> Vec<Self> {
        let mut smaller = Vec::new();
        let lengths: Vec<usize> = self.clone().lists().iter().map(|list| list.len()).collect();
        for (list, length) in lengths.into_iter().enumerate().filter(|(_, length)| *length > 1) {
            for line in 0..length {
                let mut less = self.clone();
                less.lists()[list].remove(line);
                smaller.push(less);
            }
        }
        smaller
    }
}

fn small(random: &mut Random, bound: u8) -> u8 {
    u8::try_from(random.below(u64::from(bound))).unwrap()
}

fn fact(random: &mut Random, number: u32) -> Fact {
    let place = small(random, PLACES);
    let mut at = HOUR * i64::try_from(random.below(HOURS)).unwrap();
    let doing = doing(random, place);
    let id = Some(number).filter(|_| !random.one_in(6));
    // Two looks into a unit at the same instant could contradict each other, and an event that is known by its content
    // alone must not happen twice by chance.
    if id.is_none() || matches!(doing, Doing::Observed(..)) {
        at += 4 + 4 * i64::from(number);
    }
    Fact { id, at, place, doing }
}

fn doing(random: &mut Random, place: u8) -> Doing {
    match random.below(20) {
        0 => Doing::Made(lines(random, &made_at(place))),
        1 => Doing::Made(vec![Line { good: Good::Unit(small(random, UNITS)), amount: None }]),
        2..=5 => turned(random, place),
        6..=9 => {
            let unit = small(random, UNITS);
            Doing::Packed(unit, lines(random, &beside(unit)))
        }
        10 | 11 => {
            let unit = small(random, UNITS);
            Doing::Unpacked(unit, lines(random, &beside(unit)))
        }
        12 => Doing::Unpacked(small(random, UNITS), Vec::new()),
        13 => {
            let unit = small(random, UNITS);
            Doing::Observed(unit, lines(random, &beside(unit)))
        }
        14 | 15 => Doing::Shipped(lines(random, &all())),
        16 | 17 => Doing::Received(lines(random, &all())),
        18 => Doing::Stored(lines(random, &all())),
        _ => Doing::Destroyed(lines(random, &all())),
    }
}

fn turned(random: &mut Random, place: u8) -> Doing {
    if random.one_in(3) {
        let process = Some(u8::try_from(random.below(PROCESSES)).unwrap());
        // What goes into such a process never comes out of one.
        let first: Vec<Good> = all().into_iter().filter(|good| !made(*good) || is_lot_below(*good, PLACES)).collect();
        let last: Vec<Good> = made_at(place).into_iter().filter(|good| !is_lot_below(*good, PLACES)).collect();
        return match random.below(3) {
            0 => Doing::Turned { inputs: lines(random, &first), outputs: Vec::new(), process },
            1 => Doing::Turned { inputs: Vec::new(), outputs: lines(random, &last), process },
            _ => Doing::Turned { inputs: lines(random, &first), outputs: lines(random, &last), process },
        };
    }
    let outputs = lines(random, &made_at(place));
    // Units twice: what is inside of them is what matters.
    let inputs = all().into_iter().chain((0..UNITS).map(Good::Unit));
    let others: Vec<Good> = inputs.filter(|good| outputs.iter().all(|line| line.good != *good)).collect();
    Doing::Turned { inputs: lines(random, &others), outputs, process: None }
}

fn made(good: Good) -> bool {
    matches!(good, Good::Lot(_))
}

fn is_lot_below(good: Good, bound: u8) -> bool {
    matches!(good, Good::Lot(lot) if lot < bound)
}

/// Lots that are made at a place.
fn made_at(place: u8) -> Vec<Good> {
    (0..LOTS).filter(|lot| lot % PLACES == place).map(Good::Lot).collect()
}

/// Every good.
pub(crate) fn all() -> Vec<Good> {
    let lots = (0..LOTS).map(Good::Lot);
    lots.chain((0..ITEMS).map(Good::Item)).chain((0..UNITS).map(Good::Unit)).collect()
}

/// Every good that may be inside a unit. A crate may hold a pallet in this world, but nothing holds itself.
fn beside(unit: u8) -> Vec<Good> {
    all().into_iter().filter(|good| *good != Good::Unit(unit)).collect()
}

/// One to three different goods.
fn lines(random: &mut Random, among: &[Good]) -> Vec<Line> {
    let mut goods = among.to_vec();
    let count = 1 + random.index(3).min(random.index(3));
    let mut lines = Vec::new();
    while lines.len() < count && !goods.is_empty() {
        let good = goods[random.index(goods.len())];
        goods.retain(|other| *other != good);
        let amount = Some(1 + u32::try_from(random.below(9)).unwrap());
        let amount = amount.filter(|_| matches!(good, Good::Lot(_)) && !random.one_in(12));
        lines.push(Line { good, amount });
    }
    lines
}

fn entry(random: &mut Random, facts: usize) -> Entry {
    let fact = random.index(facts);
    match random.below(5) {
        0 | 1 => Entry::Fact(fact),
        2 | 3 => Entry::Withdrawn(fact),
        _ => Entry::Altered(fact),
    }
}

fn step(random: &mut Random, entries: Vec<Entry>) -> Step {
    let form = Form { xml: random.one_in(3), urns: random.one_in(3) };
    let sending = Sending { entries, form };
    match random.below(24) {
        0 => Step::Spoil(sending),
        1 => Step::CutOff(sending),
        2 => Step::Crash(sending, u32::try_from(random.below(40)).unwrap()),
        3 => Step::SendTwice(sending),
        4 => Step::Restart,
        _ => Step::Send(sending),
    }
}
