//! Writing a document: one transaction from the first event to the finished job.

#![expect(clippy::disallowed_methods, reason = "capture reads only what it has to compare its own events with")]

use std::collections::{BTreeMap, BTreeSet};

use domain::{TenantId, TlcSource};
use epcis::{Action, Event, VocabularyElement};
use jiff::Timestamp;
use lineage::{ChangeKind, CustodyKind, Reading, Role, ThingKind};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    sea_query::OnConflict,
};
use sha2::{Digest, Sha256};

use crate::{
    IDS_PER_QUERY, Job, ROWS_PER_INSERT, Store, StoreError, Tenant, entity, insert_all, insert_missing, jobs,
    resolve::{State, Thing, Things, codes, spelled_codes},
    sequence::{set_next_id, take_ids},
    text::{Word, hex, micros, source_columns, source_from},
    view_index,
};

/// An event ready to be stored.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The event as asserted.
    pub event: Event,
    /// What lineage reads in it.
    pub reading: Reading,
}

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

/// The transaction that a document is captured in. Dropping it leaves nothing behind.
pub struct Capture {
    pub(crate) tx: DatabaseTransaction,
    pub(crate) tenant: TenantId,
    pub(crate) reporter: String,
    job: String,
    now: Timestamp,
    next_id: i64,
}

/// The rows of one batch.
#[derive(Default)]
struct Rows {
    events: Vec<entity::event::ActiveModel>,
    things: Vec<entity::event_thing::ActiveModel>,
    ends: Vec<entity::event_end::ActiveModel>,
    codes: Vec<entity::thing_code::ActiveModel>,
    sides: Vec<entity::process_side::ActiveModel>,
    containment: Vec<entity::containment::ActiveModel>,
}

impl Store {
    /// Begins to capture a document of the tenant. Captures of one tenant follow each other.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn capture(&self, tenant: &Tenant, job: &str, now: Timestamp) -> Result<Capture, StoreError> {
        let tx = self.begin("capture.begin").await?;
        let next_id = take_ids(&tx, tenant.id, 0).await?;
        Ok(Capture { tx, tenant: tenant.id, reporter: tenant.slug.clone(), job: job.to_owned(), now, next_id })
    }
}

impl Capture {
    /// Writes events. The outcomes are in their order.
    ///
    /// # Errors
    /// [`StoreError::Database`]; the transaction is then of no more use.
    pub async fn write(&mut self, batch: Vec<Prepared>) -> Result<Vec<Outcome>, StoreError> {
        let batch: Vec<(String, [u8; 32], Prepared)> = batch
            .into_iter()
            .map(|prepared| {
                let digest = prepared.event.digest();
                (identity(&prepared.event), digest, prepared)
            })
            .collect();
        let mut known = self.known_identities(batch.iter().map(|(identity, ..)| identity)).await?;
        let mut outcomes = Vec::with_capacity(batch.len());
        let mut fresh = Vec::new();
        for (identity, digest, prepared) in batch {
            outcomes.push(match known.get(&identity) {
                Some(earlier) if *earlier == digest => Outcome::Duplicate,
                Some(_) => Outcome::Conflict,
                None => {
                    known.insert(identity.clone(), digest.to_vec());
                    fresh.push((identity, digest, prepared));
                    Outcome::Stored
                }
            });
        }
        self.write_fresh(&fresh).await?;
        Ok(outcomes)
    }

