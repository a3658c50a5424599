//! Writing a document: one transaction from the first event to the finished job.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::TenantId;
use epcis::{Event, VocabularyElement};
use jiff::Timestamp;
use lineage::Stages;
use sha2::{Digest, Sha256};

use crate::{
    Asserted, Job, Store, StoreError, Tenant, body,
    bulk::{Arg, Cell, Kind, Rows, Transaction, Writer},
    dictionary::Dictionary,
    identity::{Identity, digest},
    jobs,
    resolve::Things,
    rows::Batch,
    sequence, tables,
    text::micros,
};

/// What became of one event.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It is stored.
    Stored,
    /// The same event was there already; nothing changed.
    Duplicate,
    /// Another event with the same `eventID` is there; nothing changed.
    Conflict,
}

/// The stages that the classification of an event may turn out to prove.
pub type StagesOf = fn(&Event) -> Stages;

/// The transaction that a document is captured in. Dropping it leaves nothing behind.
///
/// The rows of a batch are written while those of the next one are made, and what these depend on is looked up between two
/// tables. What is on its way is known here: events in `recent` and `leaving`, everything else in the dictionary and among the
/// things. Whatever asks the database for more waits until that is written.
pub struct Capture {
    pub(crate) writer: Writer,
    pub(crate) tenant: TenantId,
    pub(crate) now: Timestamp,
    pub(crate) next_id: i64,
    pub(crate) dictionary: Dictionary,
    pub(crate) things: Things,
    pub(crate) stages: StagesOf,
    /// Rows that are not written yet.
    pub(crate) next: Batch,
    /// The events of those rows, in their stored form, and of those that are being written.
    recent: HashMap<Identity, Vec<u8>>,
    leaving: HashMap<Identity, Vec<u8>>,
    /// The names of events that a declaration says were wrong, and the items that were mentioned, since what follows from
    /// either was settled.
    wrong: Vec<Identity>,
    unsettled: BTreeSet<i64>,
    /// Whether everything that was taken is there, or on its way: what failed or was given up half-way must not be
    /// committed.
    is_whole: bool,
}

impl Store {
    /// Begins to capture a document of the tenant. Captures of one tenant follow each other.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn capture(&self, tenant: &Tenant, stages: StagesOf, now: Timestamp) -> Result<Capture, StoreError> {
        let mut tx = Transaction::begin(self, "capture.begin").await?;
        let next_id = sequence::lock(&mut tx, tenant.id).await?;
        Ok(Capture {
            writer: Writer::new(tx),
            tenant: tenant.id,
            now,
            next_id,
            dictionary: Dictionary::default(),
            things: Things::new(tenant.slug.clone()),
            stages,
            next: Batch::of(tenant.id),
            recent: HashMap::new(),
            leaving: HashMap::new(),
            wrong: Vec::new(),
            unsettled: BTreeSet::new(),
            is_whole: true,
        })
    }
}

impl Capture {
    /// Takes events. The outcomes are in their order.
    ///
    /// # Errors
    /// [`StoreError`]; the transaction is then of no more use.
    pub async fn write(&mut self, batch: Vec<Asserted>) -> Result<Vec<Outcome>, StoreError> {
        let was_whole = std::mem::take(&mut self.is_whole);
        let taken = self.take(batch).await;
        self.whole_as(was_whole, taken).await
    }

