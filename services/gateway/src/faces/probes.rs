//! Whether the process lives, whether it can serve, what it counted. No credentials, no personal data.

use std::net::SocketAddr;

use axum::{
    Router,
    extract::{ConnectInfo, State},
    response::IntoResponse,
    routing::get,
};
use hoagiai_runtime::Probes;
use http::{StatusCode, header};

pub(super) fn routes(probes: Probes) -> Router {
    Router::new()
        .route("/healthz", get(async || "alive\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(probes)
}

async fn ready(State(probes): State<Probes>) -> impl IntoResponse {
    let (ready, text) = probes.ready();
    (if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, text)
}

/// For this machine alone: how much a service does is nobody else's business. Elsewhere the admin port is for scraping.
async fn metrics(State(probes): State<Probes>, ConnectInfo(peer): ConnectInfo<SocketAddr>) -> impl IntoResponse {
    if !peer.ip().to_canonical().is_loopback() {
        return (StatusCode::NOT_FOUND, "").into_response();
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], probes.metrics()).into_response()
}
