//! Courses with their sessions.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Id, Timestamp, Uuid};
use sqlx::QueryBuilder;

use super::{commune_id, commune_uuid, push_end, push_page};
use crate::{
    domain::training::{Course, CourseId, CourseState, Session, SessionId, SessionState, Tally, TrainingMode},
    store::{AsOf, Filter, builder, guarded, word},
};

pub(super) const STATEMENTS: &[&str] =
    &[INSERT, GET, KNOWN, SESSIONS, SESSIONS_KNOWN, COURSE_OF_SESSION, UPDATE, INSERT_SESSION, UPDATE_SESSION];

macro_rules! columns {
    () => {
        "SELECT t.id, t.province_id, t.commune_id, t.name, t.state, t.programme_code, t.programme_version, t.organizer,
        t.mode, t.first_date, t.last_date, t.minutes, t.cancel_reason, t.revision, t.created_at, t.updated_at"
    };
}

macro_rules! session {
    () => {
        "SELECT id, course_id, number, state, session_date, minutes, mode, place, topic, materials, trainers,
        attended_count, absent_count, material_count, cancel_reason"
    };
}

const INSERT: &str = "INSERT INTO training_courses (id, province_id, commune_id, name, state, programme_code,
    programme_version, organizer, mode, first_date, last_date, minutes, cancel_reason, revision, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)";
const GET: &str = concat!(columns!(), " FROM training_courses t WHERE t.id = $1");
const KNOWN: &str = concat!(
    columns!(),
    " FROM training_courses_known t WHERE t.id = $1 AND t.recorded_at <= $2 AND t.superseded_at > $2"
);
const SESSIONS: &str = concat!(session!(), " FROM training_sessions WHERE course_id = $1 ORDER BY number");
const SESSIONS_KNOWN: &str = concat!(
    session!(),
    " FROM training_sessions_known WHERE course_id = $1 AND recorded_at <= $2 AND superseded_at > $2 ORDER BY number"
);
const COURSE_OF_SESSION: &str = "SELECT course_id FROM training_sessions WHERE id = $1";
const UPDATE: &str = "UPDATE training_courses SET state = $3, last_date = $4, minutes = $5, cancel_reason = $6,
    revision = $7, updated_at = $8 WHERE id = $1 AND revision = $2";
const INSERT_SESSION: &str = "INSERT INTO training_sessions (id, course_id, number, state, session_date, minutes, mode,
    place, topic, materials, trainers, attended_count, absent_count, material_count, cancel_reason, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, 0, '', $12)";
// Guarded by the revision of the course, which changes in the same transaction.
const UPDATE_SESSION: &str = "UPDATE training_sessions SET state = $2, attended_count = $3, absent_count = $4,
    material_count = $5, cancel_reason = $6, updated_at = $7 WHERE id = $1";

