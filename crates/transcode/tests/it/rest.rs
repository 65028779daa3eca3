//! Requests of REST to answers, with the service in this process and behind TCP.

use std::time::Duration;

use hoagiai_transcode::{Matched, Options};
use http::StatusCode;

use crate::harness::{ask, local, options, remote, request, send};
use crate::server::Pause;

#[tokio::test]
async fn a_request_is_woven_from_path_query_and_body() {
    let remote = remote(options()).await;
    for (line, body, fields) in [
        ("GET /v1/echo?text=a&small=5", "", &[("text", "\"a\""), ("small", "5"), ("large", "\"0\"")][..]),
        ("GET /v1/echo/h%C3%B2a%2Fgi%E1%BA%A3i?small=5", "", &[("text", "\"hòa/giải\""), ("small", "5")]),
        (
            "GET /v1/echo/inners/x/deep?inner.number=2",
            "",
            &[("inner", r#"{"color":"COLOR_UNSPECIFIED","number":2,"text":"inners/x","texts":[]}"#)],
        ),
        ("GET /v1/echo/files/a%2Fb/c:print", "", &[("text", "\"files/a%2Fb/c\"")]),
        (
            "POST /v1/echo",
            r#"{"text":"a","largeCount":7,"inner":{"number":1}}"#,
            &[("text", "\"a\""), ("largeCount", "\"7\"")],
        ),
        ("POST /v1/echo", "", &[("text", "\"\"")]),
        ("POST /v1/echo/-5:act", r#"{"text":"a","small":9}"#, &[("text", "\"a\""), ("small", "-5")]),
        (
            "PUT /v1/echo/a?small=5&texts=x&texts=y",
            r#"{"number":3}"#,
            &[("text", "\"a\""), ("small", "5"), ("texts", r#"["x","y"]"#)],
        ),
        ("PUT /v1/echo/a", "null", &[("text", "\"a\"")]),
        (
            "POST /v1/echo:list",
            r#"[{"number":3}]"#,
            &[("inners", r#"[{"color":"COLOR_UNSPECIFIED","number":3,"text":"","texts":[]}]"#)],
        ),
        (
            "PATCH /v1/echo/2025-07-01",
            r#"{"a":1}"#,
            &[("map", r#"{"a":1}"#), ("day", r#"{"day":1,"month":7,"year":2025}"#)],
        ),
        ("DELETE /v1/echo/a?flag=true", "", &[("text", "\"a\""), ("flag", "true")]),
        ("REPORT /v1/echo?text=a", "", &[("text", "\"a\"")]),
    ] {
        let given = || request(line, &[], body.as_bytes());
        let reply = send(&local(options()), given()).await;
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (StatusCode::OK, "application/json"),
            "{line}: {reply:?}"
        );
        for (name, value) in fields {
            assert_eq!(reply.json()[name].to_string(), *value, "{line}");
        }
        let far = send(&remote, given()).await;
        assert_eq!((far.status, far.bytes), (reply.status, reply.bytes), "{line}");
    }
}

#[tokio::test]
async fn an_answer_is_one_field_where_the_rule_says_so() {
    for (line, body) in [
        ("GET /v1/inner?inner.number=3", r#"{"text":"","number":3,"texts":[],"color":"COLOR_UNSPECIFIED"}"#),
        ("GET /v1/inner", "null"),
        ("GET /v1/texts?texts=a&texts=b", r#"["a","b"]"#),
        ("GET /v1/texts", "[]"),
    ] {
        assert_eq!(ask(line, &[], "").await.text(), body, "{line}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_answered_with_its_fields() {
    for (line, body, status, fields) in [
        ("GET /v1/echo?small=x&flag=y", "", 400, vec!["small", "flag"]),
        ("POST /v1/echo", r#"{"small":"x","nope":1}"#, 400, vec!["nope", "small"]),
        ("POST /v1/echo?text=a", "{}", 400, vec!["text"]),
        ("POST /v1/echo", r#"{"text":"a","text":"b"}"#, 400, vec!["text"]),
        ("PUT /v1/echo/a?nope=1&inner.text=b", r#"{"x":1}"#, 400, vec!["x", "nope", "inner.text"]),
        ("POST /v1/echo/x:act", "{}", 400, vec!["small"]),
        ("PATCH /v1/echo/2025-02-30", "{}", 400, vec!["day"]),
        ("DELETE /v1/echo/a", "{}", 400, vec![""]),
        ("POST /v1/echo", "{", 400, vec![""]),
        ("GET /v1/echo/%zz", "", 400, vec![""]),
        ("GET /v1/echo/%ff", "", 400, vec![""]),
        ("GET /v1/echo/%2e%2e", "", 400, vec![""]),
        ("GET /v1/nope", "", 404, vec![]),
        ("GET /", "", 404, vec![]),
        ("DELETE /v1/echo", "", 405, vec![]),
    ] {
        let reply = ask(line, &[], body).await;
        assert_eq!(
            (reply.status.as_u16(), reply.fields()),
            (status, fields.into_iter().map(str::to_owned).collect()),
            "{line}"
        );
        assert_eq!(reply.header("content-type"), "application/json");
        assert!(reply.json()["code"].is_i64() && reply.json()["message"].is_string());
    }
}

#[tokio::test]
async fn a_known_path_says_what_it_admits() {
    for (line, status, allow) in [
        ("DELETE /v1/echo", 405, "GET, HEAD, OPTIONS, POST, REPORT"),
        ("PUT /v1/books/7", 405, "GET, HEAD, OPTIONS, PATCH"),
        ("POST /v1/books/7", 405, "GET, HEAD, OPTIONS, PATCH"),
        ("GET /v1/books/7:update", 405, "OPTIONS, POST"),
        ("OPTIONS /v1/echo", 204, "GET, HEAD, OPTIONS, POST, REPORT"),
        ("OPTIONS /v1/nope", 404, ""),
    ] {
        let reply = ask(line, &[], "").await;
        assert_eq!((reply.status.as_u16(), reply.header("allow")), (status, allow), "{line}");
    }
}

#[tokio::test]
async fn head_is_get_without_its_body() {
    let get = ask("GET /v1/books/7", &[], "").await;
    let head = ask("HEAD /v1/books/7", &[], "").await;
    assert_eq!((head.status, head.bytes.len()), (get.status, 0));
    assert_eq!(head.header("content-length"), get.bytes.len().to_string());
    assert_eq!((head.header("etag"), head.header("content-type")), ("\"3\"", "application/json"));
    let lost = ask("HEAD /v1/books/lost", &[], "").await;
    assert_eq!((lost.status.as_u16(), lost.bytes.len()), (404, 0));
}

#[tokio::test]
async fn a_read_reports_the_parameters_that_had_no_effect_and_a_write_refuses_them() {
    let reply = ask("GET /v1/books/7?view=x&utm_source=y&book_id=8", &[], "").await;
    assert_eq!(reply.header("ignored-parameters"), "\"utm_source\", \"book_id\"");
    assert_eq!(reply.json()["book"]["bookId"], "7");
    assert_eq!(ask("GET /v1/books/7", &[], "").await.header("ignored-parameters"), "");
    assert_eq!(ask("DELETE /v1/echo/a?nope=1", &[], "").await.status, StatusCode::BAD_REQUEST);
    let wins = ask("DELETE /v1/echo/a?text=b", &[], "").await;
    assert_eq!((wins.json()["text"].as_str(), wins.header("ignored-parameters")), (Some("a"), "\"text\""));
}

#[tokio::test]
async fn a_body_must_be_json_and_not_compressed() {
    for (headers, status, name, value) in [
        (&[("content-type", "application/json; charset=utf-8")][..], 200, "content-type", "application/json"),
        (&[("content-type", "text/plain")], 415, "accept", "application/json"),
        (&[("content-type", "application/x-www-form-urlencoded")], 415, "accept", "application/json"),
        (&[("content-type", "application/json; charset=latin1")], 415, "accept", "application/json"),
        (&[("content-type", "application/json"), ("content-encoding", "gzip")], 415, "accept-encoding", "identity"),
        (
            &[("content-type", "application/json"), ("content-encoding", "identity")],
            200,
            "content-type",
            "application/json",
        ),
    ] {
        let reply = ask("POST /v1/echo", headers, "{}").await;
        assert_eq!((reply.status.as_u16(), reply.header(name)), (status, value), "{headers:?}");
    }
    let bare = http::Request::post("/v1/echo").body(http_body_util::Full::new("{}".into())).unwrap();
    assert_eq!(send(&local(options()), bare).await.status.as_u16(), 415);
}

#[tokio::test]
async fn an_error_of_the_service_is_its_status_with_its_details() {
    let remote = remote(options()).await;
    for reply in
        [ask("GET /v1/books/lost", &[], "").await, send(&remote, request("GET /v1/books/lost", &[], b"")).await]
    {
        assert_eq!((reply.status.as_u16(), reply.header("retry-after")), (404, "2"));
        let json = reply.json();
        assert_eq!((json["code"].as_i64(), json["message"].as_str()), (Some(5), Some("không có sách")));
        assert_eq!(json["details"][0]["reason"], "LOST");
        assert_eq!(json["details"][1]["retryDelay"], "1.200s");
        assert_eq!(json["details"][2], serde_json::json!({"@type": "type.googleapis.com/t.Unknown", "value": "AQID"}));
    }
}

#[tokio::test]
async fn metadata_passes_by_name_only() {
    let headers = [
        ("authorization", "Bearer x"),
        ("traceparent", "00-1-2-01"),
        ("accept-language", "vi"),
        ("user-agent", "curl"),
        ("x-own", "1"),
        ("x-secret", "2"),
        ("connection", "x-own"),
    ];
    let reply = ask("GET /v1/books/7", &headers[..6], "").await;
    for (name, value) in [
        ("seen-authorization", "Bearer x"),
        ("seen-traceparent", "00-1-2-01"),
        ("seen-accept-language", "vi"),
        ("seen-x-own", "1"),
        ("seen-x-secret", ""),
        ("seen-user-agent", "curl"),
        ("x-request-id", "r1"),
        ("seen-grpc-timeout", "30000m"),
    ] {
        assert_eq!(reply.header(name), value, "{name}");
    }
    assert_eq!(ask("GET /v1/books/7", &headers, "").await.header("seen-x-own"), "");
    let none = Options { response_headers: Vec::new(), ..options() };
    let reply = send(&local(none), request("GET /v1/books/7", &[], b"")).await;
    assert_eq!(reply.header("x-request-id"), "");
}

#[tokio::test]
async fn a_call_has_the_time_that_the_client_asks_for_within_that_of_the_options() {
    let options = Options { timeout: Duration::from_secs(5), longest_timeout: Duration::from_secs(9), ..options() };
    for (asked, passed) in [("", "5000m"), ("2", "2000m"), ("0.25", "250m"), ("600", "9000m")] {
        let headers = [("x-request-timeout", asked)];
        let headers = if asked.is_empty() { &[][..] } else { &headers };
        let reply = send(&local(options.clone()), request("GET /v1/books/7", headers, b"")).await;
        assert_eq!(reply.header("seen-grpc-timeout"), passed, "{asked}");
    }
    let reply = send(&local(options), request("GET /v1/books/7", &[("x-request-timeout", "soon")], b"")).await;
    assert_eq!((reply.status.as_u16(), reply.fields()), (400, vec!["x-request-timeout".to_owned()]));
}

#[tokio::test]
async fn a_method_may_have_a_time_of_its_own() {
    let own = |name: &str, seconds| (format!("/t.v1.Library/{name}"), Duration::from_secs(seconds));
    let options =
        Options { method_timeouts: [own("GetBook", 60)].into(), longest_timeout: Duration::from_secs(40), ..options() };
    for (line, asked, passed) in [
        ("GET /v1/books/7", "", "60000m"),
        ("GET /v1/books/7", "50", "50000m"),
        ("GET /v1/books/7", "70", "60000m"),
        ("GET /v1/echo", "", "30000m"),
        ("GET /v1/echo", "50", "40000m"),
    ] {
        let headers = [("x-request-timeout", asked)];
        let headers = if asked.is_empty() { &[][..] } else { &headers };
        let reply = send(&local(options.clone()), request(line, headers, b"")).await;
        assert_eq!(reply.header("seen-grpc-timeout"), passed, "{line} {asked}");
    }
}

#[tokio::test]
async fn an_answer_tells_its_server_which_method_it_is_of() {
    use tower::ServiceExt;
    for (line, rpc, template) in [
        ("GET /v1/books/7", "/t.v1.Library/GetBook", Some("/v1/books/{book_id}")),
        ("GET /v1/books/lost", "/t.v1.Library/GetBook", Some("/v1/books/{book_id}")),
        ("GET /v1/echo?small=x", "/t.v1.Library/Echo", Some("/v1/echo")),
        ("POST /t.v1.Library/GetBook", "/t.v1.Library/GetBook", None),
        ("GET /v1/nope", "", None),
        ("DELETE /v1/books/7", "", None),
    ] {
        let Ok(response) = local(options()).oneshot(request(line, &[], b"")).await;
        let matched = response.extensions().get::<Matched>();
        assert_eq!(matched.map(Matched::rpc_path).unwrap_or_default(), rpc, "{line}");
        assert_eq!(matched.and_then(Matched::template).map(ToString::to_string).as_deref(), template, "{line}");
    }
    let table = crate::harness::table();
    let found =
        |method, path| table.route(&method, path, &hoagiai_transcode::Limits::default()).map(|b| b.rpc().name());
    assert_eq!(found(http::Method::GET, "/v1/books/7"), Some("GetBook"));
    assert_eq!(found(http::Method::PUT, "/v1/books/7"), None);
    assert_eq!(found(http::Method::GET, "/v1/%zz"), None);
}

#[tokio::test]
async fn a_service_that_is_late_is_not_waited_for() {
    let remote = remote(options()).await;
    let headers = [("x-request-timeout", "0.05"), ("x-pause-ms", "60000")];
    for reply in
        [ask("GET /v1/books/7", &headers, "").await, send(&remote, request("GET /v1/books/7", &headers, b"")).await]
    {
        assert_eq!((reply.status.as_u16(), reply.json()["code"].as_i64()), (504, Some(4)), "{reply:?}");
    }
}

#[tokio::test]
async fn a_client_that_is_late_with_its_body_is_not_waited_for() {
    use tower::ServiceExt;
    let body = http_body_util::StreamBody::new(futures_util::stream::pending::<
        Result<http_body::Frame<bytes::Bytes>, std::io::Error>,
    >());
    let request =
        http::Request::post("/v1/echo").header("content-type", "application/json").header("x-request-timeout", "0.05");
    let Ok(response) = local(options()).oneshot(request.body(body).unwrap()).await;
    assert_eq!(response.status().as_u16(), 408);
}

#[tokio::test]
async fn extensions_reach_the_service_in_the_same_process() {
    let mut given = request("GET /v1/books/7", &[("x-request-timeout", "0.05")], b"");
    given.extensions_mut().insert(Pause(Duration::from_secs(60)));
    assert_eq!(send(&local(options()), given).await.status.as_u16(), 504);
}

#[tokio::test]
async fn errors_of_the_transcoder_carry_a_reason_where_a_domain_is_set() {
    let options = Options { error_domain: "example.org".to_owned(), ..options() };
    let reply = send(&local(options), request("GET /v1/nope", &[], b"")).await;
    let info = &reply.json()["details"][0];
    assert_eq!((info["reason"].as_str(), info["domain"].as_str()), (Some("NO_SUCH_PATH"), Some("example.org")));
}

#[tokio::test]
async fn a_server_knows_which_paths_are_of_the_transcoder() {
    let transcoder = local(options());
    for (path, known) in [
        ("/v1/echo", true),
        ("/v1/books/7:update", true),
        ("/t.v1.Library/GetBook", true),
        ("/t.v1.Library/Nope", false),
        ("/metrics", false),
        ("/%zz", false),
    ] {
        assert_eq!(transcoder.knows(path), known, "{path}");
    }
}
