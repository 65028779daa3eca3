//! Appending, ordering, proving.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use hoagiai_store::{FeedSource, LocalFeed, Migrations, StoreError, verify};
use hoagiai_testkit::{engines::TestDb, on_each_engine};

use crate::support::{append, event, origin, team};

on_each_engine!(Migrations::NONE;
    an_event_gets_the_next_position_and_reads_back_as_it_was,
    a_stale_version_is_refused_and_leaves_nothing,
    of_two_writers_of_one_version_one_wins,
    a_version_from_the_future_is_refused,
    a_dropped_transaction_leaves_no_trace_and_no_gap,
    eight_writers_and_a_tailing_reader_skip_nothing_and_repeat_nothing,
    every_entry_can_be_proved_and_altered_ones_cannot,
    reopening_finds_the_same_chain,
    two_replicas_append_to_one_chain,
    ten_thousand_facts_of_one_transaction_keep_their_order,
    a_stale_stream_among_many_leaves_nothing_of_them,
);

async fn an_event_gets_the_next_position_and_reads_back_as_it_was(db: TestDb) {
    assert_eq!(append(&db, team(1), 0, b"one").await.unwrap(), 1);
    assert_eq!(append(&db, team(2), 0, b"two").await.unwrap(), 2);
    let mut tx = db.write().await.unwrap();
    assert_eq!(tx.append(team(1), 1, &origin(&db), &[event(b"three"), event(b"four")]).await.unwrap(), 3);
    assert_eq!(tx.stream_version(team(1)).await.unwrap(), 3);
    assert_eq!(tx.append(team(1), 3, &origin(&db), &[event(b"five")]).await.unwrap(), 4);
    assert_eq!(tx.commit().await.unwrap().position, 5);
    assert_eq!(db.head(), 5);
    let mut tx = db.read().await.unwrap();
    let stream = tx.read_stream(team(1), 1, 10).await.unwrap();
    let seen: Vec<_> = stream.iter().map(|e| (e.position, e.stream_version, e.payload.as_slice())).collect();
    assert_eq!(seen, [(3, 2, &b"three"[..]), (4, 3, b"four"), (5, 4, b"five")]);
    let entry = &stream[0];
    assert_eq!((entry.actor.as_str(), entry.purpose.as_deref(), entry.request_id), ("officer", Some("duty"), None));
    assert_eq!((entry.kind.as_str(), entry.valid_time.to_string().as_str()), ("TeamPlanned", "2025-07-01"));
    assert_eq!(entry.record_time, db.env().now());
    assert_eq!(tx.stream_version(team(3)).await.unwrap(), 0);
    drop(tx);
    assert_eq!(verify::verify(&db).await.unwrap().findings, []);
}

async fn a_stale_version_is_refused_and_leaves_nothing(db: TestDb) {
    append(&db, team(1), 0, b"one").await.unwrap();
    assert!(matches!(append(&db, team(1), 0, b"again").await, Err(StoreError::Stale)));
    assert_eq!(append(&db, team(1), 1, b"two").await.unwrap(), 2);
    assert!(matches!(append(&db, team(1), 1, b"again").await, Err(StoreError::Stale)));
    assert_eq!(db.entries(0, 10).await.unwrap().len(), 2);
}

async fn of_two_writers_of_one_version_one_wins(db: TestDb) {
    append(&db, team(1), 0, b"one").await.unwrap();
    let results = futures_util::future::join_all((0..8).map(|_| append(&db, team(1), 1, b"two"))).await;
    assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 1);
    assert!(results.iter().all(|r| matches!(r, Ok(2) | Err(StoreError::Stale))));
    assert_eq!(verify::verify(&db).await.unwrap().findings, []);
}

async fn a_version_from_the_future_is_refused(db: TestDb) {
    assert!(matches!(append(&db, team(1), 1, b"x").await, Err(StoreError::Stale)));
    append(&db, team(1), 0, b"one").await.unwrap();
    assert!(matches!(append(&db, team(1), 2, b"x").await, Err(StoreError::Stale)));
    let mut tx = db.write().await.unwrap();
    tx.append(team(1), 1, &origin(&db), &[event(b"two")]).await.unwrap();
    assert!(matches!(tx.append(team(1), 1, &origin(&db), &[event(b"x")]).await, Err(StoreError::Stale)));
    assert!(matches!(tx.commit().await, Err(StoreError::Poisoned)));
}

async fn a_dropped_transaction_leaves_no_trace_and_no_gap(db: TestDb) {
    for n in 0..20_u128 {
        let mut tx = db.write().await.unwrap();
        tx.append(team(n), 0, &origin(&db), &[event(b"lost"), event(b"lost too")]).await.unwrap();
        if n % 2 == 0 {
            tx.stream_version(team(n)).await.unwrap();
        }
        drop(tx);
        append(&db, team(n), 0, b"kept").await.unwrap();
    }
    assert_eq!(db.head(), 20);
    let report = verify::verify(&db).await.unwrap();
    assert_eq!((report.entries, report.findings), (20, vec![]));
}

