//! What the index of names is built from and follows, and identity numbers. Nothing here is a name in the clear.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Timestamp, Uuid};

use super::{builder, word};
use crate::domain::{MediatorId, MediatorState};

pub(super) const ERASED_SINCE: &str =
    "SELECT subject, destroyed_at FROM data_keys WHERE destroyed_at IS NOT NULL AND destroyed_at >= $1
    ORDER BY destroyed_at LIMIT 10000";
pub(super) const PUT_IDENTITY: &str =
    "INSERT INTO mediator_identities (mediator_id, blind_index, index_version, sealed_number, updated_at)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (mediator_id) DO UPDATE SET blind_index = excluded.blind_index,
        index_version = excluded.index_version, sealed_number = excluded.sealed_number, updated_at = excluded.updated_at";
macro_rules! columns {
    () => {
        "SELECT t.id, t.team_id, t.area_unit_id, t.commune_id, t.province_id, t.state, t.sealed_person,
        t.recognition_date, t.cessation_date, i.blind_index,
        EXISTS (SELECT 1 FROM duplicates d WHERE d.merged_id = t.id) AS merged
        FROM mediators t LEFT JOIN mediator_identities i ON i.mediator_id = t.id AND i.index_version = "
    };
}

/// A mediator as the index of names needs it.
pub(crate) struct NameRow {
    /// Id.
    pub(crate) id: Uuid,
    /// Team.
    pub(crate) team: Uuid,
    /// Area unit.
    pub(crate) area_unit: Uuid,
    /// Commune.
    pub(crate) commune: Uuid,
    /// Province.
    pub(crate) province: Uuid,
    /// State.
    pub(crate) state: MediatorState,
    /// Who it is, sealed.
    pub(crate) sealed_person: Vec<u8>,
    /// First day in force.
    pub(crate) recognition_date: Option<Date>,
    /// Last day in force.
    pub(crate) cessation_date: Option<Date>,
    /// Blind index of the identity number, under the key in use.
    pub(crate) identity: Option<u128>,
    /// Points to another record.
    pub(crate) merged: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    team_id: Uuid,
    area_unit_id: Uuid,
    commune_id: Uuid,
    province_id: Uuid,
    state: String,
    sealed_person: Vec<u8>,
    recognition_date: Option<Date>,
    cessation_date: Option<Date>,
    blind_index: Option<Vec<u8>>,
    merged: bool,
}

impl TryFrom<Row> for NameRow {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let identity = row.blind_index.and_then(|bytes| <[u8; 16]>::try_from(bytes).ok()).map(u128::from_be_bytes);
        Ok(Self {
            id: row.id,
            team: row.team_id,
            area_unit: row.area_unit_id,
            commune: row.commune_id,
            province: row.province_id,
            state: word(MediatorState::from_word, &row.state, "mediators", "state", row.id)?,
            sealed_person: row.sealed_person,
            recognition_date: row.recognition_date,
            cessation_date: row.cessation_date,
            identity,
            merged: row.merged,
        })
    }
}

/// Mediators after an id, in the order of ids.
pub(crate) async fn names_after(tx: &mut Tx, after: Uuid, limit: i64) -> Result<Vec<NameRow>, StoreError> {
    let version = tx.db().keys().index_version();
    let rows: Vec<Row> = on!(tx, |c| {
        let mut query = builder(&c, columns!());
        query.push_bind(version).push(" WHERE t.id > ").push_bind(after);
        query.push(" ORDER BY t.id LIMIT ").push_bind(limit);
        query.build_query_as().fetch_all(c).await
    })?;
    rows.into_iter().map(NameRow::try_from).collect()
}

/// Ids of one statement: far below the limits of both engines.
pub(crate) const IDS: usize = 500;

/// These mediators.
pub(crate) async fn names_of(tx: &mut Tx, mediators: &[Uuid]) -> Result<Vec<NameRow>, StoreError> {
    names_in(tx, " WHERE t.id IN (", mediators).await
}

/// The mediators of these teams.
pub(crate) async fn names_of_teams(tx: &mut Tx, teams: &[Uuid]) -> Result<Vec<NameRow>, StoreError> {
    names_in(tx, " WHERE t.team_id IN (", teams).await
}

async fn names_in(tx: &mut Tx, condition: &'static str, ids: &[Uuid]) -> Result<Vec<NameRow>, StoreError> {
    let version = tx.db().keys().index_version();
    let rows: Vec<Row> = on!(tx, |c| {
        let mut query = builder(&c, columns!());
        query.push_bind(version).push(condition);
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(*id);
        }
        query.push(")");
        query.build_query_as().persistent(false).fetch_all(c).await
    })?;
    rows.into_iter().map(NameRow::try_from).collect()
}

/// Whose key was destroyed at an instant or later, with the instants, oldest first.
pub(crate) async fn erased_since(tx: &mut Tx, since: Timestamp) -> Result<Vec<(Uuid, Timestamp)>, StoreError> {
    on!(tx, |c| sqlx::query_as(ERASED_SINCE).bind(since).fetch_all(c).await)
}

/// Keeps an identity number: sealed, and by its blind index under a key of that version.
pub(crate) async fn put_identity(
    tx: &mut Tx,
    mediator: MediatorId,
    (blind_index, version): (&[u8], i64),
    sealed: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(PUT_IDENTITY)
        .bind(mediator)
        .bind(blind_index)
        .bind(version)
        .bind(sealed)
        .bind(now)
        .execute(c)
        .await
        .map(drop))
}
