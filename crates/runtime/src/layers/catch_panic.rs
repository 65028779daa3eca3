//! Outermost: a panic anywhere below becomes INTERNAL and is counted. Without it the client sees CANCELLED (the stream
//! is reset), so nobody retries and nobody is alerted.

use super::{Handler, Layer, Request, Response, body, fault::Fault};
use crate::telemetry::Metrics;
use futures_util::FutureExt;
use std::{
    any::Any,
    panic::AssertUnwindSafe,
    sync::{Arc, OnceLock},
};

/// Where the request id layer leaves the id for the layer outside of it.
#[derive(Debug, Clone, Default)]
pub(super) struct IdSlot(pub(super) Arc<OnceLock<Arc<str>>>);

pub(super) struct CatchPanic {
    metrics: Arc<Metrics>,
}

impl CatchPanic {
    pub(super) fn new(metrics: Arc<Metrics>) -> Self {
        Self { metrics }
    }
}

impl Layer for CatchPanic {
    async fn around<H: Handler>(&self, mut request: Request, inner: &H) -> Response {
        let id = IdSlot::default();
        request.extensions_mut().insert(id.clone());
        let metrics = self.metrics.clone();
        let report = move |panic: Box<dyn Any + Send>| {
            metrics.panicked();
            let request_id = id.0.get().map(|id| &**id).unwrap_or_default();
            // The text of a panic may quote data, so the place (printed by the panic hook) has to do.
            drop(panic);
            tracing::error!(request_id, "a call panicked");
            Fault::Internal { request_id }.status()
        };
        match AssertUnwindSafe(inner.handle(request)).catch_unwind().await {
            Ok(answer) => answer.map(|inside| body::caught(inside, report)),
            Err(panic) => body::answer(report(panic)),
        }
    }
}
