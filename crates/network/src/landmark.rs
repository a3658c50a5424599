//! Lots that are made to have lineages of known sizes, so that there is something to measure with.
//!
//! Forward, one ingredient lot goes into ten batches, these into ninety, and so on; back, the same the other way round.
//! What is made last goes to a distribution centre and from there to stores like everything else; nothing more is ever
//! made of it.

use std::{collections::VecDeque, sync::Arc};

use crate::{
    LotKind, Statement,
    atlas::SiteKind,
    draft::Assignment,
    field::{landing, lots},
    lot::{Pallet, Parcel},
    plant::Batch,
    truth::{LandmarkTruth, Way},
    world::World,
};

/// Lots on each level of a lineage; together they are a power of ten.
const LEVELS: [u32; 4] = [10, 9, 10, 10];

/// One event in how many is about a landmark while there are some to be made.
const ONE_IN: u64 = 25;

/// Cases of a lot of the last level.
const LAST_LOT: u32 = 24;

/// Pallets that leave together.
const TRUCK: usize = 8;

/// Making one landmark, step by step.
#[derive(Debug, Default)]
pub(crate) struct Campaign {
    /// Landmarks still to be made in this set.
    waiting: VecDeque<(u32, Way)>,
    steps: VecDeque<Step>,
    /// Lots that steps still need, by number.
    open: Vec<Option<Parcel>>,
    goal: Option<(u32, Way)>,
    /// The lot that has the lineage, once it is made.
    goal_lot: Option<String>,
    pallets: Vec<Pallet>,
    /// When the last step happened.
    clock: i64,
    sets: u64,
    /// Events that steps have become.
    told: u64,
}

/// Lots by number within the landmark.
#[derive(Debug)]
struct Step {
    inputs: Vec<usize>,
    outputs: Vec<usize>,
    /// Forward, how many levels are still made of the outputs; back, on which level from the last lot they are.
    height: usize,
}

impl Step {
    /// Whether nothing more is made of what it makes.
    fn is_last(&self, way: Way) -> bool {
        match way {
            Way::Forward => self.height == 0,
            Way::Back => self.outputs == [0],
        }
    }
}

/// The steps to a lineage of ten to the power of `depth` lots. Lot 0 is the one that has it.
fn steps(depth: usize, way: Way) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut count = 1;
    match way {
        Way::Forward => {
            steps.push(Step { inputs: Vec::new(), outputs: vec![0], height: depth });
            spread(0, 0, depth, &mut count, &mut steps);
        }
        Way::Back => gather(0, 0, depth, &mut count, &mut steps),
    }
    steps
}

/// From a lot down to what is made of it.
fn spread(lot: usize, level: usize, depth: usize, count: &mut usize, steps: &mut Vec<Step>) {
    let outputs = numbers(level, depth, count);
    if outputs.is_empty() {
        return;
    }
    steps.push(Step { inputs: vec![lot], outputs: outputs.clone(), height: depth - level - 1 });
    for output in outputs {
        spread(output, level + 1, depth, count, steps);
    }
}

/// From what a lot is made of up to the lot. The lots of the lowest level come in together.
fn gather(lot: usize, level: usize, depth: usize, count: &mut usize, steps: &mut Vec<Step>) {
    let inputs = numbers(level, depth, count);
    if level + 1 == depth {
        steps.push(Step { inputs: Vec::new(), outputs: inputs.clone(), height: depth });
    } else {
        for &input in &inputs {
            gather(input, level + 1, depth, count, steps);
        }
    }
    steps.push(Step { inputs, outputs: vec![lot], height: level });
}

fn numbers(level: usize, depth: usize, count: &mut usize) -> Vec<usize> {
    let Some(&width) = LEVELS.get(level).filter(|_| level < depth) else { return Vec::new() };
    let first = *count;
    *count += usize::try_from(width).unwrap_or_default();
    (first..*count).collect()
}

impl World {
    /// Does as many steps as the network has room for.
    pub(crate) fn work_on_landmarks(&mut self) {
        let every = self.desk.plan.landmarks_every;
        if every == 0 {
            return;
        }
        while self.campaign.told * ONE_IN <= self.desk.told() && self.begin_step(every) && self.desk.has_room(6) {
            let before = self.desk.told();
            self.do_step();
            self.campaign.told += self.desk.told() - before;
            if self.campaign.steps.is_empty() {
                self.reach_landmark();
            }
        }
    }

    /// Whether there is a step to do; begins a landmark, or a set of them, when it is time to.
    fn begin_step(&mut self, every: u64) -> bool {
        let told = self.desk.told();
        let campaign = &mut self.campaign;
        if campaign.steps.is_empty() && campaign.waiting.is_empty() && told >= campaign.sets * every {
            campaign.sets += 1;
            campaign.waiting.extend((1..=4).flat_map(|depth| [(depth, Way::Forward), (depth, Way::Back)]));
        }
        if campaign.steps.is_empty()
            && let Some((depth, way)) = campaign.waiting.pop_front()
        {
            campaign.goal = Some((depth, way));
            campaign.steps = steps(usize::try_from(depth).unwrap_or_default(), way).into();
            campaign.open.clear();
        }
        !self.campaign.steps.is_empty()
    }

