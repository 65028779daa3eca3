//! What a client of Connect hears that asks for a stream: that there is none. Over a stream an error is not the answer's
//! status but its last message (connectrpc.com/docs/protocol, "Error End-Stream"); a client that is answered otherwise
//! only shows the number of the status.

use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, Response, StatusCode, header};
use serde_json::{Value as Json, json};

use crate::answer::with;
use crate::body::Body;
use crate::call::text;

/// The flag of the message that ends a stream.
const END: u8 = 0b10;

/// The content type of a stream of Connect, if the request is of one: the answer has the same.
pub(crate) fn of_type(headers: &HeaderMap) -> Option<&'static str> {
    let given = text(headers, &header::CONTENT_TYPE)?.split(';').next()?.trim();
    ["application/connect+json", "application/connect+proto"]
        .into_iter()
        .find(|known| given.eq_ignore_ascii_case(known))
}

/// A stream of nothing that ends with an error.
pub(crate) fn respond(of_type: &str, headers: HeaderMap, error: Json) -> Response<Body> {
    let message = json!({ "error": error }).to_string();
    let mut body = BytesMut::with_capacity(5 + message.len());
    body.put_u8(END);
    body.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
    body.put_slice(message.as_bytes());
    with(StatusCode::OK, headers, of_type, Bytes::from(body))
}
