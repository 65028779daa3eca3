//! The tables of this service: SQL that both engines run, rows, and functions on a transaction.

pub mod books;
pub mod cases;
pub mod handovers;
pub mod known;

use hoagiai_store::{NewEvent, Origin, StoreError, Stream, Tx};

use crate::domain::{BookId, CaseId};

/// Every statement, for the test that prepares each on both engines.
pub const STATEMENTS: &[&[&str]] = &[books::STATEMENTS, cases::STATEMENTS, handovers::STATEMENTS, known::STATEMENTS];

/// The stream of a case: its version is the revision of the row.
const CASE: &str = "case";
/// The stream of the reads of a case's content: apart, so that a reader makes no writer's etag stale.
const CASE_READ: &str = "case_read";
/// The stream of a book: its version is the revision of the row.
const BOOK: &str = "register_book";

/// The stream of a case.
pub fn case_stream(id: CaseId) -> Stream {
    Stream { kind: CASE, id: id.uuid() }
}

/// The stream of the reads of a case's content.
pub fn read_stream(id: CaseId) -> Stream {
    Stream { kind: CASE_READ, id: id.uuid() }
}

/// The stream of a book.
pub fn book_stream(id: BookId) -> Stream {
    Stream { kind: BOOK, id: id.uuid() }
}

/// Appends the one event that makes `version` of a stream.
pub async fn append(
    tx: &mut Tx,
    stream: Stream,
    version: i64,
    origin: &Origin,
    event: NewEvent,
) -> Result<(), StoreError> {
    tx.append(stream, version - 1, origin, std::slice::from_ref(&event)).await.map(drop)
}

/// The value of a stored word.
fn word<T>(
    value: Option<T>,
    table: &'static str,
    column: &'static str,
    row: impl std::fmt::Display,
) -> Result<T, StoreError> {
    value.ok_or_else(|| StoreError::inconsistent(table, column, row))
}
