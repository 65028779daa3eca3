//! Writing what the journals tell. Only the feeds come here; each entry is applied once, with the cursor.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Uuid};
use sqlx::FromRow;

use crate::domain::{CaseState, TeamId, UnitId, UnitKind, case_slot, is_open};

pub(super) const STATEMENTS: &[&str] = &[
    PUT_UNIT,
    END_UNIT,
    PUT_TEAM,
    END_MEDIATOR,
    CLASS_MEDIATOR,
    BEGIN_MEDIATOR,
    HAND_OVER_CASE,
    BOUND_MEDIATOR,
    PUT_CASE,
    FIND_CASE,
    MOVE_CASE,
    SPANS_AFTER,
    SPAN_BEFORE,
    PUT_SPAN,
    CLASS_SPANS,
    PUT_CYCLE,
    FIND_CYCLE,
    PUT_ASSESSMENT,
    PROPOSE,
    RECOGNIZE,
];

/// "Still", the last day of the calendar.
pub const STILL: &str = "9999-12-31";
/// "Since before records began", the first day of the calendar.
pub const EVER: &str = "0001-01-01";

const PUT_UNIT: &str = "INSERT INTO units (unit_id, valid_from, valid_until, kind, parent_id, code, display_name)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (unit_id, valid_from) DO UPDATE SET valid_until = excluded.valid_until, kind = excluded.kind,
        parent_id = excluded.parent_id, code = excluded.code, display_name = excluded.display_name";
const END_UNIT: &str = "UPDATE units SET valid_until = $2 WHERE unit_id = $1 AND valid_until = '9999-12-31'";
// A team stays in force from its first day as active or understaffed until it is dissolved, which nothing told later undoes.
const PUT_TEAM: &str =
    "INSERT INTO teams (team_id, province_id, commune_id, area_unit_id, valid_from, valid_until, display_name)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (team_id) DO UPDATE SET province_id = excluded.province_id, commune_id = excluded.commune_id,
        area_unit_id = excluded.area_unit_id, valid_from = COALESCE(teams.valid_from, excluded.valid_from),
        valid_until = CASE WHEN teams.valid_until = '9999-12-31' THEN excluded.valid_until ELSE teams.valid_until END,
        display_name = excluded.display_name";
const END_MEDIATOR: &str =
    "UPDATE mediators SET valid_until = $2 WHERE mediator_id = $1 AND valid_until = '9999-12-31'";
const CLASS_MEDIATOR: &str = "UPDATE mediators SET slot = $2 WHERE mediator_id = $1";
const BEGIN_MEDIATOR: &str = "UPDATE mediators SET valid_from = $3 WHERE mediator_id = $1 AND valid_from = $2";
const HAND_OVER_CASE: &str = "UPDATE cases SET team_id = $2 WHERE case_id = $1";
// A record merged into another of the same person, or taken out again: what is told last holds.
const BOUND_MEDIATOR: &str = "UPDATE mediators SET valid_until = $3 WHERE mediator_id = $1 AND valid_from = $2";
const PUT_CASE: &str = "INSERT INTO cases (case_id, team_id, category, state, mediators) VALUES ($1, $2, $3, $4, '')
    ON CONFLICT (case_id) DO NOTHING";
const FIND_CASE: &str = "SELECT team_id, category, state, mediators FROM cases WHERE case_id = $1";
const MOVE_CASE: &str = "UPDATE cases SET category = $2, state = $3, mediators = $4 WHERE case_id = $1";
// A state holds from its day on, whatever was written for later days: these two make room for it.
const SPANS_AFTER: &str = "DELETE FROM case_spans WHERE case_id = $1 AND valid_from >= $2";
const SPAN_BEFORE: &str = "UPDATE case_spans SET valid_until = $2 WHERE case_id = $1 AND valid_until > $2";
const PUT_SPAN: &str = "INSERT INTO case_spans (case_id, valid_from, valid_until, team_id, ended, slot)
    VALUES ($1, $2, '9999-12-31', $3, $4, $5)";
// A category that turns out to be another was always so: the earlier spans follow. Eight slots a state.
const CLASS_SPANS: &str = "UPDATE case_spans SET slot = slot - slot % 8 + $2 WHERE case_id = $1";
const PUT_CYCLE: &str =
    "INSERT INTO cycles (cycle_id, year, set_code) VALUES ($1, $2, $3) ON CONFLICT (cycle_id) DO NOTHING";
const FIND_CYCLE: &str = "SELECT year, set_code FROM cycles WHERE cycle_id = $1";
const PUT_ASSESSMENT: &str = "INSERT INTO assessments (assessment_id, team_id, set_code, year, year_end, assess_date)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (assessment_id) DO NOTHING";
// The first proposal counts: one that is sent back and made again was proposed all the same.
const PROPOSE: &str = "UPDATE assessments SET propose_date = COALESCE(propose_date, $2) WHERE assessment_id = $1";
const RECOGNIZE: &str = "UPDATE assessments SET recognize_date = $2 WHERE assessment_id = $1";

