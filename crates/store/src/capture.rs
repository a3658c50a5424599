//! Writing a document: one transaction from the first event to the finished job.

use std::collections::{BTreeMap, BTreeSet};

use domain::TenantId;
use epcis::{Action, Event, Term, VocabularyElement};
use gs1::Identifier;
use jiff::Timestamp;
use lineage::{ChangeKind, CustodyKind, Mention, Reading, Role, Stage, ThingKind};
use sha2::{Digest, Sha256};

use crate::{
    Asserted, Job, Store, StoreError, Tenant,
    bulk::{Arg, Cell, Kind, Rows, Transaction},
    dictionary::Dictionary,
    identity::Identity,
    jobs,
    resolve::{Resolved, Thing, Things},
    sequence, tables,
    text::{Code, End, Side, micros, pack_ids},
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

/// What the regulation's classification proves about the lots of an event, given what is known of them so far.
pub type StageOf = fn(&Event, &dyn Fn(&Identifier) -> Option<ThingKind>) -> Stage;

/// The transaction that a document is captured in. Dropping it leaves nothing behind.
pub struct Capture {
    pub(crate) tx: Transaction,
    pub(crate) tenant: TenantId,
    pub(crate) now: Timestamp,
    pub(crate) next_id: i64,
    pub(crate) dictionary: Dictionary,
    pub(crate) things: Things,
    pub(crate) stage: StageOf,
}

/// The rows of one batch.
struct Batch {
    events: Rows,
    bodies: Rows,
    things: Rows,
    ends: Rows,
    codes: Rows,
    sides: Rows,
    containment: Rows,
}

impl Store {
    /// Begins to capture a document of the tenant. Captures of one tenant follow each other.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn capture(&self, tenant: &Tenant, stage: StageOf, now: Timestamp) -> Result<Capture, StoreError> {
        let mut tx = Transaction::begin(&self.writer, "capture.begin").await?;
        let next_id = sequence::lock(&mut tx, tenant.id).await?;
        let things = Things::new(tenant.slug.clone());
        Ok(Capture { tx, tenant: tenant.id, now, next_id, dictionary: Dictionary::default(), things, stage })
    }
}

impl Capture {
    /// Writes events. The outcomes are in their order.
    ///
    /// # Errors
    /// [`StoreError::Database`]; the transaction is then of no more use.
    pub async fn write(&mut self, batch: Vec<Asserted>) -> Result<Vec<Outcome>, StoreError> {
        let mut known = self.known_identities(batch.iter().map(|event| &event.identity)).await?;
        let mut outcomes = Vec::with_capacity(batch.len());
        let mut fresh = Vec::new();
        for event in batch {
            outcomes.push(match known.get(&event.identity) {
                Some(earlier) if *earlier == event.digest => Outcome::Duplicate,
                Some(_) => Outcome::Conflict,
                None => {
                    known.insert(event.identity.clone(), event.digest.clone());
                    fresh.push(event);
                    Outcome::Stored
                }
            });
        }
        if !fresh.is_empty() {
            self.write_fresh(fresh).await?;
        }
        Ok(outcomes)
    }

    /// Keeps master data as received.
    ///
    /// # Errors
    /// [`StoreError::Database`]; the transaction is then of no more use.
    pub async fn vocabulary(&mut self, elements: &[VocabularyElement]) -> Result<(), StoreError> {
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
        let mut written = Rows::of(&tables::VOCABULARY);
        for ((item, kind, digest), body) in rows {
            written.push([
                self.tenant.0.into(),
                item.into(),
                Cell::Text(Some(kind)),
                Cell::Bytes(digest),
                micros(self.now).into(),
                Cell::Bytes(body),
            ]);
        }
        // What was received again is in force again.
        let newest = "ON CONFLICT (tenant, item, kind, digest) DO UPDATE SET recorded_at = excluded.recorded_at";
        self.tx.merge(written, newest).await
    }

    /// Makes everything visible at once, together with the finished job.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::JobEnded`]; nothing is stored then.
    pub async fn commit(mut self, job: &Job) -> Result<(), StoreError> {
        jobs::end(&mut self.tx, self.tenant, job).await?;
        sequence::unlock(&mut self.tx, self.tenant, self.next_id).await?;
        if job.stored > 0 {
            let stale = "UPDATE view_state SET stale = TRUE WHERE tenant = $1 AND NOT stale".to_owned();
            self.tx.execute("view.stale", stale, vec![self.tenant.0.into()]).await?;
        }
        self.tx.commit("capture.commit").await
    }

