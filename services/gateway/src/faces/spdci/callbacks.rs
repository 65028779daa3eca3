//! Answers that are sent later (`on-search`, `on-subscribe`, …): made when they are sent, by the schedule of webhooks, to the
//! origin of an endpoint that consented. An agency that is no more connected is sent nothing.

use hoagiai_spdci::{
    Body, Endpoint, Envelope, Message, RefusedEnvelope, Request, SubscribeResponse, UnsubscribeResponse,
};
use http::HeaderMap;
use serde::Serialize;

use super::{Spdci, Visit, later::kept, sender::Next, status::unknown};
use crate::{
    domain::ConsumerId,
    error::Error,
    outgoing::{Failed, jitter, post},
    store::messages::Transaction,
};

/// A callback.
#[derive(Serialize)]
#[serde(untagged)]
enum Callback {
    Answer(Envelope),
    Refusal(RefusedEnvelope),
}

impl Spdci {
    /// The next answer that is due to an agency.
    pub(super) async fn answer_next(&self, agency: ConsumerId) -> Result<Next, Error> {
        let Some(one) = self.gateway.next_answer(agency).await? else { return Ok(Next::Nothing) };
        let failed = self.call_back(&one).await.err();
        self.gateway.answered(&one, failed.as_ref(), jitter()).await?;
        Ok(if failed.is_some() { Next::Failed } else { Next::Settled })
    }

    /// Makes the answer and sends it.
    ///
    /// # Errors
    /// Why it was not taken.
    async fn call_back(&self, one: &Transaction) -> Result<(), Failed> {
        let unreadable = || Failed::because("UNREADABLE");
        let gatekeeper = self.backends.gatekeeper();
        let (agency, token) = gatekeeper.of_credential(one.credential).map_err(|error| {
            tracing::info!(%error, "a question is not answered");
            Failed::because("NOT_CONNECTED")
        })?;
        let client = self.ways.client(&agency.consumer, self.gateway.env().today()).clone();
        let mut visit = self.visit_of(agency);
        visit.correlation_id = one.id.to_string();
        let (mut with, body) = kept(one).ok_or_else(unreadable)?;
        super::put(&mut with, "authorization", &format!("Bearer {token}"));
        let request = visit.read(one.action, &body).map_err(|_| unreadable())?;
        let callback = self.callback_of(one, &visit, &request, &with).await?;
        let url = format!("{}{}", one.callback.trim_end_matches('/'), one.action.callback_path());
        post(&client, url, &callback, visit.now).await
    }

    async fn callback_of(
        &self,
        one: &Transaction,
        visit: &Visit,
        request: &Request,
        headers: &HeaderMap,
    ) -> Result<Callback, Failed> {
        let message = match (&request.body, one.action) {
            (Body::TxnStatus(asked), _) => match self.became(visit, request, asked, headers).await {
                Ok(Some(became)) => Message::TxnStatus(became),
                Ok(None) => {
                    let (sent, refusal) = (visit.sent(), unknown(request));
                    let refused = RefusedEnvelope::new(Endpoint::TxnStatus, &sent, &refusal, &visit.correlation_id);
                    return Ok(Callback::Refusal(refused));
                }
                Err(error) => {
                    tracing::warn!(%error, "a transaction could not be read");
                    return Err(Failed::because("NOT_READ"));
                }
            },
            (_, Endpoint::Subscribe) => Message::Subscribe(answer_of::<SubscribeResponse>(one)?),
            (_, Endpoint::Unsubscribe) => Message::Unsubscribe(answer_of::<UnsubscribeResponse>(one)?),
            _ => Message::Search(self.response(visit, request, headers).await),
        };
        Ok(Callback::Answer(Envelope::new(&visit.sent(), message).noting(&request.signature)))
    }
}

/// The answer that was known when the message was taken.
pub(super) fn answer_of<T: serde::de::DeserializeOwned>(one: &Transaction) -> Result<T, Failed> {
    let answer = one.answer.as_deref().and_then(|answer| serde_json::from_slice(answer).ok());
    answer.ok_or_else(|| Failed::because("UNREADABLE"))
}
