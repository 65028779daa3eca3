//! `txn/status`: what became of a message that is answered later. The answer to a search is made anew from the question: what
//! an agency was told is kept nowhere but in the journal of disclosures.

use axum::{body::Bytes, extract::State, response::Response};
use hoagiai_spdci::{
    Body, Endpoint, Envelope, ErrorCode, Lookup, Message, Outcome, Refusal, Request, SearchAnswer, SearchResponse,
    StatusRequest, TxnStatusResponse, TxnTransaction, TxnType,
};
use http::{HeaderMap, StatusCode};

use super::{Spdci, Visit, answer, callbacks::answer_of, carried, later::kept, stranger};
use crate::{
    domain::CallbackState,
    error::Error,
    store::messages::{By, Transaction},
};

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
    let Body::TxnStatus(asked) = &request.body else { return visit.refused(Endpoint::TxnStatus, &unknown(&request)) };
    let became = match spdci.became(&visit, &request, asked, &carried(&headers)).await {
        Ok(Some(became)) => became,
        Ok(None) => return visit.refused(Endpoint::TxnStatus, &unknown(&request)),
        Err(error) => return stranger(&error.into()),
    };
    answer(StatusCode::OK, &Envelope::new(&visit.sent(), Message::TxnStatus(became)).noting(&request.signature))
}

/// There is no such transaction of the agency.
pub(super) fn unknown(request: &Request) -> Refusal {
    let what = "txnstatus_request.attribute_value: no transaction of yours";
    Refusal::new(ErrorCode::NotFound, what).of_transaction(&request.transaction_id)
}

impl Spdci {
    /// The transaction that is asked about.
    pub(super) async fn transaction(&self, visit: &Visit, asked: &StatusRequest) -> Result<Option<Transaction>, Error> {
        let by = match &asked.lookup {
            Lookup::TransactionId(id) | Lookup::CorrelationId(id) => Some(By::Id(id)),
            Lookup::ReferenceIds(ids) => ids.first().map(|id| By::Reference(id)),
            Lookup::SubscriptionCodes(codes) => codes.first().and_then(|code| code.parse().ok()).map(By::Subscription),
        };
        let action = match asked.txn_type {
            TxnType::Search => Endpoint::Search,
            TxnType::Subscribe => Endpoint::Subscribe,
            TxnType::Unsubscribe => Endpoint::Unsubscribe,
        };
        match by {
            Some(by) => self.gateway.transaction(visit.agency.consumer.id, action, by).await,
            None => Ok(None),
        }
    }

    /// What became of it; none: there is none.
    pub(super) async fn became(
        &self,
        visit: &Visit,
        request: &Request,
        asked: &StatusRequest,
        headers: &HeaderMap,
    ) -> Result<Option<TxnStatusResponse>, Error> {
        let Some(transaction) = self.transaction(visit, asked).await? else { return Ok(None) };
        let of = match transaction.action {
            Endpoint::Subscribe => answer_of(&transaction).ok().map(TxnTransaction::Subscribe),
            Endpoint::Unsubscribe => answer_of(&transaction).ok().map(TxnTransaction::Unsubscribe),
            _ => self.searched(visit, &transaction, headers).await.map(TxnTransaction::Search),
        };
        let response = |of: TxnTransaction| {
            TxnStatusResponse::new(&request.transaction_id, &visit.correlation_id, of.only(&asked.lookup))
        };
        Ok(of.map(response))
    }

    /// The answers to a search, pending while none was made.
    async fn searched(&self, visit: &Visit, transaction: &Transaction, headers: &HeaderMap) -> Option<SearchResponse> {
        let (mut with, body) = kept(transaction)?;
        with.extend(headers.clone());
        let request = visit.read(Endpoint::Search, &body).ok()?;
        let Body::Search(asked) = &request.body else { return None };
        let mut response = if transaction.state == CallbackState::Waiting {
            let pending = asked.items.iter().map(|item| SearchAnswer::new(item, visit.now, Outcome::Pending));
            SearchResponse {
                transaction_id: transaction.transaction_id.clone(),
                correlation_id: String::new(),
                search_response: pending.collect(),
            }
        } else {
            self.response(visit, &request, &with).await
        };
        response.correlation_id = transaction.id.to_string();
        Some(response)
    }
}
