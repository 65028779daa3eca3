//! Subscriptions: create, switch on again, end, replay, read.

use hoagiai_identity::Caller;
use hoagiai_outbound::{guard::Refusal as Guarded, webhook::keys::SigningKey};
use hoagiai_rpc::{Problem, Violations, change};
use hoagiai_store::{Claim, NewEvent, RequestKey, Stream, Tx};
use hoagiai_types::Etag;

use super::{Done, Gateway, consumers::found};
use crate::{
    domain::{AcknowledgmentRule, ConsumerId, Refusal, Scheme, Subscription, SubscriptionId, SubscriptionState},
    error::Error,
    events,
    store::{deliveries, subscriptions},
};

/// A subscription to be created.
#[derive(Clone, Debug)]
pub struct NewSubscription {
    /// Whose.
    pub consumer: ConsumerId,
    /// Kinds of facts.
    pub event_kinds: Vec<String>,
    /// Where to.
    pub endpoint: String,
    /// How deliveries are signed.
    pub scheme: Scheme,
    /// What of an answer with status 2xx means success.
    pub acknowledgment: Option<AcknowledgmentRule>,
}

/// The endpoint is none that is sent to.
fn not_allowed(refusal: Guarded) -> Error {
    tracing::info!(reason = %refusal, "an endpoint was refused");
    let mut faults = Violations::default();
    let english = "must be an https address on the public network, or one that the operator opened";
    let vietnamese = "phải là địa chỉ https trên mạng công cộng hoặc địa chỉ đã được cho phép";
    faults.add("endpoint", "ENDPOINT_NOT_ALLOWED", english, vietnamese);
    Problem::from(faults).into()
}

fn signing_key(scheme: Scheme) -> Result<SigningKey, Error> {
    let mut random = [0; 32];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| Error::NoRandomness)?;
    let key = match scheme {
        Scheme::V1a => SigningKey::ed25519(&random),
        Scheme::V1 => SigningKey::shared(&random),
    };
    key.map_err(|_| Error::NoRandomness)
}

impl Gateway {
    /// The subscription, which must be there and the caller's to touch.
    pub(super) async fn own_subscription(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        id: SubscriptionId,
    ) -> Result<Subscription, Error> {
        let found = subscriptions::find(tx, id).await?.filter(|one| Self::owns(caller, one.consumer));
        Ok(found.ok_or(Refusal::SubscriptionNotFound(id))?)
    }

    /// Creates a subscription; of a shared secret also its text, shown once: a repeat has none.
    ///
    /// # Errors
    /// No such consumer, revoked, or the endpoint is none that is sent to.
    pub async fn create_subscription(
        &self,
        caller: &Caller,
        key: &RequestKey,
        new: NewSubscription,
    ) -> Result<Done<(Subscription, Option<String>)>, Error> {
        if !Self::owns(caller, new.consumer) {
            return Err(Refusal::ConsumerNotFound(new.consumer).into());
        }
        let mut tx = self.db().write().await?;
        if let Claim::Repeat { resource } = tx.claim(key).await? {
            let value = self.own_subscription(&mut tx, caller, SubscriptionId::from_uuid(resource)).await?;
            return Ok(Done { value: (value, None), position: self.db().head() });
        }
        let consumer = found(&mut tx, new.consumer).await?;
        consumer.stands()?;
        let guard = self.0.ways.guard(&consumer, self.env().today());
        guard.target(&new.endpoint).map_err(not_allowed)?;
        let signing = signing_key(new.scheme)?;
        let (now, text) = (self.env().now(), signing.reveal());
        let one = Subscription {
            id: self.env().new_id(),
            consumer: new.consumer,
            event_kinds: new.event_kinds,
            endpoint: new.endpoint,
            scheme: new.scheme,
            public_key: signing.public().map(|public| public.to_string()).unwrap_or_default(),
            acknowledgment: new.acknowledgment,
            state: SubscriptionState::Pending,
            rate_per_minute: 0,
            disable_reason: String::new(),
            handshake_count: 0,
            next_attempt_time: Some(now),
            failing_since: None,
            revision: 1,
            create_time: now,
        };
        subscriptions::insert(&mut tx, &one, &text).await?;
        let origin = change::origin_of(caller, key, self.env());
        let event = events::subscription_created(&one, self.env().today());
        tx.append(Stream::new("subscription", one.id), 0, &origin, &[event]).await?;
        tx.settle(key, one.id.uuid()).await?;
        let position = tx.commit().await?.position;
        let secret = (one.scheme == Scheme::V1).then(|| text.as_str().to_owned());
        Ok(Done { value: (one, secret), position })
    }

