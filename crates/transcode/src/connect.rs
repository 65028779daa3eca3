//! The unary part of the Connect protocol (connectrpc.com/docs/protocol): `POST /package.Service/Method` with a message
//! as the body, in JSON or in protobuf; GET for methods that say that they have no side effects. Streams are not offered.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header, request};
use prost::Message as _;
use prost_reflect::prost_types::method_options::IdempotencyLevel;
use prost_reflect::{DynamicMessage, MethodDescriptor};
use serde_json::{Value as Json, json};
use tokio::time::Instant;
use tower_service::Service;

use crate::answer::{Outcome, with};
use crate::body::{self, Body, CallBody};
use crate::call::{self, Call, text};
use crate::matched::Matched;
use crate::refusal::{Fault, Refusal};
use crate::service::Shared;
use crate::status::Status;
use crate::stream::decode;
use crate::table::rpc_path;
use crate::{BoxError, Code, end_of_stream, json, metadata, percent, scalar, weave};

const VERSION: HeaderName = HeaderName::from_static("connect-protocol-version");
const TIMEOUT: HeaderName = HeaderName::from_static("connect-timeout-ms");
/// What metadata of trailers is called as headers. Where it came from is lost in between, so all of it is offered both ways.
const TRAILER: &str = "trailer-";

/// How messages are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Codec {
    Json,
    Proto,
}

impl Codec {
    const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Proto => "application/proto",
        }
    }
}

/// Answers a request for a method by its path in gRPC, whatever it is.
pub(crate) async fn respond<S, B, R>(
    service: S,
    shared: &Shared,
    method: &MethodDescriptor,
    request: Request<B>,
) -> Response<Body>
where
    S: Service<Request<CallBody>, Response = Response<R>>,
    S::Error: Into<BoxError>,
    B: http_body::Body,
    B::Error: Into<BoxError>,
    R: http_body::Body<Data = Bytes>,
    R::Error: Into<BoxError>,
{
    let streams = method.is_client_streaming() || method.is_server_streaming();
    let of_stream = end_of_stream::of_type(request.headers()).filter(|_| streams);
    let mut response = exchange(service, shared, method, request).await.unwrap_or_else(|outcome| {
        let (http, status, headers) = outcome.parts("", shared);
        match of_stream {
            Some(of_type) => end_of_stream::respond(of_type, headers, error(&status)),
            None => with(http, headers, "application/json", Bytes::from(error(&status).to_string())),
        }
    });
    response.extensions_mut().insert(Matched::connect(method.clone()));
    response
}

async fn exchange<S, B, R>(
    service: S,
    shared: &Shared,
    method: &MethodDescriptor,
    request: Request<B>,
) -> Result<Response<Body>, Outcome>
where
    S: Service<Request<CallBody>, Response = Response<R>>,
    S::Error: Into<BoxError>,
    B: http_body::Body,
    B::Error: Into<BoxError>,
    R: http_body::Body<Data = Bytes>,
    R::Error: Into<BoxError>,
{
    let (head, body) = request.into_parts();
    let options = &shared.options;
    let limits = &options.limits;
    if method.is_client_streaming() || method.is_server_streaming() {
        return Err(Refusal::new(Code::Unimplemented, "NOT_OVER_CONNECT", "streams are offered over gRPC").into());
    }
    let gets = reads_only(method);
    let (codec, message) = match head.method {
        Method::POST => {
            let codec = codec(&head)?;
            weave::expect_identity(&head.headers).map_err(unimplemented)?;
            let time = time(&head.headers, method, shared)?;
            let read = body::read(&head.headers, body, limits.body_bytes);
            let late = |_| Refusal::new(Code::DeadlineExceeded, "BODY_TOO_SLOW", "the body did not arrive in time");
            (
                codec,
                call::within(Instant::now().checked_add(time.unwrap_or(options.timeout)), read)
                    .await
                    .map_err(late)??,
            )
        }
        Method::GET if gets => from_query(head.uri.query().unwrap_or_default(), shared)?,
        _ => return Err(other_method(gets).into()),
    };
    if text(&head.headers, &VERSION).is_some_and(|version| version != "1") {
        return Err(Refusal::malformed(vec![Fault::new(VERSION.as_str(), "only 1 is known")], 1).into());
    }
    let malformed = |faults| Refusal::malformed(faults, limits.faults);
    let message = match codec {
        Codec::Json if message.is_empty() => Bytes::new(),
        Codec::Json => json::message(&method.input(), &message, limits).map_err(malformed)?.encode_to_vec().into(),
        Codec::Proto => match DynamicMessage::decode(method.input(), message.clone()) {
            Ok(_) => message,
            Err(_) => return Err(malformed(vec![Fault::new("", "no message of this method")]).into()),
        },
    };
    let metadata = metadata::of_request(&head.headers, options).map_err(malformed)?;
    let time = time(&head.headers, method, shared)?;
    let call = Call {
        path: rpc_path(method),
        body: CallBody::message(&message)?,
        metadata,
        extensions: head.extensions,
        time,
    };
    let answer = call::unary(service, call, limits.answer_bytes).await?;
    let body = match codec {
        Codec::Proto => answer.message,
        Codec::Json => {
            let message = decode(&method.output(), answer.message)?;
            json::print(&message).map_err(|_| Status::new(Code::Internal, "the answer has no form in JSON"))?
        }
    };
    let mut headers = HeaderMap::new();
    metadata::of_answer(&answer.metadata, "", options, &mut headers);
    metadata::of_answer(&answer.metadata, TRAILER, options, &mut headers);
    if gets {
        // Caches must not serve one encoding for another.
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    let mut response = with(StatusCode::OK, headers, codec.media_type(), body);
    *response.extensions_mut() = answer.extensions;
    Ok(response)
}

/// Whether the contract says that a call changes nothing.
fn reads_only(method: &MethodDescriptor) -> bool {
    let proto = method.method_descriptor_proto();
    proto.options.as_ref().is_some_and(|options| options.idempotency_level() == IdempotencyLevel::NoSideEffects)
}

/// What the protocol says of a compression that a server does not have.
fn unimplemented(refusal: Refusal) -> Refusal {
    Refusal { code: Code::Unimplemented, http: Code::Unimplemented.http(), ..refusal }
}

fn other_method(gets: bool) -> Refusal {
    let allowed = if gets { "GET, POST" } else { "POST" };
    Refusal::new(Code::Unimplemented, "METHOD_NOT_ALLOWED", format!("only {allowed}"))
        .http(StatusCode::METHOD_NOT_ALLOWED)
        .header(header::ALLOW, allowed)
}

fn codec(head: &request::Parts) -> Result<Codec, Refusal> {
    let given = text(&head.headers, &header::CONTENT_TYPE).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/proto") {
        return Ok(Codec::Proto);
    }
    if essence.eq_ignore_ascii_case("application/json") && weave::is_json(given) {
        return Ok(Codec::Json);
    }
    let why = "the body must be application/json or application/proto";
    let refusal = Refusal::new(Code::InvalidArgument, "UNSUPPORTED_MEDIA_TYPE", why);
    let taken = "application/json, application/proto";
    Err(refusal.http(StatusCode::UNSUPPORTED_MEDIA_TYPE).header(HeaderName::from_static("accept-post"), taken))
}

