//! Tables of the gateway: SQL and rows. Every statement stands in [`STATEMENTS`], which a test prepares on both engines.

pub mod bus;
pub mod callbacks;
pub mod consumers;
pub mod credentials;
pub mod deliveries;
pub mod disclosures;
pub mod messages;
pub mod notices;
pub mod places;
pub mod role_assignments;
pub mod sessions;
pub mod spdci_subscriptions;
pub mod subscriptions;
pub mod upkeep;

/// Every statement of the service.
pub const STATEMENTS: &[&[&str]] = &[
    consumers::STATEMENTS,
    credentials::STATEMENTS,
    disclosures::STATEMENTS,
    subscriptions::STATEMENTS,
    deliveries::STATEMENTS,
    places::STATEMENTS,
    bus::STATEMENTS,
    messages::STATEMENTS,
    role_assignments::STATEMENTS,
    sessions::STATEMENTS,
    spdci_subscriptions::STATEMENTS,
    notices::STATEMENTS,
    callbacks::STATEMENTS,
    upkeep::STATEMENTS,
];

/// The migrations of both engines: the same file names, the same columns.
pub static MIGRATIONS: hoagiai_store::Migrations = hoagiai_store::Migrations { sqlite: &SQLITE, postgres: &POSTGRES };

static SQLITE: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: sqlx::migrate::Migrator = sqlx::migrate!("migrations/postgres");

/// A builder for the engine of a connection.
fn builder<'c, E: sqlx::Executor<'c>>(_: &E, start: &'static str) -> sqlx::QueryBuilder<E::Database> {
    sqlx::QueryBuilder::new(start)
}
