//! A whole request through the service, in the same process, to a service that answers whatever the input says.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use http_body_util::BodyExt;
use serde_json::Value as Json;
use tower_service::Service;

use super::body::Pieced;
use super::{Subject, head};
use crate::service::Transcoder;
use crate::{Body, CallBody};

/// The line between a request and what the service answers.
const ANSWER: &[u8] = b"\n---\n";

/// An answer of HTTP comes, and an error is JSON with a text. The input: a method and a path, headers, an empty line, a
/// body; then, behind `---`, status, trailers and body of the service's answer, which is else the request as it came.
pub(super) fn request(subject: &Subject, data: &[u8]) {
    let at = data.windows(ANSWER.len()).position(|window| window == ANSWER);
    let (asked, answer) = at.map_or((data, None), |at| (&data[..at], Some(&data[at + ANSWER.len()..])));
    let Some((request, answer)) = parse(asked).zip(answer.map_or(Some(None), |answer| service_says(answer).map(Some)))
    else {
        return;
    };
    let only_head = *request.method() == Method::HEAD;
    let service = Scripted(answer);
    let shared = &subject.shared;
    let mut transcoder = Transcoder::new(service, std::sync::Arc::clone(&shared.table), shared.options.clone());
    let (head, body) = subject.runtime.block_on(async {
        let Ok(response) = transcoder.call(request).await;
        let (head, body): (_, Body) = response.into_parts();
        // A stream that breaks off is told by its end.
        (head, body.collect().await.map(|body| body.to_bytes()).unwrap_or_default())
    });
    if !head.status.is_success() && head.status.as_u16() >= 400 && !only_head {
        assert_eq!(head.headers.get("content-type").map(HeaderValue::as_bytes), Some(&b"application/json"[..]));
        let read = serde_json::from_slice::<Json>(&body);
        assert!(read.is_ok_and(|read| read["message"].is_string()), "{} {body:?}", head.status);
    }
}

fn headers<'a>(lines: impl Iterator<Item = &'a str>) -> HeaderMap {
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.parse::<HeaderName>().ok()?, HeaderValue::from_bytes(value.trim().as_bytes()).ok()?))
    };
    lines.take(200).filter_map(header).collect()
}

fn parse(data: &[u8]) -> Option<Request<Pieced>> {
    let (text, body) = head(data)?;
    let mut lines = text.lines();
    let (method, uri) = lines.next()?.split_once(' ')?;
    let mut request = Request::new(Pieced::new(body, 7, None));
    *request.method_mut() = method.parse().ok()?;
    *request.uri_mut() = uri.parse().ok()?;
    *request.headers_mut() = headers(lines);
    Some(request)
}

type Answer = (u16, HeaderMap, Vec<u8>);

fn service_says(data: &[u8]) -> Option<Answer> {
    let (text, body) = head(data)?;
    let mut lines = text.lines();
    let status = lines.next()?.parse().ok().filter(|status| (200..600).contains(status))?;
    Some((status, headers(lines), body.to_vec()))
}

/// A service that answers what it is told, or what it was sent.
#[derive(Debug, Clone)]
struct Scripted(Option<Answer>);

impl Service<Request<CallBody>> for Scripted {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<CallBody>) -> Self::Future {
        let mut response = match self.0.clone() {
            None => {
                let trailers =
                    HeaderMap::from_iter([(HeaderName::from_static("grpc-status"), HeaderValue::from_static("0"))]);
                Response::new(Body::stream(request.into_body().with_trailers(ready(Some(Ok(trailers))))))
            }
            Some((status, trailers, bytes)) => {
                let body = Pieced::new(&bytes, 5, Some(trailers)).map_err(|never| match never {});
                let mut response = Response::new(Body::stream(body));
                *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
                response
            }
        };
        response.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
        ready(Ok(response))
    }
}
