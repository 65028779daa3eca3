//! What rule 62 asks: who is still to be trained, and the figures of a year, in grouped statements.

use std::collections::BTreeMap;

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Id, Uuid};

use crate::{
    domain::{
        MediatorId, TeamId, UnitId,
        training::{Indicators, Window},
    },
    store::{AsOf, Filter, builder, push_as_of},
};

pub(super) const STATEMENTS: &[&str] = &[FIGURES, FIGURES_THEN, COHORT, COHORT_THEN];

// $1 the unit, $2 the day, $3 the first day of the year, $4 as known at. A unit is a province or a commune: no other unit
// has its id, so one text serves both.
macro_rules! figures {
    ($mediators:expr) => {
        concat!(
            "SELECT z.commune_id, CAST(sum(z.mediators) AS BIGINT) AS mediators,
        CAST(sum(z.trained) AS BIGINT) AS trained, CAST(sum(z.women) AS BIGINT) AS women,
        CAST(sum(z.women_trained) AS BIGINT) AS women_trained, CAST(sum(z.minutes) AS BIGINT) AS minutes,
        count(*) AS teams, CAST(sum(CASE WHEN z.trained > 0 THEN 1 ELSE 0 END) AS BIGINT) AS teams_trained,
        CAST(sum(z.materials) AS BIGINT) AS materials
    FROM (SELECT x.commune_id, x.team_id, count(*) AS mediators,
            sum(CASE WHEN x.sessions > 0 THEN 1 ELSE 0 END) AS trained,
            sum(CASE WHEN x.gender = 'female' THEN 1 ELSE 0 END) AS women,
            sum(CASE WHEN x.gender = 'female' AND x.sessions > 0 THEN 1 ELSE 0 END) AS women_trained,
            sum(x.minutes) AS minutes, sum(CASE WHEN x.materials > 0 THEN 1 ELSE 0 END) AS materials
        FROM (SELECT m.id, m.commune_id, m.team_id, m.gender,
                sum(CASE WHEN a.presence = 'attended' THEN 1 ELSE 0 END) AS sessions,
                COALESCE(sum(a.minutes), 0) AS minutes, sum(CASE WHEN a.material THEN 1 ELSE 0 END) AS materials
            FROM ",
            $mediators,
            " m LEFT JOIN training_attendance a ON a.mediator_id = m.id AND a.session_date >= $3
                AND a.session_date <= $2 AND a.recorded_at <= $4 AND a.superseded_at > $4
            WHERE (m.province_id = $1 OR m.commune_id = $1) AND m.recognition_date <= $2
                AND (m.cessation_date IS NULL OR m.cessation_date >= $2)
            GROUP BY m.id, m.commune_id, m.team_id, m.gender) x
        GROUP BY x.commune_id, x.team_id) z
    GROUP BY z.commune_id"
        )
    };
}
// $2 and $3 the first and the last day of recognition. People are recognised in lists, so groups are far fewer than people.
macro_rules! cohort {
    ($mediators:expr) => {
        concat!(
            "SELECT x.commune_id, x.recognition_date, x.cessation_date, x.first_date, count(*) AS number
    FROM (SELECT m.id, m.commune_id, m.recognition_date, m.cessation_date,
            MIN(CASE WHEN a.presence = 'attended' THEN a.session_date END) AS first_date
        FROM ",
            $mediators,
            " m LEFT JOIN training_attendance a ON a.mediator_id = m.id AND a.recorded_at <= $4
            AND a.superseded_at > $4
        WHERE (m.province_id = $1 OR m.commune_id = $1) AND m.recognition_date >= $2 AND m.recognition_date <= $3
        GROUP BY m.id, m.commune_id, m.recognition_date, m.cessation_date) x
    GROUP BY x.commune_id, x.recognition_date, x.cessation_date, x.first_date"
        )
    };
}
// Mediators on a day, as known at $4: each where he or she was then.
macro_rules! then {
    ($day:literal) => {
        concat!(
            "(SELECT v.id, v.commune_id, v.province_id, v.team_id, v.gender, v.recognition_date, v.cessation_date
            FROM mediator_versions v WHERE v.valid_from <= ",
            $day,
            " AND v.valid_to >= ",
            $day,
            " AND v.recorded_at <= $4 AND v.superseded_at > $4)"
        )
    };
}
const FIGURES: &str = figures!("mediators");
const FIGURES_THEN: &str = figures!(then!("$2"));
const COHORT: &str = cohort!("mediators");
const COHORT_THEN: &str = cohort!(then!("$5"));

#[derive(sqlx::FromRow)]
struct FiguresRow {
    commune_id: Uuid,
    mediators: i64,
    trained: i64,
    women: i64,
    women_trained: i64,
    minutes: i64,
    teams: i64,
    teams_trained: i64,
    materials: i64,
}

/// New mediators who share commune and dates.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct CohortRow {
    /// The commune.
    pub(crate) commune_id: UnitId,
    /// First day in force.
    pub(crate) recognition_date: Date,
    /// Last day in force.
    pub(crate) cessation_date: Option<Date>,
    /// First day trained.
    pub(crate) first_date: Option<Date>,
    /// How many.
    pub(crate) number: i64,
}

