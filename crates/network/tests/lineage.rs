//! What is told as truth follows from the events alone, by an algorithm as plain as can be.

mod naive;

use std::collections::{BTreeMap, BTreeSet};

use network::{LotTruth, Network, Plan, Recorded, Shares, Statement, Truth};

/// A small network in which everything happens often.
fn busy(events: u64) -> Plan {
    let shares = Shares {
        late: 1_000,
        duplicate: 500,
        both_sides: 1_000,
        corrected: 1_000,
        changed_code: 300,
        pallet_input: 3_000,
        in_two_events: 2_000,
        reused_pallet: 8_000,
        short: 1_000,
        inferred: 1_000,
        ..Shares::default()
    };
    Plan { stores: 3, shares, pallet_rest_days: 4, ..Plan::new(7, events) }
}

fn told(plan: &Plan) -> (Vec<Recorded>, Truth) {
    let mut network = Network::new(plan).telling_truth();
    let events: Vec<Recorded> = network.by_ref().collect();
    let mut truth = Truth::default();
    for statement in network.take_truth() {
        truth.add(statement);
    }
    (events, truth)
}

#[test]
fn lots_have_the_parents_that_the_events_give_them() {
    let (events, truth) = told(&busy(20_000));
    let seen = naive::parents(events.iter().map(|recorded| &recorded.event));
    for LotTruth { id, parents, .. } in truth.lots() {
        let found: Vec<&String> = seen.get(id).into_iter().flatten().collect();
        assert_eq!(found, parents.iter().collect::<Vec<_>>(), "{id}");
    }
    let known: BTreeSet<&str> = truth.lots().iter().map(|lot| lot.id.as_str()).collect();
    for lot in seen.keys() {
        assert!(known.contains(lot.as_str()), "{lot} is on an event and not in the truth");
    }
}

#[test]
fn what_is_left_is_what_the_events_leave() {
    let (events, truth) = told(&busy(20_000));
    let left = naive::stock(events.iter().map(|recorded| &recorded.event));
    let told: BTreeMap<(String, String), i64> =
        truth.stock().iter().map(|stock| ((stock.id.clone(), stock.place.clone()), stock.amount)).collect();
    for key in left.keys().chain(told.keys()) {
        assert_eq!(left.get(key), told.get(key), "{key:?}");
    }
    assert!(truth.stock().iter().any(|stock| stock.inferred > 0));
}

#[test]
fn ancestors_and_descendants_are_each_others_inverse() {
    let (_, truth) = told(&busy(20_000));
    let mut below: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for lot in truth.lots() {
        for ancestor in truth.ancestors(&lot.id) {
            below.entry(ancestor).or_default().insert(&lot.id);
        }
    }
    for lot in truth.lots() {
        assert_eq!(truth.descendants(&lot.id), below.get(lot.id.as_str()).cloned().unwrap_or_default(), "{}", lot.id);
    }
}

#[test]
fn landmarks_have_lineages_of_the_size_that_is_told() {
    let (_, truth) = told(&busy(40_000));
    let sizes: Vec<usize> = truth.landmarks().iter().map(|landmark| landmark.lots).collect();
    assert_eq!(sizes, [10, 10, 100, 100, 1_000, 1_000]);
    for landmark in truth.landmarks() {
        let lineage = match landmark.way {
            network::Way::Back => truth.ancestors(&landmark.id),
            network::Way::Forward => truth.descendants(&landmark.id),
        };
        assert_eq!(lineage.len(), landmark.lots, "{landmark:?}");
    }
}

#[test]
fn lineages_do_not_grow_with_the_number_of_events() {
    let largest = |events| {
        let (_, truth) = told(&Plan { landmarks_every: 0, ..busy(events) });
        let sizes = truth.lots().iter().map(|lot| truth.ancestors(&lot.id).len().max(truth.descendants(&lot.id).len()));
        sizes.max().unwrap()
    };
    let (short, long) = (largest(8_000), largest(40_000));
    assert!(long <= short + short / 2, "{short} lots at most, then {long}");
}

#[test]
fn the_truth_is_the_same_when_read_again() {
    let mut network = Network::new(&busy(2_000)).telling_truth();
    network.by_ref().for_each(drop);
    let told: Vec<Statement> = network.take_truth();
    let lines: Vec<String> = told.iter().map(|statement| serde_json::to_string(statement).unwrap()).collect();
    let read = Truth::read(lines.join("\n").as_bytes()).unwrap();
    let mut truth = Truth::default();
    for statement in told {
        truth.add(statement);
    }
    assert_eq!(read.lots(), truth.lots());
    assert_eq!(read.stock(), truth.stock());
    let error = Truth::read("{}".as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "line 1 is no statement of the truth");
}
