//! Streams of requests as bodies: lines of JSON, and bytes in pieces.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use hoagiai_transcode::{Body, Limits, Options};
use http::{Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use serde_json::{Value as Json, json};
use tower::ServiceExt;

use crate::harness::{Reply, ask, local, options, remote, request, send};

const LINES: &[(&str, &str)] = &[("content-type", "application/x-ndjson")];
const BYTES: &[(&str, &str)] = &[("content-type", "application/vnd.ms-excel"), ("idempotency-key", "k")];

/// Sends the same in this process and over TCP.
async fn both(options: Options, line: &str, headers: &[(&str, &str)], body: &[u8]) -> [Reply; 2] {
    let far = remote(options.clone()).await;
    [send(&local(options), request(line, headers, body)).await, send(&far, request(line, headers, body)).await]
}

#[tokio::test]
async fn each_line_is_a_request_and_the_path_goes_with_the_first() {
    for (headers, body, messages) in [
        (LINES, "{\"book\":{\"bookId\":\"1\"}}\n{\"book\":{\"bookId\":\"2\"}}\n", vec!["a|||1", "|||2"]),
        (LINES, "{\"shelf\":\"b\"}\r\n\n  \n{\"shelf\":\"b\",\"chunk\":\"AQID\"}", vec!["a|||", "b||3|"]),
        (LINES, "", vec![]),
        (LINES, "\n\n", vec![]),
        (&[("content-type", "application/json")], "{\"book\":\n{\"bookId\":\"1\"}}\n", vec!["a|||1"]),
        (&[("content-type", "application/x-ndjson"), ("idempotency-key", "k")], "{}\n{}", vec!["a|k||", "|||"]),
    ] {
        for reply in both(options(), "POST /v1/shelves/a:import", headers, body.as_bytes()).await {
            assert_eq!(reply.status.as_u16(), 200, "{body}: {}", reply.text());
            let expected: Vec<String> = messages.iter().map(|text| counted(text)).collect();
            assert_eq!(reply.json()["messages"], json!(expected), "{body}");
        }
    }
}

/// `a|k|3|type|id`: parts that are left out are empty, bytes 0.
fn counted(text: &str) -> String {
    let parts: Vec<&str> = text.split('|').collect();
    let bytes = if parts[2].is_empty() { "0" } else { parts[2] };
    format!("{}|{}|{bytes}||{}", parts[0], parts[1], parts[3])
}

#[tokio::test]
async fn bytes_are_cut_into_pieces_and_the_rest_goes_with_the_first() {
    let file = vec![7u8; (64 << 10) * 2 + 5];
    for (line, body, messages) in [
        ("POST /v1/shelves/a:upload?book.book_id=9", &file[..], vec!["a|k|65536||9", "||65536||", "||5||"]),
        ("POST /v1/shelves/a:upload", &file[..65536], vec!["a|k|65536||"]),
        ("POST /v1/shelves/a:upload", b"", vec!["a|k|0||"]),
        (
            "POST /v1/shelves/a:file",
            &file[..65537],
            vec!["a|k|65536|application/vnd.ms-excel|", "||1|application/vnd.ms-excel|"],
        ),
        ("POST /v1/rawStream", b"ab", vec!["||2|application/vnd.ms-excel|"]),
    ] {
        for reply in both(options(), line, BYTES, body).await {
            assert_eq!(reply.status.as_u16(), 200, "{line}: {}", reply.text());
            assert_eq!(reply.json()["messages"], json!(messages), "{line}");
            assert_eq!(reply.json()["size"], body.len().to_string());
        }
    }
}

#[tokio::test]
async fn what_is_wrong_with_an_upload_is_answered_whatever_the_service_makes_of_it() {
    let limits = Limits { body_bytes: 30, upload_bytes: 60, ..Limits::default() };
    let options = Options { limits, ..options() };
    let long = format!("{{\"shelf\":\"{}\"}}\n", "x".repeat(30));
    let many = "{\"shelf\":\"x\"}\n".repeat(5);
    for (line, headers, body, status, fields) in [
        ("import", LINES, "{}\n{\"nope\":1}\n", 400, vec!["[1].nope"]),
        ("import", LINES, "{}\n{\"a\":1,\n", 400, vec!["[1]"]),
        ("import", LINES, "{} {}\n", 400, vec!["[0]"]),
        ("import", LINES, long.as_str(), 413, vec![]),
        ("import", LINES, &long[..40], 413, vec![]),
        ("import", LINES, &many, 413, vec![]),
        ("import", &[("content-type", "application/json")], "{}\n{}", 400, vec![""]),
        ("import", &[("content-type", "text/csv")], "a;b", 415, vec![]),
        ("import?request_id=k", LINES, "{}", 400, vec!["request_id"]),
        ("upload", BYTES, &many, 413, vec![]),
        ("upload?nope=1", BYTES, "x", 400, vec!["nope"]),
        ("upload?chunk=x", BYTES, "x", 400, vec!["chunk"]),
        ("upload?request_id=j", BYTES, "x", 400, vec!["idempotency-key"]),
        ("upload", &[("content-encoding", "gzip")], "x", 415, vec![]),
    ] {
        for reply in both(options.clone(), &format!("POST /v1/shelves/a:{line}"), headers, body.as_bytes()).await {
            assert_eq!(
                (reply.status.as_u16(), reply.fields()),
                (status, fields.iter().map(|f| (*f).to_owned()).collect()),
                "{line} {body}: {}",
                reply.text()
            );
        }
    }
}

#[tokio::test]
async fn an_upload_of_another_type_is_told_which_are_taken() {
    let reply = ask("POST /v1/shelves/a:import", &[("content-type", "text/csv")], "a").await;
    let accepted: Vec<_> = reply.headers.get_all("accept").iter().collect();
    assert_eq!(accepted, ["application/x-ndjson, application/json"]);
}

#[tokio::test]
async fn both_ways_each_line_has_its_answer() {
    let body = "{\"bookId\":\"1\"}\n{\"bookId\":\"2\"}\n{\"bookId\":\"lost\"}\n{\"bookId\":\"4\"}\n";
    for reply in both(options(), "POST /v1/chat", LINES, body.as_bytes()).await {
        let lines: Vec<Json> = reply.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!((reply.status.as_u16(), lines.len()), (200, 3));
        assert_eq!((&lines[1]["book"]["bookId"], &lines[2]["error"]["code"]), (&json!("2"), &json!(5)));
    }
    // A line that is wrong after the answers began is their last line.
    for reply in both(options(), "POST /v1/chat", LINES, b"{\"bookId\":\"1\"}\n{\"nope\":1}\n").await {
        let text = reply.text();
        let last: Json = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        let error = if reply.status.as_u16() == 200 { &last["error"] } else { &last };
        assert_eq!(error["code"], 3, "{text}");
        assert!(error["details"][0]["fieldViolations"][0]["field"] == "[1].nope", "{text}");
    }
}

#[tokio::test]
async fn an_answer_comes_before_the_next_request_is_there() {
    let (sender, receiver) = tokio::sync::mpsc::channel::<Bytes>(1);
    let frames =
        tokio_stream::wrappers::ReceiverStream::new(receiver).map(|bytes| Ok::<_, std::io::Error>(Frame::data(bytes)));
    let request = Request::post("/v1/chat").header("content-type", "application/x-ndjson");
    let asked = tokio::spawn(local(options()).oneshot(request.body(StreamBody::new(frames)).unwrap()));
    sender.send("{\"bookId\":\"1\"}\n".into()).await.unwrap();
    let Ok(response): Result<Response<Body>, _> = asked.await.unwrap();
    let mut body = response.into_body();
    for at in 1..4 {
        let line = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert!(line.starts_with(format!("{{\"book\":{{\"bookId\":\"{at}\"").as_bytes()), "{line:?}");
        sender.send(format!("{{\"bookId\":\"{}\"}}\n", at + 1).into()).await.unwrap();
    }
}

#[tokio::test]
async fn a_client_that_breaks_off_is_no_fault_of_the_server() {
    let pieces: Vec<Result<Frame<Bytes>, std::io::Error>> =
        vec![Ok(Frame::data("{}\n".into())), Err(std::io::Error::other("gone"))];
    let request = Request::post("/v1/shelves/a:import").header("content-type", "application/x-ndjson");
    let request = request.body(StreamBody::new(stream::iter(pieces))).unwrap();
    let Ok(response) = local(options()).oneshot(request).await;
    assert_eq!(response.status().as_u16(), 400);
}

#[tokio::test]
async fn an_upload_has_the_time_that_is_asked_for() {
    let frames = stream::pending::<Result<Frame<Bytes>, std::io::Error>>();
    let request = Request::post("/v1/shelves/a:upload").header("x-request-timeout", "0.05");
    let asked = local(options()).oneshot(request.body(StreamBody::new(frames)).unwrap());
    let Ok(response) = tokio::time::timeout(Duration::from_secs(20), asked).await.unwrap();
    assert_eq!(response.status().as_u16(), 504);
    assert_eq!(ask("POST /v1/shelves/a:upload", &[], "").await.status.as_u16(), 200);
}
