//! Mediators on two axes of time. Written by the functions of `mediators`, in the same transaction; read when a day or
//! an instant is asked for.

use std::collections::HashSet;

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Timestamp, Uuid};
use sqlx::QueryBuilder;

use super::{
    AsOf, FOREVER, Filter, builder, keep_prepared,
    mediators::{MediatorRow, all, columns, push_mediator},
    push_as_of,
};
use crate::domain::{ElectionId, LAST_DAY, Mediator, MediatorId, Span, retell};

macro_rules! known {
    ($day:literal, $known:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            ", EXISTS (SELECT 1 FROM team_versions o WHERE o.id = t.team_id AND o.leader_id = t.id AND o.valid_from <= ",
            $day,
            " AND o.valid_to >= ",
            $day,
            " AND o.recorded_at <= ",
            $known,
            " AND o.superseded_at > ",
            $known,
            ") AS leader FROM mediator_versions t"
        )
    };
}

pub(super) const GET: &str = concat!(
    known!("$2", "$3"),
    " WHERE t.id = $1 AND t.valid_from <= $2 AND t.valid_to >= $2 AND t.recorded_at <= $3 AND t.superseded_at > $3"
);

pub(super) const OF_ELECTION: &str = concat!(
    known!("$2", "$3"),
    " WHERE t.id IN (SELECT id FROM mediators WHERE election_id = $1) AND t.election_id = $1 AND t.valid_from <= $2
    AND t.valid_to >= $2 AND t.recorded_at <= $3 AND t.superseded_at > $3 ORDER BY t.election_index, t.id"
);

/// Mediators of one statement: variables stay below the limits of both engines.
const CHUNK: usize = 400;

#[derive(sqlx::FromRow)]
struct VersionRow {
    #[sqlx(flatten)]
    mediator: MediatorRow,
    valid_from: Date,
    valid_to: Date,
}

impl TryFrom<VersionRow> for Span<Mediator> {
    type Error = StoreError;

    fn try_from(row: VersionRow) -> Result<Self, StoreError> {
        Ok(Span { from: row.valid_from, to: row.valid_to, facts: row.mediator.try_into()? })
    }
}

/// A mediator on a day, as known at an instant.
pub(crate) async fn get(tx: &mut Tx, mediator: MediatorId, at: AsOf) -> Result<Option<Mediator>, StoreError> {
    let row: Option<MediatorRow> =
        on!(tx, |c| sqlx::query_as(GET).bind(mediator).bind(at.day).bind(at.known).fetch_optional(c).await)?;
    row.map(Mediator::try_from).transpose()
}

/// The candidates of an election as they were on a day, as known at an instant, in the order of the minutes.
pub(crate) async fn of_election(tx: &mut Tx, election: ElectionId, at: AsOf) -> Result<Vec<Mediator>, StoreError> {
    all(on!(tx, |c| sqlx::query_as(OF_ELECTION).bind(election).bind(at.day).bind(at.known).fetch_all(c).await)?)
}

/// These mediators as they were on a day, as known at an instant, in the order of their ids.
pub(crate) async fn of_ids(tx: &mut Tx, ids: &[Uuid], at: AsOf) -> Result<Vec<Mediator>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let rows = on!(tx, |c| {
            let mut query = builder(&c, "");
            push_select(&mut query, at);
            query.push(" WHERE ");
            push_as_of(&mut query, "t", at);
            query.push(" AND t.id IN (");
            let mut list = query.separated(", ");
            for id in ids {
                list.push_bind(*id);
            }
            query.push(") ORDER BY t.id");
            query.build_query_as().persistent(false).fetch_all(c).await
        })?;
        found.extend(all(rows)?);
    }
    Ok(found)
}

/// Who had a record on a day, as known at an instant: in a unit, a team, the areas of a caller, and in force on another day
/// if that is asked for. Ids alone, of which a province has some ten thousands.
pub(crate) async fn there(
    tx: &mut Tx,
    at: AsOf,
    filter: &Filter,
    in_force_on: Option<Date>,
) -> Result<HashSet<Uuid>, StoreError> {
    let ids: Vec<Uuid> = on!(tx, |c| {
        let mut query = builder(&c, "SELECT t.id FROM mediator_versions t WHERE ");
        push_as_of(&mut query, "t", at);
        filter.push_place(&mut query, "t.team_id");
        if let Some(day) = in_force_on {
            query.push(" AND t.recognition_date <= ").push_bind(day);
            query.push(" AND (t.cessation_date IS NULL OR t.cessation_date >= ").push_bind(day).push(")");
        }
        query.build_query_scalar().fetch_all(c).await
    })?;
    Ok(ids.into_iter().collect())
}

