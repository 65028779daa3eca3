//! Reorganisations, and the places that they left to be decided.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Id, Timestamp, Uuid};

use super::{AsOf, FOREVER, builder, count, guarded, keep_prepared, number, push_known, units::CHUNK, word};
use crate::domain::{
    Attachment, AttachmentId, AttachmentState, AttachmentSubject, Decision, Reorganization, ReorganizationId,
};

macro_rules! attachments {
    () => {
        "SELECT id, reorganization_id, subject, subject_id, from_unit_id, commune_id, province_id, effective_date, state,
        to_unit_id, revision, created_at, updated_at"
    };
}

pub(super) const INSERT: &str = "INSERT INTO reorganizations (id, decision_number, decision_date, decision_issuer,
    effective_date, created_unit_count, changed_unit_count, ended_unit_count, edge_count, moved_team_count,
    open_attachment_count, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
pub(super) const GET: &str = "SELECT id, decision_number, decision_date, decision_issuer, effective_date,
    created_unit_count, changed_unit_count, ended_unit_count, edge_count, moved_team_count, open_attachment_count,
    created_at FROM reorganizations WHERE id = $1";
pub(super) const ATTACHMENT: &str = concat!(attachments!(), " FROM attachments WHERE id = $1");
pub(super) const RESOLVE: &str = "UPDATE attachments SET state = 'resolved', to_unit_id = $3, revision = $2 + 1,
    updated_at = $4 WHERE id = $1 AND revision = $2";

#[derive(sqlx::FromRow)]
struct ReorganizationRow {
    id: Uuid,
    decision_number: String,
    decision_date: Date,
    decision_issuer: String,
    effective_date: Date,
    created_unit_count: i32,
    changed_unit_count: i32,
    ended_unit_count: i32,
    edge_count: i32,
    moved_team_count: i32,
    open_attachment_count: i32,
    created_at: Timestamp,
}

impl From<ReorganizationRow> for Reorganization {
    fn from(row: ReorganizationRow) -> Self {
        let (number, issue_date, issuer) = (row.decision_number, row.decision_date, row.decision_issuer);
        Self {
            id: Some(Id::from_uuid(row.id)),
            decision: Decision { number, issue_date, issuer },
            effective: row.effective_date,
            created: count(row.created_unit_count),
            changed: count(row.changed_unit_count),
            ended: count(row.ended_unit_count),
            edges: count(row.edge_count),
            moved_teams: count(row.moved_team_count),
            open_attachments: count(row.open_attachment_count),
            created_at: row.created_at,
        }
    }
}

#[derive(sqlx::FromRow)]
struct AttachmentRow {
    id: Uuid,
    reorganization_id: Uuid,
    subject: String,
    subject_id: Uuid,
    from_unit_id: Uuid,
    commune_id: Uuid,
    province_id: Uuid,
    effective_date: Date,
    state: String,
    to_unit_id: Option<Uuid>,
    revision: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl TryFrom<AttachmentRow> for Attachment {
    type Error = StoreError;

    fn try_from(row: AttachmentRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: Some(Id::from_uuid(row.id)),
            reorganization: Some(Id::from_uuid(row.reorganization_id)),
            subject: word(AttachmentSubject::from_word, &row.subject, "attachments", "subject", row.id)?,
            subject_id: row.subject_id,
            from: Id::from_uuid(row.from_unit_id),
            commune: Id::from_uuid(row.commune_id),
            province: Id::from_uuid(row.province_id),
            effective: row.effective_date,
            state: word(AttachmentState::from_word, &row.state, "attachments", "state", row.id)?,
            candidates: Vec::new(),
            to: row.to_unit_id.map(Id::from_uuid),
            revision: row.revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// Keeps a reorganisation.
pub(crate) async fn insert(tx: &mut Tx, id: ReorganizationId, done: &Reorganization) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(INSERT)
        .bind(id)
        .bind(&done.decision.number)
        .bind(done.decision.issue_date)
        .bind(&done.decision.issuer)
        .bind(done.effective)
        .bind(number(done.created))
        .bind(number(done.changed))
        .bind(number(done.ended))
        .bind(number(done.edges))
        .bind(number(done.moved_teams))
        .bind(number(done.open_attachments))
        .bind(done.created_at)
        .execute(c)
        .await
        .map(drop))
}

/// A reorganisation.
pub(crate) async fn get(tx: &mut Tx, id: ReorganizationId) -> Result<Option<Reorganization>, StoreError> {
    let row: Option<ReorganizationRow> = on!(tx, |c| sqlx::query_as(GET).bind(id).fetch_optional(c).await)?;
    Ok(row.map(Reorganization::from))
}

/// Keeps places to be decided.
pub(crate) async fn insert_attachments(
    tx: &mut Tx,
    reorganization: ReorganizationId,
    attachments: &[(AttachmentId, &Attachment)],
) -> Result<(), StoreError> {
    for attachments in attachments.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = builder(
                &c,
                "INSERT INTO attachments (id, reorganization_id, subject, subject_id, from_unit_id, commune_id,
                province_id, effective_date, state, revision, created_at, updated_at) ",
            );
            query.push_values(attachments, |mut row, (id, one)| {
                row.push_bind(id.uuid()).push_bind(reorganization.uuid()).push_bind(one.subject.word());
                row.push_bind(one.subject_id).push_bind(one.from.uuid()).push_bind(one.commune.uuid());
                row.push_bind(one.province.uuid()).push_bind(one.effective).push_bind(one.state.word());
                row.push_bind(one.revision).push_bind(one.created_at).push_bind(one.updated_at);
            });
            query.build().persistent(keep_prepared(attachments.len())).execute(c).await.map(|done| done.rows_affected())
        })?;
    }
    Ok(())
}

