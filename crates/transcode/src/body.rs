//! The bodies of requests and answers.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use http::{HeaderMap, StatusCode, header};
use http_body::{Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};

use crate::frame::frame;
use crate::refusal::{Fault, Refusal};
use crate::status::Status;
use crate::{BoxError, Code};

/// The body of an answer: whole, or as it comes.
#[derive(Debug)]
pub struct Body(UnsyncBoxBody<Bytes, BoxError>);

impl Body {
    /// A body of nothing.
    #[must_use]
    pub fn empty() -> Self {
        Self::whole(Bytes::new())
    }

    pub(crate) fn whole(bytes: Bytes) -> Self {
        Self(Full::new(bytes).map_err(|never: Infallible| match never {}).boxed_unsync())
    }

    pub(crate) fn stream(body: impl http_body::Body<Data = Bytes, Error = BoxError> + Send + 'static) -> Self {
        Self(body.boxed_unsync())
    }
}

/// The body of a call to the service: one framed message, or as many as a client uploads.
///
/// Every gRPC service takes it that takes any `http_body::Body` of `Bytes`.
#[derive(Debug)]
pub struct CallBody(UnsyncBoxBody<Bytes, BoxError>);

impl CallBody {
    /// The body of a call with one message.
    pub(crate) fn message(message: &[u8]) -> Result<Self, Status> {
        let frame = frame(message).ok_or_else(|| Status::new(Code::ResourceExhausted, "the request is too large"))?;
        Ok(Self(Full::new(frame).map_err(|never: Infallible| match never {}).boxed_unsync()))
    }

    /// The body of a call with framed messages as they come.
    pub(crate) fn stream(body: impl http_body::Body<Data = Bytes, Error = BoxError> + Send + 'static) -> Self {
        Self(body.boxed_unsync())
    }
}

impl http_body::Body for CallBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Pin::new(&mut self.0).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::empty()
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Pin::new(&mut self.0).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

/// Reads the body of a request, no more than `most` bytes of it.
pub(crate) async fn read<B>(headers: &HeaderMap, body: B, most: usize) -> Result<Bytes, Refusal>
where
    B: http_body::Body,
    B::Error: Into<BoxError>,
{
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let least = body.size_hint().lower().max(announced.unwrap_or(0));
    if usize::try_from(least).map_or(true, |least| least > most) {
        return Err(too_large(most));
    }
    let mut body = pin!(body);
    let mut bytes = BytesMut::new();
    while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        let frame = frame.map_err(|_| Refusal::malformed(vec![Fault::new("", "the body broke off")], 1))?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.remaining() > most {
            return Err(too_large(most));
        }
        bytes.put(data);
    }
    Ok(bytes.freeze())
}

/// 413.
pub(crate) fn too_large(most: usize) -> Refusal {
    let refusal =
        Refusal::new(Code::ResourceExhausted, "BODY_TOO_LARGE", format!("the body has more than {most} bytes"));
    refusal.http(StatusCode::PAYLOAD_TOO_LARGE)
}
