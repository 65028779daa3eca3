//! Tables of evaluation: SQL and rows. Every statement stands in [`STATEMENTS`], which a test prepares on both engines.

pub mod assessments;
pub mod cycles;
pub mod facts;

/// Every statement of the service.
pub const STATEMENTS: &[&[&str]] = &[cycles::STATEMENTS, assessments::STATEMENTS, facts::STATEMENTS];

/// The migrations of both engines: the same file names, the same columns.
pub static MIGRATIONS: hoagiai_store::Migrations = hoagiai_store::Migrations { sqlite: &SQLITE, postgres: &POSTGRES };

static SQLITE: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: sqlx::migrate::Migrator = sqlx::migrate!("migrations/postgres");
