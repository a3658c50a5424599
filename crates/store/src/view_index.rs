//! The view index: for every viewer, the lots and events it may learn of.
//!
//! Whatever changes facts or policy marks the tenant's views stale in its own transaction; the first read after that
//! rebuilds the viewer's view whole before it answers. So a narrowing holds from the commit that made it.

#![expect(clippy::disallowed_methods, reason = "this builds what every scoped read starts from")]

use std::collections::BTreeMap;

use domain::{Continuation, Profile, Purpose, TenantId, Viewer};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use policy::{Rules, View, view};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    sea_query::{Expr, ExprTrait, Query},
};
use sha2::Sha256;

use crate::{
    Store, StoreError, Tenant, entity, facts, grants, insert_all, sequence,
    text::{Word, hex, micros, viewer_word},
};

/// Marks every view of the tenant stale.
pub(crate) async fn mark_stale<C: ConnectionTrait>(tx: &C, tenant: TenantId) -> Result<(), StoreError> {
    entity::view_state::Entity::update_many()
        .col_expr(entity::view_state::Column::Stale, Expr::value(true))
        .filter(entity::view_state::Column::Tenant.eq(tenant.0))
        .exec(tx)
        .await
        .map_err(StoreError::database("view.stale"))?;
    Ok(())
}

/// Empties every view of a viewer, so that not even a read that has begun sees what is taken away, and moves the epoch.
pub(crate) async fn drop_views<C: ConnectionTrait>(tx: &C, tenant: TenantId, viewer: &str) -> Result<(), StoreError> {
    const WHAT: &str = "view.drop";
    let names: Vec<String> = Purpose::WORDS.iter().map(|(_, purpose)| format!("{viewer}:{purpose}")).collect();
    macro_rules! empty {
        ($($table:ident),*) => {
            $(entity::$table::Entity::delete_many()
                .filter(entity::$table::Column::Tenant.eq(tenant.0))
                .filter(entity::$table::Column::Viewer.is_in(names.iter().cloned()))
                .exec(tx)
                .await
                .map_err(StoreError::database(WHAT))?;)*
        };
    }
    empty!(vis_lot, vis_code, vis_event);
    entity::view_state::Entity::update_many()
        .col_expr(entity::view_state::Column::Stale, Expr::value(true))
        .col_expr(entity::view_state::Column::Epoch, Expr::col(entity::view_state::Column::Epoch).add(1))
        .filter(entity::view_state::Column::Tenant.eq(tenant.0))
        .filter(entity::view_state::Column::Viewer.is_in(names))
        .exec(tx)
        .await
        .map_err(StoreError::database(WHAT))?;
    Ok(())
}

/// The name of a view: its viewer and the purpose it was asked for, since grants are bound to purposes.
pub(crate) fn view_name(viewer: Viewer, purpose: Purpose) -> String {
    format!("{}:{}", viewer_word(viewer), purpose.word())
}

/// Makes sure that the view is current at `now`, and gives its epoch. The epoch moves when what the viewer may see
/// narrows, never because of data or of other viewers.
pub(crate) async fn refresh(
    store: &Store,
    tenant: &Tenant,
    viewer: Viewer,
    purpose: Purpose,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let name = view_name(viewer, purpose);
    if let Some(state) = state(&store.db, tenant.id, &name).await?
        && is_current(&state, now)
    {
        return Ok(state.epoch);
    }
    let tx = store.begin("view.build").await?;
    // Holds the tenant's row, so that no capture or grant can slip between reading the facts and writing the view.
    sequence::take_ids(&tx, tenant.id, 0).await?;
    let before = state(&tx, tenant.id, &name).await?;
    if let Some(state) = &before
        && is_current(state, now)
    {
        return Ok(state.epoch);
    }
    let facts = facts::load(&tx, tenant.id).await?;
    let grants: Vec<_> = grants::all(&tx, tenant.id).await?.into_iter().map(|(grant, _)| grant).collect();
    let view = view(&facts, Rules::default(), &grants, viewer, purpose, now);
    let narrowed = replace(&tx, tenant, &name, &facts, &view).await?;
    let epoch = before.map_or(0, |state| state.epoch) + i64::from(narrowed);
    put_state(&tx, tenant.id, &name, epoch, view.valid_until).await?;
    tx.commit().await.map_err(StoreError::database("view.build"))?;
    Ok(epoch)
}

