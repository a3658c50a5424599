//! Jobs and those who wait, through the use cases: what needs a hand inside the process.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use app::{
    App, Caller, CaptureError, CaptureLimits, IssuerKind, IssuerRegistration, Job, JobStatus, KeyRegistration,
    TenantRegistration,
};
use auth::{Claims, SigningKey};
use domain::{Clock, Role, SystemClock, TenantId};
use epcis::Binding;
use jiff::{SignedDuration, Timestamp};
use store::{ErrorBehaviour, Lease, Store, StoreError};
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::records::{Document, json_ld};

enum Engine {
    Sqlite(TempDir),
    Postgres(testkit::postgres::Database),
}

fn engines() -> Vec<Engine> {
    let sqlite = Engine::Sqlite(tempfile::tempdir().unwrap());
    std::iter::once(sqlite).chain(testkit::postgres::database().map(Engine::Postgres)).collect()
}

impl Engine {
    fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite://{}/lotline.db?mode=rwc", folder.path().display()),
            Self::Postgres(database) => database.url().to_owned(),
        }
    }
}

/// A company at a gateway of its own.
struct Company {
    app: App,
    store: Store,
    tenant: TenantId,
    key: SigningKey,
}

impl Company {
    async fn new(engine: &Engine, limits: CaptureLimits) -> Self {
        let store = App::open_store(&engine.url()).await.unwrap();
        store.migrate().await.unwrap();
        let app = App::new(store.clone(), Arc::new(SystemClock), "https://gateway.example", limits);
        let tenant = TenantRegistration { slug: "packer", name: "Packer", identifiers: &[] };
        let tenant = app.register_tenant(&tenant).await.unwrap();
        let key = SigningKey::generate_ed25519().unwrap();
        let registered = KeyRegistration {
            kid: None,
            alg: "EdDSA".to_owned(),
            public_key: key.public_pem(),
            valid_from: Timestamp::UNIX_EPOCH,
            valid_to: None,
        };
        let registration = IssuerRegistration {
            issuer: "issuer",
            kind: IssuerKind::Staff,
            roles: &[Role::Read, Role::Capture, Role::Admin],
            max_lifetime_seconds: 3_600,
            keys: vec![registered],
        };
        app.register_issuer(tenant, &registration).await.unwrap();
        Self { app, store, tenant, key }
    }

    async fn staff(&self) -> Caller {
        self.staff_at(&self.app).await
    }

    /// Staff at another gateway on the same database.
    async fn staff_at(&self, app: &App) -> Caller {
        let now = SystemClock.now();
        let token = self.key.sign(&Claims {
            iss: "issuer".to_owned(),
            sub: "anna".to_owned(),
            aud: self.app.audience("packer"),
            client_id: None,
            iat: now,
            nbf: None,
            exp: now + SignedDuration::from_mins(10),
            jti: "jti".to_owned(),
            scope: vec![],
            purpose: None,
        });
        app.authenticate(&token).await.unwrap()
    }

    /// The tenant as a capture wants it.
    async fn registered(&self) -> store::Tenant {
        self.store.tenant("packer").await.unwrap().unwrap()
    }
}

fn running(id: &str) -> Job {
    Job {
        id: id.to_owned(),
        status: JobStatus::Running,
        behaviour: ErrorBehaviour::Rollback,
        actor: "anna".to_owned(),
        created_at: SystemClock.now(),
        finished_at: None,
        stored: 0,
        duplicates: 0,
        rejected: 0,
        findings: Vec::new(),
        findings_omitted: 0,
    }
}

fn finished(id: &str) -> Job {
    Job { status: JobStatus::Finished, finished_at: Some(SystemClock.now()), ..running(id) }
}

const LAPSED: Lease<'_> = Lease { worker: "another", lasts: Duration::ZERO };
const HELD: Lease<'_> = Lease { worker: "another", lasts: Duration::from_mins(1) };

#[tokio::test]
async fn a_job_that_was_swept_cannot_be_finished_any_more() {
    for engine in engines() {
        let company = Company::new(&engine, CaptureLimits::default()).await;
        company.store.begin_job(company.tenant, &running("swept"), LAPSED).await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert_eq!(company.app.recover().await.unwrap(), 1);
        let tenant = company.registered().await;
        let capture = company.store.capture(&tenant, unknown, SystemClock.now()).await.unwrap();
        let refused = capture.commit(&finished("swept")).await.unwrap_err();
        assert!(matches!(refused, StoreError::JobEnded), "{refused}");
        let job = company.store.job(company.tenant, "swept").await.unwrap().unwrap();
        assert_eq!((job.status, &*job.findings[0].code), (JobStatus::Failed, "CAPTURE-INTERRUPTED"));
    }
}

