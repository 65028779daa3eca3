//! The codec behind a real server: what a wrong request is answered with.

use tonic::codegen::http::uri::PathAndQuery;
use tonic::{Code, Request, Response, Status};
use tonic_types::StatusExt;

use super::generated::hoagiai::rules::v1::rule_service_server::{RuleService, RuleServiceServer};
use super::generated::hoagiai::rules::v1::{CheckRequest, CheckResponse, Person, check_request};
use crate::codec::{self, Codec, DOMAIN, Listing as _, Request as _};

struct Service;

#[tonic::async_trait]
impl RuleService for Service {
    async fn check(&self, _: Request<CheckRequest>) -> Result<Response<CheckResponse>, Status> {
        Ok(Response::new(CheckResponse::default()))
    }
}

/// Calls the service in process with any message as the request.
async fn call<E: prost::Message + Send + Sync + 'static>(request: E) -> Result<CheckResponse, Status> {
    let mut client = tonic::client::Grpc::new(RuleServiceServer::new(Service));
    client.ready().await.unwrap();
    let path = PathAndQuery::from_static("/hoagiai.rules.v1.RuleService/Check");
    let codec: Codec<E, CheckResponse> = Codec::default();
    Ok(client.unary(Request::new(request), path, codec).await?.into_inner())
}

#[tokio::test]
async fn an_invalid_request_is_answered_with_every_fault_in_both_languages() {
    let status = call(CheckRequest { month: 13, ..CheckRequest::default() }).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    let details = status.get_error_details();
    let info = details.error_info().unwrap();
    assert_eq!((info.reason.as_str(), info.domain.as_str()), (codec::INVALID_FIELDS, DOMAIN));
    let fields = &details.bad_request().unwrap().field_violations;
    let found: Vec<(&str, &str)> = fields.iter().map(|f| (f.field.as_str(), f.reason.as_str())).collect();
    assert_eq!(found, [("required", "REQUIRED"), ("month", "OUT_OF_RANGE"), ("decision", "REQUIRED")]);
    assert!(fields.iter().all(|f| f.localized_message.as_ref().is_some_and(|m| m.locale == "vi-VN")));
    assert_eq!(details.localized_message().unwrap().locale, "vi-VN");
}

#[tokio::test]
async fn a_malformed_request_is_answered_without_names_of_types() {
    // Field 2 of the request is a text; here it is not UTF-8.
    let status = call(NotText { bytes: vec![0xff, 0xfe] }).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(status.get_error_details().error_info().unwrap().reason, codec::MALFORMED_MESSAGE);
    assert!(!format!("{status:?}").contains("CheckRequest"));
}

#[derive(Clone, PartialEq, prost::Message)]
struct NotText {
    #[prost(bytes = "vec", tag = "2")]
    bytes: Vec<u8>,
}

#[tokio::test]
async fn an_answer_is_not_validated_by_the_client() {
    let request = CheckRequest {
        required: "x".into(),
        decision: Some(check_request::Decision::Decider(Person { full_name: "An".into() })),
        ..CheckRequest::default()
    };
    assert_eq!(call(request).await.unwrap(), CheckResponse::default());
}

#[test]
fn a_request_knows_its_method_and_its_idempotency_key() {
    assert_eq!(CheckRequest::METHOD, "/hoagiai.rules.v1.RuleService/Check");
    let request = CheckRequest { request_id: "k".into(), plain: "p".into(), ..CheckRequest::default() };
    assert_eq!(request.request_id(), Some("k"));
    assert_eq!(request.without_request_id(), CheckRequest { plain: "p".into(), ..CheckRequest::default() });
    assert_eq!(CheckRequest::default().request_id(), None);
}

#[test]
fn positions_to_wait_for_are_no_part_of_what_is_repeated() {
    use crate::{cases::v1::ReceiveCaseRequest, evaluation::v1::SelfAssessRequest};
    let receive = ReceiveCaseRequest { team_id: "t".into(), ..ReceiveCaseRequest::default() };
    let again = ReceiveCaseRequest { request_id: "k".into(), at_least: 7, ..receive.clone() };
    assert_eq!(again.without_request_id(), receive);
    let assess = SelfAssessRequest { registry_at_least: 1, cases_at_least: 2, ..SelfAssessRequest::default() };
    assert_eq!(assess.without_request_id(), SelfAssessRequest::default());
}

#[test]
fn a_list_request_knows_its_page_and_what_must_stay_equal() {
    let request = CheckRequest { page_size: 7, page_token: "t".into(), plain: "p".into(), ..CheckRequest::default() };
    assert_eq!(request.page(), (7, "t"));
    assert_eq!(request.filter(), CheckRequest { plain: "p".into(), ..CheckRequest::default() });
}
