//! When something was inside a unit, from the changes that events assert.

use jiff::Timestamp;

use crate::{
    Change, ChangeKind,
    contents::{Inside, apply, order},
};

/// A part of an instant. At one instant things are put in and seen, then handed over, then taken out.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Part {
    /// What is taken out at that instant is still inside.
    HandedOver,
    /// It is out.
    Over,
    /// Whatever leaves at that instant has left.
    Left,
}

type Moment = (Timestamp, Part);

/// A time during which something was inside a unit without a break.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Stay {
    first: Moment,
    last: Moment,
}

impl Stay {
    /// From the beginning to the end of time.
    pub const ALWAYS: Self = Self { first: (Timestamp::MIN, Part::HandedOver), last: (Timestamp::MAX, Part::Left) };

    /// From an instant on, what happens at that instant included.
    pub fn since(at: Timestamp) -> Self {
        Self { first: (at, Part::HandedOver), ..Self::ALWAYS }
    }

    /// Whether it was inside when the unit was handed over at that instant, as [`contents_handed_over`] has it.
    ///
    /// [`contents_handed_over`]: crate::contents_handed_over
    pub fn was_handed_over(self, at: Timestamp) -> bool {
        self.holds((at, Part::HandedOver))
    }

    /// Whether it was inside at that instant, as [`contents`] has it: what is taken out just then is out.
    ///
    /// [`contents`]: crate::contents
    pub fn covers(self, at: Timestamp) -> bool {
        self.holds((at, Part::Over))
    }

    /// The time that both have in common.
    #[must_use]
    pub fn overlap(self, other: Self) -> Option<Self> {
        let both = Self { first: self.first.max(other.first), last: self.last.min(other.last) };
        (both.first <= both.last).then_some(both)
    }

    fn holds(self, moment: Moment) -> bool {
        self.first <= moment && moment <= self.last
    }
}

/// When a child was inside the unit of which these are the changes, in order of time.
pub fn stays<'a, C: Clone + Ord + 'a>(changes: impl IntoIterator<Item = &'a Change<C>>, child: &C) -> Vec<Stay> {
    let is_about = |change: &&Change<C>| change.child.as_ref().is_none_or(|other| other == child);
    let mut told: Vec<&Change<C>> = changes.into_iter().filter(is_about).collect();
    told.sort_by(|a, b| order(a).cmp(&order(b)));
    let mut stays = Vec::new();
    let mut inside = Inside::new();
    let mut first = proved_since(&told);
    for instant in told.chunk_by(|a, b| a.time == b.time) {
        let Some(time) = instant.first().map(|change| change.time) else { continue };
        let comes = instant.partition_point(|change| change.kind <= ChangeKind::Observe);
        let (coming, going) = instant.split_at(comes);
        for change in coming {
            apply(&mut inside, change);
        }
        if !inside.is_empty() {
            first = first.or(Some((time, Part::HandedOver)));
        }
        for change in going {
            apply(&mut inside, change);
        }
        // That the unit left takes nothing out of it.
        let takes_out = going.iter().any(|change| change.kind != ChangeKind::Left);
        if inside.is_empty() && takes_out {
            stays.extend(first.take().map(|first| Stay { first, last: (time, Part::HandedOver) }));
        }
    }
    stays.extend(first.map(|first| Stay { first, last: Stay::ALWAYS.last }));
    stays
}

/// Since when the child must have been inside for its first mention to find it there.
fn proved_since<C>(told: &[&Change<C>]) -> Option<Moment> {
    let mention = told.iter().position(|change| change.child.is_some())?;
    let (before, from) = told.split_at(mention);
    let finds = from.first().is_some_and(|change| change.kind != ChangeKind::Add);
    if !finds || before.iter().any(|change| change.kind == ChangeKind::Empty) {
        return None;
    }
    // Before the first mention there is nothing but departures of the unit.
    Some(before.last().map_or(Stay::ALWAYS.first, |left| (left.time, Part::Left)))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use super::*;
    use crate::{contents, contents_handed_over};

    const KINDS: [ChangeKind; 5] =
        [ChangeKind::Add, ChangeKind::Observe, ChangeKind::Delete, ChangeKind::Empty, ChangeKind::Left];

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn change(time: i64, kind: ChangeKind, child: u8, amount: Option<i64>) -> Change<u8> {
        let child = (kind <= ChangeKind::Delete).then_some(child);
        Change { time: second(time), kind, child, amount: amount.map(Decimal::from), uom: None }
    }

    #[test]
    fn what_is_taken_out_at_an_instant_is_handed_over_and_then_out() {
        let changes = [change(10, ChangeKind::Add, 0, None), change(20, ChangeKind::Delete, 0, None)];
        let [stay] = stays(&changes, &0)[..] else { panic!("one stay") };
        assert!(!stay.was_handed_over(second(9)) && stay.was_handed_over(second(10)) && stay.covers(second(19)));
        assert!(stay.was_handed_over(second(20)) && !stay.covers(second(20)));
    }

    #[test]
    fn what_happens_at_an_instant_happens_since_then() {
        let since = Stay::since(second(10));
        assert!(since.covers(second(10)) && since.was_handed_over(second(10)) && !since.covers(second(9)));
    }

    #[test]
    fn stays_that_only_meet_at_a_departure_have_nothing_in_common() {
        let left = [change(10, ChangeKind::Left, 0, None), change(20, ChangeKind::Delete, 0, None)];
        let until_then = [change(5, ChangeKind::Add, 0, None), change(10, ChangeKind::Delete, 0, None)];
        let (found, earlier) = (stays(&left, &0)[0], stays(&until_then, &0)[0]);
        assert_eq!(found.overlap(earlier), None);
        assert_eq!(found.overlap(Stay::ALWAYS), Some(found));
    }

    proptest! {
        #[test]
        fn stays_are_when_the_contents_have_it(
            told in prop::collection::vec((0i64..6, 0usize..5, 0u8..2, prop::option::of(1i64..4)), 0..9),
        ) {
            let changes: Vec<_> =
                told.into_iter().map(|(time, kind, child, amount)| change(time, KINDS[kind], child, amount)).collect();
            let found = stays(&changes, &0);
            for time in -1..7 {
                let at = second(time);
                let soon = at + SignedDuration::from_millis(1);
                let has = |contents: Vec<crate::Content<u8>>| contents.iter().any(|content| content.child == 0);
                let any = |holds: &dyn Fn(&Stay) -> bool| found.iter().any(holds);
                prop_assert_eq!(any(&|stay| stay.was_handed_over(at)), has(contents_handed_over(&changes, at)));
                prop_assert_eq!(any(&|stay| stay.covers(at)), has(contents(&changes, at)));
                prop_assert_eq!(any(&|stay| stay.covers(soon)), has(contents(&changes, soon)));
            }
            prop_assert!(found.windows(2).all(|pair| pair[0].last < pair[1].first));
        }
    }
}
