//! A request and an answer.

use std::fmt;

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, StatusCode, Uri,
    header::{
        ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, EXPECT, HOST, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, USER_AGENT,
    },
};
use http_body_util::Full;

use super::Fault;
use crate::guard::{Refusal, Target};

/// Who asks, where the caller says nothing else.
const AGENT: &str = concat!("HoaGiai/", env!("CARGO_PKG_VERSION"));

/// One request.
#[derive(Clone)]
pub struct Request {
    /// `POST` of a delivery, `OPTIONS` of a request for consent.
    pub method: Method,
    /// The address of the endpoint.
    pub url: String,
    /// Headers. Those of the connection and of the length are set by the client, whatever stands here.
    pub headers: HeaderMap,
    /// The body; may be empty.
    pub body: Bytes,
}

impl Request {
    pub(super) fn into_http(self, target: &Target) -> Result<http::Request<Full<Bytes>>, Fault> {
        let malformed = |_| Fault::Refused(Refusal::Form);
        let mut headers = self.headers;
        // Two readers of one message that differ on where it ends are a way in (RFC 9112 §11.2).
        for name in [CONTENT_LENGTH, TRANSFER_ENCODING, TE, TRAILER, UPGRADE, EXPECT] {
            headers.remove(name);
        }
        let usual = if target.tls() { 443 } else { 80 };
        let host = if target.port() == usual { target.host() } else { format!("{}:{}", target.host(), target.port()) };
        headers.insert(HOST, HeaderValue::try_from(host).map_err(malformed)?);
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        // Nothing is unpacked here: there is no bomb, and a rule on the body reads it as it is.
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        headers.entry(USER_AGENT).or_insert(HeaderValue::from_static(AGENT));
        let mut request = http::Request::new(Full::new(self.body));
        *request.method_mut() = self.method;
        *request.uri_mut() = Uri::from(target.path().clone());
        *request.headers_mut() = headers;
        Ok(request)
    }
}

/// Addresses, headers and bodies carry secrets and people.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({}, {} bytes)", self.method, self.body.len())
    }
}

/// What came back.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, or its first [`ANSWER_LIMIT`](super::ANSWER_LIMIT) bytes.
    pub body_start: Bytes,
    /// Whether there was more of the body, which was not read.
    pub truncated: bool,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({}, {} bytes)", self.status.as_u16(), self.body_start.len())
    }
}
