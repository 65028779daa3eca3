//! Sends what is due, to each endpoint in the order of the facts, to several endpoints at once, and writes down what became of
//! each attempt. Killed at any moment it loses nothing: what was being sent is sent again under the same id.

use std::{sync::Arc, time::Duration};

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

use super::{
    attempt::jitter,
    lanes::{EndpointPauses, Lanes},
    ways::Ways,
};
use crate::{
    domain::{Delivery, DisableReason, Subscription, SubscriptionId, SubscriptionState},
    store::{consumers, deliveries, subscriptions},
};

/// How often it is looked whether anything is due.
const LOOK: Duration = Duration::from_millis(500);
/// Deliveries of one endpoint in a row, before others have their turn.
const IN_A_ROW: i64 = 32;
/// Endpoints at once. One that does not answer holds its place for as long as a request may take, and little else.
const AT_ONCE: usize = 64;
/// So long nothing was acknowledged: the endpoint is switched off, and its owner must look.
const TOO_LONG: Duration = Duration::from_secs(5 * 86_400);

/// Sends what is due.
pub(crate) struct Deliverer {
    pub(super) db: Db,
    pub(super) env: Env,
    pub(super) ways: Ways,
    pub(super) origin: Origin,
    pauses: EndpointPauses,
}

/// What became of an attempt.
enum Outcome {
    Acknowledged,
    Failed(String, Option<Duration>),
    Gone,
}

impl Deliverer {
    pub(crate) fn new(db: Db, env: Env, (ways, pauses): (Ways, EndpointPauses), origin: Origin) -> Self {
        Self { db, env, ways, origin, pauses }
    }

    /// Sends until stopped.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let this = Arc::new(self);
        let sending = async {
            let mut lanes = Lanes::new(AT_ONCE);
            loop {
                noted(this.round(&mut lanes).await);
                lanes.rest(LOOK).await;
            }
        };
        stop.run_until_cancelled(sending).await;
    }

    /// Begins to ask new endpoints for consent, and to send what is due.
    async fn round(self: &Arc<Self>, lanes: &mut Lanes<SubscriptionId>) -> Result<(), StoreError> {
        let now = self.env.now();
        let mut tx = self.db.read().await?;
        let pending = subscriptions::in_state(&mut tx, SubscriptionState::Pending).await?;
        let due = subscriptions::due(&mut tx, now).await?;
        drop(tx);
        let (busy, resting) = (lanes.busy(), self.pauses.now(now));
        let asked = |one: &Subscription| one.next_attempt_time.is_some_and(|due| due <= now);
        for one in pending.into_iter().filter(|one| !busy.contains(&one.id) && asked(one)) {
            let this = self.clone();
            lanes.start(one.id, async move { noted(this.shake_hands(one).await) });
        }
        for one in due.into_iter().filter(|one| !busy.contains(one) && !resting.contains(one)) {
            let this = self.clone();
            lanes.start(one, async move { noted(this.turn(one).await) });
        }
        Ok(())
    }

    /// An endpoint that has just consented is left alone no longer.
    pub(super) fn wake(&self, id: SubscriptionId) {
        self.pauses.end(id);
    }

    /// Some deliveries of one endpoint, until one fails.
    async fn turn(&self, id: SubscriptionId) -> Result<(), StoreError> {
        let mut tx = self.db.read().await?;
        // It may have waited for its turn, and be sent to no more.
        let found = subscriptions::find(&mut tx, id).await?;
        let Some(mut subscription) = found.filter(|one| one.state == SubscriptionState::Active) else { return Ok(()) };
        let due = deliveries::due_of(&mut tx, id, self.env.now(), IN_A_ROW).await?;
        let key = subscriptions::key(&mut tx, subscription.id).await?.and_then(|text| text.parse::<SigningKey>().ok());
        let client = self.client_of(&mut tx, &subscription).await?;
        drop(tx);
        for mut delivery in due {
            delivery.take(self.env.now());
            let mut tx = self.db.write().await?;
            let mine = deliveries::update(&mut tx, &mut delivery).await?;
            tx.commit().await?;
            if !mine {
                continue;
            }
            let outcome = match &key {
                Some(key) => self.attempt(&client, &subscription, &delivery, key).await,
                None => Outcome::Failed("KEY_GONE".into(), None),
            };
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
        if !matches!(outcome, Outcome::Acknowledged) {
            return self.pauses.failed(subscription.id, now);
        }
        match u32::try_from(subscription.rate_per_minute) {
            Ok(rate @ 1..) => self.pauses.until(subscription.id, now.plus(Duration::from_secs(60) / rate)),
            _ => self.pauses.end(subscription.id),
        }
    }
}

/// What keeps the ledger from being read or written is told to whoever looks after it, and tried again at the next look.
fn noted(ended: Result<(), StoreError>) {
    if let Err(error) = ended {
        tracing::warn!(%error, "the ledger of deliveries could not be read or written");
    }
}
