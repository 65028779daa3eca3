//! `txn/status`: what became of a question that is answered later. The answer is made anew from the question: what an agency
//! was told is kept nowhere but in the journal of disclosures.

use axum::{body::Bytes, extract::State, response::Response};
use hoagiai_spdci::{
    Body, Endpoint, Envelope, ErrorCode, Lookup, Message, Outcome, Refusal, SearchAnswer, SearchResponse,
    TxnStatusResponse, TxnTransaction, TxnType,
};
use http::{HeaderMap, StatusCode};

use super::{Spdci, Visit, answer, carried, search::kept, stranger};
use crate::store::messages::Transaction;

/// `/registry/sync/txn/status`.
pub(super) async fn at_once(State(spdci): State<Spdci>, headers: HeaderMap, body: Bytes) -> Response {
    let visit = match spdci.visit(&headers) {
        Ok(visit) => visit,
        Err(problem) => return stranger(&problem),
    };
    let request = match visit.read(Endpoint::TxnStatus, &body) {
        Ok(request) => request,
        Err(refusal) => return visit.refused(Endpoint::TxnStatus, &refusal),
    };
    let not_found = || {
        let what = "txnstatus_request.attribute_value: no transaction of yours";
        visit.refused(
            Endpoint::TxnStatus,
            &Refusal::new(ErrorCode::NotFound, what).of_transaction(&request.transaction_id),
        )
    };
    let Body::TxnStatus(asked) = &request.body else { return not_found() };
    let id = match (&asked.txn_type, &asked.lookup) {
        (TxnType::Search, Lookup::TransactionId(id) | Lookup::CorrelationId(id)) => id,
        _ => return not_found(),
    };
    let transaction = match spdci.gateway.transaction(visit.agency.consumer.id, id).await {
        Ok(Some(transaction)) => transaction,
        Ok(None) => return not_found(),
        Err(error) => return stranger(&error.into()),
    };
    let Some(became) = spdci.became(&visit, &transaction, &headers).await else { return not_found() };
    let response =
        TxnStatusResponse::new(&request.transaction_id, &visit.correlation_id, TxnTransaction::Search(became));
    answer(StatusCode::OK, &Envelope::new(&visit.sent(), Message::TxnStatus(response)).noting(&request.signature))
}

impl Spdci {
    /// The answers of a transaction, pending while none was taken.
    async fn became(&self, visit: &Visit, transaction: &Transaction, headers: &HeaderMap) -> Option<SearchResponse> {
        let (mut with, body) = kept(&transaction.request)?;
        with.extend(carried(headers));
        let request = visit.read(Endpoint::Search, &body).ok()?;
        let Body::Search(asked) = &request.body else { return None };
        let mut response = if transaction.done {
            self.response(visit, &request, &with).await
        } else {
            let pending = asked.items.iter().map(|item| SearchAnswer::new(item, visit.now, Outcome::Pending));
            SearchResponse {
                transaction_id: transaction.transaction_id.clone(),
                correlation_id: String::new(),
                search_response: pending.collect(),
            }
        };
        response.correlation_id = transaction.id.to_string();
        Some(response)
    }
}