#[derive(sqlx::FromRow)]
struct CourseRow {
    id: Uuid,
    province_id: Uuid,
    commune_id: Uuid,
    name: String,
    state: String,
    programme_code: String,
    programme_version: String,
    organizer: String,
    mode: String,
    first_date: Date,
    last_date: Date,
    minutes: i32,
    cancel_reason: String,
    revision: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl TryFrom<CourseRow> for Course {
    type Error = StoreError;

    fn try_from(row: CourseRow) -> Result<Self, StoreError> {
        const T: &str = "training_courses";
        Ok(Course {
            id: Id::from_uuid(row.id),
            province: Id::from_uuid(row.province_id),
            commune: commune_id(row.commune_id),
            name: row.name,
            state: word(CourseState::from_word, &row.state, T, "state", row.id)?,
            programme_code: row.programme_code,
            programme_version: row.programme_version,
            organizer: row.organizer,
            mode: word(TrainingMode::from_word, &row.mode, T, "mode", row.id)?,
            first_date: row.first_date,
            last_date: row.last_date,
            minutes: row.minutes,
            cancel_reason: row.cancel_reason,
            sessions: Vec::new(),
            revision: row.revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    id: Uuid,
    course_id: Uuid,
    number: i32,
    state: String,
    session_date: Date,
    minutes: i32,
    mode: String,
    place: String,
    topic: String,
    materials: String,
    trainers: String,
    attended_count: i32,
    absent_count: i32,
    material_count: i32,
    cancel_reason: String,
}

impl TryFrom<SessionRow> for Session {
    type Error = StoreError;

    fn try_from(row: SessionRow) -> Result<Self, StoreError> {
        const T: &str = "training_sessions";
        let trainer = |text: &str| text.parse().map_err(|_| StoreError::inconsistent(T, "trainers", row.id));
        Ok(Session {
            id: Id::from_uuid(row.id),
            course: Id::from_uuid(row.course_id),
            number: row.number,
            state: word(SessionState::from_word, &row.state, T, "state", row.id)?,
            date: row.session_date,
            minutes: row.minutes,
            mode: word(TrainingMode::from_word, &row.mode, T, "mode", row.id)?,
            place: row.place,
            topic: row.topic,
            materials: row.materials,
            trainers: row.trainers.split_terminator(',').map(trainer).collect::<Result<_, _>>()?,
            tally: Tally { attended: row.attended_count, absent: row.absent_count, material: row.material_count },
            cancel_reason: row.cancel_reason,
        })
    }
}

/// Writes a new course, which has no sessions yet.
pub(crate) async fn insert(tx: &mut Tx, course: &Course) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(INSERT)
        .bind(course.id)
        .bind(course.province)
        .bind(commune_uuid(course.commune))
        .bind(course.name.as_str())
        .bind(course.state.word())
        .bind(course.programme_code.as_str())
        .bind(course.programme_version.as_str())
        .bind(course.organizer.as_str())
        .bind(course.mode.word())
        .bind(course.first_date)
        .bind(course.last_date)
        .bind(course.minutes)
        .bind(course.cancel_reason.as_str())
        .bind(course.revision)
        .bind(course.created_at)
        .execute(c)
        .await
        .map(drop))
}

/// Reads a course with its sessions.
pub(crate) async fn get(tx: &mut Tx, course: CourseId) -> Result<Option<Course>, StoreError> {
    let row: Option<CourseRow> = on!(tx, |c| sqlx::query_as(GET).bind(course).fetch_optional(c).await)?;
    let Some(row) = row else { return Ok(None) };
    let sessions: Vec<SessionRow> = on!(tx, |c| sqlx::query_as(SESSIONS).bind(course).fetch_all(c).await)?;
    let sessions = sessions.into_iter().map(Session::try_from).collect::<Result<_, _>>()?;
    Ok(Some(Course { sessions, ..Course::try_from(row)? }))
}

/// A course with its sessions, as known at an instant.
pub(crate) async fn known(tx: &mut Tx, course: CourseId, known: Timestamp) -> Result<Option<Course>, StoreError> {
    let row: Option<CourseRow> = on!(tx, |c| sqlx::query_as(KNOWN).bind(course).bind(known).fetch_optional(c).await)?;
    let Some(row) = row else { return Ok(None) };
    let sessions: Vec<SessionRow> =
        on!(tx, |c| sqlx::query_as(SESSIONS_KNOWN).bind(course).bind(known).fetch_all(c).await)?;
    let sessions = sessions.into_iter().map(Session::try_from).collect::<Result<_, _>>()?;
    Ok(Some(Course { sessions, ..Course::try_from(row)? }))
}

/// The course of a session.
pub(crate) async fn of_session(tx: &mut Tx, session: SessionId) -> Result<Option<CourseId>, StoreError> {
    on!(tx, |c| sqlx::query_scalar(COURSE_OF_SESSION).bind(session).fetch_optional(c).await)
}

/// A page of courses, without their sessions.
pub(crate) async fn page(tx: &mut Tx, filter: &Filter) -> Result<Vec<Course>, StoreError> {
    let rows: Vec<CourseRow> = on!(tx, |c| {
        let mut query = builder(&c, columns!());
        query.push(if filter.at.is_some() { " FROM training_courses_known t" } else { " FROM training_courses t" });
        push_page(&mut query, filter);
        push_state(&mut query, filter);
        push_end(&mut query, filter);
        query.build_query_as().fetch_all(c).await
    })?;
    rows.into_iter().map(Course::try_from).collect()
}

/// The state asked for, on the day asked about: as `Course::on_day` draws it, a test compares the two.
fn push_state<DB: sqlx::Database>(query: &mut QueryBuilder<DB>, filter: &Filter)
where
    for<'q> Date: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    for<'q> String: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    for<'q> Timestamp: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
{
    if let Some(AsOf { day, .. }) = filter.at {
        query.push(" AND (t.first_date <= ").push_bind(day).push(" OR t.created_at < ");
        query.push_bind(Timestamp::start_of_day_in_vietnam(day.plus_days(1))).push(")");
    }
    let Some(state) = filter.state else { return };
    match filter.at {
        None => drop(query.push(" AND t.state = ").push_bind(state.to_owned())),
        Some(AsOf { day, .. }) => {
            query.push(" AND CASE WHEN t.state IN ('held', 'closed') AND t.last_date > ").push_bind(day);
            query.push(" THEN CASE WHEN t.first_date > ").push_bind(day);
            query.push(" THEN 'planned' ELSE 'open' END ELSE t.state END = ").push_bind(state.to_owned());
        }
    }
}

/// Writes what changed of a course that was at revision `from`; its sessions are written by themselves.
pub(crate) async fn update(tx: &mut Tx, course: &Course, from: i64) -> Result<(), StoreError> {
    let done = on!(tx, |c| sqlx::query(UPDATE)
        .bind(course.id)
        .bind(from)
        .bind(course.state.word())
        .bind(course.last_date)
        .bind(course.minutes)
        .bind(course.cancel_reason.as_str())
        .bind(course.revision)
        .bind(course.updated_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    guarded(done)
}

/// Writes a new session.
pub(crate) async fn insert_session(tx: &mut Tx, session: &Session, now: Timestamp) -> Result<(), StoreError> {
    let trainers: Vec<String> = session.trainers.iter().map(ToString::to_string).collect();
    on!(tx, |c| sqlx::query(INSERT_SESSION)
        .bind(session.id)
        .bind(session.course)
        .bind(session.number)
        .bind(session.state.word())
        .bind(session.date)
        .bind(session.minutes)
        .bind(session.mode.word())
        .bind(session.place.as_str())
        .bind(session.topic.as_str())
        .bind(session.materials.as_str())
        .bind(trainers.join(","))
        .bind(now)
        .execute(c)
        .await
        .map(drop))
}

/// Writes what changed of a session.
pub(crate) async fn update_session(tx: &mut Tx, session: &Session, now: Timestamp) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(UPDATE_SESSION)
        .bind(session.id)
        .bind(session.state.word())
        .bind(session.tally.attended)
        .bind(session.tally.absent)
        .bind(session.tally.material)
        .bind(session.cancel_reason.as_str())
        .bind(now)
        .execute(c)
        .await
        .map(drop))
}
