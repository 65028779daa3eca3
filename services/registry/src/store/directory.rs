//! The directory: mediators in force and teams on two axes of time, with the contacts published. Names lie sealed; an
//! answer is one statement here and one for the keys.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Id, Timestamp, Uuid};
use sqlx::QueryBuilder;

use super::{AsOf, Filter, builder, guarded, push_as_of};
use crate::domain::{
    Decision, MediatorId,
    directory::{DirectoryPlace, DirectoryTeam},
};

pub(super) const STATEMENTS: &[&str] = &[CONTACT, INSERT_CONTACT, UPDATE_CONTACT];

const CONTACT: &str = "SELECT published, revision FROM directory_contacts WHERE mediator_id = $1";
const INSERT_CONTACT: &str =
    "INSERT INTO directory_contacts (mediator_id, published, sealed_contact, consent_date, revision,
    updated_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (mediator_id) DO NOTHING";
const UPDATE_CONTACT: &str = "UPDATE directory_contacts SET published = $2, sealed_contact = $3, consent_date = $4,
    revision = $5, updated_at = $6 WHERE mediator_id = $1 AND revision = $5 - 1";

/// Which entries.
#[derive(Debug, Clone)]
pub(crate) enum Which<'f> {
    /// One mediator.
    One(MediatorId),
    /// A page of a unit.
    Page(&'f Filter),
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    id: Uuid,
    team_id: Uuid,
    team_name: String,
    area_unit_id: Uuid,
    area_name: Option<String>,
    commune_id: Uuid,
    commune_name: Option<String>,
    province_id: Uuid,
    recognition_number: Option<String>,
    recognition_date: Option<Date>,
    recognition_issuer: Option<String>,
    sealed_person: Vec<u8>,
    sealed_contact: Option<Vec<u8>>,
}

#[derive(sqlx::FromRow)]
struct TeamRow {
    id: Uuid,
    name: String,
    area_unit_id: Uuid,
    area_name: Option<String>,
    commune_id: Uuid,
    commune_name: Option<String>,
    province_id: Uuid,
    mediator_count: i32,
}

/// An entry as it lies: sealed.
#[derive(Debug, Clone)]
pub(crate) struct SealedEntry {
    /// Who.
    pub(crate) mediator: MediatorId,
    /// The person.
    pub(crate) sealed_person: Vec<u8>,
    /// The contact, if one is published.
    pub(crate) sealed_contact: Option<Vec<u8>>,
    /// Team and area.
    pub(crate) place: DirectoryPlace,
    /// The decision of recognition.
    pub(crate) decision: Decision,
}

/// The published contact of a mediator, without it.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub(crate) struct ContactState {
    /// Whether one is published.
    pub(crate) published: bool,
    /// Version.
    pub(crate) revision: i64,
}

/// The names of area and commune on the day.
fn push_units<DB: sqlx::Database>(query: &mut QueryBuilder<DB>, when: AsOf)
where
    for<'q> Date: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    for<'q> Timestamp: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
{
    query.push(" LEFT JOIN unit_versions a ON a.unit_id = t.area_unit_id AND ");
    push_as_of(query, "a", when);
    query.push(" LEFT JOIN unit_versions c ON c.unit_id = t.commune_id AND ");
    push_as_of(query, "c", when);
}

/// Mediators in force on a day (rule 15), as known at an instant.
pub(crate) async fn entries(tx: &mut Tx, when: AsOf, which: Which<'_>) -> Result<Vec<SealedEntry>, StoreError> {
    let rows: Vec<EntryRow> = on!(tx, |c| {
        let mut query = builder(
            &c,
            "SELECT t.id, t.team_id, n.name AS team_name, t.area_unit_id, a.name AS area_name, t.commune_id,
            c.name AS commune_name, t.province_id, t.recognition_number, t.recognition_date, t.recognition_issuer,
            t.sealed_person, p.sealed_contact FROM mediator_versions t JOIN team_versions n ON n.id = t.team_id AND ",
        );
        push_as_of(&mut query, "n", when);
        push_units(&mut query, when);
        // A contact is told while it is published, whatever day is asked about, and not for days before the consent.
        query.push(" LEFT JOIN directory_contacts p ON p.mediator_id = t.id AND p.published AND p.consent_date <= ");
        query.push_bind(when.day).push(" WHERE ");
        push_as_of(&mut query, "t", when);
        query.push(" AND t.recognition_date <= ").push_bind(when.day);
        query.push(" AND (t.cessation_date IS NULL OR t.cessation_date >= ").push_bind(when.day).push(")");
        match which {
            Which::One(id) => drop(query.push(" AND t.id = ").push_bind(id.uuid())),
            Which::Page(filter) => {
                query.push(" AND t.id > ").push_bind(filter.after);
                filter.push_place(&mut query, "t.team_id");
                query.push(" ORDER BY t.id LIMIT ").push_bind(filter.limit);
            }
        }
        query.build_query_as().fetch_all(c).await
    })?;
    rows.into_iter().map(SealedEntry::try_from).collect()
}

