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

use hoagiai_runtime::{BoxError, Service, Setup};
use hoagiai_store::{FeedSource, Migrations, follow};

pub use config::Config;
pub use feeds::registry::Registry;
pub use store::STATEMENTS;

/// The tables of this service.
pub const MIGRATIONS: Migrations = Migrations { sqlite: &SQLITE, postgres: &POSTGRES };

static SQLITE: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: sqlx::migrate::Migrator = sqlx::migrate!("migrations/postgres");

/// The name of the service and of its journal.
pub const NAME: &str = "cases";

/// The service, fed by the registry's journal.
///
/// # Errors
/// Its database does not open, or its configuration does not fit.
pub async fn service_on(
    setup: &Setup,
    db: hoagiai_store::Db,
    source: impl FeedSource + 'static,
) -> Result<Service, BoxError> {
    let config: Config = setup.config()?;
    let terms = Arc::new(rules::embedded()?);
    let cases = usecases::Cases { db: db.clone(), env: setup.env().clone(), terms };
    let api = api::Api::new(cases, config.catch_up());
    Ok(Service::new(NAME)
        .grpc(api.case_service())
        .grpc(api.register_book_service())
        .task("follow the registry", follow(db, source, Registry, setup.shutdown())))
}
