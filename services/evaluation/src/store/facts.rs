//! What evaluation keeps of the registry and the case service: enough to judge a team, nothing of any person or case
//! beyond ids and dates. Written by the feeds only; every statement may be repeated without effect.

use hoagiai_identity::AreaPath;
use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Uuid};
use sqlx::FromRow;

use crate::domain::{AssessmentId, CycleId, TeamFacts, TeamId, UnitId};

pub(super) const STATEMENTS: &[&str] = &[
    PUT_PLACE,
    FIND_PLACE,
    PUT_TEAM,
    FIND_TEAM,
    FIND_TEAM_IN,
    MOVE_ASSESSMENTS,
    END_MEMBER,
    BEGIN_MEMBER,
    BOUND_MEMBER,
    PUT_CASE,
    END_CASE,
    HAND_OVER_CASE,
    TEAM_FACTS,
];
/// The tables that a rebuild of the registry's facts empties.
const CLEAR_REGISTRY: [&str; 3] = ["DELETE FROM places", "DELETE FROM teams", "DELETE FROM members"];
/// The tables that a rebuild of the case service's facts empties.
const CLEAR_CASES: [&str; 1] = ["DELETE FROM cases"];

const PUT_PLACE: &str = "INSERT INTO places (unit_id, code) VALUES ($1, $2)
    ON CONFLICT (unit_id) DO UPDATE SET code = excluded.code";
const FIND_PLACE: &str = "SELECT code FROM places WHERE unit_id = $1";
// A team stays in force from its first day as active or understaffed until it is dissolved, which nothing told later undoes.
const PUT_TEAM: &str = "INSERT INTO teams (team_id, province_id, commune_id, area_unit_id, valid_from, valid_until)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (team_id) DO UPDATE SET province_id = excluded.province_id, commune_id = excluded.commune_id,
        area_unit_id = excluded.area_unit_id, valid_from = COALESCE(teams.valid_from, excluded.valid_from),
        valid_until = COALESCE(teams.valid_until, excluded.valid_until)";
const FIND_TEAM: &str =
    "SELECT team_id, province_id, commune_id, area_unit_id, valid_from, valid_until FROM teams WHERE team_id = $1";
// With what the team already has in a cycle: one trip to the database in the way of every meeting.
const FIND_TEAM_IN: &str = "SELECT t.team_id, t.province_id, t.commune_id, t.area_unit_id, t.valid_from, t.valid_until,
        a.id AS assessment_id
    FROM teams t LEFT JOIN assessments a ON a.cycle_id = $2 AND a.team_id = t.team_id WHERE t.team_id = $1";
// Assessments under way go with their team; those that are decided stay where they were made (rule 54).
const MOVE_ASSESSMENTS: &str = "UPDATE assessments SET province_id = $2, commune_id = $3, area_unit_id = $4
    WHERE team_id = $1 AND cycle_id IN (SELECT id FROM cycles WHERE state <> 'closed')
        AND state NOT IN ('recognized', 'not_recognized')";
const END_MEMBER: &str = "UPDATE members SET valid_until = $2 WHERE mediator_id = $1 AND valid_until IS NULL";
const BEGIN_MEMBER: &str = "UPDATE members SET valid_from = $3 WHERE mediator_id = $1 AND valid_from = $2";
const HAND_OVER_CASE: &str = "UPDATE cases SET team_id = $2 WHERE case_id = $1 AND end_date IS NULL";
// A record merged into another of the same person, or taken out again: what is told last holds.
const BOUND_MEMBER: &str = "UPDATE members SET valid_until = $3 WHERE mediator_id = $1 AND valid_from = $2";
const PUT_CASE: &str =
    "INSERT INTO cases (case_id, team_id, receive_date, end_date, outcome) VALUES ($1, $2, $3, NULL, 0)
    ON CONFLICT (case_id) DO NOTHING";