async fn eight_writers_and_a_tailing_reader_skip_nothing_and_repeat_nothing(db: TestDb) {
    use futures_util::StreamExt;
    const EACH: u128 = 60;
    let highest = Arc::new(AtomicI64::new(0));
    let mut feed = LocalFeed(db.db.clone()).open(0).await.unwrap();
    let writers = (0..8_u128).map(|writer| {
        let (db, highest) = (db.db.clone(), highest.clone());
        tokio::spawn(async move {
            for n in 0..EACH {
                let mut tx = db.write().await.unwrap();
                tx.append(
                    team(writer),
                    i64::try_from(n).unwrap(),
                    &origin(&db),
                    &[event(&[u8::try_from(writer).unwrap()])],
                )
                .await
                .unwrap();
                // Commits arrive out of the order in which ids were drawn.
                if (n + writer) % 3 == 0 {
                    tx.stream_version(team(writer)).await.unwrap();
                    tokio::task::yield_now().await;
                }
                let committed = tx.commit().await.unwrap();
                highest.fetch_max(committed.position, Ordering::SeqCst);
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    let (mut next, mut versions) = (1, [0_i64; 8]);
    while next <= 8 * i64::try_from(EACH).unwrap() {
        for entry in feed.next().await.unwrap().unwrap() {
            assert_eq!(entry.position, next);
            let writer = usize::from(entry.payload[0]);
            assert_eq!(entry.stream_version, versions[writer] + 1, "a stream's entries come in its order");
            (next, versions[writer]) = (next + 1, entry.stream_version);
        }
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(highest.load(Ordering::SeqCst), 480);
    assert_eq!(verify::verify(&db).await.unwrap().findings, []);
}

async fn every_entry_can_be_proved_and_altered_ones_cannot(db: TestDb) {
    let mut tx = db.write().await.unwrap();
    let events: Vec<_> = (0..300_u16).map(|n| event(&n.to_be_bytes())).collect();
    tx.append(team(1), 0, &origin(&db), &events).await.unwrap();
    tx.commit().await.unwrap();
    let keys = db.keys().verifying();
    for position in [1, 2, 255, 256, 257, 299, 300] {
        let proof = db.proof(position).await.unwrap();
        assert!(proof.holds(&keys), "{position}");
        let mut altered = proof.clone();
        altered.entry.payload.push(0);
        assert!(!altered.holds(&keys));
        let mut moved = proof.clone();
        moved.entry.position = position % 300 + 1;
        assert!(!moved.holds(&keys));
        let mut signed = proof;
        signed.checkpoint.position += 1;
        assert!(!signed.holds(&keys));
    }
    assert!(matches!(db.proof(301).await, Err(StoreError::NotFound)));
    assert!(matches!(db.proof(0).await, Err(StoreError::NotFound)));
}

async fn reopening_finds_the_same_chain(db: TestDb) {
    for n in 0..5 {
        append(&db, team(n), 0, b"before").await.unwrap();
    }
    let checkpoint = db.checkpoint().await.unwrap();
    assert_eq!(checkpoint.position, 5);
    db.close().await;
    let again = db.open_again().await.unwrap();
    assert_eq!(again.head(), 5);
    assert_eq!(append(&again, team(9), 0, b"after").await.unwrap(), 6);
    let report = verify::verify(&again).await.unwrap();
    assert_eq!((report.entries, report.checkpoints, report.findings), (6, 3, vec![]));
}

async fn two_replicas_append_to_one_chain(db: TestDb) {
    let other = db.open_again().await.unwrap();
    let both = [db.db.clone(), other.clone()];
    for n in 0..30 {
        append(&both[n % 2], team(n as u128), 0, b"x").await.unwrap();
    }
    let (a, b) = tokio::join!(append(&both[0], team(100), 0, b"x"), append(&both[1], team(101), 0, b"x"));
    let mut positions = [a.unwrap(), b.unwrap()];
    positions.sort_unstable();
    assert_eq!(positions, [31, 32]);
    assert_eq!(verify::verify(&other).await.unwrap().findings, []);
}

/// What an import does: many streams, some of them more than once, in one transaction.
async fn ten_thousand_facts_of_one_transaction_keep_their_order(db: TestDb) {
    const STREAMS: u128 = 4_000;
    for n in 0..10 {
        append(&db, team(n), 0, b"before").await.unwrap();
    }
    let mut tx = db.write().await.unwrap();
    let mut appended = Vec::new();
    for n in 0..10_000_u128 {
        let id = n % STREAMS;
        let version = i64::try_from(n / STREAMS).unwrap() + i64::from(id < 10);
        assert_eq!(tx.append(team(id), version, &origin(&db), &[event(&n.to_be_bytes())]).await.unwrap(), version + 1);
        appended.push((team(id).id, version + 1));
        if n == 5_000 {
            // What was appended so far can be read, and what follows still knows it.
            assert_eq!(tx.stream_version(team(id)).await.unwrap(), version + 1);
        }
    }
    assert_eq!(tx.commit().await.unwrap().position, 10_010);
    let mut read = Vec::new();
    while let Some(entries) = Some(db.entries(10 + read.len() as i64, 1_000).await.unwrap()).filter(|e| !e.is_empty()) {
        read.extend(entries.iter().map(|e| (e.stream_id, e.stream_version)));
    }
    assert!(read == appended, "entries lie in the order of their appending");
    let report = verify::verify(&db).await.unwrap();
    assert_eq!((report.entries, report.findings), (10_010, vec![]));
}

async fn a_stale_stream_among_many_leaves_nothing_of_them(db: TestDb) {
    append(&db, team(700), 0, b"before").await.unwrap();
    for expected in [0, 2] {
        let mut tx = db.write().await.unwrap();
        for n in 0..1_500 {
            let version = if n == 700 { expected } else { 0 };
            tx.append(team(n), version, &origin(&db), &[event(b"x")]).await.unwrap();
        }
        assert!(matches!(tx.commit().await, Err(StoreError::Stale)));
    }
    assert_eq!(append(&db, team(700), 1, b"after").await.unwrap(), 2);
    assert_eq!(verify::verify(&db).await.unwrap().findings, []);
}
