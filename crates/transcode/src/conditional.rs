//! Conditions and repeats: `If-Match` and `Idempotency-Key` into the fields that carry them, `ETag` out of an answer.

use http::{HeaderMap, HeaderName, HeaderValue, header};
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, ReflectMessage, Value};

use crate::binding::{Binding, BodyRule};
use crate::options::Etags;
use crate::refusal::Fault;

/// The field of an etag (AIP-154).
const ETAG: &str = "etag";
/// The field that makes a repeat one effect (AIP-155).
const REQUEST_ID: &str = "request_id";
/// draft-ietf-httpapi-idempotency-key-header.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Fills `etag` of a request from `If-Match`, and `request_id` from `Idempotency-Key`.
///
/// The etag is the request's own or, where the body is a message, that message's. A condition that cannot be passed on
/// is refused: what the client wants to be protected from would happen (RFC 9110 §13.1.1). A key that cannot be is not:
/// clients send it with every request.
pub(crate) fn fill(
    headers: &HeaderMap,
    binding: &Binding,
    etags: Etags,
    message: &mut DynamicMessage,
) -> Result<(), Vec<Fault>> {
    let mut faults = Vec::new();
    let mut with = |name: HeaderName, done: Result<(), &'static str>| {
        faults.extend(done.err().map(|what| Fault::new(name.as_str(), what)));
    };
    let mut conditions = headers.get_all(header::IF_MATCH).iter();
    match (conditions.next(), conditions.next()) {
        (None, _) => {}
        (Some(only), None) if only.as_bytes() == b"*" => {}
        (Some(only), None) => with(header::IF_MATCH, condition(only, binding, etags, message)),
        _ => with(header::IF_MATCH, Err("one etag only")),
    }
    if let Some(value) = headers.get(KEY)
        && let Some(field) = text_field(message, REQUEST_ID)
    {
        with(KEY, key(value).and_then(|key| put(message, &field, key)));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn condition(
    value: &HeaderValue,
    binding: &Binding,
    etags: Etags,
    message: &mut DynamicMessage,
) -> Result<(), &'static str> {
    let text = value.to_str().map_err(|_| "no etag")?.trim();
    // A proxy that compresses makes a tag weak on its way out; what it stands for is the same.
    let tag = text.strip_prefix("W/").unwrap_or(text);
    let bare = tag.strip_prefix('"').and_then(|t| t.strip_suffix('"')).filter(|t| !t.contains('"'));
    let bare = bare.ok_or("one etag in quotes is expected")?;
    let tag = if etags == Etags::Quoted { tag } else { bare }.to_owned();
    if let Some(field) = text_field(message, ETAG) {
        return put(message, &field, tag);
    }
    if let BodyRule::Field(body) = &binding.body
        && let Value::Message(inner) = message.get_field_mut(body)
        && let Some(field) = text_field(inner, ETAG)
    {
        return put(inner, &field, tag);
    }
    Err("this method knows no condition")
}

/// The key as a string of RFC 9651, or bare, as most clients send it.
fn key(value: &HeaderValue) -> Result<String, &'static str> {
    let text = value.to_str().map_err(|_| "no key")?.trim();
    let bare = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text);
    if bare.is_empty() { Err("no key") } else { Ok(bare.to_owned()) }
}

fn text_field(message: &DynamicMessage, name: &str) -> Option<FieldDescriptor> {
    message.descriptor().get_field_by_name(name).filter(|field| field.kind() == Kind::String && !field.is_list())
}

fn put(message: &mut DynamicMessage, field: &FieldDescriptor, text: String) -> Result<(), &'static str> {
    let value = Value::String(text);
    if message.has_field(field) && *message.get_field(field) != value {
        return Err("differs from what the request itself says");
    }
    message.try_set_field(field, value).map_err(|_| "cannot be given")
}

/// The `ETag` of an answer: of its field `etag`, else of that of its first message.
pub(crate) fn etag(message: &DynamicMessage, etags: Etags) -> Option<HeaderValue> {
    let own = |message: &DynamicMessage| {
        let field = text_field(message, ETAG)?;
        message.get_field(&field).as_str().map(str::to_owned).filter(|text| !text.is_empty())
    };
    let inner = || {
        let field = message.descriptor().fields().find(|f| !f.is_list() && matches!(f.kind(), Kind::Message(_)))?;
        message.has_field(&field).then(|| message.get_field(&field)).and_then(|inner| own(inner.as_message()?))
    };
    let text = own(message).or_else(inner)?;
    let opaque = text.strip_prefix("W/").unwrap_or(&text);
    let in_quotes = opaque.len() >= 2 && opaque.starts_with('"') && opaque.ends_with('"');
    let shown = if etags == Etags::Quoted && in_quotes { text } else { format!("\"{text}\"") };
    let inside = shown.strip_prefix("W/").unwrap_or(&shown).get(1..).and_then(|t| t.strip_suffix('"'))?;
    // RFC 9110 §8.8.3: visible characters but the quote.
    let visible = inside.bytes().all(|b| b.is_ascii_graphic() && b != b'"');
    if visible { HeaderValue::from_str(&shown).ok() } else { None }
}

/// Whether `If-None-Match` names the etag; compared weakly (RFC 9110 §13.1.2).
pub(crate) fn is_known(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let weak = |tag: &str| tag.strip_prefix("W/").unwrap_or(tag).to_owned();
    let Ok(etag) = etag.to_str() else { return false };
    let lists = headers.get_all(header::IF_NONE_MATCH).into_iter().filter_map(|value| value.to_str().ok());
    lists.into_iter().any(|list| list.trim() == "*" || tags(list).any(|tag| weak(tag) == weak(etag)))
}

/// The tags of a list; a comma within quotes belongs to the tag.
fn tags(list: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    list.split(move |c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    })
    .map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_none_match_is_a_list_compared_weakly() {
        for (list, etag, known) in [
            ("\"3\"", "\"3\"", true),
            ("W/\"3\"", "\"3\"", true),
            ("\"3\"", "W/\"3\"", true),
            ("\"1\", \"3\"", "\"3\"", true),
            ("\"1,\\\", \"3\"", "\"3\"", true),
            ("\"1,3\"", "\"3\"", false),
            ("*", "\"3\"", true),
            ("\"4\"", "\"3\"", false),
            ("3", "\"3\"", false),
            ("", "\"3\"", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, list.parse().unwrap());
            assert_eq!(is_known(&headers, &etag.parse().unwrap()), known, "{list}");
        }
    }
}
