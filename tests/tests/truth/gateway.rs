//! A gateway with the records of a whole network.

use std::sync::Arc;

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
use lineage::{Node, ThingKind};
use network::Way;
use tempfile::TempDir;

use crate::answers::{Reached, Stock};

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

impl Gateway {
    pub(crate) async fn new(engine: Engine) -> Self {
        let store = App::open_store(&engine.url()).await.unwrap();
        store.migrate().await.unwrap();
        let app = App::new(store, Arc::new(Stopped), "https://gateway.example", CaptureLimits::default());
        Self { app, key: SigningKey::generate_ed25519().unwrap(), _engine: engine }
    }

    /// The staff of a new tenant.
    pub(crate) async fn staff(&self, tenant: &str) -> Staff {
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
        Staff(self.app.authenticate(&self.token(tenant)).await.unwrap())
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
pub(crate) struct Staff(Caller);

impl Staff {
    /// Records events in this order.
    pub(crate) async fn record(&self, events: &[Event]) {
        for some in events.chunks(PER_DOCUMENT) {
            let job = self.0.capture(document(some).as_slice(), Binding::Xml).await.unwrap();
            assert_eq!(job.status, JobStatus::Finished, "{:#?}", job.findings);
            assert_eq!(usize::try_from(job.stored + job.duplicates).unwrap(), some.len(), "{:#?}", job.findings);
        }
    }

    /// The ancestors and the descendants of these lots.
    pub(crate) async fn lineages(&self, lots: &[String]) -> Reached {
        let mut reached = Reached::new();
        for lot in lots {
            reached.insert((lot.clone(), Way::Back), self.reached(lot, Direction::Back).await);
            reached.insert((lot.clone(), Way::Forward), self.reached(lot, Direction::Forward).await);
        }
        reached
    }

    /// The lots that are reached from a lot, without itself; `None` where it is not known.
    async fn reached(&self, lot: &str, direction: Direction) -> Option<Vec<String>> {
        let question = TraceQuestion { lot: lot.to_owned(), direction, hops: 50, as_of: None };
        let trace = self.0.trace(&question).await.unwrap()?;
        let is_lot = |node: &&Node| node.kind != ThingKind::Unit && !trace.starts.contains(&node.id);
        // What is only possible is not said to be so.
        let lots = trace.lineage.nodes().filter(|node| node.certain).filter(is_lot);
        let mut lots: Vec<String> = lots.flat_map(|node| node.identifiers.iter().cloned()).collect();
        lots.sort_unstable();
        Some(lots)
    }

    /// What is left of these lots, and where.
    pub(crate) async fn stock(&self, lots: &[String]) -> Stock {
        let mut stock = Stock::new();
        for lot in lots {
            let rows = self.0.stock(lot).await.unwrap().unwrap_or_default();
            for row in rows.into_iter().filter(|row| !row.amount.is_zero()) {
                stock.insert((lot.clone(), row.place, row.uom.unwrap_or_default()), row.amount.to_string());
            }
        }
        stock
    }
}

fn document(events: &[Event]) -> Vec<u8> {
    let options = Options { target: Target::Xml, ..Options::default() };
    let mut document = Writer::start(Vec::new(), &network::document(&events[0].event_time), options).unwrap();
    for event in events {
        document.event(event).unwrap();
    }
    document.finish().unwrap()
}
