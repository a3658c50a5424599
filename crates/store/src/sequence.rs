//! The numbers of a tenant's rows, and the lock that makes its writers follow each other.

#![expect(clippy::disallowed_methods, reason = "the tenant's own row")]

use domain::TenantId;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, QuerySelect};

use crate::{
    StoreError,
    bulk::{Kind, Transaction},
    entity,
};

const WHAT: &str = "tenant.sequence";

/// Takes `count` ids of the tenant's sequence and holds the tenant's row until the transaction ends, so that writers of
/// one tenant follow each other.
pub(crate) async fn take_ids<C: ConnectionTrait>(tx: &C, tenant: TenantId, count: i64) -> Result<i64, StoreError> {
    let row = entity::sequence::Entity::find_by_id(tenant.0)
        .lock_exclusive()
        .one(tx)
        .await
        .map_err(StoreError::database(WHAT))?
        .ok_or_else(|| unknown(tenant))?;
    let first = row.next_id;
    if count > 0 {
        let row = entity::sequence::ActiveModel { tenant: Set(tenant.0), next_id: Set(first + count) };
        entity::sequence::Entity::update(row).exec(tx).await.map_err(StoreError::database(WHAT))?;
    }
    Ok(first)
}

/// Holds the tenant's row until the transaction ends; gives the next id. Whoever takes ids from there on puts the next
/// one back with [`unlock`].
pub(crate) async fn lock(tx: &mut Transaction, tenant: TenantId) -> Result<i64, StoreError> {
    let sql = format!("SELECT next_id FROM sequence WHERE tenant = $1{}", tx.for_update());
    let rows = tx.select(WHAT, sql, vec![tenant.0.into()], &[Kind::Int]).await?;
    rows.first().ok_or_else(|| unknown(tenant))?.int(0)
}

/// The next id as it stands, without holding anything.
pub(crate) async fn next(tx: &mut Transaction, tenant: TenantId) -> Result<i64, StoreError> {
    let sql = "SELECT next_id FROM sequence WHERE tenant = $1".to_owned();
    let rows = tx.select(WHAT, sql, vec![tenant.0.into()], &[Kind::Int]).await?;
    rows.first().ok_or_else(|| unknown(tenant))?.int(0)
}

/// Writes the next id, before the transaction is committed.
pub(crate) async fn unlock(tx: &mut Transaction, tenant: TenantId, next_id: i64) -> Result<(), StoreError> {
    let sql = "UPDATE sequence SET next_id = $2 WHERE tenant = $1".to_owned();
    tx.execute(WHAT, sql, vec![tenant.0.into(), next_id.into()]).await?;
    Ok(())
}

fn unknown(tenant: TenantId) -> StoreError {
    StoreError::NotRegistered(format!("tenant {}", tenant.0))
}
