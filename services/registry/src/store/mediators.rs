//! Mediators, from candidacy on.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Id, Timestamp, Uuid};

use super::{Filter, builder, count, decision, guarded, keep_prepared, number, word};
use crate::domain::{
    Cessation, Decision, EducationClass, ElectionId, EthnicClass, Gender, ListId, Mediator, MediatorId, MediatorState,
    Statistics, TeamId,
};

macro_rules! columns {
    () => {
        "SELECT t.id, t.team_id, t.area_unit_id, t.commune_id, t.province_id, t.election_id, t.election_index, t.state,
        t.votes_for, t.nominated_by_front, t.gender, t.ethnic_class, t.education_class, t.sealed_person, t.list_id,
        t.recognition_number, t.recognition_date, t.recognition_issuer, t.cessation, t.cessation_date,
        t.cessation_number, t.cessation_decided, t.cessation_issuer, t.sealed_note, t.revision, t.created_at,
        t.updated_at, EXISTS (SELECT 1 FROM teams o WHERE o.id = t.team_id AND o.leader_id = t.id) AS leader
        FROM mediators t"
    };
}

pub(super) const GET: &str = concat!(columns!(), " WHERE t.id = $1");
pub(super) const OF_ELECTION: &str =
    concat!(columns!(), " WHERE t.team_id = $1 AND t.election_id = $2 ORDER BY t.election_index");
pub(super) const OF_LIST: &str =
    concat!(columns!(), " WHERE t.team_id = $1 AND t.list_id = $2 ORDER BY t.election_index, t.id");
pub(super) const ALIVE_OF_TEAM: &str =
    concat!(columns!(), " WHERE t.team_id = $1 AND t.state NOT IN ('not_elected', 'rejected', 'ceased') ORDER BY t.id");
pub(super) const COUNT_PENDING: &str =
    "SELECT COUNT(*) FROM mediators WHERE team_id = $1 AND state IN ('elected', 'submitted')";
pub(super) const RECOGNIZE_LIST: &str = "UPDATE mediators SET state = 'recognized', recognition_number = $3,
    recognition_date = $4, recognition_issuer = $5, revision = revision + 1, updated_at = $6
    WHERE team_id = $1 AND list_id = $2 AND state = 'submitted'";
pub(super) const UPDATE: &str = "UPDATE mediators SET state = $3, cessation = $4, cessation_date = $5,
    cessation_number = $6, cessation_decided = $7, cessation_issuer = $8, sealed_note = $9, revision = $2 + 1,
    updated_at = $10 WHERE id = $1 AND revision = $2";

#[derive(sqlx::FromRow)]
struct MediatorRow {
    id: Uuid,
    team_id: Uuid,
    area_unit_id: Uuid,
    commune_id: Uuid,
    province_id: Uuid,
    election_id: Uuid,
    election_index: i32,
    state: String,
    votes_for: i32,
    nominated_by_front: bool,
    gender: String,
    ethnic_class: String,
    education_class: String,
    sealed_person: Vec<u8>,
    list_id: Option<Uuid>,
    recognition_number: Option<String>,
    recognition_date: Option<Date>,
    recognition_issuer: Option<String>,
    cessation: Option<String>,
    cessation_date: Option<Date>,
    cessation_number: Option<String>,
    cessation_decided: Option<Date>,
    cessation_issuer: Option<String>,
    sealed_note: Option<Vec<u8>>,
    revision: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
    leader: bool,
}

impl TryFrom<MediatorRow> for Mediator {
    type Error = StoreError;