    /// The digests of the events that are stored under these names.
    pub(crate) async fn known_identities(
        &mut self,
        identities: impl Iterator<Item = &Identity>,
    ) -> Result<BTreeMap<Identity, Vec<u8>>, StoreError> {
        let wanted = identities.map(|identity| identity.0.clone()).collect();
        let one_of = self.tx.any_blob(2);
        let sql = format!("SELECT identity, digest FROM event WHERE tenant = $1 AND identity {one_of}");
        let args = vec![self.tenant.0.into(), Arg::Blobs(wanted)];
        let rows = self.tx.select("capture.known", sql, args, &[Kind::Bytes, Kind::Bytes]).await?;
        Ok(rows.into_iter().map(|mut row| (Identity(row.bytes(0)), row.bytes(1))).collect())
    }

    async fn write_fresh(&mut self, fresh: Vec<Asserted>) -> Result<(), StoreError> {
        // First what is no fact any more, so that the corrected event meets only what still holds.
        let mut unsettled = self.retract(&fresh).await?;
        let found = self.define(fresh.iter().flat_map(Asserted::items)).await?;
        self.load_things("item", found).await?;
        let declared = self.declared_wrong(&fresh).await?;
        let mut batch = Batch::new();
        for event in fresh {
            unsettled.extend(event.things.iter().filter_map(|uri| self.dictionary.get(uri)));
            let is_fact = event.event.error_declaration.is_none() && !declared.contains(&event.identity);
            self.rows(event, is_fact, &mut batch)?;
        }
        self.write_things().await?;
        self.insert(batch).await?;
        self.regroup(&unsettled).await?;
        let turned = self.things.take_turned();
        self.settle_kinds(&turned).await?;
        self.forget();
        Ok(())
    }

