//! Setting up organisations: for the command line, the demonstration and tests. Nothing of this is reachable over HTTP.

use std::collections::BTreeSet;

use auth::{Algorithm, PublicKey};
use domain::{PartyId, Role, TenantId};
use gs1::Identifier;
use jiff::Timestamp;
use store::{Issuer, IssuerKey, IssuerKind, NewTenant, StoreError, Tenant};

use crate::{App, AppError, random};

/// An organisation to be hosted.
#[derive(Clone, Debug)]
pub struct TenantRegistration<'a> {
    /// Its name in URLs and audiences: lower-case letters, digits and hyphens.
    pub slug: &'a str,
    /// Its name for people.
    pub name: &'a str,
    /// Its own places and parties, in any spelling.
    pub identifiers: &'a [String],
}

/// An issuer whose tokens a tenant accepts.
#[derive(Clone, Debug)]
pub struct IssuerRegistration<'a> {
    /// Exact `iss`.
    pub issuer: &'a str,
    /// For whom it speaks.
    pub kind: IssuerKind,
    /// What its staff may do at most.
    pub roles: &'a [Role],
    /// Longest accepted lifetime of a token, in seconds.
    pub max_lifetime_seconds: i64,
    /// Its keys.
    pub keys: Vec<KeyRegistration>,
}

/// A public key of an issuer.
#[derive(Clone, Debug)]
pub struct KeyRegistration {
    /// Exact `kid`; `None` for the RFC 7638 thumbprint.
    pub kid: Option<String>,
    /// The one algorithm it may be used with: `EdDSA`, `ES256`, `RS256` or `PS256`.
    pub alg: String,
    /// Public key, PEM.
    pub public_key: String,
    /// Valid from.
    pub valid_from: Timestamp,
    /// Valid until, exclusive.
    pub valid_to: Option<Timestamp>,
}

impl App {
    /// Registers a tenant.
    ///
    /// # Errors
    /// [`AppError::BadRequest`] for a slug that does not fit into a URL, [`AppError::Store`] when it is taken.
    pub async fn register_tenant(&self, new: &TenantRegistration<'_>) -> Result<TenantId, AppError> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if new.slug.is_empty() || new.slug.len() > 63 || !new.slug.bytes().all(fits) {
            let slug = new.slug;
            return Err(AppError::BadRequest(format!(
                "`{slug}` is no tenant name; write 1 to 63 lower-case letters, digits and hyphens"
            )));
        }
        let identifiers = canonical(new.identifiers);
        let secret = random::bytes()?;
        let tenant = NewTenant { slug: new.slug, name: new.name, identifiers, secret };
        Ok(self.store().add_tenant(tenant).await?.id)
    }

    /// The tenant of that name, registered now if it is new. What is registered already stays as it is.
    ///
    /// # Errors
    /// As [`register_tenant`](Self::register_tenant).
    pub async fn ensure_tenant(&self, new: &TenantRegistration<'_>) -> Result<TenantId, AppError> {
        match self.store().tenant(new.slug).await? {
            Some(tenant) => Ok(tenant.id),
            None => match self.register_tenant(new).await {
                // Another process was faster.
                Err(AppError::Store(StoreError::AlreadyRegistered(_))) => self.tenant_id(new.slug).await,
                done => done,
            },
        }
    }

    /// The tenant of that name.
    ///
    /// # Errors
    /// [`AppError::BadRequest`] when there is none.
    pub async fn tenant_id(&self, slug: &str) -> Result<TenantId, AppError> {
        Ok(self.tenant(slug).await?.id)
    }

    /// Registers a party in a tenant's registry, under its exact identifiers, and where it is hosted here, as whom.
    ///
    /// # Errors
    /// [`AppError::Store`] when an identifier belongs to somebody else already.
    pub async fn register_party(
        &self,
        tenant: TenantId,
        name: &str,
        identifiers: &[String],
        hosted: Option<TenantId>,
    ) -> Result<PartyId, AppError> {
        Ok(self.store().add_party(tenant, name, &canonical(identifiers), hosted).await?)
    }

    /// The party under these identifiers, registered now if it is new. What is registered already stays as it is.
    ///
    /// # Errors
    /// [`AppError::BadRequest`] when some of the identifiers are registered, but not all of them for one party.
    pub async fn ensure_party(
        &self,
        tenant: TenantId,
        name: &str,
        identifiers: &[String],
        hosted: Option<TenantId>,
    ) -> Result<PartyId, AppError> {
        let wanted = canonical(identifiers);
        let mut owners = self.store().owners(tenant, &wanted).await?;
        if owners.is_empty() {
            match self.store().add_party(tenant, name, &wanted, hosted).await {
                // Another process was faster.
                Err(StoreError::AlreadyRegistered(_)) => owners = self.store().owners(tenant, &wanted).await?,
                done => return Ok(done?),
            }
        }
        let parties: BTreeSet<Option<PartyId>> =
            owners.values().map(|owner| owner.as_ref().map(|party| party.id)).collect();
        match (parties.len(), parties.into_iter().next().flatten()) {
            (1, Some(party)) if owners.len() == wanted.len() => Ok(party),
            _ => Err(AppError::BadRequest(format!(
                "the identifiers of the party `{name}` are registered, but not all of them for one party"
            ))),
        }
    }

    /// Registers an issuer, or replaces its registration.
    ///
    /// # Errors
    /// [`AppError::BadRequest`] for a key that cannot be used.
    pub async fn register_issuer(&self, tenant: TenantId, new: &IssuerRegistration<'_>) -> Result<(), AppError> {
        let keys = new.keys.iter().map(key).collect::<Result<Vec<_>, _>>()?;
        let issuer = Issuer {
            issuer: new.issuer.to_owned(),
            kind: new.kind,
            roles: new.roles.to_vec(),
            active: true,
            max_lifetime_seconds: new.max_lifetime_seconds,
        };
        Ok(self.store().put_issuer(tenant, &issuer, &keys).await?)
    }

    /// Whether anybody could sign in at all.
    ///
    /// # Errors
    /// [`AppError::Store`].
    pub async fn has_issuer(&self) -> Result<bool, AppError> {
        Ok(self.store().has_issuer().await?)
    }

    pub(crate) async fn tenant(&self, slug: &str) -> Result<Tenant, AppError> {
        let tenant = self.store().tenant(slug).await?;
        tenant.ok_or_else(|| AppError::BadRequest(format!("there is no tenant `{slug}`")))
    }
}

fn canonical(identifiers: &[String]) -> BTreeSet<String> {
    identifiers.iter().map(|text| Identifier::new(text.as_str()).canonical()).collect()
}

fn key(new: &KeyRegistration) -> Result<IssuerKey, AppError> {
    let bad = |what: &dyn std::fmt::Display| AppError::BadRequest(format!("the key cannot be registered: {what}"));
    new.alg.parse::<Algorithm>().map_err(|error| bad(&error))?;
    let public = PublicKey::from_pem(&new.public_key).map_err(|error| bad(&error))?;
    Ok(IssuerKey {
        kid: new.kid.clone().unwrap_or_else(|| public.thumbprint()),
        alg: new.alg.clone(),
        public_key: new.public_key.clone(),
        valid_from: new.valid_from,
        valid_to: new.valid_to,
    })
}
