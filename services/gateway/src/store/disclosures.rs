//! How often consumers called, and what they were told of whom.

use hoagiai_spdci::Kept;
use hoagiai_store::{Sealed, StoreError, Tx, on};
use hoagiai_types::{Date, Timestamp, Uuid};
use sqlx::FromRow;

use super::builder;
use crate::domain::{ConsumerId, DisclosureId, Statements};

pub(super) const STATEMENTS: &[&str] = &[CALLS, COUNT, INSERT, OF_MEDIATOR, OF_CONSUMER];

const CALLS: &str = "SELECT calls FROM consumer_calls WHERE consumer_id = $1 AND day = $2";
// No row comes back when the calls of the day are used up.
const COUNT: &str = "INSERT INTO consumer_calls (consumer_id, day, calls) VALUES ($1, $2, 1)
    ON CONFLICT (consumer_id, day) DO UPDATE SET calls = consumer_calls.calls + 1 WHERE consumer_calls.calls < $3
    RETURNING calls";
const INSERT: &str = "INSERT INTO disclosures (id, consumer_id, method, purpose, on_behalf_of, fields, mediator_count,
        disclose_time, consent_sha256, authorization_sha256, statements_sealed)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const OF_MEDIATOR: &str = "SELECT d.id, d.consumer_id, c.display_name, d.method, d.purpose, d.on_behalf_of, d.fields,
        d.mediator_count, d.disclose_time, d.consent_sha256, d.authorization_sha256, d.statements_sealed
    FROM disclosed_mediators m JOIN disclosures d ON d.id = m.disclosure_id JOIN consumers c ON c.id = d.consumer_id
    WHERE m.mediator_id = $1 AND m.disclosure_id < $2 ORDER BY m.disclosure_id DESC LIMIT $3";
const OF_CONSUMER: &str = "SELECT d.id, d.consumer_id, c.display_name, d.method, d.purpose, d.on_behalf_of, d.fields,
        d.mediator_count, d.disclose_time, d.consent_sha256, d.authorization_sha256, d.statements_sealed
    FROM disclosures d JOIN consumers c ON c.id = d.consumer_id
    WHERE d.consumer_id = $1 AND d.id < $2 ORDER BY d.id DESC LIMIT $3";

/// What sealed statements are bound to.
const STATED: &str = "disclosure.statements";

/// Mediators of one statement; most answers name one, and that statement is kept prepared.
const CHUNK: usize = 200;

/// One answer that named mediators to a consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    /// Id: later ones are larger.
    pub id: DisclosureId,
    /// To whom.
    pub consumer_id: ConsumerId,
    /// Its name.
    pub display_name: String,
    /// By which method.
    pub method: String,
    /// The purpose.
    pub purpose: String,
    /// On whose behalf, as the consumer said.
    pub on_behalf_of: String,
    /// The personal fields, a comma between.
    pub fields: String,
    /// How many mediators.
    pub mediator_count: i64,
    /// When.
    pub disclose_time: Timestamp,
    /// What the consumer stated about why it may be told.
    pub statements: Statements,
}

#[derive(FromRow)]
struct Row {
    id: DisclosureId,
    consumer_id: ConsumerId,
    display_name: String,
    method: String,
    purpose: String,
    on_behalf_of: String,
    fields: String,
    mediator_count: i64,
    disclose_time: Timestamp,
    consent_sha256: String,
    authorization_sha256: String,
    statements_sealed: Option<Vec<u8>>,
}

impl Row {
    /// The disclosure, with the digests alone of what was stated.
    fn disclosure(self) -> Disclosure {
        let digest = |digest: String| (!digest.is_empty()).then(|| Kept { json: String::new(), digest });
        Disclosure {
            id: self.id,
            consumer_id: self.consumer_id,
            display_name: self.display_name,
            method: self.method,
            purpose: self.purpose,
            on_behalf_of: self.on_behalf_of,
            fields: self.fields,
            mediator_count: self.mediator_count,
            disclose_time: self.disclose_time,
            statements: Statements {
                consent: digest(self.consent_sha256),
                authorization: digest(self.authorization_sha256),
            },
        }
    }
}

/// Seals the texts of what was stated; none: nothing was.
pub async fn seal(tx: &mut Tx, one: &Disclosure) -> Result<Option<Sealed>, StoreError> {
    if one.statements.is_empty() {
        return Ok(None);
    }
    let text = serde_json::to_vec(&one.statements).map_err(|_| StoreError::Misuse("statements that are no JSON"))?;
    tx.seal(one.id.into(), STATED, &text).await.map(Some)
}

