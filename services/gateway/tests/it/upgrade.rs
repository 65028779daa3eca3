//! An installation that was upgraded: what was on its way to the bus before is on its way after.

use hoagiai_gateway::{MIGRATIONS, store::bus};
use hoagiai_store::{Db, Migrations, on};
use hoagiai_testkit::engines::{Engine, TestDb, keys};
use hoagiai_types::{Env, SystemIds};
use sqlx::migrate::Migrator;

/// The migrations up to the one that took the outbox away.
fn before() -> Migrations {
    let first = |all: &Migrator| -> &'static Migrator {
        let those = all.iter().filter(|one| one.version < 6).cloned().collect();
        Box::leak(Box::new(Migrator::with_migrations(those)))
    };
    Migrations { sqlite: first(MIGRATIONS.sqlite), postgres: first(MIGRATIONS.postgres) }
}

async fn what_waits_in_the_outbox_is_sent_after_it(engine: Engine) {
    let old = TestDb::of(engine, "before_0006", before()).await.unwrap();
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
    old.db.close().await;
    let env = Env { clock: old.clock.clone(), ids: std::sync::Arc::new(SystemIds) };
    let new = Db::open(&old.config, "before_0006", MIGRATIONS, keys(), env).await.unwrap();
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
