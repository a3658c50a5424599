//! The network as an iterator of events.

use std::collections::BTreeMap;

use epcis::VocabularyElement;

use crate::{
    Company, Plan, Recorded, Statement, atlas::SiteKind, lot::Parcel, truth::StockTruth, vocabulary, world::World,
};

/// A supply network, day by day: an iterator of its events in the order in which they were recorded.
///
/// Memory is bounded by the stock of the network, not by the number of events.
pub struct Network {
    world: World,
    finished: bool,
}

impl Network {
    /// The network of a plan.
    pub fn new(plan: &Plan) -> Self {
        Self { world: World::new(plan), finished: false }
    }

    /// The same, and it tells the truth about itself through [`Network::take_truth`].
    #[must_use]
    pub fn telling_truth(mut self) -> Self {
        self.world.desk.truth = Some(Vec::new());
        self
    }

    /// The companies, by [`Recorded::company`].
    pub fn companies(&self) -> &[Company] {
        &self.world.atlas.companies
    }

    /// Master data: every place, party and product.
    pub fn vocabulary(&self) -> Vec<VocabularyElement> {
        vocabulary::of(&self.world.atlas)
    }

    /// What is true beyond what was taken before. It may be ahead of the events; after the last event it is whole.
    pub fn take_truth(&mut self) -> Vec<Statement> {
        self.world.desk.truth.as_mut().map(std::mem::take).unwrap_or_default()
    }

    fn finish(&mut self) {
        while self.world.desk.left() > 0 && self.world.look_around().is_some() {}
        self.finished = true;
        if self.world.desk.truth.is_some() {
            let stock = self.stock();
            self.world.desk.truth.iter_mut().for_each(|truth| truth.extend(stock.iter().cloned()));
        }
    }

    fn stock(&self) -> Vec<Statement> {
        let atlas = &self.world.atlas;
        let mut stock: BTreeMap<(String, String), StockTruth> = BTreeMap::new();
        let mut count = |parcel: &Parcel, place: &str, sign: i64| {
            let lot = &parcel.lot;
            let id = lot.name.canonical();
            let entry = stock.entry((id.clone(), place.to_owned())).or_insert_with(|| StockTruth {
                id,
                place: place.to_owned(),
                amount: 0,
                uom: lot.uom.to_owned(),
                inferred: 0,
            });
            let amount = sign * i64::from(parcel.amount);
            entry.amount += amount;
            entry.inferred += if parcel.inferred { amount } else { 0 };
        };
        for (index, site) in atlas.sites.iter().enumerate() {
            let place = site.place.canonical();
            for parcel in self.world.left_over(index) {
                count(&parcel, &place, 1);
            }
            for parcel in self.world.yards.get(index).into_iter().flat_map(|yard| &yard.owed) {
                count(parcel, &place, -1);
            }
            if site.kind == SiteKind::Ingredients {
                for parcel in self.world.waiting_landmarks() {
                    count(parcel, &place, 1);
                }
            }
        }
        stock.into_values().filter(|stock| stock.amount != 0).map(Statement::Stock).collect()
    }
}

impl Iterator for Network {
    type Item = Recorded;

    fn next(&mut self) -> Option<Recorded> {
        loop {
            let told_until = if self.finished { i64::MAX } else { self.world.midnight() };
            if let Some(recorded) = self.world.desk.next_before(told_until) {
                return Some(recorded);
            }
            if self.finished {
                return None;
            }
            self.world.pass_day();
            if self.world.desk.is_full() {
                self.finish();
            }
        }
    }
}
