//! Time limits: one row each, written with the step that begins it and with the one that meets it.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Id, Timestamp, Uuid};
use sqlx::QueryBuilder;

use super::{AsOf, Filter, UnitFilter, builder, push_as_of, word};
use crate::domain::{Deadline, DeadlineState, DeadlineStep, Procedure, Team, TeamId, UnitId};

pub(super) const BEGIN: &str = "INSERT INTO deadlines (record_id, step, procedure, team_id, area_unit_id, commune_id,
    province_id, start_date, due_date, done_date, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
pub(super) const MEET: &str =
    "UPDATE deadlines SET done_date = $3, updated_at = $4 WHERE record_id = $1 AND step = $2 AND done_date IS NULL";
pub(super) const CLOSE: &str =
    "UPDATE deadlines SET done_date = $2, updated_at = $3 WHERE record_id = $1 AND done_date IS NULL";
pub(super) const FOLLOW_TEAM: &str = "UPDATE deadlines SET area_unit_id = $2, commune_id = $3, province_id = $4,
    updated_at = $5 WHERE team_id = $1 AND done_date IS NULL";
pub(super) const CLOSE_OF_TEAM: &str =
    "UPDATE deadlines SET done_date = $2, updated_at = $3 WHERE team_id = $1 AND done_date IS NULL";

/// Which time limits, and as they stood when.
#[derive(Debug, Clone)]
pub(crate) struct DeadlineFilter {
    /// Only of this province, commune or area unit.
    pub(crate) unit: Option<UnitFilter>,
    /// Only of this team.
    pub(crate) team: Option<TeamId>,
    /// Only in these units and teams; none: no restriction.
    pub(crate) within: Option<(Vec<Uuid>, Vec<Uuid>)>,
    /// Only of this procedure.
    pub(crate) procedure: Option<Procedure>,
    /// Only in this state.
    pub(crate) state: Option<DeadlineState>,
    /// As they stood on this day.
    pub(crate) as_of: Date,
    /// A day or an instant was asked for: teams lie where they lay then. None: today as known now.
    pub(crate) at: Option<AsOf>,
    /// How many rows.
    pub(crate) limit: i64,
}

/// Where a page of time limits goes on: last day, file, step.
pub(crate) type DeadlineKey = (Date, Uuid, String);

/// How the time limits of a procedure stand in a commune.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standings {
    /// The commune.
    pub(crate) commune: UnitId,
    /// The procedure.
    pub(crate) procedure: Procedure,
    /// Due, overdue, met, met late.
    pub(crate) counts: [i64; 4],
    /// The last day that passed first of those overdue.
    pub(crate) oldest: Option<Date>,
}

#[derive(sqlx::FromRow)]
struct DeadlineRow {
    record_id: Uuid,
    step: String,
    team_id: Uuid,
    commune_id: Uuid,
    start_date: Date,
    due_date: Date,
    done_date: Option<Date>,
}

#[derive(sqlx::FromRow)]
struct StandingRow {
    commune_id: Uuid,
    procedure: String,
    due: i64,
    overdue: i64,
    met: i64,
    met_late: i64,
    oldest: Option<Date>,
}

impl TryFrom<DeadlineRow> for Deadline {
    type Error = StoreError;

    fn try_from(row: DeadlineRow) -> Result<Self, StoreError> {
        Ok(Deadline {
            step: word(DeadlineStep::from_word, &row.step, "deadlines", "step", row.record_id)?,
            record: row.record_id,
            team: Id::from_uuid(row.team_id),
            commune: Id::from_uuid(row.commune_id),
            start: row.start_date,
            due: row.due_date,
            done: row.done_date,
        })
    }
}

impl TryFrom<StandingRow> for Standings {
    type Error = StoreError;

    fn try_from(row: StandingRow) -> Result<Self, StoreError> {
        let procedure = word(Procedure::from_word, &row.procedure, "deadlines", "procedure", row.commune_id)?;
        let counts = [row.due, row.overdue, row.met, row.met_late];
        Ok(Standings { commune: Id::from_uuid(row.commune_id), procedure, counts, oldest: row.oldest })
    }
}

/// What is still due of a team lies where the team lies now.
pub(crate) async fn follow_team(tx: &mut Tx, team: &Team, now: Timestamp) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(FOLLOW_TEAM)
        .bind(team.id)
        .bind(team.area_unit)
        .bind(team.commune)
        .bind(team.province)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))
    .map(drop)
}

/// A step of a file of a team has begun; `done` where the step was done on paper before.
pub(crate) async fn begin(
    tx: &mut Tx,
    team: &Team,
    record: Uuid,
    step: DeadlineStep,
    (start, due): (Date, Date),
    done: Option<Date>,
    now: Timestamp,
) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(BEGIN)
        .bind(record)
        .bind(step.word())
        .bind(step.procedure().word())
        .bind(team.id)
        .bind(team.area_unit)
        .bind(team.commune)
        .bind(team.province)
        .bind(start)
        .bind(due)
        .bind(done)
        .bind(now)
        .execute(c)
        .await
        .map(drop))
}

/// A step of a file is done.
pub(crate) async fn meet(
    tx: &mut Tx,
    record: Uuid,
    step: DeadlineStep,
    day: Date,
    now: Timestamp,
) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(MEET).bind(record).bind(step.word()).bind(day).bind(now).execute(c).await.map(drop))
}

/// A file is closed: returned, withdrawn, ended.
pub(crate) async fn close(tx: &mut Tx, record: Uuid, day: Date, now: Timestamp) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(CLOSE).bind(record).bind(day).bind(now).execute(c).await.map(drop))
}

