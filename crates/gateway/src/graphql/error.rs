//! The closed set of error codes that GraphQL answers carry.

use app::{AppError, CaptureError};
use async_graphql::{Error, ErrorExtensions, Response, ServerError, Value};

use crate::incident;

/// What kind of error it is, as `extensions.code`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Code {
    /// Nobody, or nobody who is welcome at this endpoint.
    Unauthenticated,
    /// The request makes no sense.
    BadRequest,
    /// The cursor belongs to another question.
    BadCursor,
    /// Not for this caller at all.
    NotAvailable,
    /// The caller lacks a role.
    Forbidden,
    /// The request asks for too much.
    Limit,
    /// What the gateway stands on does not work for now.
    Unavailable,
    /// The gateway failed.
    Internal,
}

impl Code {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::BadRequest => "BAD_REQUEST",
            Self::BadCursor => "BAD_CURSOR",
            Self::NotAvailable => "NOT_AVAILABLE",
            Self::Forbidden => "FORBIDDEN",
            Self::Limit => "LIMIT",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }

    /// An error of this kind.
    pub(crate) fn error(self, message: impl Into<String>) -> Error {
        Error::new(message).extend_with(|_, extensions| extensions.set("code", self.as_str()))
    }

    /// An error of this kind about the request as a whole.
    pub(crate) fn server_error(self, message: impl Into<String>) -> ServerError {
        self.error(message).into_server_error(async_graphql::Pos::default())
    }
}

/// What a use case's failure says to the outside.
pub(crate) fn from_app(error: &AppError) -> Error {
    match error {
        AppError::Unauthenticated(_) => Code::Unauthenticated.error("the token is not accepted here"),
        AppError::Forbidden(_) => Code::Forbidden.error(error.to_string()),
        AppError::StaffOnly => Code::NotAvailable.error(error.to_string()),
        AppError::BadRequest(detail) => Code::BadRequest.error(detail.as_str()),
        AppError::BadCursor => Code::BadCursor.error("the cursor does not belong to this question"),
        AppError::Store(_) if error.trouble().is_some() => {
            let incident = incident::record(error);
            Code::Unavailable
                .error("the database of the gateway does not answer, or has no room left; ask again later")
                .extend_with(|_, extensions| extensions.set("incident", incident.as_str()))
        }
        AppError::Randomness | AppError::Store(_) | AppError::Export(_) => internal(error),
    }
}

/// What the failure of a capture says to the outside.
pub(crate) fn from_capture(error: &CaptureError) -> Error {
    match error {
        CaptureError::TooLarge { .. } | CaptureError::TooManyEvents { .. } => Code::Limit.error(error.to_string()),
        // The document is in the request already: what failed is the temporary file.
        CaptureError::Input(_) | CaptureError::Spool(_) => internal(error),
        CaptureError::App(error) => from_app(error),
    }
}

/// A failure of the gateway itself.
pub(crate) fn internal(error: &(dyn std::error::Error + 'static)) -> Error {
    let incident = incident::record(error);
    Code::Internal
        .error("the gateway could not do this; its log knows more under the incident")
        .extend_with(|_, extensions| extensions.set("incident", incident.as_str()))
}

/// Gives a code to the errors that the GraphQL library makes itself: all of them are about the request.
pub(crate) fn complete(response: &mut Response) {
    for error in &mut response.errors {
        let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
        if matches!(code, Some(Value::String(_))) {
            continue;
        }
        // The library has limits for what it counts itself, and tells them from other errors by their words only.
        let limits = ["Query is too complex", "The recursion depth of the query", "The number of directives"];
        let limit = limits.iter().any(|words| error.message.starts_with(words));
        let code = if limit { Code::Limit } else { Code::BadRequest };
        error.extensions.get_or_insert_default().set("code", code.as_str());
    }
}
