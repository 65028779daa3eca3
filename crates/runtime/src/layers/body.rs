//! Bodies that do something while they pass: hold a value, catch a panic, end early with a status.

use super::Response;
use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body as HttpBody, Frame, SizeHint};
use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};
use tonic::{Status, body::Body};

/// Keeps a value until the body is read to its end or dropped.
pub(crate) fn held<T: Send + Unpin + 'static>(body: Body, value: T) -> Body {
    watched(body, Held(value))
}

/// Only the Drop of the value matters.
struct Held<T>(T);

impl<T: Send + Unpin + 'static> Watch for Held<T> {}

/// Sees and may change what passes.
pub(crate) trait Watch: Send + Unpin + 'static {
    /// Asked before each frame; a status ends the body.
    fn poll_end(&mut self, _cx: &mut Context<'_>) -> Poll<Status> {
        Poll::Pending
    }
    /// A piece of the body passes; a status ends the body instead.
    fn data(&mut self, _data: &Bytes) -> Result<(), Status> {
        Ok(())
    }
    /// The trailers pass.
    fn trailers(&mut self, _trailers: &mut HeaderMap) {}
    /// The body panicked.
    fn panicked(&mut self) {}
}

/// A response body under watch: ending early appends the status as trailers.
pub(crate) fn watched<W: Watch>(body: Body, watch: W) -> Body {
    Body::new(Watched { body: Some(body), watch, trailing: true, polling: false })
}

/// A request body under watch: ending early is an error of the body.
pub(crate) fn watched_request<W: Watch>(body: Body, watch: W) -> Body {
    Body::new(Watched { body: Some(body), watch, trailing: false, polling: false })
}

struct Watched<W: Watch> {
    body: Option<Body>,
    watch: W,
    trailing: bool,
    /// True while the body is asked; still true when dropped after a panic went through.
    polling: bool,
}

impl<W: Watch> Drop for Watched<W> {
    fn drop(&mut self) {
        if self.polling {
            self.watch.panicked();
        }
    }
}

impl<W: Watch> Watched<W> {
    fn end(&mut self, status: Status) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        self.body = None;
        if !self.trailing {
            return Poll::Ready(Some(Err(status)));
        }
        let mut trailers = trailers_of(&status);
        self.watch.trailers(&mut trailers);
        Poll::Ready(Some(Ok(Frame::trailers(trailers))))
    }
}

impl<W: Watch> HttpBody for Watched<W> {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = self.get_mut();
        let Some(body) = this.body.as_mut() else { return Poll::Ready(None) };
        if let Poll::Ready(status) = this.watch.poll_end(cx) {
            return this.end(status);
        }
        this.polling = true;
        let polled = Pin::new(body).poll_frame(cx);
        this.polling = false;
        let Some(frame) = ready!(polled).transpose()? else {
            this.body = None;
            return Poll::Ready(None);
        };
        let mut frame = frame;
        if let Some(data) = frame.data_ref()
            && let Err(status) = this.watch.data(data)
        {
            return this.end(status);
        }
        if let Some(trailers) = frame.trailers_mut() {
            this.watch.trailers(trailers);
        }
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map(HttpBody::size_hint).unwrap_or_default()
    }
}

/// A status as trailers.
pub(crate) fn trailers_of(status: &Status) -> HeaderMap {
    let mut trailers = HeaderMap::new();
    if status.add_header(&mut trailers).is_err() {
        // A message that cannot be a header: the code alone still can.
        trailers.insert("grpc-status", http::HeaderValue::from(status.code() as i32));
    }
    trailers
}

/// A status as the whole answer.
pub(crate) fn answer(status: Status) -> Response {
    let (mut head, ()) = status.into_http::<()>().into_parts();
    head.headers.insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/grpc"));
    Response::from_parts(head, Body::empty())
}

/// Watches a body for a panic while it is read.
pub(crate) fn caught(
    body: Body,
    on_panic: impl FnMut(Box<dyn std::any::Any + Send>) -> Status + Send + Unpin + 'static,
) -> Body {
    Body::new(Caught { body: Some(body), on_panic })
}

struct Caught<F> {
    body: Option<Body>,
    on_panic: F,
}

impl<F: FnMut(Box<dyn std::any::Any + Send>) -> Status + Unpin> HttpBody for Caught<F> {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = self.get_mut();
        let Some(body) = this.body.as_mut() else { return Poll::Ready(None) };
        let polled = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| Pin::new(body).poll_frame(cx)));
        polled.unwrap_or_else(|panic| {
            this.body = None;
            Poll::Ready(Some(Ok(Frame::trailers(trailers_of(&(this.on_panic)(panic))))))
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map(HttpBody::size_hint).unwrap_or_default()
    }
}
