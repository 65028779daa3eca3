//! Assignments of roles, as they are and as they were known.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Timestamp, Uuid};
use sqlx::FromRow;

use crate::domain::{RoleAssignment, RoleAssignmentId};

pub(super) const STATEMENTS: &[&str] = &[NUMBER, GET, KNOWN, PAGE, PAGE_KNOWN, STANDING, CHANGED, INSERT, END];

/// Columns of an assignment, whichever table or view they are read from.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, issuer, subject, display_name, role, area, person_id, valid_from, valid_to, ground, end_ground,
                ended_at_once, change_number, revision, create_time, update_time ",
            $rest
        )
    };
}

const NUMBER: &str =
    "UPDATE role_assignment_changes SET last_number = last_number + 1 WHERE one = 1 RETURNING last_number";
const GET: &str = select!("FROM role_assignments WHERE id = $1");
const KNOWN: &str =
    select!("FROM role_assignments_known WHERE id = $1 AND recorded_time <= $2 AND $2 < superseded_time");
const PAGE: &str = select!(
    "FROM role_assignments WHERE id > $1
        AND ($2 = '' OR subject = $2) AND ($3 = '' OR area = $3) AND ($4 = '' OR role = $4)
        AND (CAST($5 AS TEXT) IS NULL OR (valid_from <= $5 AND (valid_to IS NULL OR $5 <= valid_to)))
    ORDER BY id LIMIT $6"
);
const PAGE_KNOWN: &str = select!(
    "FROM role_assignments_known WHERE id > $1
        AND ($2 = '' OR subject = $2) AND ($3 = '' OR area = $3) AND ($4 = '' OR role = $4)
        AND (CAST($5 AS TEXT) IS NULL OR (valid_from <= $5 AND (valid_to IS NULL OR $5 <= valid_to)))
        AND recorded_time <= $7 AND $7 < superseded_time
    ORDER BY id LIMIT $6"
);
const STANDING: &str = select!(
    "FROM role_assignments WHERE issuer = $1 AND subject = $2 AND NOT ended_at_once
        AND (valid_to IS NULL OR $3 <= valid_to) ORDER BY id"
);
const CHANGED: &str = select!(
    "FROM role_assignments WHERE change_number > $1
        AND (CAST($2 AS TEXT) IS NULL OR valid_to IS NULL OR $2 <= valid_to)
    ORDER BY change_number LIMIT $3"
);
const INSERT: &str =
    "INSERT INTO role_assignments (id, issuer, subject, display_name, role, area, person_id, valid_from,
        valid_to, ground, end_ground, ended_at_once, change_number, revision, create_time, update_time)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)";
const END: &str = "UPDATE role_assignments SET valid_to = $3, end_ground = $4, ended_at_once = $5, change_number = $6,
        update_time = $7, revision = $2 + 1
    WHERE id = $1 AND revision = $2";

#[derive(FromRow)]
struct Row {
    id: RoleAssignmentId,
    issuer: String,
    subject: String,
    display_name: String,
    role: String,
    area: String,
    person_id: Option<Uuid>,
    valid_from: Date,
    valid_to: Option<Date>,
    ground: String,
    end_ground: String,
    ended_at_once: bool,
    change_number: i64,
    revision: i64,
    create_time: Timestamp,
    update_time: Timestamp,
}

impl TryFrom<Row> for RoleAssignment {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let wrong = |column: &'static str| StoreError::inconsistent("role_assignments", column, row.id);
        Ok(RoleAssignment {
            id: row.id,
            role: row.role.parse().map_err(|_| wrong("role"))?,
            area: row.area.parse().map_err(|_| wrong("area"))?,
            issuer: row.issuer,
            subject: row.subject,
            display_name: row.display_name,
            person: row.person_id,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            ground: row.ground,
            end_ground: row.end_ground,
            ended_at_once: row.ended_at_once,
            change_number: row.change_number,
            revision: row.revision,
            create_time: row.create_time,
            update_time: row.update_time,
        })
    }
}

fn all(rows: Vec<Row>) -> Result<Vec<RoleAssignment>, StoreError> {
    rows.into_iter().map(RoleAssignment::try_from).collect()
}