    /// Gets a subscription.
    ///
    /// # Errors
    /// There is none, or none of the caller's.
    pub async fn get_subscription(&self, caller: &Caller, id: SubscriptionId) -> Result<Subscription, Error> {
        let mut tx = self.db().read().await?;
        self.own_subscription(&mut tx, caller, id).await
    }

    /// A page of a consumer's subscriptions, oldest first.
    ///
    /// # Errors
    /// No such consumer, or another's.
    pub async fn list_subscriptions(
        &self,
        caller: &Caller,
        consumer: ConsumerId,
        after: Option<SubscriptionId>,
        limit: i64,
    ) -> Result<Vec<Subscription>, Error> {
        let mut tx = self.read_own(caller, consumer).await?;
        Ok(subscriptions::page(&mut tx, consumer, after, limit).await?)
    }

    /// Switches a disabled subscription on again.
    ///
    /// # Errors
    /// There is none, it is not disabled, or changed since.
    pub async fn enable_subscription(
        &self,
        caller: &Caller,
        key: &RequestKey,
        id: SubscriptionId,
        etag: Option<Etag>,
    ) -> Result<Done<Subscription>, Error> {
        let (now, today) = (self.env().now(), self.env().today());
        let rule = |one: &mut Subscription| {
            one.enable(now)?;
            Ok(events::subscription_moved(one, today))
        };
        self.move_subscription(caller, key, id, etag, rule).await
    }

    /// Ends a subscription: what is still in line is parked.
    ///
    /// # Errors
    /// There is none, it ended already, or changed since.
    pub async fn end_subscription(
        &self,
        caller: &Caller,
        key: &RequestKey,
        id: SubscriptionId,
        etag: Option<Etag>,
    ) -> Result<Done<Subscription>, Error> {
        let today = self.env().today();
        let rule = |one: &mut Subscription| {
            one.end()?;
            Ok(events::subscription_moved(one, today))
        };
        self.move_subscription(caller, key, id, etag, rule).await
    }

    async fn move_subscription(
        &self,
        caller: &Caller,
        key: &RequestKey,
        id: SubscriptionId,
        etag: Option<Etag>,
        rule: impl FnOnce(&mut Subscription) -> Result<NewEvent, Refusal>,
    ) -> Result<Done<Subscription>, Error> {
        let mut tx = self.db().write().await?;
        let claim = tx.claim(key).await?;
        let mut one = self.own_subscription(&mut tx, caller, id).await?;
        if let Claim::Repeat { .. } = claim {
            return Ok(Done { value: one, position: self.db().head() });
        }
        one.etag().admits(etag)?;
        let event = rule(&mut one)?;
        let stream = Stream::new("subscription", id);
        let version = tx.stream_version(stream).await?;
        subscriptions::update(&mut tx, &mut one).await?;
        if one.state == SubscriptionState::Ended {
            deliveries::park(&mut tx, id, "SUBSCRIPTION_ENDED", self.env().now()).await?;
        }
        let origin = change::origin_of(caller, key, self.env());
        tx.append(stream, version, &origin, &[event]).await?;
        tx.settle(key, id.uuid()).await?;
        let position = tx.commit().await?.position;
        Ok(Done { value: one, position })
    }

    /// Puts what was sent since a position in line again; answers how many facts.
    ///
    /// # Errors
    /// There is no such subscription, it is not active, or changed since.
    pub async fn replay_subscription(
        &self,
        caller: &Caller,
        key: &RequestKey,
        id: SubscriptionId,
        etag: Option<Etag>,
        (journal, after): (&str, i64),
    ) -> Result<Done<(Subscription, i64)>, Error> {
        let mut tx = self.db().write().await?;
        let claim = tx.claim(key).await?;
        let one = self.own_subscription(&mut tx, caller, id).await?;
        if let Claim::Repeat { .. } = claim {
            return Ok(Done { value: (one, 0), position: self.db().head() });
        }
        one.etag().admits(etag)?;
        one.may_replay()?;
        let count = deliveries::replay(&mut tx, id, journal, after, self.env().now()).await?;
        let stream = Stream::new("subscription", id);
        let version = tx.stream_version(stream).await?;
        let origin = change::origin_of(caller, key, self.env());
        let event = events::deliveries_replayed(id, (journal, after), count, self.env().today());
        tx.append(stream, version, &origin, &[event]).await?;
        tx.settle(key, id.uuid()).await?;
        let position = tx.commit().await?.position;
        Ok(Done { value: (one, count), position })
    }
}
