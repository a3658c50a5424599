//! Connections: accepted, limited in time, and ended in order.

use std::{future::Future, time::Duration};

use axum::{Router, body::Body, http::Request, serve::Listener};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

use crate::{Config, operations};

/// How often old samples of durations are summed up, so that they do not pile up where nobody asks for them.
const UPKEEP: Duration = Duration::from_secs(5);

/// Serves until `shutdown` completes, then stops accepting and finishes what it began. What is not finished within
/// [`Config::drain_timeout`] is dropped: nobody can keep the gateway from stopping.
pub async fn serve(mut listener: TcpListener, router: Router, config: Config, shutdown: impl Future<Output = ()>) {
    let (stop, stopping) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut upkeep = tokio::time::interval(UPKEEP);
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            (stream, _) = Listener::accept(&mut listener) => {
                connections.spawn(connection(stream, router.clone(), config.header_timeout, stopping.clone()));
            }
            Some(_ended) = connections.join_next() => {}
            _ = upkeep.tick() => operations::recorder().run_upkeep(),
        }
    }
    drop(listener);
    drop(stop);
    let drained = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(config.drain_timeout, drained).await.is_err() {
        tracing::warn!(http.connections = connections.len(), "connections that did not end in time are dropped");
    }
}

/// One connection, until it ends or has answered the request during which the gateway was told to stop.
async fn connection(stream: TcpStream, router: Router, header_timeout: Duration, mut stopping: watch::Receiver<()>) {
    let router = tower::util::MapRequest::new(router, |request: Request<Incoming>| request.map(Body::new));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(header_timeout);
    let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = &mut connection => ended,
        // The sender is dropped when the gateway is told to stop.
        _stopped = stopping.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke off");
    }
}
