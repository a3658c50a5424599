//! A gateway without its network: a store, a clock that stands, companies with keys.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use app::{
    App, Caller, CaptureLimits, GrantTerms, GrantViewer, IssuerKind, IssuerRegistration, Job, JobStatus,
    KeyRegistration, TenantRegistration,
};
use auth::{Claims, SigningKey};
use domain::{Clock, Continuation, Onward, PartyId, Profile, Purpose, Role, Selector, TenantId};
use epcis::Binding;
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use testkit::chain_a::{self, Company};

const BASE_URL: &str = "https://gateway.example";

/// A clock that moves only when told.
pub(crate) struct MockClock(AtomicI64);

impl MockClock {
    pub(crate) fn advance(&self, by: SignedDuration) {
        self.0.fetch_add(i64::try_from(by.as_micros()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for MockClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// Where the records are kept.
pub(crate) enum Engine {
    Sqlite(TempDir),
    Postgres(testkit::postgres::Database),
}

/// Every engine there is on this machine.
pub(crate) fn engines() -> Vec<Engine> {
    let sqlite = Engine::Sqlite(tempfile::tempdir().unwrap());
    let postgres = testkit::postgres::database().map(Engine::Postgres);
    std::iter::once(sqlite).chain(postgres).collect()
}

impl Engine {
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite://{}/lotline.db?mode=rwc", folder.path().display()),
            Self::Postgres(database) => database.url().to_owned(),
        }
    }
}

/// A company with what is needed to act for it.
pub(crate) struct Member {
    pub(crate) tenant: TenantId,
    key: SigningKey,
}

pub(crate) struct Bed {
    pub(crate) app: App,
    pub(crate) clock: Arc<MockClock>,
    members: BTreeMap<String, Member>,
    parties: BTreeMap<(String, String), PartyId>,
    // Dropped last: the database goes with it.
    engine: Engine,
}

impl Bed {
    /// An empty gateway.
    pub(crate) async fn new(engine: Engine) -> Self {
        let store = App::open_store(&engine.url()).await.unwrap();
        store.migrate().await.unwrap();
        let start: Timestamp = "2028-09-01T12:00:00Z".parse().unwrap();
        let clock = Arc::new(MockClock(AtomicI64::new(start.as_microsecond())));
        let app = App::new(
            store,
            clock.clone(),
            BASE_URL,
            CaptureLimits { max_document_bytes: 4 << 20, ..CaptureLimits::default() },
        );
        Self { app, clock, members: BTreeMap::new(), parties: BTreeMap::new(), engine }
    }

    /// The companies of chain A, each knowing the others, without any records.
    pub(crate) async fn companies(engine: Engine) -> Self {
        let mut bed = Self::new(engine).await;
        for company in chain_a::chain_a() {
            bed.add_company(company.slug, company.name, company.identifiers).await;
        }
        for owner in chain_a::chain_a() {
            for other in chain_a::chain_a().iter().filter(|other| other.slug != owner.slug) {
                bed.introduce(owner.slug, other).await;
            }
        }
        bed
    }

    /// Chain A with every company's own records.
    pub(crate) async fn chain_a(engine: Engine) -> Self {
        Self::chain_a_in_order(engine, false).await
    }

    /// Chain A with every company's documents captured oldest or newest first.
    pub(crate) async fn chain_a_in_order(engine: Engine, newest_first: bool) -> Self {
        let bed = Self::companies(engine).await;
        for company in chain_a::chain_a() {
            let mut documents: Vec<_> = company.documents.iter().collect();
            if newest_first {
                documents.reverse();
            }
            for document in documents {
                let job = bed.capture(company.slug, document.bytes, document.media_type).await;
                assert_eq!(job.status, JobStatus::Finished, "{}: {:#?}", document.name, job.findings);
                assert_eq!(usize::try_from(job.stored).unwrap(), document.events.len(), "{}", document.name);
            }
        }
        bed
    }

    pub(crate) async fn add_company(&mut self, slug: &str, name: &str, identifiers: &[&str]) {
        let identifiers: Vec<String> = identifiers.iter().map(ToString::to_string).collect();
        let registration = TenantRegistration { slug, name, identifiers: &identifiers };
        let tenant = self.app.register_tenant(&registration).await.unwrap();
        let key = SigningKey::generate_ed25519().unwrap();
        let roles = [Role::Read, Role::Capture, Role::Admin];
        self.register_issuer(tenant, &issuer(slug), IssuerKind::Staff, &roles, &key).await;
        self.members.insert(slug.to_owned(), Member { tenant, key });
    }

    async fn introduce(&mut self, owner: &str, other: &Company) {
        let identifiers: Vec<String> = other.identifiers.iter().map(ToString::to_string).collect();
        let (tenant, hosted) = (self.tenant(owner), self.tenant(other.slug));
        let party = self.app.register_party(tenant, other.name, &identifiers, Some(hosted)).await.unwrap();
        self.parties.insert((owner.to_owned(), other.slug.to_owned()), party);
        let key = &self.members[other.slug].key;
        let name = issuer(other.slug);
        self.register_issuer(tenant, &name, IssuerKind::Partner(party), &[], key).await;
    }

    async fn register_issuer(&self, tenant: TenantId, name: &str, kind: IssuerKind, roles: &[Role], key: &SigningKey) {
        let key = KeyRegistration {
            kid: None,
            alg: "EdDSA".to_owned(),
            public_key: key.public_pem(),
            valid_from: Timestamp::UNIX_EPOCH,
            valid_to: None,
        };
        let registration =
            IssuerRegistration { issuer: name, kind, roles, max_lifetime_seconds: 3_600, keys: vec![key] };
        self.app.register_issuer(tenant, &registration).await.unwrap();
    }

    pub(crate) fn tenant(&self, slug: &str) -> TenantId {
        self.members[slug].tenant
    }

    /// Staff of a company at its own records.
    pub(crate) async fn staff(&self, slug: &str) -> Caller {
        self.caller(slug, slug).await
    }

    /// A company as trading partner at the records of another one.
    pub(crate) async fn partner(&self, at: &str, who: &str) -> Caller {
        self.caller(at, who).await
    }

    async fn caller(&self, at: &str, who: &str) -> Caller {
        let token = self.token(&self.members[who].key, &issuer(who), at, "someone");
        self.app.authenticate(&token).await.unwrap()
    }

    fn token(&self, key: &SigningKey, issuer: &str, at: &str, subject: &str) -> String {
        let now = self.clock.now();
        key.sign(&Claims {
            iss: issuer.to_owned(),
            sub: subject.to_owned(),
            aud: self.app.audience(at),
            client_id: None,
            iat: now,
            nbf: None,
            exp: now + SignedDuration::from_mins(10),
            jti: "jti".to_owned(),
            scope: vec![],
            purpose: None,
        })
    }

    /// An officer of an authority at the records of a company, with a grant for everything there.
    pub(crate) async fn officer(&self, at: &str) -> Caller {
        let (key, issuer) = (SigningKey::generate_ed25519().unwrap(), "https://login.authority.example");
        self.register_issuer(self.tenant(at), issuer, IssuerKind::Regulator, &[], &key).await;
        let viewer = GrantViewer::Regulator { issuer: issuer.to_owned(), officer: "officer-7".to_owned() };
        self.app.add_grant(self.tenant(at), &terms(viewer, Profile::Full)).await.unwrap();
        let token = self.token(&key, issuer, at, "officer-7");
        self.app.authenticate(&token).await.unwrap()
    }

    pub(crate) async fn capture(&self, slug: &str, document: &[u8], media_type: &str) -> Job {
        let binding = if media_type == chain_a::XML { Binding::Xml } else { Binding::Json };
        self.staff(slug).await.capture(document, binding).await.unwrap()
    }

    /// The database itself, for what no use case can do.
    pub(crate) async fn store(&self) -> store::Store {
        App::open_store(&self.engine.url()).await.unwrap()
    }

    /// How one company knows another.
    pub(crate) fn party(&self, owner: &str, other: &str) -> PartyId {
        self.parties[&(owner.to_owned(), other.to_owned())]
    }

    /// A grant of one company to another one: everything, 100 derivations either way.
    pub(crate) async fn grant(
        &self,
        owner: &str,
        to: &str,
        profile: Profile,
        continuation: Continuation,
    ) -> domain::Grant {
        let party = self.party(owner, to);
        let terms = GrantTerms { continuation, ..terms(GrantViewer::Party(party), profile) };
        self.staff(owner).await.add_grant(&terms).await.unwrap()
    }

    /// Every company lets every other one trace, and says where the history goes on.
    pub(crate) async fn programme(&self) {
        for (owner, other) in self.parties.keys() {
            self.grant(owner, other, Profile::Trace, Continuation::Refer).await;
        }
    }
}

pub(crate) fn terms(viewer: GrantViewer, profile: Profile) -> GrantTerms {
    GrantTerms {
        viewer,
        selector: Selector::default(),
        hops_back: 100,
        hops_forward: 100,
        profile,
        continuation: Continuation::None,
        onward: Onward::None,
        purposes: BTreeSet::<Purpose>::new(),
        valid_from: None,
        valid_to: None,
        reason: "trace programme".to_owned(),
        approver: "quality manager".to_owned(),
    }
}

fn issuer(slug: &str) -> String {
    format!("https://login.{slug}.example")
}
