//! A request message from its three parts: the body, the query and the path, in this order, so that the path wins.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use prost_reflect::{DynamicMessage, FieldDescriptor, Value};

use crate::binding::{Binding, BodyRule, Upload};
use crate::limits::Limits;
use crate::query::{self, Unknown};
use crate::refusal::{Fault, Refusal};
use crate::{Code, json, known, scalar};

/// The parts of a request.
pub(crate) struct Parts<'a> {
    pub(crate) captures: &'a [String],
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) unknown: Unknown,
}

/// The request message, and the parameters that had no effect.
pub(crate) fn weave(
    binding: &Binding,
    parts: Parts<'_>,
    limits: &Limits,
) -> Result<(DynamicMessage, Vec<String>), Refusal> {
    if parts.query.len() > limits.query_bytes {
        let refusal = Refusal::new(Code::InvalidArgument, "QUERY_TOO_LONG", "the query is too long");
        return Err(refusal.http(StatusCode::URI_TOO_LONG));
    }
    let malformed = |faults| Refusal::malformed(faults, limits.faults);
    let (mut message, mut faults) = match from_body(binding, &parts, limits)? {
        Ok(message) => (message, Vec::new()),
        // The rest is looked at all the same: all faults are answered at once.
        Err(faults) => (DynamicMessage::new(binding.method.input()), faults),
    };
    let ignored = query::bind(parts.query, binding, parts.unknown, limits, &mut message)
        .map_err(|more| faults.extend(more))
        .unwrap_or_default();
    faults.extend(from_path(binding, parts.captures, &mut message));
    if faults.is_empty() { Ok((message, ignored)) } else { Err(malformed(faults)) }
}

type Read<T> = Result<Result<T, Vec<Fault>>, Refusal>;

fn from_body(binding: &Binding, parts: &Parts<'_>, limits: &Limits) -> Read<DynamicMessage> {
    let input = binding.method.input();
    let mut message = DynamicMessage::new(input.clone());
    match &binding.body {
        // A stream takes its bytes as they come, piece by piece.
        _ if binding.upload() == Some(Upload::Bytes) => Ok(Ok(message)),
        BodyRule::None if parts.body.is_empty() || parts.unknown == Unknown::Ignored => Ok(Ok(message)),
        BodyRule::None => Ok(Err(vec![Fault::new("", "a body is given, and this method takes none")])),
        BodyRule::Whole if known::is_http_body(&input) => {
            raw(&mut message, parts);
            Ok(Ok(message))
        }
        BodyRule::Field(field) if known::is_raw(field) => {
            if let Some(inner) = message.get_field_mut(field).as_message_mut() {
                raw(inner, parts);
            }
            Ok(Ok(message))
        }
        // `curl -X POST` with nothing to say.
        _ if parts.body.is_empty() => Ok(Ok(message)),
        BodyRule::Whole => {
            expect_json(parts.headers)?;
            Ok(json::message(&input, &parts.body, limits))
        }
        BodyRule::Field(field) => {
            expect_json(parts.headers)?;
            Ok(json::field(field, &parts.body, limits).map(|value| {
                if let Some(value) = value {
                    // Decoded for this field, so it is of its type.
                    _ = message.try_set_field(field, value);
                }
                message
            }))
        }
    }
}

fn raw(message: &mut DynamicMessage, parts: &Parts<'_>) {
    let of_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    set_http_body(message, of_type, parts.body.clone());
}

/// Sets both fields of a `google.api.HttpBody`.
pub(crate) fn set_http_body(message: &mut DynamicMessage, of_type: &str, bytes: Bytes) {
    _ = message.try_set_field_by_number(1, Value::String(of_type.to_owned()));
    _ = message.try_set_field_by_number(2, Value::Bytes(bytes));
}

/// Sets what the path holds; gives the faults.
pub(crate) fn from_path(binding: &Binding, captures: &[String], message: &mut DynamicMessage) -> Vec<Fault> {
    let ways = binding.variables.iter().zip(captures);
    let set = |(way, text): (&Vec<FieldDescriptor>, &String)| {
        let what = bind(message, way, text).err()?;
        let name: Vec<_> = way.iter().map(FieldDescriptor::name).collect();
        Some(Fault::new(name.join("."), what))
    };
    ways.filter_map(set).collect()
}

fn bind(message: &mut DynamicMessage, way: &[FieldDescriptor], text: &str) -> Result<(), String> {
    let Some((last, through)) = way.split_last() else { return Ok(()) };
    let value = scalar::from_text(&last.kind(), text)?;
    let mut message = message;
    for field in through {
        message = message.get_field_mut(field).as_message_mut().ok_or("goes through no message")?;
    }
    message.try_set_field(last, value).map_err(|_| "not a value of this field".to_owned())
}

/// The type of a body that must be JSON: `application/json`, `application/…+json`, in UTF-8 (RFC 8259 §8.1).
pub(crate) fn expect_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if is_json(given) {
        return Ok(());
    }
    let refusal = Refusal::new(Code::InvalidArgument, "UNSUPPORTED_MEDIA_TYPE", "the body must be application/json");
    Err(refusal.http(StatusCode::UNSUPPORTED_MEDIA_TYPE).header(header::ACCEPT, "application/json"))
}

/// Whether a media type is JSON in UTF-8.
pub(crate) fn is_json(media_type: &str) -> bool {
    let mut parts = media_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let json = essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"));
    json && parts.filter(|parameter| !parameter.is_empty()).all(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        !name.eq_ignore_ascii_case("charset") || value.trim_matches('"').eq_ignore_ascii_case("utf-8")
    })
}

/// RFC 9110 §15.5.16: bodies are taken as they are, and the answer says so.
pub(crate) fn expect_identity(headers: &HeaderMap) -> Result<(), Refusal> {
    let identity = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
    if headers.get_all(header::CONTENT_ENCODING).iter().all(identity) {
        return Ok(());
    }
    let refusal = Refusal::new(Code::InvalidArgument, "UNSUPPORTED_MEDIA_TYPE", "the body must not be compressed");
    Err(refusal.http(StatusCode::UNSUPPORTED_MEDIA_TYPE).header(header::ACCEPT_ENCODING, "identity"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_known_by_its_type_and_must_be_utf_8() {
        for (text, json) in [
            ("application/json", true),
            ("Application/JSON", true),
            ("application/json; charset=utf-8", true),
            ("application/json;charset=\"UTF-8\"", true),
            ("application/json;", true),
            ("application/merge-patch+json", true),
            ("application/json; q=1", true),
            ("application/json; charset=latin1", false),
            ("text/json", false),
            ("application/x-www-form-urlencoded", false),
            ("application/jsonp", false),
            ("", false),
        ] {
            assert_eq!(is_json(text), json, "{text}");
        }
    }
}
