//! Where areas and teams deviate from the rules, as of a day: one statement a kind, one more for all counts of teams.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Id, Uuid};
use sqlx::QueryBuilder;

use super::{AsOf, FOREVER, NOW, UnitFilter, builder, count};
use crate::domain::{Deficiencies, Deviation, DeviationKind, UnitId};

/// What is asked: where, when, and which review is overdue.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Where.
    pub(crate) unit: UnitFilter,
    /// Only in these units; none: no restriction.
    pub(crate) within: Option<Vec<Uuid>>,
    /// When.
    pub(crate) at: AsOf,
    /// The year whose review is due.
    pub(crate) review_year: i32,
}

/// Bits of the deficiencies of rules 3 to 5, and that of rule 20.
const COMPOSITION: &str = " AND t.deficiencies % 8 <> 0";
const LEADERLESS: &str = " AND t.deficiencies >= 8";
const UNFILLED: &str = " AND t.mediator_count < t.target_size";
const IN_FORCE: &str = " AND t.state IN ('active', 'understaffed')";

#[derive(sqlx::FromRow)]
struct DeviationRow {
    id: Uuid,
    area_unit_id: UnitId,
    commune_id: UnitId,
    deficiencies: i16,
    reason: Option<String>,
    team_count: i64,
    mediator_count: i32,
    target_size: i32,
}

/// The point in time.
macro_rules! as_of {
    ($query:expr, $at:expr, $t:literal) => {{
        let at: AsOf = $at;
        $query.push(concat!(" AND ", $t, ".valid_from <= ")).push_bind(at.day);
        $query.push(concat!(" AND ", $t, ".valid_to >= ")).push_bind(at.day);
        if at.known == NOW {
            $query.push(concat!(" AND ", $t, ".superseded_at = ")).push_bind(FOREVER);
        } else {
            $query.push(concat!(" AND ", $t, ".recorded_at <= ")).push_bind(at.known);
            $query.push(concat!(" AND ", $t, ".superseded_at > ")).push_bind(at.known);
        }
    }};
}

/// Teams in force since before the year, without its review.
macro_rules! overdue {
    ($query:expr, $asked:expr) => {{
        let asked: &Asked = $asked;
        $query.push(" AND t.active_date < ").push_bind(format!("{:04}-01-01", asked.review_year));
        $query.push(" AND NOT EXISTS (SELECT 1 FROM team_reviews r WHERE r.team_id = t.id AND r.review_year = ");
        $query.push_bind(asked.review_year).push(" AND r.review_date <= ").push_bind(asked.at.day);
        $query.push(" AND r.created_at <= ").push_bind(asked.at.known).push(")");
    }};
}

/// Adds conditions; written out for each engine by the macro because a builder is of one engine.
macro_rules! conditions {
    ($query:expr, $asked:expr, $t:literal) => {{
        let (query, asked): (&mut QueryBuilder<_>, &Asked) = ($query, $asked);
        as_of!(query, asked.at, $t);
        match asked.unit {
            UnitFilter::Province(unit) => drop(query.push(concat!(" AND ", $t, ".province_id = ")).push_bind(unit)),
            UnitFilter::Commune(unit) => drop(query.push(concat!(" AND ", $t, ".commune_id = ")).push_bind(unit)),
            UnitFilter::Area(commune, area) => {
                query.push(concat!(" AND ", $t, ".commune_id = ")).push_bind(commune);
                query.push(concat!(" AND ", $t, ".")).push(area_column($t)).push(" = ").push_bind(area);
            }
            UnitFilter::Nowhere => drop(query.push(" AND 1 = 0")),
        }
        if let Some(units) = &asked.within {
            query.push(" AND (1 = 0");
            for column in [".province_id", ".commune_id", "."] {
                query.push(concat!(" OR ", $t)).push(column);
                if column == "." {
                    query.push(area_column($t));
                }
                query.push(" IN (");
                let mut list = query.separated(", ");
                for unit in units {
                    list.push_bind(*unit);
                }
                // A list of none is no SQL.
                list.push_bind(Uuid::nil());
                query.push(")");
            }
            query.push(")");
        }
    }};
}

fn area_column(table: &str) -> &'static str {
    if table == "v" { "unit_id" } else { "area_unit_id" }
}

/// What is recorded for the area, of the kind, on the day.
macro_rules! recorded_reason {
    ($query:expr, $at:expr, $kind:expr, $area:literal) => {{
        $query.push(concat!(
            "(SELECT MAX(t.reason) FROM area_exceptions t WHERE t.area_unit_id = ",
            $area,
            " AND t.kind = "
        ));
        $query.push_bind($kind.word());
        as_of!($query, $at, "t");
        $query.push(")");
    }};
}

