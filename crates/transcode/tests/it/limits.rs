//! Each limit, at it and one over it.

use hoagiai_transcode::{Limits, Options};

use crate::harness::{local, options, request, send};

async fn status(limits: Limits, line: &str, headers: &[(&str, &str)], body: &str) -> u16 {
    let options = Options { limits, ..options() };
    send(&local(options), request(line, headers, body.as_bytes())).await.status.as_u16()
}

#[tokio::test]
async fn a_body_over_the_limit_is_413() {
    let limits = || Limits { body_bytes: 20, ..Limits::default() };
    for (line, body, answered) in [
        ("POST /v1/echo", r#"{"text":"123456789"}"#, 200),
        ("POST /v1/echo", r#"{"text":"1234567890"}"#, 413),
        ("POST /v1/raw", "12345678901234567890", 200),
        ("POST /v1/raw", "123456789012345678901", 413),
        ("POST /t.v1.Library/Echo", r#"{"text":"1234567890"}"#, 413),
        ("DELETE /v1/echo/a", "123456789012345678901", 413),
        // The body of a GET is not read.
        ("GET /v1/echo", "123456789012345678901", 200),
    ] {
        assert_eq!(status(limits(), line, &[], body).await, answered, "{line} {body}");
    }
    // What is announced is refused before it is sent.
    assert_eq!(status(limits(), "POST /v1/echo", &[("content-length", "21")], "{}").await, 413);
}

#[tokio::test]
async fn every_other_limit_has_its_status() {
    let all = Limits::default;
    for (limits, line, headers, body, answered) in [
        (Limits { path_segments: 3, ..all() }, "GET /v1/echo/a", &[][..], "", 200),
        (Limits { path_segments: 2, ..all() }, "GET /v1/echo/a", &[], "", 414),
        (Limits { path_bytes: 10, ..all() }, "GET /v1/echo/a", &[], "", 200),
        (Limits { path_bytes: 9, ..all() }, "GET /v1/echo/a", &[], "", 414),
        (Limits { query_bytes: 6, ..all() }, "GET /v1/echo?text=a", &[], "", 200),
        (Limits { query_bytes: 5, ..all() }, "GET /v1/echo?text=a", &[], "", 414),
        (Limits { query_parameters: 2, ..all() }, "GET /v1/echo?texts=a&texts=b", &[], "", 200),
        (Limits { query_parameters: 1, ..all() }, "GET /v1/echo?texts=a&texts=b", &[], "", 400),
        (Limits { parameter_depth: 3, ..all() }, "GET /v1/echo?inner.inner.text=a", &[], "", 200),
        (Limits { parameter_depth: 2, ..all() }, "GET /v1/echo?inner.inner.text=a", &[], "", 400),
        (Limits { headers: 1, ..all() }, "GET /v1/echo", &[("a", "1")], "", 200),
        (Limits { headers: 1, ..all() }, "GET /v1/echo", &[("a", "1"), ("b", "2")], "", 431),
        (Limits { header_bytes: 36, ..all() }, "GET /v1/echo", &[("a", "123")], "", 200),
        (Limits { header_bytes: 35, ..all() }, "GET /v1/echo", &[("a", "123")], "", 431),
        (Limits { json_depth: 2, ..all() }, "POST /v1/echo", &[], r#"{"inner":{}}"#, 200),
        (Limits { json_depth: 1, ..all() }, "POST /v1/echo", &[], r#"{"inner":{}}"#, 400),
        (Limits { json_depth: 0, ..all() }, "POST /v1/echo", &[], "{}", 400),
        (Limits { answer_bytes: 3, ..all() }, "GET /v1/echo?text=a", &[], "", 200),
        (Limits { answer_bytes: 2, ..all() }, "GET /v1/echo?text=a", &[], "", 429),
    ] {
        assert_eq!(status(limits, line, headers, body).await, answered, "{line} {headers:?} {body}");
    }
}

#[tokio::test]
async fn faults_beyond_the_limit_are_counted_only() {
    let options = Options { limits: Limits { faults: 2, ..Limits::default() }, ..options() };
    let reply = send(&local(options), request("GET /v1/echo?small=x&count=x&large=x", &[], b"")).await;
    assert_eq!(reply.fields(), ["small", "count"]);
    assert!(reply.json()["message"].as_str().unwrap().starts_with('3'));
}