    fn do_step(&mut self) -> Option<()> {
        let step = self.campaign.steps.pop_front()?;
        let site = *self.atlas.of(SiteKind::Ingredients).first()?;
        let now = self.midnight() + 8 * 3_600;
        let time = now.max(self.campaign.clock + self.desk.random.seconds(10, 30));
        self.campaign.clock = time;
        let (depth, way) = self.campaign.goal?;
        let levels = u32::try_from(step.height).ok()?;
        let levels = if way == Way::Forward { levels } else { depth.saturating_sub(levels) };
        let used: Option<Vec<Parcel>> =
            step.inputs.iter().map(|lot| self.campaign.open.get_mut(*lot)?.take()).collect();
        let used = used?;
        let made = self.make_landmark_lots(site, &step, &used, LAST_LOT * 10_u32.pow(levels))?;
        if used.is_empty() {
            self.tell_landing(site, &made, time)?;
        } else {
            self.tell_making(site, used, &made, time)?;
        }
        if step.is_last(way) {
            self.send_landmark(site, made, time + 600)?;
        } else {
            self.keep(&step.outputs, made);
        }
        Some(())
    }

    /// Keeps what further steps need.
    fn keep(&mut self, numbers: &[usize], made: Vec<Parcel>) {
        let open = &mut self.campaign.open;
        for (&number, parcel) in numbers.iter().zip(made) {
            if open.len() <= number {
                open.resize(number + 1, None);
            }
            if let Some(place) = open.get_mut(number) {
                *place = Some(parcel);
            }
        }
    }

    fn make_landmark_lots(&mut self, site: usize, step: &Step, used: &[Parcel], amount: u32) -> Option<Vec<Parcel>> {
        let atlas = Arc::clone(&self.atlas);
        let item = 700 + u32::try_from(step.height).ok()?;
        let mut made = Vec::new();
        for &number in &step.outputs {
            let lot = self.new_lot(site, item, LotKind::Traceability, "XCS")?;
            self.desk.born(&atlas, &lot, LotKind::Traceability, used.iter().map(|parcel| &parcel.lot));
            made.push(Parcel::new(&lot, amount));
            if number == 0 {
                self.campaign.goal_lot = Some(lot.name.canonical());
            }
        }
        Some(made)
    }

    fn tell_landing(&mut self, site: usize, made: &[Parcel], time: i64) -> Option<()> {
        let atlas = Arc::clone(&self.atlas);
        let report = self.paper(site, "OR");
        let draft = landing(&atlas, site, time, made)?.states(&atlas, lots(made), Assignment::Assigned);
        let gln = draft.site.gln.clone();
        self.desk.put(draft.document("recadv", "Offload Report", &gln, &report));
        Some(())
    }

    /// What goes in is now and then put on a pallet first, and the pallet goes in.
    fn tell_making(&mut self, site: usize, inputs: Vec<Parcel>, made: &[Parcel], time: i64) -> Option<()> {
        let mut batch = Batch::default();
        if self.desk.random.chance(self.desk.plan.shares.pallet_input) {
            batch.pallets.extend(self.build(site, inputs, time - 5));
        } else {
            batch.parcels = inputs;
        }
        self.tell_transformation(site, &batch, made, None, time)
    }

    /// What was made last goes to a centre.
    fn send_landmark(&mut self, site: usize, made: Vec<Parcel>, time: i64) -> Option<()> {
        let pallet = self.build(site, made, time)?;
        self.campaign.pallets.push(pallet);
        if self.campaign.pallets.len() < TRUCK {
            return Some(());
        }
        let centres = self.atlas.of(SiteKind::Centre);
        let centre = *centres.get(self.desk.random.index(centres.len()))?;
        let pallets = std::mem::take(&mut self.campaign.pallets);
        self.ship_pallets(site, centre, pallets, time + 900);
        Some(())
    }

    fn reach_landmark(&mut self) {
        let Some((depth, way)) = self.campaign.goal.take() else { return };
        let id = self.campaign.goal_lot.take();
        if let Some(id) = id {
            self.desk.truth(|| Statement::Landmark(LandmarkTruth { id, way, lots: 10_usize.pow(depth) }));
        }
    }

    /// What waits for a further step or for a truck.
    pub(crate) fn waiting_landmarks(&self) -> impl Iterator<Item = &Parcel> {
        self.campaign.open.iter().flatten().chain(self.campaign.pallets.iter().flat_map(Pallet::contents))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_make_as_many_lots_as_were_asked_for() {
        for depth in 1..=4 {
            for way in [Way::Back, Way::Forward] {
                let made: usize = steps(depth, way).iter().map(|step| step.outputs.len()).sum();
                assert_eq!(made, 10_usize.pow(u32::try_from(depth).unwrap()) + 1, "{depth} {way:?}");
            }
        }
    }
}
