//! From a client of HTTP over TCP, through axum and the transcoder, over TCP to tonic.

use axum::Router;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value as Json;
use tokio::net::TcpListener;
use tower::ServiceExt;

use crate::harness::{options, remote};

/// Where a server with the transcoder behind its own routes listens.
async fn serve() -> String {
    let transcoder = remote(options()).await;
    let fallback = ServiceExt::<axum::extract::Request>::map_response(
        transcoder,
        |response: Response<hoagiai_transcode::Body>| response.map(axum::body::Body::new),
    );
    let app: Router = Router::new().route("/healthz", axum::routing::get(|| async { "ok" })).fallback_service(fallback);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}

#[tokio::test]
async fn everything_goes_through_two_sockets() {
    let server = serve().await;
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    for (method, path, body, status, answer) in [
        ("GET", "/healthz", "", 200, "ok"),
        ("GET", "/v1/echo/h%C3%B2a?small=5", "", 200, r#""text":"hòa","small":5"#),
        ("POST", "/v1/echo", r#"{"text":"a"}"#, 200, r#""text":"a""#),
        ("POST", "/v1/echo", r#"{"text":5}"#, 400, "a text is expected"),
        ("PATCH", "/v1/books/7", r#"{"etag":"x"}"#, 200, r#""bookId":"7""#),
        ("GET", "/v1/books/lost", "", 404, "LOST"),
        ("DELETE", "/v1/books/7", "", 405, "only GET"),
        ("HEAD", "/v1/books/7", "", 200, ""),
        ("OPTIONS", "/v1/books/7", "", 204, ""),
        ("POST", "/v1/raw", "[bytes]", 200, "[bytes]"),
        ("POST", "/t.v1.Library/GetBook", r#"{"bookId":"7"}"#, 200, r#""bookId":"7""#),
        ("GET", "/nope", "", 404, "nothing at this path"),
    ] {
        let request =
            Request::builder().method(method).uri(format!("{server}{path}")).header("content-type", "application/json");
        let response = client.request(request.body(Full::new(body.into())).unwrap()).await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{method} {path}");
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        assert!(String::from_utf8_lossy(&bytes).contains(answer), "{method} {path}: {bytes:?}");
    }
}

#[tokio::test]
async fn a_stream_comes_line_by_line_and_ends_with_its_error() {
    let server = serve().await;
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let uri = format!("{server}/v1/books:watch?count=3&code=10");
    let response = client.get(uri.parse().unwrap()).await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/x-ndjson");
    let text = String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap();
    let lines: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines.len(), lines[3]["error"]["code"].as_i64()), (4, Some(10)));
}

#[tokio::test]
async fn a_client_that_goes_ends_the_call() {
    let server = serve().await;
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let uri = format!("{server}/v1/books:watch?count=2000000000");
    let mut body = client.get(uri.parse().unwrap()).await.unwrap().into_body();
    assert!(body.frame().await.unwrap().unwrap().into_data().unwrap().starts_with(b"{\"book\""));
    drop(body);
    // The server answers others at once: nobody is busy with two billion books.
    let response = client.get(format!("{server}/v1/books/7").parse().unwrap()).await.unwrap();
    assert_eq!(response.status().as_u16(), 200);
}
