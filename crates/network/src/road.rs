//! Pallets and consignments: how goods leave a site and arrive at another one.

use std::sync::Arc;

use epcis::{Action, EventKind};
use gs1::Identifier;

use crate::{
    LotKind, Statement,
    atlas::SiteKind,
    desk::lots_of,
    draft::{Assignment, Draft},
    lot::{Consignment, Lot, Pallet, Parcel, merged},
    truth::PossibleTruth,
    world::World,
};

/// Pallets on a truck.
const TRUCK: u32 = 8;

/// Cases on a pallet.
const PALLET: u32 = 72;

/// How a lot leaves a site.
struct Load {
    from: usize,
    to: usize,
    pallets: Vec<Pallet>,
    loose: Vec<Parcel>,
}

impl World {
    /// Sends stock to whom it may concern: those who have least of what they need.
    pub(crate) fn send_out(&mut self, from: usize) {
        let atlas = Arc::clone(&self.atlas);
        let kinds: &[SiteKind] = match atlas.site(from).map(|site| site.kind) {
            Some(SiteKind::Packer) => &[SiteKind::Centre, SiteKind::Processor, SiteKind::Kitchen],
            Some(SiteKind::Processor) => &[SiteKind::Centre, SiteKind::Kitchen],
            _ => &[SiteKind::Centre],
        };
        let mut customers: Vec<usize> = kinds.iter().flat_map(|kind| atlas.of(*kind)).collect();
        let turn = self.desk.random.index(customers.len());
        customers.rotate_left(turn);
        for to in customers {
            let kind = atlas.site(to).map_or(SiteKind::Centre, |site| site.kind);
            let wanted = match kind {
                SiteKind::Centre => self.quota(kind) * 3,
                _ => self.quota(kind) * 2,
            };
            let mut missing = wanted.saturating_sub(self.stock_soon(to));
            // A truck goes when it is worth it.
            while missing > PALLET && self.stock(from) > PALLET && !self.desk.is_full() {
                let amount = missing.min(PALLET * TRUCK);
                missing -= amount;
                if self.desk.random.chance(2_500) && kind != SiteKind::Centre {
                    self.send_loose(from, to, amount);
                } else {
                    self.send_pallets(from, to, amount);
                }
            }
        }
    }

    fn send_pallets(&mut self, from: usize, to: usize, amount: u32) {
        if !self.desk.has_room(14) {
            return;
        }
        let start = self.hour(19, 21);
        let mut pallets = Vec::new();
        let mut amount = amount;
        while amount > 0 && pallets.len() < 8 {
            let size = amount.min(PALLET);
            amount -= size;
            let parcels = self.take(from, size);
            if parcels.is_empty() {
                break;
            }
            let time = start + 240 * i64::try_from(pallets.len()).unwrap_or_default();
            pallets.extend(self.build(from, parcels, time));
        }
        // Two pallets on top of each other travel as one.
        if pallets.len() > 3 && self.desk.random.chance(1_000) {
            let stacked: Vec<Pallet> = pallets.drain(..2).collect();
            pallets.extend(self.stack(from, stacked, start + 2_400));
        }
        if !pallets.is_empty() {
            self.ship(Load { from, to, pallets, loose: Vec::new() }, start + 3_000);
        }
    }

    /// Sends lots without pallets, now and then under a code that they never had.
    pub(crate) fn send_loose(&mut self, from: usize, to: usize, amount: u32) {
        if !self.desk.has_room(2) {
            return;
        }
        let mut loose = self.take(from, amount);
        let changed = self.desk.random.chance(self.desk.plan.shares.changed_code * 10);
        if let Some(first) = loose.first_mut()
            && changed
            && first.lot.tlc.is_some()
            && let Some(lot) = self.private_lot(from, "LP", first.lot.product, LotKind::Traceability, first.lot.uom)
        {
            let original = std::mem::replace(first, Parcel::new(&lot, first.amount));
            let atlas = Arc::clone(&self.atlas);
            self.desk.born(&atlas, &lot, LotKind::Traceability, []);
            if let Some(yard) = self.yard(from) {
                yard.owed.push(Parcel::new(&lot, original.amount));
                yard.ghosts.push(original);
            }
        }
        if !loose.is_empty() {
            let time = self.hour(18, 21);
            self.ship(Load { from, to, pallets: Vec::new(), loose }, time);
        }
    }

    /// Takes cases out of the stock, oldest first.
    fn take(&mut self, site: usize, amount: u32) -> Vec<Parcel> {
        let mut taken = Vec::new();
        let mut amount = amount;
        let Some(yard) = self.yard(site) else { return taken };
        while let Some(front) = yard.loose.front_mut().filter(|_| amount > 0) {
            let parcel = front.split(amount);
            amount -= parcel.amount;
            if front.amount == 0 {
                yard.loose.pop_front();
            }
            taken.push(parcel);
        }
        merged(taken)
    }

