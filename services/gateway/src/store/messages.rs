//! Messages that came, each once.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::Timestamp;

use crate::domain::ConsumerId;

pub(super) const STATEMENTS: &[&str] = &[RECEIVE];

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
