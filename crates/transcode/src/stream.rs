//! Server streams over REST: one JSON a line (`application/x-ndjson`), or the bytes of `google.api.HttpBody` one after
//! the other. A message is read from the service only when the client has taken the one before.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{BufMut, Bytes, BytesMut};
use http_body::{Body, Frame};
use prost_reflect::{DynamicMessage, MessageDescriptor};
use serde_json::json;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::binding::Binding;
use crate::call::{Begun, late};
use crate::frame::Messages;
use crate::service::Shared;
use crate::status::{self, Status};
use crate::upload::Slot;
use crate::{BoxError, Code, json};

/// The messages of a stream, decoded, within its time.
pub(crate) struct Source<R> {
    messages: Messages<R>,
    output: MessageDescriptor,
    time: Option<Pin<Box<Sleep>>>,
    ended: bool,
}

impl<R> Source<R>
where
    R: Body<Data = Bytes>,
    R::Error: Into<BoxError>,
{
    pub(crate) fn new(messages: Messages<R>, deadline: Option<Instant>, output: MessageDescriptor) -> Self {
        Self { messages, output, time: deadline.map(|deadline| Box::pin(sleep_until(deadline))), ended: false }
    }

    /// The next message; none after the last, if the call ended well; one error otherwise.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<DynamicMessage, Status>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        if self.time.as_mut().is_some_and(|time| time.as_mut().poll(cx).is_ready()) {
            self.ended = true;
            return Poll::Ready(Some(Err(late())));
        }
        let next = match ready!(self.messages.poll_next(cx)) {
            Some(Ok(bytes)) => Some(decode(&self.output, bytes)),
            Some(Err(status)) => Some(Err(status)),
            None => match self.messages.trailers().and_then(Status::from_metadata) {
                Some(status) if status.code == Code::Ok => None,
                Some(status) => Some(Err(status)),
                None => Some(Err(Status::new(Code::Unknown, "the answer ends without a status"))),
            },
        };
        self.ended = !matches!(next, Some(Ok(_)));
        Poll::Ready(next)
    }
}

/// A message from its bytes. What does not decode comes from a service of another contract.
pub(crate) fn decode(of: &MessageDescriptor, bytes: Bytes) -> Result<DynamicMessage, Status> {
    DynamicMessage::decode(of.clone(), bytes).map_err(|error| {
        tracing::error!(message = of.full_name(), %error, "an answer does not decode");
        Status::new(Code::Internal, "the answer does not decode")
    })
}

/// The JSON of an answer, or of its field that the binding names.
pub(crate) fn print(message: &DynamicMessage, binding: &Binding) -> Result<Bytes, Status> {
    let printed = match &binding.response_body {
        Some(field) => json::print_field(message, field),
        None => json::print(message),
    };
    printed.map_err(|error| {
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        tracing::error!(method = binding.method.full_name(), cause, "{error}");
        Status::new(Code::Internal, "the answer has no form in JSON")
    })
}

/// A stream as lines. What goes wrong after the first byte is the last line: `{"error": {"code": …}}`.
pub(crate) struct Lines<R> {
    source: Source<R>,
    binding: Arc<Binding>,
    shared: Arc<Shared>,
    slot: Slot,
}

impl<R> Lines<R>
where
    R: Body<Data = Bytes>,
    R::Error: Into<BoxError>,
{
    pub(crate) fn new(begun: Begun<R>, binding: Arc<Binding>, shared: Arc<Shared>, slot: Slot) -> Self {
        let source = Source::new(begun.messages, begun.deadline, binding.method.output());
        Self { source, binding, shared, slot }
    }
}

impl<R> Body for Lines<R>
where
    R: Body<Data = Bytes>,
    R::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Some(next) = ready!(self.source.poll_next(cx)) else { return Poll::Ready(None) };
        let line = next.and_then(|message| print(&message, &self.binding)).unwrap_or_else(|status| {
            self.source.ended = true;
            // An upload that was refused on its way is why the call ended, whatever the service made of it.
            let refused = self.slot.take().map(|r| status::of_refusal(&r, &self.shared.options));
            let status = refused.unwrap_or(status);
            Bytes::from(json!({ "error": status.json(self.shared.table.pool()) }).to_string())
        });
        let mut text = BytesMut::with_capacity(line.len() + 1);
        text.put(line);
        text.put_u8(b'\n');
        Poll::Ready(Some(Ok(Frame::data(text.freeze()))))
    }
}

/// A stream of `google.api.HttpBody` as one body. Bytes have no place for an error: the body is broken off.
pub(crate) struct Chunks<R> {
    pub(crate) source: Source<R>,
    pub(crate) first: Option<Bytes>,
    /// Takes the bytes out of a message.
    pub(crate) bytes: fn(&DynamicMessage, &Binding) -> Bytes,
    pub(crate) binding: Arc<Binding>,
}

impl<R> Body for Chunks<R>
where
    R: Body<Data = Bytes>,
    R::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        Poll::Ready(ready!(self.source.poll_next(cx)).map(|next| match next {
            Ok(message) => Ok(Frame::data((self.bytes)(&message, &self.binding))),
            Err(status) => Err(format!("{}: {}", status.code.connect(), status.message).into()),
        }))
    }
}
