//! Removing what need not be kept any longer.
//!
//! Ids are given out in the order of recording, so what is old is a range of ids from the beginning. It is removed in
//! small transactions, each under the tenant's lock: captures go on in between, and a purge that breaks off has removed
//! whole events only. The next one goes on from there.

use std::collections::{BTreeMap, BTreeSet};

use domain::TenantId;
use jiff::Timestamp;

use crate::{
    Cutoff, Store, StoreError, body,
    bulk::{Arg, Kind, Row, Transaction},
    identity::Identity,
    sequence,
    text::{instant, micros, unpack_ids},
};

/// Events of one transaction.
const EVENTS: i64 = 500;

/// Dictionary entries of one transaction.
const ITEMS: i64 = 2_000;

/// The columns of an event that name dictionary entries.
const NAMING: &str = "biz_step, disposition, read_point, biz_location, from_place, to_place";
const NAMING_SHAPE: &[Kind] = &[Kind::Int, Kind::Int, Kind::Int, Kind::Int, Kind::Int, Kind::Int];

/// What a purge would remove. Events are counted; the rest is about what follows from them.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Purgeable {
    /// Events that were recorded and happened before the day. Those whose error declaration is younger stay.
    pub events: u64,
    /// Lots, units and instances that no younger event mentions.
    pub things: u64,
    /// Dictionary entries of those; entries of places, steps and processes may come on top.
    pub items: u64,
    /// When the first of the events was recorded, and when the last.
    pub recorded: Option<(Timestamp, Timestamp)>,
    /// What they take, about.
    pub bytes: u64,
}

/// What a purge has removed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Purged {
    /// Events.
    pub events: u64,
    /// Lots, units and instances that no event mentions any more.
    pub things: u64,
    /// Dictionary entries that nothing names any more.
    pub items: u64,
    /// Master data of those entries.
    pub vocabulary: u64,
}

/// A row of `event`, as far as a purge looks at it.
struct Old {
    id: i64,
    identity: Identity,
    things: Vec<i64>,
    body: Vec<u8>,
}

/// Events of one transaction: everything in a range of ids, except what stays.
struct Batch {
    first: i64,
    last: i64,
    gone: Vec<Old>,
    stay: Vec<i64>,
}