/// The reference by which a viewer knows an event: stable for one viewer, meaningless to any other.
fn pseudonym(secret: &[u8], name: &str, identity: &[u8]) -> String {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(name.as_bytes());
    mac.update(&[0]);
    mac.update(identity);
    let tag = mac.finalize().into_bytes();
    hex(tag.get(..16).unwrap_or(&tag))
}

fn is_current(state: &entity::view_state::Model, now: Timestamp) -> bool {
    !state.stale && state.valid_until.is_none_or(|until| micros(now) < until)
}

async fn state<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    name: &str,
) -> Result<Option<entity::view_state::Model>, StoreError> {
    entity::view_state::Entity::find_by_id((tenant.0, name.to_owned()))
        .one(db)
        .await
        .map_err(StoreError::database("view.state"))
}

async fn put_state<C: ConnectionTrait>(
    tx: &C,
    tenant: TenantId,
    name: &str,
    epoch: i64,
    valid_until: Option<Timestamp>,
) -> Result<(), StoreError> {
    const WHAT: &str = "view.state";
    entity::view_state::Entity::delete_by_id((tenant.0, name.to_owned()))
        .exec(tx)
        .await
        .map_err(StoreError::database(WHAT))?;
    let row = entity::view_state::Model {
        tenant: tenant.0,
        viewer: name.to_owned(),
        epoch,
        stale: false,
        valid_until: valid_until.map(micros),
    };
    insert_all::<entity::view_state::Entity, _, _>(tx, vec![row.into_active_model()], WHAT).await
}

/// Writes the view over the former one. `true` when something that was visible is so no longer, or less so.
async fn replace<C: ConnectionTrait>(
    tx: &C,
    tenant: &Tenant,
    name: &str,
    facts: &policy::Facts,
    view: &View,
) -> Result<bool, StoreError> {
    const WHAT: &str = "view.build";
    macro_rules! mine {
        ($table:ident, $verb:ident) => {
            entity::$table::Entity::$verb()
                .filter(entity::$table::Column::Tenant.eq(tenant.id.0))
                .filter(entity::$table::Column::Viewer.eq(name))
        };
    }
    let lots_before = mine!(vis_lot, find).all(tx).await.map_err(StoreError::database(WHAT))?;
    let events_before = mine!(vis_event, find).all(tx).await.map_err(StoreError::database(WHAT))?;
    mine!(vis_lot, delete_many).exec(tx).await.map_err(StoreError::database(WHAT))?;
    mine!(vis_code, delete_many).exec(tx).await.map_err(StoreError::database(WHAT))?;
    mine!(vis_event, delete_many).exec(tx).await.map_err(StoreError::database(WHAT))?;

    let lots = lot_rows(tenant, name, view);
    let events = event_rows(tx, tenant, name, facts, view).await?;
    let lots_now: BTreeMap<i64, _> = lots.iter().map(|row| (row.thing, lot_rank(row))).collect();
    let events_now: BTreeMap<i64, _> = events.iter().map(|row| (row.event, event_rank(row))).collect();
    let narrowed = lots_before.iter().any(|row| lots_now.get(&row.thing).is_none_or(|now| *now < lot_rank(row)))
        || events_before.iter().any(|row| events_now.get(&row.event).is_none_or(|now| *now < event_rank(row)));
    let lots = lots.into_iter().map(IntoActiveModel::into_active_model).collect();
    let events = events.into_iter().map(IntoActiveModel::into_active_model).collect();
    insert_all::<entity::vis_lot::Entity, _, _>(tx, lots, WHAT).await?;
    insert_all::<entity::vis_code::Entity, _, _>(tx, code_rows(tenant, name, facts, view), WHAT).await?;
    insert_all::<entity::vis_event::Entity, _, _>(tx, events, WHAT).await?;
    Ok(narrowed)
}

