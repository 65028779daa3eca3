//! Teams as they are known to be today; what they were stands in `team_versions`, written here too.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Id, Timestamp, Uuid};

use super::{FOREVER, Filter, builder, count, decision, guarded, keep_prepared, number, team_versions, word};
use crate::domain::{Decision, Deficiencies, EndKind, Ending, RuleSets, Team, TeamId, TeamState, UnitId};

/// The columns that `teams` and `team_versions` have in common: a new one goes into both, here and in `push_team`.
macro_rules! columns {
    () => {
        "id, name, state, area_unit_id, commune_id, province_id, target_size, plan_number, plan_date, plan_issuer,
        exception_reason, mediator_count, female_count, minority_count, leader_id, acting_leader_id, deficiencies, active_date, size_number,
        size_date, size_issuer, end_kind, end_number, end_date, end_issuer, successor_id, revision, created_at, updated_at"
    };
}
pub(super) use columns;

/// Binds a team in the order of `columns`.
macro_rules! push_team {
    ($row:expr, $team:expr) => {{
        let (row, team): (_, &Team) = ($row, $team);
        row.push_bind(team.id.uuid()).push_bind(team.name.as_str()).push_bind(team.state.word());
        row.push_bind(team.area_unit.uuid()).push_bind(team.commune.uuid()).push_bind(team.province.uuid());
        row.push_bind(crate::store::number(team.target_size)).push_bind(team.plan.number.as_str());
        row.push_bind(team.plan.issue_date).push_bind(team.plan.issuer.as_str());
        row.push_bind(team.exception_reason.as_str()).push_bind(crate::store::number(team.mediators));
        row.push_bind(crate::store::number(team.women)).push_bind(crate::store::number(team.ethnic_minority));
        row.push_bind(team.leader.map(hoagiai_types::Id::uuid))
            .push_bind(team.acting_leader.map(hoagiai_types::Id::uuid))
            .push_bind(team.deficiencies.bits());
        row.push_bind(team.active_date);
        let size = team.size.as_ref();
        row.push_bind(size.map(|by| by.number.as_str())).push_bind(size.map(|by| by.issue_date));
        row.push_bind(size.map(|by| by.issuer.as_str()));
        let ending = team.ending.as_ref();
        row.push_bind(ending.map(|end| end.kind.word())).push_bind(ending.map(|end| end.decision.number.as_str()));
        row.push_bind(ending.map(|end| end.decision.issue_date));
        row.push_bind(ending.map(|end| end.decision.issuer.as_str()));
        row.push_bind(ending.and_then(|end| end.successor).map(hoagiai_types::Id::uuid));
        row.push_bind(team.revision).push_bind(team.created_at).push_bind(team.updated_at);
    }};
}
pub(super) use push_team;

pub(super) const GET: &str = concat!(
    "SELECT ",
    columns!(),
    ", EXISTS (SELECT 1 FROM unit_versions v WHERE v.unit_id = t.area_unit_id AND v.superseded_at = $2
        AND v.valid_from <= $3 AND v.valid_to >= $3 AND v.ethnic_minority_area) AS minority_area
    FROM teams t WHERE t.id = $1"
);
pub(super) const OF_PLAN: &str =
    concat!("SELECT ", columns!(), ", FALSE AS minority_area FROM teams t WHERE t.plan_id = $1 ORDER BY t.plan_index");
pub(super) const ALIVE_IN: &str =
    "SELECT id FROM teams WHERE commune_id = $1 AND area_unit_id = $2 AND state <> 'dissolved' ORDER BY id";
pub(super) const SET_SOLE: &str = "UPDATE teams SET sole = $2 WHERE id = $1";
pub(super) const UPDATE: &str = "UPDATE teams SET state = $3, mediator_count = $4, female_count = $5,
    minority_count = $6, leader_id = $7, deficiencies = $8, active_date = $9, revision = $10, updated_at = $11,
    name = $12, area_unit_id = $13, commune_id = $14, province_id = $15, target_size = $16, size_number = $17,
    size_date = $18, size_issuer = $19, end_kind = $20, end_number = $21, end_date = $22, end_issuer = $23,
    successor_id = $24, plan_number = $25, plan_date = $26, plan_issuer = $27, exception_reason = $28,
    acting_leader_id = $29
    WHERE id = $1 AND revision = $2";

#[derive(sqlx::FromRow)]
pub(super) struct TeamRow {
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
    acting_leader_id: Option<Uuid>,
    deficiencies: i16,
    active_date: Option<Date>,
    size_number: Option<String>,
    size_date: Option<Date>,
    size_issuer: Option<String>,
    end_kind: Option<String>,
    end_number: Option<String>,
    end_date: Option<Date>,
    end_issuer: Option<String>,
    successor_id: Option<Uuid>,
    revision: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
    minority_area: bool,
}

impl TryFrom<TeamRow> for Team {
    type Error = StoreError;

