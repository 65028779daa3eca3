//! Mediators, from candidacy on, as they are known to be today; what they were stands in `mediator_versions`, written
//! here too.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Id, Timestamp, Uuid};

use super::{Filter, builder, count, decision, guarded, keep_prepared, mediator_versions, number, word};
use crate::domain::{
    Cessation, Decision, EducationClass, ElectionId, EthnicClass, Gender, ListId, Mediator, MediatorId, MediatorState,
    Statistics, TeamId,
};

/// The columns that `mediators` and `mediator_versions` have in common: a new one goes into both, here and in
/// `push_mediator`.
macro_rules! columns {
    () => {
        "id, team_id, area_unit_id, commune_id, province_id, election_id, election_index, state, votes_for,
        nominated_by_front, gender, ethnic_class, education_class, sealed_person, list_id, recognition_number,
        recognition_date, recognition_issuer, cessation, cessation_date, cessation_number, cessation_decided,
        cessation_issuer, sealed_note, revision, created_at, updated_at"
    };
}
pub(super) use columns;

/// Binds a mediator in the order of `columns`.
macro_rules! push_mediator {
    ($row:expr, $mediator:expr) => {{
        let (row, m): (_, &Mediator) = ($row, $mediator);
        row.push_bind(m.id.uuid()).push_bind(m.team.uuid()).push_bind(m.area_unit.uuid());
        row.push_bind(m.commune.uuid()).push_bind(m.province.uuid()).push_bind(m.election.uuid());
        row.push_bind(m.index).push_bind(m.state.word()).push_bind(crate::store::number(m.votes_for));
        row.push_bind(m.nominated_by_front).push_bind(m.statistics.gender.word());
        row.push_bind(m.statistics.ethnic_class.word()).push_bind(m.statistics.education_class.word());
        row.push_bind(m.sealed_person.as_slice()).push_bind(m.list.map(hoagiai_types::Id::uuid));
        let recognition = m.recognition.as_ref();
        row.push_bind(recognition.map(|by| by.number.as_str())).push_bind(recognition.map(|by| by.issue_date));
        row.push_bind(recognition.map(|by| by.issuer.as_str()));
        row.push_bind(m.cessation.map(crate::domain::Cessation::word)).push_bind(m.cessation_date);
        let ceased = m.cessation_decision.as_ref();
        row.push_bind(ceased.map(|by| by.number.as_str())).push_bind(ceased.map(|by| by.issue_date));
        row.push_bind(ceased.map(|by| by.issuer.as_str())).push_bind(m.sealed_note.as_deref());
        row.push_bind(m.revision).push_bind(m.created_at).push_bind(m.updated_at);
    }};
}
pub(super) use push_mediator;

macro_rules! select {
    () => {
        concat!(
            "SELECT ",
            columns!(),
            ", EXISTS (SELECT 1 FROM teams o WHERE o.id = t.team_id AND o.leader_id = t.id) AS leader FROM mediators t"
        )
    };
}

pub(super) const GET: &str = concat!(select!(), " WHERE t.id = $1");
pub(super) const OF_ELECTION: &str = concat!(select!(), " WHERE t.election_id = $1 ORDER BY t.election_index");
pub(super) const OF_LIST: &str =
    concat!(select!(), " WHERE t.election_id = $1 AND t.list_id = $2 ORDER BY t.election_index, t.id");
pub(super) const ALIVE_OF_TEAM: &str = concat!(
    select!(),
    " WHERE t.team_id = $1 AND t.state NOT IN ('not_elected', 'withdrawn', 'rejected', 'ceased') ORDER BY t.id"
);
pub(super) const COUNT_ON: &str = "SELECT COUNT(*) FROM mediators WHERE team_id = $1 AND recognition_date <= $2
    AND (cessation_date IS NULL OR cessation_date >= $2)";
pub(super) const COUNT_PENDING: &str =
    "SELECT COUNT(*) FROM mediators WHERE team_id = $1 AND state IN ('elected', 'submitted')";
