//! The reporting service: forms as data, reports as pure functions of what the journals told.

pub mod api;
pub mod config;
pub mod domain;
pub mod error;
pub mod feeds;
pub mod rules;
pub mod store;
pub mod usecases;

use hoagiai_proto::reporting::v1::{
    form_service_server::FormServiceServer, report_service_server::ReportServiceServer,
};
use hoagiai_rpc::JournalFeed;
use hoagiai_runtime::{BoxError, Service, Setup};
use hoagiai_store::follow;

pub use store::MIGRATIONS;

/// Builds the service: its database, what it follows, what it serves.
///
/// # Errors
/// Configuration, forms or database are not fit; a service that it follows is nowhere to be found.
pub async fn service(setup: &Setup) -> Result<Service, BoxError> {
    let config = setup.config()?;
    let forms = rules::load_builtin()?;
    let db = setup.open_db("reporting", MIGRATIONS).await?;
    let registry = JournalFeed::new(setup.stream_peer("registry")?, "registry");
    let cases = JournalFeed::new(setup.stream_peer("cases")?, "cases");
    let evaluation = JournalFeed::new(setup.stream_peer("evaluation")?, "evaluation");
    let reporting = usecases::Reporting::new(db.clone(), setup.env().clone(), forms, config);
    Ok(Service::new("reporting")
        .grpc(FormServiceServer::new(api::FormsApi(reporting.clone())))
        .grpc(ReportServiceServer::new(api::ReportsApi(reporting)))
        .task("follow registry", follow(db.clone(), registry, feeds::RegistryFacts, setup.shutdown()))
        .task("follow cases", follow(db.clone(), cases, feeds::CaseFacts, setup.shutdown()))
        .task("follow evaluation", follow(db.clone(), evaluation, feeds::EvaluationFacts, setup.shutdown()))
        .db(db))
}
