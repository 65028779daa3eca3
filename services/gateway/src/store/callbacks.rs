//! The ledger of what goes to agencies that speak SPDCI: answers and notices, as one list.

use hoagiai_spdci::{Endpoint, EventType};
use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Timestamp, Uuid};
use sqlx::FromRow;

use crate::domain::{Callback, CallbackId, CallbackState, ConsumerId, SpdciSubscriptionId};

pub(super) const STATEMENTS: &[&str] = &[PAGE, FIND];

// Each half is cut by itself, so that each is read by its own index.
const PAGE: &str = "SELECT * FROM (SELECT id, consumer_id, action, transaction_id, CAST(NULL AS TEXT) AS event,
            id AS subscription_id, state, attempt_count, next_attempt_time, last_outcome, receive_time AS create_time, revision
        FROM spdci_transactions
        WHERE consumer_id = $1 AND id < $2 AND ($3 = '' OR state = $3) ORDER BY id DESC LIMIT $4) AS answers
    UNION ALL SELECT * FROM (SELECT n.id, n.consumer_id, '' AS action, '' AS transaction_id, n.event,
            n.subscription_id, n.state, n.attempt_count,
            CASE WHEN n.settle_time IS NULL THEN s.next_attempt_time END AS next_attempt_time, n.last_outcome,
            n.create_time, n.revision
        FROM spdci_notices n JOIN spdci_subscriptions s ON s.id = n.subscription_id
        WHERE n.consumer_id = $1 AND n.id < $2 AND ($3 = '' OR n.state = $3) ORDER BY n.id DESC LIMIT $4) AS notices
    ORDER BY id DESC LIMIT $4";
const FIND: &str =
    "SELECT id, consumer_id, action, transaction_id, CAST(NULL AS TEXT) AS event, id AS subscription_id, state,
        attempt_count, next_attempt_time, last_outcome, receive_time AS create_time, revision
    FROM spdci_transactions WHERE id = $1
    UNION ALL SELECT n.id, n.consumer_id, '' AS action, '' AS transaction_id, n.event, n.subscription_id, n.state,
        n.attempt_count, CASE WHEN n.settle_time IS NULL THEN s.next_attempt_time END AS next_attempt_time,
        n.last_outcome, n.create_time, n.revision
    FROM spdci_notices n JOIN spdci_subscriptions s ON s.id = n.subscription_id WHERE n.id = $1";

#[derive(FromRow)]
struct Row {
    id: CallbackId,
    consumer_id: ConsumerId,
    action: String,
    transaction_id: String,
    event: Option<String>,
    subscription_id: SpdciSubscriptionId,
    state: String,
    attempt_count: i64,
    next_attempt_time: Option<Timestamp>,
    last_outcome: String,
    create_time: Timestamp,
    revision: i64,
}

impl Row {
    fn callback(self) -> Result<Callback, StoreError> {
        let state = CallbackState::read(&self.state);
        let event = self.event.as_deref().and_then(EventType::from_word);
        Ok(Callback {
            state: state.ok_or_else(|| StoreError::inconsistent("spdci_notices", "state", self.id))?,
            id: self.id,
            consumer: self.consumer_id,
            action: Endpoint::from_word(&self.action),
            transaction_id: self.transaction_id,
            subscription: event.is_some().then_some(self.subscription_id),
            event,
            attempt_count: self.attempt_count,
            next_attempt_time: self.next_attempt_time,
            last_outcome: self.last_outcome,
            create_time: self.create_time,
            revision: self.revision,
        })
    }
}

/// A page of an agency's, newest first.
pub async fn page(
    tx: &mut Tx,
    consumer: ConsumerId,
    state: Option<CallbackState>,
    before: Option<CallbackId>,
    limit: i64,
) -> Result<Vec<Callback>, StoreError> {
    let before = before.unwrap_or(CallbackId::from_uuid(Uuid::max()));
    let state = state.map_or("", CallbackState::word);
    let rows: Vec<Row> =
        on!(tx, |c| sqlx::query_as(PAGE).bind(consumer).bind(before).bind(state).bind(limit).fetch_all(c).await)?;
    rows.into_iter().map(Row::callback).collect()
}

/// Finds one.
pub async fn find(tx: &mut Tx, id: CallbackId) -> Result<Option<Callback>, StoreError> {
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(FIND).bind(id).fetch_optional(c).await)?;
    row.map(Row::callback).transpose()
}
