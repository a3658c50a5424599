//! What is true of a network, told apart from the events.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, BufRead},
};

use serde::{Deserialize, Serialize};

pub use crate::lot::LotKind;

/// One line of the truth.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Statement {
    /// A lot came into being.
    Lot(LotTruth),
    /// A pallet was built.
    Unit(UnitTruth),
    /// A store only infers which lot it has.
    Possible(PossibleTruth),
    /// A lot that was made to have a lineage of a certain size.
    Landmark(LandmarkTruth),
    /// What the events say is left of a lot at a place in the end.
    Stock(StockTruth),
}

/// A lot, and what it was made from. All identifiers are canonical.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct LotTruth {
    /// The lot.
    pub id: String,
    /// What it is.
    pub kind: LotKind,
    /// Its traceability lot code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tlc: Option<String>,
    /// The place that assigned the code, or where the harvest lot comes from.
    pub source: String,
    /// The lots that went into it; a consumed pallet stands for the lots that were on it.
    pub parents: Vec<String>,
}

/// A pallet as it was built.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct UnitTruth {
    /// The pallet. Its code may be used again later.
    pub id: String,
    /// Seconds since 1970.
    pub built: i64,
    /// Lots and pallets on it.
    pub holds: Vec<String>,
}

/// A statement of a store that is no fact.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct PossibleTruth {
    /// The lot that the store infers.
    pub id: String,
    /// The store.
    pub place: String,
    /// Codes of the lots that it may be instead.
    pub alternates: Vec<String>,
}

/// Which way a lineage goes.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Way {
    /// To the lots that it was made from.
    Back,
    /// To the lots made from it.
    Forward,
}

/// A lot with a lineage of a certain size.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct LandmarkTruth {
    /// The lot.
    pub id: String,
    /// Which way it has its size.
    pub way: Way,
    /// How many lots there are that way, without itself.
    pub lots: usize,
}

/// What is left of a lot at a place.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct StockTruth {
    /// The lot.
    pub id: String,
    /// The place.
    pub place: String,
    /// How much; less than nothing where a lot left under a code that it never had there.
    pub amount: i64,
    /// UN/ECE Recommendation 20 code.
    pub uom: String,
    /// How much of it the place only infers to be this lot.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub inferred: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_zero(amount: &i64) -> bool {
    *amount == 0
}

/// Why the truth cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TruthError {
    /// The input failed.
    #[error("the truth cannot be read")]
    Input(#[from] io::Error),
    /// A line is none.
    #[error("line {line} is no statement of the truth")]
    Line {
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// The whole truth of a network, for questions.
#[derive(Clone, Debug, Default)]
pub struct Truth {
    lots: Vec<LotTruth>,
    by_id: BTreeMap<String, usize>,
    children: Vec<Vec<usize>>,
    landmarks: Vec<LandmarkTruth>,
    stock: Vec<StockTruth>,
    possible: Vec<PossibleTruth>,
    units: Vec<UnitTruth>,
}

impl Truth {
    /// Reads JSON lines.
    ///
    /// # Errors
    ///
    /// [`TruthError`].
    pub fn read(input: impl BufRead) -> Result<Self, TruthError> {
        let mut truth = Self::default();
        for (index, line) in input.lines().enumerate() {
            let statement =
                serde_json::from_str(&line?).map_err(|source| TruthError::Line { line: index + 1, source })?;
            truth.add(statement);
        }
        Ok(truth)
    }

    /// Adds a statement. The parents of a lot come before it.
    pub fn add(&mut self, statement: Statement) {
        match statement {
            Statement::Lot(lot) => self.add_lot(lot),
            Statement::Unit(unit) => self.units.push(unit),
            Statement::Possible(possible) => self.possible.push(possible),
            Statement::Landmark(landmark) => self.landmarks.push(landmark),
            Statement::Stock(stock) => self.stock.push(stock),
        }
    }

    fn add_lot(&mut self, lot: LotTruth) {
        let number = self.lots.len();
        for parent in &lot.parents {
            let parent = self.by_id.get(parent).copied();
            if let Some(children) = parent.and_then(|parent| self.children.get_mut(parent)) {
                children.push(number);
            }
        }
        self.by_id.insert(lot.id.clone(), number);
        self.lots.push(lot);
        self.children.push(Vec::new());
    }

    /// All lots in the order of their making.
    pub fn lots(&self) -> &[LotTruth] {
        &self.lots
    }

    /// One lot by its canonical identifier.
    pub fn lot(&self, id: &str) -> Option<&LotTruth> {
        self.lots.get(*self.by_id.get(id)?)
    }

    /// The pallets in the order of their building.
    pub fn units(&self) -> &[UnitTruth] {
        &self.units
    }

    /// The lots with lineages of a certain size.
    pub fn landmarks(&self) -> &[LandmarkTruth] {
        &self.landmarks
    }

    /// What is left in the end.
    pub fn stock(&self) -> &[StockTruth] {
        &self.stock
    }

    /// What stores only infer.
    pub fn possible(&self) -> &[PossibleTruth] {
        &self.possible
    }

    /// All lots that a lot was made from, directly and indirectly, without itself; empty for an unknown lot.
    pub fn ancestors(&self, id: &str) -> BTreeSet<&str> {
        self.reach(id, |number| {
            let parents = self.lots.get(number).map(|lot| &lot.parents).into_iter().flatten();
            parents.filter_map(|parent| self.by_id.get(parent).copied()).collect()
        })
    }

    /// All lots made from a lot, directly and indirectly, without itself; empty for an unknown lot.
    pub fn descendants(&self, id: &str) -> BTreeSet<&str> {
        self.reach(id, |number| self.children.get(number).cloned().unwrap_or_default())
    }

    fn reach(&self, id: &str, next: impl Fn(usize) -> Vec<usize>) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<usize> = self.by_id.get(id).copied().into_iter().collect();
        while let Some(number) = open.pop() {
            open.extend(next(number).into_iter().filter(|other| reached.insert(*other)));
        }
        reached.into_iter().filter_map(|number| Some(self.lots.get(number)?.id.as_str())).collect()
    }
}
