//! Several lots of one identifier: which mention is about which does not depend on what arrived first.
//!
//! While an item has one lot, a later event can only tell more of it. When a second source appears, or a source turns out
//! to be wrong, what earlier events said without naming a source may be about another lot than was thought. Then all
//! mentions of the item are gone through again.

use std::collections::{BTreeMap, BTreeSet};

use domain::TlcSource;
use lineage::{Mention, Reading};

use crate::{
    Capture, StoreError,
    bulk::{Arg, Cell},
    recorded::Recorded,
    resolve::{Lot, Resolved, Said, Thing, codes, partition, spelled_codes},
    rows::{changes, sides},
    text::pack_ids,
};

/// An event that mentions an item, with what lineage reads in it.
struct Told {
    recorded: Recorded,
    reading: Reading,
}

/// Mentions by the thing that they are about, with whether their events are facts.
type ByThing<'a> = BTreeMap<i64, Vec<(&'a Mention, bool)>>;

const WHAT: &str = "capture.regroup";

impl Capture {
    /// Goes through the mentions of those of these items again that have several lots.
    pub(crate) async fn regroup(&mut self, items: &BTreeSet<i64>) -> Result<(), StoreError> {
        let crowded = self.things.crowded(items);
        if !crowded.is_empty() {
            // What is gone through again has to be there.
            self.flush().await?;
        }
        for item in crowded {
            self.regroup_item(item).await?;
        }
        Ok(())
    }

