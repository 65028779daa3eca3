//! Messages of agencies that speak SPDCI, each once, and those that are answered later.

use hoagiai_spdci::Endpoint;
use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Timestamp, Uuid};
use sqlx::FromRow;

use super::{builder, opened};
use crate::domain::{CallbackState, ConsumerId, CredentialId};

pub(super) const STATEMENTS: &[&str] = &[
    RECEIVE,
    INSERT,
    DUE,
    AGENCIES_DUE,
    BY_ID,
    BY_REFERENCE,
    BY_MADE,
    BY_ENDED,
    TAKE,
    MOVE,
    REDELIVER,
    FORGET_MESSAGES,
    OLD,
];

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
    "INSERT INTO spdci_transactions (id, consumer_id, credential_id, action, transaction_id, callback, request_sealed,
        answer_sealed, state, attempt_count, next_attempt_time, last_outcome, receive_time)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, '', $11)";
const DUE: &str =
    "SELECT id, consumer_id, credential_id, action, transaction_id, callback, request_sealed, answer_sealed,
        state, attempt_count
    FROM spdci_transactions WHERE consumer_id = $1 AND next_attempt_time <= $2 ORDER BY next_attempt_time LIMIT 1";
const AGENCIES_DUE: &str = "SELECT id FROM consumers c WHERE EXISTS
        (SELECT 1 FROM spdci_transactions t WHERE t.consumer_id = c.id AND t.next_attempt_time <= $1)
    ORDER BY id";
const BY_ID: &str =
    "SELECT id, consumer_id, credential_id, action, transaction_id, callback, request_sealed, answer_sealed,
        state, attempt_count
    FROM spdci_transactions WHERE consumer_id = $1 AND action = $2 AND (transaction_id = $3 OR id = $4)
    ORDER BY id DESC LIMIT 1";
const BY_REFERENCE: &str = "SELECT t.id, t.consumer_id, t.credential_id, t.action, t.transaction_id, t.callback,
        t.request_sealed, t.answer_sealed, t.state, t.attempt_count
    FROM spdci_references r JOIN spdci_transactions t ON t.id = r.correlation_id
    WHERE r.consumer_id = $1 AND r.action = $2 AND r.reference_id = $3 ORDER BY r.correlation_id DESC LIMIT 1";
const BY_MADE: &str = "SELECT t.id, t.consumer_id, t.credential_id, t.action, t.transaction_id, t.callback,
        t.request_sealed, t.answer_sealed, t.state, t.attempt_count
    FROM spdci_subscriptions s JOIN spdci_transactions t ON t.id = s.correlation_id
    WHERE s.id = $2 AND s.consumer_id = $1";
const BY_ENDED: &str = "SELECT t.id, t.consumer_id, t.credential_id, t.action, t.transaction_id, t.callback,
        t.request_sealed, t.answer_sealed, t.state, t.attempt_count
    FROM spdci_subscriptions s JOIN spdci_transactions t ON t.id = s.end_correlation_id
    WHERE s.id = $2 AND s.consumer_id = $1";
const TAKE: &str =
    "UPDATE spdci_transactions SET attempt_count = $2 + 1, next_attempt_time = $3, revision = revision + 1
    WHERE id = $1 AND attempt_count = $2";
const MOVE: &str = "UPDATE spdci_transactions SET state = $2, next_attempt_time = $3, last_outcome = $4,
        revision = revision + 1
    WHERE id = $1";
const REDELIVER: &str = "UPDATE spdci_transactions SET state = 'waiting', attempt_count = 0, next_attempt_time = $3,
        revision = $2 + 1
    WHERE id = $1 AND revision = $2";

/// What a sealed request is bound to, and a sealed answer.
const REQUEST: &str = "spdci.request";
const ANSWER: &str = "spdci.answer";
/// Rows of one statement.
const CHUNK: usize = 200;

/// A question that is answered later.
#[derive(Clone, Debug)]
pub struct Transaction {
    /// The `correlation_id` that the agency was given.
    pub id: Uuid,
    /// Whose.
    pub consumer: ConsumerId,
    /// By which credential it was asked.
    pub credential: CredentialId,
    /// What is asked.
    pub action: Endpoint,
    /// The agency's own id.
    pub transaction_id: String,
    /// Where the answer goes; empty: nowhere, the agency asks what became of it.
    pub callback: String,
    /// The message, as it came; none: it does not open any more.
    pub request: Option<Vec<u8>>,
    /// The answer, where it is known when the message is taken, and opens.
    pub answer: Option<Vec<u8>>,
    /// Attempts so far.
    pub attempt_count: i64,
    /// State of the callback.
    pub state: CallbackState,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    consumer_id: ConsumerId,
    credential_id: CredentialId,
    action: String,
    transaction_id: String,
    callback: String,
    request_sealed: Vec<u8>,
    answer_sealed: Option<Vec<u8>>,
    state: String,
    attempt_count: i64,
}

async fn transaction(tx: &mut Tx, row: Row) -> Result<Transaction, StoreError> {
    let wrong = |column: &'static str| StoreError::inconsistent("spdci_transactions", column, row.id);
    let request = opened(tx, REQUEST, &row.request_sealed, row.id).await?;
    let answer = match &row.answer_sealed {
        Some(sealed) => opened(tx, ANSWER, sealed, row.id).await?,
        None => None,
    };
    Ok(Transaction {
        id: row.id,
        consumer: row.consumer_id,
        credential: row.credential_id,
        action: Endpoint::from_word(&row.action).ok_or_else(|| wrong("action"))?,
        transaction_id: row.transaction_id,
        callback: row.callback,
        request,
        answer,
        attempt_count: row.attempt_count,
        state: CallbackState::read(&row.state).ok_or_else(|| wrong("state"))?,
    })
}

