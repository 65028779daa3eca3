use super::*;
use crate::contracts;
use crate::wire;

fn metadata(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap())).collect()
}

#[test]
fn a_status_is_read_from_metadata_whatever_stands_there() {
    for (number, message, code, text) in [
        ("0", "", Code::Ok, ""),
        ("5", "no%20book", Code::NotFound, "no book"),
        ("3", "kh%C3%B4ng", Code::InvalidArgument, "không"),
        ("3", "100%", Code::InvalidArgument, "100%"),
        ("3", "%zz%41", Code::InvalidArgument, "%zzA"),
        ("99", "x", Code::Unknown, "x"),
        ("x", "x", Code::Unknown, "x"),
        ("", "x", Code::Unknown, "x"),
    ] {
        let status = Status::from_metadata(&metadata(&[("grpc-status", number), ("grpc-message", message)])).unwrap();
        assert_eq!((status.code, status.message.as_str()), (code, text));
    }
    assert_eq!(Status::from_metadata(&metadata(&[("grpc-message", "x")])), None);
}

#[test]
fn details_are_expanded_by_their_type_and_kept_where_it_is_not_known() {
    let any = |name: &str, value| Any { type_url: format!("{TYPES}{name}"), value };
    let bad = wire::BadRequest {
        field_violations: vec![wire::FieldViolation { field: "a".to_owned(), description: "b".to_owned() }],
    };
    let span = wire::Duration { seconds: 1, nanos: 500_000_000 };
    let status = wire::Status {
        code: 3,
        message: String::new(),
        details: vec![
            any("google.rpc.BadRequest", bad.encode_to_vec()),
            any("google.protobuf.Duration", span.encode_to_vec()),
            any("x.y.Unknown", vec![1, 2, 3]),
            any("google.rpc.BadRequest", vec![0xff]),
        ],
    };
    let details = STANDARD.encode(status.encode_to_vec());
    let details = details.trim_end_matches('=');
    let pairs = [("grpc-status", "3"), ("grpc-message", "m"), ("grpc-status-details-bin", details)];
    let status = Status::from_metadata(&metadata(&pairs)).unwrap();
    let json = status.json(contracts::pool());
    assert_eq!(json["code"], 3);
    assert_eq!(json["message"], "m");
    let details = json["details"].as_array().unwrap();
    assert_eq!(details[0]["@type"], "type.googleapis.com/google.rpc.BadRequest");
    assert_eq!(details[0]["fieldViolations"][0]["field"], "a");
    assert_eq!(details[1]["value"], "1.500s");
    assert_eq!(details[2], json!({"@type": "type.googleapis.com/x.y.Unknown", "value": "AQID"}));
    assert_eq!(details[3], json!({"@type": "type.googleapis.com/google.rpc.BadRequest", "value": "/w=="}));
}

#[test]
fn details_that_do_not_decode_leave_the_status() {
    for details in ["***", "/w==", ""] {
        let pairs = [("grpc-status", "3"), ("grpc-status-details-bin", details)];
        let status = Status::from_metadata(&metadata(&pairs)).unwrap();
        assert_eq!((status.code, status.details.len()), (Code::InvalidArgument, 0));
    }
}

#[test]
fn a_time_to_retry_is_rounded_up_to_seconds() {
    for (seconds, nanos, shown) in
        [(3, 0, Some("3")), (3, 1, Some("4")), (0, 0, Some("0")), (0, 1, Some("1")), (-1, 0, None), (i64::MAX, 1, None)]
    {
        let info = wire::RetryInfo { retry_delay: Some(wire::Duration { seconds, nanos }) };
        let mut status = Status::new(Code::Unavailable, "");
        status.details.push(Any { type_url: "x/google.rpc.RetryInfo".to_owned(), value: info.encode_to_vec() });
        let shown = shown.map(|text: &str| HeaderValue::from_str(text).unwrap());
        assert_eq!(status.retry_after(), shown, "{seconds} {nanos}");
    }
}

#[test]
fn a_refusal_names_its_faults_and_its_reason() {
    let faults = vec![Fault::new("a", "b"), Fault::new("c", "d"), Fault::new("e", "f")];
    let refusal = Refusal::malformed(faults, 2);
    assert_eq!(refusal.message, "3 faults in the request");
    let json = of_refusal(&refusal, &Options { error_domain: "example.org".to_owned(), ..Options::default() })
        .json(contracts::pool());
    assert_eq!(json["details"][0]["reason"], "MALFORMED_REQUEST");
    assert_eq!(json["details"][0]["domain"], "example.org");
    assert_eq!(json["details"][1]["fieldViolations"].as_array().unwrap().len(), 2);
    assert_eq!(of_refusal(&refusal, &Options::default()).details.len(), 1);
}
