//! What is answered by a callback: acknowledged when it is kept. Questions are answered when the callback is sent; what is
//! followed, and what is not followed any more, holds from the acknowledgement on.

use axum::{body::Bytes, extract::State, response::Response};
use hoagiai_spdci::{Ack, Body, Endpoint, ErrorCode, Refusal, Request};
use http::{HeaderMap, StatusCode};

use super::{CARRIED, Spdci, Visit, answer, follow, put, stranger};
use crate::{domain::CallbackState, error::Error, store::messages::Transaction, usecases::Arrived};

/// `/registry/search`.
pub(super) async fn search(State(spdci): State<Spdci>, headers: HeaderMap, body: Bytes) -> Response {
    spdci.later(Endpoint::Search, &headers, &body).await
}

/// `/registry/subscribe`.
pub(super) async fn subscribe(State(spdci): State<Spdci>, headers: HeaderMap, body: Bytes) -> Response {
    spdci.later(Endpoint::Subscribe, &headers, &body).await
}

/// `/registry/unsubscribe`.
pub(super) async fn unsubscribe(State(spdci): State<Spdci>, headers: HeaderMap, body: Bytes) -> Response {
    spdci.later(Endpoint::Unsubscribe, &headers, &body).await
}

/// `/registry/txn/status`.
pub(super) async fn status(State(spdci): State<Spdci>, headers: HeaderMap, body: Bytes) -> Response {
    spdci.later(Endpoint::TxnStatus, &headers, &body).await
}

/// Why a message is not taken.
pub(super) enum NotTaken {
    /// It is refused.
    Refused(Refusal),
    /// It could not be looked at.
    Error(Error),
}

impl From<Error> for NotTaken {
    fn from(error: Error) -> Self {
        NotTaken::Error(error)
    }
}

impl Spdci {
    async fn later(&self, endpoint: Endpoint, headers: &HeaderMap, body: &[u8]) -> Response {
        let visit = match self.visit(headers) {
            Ok(visit) => visit,
            Err(problem) => return stranger(&problem),
        };
        let taken = match visit.read(endpoint, body) {
            Ok(request) => self.take(&visit, endpoint, &request, (headers, body)).await,
            Err(refusal) => Err(NotTaken::Refused(refusal)),
        };
        let ack = match taken {
            Ok(ack) => ack,
            Err(NotTaken::Refused(refusal)) => Ack::refused(&refusal, visit.now, &visit.correlation_id),
            Err(NotTaken::Error(error)) => return stranger(&error.into()),
        };
        answer(StatusCode::OK, &ack)
    }

    async fn take(
        &self,
        visit: &Visit,
        endpoint: Endpoint,
        request: &Request,
        (headers, body): (&HeaderMap, &[u8]),
    ) -> Result<Ack, NotTaken> {
        if let Some(refusal) = request.refused_entirely() {
            return Err(NotTaken::Refused(refusal));
        }
        let callback = self.callback(visit, endpoint, request).await?;
        let state = if callback.is_some() { CallbackState::Waiting } else { CallbackState::Acknowledged };
        let transaction = Transaction {
            id: visit.correlation,
            consumer: visit.agency.consumer.id,
            credential: visit.agency.credential.id,
            action: endpoint,
            transaction_id: request.transaction_id.clone(),
            callback: callback.clone().unwrap_or_default(),
            request: Some(keep(headers, body)),
            answer: None,
            attempt_count: 0,
            state,
        };
        let new = match &request.body {
            Body::Search(asked) => {
                let references: Vec<&str> = asked.items.iter().map(|item| item.reference_id.as_str()).collect();
                self.gateway.receive_message(visit.arrived(request), Some((&transaction, &references))).await?
            }
            Body::Subscribe(asked) => {
                let asking = follow::Asking { visit, request, headers };
                self.subscribe(&asking, asked, transaction).await?
            }
            Body::Unsubscribe(asked) => self.unsubscribe(visit, request, asked, transaction).await?,
            Body::TxnStatus(asked) => {
                // Of what is not there, nothing more will be known later.
                if self.transaction(visit, asked).await?.is_none() {
                    return Err(NotTaken::Refused(super::status::unknown(request)));
                }
                self.gateway.receive_message(visit.arrived(request), Some((&transaction, &[]))).await?
            }
        };
        match (new, callback) {
            (false, _) => {
                Err(NotTaken::Refused(Refusal::duplicate_message_id().of_transaction(&request.transaction_id)))
            }
            (true, Some(_)) => Ok(Ack::accepted(visit.now, &visit.correlation_id)),
            (true, None) => Ok(Ack::without_callback(visit.now, &visit.correlation_id)),
        }
    }

    /// Where the answer goes: to an endpoint that consented. Whoever has none left must still be able to unsubscribe.
    async fn callback(&self, visit: &Visit, endpoint: Endpoint, request: &Request) -> Result<Option<String>, NotTaken> {
        let callback = request.header.sender_uri.clone();
        if callback.is_none() && endpoint == Endpoint::Unsubscribe {
            return Ok(None);
        }
        let callback = callback.unwrap_or_default();
        if self.gateway.may_call_back(visit.agency.consumer.id, &callback).await? {
            return Ok(Some(callback));
        }
        let what = "header.sender_uri: expected the origin of an endpoint of yours that consented to be sent events";
        let refusal = Refusal::new(ErrorCode::SenderUriInvalid, what).of_transaction(&request.transaction_id);
        Err(NotTaken::Refused(refusal))
    }
}

impl Visit {
    /// A message of this visit.
    pub(super) fn arrived<'a>(&self, request: &'a Request) -> Arrived<'a> {
        let ids = (request.header.message_id.as_str(), request.transaction_id.as_str());
        Arrived { consumer: self.agency.consumer.id, ids, now: self.now }
    }
}

/// What of a call's headers goes on with each question, as it is kept.
pub(super) fn carried(headers: &HeaderMap) -> [String; CARRIED.len()] {
    CARRIED.map(|name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned())
}

/// The headers that [`carried`] kept.
pub(super) fn headers_of(carried: &[String; CARRIED.len()]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in CARRIED.into_iter().zip(carried).filter(|(_, value)| !value.is_empty()) {
        put(&mut headers, name, value);
    }
    headers
}

/// A message and what came with it, as it is kept until it is answered.
fn keep(headers: &HeaderMap, body: &[u8]) -> Vec<u8> {
    let kept = (carried(headers), String::from_utf8_lossy(body).into_owned());
    // Texts alone: always JSON.
    serde_json::to_vec(&kept).unwrap_or_default()
}

/// What [`keep`] kept: the headers that go on with each question, and the message; none: it does not open any more.
pub(super) fn kept(one: &Transaction) -> Option<(HeaderMap, Vec<u8>)> {
    let (carried, body): ([String; CARRIED.len()], String) = serde_json::from_slice(one.request.as_deref()?).ok()?;
    Some((headers_of(&carried), body.into_bytes()))
}
