//! `If-Match`, `If-None-Match`, `ETag` and `Idempotency-Key`.

use hoagiai_transcode::{Etags, Options};

use crate::harness::{ask, local, options, request, send};

const UPDATE: &str = "PATCH /v1/books/7";

/// What reached the service: `request_id|etag`.
async fn seen(line: &str, headers: &[(&str, &str)], body: &str) -> String {
    let reply = ask(line, headers, body).await;
    match reply.status.as_u16() {
        200 => reply.json()["book"]["displayName"].as_str().unwrap().to_owned(),
        status => format!("{status} {}", reply.fields().join(",")),
    }
}

#[tokio::test]
async fn if_match_fills_the_etag_of_the_request() {
    for (headers, line, body, outcome) in [
        (&[("if-match", "\"3\"")][..], UPDATE, "{}", "|\"3\""),
        (&[("if-match", "W/\"3\"")], UPDATE, "{}", "|\"3\""),
        (&[("if-match", "*")], UPDATE, "{}", "|"),
        (&[], UPDATE, "{}", "|"),
        (&[("if-match", "3")], UPDATE, "{}", "400 if-match"),
        (&[("if-match", "\"3\", \"4\"")], UPDATE, "{}", "400 if-match"),
        (&[("if-match", "\"3\""), ("if-match", "\"4\"")], UPDATE, "{}", "400 if-match"),
        (&[("if-match", "\"3\"")], "POST /v1/books/7:update", r#"{"etag":"\"3\""}"#, "|\"3\""),
        (&[("if-match", "\"3\"")], "POST /v1/books/7:update", r#"{"etag":"\"4\""}"#, "400 if-match"),
        (&[("if-match", "\"3\"")], "PATCH /v1/books/7?etag=%224%22", "{}", "400 if-match"),
        // Nothing would guard the write.
        (&[("if-match", "\"3\"")], "POST /v1/echo", "{}", "400 if-match"),
    ] {
        assert_eq!(seen(line, headers, body).await, outcome, "{headers:?} {line}");
    }
    assert_eq!(ask("GET /v1/books/7", &[("if-match", "\"9\"")], "").await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_key_of_idempotency_fills_the_request_id() {
    for (headers, line, body, outcome) in [
        (&[("idempotency-key", "k-1")][..], UPDATE, "{}", "k-1|"),
        (&[("idempotency-key", "\"k-1\"")], UPDATE, "{}", "k-1|"),
        (&[("idempotency-key", "k-1"), ("if-match", "\"3\"")], UPDATE, "{}", "k-1|\"3\""),
        (&[("idempotency-key", "\"\"")], UPDATE, "{}", "400 idempotency-key"),
        (&[("idempotency-key", "k-1")], "PATCH /v1/books/7?request_id=k-2", "{}", "400 idempotency-key"),
        (&[("idempotency-key", "k-1")], "PATCH /v1/books/7?request_id=k-1", "{}", "k-1|"),
    ] {
        assert_eq!(seen(line, headers, body).await, outcome, "{headers:?} {line}");
    }
    assert_eq!(ask("POST /v1/echo", &[("idempotency-key", "k")], "{}").await.status.as_u16(), 200);
}

#[tokio::test]
async fn an_answer_shows_its_etag_and_a_client_that_has_it_gets_nothing_more() {
    for (line, known, status, etag) in [
        ("GET /v1/books/7", "", 200, "\"3\""),
        ("GET /v1/books/7", "\"3\"", 304, "\"3\""),
        ("GET /v1/books/7", "W/\"3\"", 304, "\"3\""),
        ("GET /v1/books/7", "\"1\", \"3\"", 304, "\"3\""),
        ("GET /v1/books/7", "*", 304, "\"3\""),
        ("GET /v1/books/7", "\"4\"", 200, "\"3\""),
        ("HEAD /v1/books/7", "\"3\"", 304, "\"3\""),
        ("GET /v1/books/untagged", "*", 200, ""),
        ("GET /v1/books/lost", "*", 404, ""),
    ] {
        let headers = [("if-none-match", known)];
        let reply = ask(line, if known.is_empty() { &[] } else { &headers }, "").await;
        assert_eq!((reply.status.as_u16(), reply.header("etag")), (status, etag), "{line} {known}");
        assert!(status != 304 || reply.bytes.is_empty());
    }
    // A write is never answered by 304.
    let body = r#"{"etag":"\"3\""}"#;
    let reply = ask(UPDATE, &[("if-none-match", "*")], body).await;
    assert_eq!((reply.status.as_u16(), reply.header("etag")), (200, "\"3\""));
}

#[tokio::test]
async fn etags_may_stand_bare_in_messages() {
    let transcoder = local(Options { etags: Etags::Bare, ..options() });
    let reply = send(&transcoder, request(UPDATE, &[("if-match", "\"3\"")], br#"{"etag":"5"}"#)).await;
    assert_eq!((reply.json()["book"]["displayName"].as_str(), reply.header("etag")), (Some("|3"), "\"5\""));
    // What HTTP cannot carry is not shown.
    let reply = send(&transcoder, request(UPDATE, &[], r#"{"etag":"a b"}"#.as_bytes())).await;
    assert_eq!((reply.status.as_u16(), reply.header("etag")), (200, ""));
}
