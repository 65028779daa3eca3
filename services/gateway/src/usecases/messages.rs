//! What the face of SPDCI needs beside the registry: messages that came before, questions that are answered later, where a
//! team lies.

use std::time::Duration;

use hoagiai_outbound::webhook::schedule::{self, Next};
use hoagiai_types::{Timestamp, Uuid};

use super::Gateway;
use crate::{
    domain::{ConsumerId, SubscriptionState},
    error::Error,
    store::{
        consumers,
        messages::{self, Transaction},
        places, subscriptions,
    },
};

/// Answers that are taken at once: one after the other, they end before the lease does, however slow the endpoints are.
const AT_ONCE: i64 = 4;
/// A process that answers has so long to write down what became of it.
const LEASE: Duration = Duration::from_secs(120);
/// Endpoints of one agency that are looked at.
const ENDPOINTS: i64 = 1_000;

impl Gateway {
    /// Takes a message of an agency, and with it a question that is answered later; false: one of this id came before.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn receive_message(
        &self,
        consumer: ConsumerId,
        (message_id, transaction_id): (&str, &str),
        later: Option<&Transaction>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let mut tx = self.db().write().await?;
        let new = messages::receive(&mut tx, consumer, (message_id, transaction_id), now).await?;
        if let (true, Some(later)) = (new, later) {
            messages::insert(&mut tx, later, now).await?;
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
    pub async fn answered(&self, one: &Transaction, failure: Option<&str>) -> Result<(), Error> {
        let made = u32::try_from(one.attempt_count).unwrap_or(u32::MAX);
        let (state, next) = match failure.map(|_| schedule::next(made, 0.0, None)) {
            None => ("done", None),
            Some(Next::After(wait)) => ("waiting", Some(self.env().now().plus(wait))),
            Some(Next::GiveUp) => ("parked", None),
        };
        let mut tx = self.db().write().await?;
        messages::move_to(&mut tx, one.id, state, next, failure.unwrap_or("ACKNOWLEDGED")).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The question of an agency, by its own id or by ours.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn transaction(&self, consumer: ConsumerId, id: &str) -> Result<Option<Transaction>, Error> {
        let mut tx = self.db().read().await?;
        let correlation = id.parse().unwrap_or(Uuid::nil());
        Ok(messages::find(&mut tx, consumer, id, correlation).await?)
    }

    /// Province and commune of a team, as the journal of the registry told them last; none: no such team.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn place_of_team(&self, team: Uuid) -> Result<Option<places::Place>, Error> {
        let mut tx = self.db().read_one().await?;
        Ok(places::of_team(&mut tx, team).await?)
    }
}
