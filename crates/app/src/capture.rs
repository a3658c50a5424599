//! Capture: a document in, everything of it on disk or nothing.

use std::{
    fs::File,
    io::{self, BufReader, Seek},
    time::Duration,
};

use domain::Role;
use epcis::{Binding, Event, Finding, Item, Limits, Location, Reader, Severity, VocabularyElement};
use store::{Asserted, Capture, Outcome, StoreError};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt, BufWriter},
    sync::mpsc,
};

use crate::{AppError, Caller, CaptureError, ErrorBehaviour, Job, JobStatus, error::reject, random, stages::stages};

/// What a document may cost, and all of them together.
#[derive(Clone, Copy, Debug)]
pub struct CaptureLimits {
    /// Bytes of a document.
    pub max_document_bytes: u64,
    /// Events of a document.
    pub max_events: u64,
    /// Documents that are stored at once; further ones wait for their turn. `SQLite` stores one at a time.
    pub concurrent: usize,
    /// How long a capture counts as being worked on without another word from its process.
    pub lease: Duration,
}

impl CaptureLimits {
    /// The most documents that can be stored at once: every one of them holds a connection, and must leave some to
    /// those who end a job or purge.
    pub const MAX_CONCURRENT: usize = store::WRITERS - 2;
}

impl Default for CaptureLimits {
    fn default() -> Self {
        Self { max_document_bytes: 512 << 20, max_events: 1_000_000, concurrent: 4, lease: Duration::from_secs(30) }
    }
}

/// What the sender says of a document.
#[derive(Clone, Copy, Debug)]
pub struct CaptureOptions {
    /// Its syntax.
    pub binding: Binding,
    /// What a bad event in it means for the good ones.
    pub behaviour: ErrorBehaviour,
}

impl From<Binding> for CaptureOptions {
    /// All of its events, or none.
    fn from(binding: Binding) -> Self {
        Self { binding, behaviour: ErrorBehaviour::Rollback }
    }
}

/// Events that travel together from the reader to the database, and master data.
const BATCH: usize = 1_024;
/// Findings that a job keeps; the rest is counted.
pub const MAX_FINDINGS: usize = 1_000;

impl Caller {
    /// Captures a document: all of it, or, if anything in it is rejected, nothing. With [`ErrorBehaviour::Proceed`]
    /// every good event of it.
    ///
    /// When this returns a finished job, every event is on disk. The document is received into a temporary file before
    /// the database is touched, so that a slow sender never holds up others.
    ///
    /// # Errors
    /// [`CaptureError`]; a document with something wrong inside is no error but a job that says so.
    pub async fn capture(
        &self,
        body: impl AsyncRead + Unpin,
        options: impl Into<CaptureOptions>,
    ) -> Result<Job, CaptureError> {
        self.require(Role::Capture)?;
        let options = options.into();
        let mut job = Job {
            id: random::uuid(),
            status: JobStatus::Running,
            behaviour: options.behaviour,
            actor: self.principal.actor.clone(),
            created_at: self.app.now(),
            finished_at: None,
            stored: 0,
            duplicates: 0,
            rejected: 0,
            findings: Vec::new(),
            findings_omitted: 0,
        };
        let document = spool(body, self.app.limits().max_document_bytes).await?;
        let store = self.app.store();
        let at_work = self.app.captures().begin(&job.id).await;
        store.begin_job(self.tenant.id, &job, self.app.captures().lease()).await?;
        let outcome = tokio::select! {
            biased;
            outcome = self.store_document(document, options.binding, &mut job) => outcome,
            never = at_work.keep_lease(store, self.tenant.id) => match never {},
        };
        match outcome {
            Ok(()) => Ok(job),
            Err(error) => self.give_up(job, error).await,
        }
    }

    /// A capture job of the tenant. Who may capture may also see what became of it.
    ///
    /// # Errors
    /// [`AppError`].
    pub async fn job(&self, id: &str) -> Result<Option<Job>, AppError> {
        self.require(Role::Capture).or_else(|_| self.require(Role::Read))?;
        Ok(self.app.store().job(self.tenant.id, id).await?)
    }

    /// The latest capture jobs of the tenant, newest first.
    ///
    /// # Errors
    /// [`AppError`].
    pub async fn jobs(&self, first: u16) -> Result<Vec<Job>, AppError> {
        self.require(Role::Read)?;
        Ok(self.app.store().jobs(self.tenant.id, u64::from(first)).await?)
    }