/// Somebody still to be trained.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct UntrainedRow {
    /// Who.
    pub(crate) id: MediatorId,
    /// The team.
    pub(crate) team_id: TeamId,
    /// The commune.
    pub(crate) commune_id: UnitId,
    /// First day in force.
    pub(crate) recognition_date: Date,
}

/// Whose training is missing.
#[derive(Debug, Clone)]
pub(crate) struct Untrained {
    /// In force on this day, and not trained by then.
    pub(crate) day: Date,
    /// Training counts from this day on.
    pub(crate) since: Date,
    /// Recognised in one of these spans, both ends included; none: whenever.
    pub(crate) recognized: Option<Vec<(Date, Date)>>,
    /// After this day of recognition and id.
    pub(crate) after: (Date, Uuid),
}

/// The figures of a year up to a day, by commune: with a point in time asked for, by that of then.
pub(crate) async fn figures(
    tx: &mut Tx,
    unit: UnitId,
    day: Date,
    since: Date,
    at: Option<AsOf>,
) -> Result<BTreeMap<UnitId, Indicators>, StoreError> {
    let (sql, known) = (if at.is_some() { FIGURES_THEN } else { FIGURES }, AsOf::known(at));
    let rows: Vec<FiguresRow> =
        on!(tx, |c| sqlx::query_as(sql).bind(unit).bind(day).bind(since).bind(known).fetch_all(c).await)?;
    let one = |row: FiguresRow| {
        let figures = Indicators {
            mediators: row.mediators,
            trained: row.trained,
            women: row.women,
            women_trained: row.women_trained,
            minutes: row.minutes,
            teams: row.teams,
            teams_trained: row.teams_trained,
            materials: row.materials,
            ..Indicators::default()
        };
        (Id::from_uuid(row.commune_id), figures)
    };
    Ok(rows.into_iter().map(one).collect())
}

/// The mediators recognised in a span of days, by what their standing depends on.
pub(crate) async fn cohort(
    tx: &mut Tx,
    unit: UnitId,
    (first, last): (Date, Date),
    at: Option<AsOf>,
) -> Result<Vec<CohortRow>, StoreError> {
    let (sql, known) = (if at.is_some() { COHORT_THEN } else { COHORT }, AsOf::known(at));
    on!(tx, |c| {
        let query = sqlx::query_as(sql).bind(unit).bind(first).bind(last).bind(known);
        match at {
            None => query.fetch_all(c).await,
            Some(at) => query.bind(at.day).fetch_all(c).await,
        }
    })
}

/// The spans of recognition of those who are due (`overdue`: whose last day has passed).
pub(crate) fn spans(windows: &[Window], overdue: Option<bool>) -> Vec<(Date, Date)> {
    let span = |window: &Window| match overdue {
        None => (window.first, window.last),
        Some(true) => (window.first, window.last.min(window.overdue_to)),
        Some(false) => (window.first.max(window.overdue_to.plus_days(1)), window.last),
    };
    windows.iter().map(span).filter(|(first, last)| first <= last).collect()
}

/// A page of those still to be trained, the longest in force first.
pub(crate) async fn untrained(
    tx: &mut Tx,
    asked: &Untrained,
    filter: &Filter,
) -> Result<Vec<UntrainedRow>, StoreError> {
    on!(tx, |c| {
        let mut query = builder(&c, "SELECT t.id, t.team_id, t.commune_id, t.recognition_date FROM ");
        query.push(if filter.at.is_some() { "mediator_versions t" } else { "mediators t" });
        query.push(" WHERE (t.recognition_date, t.id) > (");
        query.push_bind(asked.after.0).push(", ").push_bind(asked.after.1).push(")");
        filter.push_place(&mut query, "t.team_id");
        if let Some(at) = filter.at {
            query.push(" AND ");
            push_as_of(&mut query, "t", at);
        }
        let known = AsOf::known(filter.at);
        query.push(" AND t.recognition_date <= ").push_bind(asked.day);
        query.push(" AND (t.cessation_date IS NULL OR t.cessation_date >= ").push_bind(asked.day).push(")");
        if let Some(spans) = &asked.recognized {
            query.push(" AND (1 = 0");
            for (first, last) in spans {
                query.push(" OR (t.recognition_date >= ").push_bind(*first);
                query.push(" AND t.recognition_date <= ").push_bind(*last).push(")");
            }
            query.push(")");
        }
        query.push(
            " AND NOT EXISTS (SELECT 1 FROM training_attendance a WHERE a.mediator_id = t.id AND a.session_date >= ",
        );
        query.push_bind(asked.since).push(" AND a.session_date <= ").push_bind(asked.day);
        query.push(" AND a.recorded_at <= ").push_bind(known);
        query.push(" AND a.superseded_at > ").push_bind(known).push(" AND a.presence = 'attended')");
        query.push(" ORDER BY t.recognition_date, t.id LIMIT ").push_bind(filter.limit);
        query.build_query_as().fetch_all(c).await
    })
}
