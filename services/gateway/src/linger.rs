//! What nobody reads of a request is read and thrown away for a while, so that its sender hears the answer (RFC 9112 §9.6):
//! a connection that is closed with bytes unread is reset, and the reset overtakes the answer.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, Request, Version, header};
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, Incoming, SizeHint};

/// So much is thrown away: four times the largest roster.
const MOST: usize = 64 << 20;
/// And for so long.
const LONGEST: Duration = Duration::from_secs(10);

/// The body of a request.
pub(crate) struct Lingering {
    body: Option<Incoming>,
    /// Whether the sender sends without being asked to. HTTP/2 ends one stream and leaves the others alone.
    sends_unasked: bool,
}

impl Lingering {
    /// The request with a body whose rest is taken when nobody wants it.
    pub(crate) fn within(request: Request<Incoming>) -> Request<Self> {
        let waits = |headers: &HeaderMap| headers.contains_key(header::EXPECT);
        let sends_unasked = request.version() < Version::HTTP_2 && !waits(request.headers());
        request.map(|body| Self { body: Some(body), sends_unasked })
    }
}

impl Body for Lingering {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map(Body::size_hint).unwrap_or_default()
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        let unread = self.body.take().filter(|body| self.sends_unasked && !body.is_end_stream());
        if let (Some(body), Ok(runtime)) = (unread, tokio::runtime::Handle::try_current()) {
            runtime.spawn(tokio::time::timeout(LONGEST, throw_away(body)));
        }
    }
}

async fn throw_away(mut body: Incoming) {
    let mut left = MOST;
    while let Some(Ok(frame)) = body.frame().await {
        let read = frame.data_ref().map_or(0, Bytes::len);
        match left.checked_sub(read) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}