    async fn take(&mut self, batch: Vec<Asserted>) -> Result<Vec<Outcome>, StoreError> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let names = batch.iter().flat_map(|event| [event.identity.clone(), event.identity.counterpart()]);
        let mut known = self.known(names.collect()).await?;
        let mut stored = self.bodies_of(batch.iter().map(|event| &event.identity), &known).await?;
        let mut outcomes = Vec::with_capacity(batch.len());
        let mut fresh = Vec::new();
        for event in batch {
            outcomes.push(match stored.get(&event.identity) {
                Some(earlier) if is_same(earlier, &event.body)? => Outcome::Duplicate,
                Some(_) => Outcome::Conflict,
                None => {
                    stored.insert(event.identity.clone(), event.body.clone());
                    fresh.push(event);
                    Outcome::Stored
                }
            });
        }
        known.extend(fresh.iter().map(|event| event.identity.clone()));
        if !fresh.is_empty() {
            self.write_fresh(fresh, &known, stored).await?;
        }
        Ok(outcomes)
    }

    /// Keeps master data as received.
    ///
    /// # Errors
    /// [`StoreError`]; the transaction is then of no more use.
    pub async fn vocabulary(&mut self, elements: &[VocabularyElement]) -> Result<(), StoreError> {
        let was_whole = std::mem::take(&mut self.is_whole);
        let taken = self.take_vocabulary(elements).await;
        self.whole_as(was_whole, taken).await
    }

    /// What was taken is whole when all before it was; what failed has its first cause.
    async fn whole_as<T>(&mut self, was_whole: bool, taken: Result<T, StoreError>) -> Result<T, StoreError> {
        match taken {
            Ok(taken) => {
                self.is_whole = was_whole;
                Ok(taken)
            }
            Err(error) => Err(self.writer.cause(error).await),
        }
    }

    async fn take_vocabulary(&mut self, elements: &[VocabularyElement]) -> Result<(), StoreError> {
        if elements.is_empty() {
            return Ok(());
        }
        let ids: Vec<String> = elements.iter().map(|element| element.id.canonical()).collect();
        self.define(ids.iter().map(String::as_str)).await?;
        // One row each: a statement cannot meet the same row twice.
        let mut rows = BTreeMap::new();
        for (element, id) in elements.iter().zip(&ids) {
            let body = serde_json::to_vec(element)
                .map_err(|error| StoreError::inconsistent("vocabulary", "body", error.to_string()))?;
            let key = (self.item(id)?, element.vocabulary.clone(), Sha256::digest(&body).to_vec());
            rows.insert(key, body);
        }
        let mut written = Rows::of(&tables::VOCABULARY, self.tenant);
        for ((item, kind, digest), body) in rows {
            let now = micros(self.now);
            written.push([item.into(), Cell::Text(Some(kind)), Cell::Bytes(digest), now.into(), Cell::Bytes(body)]);
        }
        self.writer.write(vec![written]).await
    }

    /// Makes everything visible at once, together with the finished job.
    ///
    /// # Errors
    /// [`StoreError`], [`StoreError::JobEnded`]; nothing is stored then.
    pub async fn commit(mut self, job: &Job) -> Result<(), StoreError> {
        if !self.is_whole {
            return Err(StoreError::Broken("capture"));
        }
        self.settle().await?;
        let mut tx = self.writer.finish().await?;
        jobs::end(&mut tx, self.tenant, job).await?;
        sequence::unlock(&mut tx, self.tenant, self.next_id).await?;
        if job.stored > 0 {
            let stale = "UPDATE view_state SET stale = TRUE WHERE tenant = $1 AND NOT stale".to_owned();
            tx.execute("view.stale", stale, vec![self.tenant.0.into()]).await?;
        }
        tx.commit("capture.commit").await
    }

    /// Which of these names are taken.
    async fn known(&mut self, names: Vec<Identity>) -> Result<BTreeSet<Identity>, StoreError> {
        let mut known: BTreeSet<Identity> =
            names.iter().filter(|name| self.on_its_way(name).is_some()).cloned().collect();
        let mut tx = self.writer.beside().await?;
        let sql = tx.each(Kind::Bytes, "SELECT identity FROM event WHERE tenant = $1 AND identity", "");
        let wanted = names.into_iter().map(|name| name.0).collect();
        let args = vec![self.tenant.0.into(), Arg::Blobs(wanted)];
        let rows = tx.select("capture.known", sql, args, &[Kind::Bytes]).await?;
        known.extend(rows.into_iter().map(|mut row| Identity(row.bytes(0))));
        Ok(known)
    }

    /// The stored form of an event that may not be in the database yet.
    fn on_its_way(&self, name: &Identity) -> Option<&Vec<u8>> {
        self.recent.get(name).or_else(|| self.leaving.get(name))
    }

    /// The stored forms of those of these events that are known.
    async fn bodies_of(
        &mut self,
        names: impl Iterator<Item = &Identity>,
        known: &BTreeSet<Identity>,
    ) -> Result<HashMap<Identity, Vec<u8>>, StoreError> {
        let (mut bodies, mut wanted) = (HashMap::new(), Vec::new());
        for name in names.filter(|name| known.contains(name)) {
            match self.on_its_way(name) {
                Some(body) => drop(bodies.insert(name.clone(), body.clone())),
                None => wanted.push(name.0.clone()),
            }
        }
        if wanted.is_empty() {
            return Ok(bodies);
        }
        let mut tx = self.writer.beside().await?;
        let query = "SELECT identity, body FROM event JOIN event_body b ON b.tenant = $1 AND b.event = event.id \
                     WHERE event.tenant = $1 AND identity";
        let sql = tx.each(Kind::Bytes, query, "");
        let args = vec![self.tenant.0.into(), Arg::Blobs(wanted)];
        for mut row in tx.select("capture.stored", sql, args, &[Kind::Bytes, Kind::Bytes]).await? {
            bodies.insert(Identity(row.bytes(0)), row.bytes(1));
        }
        Ok(bodies)
    }

    /// Writes new events. `known` are the names that are taken, with theirs, and `bodies` has the stored form of each.
    async fn write_fresh(
        &mut self,
        fresh: Vec<Asserted>,
        known: &BTreeSet<Identity>,
        mut bodies: HashMap<Identity, Vec<u8>>,
    ) -> Result<(), StoreError> {
        let earlier = std::mem::replace(&mut self.next, Batch::of(self.tenant));
        self.define(fresh.iter().flat_map(Asserted::items)).await?;
        // From here on the database is not asked for what these rows are about.
        self.writer.write(earlier.into_tables()).await?;
        self.leaving = std::mem::take(&mut self.recent);
        for event in fresh {
            let is_fact = !event.is_declaration && !known.contains(&event.identity.counterpart());
            if event.is_declaration {
                self.wrong.push(event.identity.counterpart());
            }
            self.recent.extend(bodies.remove_entry(&event.identity));
            let items = self.rows(event, is_fact)?;
            self.unsettled.extend(items);
        }
        self.things.take_dirty(|thing| self.next.thing(thing));
        self.forget().await
    }

    /// Writes everything, and draws the conclusions that do not depend on the order in which events came: what a wrong
    /// event had taught is forgotten, mentions of what turned out to be several lots are told apart, and the lots beside a
    /// new traceability lot are learned anew.
    ///
    /// Not with each batch: it reads what was written of the same lots before, again and again.
    pub(crate) async fn settle(&mut self) -> Result<(), StoreError> {
        self.flush().await?;
        for some in std::mem::take(&mut self.wrong).chunks(WRONG_AT_ONCE) {
            let items = self.retract(some).await?;
            self.unsettled.extend(items);
        }
        let unsettled = std::mem::take(&mut self.unsettled);
        self.regroup(&unsettled).await?;
        let turned = self.things.take_turned();
        self.settle_kinds(&turned).await
    }

    /// Writes everything, and waits for it.
    pub(crate) async fn flush(&mut self) -> Result<(), StoreError> {
        self.things.take_dirty(|thing| self.next.thing(thing));
        let rows = std::mem::replace(&mut self.next, Batch::of(self.tenant));
        self.writer.write(rows.into_tables()).await?;
        drop(self.writer.tx().await?);
        self.recent.clear();
        self.leaving.clear();
        Ok(())
    }

    /// Makes dictionary entries of these texts where they are missing, and loads the things that the others name.
    pub(crate) async fn define<'t>(&mut self, texts: impl Iterator<Item = &'t str>) -> Result<(), StoreError> {
        let mut tx = self.writer.beside().await?;
        let new = &mut self.next.items;
        let found = self.dictionary.define(&mut tx, self.tenant, texts, &mut self.next_id, new).await?;
        drop(tx);
        self.load_things("item", found).await
    }

    pub(crate) fn item(&self, text: &str) -> Result<i64, StoreError> {
        self.dictionary.get(text).ok_or_else(|| StoreError::inconsistent("item", "uri", "one that was not defined"))
    }

    /// Loads the things of which `column` is one of these.
    pub(crate) async fn load_things(&mut self, column: &str, ids: Vec<i64>) -> Result<(), StoreError> {
        if ids.is_empty() {
            return Ok(());
        }
        let mut tx = self.writer.beside().await?;
        let query = format!(
            "SELECT id, item, kind, source_kind, tlc, source, reference, uncertain FROM thing \
             WHERE tenant = $1 AND {column}"
        );
        let sql = tx.each(Kind::Int, &query, "");
        let shape = &[Kind::Int, Kind::Int, Kind::Int, Kind::Int, Kind::Text, Kind::Text, Kind::Text, Kind::Flag];
        for row in tx.select("capture.thing", sql, vec![self.tenant.0.into(), Arg::Ints(ids)], shape).await? {
            self.things.load(row)?;
        }
        Ok(())
    }

    /// Keeps memory flat, however long the document is.
    async fn forget(&mut self) -> Result<(), StoreError> {
        if self.dictionary.len().max(self.wrong.len()) > REMEMBERED {
            self.settle().await?;
            self.dictionary = Dictionary::default();
            self.things.clear();
        }
        Ok(())
    }
}

