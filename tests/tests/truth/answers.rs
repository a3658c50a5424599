//! What is said of the lots of a network.

use std::collections::BTreeMap;

use network::Truth;

/// Lots reached from each lot, in order.
pub(crate) type Reached = BTreeMap<String, Vec<String>>;

/// Amounts by lot, place and unit of measure.
pub(crate) type Stock = BTreeMap<(String, String, String), String>;

/// The lineage and the stock of every lot.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    pub(crate) back: Reached,
    pub(crate) forward: Reached,
    pub(crate) stock: Stock,
}

/// Differences that are told.
const TOLD: usize = 5;

impl Answers {
    pub(crate) fn join(&mut self, other: Self) {
        self.back.extend(other.back);
        self.forward.extend(other.forward);
        self.stock.extend(other.stock);
    }

    /// The right answers.
    pub(crate) fn of(truth: &Truth) -> Self {
        let all = |reached: std::collections::BTreeSet<&str>| reached.into_iter().map(str::to_owned).collect();
        let mut answers = Self::default();
        for lot in truth.lots() {
            answers.back.insert(lot.id.clone(), all(truth.ancestors(&lot.id)));
            answers.forward.insert(lot.id.clone(), all(truth.descendants(&lot.id)));
        }
        let rows = truth.stock().iter().cloned();
        let rows = rows.map(|row| ((row.id, row.place, row.uom), row.amount.to_string()));
        answers.stock = rows.collect();
        answers
    }

    /// Whatever is not as it should be, in words.
    pub(crate) fn differences(&self, truth: &Self) -> Vec<String> {
        let back = differing(&self.back, &truth.back);
        let forward = differing(&self.forward, &truth.forward);
        let stock = differing(&self.stock, &truth.stock);
        let kinds = [("back from", back), ("forward from", forward), ("stock of", stock)];
        let told = kinds.into_iter().flat_map(|(kind, found)| {
            let count = found.len();
            let mut told: Vec<String> = found.into_iter().take(TOLD).map(|what| format!("{kind} {what}")).collect();
            if count > TOLD {
                told.push(format!("{} more {kind} others", count - TOLD));
            }
            told
        });
        told.collect()
    }
}

fn differing<K: Clone + Ord + std::fmt::Debug, V: PartialEq + std::fmt::Debug>(
    said: &BTreeMap<K, V>,
    right: &BTreeMap<K, V>,
) -> Vec<String> {
    let keys: std::collections::BTreeSet<&K> = said.keys().chain(right.keys()).collect();
    let differ = keys.into_iter().filter(|key| said.get(key) != right.get(key));
    differ.map(|key| format!("{key:?}\n     got {:?}\nexpected {:?}", said.get(key), right.get(key))).collect()
}
