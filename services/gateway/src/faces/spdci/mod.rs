//! The registry for agencies that speak SPDCI v1.0.0 (Digital Convergence Initiative): many questions in one message, each
//! answered or rejected by itself, at once or by a callback. The protocol is the crate's; here are the agency, the registry,
//! what was asked before, and the time.

mod ask;
mod callbacks;
mod follow;
mod later;
mod notify;
mod records;
mod search;
mod sender;
mod status;

use axum::{
    Router,
    response::{IntoResponse, Response},
    routing::post,
};
use hoagiai_rpc::{Problem, request};
use hoagiai_runtime::CancellationToken;
use hoagiai_spdci::{Endpoint, ErrorCode, HttpErrors, Limits, Reader, Refusal, RefusedEnvelope, Request, Sent};
use hoagiai_types::Timestamp;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::{agencies::Agency, backends::Backends, outgoing::Ways, usecases::Gateway};

/// What the face needs.
#[derive(Clone)]
pub(crate) struct Spdci {
    pub(crate) backends: Backends,
    pub(crate) gateway: Gateway,
    /// Sends callbacks.
    pub(crate) ways: Ways,
    /// The code of this registry.
    pub(crate) code: String,
}

/// What of a call's own headers goes on with each question.
const CARRIED: [&str; 2] = [request::PURPOSE, "x-on-behalf-of"];

pub(super) fn routes(spdci: Spdci) -> Router {
    Router::new()
        .route("/registry/sync/search", post(search::at_once))
        .route("/registry/search", post(later::search))
        .route("/registry/subscribe", post(later::subscribe))
        .route("/registry/unsubscribe", post(later::unsubscribe))
        .route("/registry/txn/status", post(later::status))
        .route("/registry/sync/txn/status", post(status::at_once))
        .layer(axum::extract::DefaultBodyLimit::max(Limits::default().body_bytes))
        .with_state(spdci)
}

/// Answers what was asked to be answered later, and tells what is followed, until stopped.
pub(crate) async fn answer_later(spdci: Spdci, stop: CancellationToken) {
    sender::run(spdci, stop).await;
}

fn answer<T: Serialize>(status: StatusCode, body: &T) -> Response {
    match serde_json::to_string(body) {
        Ok(text) => (status, [(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Who is not let in is told so before the message is read.
fn stranger(problem: &Problem) -> Response {
    let (status, code) = match problem.code() {
        tonic::Code::Unauthenticated => (StatusCode::UNAUTHORIZED, ErrorCode::Unauthorized),
        _ => (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::ServiceUnavailable),
    };
    let mut response = answer(status, &HttpErrors::from(&Refusal::new(code, &problem.to_string())));
    super::admit::challenge(&mut response);
    response
}

/// An agency at the door, and the ids of the answer that it is given.
struct Visit {
    agency: Agency,
    /// Its code.
    sender: String,
    /// The code of this registry.
    receiver: String,
    message_id: String,
    correlation: hoagiai_types::Uuid,
    correlation_id: String,
    now: Timestamp,
}

impl Visit {
    fn sent(&self) -> Sent<'_> {
        Sent {
            message_id: &self.message_id,
            message_ts: self.now,
            sender_id: &self.receiver,
            receiver_id: &self.sender,
        }
    }

    /// Reads a message.
    fn read(&self, endpoint: Endpoint, body: &[u8]) -> Result<Request, Refusal> {
        let limits = Limits::default();
        Reader { endpoint, sender_id: &self.sender, receiver_id: &self.receiver, limits: &limits }.read(body)
    }

    /// The synchronous answer to a message that is refused.
    fn refused(&self, endpoint: Endpoint, refusal: &Refusal) -> Response {
        answer(StatusCode::OK, &RefusedEnvelope::new(endpoint, &self.sent(), refusal, &self.correlation_id))
    }
}

impl Spdci {
    /// Who calls.
    fn visit(&self, headers: &HeaderMap) -> Result<Visit, Problem> {
        let agency = self.backends.gatekeeper().agency(headers)?;
        Ok(self.visit_of(agency.ok_or_else(|| Problem::new("UNAUTHENTICATED"))?))
    }

    fn visit_of(&self, agency: Agency) -> Visit {
        let env = self.gateway.env();
        let sender = agency.consumer.code(env.today()).unwrap_or_default().to_owned();
        let (correlation, receiver) = (env.new_id::<()>().uuid(), self.code.clone());
        let message_id = env.new_id::<()>().to_string();
        let correlation_id = correlation.to_string();
        Visit { agency, sender, receiver, message_id, correlation, correlation_id, now: env.now() }
    }
}

/// The headers that go on with each question.
fn carried(headers: &HeaderMap) -> HeaderMap {
    let names = [header::AUTHORIZATION.as_str()].into_iter().chain(CARRIED);
    let kept = names.filter_map(|name| Some((HeaderName::try_from(name).ok()?, headers.get(name)?.clone())));
    kept.collect()
}

/// A header of text that was kept.
fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}
