//! Why a use case could not be carried out.

use auth::Refusal;
use domain::Role;
use epcis::Finding;
use store::StoreError;

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
    /// The sender stopped sending, or the temporary file could not be written.
    #[error("the document could not be received")]
    Input(#[source] std::io::Error),
    /// The job exists and says what is wrong.
    #[error(transparent)]
    App(#[from] AppError),
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
