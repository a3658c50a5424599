//! What lots are: what an event proves of its lots does not depend on which of their events came first.
//!
//! That a lot is a traceability lot follows from an event by itself. What else an event proves of its lots may hold only
//! as long as none of them is a traceability lot. So when a lot turns out to be one, or not to be one after all, the other
//! lots on its events are learned anew. As this makes none of them a traceability lot, nothing more follows from it.

use std::collections::{BTreeMap, BTreeSet};

use epcis::Event;
use lineage::{Mention, Stage, Stages, ThingKind};

use crate::{
    Capture, StoreError, body,
    bulk::{Arg, Kind},
    resolve::unlearned,
    text::unpack_ids,
};

/// What a fact says of things: each with the item that names it, in its order.
struct Told {
    mentions: Vec<(i64, Mention)>,
    stages: Stages,
}

impl Told {
    fn new(event: &Event, stages: Stages, items: impl Iterator<Item = i64>) -> Self {
        Self { mentions: items.zip(lineage::read(event).mentions).collect(), stages }
    }

    /// What it proves of its lots, where these are known as traceability lots.
    fn stage(&self, known: impl Fn(i64) -> bool) -> Stage {
        let named = self.mentions.iter().filter(|(item, _)| known(*item));
        let named: BTreeSet<String> = named.map(|(_, mention)| mention.identifier.canonical()).collect();
        self.stages.given(|lot| named.contains(lot))
    }

    /// What it says that each item is, where these are known as traceability lots.
    fn kinds(&self, known: impl Fn(i64) -> bool) -> impl Iterator<Item = (i64, ThingKind)> {
        let stage = self.stage(known);
        self.mentions.iter().map(move |(item, mention)| (*item, stage.kind_of(mention)))
    }
}

impl Capture {
    /// Learns anew what these items are, and what follows from it for others.
    pub(crate) async fn relearn_kinds(&mut self, items: &BTreeSet<i64>) -> Result<(), StoreError> {
        let turned = self.learn_kinds(items).await?;
        self.settle_kinds(&turned).await
    }

    /// Learns anew what the lots beside these are. Each of these has turned out to be a traceability lot since some of its
    /// events were read, or not to be one.
    pub(crate) async fn settle_kinds(&mut self, turned: &BTreeSet<i64>) -> Result<(), StoreError> {
        if turned.is_empty() {
            return Ok(());
        }
        // What is gone through again has to be there.
        self.flush().await?;
        let mut beside = BTreeSet::new();
        for told in self.told_of(turned).await? {
            let now = told.stage(|item| self.things.is_traceability_lot(item));
            let before = told.stage(|item| self.things.is_traceability_lot(item) != turned.contains(&item));
            if now != before {
                // A traceability lot is one whatever the others are.
                let others = told.mentions.iter().map(|(item, _)| *item).filter(|item| !turned.contains(item));
                beside.extend(others.filter(|item| !self.things.is_traceability_lot(*item)));
            }
        }
        self.learn_kinds(&beside).await?;
        Ok(())
    }

    /// Learns anew what these items are; gives those that are traceability lots and were none, or the other way round.
    async fn learn_kinds(&mut self, items: &BTreeSet<i64>) -> Result<BTreeSet<i64>, StoreError> {
        // Units and objects stay what they are, and may stand on very many events.
        let items: &BTreeSet<i64> = &items.iter().copied().filter(|item| self.things.names_lots(*item)).collect();
        if items.is_empty() {
            return Ok(BTreeSet::new());
        }
        let told = self.told_of(items).await?;
        let alone = self.kinds_told(&told, items, |_| false);
        let is_traceability_lot = |item| match alone.get(&item) {
            Some(kind) => *kind == ThingKind::TraceabilityLot,
            None => self.things.is_traceability_lot(item),
        };
        let kinds = self.kinds_told(&told, items, is_traceability_lot);
        let mut turned = BTreeSet::new();
        for (item, kind) in kinds {
            let before = self.things.is_traceability_lot(item);
            self.things.set_kind(item, kind);
            if self.things.is_traceability_lot(item) != before {
                turned.insert(item);
            }
        }
        self.flush().await?;
        Ok(turned)
    }

    /// What these events say that these items are, where those are known as traceability lots.
    fn kinds_told(
        &self,
        told: &[Told],
        items: &BTreeSet<i64>,
        known: impl Fn(i64) -> bool,
    ) -> BTreeMap<i64, ThingKind> {
        let nothing_said = |&item: &i64| Some((item, unlearned(self.things.kind_of(item)?)));
        let mut kinds: BTreeMap<i64, ThingKind> = items.iter().filter_map(nothing_said).collect();
        for told in told {
            for (item, kind) in told.kinds(&known) {
                if let Some(known) = kinds.get_mut(&item) {
                    *known = kind.max(*known);
                }
            }
        }
        kinds
    }

    /// The facts that mention these items. All things on them are known after this.
    async fn told_of(&mut self, items: &BTreeSet<i64>) -> Result<Vec<Told>, StoreError> {
        self.load_things("item", items.iter().copied().collect()).await?;
        let things = items.iter().flat_map(|item| self.things.of_item(*item)).map(|thing| thing.id).collect();
        let facts = self.facts_on(things).await?;
        self.load_beside(facts.iter().flat_map(|(_, things)| things).copied().collect()).await?;
        let item_of: BTreeMap<i64, i64> = self.things.items().collect();
        let told = |(event, things): &(Event, Vec<i64>)| {
            let items = things.iter().map(|thing| item_of.get(thing).copied().unwrap_or(-1));
            Told::new(event, (self.stages)(event), items)
        };
        Ok(facts.iter().map(told).collect())
    }

    /// Loads these things, and with them all others of their items: they are known together, or none.
    pub(crate) async fn load_beside(&mut self, things: BTreeSet<i64>) -> Result<(), StoreError> {
        let known: BTreeSet<i64> = self.things.items().map(|(thing, _)| thing).collect();
        let new: Vec<i64> = things.difference(&known).copied().collect();
        self.load_things("id", new.clone()).await?;
        let new: BTreeSet<i64> = new.into_iter().collect();
        let items: BTreeSet<i64> =
            self.things.items().filter(|(thing, _)| new.contains(thing)).map(|(_, item)| item).collect();
        self.load_things("item", items.into_iter().collect()).await
    }

    /// The events that mention these things and are facts, each with the things that it mentions.
    pub(crate) async fn facts_on(&mut self, things: Vec<i64>) -> Result<Vec<(Event, Vec<i64>)>, StoreError> {
        // The same event may mention a thing several times; the body tells all of it.
        let events = self.events_on(things).await?;
        let tx = self.writer.tx().await?;
        let sql = format!(
            "SELECT id, things, body FROM event JOIN event_body b ON b.tenant = $1 AND b.event = event.id \
             WHERE event.tenant = $1 AND id {0} AND b.event {0} AND retracted_at IS NULL ORDER BY id",
            tx.any(2)
        );
        let args = vec![self.tenant.0.into(), Arg::Ints(events)];
        let rows = tx.select("capture.facts", sql, args, &[Kind::Int, Kind::Bytes, Kind::Bytes]).await?;
        rows.into_iter().map(|mut row| Ok((body::unpack(&row.bytes(2))?, unpack_ids(&row.bytes(1))))).collect()
    }
}
