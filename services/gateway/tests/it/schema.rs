//! Both engines keep the same columns and understand every statement.

use std::collections::{BTreeMap, BTreeSet};

use hoagiai_gateway::{MIGRATIONS, store::STATEMENTS};
use hoagiai_store::prepare_all;
use hoagiai_testkit::engines::TestDb;

hoagiai_testkit::on_each_engine!(MIGRATIONS; every_statement_prepares);

async fn every_statement_prepares(test: TestDb) {
    for statements in STATEMENTS {
        prepare_all(&test.db, statements).await.unwrap();
    }
}

/// Tables and their columns as the text of a migration names them.
fn columns(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut table = None;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("CREATE TABLE ") {
            table = name.split_whitespace().next().map(str::to_owned);
        } else if line.starts_with(')') {
            table = None;
        } else if let (Some(table), Some(column)) = (&table, line.split_whitespace().next()) {
            tables.entry(table.clone()).or_default().insert(column.to_owned());
        }
    }
    tables
}

#[test]
fn both_engines_have_the_same_columns() {
    let texts = |migrations: &sqlx::migrate::Migrator| -> (Vec<String>, String) {
        let name = |m: &sqlx::migrate::Migration| format!("{} {}", m.version, m.description);
        (migrations.iter().map(name).collect(), migrations.iter().map(|m| m.sql.as_str().to_owned()).collect())
    };
    let (sqlite, postgres) = (texts(MIGRATIONS.sqlite), texts(MIGRATIONS.postgres));
    assert_eq!(sqlite.0, postgres.0);
    assert_eq!(columns(&sqlite.1), columns(&postgres.1));
    assert!(columns(&sqlite.1).len() >= 6);
}
