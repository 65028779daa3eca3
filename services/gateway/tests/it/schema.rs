//! Both engines keep the same columns and understand every statement.

use std::collections::BTreeSet;

use hoagiai_gateway::{MIGRATIONS, store::STATEMENTS};
use hoagiai_store::prepare_all;
use hoagiai_testkit::{engines::TestDb, schema::same_columns};

hoagiai_testkit::on_each_engine!(MIGRATIONS; every_statement_prepares);

async fn every_statement_prepares(test: TestDb) {
    for statements in STATEMENTS {
        prepare_all(&test.db, statements).await.unwrap();
    }
}

#[tokio::test]
async fn both_engines_have_the_same_columns() {
    let columns = same_columns("gateway", MIGRATIONS).await.unwrap();
    let tables: BTreeSet<String> = columns.into_iter().map(|(table, ..)| table).collect();
    assert!(tables.len() >= 6, "{tables:?}");
}
