//! Fifth: every call has a deadline, also while it waits for its turn below. `grpc-timeout` is honoured, 5 s if none is
//! given, never above 30 s unless the contract gives the method more; streams have only what their caller asks for. The remaining time is task-local, so that
//! outgoing calls and SQL statements inherit it.

use super::{Handler, Layer, Method, Request, Response, body, fault::Fault};
use crate::config::LoadConfig;
use std::{
    future::Future as _,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::{Instant, Sleep};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::Status;

pub(super) struct Deadline {
    default: Duration,
    longest: Duration,
    drain: CancellationToken,
}

impl Deadline {
    pub(super) fn new(config: &LoadConfig, drain: CancellationToken) -> Self {
        Self { default: config.default_deadline.get(), longest: config.longest_deadline.get(), drain }
    }
}

impl Layer for Deadline {
    async fn around<H: Handler>(&self, request: Request, inner: &H) -> Response {
        let asked = request.headers().get("grpc-timeout").and_then(|value| timeout(value.as_bytes()));
        let method = request.extensions().get::<Arc<Method>>().cloned();
        let streams = method.as_ref().is_some_and(|method| method.streams);
        let more = method.as_ref().and_then(|method| method.deadline);
        let (default, longest) = (more.unwrap_or(self.default), more.unwrap_or(self.longest).max(self.longest));
        let given = if streams { asked } else { Some(asked.unwrap_or(default).min(longest)) };
        let until = given.map(|given| Instant::now() + given);
        let call = async {
            match until {
                None => Some(inner.handle(request).await),
                Some(until) => {
                    let scoped = hoagiai_rpc::deadline::within(until.into_std(), inner.handle(request));
                    tokio::time::timeout_at(until, scoped).await.ok()
                }
            }
        };
        let Some(answer) = call.await else { return body::answer(Fault::DeadlineExceeded.status()) };
        if !streams {
            return answer;
        }
        let stop = method.is_some_and(|method| method.endless).then(|| Box::pin(self.drain.clone().cancelled_owned()));
        let ends = Ends { late: until.map(|until| Box::pin(tokio::time::sleep_until(until))), stop };
        answer.map(|inside| body::watched(inside, ends))
    }
}

/// Ends a stream at its deadline, or when the server stops, with a status that says so.
struct Ends {
    late: Option<Pin<Box<Sleep>>>,
    stop: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
}

impl body::Watch for Ends {
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<Status> {
        if self.late.as_mut().is_some_and(|late| late.as_mut().poll(cx).is_ready()) {
            return Poll::Ready(Fault::DeadlineExceeded.status());
        }
        if self.stop.as_mut().is_some_and(|stop| stop.as_mut().poll(cx).is_ready()) {
            return Poll::Ready(Fault::Stopping.status());
        }
        Poll::Pending
    }
}

/// Reads `grpc-timeout`: at most eight digits and a unit. Anything else counts as not given.
fn timeout(value: &[u8]) -> Option<Duration> {
    let (unit, digits) = value.split_last()?;
    if digits.is_empty() || digits.len() > 8 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number: u64 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some(match unit {
        b'H' => Duration::from_secs(number * 3600),
        b'M' => Duration::from_secs(number * 60),
        b'S' => Duration::from_secs(number),
        b'm' => Duration::from_millis(number),
        b'u' => Duration::from_micros(number),
        b'n' => Duration::from_nanos(number),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read_as_the_protocol_says() {
        assert_eq!(timeout(b"5S"), Some(Duration::from_secs(5)));
        assert_eq!(timeout(b"250m"), Some(Duration::from_millis(250)));
        assert_eq!(timeout(b"99999999H"), Some(Duration::from_secs(99_999_999 * 3600)));
        for bad in [&b""[..], b"S", b"5", b"5s", b"-5S", b"999999999S", b"1.5S", "５S".as_bytes()] {
            assert_eq!(timeout(bad), None, "{bad:?}");
        }
    }
}
