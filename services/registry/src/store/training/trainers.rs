//! Trainers: who they are lies sealed.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Id, Timestamp, Uuid};

use super::{commune_id, commune_uuid, push_end, push_page};
use crate::{
    domain::training::{Trainer, TrainerId},
    store::{Filter, builder, decision, guarded, keep_prepared},
};

pub(super) const STATEMENTS: &[&str] = &[INSERT, GET, END];

macro_rules! columns {
    () => {
        "SELECT t.id, t.province_id, t.commune_id, t.sealed_person, t.organization, t.decision_number, t.decision_date,
        t.decision_issuer, t.end_date, t.revision FROM "
    };
}

const INSERT: &str = "INSERT INTO trainers (id, province_id, commune_id, sealed_person, organization, decision_number,
    decision_date, decision_issuer, revision, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const GET: &str = concat!(columns!(), "trainers t WHERE t.id = $1");
const END: &str =
    "UPDATE trainers SET end_date = $3, revision = $2 + 1, updated_at = $4 WHERE id = $1 AND revision = $2";

#[derive(sqlx::FromRow)]
struct TrainerRow {
    id: Uuid,
    province_id: Uuid,
    commune_id: Uuid,
    sealed_person: Vec<u8>,
    organization: String,
    decision_number: Option<String>,
    decision_date: Option<Date>,
    decision_issuer: Option<String>,
    end_date: Option<Date>,
    revision: i64,
}

impl From<TrainerRow> for Trainer {
    fn from(row: TrainerRow) -> Self {
        Trainer {
            id: Id::from_uuid(row.id),
            province: Id::from_uuid(row.province_id),
            commune: commune_id(row.commune_id),
            sealed_person: row.sealed_person,
            organization: row.organization,
            decision: decision(row.decision_number, row.decision_date, row.decision_issuer),
            ended: row.end_date,
            revision: row.revision,
        }
    }
}

/// Writes a trainer.
pub(crate) async fn insert(tx: &mut Tx, trainer: &Trainer, now: Timestamp) -> Result<(), StoreError> {
    let decision = trainer.decision.as_ref();
    on!(tx, |c| sqlx::query(INSERT)
        .bind(trainer.id)
        .bind(trainer.province)
        .bind(commune_uuid(trainer.commune))
        .bind(trainer.sealed_person.as_slice())
        .bind(trainer.organization.as_str())
        .bind(decision.map(|d| d.number.as_str()))
        .bind(decision.map(|d| d.issue_date))
        .bind(decision.map(|d| d.issuer.as_str()))
        .bind(trainer.revision)
        .bind(now)
        .execute(c)
        .await
        .map(drop))
}

/// Reads a trainer.
pub(crate) async fn get(tx: &mut Tx, id: TrainerId) -> Result<Option<Trainer>, StoreError> {
    let row: Option<TrainerRow> = on!(tx, |c| sqlx::query_as(GET).bind(id).fetch_optional(c).await)?;
    Ok(row.map(Trainer::from))
}

/// Trainers by their ids: a session has few.
pub(crate) async fn of_ids(tx: &mut Tx, ids: &[TrainerId]) -> Result<Vec<Trainer>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<TrainerRow> = on!(tx, |c| {
        let mut query = builder(&c, concat!(columns!(), "trainers t WHERE t.id IN ("));
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(id.uuid());
        }
        query.push(")");
        query.build_query_as().persistent(keep_prepared(ids.len())).fetch_all(c).await
    })?;
    Ok(rows.into_iter().map(Trainer::from).collect())
}

/// A page of trainers.
pub(crate) async fn page(tx: &mut Tx, filter: &Filter) -> Result<Vec<Trainer>, StoreError> {
    let rows: Vec<TrainerRow> = on!(tx, |c| {
        let mut query = builder(&c, columns!());
        query.push(if filter.at.is_some() { "trainers_known t" } else { "trainers t" });
        push_page(&mut query, filter);
        if let Some(at) = filter.at {
            query.push(" AND (t.decision_date IS NULL OR t.decision_date <= ").push_bind(at.day).push(")");
        }
        push_end(&mut query, filter);
        query.build_query_as().fetch_all(c).await
    })?;
    Ok(rows.into_iter().map(Trainer::from).collect())
}

/// Writes the end of a trainer who was at the revision before.
pub(crate) async fn end(tx: &mut Tx, trainer: &Trainer, now: Timestamp) -> Result<(), StoreError> {
    let done = on!(tx, |c| sqlx::query(END)
        .bind(trainer.id)
        .bind(trainer.revision - 1)
        .bind(trainer.ended)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    guarded(done)
}