impl Store {
    /// What [`purge`](Self::purge) would remove.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn purgeable(&self, tenant: TenantId, cutoff: Cutoff) -> Result<Purgeable, StoreError> {
        const WHAT: &str = "purge.preview";
        let before = micros(cutoff.instant());
        let mut tx = Transaction::read(self, WHAT).await?;
        let end = first_young(&mut tx, tenant, before).await?;
        // Beside the body an event has some 200 bytes of columns and keys, and a few rows that mention things.
        let sql = "SELECT COUNT(*), MIN(recorded_at), MAX(recorded_at), \
                   SUM(LENGTH(body) + 3 * LENGTH(things) + 2 * LENGTH(identity) + 200) FROM event \
                   JOIN event_body b ON b.tenant = $1 AND b.event = event.id \
                   WHERE event.tenant = $1 AND id < $2 AND recorded_at < $3 AND event_time < $3";
        let shape = &[Kind::Int, Kind::Int, Kind::Int, Kind::Int];
        let args = vec![tenant.0.into(), end.into(), before.into()];
        let events = tx.select(WHAT, sql.to_owned(), args, shape).await?;
        let sql = "SELECT COUNT(*), COUNT(DISTINCT item) FROM thing WHERE tenant = $1 AND id < $2 AND NOT EXISTS \
                   (SELECT 1 FROM event_thing WHERE event_thing.tenant = $1 AND event_thing.thing = thing.id \
                   AND event_thing.event >= $2)";
        let args = vec![tenant.0.into(), end.into()];
        let things = tx.select(WHAT, sql.to_owned(), args, &[Kind::Int, Kind::Int]).await?;
        let told = |rows: &[Row], column| rows.first().map_or(Ok(None), |row| row.cell::<Option<i64>>(column));
        let number = |rows: &[Row], column| {
            told(rows, column).map(|number| u64::try_from(number.unwrap_or_default()).unwrap_or_default())
        };
        let time = |column| told(&events, column)?.map(|at| instant("event", "recorded_at", at)).transpose();
        Ok(Purgeable {
            events: number(&events, 0)?,
            things: number(&things, 0)?,
            items: number(&things, 1)?,
            recorded: time(1)?.zip(time(2)?),
            bytes: number(&events, 3)? + 150 * number(&things, 0)?,
        })
    }

    /// Removes the events that were recorded, and happened, before the day, and what only they named. Calls `progress`
    /// after every transaction with what has been removed so far.
    ///
    /// An event and the declaration that it was wrong are removed together, when both are old enough.
    ///
    /// # Errors
    /// [`StoreError`]; what was removed until then stays removed.
    pub async fn purge(
        &self,
        tenant: TenantId,
        cutoff: Cutoff,
        mut progress: impl FnMut(&Purged),
    ) -> Result<Purged, StoreError> {
        const WHAT: &str = "purge.events";
        let before = micros(cutoff.instant());
        let mut purged = Purged::default();
        let mut tx = Transaction::read(self, WHAT).await?;
        let end = first_young(&mut tx, tenant, before).await?;
        drop(tx);
        let mut next = 0;
        loop {
            let mut tx = Transaction::begin(self, WHAT).await?;
            sequence::lock(&mut tx, tenant).await?;
            let Some(batch) = read(&mut tx, tenant, next, end, before).await? else { break };
            next = batch.last + 1;
            if !batch.gone.is_empty() {
                remove(&mut tx, tenant, &batch, &mut purged).await?;
                tx.commit(WHAT).await?;
                progress(&purged);
            }
        }
        self.purge_dictionary(tenant, before, &mut purged, &mut progress).await?;
        Ok(purged)
    }

    /// Goes through the dictionary and removes what nothing names. What is named without an index is read once, before
    /// the lock is taken; only what was captured since then is looked at again under it.
    async fn purge_dictionary(
        &self,
        tenant: TenantId,
        before: i64,
        purged: &mut Purged,
        progress: &mut impl FnMut(&Purged),
    ) -> Result<(), StoreError> {
        const WHAT: &str = "purge.dictionary";
        // The lock is taken for a moment: whatever was begun before is seen by the reading after it.
        let mut tx = Transaction::begin(self, WHAT).await?;
        let new = sequence::lock(&mut tx, tenant).await?;
        drop(tx);
        let mut tx = Transaction::read(self, WHAT).await?;
        let named = named_by_events(&mut tx, tenant, 0, new).await?;
        drop(tx);
        let mut last = 0;
        loop {
            let mut tx = Transaction::begin(self, WHAT).await?;
            sequence::lock(&mut tx, tenant).await?;
            let sql =
                format!("SELECT id FROM item WHERE tenant = $1 AND id > $2 AND id < $3 ORDER BY id LIMIT {ITEMS}");
            let args = vec![tenant.0.into(), last.into(), new.into()];
            let page = ints(&tx.select(WHAT, sql, args, &[Kind::Int]).await?)?;
            let Some(&end) = page.last() else { return Ok(()) };
            last = end;
            let mut unnamed: BTreeSet<i64> = page.into_iter().filter(|item| !named.contains(item)).collect();
            for item in named_by_events(&mut tx, tenant, new, i64::MAX).await? {
                unnamed.remove(&item);
            }
            let (items, vocabulary) = remove_unnamed(&mut tx, tenant, before, unnamed).await?;
            if items + vocabulary > 0 {
                purged.items += items;
                purged.vocabulary += vocabulary;
                tx.commit(WHAT).await?;
                progress(purged);
            }
        }
    }
}

/// The first id that may belong to an event recorded after the given time. The clock is read before the lock is taken,
/// so neighbours may stand the wrong way round: whether an event is old is asked of the event itself.
async fn first_young(tx: &mut Transaction, tenant: TenantId, before: i64) -> Result<i64, StoreError> {
    const WHAT: &str = "purge.range";
    // Invariant: what was met below `low` is old, what was met from `high` on is young.
    let (mut low, mut high) = (0, sequence::next(tx, tenant).await?);
    while low < high {
        let middle = low + (high - low) / 2;
        let sql = "SELECT id, recorded_at FROM event WHERE tenant = $1 AND id >= $2 AND id < $3 ORDER BY id LIMIT 1";
        let args = vec![tenant.0.into(), middle.into(), high.into()];
        match tx.select(WHAT, sql.to_owned(), args, &[Kind::Int, Kind::Int]).await?.first() {
            Some(row) if row.int(1)? < before => low = row.int(0)? + 1,
            _ => high = middle,
        }
    }
    Ok(high)
}