/// The message of a GET: `?connect=v1&encoding=json&message=…`, `base64=1` where it is base64.
fn from_query(query: &str, shared: &Shared) -> Result<(Codec, Bytes), Refusal> {
    let limits = &shared.options.limits;
    let fault = |name: &str, what: &str| Refusal::malformed(vec![Fault::new(name, what)], 1);
    // The message itself is in the query, so the limit of a body holds.
    if query.len() > limits.body_bytes {
        let refusal = Refusal::new(Code::InvalidArgument, "QUERY_TOO_LONG", "the query is too long");
        return Err(refusal.http(StatusCode::URI_TOO_LONG));
    }
    let (mut codec, mut message, mut base64) = (None, None, false);
    for pair in query.split('&').filter(|pair| !pair.is_empty()).take(limits.query_parameters) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = percent::decode_form(value).map_err(|_| fault(name, "an escape that is none, or no UTF-8"))?;
        match (name, value.as_str()) {
            ("encoding", "json") => codec = Some(Codec::Json),
            ("encoding", "proto") => codec = Some(Codec::Proto),
            ("encoding", _) => return Err(fault("encoding", "`json` or `proto`")),
            ("message", _) => message = Some(value),
            ("base64", "1") => base64 = true,
            ("base64", "0" | "") | ("compression", "identity" | "") | ("connect", "v1") => {}
            ("base64", _) => return Err(fault("base64", "`1` or nothing")),
            ("connect", _) => return Err(fault("connect", "only v1 is known")),
            ("compression", _) => return Err(unimplemented(fault("compression", "only identity is known"))),
            _ => {}
        }
    }
    let codec = codec.ok_or_else(|| fault("encoding", "is needed"))?;
    let message = message.ok_or_else(|| fault("message", "is needed"))?;
    let bytes =
        if base64 { scalar::bytes(&message).map_err(|_| fault("message", "no base64"))? } else { message.into_bytes() };
    Ok((codec, bytes.into()))
}

/// The time of a call: `Connect-Timeout-Ms`, at most ten digits, cut down as any other.
fn time(headers: &HeaderMap, method: &MethodDescriptor, shared: &Shared) -> Result<Option<Duration>, Refusal> {
    let asked = match headers.get(TIMEOUT) {
        None => None,
        Some(value) => {
            let digits = value.to_str().ok().filter(|text| (1..=10).contains(&text.len()));
            let digits = digits.filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
            let fault = || Refusal::malformed(vec![Fault::new(TIMEOUT.as_str(), "at most ten digits")], 1);
            Some(Duration::from_millis(digits.and_then(|text| text.parse().ok()).ok_or_else(fault)?))
        }
    };
    Ok(shared.options.time(&rpc_path(method), false, asked))
}

/// An error as Connect writes it; details in base64 without padding.
pub(crate) fn error(status: &Status) -> Json {
    let details: Vec<Json> = status
        .details
        .iter()
        .map(|any| json!({ "type": any.type_name(), "value": STANDARD_NO_PAD.encode(&any.value) }))
        .collect();
    let mut error = json!({ "code": status.code.connect(), "message": status.message });
    if let (false, Some(error)) = (details.is_empty(), error.as_object_mut()) {
        error.insert("details".to_owned(), Json::Array(details));
    }
    error
}
