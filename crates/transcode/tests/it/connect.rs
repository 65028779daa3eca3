//! The unary part of the Connect protocol.

use hoagiai_transcode::Options;
use prost_reflect::DynamicMessage;
use prost_reflect::prost::Message as _;

use crate::contracts;
use crate::harness::{ask, local, options, remote, request, send};

const GET_BOOK: &str = "POST /t.v1.Library/GetBook";

fn book_request(id: &str) -> Vec<u8> {
    let mut message = DynamicMessage::new(contracts::message("GetBookRequest"));
    message.set_field_by_name("book_id", prost_reflect::Value::String(id.to_owned()));
    message.encode_to_vec()
}

#[tokio::test]
async fn a_method_is_called_by_its_name_in_json_or_in_protobuf() {
    let far = remote(options()).await;
    let json = || request(GET_BOOK, &[("connect-protocol-version", "1")], br#"{"bookId":"7"}"#);
    let near = local(options());
    for reply in [send(&near, json()).await, send(&far, json()).await] {
        assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "application/json"));
        assert_eq!(reply.json()["book"]["bookId"], "7");
        assert_eq!((reply.header("x-request-id"), reply.header("etag")), ("r1", ""));
    }
    let proto = || request(GET_BOOK, &[("content-type", "application/proto")], &book_request("7"));
    for reply in [send(&near, proto()).await, send(&far, proto()).await] {
        assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "application/proto"));
        let message = DynamicMessage::decode(contracts::message("GetBookResponse"), reply.bytes).unwrap();
        let book = message.get_field_by_name("book").unwrap();
        assert_eq!(book.as_message().unwrap().get_field_by_name("book_id").unwrap().as_str(), Some("7"));
    }
    // Also without a REST form, and with nothing to say.
    let reply = ask("POST /t.v1.Library/Hidden", &[("content-type", "application/json")], "").await;
    assert_eq!((reply.status.as_u16(), reply.text().as_str()), (200, "{}"));
}

#[tokio::test]
async fn get_is_for_methods_without_side_effects() {
    let base64 = |bytes: &[u8]| base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, bytes);
    let json = base64(br#"{"bookId":"7"}"#);
    let proto = base64(&book_request("7"));
    for (query, status) in [
        ("connect=v1&encoding=json&message=%7B%22bookId%22%3A%227%22%7D", 200),
        ("encoding=json&message=%7B%7D", 200),
        (&format!("encoding=json&base64=1&message={json}"), 200),
        (&format!("encoding=proto&base64=1&message={proto}&compression=identity"), 200),
        ("encoding=proto&message=", 200),
        ("message=%7B%7D", 400),
        ("encoding=json", 400),
        ("encoding=xml&message=", 400),
        ("encoding=json&message=%7B%7D&connect=v2", 400),
        ("encoding=json&message=%7B%7D&compression=gzip", 501),
        ("encoding=json&message=*&base64=1", 400),
        ("encoding=json&message=%zz", 400),
        ("encoding=json&message=%7B%22x%22%3A1%7D", 400),
    ] {
        let reply = ask(&format!("GET /t.v1.Library/GetBook?{query}"), &[], "").await;
        assert_eq!(reply.status.as_u16(), status, "{query}: {}", reply.text());
    }
    for (line, allow) in [
        ("GET /t.v1.Library/UpdateBook?encoding=json&message=%7B%7D", "POST"),
        ("PUT /t.v1.Library/GetBook", "GET, POST"),
        ("OPTIONS /t.v1.Library/GetBook", "GET, POST"),
    ] {
        let reply = ask(line, &[], "").await;
        assert_eq!((reply.status.as_u16(), reply.header("allow")), (405, allow), "{line}");
    }
}

