//! Cycles. The definition of the criteria set lies in the row, frozen, and is read only when it is not compiled yet.

use std::sync::Arc;

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Timestamp};
use sqlx::FromRow;

use crate::domain::{CompiledSet, Cycle, CycleId, CycleState, UnitId};

pub(super) const STATEMENTS: &[&str] = &[GET, DEFINITION, FIND, INSERT, UPDATE, PAGE];

const GET: &str = "SELECT id, province_id, year, set_digest, state, self_assess_due, propose_due, decide_due,
        majority_over_percent, revision, create_time, update_time
    FROM cycles WHERE id = $1";
const DEFINITION: &str = "SELECT set_definition FROM cycles WHERE set_digest = $1 LIMIT 1";
const FIND: &str = "SELECT id FROM cycles WHERE province_id = $1 AND year = $2 AND set_code = $3";
const INSERT: &str =
    "INSERT INTO cycles (id, province_id, year, set_code, set_version, set_digest, set_definition, state,
        self_assess_due, propose_due, decide_due, majority_over_percent, revision, create_time, update_time)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)";
const UPDATE: &str =
    "UPDATE cycles SET state = $3, set_digest = $4, set_definition = $5, update_time = $6, revision = $2 + 1
    WHERE id = $1 AND revision = $2";
// Newest year first; the key of the last row seen is (year, id).
const PAGE: &str = "SELECT id, province_id, year, set_digest, state, self_assess_due, propose_due, decide_due,
        majority_over_percent, revision, create_time, update_time
    FROM cycles
    WHERE ($1 = 0 OR year = $1) AND ($2 = 0 OR year < $2 OR (year = $2 AND id > $3))
    ORDER BY year DESC, id LIMIT $4";

/// A cycle whose set is named by its digest alone.
#[derive(Debug, FromRow)]
pub struct CycleRow {
    id: CycleId,
    province_id: UnitId,
    year: i32,
    /// Digest of the set.
    pub set_digest: String,
    state: String,
    self_assess_due: Date,
    propose_due: Date,
    decide_due: Date,
    majority_over_percent: i64,
    revision: i64,
    create_time: Timestamp,
    update_time: Timestamp,
}

impl CycleRow {
    /// The cycle, with its set.
    pub fn with(self, set: Arc<CompiledSet>) -> Result<Cycle, StoreError> {
        let state = CycleState::ALL.into_iter().find(|state| state.word() == self.state);
        Ok(Cycle {
            state: state.ok_or_else(|| StoreError::inconsistent("cycles", "state", self.id))?,
            id: self.id,
            province: self.province_id,
            year: self.year,
            set,
            self_assess_due: self.self_assess_due,
            propose_due: self.propose_due,
            decide_due: self.decide_due,
            majority_over_percent: self.majority_over_percent,
            revision: self.revision,
            create_time: self.create_time,
            update_time: self.update_time,
        })
    }
}

/// Finds a cycle.
pub async fn find(tx: &mut Tx, id: CycleId) -> Result<Option<CycleRow>, StoreError> {
    on!(tx, |c| sqlx::query_as(GET).bind(id).fetch_optional(c).await)
}

/// The definition with that digest.
pub async fn definition(tx: &mut Tx, digest: &str) -> Result<String, StoreError> {
    on!(tx, |c| sqlx::query_scalar(DEFINITION).bind(digest).fetch_one(c).await)
}

/// Finds the cycle of a place, year and set.
pub async fn find_of(tx: &mut Tx, province: UnitId, year: i32, set_code: &str) -> Result<Option<CycleId>, StoreError> {
    on!(tx, |c| sqlx::query_scalar(FIND).bind(province).bind(year).bind(set_code).fetch_optional(c).await)
}

/// Inserts a cycle.
pub async fn insert(tx: &mut Tx, cycle: &Cycle) -> Result<(), StoreError> {
    let set = &cycle.set;
    on!(tx, |c| sqlx::query(INSERT)
        .bind(cycle.id)
        .bind(cycle.province)
        .bind(cycle.year)
        .bind(&set.definition.code)
        .bind(&set.definition.version)
        .bind(&set.digest)
        .bind(&set.canonical)
        .bind(cycle.state.word())
        .bind(cycle.self_assess_due)
        .bind(cycle.propose_due)
        .bind(cycle.decide_due)
        .bind(cycle.majority_over_percent)
        .bind(cycle.revision)
        .bind(cycle.create_time)
        .execute(c)
        .await
        .map(drop))
}

/// Writes state and set of a cycle, guarded by the revision that was read.
pub async fn update(tx: &mut Tx, cycle: &mut Cycle, now: Timestamp) -> Result<(), StoreError> {
    cycle.update_time = now;
    let done = on!(tx, |c| sqlx::query(UPDATE)
        .bind(cycle.id)
        .bind(cycle.revision)
        .bind(cycle.state.word())
        .bind(&cycle.set.digest)
        .bind(&cycle.set.canonical)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if done != 1 {
        return Err(StoreError::Stale);
    }
    cycle.revision += 1;
    Ok(())
}

/// A page of cycles, newest year first; `year` 0 means all.
pub async fn page(
    tx: &mut Tx,
    year: i32,
    after: Option<(i32, CycleId)>,
    limit: i64,
) -> Result<Vec<CycleRow>, StoreError> {
    let (after_year, after_id) = after.unwrap_or((0, CycleId::from_uuid(hoagiai_types::Uuid::nil())));
    on!(tx, |c| sqlx::query_as(PAGE).bind(year).bind(after_year).bind(after_id).bind(limit).fetch_all(c).await)
}
