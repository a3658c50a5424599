//! The surfaces of Lotline over HTTP: GraphQL for staff and for partners, EPCIS REST, the regulator's export, operations.

use std::{future::Future, time::Duration};

use app::App;
use axum::{Router, extract::State, http::StatusCode, routing::get};

/// What is the operator's to decide about the surfaces.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Whether `GET /graphql` shows the GraphiQL page.
    pub graphiql: bool,
    /// How long an answer may take, and how long a sender of a document may pause.
    pub request_timeout: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self { graphiql: false, request_timeout: Duration::from_secs(30) }
    }
}

/// All routes.
pub fn router(app: App, config: Config) -> Router {
    let _ = config;
    Router::new().route("/healthz", get(|| async { "ok\n" })).route("/readyz", get(ready)).with_state(app)
}

async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    if app.is_ready().await { (StatusCode::OK, "ready\n") } else { (StatusCode::SERVICE_UNAVAILABLE, "not ready\n") }
}

/// The staff schema in the schema definition language.
pub fn staff_sdl() -> String {
    String::new()
}

/// The partner schema in the schema definition language.
pub fn partner_sdl() -> String {
    String::new()
}

/// Serves until `shutdown` completes, then stops accepting and finishes what it began.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: tokio::net::TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(shutdown).await
}
