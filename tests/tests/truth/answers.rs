//! What is said of the lots of a network, and what is right.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
};

use network::{LotKind, Truth, Way};

/// The lots reached from each lot, in order; `None` where the lot is not known.
pub(crate) type Reached = BTreeMap<(String, Way), Option<Vec<String>>>;

/// Amounts by lot, place and unit of measure.
pub(crate) type Stock = BTreeMap<(String, String, String), String>;

/// The right lineages.
pub(crate) fn lineages(truth: &Truth) -> Reached {
    let list = |lots: BTreeSet<&str>| Some(lots.into_iter().map(str::to_owned).collect());
    let each = truth.lots().iter().flat_map(|lot| {
        let back = ((lot.id.clone(), Way::Back), list(truth.ancestors(&lot.id)));
        [back, ((lot.id.clone(), Way::Forward), list(truth.descendants(&lot.id)))]
    });
    each.collect()
}

/// The right stock.
pub(crate) fn stock(truth: &Truth) -> Stock {
    let rows = truth.stock().iter().cloned();
    rows.map(|row| ((row.id, row.place, row.uom), row.amount.to_string())).collect()
}

/// The lots of which it is told how much is left. Nobody records where an ingredient comes from that is not on the Food
/// Traceability List.
pub(crate) fn counted(truth: &Truth) -> Vec<String> {
    let listed = truth.lots().iter().filter(|lot| lot.kind != LotKind::Other);
    listed.map(|lot| lot.id.clone()).collect()
}

/// Differences that are told.
const TOLD: usize = 5;

/// Whatever is not as it should be, in words.
pub(crate) fn differences<K: Debug + Ord, V: Debug + PartialEq>(
    what: &str,
    said: &BTreeMap<K, V>,
    right: &BTreeMap<K, V>,
) -> Vec<String> {
    let keys: BTreeSet<&K> = said.keys().chain(right.keys()).collect();
    let differ: Vec<&K> = keys.into_iter().filter(|key| said.get(key) != right.get(key)).collect();
    let words = |key: &&K| format!("{what} {key:?}\n     got {:?}\nexpected {:?}", said.get(key), right.get(key));
    let more = differ.len().saturating_sub(TOLD);
    let more = (more > 0).then(|| format!("{what} {more} others"));
    differ.iter().take(TOLD).map(words).chain(more).collect()
}
