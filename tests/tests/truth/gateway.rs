//! A gateway with the records of a whole network.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use app::{
    App, Caller, CaptureLimits, IssuerKind, IssuerRegistration, JobStatus, KeyRegistration, TenantRegistration,
    TraceQuestion,
};
use auth::{Claims, SigningKey};
use domain::{Clock, Direction, Role};
use epcis::{
    Binding, Event,
    write::{Options, Target, Writer},
};
use jiff::{SignedDuration, Timestamp};
use lineage::ThingKind;
use tempfile::TempDir;

use crate::answers::{Answers, Stock};

/// Where the records are kept.
pub(crate) enum Engine {
    Sqlite(TempDir),
    Postgres(testkit::postgres::Database),
}

impl Engine {
    /// A database in a folder of its own.
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    /// A database of PostgreSQL, where that is installed.
    pub(crate) fn postgres() -> Option<Self> {
        testkit::postgres::database().map(Self::Postgres)
    }

    fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite://{}/lotline.db?mode=rwc", folder.path().display()),
            Self::Postgres(database) => database.url().to_owned(),
        }
    }
}

/// A clock that stands, after everything has happened.
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        "2028-09-01T12:00:00Z".parse().unwrap()
    }
}

/// A gateway, and its staff at the records of one tenant after the other.
pub(crate) struct Gateway {
    app: App,
    key: SigningKey,
    // Dropped last: the database goes with it.
    _engine: Engine,
}

const ISSUER: &str = "https://login.example";

/// Events of one document.
const PER_DOCUMENT: usize = 400;

/// Questions at a time.
const AT_ONCE: usize = 4;

impl Gateway {
    pub(crate) async fn new(engine: Engine) -> Self {
        let store = App::open_store(&engine.url()).await.unwrap();
        store.migrate().await.unwrap();
        let app = App::new(store, Arc::new(Stopped), "https://gateway.example", CaptureLimits::default());
        Self { app, key: SigningKey::generate_ed25519().unwrap(), _engine: engine }
    }

    /// Records everything for a new tenant, in this order; gives its staff.
    pub(crate) async fn record(&self, tenant: &str, events: &[Event]) -> Staff {
        let new = TenantRegistration { slug: tenant, name: tenant, identifiers: &[] };
        let id = self.app.register_tenant(&new).await.unwrap();
        let key = KeyRegistration {
            kid: None,
            alg: "EdDSA".to_owned(),
            public_key: self.key.public_pem(),
            valid_from: Timestamp::UNIX_EPOCH,
            valid_to: None,
        };
        let issuer = IssuerRegistration {
            issuer: ISSUER,
            kind: IssuerKind::Staff,
            roles: &[Role::Read, Role::Capture],
            max_lifetime_seconds: 3_600,
            keys: vec![key],
        };
        self.app.register_issuer(id, &issuer).await.unwrap();
        let staff = Staff(Arc::new(self.app.authenticate(&self.token(tenant)).await.unwrap()));
        for some in events.chunks(PER_DOCUMENT) {
            staff.capture(some).await;
        }
        staff
    }

    fn token(&self, tenant: &str) -> String {
        let now = self.app.now();
        self.key.sign(&Claims {
            iss: ISSUER.to_owned(),
            sub: "someone".to_owned(),
            aud: self.app.audience(tenant),
            client_id: None,
            iat: now,
            nbf: None,
            exp: now + SignedDuration::from_mins(10),
            jti: "jti".to_owned(),
            scope: vec![],
            purpose: None,
        })
    }
}

/// The staff of a tenant.
pub(crate) struct Staff(Arc<Caller>);

impl Staff {
    async fn capture(&self, events: &[Event]) {
        let mut document = Writer::start(
            Vec::new(),
            &network::document(&events[0].event_time),
            Options { target: Target::Xml, ..Options::default() },
        )
        .unwrap();
        for event in events {
            document.event(event).unwrap();
        }
        let bytes = document.finish().unwrap();
        let job = self.0.capture(bytes.as_slice(), Binding::Xml).await.unwrap();
        assert_eq!(job.status, JobStatus::Finished, "{:#?}", job.findings);
        assert_eq!(usize::try_from(job.stored + job.duplicates).unwrap(), events.len(), "{:#?}", job.findings);
    }

    /// What is said of every one of these lots.
    pub(crate) async fn answers(&self, lots: Vec<String>) -> Answers {
        let lots: Arc<[String]> = lots.into();
        let next = Arc::new(AtomicUsize::new(0));
        let mut askers = Vec::new();
        for _ in 0..AT_ONCE {
            let (caller, lots, next) = (self.0.clone(), lots.clone(), next.clone());
            askers.push(tokio::spawn(async move {
                let mut answers = Answers::default();
                while let Some(lot) = lots.get(next.fetch_add(1, Ordering::Relaxed)) {
                    answers.back.insert(lot.clone(), reached(&caller, lot, Direction::Back).await);
                    answers.forward.insert(lot.clone(), reached(&caller, lot, Direction::Forward).await);
                    answers.stock.extend(stock(&caller, lot).await);
                }
                answers
            }));
        }
        let mut answers = Answers::default();
        for asker in askers {
            answers.join(asker.await.unwrap());
        }
        answers
    }
}

/// The lots that are reached from a lot, without itself.
async fn reached(caller: &Caller, lot: &str, direction: Direction) -> Vec<String> {
    let question = TraceQuestion { lot: lot.to_owned(), direction, hops: 50, as_of: None };
    let Some(trace) = caller.trace(&question).await.unwrap() else { return vec!["unknown".to_owned()] };
    let lots = trace.lineage.nodes().filter(|node| node.kind != ThingKind::Unit && !trace.starts.contains(&node.id));
    let mut lots: Vec<String> = lots.flat_map(|node| node.identifiers.iter().cloned()).collect();
    lots.sort_unstable();
    lots
}

async fn stock(caller: &Caller, lot: &str) -> Stock {
    let rows = caller.stock(lot).await.unwrap().unwrap_or_default();
    let rows = rows.into_iter().filter(|row| !row.amount.is_zero());
    let row = |row: lineage::Balance| ((lot.to_owned(), row.place, row.uom.unwrap_or_default()), row.amount.to_string());
    rows.map(row).collect()
}
