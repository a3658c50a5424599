//! What is said of the lots of a network, and what is right.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
};

use network::{LotKind, LotTruth, Truth, Way};

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

/// The right stock. What a place only infers to be of a lot is counted in no balance, and what is told of one identifier
/// of a lot is told of the others.
pub(crate) fn stock(truth: &Truth) -> Stock {
    let mut left: BTreeMap<_, BTreeMap<_, i64>> = BTreeMap::new();
    for row in truth.stock() {
        let lot = truth.lot(&row.id).map(key).unwrap();
        let places = left.entry(lot).or_default();
        *places.entry((&row.place, &row.uom)).or_default() += row.amount - row.inferred;
    }
    let lots = truth.lots().iter().filter(|lot| is_counted(lot));
    let rows = lots.flat_map(|lot| left.get(&key(lot)).into_iter().flatten().map(move |row| (lot.id.clone(), row)));
    let rows = rows.filter(|(_, (_, amount))| **amount != 0);
    rows.map(|(lot, ((place, uom), amount))| ((lot, (*place).clone(), (*uom).clone()), amount.to_string())).collect()
}

/// What makes two identifiers one lot: the same code of the same source. A harvest lot has no code.
fn key(lot: &LotTruth) -> (&str, &str) {
    lot.tlc.as_ref().map_or((&lot.id, ""), |tlc| (tlc, &lot.source))
}

/// The lots of which it is told how much is left. Nobody records where an ingredient comes from that is not on the Food
/// Traceability List.
pub(crate) fn counted(truth: &Truth) -> Vec<String> {
    truth.lots().iter().filter(|lot| is_counted(lot)).map(|lot| lot.id.clone()).collect()
}

fn is_counted(lot: &LotTruth) -> bool {
    lot.kind != LotKind::Other
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
