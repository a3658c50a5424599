//! Processors and kitchens: several lots go in, other lots come out.

use std::sync::Arc;

use epcis::{EventKind, Term};
use gs1::Identifier;

use crate::{
    LotKind,
    atlas::{BLENDS, KITS, SiteKind},
    desk::lots_of,
    draft::{Assignment, Draft, text},
    field::lots,
    lot::{Lot, Pallet, Parcel},
    road::names,
    world::World,
};

/// What goes into one batch.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) parcels: Vec<Parcel>,
    /// Whole pallets, named by their codes alone.
    pub(crate) pallets: Vec<Pallet>,
    /// A lot that is in stock and does not go in; somebody may write it down by mistake.
    pub(crate) decoy: Option<Arc<Lot>>,
}

impl Batch {
    fn contents(&self) -> Vec<&Parcel> {
        self.parcels.iter().chain(self.pallets.iter().flat_map(Pallet::contents)).collect()
    }
}

impl World {
    /// A processor cuts and bags produce.
    pub(crate) fn process(&mut self, site: usize) {
        self.make(site, SiteKind::Processor, (2, 3), 300, u32::try_from(BLENDS.len()).unwrap_or(1));
        self.send_out(site);
    }

    /// A kitchen makes meals of produce, fish and what processors have cut.
    pub(crate) fn cook(&mut self, site: usize) {
        self.make(site, SiteKind::Kitchen, (3, 5), 500, u32::try_from(KITS.len()).unwrap_or(1));
        self.send_out(site);
    }

    /// Works through recipes until enough is made, of stock that came in, not of what was made here.
    fn make(&mut self, site: usize, kind: SiteKind, sizes: (u32, u32), item: u32, items: u32) {
        let quota = self.quota(kind);
        let mut made = 0;
        let mut time = self.hour(9, 10);
        while made < quota && self.made_here(site) < 2 * quota && self.desk.has_room(3) {
            let count = self.desk.random.between(sizes.0, sizes.1);
            let Some(batch) = self.gather(site, count) else { return };
            let product = item + self.desk.random.below(items);
            let formats = if self.desk.random.chance(1_500) { 2 } else { 1 };
            made += self.transform(site, batch, &vec![product; formats], time).unwrap_or(quota);
            time += self.desk.random.seconds(900, 2_400);
        }
    }

    fn made_here(&self, site: usize) -> u32 {
        let loose = self.yards.get(site).into_iter().flat_map(|yard| &yard.loose);
        loose.filter(|parcel| parcel.lot.source == site).map(|parcel| parcel.amount).sum()
    }

    /// Takes parts of lots that came from elsewhere, or a whole pallet, out of the stock.
    fn gather(&mut self, site: usize, count: u32) -> Option<Batch> {
        let mut batch = Batch::default();
        let whole = self.desk.random.chance(self.desk.plan.shares.pallet_input * 3);
        let amounts: Vec<u32> = (0..count).map(|_| self.desk.random.between(60, 180)).collect();
        let yard = self.yard(site)?;
        if whole && let Some(pallet) = yard.pallets.pop_front() {
            batch.pallets.push(pallet);
        } else if yard.pallets.len() > 20 {
            batch.pallets.extend(yard.pallets.pop_front());
        }
        let mut amounts = amounts.into_iter().skip(batch.pallets.len());
        let mut index = 0;
        let mut wanted = amounts.next();
        while let (Some(amount), Some(parcel)) = (wanted, yard.loose.get_mut(index)) {
            if parcel.lot.source == site {
                index += 1;
                continue;
            }
            batch.parcels.push(parcel.split(amount));
            wanted = amounts.next();
            if parcel.amount == 0 {
                yard.loose.remove(index);
            } else {
                index += 1;
            }
        }
        batch.parcels = crate::lot::merged(std::mem::take(&mut batch.parcels));
        let taken = batch.contents();
        let is_other = |lot: &Arc<Lot>| !taken.iter().any(|parcel| Arc::ptr_eq(&parcel.lot, lot));
        let decoy = yard.loose.iter().map(|parcel| &parcel.lot).find(|lot| lot.source != site && is_other(lot));
        let decoy = decoy.cloned();
        batch.decoy = decoy;
        (!batch.contents().is_empty()).then_some(batch)
    }

