//! Requests as bytes, for what no client of HTTP would send: repeated headers, odd spellings, values that are no text.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::client::Answer;

/// The first line and the lines of the head after it, each without its line end.
#[derive(Clone, Debug, Default)]
pub(super) struct Head(Vec<u8>);

impl Head {
    pub(super) fn of(what: &str) -> Self {
        Self(format!("{what} HTTP/1.1\r\nhost: front.test\r\nconnection: close\r\n").into_bytes())
    }

    pub(super) fn line(mut self, line: impl AsRef<[u8]>) -> Self {
        self.0.extend_from_slice(line.as_ref());
        self.0.extend_from_slice(b"\r\n");
        self
    }

    /// Sends it with a body and reads what is answered. None: the connection was closed without an answer.
    pub(super) async fn send(mut self, address: std::net::SocketAddr, body: &[u8]) -> Option<Answer> {
        if !body.is_empty() {
            self = self.line(format!("content-length: {}", body.len()));
        }
        self.0.extend_from_slice(b"\r\n");
        self.0.extend_from_slice(body);
        let (mut reader, mut writer) = TcpStream::connect(address).await.unwrap().into_split();
        // A head that is too large is answered before it is read to its end.
        let writing = tokio::spawn(async move {
            let _ = writer.write_all(&self.0).await;
            writer
        });
        let mut answer = Vec::new();
        let _ = reader.read_to_end(&mut answer).await;
        writing.abort();
        parse(&answer)
    }
}

/// An answer that ends with its connection, whole or in chunks.
fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let (first, lines) = head.split_once("\r\n").unwrap_or((head, ""));
    let status = StatusCode::from_bytes(first.split(' ').nth(1)?.as_bytes()).unwrap();
    let mut headers = HeaderMap::new();
    for (name, value) in lines.split("\r\n").filter_map(|line| line.split_once(": ")) {
        headers.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
    }
    let body = &bytes[end + 4..];
    let chunked = headers.get("transfer-encoding").is_some_and(|value| value == "chunked");
    let body = if chunked { unchunked(body) } else { body.to_vec() };
    Some(Answer { status, headers, body: Bytes::from(body) })
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        let chunk = &rest[end + 2..];
        whole.extend_from_slice(&chunk[..length]);
        rest = chunk.get(length + 2..).unwrap_or_default();
    }
    whole
}
