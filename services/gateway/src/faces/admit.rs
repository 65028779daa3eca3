//! Nobody without credentials gets further than this, but to what is open: a request is not even read for them.

use hoagiai_transcode::Transcoder;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use serde_json::json;

use crate::served::is_open;

/// The challenge of RFC 6750.
const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer realm=\"hoagiai\"");

/// Whether a request may go on to be read.
pub(super) fn admits<S>(
    transcoder: &Transcoder<S>,
    visitors: bool,
    (verb, path, headers): (&Method, &str, &HeaderMap),
) -> bool {
    if headers.contains_key(header::AUTHORIZATION) || verb == Method::OPTIONS {
        return true;
    }
    // Where there is nothing, nothing needs credentials: what there is, the description tells everybody.
    let verb = if verb == Method::HEAD { &Method::GET } else { verb };
    transcoder.method(verb, path).is_none_or(|method| is_open(&method, visitors))
}

/// Who comes without credentials is told so.
pub(super) fn refused<B: From<String>>() -> Response<B> {
    let body = json!({
        "code": 16,
        "message": "credentials are missing or not valid",
        "details": [
            { "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "UNAUTHENTICATED", "domain": "hoagiai.vn",
              "metadata": {} },
            { "@type": "type.googleapis.com/google.rpc.LocalizedMessage", "locale": "vi-VN",
              "message": "Chưa đăng nhập hoặc thông tin đăng nhập không hợp lệ." },
        ],
    });
    let mut response = Response::new(B::from(body.to_string()));
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    challenge(&mut response);
    response
}

/// An answer of 401 says how to sign in (RFC 9110 §11.6.1).
pub(super) fn challenge<B>(response: &mut Response<B>) {
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, CHALLENGE);
    }
}
