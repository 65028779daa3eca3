//! What this service knows of the registry: teams, who is a mediator or leader in force, on which days. Written by the
//! feed alone; only days are kept, no names.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Uuid};

use crate::domain::{BookId, MediatorId, Place, RegisterBook, Team, TeamId, UnitId};

const TEAM: &str =
    "SELECT id, province_id, commune_id, area_unit_id, active_from, dissolved_on FROM known_teams WHERE id = $1";
const TEAM_AND_BOOK: &str = "SELECT t.id, t.province_id, t.commune_id, t.area_unit_id, t.active_from, t.dissolved_on,
        b.id AS book_id, b.number, b.opened_on, b.entry_count, b.last_entry_on, b.revision
    FROM known_teams t LEFT JOIN register_books b ON b.team_id = t.id AND b.closed_on IS NULL
    WHERE t.id = $1";
const SOMEWHERE_IN: &str =
    "SELECT id, province_id, commune_id, area_unit_id, active_from, dissolved_on FROM known_teams
    WHERE province_id = $1 OR commune_id = $1 OR area_unit_id = $1 LIMIT 1";
const MEDIATORS: &str = "SELECT mediator_id FROM known_mediators
    WHERE team_id = $1 AND from_on <= $2 AND (to_on IS NULL OR to_on >= $2)";
const IS_LEADER: &str = "SELECT count(*) FROM known_leaders
    WHERE team_id = $1 AND mediator_id = $2 AND from_on <= $3 AND (to_on IS NULL OR to_on >= $3)";
// A first day that was told replaces one that was only observed; a dissolution stays whatever is told after it.
const PUT_TEAM: &str = "INSERT INTO known_teams (id, province_id, commune_id, area_unit_id, active_from, dissolved_on)
    VALUES ($1, $2, $3, $4, coalesce($5, $7), $6)
    ON CONFLICT (id) DO UPDATE SET province_id = excluded.province_id, commune_id = excluded.commune_id,
        area_unit_id = excluded.area_unit_id,
        active_from = coalesce($5, known_teams.active_from, $7),
        dissolved_on = coalesce(known_teams.dissolved_on, excluded.dissolved_on)";
const END_MEDIATOR: &str =
    "UPDATE known_mediators SET to_on = $2 WHERE mediator_id = $1 AND to_on IS NULL AND from_on <= $2";
// A last day before the first: the mediator joined and left on one day, and was never in force there.
const LEAVE_TEAM: &str =
    "UPDATE known_mediators SET to_on = $3 WHERE mediator_id = $1 AND team_id = $2 AND to_on IS NULL";
const BEGIN_MEDIATOR: &str = "UPDATE known_mediators SET from_on = $3 WHERE mediator_id = $1 AND from_on = $2";
// A record merged into another of the same person, or taken out again: what is told last holds.
const BOUND_MEDIATOR: &str = "UPDATE known_mediators SET to_on = $3 WHERE mediator_id = $1 AND from_on = $2";
const PUT_LEADER: &str =
    "INSERT INTO known_leaders (term_id, team_id, mediator_id, from_on, to_on) VALUES ($1, $2, $3, $4, NULL)
    ON CONFLICT (term_id) DO UPDATE SET team_id = excluded.team_id, mediator_id = excluded.mediator_id,
        from_on = excluded.from_on, to_on = NULL";
const END_LEADER: &str = "UPDATE known_leaders SET to_on = $2 WHERE term_id = $1 AND to_on IS NULL";
// A mark replaces the one before; taken back from a day on, an absence that began before ends on the eve.
const PUT_ABSENCE: &str = "INSERT INTO known_absences (mediator_id, from_on, to_on) VALUES ($1, $2, $3)
    ON CONFLICT (mediator_id) DO UPDATE SET from_on = excluded.from_on, to_on = excluded.to_on";
const CUT_ABSENCE: &str =
    "UPDATE known_absences SET to_on = $3 WHERE mediator_id = $1 AND from_on < $2 AND (to_on IS NULL OR to_on > $3)";
