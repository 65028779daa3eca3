//! Services that answer what no service should: each is an answer of HTTP all the same.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::ready;

use bytes::Bytes;
use futures_util::stream;
use hoagiai_transcode::{Body, CallBody, Limits, Options, Transcoder};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::{Full, StreamBody};
use tower::service_fn;
use tower::util::BoxCloneSyncService;

use crate::harness::{Reply, request, send, table};

/// What a service sends: headers, pieces of a body, trailers.
#[derive(Clone)]
struct Script {
    status: u16,
    headers: Vec<(&'static str, &'static str)>,
    pieces: Vec<Result<Vec<u8>, &'static str>>,
    trailers: Option<Vec<(&'static str, &'static str)>>,
}

impl Script {
    fn new(pieces: &[&[u8]], trailers: &[(&'static str, &'static str)]) -> Self {
        let pieces = pieces.iter().map(|piece| Ok(piece.to_vec())).collect();
        Self { status: 200, headers: Vec::new(), pieces, trailers: Some(trailers.to_vec()) }
    }
}

type Scripted = BoxCloneSyncService<Request<Full<Bytes>>, Response<Body>, Infallible>;

fn service(script: Script) -> Scripted {
    let inner = service_fn(move |_: Request<CallBody>| {
        let script = script.clone();
        let mut frames: VecDeque<Result<Frame<Bytes>, std::io::Error>> = script
            .pieces
            .into_iter()
            .map(|piece| piece.map(|bytes| Frame::data(bytes.into())).map_err(std::io::Error::other))
            .collect();
        if let Some(trailers) = script.trailers {
            let trailers: HeaderMap = trailers.iter().map(|(n, v)| (n.parse().unwrap(), v.parse().unwrap())).collect();
            frames.push_back(Ok(Frame::trailers(trailers)));
        }
        let mut response = Response::new(StreamBody::new(stream::iter(frames)));
        *response.status_mut() = StatusCode::from_u16(script.status).unwrap();
        for (name, value) in script.headers {
            response.headers_mut().insert(name, value.parse().unwrap());
        }
        ready(Ok::<_, std::io::Error>(response))
    });
    let limits = Limits { answer_bytes: 100, ..Limits::default() };
    BoxCloneSyncService::new(Transcoder::new(inner, table(), Options { limits, ..Options::default() }))
}

async fn ask(script: Script, line: &str) -> Reply {
    send(&service(script), request(line, &[], b"")).await
}

/// `{"book": {"book_id": "7"}}`, framed.
const BOOK: &[u8] = &[0, 0, 0, 0, 5, 0x0a, 3, 0x0a, 1, b'7'];
const OK: &[(&str, &str)] = &[("grpc-status", "0")];

#[tokio::test]
async fn a_message_may_come_in_any_pieces() {
    let bytes: Vec<&[u8]> = BOOK.chunks(1).collect();
    for pieces in [vec![BOOK], bytes, vec![&BOOK[..3], &[], &BOOK[3..7], &BOOK[7..]]] {
        let reply = ask(Script::new(&pieces, OK), "GET /v1/books/7").await;
        assert_eq!((reply.status.as_u16(), reply.json()["book"]["bookId"].as_str()), (200, Some("7")));
    }
    let empty = ask(Script::new(&[&[0, 0, 0, 0, 0]], OK), "GET /v1/books/7").await;
    assert_eq!(empty.text(), "{}");
}