    /// What is known so far of the things with these canonical identifiers.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn kinds(&self, identifiers: &BTreeSet<String>) -> Result<BTreeMap<String, ThingKind>, StoreError> {
        let uris: BTreeMap<i64, String> =
            self.known_items(identifiers).await?.into_iter().map(|(uri, id)| (id, uri)).collect();
        let mut kinds: BTreeMap<String, ThingKind> = BTreeMap::new();
        for thing in self.things(&uris.keys().copied().collect()).await? {
            if let Some(uri) = uris.get(&thing.item) {
                let kind = kinds.entry(uri.clone()).or_insert(thing.kind);
                *kind = thing.kind.max(*kind);
            }
        }
        Ok(kinds)
    }

    /// Keeps master data as received.
    ///
    /// # Errors
    /// [`StoreError::Database`]; the transaction is then of no more use.
    pub async fn vocabulary(&mut self, elements: &[VocabularyElement]) -> Result<(), StoreError> {
        let items = self.items(elements.iter().map(|element| element.id.canonical()).collect()).await?;
        let rows = elements
            .iter()
            .filter_map(|element| {
                let body = serde_json::to_vec(element).unwrap_or_default();
                let row = entity::vocabulary::Model {
                    tenant: self.tenant.0,
                    item: *items.get(&element.id.canonical())?,
                    kind: element.vocabulary.clone(),
                    digest: Sha256::digest(&body).to_vec(),
                    recorded_at: micros(self.now),
                    body,
                };
                Some(((row.item, row.kind.clone(), row.digest.clone()), row.into_active_model()))
            })
            .collect();
        // What was received again is in force again.
        let rows: BTreeMap<(i64, String, Vec<u8>), entity::vocabulary::ActiveModel> = rows;
        for chunk in rows.into_values().collect::<Vec<_>>().chunks(ROWS_PER_INSERT) {
            use entity::vocabulary::Column;
            let newest = OnConflict::columns([Column::Tenant, Column::Item, Column::Kind, Column::Digest])
                .update_column(Column::RecordedAt)
                .to_owned();
            let insert = entity::vocabulary::Entity::insert_many(chunk.to_vec()).on_conflict(newest);
            insert.exec_without_returning(&self.tx).await.map_err(StoreError::database("capture.vocabulary"))?;
        }
        Ok(())
    }

    /// Makes everything visible at once, together with the finished job.
    ///
    /// # Errors
    /// [`StoreError::Database`]; nothing is stored then.
    pub async fn commit(self, job: &Job) -> Result<(), StoreError> {
        jobs::put(&self.tx, self.tenant, job).await?;
        set_next_id(&self.tx, self.tenant, self.next_id).await?;
        if job.stored > 0 {
            view_index::mark_stale(&self.tx, self.tenant).await?;
        }
        self.tx.commit().await.map_err(StoreError::database("capture.commit"))
    }

    pub(crate) async fn known_identities(
        &self,
        identities: impl Iterator<Item = &String>,
    ) -> Result<BTreeMap<String, Vec<u8>>, StoreError> {
        use entity::event::Column;
        let rows = entity::event::Entity::find()
            .filter(Column::Tenant.eq(self.tenant.0))
            .filter(Column::Identity.is_in(identities.cloned()))
            .all(&self.tx)
            .await
            .map_err(StoreError::database("capture.known"))?;
        Ok(rows.into_iter().map(|row| (row.identity, row.digest)).collect())
    }

    async fn write_fresh(&mut self, fresh: &[(String, [u8; 32], Prepared)]) -> Result<(), StoreError> {
        if fresh.is_empty() {
            return Ok(());
        }
        // First what is no fact any more, so that the corrected event meets only what still holds.
        let unsettled = self.retract(fresh).await?;
        let items = self.items(fresh.iter().flat_map(|(_, _, prepared)| uris(prepared)).collect()).await?;
        let known = self.things(&items.values().copied().collect()).await?;
        let reporter = self.reporter.clone();
        let mut things = Things::new(&reporter, known);
        let mut rows = Rows::default();
        let declared = self.declared_wrong(fresh).await?;
        for (identity, digest, prepared) in fresh {
            let id = self.take_id();
            let is_fact = prepared.event.error_declaration.is_none() && !declared.contains(identity);
            rows.events.push(self.event_row(id, identity, digest, prepared, &items, !is_fact)?);
            self.mention_rows(id, prepared, &items, &mut things, &mut rows, is_fact);
        }
        self.write_things(&things).await?;
        self.insert(rows).await?;
        self.regroup(&unsettled, &items.values().copied().collect()).await
    }

    pub(crate) fn take_id(&mut self) -> i64 {
        let id = self.next_id;
        self.next_id += 1;
        id
    }

    fn event_row(
        &self,
        id: i64,
        identity: &str,
        digest: &[u8; 32],
        prepared: &Prepared,
        items: &BTreeMap<String, i64>,
        retracted: bool,
    ) -> Result<entity::event::ActiveModel, StoreError> {
        let event = &prepared.event;
        let place =
            |place: &Option<epcis::Place>| place.as_ref().and_then(|place| items.get(&place.id.canonical()).copied());
        let word = |term: &Option<epcis::Term>| term.as_ref().map(|term| term.word().to_owned());
        let body = serde_json::to_vec(event).map_err(|_| StoreError::inconsistent("event", "body", identity))?;
        let row = entity::event::Model {
            tenant: self.tenant.0,
            id,
            identity: identity.to_owned(),
            digest: digest.to_vec(),
            job: self.job.clone(),
            kind: event.kind.word().to_owned(),
            event_time: micros(event.event_time.instant()),
            day: event.event_time_zone_offset.local_date(event.event_time.instant()).to_string(),
            recorded_at: micros(self.now),
            action: event.action.map(|action| action.name().to_owned()),
            biz_step: word(&event.biz_step),
            disposition: word(&event.disposition),
            read_point: place(&event.read_point),
            biz_location: place(&event.biz_location),
            retracted,
            body,
        };
        Ok(row.into_active_model())
    }

    /// The rows that say which things are on the event and, if it is a fact, what follows for lineage.
    fn mention_rows(
        &mut self,
        event: i64,
        prepared: &Prepared,
        items: &BTreeMap<String, i64>,
        things: &mut Things<'_>,
        rows: &mut Rows,
        is_fact: bool,
    ) {
        let reading = &prepared.reading;
        let tenant = self.tenant.0;
        let mut resolved = Vec::with_capacity(reading.mentions.len());
        let mut inputs = BTreeSet::new();
        for (ordinal, mention) in (0i64..).zip(&reading.mentions) {
            // Invariant: `uris` named every mention's identifier, so the dictionary holds it.
            let Some(&item) = items.get(&mention.identifier.canonical()) else { continue };
            let thing = things.resolve(mention, item, &mut self.next_id, &inputs, is_fact);
            if mention.role == Role::Input {
                inputs.insert(thing);
            }
            resolved.push((mention, thing));
            let (quantity, uom) = amount(mention);
            rows.things.push(
                entity::event_thing::Model {
                    tenant,
                    event,
                    ordinal,
                    role: mention.role.word().to_owned(),
                    thing,
                    quantity,
                    uom,
                }
                .into_active_model(),
            );
            let codes = if is_fact { codes(mention) } else { spelled_codes(&mention.identifier) }.into_iter();
            rows.codes.extend(codes.map(|code| entity::thing_code::Model { tenant, code, thing }.into_active_model()));
        }
        for (side, list) in [("source", &reading.sources), ("destination", &reading.destinations)] {
            for (ordinal, end) in (0i64..).zip(list) {
                let Some(&item) = items.get(&end.id) else { continue };
                let (side, kind) = (side.to_owned(), end.kind.clone());
                let row = entity::event_end::Model { tenant, event, side, ordinal, kind, item };
                rows.ends.push(row.into_active_model());
            }
        }
        if is_fact {
            let process = reading.process.as_ref().and_then(|uri| items.get(uri).copied());
            rows.sides.extend(sides(tenant, event, process.unwrap_or(event), &resolved));
            rows.containment.extend(changes(tenant, event, &prepared.event, reading, &resolved));
        }
    }

    async fn insert(&self, rows: Rows) -> Result<(), StoreError> {
        let tx = &self.tx;
        insert_all::<entity::event::Entity, _, _>(tx, rows.events, "capture.event").await?;
        insert_all::<entity::event_thing::Entity, _, _>(tx, rows.things, "capture.event_thing").await?;
        insert_all::<entity::event_end::Entity, _, _>(tx, rows.ends, "capture.event_end").await?;
        insert_missing::<entity::thing_code::Entity, _, _>(tx, rows.codes, "capture.thing_code").await?;
        insert_missing::<entity::process_side::Entity, _, _>(tx, rows.sides, "capture.process_side").await?;
        insert_all::<entity::containment::Entity, _, _>(tx, rows.containment, "capture.containment").await
    }

    /// The dictionary entries of these identifiers, made where they are missing.
    async fn items(&mut self, uris: BTreeSet<String>) -> Result<BTreeMap<String, i64>, StoreError> {
        const WHAT: &str = "capture.item";
        let mut items = self.known_items(&uris).await?;
        let mut rows = Vec::new();
        for uri in uris {
            if !items.contains_key(&uri) {
                let id = self.take_id();
                items.insert(uri.clone(), id);
                rows.push(entity::item::Model { tenant: self.tenant.0, id, uri }.into_active_model());
            }
        }
        insert_all::<entity::item::Entity, _, _>(&self.tx, rows, WHAT).await?;
        Ok(items)
    }

    pub(crate) async fn known_items(&self, uris: &BTreeSet<String>) -> Result<BTreeMap<String, i64>, StoreError> {
        use entity::item::Column;
        let wanted: Vec<&String> = uris.iter().collect();
        let mut items = BTreeMap::new();
        for chunk in wanted.chunks(IDS_PER_QUERY) {
            let rows = entity::item::Entity::find()
                .filter(Column::Tenant.eq(self.tenant.0))
                .filter(Column::Uri.is_in(chunk.iter().map(|uri| uri.as_str())))
                .all(&self.tx)
                .await
                .map_err(StoreError::database("capture.item"))?;
            items.extend(rows.into_iter().map(|row| (row.uri, row.id)));
        }
        Ok(items)
    }

    async fn things(&self, items: &BTreeSet<i64>) -> Result<Vec<Thing>, StoreError> {
        self.things_where(entity::thing::Column::Item, items).await
    }

    pub(crate) async fn things_where(
        &self,
        column: entity::thing::Column,
        wanted: &BTreeSet<i64>,
    ) -> Result<Vec<Thing>, StoreError> {
        let wanted: Vec<i64> = wanted.iter().copied().collect();
        let mut things = Vec::new();
        for chunk in wanted.chunks(IDS_PER_QUERY) {
            let rows = entity::thing::Entity::find()
                .filter(entity::thing::Column::Tenant.eq(self.tenant.0))
                .filter(column.is_in(chunk.iter().copied()))
                .all(&self.tx)
                .await
                .map_err(StoreError::database("capture.thing"))?;
            for row in rows {
                things.push(thing_from(row)?);
            }
        }
        Ok(things)
    }

    pub(crate) async fn write_things(&self, things: &Things<'_>) -> Result<(), StoreError> {
        const WHAT: &str = "capture.thing";
        let (new, changed): (Vec<&Thing>, Vec<&Thing>) = things.dirty().partition(|thing| thing.state == State::New);
        let rows = new.into_iter().map(|thing| thing_row(self.tenant, thing).into_active_model()).collect();
        insert_all::<entity::thing::Entity, _, _>(&self.tx, rows, WHAT).await?;
        for thing in changed {
            let row = thing_row(self.tenant, thing).into_active_model().reset_all();
            entity::thing::Entity::update(row).exec(&self.tx).await.map_err(StoreError::database(WHAT))?;
        }
        Ok(())
    }
}

