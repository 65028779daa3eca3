//! Answers that are sent later (`on-search`): made when they are sent, by the schedule of webhooks, to the origin of an endpoint
//! that consented. An agency that is no more connected is sent nothing.

use std::time::Duration;

use hoagiai_outbound::client::Request;
use hoagiai_runtime::CancellationToken;
use hoagiai_spdci::{Endpoint, Envelope, Message};
use http::{HeaderMap, HeaderValue, Method, header};

use super::{Spdci, search::kept};
use crate::{error::Error, store::messages::Transaction};

/// How often it is looked whether anything is due.
const LOOK: Duration = Duration::from_millis(500);

pub(super) async fn run(spdci: Spdci, stop: CancellationToken) {
    let answering = async {
        loop {
            if let Err(error) = spdci.round().await {
                tracing::warn!(%error, "questions that are answered later could not be read or written");
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    stop.run_until_cancelled(answering).await;
}

impl Spdci {
    async fn round(&self) -> Result<(), Error> {
        for one in self.gateway.due_transactions().await? {
            let failure = self.call_back(&one).await.err();
            self.gateway.answered(&one, failure.as_deref()).await?;
        }
        Ok(())
    }

    /// Makes the answer and sends it.
    ///
    /// # Errors
    /// Why it was not taken, in a word.
    async fn call_back(&self, one: &Transaction) -> Result<(), String> {
        let gatekeeper = self.backends.gatekeeper();
        let (agency, token) = gatekeeper.of_credential(one.credential).map_err(|error| {
            tracing::info!(%error, "a question is not answered");
            "NOT_CONNECTED".to_owned()
        })?;
        let client = self.ways.client(&agency.consumer, self.gateway.env().today()).clone();
        let mut visit = self.visit_of(agency);
        visit.correlation_id = one.id.to_string();
        let (mut with, body) = kept(&one.request).ok_or("UNREADABLE")?;
        super::put(&mut with, "authorization", &format!("Bearer {token}"));
        let request = visit.read(Endpoint::Search, &body).map_err(|_| "UNREADABLE".to_owned())?;
        let response = self.response(&visit, &request, &with).await;
        let envelope = Envelope::new(&visit.sent(), Message::Search(response)).noting(&request.signature);
        let body = serde_json::to_vec(&envelope).map_err(|_| "UNREADABLE".to_owned())?;
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let url = format!("{}{}", one.callback.trim_end_matches('/'), Endpoint::Search.callback_path());
        let sent = Request { method: Method::POST, url, headers, body: body.into() };
        match client.send(sent).await {
            Ok(answer) if answer.status.is_success() => Ok(()),
            Ok(answer) => Err(format!("STATUS_{}", answer.status.as_u16())),
            Err(fault) => Err(fault.class().to_uppercase()),
        }
    }
}
