//! Whoever changes history is found, and where. Mutations are made with full rights on the file, triggers removed.

use std::{collections::BTreeMap, path::Path};

use hoagiai_store::{Witness, on, verify};
use hoagiai_testkit::{
    engines::{Engine, TestDb, keys, run as run_test},
    on_each_engine,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::support::{Dice, TEAMS, append, event, origin, run, team};

on_each_engine!(TEAMS; an_untouched_journal_is_clean_and_an_altered_entry_is_named);

#[test]
fn six_hundred_random_mutations_of_a_file_are_all_found() {
    run_test(Engine::Sqlite, TEAMS, mutations);
}

/// Thirty streams, several checkpoints, more entries than one stored node of the tree covers.
async fn fill(db: &TestDb) {
    for round in 0..6_i64 {
        let mut tx = db.write().await.unwrap();
        for n in 0..30_u128 {
            let events = [event(format!("{round} {n}").as_bytes()), event(b"second")];
            tx.append(team(n), round * 2, &origin(db), &events).await.unwrap();
        }
        tx.commit().await.unwrap();
        db.checkpoint().await.unwrap();
    }
    append(db, team(99), 0, b"after the last checkpoint").await.unwrap();
}

const TRIGGERS: [&str; 5] =
    ["journal_contiguous", "journal_no_update", "journal_no_delete", "checkpoints_no_update", "checkpoints_no_delete"];

async fn connect(path: &Path) -> SqliteConnection {
    let mut conn = SqliteConnectOptions::new().filename(path).foreign_keys(false).connect().await.unwrap();
    execute(&mut conn, "PRAGMA synchronous = OFF".into()).await;
    for trigger in TRIGGERS {
        execute(&mut conn, format!("DROP TRIGGER {trigger}")).await;
    }
    conn
}

async fn execute(conn: &mut SqliteConnection, sql: String) -> u64 {
    sqlx::raw_sql(AssertSqlSafe(sql.clone()))
        .execute(conn)
        .await
        .unwrap_or_else(|e| panic!("{sql}: {e}"))
        .rows_affected()
}

const LAST: u64 = 361;

/// One mutation, and the position it must be found at when that is certain.
fn mutation(dice: &mut Dice) -> (&'static str, String, Option<i64>) {
    let at = i64::try_from(1 + dice.roll(LAST)).unwrap();
    let other = i64::try_from(1 + dice.roll(LAST)).unwrap();
    let byte = dice.roll(256);
    let copied = "stream_kind, stream_id, stream_version, kind, valid_time, record_time, actor, purpose, request_id, payload, hash";
    let set = |column: &str, value: String| format!("UPDATE journal SET {column} = {value} WHERE position = {at}");
    let random_hash = format!("CAST(X'{byte:02x}' || randomblob(31) AS BLOB)");
    match dice.roll(24) {
        0 => ("payload", set("payload", format!("CAST(payload || X'{byte:02x}' AS BLOB)")), Some(at)),
        1 => ("payload emptied", set("payload", "X''".into()), Some(at)),
        2 => ("actor", set("actor", "actor || 'x'".into()), Some(at)),
        3 => ("purpose removed", set("purpose", "NULL".into()), Some(at)),
        4 => ("purpose emptied", set("purpose", "''".into()), Some(at)),
        5 => ("valid time", set("valid_time", "'2024-02-29'".into()), Some(at)),
        6 => ("valid time nonsense", set("valid_time", "'yesterday'".into()), Some(at)),
        7 => ("record time", set("record_time", "record_time - 1".into()), Some(at)),
        8 => ("kind", set("kind", "'TeamDissolved'".into()), Some(at)),
        9 => ("request id added", set("request_id", "randomblob(16)".into()), Some(at)),
        10 => ("hash", set("hash", "randomblob(32)".into()), Some(at)),
        11 => ("stream", set("stream_id", "randomblob(16)".into()), Some(at)),
        12 => ("deleted", format!("DELETE FROM journal WHERE position = {at}"), (at < 361).then_some(at)),
        13 => ("truncated", format!("DELETE FROM journal WHERE position >= {at}"), Some(at)),
        14 => ("deleted from the start", format!("DELETE FROM journal WHERE position <= {at}"), None),
        15 if at != other => {
            let swap = format!("UPDATE journal SET position = -1 WHERE position = {at}; UPDATE journal SET position = {at} WHERE position = {other};
                UPDATE journal SET position = {other} WHERE position = -1");
            ("re-ordered", swap, Some(at.min(other)))
        }
        16 => {
            let insert = format!(
                "INSERT INTO journal (position, {copied}) SELECT 362, {}  FROM journal WHERE position = {at}",
                copied.replace("stream_version", "stream_version + 100")
            );
            ("replayed at the end", insert, Some(362))
        }
        17 => {
            let shift = format!("UPDATE journal SET position = -position - 1 WHERE position >= {at};
                UPDATE journal SET position = -position WHERE position < 0;
                INSERT INTO journal (position, {copied}) SELECT {at}, 'team', randomblob(16), 1, kind, valid_time, record_time, actor, purpose,
                request_id, payload, {random_hash} FROM journal LIMIT 1");
            ("inserted", shift, Some(at))
        }
        18 => ("head position", "UPDATE journal_head SET position = position - 1".into(), None),
        19 => {
            let column = ["hash", "root", "signature"][usize::try_from(dice.roll(3)).unwrap()];
            ("head", format!("UPDATE journal_head SET {column} = randomblob(length({column}))"), None)
        }
        20 => ("head removed", "DELETE FROM journal_head".into(), None),
        21 => {
            let column = ["hash", "root", "signature"][usize::try_from(dice.roll(3)).unwrap()];
            let number = 1 + dice.roll(6);
            (
                "checkpoint",
                format!(
                    "UPDATE journal_checkpoints SET {column} = randomblob(length({column})) WHERE number = {number}"
                ),
                None,
            )
        }
        22 => {
            ("checkpoint removed", format!("DELETE FROM journal_checkpoints WHERE number = {}", 1 + dice.roll(6)), None)
        }
        _ => ("tree node", "UPDATE journal_nodes SET hash = randomblob(32)".into(), None),
    }
}

async fn mutations(db: TestDb) {
    fill(&db).await;
    db.close().await;
    let (witness, keys) = (Witness::at(db.folder().join("test.witness")), keys().verifying());
    let clean = verify::verify_file(&db.file(), "test", &keys, Some(&witness)).await.unwrap();
    assert_eq!((clean.entries, clean.checkpoints, clean.findings), (361, 13, vec![]));
    let original = std::fs::read(db.file()).unwrap();
    let path = db.folder().join("mutated.db");
    let (mut dice, mut made) = (Dice(26), BTreeMap::<&str, u32>::new());
    for n in 0..600 {
        for left in ["mutated.db-wal", "mutated.db-shm"] {
            let _ = std::fs::remove_file(db.folder().join(left));
        }
        std::fs::write(&path, &original).unwrap();
        let (name, sql, position) = mutation(&mut dice);
        let mut conn = connect(&path).await;
        execute(&mut conn, sql.clone()).await;
        conn.close().await.unwrap();
        // The witness is left out half of the time: the file must give itself away.
        let witness = (n % 2 == 0).then_some(&witness);
        let report = verify::verify_file(&path, "test", &keys, witness).await.unwrap();
        assert!(!report.is_clean(), "not found: {name}: {sql}");
        if let Some(position) = position {
            assert!(
                report.findings.iter().any(|f| f.position == position),
                "{name} at {position}: {:?}",
                report.findings
            );
        }
        *made.entry(name).or_default() += 1;
    }
    assert!(made.len() >= 23, "{made:?}");
    println!("600 of 600 mutations found: {made:?}");
}

async fn an_untouched_journal_is_clean_and_an_altered_entry_is_named(db: TestDb) {
    fill(&db).await;
    assert_eq!(verify::verify(&db).await.unwrap().findings, []);
    let statements: [(&str, &str, i64); 3] = if db.is_sqlite() {
        [
            (
                "UPDATE journal SET payload = X'00' WHERE position = 200",
                "UPDATE journal SET payload = $1 WHERE position = 200",
                200,
            ),
            (
                "UPDATE journal SET payload = X'00' WHERE position = 1",
                "UPDATE journal SET payload = $1 WHERE position = 1",
                1,
            ),
            (
                "UPDATE journal SET payload = X'00' WHERE position = 361",
                "UPDATE journal SET payload = $1 WHERE position = 361",
                361,
            ),
        ]
    } else {
        [
            (
                "UPDATE journal_entry SET payload = '\\x00' WHERE id = 200",
                "UPDATE journal_entry SET payload = $1 WHERE id = 200",
                200,
            ),
            (
                "UPDATE journal_entry SET payload = '\\x00' WHERE id = 1",
                "UPDATE journal_entry SET payload = $1 WHERE id = 1",
                1,
            ),
            (
                "UPDATE journal_entry SET payload = '\\x00' WHERE id = 361",
                "UPDATE journal_entry SET payload = $1 WHERE id = 361",
                361,
            ),
        ]
    };
    let disable: &[&'static str] = if db.is_sqlite() {
        &["DROP TRIGGER journal_no_update"]
    } else {
        &[
            "DROP TRIGGER journal_entry_append_only ON journal_entry",
            "DROP TRIGGER journal_position_append_only ON journal_position",
        ]
    };
    for statement in disable {
        run(&db, statement).await.unwrap();
    }
    for (alter, restore, position) in statements {
        let before = db.entries(position - 1, 1).await.unwrap().remove(0).payload;
        run(&db, alter).await.unwrap();
        let report = verify::verify(&db).await.unwrap();
        assert_eq!(report.findings[0].position, position, "{:?}", report.findings);
        let mut tx = db.write().await.unwrap();
        on!(&mut tx, |c| sqlx::query(restore).bind(&before).execute(c).await.map(drop)).unwrap();
        tx.commit().await.unwrap();
        assert_eq!(verify::verify(&db).await.unwrap().findings, []);
    }
    if !db.is_sqlite() {
        run(&db, "DELETE FROM journal_position WHERE position = 50").await.unwrap();
        let report = verify::verify(&db).await.unwrap();
        assert!(
            report.findings.iter().any(|f| f.position == 50)
                && report.findings.iter().any(|f| f.what.contains("never numbered"))
        );
    }
}
