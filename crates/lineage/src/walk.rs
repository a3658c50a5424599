//! Breadth-first lineage without any I/O.

use std::collections::{BTreeMap, BTreeSet};

/// Bounds of a [`Walk`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Derivations from the start.
    pub hops: u32,
    /// Nodes reached, the start included.
    pub nodes: usize,
}

/// A way from a node that the walk asked about to a neighbour.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Step<N> {
    /// Where the walk stood.
    pub from: N,
    /// Where it can go.
    pub to: N,
    /// Derivations on the way: 1 through a transformation, 0 into or out of a unit or to the next company.
    pub hops: u32,
}

/// A breadth-first walk.
///
/// Look up the neighbours of what [`wants`](Self::wants) names, hand them to [`absorb`](Self::absorb), repeat until
/// nothing is wanted. The database, another organisation and the tests all drive this one walk.
#[must_use]
#[derive(Clone, Debug)]
pub struct Walk<N> {
    limits: Limits,
    // Invariant: holds every node of `frontier`, with the fewest hops known so far.
    reached: BTreeMap<N, u32>,
    frontier: BTreeSet<N>,
    // Where the limits forbade to go, by where the walk stood.
    cut: BTreeMap<N, BTreeSet<N>>,
    full: bool,
}

/// What a [`Walk`] found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Walked<N> {
    /// Every node with its distance in derivations.
    pub reached: BTreeMap<N, u32>,
    /// Reached nodes beyond which the limits forbade to go.
    pub cut: BTreeSet<N>,
    /// Whether the number of nodes was what ended the walk somewhere.
    pub full: bool,
}

impl<N: Clone + Ord> Walk<N> {
    /// A walk from the given nodes.
    pub fn new(starts: impl IntoIterator<Item = N>, limits: Limits) -> Self {
        let mut frontier: BTreeSet<N> = starts.into_iter().collect();
        let full = frontier.len() > limits.nodes;
        frontier = frontier.into_iter().take(limits.nodes).collect();
        let reached = frontier.iter().map(|node| (node.clone(), 0)).collect();
        Self { limits, reached, frontier, cut: BTreeMap::new(), full }
    }

    /// The nodes whose neighbours are to be looked up next, with their distance; empty when the walk is over.
    pub fn wants(&self) -> Vec<(N, u32)> {
        self.frontier.iter().map(|node| (node.clone(), self.distance(node))).collect()
    }

    /// Whether the walk has been at a node.
    pub fn has_reached(&self, node: &N) -> bool {
        self.reached.contains_key(node)
    }

    /// Takes the neighbours of everything that was wanted.
    ///
    /// A node already reached over fewer or as many hops is not visited again, so cycles end.
    pub fn absorb(&mut self, steps: impl IntoIterator<Item = Step<N>>) {
        let mut next = BTreeSet::new();
        for step in steps {
            let Some(&here) = self.reached.get(&step.from) else { continue };
            let distance = here.saturating_add(step.hops);
            let known = self.reached.get(&step.to).copied();
            if known.is_some_and(|known| known <= distance) {
                continue;
            }
            let has_no_room = known.is_none() && self.reached.len() >= self.limits.nodes;
            if distance > self.limits.hops || has_no_room {
                self.full |= distance <= self.limits.hops;
                self.cut.entry(step.from).or_default().insert(step.to);
                continue;
            }
            self.reached.insert(step.to.clone(), distance);
            next.insert(step.to);
        }
        self.frontier = next;
    }

    /// Ends the walk.
    pub fn finish(self) -> Walked<N> {
        let Self { reached, cut, full, .. } = self;
        // What was reached on another way is not missing.
        let is_missing = |(_, beyond): &(N, BTreeSet<N>)| beyond.iter().any(|node| !reached.contains_key(node));
        let cut = cut.into_iter().filter(is_missing).map(|(node, _)| node).collect();
        Walked { reached, cut, full }
    }

    fn distance(&self, node: &N) -> u32 {
        self.reached.get(node).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WIDE: Limits = Limits { hops: 100, nodes: 1000 };

    fn drive(edges: &[(u8, u8)], start: u8, limits: Limits) -> Walked<u8> {
        let mut walk = Walk::new([start], limits);
        loop {
            let wanted = walk.wants();
            if wanted.is_empty() {
                return walk.finish();
            }
            let steps: Vec<_> = wanted
                .iter()
                .flat_map(|&(node, _)| edges.iter().filter(move |edge| edge.0 == node))
                .map(|&(from, to)| Step { from, to, hops: 1 })
                .collect();
            walk.absorb(steps);
        }
    }

    #[test]
    fn a_cycle_ends_the_walk() {
        let walked = drive(&[(1, 2), (2, 3), (3, 1)], 1, WIDE);
        assert_eq!(walked.reached, BTreeMap::from([(1, 0), (2, 1), (3, 2)]));
        assert!(walked.cut.is_empty());
    }

    #[test]
    fn the_hop_limit_cuts_and_says_where() {
        let walked = drive(&[(1, 2), (2, 3), (3, 4)], 1, Limits { hops: 2, nodes: 10 });
        assert_eq!(walked.reached.len(), 3);
        assert_eq!(walked.cut, BTreeSet::from([3]));
    }

    #[test]
    fn the_node_limit_cuts_and_says_where() {
        let walked = drive(&[(1, 2), (1, 3), (1, 4)], 1, Limits { hops: 9, nodes: 2 });
        assert_eq!(walked.reached.len(), 2);
        assert_eq!(walked.cut, BTreeSet::from([1]));
    }

    #[test]
    fn what_is_reached_on_a_shorter_way_is_not_cut() {
        let limits = Limits { hops: 1, nodes: 10 };
        let mut walk = Walk::new([1u8], limits);
        walk.absorb([Step { from: 1, to: 2, hops: 1 }, Step { from: 1, to: 3, hops: 0 }]);
        walk.absorb([Step { from: 2, to: 4, hops: 1 }, Step { from: 3, to: 4, hops: 1 }]);
        assert!(walk.finish().cut.is_empty());
    }

    proptest! {
        #[test]
        fn reaches_what_the_naive_closure_reaches(edges in prop::collection::vec((0u8..12, 0u8..12), 0..40)) {
            let mut closure = BTreeSet::from([0u8]);
            loop {
                let more: BTreeSet<u8> =
                    edges.iter().filter(|edge| closure.contains(&edge.0)).map(|edge| edge.1).collect();
                if more.is_subset(&closure) {
                    break;
                }
                closure.extend(more);
            }
            let walked = drive(&edges, 0, WIDE);
            prop_assert_eq!(walked.reached.into_keys().collect::<BTreeSet<_>>(), closure);
        }
    }
}
