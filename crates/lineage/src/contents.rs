//! What a unit contained at an instant, from the changes that events assert.
//!
//! Nothing is folded on arrival: late and unordered events change the answer only where they should.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rust_decimal::Decimal;

use crate::units::Unit;

/// What an event asserts of a unit and a child.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum ChangeKind {
    /// Put in.
    Add,
    /// Seen inside.
    Observe,
    /// Taken out.
    Delete,
    /// Everything taken out.
    Empty,
    /// The unit left: what is found in it later says nothing of what it held before.
    Left,
}

/// One assertion about one child of one unit. For [`ChangeKind::Empty`] and [`ChangeKind::Left`] there is no child.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change<C> {
    /// When.
    pub time: Timestamp,
    /// What happened.
    pub kind: ChangeKind,
    /// To which child.
    pub child: Option<C>,
    /// How much; `None` for an instance or when the amount is not known.
    pub amount: Option<Decimal>,
    /// In which unit of measure.
    pub uom: Option<String>,
}

/// Something inside a unit.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Content<C> {
    /// What.
    pub child: C,
    /// How much, where known.
    pub amount: Option<Decimal>,
    /// In which unit of measure.
    pub uom: Option<String>,
}

/// The contents of one unit at `at`, children in order. What was taken out at that very instant is out.
///
/// A child is inside when the latest assertion up to `at` leaves some of it there. A child of which nothing is said up
/// to `at` but which is later taken out or seen, with no earlier `Add` and before the unit leaves, was there before:
/// many companies record only the unpacking.
pub fn contents<C: Clone + Ord>(changes: &[Change<C>], at: Timestamp) -> Vec<Content<C>> {
    fold(changes, at, ChangeKind::Left)
}

/// The contents of a unit that is handed over at `at`: what was taken out at that very instant was still inside.
pub fn contents_handed_over<C: Clone + Ord>(changes: &[Change<C>], at: Timestamp) -> Vec<Content<C>> {
    fold(changes, at, ChangeKind::Observe)
}

/// A lot may be inside in several units of measure, which are not added up.
pub(crate) type Inside<C> = BTreeMap<(C, Unit), Content<C>>;

fn unit<C>(change: &Change<C>) -> Unit {
    Unit::read(change.uom.as_deref())
}

/// Applies what was asserted before `at`, and of what was asserted at that instant everything up to `last`.
fn fold<C: Clone + Ord>(changes: &[Change<C>], at: Timestamp, last: ChangeKind) -> Vec<Content<C>> {
    let mut ordered: Vec<&Change<C>> = changes.iter().collect();
    // Within an instant what is said decides, never the order of arrival.
    ordered.sort_by(|a, b| order(a).cmp(&order(b)));
    let split = ordered.partition_point(|change| (change.time, change.kind) <= (at, last));
    let (past, future) = ordered.split_at(split);

    let mut inside = Inside::new();
    let mut spoken: BTreeSet<C> = BTreeSet::new();
    for change in past {
        apply(&mut inside, change);
        spoken.extend(change.child.clone());
    }
    let emptied = past.iter().any(|change| change.kind == ChangeKind::Empty);
    let left_now = past.iter().any(|change| change.kind == ChangeKind::Left && change.time == at);
    if !emptied && !left_now {
        for change in future.iter().take_while(|change| !matches!(change.kind, ChangeKind::Left | ChangeKind::Empty)) {
            let Some(child) = &change.child else { continue };
            if spoken.insert(child.clone()) && matches!(change.kind, ChangeKind::Delete | ChangeKind::Observe) {
                insert(&mut inside, change, child, change.amount);
            }
        }
    }
    inside.into_values().collect()
}

/// Everything that a change says, in the order in which it counts.
pub(crate) type Order<'a, C> = (Timestamp, ChangeKind, &'a Option<C>, Option<Decimal>, &'a Option<String>);

pub(crate) fn order<C>(change: &Change<C>) -> Order<'_, C> {
    (change.time, change.kind, &change.child, change.amount, &change.uom)
}

pub(crate) fn apply<C: Clone + Ord>(inside: &mut Inside<C>, change: &Change<C>) {
    let Some(child) = &change.child else {
        if change.kind == ChangeKind::Empty {
            inside.clear();
        }
        return;
    };
    let before = inside.get(&(child.clone(), unit(change))).map(|content| content.amount);
    match (change.kind, before) {
        (ChangeKind::Add, Some(before)) => insert(inside, change, child, sum(before, change.amount)),
        (ChangeKind::Add, None) => insert(inside, change, child, change.amount),
        (ChangeKind::Observe, _) => {
            inside.retain(|(other, _), _| other != child);
            insert(inside, change, child, change.amount);
        }
        (ChangeKind::Delete, Some(Some(before))) if change.amount.is_some_and(|less| less < before) => {
            let left = change.amount.and_then(|less| before.checked_sub(less));
            insert(inside, change, child, left);
        }
        // Taken out whole, or in a unit of measure that cannot be compared.
        (ChangeKind::Delete, _) => inside.retain(|(other, _), _| other != child),
        (ChangeKind::Empty | ChangeKind::Left, _) => {}
    }
}

/// `None` when either is not known, or when the sum is beyond any real amount.
fn sum(a: Option<Decimal>, b: Option<Decimal>) -> Option<Decimal> {
    a?.checked_add(b?)
}

