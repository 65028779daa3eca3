//! Imports of rosters, and what they are compared with: the teams and the people of a commune.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Timestamp, Uuid};

use super::{
    FOREVER,
    mediators::{self, MediatorRow},
    teams::{self, TeamRow},
};
use crate::domain::{Mediator, RosterImportId, RosterKind, Team, UnitId};

/// An import as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeptImport {
    /// Id.
    pub(crate) id: RosterImportId,
    /// What it listed.
    pub(crate) kind: RosterKind,
    /// The unit that it was of.
    pub(crate) unit: UnitId,
    /// Where it came from.
    pub(crate) source: String,
    /// SHA-256 of the file.
    pub(crate) digest: Vec<u8>,
    /// Records made, corrected, there; rows left out; teams that deviate.
    pub(crate) counts: Counts,
    /// Lines and faults in words.
    pub(crate) answer: String,
    /// When.
    pub(crate) created_at: Timestamp,
}

/// Numbers of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, sqlx::FromRow)]
pub(crate) struct Counts {
    /// Records made.
    #[sqlx(rename = "created_count")]
    pub(crate) created: i32,
    /// Records corrected.
    #[sqlx(rename = "updated_count")]
    pub(crate) updated: i32,
    /// Records that were there.
    #[sqlx(rename = "unchanged_count")]
    pub(crate) unchanged: i32,
    /// Rows left out for their faults.
    #[sqlx(rename = "faulty_count")]
    pub(crate) faulty: i32,
    /// Teams that rules 3 to 6 and 20 find fault with afterwards.
    #[sqlx(rename = "deviating_count")]
    pub(crate) deviating: i32,
}

pub(super) const INSERT: &str = "INSERT INTO roster_imports (id, kind, unit_id, source, file_digest, created_count,
    updated_count, unchanged_count, faulty_count, deviating_count, answer, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
pub(super) const GET: &str =
    "SELECT created_count, updated_count, unchanged_count, faulty_count, deviating_count, answer
    FROM roster_imports WHERE id = $1";
pub(super) const TEAMS_OF_COMMUNE: &str = concat!(
    "SELECT ",
    teams::columns!(),
    ", EXISTS (SELECT 1 FROM unit_versions v WHERE v.unit_id = t.area_unit_id AND v.superseded_at = $2
        AND v.valid_from <= $3 AND v.valid_to >= $3 AND v.ethnic_minority_area) AS minority_area
    FROM teams t WHERE t.commune_id = $1 AND t.state <> 'dissolved' ORDER BY t.id"
);
pub(super) const PEOPLE_OF_COMMUNE: &str = concat!(
    "SELECT ",
    mediators::columns!(),
    ", FALSE AS leader FROM mediators t WHERE t.commune_id = $1 AND t.state NOT IN
    ('not_elected', 'rejected', 'withdrawn')
    ORDER BY t.id"
);

#[derive(sqlx::FromRow)]
struct ImportRow {
    #[sqlx(flatten)]
    counts: Counts,
    answer: String,
}

/// Keeps an import.
pub(crate) async fn insert(tx: &mut Tx, import: &KeptImport) -> Result<(), StoreError> {
    let counts = import.counts;
    on!(tx, |c| sqlx::query(INSERT)
        .bind(import.id)
        .bind(import.kind.word())
        .bind(import.unit)
        .bind(import.source.as_str())
        .bind(import.digest.as_slice())
        .bind(counts.created)
        .bind(counts.updated)
        .bind(counts.unchanged)
        .bind(counts.faulty)
        .bind(counts.deviating)
        .bind(import.answer.as_str())
        .bind(import.created_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))
    .map(drop)
}

/// What was answered to an import.
pub(crate) async fn get(tx: &mut Tx, import: Uuid) -> Result<(Counts, String), StoreError> {
    let row: ImportRow = on!(tx, |c| sqlx::query_as(GET).bind(import).fetch_one(c).await)?;
    Ok((row.counts, row.answer))
}

/// The teams alive in a commune, with the flags of their areas on a day.
pub(crate) async fn teams_of_commune(tx: &mut Tx, commune: UnitId, day: Date) -> Result<Vec<Team>, StoreError> {
    let rows: Vec<TeamRow> =
        on!(tx, |c| sqlx::query_as(TEAMS_OF_COMMUNE).bind(commune).bind(FOREVER).bind(day).fetch_all(c).await)?;
    teams::all(rows)
}

/// Everybody of a commune who was ever recognised, or is on the way.
pub(crate) async fn people_of_commune(tx: &mut Tx, commune: UnitId) -> Result<Vec<Mediator>, StoreError> {
    let rows: Vec<MediatorRow> = on!(tx, |c| sqlx::query_as(PEOPLE_OF_COMMUNE).bind(commune).fetch_all(c).await)?;
    mediators::all(rows)
}
