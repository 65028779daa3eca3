//! Consumers and their codes.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Timestamp};
use sqlx::FromRow;

use super::builder;
use crate::domain::{AgencyCode, Consumer, ConsumerId};

pub(super) const STATEMENTS: &[&str] =
    &[GET, PAGE, ALL, INSERT, UPDATE, FIND_CODE, INSERT_CODE, FREE_CODES, REVISION, RAISE];

const GET: &str =
    "SELECT id, display_name, agency_codes, policy, revoked, revoke_reason, revision, create_time, update_time
    FROM consumers WHERE id = $1";
const PAGE: &str =
    "SELECT id, display_name, agency_codes, policy, revoked, revoke_reason, revision, create_time, update_time
    FROM consumers WHERE id > $1 ORDER BY id LIMIT $2";
const ALL: &str =
    "SELECT id, display_name, agency_codes, policy, revoked, revoke_reason, revision, create_time, update_time
    FROM consumers WHERE NOT revoked";
const INSERT: &str = "INSERT INTO consumers (id, display_name, agency_codes, policy, revoked, revoke_reason, revision,
        create_time, update_time)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)";
const UPDATE: &str =
    "UPDATE consumers SET policy = $3, revoked = $4, revoke_reason = $5, update_time = $6, revision = $2 + 1
    WHERE id = $1 AND revision = $2";
const FIND_CODE: &str = "SELECT consumer_id FROM agency_codes
    WHERE code_system = $1 AND code = $2 AND valid_from <= $4 AND $3 <= valid_to LIMIT 1";
const INSERT_CODE: &str = "INSERT INTO agency_codes (code_system, code, consumer_id, valid_from, valid_to)
    VALUES ($1, $2, $3, $4, $5)";
const FREE_CODES: &str = "DELETE FROM agency_codes WHERE consumer_id = $1";
const REVISION: &str = "SELECT revision FROM consumers_revision WHERE one = 1";
const RAISE: &str = "UPDATE consumers_revision SET revision = revision + 1 WHERE one = 1";

/// Rows of one statement.
const CHUNK: usize = 200;

#[derive(FromRow)]
struct Row {
    id: ConsumerId,
    display_name: String,
    agency_codes: String,
    policy: String,
    revoked: bool,
    revoke_reason: String,
    revision: i64,
    create_time: Timestamp,
    update_time: Timestamp,
}

impl Row {
    fn consumer(self) -> Result<Consumer, StoreError> {
        let wrong = |column: &'static str| move |_| StoreError::inconsistent("consumers", column, self.id);
        Ok(Consumer {
            id: self.id,
            agency_codes: serde_json::from_str(&self.agency_codes).map_err(wrong("agency_codes"))?,
            display_name: self.display_name,
            policy: serde_json::from_str(&self.policy).map_err(wrong("policy"))?,
            revoked: self.revoked,
            revoke_reason: self.revoke_reason,
            revision: self.revision,
            create_time: self.create_time,
            update_time: self.update_time,
        })
    }
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Misuse("a policy that is no JSON"))
}

/// Finds a consumer.
pub async fn find(tx: &mut Tx, id: ConsumerId) -> Result<Option<Consumer>, StoreError> {
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(GET).bind(id).fetch_optional(c).await)?;
    row.map(Row::consumer).transpose()
}

/// Those of these that are not revoked.
pub async fn standing_of(tx: &mut Tx, ids: &[ConsumerId]) -> Result<Vec<Consumer>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let rows: Vec<Row> = on!(tx, |c| {
            let mut query = builder(
                &c,
                "SELECT id, display_name, agency_codes, policy, revoked, revoke_reason, revision, create_time, update_time
                    FROM consumers WHERE NOT revoked AND id IN (",
            );
            let mut listed = query.separated(", ");
            ids.iter().for_each(|id| _ = listed.push_bind(*id));
            query.push(")").build_query_as().persistent(ids.len() == 1).fetch_all(c).await
        })?;
        for row in rows {
            found.push(row.consumer()?);
        }
    }
    Ok(found)
}

