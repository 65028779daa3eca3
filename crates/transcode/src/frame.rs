//! The framing of gRPC: a byte for compression, four for the length, the message (grpc/grpc `PROTOCOL-HTTP2.md`).

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use http::HeaderMap;
use http_body::Body;

use crate::status::Status;
use crate::{BoxError, Code};

/// Compression and length.
const PREFIX: usize = 5;

/// A message with its prefix, uncompressed.
pub(crate) fn frame(message: &[u8]) -> Option<Bytes> {
    let length = u32::try_from(message.len()).ok()?;
    let mut frame = BytesMut::with_capacity(PREFIX + message.len());
    frame.put_u8(0);
    frame.put_u32(length);
    frame.put_slice(message);
    Some(frame.freeze())
}

/// Reads the messages of an answer, and what comes after the last.
pub(crate) struct Messages<B> {
    body: Pin<Box<B>>,
    buffer: BytesMut,
    trailers: Option<HeaderMap>,
    ended: bool,
    most: usize,
}

impl<B> Messages<B>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    /// `most`: the bytes that one message may have.
    pub(crate) fn new(body: B, most: usize) -> Self {
        Self { body: Box::pin(body), buffer: BytesMut::new(), trailers: None, ended: false, most }
    }

    /// The next message; none at the end, when [`Messages::trailers`] are there.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Status>>> {
        loop {
            match self.take() {
                Ok(Some(message)) => return Poll::Ready(Some(Ok(message))),
                Ok(None) if self.ended && self.buffer.is_empty() => return Poll::Ready(None),
                Ok(None) if self.ended => {
                    self.buffer.clear();
                    // The status, if there is one, says why the message is cut off; it is the caller's to read.
                    if self.trailers.is_some() {
                        return Poll::Ready(None);
                    }
                    return Poll::Ready(Some(Err(Status::new(Code::Internal, "the answer ends within a message"))));
                }
                Ok(None) => {}
                Err(status) => {
                    self.ended = true;
                    self.buffer.clear();
                    return Poll::Ready(Some(Err(status)));
                }
            }
            match ready!(self.body.as_mut().poll_frame(cx)) {
                None => self.ended = true,
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.buffer.extend_from_slice(&data),
                    Err(frame) => {
                        self.trailers = frame.into_trailers().ok();
                        self.ended = true;
                    }
                },
                Some(Err(error)) => {
                    self.ended = true;
                    self.buffer.clear();
                    tracing::warn!(error = %error.into(), "an answer broke off");
                    return Poll::Ready(Some(Err(Status::new(Code::Unavailable, "the answer broke off"))));
                }
            }
        }
    }

    /// The trailers, once the messages have ended.
    pub(crate) fn trailers(&self) -> Option<&HeaderMap> {
        self.trailers.as_ref()
    }

    fn take(&mut self) -> Result<Option<Bytes>, Status> {
        let [compressed, a, b, c, d, ..] = *self.buffer else { return Ok(None) };
        let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
        if compressed != 0 {
            // None was asked for: the request carries no grpc-accept-encoding.
            return Err(Status::new(Code::Internal, "the answer is compressed"));
        }
        if length > self.most {
            return Err(Status::new(Code::ResourceExhausted, "the answer is larger than the gateway passes on"));
        }
        if self.buffer.len() - PREFIX < length {
            self.buffer.reserve(PREFIX + length - self.buffer.len());
            return Ok(None);
        }
        self.buffer.advance(PREFIX);
        Ok(Some(self.buffer.split_to(length).freeze()))
    }
}
