//! The end of a writing transaction on PostgreSQL.

use std::sync::Arc;

use sqlx::{PgConnection, Postgres, postgres::PgArguments, query::QueryScalar};

use crate::{
    Db, Position, StoreError,
    journal::Pending,
    pool::Pooled,
    tx::{Additions, Settled},
};

// The commit need not wait for the disk: the sequencer's, which comes after it in the log, does, and is waited for.
// Version n + 1 follows n of the same stream, or nothing is inserted: the EXISTS sees what is committed, the unique key
// stops whoever is not committed yet.
const ENTRY: &str = "WITH entry AS (
        INSERT INTO journal_entry (stream_kind, stream_id, stream_version, kind, valid_time, record_time, actor, purpose, request_id, payload)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
        WHERE $3 = 1 OR EXISTS (
            SELECT 1 FROM journal_entry WHERE stream_id = $2 AND stream_kind = $1 AND stream_version = $3 - 1)
        ON CONFLICT DO NOTHING RETURNING id),
    pending AS (INSERT INTO journal_pending (id, leaf) SELECT id, $11 FROM entry)
    SELECT id, set_config('synchronous_commit', 'off', true) FROM entry";
// The usual write, an event and the answer of its request, is one trip.
const ENTRY_REQUEST: &str = "WITH entry AS (
        INSERT INTO journal_entry (stream_kind, stream_id, stream_version, kind, valid_time, record_time, actor, purpose, request_id, payload)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
        WHERE $3 = 1 OR EXISTS (
            SELECT 1 FROM journal_entry WHERE stream_id = $2 AND stream_kind = $1 AND stream_version = $3 - 1)
        ON CONFLICT DO NOTHING RETURNING id),
    pending AS (INSERT INTO journal_pending (id, leaf) SELECT id, $11 FROM entry),
    answered AS (UPDATE requests SET resource = $12 WHERE caller = $13 AND request_id = $14)
    SELECT id, set_config('synchronous_commit', 'off', true) FROM entry";
// Many at once. Ids are drawn in the order given, so that they are numbered in it. Only the first of a stream is held
// against what is committed: the transaction knows that the others follow. Whoever gets fewer rows than it gave is stale,
// and undoes all of it.
const ENTRIES: &str = "WITH given AS MATERIALIZED (
        SELECT nextval(pg_get_serial_sequence('journal_entry', 'id')) AS id, g.*
        FROM unnest(CAST($1 AS TEXT[]), CAST($2 AS UUID[]), CAST($3 AS BIGINT[]), CAST($4 AS TEXT[]), CAST($5 AS TEXT[]),
            CAST($6 AS TIMESTAMPTZ[]), CAST($7 AS TEXT[]), CAST($8 AS TEXT[]), CAST($9 AS UUID[]), CAST($10 AS BYTEA[]),
            CAST($11 AS BYTEA[]), CAST($12 AS BOOLEAN[]))
        AS g (stream_kind, stream_id, stream_version, kind, valid_time, record_time, actor, purpose, request_id, payload,
            leaf, first)),
    entry AS (
        INSERT INTO journal_entry (id, stream_kind, stream_id, stream_version, kind, valid_time, record_time, actor, purpose, request_id, payload)
        OVERRIDING SYSTEM VALUE
        SELECT id, stream_kind, stream_id, stream_version, kind, valid_time, record_time, actor, purpose, request_id, payload
        FROM given WHERE NOT first OR stream_version = 1 OR EXISTS (
            SELECT 1 FROM journal_entry e WHERE e.stream_id = given.stream_id AND e.stream_kind = given.stream_kind
                AND e.stream_version = given.stream_version - 1)
        ON CONFLICT DO NOTHING RETURNING id),
    pending AS (INSERT INTO journal_pending (id, leaf) SELECT id, leaf FROM given)
    SELECT count(*), set_config('synchronous_commit', 'off', true) FROM entry";
const REQUEST: &str = "UPDATE requests SET resource = $1 WHERE caller = $2 AND request_id = $3";

