#![doc = include_str!("../README.md")]

mod across;
mod answer;
mod caller;
mod capture;
mod captures;
mod cursor;
mod error;
mod events;
mod export;
mod keeper;
mod lots;
mod movements;
mod places;
mod random;
mod recall;
mod records;
mod registry;
mod same;
mod sharing;
mod siblings;
mod sighting;
mod sources;
mod stages;
mod stock;
mod stock_at;

use std::sync::Arc;

use captures::Captures;
use domain::Clock;
use jiff::Timestamp;
use store::Store;

pub use across::{Budget, Trace, TraceOptions, TraceQuestion};
pub use answer::Telling;
pub use caller::Caller;
pub use capture::{CLOCK_DIFFERENCE, CaptureLimits, CaptureOptions, MAX_FINDINGS};
pub use error::{AppError, CaptureError};
pub use events::{EventFilter, ShownEvent, ShownMention};
pub use export::{Export, Selection};
pub use lots::{LotFilter, ShownLot};
pub use recall::{Affected, Evidence, EvidenceKind, RecallScope};
pub use registry::{IssuerRegistration, KeyRegistration, TenantRegistration};
pub use sharing::{GrantTerms, GrantViewer};
pub use siblings::{Sibling, SiblingReason, Siblings};
pub use sources::{Case, CommonSource, CommonSources, SourceKind};
pub use stock_at::{Presence, StockAt, StockQuestion, StockRow};
pub use store::{ErrorBehaviour, IssuerKind, Job, JobStatus, Party, Trouble};

/// One page of a list, with what is needed to ask for the next one.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The entries, each with the cursor that continues after it.
    pub entries: Vec<(T, String)>,
    /// Whether more follow.
    pub has_next: bool,
}

/// A new name for a failure, under which the log has its causes.
pub fn incident_id() -> String {
    random::uuid()
}

/// What the use cases need from outside.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    /// Where this gateway is reached, without a trailing slash: the start of every audience.
    base_url: String,
    limits: CaptureLimits,
    captures: Captures,
}

impl App {
    /// Wires the use cases to a store and a clock.
    pub fn new(store: Store, clock: Arc<dyn Clock>, base_url: &str, limits: CaptureLimits) -> Self {
        let base_url = base_url.trim_end_matches('/').to_owned();
        let captures = Captures::new(&limits, &store);
        Self { inner: Arc::new(Inner { store, clock, base_url, limits, captures }) }
    }

    /// Opens the database that `url` names.
    ///
    /// # Errors
    /// [`AppError::Store`].
    pub async fn open_store(url: &str) -> Result<Store, AppError> {
        Ok(Store::open(url).await?)
    }

    /// Whether the gateway can answer: the database is there and its schema is up to date.
    pub async fn is_ready(&self) -> bool {
        self.inner.store.is_ready().await.unwrap_or(false)
    }

    /// What a document may cost.
    pub fn limits(&self) -> CaptureLimits {
        self.inner.limits
    }

    /// The one audience that tokens for a tenant must name.
    pub fn audience(&self, tenant_slug: &str) -> String {
        format!("{}/o/{tenant_slug}", self.inner.base_url)
    }

    fn captures(&self) -> &Captures {
        &self.inner.captures
    }

    fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The present, by the gateway's clock.
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }
}