impl TryFrom<EntryRow> for SealedEntry {
    type Error = StoreError;

    fn try_from(row: EntryRow) -> Result<Self, StoreError> {
        let decision = super::decision(row.recognition_number, row.recognition_date, row.recognition_issuer);
        let torn = || StoreError::inconsistent("mediator_versions", "recognition_number", row.id);
        Ok(SealedEntry {
            mediator: Id::from_uuid(row.id),
            decision: decision.ok_or_else(torn)?,
            sealed_person: row.sealed_person,
            sealed_contact: row.sealed_contact,
            place: DirectoryPlace {
                team: Id::from_uuid(row.team_id),
                team_name: row.team_name,
                area_unit: Id::from_uuid(row.area_unit_id),
                area_name: row.area_name.unwrap_or_default(),
                commune: Id::from_uuid(row.commune_id),
                commune_name: row.commune_name.unwrap_or_default(),
                province: Id::from_uuid(row.province_id),
            },
        })
    }
}

/// Teams in force on a day, as known at an instant.
pub(crate) async fn teams(tx: &mut Tx, when: AsOf, filter: &Filter) -> Result<Vec<DirectoryTeam>, StoreError> {
    let rows: Vec<TeamRow> = on!(tx, |c| {
        let mut query = builder(
            &c,
            "SELECT t.id, t.name, t.area_unit_id, a.name AS area_name, t.commune_id, c.name AS commune_name,
            t.province_id, t.mediator_count FROM team_versions t",
        );
        push_units(&mut query, when);
        query.push(" WHERE ");
        push_as_of(&mut query, "t", when);
        query.push(" AND t.state IN ('active', 'understaffed') AND t.id > ").push_bind(filter.after);
        filter.push_place(&mut query, "t.id");
        query.push(" ORDER BY t.id LIMIT ").push_bind(filter.limit);
        query.build_query_as().fetch_all(c).await
    })?;
    let team = |row: TeamRow| DirectoryTeam {
        mediators: row.mediator_count,
        place: DirectoryPlace {
            team: Id::from_uuid(row.id),
            team_name: row.name,
            area_unit: Id::from_uuid(row.area_unit_id),
            area_name: row.area_name.unwrap_or_default(),
            commune: Id::from_uuid(row.commune_id),
            commune_name: row.commune_name.unwrap_or_default(),
            province: Id::from_uuid(row.province_id),
        },
    };
    Ok(rows.into_iter().map(team).collect())
}

/// Whether a mediator has a contact published.
pub(crate) async fn contact(tx: &mut Tx, mediator: MediatorId) -> Result<Option<ContactState>, StoreError> {
    on!(tx, |c| sqlx::query_as(CONTACT).bind(mediator).fetch_optional(c).await)
}

/// Writes a contact that was at the revision before; none to withdraw it. Nothing of it stays behind.
pub(crate) async fn put_contact(
    tx: &mut Tx,
    mediator: MediatorId,
    contact: Option<(&[u8], Date)>,
    revision: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = if revision == 1 { INSERT_CONTACT } else { UPDATE_CONTACT };
    let done = on!(tx, |c| sqlx::query(sql)
        .bind(mediator)
        .bind(contact.is_some())
        .bind(contact.map(|(sealed, _)| sealed))
        .bind(contact.map(|(_, consent)| consent))
        .bind(revision)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    guarded(done)
}
