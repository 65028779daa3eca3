//! Sessions of officers: tokens sealed by whoever uses this, found by a hash. Who renews them has a lease in the row.

use hoagiai_store::{KeySubject, Sealed, StoreError, Tx, on};
use hoagiai_types::{Timestamp, Uuid};
use sqlx::FromRow;

pub(super) const STATEMENTS: &[&str] =
    &[KEEP_KEY, INSERT, FIND, TOUCH, LEASE, RELEASE, REPLACE, DELETE, DELETE_OF_SUBJECT, DELETE_OF_PROVIDER, SWEEP];

// Of two processes that start at once one's key is kept, and both are answered that one.
const KEEP_KEY: &str = "INSERT INTO sign_in_keys (one, key_sealed) VALUES (1, $1)
    ON CONFLICT (one) DO UPDATE SET one = excluded.one RETURNING key_sealed";
const INSERT: &str =
    "INSERT INTO sign_in_sessions (secret_sha256, tokens_sealed, subject_index, provider_session_index,
        generation, renewing_until_time, renew_after_time, last_time, end_time)
    VALUES ($1, $2, $3, $4, 1, NULL, $5, $6, $7)";
const FIND: &str = "SELECT tokens_sealed, generation, renew_after_time, last_time, end_time
    FROM sign_in_sessions WHERE secret_sha256 = $1 AND end_time > $2";
const TOUCH: &str = "UPDATE sign_in_sessions SET end_time = $2 WHERE secret_sha256 = $1 AND end_time < $2";
const LEASE: &str = "UPDATE sign_in_sessions SET renewing_until_time = $4
    WHERE secret_sha256 = $1 AND generation = $2 AND renew_after_time <= $3
        AND (renewing_until_time IS NULL OR renewing_until_time <= $3)";
const RELEASE: &str = "UPDATE sign_in_sessions SET renewing_until_time = NULL, renew_after_time = $3
    WHERE secret_sha256 = $1 AND generation = $2";
const REPLACE: &str = "UPDATE sign_in_sessions SET tokens_sealed = $3, generation = $2 + 1, renewing_until_time = NULL,
        renew_after_time = $4, last_time = $5, end_time = $6
    WHERE secret_sha256 = $1 AND generation = $2";
const DELETE: &str = "DELETE FROM sign_in_sessions WHERE secret_sha256 = $1";
const DELETE_OF_SUBJECT: &str = "DELETE FROM sign_in_sessions WHERE subject_index = $1";
const DELETE_OF_PROVIDER: &str = "DELETE FROM sign_in_sessions WHERE provider_session_index = $1";
const SWEEP: &str = "DELETE FROM sign_in_sessions WHERE secret_sha256 IN
        (SELECT secret_sha256 FROM sign_in_sessions WHERE end_time <= $1 ORDER BY end_time LIMIT $2)";

/// Under whose data key the key of sign-ins is sealed: nobody's but their own.
const KEY_SUBJECT: Uuid = Uuid::from_u128(0x7369_676e_2d69_4e00_8000_0000_0000_0001);
/// What it is bound to.
const KEY_CONTEXT: &str = "sign_in_keys.key";

/// SHA-256 of the secret that the browser has.
pub type SecretHash = [u8; 32];

/// A session as it is kept.
#[derive(Clone, Debug, FromRow)]
pub struct SessionRow {
    /// The tokens, sealed.
    pub tokens_sealed: Vec<u8>,
    /// How often the tokens were replaced.
    pub generation: i64,
    /// Nobody renews it before.
    pub renew_after_time: Timestamp,
    /// When it ends, whatever happens.
    pub last_time: Timestamp,
    /// When it ends if nobody uses it.
    pub end_time: Timestamp,
}

/// A session that begins.
pub struct NewSession {
    /// The hash of its secret.
    pub secret: SecretHash,
    /// The tokens, sealed.
    pub tokens_sealed: Vec<u8>,
    /// A keyed hash of the account.
    pub subject_index: Vec<u8>,
    /// A keyed hash of the session at the provider.
    pub provider_session_index: Option<Vec<u8>>,
    /// Nobody renews it before.
    pub renew_after_time: Timestamp,
    /// When it ends, whatever happens.
    pub last_time: Timestamp,
    /// When it ends if nobody uses it.
    pub end_time: Timestamp,
}

