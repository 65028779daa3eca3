//! Sends what is due, an endpoint at a time in the order of the facts, several endpoints at once, and writes down what became
//! of each attempt. Killed at any moment it loses nothing: what was being sent is sent again under the same id.

use std::{collections::HashMap, time::Duration};

use futures_util::StreamExt as _;
use hoagiai_outbound::{
    client::{Client, Request},
    event::STRUCTURED,
    webhook::{
        acknowledgment::Acknowledgment,
        handshake::Origin,
        keys::SigningKey,
        sign::sign,
        verdict::{Failure, Verdict, judge},
    },
};
use hoagiai_runtime::CancellationToken;
use hoagiai_store::{Db, StoreError, Tx};
use hoagiai_types::{Env, Timestamp};
use http::{HeaderMap, HeaderValue, Method, header};
use parking_lot::Mutex;

use super::{attempt::jitter, ways::Ways};
use crate::{
    domain::{Delivery, DisableReason, Subscription, SubscriptionId, SubscriptionState},
    store::{consumers, deliveries, subscriptions},
};

/// How often it is looked whether anything is due.
const LOOK: Duration = Duration::from_millis(500);
/// Deliveries of one endpoint in a row, before others have their turn.
const IN_A_ROW: i64 = 32;
/// Endpoints at once.
const AT_ONCE: usize = 8;
/// An endpoint that fails is left alone for a while, doubling up to a minute: a thousand deliveries in line must not be a
/// thousand attempts at once.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// So long nothing was acknowledged: the endpoint is switched off, and its owner must look.
const TOO_LONG: Duration = Duration::from_secs(5 * 86_400);

/// Sends what is due.
pub(crate) struct Deliverer {
    pub(super) db: Db,
    pub(super) env: Env,
    pub(super) ways: Ways,
    pub(super) origin: Origin,
    pauses: Mutex<HashMap<SubscriptionId, Pause>>,
}

#[derive(Clone, Copy)]
struct Pause {
    failures: u32,
    until: Timestamp,
}

/// What became of an attempt.
enum Outcome {
    Acknowledged,
    Failed(String, Option<Duration>),
    Gone,
}

impl Deliverer {
    pub(crate) fn new(db: Db, env: Env, ways: Ways, origin: Origin) -> Self {
        Self { db, env, ways, origin, pauses: Mutex::default() }
    }

