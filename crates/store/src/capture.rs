//! Writing a document: one transaction from the first event to the finished job.

#![expect(clippy::disallowed_methods, reason = "capture reads only what it has to compare its own events with")]

use std::collections::{BTreeMap, BTreeSet};

use domain::{TenantId, TlcSource};
use epcis::{Action, Event, VocabularyElement};
use gs1::Identifier;
use jiff::Timestamp;
use lineage::{ChangeKind, Reading, Role, ThingKind};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter, sea_query::Expr,
};
use sha2::{Digest, Sha256};

use crate::{
    IDS_PER_QUERY, Job, Store, StoreError, Tenant, entity, insert_all, jobs,
    registry::{set_next_id, take_ids},
    resolve::{State, Thing, Things, codes},
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
    tx: DatabaseTransaction,
    tenant: TenantId,
    reporter: String,
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
                (identity(&prepared.event, &digest), digest, prepared)
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
        use entity::item::Column;
        let rows = entity::item::Entity::find()
            .filter(Column::Tenant.eq(self.tenant.0))
            .filter(Column::Uri.is_in(identifiers.iter().cloned()))
            .all(&self.tx)
            .await
            .map_err(StoreError::database("capture.kinds"))?;
        let uris: BTreeMap<i64, String> = rows.into_iter().map(|row| (row.id, row.uri)).collect();
        let things = self.things(&uris.keys().copied().collect()).await?;
        Ok(things.into_iter().filter_map(|thing| Some((uris.get(&thing.item)?.clone(), thing.kind))).collect())
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
                Some(row.into_active_model())
            })
            .collect();
        insert_all::<entity::vocabulary::Entity, _, _>(&self.tx, rows, "capture.vocabulary").await
    }

    /// Makes everything visible at once, together with the finished job.
    ///
    /// # Errors
    /// [`StoreError::Database`]; nothing is stored then.
    pub async fn commit(self, job: &Job) -> Result<(), StoreError> {
        jobs::put(&self.tx, self.tenant, job).await?;
        set_next_id(&self.tx, self.tenant, self.next_id).await?;
        view_index::mark_stale(&self.tx, self.tenant).await?;
        self.tx.commit().await.map_err(StoreError::database("capture.commit"))
    }

    async fn known_identities(
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
        self.retract(fresh).await
    }

    fn take_id(&mut self) -> i64 {
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
            recorded_at: micros(self.now),
            action: event.action.map(|action| action_word(action).to_owned()),
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
        for (ordinal, mention) in (0i64..).zip(&reading.mentions) {
            // Invariant: `uris` named every mention's identifier, so the dictionary holds it.
            let Some(&item) = items.get(&mention.identifier.canonical()) else { continue };
            let thing = things.resolve(mention, item, &mut self.next_id);
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
            let codes = codes(mention).into_iter();
            rows.codes.extend(codes.map(|code| entity::thing_code::Model { tenant, code, thing }.into_active_model()));
        }
        for (side, list) in [("source", &reading.sources), ("destination", &reading.destinations)] {
            for (ordinal, uri) in (0i64..).zip(list) {
                let Some(&item) = items.get(uri) else { continue };
                let row = entity::event_end::Model { tenant, event, side: side.to_owned(), ordinal, item };
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
        insert_all::<entity::thing_code::Entity, _, _>(tx, rows.codes, "capture.thing_code").await?;
        insert_all::<entity::process_side::Entity, _, _>(tx, rows.sides, "capture.process_side").await?;
        insert_all::<entity::containment::Entity, _, _>(tx, rows.containment, "capture.containment").await
    }

    /// The dictionary entries of these identifiers, made where they are missing.
    async fn items(&mut self, uris: BTreeSet<String>) -> Result<BTreeMap<String, i64>, StoreError> {
        use entity::item::Column;
        const WHAT: &str = "capture.item";
        let mut items = BTreeMap::new();
        let wanted: Vec<String> = uris.into_iter().collect();
        for chunk in wanted.chunks(IDS_PER_QUERY) {
            let rows = entity::item::Entity::find()
                .filter(Column::Tenant.eq(self.tenant.0))
                .filter(Column::Uri.is_in(chunk.iter().cloned()))
                .all(&self.tx)
                .await
                .map_err(StoreError::database(WHAT))?;
            items.extend(rows.into_iter().map(|row| (row.uri, row.id)));
        }
        let mut rows = Vec::new();
        for uri in wanted {
            if !items.contains_key(&uri) {
                let id = self.take_id();
                items.insert(uri.clone(), id);
                rows.push(entity::item::Model { tenant: self.tenant.0, id, uri }.into_active_model());
            }
        }
        insert_all::<entity::item::Entity, _, _>(&self.tx, rows, WHAT).await?;
        Ok(items)
    }

    async fn things(&self, items: &BTreeSet<i64>) -> Result<Vec<Thing>, StoreError> {
        use entity::thing::Column;
        let items: Vec<i64> = items.iter().copied().collect();
        let mut things = Vec::new();
        for chunk in items.chunks(IDS_PER_QUERY) {
            let rows = entity::thing::Entity::find()
                .filter(Column::Tenant.eq(self.tenant.0))
                .filter(Column::Item.is_in(chunk.iter().copied()))
                .all(&self.tx)
                .await
                .map_err(StoreError::database("capture.thing"))?;
            for row in rows {
                things.push(thing_from(row)?);
            }
        }
        Ok(things)
    }

    async fn write_things(&self, things: &Things<'_>) -> Result<(), StoreError> {
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

    /// Which of these events were declared wrong before they arrived.
    async fn declared_wrong(&self, fresh: &[(String, [u8; 32], Prepared)]) -> Result<BTreeSet<String>, StoreError> {
        let declarations = fresh.iter().map(|(identity, ..)| declaration_of(identity)).collect::<Vec<_>>();
        let known = self.known_identities(declarations.iter()).await?;
        let here = fresh.iter().map(|(identity, ..)| identity.as_str()).collect::<BTreeSet<_>>();
        let declared = fresh
            .iter()
            .map(|(identity, ..)| identity)
            .filter(|identity| {
                let declaration = declaration_of(identity);
                known.contains_key(&declaration) || here.contains(declaration.as_str())
            })
            .cloned();
        Ok(declared.collect())
    }

    /// An event that an error declaration names stays, and stops being a fact.
    async fn retract(&self, fresh: &[(String, [u8; 32], Prepared)]) -> Result<(), StoreError> {
        const WHAT: &str = "capture.retract";
        let declared = fresh.iter().filter(|(_, _, prepared)| prepared.event.error_declaration.is_some());
        let wrong: Vec<String> = declared
            .filter_map(|(_, _, prepared)| prepared.event.event_id.as_ref().map(Identifier::canonical))
            .collect();
        if wrong.is_empty() {
            return Ok(());
        }
        let rows = entity::event::Entity::find()
            .filter(entity::event::Column::Tenant.eq(self.tenant.0))
            .filter(entity::event::Column::Identity.is_in(wrong))
            .all(&self.tx)
            .await
            .map_err(StoreError::database(WHAT))?;
        let ids: Vec<i64> = rows.into_iter().map(|row| row.id).collect();
        entity::event::Entity::update_many()
            .col_expr(entity::event::Column::Retracted, Expr::value(true))
            .filter(entity::event::Column::Tenant.eq(self.tenant.0))
            .filter(entity::event::Column::Id.is_in(ids.iter().copied()))
            .exec(&self.tx)
            .await
            .map_err(StoreError::database(WHAT))?;
        entity::process_side::Entity::delete_many()
            .filter(entity::process_side::Column::Tenant.eq(self.tenant.0))
            .filter(entity::process_side::Column::Event.is_in(ids.iter().copied()))
            .exec(&self.tx)
            .await
            .map_err(StoreError::database(WHAT))?;
        entity::containment::Entity::delete_many()
            .filter(entity::containment::Column::Tenant.eq(self.tenant.0))
            .filter(entity::containment::Column::Event.is_in(ids))
            .exec(&self.tx)
            .await
            .map_err(StoreError::database(WHAT))?;
        Ok(())
    }
}

/// What makes two assertions the same event: its `eventID`, else its content. An error declaration carries the
/// `eventID` of the event it corrects, so it has a name of its own.
fn identity(event: &Event, digest: &[u8; 32]) -> String {
    match &event.event_id {
        Some(id) if event.error_declaration.is_some() => declaration_of(&id.canonical()),
        Some(id) => id.canonical(),
        None => {
            format!("urn:lotline:content:{}", hex(digest))
        }
    }
}

fn declaration_of(identity: &str) -> String {
    format!("{identity}#errorDeclaration")
}

/// Every identifier of an event that has a place in the dictionary.
fn uris(prepared: &Prepared) -> Vec<String> {
    let event = &prepared.event;
    let reading = &prepared.reading;
    let places = [&event.read_point, &event.biz_location].into_iter().flatten().map(|place| place.id.canonical());
    let things = reading.mentions.iter().map(|mention| mention.identifier.canonical());
    let ends = reading.sources.iter().chain(&reading.destinations).chain(&reading.process).cloned();
    places.chain(things).chain(ends).collect()
}

fn amount(mention: &lineage::Mention) -> (Option<String>, Option<String>) {
    match &mention.quantity {
        Some((quantity, uom)) => (Some(quantity.clone()), uom.clone()),
        None => (None, None),
    }
}

fn sides(
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

fn changes(
    tenant: i64,
    event: i64,
    asserted: &Event,
    reading: &Reading,
    resolved: &[(&lineage::Mention, i64)],
) -> Vec<entity::containment::ActiveModel> {
    let parent = resolved.iter().find(|(mention, _)| mention.role == Role::Parent);
    let (Some(containment), Some(&(_, parent))) = (reading.containment, parent) else { return Vec::new() };
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
        return vec![row(0, ChangeKind::Empty, None)];
    }
    (0i64..).zip(children).map(|(ordinal, child)| row(ordinal, change, Some(*child))).collect()
}

fn action_word(action: Action) -> &'static str {
    match action {
        Action::Add => "ADD",
        Action::Observe => "OBSERVE",
        Action::Delete => "DELETE",
    }
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
