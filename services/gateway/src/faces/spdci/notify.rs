//! `notify`: what happened, to those who follow it. Records are asked for when the notice is sent, by the agency's own
//! credential, as if it asked itself: its policy, mask and quota hold, and what it is told is written down. Killed at any moment
//! nothing is lost: what was being sent is sent again under the same `reference_id`.

use hoagiai_spdci::{
    AsOf, Envelope, Message, NotifyEvent, NotifyEventRequest, Page, Record, Rejection, Search, SearchReason,
};
use hoagiai_types::Date;
use http::HeaderMap;

use super::{
    Spdci,
    follow::{Asked, question},
    later::headers_of,
    put,
    sender::Next,
};
use crate::{
    domain::{ConsumerId, Notice, SpdciSubscription, Statements},
    error::Error,
    outgoing::{Failed, jitter, post},
    usecases::Told,
};

/// The path of notices under the namespace of the agency.
const PATH: &str = "/registry/notify";

impl Spdci {
    /// The notices that are next of something that an agency follows.
    pub(super) async fn notify_next(&self, agency: ConsumerId) -> Result<Next, Error> {
        let Some((one, notices, more)) = self.gateway.next_notices(agency).await? else { return Ok(Next::Nothing) };
        let told = Told { more, ..self.tell(&one, &notices).await };
        self.gateway.told(one, &told, jitter()).await?;
        Ok(if told.failed.is_some() { Next::Failed } else { Next::Settled })
    }

    /// Asks for the records of some notices and sends those that there are. Whatever keeps it from being sent keeps it in line.
    async fn tell(&self, one: &SpdciSubscription, notices: &[Notice]) -> Told {
        let mut told = Told::default();
        let (visit, headers, statements) = match self.asking_for(one).await {
            Ok(asking) => asking,
            Err(failed) => {
                told.failed = Some((notices.iter().map(|notice| notice.id).collect(), failed));
                return told;
            }
        };
        let (mut events, mut sent, mut rest) = (Vec::new(), Vec::new(), notices.iter());
        let mut broken = None;
        for notice in rest.by_ref() {
            match self.record(notice, (&headers, &statements), visit.now.date_in_vietnam()).await {
                Ok(records) if records.is_empty() => told.withheld.push(notice.id),
                Ok(records) => {
                    let id = notice.id.to_string();
                    let locale = one.locale.clone();
                    events.push(NotifyEvent::new(&id, notice.record_time, notice.event, records, locale));
                    sent.push(notice.id);
                }
                Err(failed) => {
                    broken = Some((notice.id, failed));
                    break;
                }
            }
        }
        if !events.is_empty() {
            let request = NotifyEventRequest { transaction_id: visit.correlation_id.clone(), notify_event: events };
            let envelope = Envelope::new(&visit.sent(), Message::Notify(request));
            let url = format!("{}{PATH}", one.callback.trim_end_matches('/'));
            let client = self.ways.client(&visit.agency.consumer, visit.now.date_in_vietnam());
            if let Err(failed) = post(client, url, &envelope, visit.now).await {
                sent.extend(broken.map(|(id, _)| id));
                sent.extend(rest.map(|notice| notice.id));
                told.failed = Some((sent, failed));
                return told;
            }
            told.acknowledged = sent;
        }
        if let Some((id, failed)) = broken {
            let behind = std::iter::once(id).chain(rest.map(|notice| notice.id));
            told.failed = Some((behind.collect(), failed));
        }
        told
    }

    /// By which credential a subscription asks, if it may still be told.
    async fn asking_for(&self, one: &SpdciSubscription) -> Result<(super::Visit, HeaderMap, Statements), Failed> {
        let (agency, token) = self.backends.gatekeeper().of_credential(one.credential).map_err(|error| {
            tracing::info!(%error, subscription = %one.id, "an agency is not told what it follows");
            Failed::because("NOT_CONNECTED")
        })?;
        match self.gateway.may_call_back(one.consumer, &one.callback).await {
            Ok(true) => {}
            Ok(false) => return Err(Failed::because("NOT_CONSENTED")),
            Err(error) => {
                tracing::warn!(%error, "the endpoints of an agency could not be read");
                return Err(Failed::because("NOT_READ"));
            }
        }
        let asked = one.asked.as_deref().and_then(|asked| serde_json::from_slice::<Asked>(asked).ok());
        let asked = asked.ok_or_else(|| Failed::because("UNREADABLE"))?;
        let mut headers = headers_of(&asked.carried);
        put(&mut headers, "authorization", &format!("Bearer {token}"));
        Ok((self.visit_of(agency), headers, Statements { consent: None, authorization: asked.authorize }))
    }

    /// The record of a notice on the first day that shows it; none: on no day.
    async fn record(
        &self,
        notice: &Notice,
        (headers, statements): (&HeaderMap, &Statements),
        today: Date,
    ) -> Result<Vec<Record>, Failed> {
        for day in notice.days(today) {
            let search = Search {
                question: question(notice.event, notice.record),
                as_of: AsOf { valid_at: Some(day), known_at: None },
                page: Page::default(),
                sort: Vec::new(),
                consent: None,
                authorize: None,
            };
            let asked = self.records(&search, Some(notice.commune), (headers, statements)).await;
            let records = asked.map_err(|rejection: Rejection<SearchReason>| {
                tracing::info!(reason = %rejection.message, notice = %notice.id, "a notice waits: its record was not answered");
                Failed::because("NOT_ANSWERED")
            })?;
            if !records.is_empty() {
                return Ok(records);
            }
        }
        Ok(Vec::new())
    }
}
