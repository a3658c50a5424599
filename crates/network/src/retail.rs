//! The retailer: distribution centres and stores.

use std::sync::Arc;

use epcis::{Action, EventKind};

use crate::{
    LotKind,
    atlas::SiteKind,
    code,
    draft::{Assignment, Draft},
    lot::{Lot, Pallet, Parcel, merged},
    world::World,
};

/// Pallets that a store gets in a day.
const PALLETS_OF_A_STORE: u32 = 20;

/// Days that food lies on a shelf.
const SHELF_DAYS: u32 = 6;

/// Lots on one record of sales.
const SOLD_AT_ONCE: usize = 24;

/// How many of the oldest lots a picker chooses from.
const WITHIN_REACH: usize = 16;

impl World {
    /// Packs some lots into smaller packages, then fills the stores' pallets and sends them.
    pub(crate) fn supply_stores(&mut self, centre: usize) {
        if self.desk.has_room(1) {
            self.repack(centre);
        }
        let (centres, stores) = (self.atlas.of(SiteKind::Centre), self.atlas.of(SiteKind::Store));
        let turn = centres.iter().position(|other| *other == centre).unwrap_or_default();
        for &store in stores.iter().skip(turn).step_by(centres.len().max(1)) {
            for _ in 0..PALLETS_OF_A_STORE {
                if !self.desk.has_room(4) || self.fill_pallet(centre, store).is_none() {
                    break;
                }
                self.work_on_landmarks();
            }
        }
    }

    /// Builds and ships one mixed pallet; `None` when there is nothing to put on it.
    fn fill_pallet(&mut self, centre: usize, store: usize) -> Option<()> {
        let lines = self.desk.random.between(2, 6);
        let mut picked = Vec::new();
        for _ in 0..lines {
            let cases = self.desk.random.between(4, 12);
            let within = self.yards.get(centre)?.loose.len().min(WITHIN_REACH);
            let index = self.desk.random.index(within);
            let loose = &mut self.yard(centre)?.loose;
            let Some(parcel) = loose.get_mut(index) else { break };
            picked.push(parcel.split(cases));
            if parcel.amount == 0 {
                loose.remove(index);
            }
        }
        if picked.is_empty() {
            return None;
        }
        let time = self.hour(12, 20);
        let pallet = self.build(centre, merged(picked), time)?;
        let leaves = time + self.desk.random.seconds(1_800, 7_200);
        self.ship_pallets(centre, store, vec![pallet], leaves);
        Some(())
    }

    /// Packs one lot of cases into trays. It is the same food, so it keeps its code; the place that stands for it is
    /// now this one.
    fn repack(&mut self, centre: usize) -> Option<()> {
        let atlas = Arc::clone(&self.atlas);
        let is_packed = |parcel: &&mut Parcel| (100..200).contains(&parcel.lot.product) && parcel.amount > 40;
        let parcel = self.yard(centre)?.loose.iter_mut().find(is_packed)?.split(40);
        let tlc = parcel.lot.tlc.clone()?;
        let company = atlas.companies.get(atlas.site(centre)?.company)?;
        let code = format!("{}R{}", self.paper(centre, "T"), self.day);
        let name = code::lot(&company.prefix, 800, &code);
        let trays = Lot { name, tlc: Some(tlc), source: centre, uom: "XPU", product: 800 };
        let trays = Parcel::new(&Arc::new(trays), 160);
        self.desk.born(&atlas, &trays.lot, LotKind::Traceability, [&parcel.lot]);
        let time = self.hour(9, 12);
        let draft = Draft::new(&atlas, centre, EventKind::Transformation, time, "repackaging")?;
        let order = self.paper(centre, "WO");
        let gln = draft.site.gln.clone();
        let draft = draft.disposition("active").inputs([&parcel]).outputs([&trays]).cte("transformation");
        let draft = draft.states(&atlas, [trays.lot.as_ref()], Assignment::Retained);
        self.desk.put(draft.document("prodorder", "Work Order", &gln, &order));
        self.yard(centre)?.loose.push_front(trays);
        Some(())
    }

    /// A store receives what has arrived and sells what has lain long enough.
    pub(crate) fn keep_store(&mut self, store: usize) {
        while self.desk.has_room(2)
            && let Some(consignment) = self.arrival(store)
        {
            let time = self.hour(4, 7);
            self.receive_at_store(store, consignment, time);
        }
        let due = self.day.saturating_sub(SHELF_DAYS);
        let Some(yard) = self.yard(store) else { return };
        let count = yard.shelves.iter().take_while(|(day, _)| *day < due).count();
        if count == 0 || !self.desk.has_room(count) {
            return;
        }
        let Some(yard) = self.yard(store) else { return };
        let sold: Vec<Parcel> = yard.shelves.drain(..count).flat_map(|(_, parcels)| parcels).collect();
        for sold in merged(sold).chunks(SOLD_AT_ONCE) {
            self.sell(store, sold);
        }
    }

    fn sell(&mut self, store: usize, sold: &[Parcel]) -> Option<()> {
        let atlas = Arc::clone(&self.atlas);
        let time = self.hour(20, 22);
        let draft = Draft::new(&atlas, store, EventKind::Object, time, "retail_selling")?;
        self.desk.put(draft.action(Action::Observe, "retail_sold").objects(sold));
        Some(())
    }

    /// Somebody looks at what is in stock, which changes nothing.
    pub(crate) fn look_around(&mut self) -> Option<()> {
        let atlas = Arc::clone(&self.atlas);
        let time = self.midnight() + 23 * 3_600;
        let sites = atlas.of(SiteKind::Centre).into_iter().chain(atlas.of(SiteKind::Farm));
        let site = sites.into_iter().find(|site| self.yards.get(*site).is_some_and(|yard| !yard.loose.is_empty()));
        let site = site.or_else(|| atlas.of(SiteKind::Centre).first().copied())?;
        let seen: Vec<Parcel> = self.yard(site)?.loose.iter().take(3).cloned().collect();
        let draft = Draft::new(&atlas, site, EventKind::Object, time, "inspecting")?;
        let mut draft = draft.action(Action::Observe, "conformant").objects(&merged(seen));
        if draft.event.quantity_list.is_empty() {
            let serial = 900_000_000 + u32::try_from(self.desk.told() % 1_000_000).ok()?;
            let code = code::sscc(&draft.company.prefix, serial);
            draft.event.epc_list = vec![code.of(draft.style()).clone()];
        }
        self.desk.put_alone(draft);
        Some(())
    }

    /// What the records say is left, by lot and place.
    pub(crate) fn left_over(&self, site: usize) -> Vec<Parcel> {
        let Some(yard) = self.yards.get(site) else { return Vec::new() };
        let stacked = yard.pallets.iter().flat_map(Pallet::contents);
        let shelves = yard.shelves.iter().flat_map(|(_, parcels)| parcels);
        yard.loose.iter().chain(stacked).chain(shelves).chain(&yard.ghosts).cloned().collect()
    }
}
