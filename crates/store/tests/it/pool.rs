//! Connections: shared, given back, replaced, closed.

use std::{task::Poll, time::Duration};

use hoagiai_store::{Db, StoreError, on};
use hoagiai_testkit::{engines::TestDb, on_each_engine};

use crate::support::{TEAMS, append, count, insert, team};

on_each_engine!(TEAMS;
    what_one_request_leaves_half_way_the_next_does_not_see,
    a_statement_cut_off_leaves_no_answer_for_the_next,
    closing_waits_for_those_at_work_and_refuses_those_who_come,
);

mod postgres_alone {
    use hoagiai_testkit::engines::{Engine, run};

    #[test]
    fn connections_that_the_server_ended_are_replaced() {
        run(Engine::Postgres, super::TEAMS, super::ended_by_the_server);
    }
}

async fn what_one_request_leaves_half_way_the_next_does_not_see(db: TestDb) {
    let now = db.env().now();
    // More than there are connections of either kind, so that each comes again.
    for n in 0..40 {
        let mut tx = db.write().await.unwrap();
        insert(&mut tx, n, "left", 0, now).await.unwrap();
        if n % 2 == 0 {
            assert!(insert(&mut tx, n, "again", 0, now).await.is_err());
        }
        drop(tx);
        let mut tx = db.read().await.unwrap();
        let missing = on!(&mut tx, |c| sqlx::query("SELECT x FROM nowhere").execute(c).await.map(drop));
        assert!(missing.is_err());
        drop(tx);
        let tx = db.read().await.unwrap();
        drop(tx);
        drop(db.write().await.unwrap());
        assert_eq!(count(&db, "SELECT count(*) FROM teams").await, 0);
    }
    append(&db, team(1), 0, b"x").await.unwrap();
    assert_eq!(count(&db, "SELECT count(*) FROM journal").await, 1);
}

async fn a_statement_cut_off_leaves_no_answer_for_the_next(db: TestDb) {
    let slow = if db.is_sqlite() {
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT count(*) FROM n"
    } else {
        "SELECT CAST(1 AS BIGINT) FROM pg_sleep(0.2)"
    };
    for n in 0..12 {
        let mut tx = db.read_one().await.unwrap();
        let mut asked = Box::pin(async { on!(&mut tx, |c| sqlx::query_scalar::<_, i64>(slow).fetch_one(c).await) });
        let waits = std::future::poll_fn(|cx| Poll::Ready(asked.as_mut().poll(cx).is_pending())).await;
        drop(asked);
        assert!(waits);
        drop(tx);
        let answer = format!("SELECT CAST({n} AS BIGINT)");
        let mut tx = db.read_one().await.unwrap();
        let answer: i64 = on!(&mut tx, |c| sqlx::query_scalar(sqlx::AssertSqlSafe(answer)).fetch_one(c).await).unwrap();
        assert_eq!(answer, n);
    }
}

async fn closing_waits_for_those_at_work_and_refuses_those_who_come(db: TestDb) {
    let mut reader = db.read().await.unwrap();
    let closing = tokio::spawn({
        let db = db.db.clone();
        async move { db.close().await }
    });
    let refused = async {
        // Others get in until the pool is told to close, and wait or are refused from then on.
        while let Ok(Ok(tx)) = tokio::time::timeout(Duration::from_millis(20), db.read_one()).await {
            drop(tx);
        }
    };
    tokio::time::timeout(Duration::from_secs(30), refused).await.unwrap();
    assert!(!closing.is_finished());
    on!(&mut reader, |c| sqlx::query("SELECT 1").execute(c).await.map(drop)).unwrap();
    drop(reader);
    tokio::time::timeout(Duration::from_secs(30), closing).await.unwrap().unwrap();
    assert!(matches!(db.read_one().await, Err(StoreError::Unavailable(_))));
    assert!(matches!(db.write().await, Err(StoreError::Unavailable(_))));
}

async fn ended_by_the_server(db: TestDb) {
    append(&db, team(1), 0, b"before").await.unwrap();
    let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let other = db.open_again().await.unwrap();
    assert!(count(&other, end).await > 0);
    let again = async {
        let mut version = 1;
        while version < 4 {
            match append(&db, team(1), version, b"after").await {
                Ok(_) => version += 1,
                // Told or lost on the way: what is there decides.
                Err(_) => version = known(&db, version).await,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), again).await.unwrap();
    assert_eq!(count(&db, "SELECT count(*) FROM journal_entry").await, 4);
}

async fn known(db: &Db, version: i64) -> i64 {
    let Ok(mut tx) = db.read_one().await else { return version };
    tx.stream_version(team(1)).await.unwrap_or(version)
}
