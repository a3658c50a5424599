//! What events do to the stock of lots, by themselves and inside units.

use std::collections::{BTreeMap, BTreeSet};

use domain::{EventId, ThingId};
use jiff::Timestamp;
use lineage::{Basis, Entry, Movement, Role, Unit, contents_handed_over};
use rust_decimal::Decimal;
use store::{Inside, Mentioned, SeenEvent, SeenThing};

use crate::{
    AppError,
    answer::held::join_around,
    records::Records,
    same::{basis, is_same_lot, look_up_alternates, sharing_codes, stated_alternates},
    sighting::reading,
};

/// An amount and its unit of measure as recorded.
type Amount = (Decimal, Option<String>);

/// The movements of some lots, each with its lot.
pub(crate) struct Movements {
    pub(crate) entries: Vec<(ThingId, Entry)>,
    /// The lots and everything that is the same lot or may be.
    pub(crate) things: BTreeMap<ThingId, SeenThing>,
}

/// Every movement of these lots, under all their identifiers. What an event states of them as an estimate, or names
/// them as an alternate for, is there and is not recorded as a fact.
///
/// A unit and a quantity of the lot side by side on one event are different goods: what is in the unit, and what is
/// loose.
pub(crate) async fn movements(records: &Records, lots: &[SeenThing]) -> Result<Movements, AppError> {
    let mut things: BTreeMap<ThingId, SeenThing> = lots.iter().map(|thing| (thing.id, thing.clone())).collect();
    let sharing = sharing_codes(&records.scope, &things, true).await?;
    let is_same = |thing: &&SeenThing| lots.iter().any(|lot| is_same_lot(lot, thing));
    things.extend(sharing.values().filter(is_same).map(|thing| (thing.id, thing.clone())));
    let own: BTreeSet<ThingId> = things.keys().copied().collect();
    let on = Occasions::load(records, &own).await?;
    let mut entries = on.entries(&things);
    entries.extend(possible(records, &own, sharing).await?);
    Ok(Movements { entries, things })
}

/// What events say of other lots that may in truth be one of these.
async fn possible(
    records: &Records,
    lots: &BTreeSet<ThingId>,
    sharing: BTreeMap<ThingId, SeenThing>,
) -> Result<Vec<(ThingId, Entry)>, AppError> {
    let mut others: BTreeMap<ThingId, SeenThing> = sharing.into_iter().filter(|(id, _)| !lots.contains(id)).collect();
    if others.is_empty() {
        return Ok(Vec::new());
    }
    let on = Occasions::load(records, &others.keys().copied().collect()).await?;
    let stated = stated_alternates(&on.direct, &others, &on.events);
    let meant = look_up_alternates(&records.scope, stated, &mut others).await?;
    let mut entries = Vec::new();
    for may_be in meant.into_iter().filter(|may_be| lots.contains(&may_be.truth)) {
        let entry = on.direct_entry(&may_be.mention, &others);
        entries.extend(entry.map(|entry| (may_be.truth, Entry { recorded: false, ..entry })));
    }
    Ok(entries)
}

/// The events on some things, directly and through units that they were in.
struct Occasions {
    direct: Vec<Mentioned>,
    around: Inside,
    through: Vec<Mentioned>,
    events: BTreeMap<EventId, SeenEvent>,
}

impl Occasions {
    async fn load(records: &Records, things: &BTreeSet<ThingId>) -> Result<Self, AppError> {
        let direct = records.mentions_of(things).await?;
        let around = units_at_any_depth(records, things).await?;
        let through = records.mentions_of(&around.keys().copied().collect()).await?;
        let ids = direct.iter().chain(&through).map(|mention| mention.event).collect();
        let mut events = records.events(&ids).await?;
        events.retain(|_, event| records.happened(event.event.event_time.instant()));
        Ok(Self { direct, around, through, events })
    }

