//! Statements and tables on both engines.

use std::collections::BTreeSet;

use hoagiai_registry::{
    MIGRATIONS,
    store::{DIRECTORY_STATEMENTS, STATEMENTS, TRAINING_STATEMENTS},
};
use hoagiai_store::{on, prepare_all};
use hoagiai_testkit::engines::{Engine, TestDb};

fn block_on<F: Future<Output = ()>>(test: F) {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(test);
}

#[test]
fn every_statement_prepares_on_both_engines() {
    block_on(async {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let db = TestDb::of(engine, "registry", MIGRATIONS).await.unwrap();
            prepare_all(&db, STATEMENTS).await.unwrap();
            for statements in TRAINING_STATEMENTS.iter().chain([&DIRECTORY_STATEMENTS]) {
                prepare_all(&db, statements).await.unwrap();
            }
            db.remove().await;
        }
    });
}

const SQLITE: &str = "SELECT m.name || '.' || c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
    WHERE m.type = 'table' ORDER BY 1";
const POSTGRES: &str = "SELECT table_name || '.' || column_name FROM information_schema.columns
    WHERE table_schema = 'public' ORDER BY 1";

#[test]
fn both_migration_sets_yield_the_same_columns() {
    const OURS: &[&str] = &[
        "absences.",
        "acting_leaders.",
        "area_exceptions.",
        "attachments.",
        "candidacies.",
        "ceasings.",
        "commendations.",
        "contest_results.",
        "contests.",
        "deadlines.",
        "directory_contacts.",
        "duplicates.",
        "elections.",
        "leader_terms.",
        "leader_votes.",
        "mediator_identities.",
        "mediator_versions.",
        "mediators.",
        "recognition_lists.",
        "reorganizations.",
        "roster_imports.",
        "team_moves.",
        "team_reviews.",
        "team_successions.",
        "team_versions.",
        "teams.",
        "trainers.",
        "training_attendance.",
        "training_certificates.",
        "training_courses.",
        "training_sessions.",
        "unit_edges.",
        "unit_imports.",
        "unit_lineage.",
        "unit_register.",
        "unit_versions.",
        "units.",
    ];
    block_on(async {
        let mut columns = Vec::new();
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let db = TestDb::of(engine, "registry", MIGRATIONS).await.unwrap();
            let mut tx = db.read().await.unwrap();
            let sql = if engine == Engine::Sqlite { SQLITE } else { POSTGRES };
            let found: Vec<String> = on!(&mut tx, |c| sqlx::query_scalar(sql).fetch_all(c).await).unwrap();
            drop(tx);
            let ours = |column: &String| OURS.iter().any(|table| column.starts_with(table));
            columns.push(found.into_iter().filter(ours).collect::<BTreeSet<String>>());
            db.remove().await;
        }
        assert_eq!(columns[0], columns[1]);
        assert!(columns[0].len() > 100, "{}", columns[0].len());
    });
}