const CLEAR_REGISTRY: [&str; 4] =
    ["DELETE FROM units", "DELETE FROM teams", "DELETE FROM mediators", "DELETE FROM trainings"];
const CLEAR_CASES: [&str; 2] = ["DELETE FROM cases", "DELETE FROM case_spans"];
const CLEAR_EVALUATION: [&str; 2] = ["DELETE FROM cycles", "DELETE FROM assessments"];

/// A version of a unit.
#[derive(Debug)]
pub struct NewUnit<'u> {
    /// Id.
    pub id: UnitId,
    /// First day; none: since before records began.
    pub valid_from: Option<Date>,
    /// Last day; none: still.
    pub valid_to: Option<Date>,
    /// Kind.
    pub kind: UnitKind,
    /// The unit above.
    pub parent: Option<UnitId>,
    /// Code.
    pub code: &'u str,
    /// Name.
    pub display_name: &'u str,
}

/// A team as it now stands.
#[derive(Debug)]
pub struct NewTeam<'t> {
    /// Id.
    pub id: TeamId,
    /// Its province.
    pub province: UnitId,
    /// Its commune.
    pub commune: UnitId,
    /// Its thôn or tổ dân phố.
    pub area_unit: UnitId,
    /// First day in force, if it is.
    pub valid_from: Option<Date>,
    /// First day no longer in force.
    pub valid_until: Option<Date>,
    /// Name.
    pub display_name: &'t str,
}

/// The present of a case.
#[derive(Clone, Debug)]
pub struct CaseNow {
    /// The lead team.
    pub team: TeamId,
    /// Number of the category.
    pub category: i32,
    /// State.
    pub state: CaseState,
    /// Mediators assigned, as text, sorted: to know when nobody is left.
    pub mediators: Vec<String>,
}

#[derive(FromRow)]
struct CaseRow {
    team_id: TeamId,
    category: i32,
    state: i32,
    mediators: String,
}

fn until(valid_to: Option<Date>) -> String {
    valid_to.map_or_else(|| STILL.to_owned(), |last| last.plus_days(1).to_string())
}

/// Keeps a version of a unit.
pub async fn put_unit(tx: &mut Tx, unit: &NewUnit<'_>) -> Result<(), StoreError> {
    let from = unit.valid_from.map_or_else(|| EVER.to_owned(), |first| first.to_string());
    on!(tx, |c| sqlx::query(PUT_UNIT)
        .bind(unit.id)
        .bind(&from)
        .bind(until(unit.valid_to))
        .bind(unit.kind.number())
        .bind(unit.parent)
        .bind(unit.code)
        .bind(unit.display_name)
        .execute(c)
        .await
        .map(drop))
}

/// Ends the open version of a unit after its last day.
pub async fn end_unit(tx: &mut Tx, unit: UnitId, valid_to: Date) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(END_UNIT).bind(unit).bind(until(Some(valid_to))).execute(c).await.map(drop))
}

/// Keeps a team.
pub async fn put_team(tx: &mut Tx, team: &NewTeam<'_>) -> Result<(), StoreError> {
    let until = team.valid_until.map_or_else(|| STILL.to_owned(), |day| day.to_string());
    on!(tx, |c| sqlx::query(PUT_TEAM)
        .bind(team.id)
        .bind(team.province)
        .bind(team.commune)
        .bind(team.area_unit)
        .bind(team.valid_from)
        .bind(&until)
        .bind(team.display_name)
        .execute(c)
        .await
        .map(drop))
}

/// Keeps mediators in force from a day.
pub async fn put_mediators(tx: &mut Tx, mediators: &[(Uuid, TeamId, Date, i32)]) -> Result<(), StoreError> {
    for mediators in mediators.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = builder(&c, "INSERT INTO mediators (mediator_id, valid_from, valid_until, team_id, slot) ");
            query.push_values(mediators, |mut row, (mediator, team, from, slot)| {
                row.push_bind(*mediator).push_bind(*from).push("'9999-12-31'").push_bind(*team).push_bind(*slot);
            });
            query.push(
                " ON CONFLICT (mediator_id, valid_from) DO UPDATE SET team_id = excluded.team_id, slot = excluded.slot",
            );
            query.build().persistent(mediators.len() <= KEPT).execute(c).await.map(drop)
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

/// Ends a mediator after the last day in force.
pub async fn end_mediator(tx: &mut Tx, id: Uuid, last: Date) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(END_MEDIATOR).bind(id).bind(until(Some(last))).execute(c).await.map(drop))
}

/// Counts a mediator as what he or she always was, from the right day.
pub async fn correct_mediator(tx: &mut Tx, id: Uuid, slot: i32, days: Option<(Date, Date)>) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(CLASS_MEDIATOR).bind(id).bind(slot).execute(c).await.map(drop))?;
    let Some((was, is)) = days else { return Ok(()) };
    on!(tx, |c| sqlx::query(BEGIN_MEDIATOR).bind(id).bind(was).bind(is).execute(c).await.map(drop))
}

