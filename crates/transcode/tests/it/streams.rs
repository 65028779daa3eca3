//! Streams of answers as lines of JSON.

use std::time::Duration;

use hoagiai_transcode::Options;
use http_body_util::BodyExt;
use serde_json::Value as Json;
use tower::ServiceExt;

use crate::harness::{Reply, ask, local, options, remote, request, send};

fn lines(reply: &Reply) -> Vec<Json> {
    let text = reply.text();
    assert!(text.is_empty() || text.ends_with('\n'), "{text:?}");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn each_answer_is_a_line() {
    let far = remote(options()).await;
    for (count, line) in
        [(0, "GET /v1/books:watch"), (3, "GET /v1/books:watch?count=3"), (500, "GET /v1/books:watch?count=500")]
    {
        for reply in [ask(line, &[], "").await, send(&far, request(line, &[], b"")).await] {
            assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "application/x-ndjson"));
            assert_eq!(reply.header("x-request-id"), "r1");
            let lines = lines(&reply);
            assert_eq!(lines.len(), count);
            for (at, line) in lines.iter().enumerate() {
                assert_eq!(line["book"]["bookId"], at.to_string());
            }
        }
    }
}

#[tokio::test]
async fn an_error_in_the_middle_is_the_last_line() {
    let far = remote(options()).await;
    let line = "GET /v1/books:watch?count=2&code=14";
    for reply in [ask(line, &[], "").await, send(&far, request(line, &[], b"")).await] {
        let lines = lines(&reply);
        assert_eq!((reply.status.as_u16(), lines.len()), (200, 3));
        assert_eq!(lines[2], serde_json::json!({"error": {"code": 14, "message": "in the middle", "details": []}}));
        assert_eq!(reply.broken, None);
    }
}

#[tokio::test]
async fn an_error_instead_of_a_stream_is_one_of_http() {
    let reply = ask("GET /v1/books:watch?count=-1", &[], "").await;
    assert_eq!((reply.status.as_u16(), reply.json()["message"].as_str()), (403, Some("not a single one")));
}

#[tokio::test]
async fn a_stream_has_no_time_unless_one_is_set() {
    let slow = "GET /v1/books:watch?count=40&pause=0.02s";
    for (headers, stream_timeout) in
        [(&[("x-request-timeout", "0.15")][..], None), (&[][..], Some(Duration::from_millis(150)))]
    {
        let options = Options { stream_timeout, ..options() };
        let reply = send(&local(options), request(slow, headers, b"")).await;
        let lines = lines(&reply);
        assert!((1..40).contains(&(lines.len() - 1)), "{}", lines.len());
        assert_eq!(lines.last().unwrap()["error"]["code"], 4);
    }
    let options = Options { timeout: Duration::from_millis(50), ..options() };
    let reply = send(&local(options), request("GET /v1/books:watch?count=5&pause=0.03s", &[], b"")).await;
    assert_eq!(lines(&reply).len(), 5);
}

#[tokio::test]
async fn a_line_comes_when_it_is_asked_for_and_not_before_the_one_in_front_is_taken() {
    // A stream of two billion: if anything read ahead without being asked, this would never end.
    let Ok(response) = local(options()).oneshot(request("GET /v1/books:watch?count=2000000000", &[], b"")).await;
    let mut body = response.into_body();
    for at in 0..3 {
        let frame = body.frame().await.unwrap().unwrap().into_data().unwrap();
        let line: Json = serde_json::from_slice(&frame).unwrap();
        assert_eq!(line["book"]["bookId"], at.to_string());
    }
    drop(body);
}

#[tokio::test]
async fn head_of_a_stream_has_no_body() {
    let reply = ask("HEAD /v1/books:watch?count=3", &[], "").await;
    assert_eq!((reply.status.as_u16(), reply.bytes.len(), reply.header("content-length")), (200, 0, ""));
}
