//! Who is who: tenants, the parties they know, and the issuers whose tokens they accept.

#![expect(clippy::disallowed_methods, reason = "the registry is read before there is a scope: it decides who asks")]

use std::collections::{BTreeMap, BTreeSet};

use domain::{PartyId, Role, TenantId};
use jiff::Timestamp;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, SqlErr,
};

use crate::{
    Cause, Store, StoreError, entity, insert_all,
    sequence::take_ids,
    text::{instant, micros},
};

/// An organisation whose data this gateway holds.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// Its number.
    pub id: TenantId,
    /// Its name in URLs and audiences, for example `brightleaf`.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Key for its pseudonyms and cursors.
    pub secret: Vec<u8>,
}

/// What is needed to register a tenant.
#[derive(Clone, Debug)]
pub struct NewTenant<'a> {
    /// Its name in URLs and audiences.
    pub slug: &'a str,
    /// Its name for people.
    pub name: &'a str,
    /// Its own places and parties, canonical.
    pub identifiers: BTreeSet<String>,
    /// 32 random bytes.
    pub secret: [u8; 32],
}

/// An organisation that a tenant knows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Party {
    /// Its number in the tenant's registry.
    pub id: PartyId,
    /// Its name for people.
    pub name: String,
    /// The tenant of this gateway that it is, if it is one.
    pub hosted: Option<TenantId>,
}

/// For whom an issuer speaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum IssuerKind {
    /// The tenant's own staff, with these roles at most.
    Staff,
    /// A trading partner.
    Partner(PartyId),
    /// An authority; its officers need a grant.
    Regulator,
}

/// An issuer of tokens that a tenant accepts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Issuer {
    /// Exact `iss`.
    pub issuer: String,
    /// For whom it speaks.
    pub kind: IssuerKind,
    /// What its staff may do.
    pub roles: Vec<Role>,
    /// Whether its tokens are accepted now.
    pub active: bool,
    /// Longest accepted lifetime of a token.
    pub max_lifetime_seconds: i64,
}

/// A registered public key of an issuer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct IssuerKey {
    /// Exact `kid`.
    pub kid: String,
    /// The one algorithm it may be used with.
    pub alg: String,
    /// Public key, PEM.
    pub public_key: String,
    /// Valid from.
    pub valid_from: Timestamp,
    /// Valid until, exclusive.
    pub valid_to: Option<Timestamp>,
}

impl Store {
    /// Registers a tenant.
    ///
    /// # Errors
    /// [`StoreError::AlreadyRegistered`] when the slug is taken.
    pub async fn add_tenant(&self, new: NewTenant<'_>) -> Result<Tenant, StoreError> {
        // Another process may take the number, or the slug, at the same moment. Then the key of the table refuses the
        // later one, which looks again: each time somebody else has got on.
        for _ in 0..ATTEMPTS {
            match self.try_add_tenant(&new).await {
                Err(StoreError::Database { source: Cause::Mapper(error), .. }) if is_taken(&error) => {}
                done => return done,
            }
        }
        self.try_add_tenant(&new).await
    }

    async fn try_add_tenant(&self, new: &NewTenant<'_>) -> Result<Tenant, StoreError> {
        const WHAT: &str = "tenant.add";
        let tx = self.begin(WHAT).await?;
        if tenant_where(&tx, entity::tenant::Column::Slug.eq(new.slug)).await?.is_some() {
            return Err(StoreError::AlreadyRegistered(new.slug.to_owned()));
        }
        let last: Option<Option<i64>> = entity::tenant::Entity::find()
            .select_only()
            .column_as(entity::tenant::Column::Id.max(), "last")
            .into_tuple()
            .one(&tx)
            .await
            .map_err(StoreError::database(WHAT))?;
        let row = entity::tenant::Model {
            id: last.flatten().unwrap_or(0) + 1,
            slug: new.slug.to_owned(),
            name: new.name.to_owned(),
            secret: new.secret.to_vec(),
        };
        insert_all::<entity::tenant::Entity, _, _>(&tx, vec![row.clone().into_active_model()], WHAT).await?;
        let first = entity::sequence::Model { tenant: row.id, next_id: 1 };
        insert_all::<entity::sequence::Entity, _, _>(&tx, vec![first.into_active_model()], WHAT).await?;
        let own = new.identifiers.iter().map(|identifier| identifier_row(row.id, identifier.clone(), None)).collect();
        insert_all::<entity::party_identifier::Entity, _, _>(&tx, own, WHAT).await?;
        tx.commit().await.map_err(StoreError::database(WHAT))?;
        Ok(tenant(row))
    }

