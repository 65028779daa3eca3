//! Third: measures every call, also those that the layers below refuse, from its first byte to the end of its answer:
//! `rpc.server.call.duration` by method and status (semantic conventions 1.42), and logs failures once.

use super::{Handler, Layer, Method, Request, Response, body};
use crate::telemetry::Metrics;
use std::{sync::Arc, time::Instant};
use tonic::Code;
use tracing::Span;

pub(super) struct Metered {
    metrics: Arc<Metrics>,
}

impl Metered {
    pub(super) fn new(metrics: Arc<Metrics>) -> Self {
        Self { metrics }
    }
}

impl Layer for Metered {
    async fn around<H: Handler>(&self, request: Request, inner: &H) -> Response {
        let method = request.extensions().get::<Arc<Method>>().cloned();
        let mut call = Measured {
            metrics: self.metrics.clone(),
            method,
            began: Instant::now(),
            // What a call dropped half-way is: its client left, or a panic went through.
            code: None,
            span: Span::current(),
        };
        self.metrics.call_began();
        let answer = inner.handle(request).await;
        call.see(answer.headers());
        answer.map(|inside| body::watched(inside, call))
    }
}

struct Measured {
    metrics: Arc<Metrics>,
    method: Option<Arc<Method>>,
    began: Instant,
    code: Option<Code>,
    span: Span,
}

impl Measured {
    fn see(&mut self, headers: &http::HeaderMap) {
        if let Some(value) = headers.get("grpc-status") {
            self.code = Some(Code::from_bytes(value.as_bytes()));
        }
    }
}

impl body::Watch for Measured {
    fn trailers(&mut self, trailers: &mut http::HeaderMap) {
        self.see(trailers);
    }

    fn panicked(&mut self) {
        self.code = Some(Code::Internal);
    }
}

impl Drop for Measured {
    fn drop(&mut self) {
        let code = match self.code {
            Some(code) => code,
            None if std::thread::panicking() => Code::Internal,
            None => Code::Cancelled,
        };
        let named = self.method.as_deref().map(|method| &method.name);
        let method = named.map_or("_OTHER", |name| &**name);
        let took = self.began.elapsed();
        self.metrics.call_ended(named.cloned(), code, took);
        self.span.record("rpc.response.status_code", code_word(code));
        let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let _in_span = self.span.enter();
        match code {
            Code::Internal | Code::Unknown | Code::DataLoss => {
                tracing::warn!(rpc.method = method, code = code_word(code), duration_ms, "a call failed");
            }
            _ => tracing::debug!(rpc.method = method, code = code_word(code), duration_ms, "a call ended"),
        }
    }
}

/// The name of a code as the conventions spell it.
pub(crate) fn code_word(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
