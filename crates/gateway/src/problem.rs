//! Problem documents (RFC 9457) with the exception types of EPCIS 2.0.

use app::{AppError, CaptureError, Trouble};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use epcis::Finding;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::incident;

/// When to ask again what could not be answered for now, in seconds.
const RETRY_AFTER: &str = "10";

/// The media type of a problem document.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// What went wrong, for a machine and for a person.
#[derive(Debug, Serialize)]
pub(crate) struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    #[serde(flatten)]
    // Boxed, because a problem is what every fallible function here may return.
    more: Box<Map<String, Value>>,
}

impl Problem {
    fn new(status: StatusCode, kind: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self { kind, title, status: status.as_u16(), detail: detail.into(), more: Box::default() }
    }

    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }

    /// The body of an answer that nothing more is to be said about than its status.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let detail = match status {
            StatusCode::NOT_FOUND => "there is nothing under this path",
            StatusCode::METHOD_NOT_ALLOWED => "this path does not answer to this method; `Allow` names those it does",
            StatusCode::SERVICE_UNAVAILABLE => "the answer took too long; ask again, or for less",
            _ => "the request could not be answered",
        };
        Self::new(status, "about:blank", status.canonical_reason().unwrap_or("Error"), detail)
    }

    /// The token is missing, or not one that is accepted here.
    pub(crate) fn unauthenticated(detail: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "epcisException:SecurityException", "Not authenticated", detail)
    }

    /// There is no such thing, or it is not to be seen.
    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "epcisException:NoSuchResourceException", "No such resource", detail)
    }

    /// A parameter of a query that cannot be.
    pub(crate) fn parameter(name: &str, detail: impl Into<String>) -> Self {
        let kind = "epcisException:QueryParameterException";
        Self::new(StatusCode::BAD_REQUEST, kind, "Query parameter not accepted", detail).with("parameter", name)
    }

    /// The request makes no sense.
    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "epcisException:ValidationException", "Bad request", detail)
    }

    /// A media type that nobody here can read.
    pub(crate) fn unsupported_media_type(found: &str, accepted: &[&str]) -> Self {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        let problem =
            if found.is_empty() { "no media type is given".to_owned() } else { format!("`{found}` cannot be read") };
        let detail = format!("{problem}; send {}", accepted.join(" or "));
        Self::new(status, "epcisException:UnsupportedMediaTypeException", "Unsupported media type", detail)
            .with("accepted", accepted.to_vec())
    }

    /// A body that is not sent as it is.
    pub(crate) fn compressed(coding: &str) -> Self {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        let detail = format!("`Content-Encoding: {coding}` cannot be read; send it uncompressed");
        Self::new(status, "epcisException:UnsupportedMediaTypeException", "Unsupported content coding", detail)
    }

    /// A media type that nobody here can write.
    pub(crate) fn not_acceptable(found: &str, offered: &[&str]) -> Self {
        let status = StatusCode::NOT_ACCEPTABLE;
        let detail = format!("`{found}` cannot be written; accept {}", offered.join(" or "));
        Self::new(status, "epcisException:NotAcceptableException", "Not acceptable", detail)
            .with("offered", offered.to_vec())
    }

    /// A body beyond the limit.
    pub(crate) fn too_large(limit: u64) -> Self {
        let kind = "epcisException:CaptureLimitExceededException";
        let detail = format!("the document is larger than {limit} bytes; send it in parts");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, kind, "Document too large", detail).with("limitBytes", limit)
    }

    /// More events than the limit.
    pub(crate) fn too_many_events(limit: u64) -> Self {
        let kind = "epcisException:CaptureLimitExceededException";
        let detail =
            format!("the document has more than {limit} events, and nothing of it is stored; send it in parts");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, kind, "Too many events", detail).with("limitEvents", limit)
    }

    /// What the gateway stands on does not work for now; nothing was done.
    fn of_trouble(trouble: Trouble, incident: &str) -> Self {
        let (status, title, detail) = match trouble {
            Trouble::Unavailable => {
                let detail = "the database of the gateway does not answer; ask again later. A document may be sent again \
                              whatever became of it";
                (StatusCode::SERVICE_UNAVAILABLE, "Database not available", detail)
            }
            Trouble::Full => {
                let detail = "the gateway has no room left, and its operator has to make some; nothing was stored";
                (StatusCode::INSUFFICIENT_STORAGE, "No room left", detail)
            }
        };
        Self::new(status, "epcisException:ImplementationException", title, detail).with("incident", incident)
    }

    /// The gateway failed; the log has the causes under the incident.
    pub(crate) fn internal(incident: &str) -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        let detail = "the gateway could not do this; its log knows more under the incident";
        Self::new(status, "epcisException:ImplementationException", "Internal error", detail).with("incident", incident)
    }

    /// Something in a document that its sender should know.
    pub(crate) fn of_finding(finding: &Finding) -> Self {
        let Finding { code, severity, at, message, help, corrected } = finding;
        let kind = "epcisException:ValidationException";
        let mut problem =
            Self::new(StatusCode::BAD_REQUEST, kind, "The document is not as it should be", message.as_str())
                .with("code", code.as_ref())
                .with("severity", serde_json::to_value(severity).unwrap_or_default())
                .with("line", at.line)
                .with("column", at.column);
        if let Some(event) = at.event {
            problem = problem.with("eventIndex", event);
        }
        if !at.path.is_empty() {
            problem = problem.with("path", at.path.as_str());
        }
        if let Some(help) = help {
            problem = problem.with("help", help.as_str());
        }
        if let Some(corrected) = corrected {
            problem = problem.with("corrected", corrected.as_str());
        }
        if let Some(rule) = epcis::Rule::of(code).filter(|rule| !rule.section.is_empty()) {
            problem = problem.with("section", rule.section);
        }
        problem
    }
}

impl From<&AppError> for Problem {
    fn from(error: &AppError) -> Self {
        let forbidden = |detail: String| {
            Self::new(StatusCode::FORBIDDEN, "epcisException:SecurityException", "Not allowed", detail)
        };
        match error {
            AppError::Unauthenticated(_) => Self::unauthenticated("the token is not accepted here"),
            AppError::Forbidden(_) | AppError::StaffOnly => forbidden(error.to_string()),
            AppError::BadRequest(detail) => Self::bad_request(detail),
            AppError::BadCursor => Self::parameter("nextPageToken", "the token does not belong to this query"),
            AppError::Randomness | AppError::Store(_) | AppError::Export(_) => match error.trouble() {
                Some(trouble) => Self::of_trouble(trouble, &incident::record(error)),
                None => Self::internal(&incident::record(error)),
            },
        }
    }
}

impl From<&CaptureError> for Problem {
    fn from(error: &CaptureError) -> Self {
        match error {
            CaptureError::TooLarge { limit } => Self::too_large(*limit),
            CaptureError::TooManyEvents { limit } => Self::too_many_events(*limit),
            CaptureError::Spool(_) => match error.trouble() {
                Some(trouble) => Self::of_trouble(trouble, &incident::record(error)),
                None => Self::internal(&incident::record(error)),
            },
            CaptureError::Input(_) => Self::bad_request("the document did not arrive whole; send it again"),
            CaptureError::App(error) => Self::from(error),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // Strings and numbers with string keys: writing them into memory cannot fail.
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, [(header::CONTENT_TYPE, PROBLEM_JSON)], body).into_response();
        if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::INSUFFICIENT_STORAGE) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
