//! What a unit contained at an instant, from the changes that events assert.
//!
//! Nothing is folded on arrival: late and unordered events change the answer only where they should.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rust_decimal::Decimal;

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
}

/// One assertion about one child of one unit. For [`ChangeKind::Empty`] there is no child.
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

/// The contents of one unit at `at`, children in order.
///
/// A child is inside when the latest assertion up to `at` leaves some of it there. A child of which nothing is said up
/// to `at` but which is later taken out or seen, with no earlier `Add`, was there before: many companies record only
/// the unpacking.
pub fn contents<C: Clone + Ord>(changes: &[Change<C>], at: Timestamp) -> Vec<Content<C>> {
    let mut ordered: Vec<&Change<C>> = changes.iter().collect();
    ordered.sort_by_key(|change| (change.time, change.kind));
    let split = ordered.partition_point(|change| change.time <= at);
    let (past, future) = ordered.split_at(split);

    let mut inside: BTreeMap<C, Content<C>> = BTreeMap::new();
    let mut spoken: BTreeSet<C> = BTreeSet::new();
    let mut emptied = false;
    for change in past {
        emptied |= change.kind == ChangeKind::Empty;
        apply(&mut inside, change);
        spoken.extend(change.child.clone());
    }
    if !emptied {
        for change in future {
            let Some(child) = &change.child else { continue };
            if spoken.insert(child.clone()) && matches!(change.kind, ChangeKind::Delete | ChangeKind::Observe) {
                inside.insert(child.clone(), content(change, child));
            }
        }
    }
    inside.into_values().collect()
}

fn apply<C: Clone + Ord>(inside: &mut BTreeMap<C, Content<C>>, change: &Change<C>) {
    let Some(child) = &change.child else {
        inside.clear();
        return;
    };
    let before = inside.get(child).and_then(|content| content.amount);
    match change.kind {
        ChangeKind::Empty => inside.clear(),
        ChangeKind::Observe => {
            inside.insert(child.clone(), content(change, child));
        }
        ChangeKind::Add => {
            let mut added = content(change, child);
            added.amount = match (before, change.amount) {
                (Some(before), Some(more)) => Some(before + more),
                (None, more) if !inside.contains_key(child) => more,
                _ => None,
            };
            inside.insert(child.clone(), added);
        }
        ChangeKind::Delete => match (before, change.amount) {
            (Some(before), Some(less)) if before > less => {
                let mut left = content(change, child);
                left.amount = Some(before - less);
                inside.insert(child.clone(), left);
            }
            _ => {
                inside.remove(child);
            }
        },
    }
}

fn content<C: Clone>(change: &Change<C>, child: &C) -> Content<C> {
    Content { child: child.clone(), amount: change.amount, uom: change.uom.clone() }
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
    fn unpacking_without_packing_proves_what_was_inside() {
        let changes = [change(20, ChangeKind::Delete, "T3", 80)];
        assert_eq!(at(&changes, 15), vec![("T3", 80)]);
        assert_eq!(at(&changes, 20), vec![]);
    }

    #[test]
    fn emptying_ends_everything_inside() {
        let mut changes = vec![change(10, ChangeKind::Add, "T1", 30)];
        changes.push(Change {
            time: Timestamp::from_second(20).unwrap(),
            kind: ChangeKind::Empty,
            child: None,
            amount: None,
            uom: None,
        });
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