const END_CASE: &str = "UPDATE cases SET end_date = $2, outcome = $3 WHERE case_id = $1";
const TEAM_FACTS: &str = "SELECT
        (SELECT count(*) FROM members WHERE team_id = $1 AND valid_from <= $4 AND (valid_until IS NULL OR valid_until > $4))
            AS mediators,
        (SELECT count(*) FROM members WHERE team_id = $1 AND valid_from <= $5 AND (valid_until IS NULL OR valid_until > $5))
            AS members,
        count(*) FILTER (WHERE outcome <> 3 AND receive_date >= $2 AND receive_date <= $3) AS received,
        count(*) FILTER (WHERE outcome = 1 AND end_date >= $2 AND end_date <= $3) AS successful,
        count(*) FILTER (WHERE outcome = 2 AND end_date >= $2 AND end_date <= $3) AS unsuccessful,
        count(*) FILTER (WHERE outcome <> 3 AND receive_date <= $3 AND (end_date IS NULL OR end_date > $3)) AS in_progress
    FROM cases WHERE team_id = $1";

/// Where a team lies and when it was in force.
#[derive(Clone, Debug, FromRow)]
pub struct TeamRow {
    /// The team.
    pub team_id: TeamId,
    /// Its province.
    pub province_id: UnitId,
    /// Its commune.
    pub commune_id: UnitId,
    /// Its thôn or tổ dân phố.
    pub area_unit_id: UnitId,
    /// First day in force; none: not yet.
    pub valid_from: Option<Date>,
    /// First day no longer in force; none: still.
    pub valid_until: Option<Date>,
}

#[derive(FromRow)]
struct TeamInRow {
    #[sqlx(flatten)]
    team: TeamRow,
    assessment_id: Option<AssessmentId>,
}

impl TeamRow {
    /// Where records of the team lie.
    pub fn path(&self) -> AreaPath {
        AreaPath::of_province(self.province_id.uuid())
            .in_commune(self.commune_id.uuid())
            .in_area_unit(self.area_unit_id.uuid())
            .in_team(self.team_id.uuid())
    }

    /// Whether it is in force on a day.
    pub fn in_force(&self, day: Date) -> bool {
        self.valid_from.is_some_and(|from| from <= day) && self.valid_until.is_none_or(|until| day < until)
    }
}

/// How a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Hòa giải thành.
    Successful,
    /// Hòa giải không thành.
    Unsuccessful,
    /// Out of scope or declined: not counted.
    NotCounted,
}

/// The code of a province or city.
pub async fn find_place(tx: &mut Tx, unit: UnitId) -> Result<Option<String>, StoreError> {
    on!(tx, |c| sqlx::query_scalar(FIND_PLACE).bind(unit).fetch_optional(c).await)
}

/// A team.
pub async fn find_team(tx: &mut Tx, team: TeamId) -> Result<Option<TeamRow>, StoreError> {
    on!(tx, |c| sqlx::query_as(FIND_TEAM).bind(team).fetch_optional(c).await)
}

/// A team and its assessment in a cycle, if it has one.
pub async fn find_team_in(
    tx: &mut Tx,
    team: TeamId,
    cycle: CycleId,
) -> Result<Option<(TeamRow, Option<AssessmentId>)>, StoreError> {
    let row: Option<TeamInRow> =
        on!(tx, |c| sqlx::query_as(FIND_TEAM_IN).bind(team).bind(cycle).fetch_optional(c).await)?;
    Ok(row.map(|row| (row.team, row.assessment_id)))
}

/// What the register says of a team in the year from `first` to `last`, with its mediators of `today`; and how many
/// mediators it had on `meeting`.
pub async fn team_facts(
    tx: &mut Tx,
    team: TeamId,
    (first, last): (Date, Date),
    today: Date,
    meeting: Date,
) -> Result<(TeamFacts, i32), StoreError> {
    let (mediators, members, received, successful, unsuccessful, in_progress): (i64, i64, i64, i64, i64, i64) =
        on!(tx, |c| sqlx::query_as(TEAM_FACTS)
            .bind(team)
            .bind(first)
            .bind(last)
            .bind(today)
            .bind(meeting)
            .fetch_one(c)
            .await)?;
    let number = |n: i64| i32::try_from(n).map_err(|_| StoreError::inconsistent("cases", "count", team));
    let facts = TeamFacts {
        mediators: number(mediators)?,
        received: number(received)?,
        successful: number(successful)?,
        unsuccessful: number(unsuccessful)?,
        in_progress: number(in_progress)?,
    };
    Ok((facts, number(members)?))
}

/// Keeps a province or city.
pub async fn put_place(tx: &mut Tx, unit: UnitId, code: &str) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(PUT_PLACE).bind(unit).bind(code).execute(c).await.map(drop))
}

