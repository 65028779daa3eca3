//! `search`: answered at once; and the answers to one, for those that are answered later.

use axum::{body::Bytes, extract::State, response::Response};
use hoagiai_spdci::{
    Body, Endpoint, Envelope, Message, Outcome, Refusal, Request, SearchAnswer, SearchRequest, SearchResponse,
};
use hoagiai_types::Timestamp;
use http::{HeaderMap, StatusCode};

use super::{Spdci, Visit, answer, carried, stranger};

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
    match spdci.gateway.receive_message(visit.arrived(&request), None).await {
        Ok(true) => {}
        Ok(false) => {
            let refusal = Refusal::duplicate_message_id().of_transaction(&request.transaction_id);
            return visit.refused(Endpoint::Search, &refusal);
        }
        Err(error) => return stranger(&error.into()),
    }
    let response = spdci.response(&visit, &request, &carried(&headers)).await;
    answer(StatusCode::OK, &Envelope::new(&visit.sent(), Message::Search(response)).noting(&request.signature))
}

impl Spdci {
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
