//! Units, their versions on two axes of time, lineage, imports.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Id, Timestamp, Uuid};

use super::{AsOf, FOREVER, UnitFilter, builder, count, guarded, keep_prepared, number, word};
use crate::domain::{UnitId, UnitKind, UnitVersion, level};

macro_rules! columns {
    () => {
        "v.unit_id, v.code, v.name, v.kind, v.parent_id, v.province_id, v.commune_id, v.valid_from, v.valid_to,
        v.household_count, v.ethnic_minority_area, u.revision, u.created_at, u.updated_at
        FROM unit_versions v JOIN units u ON u.id = v.unit_id"
    };
}

pub(super) const REGISTER: &str = "SELECT revision, changed_at FROM unit_register WHERE id = 1";
pub(super) const BUMP_REGISTER: &str =
    "UPDATE unit_register SET revision = $1 + 1, changed_at = $2 WHERE id = 1 AND revision = $1";
pub(super) const BUMP: &str =
    "UPDATE units SET revision = revision + $3, updated_at = $4 WHERE id = $1 AND revision = $2";
pub(super) const SUPERSEDE: &str = "UPDATE unit_versions SET superseded_at = $4
    WHERE unit_id = $1 AND valid_from = $2 AND superseded_at = $3";
pub(super) const GET: &str = concat!(
    "SELECT ",
    columns!(),
    " WHERE v.unit_id = $1 AND v.valid_from <= $2 AND v.valid_to >= $2 AND v.recorded_at <= $3 AND v.superseded_at > $3"
);
pub(super) const LATEST: &str =
    concat!("SELECT ", columns!(), " WHERE v.unit_id = $1 AND v.superseded_at = $2 ORDER BY v.valid_from DESC LIMIT 1");
pub(super) const FIND: &str = concat!(
    "SELECT ",
    columns!(),
    " WHERE v.code = $1 AND v.valid_from <= $2 AND v.valid_to >= $2 AND v.recorded_at <= $3 AND v.superseded_at > $3"
);
pub(super) const LIST: &str = concat!(
    "SELECT ",
    columns!(),
    " WHERE v.parent_id = $1 AND v.code > $2 AND v.valid_from <= $3 AND v.valid_to >= $3 AND v.recorded_at <= $4
    AND v.superseded_at > $4 AND ($5 = '' OR v.kind = $5) ORDER BY v.code LIMIT $6"
);
pub(super) const AREAS_OF_COMMUNE: &str = concat!(
    "SELECT ",
    columns!(),
    " WHERE (v.unit_id = $1 OR v.parent_id = $1) AND v.valid_from <= $2 AND v.valid_to >= $2 AND v.superseded_at = $3"
);
pub(super) const INSERT_IMPORT: &str =
    "INSERT INTO unit_imports (id, source, created_count, unchanged_count, created_at) VALUES ($1, $2, $3, $4, $5)";
pub(super) const GET_IMPORT: &str = "SELECT created_count, unchanged_count FROM unit_imports WHERE id = $1";

/// Variables of one statement stay far below the limits of both engines.
pub(super) const CHUNK: usize = 1_000;

/// A unit as the registry answers it.
#[derive(Debug, Clone)]
pub(crate) struct KnownUnit {
    /// The version asked for.
    pub(crate) version: UnitVersion,
    /// Version of the record.
    pub(crate) revision: i64,
    /// When the record was made.
    pub(crate) created_at: Timestamp,
    /// When it last changed.
    pub(crate) updated_at: Timestamp,
}