    /// Makes one lot of each item of a batch and puts it into the stock. Gives how much.
    fn transform(&mut self, site: usize, mut batch: Batch, items: &[u32], time: i64) -> Option<u32> {
        let used: u32 = batch.contents().iter().map(|parcel| parcel.amount).sum();
        let atlas = Arc::clone(&self.atlas);
        let other = if self.desk.random.chance(2_000) { self.other_ingredient(site) } else { None };
        let mut made = Vec::new();
        let each = (used * 19 / 20 / u32::try_from(items.len()).ok()?).max(1);
        for &item in items {
            let lot = self.new_lot(site, item, LotKind::Traceability, "XCS")?;
            let parents = lots_of(batch.contents()).into_iter().chain(other.iter());
            self.desk.born(&atlas, &lot, LotKind::Traceability, parents);
            made.push(Parcel::new(&lot, each));
        }
        if let Some(other) = &other {
            batch.parcels.push(Parcel::new(other, self.desk.random.between(50, 500)));
        }
        self.tell_transformation(site, &batch, &made, other.as_deref(), time)?;
        self.yard(site)?.loose.extend(made);
        Some(used)
    }

    /// An ingredient that is not on the list.
    fn other_ingredient(&mut self, site: usize) -> Option<Arc<Lot>> {
        let item = if self.desk.random.chance(5_000) { "CARROTS" } else { "DRESSING" };
        let lot = self.private_lot(site, item, 950, LotKind::Other, "LBR")?;
        let lot = Arc::new(Lot { tlc: None, name: lot.name.clone(), ..*lot });
        let atlas = Arc::clone(&self.atlas);
        self.desk.born(&atlas, &lot, LotKind::Other, []);
        Some(lot)
    }

    /// Tells a transformation in one event, or in two that belong together.
    pub(crate) fn tell_transformation(
        &mut self,
        site: usize,
        batch: &Batch,
        made: &[Parcel],
        other: Option<&Lot>,
        time: i64,
    ) -> Option<()> {
        let atlas = Arc::clone(&self.atlas);
        let step = if batch.pallets.is_empty() { "creating_class_instance" } else { "commissioning" };
        let order = self.paper(site, "WO");
        let new = |time| Draft::new(&atlas, site, EventKind::Transformation, time, step);
        let mut draft = new(time)?.disposition("active").inputs(&batch.parcels).cte("transformation");
        draft.event.input_epc_list = names(&batch.pallets, &draft);
        let (gln, style) = (draft.site.gln.clone(), draft.style());
        if let Some(other) = other {
            draft.event.extensions.push(text("nonFtlInputs", other.name.of(style).spelled()));
        }
        draft.decoy = batch.decoy.as_ref().map(|lot| lot.name.of(style).clone());
        if self.desk.random.chance(self.desk.plan.shares.in_two_events) {
            let process = Identifier::new(format!("https://{}.example/order/{order}", draft.company.slug));
            draft.event.transformation_id = Some(Box::new(process.clone()));
            let input = draft.states(&atlas, lots(&batch.parcels).filter(|lot| lot.tlc.is_some()), Assignment::None);
            self.desk.put_plainly(input.document("prodorder", "Work Order", &gln, &order));
            draft = new(time + 600)?.disposition("active").cte("transformation");
            draft.event.transformation_id = Some(Box::new(process));
        } else {
            draft = draft.correctable();
        }
        draft.event.biz_step = Some(Term::new("creating_class_instance"));
        let draft = draft.outputs(made).states(&atlas, lots(made), Assignment::Assigned);
        self.desk.put(draft.document("prodorder", "Work Order", &gln, &order));
        Some(())
    }
}
