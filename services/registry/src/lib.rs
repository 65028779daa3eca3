//! The registry of units, teams and mediators: composition root. What it does is in `usecases`, what it must is in
//! `domain`.

mod api;
pub mod config;
mod directory_rules;
pub mod domain;
mod error;
mod events;
mod faults;
mod feeds;
mod lookup_rules;
mod papers;
mod rules;
pub mod store;
mod training_rules;
mod usecases;

use std::sync::Arc;

use hoagiai_proto::registry::v1::{
    award_service_server::AwardServiceServer, deadline_service_server::DeadlineServiceServer,
    directory_service_server::DirectoryServiceServer, document_service_server::DocumentServiceServer,
    duplicate_service_server::DuplicateServiceServer, lookup_service_server::LookupServiceServer,
    mediator_service_server::MediatorServiceServer, roster_service_server::RosterServiceServer,
    team_service_server::TeamServiceServer, training_service_server::TrainingServiceServer,
    unit_service_server::UnitServiceServer,
};
use hoagiai_runtime::{BoxError, Counter, Service, Setup};
use hoagiai_store::{Db, Migrations};
use hoagiai_types::Env;
use tokio_util::sync::CancellationToken;

use crate::{
    papers::Papers,
    usecases::{Data, Registry},
};

/// The tables of the registry, for both engines.
pub static MIGRATIONS: Migrations = Migrations {
    sqlite: &{ sqlx::migrate!("migrations/sqlite") },
    postgres: &{ sqlx::migrate!("migrations/postgres") },
};

/// Builds the registry: opens and migrates its database, reads its rules, serves its contract.
///
/// # Errors
/// The database cannot be opened, or the configuration or the rules are not readable.
pub async fn service(setup: &Setup) -> Result<Service, BoxError> {
    let config: config::Config = setup.config()?;
    let rules = match &config.rules {
        Some(path) => rules::parse(&std::fs::read_to_string(path)?)?,
        None => rules::parse(rules::EMBEDDED)?,
    };
    let training = match &config.training_rules {
        Some(path) => training_rules::parse(&std::fs::read_to_string(path)?)?,
        None => training_rules::parse(training_rules::EMBEDDED)?,
    };
    let is_role = |name: &str| name.parse::<hoagiai_identity::Role>().is_ok();
    let directory = match &config.directory_rules {
        Some(path) => directory_rules::parse(&std::fs::read_to_string(path)?, is_role)?,
        None => directory_rules::parse(directory_rules::EMBEDDED, is_role)?,
    };
    let lookups = match &config.lookup_rules {
        Some(path) => lookup_rules::parse(&std::fs::read_to_string(path)?, is_role)?,
        None => lookup_rules::parse(lookup_rules::EMBEDDED, is_role)?,
    };
    let papers = match &config.documents {
        Some(folder) => Papers::of_folder(folder)?,
        None => Papers::embedded()?,
    };
    let data = Data {
        rules: Arc::new(rules),
        training: Arc::new(training),
        directory: Arc::new(directory),
        lookups: Arc::new(lookups),
        papers: Arc::new(papers),
    };
    let db = setup.open_db("registry", MIGRATIONS).await?;
    let refused = setup.counter("hoagiai.registry.lookups_refused", "Identity numbers refused for a used-up quota.");
    Ok(compose(db, setup.env().clone(), data, refused, setup.shutdown()))
}

fn compose(db: Db, env: Env, data: Data, lookups_refused: Counter, shutdown: CancellationToken) -> Service {
    let names = Arc::new(feeds::Names::new());
    let registry = Registry::new(db.clone(), env.clone(), data, names.clone(), lookups_refused);
    let api = api::Api::new(registry, env);
    Service::new("registry")
        .grpc(UnitServiceServer::new(api.clone()))
        .grpc(TeamServiceServer::new(api.clone()))
        .grpc(DeadlineServiceServer::new(api.clone()))
        .grpc(DuplicateServiceServer::new(api.clone()))
        .grpc(LookupServiceServer::new(api.clone()))
        .grpc(MediatorServiceServer::new(api.clone()))
        .grpc(TrainingServiceServer::new(api.clone()))
        .grpc(AwardServiceServer::new(api.clone()))
        .grpc(DocumentServiceServer::new(api.clone()))
        .grpc(DirectoryServiceServer::new(api.clone()))
        .grpc(RosterServiceServer::new(api))
        .task("names", feeds::follow_names(db.clone(), names, shutdown))
        .db(db)
}