pub(super) const RECOGNIZE_LIST: &str = "UPDATE mediators SET state = 'recognized', recognition_number = $3,
    recognition_date = $4, recognition_issuer = $5, revision = revision + 1, updated_at = $6
    WHERE team_id = $1 AND list_id = $2 AND state = 'submitted'";
pub(super) const UPDATE: &str = "UPDATE mediators SET state = $3, cessation = $4, cessation_date = $5,
    cessation_number = $6, cessation_decided = $7, cessation_issuer = $8, sealed_note = $9, revision = $2 + 1,
    updated_at = $10, team_id = $11, area_unit_id = $12, commune_id = $13, province_id = $14, gender = $15,
    ethnic_class = $16, education_class = $17, sealed_person = $18, list_id = $19, recognition_number = $20,
    recognition_date = $21, recognition_issuer = $22 WHERE id = $1 AND revision = $2";

pub(super) const OF_NOMINATION: &str = concat!(
    select!(),
    " JOIN candidacies y ON y.mediator_id = t.id WHERE y.nomination_id = $1 ORDER BY y.nomination_index"
);
pub(super) const STAND: &str = "UPDATE mediators SET state = $3, election_id = $4, election_index = $5, votes_for = $6,
    revision = $2 + 1, updated_at = $7 WHERE id = $1 AND revision = $2";