/// The next events from `first` on, at most a transaction's worth, told apart into those that go and those that stay.
async fn read(
    tx: &mut Transaction,
    tenant: TenantId,
    first: i64,
    end: i64,
    before: i64,
) -> Result<Option<Batch>, StoreError> {
    const WHAT: &str = "purge.read";
    let sql = format!(
        "SELECT id, recorded_at, event_time, identity, things, body FROM event \
         JOIN event_body b ON b.tenant = $1 AND b.event = event.id WHERE event.tenant = $1 AND id >= $2 AND id < $3 ORDER BY id LIMIT {EVENTS}"
    );
    let shape = &[Kind::Int, Kind::Int, Kind::Int, Kind::Bytes, Kind::Bytes, Kind::Bytes];
    let args = vec![tenant.0.into(), first.into(), end.into()];
    let mut batch = Batch { first, last: first, gone: Vec::new(), stay: Vec::new() };
    for mut row in tx.select(WHAT, sql, args, shape).await? {
        let id = row.int(0)?;
        batch.last = id;
        if row.int(1)? < before && row.int(2)? < before {
            let things = unpack_ids(&row.bytes(4));
            batch.gone.push(Old { id, identity: Identity(row.bytes(3)), things, body: row.bytes(5) });
        } else {
            batch.stay.push(id);
        }
    }
    if batch.gone.is_empty() && batch.stay.is_empty() {
        return Ok(None);
    }
    let bound = bound(tx, tenant, &batch.gone, before).await?;
    let (stay, gone) = batch.gone.into_iter().partition(|old| bound.contains(&old.identity));
    batch.gone = gone;
    batch.stay.extend(stay.iter().map(|old: &Old| old.id));
    Ok(Some(batch))
}

/// Which of these events belong to one that stays: a declaration that something was wrong says nothing without it, and
/// an event that was wrong must not stand there as if it had been right.
async fn bound(
    tx: &mut Transaction,
    tenant: TenantId,
    gone: &[Old],
    before: i64,
) -> Result<BTreeSet<Identity>, StoreError> {
    let others: BTreeMap<Identity, &Identity> =
        gone.iter().map(|old| (old.identity.counterpart(), &old.identity)).collect();
    let sql = tx.each(
        Kind::Bytes,
        "SELECT identity FROM event WHERE tenant = $1 AND identity",
        "AND (recorded_at >= $3 OR event_time >= $3)",
    );
    let wanted = others.keys().map(|identity| identity.0.clone()).collect();
    let args = vec![tenant.0.into(), Arg::Blobs(wanted), before.into()];
    let rows = tx.select("purge.declarations", sql, args, &[Kind::Bytes]).await?;
    let young = rows.into_iter().map(|mut row| Identity(row.bytes(0)));
    Ok(young.filter_map(|identity| others.get(&identity).map(|&bound| bound.clone())).collect())
}

/// Removes the events of a batch, their rows elsewhere, and the things that nothing mentions after that.
async fn remove(tx: &mut Transaction, tenant: TenantId, batch: &Batch, purged: &mut Purged) -> Result<(), StoreError> {
    const WHAT: &str = "purge.remove";
    let things: BTreeSet<i64> = batch.gone.iter().flat_map(|old| old.things.iter().copied()).collect();
    let things: Vec<i64> = things.into_iter().collect();
    let ends = ends(tx, tenant, &batch.gone).await?;
    let mut removed = 0;
    for (table, column, of) in [
        ("event_end", "item", &ends),
        ("containment", "parent", &things),
        ("process_side", "thing", &things),
        ("event_thing", "thing", &things),
    ] {
        // By the beginning of a key, then by the range: no list times another list.
        let sql = format!(
            "DELETE FROM {table} WHERE tenant = $1 AND {column} {} AND event >= $3 AND event <= $4 AND NOT (event {})",
            tx.any(2),
            tx.any(5)
        );
        let args = vec![
            tenant.0.into(),
            Arg::Ints(of.clone()),
            batch.first.into(),
            batch.last.into(),
            Arg::Ints(batch.stay.clone()),
        ];
        tx.execute(WHAT, sql, args).await?;
    }
    let gone: Vec<i64> = batch.gone.iter().map(|old| old.id).collect();
    for (table, column) in [("event_body", "event"), ("event", "id")] {
        let sql = format!("DELETE FROM {table} WHERE tenant = $1 AND {column} {}", tx.any(2));
        removed = tx.execute(WHAT, sql, vec![tenant.0.into(), Arg::Ints(gone.clone())]).await?;
    }
    purged.events += removed;
    purged.things += remove_things(tx, tenant, things).await?;
    let stale = "UPDATE view_state SET stale = TRUE WHERE tenant = $1 AND NOT stale".to_owned();
    tx.execute("view.stale", stale, vec![tenant.0.into()]).await?;
    Ok(())
}