fn insert<C: Clone + Ord>(inside: &mut Inside<C>, change: &Change<C>, child: &C, amount: Option<Decimal>) {
    let content = Content { child: child.clone(), amount, uom: change.uom.clone() };
    inside.insert((child.clone(), unit(change)), content);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn change(second: i64, kind: ChangeKind, child: &'static str, amount: i64) -> Change<&'static str> {
        Change {
            time: Timestamp::from_second(second).unwrap(),
            kind,
            child: Some(child),
            amount: Some(Decimal::from(amount)),
            uom: Some("XCS".to_owned()),
        }
    }

    fn at(changes: &[Change<&'static str>], second: i64) -> Vec<(&'static str, i64)> {
        contents(changes, Timestamp::from_second(second).unwrap())
            .into_iter()
            .map(|content| (content.child, i64::try_from(content.amount.unwrap()).unwrap()))
            .collect()
    }

    #[test]
    fn contents_are_those_of_the_instant_asked() {
        let changes = [
            change(10, ChangeKind::Add, "T1", 30),
            change(10, ChangeKind::Add, "T2", 18),
            change(20, ChangeKind::Delete, "T1", 30),
            change(30, ChangeKind::Add, "T3", 5),
        ];
        assert_eq!(at(&changes, 9), vec![]);
        assert_eq!(at(&changes, 15), vec![("T1", 30), ("T2", 18)]);
        assert_eq!(at(&changes, 20), vec![("T2", 18)]);
        assert_eq!(at(&changes, 30), vec![("T2", 18), ("T3", 5)]);
    }

    #[test]
    fn a_partial_unpacking_leaves_the_rest() {
        let changes = [change(10, ChangeKind::Add, "T1", 30), change(20, ChangeKind::Delete, "T1", 12)];
        assert_eq!(at(&changes, 25), vec![("T1", 18)]);
    }

    #[test]
    fn a_partial_unpacking_in_another_spelling_of_the_unit_leaves_the_rest() {
        let unpacked = Change { uom: Some("cases".to_owned()), ..change(20, ChangeKind::Delete, "T1", 12) };
        assert_eq!(at(&[change(10, ChangeKind::Add, "T1", 30), unpacked], 25), vec![("T1", 18)]);
    }

    #[test]
    fn unpacking_without_packing_proves_what_was_inside() {
        let changes = [change(20, ChangeKind::Delete, "T3", 80)];
        assert_eq!(at(&changes, 15), vec![("T3", 80)]);
        assert_eq!(at(&changes, 20), vec![]);
    }

    fn unit(second: i64, kind: ChangeKind) -> Change<&'static str> {
        Change { time: Timestamp::from_second(second).unwrap(), kind, child: None, amount: None, uom: None }
    }

    #[test]
    fn what_is_found_after_the_unit_left_says_nothing_of_before() {
        let changes = [unit(10, ChangeKind::Left), change(20, ChangeKind::Delete, "X", 5)];
        assert_eq!(at(&changes, 5), vec![]);
        assert_eq!(at(&changes, 10), vec![]);
        assert_eq!(at(&changes, 15), vec![("X", 5)]);
    }

    #[test]
    fn what_is_unpacked_on_arrival_was_handed_over() {
        let changes = [change(10, ChangeKind::Add, "T1", 30), change(20, ChangeKind::Delete, "T1", 30)];
        assert_eq!(at(&changes, 20), vec![]);
        let handed = contents_handed_over(&changes, Timestamp::from_second(20).unwrap());
        assert_eq!(handed.len(), 1);
    }

    #[test]
    fn amounts_in_different_units_are_kept_apart() {
        let kilograms = Change { uom: Some("KGM".to_owned()), ..change(10, ChangeKind::Add, "T1", 600) };
        let changes = [change(10, ChangeKind::Add, "T1", 30), kilograms];
        assert_eq!(at(&changes, 15), vec![("T1", 600), ("T1", 30)]);
    }

    #[test]
    fn an_absurd_amount_becomes_unknown_and_harms_nothing() {
        let huge = Change { amount: Some(Decimal::MAX), ..change(10, ChangeKind::Add, "T1", 1) };
        let inside = contents(&[huge.clone(), huge], Timestamp::from_second(15).unwrap());
        assert_eq!(inside.first().map(|content| content.amount), Some(None));
    }

    #[test]
    fn emptying_ends_everything_inside() {
        let changes = [change(10, ChangeKind::Add, "T1", 30), unit(20, ChangeKind::Empty)];
        assert_eq!(at(&changes, 15), vec![("T1", 30)]);
        assert_eq!(at(&changes, 20), vec![]);
    }

    proptest! {
        #[test]
        fn the_order_of_arrival_does_not_matter(
            seconds in Just((0i64..8).collect::<Vec<_>>()).prop_shuffle(),
            kinds in prop::collection::vec(0u8..3, 8),
        ) {
            let all: Vec<_> = seconds.iter().map(|&second| {
                let index = usize::try_from(second).unwrap();
                let kind = [ChangeKind::Add, ChangeKind::Observe, ChangeKind::Delete][usize::from(kinds[index])];
                change(second, kind, ["T1", "T2"][index % 2], 10)
            }).collect();
            let mut sorted = all.clone();
            sorted.sort_by_key(|change| change.time);
            for second in -1..9 {
                prop_assert_eq!(at(&all, second), at(&sorted, second));
            }
        }
    }
}
