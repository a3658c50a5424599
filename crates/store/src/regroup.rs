//! Several lots of one identifier: which mention is about which does not depend on what arrived first.
//!
//! While an item has one lot, a later event can only tell more of it. When a second source appears, or a source turns out
//! to be wrong, what earlier events said without naming a source may be about another lot than was thought. Then all
//! mentions of the item are gone through again.

#![expect(clippy::disallowed_methods, reason = "capture reads only what it has to compare its own events with")]

use std::collections::{BTreeMap, BTreeSet};

use domain::TlcSource;
use epcis::Event;
use lineage::{Mention, Reading, Stage};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, sea_query::Expr};

use crate::{
    Capture, IDS_PER_QUERY, StoreError,
    capture::{changes, sides},
    entity, insert_all, insert_missing,
    resolve::{Lot, Said, State, Thing, Things, codes, partition, spelled_codes},
};

/// Events with what lineage reads in them.
type Events = BTreeMap<i64, (bool, Event, Reading)>;

const WHAT: &str = "capture.regroup";

impl Capture {
    /// Goes through the mentions of `unsettled` items again, and of those among `touched` that have several lots.
    pub(crate) async fn regroup(
        &mut self,
        unsettled: &BTreeSet<i64>,
        touched: &BTreeSet<i64>,
    ) -> Result<(), StoreError> {
        let items: BTreeSet<i64> = unsettled.union(touched).copied().collect();
        let mut by_item: BTreeMap<i64, Vec<Thing>> = BTreeMap::new();
        for thing in self.things_where(entity::thing::Column::Item, &items).await? {
            by_item.entry(thing.item).or_default().push(thing);
        }
        by_item.retain(|_, things| things.len() > 1);
        for (item, mut things) in by_item {
            things.sort_by_key(|thing| thing.id);
            self.regroup_item(item, things).await?;
        }
        Ok(())
    }

    async fn regroup_item(&mut self, item: i64, things: Vec<Thing>) -> Result<(), StoreError> {
        use entity::event_thing::Column;
        let ids: BTreeSet<i64> = things.iter().map(|thing| thing.id).collect();
        let rows = entity::event_thing::Entity::find()
            .filter(Column::Tenant.eq(self.tenant.0))
            .filter(Column::Thing.is_in(ids.iter().copied()))
            .all(&self.tx)
            .await
            .map_err(StoreError::database(WHAT))?;
        let events = self.events_read(&rows.iter().map(|row| row.event).collect()).await?;
        let before: BTreeMap<(i64, i64), i64> = rows.iter().map(|row| ((row.event, row.ordinal), row.thing)).collect();
        let said: Vec<Said> = before
            .keys()
            .filter_map(|&(event, ordinal)| {
                let (is_fact, _, reading) = events.get(&event)?;
                let mention = reading.mentions.get(usize::try_from(ordinal).ok()?)?.clone();
                Some(Said { event, ordinal, mention, is_fact: *is_fact })
            })
            .collect();
        let lots = partition(&said);
        let by_lot = self.name_lots(&things, lots.iter().cloned().collect());
        let mut moved: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
        let mut mentions: BTreeMap<i64, Vec<(&Mention, bool)>> = BTreeMap::new();
        for (said, lot) in said.iter().zip(&lots) {
            let Some(&thing) = by_lot.get(lot) else { continue };
            mentions.entry(thing).or_default().push((&said.mention, said.is_fact));
            if before.get(&(said.event, said.ordinal)) != Some(&thing) {
                moved.entry(said.event).or_default().insert(said.ordinal);
                self.move_mention(said, thing).await?;
            }
        }
        self.learn_anew(item, &things, &by_lot, &mentions).await?;
        self.name_anew(&ids, &mentions).await?;
        for event in moved.into_keys() {
            if let Some((true, asserted, reading)) = events.get(&event) {
                self.follow_anew(event, asserted, reading).await?;
            }
        }
        Ok(())
    }

    /// Events that these numbers stand for, in the order of the numbers.
    async fn events_read(&self, ids: &BTreeSet<i64>) -> Result<Events, StoreError> {
        let mut events = Events::new();
        for chunk in ids.iter().copied().collect::<Vec<_>>().chunks(IDS_PER_QUERY) {
            let rows = entity::event::Entity::find()
                .filter(entity::event::Column::Tenant.eq(self.tenant.0))
                .filter(entity::event::Column::Id.is_in(chunk.iter().copied()))
                .all(&self.tx)
                .await
                .map_err(StoreError::database(WHAT))?;
            for row in rows {
                let event: Event = serde_json::from_slice(&row.body)
                    .map_err(|_| StoreError::inconsistent("event", "body", row.identity.as_str()))?;
                let reading = lineage::read(&event, Stage::Unknown);
                events.insert(row.id, (!row.retracted, event, reading));
            }
        }
        Ok(events)
    }

    /// The thing that stands for each lot: the one that had this source, else one that stands for none of them, else a
    /// new one.
    fn name_lots(&mut self, things: &[Thing], lots: BTreeSet<Lot>) -> BTreeMap<Lot, i64> {
        let mut free: Vec<&Thing> = things.iter().collect();
        let mut named = BTreeMap::new();
        let mut others = Vec::new();
        for lot in lots {
            let stands_for = |thing: &&Thing| match &lot.source {
                Some(source) => thing.source == *source,
                None => matches!(thing.source, TlcSource::Unknown { .. }),
            };
            match free.iter().position(stands_for) {
                Some(index) => {
                    named.insert(lot, free.remove(index).id);
                }
                None => others.push(lot),
            }
        }
        let mut free = free.into_iter();
        for lot in others {
            let id = free.next().map_or_else(|| self.take_id(), |thing| thing.id);
            named.insert(lot, id);
        }
        named
    }

