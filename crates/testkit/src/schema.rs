//! Whether both engines were given the same tables. The engines are asked, so that what a later migration adds counts too.

use std::collections::BTreeSet;

use anyhow::ensure;
use hoagiai_store::{Migrations, on};

use crate::engines::{Engine, TestDb};

/// A column: its table, its name, whether it must be filled.
pub type Column = (String, String, bool);

const SQLITE: &str = "SELECT m.name, c.name, c.\"notnull\" <> 0 OR c.pk > 0
    FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'";
const POSTGRES: &str = "SELECT CAST(c.table_name AS TEXT), CAST(c.column_name AS TEXT), c.is_nullable = 'NO'
    FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'";
/// Tables of the journal, which each engine has in its own way, and of the engines themselves.
const OTHERS: [&str; 7] = ["journal", "requests", "data_keys", "feed_", "_store_", "_sqlx_", "sqlite_"];

/// The columns of a service, once it is certain that they are the same on both engines.
///
/// # Errors
/// They differ: which ones; or no database can be had.
pub async fn same_columns(journal: &'static str, migrations: Migrations) -> anyhow::Result<BTreeSet<Column>> {
    let (sqlite, postgres) =
        (columns(Engine::Sqlite, journal, migrations).await?, columns(Engine::Postgres, journal, migrations).await?);
    let differ: Vec<&Column> = sqlite.symmetric_difference(&postgres).collect();
    ensure!(differ.is_empty(), "on one engine alone: {differ:?}");
    Ok(sqlite)
}

async fn columns(engine: Engine, journal: &'static str, migrations: Migrations) -> anyhow::Result<BTreeSet<Column>> {
    let db = TestDb::of(engine, journal, migrations).await?;
    let sql = if engine == Engine::Sqlite { SQLITE } else { POSTGRES };
    let mut tx = db.read_one().await?;
    let found: Vec<Column> = on!(&mut tx, |c| sqlx::query_as(sql).fetch_all(c).await)?;
    drop(tx);
    db.remove().await;
    Ok(found.into_iter().filter(|(table, ..)| !OTHERS.iter().any(|other| table.starts_with(other))).collect())
}
