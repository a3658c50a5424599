//! Grants: what one organisation lets another one learn.

#![expect(clippy::disallowed_methods, reason = "grants are the tenant's own rows and decide what a scope holds")]

use std::collections::BTreeSet;

use domain::{Continuation, Grant, GrantId, Onward, PartyId, Profile, Purpose, Selector, TenantId, Viewer};
use jiff::Timestamp;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError, entity, insert_all,
    text::{instant, micros, viewer_word},
    view_index,
};

/// The terms of a grant to be given.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NewGrant {
    /// Who may see.
    pub viewer: NewViewer,
    /// From which lots.
    pub selector: Selector,
    /// How many derivations back.
    pub hops_back: u32,
    /// How many derivations forward.
    pub hops_forward: u32,
    /// How much of each.
    pub profile: Profile,
    /// What is said where the history goes on elsewhere.
    pub continuation: Continuation,
    /// How far it may be passed on.
    pub onward: Onward,
    /// For which purposes; empty means any.
    pub purposes: BTreeSet<Purpose>,
    /// Valid from.
    pub valid_from: Timestamp,
    /// Valid until, exclusive.
    pub valid_to: Option<Timestamp>,
    /// Why it is given.
    pub reason: String,
    /// Who approved it.
    pub approver: String,
}

/// To whom a grant is given.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum NewViewer {
    /// A registered party.
    Party(PartyId),
    /// An officer of an authority.
    Regulator {
        /// The registered issuer of the authority.
        issuer: String,
        /// The officer, as the issuer names it (`sub`).
        officer: String,
    },
}

impl Store {
    /// Gives a grant. It holds from the moment this returns.
    ///
    /// # Errors
    /// [`StoreError::NotRegistered`] when the party is unknown.
    pub async fn add_grant(&self, tenant: TenantId, new: &NewGrant, now: Timestamp) -> Result<Grant, StoreError> {
        const WHAT: &str = "grant.add";
        let tx = self.begin(WHAT).await?;
        if let NewViewer::Party(party) = &new.viewer {
            let known = entity::party::Entity::find_by_id((tenant.0, party.0))
                .one(&tx)
                .await
                .map_err(StoreError::database(WHAT))?;
            known.ok_or_else(|| StoreError::NotRegistered(format!("party {}", party.0)))?;
        }
        let id = crate::sequence::take_ids(&tx, tenant, 1).await?;
        let row = entity::share_grant::Model {
            tenant: tenant.0,
            id,
            viewer: viewer_word(viewer(&new.viewer, id)),
            created_at: micros(now),
            revoked_at: None,
            // Terms are strings, numbers and instants with string keys: writing them into memory cannot fail.
            terms: serde_json::to_string(new).unwrap_or_default(),
        };
        insert_all::<entity::share_grant::Entity, _, _>(&tx, vec![row.clone().into_active_model()], WHAT).await?;
        view_index::mark_stale(&tx, tenant).await?;
        tx.commit().await.map_err(StoreError::database(WHAT))?;
        Ok(from_row(&row)?.0)
    }

    /// Revokes a grant. Nothing it opened is shown after this returns. `false` when there is no such grant.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn revoke_grant(&self, tenant: TenantId, grant: GrantId, now: Timestamp) -> Result<bool, StoreError> {
        const WHAT: &str = "grant.revoke";
        let tx = self.begin(WHAT).await?;
        // No view can be built from the old grants while this is decided.
        crate::sequence::take_ids(&tx, tenant, 0).await?;
        let row = entity::share_grant::Entity::find_by_id((tenant.0, grant.0))
            .one(&tx)
            .await
            .map_err(StoreError::database(WHAT))?;
        let Some(row) = row else { return Ok(false) };
        if row.revoked_at.is_none() {
            view_index::drop_views(&tx, tenant, &row.viewer).await?;
            let mut revoked = row.into_active_model();
            revoked.revoked_at = Set(Some(micros(now)));
            entity::share_grant::Entity::update(revoked).exec(&tx).await.map_err(StoreError::database(WHAT))?;
        }
        tx.commit().await.map_err(StoreError::database(WHAT))?;
        Ok(true)
    }

    /// All grants of the tenant, oldest first, revoked ones included.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn grants(&self, tenant: TenantId) -> Result<Vec<Grant>, StoreError> {
        Ok(all(&self.db, tenant).await?.into_iter().map(|(grant, _)| grant).collect())
    }

    /// The grants to an officer of an authority, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn grants_of_officer(
        &self,
        tenant: TenantId,
        issuer: &str,
        officer: &str,
    ) -> Result<Vec<Grant>, StoreError> {
        let wanted = NewViewer::Regulator { issuer: issuer.to_owned(), officer: officer.to_owned() };
        let grants = all(&self.db, tenant).await?;
        Ok(grants.into_iter().filter(|(_, viewer)| *viewer == wanted).map(|(grant, _)| grant).collect())
    }
}

/// All grants of the tenant with whom they name, inside or outside a transaction.
pub(crate) async fn all<C: ConnectionTrait>(db: &C, tenant: TenantId) -> Result<Vec<(Grant, NewViewer)>, StoreError> {
    let rows = entity::share_grant::Entity::find()
        .filter(entity::share_grant::Column::Tenant.eq(tenant.0))
        .order_by_asc(entity::share_grant::Column::Id)
        .all(db)
        .await
        .map_err(StoreError::database("grant.list"))?;
    rows.iter().map(from_row).collect()
}

/// Each grant to a regulator is a viewer of its own: two grants to one officer never add up unnoticed.
fn viewer(new: &NewViewer, grant: i64) -> Viewer {
    match new {
        NewViewer::Party(party) => Viewer::Party(*party),
        NewViewer::Regulator { .. } => Viewer::Regulator(GrantId(grant)),
    }
}

fn from_row(row: &entity::share_grant::Model) -> Result<(Grant, NewViewer), StoreError> {
    let terms: NewGrant = serde_json::from_str(&row.terms)
        .map_err(|_| StoreError::inconsistent("share_grant", "terms", row.id.to_string()))?;
    let grant = Grant {
        id: GrantId(row.id),
        viewer: viewer(&terms.viewer, row.id),
        selector: terms.selector,
        hops_back: terms.hops_back,
        hops_forward: terms.hops_forward,
        profile: terms.profile,
        continuation: terms.continuation,
        onward: terms.onward,
        purposes: terms.purposes,
        valid_from: terms.valid_from,
        valid_to: terms.valid_to,
        reason: terms.reason,
        approver: terms.approver,
        revoked_at: row.revoked_at.map(|at| instant("share_grant", "revoked_at", at)).transpose()?,
    };
    Ok((grant, terms.viewer))
}