    /// Puts lots on a pallet.
    pub(crate) fn build(&mut self, site: usize, parcels: Vec<Parcel>, time: i64) -> Option<Pallet> {
        let atlas = Arc::clone(&self.atlas);
        let pallet = self.new_pallet(site, parcels)?;
        let draft = Draft::new(&atlas, site, EventKind::Aggregation, time, "packing")?;
        let mut draft = draft.action(Action::Add, "in_progress").children(&pallet.parcels);
        draft.event.parent_id = Some(pallet.name.of(draft.style()).clone());
        self.desk.put(draft);
        self.desk.built(&pallet, time);
        Some(pallet)
    }

    /// Puts pallets on another one.
    fn stack(&mut self, site: usize, stacked: Vec<Pallet>, time: i64) -> Option<Pallet> {
        let atlas = Arc::clone(&self.atlas);
        let mut outer = self.new_pallet(site, Vec::new())?;
        outer.stacked = stacked;
        let draft = Draft::new(&atlas, site, EventKind::Aggregation, time, "packing")?;
        let mut draft = draft.action(Action::Add, "in_progress");
        draft.event.parent_id = Some(outer.name.of(draft.style()).clone());
        draft.event.child_epcs = names(&outer.stacked, &draft);
        self.desk.put(draft);
        self.desk.built(&outer, time);
        Some(outer)
    }

    /// Sends a load on its way; it arrives the next day.
    fn ship(&mut self, load: Load, time: i64) -> Option<()> {
        let atlas = Arc::clone(&self.atlas);
        let document = self.paper(load.from, "ASN");
        let order = self.paper(load.to, "PO");
        let contents: Vec<&Parcel> = load.pallets.iter().flat_map(Pallet::contents).chain(&load.loose).collect();
        let draft = Draft::new(&atlas, load.from, EventKind::Object, time, "shipping")?;
        let mut draft = draft.action(Action::Observe, "in_transit").objects(&load.loose);
        draft.event.epc_list = names(&load.pallets, &draft);
        draft = draft.ends(&atlas, load.from, load.to).cte("shipping");
        let (issuer, buyer) = (draft.site.gln.clone(), atlas.site(load.to)?.gln.clone());
        draft = draft.document("desadv", "ASN", &issuer, &document).document("po", "PO", &buyer, &order);
        if !self.desk.random.chance(self.desk.plan.shares.missing) {
            draft = draft.states(&atlas, lots_of(contents).into_iter().map(Arc::as_ref), Assignment::None);
        }
        draft.receiver = atlas.site(load.to).map(|site| site.company);
        self.desk.put(draft);
        let consignment =
            Consignment { day: self.day + 1, from: load.from, pallets: load.pallets, loose: load.loose, document };
        self.yard(load.to)?.arrivals.push_back(consignment);
        Some(())
    }

    /// Sends one pallet with cases for a store, or a truck with what an ingredients plant has made.
    pub(crate) fn ship_pallets(&mut self, from: usize, to: usize, pallets: Vec<Pallet>, time: i64) {
        self.ship(Load { from, to, pallets, loose: Vec::new() }, time);
    }

    /// The next consignment that has arrived at a site.
    pub(crate) fn arrival(&mut self, site: usize) -> Option<Consignment> {
        let day = self.day;
        let arrivals = &mut self.yard(site)?.arrivals;
        arrivals.front()?.day.le(&day).then(|| arrivals.pop_front())?
    }

    /// Receives everything that has arrived.
    pub(crate) fn receive(&mut self, site: usize) {
        while self.desk.has_room(24)
            && let Some(consignment) = self.arrival(site)
        {
            let time = self.hour(4, 8);
            self.receive_one(site, consignment, time);
        }
    }

    fn receive_one(&mut self, site: usize, consignment: Consignment, time: i64) -> Option<()> {
        let atlas = Arc::clone(&self.atlas);
        let Consignment { from, pallets, loose, document, .. } = consignment;
        let contents: Vec<&Parcel> = pallets.iter().flat_map(Pallet::contents).chain(&loose).collect();
        let draft = Draft::new(&atlas, site, EventKind::Object, time, "receiving")?;
        let mut draft = draft.action(Action::Observe, "in_progress").objects(&loose);
        draft.event.epc_list = names(&pallets, &draft);
        draft = draft.ends(&atlas, from, site).cte("receiving");
        draft = draft.document("recadv", "Receipt of Goods", &atlas.site(site)?.gln, &document);
        if !self.desk.random.chance(self.desk.plan.shares.missing) {
            draft = draft.states(&atlas, lots_of(contents).into_iter().map(Arc::as_ref), Assignment::None);
        }
        if !loose.is_empty() {
            draft = draft.correctable();
        }
        self.desk.put(draft);
        let kind = atlas.site(site)?.kind;
        for (index, pallet) in (1_i64..).zip(pallets) {
            // A maker may take a pallet as it is; a centre wants its cases.
            if kind != SiteKind::Centre && self.desk.random.chance(3_000) {
                self.yard(site)?.pallets.push_back(pallet);
            } else {
                self.unpack(site, pallet, time + index * 300);
            }
        }
        self.yard(site)?.loose.extend(loose);
        Some(())
    }

