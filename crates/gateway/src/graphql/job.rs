//! Capture jobs and what they found.

use app::{ErrorBehaviour as Behaviour, Job as CaptureJob, JobStatus as Status};
use async_graphql::{Enum, ID, SimpleObject};

use super::scalar::DateTime;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, Enum, Eq, PartialEq)]
#[graphql(remote = "epcis::Severity")]
pub(crate) enum Severity {
    /// Worth knowing.
    Info,
    /// Accepted, but it will hurt.
    Warn,
    /// Not accepted.
    Reject,
}

/// Something about a document that its sender should know.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Finding {
    /// Stable code, for example `EPCIS-TIME-FORMAT`.
    code: String,
    /// How much it matters.
    severity: Severity,
    /// What was found.
    message: String,
    /// What was expected, or what to write instead.
    help: Option<String>,
    /// The value that would have been right; null where there is none.
    corrected: Option<String>,
    /// The section of the standard behind the code; null for what the gateway itself asks for.
    section: Option<&'static str>,
    /// Line in the document, from 1.
    line: u64,
    /// Column in bytes, from 1.
    column: u64,
    /// Index of the event in the document, from 0; null outside the list of events.
    event_index: Option<u64>,
    /// JSON pointer or path of XML elements; null where there is none.
    path: Option<String>,
}

impl From<epcis::Finding> for Finding {
    fn from(finding: epcis::Finding) -> Self {
        let at = finding.at;
        let section = epcis::Rule::of(&finding.code).map(|rule| rule.section).filter(|section| !section.is_empty());
        Self {
            code: finding.code.into_owned(),
            severity: finding.severity.into(),
            message: finding.message,
            help: finding.help,
            corrected: finding.corrected,
            section,
            line: at.line,
            column: at.column,
            event_index: at.event,
            path: (!at.path.is_empty()).then_some(at.path),
        }
    }
}

/// Where a capture job stands.
#[derive(Clone, Copy, Debug, Enum, Eq, PartialEq)]
#[graphql(remote = "Status")]
pub(crate) enum JobStatus {
    /// Being worked on.
    Running,
    /// What was to be stored is on disk: every event of the document, or with `PROCEED` every good one.
    Finished,
    /// Nothing of the document was stored; the findings say why.
    Failed,
}

/// What a bad event means for the good ones of its document.
#[derive(Clone, Copy, Debug, Enum, Eq, PartialEq)]
#[graphql(remote = "Behaviour")]
pub(crate) enum ErrorBehaviour {
    /// All events are stored, or none.
    Rollback,
    /// The good ones are stored.
    Proceed,
}

/// What became of a document.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Job {
    /// Its name.
    id: ID,
    /// Where it stands.
    status: JobStatus,
    /// What a bad event means for the good ones.
    error_behaviour: ErrorBehaviour,
    /// Who sent the document.
    actor: String,
    /// When the document came.
    created_at: DateTime,
    /// When it was done.
    finished_at: Option<DateTime>,
    /// Events stored.
    stored: u64,
    /// Events that were there already.
    duplicates: u64,
    /// Events not accepted.
    rejected: u64,
    /// What is to be said about the document, in its order: 1,000 at most, rejections before all else.
    #[graphql(complexity = "1 + 5 * child_complexity")]
    findings: Vec<Finding>,
    /// How many findings there are beyond those that are listed.
    findings_omitted: u64,
}

impl From<CaptureJob> for Job {
    fn from(job: CaptureJob) -> Self {
        Self {
            id: ID(job.id),
            status: job.status.into(),
            error_behaviour: job.behaviour.into(),
            actor: job.actor,
            created_at: DateTime(job.created_at),
            finished_at: job.finished_at.map(DateTime),
            stored: job.stored,
            duplicates: job.duplicates,
            rejected: job.rejected,
            findings: job.findings.into_iter().map(Finding::from).collect(),
            findings_omitted: job.findings_omitted,
        }
    }
}

/// The syntax of a document.
#[derive(Clone, Copy, Debug, Enum, Eq, PartialEq)]
pub(crate) enum MediaType {
    /// EPCIS XML, 1.2 or 2.0.
    #[graphql(name = "XML")]
    Xml,
    /// EPCIS 2.0 JSON-LD.
    #[graphql(name = "JSON_LD")]
    JsonLd,
}

impl From<MediaType> for epcis::Binding {
    fn from(media_type: MediaType) -> Self {
        match media_type {
            MediaType::Xml => Self::Xml,
            MediaType::JsonLd => Self::Json,
        }
    }
}

/// What became of a captured document.
#[derive(Clone, Copy, Debug, Enum, Eq, PartialEq)]
pub(crate) enum CaptureStatus {
    /// Every event of the document is on disk.
    Captured,
    /// Every event of the document was on disk before.
    Duplicate,
    /// Every good event of the document is on disk; the findings say what was wrong with the rest.
    Partial,
    /// Nothing of the document was stored; the findings say why.
    Rejected,
}

/// The outcome of `capture`.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct CapturePayload {
    /// What became of the document.
    status: CaptureStatus,
    /// The job that the gateway keeps of it.
    job: Job,
    /// What is to be said about the document, in its order: 1,000 at most, rejections before all else.
    #[graphql(complexity = "1 + 5 * child_complexity")]
    findings: Vec<Finding>,
}

impl From<CaptureJob> for CapturePayload {
    fn from(job: CaptureJob) -> Self {
        let status = match job.status {
            Status::Running | Status::Failed => CaptureStatus::Rejected,
            Status::Finished if !job.is_success() && job.stored + job.duplicates == 0 => CaptureStatus::Rejected,
            Status::Finished if !job.is_success() => CaptureStatus::Partial,
            Status::Finished if job.stored == 0 && job.duplicates > 0 => CaptureStatus::Duplicate,
            Status::Finished => CaptureStatus::Captured,
        };
        let job = Job::from(job);
        Self { status, findings: job.findings.clone(), job }
    }
}
