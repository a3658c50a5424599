//! The gateway under test: one tenant of it for every script, on a database that outlives its process.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    task::Poll,
    time::Duration,
};

use app::{
    App, Caller, CaptureLimits, IssuerKind, IssuerRegistration, Job, JobStatus, KeyRegistration, TenantRegistration,
    TraceQuestion,
};
use auth::{Claims, SigningKey};
use domain::{Clock, Direction, Role};
use epcis::Binding;
use jiff::{SignedDuration, Timestamp};
use lineage::EdgeKind;
use rust_decimal::prelude::ToPrimitive;
use tempfile::TempDir;

use crate::{
    documents::{document, event_id, identifier, instant, place},
    model::{Lineage, Outcome, Stock},
    script::{Fact, Good, PLACES, Sending, all},
};

/// A clock that moves with every document.
struct Ticking(AtomicI64);

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

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

/// A gateway with one tenant that has no records yet.
pub(crate) struct World {
    app: App,
    clock: Arc<Ticking>,
    key: SigningKey,
    tenant: String,
    tenants: u32,
    goods: BTreeMap<String, Good>,
    places: BTreeMap<String, u8>,
    engine: Engine,
}

impl World {
    pub(crate) async fn new(engine: Engine) -> Self {
        let start: Timestamp = "2028-09-01T12:00:00Z".parse().unwrap();
        let clock = Arc::new(Ticking(AtomicI64::new(start.as_second())));
        let store = App::open_store(&engine.url()).await.unwrap();
        store.migrate().await.unwrap();
        let goods = all().into_iter().map(|good| (identifier(good).canonical(), good)).collect();
        let places = (0..PLACES).map(|number| (place(number).canonical(), number)).collect();
        Self {
            app: app(store, &clock),
            clock,
            key: SigningKey::generate_ed25519().unwrap(),
            tenant: String::new(),
            tenants: 0,
            goods,
            places,
            engine,
        }
    }

    /// A new tenant, a stranger to all before.
    pub(crate) async fn begin(&mut self) {
        self.tenants += 1;
        self.tenant = format!("tenant-{}", self.tenants);
        let new = TenantRegistration { slug: &self.tenant, name: &self.tenant, identifiers: &[] };
        let tenant = self.app.register_tenant(&new).await.unwrap();
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
        self.app.register_issuer(tenant, &issuer).await.unwrap();
    }

    /// The process ends, and another one begins.
    pub(crate) async fn restart(&mut self) {
        self.tick();
        let store = App::open_store(&self.engine.url()).await.unwrap();
        self.app = app(store, &self.clock);
        // By then nobody believes any more that the process that ended works on a job.
        tokio::time::sleep(2 * LEASE).await;
        self.app.recover().await.unwrap();
    }

    async fn staff(&self) -> Caller {
        let now = self.clock.now();
        let claims = Claims {
            iss: ISSUER.to_owned(),
            sub: "someone".to_owned(),
            aud: self.app.audience(&self.tenant),
            client_id: None,
            iat: now,
            nbf: None,
            exp: now + SignedDuration::from_mins(10),
            jti: "jti".to_owned(),
            scope: vec![],
            purpose: None,
        };
        self.app.authenticate(&self.key.sign(&claims)).await.unwrap()
    }

    fn tick(&self) {
        self.clock.0.fetch_add(1, Ordering::SeqCst);
    }

    /// Captures a document.
    pub(crate) async fn send(&self, facts: &[Fact], sending: &Sending) -> Outcome {
        outcome(&self.capture(&document(facts, &sending.entries, sending.form, false), sending).await)
    }

    /// Captures a document twice at the same time.
    pub(crate) async fn send_twice(&self, facts: &[Fact], sending: &Sending) -> [Outcome; 2] {
        let bytes = document(facts, &sending.entries, sending.form, false);
        let (one, other) = tokio::join!(self.capture(&bytes, sending), self.capture(&bytes, sending));
        [outcome(&one), outcome(&other)]
    }

    /// Captures a document with a bad event in it.
    pub(crate) async fn spoil(&self, facts: &[Fact], sending: &Sending) -> Outcome {
        outcome(&self.capture(&document(facts, &sending.entries, sending.form, true), sending).await)
    }

    /// Captures a document that ends in the middle.
    pub(crate) async fn cut_off(&self, facts: &[Fact], sending: &Sending) -> Outcome {
        let bytes = document(facts, &sending.entries, sending.form, false);
        outcome(&self.capture(&bytes[..bytes.len() * 2 / 3], sending).await)
    }

    /// Begins to capture a document and dies after so many turns; says what a new process finds of it. `None` when it
    /// knows of no such job.
    pub(crate) async fn crash(&mut self, facts: &[Fact], sending: &Sending, turns: u32) -> Option<Outcome> {
        let bytes = document(facts, &sending.entries, sending.form, false);
        let before = self.staff().await.jobs(1).await.unwrap().pop().map(|job| job.id);
        run_for(self.capture(&bytes, sending), turns).await;
        self.restart().await;
        let job = self.staff().await.jobs(1).await.unwrap().pop().filter(|job| Some(&job.id) != before.as_ref());
        job.as_ref().map(outcome)
    }

    async fn capture(&self, bytes: &[u8], sending: &Sending) -> Job {
        self.tick();
        let binding = if sending.form.xml { Binding::Xml } else { Binding::Json };
        Box::pin(self.staff().await.capture(bytes, binding)).await.unwrap()
    }

    /// One look at everything.
    pub(crate) async fn look(&self) -> Look<'_> {
        Look { world: self, staff: self.staff().await }
    }
}