#[derive(sqlx::FromRow)]
pub(super) struct MediatorRow {
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

pub(super) fn all(rows: Vec<MediatorRow>) -> Result<Vec<Mediator>, StoreError> {
    rows.into_iter().map(Mediator::try_from).collect()
}

/// Writes the candidates of an election that was held on a day.
pub(crate) async fn insert(tx: &mut Tx, mediators: &[Mediator], day: Date) -> Result<(), StoreError> {
    on!(tx, |c| {
        let mut query = builder(&c, concat!("INSERT INTO mediators (", columns!(), ") "));
        query.push_values(mediators, |mut row, mediator| push_mediator!(&mut row, mediator));
        query.build().persistent(keep_prepared(mediators.len())).execute(c).await.map(|done| done.rows_affected())
    })?;
    match mediators.first() {
        Some(first) => mediator_versions::begin(tx, mediators, day, first.created_at).await,
        None => Ok(()),
    }
}

/// Reads a mediator.
pub(crate) async fn get(tx: &mut Tx, mediator: MediatorId) -> Result<Option<Mediator>, StoreError> {
    let row: Option<MediatorRow> = on!(tx, |c| sqlx::query_as(GET).bind(mediator).fetch_optional(c).await)?;
    row.map(Mediator::try_from).transpose()
}

/// The candidates of an election in the order of the minutes, whichever team they are in since.
pub(crate) async fn of_election(tx: &mut Tx, election: ElectionId) -> Result<Vec<Mediator>, StoreError> {
    all(on!(tx, |c| sqlx::query_as(OF_ELECTION).bind(election).fetch_all(c).await)?)
}

/// Who of an election is on a list, whichever team they are in since.
pub(crate) async fn of_list(tx: &mut Tx, election: ElectionId, list: ListId) -> Result<Vec<Mediator>, StoreError> {
    all(on!(tx, |c| sqlx::query_as(OF_LIST).bind(election).bind(list).fetch_all(c).await)?)
}

/// Who is in force in a team, or on the way.
pub(crate) async fn alive_of_team(tx: &mut Tx, team: TeamId) -> Result<Vec<Mediator>, StoreError> {
    all(on!(tx, |c| sqlx::query_as(ALIVE_OF_TEAM).bind(team).fetch_all(c).await)?)
}

/// Those of the mediators named who are of a team.
pub(crate) async fn of_team_among(
    tx: &mut Tx,
    team: TeamId,
    mediators: &[MediatorId],
) -> Result<Vec<Mediator>, StoreError> {
    let rows = on!(tx, |c| {
        let mut query = builder(&c, select!());
        query.push(" WHERE t.team_id = ").push_bind(team.uuid()).push(" AND t.id IN (");
        let mut ids = query.separated(", ");
        for mediator in mediators {
            ids.push_bind(mediator.uuid());
        }
        query.push(")");
        query.build_query_as().persistent(keep_prepared(mediators.len())).fetch_all(c).await
    })?;
    all(rows)
}

/// Who is in force in any of some teams, or on the way.
pub(crate) async fn alive_of_teams(tx: &mut Tx, teams: &[TeamId]) -> Result<Vec<Mediator>, StoreError> {
    let rows = on!(tx, |c| {
        let mut query = builder(&c, select!());
        query.push(" WHERE t.state NOT IN ('not_elected', 'withdrawn', 'rejected', 'ceased') AND t.team_id IN (");
        let mut ids = query.separated(", ");
        for team in teams {
            ids.push_bind(team.uuid());
        }
        query.push(") ORDER BY t.id");
        query.build_query_as().persistent(keep_prepared(teams.len())).fetch_all(c).await
    })?;
    all(rows)
}

/// Who was put forward by one request, in its order.
pub(crate) async fn of_nomination(tx: &mut Tx, nomination: Uuid) -> Result<Vec<Mediator>, StoreError> {
    all(on!(tx, |c| sqlx::query_as(OF_NOMINATION).bind(nomination).fetch_all(c).await)?)
}

/// Writes that a nominated person, who was at the revision before, stood for election on a day.
pub(crate) async fn stand(tx: &mut Tx, mediator: &Mediator, day: Date) -> Result<(), StoreError> {
    let done = on!(tx, |c| sqlx::query(STAND)
        .bind(mediator.id)
        .bind(mediator.revision - 1)
        .bind(mediator.state.word())
        .bind(mediator.election)
        .bind(mediator.index)
        .bind(number(mediator.votes_for))
        .bind(mediator.updated_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    guarded(done)?;
    mediator_versions::record(tx, [mediator], day, mediator.updated_at).await
}

/// How many were in force on a day (rule 15).
pub(crate) async fn count_on(tx: &mut Tx, team: TeamId, day: Date) -> Result<u32, StoreError> {
    let n: i64 = on!(tx, |c| sqlx::query_scalar(COUNT_ON).bind(team).bind(day).fetch_one(c).await)?;
    Ok(u32::try_from(n).unwrap_or(0))
}

/// Moves mediators to where they are now: one team, one area. Each must still be where it was read.
pub(crate) async fn relocate(
    tx: &mut Tx,
    mediators: &[&Mediator],
    day: Date,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(first) = mediators.first() else { return Ok(()) };
    let done = on!(tx, |c| {
        let mut query = builder(&c, "UPDATE mediators SET revision = revision + 1, team_id = ");
        query.push_bind(first.team.uuid()).push(", area_unit_id = ").push_bind(first.area_unit.uuid());
        query.push(", commune_id = ").push_bind(first.commune.uuid());
        query.push(", province_id = ").push_bind(first.province.uuid()).push(", updated_at = ").push_bind(now);
        query.push(" WHERE state NOT IN ('not_elected', 'withdrawn', 'rejected', 'ceased') AND id IN (");
        let mut ids = query.separated(", ");
        for mediator in mediators {
            ids.push_bind(mediator.id.uuid());
        }
        query.push(")");
        query.build().persistent(keep_prepared(mediators.len())).execute(c).await.map(|done| done.rows_affected())
    })?;
    if done != mediators.len() as u64 {
        return Err(StoreError::Stale);
    }
    mediator_versions::record(tx, mediators.iter().copied(), day, now).await
}

/// How many are on the way to recognition.
pub(crate) async fn count_pending(tx: &mut Tx, team: TeamId) -> Result<u32, StoreError> {
    let n: i64 = on!(tx, |c| sqlx::query_scalar(COUNT_PENDING).bind(team).fetch_one(c).await)?;
    Ok(u32::try_from(n).unwrap_or(0))
}

/// Puts persons on a list that was received on a day; each must still be where it was read.
pub(crate) async fn submit(
    tx: &mut Tx,
    list: ListId,
    mediators: &[Mediator],
    day: Date,
    now: Timestamp,
) -> Result<(), StoreError> {
    let done = on!(tx, |c| {
        let mut query = builder(&c, "UPDATE mediators SET state = 'submitted', revision = revision + 1, list_id = ");
        query.push_bind(list.uuid()).push(", updated_at = ").push_bind(now);
        query.push(" WHERE state IN ('elected', 'tied') AND id IN (");
        let mut ids = query.separated(", ");
        for mediator in mediators {
            ids.push_bind(mediator.id.uuid());
        }
        query.push(")");
        query.build().persistent(keep_prepared(mediators.len())).execute(c).await.map(|done| done.rows_affected())
    })?;
    if done != mediators.len() as u64 {
        return Err(StoreError::Stale);
    }
    mediator_versions::record(tx, mediators, day, now).await
}

/// Recognises everybody on a list who is still before the chairman: these mediators, as they are from the decision on.
pub(crate) async fn recognize_list(
    tx: &mut Tx,
    (team, list): (TeamId, ListId),
    decision: &Decision,
    recognized: &[&Mediator],
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
    if done != recognized.len() as u64 {
        return Err(StoreError::Stale);
    }
    mediator_versions::record(tx, recognized.iter().copied(), decision.issue_date, now).await
}

/// Writes what changed of a mediator that was at the revision before; it holds from a day on.
pub(crate) async fn update(tx: &mut Tx, mediator: &Mediator, day: Date) -> Result<(), StoreError> {
    write(tx, mediator).await?;
    mediator_versions::record(tx, [mediator], day, mediator.updated_at).await
}

/// Writes the row alone: for changes whose versions are told together.
pub(crate) async fn write(tx: &mut Tx, mediator: &Mediator) -> Result<(), StoreError> {
    let (ceased, recognized) = (mediator.cessation_decision.as_ref(), mediator.recognition.as_ref());
    let statistics = mediator.statistics;
    let done = on!(tx, |c| sqlx::query(UPDATE)
        .bind(mediator.id)
        .bind(mediator.revision - 1)
        .bind(mediator.state.word())
        .bind(mediator.cessation.map(Cessation::word))
        .bind(mediator.cessation_date)
        .bind(ceased.map(|d| d.number.as_str()))
        .bind(ceased.map(|d| d.issue_date))
        .bind(ceased.map(|d| d.issuer.as_str()))
        .bind(mediator.sealed_note.as_deref())
        .bind(mediator.updated_at)
        .bind(mediator.team)
        .bind(mediator.area_unit)
        .bind(mediator.commune)
        .bind(mediator.province)
        .bind(statistics.gender.word())
        .bind(statistics.ethnic_class.word())
        .bind(statistics.education_class.word())
        .bind(mediator.sealed_person.as_slice())
        .bind(mediator.list)
        .bind(recognized.map(|d| d.number.as_str()))
        .bind(recognized.map(|d| d.issue_date))
        .bind(recognized.map(|d| d.issuer.as_str()))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    guarded(done)
}

/// These mediators, in the order of their ids; at most a page of them.
pub(crate) async fn of_ids(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Mediator>, StoreError> {
    let rows = on!(tx, |c| {
        let mut query = builder(&c, select!());
        query.push(" WHERE t.id IN (");
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(*id);
        }
        query.push(") ORDER BY t.id");
        query.build_query_as().persistent(false).fetch_all(c).await
    })?;
    all(rows)
}

/// A page of mediators.
pub(crate) async fn page(tx: &mut Tx, filter: &Filter) -> Result<Vec<Mediator>, StoreError> {
    let rows = on!(tx, |c| {
        let mut query = builder(&c, select!());
        filter.push(&mut query, "t.id", "t.team_id");
        query.build_query_as().fetch_all(c).await
    })?;
    all(rows)
}
