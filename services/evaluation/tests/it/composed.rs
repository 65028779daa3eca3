//! The service as it is composed: it starts under the real layers even while what it follows is down.

use hoagiai_identity::{Area, Grant, Role};
use hoagiai_proto::evaluation::v1::{self as pb, criteria_service_client::CriteriaServiceClient};
use hoagiai_runtime::Part;
use hoagiai_testkit::server;
use tonic::Code;

#[tokio::test(flavor = "multi_thread")]
async fn the_service_starts_alone_and_asks_for_credentials() {
    let peers = "[peers]\nregistry = \"http://127.0.0.1:1\"\ncases = \"http://127.0.0.1:1\"";
    let starting = server::of([Part::new("evaluation", hoagiai_evaluation::service)]).configuration(peers);
    let server = starting.start().await.unwrap();
    let list = pb::ListCriteriaSetsRequest::default();
    let mut nobody = CriteriaServiceClient::new(server.anonymous().unwrap());
    assert_eq!(nobody.list_criteria_sets(list.clone()).await.unwrap_err().code(), Code::Unauthenticated);
    let grants = vec![Grant::of(Role::JusticeDepartment, Area::Everywhere)];
    let mut department = CriteriaServiceClient::new(server.calling_as("department", grants).unwrap());
    assert_eq!(department.list_criteria_sets(list).await.unwrap().into_inner().criteria_sets.len(), 2);
}
