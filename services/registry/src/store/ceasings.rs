//! Procedures of ceasing.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Id, Timestamp, Uuid};

use super::{builder, decision, guarded, keep_prepared, word};
use crate::domain::{
    Ceasing, CeasingForm, CeasingId, CeasingState, Cessation, Mediator, MediatorId, Proposer, TeamId, Verification,
};

macro_rules! columns {
    () => {
        "SELECT id, mediator_id, team_id, ground, state, proposer, of_leader, propose_date, verify_due_date, verify_date,
        front_agrees, area_head_agrees, leader_told_date, form, receive_date, decide_due_date, decision_number,
        decision_date, decision_issuer, end_date, revision, created_at"
    };
}

pub(super) const INSERT: &str = "INSERT INTO ceasings (id, mediator_id, team_id, ground, state, proposer, of_leader,
    propose_date, verify_due_date, form, receive_date, decide_due_date, decision_number, decision_date, decision_issuer,
    sealed_reason, revision, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18)";
pub(super) const GET: &str = concat!(columns!(), " FROM ceasings WHERE id = $1");
pub(super) const KNOWN: &str =
    concat!(columns!(), " FROM ceasings_known WHERE id = $1 AND recorded_at <= $2 AND superseded_at > $2");
pub(super) const OPEN_OF_MEDIATOR: &str =
    concat!(columns!(), " FROM ceasings WHERE mediator_id = $1 AND state IN ('proposed', 'submitted')");
pub(super) const OPEN_OF_TEAM: &str =
    concat!(columns!(), " FROM ceasings WHERE team_id = $1 AND state IN ('proposed', 'submitted') ORDER BY id");
pub(super) const UPDATE: &str = "UPDATE ceasings SET state = $3, verify_date = $4, front_agrees = $5,
    area_head_agrees = $6, leader_told_date = $7, form = $8, receive_date = $9, decide_due_date = $10,
    decision_number = $11, decision_date = $12, decision_issuer = $13, end_date = $14,
    sealed_disagreement = COALESCE($15, sealed_disagreement), sealed_refusal = COALESCE($16, sealed_refusal),
    revision = $2 + 1, updated_at = $17 WHERE id = $1 AND revision = $2";
pub(super) const LIMITS_FOLLOW: &str = "UPDATE deadlines SET team_id = $1, area_unit_id = $2, commune_id = $3,
    province_id = $4, updated_at = $5 WHERE done_date IS NULL
    AND record_id IN (SELECT id FROM ceasings WHERE team_id = $1 AND state IN ('proposed', 'submitted'))";
pub(super) const WORDS: &str = "SELECT sealed_reason, sealed_disagreement, sealed_refusal FROM ceasings_known
    WHERE id = $1 AND recorded_at <= $2 AND superseded_at > $2";

/// The words of a procedure, sealed.
#[derive(Debug, Clone, Default, sqlx::FromRow)]
pub(crate) struct SealedWords {
    /// Why it was proposed.
    pub(crate) sealed_reason: Option<Vec<u8>>,
    /// Why the Front or the area head disagrees.
    pub(crate) sealed_disagreement: Option<Vec<u8>>,
    /// Why the chairman refused.
    pub(crate) sealed_refusal: Option<Vec<u8>>,
}

#[derive(sqlx::FromRow)]
struct CeasingRow {
    id: Uuid,
    mediator_id: Uuid,
    team_id: Uuid,
    ground: String,
    state: String,
    proposer: String,
    of_leader: bool,
    propose_date: Date,
    verify_due_date: Date,
    verify_date: Option<Date>,
    front_agrees: Option<bool>,
    area_head_agrees: Option<bool>,
    leader_told_date: Option<Date>,
    form: Option<String>,
    receive_date: Option<Date>,
    decide_due_date: Option<Date>,
    decision_number: Option<String>,
    decision_date: Option<Date>,
    decision_issuer: Option<String>,
    end_date: Option<Date>,
    revision: i64,
    created_at: Timestamp,
}

impl TryFrom<CeasingRow> for Ceasing {
    type Error = StoreError;

    fn try_from(row: CeasingRow) -> Result<Self, StoreError> {
        const T: &str = "ceasings";
        let form = |text: &str| word(CeasingForm::from_word, text, T, "form", row.id);
        let verification = row.verify_date.map(|date| Verification {
            date,
            front_agrees: row.front_agrees.unwrap_or_default(),
            area_head_agrees: row.area_head_agrees.unwrap_or_default(),
            leader_told: row.leader_told_date,
        });
        Ok(Ceasing {
            id: Id::from_uuid(row.id),
            mediator: Id::from_uuid(row.mediator_id),
            team: Id::from_uuid(row.team_id),
            ground: word(Cessation::from_word, &row.ground, T, "ground", row.id)?,
            state: word(CeasingState::from_word, &row.state, T, "state", row.id)?,
            proposer: word(Proposer::from_word, &row.proposer, T, "proposer", row.id)?,
            of_leader: row.of_leader,
            propose_date: row.propose_date,
            verify_due: row.verify_due_date,
            verification,
            form: row.form.as_deref().map(form).transpose()?,
            received: row.receive_date.zip(row.decide_due_date),
            decision: decision(row.decision_number, row.decision_date, row.decision_issuer),
            end_date: row.end_date,
            revision: row.revision,
            created_at: row.created_at,
        })
    }
}

