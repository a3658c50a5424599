//! Why a use case could not be carried out.

use auth::Refusal;
use domain::Role;
use epcis::Finding;
use store::{StoreError, Trouble};

/// Why something could not be done. "There is no such thing" is not among them: that is `None`.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The token is not accepted.
    #[error("the token is not accepted: {0}")]
    Unauthenticated(#[source] Refusal),
    /// The token is accepted, but it does not allow this.
    #[error("this needs the role `{}`", role_name(*.0))]
    Forbidden(Role),
    /// Only the tenant's own staff may do this.
    #[error("this is for the organisation's own staff")]
    StaffOnly,
    /// The question makes no sense.
    #[error("{0}")]
    BadRequest(String),
    /// The cursor belongs to another question or to another view, or was tampered with.
    #[error("the cursor does not belong to this question")]
    BadCursor,
    /// The operating system has no random numbers.
    #[error("no random numbers can be had")]
    Randomness,
    /// The database could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The workbook or table could not be written.
    #[error("the export could not be written")]
    Export(#[from] fsma204::ExportError),
}

/// Why a document was not captured; what is wrong *inside* it is a [`Finding`] of the job.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The document is too large.
    #[error("the document is larger than {limit} bytes")]
    TooLarge {
        /// The configured limit.
        limit: u64,
    },
    /// The document has too many events.
    #[error("the document has more than {limit} events")]
    TooManyEvents {
        /// The configured limit.
        limit: u64,
    },
    /// The sender stopped sending.
    #[error("the document could not be received")]
    Input(#[source] std::io::Error),
    /// The temporary file could not be written or read.
    #[error("the document could not be put into a temporary file")]
    Spool(#[source] std::io::Error),
    /// The job exists and says what is wrong.
    #[error(transparent)]
    App(#[from] AppError),
}

impl AppError {
    /// Whether it is the database's trouble, which may pass, and of which kind.
    pub fn trouble(&self) -> Option<Trouble> {
        match self {
            Self::Store(error) => error.trouble(),
            _ => None,
        }
    }
}

impl CaptureError {
    /// Whether it is trouble of the database or of the disk, which may pass, and of which kind.
    pub fn trouble(&self) -> Option<Trouble> {
        use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        match self {
            Self::App(error) => error.trouble(),
            Self::Spool(error) => {
                matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge).then_some(Trouble::Full)
            }
            Self::TooLarge { .. } | Self::TooManyEvents { .. } | Self::Input(_) => None,
        }
    }
}

impl From<StoreError> for CaptureError {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

/// A finding that the gateway itself makes about an event.
pub(crate) fn reject(code: &'static str, at: epcis::Location, message: String, help: &str) -> Finding {
    Finding {
        code: code.into(),
        severity: epcis::Severity::Reject,
        at,
        message,
        help: Some(help.to_owned()),
        corrected: None,
    }
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Read => "read",
        Role::Capture => "capture",
        Role::Admin => "admin",
    }
}
