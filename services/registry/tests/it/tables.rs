//! Statements and tables on both engines.

use std::collections::BTreeSet;

use hoagiai_registry::{
    MIGRATIONS,
    store::{DIRECTORY_STATEMENTS, LOOKUP_STATEMENTS, STATEMENTS, TRAINING_STATEMENTS},
};
use hoagiai_store::{on, prepare_all};
use hoagiai_testkit::{
    engines::{Engine, TestDb},
    schema::same_columns,
};

fn block_on<F: Future<Output = ()>>(test: F) {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(test);
}

#[test]
fn every_statement_prepares_on_both_engines() {
    block_on(async {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let db = TestDb::of(engine, "registry", MIGRATIONS).await.unwrap();
            prepare_all(&db, STATEMENTS).await.unwrap();
            for statements in TRAINING_STATEMENTS.iter().chain([&DIRECTORY_STATEMENTS, &LOOKUP_STATEMENTS]) {
                prepare_all(&db, statements).await.unwrap();
            }
            db.remove().await;
        }
    });
}

#[test]
fn both_migration_sets_yield_the_same_columns() {
    block_on(async {
        assert!(same_columns("registry", MIGRATIONS).await.unwrap().len() > 300);
    });
}

/// The tables that keep their past; a new one belongs here.
const WITH_PAST: &[&str] = &[
    "absences",
    "attachments",
    "ceasings",
    "commendations",
    "contests",
    "deadlines",
    "duplicates",
    "leader_terms",
    "recognition_lists",
    "trainers",
    "training_certificates",
    "training_courses",
    "training_sessions",
];

const SQLITE_COLUMNS: &str = "SELECT m.name || '.' || c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
    WHERE m.type IN ('table', 'view') ORDER BY 1";
const POSTGRES_COLUMNS: &str = "SELECT table_name || '.' || column_name FROM information_schema.columns
    WHERE table_schema = 'public' ORDER BY 1";
const SQLITE_TRIGGERS: &str = "SELECT name || ' ' || sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY 1";
const POSTGRES_TRIGGERS: &str =
    "SELECT t.tgname || ' ' || p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal ORDER BY 1";

#[test]
fn every_column_of_a_table_that_keeps_its_past_is_in_its_past_its_trigger_and_its_view() {
    block_on(async {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let db = TestDb::of(engine, "registry", MIGRATIONS).await.unwrap();
            let mut tx = db.read().await.unwrap();
            let (columns, triggers) = if engine == Engine::Sqlite {
                (SQLITE_COLUMNS, SQLITE_TRIGGERS)
            } else {
                (POSTGRES_COLUMNS, POSTGRES_TRIGGERS)
            };
            let all: Vec<String> = on!(&mut tx, |c| sqlx::query_scalar(columns).fetch_all(c).await).unwrap();
            let triggers: Vec<String> = on!(&mut tx, |c| sqlx::query_scalar(triggers).fetch_all(c).await).unwrap();
            drop(tx);
            let of = |table: String| -> BTreeSet<&str> {
                all.iter().filter_map(|column| column.strip_prefix(&format!("{table}."))).collect()
            };
            for table in WITH_PAST {
                let present = of((*table).to_owned());
                assert!(present.len() > 5, "{engine:?} {table}");
                let with = |more: &[&'static str]| present.iter().copied().chain(more.iter().copied()).collect();
                let past: BTreeSet<&str> = with(&["superseded_at"]);
                assert_eq!(of(format!("{table}_past")), past, "{engine:?} {table}");
                let known: BTreeSet<&str> = with(&["recorded_at", "superseded_at"]);
                assert_eq!(of(format!("{table}_known")), known, "{engine:?} {table}");
                let keeps = triggers.iter().find(|text| text.starts_with(&format!("{table}_keep "))).unwrap();
                for column in &present {
                    assert!(
                        keeps.contains(&format!("OLD.{column},")) || keeps.contains(&format!("OLD.{column}\n")),
                        "{engine:?} {table}.{column}"
                    );
                }
            }
            let pasts = all.iter().filter(|column| column.ends_with("_past.superseded_at")).count();
            assert_eq!(pasts, WITH_PAST.len(), "{engine:?}: a table that this test does not know keeps its past");
            db.remove().await;
        }
    });
}
