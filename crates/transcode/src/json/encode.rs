//! A message as JSON. Objects, lists and maps are walked here; the well-known types are printed by prost-reflect, after
//! the checks that it leaves out.

use std::fmt;

use base64::display::Base64Display;
use base64::prelude::BASE64_STANDARD;
use prost_reflect::{
    DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, MapKey, MessageDescriptor, ReflectMessage, SerializeOptions,
    Value,
};
use serde::ser::{Error, Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::known;

/// A message that has no JSON. What it says names types and fields, no values.
#[derive(Debug, thiserror::Error)]
#[error("an answer without a form in JSON")]
pub struct Unprintable(#[from] serde_json::Error);

pub(super) fn message(message: &DynamicMessage) -> Result<Vec<u8>, Unprintable> {
    Ok(serde_json::to_vec(&Message { message, depth: 0 })?)
}

pub(super) fn field(message: &DynamicMessage, field: &FieldDescriptor) -> Result<Vec<u8>, Unprintable> {
    if field.supports_presence() && !message.has_field(field) {
        return Ok(b"null".to_vec());
    }
    Ok(serde_json::to_vec(&Element { value: &message.get_field(field), kind: &field.kind(), depth: 0 })?)
}

/// How often an `Any` may hold an `Any`: each is decoded on its own, so nothing else bounds it.
const DEEPEST: usize = 32;

struct Message<'a> {
    message: &'a DynamicMessage,
    /// The `Any`s around it.
    depth: usize,
}

impl Serialize for Message<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let of = self.message.descriptor();
        if known::is_special(&of) {
            return special(self, &of, serializer);
        }
        let mut map = serializer.serialize_map(None)?;
        self.fields(&of, &mut map)?;
        map.end()
    }
}

impl Message<'_> {
    fn fields<M: SerializeMap>(&self, of: &MessageDescriptor, map: &mut M) -> Result<(), M::Error> {
        for field in of.fields() {
            if (field.supports_presence() || is_null(&field)) && !self.message.has_field(&field) {
                continue;
            }
            let value = self.message.get_field(&field);
            let element = Element { value: &value, kind: &field.kind(), depth: self.depth };
            map.serialize_entry(field.json_name(), &element)?;
        }
        Ok(())
    }
}

/// Whether a field can only be `null`: written, it would tell nothing.
fn is_null(field: &FieldDescriptor) -> bool {
    !field.is_list() && matches!(field.kind(), Kind::Enum(of) if of.full_name() == known::NULL)
}

struct Element<'a> {
    value: &'a Value,
    kind: &'a Kind,
    depth: usize,
}

impl Serialize for Element<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value {
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::I32(value) => serializer.serialize_i32(*value),
            Value::U32(value) => serializer.serialize_u32(*value),
            // As texts: a number of JavaScript holds 53 bits.
            Value::I64(value) => serializer.collect_str(value),
            Value::U64(value) => serializer.collect_str(value),
            Value::F32(value) if value.is_finite() => serializer.serialize_f32(*value),
            Value::F64(value) if value.is_finite() => serializer.serialize_f64(*value),
            Value::F32(value) => serializer.serialize_str(no_number(f64::from(*value))),
            Value::F64(value) => serializer.serialize_str(no_number(*value)),
            Value::String(value) => serializer.serialize_str(value),
            Value::Bytes(value) => serializer.collect_str(&Base64Display::new(value, &BASE64_STANDARD)),
            Value::EnumNumber(number) => enumeration(self.kind, *number, serializer),
            Value::Message(message) => Message { message, depth: self.depth }.serialize(serializer),
            Value::List(values) => {
                let mut list = serializer.serialize_seq(Some(values.len()))?;
                for value in values {
                    list.serialize_element(&Element { value, kind: self.kind, depth: self.depth })?;
                }
                list.end()
            }
            Value::Map(values) => {
                let Kind::Message(entry) = self.kind else { return Err(S::Error::custom("a map without entries")) };
                let kind = entry.map_entry_value_field().kind();
                // Sorted: the same message gives the same bytes, which caches and signatures compare.
                let mut entries: Vec<_> = values.iter().map(|(key, value)| (Key(key), value)).collect();
                entries.sort_by_cached_key(|(key, _)| key.to_string());
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(&key, &Element { value, kind: &kind, depth: self.depth })?;
                }
                map.end()
            }
        }
    }
}