const DROP_ABSENCE: &str = "DELETE FROM known_absences WHERE mediator_id = $1 AND from_on >= $2";
const ABSENT: &str =
    "SELECT a.mediator_id FROM known_absences a JOIN known_mediators m ON m.mediator_id = a.mediator_id
    WHERE m.team_id = $1 AND m.from_on <= $2 AND (m.to_on IS NULL OR m.to_on >= $2)
        AND a.from_on <= $2 AND (a.to_on IS NULL OR a.to_on >= $2)";
const CLEAR_ABSENCES: &str = "DELETE FROM known_absences";
// What is open goes with its team, and what was received or ended since; what ended before stays where it was (rule 54).
const MOVE_CASES: &str = "UPDATE cases SET province_id = $2, commune_id = $3, area_unit_id = $4
    WHERE team_id = $1 AND (state NOT IN ('out_of_scope', 'declined', 'successful', 'unsuccessful')
        OR coalesce(concluded_on, last_step_on) >= $5)";
const MOVE_BOOKS: &str = "UPDATE register_books SET province_id = $2, commune_id = $3, area_unit_id = $4
    WHERE team_id = $1 AND (closed_on IS NULL OR closed_on >= $5)";
const CLEAR_TEAMS: &str = "DELETE FROM known_teams";
const CLEAR_MEDIATORS: &str = "DELETE FROM known_mediators";
const CLEAR_LEADERS: &str = "DELETE FROM known_leaders";

pub(super) const STATEMENTS: &[&str] = &[
    TEAM,
    TEAM_AND_BOOK,
    SOMEWHERE_IN,
    MEDIATORS,
    IS_LEADER,
    PUT_TEAM,
    END_MEDIATOR,
    LEAVE_TEAM,
    BEGIN_MEDIATOR,
    BOUND_MEDIATOR,
    PUT_LEADER,
    END_LEADER,
    PUT_ABSENCE,
    CUT_ABSENCE,
    DROP_ABSENCE,
    ABSENT,
    CLEAR_ABSENCES,
    MOVE_CASES,
    MOVE_BOOKS,
    CLEAR_TEAMS,
    CLEAR_MEDIATORS,
    CLEAR_LEADERS,
];

#[derive(sqlx::FromRow)]
struct TeamRow {
    id: TeamId,
    province_id: UnitId,
    commune_id: UnitId,
    area_unit_id: UnitId,
    active_from: Option<Date>,
    dissolved_on: Option<Date>,
}

impl From<TeamRow> for Team {
    fn from(row: TeamRow) -> Self {
        let place =
            Place { province: row.province_id, commune: row.commune_id, area_unit: row.area_unit_id, team: row.id };
        Team { place, active_from: row.active_from, dissolved_on: row.dissolved_on }
    }
}

#[derive(sqlx::FromRow)]
struct TeamAndBookRow {
    #[sqlx(flatten)]
    team: TeamRow,
    book_id: Option<BookId>,
    number: Option<i32>,
    opened_on: Option<Date>,
    entry_count: Option<i32>,
    last_entry_on: Option<Date>,
    revision: Option<i64>,
}

/// A team, if it is known.
pub async fn find_team(tx: &mut Tx, id: TeamId) -> Result<Option<Team>, StoreError> {
    let row: Option<TeamRow> = on!(tx, |c| sqlx::query_as(TEAM).bind(id).fetch_optional(c).await)?;
    Ok(row.map(Team::from))
}

