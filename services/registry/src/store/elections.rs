//! Elections, without their candidates.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Id, Timestamp, Uuid};

use super::{count, number, word};
use crate::domain::{Ballot, Election, ElectionForm, ElectionId, ElectionOutcome, ElectionRound, TeamId};

macro_rules! columns {
    () => {
        "SELECT id, team_id, form, round, election_date, household_count, attending_count, outcome, place_count,
        previous_id, sealed_minutes, created_at FROM elections"
    };
}

pub(super) const INSERT: &str = "INSERT INTO elections (id, team_id, form, round, election_date, household_count,
    attending_count, outcome, place_count, previous_id, sealed_minutes, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
pub(super) const GET: &str = concat!(columns!(), " WHERE id = $1");
pub(super) const LATEST_OF_TEAM: &str =
    concat!(columns!(), " WHERE team_id = $1 ORDER BY election_date DESC, created_at DESC, id DESC LIMIT 1");

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
    place_count: Option<i32>,
    previous_id: Option<Uuid>,
    sealed_minutes: Option<Vec<u8>>,
    created_at: Timestamp,
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
            places: row.place_count.map(count),
            previous: row.previous_id.map(Id::from_uuid),
            sealed_minutes: row.sealed_minutes,
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
        .bind(election.places.map(number))
        .bind(election.previous)
        .bind(election.sealed_minutes.as_deref())
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))
    .map(drop)
}

/// Reads an election, its candidates left out, and when it was recorded.
pub(crate) async fn get(tx: &mut Tx, election: ElectionId) -> Result<Option<(Election, Timestamp)>, StoreError> {
    let row: Option<ElectionRow> = on!(tx, |c| sqlx::query_as(GET).bind(election).fetch_optional(c).await)?;
    row.map(|row| {
        let recorded = row.created_at;
        Ok((row.try_into()?, recorded))
    })
    .transpose()
}

/// The latest election of a team, its candidates left out.
pub(crate) async fn latest_of_team(tx: &mut Tx, team: TeamId) -> Result<Option<Election>, StoreError> {
    let row: Option<ElectionRow> = on!(tx, |c| sqlx::query_as(LATEST_OF_TEAM).bind(team).fetch_optional(c).await)?;
    row.map(Election::try_from).transpose()
}