    /// Sends until stopped.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let sending = async {
            loop {
                if let Err(error) = self.round().await {
                    tracing::warn!(%error, "the ledger of deliveries could not be read or written");
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        stop.run_until_cancelled(sending).await;
    }

    /// Asks new endpoints for consent, and sends what is due.
    async fn round(&self) -> Result<(), StoreError> {
        let mut tx = self.db.read().await?;
        let pending = subscriptions::in_state(&mut tx, SubscriptionState::Pending).await?;
        let active = subscriptions::in_state(&mut tx, SubscriptionState::Active).await?;
        drop(tx);
        let now = self.env.now();
        for one in pending.into_iter().filter(|one| one.next_attempt_time.is_some_and(|due| due <= now)) {
            self.shake_hands(one).await?;
        }
        let awake = active.into_iter().filter(|one| !self.is_paused(one.id, now));
        let turns = futures_util::stream::iter(awake).map(|one| self.turn(one)).buffer_unordered(AT_ONCE);
        let ended: Vec<Result<(), StoreError>> = turns.collect().await;
        ended.into_iter().collect()
    }

    /// An endpoint that has just consented is left alone no longer.
    pub(super) fn wake(&self, id: SubscriptionId) {
        self.pauses.lock().remove(&id);
    }

    fn is_paused(&self, id: SubscriptionId, now: Timestamp) -> bool {
        self.pauses.lock().get(&id).is_some_and(|pause| now < pause.until)
    }

    /// Some deliveries of one endpoint, until one fails.
    async fn turn(&self, mut subscription: Subscription) -> Result<(), StoreError> {
        let mut tx = self.db.read().await?;
        let due = deliveries::due_of(&mut tx, subscription.id, self.env.now(), IN_A_ROW).await?;
        if due.is_empty() {
            return Ok(());
        }
        let key = subscriptions::key(&mut tx, subscription.id).await?.and_then(|text| text.parse::<SigningKey>().ok());
        let client = self.client_of(&mut tx, &subscription).await?;
        drop(tx);
        let Some(key) = key else {
            tracing::error!(subscription = %subscription.id, "the signing key of a subscription is gone");
            return Ok(());
        };
        for mut delivery in due {
            delivery.take(self.env.now());
            let mut tx = self.db.write().await?;
            let mine = deliveries::update(&mut tx, &mut delivery).await?;
            tx.commit().await?;
            if !mine {
                continue;
            }
            let outcome = self.attempt(&client, &subscription, &delivery, &key).await;
            let go_on = matches!(outcome, Outcome::Acknowledged) && subscription.rate_per_minute == 0;
            self.write_down(&mut subscription, delivery, outcome).await?;
            if !go_on {
                break;
            }
        }
        Ok(())
    }

    /// What sends to the endpoint: within what the operator opened to its agency.
    pub(super) async fn client_of(&self, tx: &mut Tx, one: &Subscription) -> Result<Client, StoreError> {
        let consumer = consumers::find(tx, one.consumer).await?;
        let consumer = consumer.ok_or_else(|| StoreError::inconsistent("subscriptions", "consumer_id", one.id))?;
        Ok(self.ways.client(&consumer, self.env.today()).clone())
    }

    async fn attempt(
        &self,
        client: &Client,
        subscription: &Subscription,
        delivery: &Delivery,
        key: &SigningKey,
    ) -> Outcome {
        let seconds = u64::try_from(self.env.now().as_micros().div_euclid(1_000_000)).unwrap_or(0);
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(STRUCTURED));
        self.origin.put_into(&mut headers);
        match sign(std::slice::from_ref(key), &delivery.id.to_string(), seconds, delivery.event.as_bytes()) {
            Ok(signed) => signed.put_into(&mut headers),
            Err(error) => return Outcome::Failed(error.to_string().to_uppercase(), None),
        }
        let (url, body) = (subscription.endpoint.clone(), delivery.event.clone().into());
        let answer = match client.send(Request { method: Method::POST, url, headers, body }).await {
            Ok(answer) => answer,
            Err(fault) => return Outcome::Failed(fault.class().to_uppercase(), None),
        };
        let rule = subscription.acknowledgment.as_ref();
        let rule =
            rule.and_then(|rule| Acknowledgment::new(rule.json_field.clone(), rule.accepted_values.clone()).ok());
        match judge(answer.status, &answer.headers, &answer.body_start, rule.as_ref(), seconds) {
            Verdict::Acknowledged => Outcome::Acknowledged,
            Verdict::Gone => Outcome::Gone,
            Verdict::Again { why: Failure::NotAcknowledged, after } => {
                Outcome::Failed("NOT_ACKNOWLEDGED".into(), after)
            }
            Verdict::Again { after, .. } => Outcome::Failed(format!("STATUS_{}", answer.status.as_u16()), after),
        }
    }

    async fn write_down(
        &self,
        subscription: &mut Subscription,
        mut delivery: Delivery,
        outcome: Outcome,
    ) -> Result<(), StoreError> {
        let now = self.env.now();
        self.pause(subscription, &outcome, now);
        let mut tx = self.db.write().await?;
        let before = (subscription.failing_since, subscription.state);
        match &outcome {
            Outcome::Acknowledged => {
                delivery.acknowledged(now);
                subscription.failing_since = None;
            }
            Outcome::Failed(why, after) => {
                delivery.failed(why, *after, jitter(), now);
                let since = *subscription.failing_since.get_or_insert(now);
                if now.since(since) > TOO_LONG {
                    subscription.disable(DisableReason::FailedForTooLong);
                }
            }
            Outcome::Gone => {
                delivery.failed("STATUS_410", None, jitter(), now);
                subscription.disable(DisableReason::Gone);
            }
        }
        deliveries::update(&mut tx, &mut delivery).await?;
        if before != (subscription.failing_since, subscription.state) {
            self.move_to(&mut tx, subscription, before.1).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    fn pause(&self, subscription: &Subscription, outcome: &Outcome, now: Timestamp) {
        let mut pauses = self.pauses.lock();
        if matches!(outcome, Outcome::Acknowledged) {
            pauses.remove(&subscription.id);
            if let Ok(rate @ 1..) = u32::try_from(subscription.rate_per_minute) {
                pauses.insert(subscription.id, Pause { failures: 0, until: now.plus(Duration::from_secs(60) / rate) });
            }
            return;
        }
        let failures = pauses.get(&subscription.id).map_or(0, |pause| pause.failures).saturating_add(1);
        let wait = Duration::from_secs(1 << failures.min(6)).min(LONGEST_PAUSE);
        pauses.insert(subscription.id, Pause { failures, until: now.plus(wait) });
    }
}