/// A team and its open book, in one trip: every receipt asks for both.
pub async fn find_team_and_book(tx: &mut Tx, id: TeamId) -> Result<Option<(Team, Option<RegisterBook>)>, StoreError> {
    let row: Option<TeamAndBookRow> = on!(tx, |c| sqlx::query_as(TEAM_AND_BOOK).bind(id).fetch_optional(c).await)?;
    Ok(row.map(|row| {
        let team = Team::from(row.team);
        let book = (|| {
            Some(RegisterBook {
                id: row.book_id?,
                place: team.place,
                number: row.number?,
                opened_on: row.opened_on?,
                closed_on: None,
                entry_count: row.entry_count?,
                last_entry_on: row.last_entry_on,
                revision: row.revision?,
            })
        })();
        (team, book)
    }))
}

/// Where some team of a province, commune or area unit stands; none if the unit has no team.
pub async fn find_place_in(tx: &mut Tx, unit: UnitId) -> Result<Option<Place>, StoreError> {
    let row: Option<TeamRow> = on!(tx, |c| sqlx::query_as(SOMEWHERE_IN).bind(unit).fetch_optional(c).await)?;
    Ok(row.map(|row| Team::from(row).place))
}

/// Mediators in force in a team on a day (rule 15).
pub async fn mediators_in_force(tx: &mut Tx, team: TeamId, day: Date) -> Result<Vec<MediatorId>, StoreError> {
    on!(tx, |c| sqlx::query_scalar(MEDIATORS).bind(team).bind(day).fetch_all(c).await)
}

/// Those of few mediators who are in force on a day, in whichever team (rule 15): one who has gone along into another team
/// goes on with the case.
pub async fn in_force_among(tx: &mut Tx, mediators: &[MediatorId], day: Date) -> Result<Vec<MediatorId>, StoreError> {
    if mediators.is_empty() {
        return Ok(Vec::new());
    }
    on!(tx, |c| {
        let mut query = builder(&c, "SELECT mediator_id FROM known_mediators WHERE from_on <= ");
        query.push_bind(day).push(" AND (to_on IS NULL OR to_on >= ").push_bind(day).push(") AND mediator_id IN (");
        let mut list = query.separated(", ");
        for mediator in mediators {
            list.push_bind(mediator.uuid());
        }
        query.push(")");
        query.build_query_scalar().fetch_all(c).await
    })
}

/// Whether a mediator is the leader of a team on a day.
pub async fn is_leader(tx: &mut Tx, team: TeamId, mediator: MediatorId, day: Date) -> Result<bool, StoreError> {
    let terms: i64 = on!(tx, |c| sqlx::query_scalar(IS_LEADER).bind(team).bind(mediator).bind(day).fetch_one(c).await)?;
    Ok(terms > 0)
}

/// Keeps a team as it now stands; `seen_in_force` is the day of the fact if it shows the team in force.
pub async fn put_team(tx: &mut Tx, team: &Team, seen_in_force: Option<Date>) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(PUT_TEAM)
        .bind(team.place.team)
        .bind(team.place.province)
        .bind(team.place.commune)
        .bind(team.place.area_unit)
        .bind(team.active_from)
        .bind(team.dissolved_on)
        .bind(seen_in_force)
        .execute(c)
        .await
        .map(drop))
}

/// Mediators are in force from a day on.
pub async fn put_mediators(tx: &mut Tx, mediators: &[(TeamId, MediatorId, Date)]) -> Result<(), StoreError> {
    for mediators in mediators.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = builder(&c, "INSERT INTO known_mediators (team_id, mediator_id, from_on, to_on) ");
            query.push_values(mediators, |mut row, (team, mediator, from)| {
                row.push_bind(*team).push_bind(*mediator).push_bind(*from).push("NULL");
            });
            query.push(" ON CONFLICT (team_id, mediator_id, from_on) DO UPDATE SET to_on = NULL");
            query.build().persistent(mediators.len() <= KEPT).execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// A builder for the engine of a connection.
fn builder<'c, E: sqlx::Executor<'c>>(_: &E, start: &'static str) -> sqlx::QueryBuilder<E::Database> {
    sqlx::QueryBuilder::new(start)
}

/// Mediators of one statement; those of a decision are fewer, and such statements are kept prepared.
const CHUNK: usize = 200;
const KEPT: usize = 12;

/// A mediator was in force up to a day, that day included.
pub async fn end_mediator(tx: &mut Tx, mediator: MediatorId, last: Date) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(END_MEDIATOR).bind(mediator).bind(last).execute(c).await.map(drop))
}

