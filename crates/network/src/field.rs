//! Where food comes from: farms, coolers and packers; docks.

use std::sync::Arc;

use epcis::{Action, EventKind, Extension, Name, Place, Value};

use crate::{
    LotKind,
    atlas::{FISH, SiteKind},
    draft::{Assignment, Draft, members, text},
    lot::{Lot, Parcel},
    vocabulary::GS1,
    world::{World, crop},
};

/// Cases of a packed lot, at least and at most.
const PACKED: (u32, u32) = (300, 900);

impl World {
    /// Harvests what a packer needs, cools it and packs it, all in a day.
    pub(crate) fn pack_harvest(&mut self, packer: usize) {
        let quota = self.quota(SiteKind::Packer);
        let farms = self.atlas.of(SiteKind::Farm);
        let mut cases = 0;
        while cases < quota && self.stock(packer) < 2 * quota && self.desk.has_room(12) {
            let index = self.desk.random.index(farms.len());
            let Some(&farm) = farms.get(index) else { return };
            cases += self.pack_one(farm, packer).unwrap_or(quota);
        }
    }

    /// One to three harvest lots become one traceability lot, or two in two sizes of cases. Gives the cases.
    fn pack_one(&mut self, farm: usize, packer: usize) -> Option<u32> {
        let atlas = Arc::clone(&self.atlas);
        let (commodity, variety, pounds) = crop(atlas.site(farm)?);
        let cases = self.desk.random.between(PACKED.0, PACKED.1);
        let fields = self.desk.random.between(1, 3);
        let start = self.hour(5, 7);
        let mut harvested = Vec::new();
        for field in 0..fields {
            let time = start + i64::from(field) * 2_700;
            harvested.push(self.harvest(farm, field, cases * pounds / fields * 104 / 100, time)?);
        }
        let mut at = farm;
        // Tomatoes, peppers and melons go to the packer as they are.
        if !matches!(commodity, "Tomatoes" | "Peppers" | "Melons") {
            let coolers = atlas.of(SiteKind::Cooler);
            let cooler = *coolers.get(self.desk.random.index(coolers.len()))?;
            self.carry(&harvested, farm, cooler, start + 9_600)?;
            for (parcel, hour) in harvested.iter().zip(0_i64..) {
                self.cool(cooler, parcel, start + 16_000 + hour * 1_200)?;
            }
            at = cooler;
        }
        self.carry(&harvested, at, packer, start + 22_000)?;
        let sizes = if self.desk.random.chance(2_000) { 2 } else { 1 };
        let item = 100 + u32::try_from(atlas.site(farm)?.grows).ok()?;
        let mut lots_made = Vec::new();
        for size in 0..sizes {
            let lot = self.new_lot(packer, item + 50 * size, LotKind::Traceability, "XCS")?;
            self.desk.born(&atlas, &lot, LotKind::Traceability, harvested.iter().map(|parcel| &parcel.lot));
            lots_made.push(Parcel::new(&lot, cases / sizes));
        }
        let time = start + 32_400;
        let draft = Draft::new(&atlas, packer, EventKind::Transformation, time, "creating_class_instance")?;
        let order = self.paper(packer, "PK");
        let gln = draft.site.gln.clone();
        let draft = draft.disposition("active").inputs(&harvested).outputs(&lots_made).cte("initialPacking");
        let draft = draft.states(&atlas, lots(&lots_made), Assignment::Assigned);
        let draft = draft.says("commodity", commodity).says("variety", variety);
        self.desk.put(draft.document("prodorder", "Packing Order", &gln, &order));
        self.yard(packer)?.loose.extend(lots_made);
        Some(cases)
    }

    fn harvest(&mut self, farm: usize, field: u32, pounds: u32, time: i64) -> Option<Parcel> {
        let atlas = Arc::clone(&self.atlas);
        let site = atlas.site(farm)?;
        let (commodity, variety, _) = crop(site);
        let lot = self.new_lot(farm, 10 + u32::try_from(site.grows).ok()?, LotKind::Harvest, "LBR")?;
        self.desk.born(&atlas, &lot, LotKind::Harvest, []);
        let parcel = Parcel::new(&lot, pounds);
        let mut draft = Draft::new(&atlas, farm, EventKind::Object, time, "creating_class_instance")?;
        let field = site.fields.get(usize::try_from(field).ok()?)?;
        draft.event.biz_location = Some(Place { id: field.of(draft.style()).clone(), extensions: Vec::new() });
        let log = self.paper(farm, "HL");
        let draft = draft.action(Action::Add, "active").objects([&parcel]).cte("harvesting");
        let mut draft = draft.says("commodity", commodity).says("variety", variety);
        draft.event.extensions.push(members(
            "harvester",
            vec![
                text("businessName", &format!("{} Harvest Crew", draft.company.name)),
                text("phone", "+1 831 555 0133"),
            ],
        ));
        self.desk.put(draft.document("prodorder", "Harvest Log", &site.gln, &log));
        Some(parcel)
    }

