//! What agencies follow over SPDCI: subscribe, unsubscribe, and the notices that are due.

use std::collections::BTreeSet;

use hoagiai_identity::Caller;
use hoagiai_outbound::webhook::schedule::{self, Next};
use hoagiai_store::{Origin, Stream};
use hoagiai_types::{Timestamp, Uuid};

use super::{
    Gateway,
    messages::{Arrived, LEASE},
};
use crate::{
    domain::{
        CallbackId, CallbackState, Consumer, ConsumerId, Notice, SpdciFollowing, SpdciSubscription,
        SpdciSubscriptionId, SpdciSubscriptionState,
    },
    error::Error,
    events,
    outgoing::Failed,
    store::{
        messages::{self, Transaction},
        notices, places, spdci_subscriptions,
    },
};

/// Subscriptions of one agency that run: enough for every commune and a list of mediators.
pub const MOST: i64 = 10_000;
/// Events of one message.
const TOGETHER: i64 = 20;

/// What became of a subscription that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subscribed {
    /// It runs.
    Made(SpdciSubscriptionId),
    /// The agency follows this already, there.
    Already,
    /// The agency follows too much.
    TooMany,
}

/// What became of the end of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsubscribed {
    /// It runs no more.
    Ended,
    /// It had ended before.
    Before,
    /// The agency has no such subscription.
    Unknown,
}

/// What became of an attempt on notices: ids by what became of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    /// The receiver has them.
    pub(crate) acknowledged: Vec<CallbackId>,
    /// The registry shows no record.
    pub(crate) withheld: Vec<CallbackId>,
    /// Those that failed, and why.
    pub(crate) failed: Option<(Vec<CallbackId>, Failed)>,
    /// Whether more are in line.
    pub(crate) more: bool,
}

fn origin(consumer: ConsumerId, now: Timestamp) -> Origin {
    Origin { actor: format!("consumer:{consumer}"), purpose: None, request_id: None, record_time: now }
}

