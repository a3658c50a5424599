//! The numbers of a tenant's rows, and the lock that makes its writers follow each other.

#![expect(clippy::disallowed_methods, reason = "the tenant's own row")]

use domain::TenantId;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, QuerySelect};

use crate::{StoreError, entity};

/// Takes `count` ids of the tenant's sequence and holds the tenant's row until the transaction ends, so that writers of
/// one tenant follow each other.
pub(crate) async fn take_ids<C: ConnectionTrait>(tx: &C, tenant: TenantId, count: i64) -> Result<i64, StoreError> {
    const WHAT: &str = "tenant.sequence";
    let row = entity::tenant::Entity::find_by_id(tenant.0)
        .lock_exclusive()
        .one(tx)
        .await
        .map_err(StoreError::database(WHAT))?
        .ok_or_else(|| StoreError::NotRegistered(format!("tenant {}", tenant.0)))?;
    let first = row.next_id;
    set_next_id(tx, tenant, first + count).await?;
    Ok(first)
}

pub(crate) async fn set_next_id<C: ConnectionTrait>(tx: &C, tenant: TenantId, next: i64) -> Result<(), StoreError> {
    let row = entity::tenant::ActiveModel { id: Set(tenant.0), next_id: Set(next), ..Default::default() };
    entity::tenant::Entity::update(row).exec(tx).await.map_err(StoreError::database("tenant.sequence"))?;
    Ok(())
}
