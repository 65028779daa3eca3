//! The admin port: is the process alive, can it serve, what did it count. Plain HTTP on loopback, no credentials, no
//! personal data.

use crate::{health::Health, telemetry::Telemetry};
use axum::{
    Router,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Serves until stopped.
pub(crate) async fn serve(
    listener: TcpListener,
    health: Arc<Health>,
    telemetry: Arc<Telemetry>,
    stop: CancellationToken,
) {
    let readiness = move || {
        let (ready, text) = health.ready();
        async move { (if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, text) }
    };
    let metrics = move || {
        let text = telemetry.scrape();
        async move { ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response() }
    };
    let router = Router::new()
        .route("/livez", get(|| async { "alive\n" }))
        .route("/readyz", get(readiness))
        .route("/metrics", get(metrics));
    let serving = axum::serve(listener, router);
    if let Some(Err(error)) = stop.run_until_cancelled(serving.into_future()).await {
        tracing::error!(error = %error, "the admin port ended");
    }
}
