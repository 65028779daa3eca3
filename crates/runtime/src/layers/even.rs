//! Fourth: an answer that a record is another's, that there is none, or that something in the request is wrong (of which such a
//! record may be a part) leaves at an even time after its call came, a multiple of one step. Absent and forbidden are told in
//! the same bytes by every method, but found out with different work: a row that is decoded, another that is read by way of
//! it. How long that took must tell nothing either, for the methods that there are and those to come (ADR 0032).
//!
//! Above the deadline and the limit of calls in flight, and with their place given back: only the answer waits.

use super::{Handler, Layer, Request, Response};
use std::time::Duration;
use tokio::time::Instant;
use tonic::{Code, body::Body};

pub(super) struct Even {
    step: Duration,
}

impl Even {
    pub(super) fn new(step: Duration) -> Self {
        Self { step }
    }
}

impl Layer for Even {
    async fn around<H: Handler>(&self, request: Request, inner: &H) -> Response {
        let came = Instant::now();
        let answer = inner.handle(request).await;
        if self.step.is_zero() || !tells_of_a_record(answer.headers()) {
            return answer;
        }
        // All that such an answer says is in its head; its body holds the place of the call.
        let (head, body) = answer.into_parts();
        drop(body);
        tokio::time::sleep_until(came + leaves_after(came.elapsed(), self.step)).await;
        Response::from_parts(head, Body::empty())
    }
}

fn tells_of_a_record(headers: &http::HeaderMap) -> bool {
    let code = headers.get("grpc-status").map(|value| Code::from_bytes(value.as_bytes()));
    matches!(code, Some(Code::PermissionDenied | Code::NotFound | Code::InvalidArgument))
}

/// The first multiple of the step that is still to come.
fn leaves_after(took: Duration, step: Duration) -> Duration {
    let whole = took.as_micros() / step.as_micros().max(1);
    step.saturating_mul(u32::try_from(whole).unwrap_or(u32::MAX).saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_took_a_little_more_or_less_leaves_at_the_same_time() {
        let step = Duration::from_millis(10);
        let after = |micros| leaves_after(Duration::from_micros(micros), step).as_millis();
        assert_eq!((after(0), after(300), after(9_999)), (10, 10, 10));
        assert_eq!((after(10_000), after(19_999), after(20_000)), (20, 20, 30));
    }

    #[test]
    fn only_refusals_that_may_tell_of_a_record_wait() {
        let told = |code: &'static str| {
            let mut headers = http::HeaderMap::new();
            headers.insert("grpc-status", http::HeaderValue::from_static(code));
            tells_of_a_record(&headers)
        };
        assert!(told("3") && told("5") && told("7"));
        assert!(!told("0") && !told("9") && !told("16") && !tells_of_a_record(&http::HeaderMap::new()));
    }
}
