//! One SQL text on two engines: each trap of the house style is a test here.

use hoagiai_store::{StoreError, on, prepare_all};
use hoagiai_testkit::{engines::TestDb, on_each_engine};
use hoagiai_types::{Id, Timestamp, Uuid, text};

use crate::support::{TEAMS, count, insert, run};

on_each_engine!(TEAMS;
    read_modify_write_guarded_by_revision_loses_no_update_and_meets_no_lock,
    instants_sort_as_time_and_come_back_equal,
    a_failed_statement_poisons_the_rest_of_the_transaction,
    a_write_in_a_reading_transaction_fails,
    sums_and_averages_need_their_casts_and_then_agree,
    names_are_found_and_sorted_by_their_folded_key,
    text_sorts_by_its_bytes,
    a_number_inside_json_reads_as_a_number_when_cast,
    a_text_column_gives_back_the_text_it_was_given,
    constraints_are_told_apart_by_kind,
    errors_show_no_text_of_the_database,
    statements_of_one_engine_alone_are_found_by_preparing,
    the_portable_forms_prepare_and_agree,
    lists_are_bound_by_a_query_builder,
);

const BUMP: &str = "UPDATE teams SET size = $2, revision = revision + 1 WHERE id = $1 AND revision = $3";

/// Traps 1 and 2: without the guard PostgreSQL lost 116 of 160; with BEGIN DEFERRED SQLite refused 173 of 320.
async fn read_modify_write_guarded_by_revision_loses_no_update_and_meets_no_lock(db: TestDb) {
    let mut tx = db.write().await.unwrap();
    insert(&mut tx, 1, "Tổ 1", 0, db.env().now()).await.unwrap();
    tx.commit().await.unwrap();
    let writers = (0..8).map(|_| {
        let db = db.db.clone();
        tokio::spawn(async move {
            for _ in 0..20 {
                loop {
                    let mut tx = db.write().await.unwrap();
                    let (size, revision): (i64, i64) =
                        on!(&mut tx, |c| sqlx::query_as("SELECT size, revision FROM teams WHERE id = $1")
                            .bind(Uuid::from_u128(1))
                            .fetch_one(c)
                            .await)
                        .unwrap();
                    let done = on!(&mut tx, |c| sqlx::query(BUMP)
                        .bind(Uuid::from_u128(1))
                        .bind(size + 1)
                        .bind(revision)
                        .execute(c)
                        .await
                        .map(|d| d.rows_affected()))
                    .unwrap();
                    if done == 1 {
                        tx.commit().await.unwrap();
                        break;
                    }
                }
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(count(&db, "SELECT size FROM teams").await, 160);
    assert_eq!(count(&db, "SELECT revision FROM teams").await, 161);
}

/// Trap 3.
async fn instants_sort_as_time_and_come_back_equal(db: TestDb) {
    let instants =
        ["1969-12-31T23:59:59.999999Z", "2025-07-01T00:00:00Z", "2025-07-01T00:00:00.5Z", "2025-07-01T00:00:00.55Z"];
    let instants: Vec<Timestamp> = instants.iter().map(|t| Timestamp::parse(t).unwrap()).collect();
    let mut tx = db.write().await.unwrap();
    for (instant, n) in instants.iter().rev().zip(0..) {
        insert(&mut tx, n, "x", 0, *instant).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut tx = db.read().await.unwrap();
    let read: Vec<Timestamp> =
        on!(&mut tx, |c| sqlx::query_scalar("SELECT created_at FROM teams ORDER BY created_at").fetch_all(c).await)
            .unwrap();
    assert_eq!(read, instants);
    let since: Vec<Timestamp> =
        on!(&mut tx, |c| sqlx::query_scalar("SELECT created_at FROM teams WHERE created_at > $1 ORDER BY 1")
            .bind(instants[2])
            .fetch_all(c)
            .await)
        .unwrap();
    assert_eq!(since, instants[3..]);
}

/// Trap 4.
async fn a_failed_statement_poisons_the_rest_of_the_transaction(db: TestDb) {
    let now = db.env().now();
    let mut tx = db.write().await.unwrap();
    insert(&mut tx, 1, "a", 0, now).await.unwrap();
    assert!(matches!(insert(&mut tx, 1, "again", 0, now).await, Err(StoreError::Duplicate(_))));
    assert!(matches!(insert(&mut tx, 2, "b", 0, now).await, Err(StoreError::Poisoned)));
    assert!(matches!(tx.commit().await, Err(StoreError::Poisoned)));
    assert_eq!(count(&db, "SELECT count(*) FROM teams").await, 0);
    // Absence is an answer, not a failure.
    let mut tx = db.write().await.unwrap();
    let absent: Result<i64, _> =
        on!(&mut tx, |c| sqlx::query_scalar("SELECT size FROM teams WHERE name = 'x'").fetch_one(c).await);
    assert!(matches!(absent, Err(StoreError::NotFound)));
    insert(&mut tx, 1, "a", 0, now).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(count(&db, "SELECT count(*) FROM teams").await, 1);
}

/// Trap 5.
async fn a_write_in_a_reading_transaction_fails(db: TestDb) {
    let mut tx = db.read().await.unwrap();
    assert!(matches!(insert(&mut tx, 1, "a", 0, db.env().now()).await, Err(StoreError::ReadOnly)));
    let mut tx = db.read_one().await.unwrap();
    assert!(matches!(insert(&mut tx, 1, "a", 0, db.env().now()).await, Err(StoreError::ReadOnly)));
}

/// Trap 6.
async fn sums_and_averages_need_their_casts_and_then_agree(db: TestDb) {
    let mut tx = db.write().await.unwrap();
    for n in 1..=4 {
        insert(&mut tx, n, "x", i64::try_from(n).unwrap(), db.env().now()).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut tx = db.read().await.unwrap();
    let sums = "SELECT CAST(sum(size) AS BIGINT), CAST(avg(size) AS DOUBLE PRECISION), count(*) FILTER (WHERE size > 2) FROM teams";
    let row: (i64, f64, i64) = on!(&mut tx, |c| sqlx::query_as(sums).fetch_one(c).await).unwrap();
    assert_eq!(row, (10, 2.5, 2));
}

/// Trap 7.
async fn names_are_found_and_sorted_by_their_folded_key(db: TestDb) {
    let mut tx = db.write().await.unwrap();
    for (name, n) in ["Phường ĐỐNG ĐA", "Ấp Bắc", "Đan Phượng", "zone", "Cửa Nam"].into_iter().zip(0..)
    {
        insert(&mut tx, n, name, 0, db.env().now()).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut tx = db.read().await.unwrap();
    let found: Vec<String> = on!(&mut tx, |c| sqlx::query_scalar("SELECT name FROM teams WHERE name_key LIKE $1")
        .bind(format!("%{}%", text::fold("đống đa")))
        .fetch_all(c)
        .await)
    .unwrap();
    assert_eq!(found, ["Phường ĐỐNG ĐA"]);
    let sorted: Vec<String> =
        on!(&mut tx, |c| sqlx::query_scalar("SELECT name FROM teams ORDER BY name_key").fetch_all(c).await).unwrap();
    assert_eq!(sorted, ["Ấp Bắc", "Cửa Nam", "Đan Phượng", "Phường ĐỐNG ĐA", "zone"]);
}

/// Trap 8.
async fn text_sorts_by_its_bytes(db: TestDb) {
    let mut tx = db.write().await.unwrap();
    for (name, n) in ["đ", "a", "Z", "z", "B", "_", "a b"].into_iter().zip(0..) {
        insert(&mut tx, n, name, 0, db.env().now()).await.unwrap();
    }
    let sorted: Vec<String> =
        on!(&mut tx, |c| sqlx::query_scalar("SELECT name FROM teams ORDER BY name").fetch_all(c).await).unwrap();
    assert_eq!(sorted, ["B", "Z", "_", "a", "a b", "z", "đ"]);
}

/// Trap 9.
async fn a_number_inside_json_reads_as_a_number_when_cast(db: TestDb) {
    let mut tx = db.write().await.unwrap();
    insert(&mut tx, 1, "x", 0, db.env().now()).await.unwrap();
    on!(&mut tx, |c| sqlx::query(r#"UPDATE teams SET spec = '{"n": 7}'"#).execute(c).await.map(drop)).unwrap();
    let n: i64 =
        on!(&mut tx, |c| sqlx::query_scalar("SELECT CAST(spec ->> 'n' AS BIGINT) FROM teams").fetch_one(c).await)
            .unwrap();
    assert_eq!(n, 7);
}

/// Trap 10: in a STRICT table no text turns into a number by itself, and ids stay the bytes they are.
async fn a_text_column_gives_back_the_text_it_was_given(db: TestDb) {
    struct Team;
    let mut tx = db.write().await.unwrap();
    insert(&mut tx, 5, "5", 0, db.env().now()).await.unwrap();
    let (id, name): (Id<Team>, String) =
        on!(&mut tx, |c| sqlx::query_as("SELECT id, name FROM teams").fetch_one(c).await).unwrap();
    assert_eq!((id.uuid(), name.as_str()), (Uuid::from_u128(5), "5"));
    let wrong = on!(&mut tx, |c| sqlx::query("UPDATE teams SET size = 'many'").execute(c).await.map(drop));
    assert!(wrong.is_err());
}

/// Trap 11.
async fn constraints_are_told_apart_by_kind(db: TestDb) {
    let now = db.env().now();
    let mut tx = db.write().await.unwrap();
    insert(&mut tx, 1, "a", 0, now).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = db.write().await.unwrap();
    assert!(matches!(insert(&mut tx, 2, "b", -1, now).await, Err(StoreError::Constraint(_))));
    drop(tx);
    assert!(matches!(run(&db, "UPDATE teams SET name = NULL").await, Err(StoreError::Constraint(_))));
    let mut tx = db.write().await.unwrap();
    let orphan = on!(&mut tx, |c| sqlx::query("UPDATE teams SET parent = $1")
        .bind(Uuid::from_u128(9))
        .execute(c)
        .await
        .map(drop));
    assert!(matches!(orphan, Err(StoreError::Reference(_))));
    drop(tx);
    let mut tx = db.write().await.unwrap();
    assert!(matches!(insert(&mut tx, 1, "b", 0, now).await, Err(StoreError::Duplicate(_))));
}

/// Trap 12.
async fn errors_show_no_text_of_the_database(db: TestDb) {
    let mut tx = db.write().await.unwrap();
    insert(&mut tx, 1, "CANARY", 0, db.env().now()).await.unwrap();
    let error = insert(&mut tx, 1, "CANARY", 0, db.env().now()).await.unwrap_err();
    assert_eq!(error.to_string(), "a row with this key exists already");
    drop(tx);
    let error = run(&db, "SELECT no_such_column FROM teams").await.unwrap_err();
    assert_eq!(error.to_string(), "the database failed");
}

/// Trap 13.
async fn statements_of_one_engine_alone_are_found_by_preparing(db: TestDb) {
    prepare_all(&db, &["SELECT name FROM teams WHERE id = $1"]).await.unwrap();
    let locking = prepare_all(&db, &["SELECT 1", "SELECT name FROM teams FOR UPDATE"]).await;
    assert_eq!(locking.is_err(), db.is_sqlite());
    let error = prepare_all(&db, &["SELECT nonsense FROM teams"]).await.unwrap_err();
    assert!(error.to_string().starts_with("SELECT nonsense FROM teams"));
}

/// Trap 14.
async fn the_portable_forms_prepare_and_agree(db: TestDb) {
    let mut tx = db.write().await.unwrap();
    for n in 1..=3 {
        insert(&mut tx, n, "x", i64::try_from(n).unwrap(), db.env().now()).await.unwrap();
    }
    let upsert = "INSERT INTO teams (id, name, name_key, size, created_at, revision) VALUES ($1, $2, $2, 9, $3, 1)
        ON CONFLICT (id) DO UPDATE SET size = excluded.size, name = excluded.name RETURNING size";
    let size: i64 = on!(&mut tx, |c| sqlx::query_scalar(upsert)
        .bind(Uuid::from_u128(2))
        .bind("y")
        .bind(db.env().now())
        .fetch_one(c)
        .await)
    .unwrap();
    assert_eq!(size, 9);
    let nothing: Option<i64> = on!(&mut tx, |c| sqlx::query_scalar(
        "INSERT INTO teams (id, name, name_key, size, created_at, revision) VALUES ($1, 'z', 'z', 0, $2, 1) ON CONFLICT DO NOTHING RETURNING size"
    )
    .bind(Uuid::from_u128(2))
    .bind(db.env().now())
    .fetch_optional(c)
    .await)
    .unwrap();
    assert_eq!(nothing, None);
    let after: Vec<i64> = on!(&mut tx, |c| sqlx::query_scalar(
        "SELECT size FROM teams WHERE (name, size) > ($1, $2) ORDER BY name, size"
    )
    .bind("x")
    .bind(1_i64)
    .fetch_all(c)
    .await)
    .unwrap();
    assert_eq!(after, [3, 9]);
    let optional = "SELECT count(*) FROM teams WHERE (CAST($1 AS TEXT) IS NULL OR name = $1) AND code IS NOT DISTINCT FROM CAST($2 AS TEXT)";
    for (name, expected) in [(None, 3_i64), (Some("x"), 2)] {
        let n: i64 =
            on!(&mut tx, |c| sqlx::query_scalar(optional).bind(name).bind(None::<&str>).fetch_one(c).await).unwrap();
        assert_eq!(n, expected);
    }
    let ranked: Vec<i64> = on!(&mut tx, |c| sqlx::query_scalar(
        "SELECT rank() OVER (ORDER BY size DESC) FROM teams ORDER BY code NULLS LAST, size"
    )
    .fetch_all(c)
    .await)
    .unwrap();
    assert_eq!(ranked, [3, 2, 1]);
    let cte =
        "WITH big AS (SELECT id FROM teams WHERE size > 2) UPDATE teams SET size = 0 WHERE id IN (SELECT id FROM big)";
    let changed = on!(&mut tx, |c| sqlx::query(cte).execute(c).await.map(|d| d.rows_affected())).unwrap();
    assert_eq!(changed, 2);
}

/// Trap 15.
async fn lists_are_bound_by_a_query_builder(db: TestDb) {
    let mut tx = db.write().await.unwrap();
    for n in 1..=3 {
        insert(&mut tx, n, "x", i64::try_from(n).unwrap(), db.env().now()).await.unwrap();
    }
    let wanted = [Uuid::from_u128(1), Uuid::from_u128(3)];
    let sizes: Vec<i64> = on!(&mut tx, |c| {
        let mut query = sqlx::QueryBuilder::new("SELECT size FROM teams WHERE id IN (");
        let mut list = query.separated(", ");
        for id in wanted {
            list.push_bind(id);
        }
        query.push(") ORDER BY size");
        query.build_query_scalar().fetch_all(c).await
    })
    .unwrap();
    assert_eq!(sizes, [1, 3]);
}