/// A place to be decided.
pub(crate) async fn attachment(tx: &mut Tx, id: AttachmentId) -> Result<Option<Attachment>, StoreError> {
    let row: Option<AttachmentRow> = on!(tx, |c| sqlx::query_as(ATTACHMENT).bind(id).fetch_optional(c).await)?;
    row.map(Attachment::try_from).transpose()
}

/// Decides a place that was at a revision.
pub(crate) async fn resolve(
    tx: &mut Tx,
    id: AttachmentId,
    from: i64,
    to: Uuid,
    now: Timestamp,
) -> Result<(), StoreError> {
    let done = on!(tx, |c| sqlx::query(RESOLVE)
        .bind(id)
        .bind(from)
        .bind(to)
        .bind(now)
        .execute(c)
        .await
        .map(|d| d.rows_affected()));
    guarded(done?)
}

/// Which places are listed.
#[derive(Debug, Clone)]
pub(crate) struct AttachmentFilter {
    /// Of one reorganisation.
    pub(crate) reorganization: Option<ReorganizationId>,
    /// In one state.
    pub(crate) state: Option<AttachmentState>,
    /// Of reorganisations in effect on a day, as known at an instant; none: all, as known now.
    pub(crate) at: Option<AsOf>,
    /// Only in these provinces and communes; none: no restriction.
    pub(crate) within: Option<Vec<Uuid>>,
    /// Only ids after this one.
    pub(crate) after: Uuid,
    /// How many rows.
    pub(crate) limit: i64,
}

/// A page of places, oldest first: ids grow with time.
pub(crate) async fn page(tx: &mut Tx, filter: &AttachmentFilter) -> Result<Vec<Attachment>, StoreError> {
    let rows: Vec<AttachmentRow> = on!(tx, |c| {
        let mut query = builder(&c, attachments!());
        query.push(if filter.at.is_some() { " FROM attachments_known t" } else { " FROM attachments t" });
        query.push(" WHERE id > ").push_bind(filter.after);
        if let Some(at) = filter.at {
            query.push(" AND effective_date <= ").push_bind(at.day);
            push_known(&mut query, at.known);
        }
        if let Some(reorganization) = filter.reorganization {
            query.push(" AND reorganization_id = ").push_bind(reorganization.uuid());
        }
        match filter.state {
            // Spelled out, so that the partial index is found.
            Some(AttachmentState::Open) => drop(query.push(" AND state = 'open'")),
            Some(state) => drop(query.push(" AND state = ").push_bind(state.word())),
            None => {}
        }
        if let Some(units) = &filter.within {
            query.push(" AND (1 = 0");
            for column in ["province_id", "commune_id"] {
                if !units.is_empty() {
                    query.push(" OR ").push(column).push(" IN (");
                    let mut list = query.separated(", ");
                    for unit in units {
                        list.push_bind(*unit);
                    }
                    query.push(")");
                }
            }
            // Whoever has a part of what was divided sees what is to be decided of it.
            if !units.is_empty() {
                query.push(" OR from_unit_id IN (SELECT predecessor_id FROM unit_edges WHERE superseded_at = ");
                query.push_bind(FOREVER).push(" AND unit_id IN (");
                let mut list = query.separated(", ");
                for unit in units {
                    list.push_bind(*unit);
                }
                query.push("))");
            }
            query.push(")");
        }
        query.push(" ORDER BY id LIMIT ").push_bind(filter.limit);
        query.build_query_as().fetch_all(c).await
    })?;
    rows.into_iter().map(Attachment::try_from).collect()
}
