//! Recognition lists. Who is on one stands in the mediators' rows.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Id, Timestamp, Uuid};

use super::{decision, guarded, word};
use crate::domain::{ElectionId, ListId, ListState, MinutesForm, RecognitionList, TeamId};

macro_rules! columns {
    () => {
        "SELECT id, team_id, election_id, state, receive_date, due_date, decision_number, decision_date, decision_issuer,
        minutes_form, previous_id, return_date, sealed_note, revision, created_at"
    };
}

pub(super) const INSERT: &str =
    "INSERT INTO recognition_lists (id, team_id, election_id, state, receive_date, due_date,
    revision, created_at, updated_at, minutes_form, previous_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10)";
pub(super) const GET: &str = concat!(columns!(), " FROM recognition_lists WHERE id = $1");
pub(super) const KNOWN: &str =
    concat!(columns!(), " FROM recognition_lists_known WHERE id = $1 AND recorded_at <= $2 AND superseded_at > $2");
pub(super) const LATEST_RETURNED: &str = "SELECT id FROM recognition_lists
    WHERE team_id = $1 AND election_id = $2 AND state = 'returned' ORDER BY created_at DESC, id DESC LIMIT 1";
pub(super) const SEND_BACK: &str = "UPDATE recognition_lists SET state = $3, return_date = $4, sealed_note = $5,
    revision = $2 + 1, updated_at = $6 WHERE id = $1 AND revision = $2";
pub(super) const DECIDE: &str = "UPDATE recognition_lists SET state = $3, decision_number = $4, decision_date = $5,
    decision_issuer = $6, revision = $2 + 1, updated_at = $7 WHERE id = $1 AND revision = $2";
pub(super) const RETURN_OF_TEAM: &str = "UPDATE recognition_lists SET state = 'returned', revision = revision + 1,
    updated_at = $2, return_date = $3 WHERE team_id = $1 AND state = 'submitted'";

#[derive(sqlx::FromRow)]
struct ListRow {
    id: Uuid,
    team_id: Uuid,
    election_id: Uuid,
    state: String,
    receive_date: Date,
    due_date: Date,
    decision_number: Option<String>,
    decision_date: Option<Date>,
    decision_issuer: Option<String>,
    minutes_form: String,
    previous_id: Option<Uuid>,
    return_date: Option<Date>,
    sealed_note: Option<Vec<u8>>,
    revision: i64,
    created_at: Timestamp,
}

impl TryFrom<ListRow> for RecognitionList {
    type Error = StoreError;

    fn try_from(row: ListRow) -> Result<Self, StoreError> {
        Ok(RecognitionList {
            id: Id::from_uuid(row.id),
            team: Id::from_uuid(row.team_id),
            election: Id::from_uuid(row.election_id),
            state: word(ListState::from_word, &row.state, "recognition_lists", "state", row.id)?,
            mediators: Vec::new(),
            receive_date: row.receive_date,
            due_date: row.due_date,
            minutes: word(MinutesForm::from_word, &row.minutes_form, "recognition_lists", "minutes_form", row.id)?,
            previous: row.previous_id.map(Id::from_uuid),
            decision: decision(row.decision_number, row.decision_date, row.decision_issuer),
            return_date: row.return_date,
            sealed_note: row.sealed_note,
            revision: row.revision,
            created_at: row.created_at,
        })
    }
}

/// Writes a list.
pub(crate) async fn insert(tx: &mut Tx, list: &RecognitionList) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(INSERT)
        .bind(list.id)
        .bind(list.team)
        .bind(list.election)
        .bind(list.state.word())
        .bind(list.receive_date)
        .bind(list.due_date)
        .bind(list.revision)
        .bind(list.created_at)
        .bind(list.minutes.word())
        .bind(list.previous)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))
    .map(drop)
}

/// Reads a list, the persons left out.
pub(crate) async fn get(tx: &mut Tx, list: ListId) -> Result<Option<RecognitionList>, StoreError> {
    let row: Option<ListRow> = on!(tx, |c| sqlx::query_as(GET).bind(list).fetch_optional(c).await)?;
    row.map(RecognitionList::try_from).transpose()
}

/// A list as known at an instant, the persons left out.
pub(crate) async fn known(tx: &mut Tx, list: ListId, known: Timestamp) -> Result<Option<RecognitionList>, StoreError> {
    let row: Option<ListRow> = on!(tx, |c| sqlx::query_as(KNOWN).bind(list).bind(known).fetch_optional(c).await)?;
    row.map(RecognitionList::try_from).transpose()
}

/// Writes the decision on a list that was at the revision before.
pub(crate) async fn decide(tx: &mut Tx, list: &RecognitionList, now: Timestamp) -> Result<(), StoreError> {
    let decision = list.decision.as_ref();
    let done = on!(tx, |c| sqlx::query(DECIDE)
        .bind(list.id)
        .bind(list.revision - 1)
        .bind(list.state.word())
        .bind(decision.map(|d| d.number.as_str()))
        .bind(decision.map(|d| d.issue_date))
        .bind(decision.map(|d| d.issuer.as_str()))
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    guarded(done)
}

/// The list of an election that was sent back last.
pub(crate) async fn latest_returned(
    tx: &mut Tx,
    team: TeamId,
    election: ElectionId,
) -> Result<Option<ListId>, StoreError> {
    on!(tx, |c| sqlx::query_scalar(LATEST_RETURNED).bind(team).bind(election).fetch_optional(c).await)
}

/// Writes that a list that was at the revision before was sent back.
pub(crate) async fn send_back(tx: &mut Tx, list: &RecognitionList, now: Timestamp) -> Result<(), StoreError> {
    let done = on!(tx, |c| sqlx::query(SEND_BACK)
        .bind(list.id)
        .bind(list.revision - 1)
        .bind(list.state.word())
        .bind(list.return_date)
        .bind(list.sealed_note.as_deref())
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    guarded(done)
}

/// Sends back what a dissolved team had before the chairman.
pub(crate) async fn return_of_team(tx: &mut Tx, team: TeamId, day: Date, now: Timestamp) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(RETURN_OF_TEAM).bind(team).bind(now).bind(day).execute(c).await.map(drop))
}