#[derive(sqlx::FromRow)]
pub(super) struct UnitRow {
    unit_id: Uuid,
    code: String,
    name: String,
    kind: String,
    parent_id: Uuid,
    province_id: Uuid,
    commune_id: Uuid,
    valid_from: Date,
    valid_to: Date,
    household_count: i32,
    ethnic_minority_area: bool,
    revision: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl TryFrom<UnitRow> for KnownUnit {
    type Error = StoreError;

    fn try_from(row: UnitRow) -> Result<Self, StoreError> {
        let some = |id: Uuid| (!id.is_nil()).then(|| Id::from_uuid(id));
        let version = UnitVersion {
            id: Id::from_uuid(row.unit_id),
            code: row.code,
            name: row.name,
            kind: word(UnitKind::from_word, &row.kind, "unit_versions", "kind", row.unit_id)?,
            parent: some(row.parent_id),
            province: Id::from_uuid(row.province_id),
            commune: some(row.commune_id),
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            households: count(row.household_count),
            ethnic_minority_area: row.ethnic_minority_area,
        };
        Ok(Self { version, revision: row.revision, created_at: row.created_at, updated_at: row.updated_at })
    }
}

pub(super) fn all<R, T: TryFrom<R, Error = StoreError>>(rows: Vec<R>) -> Result<Vec<T>, StoreError> {
    rows.into_iter().map(T::try_from).collect()
}

/// Revision of the register of units, which changes follow each other by, and the instant of the last change.
pub(crate) async fn register(tx: &mut Tx) -> Result<(i64, Timestamp), StoreError> {
    on!(tx, |c| sqlx::query_as(REGISTER).fetch_one(c).await)
}

/// Moves the register on to an instant; refused when another change did meanwhile.
pub(crate) async fn bump_register(tx: &mut Tx, from: i64, now: Timestamp) -> Result<(), StoreError> {
    let done =
        on!(tx, |c| sqlx::query(BUMP_REGISTER).bind(from).bind(now).execute(c).await.map(|done| done.rows_affected()));
    guarded(done?)
}

pub(super) use columns;

/// All versions known now of these codes.
pub(crate) async fn of_codes(tx: &mut Tx, codes: &[&str]) -> Result<Vec<KnownUnit>, StoreError> {
    let mut found = Vec::new();
    for codes in codes.chunks(CHUNK) {
        let rows: Vec<UnitRow> = on!(tx, |c| {
            let mut query = builder(&c, concat!("SELECT ", columns!(), " WHERE v.superseded_at = "));
            query.push_bind(FOREVER).push(" AND v.code IN (");
            let mut list = query.separated(", ");
            for code in codes {
                list.push_bind(*code);
            }
            query.push(")");
            query.build_query_as().persistent(false).fetch_all(c).await
        })?;
        found.extend(all::<_, KnownUnit>(rows)?);
    }
    Ok(found)
}

/// Makes new units with their revisions.
pub(crate) async fn insert(tx: &mut Tx, units: &[(UnitId, i64)], now: Timestamp) -> Result<(), StoreError> {
    for units in units.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = builder(&c, "INSERT INTO units (id, revision, created_at, updated_at) ");
            query.push_values(units, |mut row, (id, revision)| {
                row.push_bind(id.uuid()).push_bind(*revision).push_bind(now).push_bind(now);
            });
            query.build().persistent(keep_prepared(units.len())).execute(c).await.map(|done| done.rows_affected())
        })?;
    }
    Ok(())
}

/// Moves a unit's revision on by `events`.
pub(crate) async fn bump(tx: &mut Tx, unit: UnitId, from: i64, events: i64, now: Timestamp) -> Result<(), StoreError> {
    let done = on!(tx, |c| sqlx::query(BUMP)
        .bind(unit)
        .bind(from)
        .bind(events)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    guarded(done)
}

/// Records versions as known from `now`.
pub(crate) async fn insert_versions(tx: &mut Tx, versions: &[&UnitVersion], now: Timestamp) -> Result<(), StoreError> {
    for versions in versions.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = builder(
                &c,
                "INSERT INTO unit_versions (unit_id, code, name, kind, parent_id, province_id, commune_id, valid_from,
                valid_to, household_count, ethnic_minority_area, recorded_at, superseded_at) ",
            );
            query.push_values(versions, |mut row, v| {
                row.push_bind(v.id.uuid()).push_bind(v.code.as_str()).push_bind(v.name.as_str());
                row.push_bind(v.kind.word()).push_bind(v.parent.map_or(Uuid::nil(), Id::uuid));
                row.push_bind(v.province.uuid()).push_bind(v.commune.map_or(Uuid::nil(), Id::uuid));
                row.push_bind(v.valid_from).push_bind(v.valid_to).push_bind(number(v.households));
                row.push_bind(v.ethnic_minority_area).push_bind(now).push_bind(FOREVER);
            });
            query.build().persistent(keep_prepared(versions.len())).execute(c).await.map(|done| done.rows_affected())
        })?;
    }
    Ok(())
}