/// What a list is asked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of this account; empty: of all.
    pub subject: String,
    /// For this area; empty: for all.
    pub area: String,
    /// Of this role; empty: of all.
    pub role: String,
    /// In force on this day.
    pub valid_at: Option<Date>,
    /// As was known then.
    pub known_at: Option<Timestamp>,
}

/// The number of a change; whoever changes another waits until this is committed.
pub async fn number(tx: &mut Tx) -> Result<i64, StoreError> {
    on!(tx, |c| sqlx::query_scalar(NUMBER).fetch_one(c).await)
}

/// Finds one, as it is or as was known then.
pub async fn find(
    tx: &mut Tx,
    id: RoleAssignmentId,
    known_at: Option<Timestamp>,
) -> Result<Option<RoleAssignment>, StoreError> {
    let row: Option<Row> = match known_at {
        None => on!(tx, |c| sqlx::query_as(GET).bind(id).fetch_optional(c).await)?,
        Some(then) => on!(tx, |c| sqlx::query_as(KNOWN).bind(id).bind(then).fetch_optional(c).await)?,
    };
    row.map(RoleAssignment::try_from).transpose()
}

/// A page in the order of the ids.
pub async fn page(
    tx: &mut Tx,
    wanted: &Wanted,
    after: Option<RoleAssignmentId>,
    limit: i64,
) -> Result<Vec<RoleAssignment>, StoreError> {
    let after = after.unwrap_or(RoleAssignmentId::from_uuid(Uuid::nil()));
    let statement = if wanted.known_at.is_some() { PAGE_KNOWN } else { PAGE };
    let rows: Vec<Row> = on!(tx, |c| {
        let query = sqlx::query_as(statement).bind(after).bind(&wanted.subject).bind(&wanted.area);
        let query = query.bind(&wanted.role).bind(wanted.valid_at).bind(limit);
        let query = if let Some(then) = wanted.known_at { query.bind(then) } else { query };
        query.fetch_all(c).await
    })?;
    all(rows)
}

/// Those of an account that are not over: a few.
pub async fn standing(
    tx: &mut Tx,
    (issuer, subject): (&str, &str),
    today: Date,
) -> Result<Vec<RoleAssignment>, StoreError> {
    let rows = on!(tx, |c| sqlx::query_as(STANDING).bind(issuer).bind(subject).bind(today).fetch_all(c).await)?;
    all(rows)
}

/// Those that were changed after a number, in the order of their changes; without those that ended before a day.
pub async fn changed(
    tx: &mut Tx,
    after: i64,
    from: Option<Date>,
    limit: i64,
) -> Result<Vec<RoleAssignment>, StoreError> {
    let rows = on!(tx, |c| sqlx::query_as(CHANGED).bind(after).bind(from).bind(limit).fetch_all(c).await)?;
    all(rows)
}

/// Inserts one.
pub async fn insert(tx: &mut Tx, one: &RoleAssignment) -> Result<(), StoreError> {
    let (role, area) = (one.role.name(), one.area.to_string());
    on!(tx, |c| sqlx::query(INSERT)
        .bind(one.id)
        .bind(&one.issuer)
        .bind(&one.subject)
        .bind(&one.display_name)
        .bind(role)
        .bind(&area)
        .bind(one.person)
        .bind(one.valid_from)
        .bind(one.valid_to)
        .bind(&one.ground)
        .bind(&one.end_ground)
        .bind(one.ended_at_once)
        .bind(one.change_number)
        .bind(one.revision)
        .bind(one.create_time)
        .execute(c)
        .await
        .map(drop))
}

/// Writes the end of one, guarded by the revision that was read.
pub async fn end(tx: &mut Tx, one: &mut RoleAssignment, now: Timestamp) -> Result<(), StoreError> {
    let done = on!(tx, |c| sqlx::query(END)
        .bind(one.id)
        .bind(one.revision)
        .bind(one.valid_to)
        .bind(&one.end_ground)
        .bind(one.ended_at_once)
        .bind(one.change_number)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if done != 1 {
        return Err(StoreError::Stale);
    }
    (one.revision, one.update_time) = (one.revision + 1, now);
    Ok(())
}
