//! Streams: how they are cut into pieces on the way must not matter.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use http::HeaderMap;
use http_body::Body;
use prost_reflect::{DynamicMessage, Value};

use super::body::Pieced;
use super::{MOST, Subject, choice};
use crate::Upload;
use crate::binding::{Binding, BodyRule};
use crate::frame::{Messages, frame};
use crate::router::Path;
use crate::upload::{Pieces, Slot, Source};

/// What is read of an answer in one piece and in many is the same, and a message reads back as what was framed. The first
/// byte: the size of a piece.
pub(super) fn frames(_: &Subject, data: &[u8]) {
    let Some((size, bytes)) = choice(data, 64) else { return };
    assert_eq!(read(bytes, bytes.len(), MOST), read(bytes, size + 1, MOST));
    if let Some(framed) = frame(bytes) {
        assert_eq!(read(&framed, size + 1, bytes.len()), [Ok(bytes.to_vec())]);
    }
}

/// The messages of an answer, and what is wrong with it.
fn read(bytes: &[u8], size: usize, most: usize) -> Vec<Result<Vec<u8>, String>> {
    let mut messages = Messages::new(Pieced::new(bytes, size, None), most);
    let mut read = Vec::new();
    while let Poll::Ready(Some(next)) = messages.poll_next(&mut Context::from_waker(Waker::noop())) {
        read.push(next.map(|bytes| bytes.to_vec()).map_err(|status| status.message));
    }
    read
}

/// The ways to upload: lines, bytes of a field, a file in a field, a file.
const UPLOADS: [(&str, Upload); 5] = [
    ("/v1/shelves/a:import", Upload::Lines),
    ("/v1/chat", Upload::Lines),
    ("/v1/shelves/a:upload", Upload::Bytes),
    ("/v1/shelves/a:file", Upload::Bytes),
    ("/v1/rawStream", Upload::Bytes),
];

/// The messages of an upload, or why it is refused, are the same however it arrives, and bytes lose nothing. The first
/// byte: the way; the second: the size of a piece.
pub(super) fn upload(subject: &Subject, data: &[u8]) {
    let Some((way, rest)) = choice(data, UPLOADS.len()) else { return };
    let Some((size, bytes)) = choice(rest, 64) else { return };
    let (path, kind) = UPLOADS[way];
    let whole = sent(subject, path, bytes, bytes.len());
    assert_eq!(whole, sent(subject, path, bytes, size + 1));
    let (Some((binding, _)), (messages, _)) = (found(subject, path), whole) else { return };
    let messages = messages.iter().map(|bytes| DynamicMessage::decode(binding.method.input(), bytes.as_slice()));
    let messages: Vec<_> = messages.map(|message| message.unwrap_or_else(|error| panic!("{error}"))).collect();
    if kind == Upload::Bytes {
        let held: Vec<u8> = messages.iter().flat_map(|message| held(&binding.body, message)).collect();
        assert_eq!(held, bytes);
    }
}

fn found(subject: &Subject, path: &str) -> Option<(Arc<Binding>, Vec<String>)> {
    let path = Path::parse(path, &subject.shared.options.limits).ok()?;
    let found = subject.shared.table.find(&http::Method::POST, &path).ok()?;
    Some((Arc::clone(found.value), found.captures))
}

/// The messages that are sent, unframed, and why no more are.
fn sent(subject: &Subject, path: &str, bytes: &[u8], size: usize) -> (Vec<Vec<u8>>, Option<String>) {
    let Some((binding, captures)) = found(subject, path) else { panic!("no such upload") };
    let first = DynamicMessage::new(binding.method.input());
    let (shared, slot) = (Arc::clone(&subject.shared), Slot::default());
    let source = Source { binding, shared, captures };
    let pieces = Pieces::new(Pieced::new(bytes, size, None), source, first, &HeaderMap::new(), slot.clone());
    let Ok(mut pieces) = pieces else { panic!("an upload without headers is refused") };
    let mut messages = Vec::new();
    let mut cx = Context::from_waker(Waker::noop());
    while let Poll::Ready(Some(Ok(frame))) = std::pin::Pin::new(&mut pieces).poll_frame(&mut cx) {
        let framed = frame.into_data().unwrap_or_default();
        messages.extend(read(&framed, framed.len(), framed.len()).into_iter().flatten());
    }
    (messages, slot.take().map(|refusal| format!("{refusal:?}")))
}

/// The bytes that a message of an upload holds.
fn held(body: &BodyRule, message: &DynamicMessage) -> Vec<u8> {
    let value = match body {
        BodyRule::Field(field) => message.get_field(field).into_owned(),
        _ => Value::Message(message.clone()),
    };
    let inner = value.as_message().and_then(|file| file.get_field_by_name("data").map(|data| data.into_owned()));
    inner.unwrap_or(value).as_bytes().map(|bytes| bytes.to_vec()).unwrap_or_default()
}
