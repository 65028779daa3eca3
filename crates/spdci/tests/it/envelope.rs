//! Faults of the whole message, each with its codes and its place.

use hoagiai_spdci::{Body, Endpoint, ErrorCode, Limits, Reader, Signature};
use serde_json::{Value, json};

use crate::messages::{
    AGENCY, REGISTRY, answer, answer_value, by_id, follow, header, read, read_value, search, status, subscribe,
    unsubscribe, with,
};

/// What is changed in a good search, and the two codes and the place that the refusal has then.
type Row = (&'static str, Option<Value>, &'static str, Option<&'static str>, &'static str);

fn table() -> Vec<Row> {
    const BAD: &str = "err.request.bad";
    let count = Some("rjct.total_count.invalid");
    vec![
        ("/header", None, BAD, None, "header: is required"),
        ("/header", Some(json!([])), BAD, None, "header: an object"),
        ("/message", None, BAD, None, "message: is required"),
        ("/message", Some(json!("a.b")), BAD, None, "message: an object"),
        (
            "/header/version",
            Some(json!("1.0.1")),
            "err.version.not_supported",
            Some("rjct.version.invalid"),
            "header.version",
        ),
        (
            "/header/version",
            Some(json!(1)),
            "err.version.not_supported",
            Some("rjct.version.invalid"),
            "header.version",
        ),
        ("/header/message_id", None, BAD, None, "header.message_id: is required"),
        ("/header/message_id", Some(json!("")), BAD, None, "header.message_id: is required"),
        ("/header/message_id", Some(json!("a\u{0}")), BAD, None, "header.message_id: a text without"),
        ("/header/message_ts", None, BAD, Some("rjct.message_ts.invalid"), "header.message_ts: is required"),
        (
            "/header/message_ts",
            Some(json!("2025-07-01T08:30:00")),
            BAD,
            Some("rjct.message_ts.invalid"),
            "header.message_ts",
        ),
        ("/header/action", None, BAD, Some("rjct.action.invalid"), "header.action: is required"),
        ("/header/action", Some(json!("subscribe")), BAD, Some("rjct.action.invalid"), "header.action: `search` is"),
        ("/header/action", Some(json!("notify")), BAD, Some("rjct.action.not_supported"), "header.action"),
        ("/header/sender_id", None, "err.sender_id.invalid", None, "header.sender_id: is required"),
        ("/header/sender_id", Some(json!("000.00.00.G23")), "err.sender_id.invalid", None, "header.sender_id"),
        ("/header/receiver_id", Some(json!(AGENCY)), "err.receiver_id.invalid", None, "header.receiver_id"),
        ("/header/sender_uri", Some(json!("ftp://a/b")), "err.sender_uri.invalid", None, "header.sender_uri"),
        ("/header/sender_uri", Some(json!("https://u:p@a/b")), "err.sender_uri.invalid", None, "header.sender_uri"),
        ("/header/sender_uri", Some(json!("https:///b")), "err.sender_uri.invalid", None, "header.sender_uri"),
        ("/header/sender_uri", Some(json!("https://a/b#c")), "err.sender_uri.invalid", None, "header.sender_uri"),
        ("/header/total_count", None, BAD, count, "header.total_count: is required"),
        ("/header/total_count", Some(json!(2)), BAD, count, "header.total_count: the message has 1"),
        ("/header/total_count", Some(json!(100)), BAD, count, "header.total_count: the message has 1"),
        ("/header/total_count", Some(json!(-1)), BAD, count, "header.total_count: a count"),
        ("/header/total_count", Some(json!(101)), BAD, Some("rjct.total_count.limit_exceeded"), "header.total_count"),
        ("/header/is_msg_encrypted", Some(json!("no")), BAD, None, "header.is_msg_encrypted"),
        ("/header/is_msg_encrypted", Some(json!(true)), "err.encryption.invalid", None, "message: encrypted"),
        ("/message", Some(json!({"ciphertext": "x"})), "err.encryption.invalid", None, "message: encrypted"),
        ("/message", Some(json!({"encrypted_key": "x"})), "err.encryption.invalid", None, "message: encrypted"),
        ("/message", Some(json!("a.b.c.d.e")), "err.encryption.invalid", None, "message: encrypted"),
        ("/signature", Some(json!({"alg": "none"})), "err.signature.invalid", None, "signature: a text"),
        ("/message/transaction_id", None, BAD, None, "message.transaction_id: is required"),
        (
            "/message/transaction_id",
            Some(json!("t".repeat(100))),
            BAD,
            None,
            "message.transaction_id: is longer than 99",
        ),
        ("/message/transaction_id", Some(json!(7)), BAD, None, "message.transaction_id: a text"),
        ("/message/search_request", None, BAD, None, "message.search_request: is required"),
        ("/message/search_request", Some(json!({})), BAD, None, "message.search_request: a list"),
        ("/message/search_request", Some(json!([])), BAD, count, "message.search_request: at least one"),
        (
            "/message/search_request",
            Some(json!(vec![json!({}); 101])),
            BAD,
            Some("rjct.total_count.limit_exceeded"),
            "message.search_request: more than 100",
        ),
    ]
}

