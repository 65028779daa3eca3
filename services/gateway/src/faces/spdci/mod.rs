//! The registry for agencies that speak SPDCI v1.0.0 (Digital Convergence Initiative): many questions in one message, each
//! answered or rejected by itself. The protocol is the crate's; here are the agency, the registry and the time.

mod ask;
mod records;

use axum::{
    Router,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
    routing::post,
};
use hoagiai_rpc::Problem;
use hoagiai_spdci::{
    Body, Endpoint, Envelope, ErrorCode, HttpErrors, Limits, Message, Outcome, Reader, Refusal, RefusedEnvelope,
    Request, SearchAnswer, SearchRequest, SearchResponse, Sent,
};
use hoagiai_types::Timestamp;
use http::{HeaderMap, StatusCode, header};
use serde::Serialize;

use crate::{agencies::Agency, backends::Backends, usecases::Gateway};

/// What the face needs.
#[derive(Clone)]
pub(super) struct Spdci {
    pub(super) backends: Backends,
    pub(super) gateway: Gateway,
    /// The code of this registry.
    pub(super) code: String,
}

pub(super) fn routes(spdci: Spdci) -> Router {
    let limits = Limits::default();
    Router::new()
        .route("/registry/sync/search", post(search))
        .layer(axum::extract::DefaultBodyLimit::max(limits.body_bytes))
        .with_state(spdci)
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

/// `/registry/sync/search`: answered at once.
async fn search(State(spdci): State<Spdci>, headers: HeaderMap, body: Bytes) -> Response {
    let agency = match spdci.backends.gatekeeper().agency(&headers) {
        Ok(Some(agency)) => agency,
        Ok(None) => return stranger(&Problem::new("UNAUTHENTICATED")),
        Err(problem) => return stranger(&problem),
    };
    let (now, today) = (spdci.gateway.env().now(), spdci.gateway.env().today());
    let sender = agency.consumer.code(today).unwrap_or_default().to_owned();
    let [message_id, correlation_id] = [(); 2].map(|()| spdci.gateway.env().new_id::<()>().to_string());
    let sent = Sent { message_id: &message_id, message_ts: now, sender_id: &spdci.code, receiver_id: &sender };
    let limits = Limits::default();
    let reader = Reader { endpoint: Endpoint::Search, sender_id: &sender, receiver_id: &spdci.code, limits: &limits };
    let refused = |refusal: Refusal| {
        answer(StatusCode::OK, &RefusedEnvelope::new(Endpoint::Search, &sent, &refusal, &correlation_id))
    };
    let request = match reader.read(&body) {
        Ok(request) => request,
        Err(refusal) => return refused(refusal),
    };
    match spdci.is_new(&agency, &request, now).await {
        Ok(true) => {}
        Ok(false) => return refused(Refusal::duplicate_message_id().of_transaction(&request.transaction_id)),
        Err(problem) => return stranger(&problem),
    }
    let Body::Search(asked) = &request.body else {
        return refused(Refusal::new(ErrorCode::BadRequest, "not a search"));
    };
    let response = SearchResponse {
        transaction_id: request.transaction_id.clone(),
        correlation_id: correlation_id.clone(),
        search_response: spdci.answers(asked, &headers, now).await,
    };
    answer(StatusCode::OK, &Envelope::new(&sent, Message::Search(response)).noting(&request.signature))
}

impl Spdci {
    /// Whether the agency sent no message of this id before; from now on it has.
    async fn is_new(&self, agency: &Agency, request: &Request, now: Timestamp) -> Result<bool, Problem> {
        let consumer = agency.consumer.id;
        Ok(self.gateway.receive_message(consumer, &request.header.message_id, &request.transaction_id, now).await?)
    }

    /// One answer a question, in their order. One after the other: an agency has its turn, as others have theirs.
    async fn answers(&self, asked: &SearchRequest, headers: &HeaderMap, now: Timestamp) -> Vec<SearchAnswer> {
        let mut answers = Vec::with_capacity(asked.items.len());
        for item in &asked.items {
            let outcome = match &item.asked {
                Ok(search) => self.ask(search, headers).await.into(),
                Err(rejection) => Outcome::Rejected(rejection.clone()),
            };
            answers.push(SearchAnswer::new(item, now, outcome));
        }
        answers
    }
}
