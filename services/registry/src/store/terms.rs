//! Terms of leaders.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Id, Timestamp, Uuid};

use super::{decision, guarded, word};
use crate::domain::{LeaderTerm, LeaderTermId, LeaderTermState, TeamId};

macro_rules! columns {
    () => {
        "SELECT id, team_id, mediator_id, state, election_date, submit_due_date, receive_date, decide_due_date,
        decision_number, decision_date, decision_issuer, sealed_note, revision, created_at FROM leader_terms"
    };
}

pub(super) const INSERT: &str = "INSERT INTO leader_terms (id, team_id, mediator_id, state, election_date,
    submit_due_date, revision, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)";
pub(super) const GET: &str = concat!(columns!(), " WHERE id = $1");
pub(super) const OPEN_OF_TEAM: &str =
    concat!(columns!(), " WHERE team_id = $1 AND state NOT IN ('rejected', 'ended') ORDER BY id");
pub(super) const UPDATE: &str = "UPDATE leader_terms SET state = $3, receive_date = $4, decide_due_date = $5,
    decision_number = $6, decision_date = $7, decision_issuer = $8, sealed_note = $9, revision = $2 + 1, updated_at = $10
    WHERE id = $1 AND revision = $2";

#[derive(sqlx::FromRow)]
struct TermRow {
    id: Uuid,
    team_id: Uuid,
    mediator_id: Uuid,
    state: String,
    election_date: Date,
    submit_due_date: Date,
    receive_date: Option<Date>,
    decide_due_date: Option<Date>,
    decision_number: Option<String>,
    decision_date: Option<Date>,
    decision_issuer: Option<String>,
    sealed_note: Option<Vec<u8>>,
    revision: i64,
    created_at: Timestamp,
}

impl TryFrom<TermRow> for LeaderTerm {
    type Error = StoreError;

    fn try_from(row: TermRow) -> Result<Self, StoreError> {
        Ok(LeaderTerm {
            id: Id::from_uuid(row.id),
            team: Id::from_uuid(row.team_id),
            mediator: Id::from_uuid(row.mediator_id),
            state: word(LeaderTermState::from_word, &row.state, "leader_terms", "state", row.id)?,
            election_date: row.election_date,
            submit_due_date: row.submit_due_date,
            received: row.receive_date.zip(row.decide_due_date),
            decision: decision(row.decision_number, row.decision_date, row.decision_issuer),
            sealed_note: row.sealed_note,
            revision: row.revision,
            created_at: row.created_at,
        })
    }
}

/// Writes a term.
pub(crate) async fn insert(tx: &mut Tx, term: &LeaderTerm) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(INSERT)
        .bind(term.id)
        .bind(term.team)
        .bind(term.mediator)
        .bind(term.state.word())
        .bind(term.election_date)
        .bind(term.submit_due_date)
        .bind(term.revision)
        .bind(term.created_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))
    .map(drop)
}

/// Reads a term.
pub(crate) async fn get(tx: &mut Tx, term: LeaderTermId) -> Result<Option<LeaderTerm>, StoreError> {
    let row: Option<TermRow> = on!(tx, |c| sqlx::query_as(GET).bind(term).fetch_optional(c).await)?;
    row.map(LeaderTerm::try_from).transpose()
}

/// The terms of a team that are in force or on their way.
pub(crate) async fn open_of_team(tx: &mut Tx, team: TeamId) -> Result<Vec<LeaderTerm>, StoreError> {
    let rows: Vec<TermRow> = on!(tx, |c| sqlx::query_as(OPEN_OF_TEAM).bind(team).fetch_all(c).await)?;
    rows.into_iter().map(LeaderTerm::try_from).collect()
}

/// Writes what changed of a term that was at the revision before.
pub(crate) async fn update(tx: &mut Tx, term: &LeaderTerm, now: Timestamp) -> Result<(), StoreError> {
    let decision = term.decision.as_ref();
    let done = on!(tx, |c| sqlx::query(UPDATE)
        .bind(term.id)
        .bind(term.revision - 1)
        .bind(term.state.word())
        .bind(term.received.map(|(day, _)| day))
        .bind(term.received.map(|(_, due)| due))
        .bind(decision.map(|d| d.number.as_str()))
        .bind(decision.map(|d| d.issue_date))
        .bind(decision.map(|d| d.issuer.as_str()))
        .bind(term.sealed_note.as_deref())
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    guarded(done)
}
