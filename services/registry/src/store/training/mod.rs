//! Tables of training, contests and commendations.

pub(crate) mod attendance;
pub(crate) mod awards;
pub(crate) mod certificates;
pub(crate) mod courses;
pub(crate) mod duty;
pub(crate) mod trainers;

use hoagiai_types::{Id, Timestamp, Uuid};
use sqlx::QueryBuilder;

use super::{Filter, UnitFilter, push_known};
use crate::domain::UnitId;

/// Every constant statement of training.
pub(super) const STATEMENTS: &[&[&str]] = &[
    attendance::STATEMENTS,
    awards::STATEMENTS,
    certificates::STATEMENTS,
    courses::STATEMENTS,
    duty::STATEMENTS,
    trainers::STATEMENTS,
];

/// Rows of one statement: below the limits on values of both engines.
const CHUNK: usize = 1_000;

/// A commune as stored: nil for a record of the province.
fn commune_uuid(commune: Option<UnitId>) -> Uuid {
    commune.map(Id::uuid).unwrap_or_default()
}

/// A commune from what is stored.
fn commune_id(commune: Uuid) -> Option<UnitId> {
    (!commune.is_nil()).then(|| Id::from_uuid(commune))
}

/// A list of records that belong to a province or a commune, not to a team: `t.province_id`, `t.commune_id`. With a day or
/// an instant `t` is the view of past and present; what the day asks is pushed after, before [`push_end`].
fn push_page<DB: sqlx::Database>(query: &mut QueryBuilder<DB>, filter: &Filter)
where
    for<'q> Uuid: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    for<'q> String: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    for<'q> i64: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    for<'q> Timestamp: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
{
    query.push(" WHERE t.id > ").push_bind(filter.after);
    if let Some(at) = filter.at {
        push_known(query, at.known);
    }
    match filter.unit {
        // None of them lies below a commune.
        Some(UnitFilter::Area(..)) => drop(query.push(" AND 1 = 0")),
        _ => filter.push_unit(query),
    }
    if let Some((units, _)) = &filter.within {
        query.push(" AND (1 = 0");
        for column in ["t.province_id", "t.commune_id"] {
            if !units.is_empty() {
                query.push(" OR ").push(column).push(" IN (");
                let mut list = query.separated(", ");
                for one in units {
                    list.push_bind(*one);
                }
                query.push(")");
            }
        }
        query.push(")");
    }
}

/// The order and the end of a list.
fn push_end<DB: sqlx::Database>(query: &mut QueryBuilder<DB>, filter: &Filter)
where
    for<'q> i64: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
{
    query.push(" ORDER BY t.id LIMIT ").push_bind(filter.limit);
}
