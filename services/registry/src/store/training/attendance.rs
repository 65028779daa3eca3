//! Who took part in which session. A line that is corrected is superseded, not changed.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Id, Timestamp, Uuid};

use super::CHUNK;
use crate::{
    domain::{
        MediatorId,
        training::{Attendance, CourseId, Participant, Presence, Session, SessionId, Tally},
    },
    store::{AsOf, FOREVER, builder, keep_prepared, word},
};

pub(super) const STATEMENTS: &[&str] = &[TALLY, OF_SESSION, OF_MEDIATOR, LISTED, ATTENDED_COURSE];

const TALLY: &str = "SELECT CAST(COALESCE(sum(CASE WHEN presence = 'attended' THEN 1 ELSE 0 END), 0) AS BIGINT),
        CAST(COALESCE(sum(CASE WHEN presence <> 'attended' THEN 1 ELSE 0 END), 0) AS BIGINT),
        CAST(COALESCE(sum(CASE WHEN material THEN 1 ELSE 0 END), 0) AS BIGINT)
    FROM training_attendance WHERE session_id = $1 AND superseded_at = $2";
// $2: as known at.
const OF_SESSION: &str = "SELECT mediator_id, presence, minutes, material FROM training_attendance
    WHERE session_id = $1 AND recorded_at <= $2 AND superseded_at > $2 AND mediator_id > $3 AND session_date <= $5
    ORDER BY mediator_id LIMIT $4";
const OF_MEDIATOR: &str = "SELECT c.id AS course_id, c.name AS course_name, a.session_id, a.session_date, a.presence,
        a.minutes, a.material
    FROM training_attendance a JOIN training_sessions s ON s.id = a.session_id
        JOIN training_courses c ON c.id = s.course_id
    WHERE a.mediator_id = $1 AND a.recorded_at <= $2 AND a.superseded_at > $2
        AND (a.session_date, a.session_id) > ($3, $4) AND a.session_date <= $6
    ORDER BY a.session_date, a.session_id LIMIT $5";
const LISTED: &str = "SELECT mediator_id FROM training_attendance WHERE session_id = $1 AND superseded_at = $2";
const ATTENDED_COURSE: &str = "SELECT DISTINCT a.mediator_id FROM training_sessions s
    JOIN training_attendance a ON a.session_id = s.id
    WHERE s.course_id = $1 AND a.superseded_at = $2 AND a.presence = 'attended'";

#[derive(sqlx::FromRow)]
struct AttendanceRow {
    mediator_id: Uuid,
    presence: String,
    minutes: i32,
    material: bool,
}

#[derive(sqlx::FromRow)]
struct TrainingRow {
    course_id: CourseId,
    course_name: String,
    session_id: SessionId,
    session_date: Date,
    presence: String,
    minutes: i32,
    material: bool,
}

/// One session of a mediator's record.
#[derive(Debug, Clone)]
pub(crate) struct Training {
    /// The course.
    pub(crate) course: CourseId,
    /// Its name.
    pub(crate) course_name: String,
    /// The session.
    pub(crate) session: SessionId,
    /// Its day.
    pub(crate) date: Date,
    /// Presence.
    pub(crate) presence: Presence,
    /// Minutes attended.
    pub(crate) minutes: i32,
    /// Whether material was given.
    pub(crate) material: bool,
}

#[derive(sqlx::FromRow)]
struct ParticipantRow {
    id: Uuid,
    team_id: Uuid,
    area_unit_id: Uuid,
    commune_id: Uuid,
    province_id: Uuid,
    recognition_date: Option<Date>,
    cessation_date: Option<Date>,
}

impl From<ParticipantRow> for Participant {
    fn from(row: ParticipantRow) -> Self {
        Participant {
            id: Id::from_uuid(row.id),
            team: Id::from_uuid(row.team_id),
            area_unit: Id::from_uuid(row.area_unit_id),
            commune: Id::from_uuid(row.commune_id),
            province: Id::from_uuid(row.province_id),
            recognized: row.recognition_date,
            ceased: row.cessation_date,
        }
    }
}

/// Mediators by their ids, in a few statements however many they are; those that are not there are left out.
pub(crate) async fn participants(tx: &mut Tx, ids: &[MediatorId]) -> Result<Vec<Participant>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let rows: Vec<ParticipantRow> = on!(tx, |c| {
            let mut query = builder(
                &c,
                "SELECT id, team_id, area_unit_id, commune_id, province_id, recognition_date, cessation_date
                FROM mediators WHERE id IN (",
            );
            let mut list = query.separated(", ");
            for id in ids {
                list.push_bind(id.uuid());
            }
            query.push(")");
            query.build_query_as().persistent(keep_prepared(ids.len())).fetch_all(c).await
        })?;
        found.extend(rows.into_iter().map(Participant::from));
    }
    Ok(found)
}