/// Keeps the key of sign-ins, unless there is one; answers the one that is kept.
///
/// # Errors
/// The keys of the installation are not those that it was sealed under.
pub async fn keep_key(tx: &mut Tx, fresh: &[u8; 32]) -> Result<Vec<u8>, StoreError> {
    let sealed = tx.seal(KeySubject::from(KEY_SUBJECT), KEY_CONTEXT, fresh).await?.to_bytes();
    let kept: Vec<u8> = on!(tx, |c| sqlx::query_scalar(KEEP_KEY).bind(&sealed).fetch_one(c).await)?;
    tx.unseal(KEY_CONTEXT, &Sealed::from_bytes(&kept)?).await?.ok_or(StoreError::Unsealable)
}

/// Inserts a session.
pub async fn insert(tx: &mut Tx, one: &NewSession) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(INSERT)
        .bind(one.secret.as_slice())
        .bind(&one.tokens_sealed)
        .bind(&one.subject_index)
        .bind(&one.provider_session_index)
        .bind(one.renew_after_time)
        .bind(one.last_time)
        .bind(one.end_time)
        .execute(c)
        .await
        .map(drop))
}

/// Finds a session that has not ended.
pub async fn find(tx: &mut Tx, secret: &SecretHash, now: Timestamp) -> Result<Option<SessionRow>, StoreError> {
    on!(tx, |c| sqlx::query_as(FIND).bind(secret.as_slice()).bind(now).fetch_optional(c).await)
}

/// It was used: it ends later.
pub async fn touch(tx: &mut Tx, secret: &SecretHash, end_time: Timestamp) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(TOUCH).bind(secret.as_slice()).bind(end_time).execute(c).await.map(drop))
}

/// Takes the lease of renewing tokens of a generation; false: somebody else has it, or they are others by now.
pub async fn lease(
    tx: &mut Tx,
    (secret, generation): (&SecretHash, i64),
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, StoreError> {
    on!(tx, |c| sqlx::query(LEASE)
        .bind(secret.as_slice())
        .bind(generation)
        .bind(now)
        .bind(until)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Gives the lease back: nothing came of it.
pub async fn release(
    tx: &mut Tx,
    (secret, generation): (&SecretHash, i64),
    renew_after: Timestamp,
) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(RELEASE)
        .bind(secret.as_slice())
        .bind(generation)
        .bind(renew_after)
        .execute(c)
        .await
        .map(drop))
}

/// Replaces the tokens of a generation; false: they are others by now, or the session has ended.
pub async fn replace(tx: &mut Tx, secret: &SecretHash, row: &SessionRow) -> Result<bool, StoreError> {
    on!(tx, |c| sqlx::query(REPLACE)
        .bind(secret.as_slice())
        .bind(row.generation)
        .bind(&row.tokens_sealed)
        .bind(row.renew_after_time)
        .bind(row.last_time)
        .bind(row.end_time)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Ends a session.
pub async fn delete(tx: &mut Tx, secret: &SecretHash) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(DELETE).bind(secret.as_slice()).execute(c).await.map(drop))
}

/// Ends all sessions of an account; how many there were.
pub async fn delete_of_subject(tx: &mut Tx, index: &[u8]) -> Result<u64, StoreError> {
    on!(tx, |c| sqlx::query(DELETE_OF_SUBJECT).bind(index).execute(c).await.map(|done| done.rows_affected()))
}

/// Ends those of a session at the provider; how many there were.
pub async fn delete_of_provider(tx: &mut Tx, index: &[u8]) -> Result<u64, StoreError> {
    on!(tx, |c| sqlx::query(DELETE_OF_PROVIDER).bind(index).execute(c).await.map(|done| done.rows_affected()))
}

/// Removes so many of those that have ended; how many there were.
pub async fn sweep(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<u64, StoreError> {
    on!(tx, |c| sqlx::query(SWEEP).bind(now).bind(limit).execute(c).await.map(|done| done.rows_affected()))
}
