//! Published clients: of npm over Connect, gRPC-Web and gRPC, of PyPI over Connect. Each says as JSON what came of its calls,
//! and that must be one and the same over every transport.

use std::net::SocketAddr;
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};

use super::{envoy, front, tools};
use crate::contracts;

/// The text of every error that has a code by the name of its book.
const MESSAGE: &str = "hòa giải 100 %, \"😀\"";
/// The codes 1 to 16 by their names in Connect.
const CODES: [&str; 16] = [
    "canceled",
    "unknown",
    "invalid_argument",
    "deadline_exceeded",
    "not_found",
    "already_exists",
    "permission_denied",
    "resource_exhausted",
    "failed_precondition",
    "aborted",
    "out_of_range",
    "unimplemented",
    "internal",
    "unavailable",
    "data_loss",
    "unauthenticated",
];

/// Runs a client to its end.
async fn run(mut command: Command) -> Json {
    command.stdin(Stdio::null());
    let shown = format!("{command:?}");
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap();
    let output = output.unwrap_or_else(|error| panic!("cannot start {shown}: {error}; install Node.js and Python 3"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{shown}\n{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn script(program: &str, name: &str) -> Command {
    let mut command = Command::new(program);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients/").to_owned() + name);
    command
}

/// What the client of npm says over a transport.
async fn node(server: SocketAddr, transport: &str) -> Json {
    let scratch = tempfile::tempdir().unwrap();
    let contract = scratch.path().join("contract.binpb");
    std::fs::write(&contract, contracts::pool().encode_to_vec()).unwrap();
    let mut command = script("node", "connect.cjs");
    command.arg(tools::find("connect")).arg(contract).arg(format!("http://{server}")).arg(transport);
    run(command).await
}

/// A code as the client of npm names it, `NotFound`.
fn in_words(code: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    code.split('_').map(capital).collect()
}

/// What it must say, but for streams.
fn expected(stream: Json, whole: Json) -> Json {
    let error = |number: usize, code: &&str| {
        let detail = json!({"type": "google.rpc.ErrorInfo", "reason": format!("CODE_{number}"), "domain": "t"});
        json!({"code": in_words(code), "message": MESSAGE, "details": [detail]})
    };
    json!({
        "book": {"book": {"bookId": "sổ 7/%", "displayName": "đủ", "etag": "\"3\""}},
        "echo": {
            "text": "hòa giải 😀 \u{0}\r\n\"\\", "small": i32::MIN, "large": i64::MIN.to_string(),
            "largeCount": u64::MAX.to_string(), "single": 0.5, "real": "-Infinity", "flag": true, "data": "AP8+Pw==",
            "color": "COLOR_BLUE", "inner": {"text": "trong", "number": 3, "inner": {"texts": ["a", ""]}},
            "inners": [{"number": 1}, {}], "texts": ["một", "hai"], "colors": ["COLOR_RED", 7],
            "map": {"khóa": 1, "": 2}, "innerMap": {"-5": {"number": 5}}, "flagMap": {"true": "đúng"}, "maybe": 0,
            "byNumber": 0, "time": "2025-07-01T07:00:00.123456789Z", "span": "-1.500s",
            "mask": "text,inner.number,largeCount", "object": {"a": [1, null, {"b": "c"}]}, "textBox": "",
            "largeBox": "0", "times": ["1970-01-01T00:00:00Z"],
        },
        "empty": {},
        "errors": CODES.iter().enumerate().map(|(at, code)| error(at + 1, code)).collect::<Vec<_>>(),
        // What the client has no type for is not among what it finds; that it is sent is tested elsewhere.
        "lost": {"code": "NotFound", "message": "không có sách", "details": [
            {"type": "google.rpc.ErrorInfo", "reason": "LOST", "domain": "t"},
            {"type": "google.rpc.RetryInfo", "retryDelay": "1.200s"},
        ]},
        "metadata": {"x-request-id": "r1", "seen-x-own": "1", "seen-authorization": "Bearer x",
            "seen-grpc-timeout": "60000m"},
        "late": "DeadlineExceeded",
        "canceled": "Canceled",
        "nowhere": "Unimplemented",
        "after": "8",
        "stream": stream,
        "whole": whole,
    })
}

/// What a client says of streams where they are offered.
fn streamed() -> [Json; 2] {
    let aborted = json!({"code": "Aborted", "message": "in the middle", "details": []});
    [json!({"books": ["0", "1", "2"], "ended": aborted}), json!({"books": ["0", "1"], "ended": {"answered": {}}})]
}

async fn says_over(server: SocketAddr, transports: &[&str], streams: [Json; 2]) {
    let [stream, whole] = streams;
    let expected = expected(stream, whole);
    for transport in transports {
        let said = node(server, transport).await;
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(said[name], *value, "{transport}: {name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_client_of_npm_says_the_same_over_connect() {
    let none = json!({"code": "Unimplemented", "message": "streams are offered over gRPC", "details": []});
    let none = json!({"books": [], "ended": none});
    let transports = ["connect-proto", "connect-json", "connect-get-proto", "connect-get-json"];
    says_over(front::front().await, &transports, [none.clone(), none]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_client_of_npm_says_the_same_over_grpc_web_and_grpc() {
    says_over(front::front().await, &["grpc-web", "grpc-web-h2", "grpc"], streamed()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_client_of_npm_says_the_same_through_envoy() {
    let envoy = envoy::start(front::service().await).await;
    says_over(envoy.address, &["grpc-web", "grpc"], streamed()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_client_of_pypi_says_the_same_over_connect() {
    let front = front::front().await;
    let error = |code: &str| json!({"code": code, "message": MESSAGE, "details": ["google.rpc.ErrorInfo"]});
    for (transport, compressed) in [
        ("connect-json", "the body must not be compressed"),
        ("connect-get-json", "compression: only identity is known"),
    ] {
        let mut command = script("python3", "connect.py");
        command.arg(tools::find("connectrpc")).arg(format!("http://{front}")).arg(transport);
        let said = run(command).await;
        let details = ["google.rpc.ErrorInfo", "google.rpc.RetryInfo", "t.Unknown"];
        for (name, value) in [
            ("book", json!({"book": {"bookId": "sổ 7/%", "displayName": "đủ", "etag": "\"3\""}})),
            ("echo", json!("hòa giải 😀 \u{0}")),
            ("errors", CODES.map(error).into()),
            ("lost", json!({"code": "not_found", "message": "không có sách", "details": details})),
            ("late", json!("deadline_exceeded")),
        ] {
            assert_eq!(said[name], value, "{transport}: {name}");
        }
        let metadata =
            json!({"x-request-id": "r1", "seen-x-own": "1", "seen-x-secret": null, "seen-grpc-timeout": "60000m"});
        assert_eq!(said["metadata"], metadata, "{transport}");
        // Without options this client compresses what it sends, which is not taken, and it is told in the protocol's words.
        let refused = [said["compressed"]["code"].as_str(), said["compressed"]["message"].as_str()];
        assert_eq!(refused, [Some("unimplemented"), Some(compressed)], "{transport}");
    }
}