/// A look at the records by one of the staff.
pub(crate) struct Look<'a> {
    world: &'a World,
    staff: Caller,
}

impl Look<'_> {
    /// Whether an event is there, and whether it was declared wrong.
    pub(crate) async fn event(&self, id: u32) -> Option<bool> {
        let found = self.staff.event(&event_id(id).canonical()).await.unwrap();
        found.map(|event| event.retracted)
    }

    /// The answer to a trace; `None` when the good is not known.
    pub(crate) async fn trace(&self, good: Good, direction: Direction, until: i64) -> Option<Lineage> {
        let as_of = (until != i64::MAX).then(|| instant(until));
        let question = TraceQuestion { lot: identifier(good).canonical(), direction, hops: 100, as_of };
        let trace = self.staff.trace(&question).await.unwrap()?;
        let mut names = BTreeMap::new();
        let mut lineage = Lineage::default();
        for node in trace.lineage.nodes() {
            let good = self.world.goods[node.identifiers.first().unwrap()];
            let twice = lineage.reached.insert(good, node.hops);
            assert_eq!(twice, None, "{good:?} is two nodes: {:?}", node.id);
            names.insert(node.id.clone(), good);
        }
        let ids: BTreeMap<String, u32> = (0..100).map(|id| (event_id(id).canonical(), id)).collect();
        for edge in trace.lineage.edges() {
            let (from, to) = (names[&edge.from], names[&edge.to]);
            match edge.kind {
                EdgeKind::Derived => {
                    lineage.derived.insert((from, to, ids.get(&edge.event).copied()));
                }
                EdgeKind::Contained => {
                    lineage.contained.insert((from, to));
                }
                EdgeKind::MayBe => panic!("{from:?} may be {to:?}, and nobody said so"),
            }
        }
        Some(lineage)
    }

    /// Everything that the gateway says of every good, in words and sorted: also what kind of thing it is, which event
    /// tells of an edge, and what is missing.
    pub(crate) async fn everything(&self) -> Vec<String> {
        let mut said = BTreeSet::new();
        for (name, good) in &self.world.goods {
            let lots = self.staff.lots_named(name).await.unwrap();
            said.extend(lots.iter().map(|lot| format!("{good:?} is {}", lot.id.0)));
            said.extend(lots.iter().map(|lot| format!("{good:?} is a {:?}", lot.kind)));
            let mut stock = self.staff.stock(name).await.unwrap().unwrap_or_default();
            stock.retain(|row| !row.amount.is_zero());
            said.insert(format!("{good:?} on hand: {stock:?}"));
            for direction in [Direction::Back, Direction::Forward] {
                let question = TraceQuestion { lot: name.clone(), direction, hops: 100, as_of: None };
                let Some(trace) = self.staff.trace(&question).await.unwrap() else { continue };
                let told = told_by(&trace.lineage);
                said.extend(told.into_iter().map(|line| format!("{direction:?} from {good:?}: {line}")));
            }
        }
        // Tenants are strangers, and named differently.
        said.into_iter().map(|line| line.replace(&self.world.tenant, "tenant")).collect()
    }

    /// Stock of a lot by place; `None` when the lot is not known.
    pub(crate) async fn stock(&self, lot: u8) -> Option<Stock> {
        let balance = self.staff.stock(&identifier(Good::Lot(lot)).canonical()).await.unwrap()?;
        let mut stock = Stock::new();
        for row in balance {
            *stock.entry(self.world.places[&row.place]).or_default() += row.amount.to_i64().unwrap();
        }
        stock.retain(|_, amount| *amount != 0);
        Some(stock)
    }

    /// Every identifier of the world that is found in the records.
    pub(crate) async fn known(&self) -> BTreeSet<Good> {
        let mut known = BTreeSet::new();
        for (name, good) in &self.world.goods {
            if !self.staff.lots_named(name).await.unwrap().is_empty() {
                known.insert(*good);
            }
        }
        known
    }
}

fn told_by(lineage: &lineage::Lineage) -> Vec<String> {
    let mut told = Vec::new();
    for node in lineage.nodes() {
        told.push(format!("{} over {}", node.id.0, node.hops));
        told.extend(node.sightings.iter().map(|seen| {
            let (event, role, quantity) = (&seen.event, seen.role, &seen.quantity);
            format!("{} is {role:?} on {event} with {quantity:?}", node.id.0)
        }));
    }
    for edge in lineage.edges() {
        told.push(format!("{} {:?} {} {}", edge.from.0, edge.kind, edge.to.0, edge.event));
    }
    told.extend(lineage.gaps().map(|gap| format!("{gap:?}")));
    told
}

/// How long a job is believed to be worked on without another word.
const LEASE: Duration = Duration::from_millis(50);

const ISSUER: &str = "https://login.example";

fn app(store: store::Store, clock: &Arc<Ticking>) -> App {
    App::new(
        store,
        clock.clone(),
        "https://gateway.example",
        CaptureLimits { lease: LEASE, ..CaptureLimits::default() },
    )
}

fn outcome(job: &Job) -> Outcome {
    match job.status {
        JobStatus::Finished => Outcome::Taken { new: job.stored, again: job.duplicates },
        JobStatus::Failed => {
            assert_eq!(job.stored, 0, "a failed job stored something");
            Outcome::Refused
        }
        JobStatus::Running => panic!("the job still runs: {job:?}"),
    }
}

/// Lets something run for so many turns, and drops it.
async fn run_for(work: impl Future, turns: u32) {
    let mut work = pin!(work);
    let mut left = turns;
    std::future::poll_fn(|context| {
        if left == 0 || work.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        left -= 1;
        Poll::Pending
    })
    .await;
}
