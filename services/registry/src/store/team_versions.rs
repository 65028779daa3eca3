//! Teams on two axes of time. Written by the functions of `teams`, in the same transaction; read when a day or an
//! instant is asked for.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Timestamp};

use super::{
    AsOf, FOREVER, Filter, builder, keep_prepared,
    teams::{TeamRow, all, columns, push_team},
};
use crate::domain::{LAST_DAY, RuleSets, Span, Team, TeamId, retell};

pub(super) const GET: &str = concat!(
    "SELECT ",
    columns!(),
    ", EXISTS (SELECT 1 FROM unit_versions v WHERE v.unit_id = t.area_unit_id AND v.recorded_at <= $3
        AND v.superseded_at > $3 AND v.valid_from <= $2 AND v.valid_to >= $2 AND v.ethnic_minority_area) AS minority_area
    FROM team_versions t WHERE t.id = $1 AND t.valid_from <= $2 AND t.valid_to >= $2 AND t.recorded_at <= $3
    AND t.superseded_at > $3"
);

/// Teams of one statement: variables stay below the limits of both engines.
const CHUNK: usize = 500;

#[derive(sqlx::FromRow)]
struct VersionRow {
    #[sqlx(flatten)]
    team: TeamRow,
    valid_from: Date,
    valid_to: Date,
}

impl TryFrom<VersionRow> for Span<Team> {
    type Error = StoreError;

    fn try_from(row: VersionRow) -> Result<Self, StoreError> {
        Ok(Span { from: row.valid_from, to: row.valid_to, facts: row.team.try_into()? })
    }
}

/// A team on a day, as known at an instant.
pub(crate) async fn get(tx: &mut Tx, team: TeamId, at: AsOf) -> Result<Option<Team>, StoreError> {
    let row: Option<TeamRow> =
        on!(tx, |c| sqlx::query_as(GET).bind(team).bind(at.day).bind(at.known).fetch_optional(c).await)?;
    row.map(Team::try_from).transpose()
}

/// A page of teams as they were on a day, as known at an instant: `filter` says which.
pub(crate) async fn page(tx: &mut Tx, filter: &Filter) -> Result<Vec<Team>, StoreError> {
    let rows = on!(tx, |c| {
        let mut query = builder(&c, concat!("SELECT ", columns!(), ", FALSE AS minority_area FROM team_versions t"));
        filter.push(&mut query, "t.id", "t.id");
        query.build_query_as().fetch_all(c).await
    })?;
    all(rows)
}

/// Records new teams, known from now on, each from the day of its plan.
pub(super) async fn begin(tx: &mut Tx, teams: &[(Team, bool)], now: Timestamp) -> Result<(), StoreError> {
    let span = |(team, _): &(Team, bool)| Span { from: team.plan.issue_date, to: LAST_DAY, facts: team.clone() };
    insert(tx, &teams.iter().map(span).collect::<Vec<_>>(), now).await
}

/// Records that teams became what they are on a day: what is known of that day and later is superseded, and told anew.
pub(crate) async fn record(
    tx: &mut Tx,
    teams: &[&Team],
    day: Date,
    rules: &RuleSets,
    now: Timestamp,
) -> Result<(), StoreError> {
    for teams in teams.chunks(CHUNK) {
        let known = supersede(tx, &teams.iter().map(|team| team.id).collect::<Vec<_>>(), day, now).await?;
        let mut told = Vec::with_capacity(teams.len() * 2);
        for team in teams {
            let spans = known.iter().filter(|span| span.facts.id == team.id).cloned().collect();
            told.extend(retell(spans, day, *team, |facts, on| {
                facts.minority_area = team.minority_area;
                facts.stand(rules.on(on), on);
            }));
        }
        insert(tx, &told, now).await?;
    }
    Ok(())
}

/// Ends, from now on, what is known of teams on a day and later, and answers it.
pub(crate) async fn supersede(
    tx: &mut Tx,
    teams: &[TeamId],
    day: Date,
    now: Timestamp,
) -> Result<Vec<Span<Team>>, StoreError> {
    let rows: Vec<VersionRow> = on!(tx, |c| {
        let mut query = builder(&c, "UPDATE team_versions SET superseded_at = ");
        query.push_bind(now).push(" WHERE superseded_at = ").push_bind(FOREVER);
        query.push(" AND valid_to >= ").push_bind(day).push(" AND id IN (");
        let mut ids = query.separated(", ");
        for team in teams {
            ids.push_bind(team.uuid());
        }
        query.push(concat!(") RETURNING ", columns!(), ", FALSE AS minority_area, valid_from, valid_to"));
        query.build_query_as().persistent(keep_prepared(teams.len())).fetch_all(c).await
    })?;
    rows.into_iter().map(Span::try_from).collect()
}

/// Records spans as known from now on.
pub(crate) async fn insert(tx: &mut Tx, spans: &[Span<Team>], now: Timestamp) -> Result<(), StoreError> {
    for spans in spans.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = builder(
                &c,
                concat!(
                    "INSERT INTO team_versions (",
                    columns!(),
                    ", valid_from, valid_to, recorded_at, superseded_at) "
                ),
            );
            query.push_values(spans, |mut row, span| {
                push_team!(&mut row, &span.facts);
                row.push_bind(span.from).push_bind(span.to).push_bind(now).push_bind(FOREVER);
            });
            query.build().persistent(keep_prepared(spans.len())).execute(c).await.map(|done| done.rows_affected())
        })?;
    }
    Ok(())
}