/// Every file of a team is closed.
pub(crate) async fn close_of_team(tx: &mut Tx, team: TeamId, day: Date, now: Timestamp) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(CLOSE_OF_TEAM).bind(team).bind(day).bind(now).execute(c).await.map(drop))
}

impl DeadlineFilter {
    /// The table and the conditions, all but where to go on.
    fn push<DB: sqlx::Database>(&self, query: &mut QueryBuilder<DB>)
    where
        for<'q> Uuid: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
        for<'q> Date: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
        for<'q> String: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
        for<'q> Timestamp: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    {
        match self.at {
            None => drop(query.push(" FROM deadlines t")),
            Some(at) => Self::push_past(query, at),
        }
        query.push(" WHERE t.start_date <= ").push_bind(self.as_of);
        let place = Filter {
            unit: self.unit,
            team: self.team.map(TeamId::uuid),
            state: None,
            within: self.within.clone(),
            at: None,
            after: Uuid::nil(),
            limit: self.limit,
        };
        place.push_place(query, "t.team_id");
        if let Some(procedure) = self.procedure {
            query.push(" AND t.procedure = ").push_bind(procedure.word().to_owned());
        }
        if let Some(state) = self.state {
            self.push_state(query.push(" AND "), state);
        }
    }

    /// Time limits as known at an instant, each where its team lay on the day; a team that was not there yet lies where the
    /// time limit does.
    fn push_past<DB: sqlx::Database>(query: &mut QueryBuilder<DB>, at: AsOf)
    where
        for<'q> Date: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
        for<'q> Timestamp: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    {
        query.push(
            " FROM (SELECT d.record_id, d.step, d.procedure, d.team_id, d.start_date, d.due_date, d.done_date,
            COALESCE(v.area_unit_id, d.area_unit_id) AS area_unit_id, COALESCE(v.commune_id, d.commune_id) AS commune_id,
            COALESCE(v.province_id, d.province_id) AS province_id
            FROM deadlines_known d LEFT JOIN team_versions v ON v.id = d.team_id AND ",
        );
        push_as_of(query, "v", at);
        query.push(" WHERE d.recorded_at <= ").push_bind(at.known);
        query.push(" AND d.superseded_at > ").push_bind(at.known).push(") t");
    }

    /// The state on the day, as `Deadline::state` draws it; a test compares the two.
    fn push_state<DB: sqlx::Database>(&self, query: &mut QueryBuilder<DB>, state: DeadlineState)
    where
        for<'q> Date: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    {
        let done = matches!(state, DeadlineState::Met | DeadlineState::MetLate);
        if done {
            query.push("t.done_date <= ").push_bind(self.as_of);
        } else {
            query.push("(t.done_date IS NULL OR t.done_date > ").push_bind(self.as_of).push(")");
        }
        match state {
            DeadlineState::Due => drop(query.push(" AND t.due_date >= ").push_bind(self.as_of)),
            DeadlineState::Overdue => drop(query.push(" AND t.due_date < ").push_bind(self.as_of)),
            DeadlineState::Met => drop(query.push(" AND t.done_date <= t.due_date")),
            DeadlineState::MetLate => drop(query.push(" AND t.done_date > t.due_date")),
        }
    }
}

/// A page of time limits, the earliest last day first.
pub(crate) async fn page(
    tx: &mut Tx,
    filter: &DeadlineFilter,
    after: Option<DeadlineKey>,
) -> Result<Vec<Deadline>, StoreError> {
    let rows: Vec<DeadlineRow> = on!(tx, |c| {
        let mut query =
            builder(&c, "SELECT t.record_id, t.step, t.team_id, t.commune_id, t.start_date, t.due_date, t.done_date");
        filter.push(&mut query);
        if let Some((due, record, step)) = after {
            query.push(" AND (t.due_date, t.record_id, t.step) > (").push_bind(due);
            query.push(", ").push_bind(record).push(", ").push_bind(step).push(")");
        }
        query.push(" ORDER BY t.due_date, t.record_id, t.step LIMIT ").push_bind(filter.limit);
        query.build_query_as().fetch_all(c).await
    })?;
    rows.into_iter().map(Deadline::try_from).collect()
}

/// A page of standings by commune and procedure, in one grouped statement; `overdue_only` leaves out those without.
pub(crate) async fn standings(
    tx: &mut Tx,
    filter: &DeadlineFilter,
    overdue_only: bool,
    after: Option<(Uuid, String)>,
) -> Result<Vec<Standings>, StoreError> {
    let rows: Vec<StandingRow> = on!(tx, |c| {
        let mut query = builder(&c, "SELECT t.commune_id, t.procedure");
        let names = [
            (DeadlineState::Due, "due"),
            (DeadlineState::Overdue, "overdue"),
            (DeadlineState::Met, "met"),
            (DeadlineState::MetLate, "met_late"),
        ];
        for (state, name) in names {
            filter.push_state(query.push(", COUNT(*) FILTER (WHERE "), state);
            query.push(") AS ").push(name);
        }
        filter.push_state(query.push(", MIN(t.due_date) FILTER (WHERE "), DeadlineState::Overdue);
        query.push(") AS oldest");
        filter.push(&mut query);
        if let Some((commune, procedure)) = after {
            query.push(" AND (t.commune_id, t.procedure) > (").push_bind(commune);
            query.push(", ").push_bind(procedure).push(")");
        }
        query.push(" GROUP BY t.commune_id, t.procedure");
        if overdue_only {
            filter.push_state(query.push(" HAVING COUNT(*) FILTER (WHERE "), DeadlineState::Overdue);
            query.push(") > 0");
        }
        query.push(" ORDER BY t.commune_id, t.procedure LIMIT ").push_bind(filter.limit);
        query.build_query_as().fetch_all(c).await
    })?;
    rows.into_iter().map(Standings::try_from).collect()
}
