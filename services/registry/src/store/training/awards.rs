//! Contests with their results, and commendations.

use std::collections::HashMap;

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Id, Timestamp, Uuid};

use super::{CHUNK, commune_id, commune_uuid, push_end, push_page};
use crate::{
    domain::{
        Decision, TeamId,
        training::{
            AwardLevel, Commendation, CommendationForm, CommendationId, Contest, ContestId, ContestPrize,
            ContestResult, Honoured,
        },
    },
    store::{Filter, builder, guarded, keep_prepared, push_known, word},
};

pub(super) const STATEMENTS: &[&str] =
    &[INSERT_CONTEST, GET_CONTEST, CORRECT_CONTEST, GET_COMMENDATION, OF_BATCH, REVOKE];

macro_rules! contest {
    () => {
        "SELECT t.id, t.province_id, t.commune_id, t.name, t.level, t.first_date, t.last_date, t.place,
        t.correct_reason, t.revision FROM "
    };
}
macro_rules! commendation {
    () => {
        "SELECT t.id, t.mediator_id, t.team_id, t.area_unit_id, t.commune_id, t.province_id, t.form, t.level,
        t.decision_number, t.decision_date, t.decision_issuer, t.achievement, t.revoke_date, t.revoke_reason, t.revision
        FROM "
    };
}

const INSERT_CONTEST: &str = "INSERT INTO contests (id, province_id, commune_id, name, level, first_date, last_date,
    place, correct_reason, revision, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const GET_CONTEST: &str = concat!(contest!(), "contests t WHERE t.id = $1");
const CORRECT_CONTEST: &str = "UPDATE contests SET correct_reason = $3, revision = $2 + 1,
    updated_at = $4 WHERE id = $1 AND revision = $2";
const GET_COMMENDATION: &str = concat!(commendation!(), "commendations t WHERE t.id = $1");
const OF_BATCH: &str = concat!(commendation!(), "commendations t WHERE t.batch_id = $1 ORDER BY t.batch_index");
const REVOKE: &str = "UPDATE commendations SET revoke_date = $3, revoke_reason = $4, revision = $2 + 1,
    updated_at = $5 WHERE id = $1 AND revision = $2";

#[derive(sqlx::FromRow)]
struct ContestRow {
    id: Uuid,
    province_id: Uuid,
    commune_id: Uuid,
    name: String,
    level: String,
    first_date: Date,
    last_date: Date,
    place: String,
    correct_reason: String,
    revision: i64,
}

impl TryFrom<ContestRow> for Contest {
    type Error = StoreError;

    fn try_from(row: ContestRow) -> Result<Self, StoreError> {
        Ok(Contest {
            id: Id::from_uuid(row.id),
            name: row.name,
            level: word(AwardLevel::from_word, &row.level, "contests", "level", row.id)?,
            province: Id::from_uuid(row.province_id),
            commune: commune_id(row.commune_id),
            first_date: row.first_date,
            last_date: row.last_date,
            place: row.place,
            results: Vec::new(),
            correct_reason: row.correct_reason,
            revision: row.revision,
        })
    }
}

#[derive(sqlx::FromRow)]
struct ResultRow {
    contest_id: Uuid,
    mediator_id: Option<Uuid>,
    team_id: Option<Uuid>,
    prize: String,
}

#[derive(sqlx::FromRow)]
struct CommendationRow {
    id: Uuid,
    mediator_id: Option<Uuid>,
    team_id: Uuid,
    area_unit_id: Uuid,
    commune_id: Uuid,
    province_id: Uuid,
    form: String,
    level: String,
    decision_number: String,
    decision_date: Date,
    decision_issuer: String,
    achievement: String,
    revoke_date: Option<Date>,
    revoke_reason: String,
    revision: i64,
}

impl TryFrom<CommendationRow> for Commendation {
    type Error = StoreError;

    fn try_from(row: CommendationRow) -> Result<Self, StoreError> {
        const T: &str = "commendations";
        let team = Id::from_uuid(row.team_id);
        Ok(Commendation {
            id: Id::from_uuid(row.id),
            who: row.mediator_id.map_or(Honoured::Team(team), |id| Honoured::Mediator(Id::from_uuid(id))),
            team,
            area_unit: Id::from_uuid(row.area_unit_id),
            commune: Id::from_uuid(row.commune_id),
            province: Id::from_uuid(row.province_id),
            form: word(CommendationForm::from_word, &row.form, T, "form", row.id)?,
            level: word(AwardLevel::from_word, &row.level, T, "level", row.id)?,
            decision: Decision {
                number: row.decision_number,
                issue_date: row.decision_date,
                issuer: row.decision_issuer,
            },
            achievement: row.achievement,
            revoked: row.revoke_date,
            revoke_reason: row.revoke_reason,
            revision: row.revision,
        })
    }
}