#[test]
fn each_fault_of_the_envelope_has_its_codes_and_its_place() {
    for (pointer, value, code, reason, place) in table() {
        let message = with(&search(&[by_id()]), pointer, value.clone());
        let refusal = read_value(Endpoint::Search, &message).unwrap_err();
        assert_eq!(refusal.code.word(), code, "{pointer} {value:?}: {}", refusal.message);
        assert_eq!(refusal.reason.map(hoagiai_spdci::HeaderReason::word), reason, "{pointer} {value:?}");
        assert!(refusal.message.contains(place), "{pointer} {value:?}: {}", refusal.message);
        let answer = answer_value(Endpoint::Search, &message);
        assert_eq!(answer["header"]["status"], "rjct");
        assert_eq!(answer["header"]["status_reason_code"].as_str(), reason);
        assert_eq!(answer["message"]["error"]["code"], code);
        assert_eq!(answer["message"]["ack_status"], "ERR");
    }
}

#[test]
fn what_is_no_message_is_refused_and_answered() {
    for body in ["", "null", "[]", "{", "1", r#""text""#, r#"{"header":{},"header":{}}"#, "\u{FEFF}{}"] {
        for endpoint in Endpoint::ALL {
            let answer = answer(*endpoint, body.as_bytes());
            assert_eq!(answer["message"]["error"]["code"], "err.request.bad", "{body}");
            assert_eq!(answer["message"]["transaction_id"], "", "{body}");
        }
    }
    let twice = read(Endpoint::Search, br#"{"message":{"transaction_id":"a","transaction_id":"b"}}"#).unwrap_err();
    assert_eq!(twice.message, "message.transaction_id: given twice");
    let limits = Limits { body_bytes: 10, ..Limits::default() };
    let reader = Reader { endpoint: Endpoint::Search, sender_id: AGENCY, receiver_id: REGISTRY, limits: &limits };
    assert_eq!(reader.read(&[b' '; 11]).unwrap_err().message, "the message is longer than 10 bytes");
}

#[test]
fn all_faults_are_named_at_once_and_the_most_telling_gives_the_code() {
    let mut message = search(&[by_id()]);
    message["header"] = json!({"version": "2.0.0", "sender_id": "X", "action": "notify", "total_count": 9});
    let refusal = read_value(Endpoint::Search, &message).unwrap_err();
    assert_eq!(refusal.code, ErrorCode::VersionNotSupported);
    assert_eq!(refusal.transaction_id, "t-1");
    for place in ["version", "message_id", "message_ts", "action", "sender_id"] {
        assert!(refusal.message.contains(&format!("header.{place}: ")), "{place}: {}", refusal.message);
    }
    // Values that were sent are not repeated.
    assert!(!refusal.message.contains("2.0.0"));
}

#[test]
fn a_code_with_a_word_for_the_header_is_preferred_to_one_without() {
    let message = with(&search(&[by_id()]), "/header/message_id", None);
    let message = with(&message, "/header/message_ts", None);
    let refusal = read_value(Endpoint::Search, &message).unwrap_err();
    assert_eq!(refusal.reason.map(hoagiai_spdci::HeaderReason::word), Some("rjct.message_ts.invalid"));
}

#[test]
fn what_the_samples_of_the_standard_leave_empty_is_absent() {
    let mut message = search(&[by_id()]);
    message["header"]["total_count"] = json!("1");
    for name in ["sender_uri", "receiver_id", "meta"] {
        message["header"][name] = json!("");
    }
    message["header"]["is_msg_encrypted"] = json!(false);
    let item = &mut message["message"]["search_request"][0];
    item["locale"] = json!("");
    for name in ["consent", "authorize", "sort", "pagination"] {
        item["search_criteria"][name] = json!("");
    }
    item["search_criteria"]["reg_event_type"] = json!("REGISTER");
    message["not_of_the_standard"] = json!({"kept": "alone"});
    let request = read_value(Endpoint::Search, &message).unwrap();
    let Body::Search(searches) = request.body else { panic!("a search is expected") };
    assert!(searches.items[0].asked.is_ok());
    assert_eq!(request.header.sender_uri, None);
}

#[test]
fn a_signature_is_taken_not_trusted_and_the_answer_says_so() {
    let message = with(&search(&[by_id()]), "/signature", Some(json!("unsigned-stub")));
    let request = read_value(Endpoint::Search, &message).unwrap();
    assert_eq!(request.signature, Signature::NotVerified("unsigned-stub".to_owned()));
    let answer = answer_value(Endpoint::Search, &message);
    assert_eq!(answer["header"]["meta"]["request_signature"], "not_verified");
    let unsigned = answer_value(Endpoint::Search, &search(&[by_id()]));
    assert_eq!(unsigned["header"].get("meta"), None);
}

#[test]
fn version_is_the_default_when_it_is_left_out_and_offsets_are_read() {
    let message = with(&search(&[by_id()]), "/header/version", None);
    let request = read_value(Endpoint::Search, &message).unwrap();
    assert_eq!(request.header.message_ts.to_string(), "2025-07-01T01:29:58.000000Z");
}

#[test]
fn every_endpoint_takes_its_own_action_alone() {
    let messages = [search(&[by_id()]), subscribe(&[follow()]), unsubscribe(), status()];
    for (endpoint, message) in Endpoint::ALL.iter().zip(&messages) {
        assert!(read_value(*endpoint, message).is_ok(), "{endpoint:?}");
        assert_eq!(answer_value(*endpoint, message)["header"]["status"], "succ");
        for other in Endpoint::ALL.iter().filter(|other| *other != endpoint) {
            let moved = with(message, "/header", Some(header(other.word(), 1)));
            let refusal = read_value(*endpoint, &moved).unwrap_err();
            assert_eq!(refusal.reason.map(hoagiai_spdci::HeaderReason::word), Some("rjct.action.invalid"));
        }
    }
}

#[test]
fn a_sentence_never_exceeds_the_length_of_the_standard() {
    let mut message = search(&[by_id()]);
    for at in 0..90 {
        message["header"][format!("k{at}")] = json!(0);
    }
    let twice = format!("{{{}}}", vec![format!("\"{}\":0", "k".repeat(300)); 50].join(","));
    let refusal = read(Endpoint::Search, twice.as_bytes()).unwrap_err();
    assert!(refusal.message.chars().count() <= 999);
    assert!(refusal.message.ends_with("more)"), "{}", refusal.message);
}