    fn entries(&self, things: &BTreeMap<ThingId, SeenThing>) -> Vec<(ThingId, Entry)> {
        let direct = self.direct.iter();
        let mut entries: Vec<(ThingId, Entry)> =
            direct.filter_map(|mention| Some((mention.thing, self.direct_entry(mention, things)?))).collect();
        let as_child: BTreeSet<EventId> =
            self.direct.iter().filter(|mention| mention.role == Role::Child).map(|mention| mention.event).collect();
        let mut units_of: BTreeMap<EventId, Vec<&Mentioned>> = BTreeMap::new();
        for mention in self.through.iter().filter(|mention| !as_child.contains(&mention.event)) {
            units_of.entry(mention.event).or_default().push(mention);
        }
        for (event, mut units) in units_of {
            let Some(event) = self.events.get(&event) else { continue };
            // A unit that is brought into being brings nothing: its contents have records of their own.
            let stated = &event.event;
            let step = stated.biz_step.as_ref().map(epcis::Term::word);
            units.retain(|mention| !lineage::creates(stated.kind, stated.action, step, mention.role));
            for (mention, thing, amount) in self.inside_units(stated.event_time.instant(), units, things) {
                let entry = entry(event, mention.role, amount, Basis::Recorded, None);
                entries.extend(entry.map(|entry| (thing, entry)));
            }
        }
        entries
    }

    /// What the units on one event held of these things. A unit that is there several times, by itself or inside others,
    /// is moved once.
    fn inside_units<'m>(
        &self,
        at: Timestamp,
        units: Vec<&'m Mentioned>,
        things: &BTreeMap<ThingId, SeenThing>,
    ) -> Vec<(&'m Mentioned, ThingId, Amount)> {
        let mut opened = BTreeSet::new();
        let mut open: Vec<(&Mentioned, ThingId)> = units.into_iter().map(|mention| (mention, mention.thing)).collect();
        let mut held = Vec::new();
        while let Some((mention, unit)) = open.pop() {
            if !opened.insert(unit) {
                continue;
            }
            let changes = self.around.get(&unit).into_iter().flatten();
            let changes: Vec<_> = changes.map(|(_, change)| change.clone()).collect();
            for content in contents_handed_over(&changes, at) {
                match content.amount.filter(|_| things.contains_key(&content.child)) {
                    Some(amount) => held.push((mention, content.child, (amount.normalize(), content.uom))),
                    None => open.push((mention, content.child)),
                }
            }
        }
        held
    }

    /// What an event that names the thing itself does to its stock.
    fn direct_entry(&self, mention: &Mentioned, things: &BTreeMap<ThingId, SeenThing>) -> Option<Entry> {
        let event = self.events.get(&mention.event)?;
        let thing = things.get(&mention.thing)?;
        let (text, uom) = mention.quantity.as_ref()?;
        let amount = text.parse::<epcis::Quantity>().ok()?.value();
        let mentions = reading(event).mentions;
        let mut spelled = mentions.iter().filter(|said| said.identifier.canonical() == thing.identifier);
        let spelled = spelled.next().map(|said| said.identifier.spelled().to_owned());
        entry(event, mention.role, (amount, uom.clone()), basis(event, thing), spelled)
    }
}

/// The units that things were ever inside of, and the units around those.
async fn units_at_any_depth(records: &Records, things: &BTreeSet<ThingId>) -> Result<Inside, AppError> {
    let mut around = records.units_around(things).await?;
    let mut new: BTreeSet<ThingId> = around.keys().copied().collect();
    while !new.is_empty() {
        let outer = records.units_around(&new).await?;
        new = outer.keys().filter(|unit| !around.contains_key(unit)).copied().collect();
        join_around(&mut around, outer);
    }
    Ok(around)
}

fn entry(event: &SeenEvent, role: Role, (amount, uom): Amount, basis: Basis, spelled: Option<String>) -> Option<Entry> {
    let reading = reading(event);
    let movement = Movement::of(&event.event, &reading, role, amount, uom)?;
    let (from, to) = reading.custody.map(|custody| (custody.from_place, custody.to_place)).unwrap_or_default();
    let instant = event.event.event_time.instant();
    Some(Entry {
        movement,
        event: event.reference.clone(),
        time: instant,
        day: event.event.event_time_zone_offset.local_date(instant),
        step: event.event.biz_step.as_ref().map(|step| step.word().to_owned()),
        from,
        to,
        documents: event.event.biz_transaction_list.iter().map(|document| document.id.canonical()).collect(),
        recorded: basis.is_recorded(),
        spelled,
    })
}

/// Units of measure by their codes, so that two spellings of one unit are added up.
pub(crate) fn in_codes(mut movement: Movement) -> Movement {
    movement.uom = Some(Unit::read(movement.uom.as_deref()).code).filter(|code| !code.is_empty());
    movement
}