/// What makes two assertions the same event. An error declaration repeats the event that it corrects, so it has a name
/// of its own.
fn identity(event: &Event) -> String {
    let subject = subject(event);
    if event.error_declaration.is_some() { declaration_of(&subject) } else { subject }
}

/// The event itself, declared wrong or not: its `eventID`, else its content.
pub(crate) fn subject(event: &Event) -> String {
    if let Some(id) = &event.event_id {
        return id.canonical();
    }
    let undeclared = Event { error_declaration: None, ..event.clone() };
    format!("urn:lotline:content:{}", hex(&undeclared.digest()))
}

pub(crate) fn declaration_of(identity: &str) -> String {
    format!("{identity}#errorDeclaration")
}

/// Every identifier of an event that has a place in the dictionary.
fn uris(prepared: &Prepared) -> Vec<String> {
    let event = &prepared.event;
    let reading = &prepared.reading;
    let places = [&event.read_point, &event.biz_location].into_iter().flatten().map(|place| place.id.canonical());
    let things = reading.mentions.iter().map(|mention| mention.identifier.canonical());
    let ends = reading.sources.iter().chain(&reading.destinations).map(|end| end.id.clone());
    places.chain(things).chain(ends).chain(reading.process.clone()).collect()
}

fn amount(mention: &lineage::Mention) -> (Option<String>, Option<String>) {
    match &mention.quantity {
        Some((quantity, uom)) => (Some(quantity.clone()), uom.clone()),
        None => (None, None),
    }
}

