//! Where teams lie and to which team mediators belong: by it a subscription is cut to the areas of its consumer.

use std::collections::{BTreeMap, BTreeSet};

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::Uuid;

use super::builder;

pub(super) const STATEMENTS: &[&str] = &[TEAM, COMMUNES, MEDIATOR, CLEAR_TEAMS, CLEAR_COMMUNES, CLEAR_MEDIATORS];

const TEAM: &str = "SELECT province_id, commune_id FROM team_places WHERE team_id = $1";
const COMMUNES: &str = "SELECT c.commune_id FROM team_communes c LEFT JOIN team_places p
        ON p.team_id = c.team_id AND p.commune_id = c.commune_id
    WHERE c.team_id = $1 ORDER BY CASE WHEN p.team_id IS NULL THEN 1 ELSE 0 END, c.commune_id";
const MEDIATOR: &str =
    "SELECT p.province_id, p.commune_id FROM mediator_teams m JOIN team_places p ON p.team_id = m.team_id
    WHERE m.mediator_id = $1";
const CLEAR_TEAMS: &str = "DELETE FROM team_places";
const CLEAR_COMMUNES: &str = "DELETE FROM team_communes";
const CLEAR_MEDIATORS: &str = "DELETE FROM mediator_teams";

/// Rows of one statement.
const CHUNK: usize = 200;

/// Province and commune.
pub type Place = (Uuid, Uuid);

/// Where a team lies.
pub async fn of_team(tx: &mut Tx, team: Uuid) -> Result<Option<Place>, StoreError> {
    on!(tx, |c| sqlx::query_as(TEAM).bind(team).fetch_optional(c).await)
}

/// The communes in which a team was ever said to lie: first the one in which it lies, then the others.
pub async fn communes_of_team(tx: &mut Tx, team: Uuid) -> Result<Vec<Uuid>, StoreError> {
    on!(tx, |c| sqlx::query_scalar(COMMUNES).bind(team).fetch_all(c).await)
}

/// Where the team of a mediator lies.
pub async fn of_mediator(tx: &mut Tx, mediator: Uuid) -> Result<Option<Place>, StoreError> {
    on!(tx, |c| sqlx::query_as(MEDIATOR).bind(mediator).fetch_optional(c).await)
}

/// Where these teams lie; those that there are.
pub async fn of_teams(tx: &mut Tx, teams: &[Uuid]) -> Result<Vec<(Uuid, Place)>, StoreError> {
    placed(tx, teams, "SELECT p.team_id, p.province_id, p.commune_id FROM team_places p WHERE p.team_id IN (").await
}

/// Where the teams of these mediators lie; of those that there are.
pub async fn of_mediators(tx: &mut Tx, mediators: &[Uuid]) -> Result<Vec<(Uuid, Place)>, StoreError> {
    const SQL: &str = "SELECT m.mediator_id, p.province_id, p.commune_id FROM mediator_teams m
        JOIN team_places p ON p.team_id = m.team_id WHERE m.mediator_id IN (";
    placed(tx, mediators, SQL).await
}

async fn placed(tx: &mut Tx, ids: &[Uuid], sql: &'static str) -> Result<Vec<(Uuid, Place)>, StoreError> {
    let mut found = Vec::new();
    for ids in ids.chunks(CHUNK) {
        let rows: Vec<(Uuid, Uuid, Uuid)> = on!(tx, |c| {
            let mut query = builder(&c, sql);
            let mut listed = query.separated(", ");
            ids.iter().for_each(|id| _ = listed.push_bind(*id));
            query.push(")").build_query_as().persistent(ids.len() == 1).fetch_all(c).await
        })?;
        found.extend(rows.into_iter().map(|(id, province, commune)| (id, (province, commune))));
    }
    Ok(found)
}

/// Keeps where teams lie.
pub async fn put_teams(tx: &mut Tx, teams: &BTreeMap<Uuid, Place>) -> Result<(), StoreError> {
    let teams: Vec<_> = teams.iter().collect();
    for teams in teams.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = builder(&c, "INSERT INTO team_places (team_id, province_id, commune_id) ");
            query.push_values(teams, |mut row, (team, (province, commune))| {
                row.push_bind(**team).push_bind(*province).push_bind(*commune);
            });
            query.push(
                " ON CONFLICT (team_id) DO UPDATE SET province_id = excluded.province_id, commune_id = excluded.commune_id",
            );
            query.build().persistent(teams.len() == 1).execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// Keeps in which communes teams were said to lie.
pub async fn put_communes(tx: &mut Tx, communes: &BTreeSet<(Uuid, Uuid)>) -> Result<(), StoreError> {
    let communes: Vec<_> = communes.iter().collect();
    for communes in communes.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = builder(&c, "INSERT INTO team_communes (team_id, commune_id) ");
            query.push_values(communes, |mut row, (team, commune)| {
                row.push_bind(*team).push_bind(*commune);
            });
            query.push(" ON CONFLICT (team_id, commune_id) DO NOTHING");
            query.build().persistent(communes.len() == 1).execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// Keeps the teams of mediators.
pub async fn put_mediators(tx: &mut Tx, mediators: &BTreeMap<Uuid, Uuid>) -> Result<(), StoreError> {
    let mediators: Vec<_> = mediators.iter().collect();
    for mediators in mediators.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = builder(&c, "INSERT INTO mediator_teams (mediator_id, team_id) ");
            query.push_values(mediators, |mut row, (mediator, team)| {
                row.push_bind(**mediator).push_bind(**team);
            });
            query.push(" ON CONFLICT (mediator_id) DO UPDATE SET team_id = excluded.team_id");
            query.build().persistent(mediators.len() == 1).execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// Forgets everything, to be built again from the journal.
pub async fn clear(tx: &mut Tx) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(CLEAR_TEAMS).execute(c).await.map(drop))?;
    on!(tx, |c| sqlx::query(CLEAR_COMMUNES).execute(c).await.map(drop))?;
    on!(tx, |c| sqlx::query(CLEAR_MEDIATORS).execute(c).await.map(drop))
}
