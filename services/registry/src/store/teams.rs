//! Teams.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Id, Timestamp, Uuid};

use super::{FOREVER, Filter, builder, count, guarded, keep_prepared, number, word};
use crate::domain::{Decision, Deficiencies, Team, TeamId, TeamState, UnitId};

macro_rules! columns {
    () => {
        "t.id, t.name, t.state, t.area_unit_id, t.commune_id, t.province_id, t.target_size, t.plan_number, t.plan_date,
        t.plan_issuer, t.exception_reason, t.mediator_count, t.female_count, t.minority_count, t.leader_id,
        t.deficiencies, t.active_date, t.revision, t.created_at, t.updated_at"
    };
}

pub(super) const GET: &str = concat!(
    "SELECT ",
    columns!(),
    ", EXISTS (SELECT 1 FROM unit_versions v WHERE v.unit_id = t.area_unit_id AND v.superseded_at = $2
        AND v.valid_from <= $3 AND v.valid_to >= $3 AND v.ethnic_minority_area) AS minority_area
    FROM teams t WHERE t.id = $1"
);
pub(super) const OF_PLAN: &str =
    concat!("SELECT ", columns!(), ", FALSE AS minority_area FROM teams t WHERE t.plan_id = $1 ORDER BY t.plan_index");
pub(super) const ALIVE_AREAS: &str = "SELECT area_unit_id FROM teams WHERE commune_id = $1 AND state <> 'dissolved'";
pub(super) const UPDATE: &str = "UPDATE teams SET state = $3, mediator_count = $4, female_count = $5,
    minority_count = $6, leader_id = $7, deficiencies = $8, active_date = $9, revision = $10, updated_at = $11
    WHERE id = $1 AND revision = $2";

#[derive(sqlx::FromRow)]
struct TeamRow {
    id: Uuid,
    name: String,
    state: String,
    area_unit_id: Uuid,
    commune_id: Uuid,
    province_id: Uuid,
    target_size: i32,
    plan_number: String,
    plan_date: Date,
    plan_issuer: String,
    exception_reason: String,
    mediator_count: i32,
    female_count: i32,
    minority_count: i32,
    leader_id: Option<Uuid>,
    deficiencies: i16,
    active_date: Option<Date>,
    revision: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
    minority_area: bool,
}

impl TryFrom<TeamRow> for Team {
    type Error = StoreError;

    fn try_from(row: TeamRow) -> Result<Self, StoreError> {
        Ok(Team {
            id: Id::from_uuid(row.id),
            name: row.name,
            state: word(TeamState::from_word, &row.state, "teams", "state", row.id)?,
            area_unit: Id::from_uuid(row.area_unit_id),
            minority_area: row.minority_area,
            commune: Id::from_uuid(row.commune_id),
            province: Id::from_uuid(row.province_id),
            target_size: count(row.target_size),
            plan: Decision { number: row.plan_number, issue_date: row.plan_date, issuer: row.plan_issuer },
            exception_reason: row.exception_reason,
            mediators: count(row.mediator_count),
            women: count(row.female_count),
            ethnic_minority: count(row.minority_count),
            leader: row.leader_id.map(Id::from_uuid),
            deficiencies: Deficiencies::from_bits(row.deficiencies),
            active_date: row.active_date,
            revision: row.revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

fn all(rows: Vec<TeamRow>) -> Result<Vec<Team>, StoreError> {
    rows.into_iter().map(Team::try_from).collect()
}

/// Makes the teams of a plan; `sole`: at most one alive in an area. Answers how many were made: fewer than given when
/// another plan was faster (rule 2).
pub(crate) async fn insert(tx: &mut Tx, plan: Uuid, teams: &[(Team, bool)]) -> Result<u64, StoreError> {
    let done = on!(tx, |c| {
        let mut query = builder(
            &c,
            "INSERT INTO teams (id, name, state, area_unit_id, commune_id, province_id, target_size, plan_id, plan_index,
            plan_number, plan_date, plan_issuer, exception_reason, sole, mediator_count, female_count, minority_count,
            deficiencies, revision, created_at, updated_at) ",
        );
        query.push_values((0i32..).zip(teams), |mut row, (index, (team, sole))| {
            row.push_bind(team.id.uuid()).push_bind(team.name.as_str()).push_bind(team.state.word());
            row.push_bind(team.area_unit.uuid()).push_bind(team.commune.uuid()).push_bind(team.province.uuid());
            row.push_bind(number(team.target_size)).push_bind(plan).push_bind(index);
            row.push_bind(team.plan.number.as_str()).push_bind(team.plan.issue_date);
            row.push_bind(team.plan.issuer.as_str()).push_bind(team.exception_reason.as_str()).push_bind(*sole);
            row.push("0").push("0").push("0");
            row.push_bind(team.deficiencies.bits()).push_bind(team.revision);
            row.push_bind(team.created_at).push_bind(team.updated_at);
        });
        query.push(" ON CONFLICT DO NOTHING");
        query.build().persistent(keep_prepared(teams.len())).execute(c).await.map(|done| done.rows_affected())
    })?;
    Ok(done)
}

/// Reads a team with the flag of its area on a day.
pub(crate) async fn get(tx: &mut Tx, team: TeamId, day: Date) -> Result<Option<Team>, StoreError> {
    let row: Option<TeamRow> =
        on!(tx, |c| sqlx::query_as(GET).bind(team).bind(FOREVER).bind(day).fetch_optional(c).await)?;
    row.map(Team::try_from).transpose()
}

/// The teams of a plan in its order.
pub(crate) async fn of_plan(tx: &mut Tx, plan: Uuid) -> Result<Vec<Team>, StoreError> {
    all(on!(tx, |c| sqlx::query_as(OF_PLAN).bind(plan).fetch_all(c).await)?)
}

/// Areas of a commune that have a team.
pub(crate) async fn areas_with_team(tx: &mut Tx, commune: UnitId) -> Result<Vec<UnitId>, StoreError> {
    on!(tx, |c| sqlx::query_scalar(ALIVE_AREAS).bind(commune).fetch_all(c).await)
}

/// A page of teams.
pub(crate) async fn page(tx: &mut Tx, filter: &Filter) -> Result<Vec<Team>, StoreError> {
    let rows = on!(tx, |c| {
        let mut query = builder(&c, concat!("SELECT ", columns!(), ", FALSE AS minority_area FROM teams t"));
        filter.push(&mut query, "t.id", "t.id");
        query.build_query_as().fetch_all(c).await
    })?;
    all(rows)
}

/// Writes what changed of a team that was at revision `from`.
pub(crate) async fn update(tx: &mut Tx, team: &Team, from: i64) -> Result<(), StoreError> {
    let done = on!(tx, |c| sqlx::query(UPDATE)
        .bind(team.id)
        .bind(from)
        .bind(team.state.word())
        .bind(number(team.mediators))
        .bind(number(team.women))
        .bind(number(team.ethnic_minority))
        .bind(team.leader)
        .bind(team.deficiencies.bits())
        .bind(team.active_date)
        .bind(team.revision)
        .bind(team.updated_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    guarded(done)
}
