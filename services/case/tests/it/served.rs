//! The service as the runtime serves it: layers, access table, health.

use hoagiai_case::{NAME, service};
use hoagiai_identity::{Area, Grant, Role};
use hoagiai_proto::cases::v1::{self as pb, case_service_client::CaseServiceClient};
use hoagiai_runtime::Part;
use hoagiai_testkit::server::{self, TestServer};
use hoagiai_types::Uuid;
use tonic::Code::{self, InvalidArgument, NotFound, PermissionDenied, Unauthenticated};

use crate::world::refused;

/// The service alone; its registry never answers, which must not keep it from serving.
async fn alone() -> TestServer {
    let peers = "[peers]\nregistry = \"http://127.0.0.1:9\"";
    server::of([Part::new(NAME, service)]).configuration(peers).start().await.unwrap()
}

async fn get(server: &TestServer, role: Role, id: &str) -> (Code, String) {
    let caller = server.calling_as("someone", vec![Grant::of(role, Area::Everywhere)]).unwrap();
    let request = pb::GetCaseRequest { case_id: id.to_owned(), view: pb::CaseView::Full.into() };
    refused(CaseServiceClient::new(caller).get_case(request).await)
}

#[tokio::test]
async fn the_service_serves_behind_the_layers_without_its_registry() {
    let server = alone().await;
    let id = Uuid::from_u128(7).to_string();
    assert_eq!(get(&server, Role::Auditor, &id).await, (NotFound, "CASE_NOT_FOUND".to_owned()));
    assert_eq!(get(&server, Role::CityFront, &id).await.0, PermissionDenied);
    assert_eq!(get(&server, Role::Auditor, "not an id").await.0, InvalidArgument);
    let request = pb::GetCaseRequest { case_id: id, ..pb::GetCaseRequest::default() };
    let answer = CaseServiceClient::new(server.anonymous().unwrap()).get_case(request).await;
    assert_eq!(refused(answer).0, Unauthenticated);
    server.stop().await;
}