/// Keeps a question, and by which sub-requests it is found again. One with no address has nothing to wait for.
pub async fn insert(tx: &mut Tx, one: &Transaction, references: &[&str], now: Timestamp) -> Result<(), StoreError> {
    let request = one.request.as_deref().ok_or(StoreError::Misuse("a message is kept with its content"))?;
    let sealed = tx.seal(one.id.into(), REQUEST, request).await?.to_bytes();
    let answer = match &one.answer {
        Some(answer) => Some(tx.seal(one.id.into(), ANSWER, answer).await?.to_bytes()),
        None => None,
    };
    on!(tx, |c| sqlx::query(INSERT)
        .bind(one.id)
        .bind(one.consumer)
        .bind(one.credential)
        .bind(one.action.word())
        .bind(&one.transaction_id)
        .bind(&one.callback)
        .bind(&sealed)
        .bind(&answer)
        .bind(one.state.word())
        .bind((one.state == CallbackState::Waiting).then_some(now))
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    for references in references.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query =
                builder(&c, "INSERT INTO spdci_references (consumer_id, action, reference_id, correlation_id) ");
            query.push_values(references, |mut row, reference| {
                row.push_bind(one.consumer).push_bind(one.action.word()).push_bind(*reference).push_bind(one.id);
            });
            query.push(" ON CONFLICT DO NOTHING").build().persistent(references.len() == 1).execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// The one of an agency whose answer is due first.
pub async fn due(tx: &mut Tx, consumer: ConsumerId, now: Timestamp) -> Result<Option<Transaction>, StoreError> {
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(DUE).bind(consumer).bind(now).fetch_optional(c).await)?;
    match row {
        Some(row) => transaction(tx, row).await.map(Some),
        None => Ok(None),
    }
}

/// The agencies to which answers are due.
pub async fn agencies_due(tx: &mut Tx, now: Timestamp) -> Result<Vec<ConsumerId>, StoreError> {
    on!(tx, |c| sqlx::query_scalar(AGENCIES_DUE).bind(now).fetch_all(c).await)
}

/// By what a transaction of an agency is found.
#[derive(Clone, Copy, Debug)]
pub enum By<'a> {
    /// The agency's own id, or ours.
    Id(&'a str),
    /// A sub-request.
    Reference(&'a str),
    /// A subscription that it made, or ended.
    Subscription(Uuid),
}

/// The newest transaction of an agency and a kind.
pub async fn find(
    tx: &mut Tx,
    consumer: ConsumerId,
    action: Endpoint,
    by: By<'_>,
) -> Result<Option<Transaction>, StoreError> {
    let row: Option<Row> = match by {
        By::Id(id) => {
            let correlation: Uuid = id.parse().unwrap_or(Uuid::nil());
            on!(tx, |c| sqlx::query_as(BY_ID)
                .bind(consumer)
                .bind(action.word())
                .bind(id)
                .bind(correlation)
                .fetch_optional(c)
                .await)?
        }
        By::Reference(id) => on!(tx, |c| sqlx::query_as(BY_REFERENCE)
            .bind(consumer)
            .bind(action.word())
            .bind(id)
            .fetch_optional(c)
            .await)?,
        By::Subscription(id) => {
            let sql = if action == Endpoint::Unsubscribe { BY_ENDED } else { BY_MADE };
            on!(tx, |c| sqlx::query_as(sql).bind(consumer).bind(id).fetch_optional(c).await)?
        }
    };
    match row {
        Some(row) => transaction(tx, row).await.map(Some),
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
    state: CallbackState,
    next: Option<Timestamp>,
    outcome: &str,
) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(MOVE).bind(id).bind(state.word()).bind(next).bind(outcome).execute(c).await.map(drop))
}

/// Puts one in line again, with a schedule from its beginning.
pub async fn redeliver(tx: &mut Tx, id: Uuid, revision: i64, now: Timestamp) -> Result<(), StoreError> {
    let done = on!(tx, |c| sqlx::query(REDELIVER)
        .bind(id)
        .bind(revision)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if done == 1 { Ok(()) } else { Err(StoreError::Stale) }
}

const FORGET_MESSAGES: &str = "DELETE FROM spdci_messages WHERE (consumer_id, message_id) IN
    (SELECT consumer_id, message_id FROM spdci_messages WHERE receive_time < $1 ORDER BY receive_time LIMIT $2)";
const OLD: &str = "SELECT id FROM spdci_transactions WHERE next_attempt_time IS NULL AND receive_time < $1
    ORDER BY receive_time LIMIT $2";

/// Removes what is older than an instant and waits for nothing, some at a time. Answers whether more is left.
pub async fn forget(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<bool, StoreError> {
    let messages = on!(tx, |c| sqlx::query(FORGET_MESSAGES)
        .bind(before)
        .bind(limit)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    let old: Vec<Uuid> = on!(tx, |c| sqlx::query_scalar(OLD).bind(before).bind(limit).fetch_all(c).await)?;
    for ids in old.chunks(CHUNK) {
        for start in [
            "DELETE FROM spdci_references WHERE correlation_id IN (",
            "DELETE FROM spdci_transactions WHERE next_attempt_time IS NULL AND id IN (",
        ] {
            on!(tx, |c| {
                let mut query = builder(&c, start);
                let mut listed = query.separated(", ");
                ids.iter().for_each(|id| _ = listed.push_bind(*id));
                query.push(")").build().persistent(false).execute(c).await.map(drop)
            })?;
        }
    }
    Ok(i64::try_from(old.len()) == Ok(limit) || i64::try_from(messages) == Ok(limit))
}
