//! Before the story begins: the companies in the registry, with keys and tokens for their people.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use app::{App, CaptureLimits, IssuerKind, IssuerRegistration, KeyRegistration, TenantRegistration};
use auth::SigningKey;
use domain::{PartyId, Role, SystemClock, TenantId};
use jiff::Timestamp;
use testkit::chain_a::{Company, chain_a};

use crate::{
    client::{Gateway, Token},
    failure::{Failure, OrFail},
    token::{Terms, write_private},
};

/// How long the tokens of the demonstration count.
const LIFETIME_SECONDS: i64 = 12 * 3600;
const ROLES: [Role; 3] = [Role::Read, Role::Capture, Role::Admin];

/// The issuer of the authority's tokens.
pub(super) const AUTHORITY: &str = "https://login.fda.example";
/// The officer who asks, as the authority names it.
pub(super) const OFFICER: &str = "officer-7";
/// The company whose own records the officer asks for, and whose partners are shown.
pub(super) const OWNER: &str = "brightleaf";

/// A gateway with the companies of the chain, before anything is captured.
pub(super) struct Stage {
    pub(super) app: App,
    pub(super) base_url: String,
    pub(super) folder: PathBuf,
    tenants: BTreeMap<&'static str, TenantId>,
    keys: BTreeMap<&'static str, SigningKey>,
}

impl Stage {
    pub(super) async fn set(folder: &Path, address: SocketAddr) -> Result<Self, Failure> {
        let url = format!("sqlite://{}/lotline.db?mode=rwc", folder.display());
        let store = App::open_store(&url).await.or_fail(|| "the database cannot be made".to_owned())?;
        store.migrate().await.or_fail(|| "the schema of the database cannot be made".to_owned())?;
        let base_url = format!("http://{address}");
        let app = App::new(store, Arc::new(SystemClock), &base_url, CaptureLimits::default());
        let folder = folder.to_owned();
        let mut stage = Self { app, base_url, folder, tenants: BTreeMap::new(), keys: BTreeMap::new() };
        for company in chain_a() {
            stage.add_company(company).await?;
        }
        for owner in chain_a() {
            stage.introduce_others(owner).await?;
        }
        stage.add_officer().await?;
        Ok(stage)
    }

    /// A tenant, whose people sign in with its own key.
    async fn add_company(&mut self, company: &Company) -> Result<(), Failure> {
        let Company { slug, name, .. } = *company;
        let identifiers = identifiers(company);
        let registration = TenantRegistration { slug, name, identifiers: &identifiers };
        let tenant = self.app.register_tenant(&registration).await;
        let tenant = tenant.or_fail(|| format!("{name} cannot be registered"))?;
        let key = SigningKey::generate_ed25519().or_fail(|| "no key can be made".to_owned())?;
        self.register_issuer(tenant, &issuer(slug), IssuerKind::Staff, &key).await?;
        self.write_token(&key, &issuer(slug), slug, "anna", slug)?;
        self.tenants.insert(slug, tenant);
        self.keys.insert(slug, key);
        Ok(())
    }

    /// Every company knows the others; the partners of one of them can sign in there as well.
    async fn introduce_others(&self, owner: &Company) -> Result<(), Failure> {
        let tenant = self.tenant(owner.slug)?;
        for other in chain_a().iter().filter(|other| other.slug != owner.slug) {
            let hosted = self.tenant(other.slug)?;
            let party = self.app.register_party(tenant, other.name, &identifiers(other), Some(hosted)).await;
            let party = party.or_fail(|| format!("{} cannot be introduced to {}", other.name, owner.name))?;
            if owner.slug == OWNER {
                self.add_partner(tenant, other.slug, party).await?;
            }
        }
        Ok(())
    }

    async fn add_partner(&self, tenant: TenantId, slug: &str, party: PartyId) -> Result<(), Failure> {
        let key = self.keys.get(slug).ok_or_else(|| unknown(slug))?;
        self.register_issuer(tenant, &issuer(slug), IssuerKind::Partner(party), key).await?;
        self.write_token(key, &issuer(slug), OWNER, "anna", &at_owner(slug))
    }

    async fn add_officer(&self) -> Result<(), Failure> {
        let key = SigningKey::generate_ed25519().or_fail(|| "no key can be made".to_owned())?;
        self.register_issuer(self.tenant(OWNER)?, AUTHORITY, IssuerKind::Regulator, &key).await?;
        self.write_token(&key, AUTHORITY, OWNER, OFFICER, OFFICER)
    }

    async fn register_issuer(
        &self,
        tenant: TenantId,
        issuer: &str,
        kind: IssuerKind,
        key: &SigningKey,
    ) -> Result<(), Failure> {
        let roles: &[Role] = if kind == IssuerKind::Staff { &ROLES } else { &[] };
        let key = KeyRegistration {
            kid: None,
            alg: "EdDSA".to_owned(),
            public_key: key.public_pem(),
            valid_from: Timestamp::UNIX_EPOCH,
            valid_to: None,
        };
        let max_lifetime_seconds = LIFETIME_SECONDS;
        let registration = IssuerRegistration { issuer, kind, roles, max_lifetime_seconds, keys: vec![key] };
        let registered = self.app.register_issuer(tenant, &registration).await;
        registered.or_fail(|| format!("the issuer {issuer} cannot be registered"))
    }

    fn write_token(&self, key: &SigningKey, issuer: &str, at: &str, who: &str, name: &str) -> Result<(), Failure> {
        let terms = Terms {
            issuer,
            audience: &self.app.audience(at),
            subject: who,
            scope: &[],
            purpose: None,
            lifetime_seconds: LIFETIME_SECONDS,
        };
        write_private(&self.token_file(name), &terms.sign(key)?)
    }

    fn tenant(&self, slug: &str) -> Result<TenantId, Failure> {
        self.tenants.get(slug).copied().ok_or_else(|| unknown(slug))
    }

    /// Where a token is kept, so that it can be used in a command without standing in it.
    pub(super) fn token_file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.token"))
    }

    /// The gateway as the bearer of a token meets it: over HTTP.
    pub(super) fn gateway(&self, name: &str) -> Result<Gateway, Failure> {
        let file = self.token_file(name);
        let token = std::fs::read_to_string(&file).or_fail(|| format!("`{}` cannot be read", file.display()))?;
        Gateway::new(&self.base_url, Token::new(&token))
    }
}

/// The name of the token that a company's people have for the records of [`OWNER`].
pub(super) fn at_owner(slug: &str) -> String {
    format!("{slug}-at-{OWNER}")
}

fn issuer(slug: &str) -> String {
    format!("https://login.{slug}.example")
}

fn identifiers(company: &Company) -> Vec<String> {
    company.identifiers.iter().map(ToString::to_string).collect()
}

fn unknown(slug: &str) -> Failure {
    Failure::new(format!("there is no company `{slug}` in the demonstration"))
}
