//! Cases. Their content is a sealed column that only the functions named for it touch.

use hoagiai_store::{Sealed, StoreError, Tx, on};
use hoagiai_types::{Date, Timestamp};

use super::word;
use crate::domain::{
    BookId, Case, CaseId, Category, Ground, Mediators, Place, State, TeamId, UnitId, UnsuccessfulReason,
};

macro_rules! columns {
    () => {
        "id, province_id, commune_id, area_unit_id, team_id, state, category, ground, book_id, number, party_count, \
         received_on, mediators, session_count, first_session_due_on, last_step_on, concluded_on, \
         unsuccessful_reason, court_due_on, revision, created_at, updated_at"
    };
}
pub(super) use columns;
macro_rules! page {
    ($cut:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM cases WHERE id > $1 AND (CAST($2 AS TEXT) IS NULL OR state = $2)",
            $cut,
            " ORDER BY id LIMIT $3"
        )
    };
}

const GET: &str = concat!("SELECT ", columns!(), " FROM cases WHERE id = $1");
const INSERT: &str = concat!(
    "INSERT INTO cases (content, ",
    columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '', 0, NULL, $13, NULL, NULL, NULL, 1, $14, $14)"
);
const UPDATE: &str = "UPDATE cases SET state = $3, category = $4, mediators = $5, session_count = $6,
        first_session_due_on = $7, last_step_on = $8, concluded_on = $9, unsuccessful_reason = $10, court_due_on = $11,
        content = coalesce($12, content), late_reason = coalesce($13, late_reason), updated_at = $14,
        revision = revision + 1
    WHERE id = $1 AND revision = $2";
const CONTENT: &str = "SELECT content FROM cases WHERE id = $1";
// Without a revision: a read changes nothing of the case, and no reader may be refused for another.
const COUNT_READ: &str = "UPDATE cases SET read_count = read_count + 1 WHERE id = $1 RETURNING read_count, content";
const PAGE: &str = page!("");
const PAGE_OF_PROVINCE: &str = page!(" AND province_id = $4");
const PAGE_OF_COMMUNE: &str = page!(" AND commune_id = $4");
const PAGE_OF_AREA_UNIT: &str = page!(" AND commune_id = $4 AND area_unit_id = $5");
const PAGE_OF_TEAM: &str = page!(" AND team_id = $4");

pub(super) const STATEMENTS: &[&str] = &[
    GET,
    INSERT,
    UPDATE,
    CONTENT,
    COUNT_READ,
    PAGE,
    PAGE_OF_PROVINCE,
    PAGE_OF_COMMUNE,
    PAGE_OF_AREA_UNIT,
    PAGE_OF_TEAM,
];