/// Keeps a team as it now stands.
pub async fn put_team(tx: &mut Tx, team: &TeamRow) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(PUT_TEAM)
        .bind(team.team_id)
        .bind(team.province_id)
        .bind(team.commune_id)
        .bind(team.area_unit_id)
        .bind(team.valid_from)
        .bind(team.valid_until)
        .execute(c)
        .await
        .map(drop))
}

/// A team lies elsewhere: what is being assessed goes with it.
pub async fn move_assessments(tx: &mut Tx, team: &TeamRow) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(MOVE_ASSESSMENTS)
        .bind(team.team_id)
        .bind(team.province_id)
        .bind(team.commune_id)
        .bind(team.area_unit_id)
        .execute(c)
        .await
        .map(drop))
}

/// Keeps mediators in force from a day.
pub async fn put_members(tx: &mut Tx, members: &[(Uuid, TeamId, Date)]) -> Result<(), StoreError> {
    for members in members.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = builder(&c, "INSERT INTO members (mediator_id, valid_from, valid_until, team_id) ");
            query.push_values(members, |mut row, (mediator, team, from)| {
                row.push_bind(*mediator).push_bind(*from).push("NULL").push_bind(*team);
            });
            query.push(" ON CONFLICT (mediator_id, valid_from) DO UPDATE SET team_id = excluded.team_id");
            query.build().persistent(members.len() <= KEPT).execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// A builder for the engine of a connection.
fn builder<'c, E: sqlx::Executor<'c>>(_: &E, start: &'static str) -> sqlx::QueryBuilder<E::Database> {
    sqlx::QueryBuilder::new(start)
}

/// Mediators of one statement; those of a decision are fewer, and such statements are kept prepared.
const CHUNK: usize = 200;
const KEPT: usize = 12;

/// Ends a mediator; `valid_until` is the first day no longer in force.
pub async fn end_member(tx: &mut Tx, mediator: Uuid, valid_until: Date) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(END_MEMBER).bind(mediator).bind(valid_until).execute(c).await.map(drop))
}

/// A member since another day than was told.
pub async fn begin_member(tx: &mut Tx, mediator: Uuid, was: Date, is: Date) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(BEGIN_MEMBER).bind(mediator).bind(was).bind(is).execute(c).await.map(drop))
}

/// Gives an open case to another team.
pub async fn hand_over_case(tx: &mut Tx, case: Uuid, team: TeamId) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(HAND_OVER_CASE).bind(case).bind(team).execute(c).await.map(drop))
}

/// States until when a mediator counts who was recognised on a day: the first day no longer; none: still in force.
pub async fn bound_member(
    tx: &mut Tx,
    mediator: Uuid,
    valid_from: Date,
    valid_until: Option<Date>,
) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(BOUND_MEMBER).bind(mediator).bind(valid_from).bind(valid_until).execute(c).await.map(drop))
}

/// Keeps a case received.
pub async fn put_case(tx: &mut Tx, case: Uuid, team: TeamId, receive_date: Date) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(PUT_CASE).bind(case).bind(team).bind(receive_date).execute(c).await.map(drop))
}

/// Ends a case.
pub async fn end_case(tx: &mut Tx, case: Uuid, end_date: Date, outcome: Outcome) -> Result<(), StoreError> {
    let outcome = match outcome {
        Outcome::Successful => 1,
        Outcome::Unsuccessful => 2,
        Outcome::NotCounted => 3,
    };
    on!(tx, |c| sqlx::query(END_CASE).bind(case).bind(end_date).bind(outcome).execute(c).await.map(drop))
}

/// Forgets what the registry told.
pub async fn clear_registry(tx: &mut Tx) -> Result<(), StoreError> {
    clear(tx, &CLEAR_REGISTRY).await
}

/// Forgets what the case service told.
pub async fn clear_cases(tx: &mut Tx) -> Result<(), StoreError> {
    clear(tx, &CLEAR_CASES).await
}

async fn clear(tx: &mut Tx, statements: &[&'static str]) -> Result<(), StoreError> {
    for statement in statements {
        on!(tx, |c| sqlx::query(*statement).execute(c).await.map(drop))?;
    }
    Ok(())
}
