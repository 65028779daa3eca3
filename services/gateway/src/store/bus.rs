//! How far the bus has each journal, what it refused for good, and what was asked of it once.

use hoagiai_store::{Position, StoreError, Tx, on};
use hoagiai_types::Timestamp;
use sqlx::FromRow;

pub(super) const STATEMENTS: &[&str] =
    &[CURSOR, BEGIN, ADVANCE, SET_BACK, PARK, TAKEN, DUE, ASK_AGAIN, ASK_ONCE, COUNT_PARKED, FORGET];

const CURSOR: &str = "SELECT position, replays FROM bus_cursors WHERE journal = $1";
const BEGIN: &str =
    "INSERT INTO bus_cursors (journal, position, replays) VALUES ($1, $2, 0) ON CONFLICT (journal) DO NOTHING";
// Another process may be further; one that has not heard of a replay must not take it back.
const ADVANCE: &str = "UPDATE bus_cursors SET position = $2 WHERE journal = $1 AND replays = $3 AND position < $2";
const SET_BACK: &str = "INSERT INTO bus_cursors (journal, position, replays) VALUES ($1, $2, 0)
    ON CONFLICT (journal) DO UPDATE SET position = excluded.position, replays = bus_cursors.replays + 1
    WHERE bus_cursors.position > excluded.position";
const PARK: &str = "INSERT INTO bus_parked (journal, position, kind, outcome, attempt_count, due, park_time)
    VALUES ($1, $2, $3, $4, 1, FALSE, $5)
    ON CONFLICT (journal, position) DO UPDATE
    SET outcome = excluded.outcome, attempt_count = bus_parked.attempt_count + 1, due = FALSE";
const TAKEN: &str = "DELETE FROM bus_parked WHERE journal = $1 AND position > $2 AND position <= $3";
const DUE: &str = "SELECT journal, position, kind, outcome, attempt_count FROM bus_parked
    WHERE journal = $1 AND position > $2 AND due ORDER BY position LIMIT $3";
const ASK_AGAIN: &str = "UPDATE bus_parked SET due = TRUE";
const ASK_ONCE: &str = "INSERT INTO bus_replays (id, request_time) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
const COUNT_PARKED: &str = "SELECT count(*) FROM bus_parked WHERE journal = $1";
const FORGET: &str = "DELETE FROM bus_parked WHERE (journal, position) IN
    (SELECT journal, position FROM bus_parked WHERE park_time < $1 ORDER BY park_time LIMIT $2)";

/// How far the bus has a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Cursor {
    /// Position of the last fact that it has, or refused for good.
    pub position: Position,
    /// How often it was set back.
    pub replays: i64,
}

/// A fact that the bus refused for good.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Parked {
    /// The journal of the fact.
    pub journal: String,
    /// Position in it.
    pub position: Position,
    /// Kind of the fact.
    pub kind: String,
    /// Why: `TOO_LARGE`, `NO_SUBJECT`, `UNREADABLE`.
    pub outcome: String,
    /// How often it was refused.
    pub attempt_count: i64,
}

/// How far the bus has a journal; none: it was never sent any of it.
pub async fn cursor(tx: &mut Tx, journal: &str) -> Result<Option<Cursor>, StoreError> {
    on!(tx, |c| sqlx::query_as(CURSOR).bind(journal).fetch_optional(c).await)
}

/// Begins after a position, unless it has begun.
pub async fn begin(tx: &mut Tx, journal: &str, after: Position) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(BEGIN).bind(journal).bind(after).execute(c).await.map(drop))
}

/// The bus has everything up to a position. Nothing changes where the cursor is further, or was set back since it was read.
pub async fn advance(tx: &mut Tx, journal: &str, read: Cursor, to: Position) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(ADVANCE).bind(journal).bind(to).bind(read.replays).execute(c).await.map(drop))
}

/// Sets a journal back, so that what is after the position is sent again; never ahead, which would leave something out.
pub async fn set_back(tx: &mut Tx, journal: &str, after: Position) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(SET_BACK).bind(journal).bind(after).execute(c).await.map(drop))
}

/// Parks a fact, or notes that it was refused again.
pub async fn park(tx: &mut Tx, one: &Parked, now: Timestamp) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(PARK)
        .bind(&one.journal)
        .bind(one.position)
        .bind(&one.kind)
        .bind(&one.outcome)
        .bind(now)
        .execute(c)
        .await
        .map(drop))
}

/// The bus has what lies after a position up to another: none of it is parked any more.
pub async fn taken(tx: &mut Tx, journal: &str, after: Position, to: Position) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(TAKEN).bind(journal).bind(after).bind(to).execute(c).await.map(drop))
}

/// Parked facts that are to be sent again, in their order.
pub async fn due(tx: &mut Tx, journal: &str, after: Position, limit: i64) -> Result<Vec<Parked>, StoreError> {
    on!(tx, |c| sqlx::query_as(DUE).bind(journal).bind(after).bind(limit).fetch_all(c).await)
}

/// Puts everything that is parked in line again.
pub async fn ask_again(tx: &mut Tx) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(ASK_AGAIN).execute(c).await.map(drop))
}

/// Notes that something was asked for; false: it was asked for before.
pub async fn ask_once(tx: &mut Tx, id: &str, now: Timestamp) -> Result<bool, StoreError> {
    let done = on!(tx, |c| sqlx::query(ASK_ONCE).bind(id).bind(now).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(done == 1)
}

/// How many facts of a journal are parked.
pub async fn count_parked(tx: &mut Tx, journal: &str) -> Result<i64, StoreError> {
    on!(tx, |c| sqlx::query_scalar(COUNT_PARKED).bind(journal).fetch_one(c).await)
}

/// Forgets what was parked before a time, at most so many; answers how many.
pub async fn forget(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<i64, StoreError> {
    let done =
        on!(tx, |c| sqlx::query(FORGET).bind(before).bind(limit).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(done.cast_signed())
}
