//! Bodies that arrive as an input says.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame};

/// A body in pieces, with trailers or without.
#[derive(Debug, Default)]
pub(super) struct Pieced {
    pieces: VecDeque<Bytes>,
    trailers: Option<HeaderMap>,
}

impl Pieced {
    /// Pieces of `size` bytes each, the last of what is left.
    pub(super) fn new(bytes: &[u8], size: usize, trailers: Option<HeaderMap>) -> Self {
        Self { pieces: bytes.chunks(size.max(1)).map(Bytes::copy_from_slice).collect(), trailers }
    }
}

impl Body for Pieced {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let data = self.pieces.pop_front().map(Frame::data);
        Poll::Ready(data.or_else(|| self.trailers.take().map(Frame::trailers)).map(Ok))
    }
}
