//! Elections, without their candidates.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Id, Timestamp, Uuid};

use super::{count, number, word};
use crate::domain::{Ballot, Election, ElectionForm, ElectionId, ElectionOutcome, ElectionRound};

pub(super) const INSERT: &str = "INSERT INTO elections (id, team_id, form, round, election_date, household_count,
    attending_count, outcome, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
pub(super) const GET: &str = "SELECT id, team_id, form, round, election_date, household_count, attending_count, outcome
    FROM elections WHERE id = $1";

#[derive(sqlx::FromRow)]
struct ElectionRow {
    id: Uuid,
    team_id: Uuid,
    form: String,
    round: String,
    election_date: Date,
    household_count: i32,
    attending_count: i32,
    outcome: String,
}

impl TryFrom<ElectionRow> for Election {
    type Error = StoreError;

    fn try_from(row: ElectionRow) -> Result<Self, StoreError> {
        let ballot = Ballot {
            form: word(ElectionForm::from_word, &row.form, "elections", "form", row.id)?,
            round: word(ElectionRound::from_word, &row.round, "elections", "round", row.id)?,
            date: row.election_date,
            households: count(row.household_count),
            attending: count(row.attending_count),
            witnessed: true,
        };
        Ok(Election {
            id: Id::from_uuid(row.id),
            team: Id::from_uuid(row.team_id),
            ballot,
            outcome: word(ElectionOutcome::from_word, &row.outcome, "elections", "outcome", row.id)?,
            mediators: Vec::new(),
        })
    }
}

/// Writes an election.
pub(crate) async fn insert(tx: &mut Tx, election: &Election, now: Timestamp) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(INSERT)
        .bind(election.id)
        .bind(election.team)
        .bind(election.ballot.form.word())
        .bind(election.ballot.round.word())
        .bind(election.ballot.date)
        .bind(number(election.ballot.households))
        .bind(number(election.ballot.attending))
        .bind(election.outcome.word())
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))
    .map(drop)
}

/// Reads an election, its candidates left out.
pub(crate) async fn get(tx: &mut Tx, election: ElectionId) -> Result<Option<Election>, StoreError> {
    let row: Option<ElectionRow> = on!(tx, |c| sqlx::query_as(GET).bind(election).fetch_optional(c).await)?;
    row.map(Election::try_from).transpose()
}
