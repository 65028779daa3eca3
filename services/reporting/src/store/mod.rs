//! Tables of reporting: SQL and rows. Every statement stands in [`STATEMENTS`], which a test prepares on both engines.

pub mod explain;
pub mod facts;
pub mod places;
pub mod tables;
pub mod trainings;
pub mod units;

/// Every statement of the service.
pub const STATEMENTS: &[&[&str]] =
    &[explain::STATEMENTS, facts::STATEMENTS, places::STATEMENTS, tables::STATEMENTS, units::STATEMENTS];

/// The migrations of both engines: the same file names, the same columns.
pub static MIGRATIONS: hoagiai_store::Migrations = hoagiai_store::Migrations { sqlite: &SQLITE, postgres: &POSTGRES };

static SQLITE: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: sqlx::migrate::Migrator = sqlx::migrate!("migrations/postgres");