pub(crate) fn sides(
    tenant: i64,
    event: i64,
    process: i64,
    resolved: &[(&lineage::Mention, i64)],
) -> Vec<entity::process_side::ActiveModel> {
    let side = |role| match role {
        Role::Input => Some("in"),
        Role::Output => Some("out"),
        Role::Object | Role::Parent | Role::Child => None,
    };
    resolved
        .iter()
        .filter_map(|(mention, thing)| {
            let side = side(mention.role)?.to_owned();
            Some(entity::process_side::Model { tenant, process, side, thing: *thing, event }.into_active_model())
        })
        .collect()
}

pub(crate) fn changes(
    tenant: i64,
    event: i64,
    asserted: &Event,
    reading: &Reading,
    resolved: &[(&lineage::Mention, i64)],
) -> Vec<entity::containment::ActiveModel> {
    let mut rows = departures(tenant, event, asserted, reading, resolved);
    let parent = resolved.iter().find(|(mention, _)| mention.role == Role::Parent);
    let (Some(containment), Some(&(_, parent))) = (reading.containment, parent) else { return rows };
    let change = match containment.action {
        Action::Add => ChangeKind::Add,
        Action::Observe => ChangeKind::Observe,
        Action::Delete => ChangeKind::Delete,
    };
    let row = |ordinal: i64, change: ChangeKind, child: Option<(&lineage::Mention, i64)>| {
        let (quantity, uom) = child.map(|(mention, _)| amount(mention)).unwrap_or_default();
        entity::containment::Model {
            tenant,
            parent,
            event,
            ordinal,
            child: child.map(|(_, thing)| thing),
            event_time: micros(asserted.event_time.instant()),
            change: change.word().to_owned(),
            quantity,
            uom,
        }
        .into_active_model()
    };
    let children: Vec<_> = resolved.iter().filter(|(mention, _)| mention.role == Role::Child).collect();
    if children.is_empty() && change == ChangeKind::Delete {
        rows.push(row(0, ChangeKind::Empty, None));
    }
    rows.extend((0i64..).zip(children).map(|(ordinal, child)| row(ordinal, change, Some(*child))));
    rows
}

