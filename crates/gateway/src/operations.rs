//! What operators look at: `/healthz`, `/readyz`, `/metrics`, and a span with a line in the log for every request.

use std::{sync::OnceLock, time::Instant};

use app::{App, Job, JobStatus};
use axum::{
    extract::{MatchedPath, Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::problem::Problem;

/// Upper bounds of the buckets for durations, in seconds.
const BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The one recorder of this process, however many routers it has.
pub(crate) fn recorder() -> &'static PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER.get_or_init(|| {
        let builder = || {
            let duration = Matcher::Suffix("_seconds".to_owned());
            // Refused for an empty list of buckets only.
            PrometheusBuilder::new().set_buckets_for_metric(duration, &BUCKETS).unwrap_or_default()
        };
        // Where the process has a recorder of its own, the metrics are there and not here.
        builder().install_recorder().unwrap_or_else(|_| builder().build_recorder().handle())
    })
}

/// `GET /healthz`: the process lives.
pub(crate) async fn health() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the gateway can answer.
pub(crate) async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    if app.is_ready().await { (StatusCode::OK, "ready\n") } else { (StatusCode::SERVICE_UNAVAILABLE, "not ready\n") }
}

/// `GET /metrics`, in the text format of Prometheus.
pub(crate) async fn metrics() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], recorder().render())
}

/// The route template of a request: never its path, which may name a lot.
fn route(request: &Request) -> String {
    request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned()
}

/// The span of a request. Bodies, tokens and query strings are never in it.
pub(crate) fn span(request: &Request) -> tracing::Span {
    tracing::info_span!("http.request", http.method = method(request), http.route = route(request))
}

/// Methods that clients invent do not become labels.
fn method(request: &Request) -> &'static str {
    match request.method().as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "HEAD" => "HEAD",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// Counts and times every request.
pub(crate) async fn measure(request: Request, next: Next) -> Response {
    let labels = [("route", route(&request)), ("method", method(&request).to_owned())];
    let began = Instant::now();
    let response = next.run(request).await;
    metrics::histogram!("lotline_http_request_duration_seconds", &labels).record(began.elapsed());
    let status = response.status().as_u16().to_string();
    let [route, method] = labels;
    metrics::counter!("lotline_http_requests_total", &[route, method, ("status", status)]).increment(1);
    response
}

/// Counts what became of a document.
pub(crate) fn count_capture(job: &Job) {
    let outcome = match job.status {
        JobStatus::Running => "running",
        JobStatus::Finished => "finished",
        JobStatus::Failed => "failed",
    };
    metrics::counter!("lotline_captured_documents_total", "outcome" => outcome).increment(1);
    metrics::counter!("lotline_captured_events_total").increment(job.stored);
}

/// Gives a problem document to failures that nobody has said anything about: unknown paths, methods that a path does
/// not know, answers that took too long.
pub(crate) async fn explain(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    let unsaid = !response.headers().contains_key(header::CONTENT_TYPE);
    if !(unsaid && (status.is_client_error() || status.is_server_error())) {
        return response;
    }
    let mut explained = Problem::of_status(status).into_response();
    if let Some(allow) = response.headers().get(header::ALLOW) {
        explained.headers_mut().insert(header::ALLOW, allow.clone());
    }
    explained
}
