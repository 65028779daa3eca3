//! Versions of many units at once: read whole, superseded and recorded by few statements.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Timestamp};

use super::{
    FOREVER, builder, guarded, keep_prepared,
    units::{self, CHUNK, KnownUnit, UnitRow, columns},
};
use crate::domain::{Timeline, UnitId, UnitVersion};

pub(super) const OF_UNIT: &str =
    concat!("SELECT ", columns!(), " WHERE v.unit_id = $1 AND v.superseded_at = $2 ORDER BY v.valid_from");

/// All versions known now of a unit, in the order of days.
pub(crate) async fn of_unit(tx: &mut Tx, unit: UnitId) -> Result<Vec<KnownUnit>, StoreError> {
    let rows: Vec<UnitRow> = on!(tx, |c| sqlx::query_as(OF_UNIT).bind(unit).bind(FOREVER).fetch_all(c).await)?;
    units::all(rows)
}

/// All versions known now of many units.
pub(crate) async fn of_units(tx: &mut Tx, ids: &[UnitId]) -> Result<Vec<KnownUnit>, StoreError> {
    let mut found = Vec::new();
    for ids in ids.chunks(CHUNK) {
        let rows: Vec<UnitRow> = on!(tx, |c| {
            let mut query = builder(&c, concat!("SELECT ", columns!(), " WHERE v.superseded_at = "));
            query.push_bind(FOREVER).push(" AND v.unit_id IN (");
            let mut list = query.separated(", ");
            for id in ids {
                list.push_bind(id.uuid());
            }
            query.push(")");
            query.build_query_as().persistent(false).fetch_all(c).await
        })?;
        found.extend(units::all::<_, KnownUnit>(rows)?);
    }
    Ok(found)
}

/// The units that lie right below others on a day.
pub(crate) async fn below(tx: &mut Tx, parents: &[UnitId], day: Date) -> Result<Vec<UnitId>, StoreError> {
    let mut found = Vec::new();
    for parents in parents.chunks(CHUNK) {
        let rows: Vec<UnitId> = on!(tx, |c| {
            let mut query = builder(&c, "SELECT unit_id FROM unit_versions WHERE superseded_at = ");
            query.push_bind(FOREVER).push(" AND valid_from <= ").push_bind(day);
            query.push(" AND valid_to >= ").push_bind(day).push(" AND parent_id IN (");
            let mut list = query.separated(", ");
            for parent in parents {
                list.push_bind(parent.uuid());
            }
            query.push(")");
            query.build_query_scalar().persistent(false).fetch_all(c).await
        })?;
        found.extend(rows);
    }
    Ok(found)
}

/// Writes what changes of many units: the units themselves, the versions believed no more, and the new ones. Every unit
/// that was known moves on by one revision; whoever changes units holds the register, so nobody moves them meanwhile.
pub(crate) async fn write(tx: &mut Tx, timelines: &[Timeline], now: Timestamp) -> Result<(), StoreError> {
    let new: Vec<(UnitId, i64)> = timelines.iter().filter(|one| one.is_new()).map(|one| (one.id, 1)).collect();
    units::insert(tx, &new, now).await?;
    let old: Vec<UnitId> = timelines.iter().filter(|one| !one.is_new()).map(|one| one.id).collect();
    bump(tx, &old, now).await?;
    let superseded: Vec<&UnitVersion> = timelines.iter().flat_map(Timeline::superseded).collect();
    supersede(tx, &superseded, now).await?;
    let recorded: Vec<&UnitVersion> = timelines.iter().flat_map(Timeline::recorded).collect();
    units::insert_versions(tx, &recorded, now).await
}

async fn bump(tx: &mut Tx, ids: &[UnitId], now: Timestamp) -> Result<(), StoreError> {
    for ids in ids.chunks(CHUNK) {
        let done = on!(tx, |c| {
            let mut query = builder(&c, "UPDATE units SET revision = revision + 1, updated_at = ");
            query.push_bind(now).push(" WHERE id IN (");
            let mut list = query.separated(", ");
            for id in ids {
                list.push_bind(id.uuid());
            }
            query.push(")");
            query.build().persistent(keep_prepared(ids.len())).execute(c).await.map(|done| done.rows_affected())
        })?;
        all_of(done, ids.len())?;
    }
    Ok(())
}

async fn supersede(tx: &mut Tx, versions: &[&UnitVersion], now: Timestamp) -> Result<(), StoreError> {
    for versions in versions.chunks(CHUNK) {
        let done = on!(tx, |c| {
            let mut query = builder(&c, "UPDATE unit_versions SET superseded_at = ");
            query.push_bind(now).push(" WHERE superseded_at = ").push_bind(FOREVER);
            query.push(" AND (unit_id, valid_from) IN (VALUES ");
            let mut list = query.separated(", ");
            for version in versions {
                list.push("(").push_bind_unseparated(version.id.uuid()).push_unseparated(", ");
                list.push_bind_unseparated(version.valid_from).push_unseparated(")");
            }
            query.push(")");
            query.build().persistent(keep_prepared(versions.len())).execute(c).await.map(|done| done.rows_affected())
        })?;
        all_of(done, versions.len())?;
    }
    Ok(())
}

/// Every row changed, or something has moved on.
pub(super) fn all_of(rows: u64, wanted: usize) -> Result<(), StoreError> {
    if rows == wanted as u64 { Ok(()) } else { guarded(0) }
}