/// Dictionary entries that a capture remembers. Each takes more than a kilobyte with the lots that it names.
const REMEMBERED: usize = 16_000;

/// Wrong events whose lots, with all events of theirs, are in memory at the same time.
const WRONG_AT_ONCE: usize = 64;

/// Whether two stored forms are of the same event. Most repeated ones are the same to the byte.
fn is_same(a: &[u8], b: &[u8]) -> Result<bool, StoreError> {
    Ok(a == b || digest(&body::unpack(a)?) == digest(&body::unpack(b)?))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use epcis::{Binding, Item, Reader};
    use lineage::{Stage, Stages};
    use sea_orm::{ConnectionTrait, Statement};

    use super::*;
    use crate::NewTenant;

    const LOT: &str = "https://id.gs1.org/01/19521003000173/10/LOG-1";

    fn event(id: u32, more: &str) -> Asserted {
        let event = format!(
            r#"{{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",{{"fsma":"https://w3id.org/fsma204/kde/"}}],
"type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2028-08-20T12:00:00Z","epcisBody":{{"eventList":[
{{"type":"ObjectEvent","eventID":"urn:uuid:00000000-0000-4000-8000-00000000000{id}","eventTime":"2028-08-17T20:30:00Z",
"eventTimeZoneOffset":"-07:00","action":"OBSERVE","bizStep":"storing","readPoint":{{"id":"https://id.gs1.org/414/9521003000017"}},
"quantityList":[{{"epcClass":"{LOT}"}}]{more}}}]}}}}"#
        );
        let mut items = Reader::new(event.as_bytes(), Binding::Json).map(Result::unwrap);
        let found = items.find_map(|item| if let Item::Event { event, .. } = item { Some(event) } else { None });
        Asserted::new(&found.unwrap(), Stages::always(Stage::Unknown)).unwrap()
    }

    async fn captures(url: &str) {
        let store = Store::open(url).await.unwrap();
        store.migrate().await.unwrap();
        let new = NewTenant { slug: "dc", name: "Meridian", identifiers: BTreeSet::new(), secret: [7; 32] };
        let tenant = store.add_tenant(new).await.unwrap();
        let mut capture =
            store.capture(&tenant, |_| Stages::always(Stage::Unknown), Timestamp::UNIX_EPOCH).await.unwrap();
        let named = testkit::chains::said(LOT, "ANOTHER-CODE", "https://id.gs1.org/414/9521003000017", None);
        // The third batch is told apart from the first while rows of the second are on their way, and so on.
        for (id, more, outcome) in [
            (1, "", Outcome::Stored),
            (2, "", Outcome::Stored),
            (1, "", Outcome::Duplicate),
            (2, ",\"disposition\":\"damaged\"", Outcome::Conflict),
            (3, named.as_str(), Outcome::Stored),
            (4, named.as_str(), Outcome::Stored),
            (2, "", Outcome::Duplicate),
            (1, ",\"disposition\":\"damaged\"", Outcome::Conflict),
        ] {
            assert_eq!(capture.write(vec![event(id, more)]).await.unwrap(), [outcome], "{id} {more}");
        }
        capture.settle().await.unwrap();
        capture.writer.finish().await.unwrap().commit("test").await.unwrap();
        for (table, rows) in [("event", 4), ("event_body", 4), ("event_thing", 4), ("thing", 1), ("thing_code", 3)] {
            let count =
                Statement::from_string(store.db.get_database_backend(), format!("SELECT count(*) FROM {table}"));
            let row = store.db.query_one_raw(count).await.unwrap().unwrap();
            assert_eq!(row.try_get_by_index::<i64>(0).unwrap(), rows, "{table} on {url}");
        }
    }

    #[tokio::test]
    async fn what_is_on_its_way_is_known_on_sqlite() {
        let folder = tempfile::tempdir().unwrap();
        captures(&format!("sqlite://{}/l.db?mode=rwc", folder.path().display())).await;
    }

    #[tokio::test]
    async fn what_is_on_its_way_is_known_on_postgresql() {
        let Some(database) = testkit::postgres::database() else { return };
        captures(database.url()).await;
    }
}
