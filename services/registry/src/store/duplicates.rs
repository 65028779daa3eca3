//! Decisions on records that may be of one person.

use std::collections::HashSet;

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Id, Timestamp, Uuid};

use super::{AsOf, builder, decision, guarded, push_known, word};
use crate::domain::{Before, Cessation, Duplicate, DuplicateId, DuplicateVerdict, MediatorId, MediatorState};

macro_rules! columns {
    () => {
        "SELECT id, first_id, second_id, verdict, survivor_id, merged_id, actor, sealed_reason, before_state,
        before_cessation, before_cessation_date, before_number, before_decided, before_issuer, revision, created_at,
        updated_at FROM duplicates"
    };
}

pub(super) const GET: &str = concat!(columns!(), " WHERE id = $1");
pub(super) const OF_PAIR: &str = concat!(columns!(), " WHERE first_id = $1 AND second_id = $2");
pub(super) const SURVIVOR: &str = "SELECT survivor_id FROM duplicates WHERE merged_id = $1";
pub(super) const PUT: &str = "INSERT INTO duplicates (id, first_id, second_id, verdict, survivor_id, merged_id, actor,
        sealed_reason, before_state, before_cessation, before_cessation_date, before_number, before_decided,
        before_issuer, revision, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
    ON CONFLICT (id) DO UPDATE SET verdict = excluded.verdict, survivor_id = excluded.survivor_id,
        merged_id = excluded.merged_id, actor = excluded.actor, sealed_reason = excluded.sealed_reason,
        before_state = excluded.before_state, before_cessation = excluded.before_cessation,
        before_cessation_date = excluded.before_cessation_date, before_number = excluded.before_number,
        before_decided = excluded.before_decided, before_issuer = excluded.before_issuer,
        revision = excluded.revision, updated_at = excluded.updated_at
    WHERE duplicates.revision = excluded.revision - 1";

#[derive(sqlx::FromRow)]
struct DuplicateRow {
    id: Uuid,
    first_id: Uuid,
    second_id: Uuid,
    verdict: String,
    survivor_id: Option<Uuid>,
    merged_id: Option<Uuid>,
    actor: String,
    sealed_reason: Vec<u8>,
    before_state: Option<String>,
    before_cessation: Option<String>,
    before_cessation_date: Option<Date>,
    before_number: Option<String>,
    before_decided: Option<Date>,
    before_issuer: Option<String>,
    revision: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl TryFrom<DuplicateRow> for Duplicate {
    type Error = StoreError;

    fn try_from(row: DuplicateRow) -> Result<Self, StoreError> {
        const T: &str = "duplicates";
        let state = row.before_state.as_deref();
        let state = state.map(|text| word(MediatorState::from_word, text, T, "before_state", row.id)).transpose()?;
        let ceased = row.before_cessation.as_deref();
        let cessation =
            ceased.map(|text| word(Cessation::from_word, text, T, "before_cessation", row.id)).transpose()?;
        Ok(Self {
            id: Id::from_uuid(row.id),
            first: Id::from_uuid(row.first_id),
            second: Id::from_uuid(row.second_id),
            verdict: word(DuplicateVerdict::from_word, &row.verdict, T, "verdict", row.id)?,
            merge: row.survivor_id.map(Id::from_uuid).zip(row.merged_id.map(Id::from_uuid)),
            actor: row.actor,
            sealed_reason: row.sealed_reason,
            before: state.map(|state| Before {
                state,
                cessation,
                cessation_date: row.before_cessation_date,
                decision: decision(row.before_number, row.before_decided, row.before_issuer),
            }),
            revision: row.revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// Reads a decision.
pub(crate) async fn get(tx: &mut Tx, id: DuplicateId) -> Result<Option<Duplicate>, StoreError> {
    let row: Option<DuplicateRow> = on!(tx, |c| sqlx::query_as(GET).bind(id).fetch_optional(c).await)?;
    row.map(Duplicate::try_from).transpose()
}

/// What was decided on two records, the lesser id first.
pub(crate) async fn of_pair(
    tx: &mut Tx,
    (first, second): (MediatorId, MediatorId),
) -> Result<Option<Duplicate>, StoreError> {
    let row: Option<DuplicateRow> =
        on!(tx, |c| sqlx::query_as(OF_PAIR).bind(first).bind(second).fetch_optional(c).await)?;
    row.map(Duplicate::try_from).transpose()
}

/// The record that a record was merged into; none if it was not.
pub(crate) async fn survivor(tx: &mut Tx, merged: MediatorId) -> Result<Option<MediatorId>, StoreError> {
    let found: Option<Uuid> = on!(tx, |c| sqlx::query_scalar(SURVIVOR).bind(merged).fetch_optional(c).await)?;
    Ok(found.map(Id::from_uuid))
}

/// Writes a decision that was at the revision before, or a new one.
pub(crate) async fn put(tx: &mut Tx, one: &Duplicate) -> Result<(), StoreError> {
    let before = one.before.as_ref();
    let decided = before.and_then(|before| before.decision.as_ref());
    let done = on!(tx, |c| sqlx::query(PUT)
        .bind(one.id)
        .bind(one.first)
        .bind(one.second)
        .bind(one.verdict.word())
        .bind(one.merge.map(|(survivor, _)| survivor))
        .bind(one.merge.map(|(_, merged)| merged))
        .bind(one.actor.as_str())
        .bind(one.sealed_reason.as_slice())
        .bind(before.map(|before| before.state.word()))
        .bind(before.and_then(|before| before.cessation).map(Cessation::word))
        .bind(before.and_then(|before| before.cessation_date))
        .bind(decided.map(|decision| decision.number.as_str()))
        .bind(decided.map(|decision| decision.issue_date))
        .bind(decided.map(|decision| decision.issuer.as_str()))
        .bind(one.revision)
        .bind(one.created_at)
        .bind(one.updated_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    guarded(done)
}

/// Records of one statement: far below the limits of both engines.
const CHUNK: usize = 500;

/// Of these records, the pairs that a decision holds for, as known at the instant asked for.
pub(crate) async fn decided(
    tx: &mut Tx,
    firsts: &[Uuid],
    at: Option<AsOf>,
) -> Result<HashSet<(Uuid, Uuid)>, StoreError> {
    let mut pairs = HashSet::new();
    for firsts in firsts.chunks(CHUNK) {
        let rows: Vec<(Uuid, Uuid)> = on!(tx, |c| {
            let mut query = builder(&c, "SELECT t.first_id, t.second_id FROM ");
            query.push(if at.is_some() { "duplicates_known t" } else { "duplicates t" });
            query.push(" WHERE t.verdict <> 'undone'");
            if let Some(at) = at {
                push_known(&mut query, at.known);
            }
            query.push(" AND t.first_id IN (");
            let mut list = query.separated(", ");
            for first in firsts {
                list.push_bind(*first);
            }
            query.push(")");
            query.build_query_as().persistent(false).fetch_all(c).await
        })?;
        pairs.extend(rows);
    }
    Ok(pairs)
}
