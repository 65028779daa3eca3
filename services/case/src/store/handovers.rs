//! What hand-overs between teams read and write.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::Timestamp;

use super::cases::{CaseRow, columns};
use crate::domain::{BookId, Case, CaseId, TeamId};

const OPEN_OF_TEAM: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM cases WHERE team_id = $1 AND id > $2 AND state NOT IN ('out_of_scope', 'declined', 'successful', \
     'unsuccessful') ORDER BY id LIMIT $3"
);
const MOVE: &str =
    "UPDATE cases SET province_id = $3, commune_id = $4, area_unit_id = $5, team_id = $6, updated_at = $7,
    revision = revision + 1 WHERE id = $1 AND revision = $2";
const HAND_OVER_BOOK: &str =
    "UPDATE register_books SET keeper_team_id = $3, revision = revision + 1 WHERE id = $1 AND revision = $2";
const KEEPER: &str = "SELECT keeper_team_id FROM register_books WHERE id = $1";
const MARK: &str = "INSERT INTO handovers (position, team_id, case_count, recorded_at) VALUES ($1, $2, 0, $3)
    ON CONFLICT DO NOTHING";
const COUNT: &str = "UPDATE handovers SET case_count = $2 WHERE position = $1";

pub(super) const STATEMENTS: &[&str] = &[OPEN_OF_TEAM, MOVE, HAND_OVER_BOOK, KEEPER, MARK, COUNT];

/// Open cases of a team after an id, in the order of ids.
pub async fn open_cases(tx: &mut Tx, team: TeamId, after: CaseId, limit: i64) -> Result<Vec<Case>, StoreError> {
    let rows: Vec<CaseRow> =
        on!(tx, |c| sqlx::query_as(OPEN_OF_TEAM).bind(team).bind(after).bind(limit).fetch_all(c).await)?;
    rows.into_iter().map(Case::try_from).collect()
}

/// Stores where a case lies now and raises its revision.
pub async fn move_case(tx: &mut Tx, case: &mut Case, now: Timestamp) -> Result<(), StoreError> {
    let done = on!(tx, |c| sqlx::query(MOVE)
        .bind(case.id)
        .bind(case.revision)
        .bind(case.place.province)
        .bind(case.place.commune)
        .bind(case.place.area_unit)
        .bind(case.place.team)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    case.revision += 1;
    case.updated_at = now;
    if done == 1 { Ok(()) } else { Err(StoreError::Stale) }
}

/// Stores which team keeps a book; answers its new revision.
pub async fn hand_over_book(tx: &mut Tx, book: BookId, revision: i64, keeper: TeamId) -> Result<i64, StoreError> {
    let done = on!(tx, |c| sqlx::query(HAND_OVER_BOOK)
        .bind(book)
        .bind(revision)
        .bind(keeper)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if done == 1 { Ok(revision + 1) } else { Err(StoreError::Stale) }
}

/// The team that keeps a book whose own team ended.
pub async fn keeper(tx: &mut Tx, book: BookId) -> Result<Option<TeamId>, StoreError> {
    on!(tx, |c| sqlx::query_scalar(KEEPER).bind(book).fetch_one(c).await)
}

/// Marks a fact of the registry as acted on; false if it was before.
pub async fn mark(tx: &mut Tx, position: i64, team: TeamId, now: Timestamp) -> Result<bool, StoreError> {
    let done = on!(tx, |c| sqlx::query(MARK)
        .bind(position)
        .bind(team)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done == 1)
}

/// Stores how many cases were handed over.
pub async fn count(tx: &mut Tx, position: i64, cases: i32) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(COUNT).bind(position).bind(cases).execute(c).await.map(drop))
}
