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
        notices, places, subscriptions,
    },
};

/// Answers that are taken at once.
const AT_ONCE: i64 = 4;
/// A process that answers has so long to write down what became of it.
pub(super) const LEASE: Duration = Duration::from_secs(120);
/// Endpoints of one agency that are looked at.
const ENDPOINTS: i64 = 1_000;
/// Rows that are removed in one transaction.
const FORGOTTEN: i64 = 500;

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

    /// Questions whose answers are due, each taken for this process.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn due_transactions(&self) -> Result<Vec<Transaction>, Error> {
        let now = self.env().now();
        let mut tx = self.db().read().await?;
        let due = messages::due(&mut tx, now, AT_ONCE).await?;
        drop(tx);
        let mut taken = Vec::with_capacity(due.len());
        for mut one in due {
            let mut tx = self.db().write().await?;
            if messages::take(&mut tx, &one, now.plus(LEASE)).await? {
                one.attempt_count += 1;
                taken.push(one);
            }
            tx.commit().await?;
        }
        Ok(taken)
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

    /// Province and commune of a team, as the journal of the registry told them last; none: no such team.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn place_of_team(&self, team: Uuid) -> Result<Option<places::Place>, Error> {
        let mut tx = self.db().read_one().await?;
        Ok(places::of_team(&mut tx, team).await?)
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
