//! What a transcoder lets through and how long it waits.

use std::collections::HashMap;
use std::time::Duration;

use http::HeaderName;

use crate::Limits;

/// The options of one transcoder.
#[derive(Debug, Clone)]
pub struct Options {
    /// Limits on requests and answers.
    pub limits: Limits,
    /// Headers of a request that become metadata, beside [`FORWARDED`]. One that ends in `-bin` must be base64.
    pub request_headers: Vec<HeaderName>,
    /// Metadata of an answer that become headers; nothing else does. Default: `x-request-id`.
    pub response_headers: Vec<HeaderName>,
    /// How long a call may take that says nothing else, streams excepted. Default: 30 s.
    pub timeout: Duration,
    /// Methods that have a time of their own, streams too, by their path in gRPC (`/package.Service/Method`). A client may
    /// ask for as much.
    pub method_timeouts: HashMap<String, Duration>,
    /// The most that a client may ask for with `X-Request-Timeout` or `Connect-Timeout-Ms`; more is cut down to it.
    /// Default: 120 s.
    pub longest_timeout: Duration,
    /// How long a stream may last; none: as long as both want. Default: none.
    pub stream_timeout: Option<Duration>,
    /// How etags stand in messages. Default: [`Etags::Quoted`].
    pub etags: Etags,
    /// The domain of the `google.rpc.ErrorInfo` in errors of the transcoder's own; empty: they have none. Default: empty.
    pub error_domain: String,
    /// What people are told in their own language of what the transcoder refuses by itself. Default: nothing.
    pub texts: Option<Texts>,
    /// Whether methods are also offered by the Connect protocol. Default: yes.
    pub connect: bool,
}

impl Options {
    /// The time of a call of a method: what the client asks for, cut down, else the method's own, else the general one.
    pub(crate) fn time(&self, rpc: &str, streams: bool, asked: Option<Duration>) -> Option<Duration> {
        let own = self.method_timeouts.get(rpc).copied();
        match asked {
            Some(asked) => Some(asked.min(self.longest_timeout.max(own.unwrap_or_default()))),
            None if own.is_some() => own,
            None if streams => self.stream_timeout,
            None => Some(self.timeout),
        }
    }
}

/// Texts for people, as `google.rpc.LocalizedMessage`.
#[derive(Debug, Clone, Copy)]
pub struct Texts {
    /// Their language (BCP 47), `vi-VN`.
    pub locale: &'static str,
    /// The text for a reason of [`crate::Refusal`]; none: nobody is told anything.
    pub of: fn(&str) -> Option<&'static str>,
}

/// How the field `etag` of a message holds what HTTP calls an entity tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Etags {
    /// As in HTTP, with its quotes: `"3"` (AIP-154).
    Quoted,
    /// Without quotes: `3`.
    Bare,
}

/// Headers that always become metadata: who asks, for what trace, in which language, and what the hooks for etags and
/// repeated requests leave to the service. Hop-by-hop headers (RFC 9110 §7.6.1) never do.
pub const FORWARDED: [&str; 7] =
    ["authorization", "traceparent", "tracestate", "x-request-id", "idempotency-key", "if-match", "accept-language"];

impl Default for Options {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            request_headers: Vec::new(),
            response_headers: vec![HeaderName::from_static("x-request-id")],
            timeout: Duration::from_secs(30),
            method_timeouts: HashMap::new(),
            longest_timeout: Duration::from_secs(120),
            stream_timeout: None,
            etags: Etags::Quoted,
            error_domain: String::new(),
            texts: None,
            connect: true,
        }
    }
}
