//! Whatever is sent: no panic, no 5xx, and an answer of HTTP that is JSON unless it is what was asked for.

use hoagiai_transcode::{Limits, Options};
use http::{Method, Request, Uri};
use http_body_util::Full;
use proptest::prelude::*;

use crate::harness::{local, options, send};

fn never_fails(request: Request<Full<bytes::Bytes>>) -> Result<(), TestCaseError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let head = request.method() == Method::HEAD;
    let shown = format!("{request:?}");
    let options = Options { limits: Limits { body_bytes: 1000, ..Limits::default() }, ..options() };
    let reply = runtime.block_on(send(&local(options), request));
    let status = reply.status.as_u16();
    // 501 is what streams of requests are answered.
    prop_assert!(status < 500 || status == 501, "{status} for {shown}: {}", reply.text());
    if status >= 400 && !head {
        prop_assert_eq!(reply.header("content-type"), "application/json");
        prop_assert!(reply.json()["message"].is_string());
    }
    Ok(())
}

fn given(method: &str, uri: Uri, of_type: &str, body: Vec<u8>) -> Request<Full<bytes::Bytes>> {
    let mut request = Request::new(Full::new(body.into()));
    *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
    *request.uri_mut() = uri;
    if let Ok(of_type) = of_type.parse() {
        request.headers_mut().insert("content-type", of_type);
    }
    request
}

fn method() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "REPORT", "PURGE"])
}

fn path() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "/v1/echo",
        "/v1/echo/a",
        "/v1/echo/5:act",
        "/v1/echo:list",
        "/v1/echo/2025-07-01",
        "/v1/inner",
        "/v1/books/7",
        "/v1/books:watch",
        "/v1/files/a",
        "/v1/files:download",
        "/v1/books/7/cover",
        "/v1/raw",
        "/v1/chat",
        "/v1/shelves/a:import",
        "/v1/shelves/a:upload",
        "/v1/rawStream",
        "/t.v1.Library/Echo",
        "/t.v1.Library/GetBook",
        "/t.v1.Library/WatchBooks",
    ]);
    prop_oneof![3 => known.prop_map(str::to_owned), 1 => "(/[a-z0-9%.:*{}~-]{0,6}){0,6}", 1 => "/v1/echo/[!-~]{0,12}"]
}

/// JSON that is nearly right: names of the contract with values of any kind.
fn json() -> impl Strategy<Value = String> {
    let names = prop::sample::select(vec![
        "text",
        "small",
        "large",
        "count",
        "single",
        "real",
        "flag",
        "data",
        "color",
        "inner",
        "inners",
        "texts",
        "numbers",
        "map",
        "innerMap",
        "flagMap",
        "maybe",
        "byName",
        "byNumber",
        "time",
        "span",
        "mask",
        "object",
        "value",
        "list",
        "any",
        "null",
        "empty",
        "day",
        "textBox",
        "largeBox",
        "times",
        "@type",
        "nope",
        "inner_map",
        "number",
    ]);
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        any::<i64>().prop_map(|n| n.to_string()),
        any::<f64>().prop_map(|n| if n.is_finite() { format!("{n:e}") } else { "0".to_owned() }),
        "[a-zA-Z0-9:.+TZs/-]{0,24}".prop_map(|text| format!("{text:?}")),
        Just(r#""2025-07-01T00:00:00Z""#.to_owned()),
        Just(r#""type.googleapis.com/t.v1.Everything""#.to_owned()),
        Just(r#""x/google.protobuf.Any""#.to_owned()),
    ];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        let members = prop::collection::vec((names.clone(), inner.clone()), 0..5);
        let object = members.prop_map(|members| {
            let members: Vec<_> = members.into_iter().map(|(name, value)| format!("{name:?}:{value}")).collect();
            format!("{{{}}}", members.join(","))
        });
        let list = prop::collection::vec(inner, 0..4).prop_map(|values| format!("[{}]", values.join(",")));
        prop_oneof![4 => object, 1 => list]
    })
}

/// More where `PROPTEST_CASES` asks for more.
fn cases() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig { cases: usual.cases.max(512), ..usual }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_path_and_query(method in method(), path in path(), query in "[ -~]{0,40}") {
        let uri = format!("{path}?{query}").parse::<Uri>().or_else(|_| path.parse());
        if let Ok(uri) = uri {
            never_fails(given(method, uri, "application/json", Vec::new()))?;
        }
    }

    #[test]
    fn any_bytes_as_a_body(method in method(), path in path(), body in prop::collection::vec(any::<u8>(), 0..1100),
        of_type in prop::sample::select(vec!["application/json", "application/proto", "text/plain", "application/x-ndjson", "a;b", ""])) {
        if let Ok(uri) = path.parse() {
            never_fails(given(method, uri, of_type, body))?;
        }
    }

    #[test]
    fn nearly_right_json(json in json(), line in prop::sample::select(vec![
        ("POST", "/v1/echo"), ("PUT", "/v1/echo/a"), ("POST", "/v1/echo:list"), ("PATCH", "/v1/echo/2025-07-01"),
        ("POST", "/t.v1.Library/Echo"), ("PATCH", "/v1/books/7"), ("POST", "/v1/shelves/a:import"), ("POST", "/v1/chat"),
    ])) {
        never_fails(given(line.0, line.1.parse().unwrap(), "application/json", json.into_bytes()))?;
    }

    #[test]
    fn any_headers(values in prop::collection::vec((prop::sample::select(vec![
        "if-match", "if-none-match", "idempotency-key", "x-request-timeout", "connection", "content-length", "content-encoding",
        "authorization", "connect-timeout-ms", "connect-protocol-version", "traceparent", "x-own", "content-type",
    ]), "[ -~\u{80}-\u{ff}]{0,12}"), 0..6), line in prop::sample::select(vec![
        ("GET", "/v1/books/7"), ("PATCH", "/v1/books/7"), ("POST", "/t.v1.Library/GetBook"), ("POST", "/v1/raw"),
    ])) {
        let mut request = given(line.0, line.1.parse().unwrap(), "application/json", b"{}".to_vec());
        for (name, value) in values {
            if let Ok(value) = http::HeaderValue::from_bytes(value.as_bytes()) {
                request.headers_mut().append(name, value);
            }
        }
        // A short time is a right answer, and 504.
        if request.headers().get("x-request-timeout").is_none() && request.headers().get("connect-timeout-ms").is_none() {
            never_fails(request)?;
        }
    }
}
