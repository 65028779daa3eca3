//! Teams and their mediators go elsewhere, many at once. The steps are written down first, then tables follow them: few
//! statements however many teams.

use std::collections::BTreeMap;

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Timestamp, Uuid};

use super::{
    FOREVER, builder, keep_prepared,
    teams::{TeamRow, columns},
    timelines::all_of,
    units::CHUNK,
};
use crate::domain::{Team, TeamId, TeamStep, UnitId};

// While teams go, none claims an area for itself: two may change places.
pub(super) const FREE: &str =
    "UPDATE teams SET sole = FALSE WHERE sole AND id IN (SELECT team_id FROM team_moves WHERE cause_id = $1)";
pub(super) const MOVE: &str = "UPDATE teams SET area_unit_id = m.area_unit_id, commune_id = m.commune_id,
    province_id = m.province_id, exception_reason = m.exception_reason, revision = m.from_revision + 1,
    updated_at = m.recorded_at
    FROM team_moves m WHERE m.cause_id = $1 AND m.team_id = teams.id AND m.from_revision = teams.revision";
pub(super) const SEAT: &str =
    "UPDATE teams SET sole = TRUE WHERE id IN (SELECT team_id FROM team_moves WHERE cause_id = $1 AND sole)";
// Where a mediator lies follows the team and is no fact of its own: the record's revision stays.
pub(super) const MOVE_MEDIATORS: &str = "UPDATE mediators SET area_unit_id = m.area_unit_id,
    commune_id = m.commune_id, province_id = m.province_id
    FROM team_moves m WHERE m.cause_id = $1 AND m.team_id = mediators.team_id";
// Who comes into the area of another team does not claim it.
pub(super) const SHARED: &str = "SELECT DISTINCT area_unit_id FROM team_moves
    WHERE cause_id = $1 AND area_unit_id <> from_area_id AND NOT sole ORDER BY area_unit_id LIMIT $2";

// A time limit that runs goes with its team; one that was met before stays where it was.
pub(super) const MOVE_DEADLINES: &str = "UPDATE deadlines SET area_unit_id = m.area_unit_id,
    commune_id = m.commune_id, province_id = m.province_id, updated_at = m.recorded_at
    FROM team_moves m WHERE m.cause_id = $1 AND m.team_id = deadlines.team_id
        AND (deadlines.done_date IS NULL OR deadlines.done_date >= m.effective_date)";
// Mediators in time follow: what is believed of the day and later ends, and is told anew with the new place.
pub(super) const END_PEOPLE: &str = "UPDATE mediator_versions SET superseded_at = $2
    WHERE superseded_at = $3 AND valid_to >= $4 AND team_id IN (SELECT team_id FROM team_moves WHERE cause_id = $1)";
macro_rules! people {
    ($place:literal, $from:literal, $to:literal, $when:literal) => {
        concat!(
            "INSERT INTO mediator_versions (id, team_id, election_id, election_index, state, votes_for,
            nominated_by_front, gender, ethnic_class, education_class, sealed_person, list_id, recognition_number,
            recognition_date, recognition_issuer, cessation, cessation_date, cessation_number, cessation_decided,
            cessation_issuer, sealed_note, revision, created_at, updated_at, area_unit_id, commune_id, province_id,
            valid_from, valid_to, recorded_at, superseded_at)
            SELECT v.id, v.team_id, v.election_id, v.election_index, v.state, v.votes_for, v.nominated_by_front, v.gender,
            v.ethnic_class, v.education_class, v.sealed_person, v.list_id, v.recognition_number, v.recognition_date,
            v.recognition_issuer, v.cessation, v.cessation_date, v.cessation_number, v.cessation_decided,
            v.cessation_issuer, v.sealed_note, v.revision, v.created_at, v.updated_at, ",
            $place, ", ", $from, ", ", $to, ", v.superseded_at, $3
            FROM mediator_versions v JOIN team_moves m ON m.team_id = v.team_id
            WHERE m.cause_id = $1 AND v.superseded_at = $2 AND ",
            $when
        )
    };
}
pub(super) const PEOPLE_BEFORE: &str = people!(
    "v.area_unit_id, v.commune_id, v.province_id",
    "v.valid_from",
    "$4",
    "v.valid_from <= $4 AND v.valid_to > $4"
);
pub(super) const PEOPLE_SINCE: &str = people!(
    "m.area_unit_id, m.commune_id, m.province_id",
    "CASE WHEN v.valid_from > $4 THEN v.valid_from ELSE $4 END",
    "v.valid_to",
    "v.valid_to >= $4"
);

