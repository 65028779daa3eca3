//! `search`: answered at once, or taken and answered by a callback.

use axum::{body::Bytes, extract::State, response::Response};
use hoagiai_spdci::{
    Ack, Body, Endpoint, Envelope, ErrorCode, Message, Outcome, Refusal, Request, SearchAnswer, SearchRequest,
    SearchResponse,
};
use hoagiai_types::Timestamp;
use http::{HeaderMap, StatusCode};

use super::{CARRIED, Spdci, Visit, answer, carried, stranger};
use crate::store::messages::Transaction;

/// `/registry/sync/search`.
pub(super) async fn at_once(State(spdci): State<Spdci>, headers: HeaderMap, body: Bytes) -> Response {
    let visit = match spdci.visit(&headers) {
        Ok(visit) => visit,
        Err(problem) => return stranger(&problem),
    };
    let request = match visit.read(Endpoint::Search, &body) {
        Ok(request) => request,
        Err(refusal) => return visit.refused(Endpoint::Search, &refusal),
    };
    match spdci.receive(&visit, &request, None).await {
        Ok(None) => {}
        Ok(Some(refusal)) => return visit.refused(Endpoint::Search, &refusal),
        Err(unanswered) => return unanswered,
    }
    let response = spdci.response(&visit, &request, &carried(&headers)).await;
    answer(StatusCode::OK, &Envelope::new(&visit.sent(), Message::Search(response)).noting(&request.signature))
}

/// `/registry/search`: acknowledged when it is kept.
pub(super) async fn later(State(spdci): State<Spdci>, headers: HeaderMap, body: Bytes) -> Response {
    let visit = match spdci.visit(&headers) {
        Ok(visit) => visit,
        Err(problem) => return stranger(&problem),
    };
    let refused = |refusal: &Refusal| answer(StatusCode::OK, &Ack::refused(refusal, visit.now, &visit.correlation_id));
    let request = match visit.read(Endpoint::Search, &body) {
        Ok(request) => request,
        Err(refusal) => return refused(&refusal),
    };
    if let Some(refusal) = request.refused_entirely() {
        return refused(&refusal);
    }
    let consumer = visit.agency.consumer.id;
    let callback = request.header.sender_uri.clone().unwrap_or_default();
    match spdci.gateway.may_call_back(consumer, &callback).await {
        Ok(true) => {}
        Ok(false) => {
            let what =
                "header.sender_uri: expected the origin of an endpoint of yours that consented to be sent events";
            return refused(&Refusal::new(ErrorCode::SenderUriInvalid, what).of_transaction(&request.transaction_id));
        }
        Err(error) => return stranger(&error.into()),
    }
    let transaction = Transaction {
        id: visit.correlation,
        consumer,
        credential: visit.agency.credential.id,
        transaction_id: request.transaction_id.clone(),
        callback,
        request: keep(&headers, &body),
        attempt_count: 0,
        done: false,
    };
    match spdci.receive(&visit, &request, Some(&transaction)).await {
        Ok(None) => answer(StatusCode::OK, &Ack::accepted(visit.now, &visit.correlation_id)),
        Ok(Some(refusal)) => refused(&refusal),
        Err(unanswered) => unanswered,
    }
}

/// A message and what came with it, as it is kept until it is answered.
fn keep(headers: &HeaderMap, body: &[u8]) -> Vec<u8> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let kept = (CARRIED.map(text), String::from_utf8_lossy(body).into_owned());
    // Texts alone: always JSON.
    serde_json::to_vec(&kept).unwrap_or_default()
}

/// What [`keep`] kept: the headers that go on with each question, and the message.
pub(super) fn kept(bytes: &[u8]) -> Option<(HeaderMap, Vec<u8>)> {
    let (values, body): ([String; 2], String) = serde_json::from_slice(bytes).ok()?;
    let mut headers = HeaderMap::new();
    for (name, value) in CARRIED.into_iter().zip(&values).filter(|(_, value)| !value.is_empty()) {
        super::put(&mut headers, name, value);
    }
    Some((headers, body.into_bytes()))
}

impl Spdci {
    /// Takes a message, with what is to be answered later. Answers why it is refused, if one of its id came before.
    async fn receive(
        &self,
        visit: &Visit,
        request: &Request,
        later: Option<&Transaction>,
    ) -> Result<Option<Refusal>, Response> {
        let ids = (request.header.message_id.as_str(), request.transaction_id.as_str());
        match self.gateway.receive_message(visit.agency.consumer.id, ids, later, visit.now).await {
            Ok(true) => Ok(None),
            Ok(false) => Ok(Some(Refusal::duplicate_message_id().of_transaction(&request.transaction_id))),
            Err(error) => Err(stranger(&error.into())),
        }
    }

    /// The answers to a message.
    pub(super) async fn response(&self, visit: &Visit, request: &Request, headers: &HeaderMap) -> SearchResponse {
        let search_response = match &request.body {
            Body::Search(asked) => self.answers(asked, headers, visit.now).await,
            _ => Vec::new(),
        };
        SearchResponse {
            transaction_id: request.transaction_id.clone(),
            correlation_id: visit.correlation_id.clone(),
            search_response,
        }
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
