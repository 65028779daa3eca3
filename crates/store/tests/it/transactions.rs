//! Transactions that are dropped, cut off, refused, shared; databases that must not be opened.

use std::{os::unix::fs::PermissionsExt, pin::Pin, sync::Arc, task::Poll, time::Duration};

use hoagiai_store::{DatabaseConfig, Db, Keyring, StoreError, on, verify};
use hoagiai_testkit::{engines::TestDb, on_each_engine};

use crate::support::{Dice, TEAMS, append, count, event, insert, origin, team};

on_each_engine!(TEAMS;
    a_transaction_cut_off_in_a_statement_cannot_go_on,
    tasks_killed_at_random_points_leave_nothing_half_written,
    those_that_write_much_have_a_transaction_for_themselves,
    a_reading_transaction_sees_one_snapshot,
    a_wrong_keyring_or_journal_does_not_open,
    sixty_four_in_flight_all_commit_and_are_numbered,
);

mod sqlite_alone {
    #[test]
    fn a_full_disk_fails_every_request_of_the_commit_and_then_all_goes_on() {
        super::on_sqlite(super::full_disk);
    }
    #[test]
    fn a_database_rolled_back_to_an_older_copy_does_not_open() {
        super::on_sqlite(super::rolled_back);
    }
    #[test]
    fn the_file_is_private_and_set_to_survive_a_power_cut() {
        super::on_sqlite(super::settings);
    }
    #[test]
    fn a_second_process_may_write_beside_the_first() {
        super::on_sqlite(super::second_process);
    }
}

fn on_sqlite<F: Future<Output = ()>>(test: impl FnOnce(TestDb) -> F) {
    hoagiai_testkit::engines::run(hoagiai_testkit::engines::Engine::Sqlite, TEAMS, test);
}

async fn a_transaction_cut_off_in_a_statement_cannot_go_on(db: TestDb) {
    let mut tx = db.write().await.unwrap();
    insert(&mut tx, 1, "a", 0, db.env().now()).await.unwrap();
    let never = async { on!(&mut tx, |_c| std::future::pending::<Result<(), sqlx::Error>>().await) };
    let cut = tokio::time::timeout(Duration::from_millis(1), never).await;
    assert!(cut.is_err());
    assert!(matches!(insert(&mut tx, 2, "b", 0, db.env().now()).await, Err(StoreError::Poisoned)));
    assert!(matches!(tx.commit().await, Err(StoreError::Poisoned)));
    append(&db, team(1), 0, b"after").await.unwrap();
    assert_eq!(count(&db, "SELECT count(*) FROM teams").await, 0);
}

async fn those_that_write_much_have_a_transaction_for_themselves(db: TestDb) {
    let work = |n: u128, inner: Db| async move {
        let mut tx = if n.is_multiple_of(3) { inner.write_much().await.unwrap() } else { inner.write().await.unwrap() };
        insert(&mut tx, n, "x", 0, inner.env().now()).await.unwrap();
        tx.append(team(n), 0, &origin(&inner), &[event(b"x")]).await.unwrap();
        match n % 5 {
            // Changed its mind.
            0 => drop(tx),
            // Meets what another wrote: nothing of it is kept.
            1 => assert!(insert(&mut tx, n, "again", 0, inner.env().now()).await.is_err()),
            // A stream that is there already, which only the end finds out.
            2 => {
                tx.append(team(1_000), 0, &origin(&inner), &[event(b"late")]).await.unwrap();
                assert!(matches!(tx.commit().await, Err(StoreError::Stale)));
            }
            _ => drop(tx.commit().await.unwrap()),
        }
    };
    append(&db, team(1_000), 0, b"first").await.unwrap();
    let tasks: Vec<_> = (0..60).map(|n| tokio::spawn(work(n, db.db.clone()))).collect();
    for task in tasks {
        task.await.unwrap();
    }
    append(&db, team(1_001), 0, b"last").await.unwrap();
    assert_eq!(count(&db, "SELECT count(*) FROM teams").await, 24);
    assert_eq!(count(&db, "SELECT count(*) FROM journal").await, 26);
    assert_eq!(verify::verify(&db).await.unwrap().findings, []);
}