/// A step as it is written down.
#[derive(Debug, Clone)]
pub(crate) struct Move {
    /// The step.
    pub(crate) step: TeamStep,
    /// Whether the team claims the area for itself (rule 2).
    pub(crate) sole: bool,
    /// Why it does not.
    pub(crate) exception_reason: String,
    /// Revision of the team before.
    pub(crate) from_revision: i64,
}

/// Moves teams and their mediators; refused when one of the teams changed meanwhile.
pub(crate) async fn apply(
    tx: &mut Tx,
    cause: Uuid,
    moves: &[Move],
    effective: Date,
    now: Timestamp,
) -> Result<(), StoreError> {
    if moves.is_empty() {
        return Ok(());
    }
    for moves in moves.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = builder(
                &c,
                "INSERT INTO team_moves (cause_id, team_id, effective_date, from_area_id, from_commune_id,
                from_province_id, area_unit_id, commune_id, province_id, sole, exception_reason, from_revision,
                recorded_at) ",
            );
            query.push_values(moves, |mut row, one| {
                let (from, to) = (&one.step.from, &one.step.to);
                row.push_bind(cause).push_bind(one.step.team.uuid()).push_bind(effective);
                row.push_bind(from.area.uuid()).push_bind(from.commune.uuid()).push_bind(from.province.uuid());
                row.push_bind(to.area.uuid()).push_bind(to.commune.uuid()).push_bind(to.province.uuid());
                row.push_bind(one.sole).push_bind(one.exception_reason.as_str());
                row.push_bind(one.from_revision).push_bind(now);
            });
            query.build().persistent(keep_prepared(moves.len())).execute(c).await.map(|done| done.rows_affected())
        })?;
    }
    run(tx, FREE, cause).await?;
    all_of(run(tx, MOVE, cause).await?, moves.len())?;
    run(tx, SEAT, cause).await?;
    run(tx, MOVE_MEDIATORS, cause).await?;
    run(tx, MOVE_DEADLINES, cause).await?;
    // The instant is of this change alone: what ended at it is what is told anew.
    let days = [effective, effective.plus_days(-1), effective];
    for ((sql, day), forever) in [END_PEOPLE, PEOPLE_BEFORE, PEOPLE_SINCE].into_iter().zip(days).zip([FOREVER; 3]) {
        on!(tx, |c| sqlx::query(sql).bind(cause).bind(now).bind(forever).bind(day).execute(c).await.map(drop))?;
    }
    Ok(())
}

async fn run(tx: &mut Tx, sql: &'static str, cause: Uuid) -> Result<u64, StoreError> {
    on!(tx, |c| sqlx::query(sql).bind(cause).execute(c).await.map(|done| done.rows_affected()))
}

#[derive(sqlx::FromRow)]
struct SeatedRow {
    #[sqlx(flatten)]
    team: TeamRow,
    sole: bool,
}

/// Teams that are not dissolved in some communes, and others by id; `true`: it claims its area for itself (rule 2).
pub(crate) async fn alive_in(
    tx: &mut Tx,
    communes: &[UnitId],
    others: &[TeamId],
) -> Result<Vec<(Team, bool)>, StoreError> {
    let communes: Vec<Uuid> = communes.iter().map(|id| id.uuid()).collect();
    let others: Vec<Uuid> = others.iter().map(|id| id.uuid()).collect();
    let mut found = BTreeMap::new();
    for (column, ids) in [("t.commune_id", communes), ("t.id", others)] {
        for ids in ids.chunks(CHUNK) {
            let rows: Vec<SeatedRow> = on!(tx, |c| {
                let start = concat!(
                    "SELECT ",
                    columns!(),
                    ", FALSE AS minority_area, sole FROM teams t WHERE t.state <> 'dissolved' AND "
                );
                let mut query = builder(&c, start);
                query.push(column).push(" IN (");
                let mut list = query.separated(", ");
                for id in ids {
                    list.push_bind(*id);
                }
                query.push(")");
                query.build_query_as().persistent(false).fetch_all(c).await
            })?;
            for row in rows {
                let team = Team::try_from(row.team)?;
                found.insert(team.id, (team, row.sole));
            }
        }
    }
    Ok(found.into_values().collect())
}

/// Areas that a change led several teams into.
pub(crate) async fn shared_areas(tx: &mut Tx, cause: Uuid, limit: i64) -> Result<Vec<UnitId>, StoreError> {
    on!(tx, |c| sqlx::query_scalar(SHARED).bind(cause).bind(limit).fetch_all(c).await)
}