fn no_number(value: f64) -> &'static str {
    match value {
        f64::INFINITY => "Infinity",
        f64::NEG_INFINITY => "-Infinity",
        _ => "NaN",
    }
}

fn enumeration<S: Serializer>(kind: &Kind, number: i32, serializer: S) -> Result<S::Ok, S::Error> {
    let of: Option<&EnumDescriptor> = if let Kind::Enum(of) = kind { Some(of) } else { None };
    if of.is_some_and(|of| of.full_name() == known::NULL) {
        return serializer.serialize_unit();
    }
    match of.and_then(|of| of.get_value(number)) {
        Some(value) => serializer.serialize_str(value.name()),
        None => serializer.serialize_i32(number),
    }
}

struct Key<'a>(&'a MapKey);

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            MapKey::Bool(value) => value.fmt(f),
            MapKey::I32(value) => value.fmt(f),
            MapKey::I64(value) => value.fmt(f),
            MapKey::U32(value) => value.fmt(f),
            MapKey::U64(value) => value.fmt(f),
            MapKey::String(value) => value.fmt(f),
        }
    }
}

impl Serialize for Key<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn special<S: Serializer>(at: &Message<'_>, of: &MessageDescriptor, serializer: S) -> Result<S::Ok, S::Error> {
    let message = at.message;
    if known::is_wrapper(of)
        && let Some(field) = of.get_field(1)
    {
        let element = Element { value: &message.get_field(&field), kind: &field.kind(), depth: at.depth };
        return element.serialize(serializer);
    }
    match of.full_name() {
        known::ANY => any(at, of, serializer),
        known::TIMESTAMP | known::DURATION if !in_range(message, of) => {
            Err(S::Error::custom(format_args!("{} out of range", of.full_name())))
        }
        known::FIELD_MASK if !in_names(message) => Err(S::Error::custom("a mask of what is no field")),
        _ => message.serialize_with_options(serializer, &SerializeOptions::new()),
    }
}

/// Whether every path of a mask is a text of its own: JSON has them in one, with commas between.
fn in_names(message: &DynamicMessage) -> bool {
    let paths = message.get_field_by_number(1);
    let paths = paths.as_ref().and_then(|paths| paths.as_list()).unwrap_or_default();
    paths.iter().all(|path| path.as_str().is_some_and(|path| !path.is_empty() && !path.contains(',')))
}

/// Nanoseconds within a second and, for a duration, of one sign with the seconds; prost-reflect checks the seconds.
fn in_range(message: &DynamicMessage, of: &MessageDescriptor) -> bool {
    let part = |number| message.get_field_by_number(number);
    let seconds = part(1).and_then(|value| value.as_i64()).unwrap_or_default();
    let nanos = part(2).and_then(|value| value.as_i32()).unwrap_or_default();
    if of.full_name() == known::TIMESTAMP {
        return (0..1_000_000_000).contains(&nanos);
    }
    nanos.unsigned_abs() < 1_000_000_000 && (seconds == 0 || nanos == 0 || (seconds < 0) == (nanos < 0))
}

fn any<S: Serializer>(at: &Message<'_>, of: &MessageDescriptor, serializer: S) -> Result<S::Ok, S::Error> {
    if at.depth == DEEPEST {
        return Err(S::Error::custom(format_args!("more than {DEEPEST} Anys within each other")));
    }
    let part = |number| at.message.get_field_by_number(number);
    let url = part(1).and_then(|url| url.as_str().map(str::to_owned)).unwrap_or_default();
    let bytes = part(2).and_then(|value| value.as_bytes().cloned()).unwrap_or_default();
    if url.is_empty() && bytes.is_empty() {
        return serializer.serialize_map(Some(0))?.end();
    }
    let inner = url.rsplit_once('/').and_then(|(_, name)| of.parent_pool().get_message_by_name(name));
    let inner = inner.ok_or_else(|| S::Error::custom("an Any of a type that is not known"))?;
    let value = DynamicMessage::decode(inner.clone(), bytes).map_err(|_| S::Error::custom("an Any of another type"))?;
    let value = Message { message: &value, depth: at.depth + 1 };
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("@type", &url)?;
    if known::is_special(&inner) {
        map.serialize_entry("value", &value)?;
    } else {
        value.fields(&inner, &mut map)?;
    }
    map.end()
}
