//! Messages that came, each once, and those that are answered later.

use hoagiai_store::{Sealed, StoreError, Tx, on};
use hoagiai_types::{Timestamp, Uuid};
use sqlx::FromRow;

use crate::domain::{ConsumerId, CredentialId};

pub(super) const STATEMENTS: &[&str] = &[RECEIVE, INSERT, DUE, FIND, TAKE, MOVE];

const RECEIVE: &str = "INSERT INTO spdci_messages (consumer_id, message_id, transaction_id, receive_time)
    VALUES ($1, $2, $3, $4) ON CONFLICT (consumer_id, message_id) DO NOTHING";

/// Takes a message; whether it came before is told by false.
pub async fn receive(
    tx: &mut Tx,
    consumer: ConsumerId,
    (message_id, transaction_id): (&str, &str),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = on!(tx, |c| sqlx::query(RECEIVE)
        .bind(consumer)
        .bind(message_id)
        .bind(transaction_id)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done == 1)
}

const INSERT: &str =
    "INSERT INTO spdci_transactions (id, consumer_id, credential_id, transaction_id, callback, request_sealed,
        state, attempt_count, next_attempt_time, last_outcome, receive_time)
    VALUES ($1, $2, $3, $4, $5, $6, 'waiting', 0, $7, '', $7)";
const DUE: &str =
    "SELECT id, consumer_id, credential_id, transaction_id, callback, request_sealed, state, attempt_count
    FROM spdci_transactions WHERE next_attempt_time <= $1 ORDER BY next_attempt_time LIMIT $2";
const FIND: &str =
    "SELECT id, consumer_id, credential_id, transaction_id, callback, request_sealed, state, attempt_count
    FROM spdci_transactions WHERE consumer_id = $1 AND (transaction_id = $2 OR id = $3) ORDER BY id DESC LIMIT 1";
const TAKE: &str = "UPDATE spdci_transactions SET attempt_count = $2 + 1, next_attempt_time = $3
    WHERE id = $1 AND attempt_count = $2";
const MOVE: &str = "UPDATE spdci_transactions SET state = $2, next_attempt_time = $3, last_outcome = $4 WHERE id = $1";

/// What a sealed request is bound to.
const REQUEST: &str = "spdci.request";

/// A question that is answered later.
#[derive(Clone, Debug)]
pub struct Transaction {
    /// The `correlation_id` that the agency was given.
    pub id: Uuid,
    /// Whose.
    pub consumer: ConsumerId,
    /// By which credential it was asked.
    pub credential: CredentialId,
    /// The agency's own id.
    pub transaction_id: String,
    /// Where the answer goes.
    pub callback: String,
    /// The message, as it came.
    pub request: Vec<u8>,
    /// Attempts so far.
    pub attempt_count: i64,
    /// Whether the answer was taken.
    pub done: bool,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    consumer_id: ConsumerId,
    credential_id: CredentialId,
    transaction_id: String,
    callback: String,
    request_sealed: Vec<u8>,
    state: String,
    attempt_count: i64,
}

async fn opened(tx: &mut Tx, row: Row) -> Result<Transaction, StoreError> {
    let request = tx.unseal(REQUEST, &Sealed::from_bytes(&row.request_sealed)?).await?;
    Ok(Transaction {
        id: row.id,
        consumer: row.consumer_id,
        credential: row.credential_id,
        transaction_id: row.transaction_id,
        callback: row.callback,
        request: request.ok_or(StoreError::Unsealable)?,
        attempt_count: row.attempt_count,
        done: row.state == "done",
    })
}

/// Keeps a question.
pub async fn insert(tx: &mut Tx, one: &Transaction, now: Timestamp) -> Result<(), StoreError> {
    let sealed = tx.seal(one.id.into(), REQUEST, &one.request).await?.to_bytes();
    on!(tx, |c| sqlx::query(INSERT)
        .bind(one.id)
        .bind(one.consumer)
        .bind(one.credential)
        .bind(&one.transaction_id)
        .bind(&one.callback)
        .bind(&sealed)
        .bind(now)
        .execute(c)
        .await
        .map(drop))
}

/// Those whose answer is due.
pub async fn due(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<Transaction>, StoreError> {
    let rows: Vec<Row> = on!(tx, |c| sqlx::query_as(DUE).bind(now).bind(limit).fetch_all(c).await)?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        found.push(opened(tx, row).await?);
    }
    Ok(found)
}

/// The newest of an agency by its own id or by ours.
pub async fn find(
    tx: &mut Tx,
    consumer: ConsumerId,
    transaction_id: &str,
    correlation: Uuid,
) -> Result<Option<Transaction>, StoreError> {
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(FIND)
        .bind(consumer)
        .bind(transaction_id)
        .bind(correlation)
        .fetch_optional(c)
        .await)?;
    match row {
        Some(row) => opened(tx, row).await.map(Some),
        None => Ok(None),
    }
}

/// Takes one for answering, until the lease ends. False: another did.
pub async fn take(tx: &mut Tx, one: &Transaction, until: Timestamp) -> Result<bool, StoreError> {
    let done = on!(tx, |c| sqlx::query(TAKE)
        .bind(one.id)
        .bind(one.attempt_count)
        .bind(until)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done == 1)
}

/// Writes what became of an attempt.
pub async fn move_to(
    tx: &mut Tx,
    id: Uuid,
    state: &str,
    next: Option<Timestamp>,
    outcome: &str,
) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(MOVE).bind(id).bind(state).bind(next).bind(outcome).execute(c).await.map(drop))
}
