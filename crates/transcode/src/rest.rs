//! A request of REST, from its path to its answer.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header, request};
use prost::Message as _;
use tokio::time::Instant;
use tower_service::Service;

use crate::answer::{Outcome, with};
use crate::binding::{Binding, BodyRule, Upload};
use crate::body::{self, Body, CallBody};
use crate::call::{self, Call};
use crate::matched::Matched;
use crate::metadata::{self, IGNORED};
use crate::query::Unknown;
use crate::refusal::{Fault, Refusal};
use crate::router::{BadPath, Missing, Path};
use crate::service::Shared;
use crate::stream::{Lines, decode, print};
use crate::table::rpc_path;
use crate::upload::{self, Slot};
use crate::weave::{self, Parts, weave};
use crate::{BoxError, Code, conditional, raw};

/// Answers a request of REST, whatever it is.
pub(crate) async fn respond<S, B, R>(service: S, shared: Arc<Shared>, request: Request<B>) -> Response<Body>
where
    S: Service<Request<CallBody>, Response = Response<R>>,
    S::Error: Into<BoxError>,
    B: http_body::Body + Send + 'static,
    B::Error: Into<BoxError>,
    R: http_body::Body<Data = Bytes> + Send + 'static,
    R::Error: Into<BoxError>,
{
    let head = request.method() == Method::HEAD;
    let mut route = None;
    let answered = exchange(service, &shared, request, &mut route).await;
    let mut response = answered.unwrap_or_else(|outcome| outcome.rest(&shared));
    if let Some(binding) = route {
        response.extensions_mut().insert(Matched::rest(binding));
    }
    if head {
        // RFC 9110 §9.3.2: the headers of GET, its length if it is known, and no body.
        let unchanged = response.status() == StatusCode::NOT_MODIFIED;
        if let Some(length) = http_body::Body::size_hint(response.body()).exact().filter(|_| !unchanged) {
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        *response.body_mut() = Body::empty();
    }
    response
}

async fn exchange<S, B, R>(
    service: S,
    shared: &Arc<Shared>,
    request: Request<B>,
    route: &mut Option<Arc<Binding>>,
) -> Result<Response<Body>, Outcome>
where
    S: Service<Request<CallBody>, Response = Response<R>>,
    S::Error: Into<BoxError>,
    B: http_body::Body + Send + 'static,
    B::Error: Into<BoxError>,
    R: http_body::Body<Data = Bytes> + Send + 'static,
    R::Error: Into<BoxError>,
{
    let (head, body) = request.into_parts();
    let path = Path::parse(head.uri.path(), &shared.options.limits).map_err(bad_path)?;
    let (binding, captures) = match shared.table.find(&head.method, &path) {
        Ok(found) => (Arc::clone(found.value), found.captures),
        Err(_) if head.method == Method::OPTIONS => return Ok(options(&shared.table.allowed(&path))?),
        Err(missing) => return Err(not_found(missing).into()),
    };
    *route = Some(Arc::clone(&binding));
    let slot = Slot::default();
    let asked = Asked { binding: &binding, captures, head: &head, slot: &slot };
    let (call, ignored) = call(shared, asked, body).await?;
    let answered = if binding.method.is_server_streaming() {
        stream(service, shared, &binding, call, slot.clone()).await
    } else {
        unary(service, shared, &binding, call, &head).await
    };
    // What is wrong with an upload shows while it is read: the service then only sees that it breaks off.
    let mut response = match slot.take() {
        Some(refusal) => return Err(refusal.into()),
        None => answered?,
    };
    if let Some(ignored) = metadata::ignored(&ignored) {
        response.headers_mut().insert(IGNORED, ignored);
    }
    Ok(response)
}

fn bad_path(bad: BadPath) -> Refusal {
    let fault = |what| Refusal::malformed(vec![Fault::new("", what)], 1);
    match bad {
        BadPath::Long => {
            Refusal::new(Code::InvalidArgument, "PATH_TOO_LONG", "the path is too long").http(StatusCode::URI_TOO_LONG)
        }
        BadPath::Escape => fault("the path holds an escape that is none, or bytes that are no UTF-8"),
        BadPath::Dots => fault("the path holds `.` or `..` as a segment"),
    }
}

fn not_found(missing: Missing) -> Refusal {
    match missing {
        Missing::Path => Refusal::new(Code::NotFound, "NO_SUCH_PATH", "there is nothing at this path"),
        Missing::Method(mut allowed) => {
            allowed.insert("OPTIONS".to_owned());
            let allowed = allowed.into_iter().collect::<Vec<_>>().join(", ");
            Refusal::new(Code::Unimplemented, "METHOD_NOT_ALLOWED", format!("only {allowed}"))
                .http(StatusCode::METHOD_NOT_ALLOWED)
                .header(header::ALLOW, &allowed)
        }
    }
}

fn options(allowed: &[String]) -> Result<Response<Body>, Refusal> {
    if allowed.is_empty() {
        return Err(not_found(Missing::Path));
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    if let Ok(allowed) = HeaderValue::from_str(&allowed.join(", ")) {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    Ok(response)
}

/// A request of which all but the body is here.
struct Asked<'a> {
    binding: &'a Arc<Binding>,
    captures: Vec<String>,
    head: &'a request::Parts,
    slot: &'a Slot,
}

/// Reads the request and makes the call of it.
async fn call<B>(shared: &Arc<Shared>, asked: Asked<'_>, body: B) -> Result<(Call, Vec<String>), Outcome>
where
    B: http_body::Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    let Asked { binding, captures, head, slot } = asked;
    let (options, limits) = (&shared.options, &shared.options.limits);
    let malformed = |faults| Refusal::malformed(faults, limits.faults);
    let streams = binding.method.is_server_streaming() || binding.upload().is_some();
    let time = options.time(&rpc_path(&binding.method), streams, metadata::asked_time(&head.headers)?);
    let metadata = metadata::of_request(&head.headers, options).map_err(malformed)?;
    let reads = matches!(head.method, Method::GET | Method::HEAD);
    // RFC 9110 §9.3.1: a body of GET means nothing; it is not even read.
    let unread = reads && matches!(binding.body, BodyRule::None);
    if !unread {
        weave::expect_identity(&head.headers)?;
    }
    let in_pieces = match binding.upload() {
        Some(Upload::Lines) => upload::is_lines(&head.headers),
        other => other.is_some(),
    };
    let (whole, rest) = if unread {
        (Bytes::new(), None)
    } else if in_pieces {
        (Bytes::new(), Some(body))
    } else {
        let deadline = Instant::now().checked_add(time.unwrap_or(options.timeout));
        let read = body::read(&head.headers, body, limits.body_bytes);
        (call::within(deadline, read).await.map_err(|_| slow())??, None)
    };
    let unknown = if reads { Unknown::Ignored } else { Unknown::Refused };
    let query = head.uri.query().unwrap_or_default();
    let parts = Parts { captures: &captures, query, headers: &head.headers, body: whole, unknown };
    let (mut message, ignored) = weave(binding, parts, limits).map_err(|refusal| {
        let lines = binding.upload() == Some(Upload::Lines) && refusal.http == StatusCode::UNSUPPORTED_MEDIA_TYPE;
        if lines { refusal.header(header::ACCEPT, "application/x-ndjson, application/json") } else { refusal }
    })?;
    let body = match rest {
        Some(body) => {
            let source = upload::Source { binding: Arc::clone(binding), shared: Arc::clone(shared), captures };
            CallBody::stream(upload::Pieces::new(body, source, message, &head.headers, slot.clone())?)
        }
        None => {
            if !reads {
                conditional::fill(&head.headers, binding, options.etags, &mut message).map_err(malformed)?;
            }
            CallBody::message(&message.encode_to_vec())?
        }
    };
    let extensions = head.extensions.clone();
    Ok((Call { path: rpc_path(&binding.method), body, metadata, extensions, time }, ignored))
}

fn slow() -> Refusal {
    let refusal = Refusal::new(Code::DeadlineExceeded, "BODY_TOO_SLOW", "the body did not arrive in time");
    refusal.http(StatusCode::REQUEST_TIMEOUT)
}

async fn unary<S, R>(
    service: S,
    shared: &Shared,
    binding: &Binding,
    call: Call,
    head: &request::Parts,
) -> Result<Response<Body>, Outcome>
where
    S: Service<Request<CallBody>, Response = Response<R>>,
    S::Error: Into<BoxError>,
    R: http_body::Body<Data = Bytes>,
    R::Error: Into<BoxError>,
{
    let answer = call::unary(service, call, shared.options.limits.answer_bytes).await?;
    let message = decode(&binding.method.output(), answer.message)?;
    let mut headers = HeaderMap::new();
    metadata::of_answer(&answer.metadata, "", &shared.options, &mut headers);
    // A service may name a version that its message does not hold: as the metadata `etag`, if it is let through.
    let named = headers.remove(header::ETAG);
    let etag = conditional::etag(&message, shared.options.etags).or(named);
    let reads = matches!(head.method, Method::GET | Method::HEAD);
    let unchanged = reads && etag.as_ref().is_some_and(|etag| conditional::is_known(&head.headers, etag));
    headers.extend(etag.map(|etag| (header::ETAG, etag)));
    let mut response = if unchanged {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.headers_mut() = headers;
        response
    } else if raw::is_raw(binding) {
        let (of_type, bytes) = raw::of(&message, binding);
        with(StatusCode::OK, headers, &of_type, bytes)
    } else {
        with(StatusCode::OK, headers, "application/json", print(&message, binding)?)
    };
    *response.extensions_mut() = answer.extensions;
    Ok(response)
}

async fn stream<S, R>(
    service: S,
    shared: &Arc<Shared>,
    binding: &Arc<Binding>,
    call: Call,
    slot: Slot,
) -> Result<Response<Body>, Outcome>
where
    S: Service<Request<CallBody>, Response = Response<R>>,
    S::Error: Into<BoxError>,
    R: http_body::Body<Data = Bytes> + Send + 'static,
    R::Error: Into<BoxError>,
{
    let mut begun = call::begin(service, call, shared.options.limits.answer_bytes).await?;
    let mut headers = HeaderMap::new();
    metadata::of_answer(&begun.metadata, "", &shared.options, &mut headers);
    let extensions = std::mem::take(&mut begun.extensions);
    let (of_type, body) = if raw::is_raw(binding) {
        raw::chunks(begun, binding).await?
    } else {
        let lines = Lines::new(begun, Arc::clone(binding), Arc::clone(shared), slot);
        ("application/x-ndjson".to_owned(), Body::stream(lines))
    };
    let mut response = with(StatusCode::OK, headers, &of_type, Bytes::new());
    *response.body_mut() = body;
    *response.extensions_mut() = extensions;
    Ok(response)
}