    /// Harvest lots go from one site to another. Before initial packing that is no critical tracking event.
    fn carry(&mut self, parcels: &[Parcel], from: usize, to: usize, time: i64) -> Option<()> {
        let atlas = Arc::clone(&self.atlas);
        let out = Draft::new(&atlas, from, EventKind::Object, time, "transporting")?;
        self.desk.put(out.action(Action::Observe, "in_transit").objects(parcels).ends(&atlas, from, to));
        let receipt = self.paper(to, "RC");
        let arrived = Draft::new(&atlas, to, EventKind::Object, time + 3_600, "receiving")?;
        let gln = arrived.site.gln.clone();
        let arrived = arrived.action(Action::Observe, "in_progress").objects(parcels).ends(&atlas, from, to);
        self.desk.put(arrived.document("recadv", "Receipt", &gln, &receipt).correctable());
        Some(())
    }

    fn cool(&mut self, cooler: usize, parcel: &Parcel, time: i64) -> Option<()> {
        let atlas = Arc::clone(&self.atlas);
        let log = self.paper(cooler, "CL");
        let draft = Draft::new(&atlas, cooler, EventKind::Object, time, "other")?;
        let gln = draft.site.gln.clone();
        let draft = draft.action(Action::Observe, "in_progress").objects([parcel]).cte("cooling");
        let farm = atlas.site(parcel.lot.source).map(crop)?;
        let draft = draft.says("commodity", farm.0).says("variety", farm.1);
        self.desk.put(draft.document("prodorder", "Cooling Log", &gln, &log));
        Some(())
    }

    /// A vessel lands fish, which goes on to those who cut and cook it.
    pub(crate) fn land(&mut self, dock: usize) {
        if self.stock(dock) < 8_000 && self.desk.has_room(1) {
            self.land_catch(dock);
        }
        self.send_out_fish(dock);
    }

    fn land_catch(&mut self, dock: usize) -> Option<()> {
        let atlas = Arc::clone(&self.atlas);
        let (code, species) = *FISH.get(self.desk.random.index(FISH.len()))?;
        let lot = self.private_lot(dock, code, 900, LotKind::Traceability, "KGM")?;
        self.desk.born(&atlas, &lot, LotKind::Traceability, []);
        let parcel = Parcel::new(&lot, self.desk.random.between(1_500, 4_000));
        let time = self.hour(6, 9);
        let area = if self.desk.random.chance(5_000) { "31" } else { "77" };
        let landed = landing(&atlas, dock, time, [&parcel])?;
        let mut draft = landed.states(&atlas, [lot.as_ref()], Assignment::Assigned);
        draft.event.ilmd = vec![gs1("fishType", species), gs1("catchZone", area)];
        let report = self.paper(dock, "OR");
        let gln = draft.site.gln.clone();
        self.desk.put(draft.document("recadv", "Offload Report", &gln, &report));
        self.yard(dock)?.loose.push_back(parcel);
        Some(())
    }

    fn send_out_fish(&mut self, dock: usize) {
        for kind in [SiteKind::Processor, SiteKind::Kitchen] {
            for to in self.atlas.of(kind) {
                // Others fill up to twice the quota; fish finds room beyond that.
                let needs = self.stock_soon(to) < self.quota(kind) * 3;
                if needs && self.desk.random.chance(3_000) && self.stock(dock) > 400 {
                    let amount = self.desk.random.between(200, 400);
                    self.send_loose(dock, to, amount);
                }
            }
        }
    }
}

/// The first receipt of lots on land.
pub(crate) fn landing<'a, 'p>(
    atlas: &'a crate::atlas::Atlas,
    site: usize,
    time: i64,
    parcels: impl IntoIterator<Item = &'p Parcel>,
) -> Option<Draft<'a>> {
    let draft = Draft::new(atlas, site, EventKind::Object, time, "creating_class_instance")?;
    Some(draft.action(Action::Add, "active").objects(parcels).cte("firstLandBasedReceiving"))
}

/// A property of the GS1 Web Vocabulary.
fn gs1(local: &str, value: &str) -> Extension {
    let name = Name { namespace: GS1.to_owned(), prefix: "gs1".to_owned(), local: local.to_owned() };
    Extension { name, attributes: Vec::new(), value: Value::Text(value.to_owned()) }
}

/// Parcels' lots.
pub(crate) fn lots(parcels: &[Parcel]) -> impl Iterator<Item = &Lot> {
    parcels.iter().map(|parcel| parcel.lot.as_ref())
}