    /// Every tenant, in order of number.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        let rows = entity::tenant::Entity::find()
            .order_by_asc(entity::tenant::Column::Id)
            .all(&self.db)
            .await
            .map_err(StoreError::database("tenant.list"))?;
        Ok(rows.into_iter().map(tenant).collect())
    }

    /// The tenant of that slug.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn tenant(&self, slug: &str) -> Result<Option<Tenant>, StoreError> {
        tenant_where(&self.db, entity::tenant::Column::Slug.eq(slug)).await
    }

    /// The tenant of that number.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn tenant_by_id(&self, id: TenantId) -> Result<Option<Tenant>, StoreError> {
        tenant_where(&self.db, entity::tenant::Column::Id.eq(id.0)).await
    }

    /// Registers a party under its exact identifiers.
    ///
    /// # Errors
    /// [`StoreError::AlreadyRegistered`] when an identifier belongs to somebody else already: it maps to one party at a
    /// time, or it would be ambiguous whom it entitles.
    pub async fn add_party(
        &self,
        tenant: TenantId,
        name: &str,
        identifiers: &BTreeSet<String>,
        hosted: Option<TenantId>,
    ) -> Result<PartyId, StoreError> {
        const WHAT: &str = "party.add";
        use entity::party_identifier::Column;
        let tx = self.begin(WHAT).await?;
        // Holds the tenant's row from here on: nobody else can take an identifier after we looked.
        let id = take_ids(&tx, tenant, 1).await?;
        let taken = entity::party_identifier::Entity::find()
            .filter(Column::Tenant.eq(tenant.0))
            .filter(Column::Identifier.is_in(identifiers.iter().cloned()))
            .one(&tx)
            .await
            .map_err(StoreError::database(WHAT))?;
        if let Some(row) = taken {
            return Err(StoreError::AlreadyRegistered(row.identifier));
        }
        let row = entity::party::Model {
            tenant: tenant.0,
            id,
            name: name.to_owned(),
            status: "ACTIVE".to_owned(),
            hosted: hosted.map(|hosted| hosted.0),
        };
        insert_all::<entity::party::Entity, _, _>(&tx, vec![row.into_active_model()], WHAT).await?;
        let rows = identifiers.iter().map(|text| identifier_row(tenant.0, text.clone(), Some(id))).collect();
        insert_all::<entity::party_identifier::Entity, _, _>(&tx, rows, WHAT).await?;
        crate::view_index::mark_stale(&tx, tenant).await?;
        tx.commit().await.map_err(StoreError::database(WHAT))?;
        Ok(PartyId(id))
    }

    /// The parties that a tenant knows.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn parties(&self, tenant: TenantId) -> Result<Vec<Party>, StoreError> {
        let rows = entity::party::Entity::find()
            .filter(entity::party::Column::Tenant.eq(tenant.0))
            .filter(entity::party::Column::Status.eq("ACTIVE"))
            .all(&self.db)
            .await
            .map_err(StoreError::database("party.list"))?;
        Ok(rows.into_iter().map(party).collect())
    }

    /// Whose identifiers these are: `None` for the tenant's own, absent for strangers.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn owners(
        &self,
        tenant: TenantId,
        identifiers: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, Option<Party>>, StoreError> {
        use entity::party_identifier::Column;
        let parties: BTreeMap<i64, Party> =
            self.parties(tenant).await?.into_iter().map(|party| (party.id.0, party)).collect();
        let rows = entity::party_identifier::Entity::find()
            .filter(Column::Tenant.eq(tenant.0))
            .filter(Column::Identifier.is_in(identifiers.iter().cloned()))
            .all(&self.db)
            .await
            .map_err(StoreError::database("party.owners"))?;
        let known = rows.into_iter().filter_map(|row| match row.party {
            None => Some((row.identifier, None)),
            Some(id) => parties.get(&id).map(|party| (row.identifier, Some(party.clone()))),
        });
        Ok(known.collect())
    }

    /// Names of every identifier in the tenant's registry, its own included.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn names(&self, tenant: TenantId) -> Result<BTreeMap<String, String>, StoreError> {
        let own = self.tenant_by_id(tenant).await?.map(|tenant| tenant.name);
        let parties: BTreeMap<i64, String> =
            self.parties(tenant).await?.into_iter().map(|party| (party.id.0, party.name)).collect();
        let rows = entity::party_identifier::Entity::find()
            .filter(entity::party_identifier::Column::Tenant.eq(tenant.0))
            .all(&self.db)
            .await
            .map_err(StoreError::database("party.names"))?;
        let named = rows.into_iter().filter_map(|row| {
            let name = row.party.map_or(own.as_ref(), |id| parties.get(&id))?.clone();
            Some((row.identifier, name))
        });
        Ok(named.collect())
    }

    /// Registers an issuer with its keys, or replaces the registration of that issuer.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn put_issuer(&self, tenant: TenantId, issuer: &Issuer, keys: &[IssuerKey]) -> Result<(), StoreError> {
        const WHAT: &str = "issuer.put";
        let tx = self.begin(WHAT).await?;
        // Every gateway process does this at its start, maybe all at once: they follow each other.
        take_ids(&tx, tenant, 0).await?;
        let (kind, subject) = match issuer.kind {
            IssuerKind::Staff => ("staff", None),
            IssuerKind::Partner(party) => ("partner", Some(party.0)),
            IssuerKind::Regulator => ("regulator", None),
        };
        entity::issuer::Entity::delete_by_id((tenant.0, issuer.issuer.clone()))
            .exec(&tx)
            .await
            .map_err(StoreError::database(WHAT))?;
        entity::issuer_key::Entity::delete_many()
            .filter(entity::issuer_key::Column::Tenant.eq(tenant.0))
            .filter(entity::issuer_key::Column::Issuer.eq(issuer.issuer.as_str()))
            .exec(&tx)
            .await
            .map_err(StoreError::database(WHAT))?;
        let roles: Vec<&str> = issuer.roles.iter().map(|role| role_word(*role)).collect();
        let row = entity::issuer::Model {
            tenant: tenant.0,
            issuer: issuer.issuer.clone(),
            kind: kind.to_owned(),
            subject,
            roles: roles.join(" "),
            status: if issuer.active { "ACTIVE" } else { "SUSPENDED" }.to_owned(),
            max_lifetime_seconds: issuer.max_lifetime_seconds,
        };
        insert_all::<entity::issuer::Entity, _, _>(&tx, vec![row.into_active_model()], WHAT).await?;
        let rows = keys.iter().map(|key| key_row(tenant, &issuer.issuer, key)).collect();
        insert_all::<entity::issuer_key::Entity, _, _>(&tx, rows, WHAT).await?;
        tx.commit().await.map_err(StoreError::database(WHAT))
    }

    /// Whether any tenant accepts any issuer: without one nobody could ever sign in.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn has_issuer(&self) -> Result<bool, StoreError> {
        // One tenant at a time: no statement reaches across tenants.
        for tenant in self.tenants().await? {
            let any = entity::issuer::Entity::find()
                .filter(entity::issuer::Column::Tenant.eq(tenant.id.0))
                .one(&self.db)
                .await
                .map_err(StoreError::database("issuer.any"))?;
            if any.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// An issuer by its exact name.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn issuer(&self, tenant: TenantId, issuer: &str) -> Result<Option<Issuer>, StoreError> {
        let row = entity::issuer::Entity::find_by_id((tenant.0, issuer.to_owned()))
            .one(&self.db)
            .await
            .map_err(StoreError::database("issuer.read"))?;
        row.map(issuer_from).transpose()
    }

    /// A key of an issuer by its exact `kid`.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn issuer_key(&self, tenant: TenantId, issuer: &str, kid: &str) -> Result<Option<IssuerKey>, StoreError> {
        let row = entity::issuer_key::Entity::find_by_id((tenant.0, issuer.to_owned(), kid.to_owned()))
            .one(&self.db)
            .await
            .map_err(StoreError::database("issuer_key.read"))?;
        row.map(key_from).transpose()
    }
}

