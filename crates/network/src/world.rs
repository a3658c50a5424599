//! The state of the network: what is where, and how it got there.

use std::{collections::VecDeque, sync::Arc};

use crate::{
    LotKind, Plan,
    atlas::{Atlas, CROPS, Site, SiteKind},
    code,
    desk::Desk,
    landmark::Campaign,
    lot::{Consignment, Lot, Pallet, Parcel},
};

/// Cases that a store sells in a day.
const CASES_OF_A_STORE: u32 = 640;

/// 2024-01-01T00:00:00-07:00, a Monday. Two years from then are in the past, as everything that is recorded should be.
const START: i64 = 1_704_092_400;

/// What is at a site.
#[derive(Debug, Default)]
pub(crate) struct Yard {
    /// Lots in stock, oldest first.
    pub(crate) loose: VecDeque<Parcel>,
    /// Whole pallets in stock.
    pub(crate) pallets: VecDeque<Pallet>,
    /// On the way here, in the order of arrival.
    pub(crate) arrivals: VecDeque<Consignment>,
    /// On the shelves of a store, by the day of their arrival.
    pub(crate) shelves: VecDeque<(u32, Vec<Parcel>)>,
    /// What the records still count here, though it left under another code.
    pub(crate) ghosts: Vec<Parcel>,
    /// What left from here under a code that the records never counted in.
    pub(crate) owed: Vec<Parcel>,
    lots: u32,
    papers: u32,
}

/// The pallet codes of a company.
#[derive(Debug, Default)]
struct Codes {
    last: u32,
    /// Codes of emptied pallets, with the day.
    resting: VecDeque<(u32, u32)>,
}

/// Codes that rest at a company; more are not needed for those that come back.
const MOST_RESTING: usize = 2_000;

/// What happens at a site in one part of the day.
type Phase = fn(&mut World, usize);

/// The network on a day.
pub(crate) struct World {
    pub(crate) atlas: Arc<Atlas>,
    pub(crate) desk: Desk,
    pub(crate) yards: Vec<Yard>,
    codes: Vec<Codes>,
    pub(crate) day: u32,
    pub(crate) campaign: Campaign,
}

impl World {
    pub(crate) fn new(plan: &Plan) -> Self {
        let atlas = Arc::new(Atlas::new(plan));
        Self {
            yards: atlas.sites.iter().map(|_| Yard::default()).collect(),
            codes: atlas.companies.iter().map(|_| Codes::default()).collect(),
            desk: Desk::new(plan),
            day: 0,
            campaign: Campaign::default(),
            atlas,
        }
    }

    /// The first moment of the day.
    pub(crate) fn midnight(&self) -> i64 {
        START + i64::from(self.day) * 86_400
    }

    /// A moment of the day between two hours.
    pub(crate) fn hour(&mut self, from: u32, to: u32) -> i64 {
        self.midnight() + self.desk.random.seconds(from * 3600, to * 3600)
    }

    /// Lets a day pass: first what arrives, then what is made of it, then what leaves.
    pub(crate) fn pass_day(&mut self) {
        let phases: [(SiteKind, Phase); 10] = [
            (SiteKind::Store, Self::keep_store),
            (SiteKind::Centre, Self::receive),
            (SiteKind::Processor, Self::receive),
            (SiteKind::Kitchen, Self::receive),
            (SiteKind::Packer, Self::pack_harvest),
            (SiteKind::Dock, Self::land),
            (SiteKind::Processor, Self::process),
            (SiteKind::Kitchen, Self::cook),
            (SiteKind::Centre, Self::supply_stores),
            (SiteKind::Packer, Self::send_out),
        ];
        let atlas = Arc::clone(&self.atlas);
        for (kind, phase) in phases {
            for site in atlas.of(kind) {
                if self.desk.is_full() {
                    return;
                }
                phase(self, site);
                self.work_on_landmarks();
            }
        }
        self.day += 1;
    }

    /// Cases that all sites of a kind together should make in a day, for each of them.
    pub(crate) fn quota(&self, kind: SiteKind) -> u32 {
        let share = match kind {
            SiteKind::Packer => 90,
            SiteKind::Processor => 25,
            SiteKind::Kitchen => 15,
            _ => 100,
        };
        let sites = u32::try_from(self.atlas.of(kind).len()).unwrap_or(1).max(1);
        self.desk.plan.stores * CASES_OF_A_STORE / 100 * share / sites
    }

    pub(crate) fn yard(&mut self, site: usize) -> Option<&mut Yard> {
        self.yards.get_mut(site)
    }

