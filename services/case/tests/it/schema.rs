//! The statements run on both engines, and both migration sets make the same tables.

use hoagiai_case::{MIGRATIONS, STATEMENTS};
use hoagiai_store::prepare_all;
use hoagiai_testkit::{
    engines::{self, Engine, TestDb},
    on_each_engine,
};

on_each_engine!(MIGRATIONS; every_statement_prepares);

async fn every_statement_prepares(db: TestDb) {
    for statements in STATEMENTS {
        prepare_all(&db, statements).await.unwrap();
    }
}

const OURS: [&str; 7] =
    ["cases", "handovers", "known_absences", "known_leaders", "known_mediators", "known_teams", "register_books"];

/// Table, column and whether it must be filled, as an engine tells.
async fn columns(db: &TestDb) -> Vec<(String, String, i64)> {
    let sql = match db.engine {
        Engine::Sqlite => {
            "SELECT t.name, c.name, CAST(c.\"notnull\" AS BIGINT) FROM sqlite_master t, pragma_table_info(t.name) c \
             WHERE t.type = 'table'"
        }
        Engine::Postgres => {
            "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), \
             CAST(CASE is_nullable WHEN 'NO' THEN 1 ELSE 0 END AS BIGINT) \
             FROM information_schema.columns WHERE table_schema = 'public'"
        }
    };
    let mut tx = db.read_one().await.unwrap();
    let mut columns: Vec<(String, String, i64)> =
        hoagiai_store::on!(&mut tx, |c| sqlx::query_as(sql).fetch_all(c).await).unwrap();
    columns.retain(|(table, ..)| OURS.contains(&table.as_str()));
    columns.sort();
    columns
}

#[test]
fn both_migrations_make_the_same_columns() {
    engines::run(Engine::Postgres, MIGRATIONS, |postgres| async move {
        let sqlite = TestDb::fresh(Engine::Sqlite, MIGRATIONS).await.unwrap();
        let found = columns(&postgres).await;
        assert_eq!(found.len(), 25 + 12 + 6 + 4 + 5 + 3 + 4);
        assert_eq!(found, columns(&sqlite).await);
        sqlite.remove().await;
    });
}