/// How often a number that another process took first is looked for again.
const ATTEMPTS: u32 = 50;

fn is_taken(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

async fn tenant_where<C: ConnectionTrait>(
    db: &C,
    condition: sea_orm::sea_query::SimpleExpr,
) -> Result<Option<Tenant>, StoreError> {
    let row =
        entity::tenant::Entity::find().filter(condition).one(db).await.map_err(StoreError::database("tenant.read"))?;
    Ok(row.map(tenant))
}

fn tenant(row: entity::tenant::Model) -> Tenant {
    Tenant { id: TenantId(row.id), slug: row.slug, name: row.name, secret: row.secret }
}

fn party(row: entity::party::Model) -> Party {
    Party { id: PartyId(row.id), name: row.name, hosted: row.hosted.map(TenantId) }
}

fn identifier_row(tenant: i64, identifier: String, party: Option<i64>) -> entity::party_identifier::ActiveModel {
    entity::party_identifier::Model { tenant, identifier, party }.into_active_model()
}

fn key_row(tenant: TenantId, issuer: &str, key: &IssuerKey) -> entity::issuer_key::ActiveModel {
    entity::issuer_key::Model {
        tenant: tenant.0,
        issuer: issuer.to_owned(),
        kid: key.kid.clone(),
        alg: key.alg.clone(),
        public_key: key.public_key.clone(),
        valid_from: micros(key.valid_from),
        valid_to: key.valid_to.map(micros),
    }
    .into_active_model()
}

fn role_word(role: Role) -> &'static str {
    match role {
        Role::Read => "read",
        Role::Capture => "capture",
        Role::Admin => "admin",
    }
}