impl Gateway {
    /// Of these mediators or teams, those that there are within the areas of an agency.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn followable(&self, consumer: &Consumer, records: &[Uuid]) -> Result<BTreeSet<Uuid>, Error> {
        let areas = &consumer.policy.area_unit_ids;
        let mut tx = self.db().read().await?;
        let mut found = places::of_teams(&mut tx, records).await?;
        found.extend(places::of_mediators(&mut tx, records).await?);
        let within =
            |(_, (province, commune)): &(Uuid, places::Place)| areas.contains(province) || areas.contains(commune);
        Ok(found.into_iter().filter(within).map(|(record, _)| record).collect())
    }

    /// Takes a message that subscribes: what it asks for is made at once, the answer of all is kept with the transaction. False:
    /// a message of this id came before.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn subscribe_spdci(
        &self,
        arrived: Arrived<'_>,
        transaction: Transaction,
        (wanted, references): (Vec<SpdciSubscription>, &[&str]),
        answer: impl FnOnce(Vec<Subscribed>) -> Vec<u8>,
    ) -> Result<bool, Error> {
        let mut tx = self.db().write().await?;
        if !messages::receive(&mut tx, arrived.consumer, arrived.ids, arrived.now).await? {
            return Ok(false);
        }
        let mut running = spdci_subscriptions::running(&mut tx, arrived.consumer).await?;
        let (origin, today) = (origin(arrived.consumer, arrived.now), self.env().today());
        let mut became = Vec::with_capacity(wanted.len());
        for one in wanted {
            if running >= MOST {
                became.push(Subscribed::TooMany);
                continue;
            }
            let asked = spdci_subscriptions::seal(&mut tx, &one).await?;
            if !spdci_subscriptions::insert(&mut tx, &one, &asked).await? {
                became.push(Subscribed::Already);
                continue;
            }
            running += 1;
            let event = events::spdci_subscription_created(&one, &asked, today);
            tx.append(Stream::new("spdci_subscription", one.id), 0, &origin, &[event]).await?;
            became.push(Subscribed::Made(one.id));
        }
        let transaction = Transaction { answer: Some(answer(became)), ..transaction };
        messages::insert(&mut tx, &transaction, references, arrived.now).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Takes a message that unsubscribes, as [`Gateway::subscribe_spdci`]. What is in line of what ends is parked.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn unsubscribe_spdci(
        &self,
        arrived: Arrived<'_>,
        transaction: Transaction,
        codes: &[Option<SpdciSubscriptionId>],
        answer: impl FnOnce(Vec<Unsubscribed>) -> Vec<u8>,
    ) -> Result<bool, Error> {
        let (consumer, now) = (arrived.consumer, arrived.now);
        let mut tx = self.db().write().await?;
        if !messages::receive(&mut tx, consumer, arrived.ids, now).await? {
            return Ok(false);
        }
        let ids: Vec<SpdciSubscriptionId> = codes.iter().copied().flatten().collect();
        let known = spdci_subscriptions::states(&mut tx, consumer, &ids).await?;
        let ended = spdci_subscriptions::end(&mut tx, consumer, &ids, transaction.id).await?;
        notices::park(&mut tx, &ended, "SUBSCRIPTION_ENDED", now).await?;
        let (origin, today) = (origin(consumer, now), self.env().today());
        for id in &ended {
            // Made by its first event, ended by its second, and nothing else.
            let event = events::spdci_subscription_ended(*id, consumer, today);
            tx.append(Stream::new("spdci_subscription", *id), 1, &origin, &[event]).await?;
        }
        let became = codes.iter().map(|code| match code {
            Some(id) if ended.contains(id) => Unsubscribed::Ended,
            Some(id) if known.iter().any(|(known, _)| known == id) => Unsubscribed::Before,
            _ => Unsubscribed::Unknown,
        });
        let transaction = Transaction { answer: Some(answer(became.collect())), ..transaction };
        messages::insert(&mut tx, &transaction, &[], now).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// A page of what a consumer follows, oldest first.
    ///
    /// # Errors
    /// No such consumer, or another's.
    pub async fn list_followings(
        &self,
        caller: &Caller,
        consumer: ConsumerId,
        state: Option<SpdciSubscriptionState>,
        after: Option<SpdciSubscriptionId>,
        limit: i64,
    ) -> Result<Vec<SpdciFollowing>, Error> {
        let mut tx = self.read_own(caller, consumer).await?;
        Ok(spdci_subscriptions::page(&mut tx, consumer, state, after, limit).await?)
    }

    /// The subscription of an agency whose notices are due first, taken for this process, with the notices that are next and
    /// whether more are behind them; none: nothing is due.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn next_notices(
        &self,
        consumer: ConsumerId,
    ) -> Result<Option<(SpdciSubscription, Vec<Notice>, bool)>, Error> {
        let now = self.env().now();
        let mut tx = self.db().write().await?;
        let Some(mut one) = spdci_subscriptions::due(&mut tx, consumer, now).await? else { return Ok(None) };
        // Another process may have taken it just now, or something was put in line; then the next look finds it.
        if !spdci_subscriptions::take(&mut tx, &mut one, now.plus(LEASE)).await? {
            return Ok(None);
        }
        let mut next = notices::open(&mut tx, one.id, TOGETHER + 1).await?;
        let more = i64::try_from(next.len()).unwrap_or(i64::MAX) > TOGETHER;
        next.truncate(usize::try_from(TOGETHER).unwrap_or(usize::MAX));
        tx.commit().await?;
        Ok(Some((one, next, more)))
    }

    /// Writes what became of an attempt on the notices of a subscription, and when the next is due.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn told(&self, mut one: SpdciSubscription, told: &Told, jitter: f64) -> Result<(), Error> {
        let now = self.env().now();
        let mut next = told.more.then_some(now);
        let mut tx = self.db().write().await?;
        let acknowledged = (CallbackState::Acknowledged, "ACKNOWLEDGED");
        notices::move_to(&mut tx, &told.acknowledged, acknowledged, Some(now)).await?;
        notices::move_to(&mut tx, &told.withheld, (CallbackState::Withheld, "NOT_SHOWN"), Some(now)).await?;
        if !told.acknowledged.is_empty() || told.failed.is_none() {
            one.attempt_count = 0;
        }
        if let Some((ids, failed)) = &told.failed {
            one.attempt_count += 1;
            let made = u32::try_from(one.attempt_count).unwrap_or(u32::MAX);
            match schedule::next(made, jitter, failed.after) {
                Next::After(wait) => {
                    next = Some(now.plus(wait));
                    notices::move_to(&mut tx, ids, (CallbackState::Failed, &failed.why), None).await?;
                }
                Next::GiveUp => {
                    // Those behind have their turn.
                    one.attempt_count = 0;
                    notices::move_to(&mut tx, ids, (CallbackState::Parked, &failed.why), Some(now)).await?;
                }
            }
        }
        spdci_subscriptions::rest(&mut tx, &one, next, now).await?;
        tx.commit().await?;
        Ok(())
    }
}
