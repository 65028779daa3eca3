//! Messages out of queries, JSON and protobuf, and statuses out of metadata.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, HeaderValue};
use prost_reflect::{DynamicMessage, MessageDescriptor};
use serde_json::Value as Json;

use super::{Subject, choice, head};
use crate::query::{self, Unknown};
use crate::status::Status;
use crate::{connect, json as proto3};

/// The messages that an input may be of.
const MESSAGES: [&str; 6] = [
    "t.v1.Everything",
    "google.protobuf.Any",
    "google.protobuf.Value",
    "google.protobuf.Struct",
    "t.v1.UpdateBookRequest",
    "google.rpc.BadRequest",
];

fn of<'a>(subject: &Subject, data: &'a [u8]) -> Option<(MessageDescriptor, &'a [u8])> {
    let (at, rest) = choice(data, MESSAGES.len())?;
    Some((subject.shared.table.pool().get_message_by_name(MESSAGES[at])?, rest))
}

/// A query that is bound makes a message that reads back from its own JSON; one that is not has its faults, each named.
pub(super) fn query(subject: &Subject, data: &[u8]) {
    let bindings: Vec<_> = subject.shared.table.bindings().collect();
    let Some((at, rest)) = choice(data, bindings.len()) else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let limits = &subject.shared.options.limits;
    for unknown in [Unknown::Refused, Unknown::Ignored] {
        let mut message = DynamicMessage::new(bindings[at].method.input());
        match query::bind(text, bindings[at], unknown, limits, &mut message) {
            // A mask in a query may have names that JSON has no form for, `address_2`.
            Ok(_) if proto3::print(&message).is_err() => assert!(message.to_string().contains("paths:"), "{message}"),
            Ok(_) => round(&message, subject),
            Err(faults) => assert!(!faults.is_empty() && faults.iter().all(|fault| !fault.description.is_empty())),
        }
    }
}

/// A message out of JSON prints as JSON, and that reads back as the same.
pub(super) fn json(subject: &Subject, data: &[u8]) {
    let Some((of, text)) = of(subject, data) else { return };
    match proto3::message(&of, text, &subject.shared.options.limits) {
        Ok(message) => round(&message, subject),
        Err(faults) => assert!(!faults.is_empty()),
    }
}

/// A message out of protobuf that prints as JSON reads back as the same.
pub(super) fn proto(subject: &Subject, data: &[u8]) {
    let Some((of, bytes)) = of(subject, data) else { return };
    let Ok(message) = DynamicMessage::decode(of, bytes) else { return };
    if let Ok(printed) = proto3::print(&message) {
        again(&message, &printed, subject);
    }
}

fn round(message: &DynamicMessage, subject: &Subject) {
    match proto3::print(message) {
        Ok(printed) => again(message, &printed, subject),
        Err(error) => panic!("{message} does not print: {error:?}"),
    }
}

fn again(message: &DynamicMessage, printed: &[u8], subject: &Subject) {
    use prost_reflect::ReflectMessage as _;
    let shown = String::from_utf8_lossy(printed);
    match proto3::message(&message.descriptor(), printed, &subject.shared.options.limits) {
        // Compared as they print, for what is no number equals nothing, not even itself.
        Ok(again) => assert_eq!(proto3::print(&again).ok().as_deref(), Some(printed), "{shown}"),
        Err(faults) => assert!(faults.iter().all(|fault| fault.description.contains("nest")), "{faults:?} of {shown}"),
    }
}

/// A status out of metadata is an error of REST and of Connect, both of them JSON with a text. The input: the value of
/// `grpc-status`, of `grpc-message`, an empty line, the bytes of `grpc-status-details-bin`.
pub(super) fn status(subject: &Subject, data: &[u8]) {
    let Some((lines, details)) = head(data) else { return };
    let mut metadata = HeaderMap::new();
    let mut lines = lines.split('\n');
    for name in ["grpc-status", "grpc-message"] {
        let value = lines.next().map(|line| HeaderValue::from_bytes(line.as_bytes()));
        if let Some(Ok(value)) = value {
            metadata.insert(name, value);
        }
    }
    let details = HeaderValue::from_str(&BASE64_STANDARD.encode(details));
    metadata.extend(details.ok().map(|value| (http::HeaderName::from_static("grpc-status-details-bin"), value)));
    let Some(status) = Status::from_metadata(&metadata) else { return };
    status.headers();
    for error in [status.json(subject.shared.table.pool()), connect::error(&status)] {
        let text = error.to_string();
        assert!(serde_json::from_str::<Json>(&text).is_ok_and(|read| read["message"].is_string()), "{text}");
    }
}
