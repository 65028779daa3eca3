//! A client of HTTP that knows nothing of the contracts, and one of gRPC that sends bytes.

use bytes::{Buf, BufMut, Bytes};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tonic::{
    Status,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
};

/// An answer of HTTP.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// The reason that programs compare.
    pub(super) fn reason(&self) -> String {
        let json = self.json();
        let details = json["details"].as_array().cloned().unwrap_or_default();
        let info = details.iter().find(|detail| detail["@type"] == "type.googleapis.com/google.rpc.ErrorInfo");
        info.map(|info| info["reason"].as_str().unwrap().to_owned()).unwrap_or_default()
    }
}

/// One request on a connection of its own.
pub(super) async fn send(
    address: std::net::SocketAddr,
    (verb, path): (Method, &str),
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Answer {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let mut request = Request::builder().method(verb).uri(path).header("host", "front.test");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = sender.send_request(request.body(Full::new(body.into())).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    Answer { status: head.status, headers: head.headers, body: body.collect().await.unwrap().to_bytes() }
}

/// A connection that is kept, for many reads in a row.
pub(super) struct Kept(hyper::client::conn::http1::SendRequest<Full<Bytes>>);

impl Kept {
    pub(super) async fn open(address: std::net::SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Self(sender)
    }

    /// Sends JSON, reads the answer to its end.
    pub(super) async fn post(&mut self, path: &str, token: &str, body: String) -> Answer {
        self.0.ready().await.unwrap();
        let request = Request::builder().method(Method::POST).uri(path).header("host", "front.test");
        let request =
            request.header("content-type", "application/json").header("authorization", format!("Bearer {token}"));
        let response = self.0.send_request(request.body(Full::new(body.into())).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        Answer { status: head.status, headers: head.headers, body: body.collect().await.unwrap().to_bytes() }
    }

    /// Reads an answer to its end; answers its status.
    pub(super) async fn get(&mut self, path: &str, token: &str) -> StatusCode {
        self.0.ready().await.unwrap();
        let request = Request::builder().uri(path).header("host", "front.test");
        let request = request.header("authorization", format!("Bearer {token}"));
        let response = self.0.send_request(request.body(Full::default()).unwrap()).await.unwrap();
        let status = response.status();
        response.into_body().collect().await.unwrap();
        status
    }
}

/// The head of a request alone, and the head of what is answered to it.
pub(super) async fn announce(address: std::net::SocketAddr, what: &str, headers: &[(&str, &str)]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    stream.write_all(format!("{what} HTTP/1.1\r\nhost: front.test\r\n{headers}\r\n").as_bytes()).await.unwrap();
    let mut answer = vec![0; 4_096];
    let read = stream.read(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[..read]).into_owned()
}

/// Messages as the bytes that they are.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Raw;

impl Codec for Raw {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        to.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        let length = from.remaining();
        Ok(Some(from.copy_to_bytes(length).to_vec()))
    }
}