/// A page in the order of the ids.
pub async fn page(tx: &mut Tx, after: Option<ConsumerId>, limit: i64) -> Result<Vec<Consumer>, StoreError> {
    let after = after.unwrap_or(ConsumerId::from_uuid(hoagiai_types::Uuid::nil()));
    let rows: Vec<Row> = on!(tx, |c| sqlx::query_as(PAGE).bind(after).bind(limit).fetch_all(c).await)?;
    rows.into_iter().map(Row::consumer).collect()
}

/// All that are not revoked: the agencies of a city, some hundreds.
pub async fn standing(tx: &mut Tx) -> Result<Vec<Consumer>, StoreError> {
    let rows: Vec<Row> = on!(tx, |c| sqlx::query_as(ALL).fetch_all(c).await)?;
    rows.into_iter().map(Row::consumer).collect()
}

/// Inserts a consumer.
pub async fn insert(tx: &mut Tx, consumer: &Consumer) -> Result<(), StoreError> {
    let (codes, policy) = (json(&consumer.agency_codes)?, json(&consumer.policy)?);
    on!(tx, |c| sqlx::query(INSERT)
        .bind(consumer.id)
        .bind(&consumer.display_name)
        .bind(&codes)
        .bind(&policy)
        .bind(consumer.revoked)
        .bind(&consumer.revoke_reason)
        .bind(consumer.revision)
        .bind(consumer.create_time)
        .execute(c)
        .await
        .map(drop))
}

/// Writes policy and state, guarded by the revision that was read.
pub async fn update(tx: &mut Tx, consumer: &mut Consumer, now: Timestamp) -> Result<(), StoreError> {
    let policy = json(&consumer.policy)?;
    let done = on!(tx, |c| sqlx::query(UPDATE)
        .bind(consumer.id)
        .bind(consumer.revision)
        .bind(&policy)
        .bind(consumer.revoked)
        .bind(&consumer.revoke_reason)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if done != 1 {
        return Err(StoreError::Stale);
    }
    (consumer.revision, consumer.update_time) = (consumer.revision + 1, now);
    Ok(())
}

/// The last day that there is: of a code that is still in use.
fn end() -> Date {
    Date::from_civil(jiff::civil::Date::MAX)
}

/// Who holds a code on a day that this one would hold it.
pub async fn holder(tx: &mut Tx, code: &AgencyCode) -> Result<Option<ConsumerId>, StoreError> {
    let until = code.valid_to.unwrap_or_else(end);
    on!(tx, |c| sqlx::query_scalar(FIND_CODE)
        .bind(code.system.word())
        .bind(&code.value)
        .bind(code.valid_from)
        .bind(until)
        .fetch_optional(c)
        .await)
}

/// Keeps a code for a consumer.
pub async fn insert_code(tx: &mut Tx, consumer: ConsumerId, code: &AgencyCode) -> Result<(), StoreError> {
    let until = code.valid_to.unwrap_or_else(end);
    on!(tx, |c| sqlx::query(INSERT_CODE)
        .bind(code.system.word())
        .bind(&code.value)
        .bind(consumer)
        .bind(code.valid_from)
        .bind(until)
        .execute(c)
        .await
        .map(drop))
}

/// Lets go of the codes of a consumer.
pub async fn free_codes(tx: &mut Tx, consumer: ConsumerId) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(FREE_CODES).bind(consumer).execute(c).await.map(drop))
}

/// How often consumers and credentials were changed.
pub async fn revision(tx: &mut Tx) -> Result<i64, StoreError> {
    on!(tx, |c| sqlx::query_scalar(REVISION).fetch_one(c).await)
}

/// Says that they were changed once more.
pub async fn raise_revision(tx: &mut Tx) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(RAISE).execute(c).await.map(drop))
}