    /// Makes dictionary entries of these texts where they are missing; gives those that were in the database and that
    /// this capture had not met yet.
    pub(crate) async fn define<'t>(&mut self, texts: impl Iterator<Item = &'t str>) -> Result<Vec<i64>, StoreError> {
        self.dictionary.define(&mut self.tx, self.tenant, texts, &mut self.next_id).await
    }

    pub(crate) fn item(&self, text: &str) -> Result<i64, StoreError> {
        self.dictionary.get(text).ok_or_else(|| StoreError::inconsistent("item", "uri", text))
    }

    /// Loads the things of which `column` is one of these.
    pub(crate) async fn load_things(&mut self, column: &str, ids: Vec<i64>) -> Result<(), StoreError> {
        if ids.is_empty() {
            return Ok(());
        }
        let one_of = self.tx.any(2);
        let sql = format!(
            "SELECT id, item, kind, source_kind, tlc, source, reference, CAST(uncertain AS integer) FROM thing WHERE tenant = $1 AND {column} {one_of}"
        );
        let shape = &[Kind::Int, Kind::Int, Kind::Int, Kind::Int, Kind::Text, Kind::Text, Kind::Text, Kind::Int];
        for row in self.tx.select("capture.thing", sql, vec![self.tenant.0.into(), Arg::Ints(ids)], shape).await? {
            self.things.load(row)?;
        }
        Ok(())
    }

    /// Writes what was learned of things.
    pub(crate) async fn write_things(&mut self) -> Result<(), StoreError> {
        let mut new = Rows::of(&tables::THING);
        for (thing, is_new) in self.things.take_dirty() {
            if is_new {
                new.push(thing.row(self.tenant.0));
            } else {
                let sql = "UPDATE thing SET kind = $3, source_kind = $4, tlc = $5, source = $6, reference = $7, uncertain = $8 \
                           WHERE tenant = $1 AND id = $2";
                let [tenant, id, _, rest @ ..] = thing.row(self.tenant.0);
                let args = [tenant, id].into_iter().chain(rest).map(Arg::Cell).collect();
                self.tx.execute("capture.thing", sql.to_owned(), args).await?;
            }
        }
        self.tx.insert(new).await
    }

    /// The rows of one event.
    fn rows(&mut self, asserted: Asserted, is_fact: bool, batch: &mut Batch) -> Result<(), StoreError> {
        let id = self.next_id;
        self.next_id += 1;
        let stage = (self.stage)(&asserted.event, &|identifier| self.traceability_lot(identifier));
        let reading =
            if stage == Stage::Unknown { asserted.reading.clone() } else { lineage::read(&asserted.event, stage) };
        let mut mentions: Vec<Resolved<'_>> = Vec::with_capacity(reading.mentions.len());
        let mut inputs = BTreeSet::new();
        for (mention, uri) in reading.mentions.iter().zip(&asserted.things) {
            let item = self.item(uri)?;
            let (thing, codes) = self.things.resolve(mention, item, &mut self.next_id, &inputs, is_fact);
            for code in codes {
                batch.codes.push([self.tenant.0.into(), Cell::Text(Some(code)), thing.into()]);
            }
            if mention.role == Role::Input {
                inputs.insert(thing);
            }
            mentions.push(Resolved { mention, thing });
        }
        self.mention_rows(id, &mentions, &reading, batch)?;
        if is_fact {
            let process = reading.process.as_ref().map(|uri| self.item(uri)).transpose()?;
            sides(self.tenant.0, id, process.unwrap_or(id), &mentions, &mut batch.sides);
            changes(self.tenant.0, id, &reading, &mentions, &mut batch.containment);
        }
        let things = pack_ids(mentions.iter().map(|resolved| resolved.thing));
        self.event_row(id, asserted, &reading, things, is_fact, batch)
    }

    /// Says of a lot only whether it is known to be a traceability lot: nothing else that was learned of a lot may decide
    /// what is learned of others, or it would matter what came first.
    fn traceability_lot(&self, identifier: &Identifier) -> Option<ThingKind> {
        let item = self.dictionary.get(&identifier.canonical())?;
        self.things.is_traceability_lot(item).then_some(ThingKind::TraceabilityLot)
    }

    fn event_row(
        &self,
        id: i64,
        asserted: Asserted,
        reading: &Reading,
        things: Vec<u8>,
        is_fact: bool,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let Asserted { event, identity, digest, body, places: [read_point, biz_location], .. } = asserted;
        let item = |text: Option<&str>| text.map(|text| self.item(text)).transpose().map(Cell::Int);
        let custody = reading.custody.as_ref();
        batch.events.push([
            self.tenant.0.into(),
            id.into(),
            micros(event.event_time.instant()).into(),
            micros(self.now).into(),
            Cell::Int((!is_fact).then(|| micros(self.now))),
            item(event.biz_step.as_ref().map(Term::word))?,
            item(event.disposition.as_ref().map(Term::word))?,
            item(read_point.as_deref())?,
            item(biz_location.as_deref())?,
            item(custody.and_then(|custody| custody.from_place.as_deref()))?,
            item(custody.and_then(|custody| custody.to_place.as_deref()))?,
            Cell::Code(Some(event.event_time_zone_offset.minutes())),
            Cell::Code(Some(event.kind.code())),
            Cell::Code(event.action.map(Code::code)),
            Cell::Flag(reading.is_uncertain()),
            Cell::Bytes(identity.0),
            Cell::Bytes(digest),
            Cell::Bytes(things),
        ]);
        batch.bodies.push([self.tenant.0.into(), id.into(), Cell::Bytes(body)]);
        Ok(())
    }

    /// The rows that say which things, parties and places are on an event.
    fn mention_rows(
        &self,
        event: i64,
        mentions: &[Resolved<'_>],
        reading: &Reading,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant.0;
        for (ordinal, Resolved { mention, thing }) in (0i32..).zip(mentions) {
            let (quantity, uom) = amount(mention);
            let role = Cell::Code(Some(mention.role.code()));
            batch.things.push([
                tenant.into(),
                (*thing).into(),
                event.into(),
                Cell::Number(ordinal),
                role,
                quantity,
                uom,
            ]);
        }
        let mut ends = BTreeSet::new();
        for (is_destination, list) in [(false, &reading.sources), (true, &reading.destinations)] {
            for end in list {
                if let Some(side) = End::new(is_destination, &end.kind) {
                    ends.insert((self.item(&end.id)?, side));
                }
            }
        }
        for (item, side) in ends {
            batch.ends.push([tenant.into(), item.into(), event.into(), Cell::Code(Some(side.code()))]);
        }
        Ok(())
    }

    async fn insert(&mut self, batch: Batch) -> Result<(), StoreError> {
        let Batch { events, bodies, things, ends, codes, sides, containment } = batch;
        for rows in [events, bodies, things, ends, sides, containment] {
            self.tx.insert(rows).await?;
        }
        // Of a thing that was known before, some spellings may have been, too.
        self.tx.merge(codes, "ON CONFLICT DO NOTHING").await
    }

    /// Keeps memory flat, however long the document is.
    fn forget(&mut self) {
        if self.dictionary.len() > REMEMBERED {
            self.dictionary = Dictionary::default();
            self.things.clear();
        }
    }
}

