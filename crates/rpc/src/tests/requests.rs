//! Problems as statuses, purposes, deadlines, and what an outgoing call carries.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hoagiai_proto::registry::v1::ErrorReason;
use tonic::metadata::MetadataMap;
use tonic::service::Interceptor as _;
use tonic::{Code, Request};
use tonic_types::StatusExt;

use crate::channel::Outgoing;
use crate::{DOMAIN, Problem, Violations, convert, deadline, request};

#[test]
fn a_problem_tells_programs_and_people() {
    let problem = Problem::new(ErrorReason::NoQuorum).with("attending", 10).with("households", 40);
    let status = problem.status();
    assert_eq!(status.code(), Code::FailedPrecondition);
    let details = status.get_error_details();
    let info = details.error_info().unwrap();
    assert_eq!((info.reason.as_str(), info.domain.as_str()), ("NO_QUORUM", DOMAIN));
    assert_eq!(info.metadata["households"], "40");
    assert!(details.localized_message().unwrap().message.contains("10/40"));
    assert!(details.precondition_failure().is_some());
}

#[test]
fn every_fault_of_a_request_is_told_at_once() {
    let mut out = Violations::default();
    let date = hoagiai_proto::google::Date { year: 2026, month: 2, day: 30 };
    assert!(convert::need_date("valid_date", Some(&date), &mut out).is_none());
    assert!(convert::need_date("issue_date", None, &mut out).is_none());
    assert!(convert::need_id::<()>("team_id", "x", &mut out).is_none());
    assert!(convert::may_id::<()>("leader_id", "", &mut out).is_none());
    assert!(convert::may_etag("3", &mut out).is_none());
    let details = Problem::from(out.ok().unwrap_err()).status().get_error_details();
    let reasons: Vec<String> =
        details.bad_request().unwrap().field_violations.iter().map(|v| v.reason.clone()).collect();
    assert_eq!(reasons, ["NOT_A_DATE", "REQUIRED", "NOT_A_UUID", "NOT_AN_ETAG"]);
}

#[test]
fn dates_go_there_and_back() {
    for text in ["0001-01-01", "2024-02-29", "9999-12-31"] {
        let date: hoagiai_types::Date = text.parse().unwrap();
        assert_eq!(convert::read_date(&convert::date(date)), Some(date));
    }
}

#[test]
fn a_purpose_is_text_in_any_language() {
    let of = |value: &str| {
        let mut metadata = MetadataMap::new();
        metadata.insert(request::PURPOSE, value.parse().unwrap());
        request::purpose(&metadata)
    };
    assert_eq!(request::purpose(&MetadataMap::new()).unwrap(), None);
    assert_eq!(of("audit 2026").unwrap().as_deref(), Some("audit 2026"));
    assert_eq!(of("ki%E1%BB%83m%20tra").unwrap().as_deref(), Some("kiểm tra"));
    assert_eq!(of("  ").unwrap(), None);
    for bad in ["%", "%G0", "%ff", "%00"] {
        assert_eq!(of(bad).unwrap_err().reason(), "PURPOSE_MALFORMED", "{bad}");
    }
    assert!(of(&"x".repeat(501)).is_err());
}

#[test]
fn a_call_without_a_caller_is_unauthenticated() {
    assert_eq!(request::caller(&Request::new(())).unwrap_err().code(), Code::Unauthenticated);
}

#[tokio::test]
async fn an_outgoing_call_inherits_deadline_token_and_trace() {
    let mut outgoing = Outgoing::new(Arc::new(|| Some("t0k".into()))).tracing(Arc::new(|| Some("00-aa-bb-01".into())));
    let sent = outgoing.call(Request::new(())).unwrap();
    assert_eq!(sent.metadata().get("authorization").unwrap(), "Bearer t0k");
    assert_eq!(sent.metadata().get("traceparent").unwrap(), "00-aa-bb-01");
    assert!(!format!("{:?}", sent.metadata()).contains("t0k"));
    assert!(sent.metadata().get("grpc-timeout").is_some());

    let soon = Instant::now() + Duration::from_secs(1);
    let limit = deadline::within(soon, async { deadline::for_call(Duration::from_secs(5)) }).await.unwrap();
    assert!(limit < Duration::from_millis(960), "{limit:?}");

    let late = deadline::within(Instant::now(), async { outgoing.call(Request::new(())) }).await;
    assert_eq!(late.unwrap_err().code(), Code::DeadlineExceeded);
}