    async fn store_document(&self, document: File, binding: Binding, job: &mut Job) -> Result<(), CaptureError> {
        let latest = job.created_at.checked_add(CLOCK_DIFFERENCE).ok();
        let limit = self.app.limits().max_events;
        let mut events = 0;
        let mut items = read_in_background(document, binding, Limits { latest, ..Limits::default() });
        let mut capture = Some(self.app.store().capture(&self.tenant, stages, job.created_at).await?);
        while let Some(batch) = items.recv().await {
            let batch = batch.map_err(CaptureError::Spool)?;
            events += batch.rejected + u64::try_from(batch.events.len()).unwrap_or(u64::MAX);
            if events > limit {
                return Err(CaptureError::TooManyEvents { limit });
            }
            job.rejected += batch.rejected;
            keep(job, batch.findings);
            let mut is_sound = !batch.unsound;
            if let Some(open) = &mut capture
                && (is_sound || job.behaviour == ErrorBehaviour::Proceed)
            {
                open.vocabulary(&batch.vocabulary).await?;
                is_sound &= write(open, batch.events, job).await?;
            }
            // When nothing will be stored, others may write; the rest is read for its findings.
            if !is_sound && job.behaviour == ErrorBehaviour::Rollback {
                capture = None;
            }
        }
        let Some(capture) = capture else {
            return Ok(self.fail(job, None).await?);
        };
        job.status = JobStatus::Finished;
        job.finished_at = Some(self.app.now());
        Ok(capture.commit(job).await?)
    }

    /// The document is not stored, and the job must not say that it still may be.
    async fn give_up(&self, mut job: Job, error: CaptureError) -> Result<Job, CaptureError> {
        let at = Location::default();
        let finding = match &error {
            CaptureError::TooManyEvents { limit } => {
                let message = format!("the document has more than {limit} events, which is the limit here");
                reject("CAPTURE-LIMIT", at, message, "send it in parts")
            }
            _ => reject("CAPTURE-FAILED", at, "the gateway could not store the document".to_owned(), "send it again"),
        };
        match self.fail(&mut job, Some(finding)).await {
            // Its commit was not acknowledged, and yet it may have been done.
            Err(AppError::Store(StoreError::JobEnded)) => match self.app.store().job(self.tenant.id, &job.id).await? {
                Some(ended) if ended.status == JobStatus::Finished => Ok(ended),
                _ => Err(error),
            },
            // Where the database cannot be told, the job ends with its lease.
            Ok(()) | Err(_) => Err(error),
        }
    }

    async fn fail(&self, job: &mut Job, finding: Option<Finding>) -> Result<(), AppError> {
        keep(job, finding);
        job.stored = 0;
        job.duplicates = 0;
        job.status = JobStatus::Failed;
        job.finished_at = Some(self.app.now());
        Ok(self.app.store().end_job(self.tenant.id, job).await?)
    }
}

/// Receives a document into a file without a name, which the operating system removes with the last handle on it.
async fn spool(mut body: impl AsyncRead + Unpin, limit: u64) -> Result<File, CaptureError> {
    let file = tempfile::tempfile().map_err(CaptureError::Spool)?;
    // Each write is done by another thread: few large ones.
    let mut file = BufWriter::with_capacity(WRITTEN_AT_ONCE, tokio::fs::File::from_std(file));
    let mut piece = vec![0; SPOOLED_AT_ONCE];
    let mut received: u64 = 0;
    loop {
        let length = body.read(&mut piece).await.map_err(CaptureError::Input)?;
        if length == 0 {
            break;
        }
        received = received.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        if received > limit {
            return Err(CaptureError::TooLarge { limit });
        }
        file.write_all(piece.get(..length).unwrap_or_default()).await.map_err(CaptureError::Spool)?;
    }
    file.flush().await.map_err(CaptureError::Spool)?;
    let mut file = file.into_inner().into_std().await;
    file.rewind().map_err(CaptureError::Spool)?;
    Ok(file)
}

/// Bytes of a document that are taken at once while it is received, and that are written at once.
const SPOOLED_AT_ONCE: usize = 1 << 16;
const WRITTEN_AT_ONCE: usize = 1 << 20;

type ReadBatch = io::Result<Batch>;

/// Clocks of trading partners differ by this much without anybody being wrong.
pub const CLOCK_DIFFERENCE: Duration = Duration::from_mins(5);