/// The calls of a day so far.
pub async fn calls(tx: &mut Tx, consumer: ConsumerId, day: Date) -> Result<i64, StoreError> {
    let calls: Option<i64> = on!(tx, |c| sqlx::query_scalar(CALLS).bind(consumer).bind(day).fetch_optional(c).await)?;
    Ok(calls.unwrap_or(0))
}

/// Counts a call; none: the quota is used up.
pub async fn count(tx: &mut Tx, consumer: ConsumerId, day: Date, quota: i64) -> Result<Option<i64>, StoreError> {
    on!(tx, |c| sqlx::query_scalar(COUNT).bind(consumer).bind(day).bind(quota).fetch_optional(c).await)
}

/// Writes a disclosure down.
pub async fn insert(
    tx: &mut Tx,
    one: &Disclosure,
    mediators: &[Uuid],
    stated: Option<&Sealed>,
) -> Result<(), StoreError> {
    let digest = |kept: &Option<Kept>| kept.as_ref().map(|kept| kept.digest.clone()).unwrap_or_default();
    let (consent, authorization) = (digest(&one.statements.consent), digest(&one.statements.authorization));
    let stated = stated.map(Sealed::to_bytes);
    on!(tx, |c| sqlx::query(INSERT)
        .bind(one.id)
        .bind(one.consumer_id)
        .bind(&one.method)
        .bind(&one.purpose)
        .bind(&one.on_behalf_of)
        .bind(&one.fields)
        .bind(one.mediator_count)
        .bind(one.disclose_time)
        .bind(&consent)
        .bind(&authorization)
        .bind(&stated)
        .execute(c)
        .await
        .map(drop))?;
    for mediators in mediators.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = builder(&c, "INSERT INTO disclosed_mediators (mediator_id, disclosure_id) ");
            query.push_values(mediators, |mut row, mediator| _ = row.push_bind(*mediator).push_bind(one.id));
            query.build().persistent(mediators.len() == 1).execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// Those that named a mediator, newest first; of what was stated the digests alone, for the texts may name others.
pub async fn of_mediator(
    tx: &mut Tx,
    mediator: Uuid,
    before: Option<DisclosureId>,
    limit: i64,
) -> Result<Vec<Disclosure>, StoreError> {
    let before = before.unwrap_or(DisclosureId::from_uuid(Uuid::max()));
    let rows: Vec<Row> =
        on!(tx, |c| sqlx::query_as(OF_MEDIATOR).bind(mediator).bind(before).bind(limit).fetch_all(c).await)?;
    Ok(rows.into_iter().map(Row::disclosure).collect())
}

/// Those of a consumer, newest first, with what was stated.
pub async fn of_consumer(
    tx: &mut Tx,
    consumer: ConsumerId,
    before: Option<DisclosureId>,
    limit: i64,
) -> Result<Vec<Disclosure>, StoreError> {
    let before = before.unwrap_or(DisclosureId::from_uuid(Uuid::max()));
    let mut rows: Vec<Row> =
        on!(tx, |c| sqlx::query_as(OF_CONSUMER).bind(consumer).bind(before).bind(limit).fetch_all(c).await)?;
    let sealed = rows.iter_mut().map(|row| row.statements_sealed.take());
    let sealed: Vec<Option<Vec<u8>>> = sealed.collect();
    let mut found: Vec<Disclosure> = rows.into_iter().map(Row::disclosure).collect();
    let stated = found.iter_mut().zip(sealed).filter_map(|(one, sealed)| Some((one, sealed?)));
    let (disclosures, sealed): (Vec<&mut Disclosure>, Vec<Vec<u8>>) = stated.unzip();
    let sealed: Result<Vec<Sealed>, StoreError> = sealed.iter().map(|bytes| Sealed::from_bytes(bytes)).collect();
    let texts = tx.unseal_many(STATED, &sealed?).await?;
    for (one, text) in disclosures.into_iter().zip(texts) {
        // Erased: the digests stay.
        let Some(text) = text else { continue };
        let wrong = |_| StoreError::inconsistent("disclosures", "statements_sealed", one.id);
        one.statements = serde_json::from_slice(&text).map_err(wrong)?;
    }
    Ok(found)
}
