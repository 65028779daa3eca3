//! Tables of the gateway: SQL and rows. Every statement stands in [`STATEMENTS`], which a test prepares on both engines.

use hoagiai_store::{Sealed, StoreError, Tx};

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

/// What was sealed; none: it does not open any more, because it was altered or its key is gone. The operator is told, and what
/// stands behind it in a line does not wait for it.
async fn opened(
    tx: &mut Tx,
    context: &'static str,
    sealed: &[u8],
    row: impl std::fmt::Display,
) -> Result<Option<Vec<u8>>, StoreError> {
    let content = match Sealed::from_bytes(sealed) {
        Ok(sealed) => tx.unseal(context, &sealed).await,
        Err(error) => Err(error),
    };
    let error = match content {
        Ok(Some(content)) => return Ok(Some(content)),
        Ok(None) => StoreError::Erased,
        Err(error @ (StoreError::Unsealable | StoreError::Keys(_) | StoreError::Inconsistent { .. })) => error,
        Err(error) => return Err(error),
    };
    tracing::error!(%error, %row, context, "what is to be sent does not open");
    Ok(None)
}

/// A builder for the engine of a connection.
fn builder<'c, E: sqlx::Executor<'c>>(_: &E, start: &'static str) -> sqlx::QueryBuilder<E::Database> {
    sqlx::QueryBuilder::new(start)
}
