//! The ledger of deliveries.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Timestamp, Uuid};
use sqlx::FromRow;

use super::builder;
use crate::domain::{Delivery, DeliveryId, DeliveryState, SubscriptionId};

pub(super) const STATEMENTS: &[&str] = &[GET, PAGE, DUE, OF_DAY, UPDATE, REPLAY, PARK];

const GET: &str = "SELECT id, subscription_id, journal, position, kind, event, state, attempt_count, next_attempt_time,
        last_outcome, day, acknowledge_time, park_time, revision, create_time
    FROM deliveries WHERE id = $1";
const PAGE: &str =
    "SELECT id, subscription_id, journal, position, kind, event, state, attempt_count, next_attempt_time,
        last_outcome, day, acknowledge_time, park_time, revision, create_time
    FROM deliveries WHERE subscription_id = $1 AND id < $2 AND ($3 = '' OR state = $3) ORDER BY id DESC LIMIT $4";
// By the order of the facts where several are due at once.
const DUE: &str = "SELECT id, subscription_id, journal, position, kind, event, state, attempt_count, next_attempt_time,
        last_outcome, day, acknowledge_time, park_time, revision, create_time
    FROM deliveries WHERE subscription_id = $1 AND next_attempt_time <= $2
    ORDER BY next_attempt_time, journal, position LIMIT $3";
const OF_DAY: &str = "SELECT id, state FROM deliveries WHERE subscription_id = $1 AND day = $2 LIMIT $3";
const UPDATE: &str = "UPDATE deliveries SET state = $3, attempt_count = $4, next_attempt_time = $5, last_outcome = $6,
        acknowledge_time = $7, park_time = $8, revision = $2 + 1
    WHERE id = $1 AND revision = $2";
const REPLAY: &str =
    "UPDATE deliveries SET state = 'waiting', attempt_count = 0, next_attempt_time = $4, park_time = NULL,
        revision = revision + 1
    WHERE subscription_id = $1 AND journal = $2 AND position > $3 AND state IN ('acknowledged', 'parked')";
const PARK: &str =
    "UPDATE deliveries SET state = 'parked', next_attempt_time = NULL, last_outcome = $2, park_time = $3,
        revision = revision + 1
    WHERE subscription_id = $1 AND next_attempt_time IS NOT NULL";

#[derive(FromRow)]
struct Row {
    id: DeliveryId,
    subscription_id: SubscriptionId,
    journal: String,
    position: i64,
    kind: String,
    event: String,
    state: String,
    attempt_count: i64,
    next_attempt_time: Option<Timestamp>,
    last_outcome: String,
    day: Date,
    acknowledge_time: Option<Timestamp>,
    park_time: Option<Timestamp>,
    revision: i64,
    create_time: Timestamp,
}

impl Row {
    fn delivery(self) -> Result<Delivery, StoreError> {
        let state = DeliveryState::read(&self.state);
        Ok(Delivery {
            state: state.ok_or_else(|| StoreError::inconsistent("deliveries", "state", self.id))?,
            id: self.id,
            subscription: self.subscription_id,
            journal: self.journal,
            position: self.position,
            kind: self.kind,
            event: self.event,
            attempt_count: self.attempt_count,
            next_attempt_time: self.next_attempt_time,
            last_outcome: self.last_outcome,
            day: self.day,
            acknowledge_time: self.acknowledge_time,
            park_time: self.park_time,
            revision: self.revision,
            create_time: self.create_time,
        })
    }
}

/// Finds a delivery.
pub async fn find(tx: &mut Tx, id: DeliveryId) -> Result<Option<Delivery>, StoreError> {
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(GET).bind(id).fetch_optional(c).await)?;
    row.map(Row::delivery).transpose()
}

/// A page of a subscription's, newest first.
pub async fn page(
    tx: &mut Tx,
    subscription: SubscriptionId,
    state: Option<DeliveryState>,
    before: Option<DeliveryId>,
    limit: i64,
) -> Result<Vec<Delivery>, StoreError> {
    let before = before.unwrap_or(DeliveryId::from_uuid(Uuid::max()));
    let state = state.map_or("", DeliveryState::word);
    let rows: Vec<Row> =
        on!(tx, |c| sqlx::query_as(PAGE).bind(subscription).bind(before).bind(state).bind(limit).fetch_all(c).await)?;
    rows.into_iter().map(Row::delivery).collect()
}