/// A mediator goes on in another team from a day on.
pub async fn move_mediator(
    tx: &mut Tx,
    mediator: MediatorId,
    (from, to): (TeamId, TeamId),
    day: Date,
) -> Result<(), StoreError> {
    let last = day.plus_days(-1);
    on!(tx, |c| sqlx::query(LEAVE_TEAM).bind(mediator).bind(from).bind(last).execute(c).await.map(drop))?;
    put_mediators(tx, &[(to, mediator, day)]).await
}

/// A mediator was in force from another day than was told.
pub async fn begin_mediator(tx: &mut Tx, mediator: MediatorId, was: Date, is: Date) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(BEGIN_MEDIATOR).bind(mediator).bind(was).bind(is).execute(c).await.map(drop))
}

/// States until when a mediator is in force who was recognised on a day: the last day; none: still.
pub async fn bound_mediator(
    tx: &mut Tx,
    mediator: MediatorId,
    from: Date,
    last: Option<Date>,
) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(BOUND_MEDIATOR).bind(mediator).bind(from).bind(last).execute(c).await.map(drop))
}

/// A leader is in force from a day on.
pub async fn put_leader(
    tx: &mut Tx,
    term: Uuid,
    team: TeamId,
    mediator: MediatorId,
    from: Date,
) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(PUT_LEADER).bind(term).bind(team).bind(mediator).bind(from).execute(c).await.map(drop))
}

/// A leader was in force up to a day, that day included.
pub async fn end_leader(tx: &mut Tx, term: Uuid, last: Date) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(END_LEADER).bind(term).bind(last).execute(c).await.map(drop))
}

/// A mediator takes no cases from a day on, up to a day or until told otherwise.
pub async fn put_absence(tx: &mut Tx, mediator: MediatorId, from: Date, to: Option<Date>) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(PUT_ABSENCE).bind(mediator).bind(from).bind(to).execute(c).await.map(drop))
}

/// A mediator takes cases again from a day on.
pub async fn end_absence(tx: &mut Tx, mediator: MediatorId, back: Date) -> Result<(), StoreError> {
    let eve = back.plus_days(-1);
    on!(tx, |c| sqlx::query(CUT_ABSENCE).bind(mediator).bind(back).bind(eve).execute(c).await.map(drop))?;
    on!(tx, |c| sqlx::query(DROP_ABSENCE).bind(mediator).bind(back).execute(c).await.map(drop))
}

/// Mediators in force in a team who take no cases on a day.
pub async fn mediators_absent(tx: &mut Tx, team: TeamId, day: Date) -> Result<Vec<MediatorId>, StoreError> {
    on!(tx, |c| sqlx::query_scalar(ABSENT).bind(team).bind(day).fetch_all(c).await)
}

/// A team lies elsewhere from a day on: its open cases and books go with it.
pub async fn move_records(tx: &mut Tx, to: Place, from_day: Date) -> Result<(), StoreError> {
    for statement in [MOVE_CASES, MOVE_BOOKS] {
        on!(tx, |c| sqlx::query(statement)
            .bind(to.team)
            .bind(to.province)
            .bind(to.commune)
            .bind(to.area_unit)
            .bind(from_day)
            .execute(c)
            .await
            .map(drop))?;
    }
    Ok(())
}

/// Forgets everything known of the registry, before it is read again from the start.
pub async fn clear(tx: &mut Tx) -> Result<(), StoreError> {
    for statement in [CLEAR_ABSENCES, CLEAR_TEAMS, CLEAR_MEDIATORS, CLEAR_LEADERS] {
        on!(tx, |c| sqlx::query(statement).execute(c).await.map(drop))?;
    }
    Ok(())
}
