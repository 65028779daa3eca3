//! Subscriptions. The key that signs is sealed under the subscription's own data key.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Timestamp, Uuid};
use sqlx::FromRow;

use super::opened;
use crate::domain::{ConsumerId, Scheme, Subscription, SubscriptionId, SubscriptionState};

pub(super) const STATEMENTS: &[&str] = &[GET, PAGE, IN_STATE, DUE, INSERT, UPDATE, KEY];

const GET: &str =
    "SELECT id, consumer_id, event_kinds, endpoint, scheme, public_key, acknowledgment, state, rate_per_minute,
        disable_reason, handshake_count, next_attempt_time, failing_since_time, revision, create_time
    FROM subscriptions WHERE id = $1";
const PAGE: &str =
    "SELECT id, consumer_id, event_kinds, endpoint, scheme, public_key, acknowledgment, state, rate_per_minute,
        disable_reason, handshake_count, next_attempt_time, failing_since_time, revision, create_time
    FROM subscriptions WHERE consumer_id = $1 AND id > $2 ORDER BY id LIMIT $3";
const IN_STATE: &str = "SELECT id, consumer_id, event_kinds, endpoint, scheme, public_key, acknowledgment, state,
        rate_per_minute, disable_reason, handshake_count, next_attempt_time, failing_since_time, revision, create_time
    FROM subscriptions WHERE state = $1 ORDER BY id";
const DUE: &str = "SELECT id FROM subscriptions s WHERE state = 'active'
        AND EXISTS (SELECT 1 FROM deliveries d WHERE d.subscription_id = s.id AND d.next_attempt_time <= $1)
    ORDER BY id";
const INSERT: &str = "INSERT INTO subscriptions (id, consumer_id, event_kinds, endpoint, scheme, public_key, key_sealed,
        acknowledgment, state, rate_per_minute, disable_reason, handshake_count, next_attempt_time, revision, create_time)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
const UPDATE: &str =
    "UPDATE subscriptions SET state = $3, rate_per_minute = $4, disable_reason = $5, handshake_count = $6,
        next_attempt_time = $7, failing_since_time = $8, revision = $2 + 1
    WHERE id = $1 AND revision = $2";
const KEY: &str = "SELECT key_sealed FROM subscriptions WHERE id = $1";

/// What a sealed signing key is bound to.
const KEY_CONTEXT: &str = "subscription.key";

#[derive(FromRow)]
struct Row {
    id: SubscriptionId,
    consumer_id: ConsumerId,
    event_kinds: String,
    endpoint: String,
    scheme: String,
    public_key: String,
    acknowledgment: String,
    state: String,
    rate_per_minute: i64,
    disable_reason: String,
    handshake_count: i64,
    next_attempt_time: Option<Timestamp>,
    failing_since_time: Option<Timestamp>,
    revision: i64,
    create_time: Timestamp,
}

impl Row {
    fn subscription(self) -> Result<Subscription, StoreError> {
        let wrong = |column: &'static str| StoreError::inconsistent("subscriptions", column, self.id);
        Ok(Subscription {
            id: self.id,
            consumer: self.consumer_id,
            event_kinds: serde_json::from_str(&self.event_kinds).map_err(|_| wrong("event_kinds"))?,
            scheme: Scheme::read(&self.scheme).ok_or_else(|| wrong("scheme"))?,
            acknowledgment: serde_json::from_str(&self.acknowledgment).map_err(|_| wrong("acknowledgment"))?,
            state: SubscriptionState::read(&self.state).ok_or_else(|| wrong("state"))?,
            endpoint: self.endpoint,
            public_key: self.public_key,
            rate_per_minute: self.rate_per_minute,
            disable_reason: self.disable_reason,
            handshake_count: self.handshake_count,
            next_attempt_time: self.next_attempt_time,
            failing_since: self.failing_since_time,
            revision: self.revision,
            create_time: self.create_time,
        })
    }
}

/// Finds a subscription.
pub async fn find(tx: &mut Tx, id: SubscriptionId) -> Result<Option<Subscription>, StoreError> {
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(GET).bind(id).fetch_optional(c).await)?;
    row.map(Row::subscription).transpose()
}

/// A page of a consumer's, in the order of the ids.
pub async fn page(
    tx: &mut Tx,
    consumer: ConsumerId,
    after: Option<SubscriptionId>,
    limit: i64,
) -> Result<Vec<Subscription>, StoreError> {
    let after = after.unwrap_or(SubscriptionId::from_uuid(Uuid::nil()));
    let rows: Vec<Row> = on!(tx, |c| sqlx::query_as(PAGE).bind(consumer).bind(after).bind(limit).fetch_all(c).await)?;
    rows.into_iter().map(Row::subscription).collect()
}

/// All in a state: a few for each agency.
pub async fn in_state(tx: &mut Tx, state: SubscriptionState) -> Result<Vec<Subscription>, StoreError> {
    let rows: Vec<Row> = on!(tx, |c| sqlx::query_as(IN_STATE).bind(state.word()).fetch_all(c).await)?;
    rows.into_iter().map(Row::subscription).collect()
}

/// Those that may be sent to and have something due.
pub async fn due(tx: &mut Tx, now: Timestamp) -> Result<Vec<SubscriptionId>, StoreError> {
    on!(tx, |c| sqlx::query_scalar(DUE).bind(now).fetch_all(c).await)
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Misuse("a subscription that is no JSON"))
}

/// Inserts a subscription and the key that signs, sealed.
pub async fn insert(tx: &mut Tx, one: &Subscription, key: &str) -> Result<(), StoreError> {
    let (kinds, acknowledgment) = (json(&one.event_kinds)?, json(&one.acknowledgment)?);
    let sealed = tx.seal(one.id.into(), KEY_CONTEXT, key.as_bytes()).await?.to_bytes();
    on!(tx, |c| sqlx::query(INSERT)
        .bind(one.id)
        .bind(one.consumer)
        .bind(&kinds)
        .bind(&one.endpoint)
        .bind(one.scheme.word())
        .bind(&one.public_key)
        .bind(&sealed)
        .bind(&acknowledgment)
        .bind(one.state.word())
        .bind(one.rate_per_minute)
        .bind(&one.disable_reason)
        .bind(one.handshake_count)
        .bind(one.next_attempt_time)
        .bind(one.revision)
        .bind(one.create_time)
        .execute(c)
        .await
        .map(drop))
}

/// Writes the state, guarded by the revision that was read.
pub async fn update(tx: &mut Tx, one: &mut Subscription) -> Result<(), StoreError> {
    let done = on!(tx, |c| sqlx::query(UPDATE)
        .bind(one.id)
        .bind(one.revision)
        .bind(one.state.word())
        .bind(one.rate_per_minute)
        .bind(&one.disable_reason)
        .bind(one.handshake_count)
        .bind(one.next_attempt_time)
        .bind(one.failing_since)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if done != 1 {
        return Err(StoreError::Stale);
    }
    one.revision += 1;
    Ok(())
}

/// The key that signs, as [`insert`] was given it; none: it does not open any more.
pub async fn key(tx: &mut Tx, id: SubscriptionId) -> Result<Option<String>, StoreError> {
    let sealed: Vec<u8> = on!(tx, |c| sqlx::query_scalar(KEY).bind(id).fetch_one(c).await)?;
    let key = opened(tx, KEY_CONTEXT, &sealed, id).await?;
    Ok(key.and_then(|bytes| String::from_utf8(bytes).ok()))
}