/// States until when a mediator counts who was recognised on a day; none: still in force.
pub async fn bound_mediator(tx: &mut Tx, id: Uuid, from: Date, last: Option<Date>) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(BOUND_MEDIATOR).bind(id).bind(from).bind(until(last)).execute(c).await.map(drop))
}

/// Keeps a case received; one that is known is left alone.
pub async fn put_case(tx: &mut Tx, id: Uuid, case: &CaseNow, received: Date) -> Result<(), StoreError> {
    let (category, state) = (case.category, case.state as i32);
    let put = on!(tx, |c| sqlx::query(PUT_CASE)
        .bind(id)
        .bind(case.team)
        .bind(category)
        .bind(state)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if put == 1 { put_span(tx, id, case, received).await } else { Ok(()) }
}

/// The present of a case.
pub async fn find_case(tx: &mut Tx, id: Uuid) -> Result<Option<CaseNow>, StoreError> {
    let row: Option<CaseRow> = on!(tx, |c| sqlx::query_as(FIND_CASE).bind(id).fetch_optional(c).await)?;
    row.map(|row| {
        let state = usize::try_from(row.state).ok().and_then(|number| CaseState::ALL.get(number).copied());
        Ok(CaseNow {
            team: row.team_id,
            category: row.category,
            state: state.ok_or_else(|| StoreError::inconsistent("cases", "state", id))?,
            mediators: row.mediators.split_terminator(',').map(str::to_owned).collect(),
        })
    })
    .transpose()
}

/// Writes what changed in a case on a day: a new state or another team begins a new span.
pub async fn move_case(tx: &mut Tx, id: Uuid, was: &CaseNow, now: &CaseNow, day: Date) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(MOVE_CASE)
        .bind(id)
        .bind(now.category)
        .bind(now.state as i32)
        .bind(now.mediators.join(","))
        .execute(c)
        .await
        .map(drop))?;
    if was.category != now.category {
        on!(tx, |c| sqlx::query(CLASS_SPANS).bind(id).bind(now.category).execute(c).await.map(drop))?;
    }
    if was.team != now.team {
        on!(tx, |c| sqlx::query(HAND_OVER_CASE).bind(id).bind(now.team).execute(c).await.map(drop))?;
    }
    if was.state == now.state && was.team == now.team {
        return Ok(());
    }
    for sql in [SPANS_AFTER, SPAN_BEFORE] {
        on!(tx, |c| sqlx::query(sql).bind(id).bind(day).execute(c).await.map(drop))?;
    }
    put_span(tx, id, now, day).await
}

async fn put_span(tx: &mut Tx, id: Uuid, case: &CaseNow, from: Date) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(PUT_SPAN)
        .bind(id)
        .bind(from)
        .bind(case.team)
        .bind(i32::from(!is_open(case.state)))
        .bind(case_slot(case.state, case.category))
        .execute(c)
        .await
        .map(drop))
}

/// Keeps a cycle.
pub async fn put_cycle(tx: &mut Tx, id: Uuid, year: i32, set_code: &str) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(PUT_CYCLE).bind(id).bind(year).bind(set_code).execute(c).await.map(drop))
}

/// Year and criteria set of a cycle.
pub async fn find_cycle(tx: &mut Tx, id: Uuid) -> Result<Option<(i32, String)>, StoreError> {
    on!(tx, |c| sqlx::query_as(FIND_CYCLE).bind(id).fetch_optional(c).await)
}

/// Keeps an assessment made on a day in a cycle.
pub async fn put_assessment(
    tx: &mut Tx,
    id: Uuid,
    team: TeamId,
    (year, set_code): &(i32, String),
    day: Date,
) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(PUT_ASSESSMENT)
        .bind(id)
        .bind(team)
        .bind(set_code)
        .bind(year)
        .bind(format!("{year:04}-12-31"))
        .bind(day)
        .execute(c)
        .await
        .map(drop))
}

/// Marks an assessment as proposed on a day.
pub async fn propose(tx: &mut Tx, id: Uuid, day: Date) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(PROPOSE).bind(id).bind(day).execute(c).await.map(drop))
}

/// Marks an assessment as recognised on a day.
pub async fn recognize(tx: &mut Tx, id: Uuid, day: Date) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(RECOGNIZE).bind(id).bind(day).execute(c).await.map(drop))
}

/// Forgets what the registry told.
pub async fn clear_registry(tx: &mut Tx) -> Result<(), StoreError> {
    clear(tx, &CLEAR_REGISTRY).await
}

/// Forgets what the case service told.
pub async fn clear_cases(tx: &mut Tx) -> Result<(), StoreError> {
    clear(tx, &CLEAR_CASES).await
}

/// Forgets what evaluation told.
pub async fn clear_evaluation(tx: &mut Tx) -> Result<(), StoreError> {
    clear(tx, &CLEAR_EVALUATION).await
}

async fn clear(tx: &mut Tx, statements: &[&'static str]) -> Result<(), StoreError> {
    for statement in statements {
        on!(tx, |c| sqlx::query(*statement).execute(c).await.map(drop))?;
    }
    Ok(())
}
