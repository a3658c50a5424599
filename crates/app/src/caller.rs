//! Who calls: a token in, a principal out, and from then on only the principal.

use auth::{PublicKey, Refusal, RegisteredIssuer, RegisteredKey, Unverified};
use domain::{Principal, Purpose, Role, Viewer};
use jiff::SignedDuration;
use store::{Issuer, IssuerKind, Scope, Tenant};
use tokio::sync::OnceCell;

use crate::{App, AppError};

/// An authenticated principal with the use cases it may call. One per request.
pub struct Caller {
    pub(crate) app: App,
    pub(crate) principal: Principal,
    pub(crate) tenant: Tenant,
    scope: OnceCell<Scope>,
}

impl App {
    /// Checks a bearer token and gives the caller that it stands for.
    ///
    /// The audience names the tenant, the issuer is one that this tenant registered, and the key one of that issuer's.
    ///
    /// # Errors
    /// [`AppError::Unauthenticated`], which says to the outside only that it is so.
    pub async fn authenticate(&self, token: &str) -> Result<Caller, AppError> {
        let unverified = Unverified::parse(token).map_err(AppError::Unauthenticated)?;
        let refused = AppError::Unauthenticated;
        let prefix = format!("{}/o/", self.inner.base_url);
        let audience = unverified.audience().to_owned();
        let slug = audience.strip_prefix(&prefix).ok_or(refused(Refusal::UnknownIssuer))?;
        let tenant = self.store().tenant(slug).await?.ok_or(refused(Refusal::UnknownIssuer))?;
        let issuer = self.store().issuer(tenant.id, unverified.issuer()).await?;
        let issuer = issuer.filter(|issuer| issuer.active).ok_or(refused(Refusal::UnknownIssuer))?;
        let key = self.store().issuer_key(tenant.id, &issuer.issuer, unverified.kid()).await?;
        let key = key.ok_or(refused(Refusal::UnknownKey))?;
        let key = registered_key(&issuer, &key).ok_or(refused(Refusal::UnknownKey))?;
        let registered = RegisteredIssuer {
            issuer: issuer.issuer.clone(),
            max_lifetime: SignedDuration::from_secs(issuer.max_lifetime_seconds),
        };
        let claims = unverified.verify(&audience, &registered, &key, self.now()).map_err(refused)?;
        let (viewer, purpose) = self.viewer(&tenant, &issuer, &claims).await?;
        let roles = match issuer.kind {
            IssuerKind::Staff => roles(&issuer, &claims.scope),
            IssuerKind::Partner(_) | IssuerKind::Regulator => Vec::new(),
        };
        let principal = Principal { tenant: tenant.id, viewer, actor: claims.sub, roles, purpose };
        Ok(Caller { app: self.clone(), principal, tenant, scope: OnceCell::new() })
    }

    async fn viewer(
        &self,
        tenant: &Tenant,
        issuer: &Issuer,
        claims: &auth::Claims,
    ) -> Result<(Viewer, Purpose), AppError> {
        let stated = claims.purpose.unwrap_or_default();
        match issuer.kind {
            IssuerKind::Staff => Ok((Viewer::Own, stated)),
            IssuerKind::Partner(party) => {
                let parties = self.store().parties(tenant.id).await?;
                let is_active = parties.iter().any(|known| known.id == party);
                is_active
                    .then_some((Viewer::Party(party), stated))
                    .ok_or(AppError::Unauthenticated(Refusal::UnknownIssuer))
            }
            IssuerKind::Regulator => {
                let grants = self.store().grants_of_officer(tenant.id, &issuer.issuer, &claims.sub).await?;
                let grant = grants.iter().rev().find(|grant| grant.is_active(self.now()));
                // An officer without a grant is nobody here.
                let grant = grant.ok_or(AppError::Unauthenticated(Refusal::UnknownIssuer))?;
                Ok((grant.viewer, Purpose::Regulatory))
            }
        }
    }
}

impl Caller {
    /// Who calls.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The name of the tenant for people.
    pub fn tenant_name(&self) -> &str {
        &self.tenant.name
    }

    /// Whether the caller belongs to the tenant itself.
    pub fn is_staff(&self) -> bool {
        self.principal.viewer == Viewer::Own
    }

    /// Refuses anybody who lacks a staff role.
    ///
    /// # Errors
    /// [`AppError::StaffOnly`], [`AppError::Forbidden`].
    pub fn require(&self, role: Role) -> Result<(), AppError> {
        if !self.is_staff() {
            return Err(AppError::StaffOnly);
        }
        if self.principal.roles.contains(&role) { Ok(()) } else { Err(AppError::Forbidden(role)) }
    }

    /// The caller's scope, opened once per request.
    pub(crate) async fn scope(&self) -> Result<&Scope, AppError> {
        if self.is_staff() {
            self.require(Role::Read)?;
        }
        let Principal { tenant, viewer, purpose, .. } = self.principal;
        let open = || self.app.store().scope(tenant, viewer, purpose, self.app.now());
        Ok(self.scope.get_or_try_init(open).await?)
    }
}

/// What the token asks for, within what the issuer may give. A token without scope gets all that the issuer may give.
fn roles(issuer: &Issuer, scope: &[String]) -> Vec<Role> {
    let wanted = |role: &Role| {
        let word = match role {
            Role::Read => "read",
            Role::Capture => "capture",
            Role::Admin => "admin",
        };
        scope.is_empty() || scope.iter().any(|item| item == word)
    };
    issuer.roles.iter().copied().filter(wanted).collect()
}

/// A key that was registered wrongly is no key.
fn registered_key(issuer: &Issuer, key: &store::IssuerKey) -> Option<RegisteredKey> {
    let algorithm = key.alg.parse().ok()?;
    let public = PublicKey::from_pem(&key.public_key).ok()?;
    RegisteredKey::new(&issuer.issuer, &key.kid, algorithm, public, key.valid_from, key.valid_to).ok()
}
