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

// A statement is a trip to SQLite's thread: what a request adds at its end goes in one, if it is not very much.
const ENTRY: &str =
    "INSERT INTO journal (position, stream_kind, stream_id, stream_version, kind, valid_time, record_time,
    actor, purpose, request_id, payload, hash) VALUES ";
const REQUEST: &str = "INSERT INTO requests (caller, request_id, method, digest, resource, created_at) VALUES ";
const KEEP: &str = "RELEASE lease; SAVEPOINT lease";
const NODE: &str = "INSERT INTO journal_nodes (level, number, hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

/// Entries inserted by one statement when there are many.
const ROWS: usize = 32;
/// Entries that go with the end of a request: those of an election of a team.
const LAST_ROWS: usize = 12;
const ENTRY_COLUMNS: usize = 12;
const REQUEST_COLUMNS: usize = 6;

/// Entries by number, in powers of two: few statements, all kept prepared.
static ENTRIES: LazyLock<Vec<(usize, String)>> =
    LazyLock::new(|| [ROWS, 8, 4, 2, 1].into_iter().map(|rows| (rows, entries(rows))).collect());
/// So many entries, by number, and the end of a lease.
static ENTRIES_KEEP: LazyLock<Vec<String>> =
    LazyLock::new(|| (0..=LAST_ROWS).map(|rows| ending(rows, false)).collect());
/// So many entries, by number, the answer of a request, and the end of a lease.
static ENTRIES_REQUEST_KEEP: LazyLock<Vec<String>> =
    LazyLock::new(|| (0..=LAST_ROWS).map(|rows| ending(rows, true)).collect());

fn entries(rows: usize) -> String {
    let rows: Vec<String> = (0..rows).map(|row| values(row * ENTRY_COLUMNS, ENTRY_COLUMNS)).collect();
    format!("{ENTRY}{}", rows.join(", "))
}

fn ending(rows: usize, answered: bool) -> String {
    let mut statement = if rows > 0 { entries(rows) + "; " } else { String::new() };
    if answered {
        statement += &format!("{REQUEST}{}; ", values(rows * ENTRY_COLUMNS, REQUEST_COLUMNS));
    }
    statement + KEEP
}

/// Numbered places for values, after so many others.
fn values(before: usize, columns: usize) -> String {
    let columns: Vec<String> = (before + 1..=before + columns).map(|column| format!("${column}")).collect();
    format!("({})", columns.join(", "))
}

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
        let fits = ENTRIES.iter().find(|(rows, _)| *rows <= entries.len());
        let Some((rows, statement)) = fits else { break };
        let mut query = sqlx::query(statement.as_str());
        for entry in entries.by_ref().take(*rows) {
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
    let last = entries.split_off(entries.len().saturating_sub(LAST_ROWS));
    insert_entries(body, entries, &mut nodes).await?;
    let statements = if additions.settled.is_some() { &ENTRIES_REQUEST_KEEP } else { &ENTRIES_KEEP };
    let statement = statements.get(last.len()).ok_or(StoreError::Misuse("more entries than a statement takes"))?;
    let mut query = sqlx::query(statement.as_str());
    for entry in last {
        body.chain.push(entry.leaf, &mut nodes);
        query = bind_entry(query, entry, &body.chain);
    }
    if let Some(settled) = additions.settled {
        query = bind_request(query, settled, now);
    }
    store_nodes(&mut body.conn, nodes).await?;
    query.execute(&mut body.conn).await.map_err(stale)?;
    Ok(())
}