/// Reads and prepares events on a thread of its own. The channel is short, so the reader waits for the database and memory stays flat.
fn read_in_background(document: File, binding: Binding, limits: Limits) -> mpsc::Receiver<ReadBatch> {
    let (sender, receiver) = mpsc::channel(1);
    tokio::task::spawn_blocking(move || {
        let mut reader = Reader::with_limits(BufReader::with_capacity(1 << 16, document), binding, limits);
        loop {
            // What needs no database is done here, beside it.
            let (batch, is_last) = Batch::read(&mut reader);
            // A closed channel means that nobody waits for the rest.
            if sender.blocking_send(batch).is_err() || is_last {
                return;
            }
        }
    });
    receiver
}

/// A batch of items by what is to be done with them.
#[derive(Default)]
struct Batch {
    events: Vec<(Asserted, Location)>,
    vocabulary: Vec<VocabularyElement>,
    findings: Vec<Finding>,
    rejected: u64,
    unsound: bool,
}

impl Batch {
    /// Reads until there is enough for a batch; `true` when nothing comes after it.
    fn read(items: &mut impl Iterator<Item = io::Result<Item>>) -> (ReadBatch, bool) {
        let mut batch = Self::default();
        while batch.events.len() + batch.vocabulary.len() + batch.findings.len() < BATCH {
            match items.next() {
                Some(Ok(item)) => batch.add(item),
                Some(Err(error)) => return (Err(error), true),
                None => return (Ok(batch), true),
            }
        }
        (Ok(batch), false)
    }

    fn add(&mut self, item: Item) {
        match item {
            Item::Event { event, at, findings } => {
                self.findings.extend(findings);
                self.event(&event, at);
            }
            Item::Rejected { findings, .. } => {
                self.rejected += 1;
                self.unsound = true;
                self.findings.extend(findings);
            }
            // What stands beside the events is not kept; a foreign event comes with a finding that says so.
            Item::Foreign { findings, .. } => self.findings.extend(findings),
            Item::Document(_) | Item::Extension(..) => {}
            Item::Vocabulary(element) => self.vocabulary.push(element),
            Item::Finding(finding) => {
                self.unsound |= finding.severity == Severity::Reject;
                self.findings.push(finding);
            }
        }
    }

    fn event(&mut self, event: &Event, at: Location) {
        match Asserted::new(event, stages(event)) {
            Ok(asserted) => self.events.push((asserted, at)),
            Err(error) => {
                self.rejected += 1;
                self.unsound = true;
                let help = "write identifiers, codes and units of 1,000 bytes at most, without control characters";
                self.findings.push(reject("CAPTURE-TEXT", at, error.to_string(), help));
            }
        }
    }
}

/// Keeps rejections before anything else when there are more findings than a job can hold.
fn keep(job: &mut Job, findings: impl IntoIterator<Item = Finding>) {
    for finding in findings {
        if job.findings.len() < MAX_FINDINGS {
            job.findings.push(finding);
            continue;
        }
        job.findings_omitted += 1;
        if finding.severity == Severity::Reject
            && let Some(lesser) = job.findings.iter_mut().rev().find(|kept| kept.severity != Severity::Reject)
        {
            *lesser = finding;
        }
    }
}

/// Writes events; `false` when one of them contradicts an event that is stored already.
async fn write(capture: &mut Capture, events: Vec<(Asserted, Location)>, job: &mut Job) -> Result<bool, CaptureError> {
    let (events, places): (Vec<_>, Vec<_>) = events.into_iter().unzip();
    let ids: Vec<_> = events.iter().map(|event| event.event_id.clone()).collect();
    let outcomes = capture.write(events).await?;
    let mut sound = true;
    for ((outcome, at), id) in outcomes.into_iter().zip(places).zip(ids) {
        match outcome {
            Outcome::Stored => job.stored += 1,
            Outcome::Duplicate => job.duplicates += 1,
            Outcome::Conflict => {
                let message = format!("another event with the eventID `{}` is stored already", id.unwrap_or_default());
                let help = "give the event an id of its own, or declare the stored one wrong with an errorDeclaration";
                keep(job, [reject("CAPTURE-EVENT-ID-CONFLICT", at, message, help)]);
                job.rejected += 1;
                sound = false;
            }
        }
    }
    Ok(sound)
}
