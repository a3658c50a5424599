//! What lots are: what an event proves of its lots does not depend on which of their events came first.
//!
//! That a lot is a traceability lot follows from an event by itself. What else an event proves of its lots may hold only
//! as long as none of them is a traceability lot. So when a lot turns out to be one, or not to be one after all, the other
//! lots on its events are learned anew. As this makes none of them a traceability lot, nothing more follows from it.

use std::collections::{BTreeMap, BTreeSet};

use lineage::{Mention, Stage, Stages, ThingKind};

use crate::{Capture, StoreError, recorded::Recorded, resolve::unlearned};

/// What a fact says of things.
pub(crate) struct Told {
    mentions: Vec<About>,
    stages: Stages,
}

/// A mention, with the thing that it is about and the item that names it.
pub(crate) struct About {
    pub(crate) thing: i64,
    item: i64,
    pub(crate) mention: Mention,
}

impl Told {
    pub(crate) fn mentions(&self) -> &[About] {
        &self.mentions
    }

    /// What it proves of its lots, where these are known as traceability lots.
    fn stage(&self, known: impl Fn(i64) -> bool) -> Stage {
        let named = self.mentions.iter().filter(|about| known(about.item));
        let named: BTreeSet<String> = named.map(|about| about.mention.identifier.canonical()).collect();
        self.stages.given(|lot| named.contains(lot))
    }

    /// What it says that each item is, where these are known as traceability lots.
    fn kinds(&self, known: impl Fn(i64) -> bool) -> impl Iterator<Item = (i64, ThingKind)> {
        let stage = self.stage(known);
        self.mentions.iter().map(move |about| (about.item, stage.kind_of(&about.mention)))
    }
}

/// Items whose events are in memory at the same time.
const ITEMS_AT_ONCE: usize = 256;

impl Capture {
    /// Learns anew what the lots beside these are. Each of these has turned out to be a traceability lot since some of its
    /// events were read, or not to be one.
    pub(crate) async fn settle_kinds(&mut self, turned: &BTreeSet<i64>) -> Result<(), StoreError> {
        let deciding = turned.iter().copied().filter(|item| self.things.decides(*item)).collect::<BTreeSet<i64>>();
        if deciding.is_empty() {
            return Ok(());
        }
        // What is gone through again has to be there.
        self.flush().await?;
        let mut beside = BTreeSet::new();
        for some in chunks(&deciding) {
            for told in self.told_of(&some).await? {
                // Whatever was known of these when the event was read lies between the two.
                let least = told.stage(|item| self.things.is_traceability_lot(item) && !turned.contains(&item));
                let most = told.stage(|item| self.things.is_traceability_lot(item) || turned.contains(&item));
                if least != most {
                    beside.extend(told.mentions.iter().map(|about| about.item));
                }
            }
        }
        // A traceability lot is one whatever the others are.
        beside.retain(|item| self.things.names_lots(*item) && !self.things.is_traceability_lot(*item));
        for some in chunks(&beside) {
            let told = self.told_of(&some).await?;
            self.learn_kinds(&told, &some);
            self.flush().await?;
        }
        Ok(())
    }

    /// Learns anew what these items are, from all facts that mention them; gives those that are traceability lots and were
    /// none, or the other way round.
    pub(crate) fn learn_kinds(&mut self, told: &[Told], items: &BTreeSet<i64>) -> BTreeSet<i64> {
        // Units and objects stay what they are.
        let items: &BTreeSet<i64> = &items.iter().copied().filter(|item| self.things.names_lots(*item)).collect();
        let alone = self.kinds_told(told, items, |_| false);
        let is_traceability_lot = |item| match alone.get(&item) {
            Some(kind) => *kind == ThingKind::TraceabilityLot,
            None => self.things.is_traceability_lot(item),
        };
        let kinds = self.kinds_told(told, items, is_traceability_lot);
        let mut turned = BTreeSet::new();
        for (item, kind) in kinds {
            let before = self.things.is_traceability_lot(item);
            self.things.set_kind(item, kind);
            if self.things.is_traceability_lot(item) != before {
                turned.insert(item);
            }
        }
        turned
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
    pub(crate) async fn told_of(&mut self, items: &BTreeSet<i64>) -> Result<Vec<Told>, StoreError> {
        self.load_things("item", items.iter().copied().collect()).await?;
        let things = items.iter().flat_map(|item| self.things.of_item(*item)).map(|thing| thing.id).collect();
        let mut facts = self.recorded(things).await?;
        facts.retain(|_, recorded| recorded.is_fact);
        self.load_beside(facts.values().flat_map(|fact| &fact.things).copied().collect()).await?;
        facts.values().map(|fact| self.told(fact)).collect()
    }

    fn told(&self, fact: &Recorded) -> Result<Told, StoreError> {
        let event = fact.event()?;
        let mentions = fact.things.iter().zip(lineage::read(&event).mentions).map(|(&thing, mention)| About {
            thing,
            item: self.things.item_of(thing).unwrap_or(-1),
            mention,
        });
        Ok(Told { mentions: mentions.collect(), stages: (self.stages)(&event) })
    }

    /// Loads these things, and with them all others of their items: they are known together, or none.
    pub(crate) async fn load_beside(&mut self, things: BTreeSet<i64>) -> Result<(), StoreError> {
        let new: Vec<i64> = things.into_iter().filter(|thing| self.things.item_of(*thing).is_none()).collect();
        self.load_things("id", new.clone()).await?;
        let items: BTreeSet<i64> = new.into_iter().filter_map(|thing| self.things.item_of(thing)).collect();
        self.load_things("item", items.into_iter().collect()).await
    }
}

fn chunks(items: &BTreeSet<i64>) -> Vec<BTreeSet<i64>> {
    let items: Vec<i64> = items.iter().copied().collect();
    items.chunks(ITEMS_AT_ONCE).map(|some| some.iter().copied().collect()).collect()
}
