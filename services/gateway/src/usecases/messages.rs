//! What the face of SPDCI needs beside the registry: messages that came before, questions that are answered later, where a
//! team lies.

use std::time::Duration;

use hoagiai_outbound::webhook::schedule::{self, Next};
use hoagiai_spdci::Endpoint;
use hoagiai_types::{Timestamp, Uuid};

use super::Gateway;
use crate::{
    domain::{CallbackState, ConsumerId, SubscriptionState},
    error::Error,
    outgoing::Failed,
    store::{
        consumers,
        messages::{self, By, Transaction},
        notices, places, spdci_subscriptions, subscriptions,
    },
};

/// A process that sends has so long to write down what became of it; what one was sending that has died is due again after it.
/// Twice the time of a request: one that takes longer, and has another process beside it, sends a second time under the same id.
pub(super) const LEASE: Duration = Duration::from_secs(30);
/// Endpoints of one agency that are looked at.
const ENDPOINTS: i64 = 1_000;
/// Rows that are removed in one transaction.
const FORGOTTEN: i64 = 500;

/// What is due to agencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DueKind {
    /// Answers to what they asked.
    Answers,
    /// Notices of what they follow.
    Notices,
}

/// A message that came.
#[derive(Clone, Copy, Debug)]
pub struct Arrived<'a> {
    /// Whose.
    pub consumer: ConsumerId,
    /// The agency's ids of the message and of the transaction.
    pub ids: (&'a str, &'a str),
    /// When.
    pub now: Timestamp,
}

impl Gateway {
    /// Takes a message of an agency, and with it a question that is answered later and the ids of its sub-requests; false: one
    /// of this id came before.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn receive_message(
        &self,
        arrived: Arrived<'_>,
        later: Option<(&Transaction, &[&str])>,
    ) -> Result<bool, Error> {
        let mut tx = self.db().write().await?;
        let new = messages::receive(&mut tx, arrived.consumer, arrived.ids, arrived.now).await?;
        if let (true, Some((later, references))) = (new, later) {
            messages::insert(&mut tx, later, references, arrived.now).await?;
        }
        tx.commit().await?;
        Ok(new)
    }

    /// Whether an agency may be called back at an address: at the origin of an endpoint that consented to be sent to.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn may_call_back(&self, consumer: ConsumerId, address: &str) -> Result<bool, Error> {
        let mut tx = self.db().read().await?;
        let Some(agency) = consumers::find(&mut tx, consumer).await? else { return Ok(false) };
        let guard = self.0.ways.guard(&agency, self.env().today());
        let origin = |url: &str| guard.target(url).ok().map(|target| (target.host(), target.port(), target.tls()));
        let Some(wanted) = origin(address) else { return Ok(false) };
        let found = subscriptions::page(&mut tx, consumer, None, ENDPOINTS).await?;
        let consented = found.iter().filter(|one| one.state == SubscriptionState::Active);
        Ok(consented.into_iter().any(|one| origin(&one.endpoint).as_ref() == Some(&wanted)))
    }

    /// The agencies to which something is due.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn agencies_due(&self, kind: DueKind) -> Result<Vec<ConsumerId>, Error> {
        let now = self.env().now();
        let mut tx = self.db().read_one().await?;
        Ok(match kind {
            DueKind::Answers => messages::agencies_due(&mut tx, now).await?,
            DueKind::Notices => spdci_subscriptions::agencies_due(&mut tx, now).await?,
        })
    }

    /// The question of an agency whose answer is due first, taken for this process; none: nothing is due.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn next_answer(&self, consumer: ConsumerId) -> Result<Option<Transaction>, Error> {
        let now = self.env().now();
        let mut tx = self.db().write().await?;
        let Some(mut one) = messages::due(&mut tx, consumer, now).await? else { return Ok(None) };
        // Another process may have taken it just now; then the next look finds the next.
        let mine = messages::take(&mut tx, &one, now.plus(LEASE)).await?;
        tx.commit().await?;
        one.attempt_count += 1;
        Ok(mine.then_some(one))
    }

    /// Writes what became of an answer: taken, or why not.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn answered(&self, one: &Transaction, failed: Option<&Failed>, jitter: f64) -> Result<(), Error> {
        let made = u32::try_from(one.attempt_count).unwrap_or(u32::MAX);
        let (state, next) = match failed.map(|failed| schedule::next(made, jitter, failed.after)) {
            None => (CallbackState::Acknowledged, None),
            Some(Next::After(wait)) => (CallbackState::Failed, Some(self.env().now().plus(wait))),
            Some(Next::GiveUp) => (CallbackState::Parked, None),
        };
        let outcome = failed.map_or("ACKNOWLEDGED", |failed| failed.why.as_str());
        let mut tx = self.db().write().await?;
        messages::move_to(&mut tx, one.id, state, next, outcome).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The newest transaction of an agency and a kind.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn transaction(
        &self,
        consumer: ConsumerId,
        action: Endpoint,
        by: By<'_>,
    ) -> Result<Option<Transaction>, Error> {
        let mut tx = self.db().read().await?;
        Ok(messages::find(&mut tx, consumer, action, by).await?)
    }

    /// The communes in which a team was ever said to lie, first the one in which it lies now; none: no such team.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn communes_of_team(&self, team: Uuid) -> Result<Vec<Uuid>, Error> {
        let mut tx = self.db().read_one().await?;
        Ok(places::communes_of_team(&mut tx, team).await?)
    }

    /// Removes messages, answers and notices that are older than an instant and wait for nothing, some at a time. Answers
    /// whether more is left.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn forget_messages(&self, before: Timestamp) -> Result<bool, Error> {
        let mut tx = self.db().write().await?;
        let messages = messages::forget(&mut tx, before, FORGOTTEN).await?;
        let notices = notices::forget(&mut tx, before, FORGOTTEN).await?;
        tx.commit().await?;
        Ok(messages || notices)
    }
}