    async fn move_mention(&self, said: &Said, thing: i64) -> Result<(), StoreError> {
        use entity::event_thing::Column;
        entity::event_thing::Entity::update_many()
            .col_expr(Column::Thing, Expr::value(thing))
            .filter(Column::Tenant.eq(self.tenant.0))
            .filter(Column::Event.eq(said.event))
            .filter(Column::Ordinal.eq(said.ordinal))
            .exec(&self.tx)
            .await
            .map_err(StoreError::database(WHAT))?;
        Ok(())
    }

    /// Learns what each lot is from the facts about it, and removes the things that stand for no lot.
    async fn learn_anew(
        &self,
        item: i64,
        known: &[Thing],
        by_lot: &BTreeMap<Lot, i64>,
        mentions: &BTreeMap<i64, Vec<(&Mention, bool)>>,
    ) -> Result<(), StoreError> {
        let Some(kind) = known.iter().map(|thing| thing.kind).max() else { return Ok(()) };
        let kept: BTreeSet<i64> = by_lot.values().copied().collect();
        let gone = known.iter().map(|thing| thing.id).filter(|id| !kept.contains(id));
        entity::thing::Entity::delete_many()
            .filter(entity::thing::Column::Tenant.eq(self.tenant.0))
            .filter(entity::thing::Column::Id.is_in(gone))
            .exec(&self.tx)
            .await
            .map_err(StoreError::database(WHAT))?;
        let was_known = |id: i64| known.iter().any(|thing| thing.id == id);
        let unknown = || TlcSource::Unknown { reporter: self.reporter.clone() };
        let start = |&id: &i64| Thing {
            id,
            kind,
            item,
            tlc: None,
            source: unknown(),
            reference: None,
            state: if was_known(id) { State::Changed } else { State::New },
        };
        let mut things = Things::new(&self.reporter, kept.iter().map(start).collect());
        for &id in &kept {
            let said = mentions.get(&id).into_iter().flatten().copied();
            let (facts, others): (Vec<_>, Vec<_>) = said.partition(|(_, is_fact)| *is_fact);
            // What is no fact teaches nothing but the spelling.
            let spelling: Option<Mention> = others.first().map(|(mention, _)| Mention {
                statement: None,
                created_at: None,
                ..Mention::clone(mention)
            });
            let spelling = spelling.filter(|_| facts.is_empty());
            things.relearn(item, id, facts.iter().map(|(mention, _)| *mention).chain(spelling.as_ref()));
        }
        self.write_things(&things).await
    }

    /// The codes that lead to each lot.
    async fn name_anew(
        &self,
        former: &BTreeSet<i64>,
        mentions: &BTreeMap<i64, Vec<(&Mention, bool)>>,
    ) -> Result<(), StoreError> {
        entity::thing_code::Entity::delete_many()
            .filter(entity::thing_code::Column::Tenant.eq(self.tenant.0))
            .filter(entity::thing_code::Column::Thing.is_in(former.iter().copied()))
            .exec(&self.tx)
            .await
            .map_err(StoreError::database(WHAT))?;
        let tenant = self.tenant.0;
        let codes_of = |(mention, is_fact): &(&Mention, bool)| {
            if *is_fact { codes(mention) } else { spelled_codes(&mention.identifier) }
        };
        let named = mentions.iter().flat_map(|(thing, said)| {
            let codes: BTreeSet<String> = said.iter().flat_map(codes_of).collect();
            codes.into_iter().map(|code| entity::thing_code::Model { tenant, code, thing: *thing })
        });
        let rows = named.map(IntoActiveModel::into_active_model).collect();
        insert_missing::<entity::thing_code::Entity, _, _>(&self.tx, rows, WHAT).await
    }

    /// What follows for lineage from an event that is about other things than was thought.
    async fn follow_anew(&self, event: i64, asserted: &Event, reading: &Reading) -> Result<(), StoreError> {
        let tenant = self.tenant.0;
        let rows = entity::event_thing::Entity::find()
            .filter(entity::event_thing::Column::Tenant.eq(tenant))
            .filter(entity::event_thing::Column::Event.eq(event))
            .order_by_asc(entity::event_thing::Column::Ordinal)
            .all(&self.tx)
            .await
            .map_err(StoreError::database(WHAT))?;
        let on = |row: &entity::event_thing::Model| {
            Some((reading.mentions.get(usize::try_from(row.ordinal).ok()?)?, row.thing))
        };
        let resolved: Vec<(&Mention, i64)> = rows.iter().filter_map(on).collect();
        let process = self.known_items(&reading.process.iter().cloned().collect()).await?.into_values().next();
        entity::process_side::Entity::delete_many()
            .filter(entity::process_side::Column::Tenant.eq(tenant))
            .filter(entity::process_side::Column::Event.eq(event))
            .exec(&self.tx)
            .await
            .map_err(StoreError::database(WHAT))?;
        entity::containment::Entity::delete_many()
            .filter(entity::containment::Column::Tenant.eq(tenant))
            .filter(entity::containment::Column::Event.eq(event))
            .exec(&self.tx)
            .await
            .map_err(StoreError::database(WHAT))?;
        let sides = sides(tenant, event, process.unwrap_or(event), &resolved);
        insert_missing::<entity::process_side::Entity, _, _>(&self.tx, sides, WHAT).await?;
        let changes = changes(tenant, event, asserted, reading, &resolved);
        insert_all::<entity::containment::Entity, _, _>(&self.tx, changes, WHAT).await
    }
}
