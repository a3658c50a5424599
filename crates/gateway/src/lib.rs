#![doc = include_str!("../README.md")]

mod bearer;
mod graphql;
mod incident;
mod media_type;
mod operations;
mod problem;
mod rest;
mod serve;

use std::{sync::Arc, time::Duration};

use app::App;
use axum::{
    Router,
    extract::FromRef,
    http::StatusCode,
    middleware::from_fn,
    routing::{MethodRouter, get, post},
};
use gs1::CompanyPrefixes;
use tower_http::{
    timeout::TimeoutLayer,
    trace::{DefaultOnResponse, TraceLayer},
};
use tracing::Level;

pub use serve::serve;

/// What is the operator's to decide about the surfaces.
#[derive(Clone, Debug)]
pub struct Config {
    /// Whether `GET /graphql` shows the GraphiQL page.
    pub graphiql: bool,
    /// How long an answer may take. A captured document may take longer; its sender may pause as long.
    pub request_timeout: Duration,
    /// How long the head of a request may take to arrive, also on a connection that had requests before.
    pub header_timeout: Duration,
    /// How long what has begun may take to end after the gateway is told to stop.
    pub drain_timeout: Duration,
    /// With their length known, Digital Links can be written as EPC URNs for those who ask for that.
    pub company_prefixes: Arc<CompanyPrefixes>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            graphiql: false,
            request_timeout: Duration::from_secs(30),
            header_timeout: Duration::from_secs(10),
            drain_timeout: Duration::from_secs(30),
            company_prefixes: Arc::default(),
        }
    }
}

/// What the handlers share.
#[derive(Clone, FromRef)]
struct Shared {
    app: App,
    config: Config,
    staff: graphql::StaffSchema,
    partner: graphql::PartnerSchema,
}

/// All routes.
pub fn router(app: App, config: &Config) -> Router {
    operations::recorder();
    let shared =
        Shared { app, config: config.clone(), staff: graphql::staff_schema(), partner: graphql::partner_schema() };
    // Documents may be large: they have no time limit as a whole, only between their parts.
    let unhurried = Router::new().route("/epcis/capture", post(rest::capture::capture).options(rest::capture::options));
    let in_time = Router::new()
        .route("/graphql", staff_graphql(config))
        .route("/partner/graphql", post(graphql::partner))
        .route("/epcis/capture/{id}", get(rest::capture::job))
        .route("/epcis/events", get(rest::events::events))
        .route("/regulator/export", get(rest::regulator::export))
        .route("/healthz", get(operations::health))
        .route("/readyz", get(operations::ready))
        .route("/metrics", get(operations::metrics))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, config.request_timeout));
    // A failure is logged with its causes where it is met, so the layer says nothing more about it.
    let trace = TraceLayer::new_for_http()
        .make_span_with(operations::span)
        .on_response(DefaultOnResponse::new().level(Level::INFO))
        .on_failure(());
    unhurried
        .merge(in_time)
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(from_fn(operations::explain))
        .layer(from_fn(operations::measure))
        .layer(trace)
        .with_state(shared)
}

fn staff_graphql(config: &Config) -> MethodRouter<Shared> {
    let staff = post(graphql::staff);
    if config.graphiql { staff.get(graphql::graphiql) } else { staff }
}

/// The staff schema in the schema definition language.
pub fn staff_sdl() -> String {
    graphql::staff_schema().sdl()
}

/// The partner schema in the schema definition language.
pub fn partner_sdl() -> String {
    graphql::partner_schema().sdl()
}
