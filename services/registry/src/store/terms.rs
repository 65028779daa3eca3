//! Terms of leaders.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Id, Timestamp, Uuid};

use super::{builder, count, decision, guarded, keep_prepared, number, word};
use crate::domain::{
    Decision, ElectionForm, LeaderEnd, LeaderEndGround, LeaderTerm, LeaderTermId, LeaderTermState, LeaderVote, TeamId,
};

macro_rules! columns {
    () => {
        "SELECT id, team_id, mediator_id, state, election_date, submit_due_date, receive_date, decide_due_date,
        decision_number, decision_date, decision_issuer, form, end_date, end_ground, end_number, end_issuer,
        sealed_minutes, sealed_note, revision, created_at"
    };
}

pub(super) const INSERT: &str = "INSERT INTO leader_terms (id, team_id, mediator_id, state, election_date,
    submit_due_date, revision, created_at, updated_at, form, sealed_minutes)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10)";
pub(super) const GET: &str = concat!(columns!(), " FROM leader_terms WHERE id = $1");
pub(super) const KNOWN: &str =
    concat!(columns!(), " FROM leader_terms_known WHERE id = $1 AND recorded_at <= $2 AND superseded_at > $2");
pub(super) const OPEN_OF_TEAM: &str =
    concat!(columns!(), " FROM leader_terms WHERE team_id = $1 AND state NOT IN ('rejected', 'ended') ORDER BY id");
pub(super) const UPDATE: &str = "UPDATE leader_terms SET state = $3, receive_date = $4, decide_due_date = $5,
    decision_number = $6, decision_date = $7, decision_issuer = $8, sealed_note = $9, revision = $2 + 1, updated_at = $10,
    end_date = $11, end_ground = $12, end_number = $13, end_issuer = $14 WHERE id = $1 AND revision = $2";
pub(super) const VOTES: &str = "SELECT mediator_id, votes FROM leader_votes WHERE term_id = $1 ORDER BY vote_index";

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
    form: Option<String>,
    end_date: Option<Date>,
    end_ground: Option<String>,
    end_number: Option<String>,
    end_issuer: Option<String>,
    sealed_minutes: Option<Vec<u8>>,
    sealed_note: Option<Vec<u8>>,
    revision: i64,
    created_at: Timestamp,
}

impl TryFrom<TermRow> for LeaderTerm {
    type Error = StoreError;

    fn try_from(row: TermRow) -> Result<Self, StoreError> {
        const T: &str = "leader_terms";
        let form = |text: &str| word(ElectionForm::from_word, text, T, "form", row.id);
        let ground = |text: &str| word(LeaderEndGround::from_word, text, T, "end_ground", row.id);
        let ended = row.end_date.zip(row.end_ground.as_deref().map(ground).transpose()?);
        let ended_by = row.end_number.zip(row.end_issuer);
        let end = |(date, ground)| {
            let decision = ended_by.map(|(number, issuer)| Decision { number, issue_date: date, issuer });
            LeaderEnd { date, ground, decision }
        };
        Ok(LeaderTerm {
            id: Id::from_uuid(row.id),
            team: Id::from_uuid(row.team_id),
            mediator: Id::from_uuid(row.mediator_id),
            state: word(LeaderTermState::from_word, &row.state, "leader_terms", "state", row.id)?,
            election_date: row.election_date,
            submit_due_date: row.submit_due_date,
            received: row.receive_date.zip(row.decide_due_date),
            form: row.form.as_deref().map(form).transpose()?,
            decision: decision(row.decision_number, row.decision_date, row.decision_issuer),
            ended: ended.map(end),
            sealed_minutes: row.sealed_minutes,
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
        .bind(term.form.map(ElectionForm::word))
        .bind(term.sealed_minutes.as_deref())
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

/// A term as known at an instant.
pub(crate) async fn known(tx: &mut Tx, term: LeaderTermId, known: Timestamp) -> Result<Option<LeaderTerm>, StoreError> {
    let row: Option<TermRow> = on!(tx, |c| sqlx::query_as(KNOWN).bind(term).bind(known).fetch_optional(c).await)?;
    row.map(LeaderTerm::try_from).transpose()
}

/// The terms of a team that are in force or on their way.
pub(crate) async fn open_of_team(tx: &mut Tx, team: TeamId) -> Result<Vec<LeaderTerm>, StoreError> {
    let rows: Vec<TermRow> = on!(tx, |c| sqlx::query_as(OPEN_OF_TEAM).bind(team).fetch_all(c).await)?;
    rows.into_iter().map(LeaderTerm::try_from).collect()
}

/// Writes what changed of a term that was at the revision before.
pub(crate) async fn update(tx: &mut Tx, term: &LeaderTerm, now: Timestamp) -> Result<(), StoreError> {
    let (decision, end) = (term.decision.as_ref(), term.ended.as_ref());
    let ended_by = end.and_then(|end| end.decision.as_ref());
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
        .bind(end.map(|end| end.date))
        .bind(end.map(|end| end.ground.word()))
        .bind(ended_by.map(|d| d.number.as_str()))
        .bind(ended_by.map(|d| d.issuer.as_str()))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    guarded(done)
}

/// Writes the votes of the meeting that elected a leader, in the order of the minutes.
pub(crate) async fn insert_votes(tx: &mut Tx, term: LeaderTermId, votes: &[LeaderVote]) -> Result<(), StoreError> {
    on!(tx, |c| {
        let mut query = builder(&c, "INSERT INTO leader_votes (term_id, vote_index, mediator_id, votes) ");
        query.push_values((0i32..).zip(votes), |mut row, (index, vote)| {
            row.push_bind(term.uuid()).push_bind(index).push_bind(vote.mediator.uuid()).push_bind(number(vote.votes));
        });
        query.build().persistent(keep_prepared(votes.len())).execute(c).await.map(drop)
    })
}

/// The votes of the meeting that elected a leader.
pub(crate) async fn votes(tx: &mut Tx, term: LeaderTermId) -> Result<Vec<LeaderVote>, StoreError> {
    let rows: Vec<(Uuid, i32)> = on!(tx, |c| sqlx::query_as(VOTES).bind(term).fetch_all(c).await)?;
    let vote = |(mediator, votes)| LeaderVote { mediator: Id::from_uuid(mediator), votes: count(votes) };
    Ok(rows.into_iter().map(vote).collect())
}