fn all(rows: Vec<CommendationRow>) -> Result<Vec<Commendation>, StoreError> {
    rows.into_iter().map(Commendation::try_from).collect()
}

/// Writes a contest with its results.
pub(crate) async fn insert_contest(tx: &mut Tx, contest: &Contest, now: Timestamp) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(INSERT_CONTEST)
        .bind(contest.id)
        .bind(contest.province)
        .bind(commune_uuid(contest.commune))
        .bind(contest.name.as_str())
        .bind(contest.level.word())
        .bind(contest.first_date)
        .bind(contest.last_date)
        .bind(contest.place.as_str())
        .bind(contest.correct_reason.as_str())
        .bind(contest.revision)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    insert_results(tx, contest).await
}

/// Writes other results for a contest that was at the revision before; those of before stay.
pub(crate) async fn correct_contest(tx: &mut Tx, contest: &Contest, now: Timestamp) -> Result<(), StoreError> {
    let done = on!(tx, |c| sqlx::query(CORRECT_CONTEST)
        .bind(contest.id)
        .bind(contest.revision - 1)
        .bind(contest.correct_reason.as_str())
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    guarded(done)?;
    insert_results(tx, contest).await
}

async fn insert_results(tx: &mut Tx, contest: &Contest) -> Result<(), StoreError> {
    let numbered: Vec<(i32, &ContestResult)> = (0i32..).zip(&contest.results).collect();
    for part in numbered.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = builder(
                &c,
                "INSERT INTO contest_results (contest_id, revision, result_index, mediator_id, team_id, prize) ",
            );
            query.push_values(part, |mut row, (index, one)| {
                row.push_bind(contest.id.uuid()).push_bind(contest.revision).push_bind(*index);
                row.push_bind(one.who.mediator().map(Id::uuid)).push_bind(one.who.team().map(Id::uuid));
                row.push_bind(one.prize.word());
            });
            query.build().persistent(keep_prepared(part.len())).execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// Reads a contest with its results.
pub(crate) async fn get_contest(tx: &mut Tx, id: ContestId) -> Result<Option<Contest>, StoreError> {
    let row: Option<ContestRow> = on!(tx, |c| sqlx::query_as(GET_CONTEST).bind(id).fetch_optional(c).await)?;
    let Some(row) = row else { return Ok(None) };
    let mut contests = vec![Contest::try_from(row)?];
    read_results(tx, &mut contests).await?;
    Ok(contests.pop())
}

/// A page of contests with their results, in two statements.
pub(crate) async fn contests(tx: &mut Tx, filter: &Filter) -> Result<Vec<Contest>, StoreError> {
    let rows: Vec<ContestRow> = on!(tx, |c| {
        let mut query = builder(&c, contest!());
        query.push(if filter.at.is_some() { "contests_known t" } else { "contests t" });
        push_page(&mut query, filter);
        if let Some(at) = filter.at {
            query.push(" AND t.first_date <= ").push_bind(at.day);
        }
        push_end(&mut query, filter);
        query.build_query_as().fetch_all(c).await
    })?;
    let mut contests = rows.into_iter().map(Contest::try_from).collect::<Result<Vec<_>, _>>()?;
    read_results(tx, &mut contests).await?;
    Ok(contests)
}

async fn read_results(tx: &mut Tx, contests: &mut [Contest]) -> Result<(), StoreError> {
    let mut of: HashMap<Uuid, Vec<ContestResult>> = HashMap::new();
    for part in contests.chunks(CHUNK) {
        let rows: Vec<ResultRow> = on!(tx, |c| {
            let mut query = builder(
                &c,
                "SELECT r.contest_id, r.mediator_id, r.team_id, r.prize FROM contest_results r
                WHERE (r.contest_id, r.revision) IN (VALUES ",
            );
            let mut list = query.separated(", ");
            for contest in part {
                list.push("(").push_bind_unseparated(contest.id.uuid()).push_unseparated(", ");
                list.push_bind_unseparated(contest.revision).push_unseparated(")");
            }
            query.push(") ORDER BY r.contest_id, r.result_index");
            query.build_query_as().persistent(keep_prepared(part.len())).fetch_all(c).await
        })?;
        for row in rows {
            let torn = || StoreError::inconsistent("contest_results", "mediator_id", row.contest_id);
            let who = match (row.mediator_id, row.team_id) {
                (Some(id), None) => Honoured::Mediator(Id::from_uuid(id)),
                (None, Some(id)) => Honoured::Team(Id::from_uuid(id)),
                _ => return Err(torn()),
            };
            let prize = word(ContestPrize::from_word, &row.prize, "contest_results", "prize", row.contest_id)?;
            of.entry(row.contest_id).or_default().push(ContestResult { who, prize });
        }
    }
    for contest in contests {
        contest.results = of.remove(&contest.id.uuid()).unwrap_or_default();
    }
    Ok(())
}

/// Writes the commendations of one decision.
pub(crate) async fn insert(
    tx: &mut Tx,
    batch: Uuid,
    commendations: &[Commendation],
    now: Timestamp,
) -> Result<(), StoreError> {
    let numbered: Vec<(i32, &Commendation)> = (0i32..).zip(commendations).collect();
    for part in numbered.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = builder(
                &c,
                "INSERT INTO commendations (id, batch_id, batch_index, mediator_id, team_id, area_unit_id, commune_id,
                province_id, form, level, decision_number, decision_date, decision_issuer, achievement, revoke_reason,
                revision, updated_at) ",
            );
            query.push_values(part, |mut row, (index, one)| {
                row.push_bind(one.id.uuid()).push_bind(batch).push_bind(*index);
                row.push_bind(one.who.mediator().map(Id::uuid)).push_bind(one.team.uuid());
                row.push_bind(one.area_unit.uuid()).push_bind(one.commune.uuid()).push_bind(one.province.uuid());
                row.push_bind(one.form.word()).push_bind(one.level.word());
                row.push_bind(one.decision.number.as_str()).push_bind(one.decision.issue_date);
                row.push_bind(one.decision.issuer.as_str()).push_bind(one.achievement.as_str());
                row.push_bind("").push_bind(one.revision).push_bind(now);
            });
            query.build().persistent(keep_prepared(part.len())).execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// Reads a commendation.
pub(crate) async fn get(tx: &mut Tx, id: CommendationId) -> Result<Option<Commendation>, StoreError> {
    let row: Option<CommendationRow> = on!(tx, |c| sqlx::query_as(GET_COMMENDATION).bind(id).fetch_optional(c).await)?;
    row.map(Commendation::try_from).transpose()
}

/// Those recorded together, in the order of the request.
pub(crate) async fn of_batch(tx: &mut Tx, batch: Uuid) -> Result<Vec<Commendation>, StoreError> {
    all(on!(tx, |c| sqlx::query_as(OF_BATCH).bind(batch).fetch_all(c).await)?)
}

/// A page of commendations.
pub(crate) async fn page(tx: &mut Tx, filter: &Filter) -> Result<Vec<Commendation>, StoreError> {
    all(on!(tx, |c| {
        let mut query = builder(&c, commendation!());
        query.push(if filter.at.is_some() { "commendations_known t" } else { "commendations t" });
        query.push(" WHERE t.id > ").push_bind(filter.after);
        if let Some(at) = filter.at {
            push_known(&mut query, at.known);
            query.push(" AND t.decision_date <= ").push_bind(at.day);
        }
        filter.push_place(&mut query, "t.team_id");
        query.push(" ORDER BY t.id LIMIT ").push_bind(filter.limit);
        query.build_query_as().fetch_all(c).await
    })?)
}

/// Writes the revocation of a commendation that was at the revision before.
pub(crate) async fn revoke(tx: &mut Tx, commendation: &Commendation, now: Timestamp) -> Result<(), StoreError> {
    let done = on!(tx, |c| sqlx::query(REVOKE)
        .bind(commendation.id)
        .bind(commendation.revision - 1)
        .bind(commendation.revoked)
        .bind(commendation.revoke_reason.as_str())
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    guarded(done)
}

/// A team that may be honoured.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub(crate) struct TeamPlace {
    /// The team.
    pub(crate) id: TeamId,
    /// Its area.
    pub(crate) area_unit_id: Uuid,
    /// Its commune.
    pub(crate) commune_id: Uuid,
    /// Its province.
    pub(crate) province_id: Uuid,
    /// When it was planned.
    pub(crate) plan_date: Date,
}

/// Teams by their ids; those that are not there are left out.
pub(crate) async fn teams(tx: &mut Tx, ids: &[TeamId]) -> Result<Vec<TeamPlace>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let rows: Vec<TeamPlace> = on!(tx, |c| {
            let mut query =
                builder(&c, "SELECT id, area_unit_id, commune_id, province_id, plan_date FROM teams WHERE id IN (");
            let mut list = query.separated(", ");
            for id in ids {
                list.push_bind(id.uuid());
            }
            query.push(")");
            query.build_query_as().persistent(keep_prepared(ids.len())).fetch_all(c).await
        })?;
        found.extend(rows);
    }
    Ok(found)
}
