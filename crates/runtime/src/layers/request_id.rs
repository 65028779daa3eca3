//! Second: every call has a request id and a span before anything is measured or refused, so that every line below it
//! can be found. Joins the caller's trace (W3C traceparent) and looks the method up once for all layers.

use super::{Handler, Layer, Methods, Request, Response, catch_panic::IdSlot};
use hoagiai_types::Env;
use http::HeaderValue;
use opentelemetry::{propagation::TextMapPropagator, trace::TraceContextExt};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use std::sync::Arc;
use tracing::{Instrument, Span, field::Empty};
use tracing_opentelemetry::OpenTelemetrySpanExt;

const HEADER: &str = "x-request-id";

/// The id of the current call, in the extensions of its request.
#[derive(Debug, Clone)]
pub struct CallId(pub Arc<str>);

pub(super) struct RequestId {
    env: Env,
    methods: Arc<Methods>,
    propagator: TraceContextPropagator,
}

impl RequestId {
    pub(super) fn new(env: Env, methods: Arc<Methods>) -> Self {
        Self { env, methods, propagator: TraceContextPropagator::new() }
    }

    fn span(&self, request: &Request, method: &str, id: &str) -> Span {
        let span = tracing::info_span!(
            "call",
            otel.name = method,
            otel.kind = "server",
            rpc.system.name = "grpc",
            rpc.method = method,
            rpc.response.status_code = Empty,
            request_id = id,
            trace_id = Empty,
        );
        let context = self.propagator.extract(&Carrier(request.headers()));
        let parent = context.span().span_context().clone();
        if parent.is_valid() {
            span.record("trace_id", parent.trace_id().to_string());
            let _ = span.set_parent(context);
        }
        span
    }
}

impl Layer for RequestId {
    async fn around<H: Handler>(&self, mut request: Request, inner: &H) -> Response {
        let given = request.headers().get(HEADER).and_then(|value| value.to_str().ok()).filter(|id| is_sane(id));
        let id: Arc<str> = match given {
            Some(id) => id.into(),
            None => self.env.ids.next_uuid(self.env.now()).to_string().into(),
        };
        if let Some(slot) = request.extensions().get::<IdSlot>() {
            let _ = slot.0.set(id.clone());
        }
        let method = self.methods.find(request.uri().path());
        let span = self.span(&request, &method.name, &id);
        request.extensions_mut().insert(method);
        request.extensions_mut().insert(CallId(id.clone()));
        let mut answer = inner.handle(request).instrument(span).await;
        if let Ok(value) = HeaderValue::from_str(&id) {
            answer.headers_mut().insert(HEADER, value);
        }
        answer
    }
}

/// An id from outside goes into logs: short, and of harmless characters.
fn is_sane(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

struct Carrier<'a>(&'a http::HeaderMap);

impl opentelemetry::propagation::Extractor for Carrier<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::is_sane;

    #[test]
    fn an_id_from_outside_cannot_forge_a_log_line() {
        assert!(is_sane("018f4e2a-3b1c-7def-8000-0123456789ab"));
        for id in ["", "a\nb", "a b", "ă", &"x".repeat(65), "\u{1b}[31m"] {
            assert!(!is_sane(id), "{id:?}");
        }
    }
}
