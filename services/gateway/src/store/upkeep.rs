//! What the ledger is bounded by and what is counted of it: a few statements over indexes of what is open or old.

use std::collections::BTreeMap;

use hoagiai_store::{Position, StoreError, Tx, on};
use hoagiai_types::{Date, Timestamp};
use sqlx::FromRow;

use crate::domain::SubscriptionId;

pub(super) const STATEMENTS: &[&str] = &[
    OPEN,
    SUBSCRIPTIONS,
    LINES,
    TOO_OLD,
    TOO_MANY,
    FORGET_ACKNOWLEDGED,
    FORGET_PARKED,
    FORGOTTEN,
    SET_FORGOTTEN,
    FORGET_CALLS,
];

const OPEN: &str = "SELECT state, count(*) AS count, min(next_attempt_time) AS oldest FROM deliveries
    WHERE state <> 'acknowledged' GROUP BY state";
const SUBSCRIPTIONS: &str = "SELECT state, count(*) FROM subscriptions GROUP BY state";
const LINES: &str = "SELECT subscription_id, count(*) FROM deliveries WHERE next_attempt_time IS NOT NULL
    GROUP BY subscription_id HAVING count(*) > $1";
// What is being sent just now is left: its process writes down what became of it.
const TOO_OLD: &str =
    "UPDATE deliveries SET state = 'parked', next_attempt_time = NULL, last_outcome = 'WAITED_TOO_LONG',
        park_time = $3, revision = revision + 1
    WHERE id IN (SELECT id FROM deliveries WHERE next_attempt_time < $1 ORDER BY next_attempt_time LIMIT $2)
        AND state IN ('waiting', 'failed')";
const TOO_MANY: &str =
    "UPDATE deliveries SET state = 'parked', next_attempt_time = NULL, last_outcome = 'LINE_TOO_LONG',
        park_time = $3, revision = revision + 1
    WHERE id IN (SELECT id FROM deliveries WHERE subscription_id = $1 AND next_attempt_time IS NOT NULL
        ORDER BY next_attempt_time, journal, position LIMIT $2) AND state IN ('waiting', 'failed')";
const FORGET_ACKNOWLEDGED: &str = "DELETE FROM deliveries
    WHERE id IN (SELECT id FROM deliveries WHERE state = 'acknowledged' AND acknowledge_time < $1
        ORDER BY acknowledge_time LIMIT $2) AND state = 'acknowledged'
    RETURNING journal, position";
const FORGET_PARKED: &str = "DELETE FROM deliveries
    WHERE id IN (SELECT id FROM deliveries WHERE state = 'parked' AND park_time < $1
        ORDER BY park_time LIMIT $2) AND state = 'parked'
    RETURNING journal, position";
const FORGOTTEN: &str = "SELECT position FROM deliveries_forgotten WHERE journal = $1";
const SET_FORGOTTEN: &str = "INSERT INTO deliveries_forgotten (journal, position) VALUES ($1, $2)
    ON CONFLICT (journal) DO UPDATE SET position = excluded.position
    WHERE deliveries_forgotten.position < excluded.position";
const FORGET_CALLS: &str = "DELETE FROM consumer_calls WHERE (consumer_id, day) IN
    (SELECT consumer_id, day FROM consumer_calls WHERE day < $1 ORDER BY day LIMIT $2)";

/// What is not acknowledged, by state.
#[derive(Clone, Debug, FromRow)]
pub struct Open {
    /// State.
    pub state: String,
    /// How many.
    pub count: i64,
    /// Since when the one that is due longest is due; none of what is parked.
    pub oldest: Option<Timestamp>,
}

/// What of the ledger is not acknowledged, by state; a state without any is not there.
pub async fn open(tx: &mut Tx) -> Result<Vec<Open>, StoreError> {
    on!(tx, |c| sqlx::query_as(OPEN).fetch_all(c).await)
}

/// Subscriptions by state; a state without any is not there.
pub async fn subscriptions(tx: &mut Tx) -> Result<Vec<(String, i64)>, StoreError> {
    on!(tx, |c| sqlx::query_as(SUBSCRIPTIONS).fetch_all(c).await)
}

/// Lines that are longer than so many, and how long each is.
pub async fn longer_than(tx: &mut Tx, most: i64) -> Result<Vec<(SubscriptionId, i64)>, StoreError> {
    on!(tx, |c| sqlx::query_as(LINES).bind(most).fetch_all(c).await)
}

/// Parks what has been due since before a time, the oldest first, at most so many; answers how many.
pub async fn park_overdue(tx: &mut Tx, before: Timestamp, limit: i64, now: Timestamp) -> Result<i64, StoreError> {
    let done = on!(tx, |c| sqlx::query(TOO_OLD)
        .bind(before)
        .bind(limit)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done.cast_signed())
}

/// Parks so many of a line, the oldest first; answers how many.
pub async fn park_first(tx: &mut Tx, line: SubscriptionId, count: i64, now: Timestamp) -> Result<i64, StoreError> {
    let done = on!(tx, |c| sqlx::query(TOO_MANY)
        .bind(line)
        .bind(count)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done.cast_signed())
}

/// Forgets what was acknowledged before a time, at most so many; answers how many.
pub async fn forget_acknowledged(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<i64, StoreError> {
    let gone: Vec<(String, Position)> =
        on!(tx, |c| sqlx::query_as(FORGET_ACKNOWLEDGED).bind(before).bind(limit).fetch_all(c).await)?;
    remember(tx, gone).await
}

/// Forgets what was parked before a time, at most so many; answers how many.
pub async fn forget_parked(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<i64, StoreError> {
    let gone: Vec<(String, Position)> =
        on!(tx, |c| sqlx::query_as(FORGET_PARKED).bind(before).bind(limit).fetch_all(c).await)?;
    remember(tx, gone).await
}

/// Keeps up to where rows are gone.
async fn remember(tx: &mut Tx, gone: Vec<(String, Position)>) -> Result<i64, StoreError> {
    let count = i64::try_from(gone.len()).unwrap_or(i64::MAX);
    let mut furthest = BTreeMap::<String, Position>::new();
    for (journal, position) in gone {
        let held = furthest.entry(journal).or_default();
        *held = position.max(*held);
    }
    for (journal, position) in &furthest {
        on!(tx, |c| sqlx::query(SET_FORGOTTEN).bind(journal).bind(position).execute(c).await.map(drop))?;
    }
    Ok(count)
}

/// Up to which position of a journal rows may be gone; 0: none are.
pub async fn forgotten(tx: &mut Tx, journal: &str) -> Result<Position, StoreError> {
    let found: Option<Position> = on!(tx, |c| sqlx::query_scalar(FORGOTTEN).bind(journal).fetch_optional(c).await)?;
    Ok(found.unwrap_or(0))
}

/// Forgets how often consumers called before a day, at most so many rows; answers how many.
pub async fn forget_calls(tx: &mut Tx, before: Date, limit: i64) -> Result<i64, StoreError> {
    let done = on!(tx, |c| sqlx::query(FORGET_CALLS)
        .bind(before)
        .bind(limit)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done.cast_signed())
}