#[derive(sqlx::FromRow)]
pub(super) struct CaseRow {
    id: CaseId,
    province_id: UnitId,
    commune_id: UnitId,
    area_unit_id: UnitId,
    team_id: TeamId,
    state: String,
    category: String,
    ground: String,
    book_id: BookId,
    number: i32,
    party_count: i32,
    received_on: Date,
    mediators: String,
    session_count: i32,
    first_session_due_on: Option<Date>,
    last_step_on: Date,
    concluded_on: Option<Date>,
    unsuccessful_reason: Option<String>,
    court_due_on: Option<Date>,
    revision: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl TryFrom<CaseRow> for Case {
    type Error = StoreError;

    fn try_from(row: CaseRow) -> Result<Self, StoreError> {
        let id = row.id;
        let reason = |text: String| word(UnsuccessfulReason::of_word(&text), "cases", "unsuccessful_reason", id);
        Ok(Case {
            id,
            place: Place {
                province: row.province_id,
                commune: row.commune_id,
                area_unit: row.area_unit_id,
                team: row.team_id,
            },
            state: word(State::of_word(&row.state), "cases", "state", id)?,
            category: word(Category::of_word(&row.category), "cases", "category", id)?,
            ground: word(Ground::of_word(&row.ground), "cases", "ground", id)?,
            book: row.book_id,
            number: row.number,
            party_count: row.party_count,
            received_on: row.received_on,
            mediators: word(Mediators::of_text(&row.mediators), "cases", "mediators", id)?,
            session_count: row.session_count,
            first_session_due_on: row.first_session_due_on,
            last_step_on: row.last_step_on,
            concluded_on: row.concluded_on,
            unsuccessful_reason: row.unsuccessful_reason.map(reason).transpose()?,
            court_due_on: row.court_due_on,
            revision: row.revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// A case without its content, if there is one of this id.
pub async fn find(tx: &mut Tx, id: CaseId) -> Result<Option<Case>, StoreError> {
    let row: Option<CaseRow> = on!(tx, |c| sqlx::query_as(GET).bind(id).fetch_optional(c).await)?;
    row.map(Case::try_from).transpose()
}

/// Inserts a case just received.
pub async fn insert(tx: &mut Tx, case: &Case, content: &Sealed) -> Result<(), StoreError> {
    let content = content.to_bytes();
    on!(tx, |c| sqlx::query(INSERT)
        .bind(&content)
        .bind(case.id)
        .bind(case.place.province)
        .bind(case.place.commune)
        .bind(case.place.area_unit)
        .bind(case.place.team)
        .bind(case.state.word())
        .bind(case.category.word())
        .bind(case.ground.word())
        .bind(case.book)
        .bind(case.number)
        .bind(case.party_count)
        .bind(case.received_on)
        .bind(case.created_at)
        .execute(c)
        .await
        .map(drop))
}

/// What a change writes besides the case itself.
#[derive(Debug, Default)]
pub struct SealedParts {
    /// The content in place of what was kept.
    pub content: Option<Sealed>,
    /// Why the first session was late.
    pub late_reason: Option<Sealed>,
}

/// Stores a changed case and raises its revision.
///
/// # Errors
/// [`StoreError::Stale`]: it has moved on since it was read.
pub async fn update(tx: &mut Tx, case: &mut Case, now: Timestamp, sealed: &SealedParts) -> Result<(), StoreError> {
    let (mediators, content) = (case.mediators.to_text(), sealed.content.as_ref().map(Sealed::to_bytes));
    let late_reason = sealed.late_reason.as_ref().map(Sealed::to_bytes);
    let updated = on!(tx, |c| sqlx::query(UPDATE)
        .bind(case.id)
        .bind(case.revision)
        .bind(case.state.word())
        .bind(case.category.word())
        .bind(&mediators)
        .bind(case.session_count)
        .bind(case.first_session_due_on)
        .bind(case.last_step_on)
        .bind(case.concluded_on)
        .bind(case.unsuccessful_reason.map(UnsuccessfulReason::word))
        .bind(case.court_due_on)
        .bind(content.as_deref())
        .bind(late_reason.as_deref())
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    case.revision += 1;
    case.updated_at = now;
    if updated == 1 { Ok(()) } else { Err(StoreError::Stale) }
}

/// The sealed content of a case that is there.
pub async fn content(tx: &mut Tx, id: CaseId) -> Result<Sealed, StoreError> {
    let content: Vec<u8> = on!(tx, |c| sqlx::query_scalar(CONTENT).bind(id).fetch_one(c).await)?;
    Sealed::from_bytes(&content)
}

/// The sealed content of a case that is there, for somebody who reads it, and the how-manieth read this is.
pub async fn count_read(tx: &mut Tx, id: CaseId) -> Result<(i64, Sealed), StoreError> {
    let (count, content): (i64, Vec<u8>) = on!(tx, |c| sqlx::query_as(COUNT_READ).bind(id).fetch_one(c).await)?;
    Ok((count, Sealed::from_bytes(&content)?))
}

/// Part of the country to which a list is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// No cut.
    Everywhere,
    /// A province.
    Province(UnitId),
    /// A commune.
    Commune(UnitId),
    /// An area unit of a commune.
    AreaUnit(UnitId, UnitId),
    /// A team.
    Team(TeamId),
}

/// Cases of one cut after an id, in the order of ids.
pub async fn page(
    tx: &mut Tx,
    cut: Cut,
    state: Option<State>,
    after: CaseId,
    limit: i64,
) -> Result<Vec<Case>, StoreError> {
    let state = state.map(State::word);
    let (sql, first, second) = match cut {
        Cut::Everywhere => (PAGE, None, None),
        Cut::Province(id) => (PAGE_OF_PROVINCE, Some(id.uuid()), None),
        Cut::Commune(id) => (PAGE_OF_COMMUNE, Some(id.uuid()), None),
        Cut::AreaUnit(commune, id) => (PAGE_OF_AREA_UNIT, Some(commune.uuid()), Some(id.uuid())),
        Cut::Team(id) => (PAGE_OF_TEAM, Some(id.uuid()), None),
    };
    let rows: Vec<CaseRow> = on!(tx, |c| {
        let mut query = sqlx::query_as(sql).bind(after).bind(state).bind(limit);
        for id in [first, second].into_iter().flatten() {
            query = query.bind(id);
        }
        query.fetch_all(c).await
    })?;
    rows.into_iter().map(Case::try_from).collect()
}