/// Most entries inserted by one statement.
const CHUNK: usize = 1_000;

type PgScalar = QueryScalar<'static, Postgres, i64, PgArguments>;

fn bind_entry(query: PgScalar, entry: Pending) -> PgScalar {
    query
        .bind(entry.stream.kind)
        .bind(entry.stream.id)
        .bind(entry.stream_version)
        .bind(entry.event.kind)
        .bind(entry.event.valid_time)
        .bind(entry.origin.record_time)
        .bind(entry.origin.actor.clone())
        .bind(entry.origin.purpose.clone())
        .bind(entry.origin.request_id)
        .bind(entry.event.payload)
        .bind(entry.leaf.to_vec())
}

async fn insert_many(conn: &mut PgConnection, entries: &[Pending]) -> Result<(), StoreError> {
    fn column<'a, T>(entries: &'a [Pending], of: impl Fn(&'a Pending) -> T) -> Vec<T> {
        entries.iter().map(of).collect()
    }
    let query = sqlx::query_as(ENTRIES)
        .bind(column(entries, |e| e.stream.kind))
        .bind(column(entries, |e| e.stream.id))
        .bind(column(entries, |e| e.stream_version))
        .bind(column(entries, |e| e.event.kind))
        .bind(column(entries, |e| e.event.valid_time))
        .bind(column(entries, |e| e.origin.record_time))
        .bind(column(entries, |e| e.origin.actor.as_str()))
        .bind(column(entries, |e| e.origin.purpose.as_deref()))
        .bind(column(entries, |e| e.origin.request_id))
        .bind(column(entries, |e| e.event.payload.as_slice()))
        .bind(column(entries, |e| &e.leaf[..]))
        .bind(column(entries, |e| e.first));
    let (inserted, _): (i64, String) = query.fetch_one(conn).await?;
    if usize::try_from(inserted) == Ok(entries.len()) { Ok(()) } else { Err(StoreError::Stale) }
}

/// Inserts entries and the answer of a request; answers the id of the last entry.
pub(crate) async fn flush(conn: &mut Pooled<PgConnection>, additions: Additions) -> Result<Option<i64>, StoreError> {
    if !conn.is_open() {
        conn.begin("BEGIN").await?;
    }
    let (mut entries, mut last_id) = (additions.entries, None);
    let last = entries.pop();
    for chunk in entries.chunks(CHUNK) {
        insert_many(conn, chunk).await?;
    }
    let settled = additions.settled;
    if let Some(entry) = last {
        let query = match settled {
            None => bind_entry(sqlx::query_scalar(ENTRY), entry),
            Some(Settled { request, resource }) => bind_entry(sqlx::query_scalar(ENTRY_REQUEST), entry)
                .bind(resource)
                .bind(request.caller)
                .bind(request.request_id),
        };
        last_id = Some(query.fetch_optional(&mut **conn).await?.ok_or(StoreError::Stale)?);
    } else if let Some(Settled { request, resource }) = settled {
        sqlx::query(REQUEST).bind(resource).bind(request.caller).bind(request.request_id).execute(&mut **conn).await?;
    }
    Ok(last_id)
}

/// Flushes, commits, and waits until what was appended is numbered.
pub(crate) async fn commit(
    db: &Db,
    mut conn: Pooled<PgConnection>,
    appended_early: Option<i64>,
    additions: Additions,
) -> Result<Position, StoreError> {
    if !conn.is_open() && additions.entries.is_empty() && additions.settled.is_none() {
        return Ok(db.head());
    }
    let last = flush(&mut conn, additions).await?.or(appended_early);
    // A lost connection here leaves the outcome open: only the request id can tell.
    conn.commit().await.map_err(|error| match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => {
            StoreError::Unknown(Arc::new(error))
        }
        error => error.into(),
    })?;
    match (last, db.sequencer()) {
        (Some(id), Some(sequencer)) => sequencer.number(id).await,
        _ => Ok(db.head()),
    }
}
