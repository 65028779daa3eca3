//! The statements run on both engines, and both migration sets make the same tables.

use std::collections::BTreeSet;

use hoagiai_case::{MIGRATIONS, STATEMENTS};
use hoagiai_store::prepare_all;
use hoagiai_testkit::{engines::TestDb, on_each_engine, schema::same_columns};

on_each_engine!(MIGRATIONS; every_statement_prepares);

async fn every_statement_prepares(db: TestDb) {
    for statements in STATEMENTS {
        prepare_all(&db, statements).await.unwrap();
    }
}

#[tokio::test]
async fn both_migrations_make_the_same_columns() {
    let found = same_columns("cases", MIGRATIONS).await.unwrap();
    let tables: BTreeSet<&str> = found.iter().map(|(table, ..)| table.as_str()).collect();
    let expected =
        ["cases", "handovers", "known_absences", "known_leaders", "known_mediators", "known_teams", "register_books"];
    assert_eq!(tables, BTreeSet::from(expected));
    assert_eq!(found.len(), 25 + 12 + 6 + 4 + 5 + 3 + 4);
}