#[tokio::test]
async fn an_error_has_a_name_and_its_details_in_base64() {
    for headers in [&[][..], &[("content-type", "application/proto")]] {
        let body = if headers.is_empty() { br#"{"bookId":"lost"}"#.to_vec() } else { book_request("lost") };
        let reply = send(&local(options()), request(GET_BOOK, headers, &body)).await;
        assert_eq!((reply.status.as_u16(), reply.header("content-type")), (404, "application/json"));
        let json = reply.json();
        assert_eq!((json["code"].as_str(), json["message"].as_str()), (Some("not_found"), Some("không có sách")));
        assert_eq!(json["details"][2], serde_json::json!({"type": "t.Unknown", "value": "AQID"}));
        assert_eq!(json["details"][0]["type"], "google.rpc.ErrorInfo");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_refused_in_the_form_of_connect() {
    for (line, headers, body, status, code) in [
        (GET_BOOK, &[][..], r#"{"nope":1}"#, 400, "invalid_argument"),
        (GET_BOOK, &[], "{", 400, "invalid_argument"),
        (GET_BOOK, &[("content-type", "application/proto")], "\u{1f}x", 400, "invalid_argument"),
        (GET_BOOK, &[("content-type", "application/xml")], "{}", 415, "invalid_argument"),
        (GET_BOOK, &[("content-type", "application/connect+json")], "{}", 415, "invalid_argument"),
        (GET_BOOK, &[("content-type", "application/grpc")], "{}", 415, "invalid_argument"),
        (GET_BOOK, &[("content-type", "application/json"), ("content-encoding", "gzip")], "{}", 501, "unimplemented"),
        (GET_BOOK, &[("connect-protocol-version", "2")], "{}", 400, "invalid_argument"),
        (GET_BOOK, &[("connect-timeout-ms", "soon")], "{}", 400, "invalid_argument"),
        (GET_BOOK, &[("connect-timeout-ms", "12345678901")], "{}", 400, "invalid_argument"),
        ("POST /t.v1.Library/WatchBooks", &[], "{}", 501, "unimplemented"),
        ("POST /t.v1.Library/Chat", &[], "{}", 501, "unimplemented"),
    ] {
        let reply = ask(line, headers, body).await;
        assert_eq!((reply.status.as_u16(), reply.json()["code"].as_str()), (status, Some(code)), "{line} {headers:?}");
    }
}

#[tokio::test]
async fn who_asks_for_a_stream_hears_in_the_form_of_a_stream_that_there_is_none() {
    for (of_type, method, status, answered) in [
        ("application/connect+json", "WatchBooks", 200, "application/connect+json"),
        ("application/connect+proto", "Chat", 200, "application/connect+proto"),
        ("application/json", "Import", 501, "application/json"),
        // A method without streams has no such content type.
        ("application/connect+json", "GetBook", 415, "application/json"),
    ] {
        let reply = ask(&format!("POST /t.v1.Library/{method}"), &[("content-type", of_type)], "").await;
        assert_eq!((reply.status.as_u16(), reply.header("content-type")), (status, answered), "{method}");
        if status == 200 {
            let (head, json) = reply.bytes.split_at(5);
            assert_eq!(head, [&[2], &u32::try_from(json.len()).unwrap().to_be_bytes()[..]].concat());
            let json: serde_json::Value = serde_json::from_slice(json).unwrap();
            assert_eq!(json["error"]["code"], "unimplemented");
        }
    }
}

#[tokio::test]
async fn the_time_of_a_call_is_passed_on_and_kept() {
    let reply = ask(GET_BOOK, &[("connect-timeout-ms", "250")], "{}").await;
    assert_eq!(reply.header("seen-grpc-timeout"), "250m");
    let reply = ask(GET_BOOK, &[("connect-timeout-ms", "50"), ("x-pause-ms", "60000")], "{}").await;
    assert_eq!((reply.status.as_u16(), reply.json()["code"].as_str()), (504, Some("deadline_exceeded")));
}

#[tokio::test]
async fn connect_can_be_left_out() {
    let options = Options { connect: false, ..options() };
    let reply = send(&local(options), request(GET_BOOK, &[], b"{}")).await;
    assert_eq!((reply.status.as_u16(), reply.json()["code"].as_i64()), (404, Some(5)));
}
