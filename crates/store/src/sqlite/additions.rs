//! What a request adds at its end: its entries, chained, and its answer.

use std::sync::LazyLock;

use hoagiai_types::Timestamp;
use sqlx::{SqliteConnection, query::Query, sqlite::SqliteArguments};

use super::lease::{Body, Lease};
use crate::{
    StoreError,
    journal::{Chain, Node, Pending},
    tx::{Additions, Settled},
};

// A statement is a trip to SQLite's thread: what a request adds at its end goes in one.
const KEEP: &str = "RELEASE lease; SAVEPOINT lease";
const ENTRY: &str =
    "INSERT INTO journal (position, stream_kind, stream_id, stream_version, kind, valid_time, record_time, actor,
        purpose, request_id, payload, hash)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const ENTRY_KEEP: &str =
    "INSERT INTO journal (position, stream_kind, stream_id, stream_version, kind, valid_time, record_time,
        actor, purpose, request_id, payload, hash)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);
    RELEASE lease; SAVEPOINT lease";
const ENTRY_REQUEST_KEEP: &str = "INSERT INTO journal (position, stream_kind, stream_id, stream_version, kind, valid_time,
        record_time, actor, purpose, request_id, payload, hash)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);
    INSERT INTO requests (caller, request_id, method, digest, resource, created_at) VALUES ($13, $14, $15, $16, $17, $18);
    RELEASE lease; SAVEPOINT lease";
const REQUEST_KEEP: &str = "INSERT INTO requests (caller, request_id, method, digest, resource, created_at)
    VALUES ($1, $2, $3, $4, $5, $6);
    RELEASE lease; SAVEPOINT lease";
const NODE: &str = "INSERT INTO journal_nodes (level, number, hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

/// Entries inserted by one statement when there are many.
const ROWS: usize = 32;
const COLUMNS: usize = 12;

/// [`ENTRY`] with [`ROWS`] rows.
static ENTRIES: LazyLock<String> = LazyLock::new(|| {
    let row = |row: usize| {
        let columns: Vec<String> = (1..=COLUMNS).map(|column| format!("${}", row * COLUMNS + column)).collect();
        format!(", ({})", columns.join(", "))
    };
    (1..ROWS).fold(ENTRY.to_owned(), |statement, n| statement + &row(n))
});

/// Adds entries before the end of a lease.
pub(crate) async fn flush_early(lease: &mut Lease, additions: Additions) -> Result<(), StoreError> {
    let body = lease.body.as_mut().ok_or(StoreError::Poisoned)?;
    let mut nodes = Vec::new();
    insert_entries(body, additions.entries, &mut nodes).await?;
    store_nodes(&mut body.conn, nodes).await?;
    Ok(())
}

async fn insert_entries(body: &mut Body, entries: Vec<Pending>, nodes: &mut Vec<Node>) -> Result<(), StoreError> {
    let mut entries = entries.into_iter();
    while entries.len() > 0 {
        let rows = if entries.len() >= ROWS { ROWS } else { 1 };
        let mut query = sqlx::query(if rows == 1 { ENTRY } else { ENTRIES.as_str() });
        for entry in entries.by_ref().take(rows) {
            body.chain.push(entry.leaf, nodes);
            query = bind_entry(query, entry, &body.chain);
        }
        query.execute(&mut body.conn).await.map_err(stale)?;
    }
    Ok(())
}

type SqliteQuery = Query<'static, sqlx::Sqlite, SqliteArguments>;

fn bind_entry(query: SqliteQuery, entry: Pending, chain: &Chain) -> SqliteQuery {
    query
        .bind(chain.position)
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
        .bind(chain.hash.to_vec())
}

fn bind_request(query: SqliteQuery, settled: Settled, now: Timestamp) -> SqliteQuery {
    let request = settled.request;
    query
        .bind(request.caller)
        .bind(request.request_id)
        .bind(request.method)
        .bind(request.digest.to_vec())
        .bind(settled.resource)
        .bind(now)
}

async fn store_nodes(conn: &mut SqliteConnection, nodes: Vec<Node>) -> Result<(), sqlx::Error> {
    for node in nodes {
        let number = i64::try_from(node.subtree.number).unwrap_or(i64::MAX);
        sqlx::query(NODE)
            .bind(i64::from(node.subtree.level))
            .bind(number)
            .bind(node.hash.to_vec())
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// A refused entry means that its stream has another version: the unique key or the trigger (1811) said so.
fn stale(error: sqlx::Error) -> StoreError {
    let database = error.as_database_error();
    if database.is_some_and(|e| e.is_unique_violation() || e.code().as_deref() == Some("1811")) {
        return StoreError::Stale;
    }
    error.into()
}

/// Adds a request's entries and answer, and keeps its savepoint.
pub(super) async fn keep(body: &mut Body, additions: Additions, now: Timestamp) -> Result<(), StoreError> {
    let (mut nodes, mut entries) = (Vec::new(), additions.entries);
    let last = entries.pop();
    insert_entries(body, entries, &mut nodes).await?;
    let query = match (last, additions.settled) {
        (None, None) => sqlx::query(KEEP),
        (None, Some(settled)) => bind_request(sqlx::query(REQUEST_KEEP), settled, now),
        (Some(entry), settled) => {
            body.chain.push(entry.leaf, &mut nodes);
            match settled {
                None => bind_entry(sqlx::query(ENTRY_KEEP), entry, &body.chain),
                Some(settled) => {
                    bind_request(bind_entry(sqlx::query(ENTRY_REQUEST_KEEP), entry, &body.chain), settled, now)
                }
            }
        }
    };
    if !nodes.is_empty() {
        store_nodes(&mut body.conn, nodes).await?;
    }
    query.execute(&mut body.conn).await.map_err(stale)?;
    Ok(())
}
