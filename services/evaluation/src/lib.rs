//! The evaluation service: criteria sets, yearly cycles, assessments of teams ("Tổ hòa giải 5 tốt").

pub mod api;
pub mod config;
pub mod domain;
pub mod error;
mod events;
pub mod feeds;
pub mod rules;
pub mod store;
pub mod usecases;

use hoagiai_proto::evaluation::v1::{
    assessment_service_server::AssessmentServiceServer, criteria_service_server::CriteriaServiceServer,
    cycle_service_server::CycleServiceServer,
};
use hoagiai_rpc::JournalFeed;
use hoagiai_runtime::{BoxError, Service, Setup};
use hoagiai_store::follow;

pub use store::MIGRATIONS;

/// Builds the service: its database, what it follows, what it serves.
///
/// # Errors
/// Configuration, rule data or database are not fit; the registry or the case service is nowhere to be found.
pub async fn service(setup: &Setup) -> Result<Service, BoxError> {
    let config = setup.config()?;
    let rules = rules::load_builtin()?;
    let db = setup.open_db("evaluation", MIGRATIONS).await?;
    let registry = JournalFeed::new(setup.stream_peer("registry")?, "registry");
    let cases = JournalFeed::new(setup.stream_peer("cases")?, "cases");
    let evaluation = usecases::Evaluation::new(db.clone(), setup.env().clone(), rules, config);
    Ok(Service::new("evaluation")
        .grpc(CriteriaServiceServer::new(api::Criteria(evaluation.clone())))
        .grpc(CycleServiceServer::new(api::Cycles(evaluation.clone())))
        .grpc(AssessmentServiceServer::new(api::Assessments(evaluation)))
        .task("follow registry", follow(db.clone(), registry, feeds::RegistryFacts, setup.shutdown()))
        .task("follow cases", follow(db.clone(), cases, feeds::CaseFacts, setup.shutdown()))
        .db(db))
}
