//! The case service: cases and register books of grassroots mediation. Composition only.

pub mod api;
pub mod config;
pub mod domain;
pub mod error;
pub mod events;
pub mod feeds;
pub mod rules;
pub mod store;
pub mod usecases;

use std::sync::Arc;

use hoagiai_rpc::JournalFeed;
use hoagiai_runtime::{BoxError, Service, Setup};
use hoagiai_store::{Migrations, follow};

pub use config::Config;
pub use feeds::registry::Registry;
pub use store::STATEMENTS;

/// The tables of this service.
pub const MIGRATIONS: Migrations = Migrations { sqlite: &SQLITE, postgres: &POSTGRES };

static SQLITE: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: sqlx::migrate::Migrator = sqlx::migrate!("migrations/postgres");

/// The name of the service and of its journal.
pub const NAME: &str = "cases";

/// The service: its database, its contract, and what it follows of the registry.
///
/// # Errors
/// Its database does not open, its configuration does not fit, or the registry is nowhere to be found.
pub async fn service(setup: &Setup) -> Result<Service, BoxError> {
    let config: Config = setup.config()?;
    let terms = Arc::new(rules::embedded()?);
    let db = setup.open_db(NAME, MIGRATIONS).await?;
    let registry = JournalFeed::new(setup.stream_peer("registry")?, "registry");
    let cases = usecases::Cases { db: db.clone(), env: setup.env().clone(), terms };
    let api = api::Api::new(cases, config.catch_up());
    Ok(Service::new(NAME)
        .grpc(api.case_service())
        .grpc(api.register_book_service())
        .task("follow the registry", follow(db.clone(), registry, Registry, setup.shutdown()))
        .db(db))
}