/// Units that leave: what is found in them later says nothing of what they held before.
fn departures(
    tenant: i64,
    event: i64,
    asserted: &Event,
    reading: &Reading,
    resolved: &[(&lineage::Mention, i64)],
) -> Vec<entity::containment::ActiveModel> {
    if reading.custody.as_ref().is_none_or(|custody| custody.kind != CustodyKind::Shipped) {
        return Vec::new();
    }
    let units: BTreeSet<i64> =
        resolved.iter().filter(|(mention, _)| mention.kind == ThingKind::Unit).map(|(_, thing)| *thing).collect();
    let row = |parent| entity::containment::Model {
        tenant,
        parent,
        event,
        // Before every child of the same event.
        ordinal: -1,
        child: None,
        event_time: micros(asserted.event_time.instant()),
        change: ChangeKind::Left.word().to_owned(),
        quantity: None,
        uom: None,
    };
    units.into_iter().map(|unit| row(unit).into_active_model()).collect()
}

fn thing_row(tenant: TenantId, thing: &Thing) -> entity::thing::Model {
    let (source_kind, source) = source_columns(&thing.source);
    entity::thing::Model {
        tenant: tenant.0,
        id: thing.id,
        kind: thing.kind.word().to_owned(),
        item: thing.item,
        tlc: thing.tlc.clone().map(String::from),
        source_kind: source_kind.to_owned(),
        source: source.to_owned(),
        reference: thing.reference.clone(),
    }
}

fn thing_from(row: entity::thing::Model) -> Result<Thing, StoreError> {
    let source: TlcSource = source_from(&row.source_kind, row.source)?;
    Ok(Thing {
        id: row.id,
        kind: ThingKind::parse(&row.kind)?,
        item: row.item,
        tlc: row.tlc.map(domain::Tlc::from),
        source,
        reference: row.reference,
        state: State::Unchanged,
    })
}
