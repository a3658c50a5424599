//! `/epcis/capture`: documents in, and what became of them.

use std::{sync::Arc, time::Duration};

use app::{App, Job, JobStatus};
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
) -> Result<Response, Problem> {
    caller.require(domain::Role::Capture).map_err(|error| Problem::from(&error))?;
    uncompressed(&headers)?;
    let binding = binding(&headers)?;
    let behaviour = headers.get("gs1-capture-error-behaviour").map(|value| value.to_str().unwrap_or_default());
    if behaviour.is_some_and(|behaviour| behaviour != "rollback") {
        return Err(Problem::bad_request("a document is captured whole or not at all: `rollback` is what is done"));
    }
    let limit = app.limits().max_document_bytes;
    if content_length(&headers).is_some_and(|length| length > limit) {
        return Err(Problem::too_large(limit));
    }
    let chunks = Box::pin(patient(body.into_data_stream(), config.request_timeout));
    let caller = Arc::new(caller);
    // On a task of its own: a client that hangs up after its last byte must not leave a capture half-way.
    let capture = tokio::spawn(async move { caller.capture(StreamReader::new(chunks), binding).await });
    let job = capture.await.map_err(|error| Problem::internal(&incident::record(&error)))?;
    let job = job.map_err(|error| Problem::from(&error))?;
    operations::count_capture(&job);
    let location = format!("/epcis/capture/{}", job.id);
    Ok((StatusCode::ACCEPTED, VERSIONS, [(header::LOCATION, location)]).into_response())
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
    json!({
        "captureID": job.id,
        "createdAt": job.created_at.to_string(),
        "finishedAt": job.finished_at.map(|at| at.to_string()),
        "running": job.status == JobStatus::Running,
        "success": job.status == JobStatus::Finished,
        "captureErrorBehaviour": "rollback",
        "errors": problems(true),
        "warnings": problems(false),
        "stored": job.stored,
        "duplicates": job.duplicates,
        "rejected": job.rejected,
    })
}