    async fn regroup_item(&mut self, item: i64) -> Result<(), StoreError> {
        let known: Vec<Thing> = self.things.of_item(item).to_vec();
        let ids: BTreeSet<i64> = known.iter().map(|thing| thing.id).collect();
        let mut events = BTreeMap::new();
        for (id, recorded) in self.recorded(ids.iter().copied().collect()).await? {
            let reading = lineage::read(&recorded.event()?);
            events.insert(id, Told { recorded, reading });
        }
        let said: Vec<Said> = events.iter().flat_map(|(event, told)| told.said_of(*event, &ids)).collect();
        let lots = partition(&said);
        let by_lot = self.name_lots(&known, lots.iter().cloned().collect());
        let mut mentions = ByThing::new();
        let mut moved: BTreeMap<i64, Vec<(usize, i64)>> = BTreeMap::new();
        for (said, lot) in said.iter().zip(&lots) {
            let Some(&thing) = by_lot.get(lot) else { continue };
            mentions.entry(thing).or_default().push((&said.mention, said.is_fact));
            let before = events.get(&said.event).and_then(|told| told.recorded.things.get(said.ordinal)).copied();
            if before != Some(thing) {
                moved.entry(said.event).or_default().push((said.ordinal, thing));
            }
        }
        self.learn_anew(item, &ids, by_lot.values().copied().collect(), &mentions).await?;
        for (event, moves) in moved {
            if let Some(told) = events.get_mut(&event) {
                self.move_mentions(event, told, &moves).await?;
            }
        }
        self.flush().await
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
            let id = free.next().map_or(self.next_id, |thing| thing.id);
            self.next_id = self.next_id.max(id + 1);
            named.insert(lot, id);
        }
        named
    }

    /// Learns what each lot is from the facts about it, with the codes that lead to it, and removes the things that
    /// stand for no lot.
    async fn learn_anew(
        &mut self,
        item: i64,
        former: &BTreeSet<i64>,
        kept: BTreeSet<i64>,
        mentions: &ByThing<'_>,
    ) -> Result<(), StoreError> {
        let mut tx = self.writer.tx().await?;
        let one_of = tx.any(2);
        for (table, column, gone) in [
            ("thing", "id", former.difference(&kept).copied().collect()),
            ("thing_code", "thing", former.iter().copied().collect::<Vec<i64>>()),
        ] {
            let sql = format!("DELETE FROM {table} WHERE tenant = $1 AND {column} {one_of}");
            tx.execute(WHAT, sql, vec![self.tenant.0.into(), Arg::Ints(gone)]).await?;
        }
        drop(tx);
        self.things.restart(item, &kept);
        for id in kept {
            let said = mentions.get(&id).into_iter().flatten().copied();
            let (facts, others): (Vec<_>, Vec<_>) = said.partition(|(_, is_fact)| *is_fact);
            // What is no fact teaches nothing but the spelling.
            let spelling: Option<Mention> = others.first().map(|(mention, _)| Mention {
                statement: None,
                created_at: None,
                ..Mention::clone(mention)
            });
            let taught = spelling.iter().filter(|_| facts.is_empty());
            self.things.relearn(item, id, facts.iter().map(|(mention, _)| *mention).chain(taught));
            let declared = facts.iter().flat_map(|(mention, _)| codes(mention));
            let spelled = others.iter().flat_map(|(mention, _)| spelled_codes(&mention.identifier));
            for code in declared.chain(spelled).collect::<BTreeSet<String>>() {
                self.next.codes.push([Cell::Text(Some(code)), id.into()]);
            }
        }
        self.flush().await
    }

    /// Says of an event that some of its mentions are about other things than was thought, and what follows from it.
    async fn move_mentions(&mut self, event: i64, told: &mut Told, moves: &[(usize, i64)]) -> Result<(), StoreError> {
        let tenant = self.tenant.0;
        let before = told.recorded.things.clone();
        let mut tx = self.writer.tx().await?;
        for &(ordinal, thing) in moves {
            let Some(known) = told.recorded.things.get_mut(ordinal) else { continue };
            let sql = "UPDATE event_thing SET thing = $5 \
                       WHERE tenant = $1 AND thing = $2 AND event = $3 AND ordinal = $4";
            let place = Cell::Number(i32::try_from(ordinal).unwrap_or(i32::MAX));
            let args = vec![tenant.into(), (*known).into(), event.into(), Arg::Cell(place), thing.into()];
            tx.execute(WHAT, sql.to_owned(), args).await?;
            *known = thing;
        }
        let sql = "UPDATE event SET things = $3 WHERE tenant = $1 AND id = $2".to_owned();
        let things = Cell::Bytes(pack_ids(told.recorded.things.iter().copied()));
        tx.execute(WHAT, sql, vec![tenant.into(), event.into(), Arg::Cell(things)]).await?;
        drop(tx);
        let process = match &told.reading.process {
            Some(uri) => {
                self.define(std::iter::once(uri.as_str())).await?;
                self.item(uri)?
            }
            None => event,
        };
        let mut tx = self.writer.tx().await?;
        let sql = "DELETE FROM process_side WHERE tenant = $1 AND process = $2 AND event = $3".to_owned();
        tx.execute(WHAT, sql, vec![tenant.into(), process.into(), event.into()]).await?;
        let sql = format!("DELETE FROM containment WHERE tenant = $1 AND parent {} AND event = $3", tx.any(2));
        tx.execute(WHAT, sql, vec![tenant.into(), Arg::Ints(before), event.into()]).await?;
        drop(tx);
        // What was declared wrong in the document that it came in was taken for a fact until then.
        if !told.recorded.was_fact {
            return Ok(());
        }
        let mentions: Vec<Resolved<'_>> = told
            .reading
            .mentions
            .iter()
            .zip(&told.recorded.things)
            .map(|(mention, &thing)| Resolved { mention, thing })
            .collect();
        sides(event, process, &mentions, &mut self.next.sides);
        changes(event, &told.reading, &mentions, &mut self.next.containment);
        Ok(())
    }
}

impl Told {
    /// What the event says of these things.
    fn said_of(&self, event: i64, things: &BTreeSet<i64>) -> Vec<Said> {
        let mentions = self.reading.mentions.iter().zip(&self.recorded.things).enumerate();
        let about = mentions.filter(|(_, (_, thing))| things.contains(thing));
        about
            .map(|(ordinal, (mention, _))| Said {
                event,
                ordinal,
                mention: mention.clone(),
                is_fact: self.recorded.is_fact,
            })
            .collect()
    }
}