/// How much is shown of a lot: less in any part is narrower.
fn lot_rank(row: &entity::vis_lot::Model) -> (Option<Profile>, Option<Continuation>) {
    (Profile::parse(&row.profile).ok(), Continuation::parse(&row.continuation).ok())
}

/// How much is shown of an event.
fn event_rank(row: &entity::vis_event::Model) -> (Option<Profile>, bool) {
    (Profile::parse(&row.profile).ok(), row.named)
}

fn lot_rows(tenant: &Tenant, name: &str, view: &View) -> Vec<entity::vis_lot::Model> {
    let row = |(thing, seen): (&domain::ThingId, &policy::LotView)| entity::vis_lot::Model {
        tenant: tenant.id.0,
        viewer: name.to_owned(),
        thing: thing.0,
        profile: seen.profile.word().to_owned(),
        continuation: seen.continuation.word().to_owned(),
        onward: seen.onward.word().to_owned(),
    };
    view.lots.iter().map(row).collect()
}

fn code_rows(tenant: &Tenant, name: &str, facts: &policy::Facts, view: &View) -> Vec<entity::vis_code::ActiveModel> {
    let visible = facts.things.iter().filter(|fact| view.lots.contains_key(&fact.id));
    visible
        .flat_map(|fact| fact.names.iter().map(move |name| (fact.id.0, name)))
        .map(|(thing, code)| {
            let viewer = name.to_owned();
            entity::vis_code::Model { tenant: tenant.id.0, viewer, code: code.clone(), thing }.into_active_model()
        })
        .collect()
}

async fn event_rows<C: ConnectionTrait>(
    tx: &C,
    tenant: &Tenant,
    name: &str,
    facts: &policy::Facts,
    view: &View,
) -> Result<Vec<entity::vis_event::Model>, StoreError> {
    let facts: BTreeMap<i64, &policy::EventFact> = facts.events.iter().map(|event| (event.id.0, event)).collect();
    let ids: Vec<i64> = view.events.keys().map(|id| id.0).collect();
    let mut rows = Vec::new();
    for chunk in ids.chunks(crate::IDS_PER_QUERY) {
        let mut select = Query::select();
        select
            .columns(["id", "identity"])
            .from("event")
            .and_where(Expr::col("tenant").eq(tenant.id.0))
            .and_where(Expr::col("id").is_in(chunk.iter().copied()));
        let identities: Vec<(i64, Vec<u8>)> = tx
            .query_all(&select)
            .await
            .and_then(|rows| {
                rows.iter().map(|row| Ok((row.try_get("", "id")?, row.try_get("", "identity")?))).collect()
            })
            .map_err(StoreError::database("view.build"))?;
        for (event, identity) in identities {
            let (Some(seen), Some(fact)) = (view.events.get(&domain::EventId(event)), facts.get(&event)) else {
                continue;
            };
            // Whoever is shown only the day must not learn the hour from the order of a list.
            let sort_time = if seen.profile == Profile::TraceMin { start_of_day(fact.day) } else { fact.time };
            rows.push(entity::vis_event::Model {
                tenant: tenant.id.0,
                viewer: name.to_owned(),
                sort_time: micros(sort_time),
                r#ref: pseudonym(&tenant.secret, name, &identity),
                event,
                profile: seen.profile.word().to_owned(),
                named: seen.named,
            });
        }
    }
    Ok(rows)
}

fn start_of_day(day: jiff::civil::Date) -> Timestamp {
    // Every date of an event time has a first instant in UTC.
    jiff::tz::Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).unwrap_or(Timestamp::MIN)
}