/// Supersedes the lines of these mediators in a session.
pub(crate) async fn supersede(
    tx: &mut Tx,
    session: SessionId,
    mediators: &[MediatorId],
    now: Timestamp,
) -> Result<(), StoreError> {
    for ids in mediators.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = builder(&c, "UPDATE training_attendance SET superseded_at = ");
            query.push_bind(now).push(" WHERE session_id = ").push_bind(session.uuid());
            query.push(" AND superseded_at = ").push_bind(FOREVER).push(" AND mediator_id IN (");
            let mut list = query.separated(", ");
            for id in ids {
                list.push_bind(id.uuid());
            }
            query.push(")");
            query.build().persistent(keep_prepared(ids.len())).execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// Writes lines of a session, at a revision of its course.
pub(crate) async fn insert(
    tx: &mut Tx,
    session: &Session,
    roll: &[Attendance],
    revision: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    for roll in roll.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = builder(
                &c,
                "INSERT INTO training_attendance (session_id, mediator_id, revision, session_date, presence, minutes,
                material, recorded_at, superseded_at) ",
            );
            query.push_values(roll, |mut row, one| {
                row.push_bind(session.id.uuid()).push_bind(one.mediator.uuid()).push_bind(revision);
                row.push_bind(session.date).push_bind(one.presence.word()).push_bind(one.minutes);
                row.push_bind(one.material).push_bind(now).push_bind(FOREVER);
            });
            query.build().persistent(keep_prepared(roll.len())).execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// The numbers of a session as known now.
pub(crate) async fn tally(tx: &mut Tx, session: SessionId) -> Result<Tally, StoreError> {
    let (attended, absent, material): (i64, i64, i64) =
        on!(tx, |c| sqlx::query_as(TALLY).bind(session).bind(FOREVER).fetch_one(c).await)?;
    let number = |count: i64| i32::try_from(count).unwrap_or(i32::MAX);
    Ok(Tally { attended: number(attended), absent: number(absent), material: number(material) })
}

/// Who is on the roll of a session now.
pub(crate) async fn listed(tx: &mut Tx, session: SessionId) -> Result<Vec<MediatorId>, StoreError> {
    on!(tx, |c| sqlx::query_scalar(LISTED).bind(session).bind(FOREVER).fetch_all(c).await)
}

/// Who attended a session of a course.
pub(crate) async fn attended_course(tx: &mut Tx, course: CourseId) -> Result<Vec<MediatorId>, StoreError> {
    on!(tx, |c| sqlx::query_scalar(ATTENDED_COURSE).bind(course).bind(FOREVER).fetch_all(c).await)
}

/// A page of the roll of a session held by a day, as known at an instant.
pub(crate) async fn of_session(
    tx: &mut Tx,
    session: SessionId,
    at: AsOf,
    (after, limit): (Uuid, i64),
) -> Result<Vec<Attendance>, StoreError> {
    let rows: Vec<AttendanceRow> = on!(tx, |c| sqlx::query_as(OF_SESSION)
        .bind(session)
        .bind(at.known)
        .bind(after)
        .bind(limit)
        .bind(at.day)
        .fetch_all(c)
        .await)?;
    let presence = |row: &AttendanceRow| presence(&row.presence, row.mediator_id);
    let one = |row: AttendanceRow| {
        Ok(Attendance {
            mediator: Id::from_uuid(row.mediator_id),
            presence: presence(&row)?,
            minutes: row.minutes,
            material: row.material,
        })
    };
    rows.into_iter().map(one).collect()
}

/// A page of the record of a mediator up to a day, as known at an instant.
pub(crate) async fn of_mediator(
    tx: &mut Tx,
    mediator: MediatorId,
    at: AsOf,
    (after, limit): ((Date, Uuid), i64),
) -> Result<Vec<Training>, StoreError> {
    let rows: Vec<TrainingRow> = on!(tx, |c| sqlx::query_as(OF_MEDIATOR)
        .bind(mediator)
        .bind(at.known)
        .bind(after.0)
        .bind(after.1)
        .bind(limit)
        .bind(at.day)
        .fetch_all(c)
        .await)?;
    let one = |row: TrainingRow| {
        Ok(Training {
            presence: presence(&row.presence, row.session_id.uuid())?,
            course: row.course_id,
            course_name: row.course_name,
            session: row.session_id,
            date: row.session_date,
            minutes: row.minutes,
            material: row.material,
        })
    };
    rows.into_iter().map(one).collect()
}

fn presence(text: &str, row: Uuid) -> Result<Presence, StoreError> {
    word(Presence::from_word, text, "training_attendance", "presence", row)
}