    /// Takes everything off a pallet, and off those stacked on it.
    fn unpack(&mut self, site: usize, pallet: Pallet, time: i64) -> Option<()> {
        let atlas = Arc::clone(&self.atlas);
        let draft = Draft::new(&atlas, site, EventKind::Aggregation, time, "unpacking")?;
        let mut draft = draft.action(Action::Delete, "in_progress");
        draft.event.parent_id = Some(pallet.name.of(draft.style()).clone());
        // Some say what they took out, some that nothing is left.
        if self.desk.random.chance(6_000) {
            draft = draft.children(&pallet.parcels);
            draft.event.child_epcs = names(&pallet.stacked, &draft);
        }
        self.desk.put(draft);
        self.retire(pallet.company, pallet.serial);
        self.yard(site)?.loose.extend(pallet.parcels);
        for stacked in pallet.stacked {
            self.unpack(site, stacked, time + 60);
        }
        Some(())
    }

    /// A store receives a pallet: it looks at what is on it, and may miss a case or not know a lot for sure.
    pub(crate) fn receive_at_store(&mut self, site: usize, consignment: Consignment, time: i64) -> Option<()> {
        let atlas = Arc::clone(&self.atlas);
        let Consignment { from, pallets, document, .. } = consignment;
        for mut pallet in pallets {
            if self.desk.random.chance(self.desk.plan.shares.short)
                && let Some(first) = pallet.parcels.iter_mut().find(|parcel| parcel.amount > 1)
            {
                first.amount -= 1;
            }
            let draft = Draft::new(&atlas, site, EventKind::Aggregation, time, "receiving")?;
            let mut draft = draft.action(Action::Observe, "in_progress");
            draft.event.parent_id = Some(pallet.name.of(draft.style()).clone());
            draft = draft.ends(&atlas, from, site).cte("receiving");
            draft = draft.document("recadv", "Receipt", &atlas.site(site)?.gln, &document);
            let unsure = self.desk.random.chance(self.desk.plan.shares.inferred) && pallet.parcels.len() > 1;
            if unsure {
                draft = self.infer(draft, &mut pallet);
            } else {
                let lots = lots_of(&pallet.parcels);
                draft = draft.states(&atlas, lots.into_iter().map(Arc::as_ref), Assignment::None).correctable();
            }
            draft = draft.children(&pallet.parcels);
            self.desk.put(draft);
            if self.desk.random.chance(4_000) {
                self.unpack(site, pallet, time + 1_800);
                let day = self.day;
                let yard = self.yard(site)?;
                let unpacked = yard.loose.drain(..).collect();
                yard.shelves.push_back((day, unpacked));
            } else {
                let day = self.day;
                self.yard(site)?.shelves.push_back((day, pallet.into_contents()));
            }
        }
        Some(())
    }

    /// The store takes the first lot for granted from its place on the pallet; the others may be it as well.
    fn infer<'a>(&mut self, draft: Draft<'a>, pallet: &mut Pallet) -> Draft<'a> {
        let atlas = Arc::clone(&self.atlas);
        let lots: Vec<Arc<Lot>> = lots_of(&pallet.parcels).into_iter().cloned().collect();
        let Some((inferred, others)) = lots.split_first() else { return draft };
        for parcel in pallet.parcels.iter_mut().filter(|parcel| Arc::ptr_eq(&parcel.lot, inferred)) {
            parcel.inferred = true;
        }
        let alternates: Vec<&Lot> = others.iter().map(Arc::as_ref).collect();
        self.desk.truth(|| {
            Statement::Possible(PossibleTruth {
                id: inferred.name.canonical(),
                place: draft.site.place.canonical(),
                alternates: alternates.iter().filter_map(|lot| lot.tlc.clone()).collect(),
            })
        });
        draft.infers(&atlas, inferred, &alternates).states(&atlas, alternates, Assignment::None)
    }
}

/// The codes of pallets as a company spells them.
pub(crate) fn names(pallets: &[Pallet], draft: &Draft<'_>) -> Vec<Identifier> {
    pallets.iter().map(|pallet| pallet.name.of(draft.style()).clone()).collect()
}