#[tokio::test]
async fn a_job_that_was_finished_is_never_swept() {
    for engine in engines() {
        let company = Company::new(&engine, CaptureLimits::default()).await;
        company.store.begin_job(company.tenant, &running("done"), LAPSED).await.unwrap();
        let tenant = company.registered().await;
        let capture = company.store.capture(&tenant, unknown, SystemClock.now()).await.unwrap();
        capture.commit(&finished("done")).await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert_eq!(company.app.recover().await.unwrap(), 0);
        assert!(!company.store.interrupt_job(company.tenant, "done", SystemClock.now()).await.unwrap());
        let job = company.store.job(company.tenant, "done").await.unwrap().unwrap();
        assert_eq!(job.status, JobStatus::Finished);
        let again = company.store.end_job(company.tenant, &Job { status: JobStatus::Failed, ..job }).await;
        assert!(matches!(again, Err(StoreError::JobEnded)));
    }
}

#[tokio::test]
async fn the_job_of_a_living_sibling_is_left_alone() {
    let Some(database) = testkit::postgres::database() else { return };
    let company = Company::new(&Engine::Postgres(database), CaptureLimits::default()).await;
    company.store.begin_job(company.tenant, &running("theirs"), HELD).await.unwrap();
    assert_eq!(company.app.recover().await.unwrap(), 0);
    assert!(company.store.renew_lease(company.tenant, "theirs", HELD).await.unwrap());
    let stranger = Lease { worker: "a third one", ..HELD };
    assert!(!company.store.renew_lease(company.tenant, "theirs", stranger).await.unwrap());
    let job = company.store.job(company.tenant, "theirs").await.unwrap().unwrap();
    assert_eq!(job.status, JobStatus::Running);
}