fn one(row: Option<CeasingRow>) -> Result<Option<Ceasing>, StoreError> {
    row.map(Ceasing::try_from).transpose()
}

/// A procedure as known at an instant.
pub(crate) async fn known(tx: &mut Tx, ceasing: CeasingId, known: Timestamp) -> Result<Option<Ceasing>, StoreError> {
    one(on!(tx, |c| sqlx::query_as(KNOWN).bind(ceasing).bind(known).fetch_optional(c).await)?)
}

/// Writes a new procedure.
pub(crate) async fn insert(tx: &mut Tx, ceasing: &Ceasing, sealed_reason: Option<&[u8]>) -> Result<(), StoreError> {
    let decision = ceasing.decision.as_ref();
    on!(tx, |c| sqlx::query(INSERT)
        .bind(ceasing.id)
        .bind(ceasing.mediator)
        .bind(ceasing.team)
        .bind(ceasing.ground.word())
        .bind(ceasing.state.word())
        .bind(ceasing.proposer.word())
        .bind(ceasing.of_leader)
        .bind(ceasing.propose_date)
        .bind(ceasing.verify_due)
        .bind(ceasing.form.map(CeasingForm::word))
        .bind(ceasing.received.map(|(day, _)| day))
        .bind(ceasing.received.map(|(_, due)| due))
        .bind(decision.map(|d| d.number.as_str()))
        .bind(decision.map(|d| d.issue_date))
        .bind(decision.map(|d| d.issuer.as_str()))
        .bind(sealed_reason)
        .bind(ceasing.revision)
        .bind(ceasing.created_at)
        .execute(c)
        .await
        .map(drop))
}

/// Reads a procedure.
pub(crate) async fn get(tx: &mut Tx, ceasing: CeasingId) -> Result<Option<Ceasing>, StoreError> {
    one(on!(tx, |c| sqlx::query_as(GET).bind(ceasing).fetch_optional(c).await)?)
}

/// The procedure under way of a mediator.
pub(crate) async fn open_of_mediator(tx: &mut Tx, mediator: MediatorId) -> Result<Option<Ceasing>, StoreError> {
    one(on!(tx, |c| sqlx::query_as(OPEN_OF_MEDIATOR).bind(mediator).fetch_optional(c).await)?)
}

/// The procedures under way in a team.
pub(crate) async fn open_of_team(tx: &mut Tx, team: TeamId) -> Result<Vec<Ceasing>, StoreError> {
    let rows: Vec<CeasingRow> = on!(tx, |c| sqlx::query_as(OPEN_OF_TEAM).bind(team).fetch_all(c).await)?;
    rows.into_iter().map(Ceasing::try_from).collect()
}

/// The words of a procedure.
pub(crate) async fn words(tx: &mut Tx, ceasing: CeasingId, known: Timestamp) -> Result<SealedWords, StoreError> {
    let row: Option<SealedWords> =
        on!(tx, |c| sqlx::query_as(WORDS).bind(ceasing).bind(known).fetch_optional(c).await)?;
    Ok(row.unwrap_or_default())
}

/// Writes what changed of a procedure that was at the revision before; words that are not given stay.
pub(crate) async fn update(
    tx: &mut Tx,
    ceasing: &Ceasing,
    words: &SealedWords,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (found, decision) = (ceasing.verification, ceasing.decision.as_ref());
    let done = on!(tx, |c| sqlx::query(UPDATE)
        .bind(ceasing.id)
        .bind(ceasing.revision - 1)
        .bind(ceasing.state.word())
        .bind(found.map(|found| found.date))
        .bind(found.map(|found| found.front_agrees))
        .bind(found.map(|found| found.area_head_agrees))
        .bind(found.and_then(|found| found.leader_told))
        .bind(ceasing.form.map(CeasingForm::word))
        .bind(ceasing.received.map(|(day, _)| day))
        .bind(ceasing.received.map(|(_, due)| due))
        .bind(decision.map(|d| d.number.as_str()))
        .bind(decision.map(|d| d.issue_date))
        .bind(decision.map(|d| d.issuer.as_str()))
        .bind(ceasing.end_date)
        .bind(words.sealed_disagreement.as_deref())
        .bind(words.sealed_refusal.as_deref())
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    guarded(done)
}

/// Procedures under way go along with mediators who are all in one team now, and so do their time limits.
pub(crate) async fn follow(tx: &mut Tx, mediators: &[&Mediator], now: Timestamp) -> Result<(), StoreError> {
    let Some(first) = mediators.first() else { return Ok(()) };
    on!(tx, |c| {
        let mut query = builder(&c, "UPDATE ceasings SET team_id = ");
        query.push_bind(first.team.uuid()).push(", updated_at = ").push_bind(now);
        query.push(" WHERE state IN ('proposed', 'submitted') AND mediator_id IN (");
        let mut ids = query.separated(", ");
        for mediator in mediators {
            ids.push_bind(mediator.id.uuid());
        }
        query.push(")");
        query.build().persistent(keep_prepared(mediators.len())).execute(c).await.map(|done| done.rows_affected())
    })?;
    on!(tx, |c| sqlx::query(LIMITS_FOLLOW)
        .bind(first.team)
        .bind(first.area_unit)
        .bind(first.commune)
        .bind(first.province)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))
    .map(drop)
}