#[tokio::test]
async fn what_is_no_answer_is_an_error_of_the_server() {
    let two = [BOOK, BOOK].concat();
    for (what, script, status, code) in [
        ("no message", Script::new(&[], OK), 500, 13),
        ("two messages", Script::new(&[&two], OK), 500, 13),
        ("cut off within a message", Script { trailers: None, ..Script::new(&[&BOOK[..7]], &[]) }, 500, 13),
        ("cut off, with a status", Script::new(&[&BOOK[..7]], &[("grpc-status", "14")]), 503, 14),
        ("no trailers", Script { trailers: None, ..Script::new(&[BOOK], &[]) }, 500, 2),
        ("trailers without a status", Script::new(&[BOOK], &[("x", "y")]), 500, 2),
        ("a message, then an error", Script::new(&[BOOK], &[("grpc-status", "9")]), 400, 9),
        ("a status that is none", Script::new(&[BOOK], &[("grpc-status", "ok")]), 500, 2),
        ("compressed", Script::new(&[&[1, 0, 0, 0, 0]], OK), 500, 13),
        ("larger than is passed on", Script::new(&[&[0, 0, 0, 0, 101]], OK), 429, 8),
        ("far larger than there is memory", Script::new(&[&[0, 255, 255, 255, 255]], OK), 429, 8),
        ("of another contract", Script::new(&[&[0, 0, 0, 0, 2, 0x0a, 9]], OK), 500, 13),
        ("a body that breaks", Script { pieces: vec![Err("reset")], ..Script::new(&[], OK) }, 503, 14),
        ("a proxy", Script { status: 502, trailers: None, ..Script::new(&[b"<html>"], &[]) }, 503, 14),
        ("a proxy that knows nobody", Script { status: 404, ..Script::new(&[], &[]) }, 501, 12),
        ("a proxy that wants a token", Script { status: 401, ..Script::new(&[], &[]) }, 401, 16),
        (
            "only trailers",
            Script { headers: vec![("grpc-status", "7"), ("grpc-message", "no%21")], ..Script::new(&[], &[]) },
            403,
            7,
        ),
        ("only trailers, of success", Script { headers: vec![("grpc-status", "0")], ..Script::new(&[], &[]) }, 500, 13),
    ] {
        let reply = ask(script, "GET /v1/books/7").await;
        assert_eq!((reply.status.as_u16(), reply.json()["code"].as_i64()), (status, Some(code)), "{what}");
    }
}

#[tokio::test]
async fn a_stream_that_ends_badly_says_so_in_its_last_line() {
    for (what, script, lines, code) in [
        ("no trailers", Script { trailers: None, ..Script::new(&[BOOK, BOOK], &[]) }, 3, 2),
        ("cut off within a message", Script { trailers: None, ..Script::new(&[BOOK, &BOOK[..7]], &[]) }, 2, 13),
        ("a message of another contract", Script::new(&[BOOK, &[0, 0, 0, 0, 1, 0x0a], BOOK], OK), 2, 13),
        (
            "a message without JSON",
            Script::new(
                &[
                    BOOK,
                    &[
                        0, 0, 0, 0, 18, 0x0a, 16, 0x22, 14, 0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40,
                        0x10, 0, 0x10, 0,
                    ],
                    BOOK,
                ],
                OK,
            ),
            2,
            13,
        ),
        ("a body that breaks", Script { pieces: vec![Ok(BOOK.to_vec()), Err("reset")], ..Script::new(&[], OK) }, 2, 14),
    ] {
        let reply = ask(script, "GET /v1/books:watch").await;
        let text = reply.text();
        let last: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        assert_eq!(
            (reply.status.as_u16(), text.lines().count(), last["error"]["code"].as_i64()),
            (200, lines, Some(code)),
            "{what}"
        );
        assert!(text.ends_with('\n') && reply.broken.is_none());
    }
}

#[tokio::test]
async fn a_service_that_cannot_be_reached_is_unavailable() {
    let inner =
        service_fn(|_: Request<CallBody>| ready(Err::<Response<Full<Bytes>>, _>(std::io::Error::other("refused"))));
    let transcoder = Transcoder::new(inner, table(), Options::default());
    let reply = send(&transcoder, request("GET /v1/books/7", &[], b"")).await;
    assert_eq!((reply.status.as_u16(), reply.json()["code"].as_i64()), (503, Some(14)));
    // Nothing of the cause is told to whoever asks.
    assert!(!reply.text().contains("refused"));
}
