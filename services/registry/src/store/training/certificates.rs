//! Certificates of courses.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Id, Timestamp, Uuid};

use super::CHUNK;
use crate::{
    domain::training::{Certificate, CertificateId, CourseId},
    store::{AsOf, builder, guarded, keep_prepared},
};

pub(super) const STATEMENTS: &[&str] = &[GET, OF_COURSE, OF_BATCH, PAGE, PAGE_KNOWN, REVOKE];

macro_rules! columns {
    () => {
        "SELECT id, course_id, mediator_id, number, issue_date, issuer, revoke_date, revoke_reason, revision FROM "
    };
}

const GET: &str = concat!(columns!(), "training_certificates WHERE id = $1");
const OF_COURSE: &str = concat!(columns!(), "training_certificates WHERE course_id = $1");
const OF_BATCH: &str = concat!(columns!(), "training_certificates WHERE batch_id = $1 ORDER BY batch_index");
const PAGE: &str = concat!(columns!(), "training_certificates WHERE course_id = $1 AND id > $2 ORDER BY id LIMIT $3");
const PAGE_KNOWN: &str = concat!(
    columns!(),
    "training_certificates_known WHERE course_id = $1 AND id > $2 AND recorded_at <= $4 AND superseded_at > $4
    AND issue_date <= $5 ORDER BY id LIMIT $3"
);
const REVOKE: &str = "UPDATE training_certificates SET revoke_date = $3, revoke_reason = $4, revision = $2 + 1,
    updated_at = $5 WHERE id = $1 AND revision = $2";

#[derive(sqlx::FromRow)]
struct CertificateRow {
    id: Uuid,
    course_id: Uuid,
    mediator_id: Uuid,
    number: String,
    issue_date: Date,
    issuer: String,
    revoke_date: Option<Date>,
    revoke_reason: String,
    revision: i64,
}

impl From<CertificateRow> for Certificate {
    fn from(row: CertificateRow) -> Self {
        Certificate {
            id: Id::from_uuid(row.id),
            course: Id::from_uuid(row.course_id),
            mediator: Id::from_uuid(row.mediator_id),
            number: row.number,
            issue_date: row.issue_date,
            issuer: row.issuer,
            revoked: row.revoke_date,
            revoke_reason: row.revoke_reason,
            revision: row.revision,
        }
    }
}

fn all(rows: Vec<CertificateRow>) -> Vec<Certificate> {
    rows.into_iter().map(Certificate::from).collect()
}

/// Writes certificates issued together.
pub(crate) async fn insert(
    tx: &mut Tx,
    batch: Uuid,
    certificates: &[Certificate],
    now: Timestamp,
) -> Result<(), StoreError> {
    let numbered: Vec<(i32, &Certificate)> = (0i32..).zip(certificates).collect();
    for part in numbered.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = builder(
                &c,
                "INSERT INTO training_certificates (id, course_id, batch_id, batch_index, mediator_id, number,
                issue_date, issuer, revoke_reason, revision, updated_at) ",
            );
            query.push_values(part, |mut row, (index, one)| {
                row.push_bind(one.id.uuid()).push_bind(one.course.uuid()).push_bind(batch).push_bind(*index);
                row.push_bind(one.mediator.uuid()).push_bind(one.number.as_str()).push_bind(one.issue_date);
                row.push_bind(one.issuer.as_str()).push_bind("").push_bind(one.revision).push_bind(now);
            });
            query.build().persistent(keep_prepared(part.len())).execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// Reads a certificate.
pub(crate) async fn get(tx: &mut Tx, id: CertificateId) -> Result<Option<Certificate>, StoreError> {
    let row: Option<CertificateRow> = on!(tx, |c| sqlx::query_as(GET).bind(id).fetch_optional(c).await)?;
    Ok(row.map(Certificate::from))
}

/// All of a course: as many as it had participants.
pub(crate) async fn of_course(tx: &mut Tx, course: CourseId) -> Result<Vec<Certificate>, StoreError> {
    Ok(all(on!(tx, |c| sqlx::query_as(OF_COURSE).bind(course).fetch_all(c).await)?))
}

/// Those issued together, in the order of the request.
pub(crate) async fn of_batch(tx: &mut Tx, batch: Uuid) -> Result<Vec<Certificate>, StoreError> {
    Ok(all(on!(tx, |c| sqlx::query_as(OF_BATCH).bind(batch).fetch_all(c).await)?))
}

/// A page of those of a course.
pub(crate) async fn page(
    tx: &mut Tx,
    course: CourseId,
    at: Option<AsOf>,
    (after, limit): (Uuid, i64),
) -> Result<Vec<Certificate>, StoreError> {
    Ok(all(on!(tx, |c| {
        let page = sqlx::query_as(if at.is_some() { PAGE_KNOWN } else { PAGE }).bind(course).bind(after).bind(limit);
        match at {
            None => page.fetch_all(c).await,
            Some(at) => page.bind(at.known).bind(at.day).fetch_all(c).await,
        }
    })?))
}

/// Writes the revocation of a certificate that was at the revision before.
pub(crate) async fn revoke(tx: &mut Tx, certificate: &Certificate, now: Timestamp) -> Result<(), StoreError> {
    let done = on!(tx, |c| sqlx::query(REVOKE)
        .bind(certificate.id)
        .bind(certificate.revision - 1)
        .bind(certificate.revoked)
        .bind(certificate.revoke_reason.as_str())
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    guarded(done)
}