fn role(word: &str) -> Result<Role, StoreError> {
    match word {
        "read" => Ok(Role::Read),
        "capture" => Ok(Role::Capture),
        "admin" => Ok(Role::Admin),
        _ => Err(StoreError::inconsistent("issuer", "roles", word)),
    }
}

fn issuer_from(row: entity::issuer::Model) -> Result<Issuer, StoreError> {
    let kind = match (row.kind.as_str(), row.subject) {
        ("staff", None) => IssuerKind::Staff,
        ("partner", Some(party)) => IssuerKind::Partner(PartyId(party)),
        ("regulator", None) => IssuerKind::Regulator,
        _ => return Err(StoreError::inconsistent("issuer", "kind", row.kind)),
    };
    Ok(Issuer {
        issuer: row.issuer,
        kind,
        roles: row.roles.split_whitespace().map(role).collect::<Result<_, _>>()?,
        active: row.status == "ACTIVE",
        max_lifetime_seconds: row.max_lifetime_seconds,
    })
}

fn key_from(row: entity::issuer_key::Model) -> Result<IssuerKey, StoreError> {
    Ok(IssuerKey {
        kid: row.kid,
        alg: row.alg,
        public_key: row.public_key,
        valid_from: instant("issuer_key", "valid_from", row.valid_from)?,
        valid_to: row.valid_to.map(|to| instant("issuer_key", "valid_to", to)).transpose()?,
    })
}