/// The dictionary entries of the parties and places at the ends of these events, as far as they have any.
async fn ends(tx: &mut Transaction, tenant: TenantId, gone: &[Old]) -> Result<Vec<i64>, StoreError> {
    let mut texts = BTreeSet::new();
    for old in gone {
        let reading = lineage::read(&body::unpack(&old.body)?);
        texts.extend(reading.sources.into_iter().chain(reading.destinations).map(|end| end.id));
    }
    let sql = format!("SELECT id FROM item WHERE tenant = $1 AND uri {}", tx.any(2));
    let args = vec![tenant.0.into(), Arg::Texts(texts.into_iter().collect())];
    ints(&tx.select("purge.ends", sql, args, &[Kind::Int]).await?)
}

/// Removes those of these things that no event mentions, with their codes.
async fn remove_things(tx: &mut Transaction, tenant: TenantId, things: Vec<i64>) -> Result<u64, StoreError> {
    const WHAT: &str = "purge.things";
    let mut unmentioned: BTreeSet<i64> = things.iter().copied().collect();
    let sql = format!("SELECT DISTINCT thing FROM event_thing WHERE tenant = $1 AND thing {}", tx.any(2));
    let args = vec![tenant.0.into(), Arg::Ints(things)];
    for thing in ints(&tx.select(WHAT, sql, args, &[Kind::Int]).await?)? {
        unmentioned.remove(&thing);
    }
    let unmentioned: Vec<i64> = unmentioned.into_iter().collect();
    let mut removed = 0;
    for (table, column) in [("thing_code", "thing"), ("thing", "id")] {
        let sql = format!("DELETE FROM {table} WHERE tenant = $1 AND {column} {}", tx.any(2));
        removed = tx.execute(WHAT, sql, vec![tenant.0.into(), Arg::Ints(unmentioned.clone())]).await?;
    }
    Ok(removed)
}

/// The dictionary entries in the columns of the events with ids of a range.
async fn named_by_events(
    tx: &mut Transaction,
    tenant: TenantId,
    from: i64,
    until: i64,
) -> Result<BTreeSet<i64>, StoreError> {
    let sql = format!("SELECT DISTINCT {NAMING} FROM event WHERE tenant = $1 AND id >= $2 AND id < $3");
    let args = vec![tenant.0.into(), from.into(), until.into()];
    let rows = tx.select("purge.named", sql, args, NAMING_SHAPE).await?;
    let cells = rows.iter().flat_map(|row| (0..NAMING_SHAPE.len()).map(|column| row.cell::<Option<i64>>(column)));
    cells.filter_map(Result::transpose).collect()
}

/// Removes those of these dictionary entries, which no column of an event names, that nothing else names either, with
/// master data that is as old. Gives how many entries and how much master data.
async fn remove_unnamed(
    tx: &mut Transaction,
    tenant: TenantId,
    before: i64,
    mut unnamed: BTreeSet<i64>,
) -> Result<(u64, u64), StoreError> {
    const WHAT: &str = "purge.dictionary";
    for (table, column) in [("thing", "item"), ("event_end", "item"), ("process_side", "process")] {
        let sql = format!("SELECT DISTINCT {column} FROM {table} WHERE tenant = $1 AND {column} {}", tx.any(2));
        let args = vec![tenant.0.into(), Arg::Ints(unnamed.iter().copied().collect())];
        for item in ints(&tx.select(WHAT, sql, args, &[Kind::Int]).await?)? {
            unnamed.remove(&item);
        }
    }
    let list = || Arg::Ints(unnamed.iter().copied().collect());
    let sql = format!("DELETE FROM vocabulary WHERE tenant = $1 AND item {} AND recorded_at < $3", tx.any(2));
    let vocabulary = tx.execute(WHAT, sql, vec![tenant.0.into(), list(), before.into()]).await?;
    let sql = format!("SELECT DISTINCT item FROM vocabulary WHERE tenant = $1 AND item {}", tx.any(2));
    let described = ints(&tx.select(WHAT, sql, vec![tenant.0.into(), list()], &[Kind::Int]).await?)?;
    for item in described {
        unnamed.remove(&item);
    }
    let sql = format!("DELETE FROM item WHERE tenant = $1 AND id {}", tx.any(2));
    let args = vec![tenant.0.into(), Arg::Ints(unnamed.into_iter().collect())];
    Ok((tx.execute(WHAT, sql, args).await?, vocabulary))
}

/// The numbers of rows with one column.
fn ints(rows: &[Row]) -> Result<Vec<i64>, StoreError> {
    rows.iter().map(|row| row.int(0)).collect()
}
