//! Acting leaders (rule 23).

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Id, Uuid};

use super::guarded;
use crate::domain::{ActingId, ActingLeader, TeamId};

pub(super) const INSERT: &str =
    "INSERT INTO acting_leaders (id, team_id, mediator_id, start_date) VALUES ($1, $2, $3, $4)";
pub(super) const GET: &str = "SELECT id, team_id, mediator_id, start_date, end_date FROM acting_leaders WHERE id = $1";
pub(super) const OPEN_OF_TEAM: &str = "SELECT id, team_id, mediator_id, start_date, end_date FROM acting_leaders
    WHERE team_id = $1 AND end_date IS NULL";
pub(super) const END: &str = "UPDATE acting_leaders SET end_date = $2 WHERE id = $1 AND end_date IS NULL";

#[derive(sqlx::FromRow)]
struct ActingRow {
    id: Uuid,
    team_id: Uuid,
    mediator_id: Uuid,
    start_date: Date,
    end_date: Option<Date>,
}

impl From<ActingRow> for ActingLeader {
    fn from(row: ActingRow) -> Self {
        ActingLeader {
            id: Id::from_uuid(row.id),
            team: Id::from_uuid(row.team_id),
            mediator: Id::from_uuid(row.mediator_id),
            start: row.start_date,
            end: row.end_date,
        }
    }
}

/// Writes an acting leader.
pub(crate) async fn insert(tx: &mut Tx, acting: &ActingLeader) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(INSERT)
        .bind(acting.id)
        .bind(acting.team)
        .bind(acting.mediator)
        .bind(acting.start)
        .execute(c)
        .await
        .map(drop))
}

/// Reads an acting leader.
pub(crate) async fn get(tx: &mut Tx, acting: ActingId) -> Result<Option<ActingLeader>, StoreError> {
    let row: Option<ActingRow> = on!(tx, |c| sqlx::query_as(GET).bind(acting).fetch_optional(c).await)?;
    Ok(row.map(ActingLeader::from))
}

/// Who acts for the leader of a team.
pub(crate) async fn open_of_team(tx: &mut Tx, team: TeamId) -> Result<Option<ActingLeader>, StoreError> {
    let row: Option<ActingRow> = on!(tx, |c| sqlx::query_as(OPEN_OF_TEAM).bind(team).fetch_optional(c).await)?;
    Ok(row.map(ActingLeader::from))
}

/// Writes the end of an acting leader's work.
pub(crate) async fn end(tx: &mut Tx, acting: &ActingLeader) -> Result<(), StoreError> {
    let done = on!(tx, |c| sqlx::query(END)
        .bind(acting.id)
        .bind(acting.end)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    guarded(done)
}