/// Dictionary entries that a capture remembers.
const REMEMBERED: usize = 50_000;

impl Batch {
    fn new() -> Self {
        Self {
            events: Rows::of(&tables::EVENT),
            bodies: Rows::of(&tables::EVENT_BODY),
            things: Rows::of(&tables::EVENT_THING),
            ends: Rows::of(&tables::EVENT_END),
            codes: Rows::of(&tables::THING_CODE),
            sides: Rows::of(&tables::PROCESS_SIDE),
            containment: Rows::of(&tables::CONTAINMENT),
        }
    }
}

impl Thing {
    fn row(&self, tenant: i64) -> [Cell; 9] {
        let (source_kind, source) = crate::text::source_columns(&self.source);
        [
            tenant.into(),
            self.id.into(),
            self.item.into(),
            Cell::Code(Some(self.kind.code())),
            Cell::Code(Some(source_kind)),
            Cell::Text(self.tlc.clone().map(String::from)),
            Cell::Text(source.map(str::to_owned)),
            Cell::Text(self.reference.clone()),
            Cell::Flag(self.uncertain),
        ]
    }
}

/// Amount and unit of measure.
fn amount(mention: &Mention) -> (Cell, Cell) {
    match &mention.quantity {
        Some((quantity, uom)) => (Cell::Text(Some(quantity.clone())), Cell::Text(uom.clone())),
        None => (Cell::Text(None), Cell::Text(None)),
    }
}

/// Which lots went into a process and which came out of it.
pub(crate) fn sides(tenant: i64, event: i64, process: i64, mentions: &[Resolved<'_>], rows: &mut Rows) {
    let mut seen = BTreeSet::new();
    for Resolved { mention, thing } in mentions {
        let side = match mention.role {
            Role::Input => Side::In.code(),
            Role::Output => Side::Out.code(),
            Role::Object | Role::Parent | Role::Child => continue,
        };
        if seen.insert((side, *thing)) {
            let side = Cell::Code(Some(side));
            rows.push([tenant.into(), process.into(), side, (*thing).into(), event.into()]);
        }
    }
}

/// What an event asserts of the contents of units.
pub(crate) fn changes(tenant: i64, event: i64, reading: &Reading, mentions: &[Resolved<'_>], rows: &mut Rows) {
    let mut row = |parent: i64, ordinal: i32, change: ChangeKind, child: Option<&Resolved<'_>>| {
        let (quantity, uom) = child.map_or((Cell::Text(None), Cell::Text(None)), |child| amount(child.mention));
        rows.push([
            tenant.into(),
            parent.into(),
            event.into(),
            Cell::Number(ordinal),
            Cell::Code(Some(change.code())),
            Cell::Int(child.map(|child| child.thing)),
            quantity,
            uom,
        ]);
    };
    // Units that leave: what is found in them later says nothing of what they held before.
    if reading.custody.as_ref().is_some_and(|custody| custody.kind == CustodyKind::Shipped) {
        let units = mentions.iter().filter(|resolved| resolved.mention.kind == ThingKind::Unit);
        for unit in units.map(|resolved| resolved.thing).collect::<BTreeSet<_>>() {
            // Before every child of the same event.
            row(unit, -1, ChangeKind::Left, None);
        }
    }
    let parent = mentions.iter().find(|resolved| resolved.mention.role == Role::Parent);
    let (Some(containment), Some(&Resolved { thing: parent, .. })) = (reading.containment, parent) else { return };
    let change = match containment.action {
        Action::Add => ChangeKind::Add,
        Action::Observe => ChangeKind::Observe,
        Action::Delete => ChangeKind::Delete,
    };
    let children: Vec<_> = mentions.iter().filter(|resolved| resolved.mention.role == Role::Child).collect();
    if children.is_empty() && change == ChangeKind::Delete {
        row(parent, 0, ChangeKind::Empty, None);
    }
    for (ordinal, child) in (0i32..).zip(children) {
        row(parent, ordinal, change, Some(child));
    }
}