/// Those of a subscription that are due.
pub async fn due_of(
    tx: &mut Tx,
    subscription: SubscriptionId,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Delivery>, StoreError> {
    let rows: Vec<Row> = on!(tx, |c| sqlx::query_as(DUE).bind(subscription).bind(now).bind(limit).fetch_all(c).await)?;
    rows.into_iter().map(Row::delivery).collect()
}

/// What the ledger has of a day, in short.
#[derive(Clone, Debug, FromRow)]
pub struct Short {
    /// Id.
    pub id: DeliveryId,
    state: String,
}

impl Short {
    /// Whether the receiver acknowledged.
    pub fn acknowledged(&self) -> bool {
        self.state == DeliveryState::Acknowledged.word()
    }
}

/// What the ledger has of a subscription's day.
pub async fn of_day(
    tx: &mut Tx,
    subscription: SubscriptionId,
    day: Date,
    limit: i64,
) -> Result<Vec<Short>, StoreError> {
    on!(tx, |c| sqlx::query_as(OF_DAY).bind(subscription).bind(day).bind(limit).fetch_all(c).await)
}

/// Puts acknowledged deliveries in line again: their receiver lacks them.
pub async fn send_again(tx: &mut Tx, ids: &[DeliveryId], now: Timestamp) -> Result<(), StoreError> {
    for ids in ids.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query =
                builder(&c, "UPDATE deliveries SET state = 'waiting', attempt_count = 0, next_attempt_time = ");
            query.push_bind(now).push(", last_outcome = 'LACKING', revision = revision + 1 WHERE id IN (");
            let mut listed = query.separated(", ");
            ids.iter().for_each(|id| _ = listed.push_bind(*id));
            query.push(") AND state = 'acknowledged'").build().persistent(false).execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// Acknowledges deliveries that their receiver has.
pub async fn acknowledge(tx: &mut Tx, ids: &[DeliveryId], now: Timestamp) -> Result<(), StoreError> {
    for ids in ids.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = builder(
                &c,
                "UPDATE deliveries SET state = 'acknowledged', next_attempt_time = NULL, last_outcome = 'ACKNOWLEDGED',
                    park_time = NULL, revision = revision + 1, acknowledge_time = ",
            );
            query.push_bind(now).push(" WHERE id IN (");
            let mut listed = query.separated(", ");
            ids.iter().for_each(|id| _ = listed.push_bind(*id));
            query.push(") AND state <> 'acknowledged'").build().persistent(false).execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// Puts facts in line, each once: those that are there stay as they are.
pub async fn put_in_line(tx: &mut Tx, deliveries: &[Delivery]) -> Result<(), StoreError> {
    for deliveries in deliveries.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = builder(
                &c,
                "INSERT INTO deliveries (id, subscription_id, journal, position, kind, event, state, attempt_count,
                    next_attempt_time, last_outcome, day, revision, create_time) ",
            );
            query.push_values(deliveries, |mut row, one| {
                row.push_bind(one.id).push_bind(one.subscription).push_bind(&one.journal).push_bind(one.position);
                row.push_bind(&one.kind).push_bind(&one.event).push_bind(one.state.word()).push_bind(one.attempt_count);
                row.push_bind(one.next_attempt_time).push_bind(&one.last_outcome).push_bind(one.day);
                row.push_bind(one.revision).push_bind(one.create_time);
            });
            query.push(" ON CONFLICT (subscription_id, journal, position) DO NOTHING");
            query.build().persistent(false).execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// Deliveries of one statement.
const CHUNK: usize = 100;

/// Writes what became of a delivery, guarded by the revision that was read. Answers whether it was still the one read.
pub async fn update(tx: &mut Tx, one: &mut Delivery) -> Result<bool, StoreError> {
    let done = on!(tx, |c| sqlx::query(UPDATE)
        .bind(one.id)
        .bind(one.revision)
        .bind(one.state.word())
        .bind(one.attempt_count)
        .bind(one.next_attempt_time)
        .bind(&one.last_outcome)
        .bind(one.acknowledge_time)
        .bind(one.park_time)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    one.revision += done.cast_signed();
    Ok(done == 1)
}

/// Puts what was sent after a position in line again; answers how many.
pub async fn replay(
    tx: &mut Tx,
    subscription: SubscriptionId,
    journal: &str,
    after: i64,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let done = on!(tx, |c| sqlx::query(REPLAY)
        .bind(subscription)
        .bind(journal)
        .bind(after)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done.cast_signed())
}

/// Parks what is still in line of a subscription that is sent nothing any more.
pub async fn park(tx: &mut Tx, subscription: SubscriptionId, outcome: &str, now: Timestamp) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(PARK).bind(subscription).bind(outcome).bind(now).execute(c).await.map(drop))
}
