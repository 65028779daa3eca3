//! An installation that was upgraded: what was on its way to the bus before is on its way after, and teams are found where they lay.

use std::collections::{BTreeMap, BTreeSet};

use hoagiai_gateway::{
    MIGRATIONS,
    store::{bus, places},
};
use hoagiai_store::{Db, Migrations, on};
use hoagiai_testkit::engines::{Engine, TestDb, keys};
use hoagiai_types::{Env, SystemIds, Uuid};
use sqlx::migrate::Migrator;

/// The migrations before one of them.
fn before(version: i64) -> Migrations {
    let first = |all: &Migrator| -> &'static Migrator {
        let those = all.iter().filter(|one| one.version < version).cloned().collect();
        Box::leak(Box::new(Migrator::with_migrations(those)))
    };
    Migrations { sqlite: first(MIGRATIONS.sqlite), postgres: first(MIGRATIONS.postgres) }
}

/// The database as the program of today opens it.
async fn upgraded(old: &TestDb, name: &'static str) -> Db {
    old.db.close().await;
    let env = Env { clock: old.clock.clone(), ids: std::sync::Arc::new(SystemIds) };
    Db::open(&old.config, name, MIGRATIONS, keys(), env).await.unwrap()
}

async fn where_teams_lie_is_known_after_it(engine: Engine) {
    let old = TestDb::of(engine, "before_0007", before(7)).await.unwrap();
    let [team, province, commune, later] = [1, 2, 3, 4].map(Uuid::from_u128);
    let mut tx = old.write().await.unwrap();
    places::put_teams(&mut tx, &BTreeMap::from([(team, (province, commune))])).await.unwrap();
    tx.commit().await.unwrap();
    let new = upgraded(&old, "before_0007").await;
    let mut tx = new.write().await.unwrap();
    assert_eq!(places::communes_of_team(&mut tx, team).await.unwrap(), [commune]);
    // It comes to another: the one in which it lies goes first.
    places::put_teams(&mut tx, &BTreeMap::from([(team, (province, later))])).await.unwrap();
    places::put_communes(&mut tx, &BTreeSet::from([(team, later)])).await.unwrap();
    assert_eq!(places::communes_of_team(&mut tx, team).await.unwrap(), [later, commune]);
    assert_eq!(places::communes_of_team(&mut tx, later).await.unwrap(), Vec::<Uuid>::new());
    drop(tx);
    new.close().await;
    old.remove().await;
}

#[tokio::test]
async fn where_teams_lie_is_known_after_it_on_sqlite() {
    where_teams_lie_is_known_after_it(Engine::Sqlite).await;
}

#[tokio::test]
async fn where_teams_lie_is_known_after_it_on_postgresql() {
    where_teams_lie_is_known_after_it(Engine::Postgres).await;
}

async fn what_waits_in_the_outbox_is_sent_after_it(engine: Engine) {
    let old = TestDb::of(engine, "before_0006", before(6)).await.unwrap();
    let mut tx = old.write().await.unwrap();
    for (journal, position) in [("registry", 9_i64), ("registry", 7), ("registry", 8), ("cases", 3)] {
        on!(&mut tx, |c| sqlx::query(
            "INSERT INTO bus_messages (journal, position, kind, event) VALUES ($1, $2, 'K', '{}')"
        )
        .bind(journal)
        .bind(position)
        .execute(c)
        .await
        .map(drop))
        .unwrap();
    }
    tx.commit().await.unwrap();
    let new = upgraded(&old, "before_0006").await;
    let mut tx = new.write().await.unwrap();
    // Where it begins otherwise is for journals of which nothing was ever sent.
    for journal in ["registry", "cases", "evaluation"] {
        bus::begin(&mut tx, journal, 100).await.unwrap();
    }
    for (journal, expected) in [("registry", 6), ("cases", 2), ("evaluation", 100)] {
        let cursor = bus::cursor(&mut tx, journal).await.unwrap();
        assert_eq!(cursor.map(|cursor| (cursor.position, cursor.replays)), Some((expected, 0)), "{journal}");
    }
    drop(tx);
    new.close().await;
    old.remove().await;
}

#[tokio::test]
async fn what_waits_in_the_outbox_is_sent_after_it_on_sqlite() {
    what_waits_in_the_outbox_is_sent_after_it(Engine::Sqlite).await;
}

#[tokio::test]
async fn what_waits_in_the_outbox_is_sent_after_it_on_postgresql() {
    what_waits_in_the_outbox_is_sent_after_it(Engine::Postgres).await;
}
