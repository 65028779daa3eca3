//! Edges of lineage in both times, and walking along them.

use std::collections::BTreeSet;

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Id, Timestamp, Uuid};

use super::{FOREVER, NOW, builder, decision, keep_prepared, units::CHUNK, word};
use crate::domain::{Lineage, LineageExtent, UnitChange, UnitId};

macro_rules! columns {
    () => {
        "SELECT unit_id, predecessor_id, change_date, change, extent, decision_number, decision_date, decision_issuer,
        reorganization_id FROM unit_edges WHERE recorded_at <= "
    };
}

#[derive(sqlx::FromRow)]
struct EdgeRow {
    unit_id: Uuid,
    predecessor_id: Uuid,
    change_date: Date,
    change: String,
    extent: String,
    decision_number: Option<String>,
    decision_date: Option<Date>,
    decision_issuer: Option<String>,
    reorganization_id: Uuid,
}

impl TryFrom<EdgeRow> for Lineage {
    type Error = StoreError;

    fn try_from(row: EdgeRow) -> Result<Self, StoreError> {
        const T: &str = "unit_edges";
        Ok(Self {
            unit: Id::from_uuid(row.unit_id),
            predecessor: Id::from_uuid(row.predecessor_id),
            extent: word(LineageExtent::from_word, &row.extent, T, "extent", row.unit_id)?,
            change_date: row.change_date,
            change: word(UnitChange::from_word, &row.change, T, "change", row.unit_id)?,
            decision: decision(row.decision_number, row.decision_date, row.decision_issuer),
            reorganization: (!row.reorganization_id.is_nil()).then(|| Id::from_uuid(row.reorganization_id)),
        })
    }
}

/// Which way along the edges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// To the units before.
    Back,
    /// To the units after.
    On,
}

/// Records edges as known from `now`.
pub(crate) async fn insert(tx: &mut Tx, edges: &[Lineage], now: Timestamp) -> Result<(), StoreError> {
    for edges in edges.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = builder(
                &c,
                "INSERT INTO unit_edges (unit_id, predecessor_id, change_date, change, extent, decision_number,
                decision_date, decision_issuer, reorganization_id, recorded_at, superseded_at) ",
            );
            query.push_values(edges, |mut row, edge| {
                let decision = edge.decision.as_ref();
                row.push_bind(edge.unit.uuid()).push_bind(edge.predecessor.uuid()).push_bind(edge.change_date);
                row.push_bind(edge.change.word()).push_bind(edge.extent.word());
                row.push_bind(decision.map(|d| d.number.as_str())).push_bind(decision.map(|d| d.issue_date));
                row.push_bind(decision.map(|d| d.issuer.as_str()));
                row.push_bind(edge.reorganization.map_or(Uuid::nil(), Id::uuid)).push_bind(now).push_bind(FOREVER);
            });
            query.build().persistent(keep_prepared(edges.len())).execute(c).await.map(|done| done.rows_affected())
        })?;
    }
    Ok(())
}

/// All edges known now at some units, in one direction.
pub(crate) async fn from_units(tx: &mut Tx, units: &[UnitId], way: Way) -> Result<Vec<Lineage>, StoreError> {
    step(tx, units, way, (None, NOW), i64::MAX).await
}

/// The edges at some units, in one direction.
async fn step(
    tx: &mut Tx,
    units: &[UnitId],
    way: Way,
    (until, known): (Option<Date>, Timestamp),
    limit: i64,
) -> Result<Vec<Lineage>, StoreError> {
    let mut found = Vec::new();
    for units in units.chunks(CHUNK) {
        let rows: Vec<EdgeRow> = on!(tx, |c| {
            let mut query = builder(&c, columns!());
            query.push_bind(known).push(" AND superseded_at > ").push_bind(known);
            if let Some(until) = until {
                query.push(" AND change_date <= ").push_bind(until);
            }
            query.push(match way {
                Way::Back => " AND unit_id IN (",
                Way::On => " AND predecessor_id IN (",
            });
            let mut list = query.separated(", ");
            for unit in units {
                list.push_bind(unit.uuid());
            }
            query.push(match way {
                Way::Back => ") ORDER BY change_date DESC, predecessor_id, unit_id LIMIT ",
                Way::On => ") ORDER BY change_date, unit_id, predecessor_id LIMIT ",
            });
            query.push_bind(limit);
            query.build_query_as().persistent(false).fetch_all(c).await
        })?;
        for row in rows {
            found.push(Lineage::try_from(row)?);
        }
    }
    Ok(found)
}

/// Edges with their distances from a unit, near ones first, at most `limit` and then one more as a sign that there are.
pub(crate) async fn walk(
    tx: &mut Tx,
    unit: UnitId,
    way: Way,
    (until, known): (Option<Date>, Timestamp),
    (depth, limit): (u32, usize),
) -> Result<Vec<(Lineage, u32)>, StoreError> {
    let mut found: Vec<(Lineage, u32)> = Vec::new();
    let mut seen = BTreeSet::from([unit]);
    let mut at = vec![unit];
    for distance in 1..=depth {
        let left = i64::try_from(limit + 1 - found.len()).unwrap_or(i64::MAX);
        let edges = step(tx, &at, way, (until, known), left).await?;
        at.clear();
        for edge in edges {
            let far = if way == Way::Back { edge.predecessor } else { edge.unit };
            if seen.insert(far) {
                at.push(far);
            }
            found.push((edge, distance));
        }
        if at.is_empty() || found.len() > limit {
            break;
        }
    }
    Ok(found)
}
