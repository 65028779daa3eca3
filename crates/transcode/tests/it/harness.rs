//! Transcoders in front of the service, and requests as the tests write them.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use hoagiai_transcode::{Body, BoxError, CallBody, Options, Table, Transcoder};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::Value as Json;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::service::Routes;
use tonic::transport::{Channel, Server};
use tower::util::MapRequest;
use tower::{Service, ServiceExt};

use crate::contracts;
use crate::server::Library;

/// Every method of the contract.
pub(crate) fn table() -> Arc<Table> {
    Arc::new(Table::build(contracts::pool(), |_| true).unwrap())
}

/// Options under which the tests see what reached the service.
pub(crate) fn options() -> Options {
    let seen =
        ["x-request-id", "seen-authorization", "seen-traceparent", "seen-x-own", "seen-x-secret", "seen-grpc-timeout"];
    let names = seen.into_iter().chain(["seen-accept-language", "seen-user-agent"]);
    Options {
        request_headers: ["x-own", "x-pause-ms"].map(http::HeaderName::from_static).to_vec(),
        response_headers: names.map(http::HeaderName::from_static).collect(),
        ..Options::default()
    }
}

/// The service in this process.
pub(crate) fn local(options: Options) -> Transcoder<Routes> {
    Transcoder::new(Routes::new(Library), table(), options)
}

/// A service behind a channel.
pub(crate) type Remote = MapRequest<Channel, fn(Request<CallBody>) -> Request<tonic::body::Body>>;

/// The service behind TCP.
pub(crate) async fn remote(options: Options) -> Transcoder<Remote> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(Server::builder().add_service(Library).serve_with_incoming(TcpListenerStream::new(listener)));
    let channel = Channel::from_shared(format!("http://{address}")).unwrap().connect_lazy();
    let body: fn(Request<CallBody>) -> Request<tonic::body::Body> = |request| request.map(tonic::body::Body::new);
    Transcoder::new(MapRequest::new(channel, body), table(), options)
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
    /// What broke the body off.
    pub(crate) broken: Option<String>,
}

impl Reply {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(crate) fn json(&self) -> Json {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The fields that are at fault, of an answer of REST.
    pub(crate) fn fields(&self) -> Vec<String> {
        let json = self.json();
        let details = json["details"].as_array().unwrap();
        let bad = details.iter().find(|d| d["@type"] == "type.googleapis.com/google.rpc.BadRequest");
        let faults = bad.and_then(|bad| bad["fieldViolations"].as_array().cloned()).unwrap_or_default();
        faults.iter().map(|fault| fault["field"].as_str().unwrap().to_owned()).collect()
    }
}

/// A request: `GET /v1/x`, headers line by line, and a body. A body without a content type is JSON.
pub(crate) fn request(line: &str, headers: &[(&str, &str)], body: &[u8]) -> Request<Full<Bytes>> {
    let (method, uri) = line.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if !body.is_empty() && !headers.iter().any(|(name, _)| *name == "content-type") {
        request = request.header("content-type", "application/json");
    }
    request.body(Full::new(Bytes::copy_from_slice(body))).unwrap()
}

/// Sends a request and reads the answer.
pub(crate) async fn send<S>(service: &S, request: Request<Full<Bytes>>) -> Reply
where
    S: Service<Request<Full<Bytes>>, Response = Response<Body>, Error = Infallible> + Clone,
{
    let Ok(response) = service.clone().oneshot(request).await;
    let (head, mut body) = response.into_parts();
    let mut reply = Reply { status: head.status, headers: head.headers, bytes: Bytes::new(), broken: None };
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => bytes.extend(frame.into_data().unwrap_or_default()),
            Err(error) => {
                let error: BoxError = error;
                reply.broken = Some(error.to_string());
                break;
            }
        }
    }
    reply.bytes = bytes.into();
    reply
}

/// Sends a request to the service in this process.
pub(crate) async fn ask(line: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    send(&local(options()), request(line, headers, body.as_bytes())).await
}
