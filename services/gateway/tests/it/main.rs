//! The gateway in a process of its own, in front of a registry elsewhere.
#![expect(clippy::unwrap_used, reason = "what the tests share stands outside them, where clippy does not see a test")]

mod certificates;
mod forgotten;
mod front;
mod keys;
mod ledger;
mod officers;
mod provider;
mod schema;
mod sessions;
mod sign_in;
mod tls;
mod upgrade;
mod world;

use std::net::SocketAddr;

use hoagiai_identity::{Area, Grant, Role};
use hoagiai_rpc::Problem;
use hoagiai_runtime::Part;
use hoagiai_testkit::server::{self, TestServer};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const UNIT: &str = "00000000-0000-4000-8000-000000000001";
/// 64 KiB of a body that is larger than any that is taken.
static PIECE: [u8; 65_536] = [b' '; 65_536];

/// Now, in seconds, as tokens have it.
fn now() -> i64 {
    hoagiai_types::Env::system().now().as_micros() / 1_000_000
}

/// Two servers whose issuer is one.
async fn apart() -> (TestServer, TestServer, tempfile::TempDir) {
    let shared = tempfile::tempdir().unwrap();
    let key = format!("[identity]\nlocal_key = {:?}", shared.path().join("issuer.pem"));
    let behind = server::of([Part::new("registry", hoagiai_registry::service)]).configuration(&key);
    let behind = behind.start().await.unwrap();
    let url = format!("http://{}", behind.server().local_addr());
    let front = server::of([Part::new("gateway", hoagiai_gateway::service)])
        .configuration(&key)
        .configuration(&format!("[gateway]\nlisten = \"127.0.0.1:0\"\n[peers]\nregistry = {url:?}"));
    (behind, front.start().await.unwrap(), shared)
}

async fn get(front: &TestServer, path: &str, token: Option<&str>) -> (StatusCode, Value) {
    let address: SocketAddr = front.server().face("http").unwrap();
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let mut request = Request::builder().method(Method::GET).uri(path).header("host", "front.test");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let response = sender.send_request(request.body(Empty::<bytes::Bytes>::new()).unwrap()).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

fn auditor(of: &TestServer) -> String {
    of.token("auditor", vec![Grant::of(Role::Auditor, Area::Everywhere)]).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_answers_for_a_registry_elsewhere_and_for_nothing_else() {
    let (_registry, front, _shared) = apart().await;
    let token = auditor(&front);
    let (status, body) = get(&front, "/v1/units", Some(&token)).await;
    assert_eq!((status, &body["units"]), (StatusCode::OK, &Value::Array(Vec::new())));
    let (status, body) = get(&front, "/v1/journals/registry/head", Some(&token)).await;
    assert_eq!((status, body["position"].as_str()), (StatusCode::OK, Some("0")), "{body}");
    // The visitor's credential is the gateway's own, and the registry takes it.
    let (status, body) = get(&front, &format!("/v1/units/{UNIT}/directory"), None).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "{body}");
    // Refused here or by the service: in the same words.
    for refused in [None, Some("no.token.atall")] {
        let (status, body) = get(&front, "/v1/units", refused).await;
        let words = Problem::new("UNAUTHENTICATED").vietnamese();
        assert!(status == StatusCode::UNAUTHORIZED && body.to_string().contains(&words), "{body}");
    }
    // What is not connected has no address.
    assert_eq!(get(&front, "/v1/cases", Some(&token)).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_is_down_is_said_to_be() {
    let (registry, front, _shared) = apart().await;
    let token = auditor(&front);
    assert_eq!(get(&front, "/v1/units", Some(&token)).await.0, StatusCode::OK);
    registry.stop().await;
    let (status, body) = get(&front, "/v1/units", Some(&token)).await;
    assert_eq!((status, body["code"].as_i64()), (StatusCode::SERVICE_UNAVAILABLE, Some(14)), "{body}");
    let shown = body.to_string();
    assert!(!shown.contains("127.0.0.1") && !shown.contains("connect"), "nobody learns where it is: {shown}");
    assert_eq!(get(&front, "/healthz", None).await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sends_what_is_not_taken_hears_the_answer_and_no_reset() {
    let (_registry, front, _shared) = apart().await;
    let address = front.server().face("http").unwrap();
    let plan = format!("POST /v1/communes/{UNIT}/teams:plan HTTP/1.1\r\nhost: front.test\r\n");
    let token = format!("authorization: Bearer {}\r\n", auditor(&front));
    for (credentials, expected) in [(token.as_str(), "HTTP/1.1 413 "), ("", "HTTP/1.1 401 ")] {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let head = format!("{plan}{credentials}content-length: {}\r\n\r\n", PIECE.len() * 320);
        stream.write_all(head.as_bytes()).await.unwrap();
        // A sender that reads nothing before all is sent, as many are.
        for piece in 0..320 {
            stream.write_all(&PIECE).await.unwrap_or_else(|error| panic!("{expected}: piece {piece}: {error}"));
        }
        let mut answer = vec![0; 64];
        stream.read_exact(&mut answer).await.unwrap();
        assert!(answer.starts_with(expected.as_bytes()), "{}", String::from_utf8_lossy(&answer));
    }
    // Who asks first whether to send is told without sending.
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!("{plan}expect: 100-continue\r\ncontent-length: 20971520\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 401 "), "{}", String::from_utf8_lossy(&answer));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_to_stand_in_front_of_keeps_it_from_starting() {
    let front = server::of([Part::new("gateway", hoagiai_gateway::service)])
        .configuration("[gateway]\nlisten = \"127.0.0.1:0\"");
    let error = front.start().await.err().unwrap();
    assert!(format!("{error:#}").contains("peers"), "{error:#}");
    let everywhere = server::of([Part::new("gateway", hoagiai_gateway::service)])
        .configuration("[gateway]\nlisten = \"127.0.0.1:0\"\nallowed_origins = [\"*\"]");
    let error = everywhere.start().await.err().unwrap();
    assert!(format!("{error:#}").contains("gateway.allowed_origins"), "{error:#}");
}