/// Deviations of one kind after an id, in the order of ids.
pub(crate) async fn page(
    tx: &mut Tx,
    kind: DeviationKind,
    asked: &Asked,
    after: Uuid,
    limit: i64,
) -> Result<Vec<Deviation>, StoreError> {
    let rows: Vec<DeviationRow> = on!(tx, |c| {
        let mut query = builder(&c, "SELECT ");
        match kind {
            DeviationKind::AreaWithoutTeam => {
                query.push("v.unit_id AS id, v.unit_id AS area_unit_id, v.commune_id, ");
                recorded_reason!(query, asked.at, kind, "v.unit_id");
                query
                    .push(
                        " AS reason, CAST(0 AS BIGINT) AS team_count, CAST(0 AS SMALLINT) AS deficiencies,
                    0 AS mediator_count, 0 AS target_size FROM unit_versions v
                    WHERE v.kind IN ('hamlet', 'residential_group') AND v.unit_id > ",
                    )
                    .push_bind(after);
                conditions!(&mut query, asked, "v");
                query.push(" AND NOT EXISTS (SELECT 1 FROM team_versions t WHERE t.area_unit_id = v.unit_id");
                as_of!(query, asked.at, "t");
                query.push(IN_FORCE).push(") ORDER BY v.unit_id LIMIT ").push_bind(limit);
            }
            DeviationKind::AreaWithSeveral => {
                query.push("t.area_unit_id AS id, t.area_unit_id, t.commune_id, COALESCE(");
                recorded_reason!(query, asked.at, kind, "t.area_unit_id");
                query
                    .push(
                        ", MAX(t.exception_reason)) AS reason, COUNT(*) AS team_count,
                    CAST(0 AS SMALLINT) AS deficiencies, 0 AS mediator_count, 0 AS target_size FROM team_versions t
                    WHERE t.area_unit_id > ",
                    )
                    .push_bind(after);
                conditions!(&mut query, asked, "t");
                query
                    .push(IN_FORCE)
                    .push(
                        " GROUP BY t.area_unit_id, t.commune_id HAVING COUNT(*) > 1
                    ORDER BY t.area_unit_id LIMIT ",
                    )
                    .push_bind(limit);
            }
            _ => {
                query.push(
                    "t.id, t.area_unit_id, t.commune_id, NULL AS reason, CAST(1 AS BIGINT) AS team_count,
                    t.deficiencies, t.mediator_count, t.target_size FROM team_versions t WHERE t.id > ",
                );
                query.push_bind(after);
                conditions!(&mut query, asked, "t");
                query.push(IN_FORCE);
                match kind {
                    DeviationKind::Understaffed => drop(query.push(COMPOSITION)),
                    DeviationKind::NoLeader => drop(query.push(LEADERLESS)),
                    DeviationKind::TargetNotReached => drop(query.push(UNFILLED)),
                    _ => overdue!(query, asked),
                }
                query.push(" ORDER BY t.id LIMIT ").push_bind(limit);
            }
        }
        query.build_query_as().persistent(false).fetch_all(c).await
    })?;
    Ok(rows.into_iter().map(|row| deviation(kind, row, asked.review_year)).collect())
}

fn deviation(kind: DeviationKind, row: DeviationRow, review_year: i32) -> Deviation {
    let of_area = matches!(kind, DeviationKind::AreaWithoutTeam | DeviationKind::AreaWithSeveral);
    let composition = kind == DeviationKind::Understaffed;
    Deviation {
        kind,
        area_unit: row.area_unit_id,
        commune: row.commune_id,
        team: (!of_area).then(|| Id::from_uuid(row.id)),
        deficiencies: Deficiencies::from_bits(if composition { row.deficiencies % 8 } else { 0 }),
        reason: row.reason.unwrap_or_default(),
        teams: if of_area { u32::try_from(row.team_count).unwrap_or(u32::MAX) } else { 0 },
        mediators: count(row.mediator_count),
        target_size: count(row.target_size),
        review_year: (kind == DeviationKind::ReviewOverdue).then_some(review_year),
    }
}

/// How many deviations of each kind there are, in the order of kinds.
pub(crate) async fn counts(tx: &mut Tx, asked: &Asked) -> Result<[i64; 6], StoreError> {
    let (lacking, leaderless, unfilled): (i64, i64, i64) = on!(tx, |c| {
        let mut query = builder(
            &c,
            "SELECT COUNT(*) FILTER (WHERE t.deficiencies % 8 <> 0),
            COUNT(*) FILTER (WHERE t.deficiencies >= 8), COUNT(*) FILTER (WHERE t.mediator_count < t.target_size)
            FROM team_versions t WHERE 1 = 1",
        );
        conditions!(&mut query, asked, "t");
        query.push(IN_FORCE);
        query.build_query_as().persistent(false).fetch_one(c).await
    })?;
    let overdue: i64 = on!(tx, |c| {
        let mut query = builder(&c, "SELECT COUNT(*) FROM team_versions t WHERE 1 = 1");
        conditions!(&mut query, asked, "t");
        query.push(IN_FORCE);
        overdue!(query, asked);
        query.build_query_scalar().persistent(false).fetch_one(c).await
    })?;
    let without: i64 = on!(tx, |c| {
        let mut query = builder(
            &c,
            "SELECT COUNT(*) FROM unit_versions v
            WHERE v.kind IN ('hamlet', 'residential_group')",
        );
        conditions!(&mut query, asked, "v");
        query.push(" AND NOT EXISTS (SELECT 1 FROM team_versions t WHERE t.area_unit_id = v.unit_id");
        as_of!(query, asked.at, "t");
        query.push(IN_FORCE).push(")");
        query.build_query_scalar().persistent(false).fetch_one(c).await
    })?;
    let several: i64 = on!(tx, |c| {
        let mut query = builder(&c, "SELECT COUNT(*) FROM (SELECT t.area_unit_id FROM team_versions t WHERE 1 = 1");
        conditions!(&mut query, asked, "t");
        query.push(IN_FORCE).push(" GROUP BY t.area_unit_id HAVING COUNT(*) > 1) AS areas");
        query.build_query_scalar().persistent(false).fetch_one(c).await
    })?;
    Ok([without, several, lacking, leaderless, overdue, unfilled])
}
