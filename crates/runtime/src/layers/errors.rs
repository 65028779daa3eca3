//! Innermost layer: what the gRPC library itself says of bad input, in the codes of the house, and a last look that
//! nothing internal leaves. tonic answers malformed protobuf with INTERNAL and quotes names, oversize with OUT_OF_RANGE.

use super::{Handler, Layer, Request, Response, body, catch_panic::IdSlot, fault::Fault};
use crate::config::ServerConfig;
use bytes::Bytes;
use http::HeaderMap;
use std::sync::Arc;
use tonic::{Code, Status};

pub(super) struct Errors {
    receive: usize,
    send: usize,
}

impl Errors {
    pub(super) fn new(config: &ServerConfig) -> Self {
        Self { receive: config.receive_bytes, send: config.send_bytes }
    }
}

impl Layer for Errors {
    async fn around<H: Handler>(&self, request: Request, inner: &H) -> Response {
        let id = request.extensions().get::<IdSlot>().and_then(|slot| slot.0.get()).cloned();
        let id: Arc<str> = id.unwrap_or_default();
        let receive = self.receive;
        let request = request.map(|inside| body::watched_request(inside, Sizes::new(receive)));
        let mut answer = inner.handle(request).await;
        if let Some(better) =
            Status::from_header_map(answer.headers()).and_then(|status| improved(&status, self.receive, &id))
        {
            let headers = answer.headers_mut();
            for name in ["grpc-status", "grpc-message", "grpc-status-details-bin"] {
                headers.remove(name);
            }
            headers.extend(body::trailers_of(&better));
        }
        let send = self.send;
        answer.map(|inside| body::watched(inside, Outgoing { sizes: Sizes::new(send), receive, id }))
    }
}

/// Reads the length before each message: refused before a byte of it is buffered.
struct Sizes {
    limit: usize,
    prefix: [u8; 5],
    have: usize,
    left: usize,
}

impl Sizes {
    fn new(limit: usize) -> Self {
        Self { limit, prefix: [0; 5], have: 0, left: 0 }
    }

    fn pass(&mut self, mut data: &[u8]) -> Result<(), Status> {
        while !data.is_empty() {
            if self.left > 0 {
                let take = data.len().min(self.left);
                self.left -= take;
                data = &data[take..];
                continue;
            }
            let take = data.len().min(5 - self.have);
            self.prefix[self.have..self.have + take].copy_from_slice(&data[..take]);
            self.have += take;
            data = &data[take..];
            if self.have == 5 {
                self.have = 0;
                let [_, length @ ..] = self.prefix;
                self.left = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
                if self.left > self.limit {
                    return Err(Fault::TooLarge { limit: self.limit }.status());
                }
            }
        }
        Ok(())
    }
}

impl body::Watch for Sizes {
    fn data(&mut self, data: &Bytes) -> Result<(), Status> {
        self.pass(data)
    }
}

struct Outgoing {
    sizes: Sizes,
    receive: usize,
    id: Arc<str>,
}

impl body::Watch for Outgoing {
    fn data(&mut self, data: &Bytes) -> Result<(), Status> {
        self.sizes.pass(data).inspect_err(|_| tracing::warn!("an answer is larger than may be sent"))
    }

    fn trailers(&mut self, trailers: &mut HeaderMap) {
        if let Some(better) =
            Status::from_header_map(trailers).and_then(|status| improved(&status, self.receive, &self.id))
        {
            *trailers = body::trailers_of(&better);
        }
    }
}

/// The status that leaves instead of one that no service made. Ours carry details; the library's do not.
fn improved(status: &Status, limit: usize, request_id: &str) -> Option<Status> {
    if !status.details().is_empty() {
        return None;
    }
    let message = status.message();
    let fault = match status.code() {
        Code::OutOfRange if message.contains("message length too large") => Fault::TooLarge { limit },
        Code::ResourceExhausted if message.contains("size limit") => Fault::TooLarge { limit },
        Code::Internal
            if message.contains("Error decompressing")
                || message.contains("failed to decode Protobuf")
                || message.contains("invalid compression flag")
                || message.contains("compressed-flag")
                || message.contains("Unexpected EOF decoding stream")
                || message.contains("Missing request message") =>
        {
            Fault::Malformed
        }
        Code::Internal | Code::Unknown | Code::DataLoss => {
            tracing::error!(code = ?status.code(), message, "an error without details was hidden");
            Fault::Internal { request_id }
        }
        _ => return None,
    };
    Some(fault.status())
}