/// A capture that takes long: it holds the tenant's lock, and on `SQLite` the one writer, when this returns.
async fn hold_the_writer(company: &Arc<Company>, how_long: Duration) -> JoinHandle<()> {
    company.store.begin_job(company.tenant, &running("long"), HELD).await.unwrap();
    let tenant = company.registered().await;
    let capture = company.store.capture(&tenant, unknown, SystemClock.now()).await.unwrap();
    tokio::spawn(async move {
        tokio::time::sleep(how_long).await;
        capture.commit(&finished("long")).await.unwrap();
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn small_writes_wait_for_a_long_capture_and_reads_do_not() {
    for engine in engines() {
        let company = Arc::new(Company::new(&engine, CaptureLimits::default()).await);
        let long = hold_the_writer(&company, Duration::from_secs(6)).await;
        let began = Instant::now();
        let writes: Vec<_> = (0..12)
            .map(|number| {
                let company = company.clone();
                tokio::spawn(async move {
                    let identifiers = [format!("https://id.gs1.org/417/952100300{number:04}")];
                    company.app.register_party(company.tenant, "Grocer", &identifiers, None).await
                })
            })
            .collect();
        for _ in 0..20 {
            let staff = company.staff().await;
            assert_eq!(staff.jobs(10).await.unwrap().len(), 1);
        }
        assert!(began.elapsed() < Duration::from_secs(3), "readers waited {:?}", began.elapsed());
        for write in writes {
            write.await.unwrap().unwrap();
        }
        long.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn captures_that_wait_for_their_turn_leave_the_readers_their_connections() {
    for engine in engines() {
        let company = Arc::new(Company::new(&engine, CaptureLimits::default()).await);
        let long = hold_the_writer(&company, Duration::from_secs(4)).await;
        // More of them than there are connections.
        let captures: Vec<_> = (0..30)
            .map(|number| {
                let company = company.clone();
                tokio::spawn(async move {
                    let document = json_ld(&Document::new(&format!("waiting-{number}"), 3).events, false);
                    company.staff().await.capture(document.as_bytes(), Binding::Json).await
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(300)).await;
        let began = Instant::now();
        for _ in 0..20 {
            company.staff().await.jobs(10).await.unwrap();
        }
        assert!(began.elapsed() < Duration::from_secs(2), "readers waited {:?}", began.elapsed());
        assert!(!long.is_finished(), "nobody had to wait");
        for capture in captures {
            let job = capture.await.unwrap().unwrap();
            assert_eq!((job.status, job.stored), (JobStatus::Finished, 3), "{:?}", job.findings);
        }
        long.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_capture_outlives_its_lease_by_renewing_it() {
    for engine in engines() {
        let limits = CaptureLimits { lease: Duration::from_millis(600), ..CaptureLimits::default() };
        let company = Arc::new(Company::new(&engine, limits).await);
        // The tenant's lock is somebody else's for longer than the lease lasts.
        let long = hold_the_writer(&company, Duration::from_secs(3)).await;
        let waiting = {
            let company = company.clone();
            tokio::spawn(async move {
                let document = json_ld(&Document::new("patient", 3).events, false);
                company.staff().await.capture(document.as_bytes(), Binding::Json).await
            })
        };
        // On SQLite even the job that holds the writer would be one of a stopped process to a sweep from outside.
        if matches!(engine, Engine::Postgres(_)) {
            for _ in 0..10 {
                tokio::time::sleep(Duration::from_millis(200)).await;
                assert_eq!(company.app.recover().await.unwrap(), 0);
            }
        }
        let job = waiting.await.unwrap().unwrap();
        assert_eq!((job.status, job.stored), (JobStatus::Finished, 3));
        long.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_capture_whose_job_was_taken_from_it_stores_nothing_and_says_so() {
    let Some(database) = testkit::postgres::database() else { return };
    let limits = CaptureLimits { lease: Duration::from_mins(1), ..CaptureLimits::default() };
    let engine = Engine::Postgres(database);
    let company = Arc::new(Company::new(&engine, limits).await);
    let long = hold_the_writer(&company, Duration::from_secs(2)).await;
    let ids = Document::new("taken", 3).events;
    let capture = {
        let (company, document) = (company.clone(), json_ld(&ids, false));
        tokio::spawn(async move { company.staff().await.capture(document.as_bytes(), Binding::Json).await })
    };
    let Engine::Postgres(database) = &engine else { return };
    let lapse = "UPDATE job SET lease_until = 0 WHERE status = 'running' AND id <> 'long' RETURNING id";
    let mut taken = String::new();
    while taken.is_empty() {
        taken = database.psql(lapse).unwrap();
    }
    // Another process finds it first.
    assert!(company.store.interrupt_job(company.tenant, &taken, SystemClock.now()).await.unwrap());
    let error = capture.await.unwrap().unwrap_err();
    assert!(matches!(error, CaptureError::App(app::AppError::Store(StoreError::JobEnded))), "{error}");
    assert!(company.staff().await.event(&ids[0]).await.unwrap().is_none());
    long.await.unwrap();
}

/// One event, and what is declared of it.
fn one(quantity: &str, declared_wrong: bool) -> String {
    let document = json_ld(&["urn:example:one:7".to_owned()], false).replace("7.5", quantity);
    let declaration = "\"errorDeclaration\":{\"declarationTime\":\"2025-08-16T12:00:00Z\"},\"action\"";
    if declared_wrong { document.replace("\"action\"", declaration) } else { document }
}

/// Sends documents at once, each by a gateway of its own on the one database where the engine allows that.
async fn at_once(engine: &Engine, company: &Company, documents: Vec<String>) -> Vec<Job> {
    let mut sent = Vec::new();
    for document in documents {
        let app = match engine {
            Engine::Sqlite(_) => company.app.clone(),
            Engine::Postgres(database) => {
                let store = App::open_store(database.url()).await.unwrap();
                App::new(store, Arc::new(SystemClock), "https://gateway.example", CaptureLimits::default())
            }
        };
        let caller = company.staff_at(&app).await;
        sent.push(tokio::spawn(async move { caller.capture(document.as_bytes(), Binding::Json).await.unwrap() }));
    }
    let mut jobs = Vec::new();
    for job in sent {
        jobs.push(job.await.unwrap());
    }
    jobs
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_id_with_two_contents_at_once_is_one_event_and_one_conflict() {
    for engine in engines() {
        let company = Company::new(&engine, CaptureLimits::default()).await;
        let jobs = at_once(&engine, &company, vec![one("1", false), one("2", false)]).await;
        let mut outcomes: Vec<_> = jobs.iter().map(|job| (job.stored, job.rejected)).collect();
        outcomes.sort_unstable();
        assert_eq!(outcomes, [(0, 1), (1, 0)], "{jobs:?}");
        let kept = company.staff().await.event("urn:example:one:7").await.unwrap().unwrap().event.unwrap();
        let first = if jobs[0].stored == 1 { "1" } else { "2" };
        assert_eq!(kept.quantity_list[0].quantity.as_ref().unwrap().spelled(), first, "never overwritten");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_document_sent_at_once_by_several_is_stored_once() {
    for engine in engines() {
        let company = Company::new(&engine, CaptureLimits::default()).await;
        let document = json_ld(&Document::new("same", 50).events, false);
        let jobs = at_once(&engine, &company, vec![document; 4]).await;
        let mut outcomes: Vec<_> = jobs.iter().map(|job| (job.stored, job.duplicates, job.rejected)).collect();
        outcomes.sort_unstable();
        assert_eq!(outcomes, [(0, 50, 0), (0, 50, 0), (0, 50, 0), (50, 0, 0)]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_event_and_its_error_declaration_at_once_leave_it_declared_wrong() {
    for engine in engines() {
        let company = Company::new(&engine, CaptureLimits::default()).await;
        let documents = vec![one("1", false), one("1", true), one("1", false), one("1", true)];
        let jobs = at_once(&engine, &company, documents).await;
        let sum = |count: fn(&Job) -> u64| jobs.iter().map(count).sum::<u64>();
        assert_eq!((sum(|job| job.stored), sum(|job| job.duplicates), sum(|job| job.rejected)), (2, 2, 0), "{jobs:?}");
        assert!(company.staff().await.event("urn:example:one:7").await.unwrap().unwrap().retracted);
    }
}

/// What lots are matters to none of these tests.
fn unknown(_: &epcis::Event) -> lineage::Stages {
    lineage::Stages::always(lineage::Stage::Unknown)
}
