//! Which teams a team went on in, its yearly reviews, and why areas deviate.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Id, Timestamp, Uuid};

use super::{AsOf, FOREVER, builder, keep_prepared, word};
use crate::domain::{AreaException, ReviewId, ReviewResult, TeamId, TeamReview};

pub(super) const PREDECESSORS: &str = "SELECT team_id FROM team_successions
    WHERE successor_id = $1 AND change_date <= $2 AND recorded_at <= $3 ORDER BY team_id";
pub(super) const SUCCESSORS: &str = "SELECT successor_id FROM team_successions
    WHERE team_id = $1 AND change_date <= $2 AND recorded_at <= $3 ORDER BY successor_id";
pub(super) const INSERT_REVIEW: &str = "INSERT INTO team_reviews (id, team_id, review_year, review_date, result,
    leader_id, minutes, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
pub(super) const GET_REVIEW: &str = "SELECT id, team_id, review_year, review_date, result, leader_id, minutes,
    created_at FROM team_reviews WHERE id = $1";
pub(super) const INSERT_EXCEPTION: &str =
    "INSERT INTO area_exceptions (id, area_unit_id, commune_id, province_id, kind,
    reason, decision_number, decision_date, decision_issuer, valid_from, valid_to, recorded_at, superseded_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8, $10, $11, $12)";

/// Records in which teams teams went on.
pub(crate) async fn insert(
    tx: &mut Tx,
    edges: &[(TeamId, TeamId)],
    day: Date,
    now: Timestamp,
) -> Result<(), StoreError> {
    on!(tx, |c| {
        let mut query = builder(&c, "INSERT INTO team_successions (team_id, successor_id, change_date, recorded_at) ");
        query.push_values(edges, |mut row, (team, successor)| {
            row.push_bind(team.uuid()).push_bind(successor.uuid()).push_bind(day).push_bind(now);
        });
        query.build().persistent(keep_prepared(edges.len())).execute(c).await.map(|done| done.rows_affected())
    })
    .map(drop)
}

/// The teams that a team came out of, and those it went on in, up to a day and as known at an instant.
pub(crate) async fn of_team(tx: &mut Tx, team: TeamId, at: AsOf) -> Result<(Vec<TeamId>, Vec<TeamId>), StoreError> {
    let AsOf { day, known } = at;
    let before = on!(tx, |c| sqlx::query_scalar(PREDECESSORS).bind(team).bind(day).bind(known).fetch_all(c).await)?;
    let after = on!(tx, |c| sqlx::query_scalar(SUCCESSORS).bind(team).bind(day).bind(known).fetch_all(c).await)?;
    Ok((before, after))
}

#[derive(sqlx::FromRow)]
struct ReviewRow {
    id: Uuid,
    team_id: Uuid,
    review_year: i32,
    review_date: Date,
    result: String,
    leader_id: Option<Uuid>,
    minutes: String,
    created_at: Timestamp,
}

/// Records a review; false if the year has one (rule 7).
pub(crate) async fn insert_review(tx: &mut Tx, review: &TeamReview) -> Result<bool, StoreError> {
    let done = on!(tx, |c| sqlx::query(INSERT_REVIEW)
        .bind(review.id)
        .bind(review.team)
        .bind(review.year)
        .bind(review.date)
        .bind(review.result.word())
        .bind(review.leader)
        .bind(review.minutes.as_str())
        .bind(review.created_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done == 1)
}

/// Reads a review.
pub(crate) async fn get_review(tx: &mut Tx, id: ReviewId) -> Result<TeamReview, StoreError> {
    let row: ReviewRow = on!(tx, |c| sqlx::query_as(GET_REVIEW).bind(id).fetch_one(c).await)?;
    Ok(TeamReview {
        id: Id::from_uuid(row.id),
        team: Id::from_uuid(row.team_id),
        year: row.review_year,
        date: row.review_date,
        result: word(ReviewResult::from_word, &row.result, "team_reviews", "result", row.id)?,
        leader: row.leader_id.map(Id::from_uuid),
        minutes: row.minutes,
        created_at: row.created_at,
    })
}

/// Records why an area deviates.
pub(crate) async fn insert_exception(tx: &mut Tx, one: &AreaException, now: Timestamp) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(INSERT_EXCEPTION)
        .bind(one.id)
        .bind(one.area_unit)
        .bind(one.commune)
        .bind(one.province)
        .bind(one.kind.word())
        .bind(one.reason.as_str())
        .bind(one.decision.number.as_str())
        .bind(one.decision.issue_date)
        .bind(one.decision.issuer.as_str())
        .bind(one.valid_to)
        .bind(now)
        .bind(FOREVER)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))
    .map(drop)
}
