//! Register books and the numbers of their entries.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::Date;

use super::word;
use crate::domain::{BookId, Entry, Mediators, Place, RegisterBook, State, TeamId, UnitId};

macro_rules! columns {
    () => {
        "id, team_id, province_id, commune_id, area_unit_id, number, opened_on, closed_on, entry_count, last_entry_on, \
         revision"
    };
}

const GET: &str = concat!("SELECT ", columns!(), " FROM register_books WHERE id = $1");
const LAST: &str =
    concat!("SELECT ", columns!(), " FROM register_books WHERE team_id = $1 ORDER BY number DESC LIMIT 1");
// Of two that open a book of one team at the same time, one gets no row back.
const INSERT: &str = concat!(
    "INSERT INTO register_books (",
    columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, 0, NULL, 1) ON CONFLICT DO NOTHING RETURNING revision"
);
const CLOSE: &str = "UPDATE register_books SET closed_on = $3, revision = revision + 1 WHERE id = $1 AND revision = $2";
// Without a revision: the row's lock orders those who take a number, and none of them may be refused for another's.
const TAKE_NUMBER: &str = "UPDATE register_books SET entry_count = entry_count + 1, revision = revision + 1,
        last_entry_on = CASE WHEN last_entry_on > $2 THEN last_entry_on ELSE $2 END
    WHERE id = $1 AND closed_on IS NULL RETURNING entry_count, revision";
const ENTRIES: &str = "SELECT number, id, received_on, mediators, concluded_on, state FROM cases
    WHERE book_id = $1 AND number > $2 ORDER BY number LIMIT $3";

pub(super) const STATEMENTS: &[&str] = &[GET, LAST, INSERT, CLOSE, TAKE_NUMBER, ENTRIES];

#[derive(sqlx::FromRow)]
struct BookRow {
    id: BookId,
    team_id: TeamId,
    province_id: UnitId,
    commune_id: UnitId,
    area_unit_id: UnitId,
    number: i32,
    opened_on: Date,
    closed_on: Option<Date>,
    entry_count: i32,
    last_entry_on: Option<Date>,
    revision: i64,
}

impl From<BookRow> for RegisterBook {
    fn from(row: BookRow) -> Self {
        RegisterBook {
            id: row.id,
            place: Place {
                province: row.province_id,
                commune: row.commune_id,
                area_unit: row.area_unit_id,
                team: row.team_id,
            },
            number: row.number,
            opened_on: row.opened_on,
            closed_on: row.closed_on,
            entry_count: row.entry_count,
            last_entry_on: row.last_entry_on,
            revision: row.revision,
        }
    }
}

/// A book, if there is one of this id.
pub async fn find(tx: &mut Tx, id: BookId) -> Result<Option<RegisterBook>, StoreError> {
    let row: Option<BookRow> = on!(tx, |c| sqlx::query_as(GET).bind(id).fetch_optional(c).await)?;
    Ok(row.map(RegisterBook::from))
}

/// The latest book of a team.
pub async fn find_last(tx: &mut Tx, team: TeamId) -> Result<Option<RegisterBook>, StoreError> {
    let row: Option<BookRow> = on!(tx, |c| sqlx::query_as(LAST).bind(team).fetch_optional(c).await)?;
    Ok(row.map(RegisterBook::from))
}

/// Inserts a book just opened and gives it its revision; false if the team's next book came to be meanwhile.
pub async fn insert(tx: &mut Tx, book: &mut RegisterBook) -> Result<bool, StoreError> {
    let revision: Option<i64> = on!(tx, |c| sqlx::query_scalar(INSERT)
        .bind(book.id)
        .bind(book.place.team)
        .bind(book.place.province)
        .bind(book.place.commune)
        .bind(book.place.area_unit)
        .bind(book.number)
        .bind(book.opened_on)
        .fetch_optional(c)
        .await)?;
    book.revision = revision.unwrap_or(book.revision);
    Ok(revision.is_some())
}

/// Stores the day on which a book was closed.
pub async fn close(tx: &mut Tx, book: &mut RegisterBook) -> Result<(), StoreError> {
    let closed = on!(tx, |c| sqlx::query(CLOSE)
        .bind(book.id)
        .bind(book.revision)
        .bind(book.closed_on)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    book.revision += 1;
    if closed == 1 { Ok(()) } else { Err(StoreError::Stale) }
}

/// Takes the next number of an open book: number and revision; none if it was closed meanwhile.
pub async fn take_number(tx: &mut Tx, id: BookId, received_on: Date) -> Result<Option<(i32, i64)>, StoreError> {
    on!(tx, |c| sqlx::query_as(TAKE_NUMBER).bind(id).bind(received_on).fetch_optional(c).await)
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    number: i32,
    id: crate::domain::CaseId,
    received_on: Date,
    mediators: String,
    concluded_on: Option<Date>,
    state: String,
}

/// The entries of a book after a number.
pub async fn entries(tx: &mut Tx, id: BookId, after: i32, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let rows: Vec<EntryRow> = on!(tx, |c| sqlx::query_as(ENTRIES).bind(id).bind(after).bind(limit).fetch_all(c).await)?;
    let entry = |row: EntryRow| {
        let mediators = word(Mediators::of_text(&row.mediators), "cases", "mediators", row.id)?;
        Ok(Entry {
            number: row.number,
            case: row.id,
            received_on: row.received_on,
            mediators: mediators.assigned().iter().map(|assignment| assignment.mediator).collect(),
            concluded_on: row.concluded_on,
            successful: row.state == State::Successful.word(),
        })
    };
    rows.into_iter().map(entry).collect()
}