async fn tasks_killed_at_random_points_leave_nothing_half_written(db: TestDb) {
    let mut dice = Dice(7);
    for n in 0..60_u128 {
        let (inner, pause) = (db.db.clone(), Duration::from_micros(dice.roll(3_000)));
        let task = tokio::spawn(async move {
            let mut tx = inner.write().await.unwrap();
            insert(&mut tx, n, "x", 0, inner.env().now()).await.unwrap();
            tx.append(team(n), 0, &origin(&inner), &[event(b"x")]).await.unwrap();
            tx.commit().await.unwrap();
        });
        tokio::time::sleep(pause).await;
        task.abort();
    }
    append(&db, team(1_000), 0, b"last").await.unwrap();
    let report = verify::verify(&db).await.unwrap();
    assert_eq!(report.findings, []);
    // Each team has its event and each event its team, however the task ended. What is committed but not yet numbered is waited for.
    let teams = count(&db, "SELECT count(*) FROM teams").await;
    let mut head = db.watch_head();
    tokio::time::timeout(Duration::from_secs(5), head.wait_for(|h| *h > teams)).await.unwrap().unwrap();
    assert_eq!(count(&db, "SELECT count(*) FROM journal").await, teams + 1);
}

async fn a_reading_transaction_sees_one_snapshot(db: TestDb) {
    append(&db, team(1), 0, b"x").await.unwrap();
    let mut tx = db.read().await.unwrap();
    let read = "SELECT count(*) FROM journal";
    let before: i64 = on!(&mut tx, |c| sqlx::query_scalar(read).fetch_one(c).await).unwrap();
    append(&db, team(2), 0, b"x").await.unwrap();
    let after: i64 = on!(&mut tx, |c| sqlx::query_scalar(read).fetch_one(c).await).unwrap();
    assert_eq!((before, after, count(&db, read).await), (1, 1, 2));
}

async fn a_wrong_keyring_or_journal_does_not_open(db: TestDb) {
    append(&db, team(1), 0, b"x").await.unwrap();
    let env = db.env().clone();
    let stranger = Arc::new(Keyring::from_seed(2));
    let opened = Db::open(&db.config, "test", TEAMS, stranger, env.clone()).await;
    assert!(matches!(opened, Err(StoreError::Tampered { .. })));
    let opened = Db::open(&db.config, "cases", TEAMS, db.keys().clone(), env.clone()).await;
    assert!(matches!(opened, Err(StoreError::Refused(_))));
    for url in ["mysql://x", "sqlite://", "sqlite://:memory:", "sqlite://a?mode=memory"] {
        let opened = Db::open(&DatabaseConfig::at(url), "test", TEAMS, db.keys().clone(), env.clone()).await;
        assert!(matches!(opened, Err(StoreError::Refused(_))), "{url}");
    }
}