/// Ends what is known of a version at `now`.
pub(crate) async fn supersede(tx: &mut Tx, version: &UnitVersion, now: Timestamp) -> Result<(), StoreError> {
    let done = on!(tx, |c| sqlx::query(SUPERSEDE)
        .bind(version.id)
        .bind(version.valid_from)
        .bind(FOREVER)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    guarded(done)
}

/// A unit on a day, as known at an instant.
pub(crate) async fn get(
    tx: &mut Tx,
    unit: UnitId,
    day: Date,
    known: Timestamp,
) -> Result<Option<KnownUnit>, StoreError> {
    let row: Option<UnitRow> =
        on!(tx, |c| sqlx::query_as(GET).bind(unit).bind(day).bind(known).fetch_optional(c).await)?;
    row.map(KnownUnit::try_from).transpose()
}

/// The last version of a unit, whenever it holds.
pub(crate) async fn latest(tx: &mut Tx, unit: UnitId) -> Result<Option<KnownUnit>, StoreError> {
    let row: Option<UnitRow> = on!(tx, |c| sqlx::query_as(LATEST).bind(unit).bind(FOREVER).fetch_optional(c).await)?;
    row.map(KnownUnit::try_from).transpose()
}

/// The unit that had a code on a day, as known at an instant.
pub(crate) async fn find(
    tx: &mut Tx,
    code: &str,
    day: Date,
    known: Timestamp,
) -> Result<Option<KnownUnit>, StoreError> {
    let row: Option<UnitRow> =
        on!(tx, |c| sqlx::query_as(FIND).bind(code).bind(day).bind(known).fetch_optional(c).await)?;
    row.map(KnownUnit::try_from).transpose()
}

/// Units below a unit, or at the top, after a code.
pub(crate) async fn list(
    tx: &mut Tx,
    parent: Option<UnitId>,
    kind: Option<UnitKind>,
    (day, known): (Date, Timestamp),
    (after, limit): (&str, i64),
) -> Result<Vec<KnownUnit>, StoreError> {
    let rows: Vec<UnitRow> = on!(tx, |c| sqlx::query_as(LIST)
        .bind(parent.map_or(Uuid::nil(), Id::uuid))
        .bind(after)
        .bind(day)
        .bind(known)
        .bind(kind.map_or("", UnitKind::word))
        .bind(limit)
        .fetch_all(c)
        .await)?;
    all(rows)
}

/// A commune and the units of residence in it, on a day.
pub(crate) async fn commune_with_areas(
    tx: &mut Tx,
    commune: UnitId,
    day: Date,
) -> Result<Vec<UnitVersion>, StoreError> {
    let rows: Vec<UnitRow> =
        on!(tx, |c| sqlx::query_as(AREAS_OF_COMMUNE).bind(commune).bind(day).bind(FOREVER).fetch_all(c).await)?;
    rows.into_iter().map(|row| KnownUnit::try_from(row).map(|known| known.version)).collect()
}

/// A commune and those of these units that lie in it, on a day.
pub(crate) async fn commune_with(
    tx: &mut Tx,
    commune: UnitId,
    areas: &[UnitId],
    day: Date,
) -> Result<Vec<UnitVersion>, StoreError> {
    let ids: Vec<UnitId> = std::iter::once(commune).chain(areas.iter().copied()).collect();
    let mut units = Vec::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let rows: Vec<UnitRow> = on!(tx, |c| {
            let mut query = builder(&c, concat!("SELECT ", columns!(), " WHERE v.superseded_at = "));
            query.push_bind(FOREVER).push(" AND v.valid_from <= ").push_bind(day);
            query.push(" AND v.valid_to >= ").push_bind(day).push(" AND v.unit_id IN (");
            let mut list = query.separated(", ");
            for id in ids {
                list.push_bind(id.uuid());
            }
            query.push(")");
            query.build_query_as().persistent(keep_prepared(ids.len())).fetch_all(c).await
        })?;
        for row in rows {
            units.push(KnownUnit::try_from(row)?.version);
        }
    }
    units.retain(|unit| unit.id == commune || unit.commune == Some(commune));
    Ok(units)
}

/// Province, commune and area unit of a unit, as far as it has them.
pub(crate) type Levels = (Option<UnitId>, Option<UnitId>, Option<UnitId>);

/// The column by which records of a unit are found, and where the unit lies: today, or at a point in time.
pub(crate) async fn filter(tx: &mut Tx, unit: UnitId, at: Option<AsOf>) -> Result<(UnitFilter, Levels), StoreError> {
    let then = match at {
        Some(at) => get(tx, unit, at.day, at.known).await?,
        None => None,
    };
    let found = match then {
        None => latest(tx, unit).await?,
        then => then,
    };
    let Some(KnownUnit { version, .. }) = found else {
        return Ok((UnitFilter::Nowhere, (None, None, None)));
    };
    let province = Some(version.province);
    Ok(match (level(version.kind), version.commune) {
        (0, _) => (UnitFilter::Province(unit), (province, None, None)),
        (2, _) => (UnitFilter::Commune(unit), (province, Some(unit), None)),
        (3, Some(commune)) => (UnitFilter::Area(commune, unit), (province, Some(commune), Some(unit))),
        _ => (UnitFilter::Nowhere, (province, None, None)),
    })
}

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Imported {
    /// New versions or edges.
    pub(crate) created_count: i32,
    /// Rows that were there.
    pub(crate) unchanged_count: i32,
}

/// Records an import, for repeats of its request.
pub(crate) async fn insert_import(
    tx: &mut Tx,
    id: Uuid,
    source: &str,
    done: Imported,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (created, unchanged) = (done.created_count, done.unchanged_count);
    on!(tx, |c| sqlx::query(INSERT_IMPORT)
        .bind(id)
        .bind(source)
        .bind(created)
        .bind(unchanged)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))
    .map(drop)
}

/// What an import did.
pub(crate) async fn get_import(tx: &mut Tx, id: Uuid) -> Result<Imported, StoreError> {
    on!(tx, |c| sqlx::query_as(GET_IMPORT).bind(id).fetch_one(c).await)
}