    fn try_from(row: TeamRow) -> Result<Self, StoreError> {
        let ended = |kind: &str| word(EndKind::from_word, kind, "teams", "end_kind", row.id);
        let kind = row.end_kind.as_deref().map(ended).transpose()?;
        let end = kind.zip(decision(row.end_number, row.end_date, row.end_issuer));
        let successor = row.successor_id.map(Id::from_uuid);
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
            acting_leader: row.acting_leader_id.map(Id::from_uuid),
            deficiencies: Deficiencies::from_bits(row.deficiencies),
            active_date: row.active_date,
            size: decision(row.size_number, row.size_date, row.size_issuer),
            ending: end.map(|(kind, decision)| Ending { kind, decision, successor }),
            revision: row.revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

pub(super) fn all(rows: Vec<TeamRow>) -> Result<Vec<Team>, StoreError> {
    rows.into_iter().map(Team::try_from).collect()
}

/// Makes the teams of a plan; `sole`: at most one alive in an area. Answers how many were made: fewer than given when
/// another plan was faster (rule 2).
pub(crate) async fn insert(tx: &mut Tx, plan: Uuid, teams: &[(Team, bool)]) -> Result<u64, StoreError> {
    let done = on!(tx, |c| {
        let mut query = builder(&c, concat!("INSERT INTO teams (plan_id, plan_index, sole, ", columns!(), ") "));
        query.push_values((0i32..).zip(teams), |mut row, (index, (team, sole))| {
            row.push_bind(plan).push_bind(index).push_bind(*sole);
            push_team!(&mut row, team);
        });
        query.push(" ON CONFLICT DO NOTHING");
        query.build().persistent(keep_prepared(teams.len())).execute(c).await.map(|done| done.rows_affected())
    })?;
    if let Some((first, _)) = teams.first().filter(|_| done == teams.len() as u64) {
        team_versions::begin(tx, teams, first.created_at).await?;
    }
    Ok(done)
}

/// Reads a team with the flag of its area on a day.
pub(crate) async fn get(tx: &mut Tx, team: TeamId, day: Date) -> Result<Option<Team>, StoreError> {
    let row: Option<TeamRow> =
        on!(tx, |c| sqlx::query_as(GET).bind(team).bind(FOREVER).bind(day).fetch_optional(c).await)?;
    row.map(Team::try_from).transpose()
}

/// Reads teams with the flags of their areas on a day; those that are not there are left out.
pub(crate) async fn get_all(tx: &mut Tx, teams: &[TeamId], day: Date) -> Result<Vec<Team>, StoreError> {
    let rows = on!(tx, |c| {
        let mut query = builder(
            &c,
            concat!(
                "SELECT ",
                columns!(),
                ", EXISTS (SELECT 1 FROM unit_versions v
            WHERE v.unit_id = t.area_unit_id AND v.superseded_at = "
            ),
        );
        query
            .push_bind(FOREVER)
            .push(" AND v.valid_from <= ")
            .push_bind(day)
            .push(" AND v.valid_to >= ")
            .push_bind(day);
        query.push(" AND v.ethnic_minority_area) AS minority_area FROM teams t WHERE t.id IN (");
        let mut ids = query.separated(", ");
        for team in teams {
            ids.push_bind(team.uuid());
        }
        query.push(")");
        query.build_query_as().persistent(keep_prepared(teams.len())).fetch_all(c).await
    })?;
    all(rows)
}

/// The teams of a plan in its order.
pub(crate) async fn of_plan(tx: &mut Tx, plan: Uuid) -> Result<Vec<Team>, StoreError> {
    all(on!(tx, |c| sqlx::query_as(OF_PLAN).bind(plan).fetch_all(c).await)?)
}

/// Those of these areas that have a team.
pub(crate) async fn areas_with_team(tx: &mut Tx, areas: &[UnitId]) -> Result<Vec<UnitId>, StoreError> {
    let mut taken = Vec::new();
    for areas in areas.chunks(super::units::CHUNK) {
        let found: Vec<UnitId> = on!(tx, |c| {
            let mut query =
                builder(&c, "SELECT DISTINCT area_unit_id FROM teams WHERE state <> 'dissolved' AND area_unit_id IN (");
            let mut list = query.separated(", ");
            for area in areas {
                list.push_bind(area.uuid());
            }
            query.push(")");
            query.build_query_scalar().persistent(keep_prepared(areas.len())).fetch_all(c).await
        })?;
        taken.extend(found);
    }
    Ok(taken)
}

/// Teams alive in an area.
pub(crate) async fn alive_in(tx: &mut Tx, commune: UnitId, area: UnitId) -> Result<Vec<TeamId>, StoreError> {
    on!(tx, |c| sqlx::query_scalar(ALIVE_IN).bind(commune).bind(area).fetch_all(c).await)
}

/// Whether a team is the only one its area may have, as another area is given to it.
pub(crate) async fn set_sole(tx: &mut Tx, team: TeamId, sole: bool) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(SET_SOLE).bind(team).bind(sole).execute(c).await.map(|done| done.rows_affected())).map(drop)
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

/// Writes what changed of a team that was at revision `from`: `since` is the day from which it holds, none if nothing
/// that is kept in time changed, and the rules by which the team stood on the days since.
pub(crate) async fn update(
    tx: &mut Tx,
    team: &Team,
    from: i64,
    since: Option<(Date, &RuleSets)>,
) -> Result<(), StoreError> {
    let (size, ending) = (team.size.as_ref(), team.ending.as_ref());
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
        .bind(team.name.as_str())
        .bind(team.area_unit)
        .bind(team.commune)
        .bind(team.province)
        .bind(number(team.target_size))
        .bind(size.map(|by| by.number.as_str()))
        .bind(size.map(|by| by.issue_date))
        .bind(size.map(|by| by.issuer.as_str()))
        .bind(ending.map(|end| end.kind.word()))
        .bind(ending.map(|end| end.decision.number.as_str()))
        .bind(ending.map(|end| end.decision.issue_date))
        .bind(ending.map(|end| end.decision.issuer.as_str()))
        .bind(ending.and_then(|end| end.successor))
        .bind(team.plan.number.as_str())
        .bind(team.plan.issue_date)
        .bind(team.plan.issuer.as_str())
        .bind(team.exception_reason.as_str())
        .bind(team.acting_leader)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    guarded(done)?;
    match since {
        Some((day, rules)) => team_versions::record(tx, &[team], day, rules, team.updated_at).await,
        None => Ok(()),
    }
}