async fn sixty_four_in_flight_all_commit_and_are_numbered(db: TestDb) {
    let mut writers = Vec::new();
    for n in 0..64_u128 {
        let db = db.db.clone();
        writers.push(tokio::spawn(async move {
            for version in 0..5 {
                append(&db, team(n), version, b"x").await.unwrap();
            }
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(db.head(), 320);
    let report = verify::verify(&db).await.unwrap();
    assert_eq!((report.entries, report.findings), (320, vec![]));
}

async fn full_disk(db: TestDb) {
    append(&db, team(1), 0, b"before").await.unwrap();
    // While one transaction holds the writer, two more queue up: they share its commit.
    let mut holder = db.write().await.unwrap();
    holder.append(team(2), 0, &origin(&db), &[event(b"holder")]).await.unwrap();
    let small = queued(async { append(&db, team(3), 0, b"small").await }).await;
    let large = queued(async {
        let mut tx = db.write().await?;
        let pages: i64 = on!(&mut tx, |c| sqlx::query_scalar("PRAGMA page_count").fetch_one(c).await)?;
        assert!(pages < 200);
        on!(&mut tx, |c| sqlx::query("PRAGMA max_page_count = 200").execute(c).await.map(drop))?;
        tx.append(team(4), 0, &origin(&db), &[event(&vec![0; 4 << 20])]).await?;
        tx.commit().await
    })
    .await;
    let (held, small, large) = tokio::join!(holder.commit(), small, large);
    assert!(large.is_err());
    // SQLite may undo the statement alone or the whole transaction; either way nobody is told what is not so.
    let kept = 1 + i64::from(held.is_ok()) + i64::from(small.is_ok());
    let refused_as_one = |r: &Result<i64, StoreError>| matches!(r, Ok(_) | Err(StoreError::CommitFailed(_)));
    assert!(refused_as_one(&held.map(|c| c.position)) && refused_as_one(&small));
    assert_eq!(count(&db, "SELECT count(*) FROM journal").await, kept);
    assert_eq!(db.head(), kept);
    let mut tx = db.write().await.unwrap();
    on!(&mut tx, |c| sqlx::query("PRAGMA max_page_count = 1000000").execute(c).await.map(drop)).unwrap();
    tx.commit().await.unwrap();
    assert_eq!(append(&db, team(5), 0, b"after").await.unwrap(), kept + 1);
    assert_eq!(verify::verify(&db).await.unwrap().findings, []);
}

/// Asks once, so that the request stands in the queue of the writer, and answers the rest of the way.
async fn queued<'a, T>(request: impl Future<Output = T> + 'a) -> Pin<Box<dyn Future<Output = T> + 'a>> {
    let mut request: Pin<Box<dyn Future<Output = T> + 'a>> = Box::pin(request);
    let waits = std::future::poll_fn(|cx| Poll::Ready(request.as_mut().poll(cx).is_pending())).await;
    assert!(waits, "somebody else is writing");
    request
}

async fn rolled_back(db: TestDb) {
    append(&db, team(1), 0, b"x").await.unwrap();
    db.checkpoint().await.unwrap();
    db.close().await;
    let copy = std::fs::read(db.file()).unwrap();
    let again = db.open_again().await.unwrap();
    append(&again, team(1), 1, b"gone").await.unwrap();
    again.checkpoint().await.unwrap();
    again.close().await;
    std::fs::write(db.file(), copy).unwrap();
    assert!(matches!(db.open_again().await, Err(StoreError::Tampered { position: 1, .. })));
}

async fn settings(db: TestDb) {
    for (pragma, expected) in [
        ("PRAGMA synchronous", 2),
        ("PRAGMA foreign_keys", 1),
        ("PRAGMA trusted_schema", 0),
        ("PRAGMA secure_delete", 1),
    ] {
        let mut tx = db.write().await.unwrap();
        let value: i64 = on!(&mut tx, |c| sqlx::query_scalar(pragma).fetch_one(c).await).unwrap();
        assert_eq!(value, expected, "{pragma}");
    }
    for name in ["test.db", "test.db-wal", "test.db-shm"] {
        let mode = std::fs::metadata(db.folder().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

async fn second_process(db: TestDb) {
    append(&db, team(1), 0, b"server").await.unwrap();
    let command = db.open_again().await.unwrap();
    append(&command, team(2), 0, b"command").await.unwrap();
    assert_eq!(append(&db, team(3), 0, b"server again").await.unwrap(), 3);
    assert_eq!(append(&command, team(4), 0, b"command again").await.unwrap(), 4);
    assert_eq!(verify::verify(&db).await.unwrap().findings, []);
}
