//! Nobody without credentials gets further than this, but to what is open: a request is not even read for them.

use std::time::Duration;

use hoagiai_rpc::{DOMAIN, LOCALE, Problem};
use hoagiai_transcode::Transcoder;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use serde_json::{Value, json};
use tonic::Code;

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

/// Who comes without credentials is told so, in the words of the services.
pub(super) fn refused<B: From<String>>() -> Response<B> {
    let mut response = answer(StatusCode::UNAUTHORIZED, &Problem::new("UNAUTHENTICATED"), None);
    challenge(&mut response);
    response
}

/// Who is not let in, in the protocol of the request.
pub(crate) fn refused_at_the_door(headers: &HeaderMap, problem: &Problem) -> Response<axum::body::Body> {
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    if kind.is_some_and(|kind| kind.starts_with(b"application/grpc")) {
        return problem.status().into_http();
    }
    match problem.code() {
        Code::Unauthenticated => refused(),
        _ => unavailable(problem),
    }
}

/// What the services do not answer now.
pub(super) fn unavailable<B: From<String>>(problem: &Problem) -> Response<B> {
    answer(StatusCode::SERVICE_UNAVAILABLE, problem, None)
}

/// Why somebody without credentials is to come back later.
pub(super) fn too_many(wait: Duration) -> Problem {
    let english = "too many calls without credentials; wait or sign in";
    let vietnamese = "Quá nhiều yêu cầu. Vui lòng thử lại sau hoặc đăng nhập.";
    Problem::of(Code::ResourceExhausted, "TOO_MANY_CALLS", english, vietnamese).retry_after(wait)
}

/// The same over HTTP.
pub(super) fn too_many_over_http<B: From<String>>(wait: Duration) -> Response<B> {
    // Whole seconds, up: who comes a moment early is sent away once more.
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let retry = json!({ "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": format!("{seconds}s") });
    let mut response = answer(StatusCode::TOO_MANY_REQUESTS, &too_many(wait), Some(retry));
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// An answer of the gateway's own.
pub(super) fn answer<B: From<String>>(status: StatusCode, problem: &Problem, more: Option<Value>) -> Response<B> {
    let mut response = Response::new(B::from(status_of(problem, more).to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A `google.rpc.Status`.
pub(super) fn status_of(problem: &Problem, more: Option<Value>) -> Value {
    let mut details = vec![
        json!({ "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": problem.reason(), "domain": DOMAIN,
            "metadata": {} }),
        json!({ "@type": "type.googleapis.com/google.rpc.LocalizedMessage", "locale": LOCALE,
            "message": problem.vietnamese() }),
    ];
    details.extend(more);
    json!({ "code": i32::from(problem.code()), "message": problem.to_string(), "details": details })
}

/// An answer of 401 says how to sign in (RFC 9110 §11.6.1).
pub(super) fn challenge<B>(response: &mut Response<B>) {
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, CHALLENGE);
    }
}