/// The columns of a mediator on a day, as known at an instant.
fn push_select<DB: sqlx::Database>(query: &mut QueryBuilder<DB>, at: AsOf)
where
    for<'q> Date: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    for<'q> Timestamp: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
{
    query.push(concat!(
        "SELECT ",
        columns!(),
        ", EXISTS (SELECT 1 FROM team_versions o WHERE o.id = t.team_id AND o.leader_id = t.id AND "
    ));
    push_as_of(query, "o", at);
    query.push(") AS leader FROM mediator_versions t");
}

/// A page of mediators as they were on a day, as known at an instant: `filter` says which.
pub(crate) async fn page(tx: &mut Tx, at: AsOf, filter: &Filter) -> Result<Vec<Mediator>, StoreError> {
    let rows = on!(tx, |c| {
        let mut query = builder(&c, "");
        push_select(&mut query, at);
        filter.push(&mut query, "t.id", "t.team_id");
        query.build_query_as().fetch_all(c).await
    })?;
    all(rows)
}

/// Records new mediators, known from now on, from a day.
pub(super) async fn begin(tx: &mut Tx, mediators: &[Mediator], day: Date, now: Timestamp) -> Result<(), StoreError> {
    let span = |mediator: &Mediator| Span { from: day, to: LAST_DAY, facts: mediator.clone() };
    insert(tx, &mediators.iter().map(span).collect::<Vec<_>>(), now).await
}

/// Records that mediators became what they are on a day: what is known of that day and later is superseded, and told
/// anew.
pub(crate) async fn record<'m>(
    tx: &mut Tx,
    mediators: impl IntoIterator<Item = &'m Mediator>,
    day: Date,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mediators: Vec<&Mediator> = mediators.into_iter().collect();
    for mediators in mediators.chunks(CHUNK) {
        let known = supersede(tx, &mediators.iter().map(|one| one.id).collect::<Vec<_>>(), day, now).await?;
        let mut told = Vec::with_capacity(mediators.len() * 2);
        for mediator in mediators {
            let spans = known.iter().filter(|span| span.facts.id == mediator.id).cloned().collect();
            told.extend(retell(spans, day, *mediator, |_, _| {}));
        }
        insert(tx, &told, now).await?;
    }
    Ok(())
}

/// Ends, from now on, what is known of mediators on a day and later, and answers it.
pub(crate) async fn supersede(
    tx: &mut Tx,
    mediators: &[MediatorId],
    day: Date,
    now: Timestamp,
) -> Result<Vec<Span<Mediator>>, StoreError> {
    let rows: Vec<VersionRow> = on!(tx, |c| {
        let mut query = builder(&c, "UPDATE mediator_versions SET superseded_at = ");
        query.push_bind(now).push(" WHERE superseded_at = ").push_bind(FOREVER);
        query.push(" AND valid_to >= ").push_bind(day).push(" AND id IN (");
        let mut ids = query.separated(", ");
        for mediator in mediators {
            ids.push_bind(mediator.uuid());
        }
        query.push(concat!(") RETURNING ", columns!(), ", FALSE AS leader, valid_from, valid_to"));
        query.build_query_as().persistent(keep_prepared(mediators.len())).fetch_all(c).await
    })?;
    rows.into_iter().map(Span::try_from).collect()
}

/// Records spans as known from now on.
pub(crate) async fn insert(tx: &mut Tx, spans: &[Span<Mediator>], now: Timestamp) -> Result<(), StoreError> {
    for spans in spans.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = builder(
                &c,
                concat!(
                    "INSERT INTO mediator_versions (",
                    columns!(),
                    ", valid_from, valid_to, recorded_at, superseded_at) "
                ),
            );
            query.push_values(spans, |mut row, span| {
                push_mediator!(&mut row, &span.facts);
                row.push_bind(span.from).push_bind(span.to).push_bind(now).push_bind(FOREVER);
            });
            query.build().persistent(keep_prepared(spans.len())).execute(c).await.map(|done| done.rows_affected())
        })?;
    }
    Ok(())
}
