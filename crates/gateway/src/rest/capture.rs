//! `/epcis/capture`: documents in, and what became of them.

use std::{sync::Arc, time::Duration};

use app::{App, Caller, CaptureOptions, ErrorBehaviour, Job, JobStatus};
use axum::{
    body::{Body, BodyDataStream},
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use epcis::{Binding, Severity};
use futures_util::{Stream, StreamExt, stream};
use serde_json::{Value, json};
use tokio_util::io::StreamReader;

use crate::{
    Config,
    bearer::Authenticated,
    incident,
    media_type::{content_length, content_type},
    operations,
    problem::Problem,
};

/// What can be captured.
const ACCEPTED: [&str; 4] = ["application/xml", "text/xml", "application/ld+json", "application/json"];
/// What a bad event means for the good ones (EPCIS 2.0 §12.6).
const ERROR_BEHAVIOUR: HeaderName = HeaderName::from_static("gs1-capture-error-behaviour");
const VERSIONS: [(HeaderName, &str); 2] =
    [(HeaderName::from_static("gs1-epcis-version"), "2.0.0"), (HeaderName::from_static("gs1-cbv-version"), "2.0.0")];

/// `POST /epcis/capture`.
///
/// The document is streamed in. The job is finished or failed when `202 Accepted` is sent; the standard's client asks
/// for it once and need not come back.
pub(crate) async fn capture(
    Authenticated(caller): Authenticated,
    State(app): State<App>,
    State(config): State<Config>,
    headers: HeaderMap,
    body: Body,
) -> impl IntoResponse {
    let announced = limits(&app);
    (VERSIONS, announced, receive(caller, app, config, headers, body).await)
}

async fn receive(
    caller: Caller,
    app: App,
    config: Config,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    caller.require(domain::Role::Capture).map_err(|error| Problem::from(&error))?;
    uncompressed(&headers)?;
    let binding = binding(&headers)?;
    let behaviour = behaviour(&headers)?;
    let limit = app.limits().max_document_bytes;
    if content_length(&headers).is_some_and(|length| length > limit) {
        return Err(Problem::too_large(limit));
    }
    let chunks = Box::pin(patient(body.into_data_stream(), config.request_timeout));
    let caller = Arc::new(caller);
    let options = CaptureOptions { binding, behaviour };
    // On a task of its own: a client that hangs up after its last byte must not leave a capture half-way.
    let capture = tokio::spawn(async move { caller.capture(StreamReader::new(chunks), options).await });
    let job = capture.await.map_err(|error| Problem::internal(&incident::record(&error)))?;
    let job = job.map_err(|error| Problem::from(&error))?;
    operations::count_capture(&job);
    let location = format!("/epcis/capture/{}", job.id);
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)]).into_response())
}

/// `OPTIONS /epcis/capture`: what can be captured here.
pub(crate) async fn options(_: Authenticated, State(app): State<App>) -> Response {
    (StatusCode::NO_CONTENT, VERSIONS, limits(&app), [(header::ALLOW, "OPTIONS, POST")]).into_response()
}

/// How many events and bytes a document may have, and that the sender may choose what a bad event means.
fn limits(app: &App) -> [(HeaderName, String); 3] {
    let limits = app.limits();
    [
        (HeaderName::from_static("gs1-epcis-capture-limit"), limits.max_events.to_string()),
        (HeaderName::from_static("gs1-epcis-capture-file-size-limit"), limits.max_document_bytes.to_string()),
        // The standard's word for both of them.
        (ERROR_BEHAVIOUR, "all".to_owned()),
    ]
}

/// `GET /epcis/capture/{id}`.
pub(crate) async fn job(
    Authenticated(caller): Authenticated,
    id: Result<Path<String>, PathRejection>,
) -> Result<axum::Json<Value>, Problem> {
    let Path(id) = id.map_err(|_| Problem::not_found("there is no capture job of this name"))?;
    match caller.job(&id).await.map_err(|error| Problem::from(&error))? {
        Some(job) => Ok(axum::Json(capture_job(&job))),
        None => Err(Problem::not_found(format!("there is no capture job `{id}`"))),
    }
}

/// Refuses what would have to be unpacked first.
fn uncompressed(headers: &HeaderMap) -> Result<(), Problem> {
    let packed = |coding: &&HeaderValue| !coding.as_bytes().eq_ignore_ascii_case(b"identity");
    match headers.get_all(header::CONTENT_ENCODING).iter().find(packed) {
        Some(coding) => Err(Problem::compressed(&String::from_utf8_lossy(coding.as_bytes()))),
        None => Ok(()),
    }
}

/// What a bad event is to mean; two headers are no answer.
fn behaviour(headers: &HeaderMap) -> Result<ErrorBehaviour, Problem> {
    let mut values = headers.get_all(ERROR_BEHAVIOUR).iter();
    match (values.next().map(HeaderValue::as_bytes), values.next()) {
        (None | Some(b"rollback"), None) => Ok(ErrorBehaviour::Rollback),
        (Some(b"proceed"), None) => Ok(ErrorBehaviour::Proceed),
        _ => Err(Problem::bad_request(
            "`GS1-Capture-Error-Behaviour` is `rollback`, for all events or none, or `proceed`, for the good ones",
        )),
    }
}

fn binding(headers: &HeaderMap) -> Result<Binding, Problem> {
    match content_type(headers).as_str() {
        "application/xml" | "text/xml" => Ok(Binding::Xml),
        "application/ld+json" | "application/json" => Ok(Binding::Json),
        other => Err(Problem::unsupported_media_type(other, &ACCEPTED)),
    }
}

/// Gives up on a sender that pauses too long.
fn patient(body: BodyDataStream, patience: Duration) -> impl Stream<Item = std::io::Result<axum::body::Bytes>> + Send {
    stream::unfold(Some(body), move |body| async move {
        let mut body = body?;
        match tokio::time::timeout(patience, body.next()).await {
            Ok(Some(Ok(chunk))) => Some((Ok(chunk), Some(body))),
            Ok(Some(Err(error))) => Some((Err(std::io::Error::other(error)), None)),
            Ok(None) => None,
            Err(_) => Some((Err(std::io::ErrorKind::TimedOut.into()), None)),
        }
    })
}

/// The `captureJob` of EPCIS 2.0, with what was found beside it.
fn capture_job(job: &Job) -> Value {
    let problems = |rejected: bool| -> Vec<Value> {
        let wanted = job.findings.iter().filter(|finding| (finding.severity == Severity::Reject) == rejected);
        wanted.map(|finding| json!(Problem::of_finding(finding))).collect()
    };
    let mut answer = json!({
        "captureID": job.id,
        "createdAt": job.created_at.to_string(),
        "running": job.status == JobStatus::Running,
        "success": job.is_success(),
        "captureErrorBehaviour": match job.behaviour {
            ErrorBehaviour::Rollback => "rollback",
            ErrorBehaviour::Proceed => "proceed",
        },
        "errors": problems(true),
        "warnings": problems(false),
        "findingsOmitted": job.findings_omitted,
        "stored": job.stored,
        "duplicates": job.duplicates,
        "rejected": job.rejected,
    });
    // A text where it is there at all, says the standard.
    if let (Some(members), Some(at)) = (answer.as_object_mut(), job.finished_at) {
        members.insert("finishedAt".to_owned(), at.to_string().into());
    }
    answer
}