    fn try_from(row: MediatorRow) -> Result<Self, StoreError> {
        const T: &str = "mediators";
        let ceased = |text: &str| word(Cessation::from_word, text, T, "cessation", row.id);
        Ok(Mediator {
            id: Id::from_uuid(row.id),
            team: Id::from_uuid(row.team_id),
            area_unit: Id::from_uuid(row.area_unit_id),
            commune: Id::from_uuid(row.commune_id),
            province: Id::from_uuid(row.province_id),
            election: Id::from_uuid(row.election_id),
            index: row.election_index,
            state: word(MediatorState::from_word, &row.state, T, "state", row.id)?,
            votes_for: count(row.votes_for),
            nominated_by_front: row.nominated_by_front,
            statistics: Statistics {
                gender: word(Gender::from_word, &row.gender, T, "gender", row.id)?,
                ethnic_class: word(EthnicClass::from_word, &row.ethnic_class, T, "ethnic_class", row.id)?,
                education_class: word(EducationClass::from_word, &row.education_class, T, "education_class", row.id)?,
            },
            cessation: row.cessation.as_deref().map(ceased).transpose()?,
            sealed_person: row.sealed_person,
            list: row.list_id.map(Id::from_uuid),
            recognition: decision(row.recognition_number, row.recognition_date, row.recognition_issuer),
            cessation_date: row.cessation_date,
            cessation_decision: decision(row.cessation_number, row.cessation_decided, row.cessation_issuer),
            sealed_note: row.sealed_note,
            leader: row.leader,
            revision: row.revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

fn all(rows: Vec<MediatorRow>) -> Result<Vec<Mediator>, StoreError> {
    rows.into_iter().map(Mediator::try_from).collect()
}

/// Writes the candidates of an election.
pub(crate) async fn insert(tx: &mut Tx, mediators: &[Mediator]) -> Result<(), StoreError> {
    on!(tx, |c| {
        let mut query = builder(
            &c,
            "INSERT INTO mediators (id, team_id, area_unit_id, commune_id, province_id, election_id, election_index,
            state, votes_for, nominated_by_front, gender, ethnic_class, education_class, sealed_person, revision,
            created_at, updated_at) ",
        );
        query.push_values(mediators, |mut row, m| {
            row.push_bind(m.id.uuid()).push_bind(m.team.uuid()).push_bind(m.area_unit.uuid());
            row.push_bind(m.commune.uuid()).push_bind(m.province.uuid()).push_bind(m.election.uuid());
            row.push_bind(m.index).push_bind(m.state.word()).push_bind(number(m.votes_for));
            row.push_bind(m.nominated_by_front).push_bind(m.statistics.gender.word());
            row.push_bind(m.statistics.ethnic_class.word()).push_bind(m.statistics.education_class.word());
            row.push_bind(m.sealed_person.as_slice()).push_bind(m.revision);
            row.push_bind(m.created_at).push_bind(m.updated_at);
        });
        query.build().persistent(keep_prepared(mediators.len())).execute(c).await.map(|done| done.rows_affected())
    })
    .map(drop)
}

/// Reads a mediator.
pub(crate) async fn get(tx: &mut Tx, mediator: MediatorId) -> Result<Option<Mediator>, StoreError> {
    let row: Option<MediatorRow> = on!(tx, |c| sqlx::query_as(GET).bind(mediator).fetch_optional(c).await)?;
    row.map(Mediator::try_from).transpose()
}

/// The candidates of an election in the order of the minutes.
pub(crate) async fn of_election(tx: &mut Tx, team: TeamId, election: ElectionId) -> Result<Vec<Mediator>, StoreError> {
    all(on!(tx, |c| sqlx::query_as(OF_ELECTION).bind(team).bind(election).fetch_all(c).await)?)
}

/// Who is on a list.
pub(crate) async fn of_list(tx: &mut Tx, team: TeamId, list: ListId) -> Result<Vec<Mediator>, StoreError> {
    all(on!(tx, |c| sqlx::query_as(OF_LIST).bind(team).bind(list).fetch_all(c).await)?)
}

/// Who is in force in a team, or on the way.
pub(crate) async fn alive_of_team(tx: &mut Tx, team: TeamId) -> Result<Vec<Mediator>, StoreError> {
    all(on!(tx, |c| sqlx::query_as(ALIVE_OF_TEAM).bind(team).fetch_all(c).await)?)
}

/// How many are on the way to recognition.
pub(crate) async fn count_pending(tx: &mut Tx, team: TeamId) -> Result<u32, StoreError> {
    let n: i64 = on!(tx, |c| sqlx::query_scalar(COUNT_PENDING).bind(team).fetch_one(c).await)?;
    Ok(u32::try_from(n).unwrap_or(0))
}

/// Puts persons on a list; each must still be where it was read.
pub(crate) async fn submit(
    tx: &mut Tx,
    list: ListId,
    mediators: &[MediatorId],
    now: Timestamp,
) -> Result<(), StoreError> {
    let done = on!(tx, |c| {
        let mut query = builder(&c, "UPDATE mediators SET state = 'submitted', revision = revision + 1, list_id = ");
        query.push_bind(list.uuid()).push(", updated_at = ").push_bind(now);
        query.push(" WHERE state IN ('elected', 'tied') AND id IN (");
        let mut ids = query.separated(", ");
        for mediator in mediators {
            ids.push_bind(mediator.uuid());
        }
        query.push(")");
        query.build().persistent(keep_prepared(mediators.len())).execute(c).await.map(|done| done.rows_affected())
    })?;
    if done == mediators.len() as u64 { Ok(()) } else { Err(StoreError::Stale) }
}

/// Recognises everybody on a list who is still before the chairman; there must be `expected` of them.
pub(crate) async fn recognize_list(
    tx: &mut Tx,
    (team, list): (TeamId, ListId),
    decision: &Decision,
    expected: usize,
    now: Timestamp,
) -> Result<(), StoreError> {
    let done = on!(tx, |c| sqlx::query(RECOGNIZE_LIST)
        .bind(team)
        .bind(list)
        .bind(decision.number.as_str())
        .bind(decision.issue_date)
        .bind(decision.issuer.as_str())
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if done == expected as u64 { Ok(()) } else { Err(StoreError::Stale) }
}

/// Writes what changed of a mediator that was at the revision before.
pub(crate) async fn update(tx: &mut Tx, mediator: &Mediator) -> Result<(), StoreError> {
    let decision = mediator.cessation_decision.as_ref();
    let done = on!(tx, |c| sqlx::query(UPDATE)
        .bind(mediator.id)
        .bind(mediator.revision - 1)
        .bind(mediator.state.word())
        .bind(mediator.cessation.map(Cessation::word))
        .bind(mediator.cessation_date)
        .bind(decision.map(|d| d.number.as_str()))
        .bind(decision.map(|d| d.issue_date))
        .bind(decision.map(|d| d.issuer.as_str()))
        .bind(mediator.sealed_note.as_deref())
        .bind(mediator.updated_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    guarded(done)
}

/// A page of mediators.
pub(crate) async fn page(tx: &mut Tx, filter: &Filter) -> Result<Vec<Mediator>, StoreError> {
    let rows = on!(tx, |c| {
        let mut query = builder(&c, columns!());
        filter.push(&mut query, "t.id", "t.team_id");
        query.build_query_as().fetch_all(c).await
    })?;
    all(rows)
}
