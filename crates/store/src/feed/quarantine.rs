//! Entries that a projection refused, and what follows them in their streams: put aside, listed, applied later.

use super::{Projection, ProjectionError, cursor};
use crate::{Db, Entry, StoreError, Tx, journal::EntryRow, on};

const QUARANTINE: &str =
    "INSERT INTO feed_quarantine (projection, position, stream_kind, stream_id, stream_version, kind, valid_time,
        record_time, actor, purpose, request_id, payload, hash, reason)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
const IS_QUARANTINED: &str =
    "SELECT count(*) FROM feed_quarantine WHERE projection = $1 AND stream_kind = $2 AND stream_id = $3";
const QUARANTINED: &str =
    "SELECT position, stream_kind, stream_id, stream_version, kind, valid_time, record_time, actor, purpose,
        request_id, payload, hash FROM feed_quarantine WHERE projection = $1 ORDER BY position LIMIT 1000";
const ANY_QUARANTINED: &str = "SELECT count(*) FROM feed_quarantine WHERE projection = $1";
const RELEASE: &str = "DELETE FROM feed_quarantine WHERE projection = $1 AND position = $2";

/// Whether anything of a projection was put aside.
pub(super) async fn any(tx: &mut Tx, name: &str) -> Result<bool, StoreError> {
    let count: i64 = on!(tx, |c| sqlx::query_scalar(ANY_QUARANTINED).bind(name).fetch_one(c).await)?;
    Ok(count > 0)
}

/// Whether an earlier entry of the same stream was put aside.
pub(super) async fn holds_stream_of(tx: &mut Tx, name: &str, entry: &Entry) -> Result<bool, StoreError> {
    let count: i64 = on!(tx, |c| sqlx::query_scalar(IS_QUARANTINED)
        .bind(name)
        .bind(&entry.stream_kind)
        .bind(entry.stream_id)
        .fetch_one(c)
        .await)?;
    Ok(count > 0)
}

/// Puts an entry aside.
pub(super) async fn put_aside(tx: &mut Tx, name: &str, entry: &Entry, reason: &str) -> Result<(), StoreError> {
    tracing::error!(projection = name, position = entry.position, kind = entry.kind, reason, "an entry is put aside");
    on!(tx, |c| sqlx::query(QUARANTINE)
        .bind(name)
        .bind(entry.position)
        .bind(&entry.stream_kind)
        .bind(entry.stream_id)
        .bind(entry.stream_version)
        .bind(&entry.kind)
        .bind(entry.valid_time)
        .bind(entry.record_time)
        .bind(&entry.actor)
        .bind(&entry.purpose)
        .bind(entry.request_id)
        .bind(&entry.payload)
        .bind(entry.hash.to_vec())
        .bind(reason)
        .execute(c)
        .await
        .map(drop))
}

/// Entries that a projection has put aside, oldest first, at most 1,000.
///
/// # Errors
/// Those of the database.
pub async fn quarantined(db: &Db, projection: &str) -> Result<Vec<Entry>, StoreError> {
    let mut tx = db.read_one().await?;
    let rows: Vec<EntryRow> = on!(&mut tx, |c| sqlx::query_as(QUARANTINED).bind(projection).fetch_all(c).await)?;
    rows.into_iter().map(Entry::try_from).collect()
}

/// Applies what was put aside, in order, each entry in its own transaction; stops at the first that is refused again.
/// Returns how many were applied.
///
/// # Errors
/// What the projection answered.
pub async fn replay<P: Projection>(db: &Db, projection: &P) -> Result<usize, ProjectionError> {
    let mut applied = 0;
    for entry in quarantined(db, projection.name()).await? {
        let mut tx = db.write().await?;
        // The cursor's lock keeps later entries of the stream from overtaking.
        cursor(&mut tx, projection.name()).await?;
        projection.apply(&mut tx, &entry).await?;
        on!(&mut tx, |c| sqlx::query(RELEASE).bind(projection.name()).bind(entry.position).execute(c).await.map(drop))?;
        tx.commit().await?;
        applied += 1;
    }
    Ok(applied)
}
