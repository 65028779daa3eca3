//! Where teams lay on which days, units as they are known now, and what became of those that ended. Written by the feed of
//! the registry alone.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::Date;

use super::facts::{NewTeam, NewUnit, put_unit};
use crate::domain::{Successions, UnitId};

pub(super) const STATEMENTS: &[&str] = &[FIRST_PLACE, LATER_PLACES, LAST_PLACE, PUT_PLACE, DROP_UNIT, PUT_EDGE, EDGES];

// The place in which a team came to be known is where it always was; only a move changes that.
const FIRST_PLACE: &str =
    "INSERT INTO team_places (team_id, valid_from, valid_until, province_id, commune_id, area_unit_id)
    VALUES ($1, '0001-01-01', '9999-12-31', $2, $3, $4) ON CONFLICT (team_id, valid_from) DO NOTHING";
// A place holds from its day on, whatever was written for later days: these two make room for it.
const LATER_PLACES: &str = "DELETE FROM team_places WHERE team_id = $1 AND valid_from >= $2";
const LAST_PLACE: &str = "UPDATE team_places SET valid_until = $2 WHERE team_id = $1 AND valid_until > $2";
const PUT_PLACE: &str =
    "INSERT INTO team_places (team_id, valid_from, valid_until, province_id, commune_id, area_unit_id)
    VALUES ($1, $5, '9999-12-31', $2, $3, $4)";
const DROP_UNIT: &str = "DELETE FROM units WHERE unit_id = $1";
const PUT_EDGE: &str = "INSERT INTO unit_edges (unit_id, predecessor_id, change_date, whole) VALUES ($1, $2, $3, $4)
    ON CONFLICT (unit_id, predecessor_id, change_date) DO UPDATE SET whole = excluded.whole";
const EDGES: &str = "SELECT predecessor_id, unit_id, change_date, whole FROM unit_edges
    WHERE change_date <= $1";
const CLEAR: [&str; 2] = ["DELETE FROM team_places", "DELETE FROM unit_edges"];

/// Keeps where a team lies, if nothing is known of that yet.
pub async fn first_place(tx: &mut Tx, team: &NewTeam<'_>) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(FIRST_PLACE)
        .bind(team.id)
        .bind(team.province)
        .bind(team.commune)
        .bind(team.area_unit)
        .execute(c)
        .await
        .map(drop))
}

/// A team lies elsewhere from a day on.
pub async fn move_team(tx: &mut Tx, team: &NewTeam<'_>, from: Date) -> Result<(), StoreError> {
    for sql in [LATER_PLACES, LAST_PLACE] {
        on!(tx, |c| sqlx::query(sql).bind(team.id).bind(from).execute(c).await.map(drop))?;
    }
    on!(tx, |c| sqlx::query(PUT_PLACE)
        .bind(team.id)
        .bind(team.province)
        .bind(team.commune)
        .bind(team.area_unit)
        .bind(from)
        .execute(c)
        .await
        .map(drop))
}

/// Keeps every version of a unit instead of what was known of it.
pub async fn put_timeline(tx: &mut Tx, unit: UnitId, versions: &[NewUnit<'_>]) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(DROP_UNIT).bind(unit).execute(c).await.map(drop))?;
    for version in versions {
        put_unit(tx, version).await?;
    }
    Ok(())
}

/// Keeps what became of a unit.
pub async fn put_edge(
    tx: &mut Tx,
    (before, after): (UnitId, UnitId),
    day: Date,
    whole: bool,
) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(PUT_EDGE).bind(after).bind(before).bind(day).bind(whole).execute(c).await.map(drop))
}

/// Forgets all of it.
pub async fn clear(tx: &mut Tx) -> Result<(), StoreError> {
    for sql in CLEAR {
        on!(tx, |c| sqlx::query(sql).execute(c).await.map(drop))?;
    }
    Ok(())
}

/// What became of units up to a day.
pub async fn successions(tx: &mut Tx, until: Date) -> Result<Successions, StoreError> {
    let rows: Vec<(UnitId, UnitId, Date, bool)> = on!(tx, |c| sqlx::query_as(EDGES).bind(until).fetch_all(c).await)?;
    Ok(Successions::new(rows))
}
