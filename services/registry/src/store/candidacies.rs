//! What is kept of candidacies beside the mediators' rows, and absences of mediators.

use std::collections::HashMap;

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Id, Timestamp, Uuid};

use super::{builder, count, keep_prepared, number, push_known};
use crate::domain::{Absence, Candidacy, ElectionId, MediatorId};

pub(super) const OF_ELECTION: &str =
    "SELECT c.mediator_id, c.nominate_date, c.organization, c.consent_date, c.votes_against, c.nomination_id,
    c.nomination_index FROM mediators m JOIN candidacies c ON c.mediator_id = m.id
    WHERE m.election_id = $1 ORDER BY m.election_index";
pub(super) const GET: &str = "SELECT mediator_id, nominate_date, organization, consent_date, votes_against,
    nomination_id, nomination_index FROM candidacies WHERE mediator_id = $1";
pub(super) const VOTES: &str = "UPDATE candidacies SET votes_against = $2 WHERE mediator_id = $1";
pub(super) const PUT_ABSENCE: &str = "INSERT INTO absences (mediator_id, from_date, to_date, sealed_reason, updated_at)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (mediator_id) DO UPDATE SET from_date = excluded.from_date,
        to_date = excluded.to_date, sealed_reason = excluded.sealed_reason, updated_at = excluded.updated_at,
        cleared = FALSE";
pub(super) const CLEAR_ABSENCE: &str = "UPDATE absences SET cleared = TRUE, updated_at = $2 WHERE mediator_id = $1";

#[derive(sqlx::FromRow)]
struct CandidacyRow {
    mediator_id: Uuid,
    nominate_date: Option<Date>,
    organization: String,
    consent_date: Option<Date>,
    votes_against: i32,
    nomination_id: Option<Uuid>,
    nomination_index: Option<i32>,
}

impl From<CandidacyRow> for Candidacy {
    fn from(row: CandidacyRow) -> Self {
        Candidacy {
            mediator: Id::from_uuid(row.mediator_id),
            nomination: row.nomination_id.zip(row.nomination_index),
            nominate_date: row.nominate_date,
            organization: row.organization,
            consent_date: row.consent_date,
            votes_against: count(row.votes_against),
        }
    }
}

#[derive(sqlx::FromRow)]
struct AbsenceRow {
    mediator_id: Uuid,
    from_date: Date,
    to_date: Option<Date>,
    sealed_reason: Option<Vec<u8>>,
}

/// Writes candidacies.
pub(crate) async fn insert(tx: &mut Tx, candidacies: &[Candidacy]) -> Result<(), StoreError> {
    if candidacies.is_empty() {
        return Ok(());
    }
    on!(tx, |c| {
        let mut query = builder(
            &c,
            "INSERT INTO candidacies (mediator_id, nominate_date, organization, consent_date, votes_against,
            nomination_id, nomination_index) ",
        );
        query.push_values(candidacies, |mut row, one| {
            row.push_bind(one.mediator.uuid()).push_bind(one.nominate_date).push_bind(one.organization.as_str());
            row.push_bind(one.consent_date).push_bind(number(one.votes_against));
            row.push_bind(one.nomination.map(|(id, _)| id)).push_bind(one.nomination.map(|(_, index)| index));
        });
        query.build().persistent(keep_prepared(candidacies.len())).execute(c).await.map(drop)
    })
}

/// The candidacies of an election in the order of the minutes; those without anything beside the row are not there.
pub(crate) async fn of_election(tx: &mut Tx, election: ElectionId) -> Result<Vec<Candidacy>, StoreError> {
    let rows: Vec<CandidacyRow> = on!(tx, |c| sqlx::query_as(OF_ELECTION).bind(election).fetch_all(c).await)?;
    Ok(rows.into_iter().map(Candidacy::from).collect())
}

/// A candidacy.
pub(crate) async fn get(tx: &mut Tx, mediator: MediatorId) -> Result<Option<Candidacy>, StoreError> {
    let row: Option<CandidacyRow> = on!(tx, |c| sqlx::query_as(GET).bind(mediator).fetch_optional(c).await)?;
    Ok(row.map(Candidacy::from))
}

/// The candidacies of mediators, in one statement.
pub(crate) async fn among(tx: &mut Tx, mediators: &[MediatorId]) -> Result<Vec<Candidacy>, StoreError> {
    let rows: Vec<CandidacyRow> = on!(tx, |c| {
        let mut query = builder(
            &c,
            "SELECT mediator_id, nominate_date, organization, consent_date, votes_against, nomination_id,
            nomination_index FROM candidacies WHERE mediator_id IN (",
        );
        let mut ids = query.separated(", ");
        for mediator in mediators {
            ids.push_bind(mediator.uuid());
        }
        query.push(")");
        query.build_query_as().persistent(keep_prepared(mediators.len())).fetch_all(c).await
    })?;
    Ok(rows.into_iter().map(Candidacy::from).collect())
}

/// The votes against a candidate who was nominated before.
pub(crate) async fn vote(tx: &mut Tx, mediator: MediatorId, against: u32) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(VOTES).bind(mediator).bind(number(against)).execute(c).await.map(drop))
}

/// Keeps the absence of a mediator in place of the one before.
pub(crate) async fn put_absence(tx: &mut Tx, absence: &Absence, now: Timestamp) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(PUT_ABSENCE)
        .bind(absence.mediator)
        .bind(absence.from)
        .bind(absence.to)
        .bind(absence.sealed_reason.as_deref())
        .bind(now)
        .execute(c)
        .await
        .map(drop))
}

/// The mediator is available again.
pub(crate) async fn clear_absence(tx: &mut Tx, mediator: MediatorId, now: Timestamp) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(CLEAR_ABSENCE).bind(mediator).bind(now).execute(c).await.map(drop))
}

/// The absences of mediators, as known at an instant; none: now. In one statement.
pub(crate) async fn absences(
    tx: &mut Tx,
    mediators: &[MediatorId],
    known: Option<Timestamp>,
) -> Result<HashMap<MediatorId, Absence>, StoreError> {
    if mediators.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<AbsenceRow> = on!(tx, |c| {
        let mut query = builder(&c, "SELECT mediator_id, from_date, to_date, sealed_reason FROM ");
        query.push(if known.is_some() { "absences_known t" } else { "absences t" }).push(" WHERE NOT cleared");
        if let Some(known) = known {
            push_known(&mut query, known);
        }
        query.push(" AND mediator_id IN (");
        let mut ids = query.separated(", ");
        for mediator in mediators {
            ids.push_bind(mediator.uuid());
        }
        query.push(")");
        query.build_query_as().persistent(keep_prepared(mediators.len())).fetch_all(c).await
    })?;
    let absence = |row: AbsenceRow| {
        let mediator = Id::from_uuid(row.mediator_id);
        let (from, to) = (row.from_date, row.to_date);
        (mediator, Absence { mediator, from, to, sealed_reason: row.sealed_reason })
    };
    Ok(rows.into_iter().map(absence).collect())
}
