//! The ledger: read it, put a delivery in line again, compare it with what a receiver has.

use std::collections::BTreeSet;

use hoagiai_identity::Caller;
use hoagiai_rpc::{Problem, Violations, change};
use hoagiai_store::{Claim, RequestKey, Stream};
use hoagiai_types::{Date, Etag};

use super::{Done, Gateway};
use crate::{
    domain::{Delivery, DeliveryId, DeliveryState, Refusal, SubscriptionId},
    error::Error,
    events,
    store::deliveries,
};

/// Most deliveries of a day that are compared: as many as a request may state.
const MOST: i64 = 10_000;
/// Most ids that an answer names of one kind.
const NAMED: usize = 1_000;

/// What a comparison of a day found.
#[derive(Clone, Debug, Default)]
pub struct Reconciled {
    /// How many deliveries the ledger has.
    pub ledger: usize,
    /// Those that both have.
    pub matched: usize,
    /// Acknowledged and not had: in line again.
    pub lacking: Vec<DeliveryId>,
    /// Had and not acknowledged: acknowledged now.
    pub acknowledged: Vec<DeliveryId>,
    /// Had and not of the ledger.
    pub unknown: Vec<DeliveryId>,
}

impl Gateway {
    /// A page of a subscription's deliveries, newest first.
    ///
    /// # Errors
    /// There is no such subscription.
    pub async fn list_deliveries(
        &self,
        caller: &Caller,
        subscription: SubscriptionId,
        state: Option<DeliveryState>,
        before: Option<DeliveryId>,
        limit: i64,
    ) -> Result<Vec<Delivery>, Error> {
        let mut tx = self.db().read().await?;
        self.own_subscription(&mut tx, caller, subscription).await?;
        Ok(deliveries::page(&mut tx, subscription, state, before, limit).await?)
    }

    /// Puts a failed or parked delivery in line again.
    ///
    /// # Errors
    /// There is none, it is in another state, its subscription is not active, or it changed since.
    pub async fn redeliver(
        &self,
        caller: &Caller,
        key: &RequestKey,
        id: DeliveryId,
        etag: Option<Etag>,
    ) -> Result<Done<Delivery>, Error> {
        let mut tx = self.db().write().await?;
        let claim = tx.claim(key).await?;
        let mut one = deliveries::find(&mut tx, id).await?.ok_or(Refusal::DeliveryNotFound(id))?;
        let subscription = self.own_subscription(&mut tx, caller, one.subscription).await;
        let subscription = subscription.map_err(|error| match error {
            Error::Refused(Refusal::SubscriptionNotFound(_)) => Refusal::DeliveryNotFound(id).into(),
            error => error,
        })?;
        if let Claim::Repeat { .. } = claim {
            return Ok(Done { value: one, position: self.db().head() });
        }
        one.etag().admits(etag)?;
        subscription.may_replay()?;
        one.redeliver(self.env().now())?;
        if !deliveries::update(&mut tx, &mut one).await? {
            return Err(hoagiai_store::StoreError::Stale.into());
        }
        let stream = Stream::new("subscription", subscription.id);
        let version = tx.stream_version(stream).await?;
        let origin = change::origin_of(caller, key, self.env());
        let place = (one.journal.as_str(), one.position - 1);
        let event = events::deliveries_replayed(subscription.id, place, 1, self.env().today());
        tx.append(stream, version, &origin, &[event]).await?;
        tx.settle(key, id.uuid()).await?;
        let position = tx.commit().await?.position;
        // Whoever asks for it knows that the endpoint is there again.
        self.0.pauses.end(subscription.id);
        Ok(Done { value: one, position })
    }

    /// Compares a day of the ledger with what the receiver has.
    ///
    /// # Errors
    /// There is no such subscription.
    pub async fn reconcile(
        &self,
        caller: &Caller,
        key: &RequestKey,
        id: SubscriptionId,
        day: Date,
        had: &BTreeSet<DeliveryId>,
    ) -> Result<Done<Reconciled>, Error> {
        let mut tx = self.db().write().await?;
        let claim = tx.claim(key).await?;
        let subscription = self.own_subscription(&mut tx, caller, id).await?;
        let ledger = deliveries::of_day(&mut tx, id, day, MOST + 1).await?;
        if i64::try_from(ledger.len()).unwrap_or(i64::MAX) > MOST {
            // What a receiver cannot state in one request would all be taken for lacking, and sent again.
            let mut faults = Violations::default();
            let english = "has more deliveries than one request can state; replay from a position instead";
            let vietnamese = "có nhiều lần gửi hơn mức đối soát trong một yêu cầu; vui lòng dùng chức năng gửi lại";
            faults.add("day", "TOO_MANY_DELIVERIES", english, vietnamese);
            return Err(Problem::from(faults).into());
        }
        let known: BTreeSet<DeliveryId> = ledger.iter().map(|one| one.id).collect();
        let mut found = Reconciled { ledger: ledger.len(), ..Reconciled::default() };
        found.unknown = had.difference(&known).copied().take(NAMED).collect();
        for one in &ledger {
            match (one.acknowledged(), had.contains(&one.id)) {
                (true, true) => found.matched += 1,
                (true, false) => found.lacking.push(one.id),
                (false, true) => found.acknowledged.push(one.id),
                (false, false) => {}
            }
        }
        let (now, repeated) = (self.env().now(), matches!(claim, Claim::Repeat { .. }));
        if !repeated {
            deliveries::send_again(&mut tx, &found.lacking, now).await?;
            deliveries::acknowledge(&mut tx, &found.acknowledged, now).await?;
            let stream = Stream::new("subscription", subscription.id);
            let version = tx.stream_version(stream).await?;
            let origin = change::origin_of(caller, key, self.env());
            let count = i64::try_from(found.lacking.len()).unwrap_or(i64::MAX);
            let event = events::deliveries_replayed(id, ("", 0), count, self.env().today());
            tx.append(stream, version, &origin, &[event]).await?;
            tx.settle(key, id.uuid()).await?;
        }
        let position = tx.commit().await?.position;
        found.lacking.truncate(NAMED);
        found.acknowledged.truncate(NAMED);
        Ok(Done { value: found, position })
    }
}