    /// Cases in stock at a site.
    pub(crate) fn stock(&self, site: usize) -> u32 {
        let Some(yard) = self.yards.get(site) else { return 0 };
        let stacked = yard.pallets.iter().flat_map(Pallet::contents);
        yard.loose.iter().chain(stacked).map(|parcel| parcel.amount).sum()
    }

    /// Cases in stock at a site or on the way to it.
    pub(crate) fn stock_soon(&self, site: usize) -> u32 {
        let Some(yard) = self.yards.get(site) else { return 0 };
        let coming = |consignment: &Consignment| -> u32 {
            let loaded = consignment.pallets.iter().flat_map(Pallet::contents);
            loaded.chain(&consignment.loose).map(|parcel| parcel.amount).sum()
        };
        self.stock(site) + yard.arrivals.iter().map(coming).sum::<u32>()
    }

    /// A new lot code of a site.
    fn lot_code(&mut self, site: usize) -> String {
        let (year, day) = (24 + self.day / 366, self.day % 366 + 1);
        let number = self.yard(site).map_or(0, |yard| {
            yard.lots += 1;
            yard.lots
        });
        let code = self.atlas.site(site).map_or("", |site| &site.code);
        format!("{code}-{year}{day:03}-{number:X}")
    }

    /// A new number of a document of a site.
    pub(crate) fn paper(&mut self, site: usize, kind: &str) -> String {
        let number = self.yard(site).map_or(0, |yard| {
            yard.papers += 1;
            yard.papers
        });
        let code = self.atlas.site(site).map_or("", |site| &site.code);
        format!("{kind}-{code}-{number}")
    }

    /// A new lot of a product that has a GTIN. Its item number tells what it is.
    pub(crate) fn new_lot(&mut self, site: usize, item: u32, kind: LotKind, uom: &'static str) -> Option<Arc<Lot>> {
        let code = self.lot_code(site);
        let prefix = self.prefix(site)?.to_owned();
        let tlc = (kind == LotKind::Traceability).then(|| format!("(01){}(10){code}", code::gtin(&prefix, item)));
        let name = code::lot(&prefix, item, &code);
        Some(Arc::new(Lot { name, tlc, source: site, uom, product: item }))
    }

    /// A new lot of a product without a GTIN, with a code of its own.
    pub(crate) fn private_lot(
        &mut self,
        site: usize,
        item: &str,
        product: u32,
        kind: LotKind,
        uom: &'static str,
    ) -> Option<Arc<Lot>> {
        let code = self.lot_code(site);
        let slug = self.atlas.companies.get(self.atlas.site(site)?.company)?.slug.clone();
        let name = code::Spelled::private(format!("https://{slug}.example/item/{item}/lot/{code}"));
        let tlc = (kind == LotKind::Traceability).then_some(code);
        Some(Arc::new(Lot { name, tlc, source: site, uom, product }))
    }

    fn prefix(&self, site: usize) -> Option<&str> {
        Some(&self.atlas.companies.get(self.atlas.site(site)?.company)?.prefix)
    }

    /// A pallet with a new code, or one that was used long ago.
    pub(crate) fn new_pallet(&mut self, site: usize, parcels: Vec<Parcel>) -> Option<Pallet> {
        let company = self.atlas.site(site)?.company;
        let rested = self.day.saturating_sub(self.desk.plan.pallet_rest_days);
        let again = self.desk.random.chance(self.desk.plan.shares.reused_pallet);
        let codes = self.codes.get_mut(company)?;
        let old = codes.resting.front().filter(|(_, day)| again && *day < rested).map(|(serial, _)| *serial);
        let serial = if let Some(old) = old {
            codes.resting.pop_front();
            old
        } else {
            codes.last += 1;
            codes.last
        };
        let prefix = &self.atlas.companies.get(company)?.prefix;
        Some(Pallet { name: code::sscc(prefix, serial), company, serial, parcels, stacked: Vec::new() })
    }

    /// An empty pallet: its code may come back.
    pub(crate) fn retire(&mut self, company: usize, serial: u32) {
        let day = self.day;
        if let Some(codes) = self.codes.get_mut(company)
            && codes.resting.len() < MOST_RESTING
        {
            codes.resting.push_back((serial, day));
        }
    }
}

/// What a farm grows.
pub(crate) fn crop(site: &Site) -> (&'static str, &'static str, u32) {
    CROPS.get(site.grows).copied().unwrap_or(("Lettuce", "Romaine", 25))
}
