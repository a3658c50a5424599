//! The captures of this process: how many may work at once, and which of them do.

use std::{
    collections::BTreeSet,
    convert::Infallible,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::TenantId;
use store::{Lease, Store};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{App, AppError, CaptureLimits, random};

/// Everything that is being captured here.
pub(crate) struct Captures {
    /// The name of this process in the jobs that it works on.
    worker: String,
    lease: Duration,
    /// Those who wait for a place are served in the order in which they came.
    places: Semaphore,
    live: Mutex<BTreeSet<String>>,
}

/// A job that this process works on, for as long as this is held.
pub(crate) struct AtWork<'a> {
    captures: &'a Captures,
    job: String,
    _place: Option<SemaphorePermit<'a>>,
}

impl Captures {
    pub(crate) fn new(limits: &CaptureLimits, store: &Store) -> Self {
        // Without leases there is one writer: a second capture could only wait for it with a connection in its hand.
        let places = if store.has_leases() { limits.concurrent.max(1) } else { 1 };
        Self { worker: random::uuid(), lease: limits.lease, places: Semaphore::new(places), live: Mutex::default() }
    }

    pub(crate) fn lease(&self) -> Lease<'_> {
        Lease { worker: &self.worker, lasts: self.lease }
    }

    /// Waits for a place to work on a job.
    pub(crate) async fn begin(&self, job: &str) -> AtWork<'_> {
        // Fails for a closed semaphore only, and nobody closes this one.
        let place = self.places.acquire().await.ok();
        self.live().insert(job.to_owned());
        AtWork { captures: self, job: job.to_owned(), _place: place }
    }

    fn live(&self) -> MutexGuard<'_, BTreeSet<String>> {
        // A set is whole after every panic.
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.captures.live().remove(&self.job);
    }
}

impl AtWork<'_> {
    /// Renews the lease of the job for as long as it is waited for. Whether the job is still this process's is decided
    /// by its commit alone: a job that a renewal does not find may have been committed just before.
    pub(crate) async fn keep_lease(&self, store: &Store, tenant: TenantId) -> Infallible {
        while store.has_leases() {
            tokio::time::sleep(self.captures.lease / 3).await;
            // A database that does not answer now may do so before the lease has run out.
            if let Ok(false) = store.renew_lease(tenant, &self.job, self.captures.lease()).await {
                break;
            }
        }
        std::future::pending().await
    }
}

impl App {
    /// Marks captures that nobody works on any more as failed: nothing of them was stored. To be called at the start
    /// and, as often as [`CaptureLimits::lease`] says, ever after; by any process that shares the database.
    ///
    /// # Errors
    /// [`AppError::Store`].
    pub async fn recover(&self) -> Result<u64, AppError> {
        let mut interrupted = 0;
        // Read before this process's own are looked at: a job is one of them before it is in the database.
        for (tenant, id) in self.store().lapsed_jobs().await? {
            let is_live = self.captures().live().contains(&id);
            if !is_live && self.store().interrupt_job(tenant, &id, self.now()).await? {
                interrupted += 1;
            }
        }
        Ok(interrupted)
    }
}
