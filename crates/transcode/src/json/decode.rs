//! A tree of JSON as a message. The structure is walked here, so that every fault has its path; the texts of the
//! well-known types are read by prost-reflect.

use prost::Message as _;
use prost_reflect::{
    Cardinality, DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, MapKey, MessageDescriptor, ReflectMessage,
    Value,
};
use serde_json::{Map, Value as Json};

use crate::refusal::{Fault, note};
use crate::{known, scalar};

pub(super) fn message(of: &MessageDescriptor, json: Json) -> Result<DynamicMessage, Vec<Fault>> {
    let mut decoder = Decoder::default();
    match decoder.message(of, json) {
        Some(message) if decoder.faults.is_empty() => Ok(message),
        _ => Err(decoder.faults),
    }
}

pub(super) fn field(of: &FieldDescriptor, json: Json) -> Result<Option<Value>, Vec<Fault>> {
    let mut decoder = Decoder::default();
    let value = decoder.field(of, json);
    if decoder.faults.is_empty() { Ok(value) } else { Err(decoder.faults) }
}

#[derive(Default)]
struct Decoder {
    path: String,
    faults: Vec<Fault>,
}

impl Decoder {
    fn fault<T>(&mut self, what: impl Into<String>) -> Option<T> {
        note(&mut self.faults, || Fault::new(self.path.as_str(), what));
        None
    }

    /// Runs with a step further down in the path.
    fn at<T>(&mut self, step: &str, run: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        if length > 0 && !step.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(step);
        let done = run(self);
        self.path.truncate(length);
        done
    }

    fn message(&mut self, of: &MessageDescriptor, json: Json) -> Option<DynamicMessage> {
        if known::is_special(of) {
            return self.special(of, json);
        }
        match json {
            Json::Object(fields) => {
                let mut message = DynamicMessage::new(of.clone());
                self.fields(&mut message, fields);
                Some(message)
            }
            _ => self.fault("an object is expected"),
        }
    }

    fn fields(&mut self, message: &mut DynamicMessage, fields: Map<String, Json>) {
        let of = message.descriptor();
        let mut seen = Vec::with_capacity(fields.len());
        for (name, json) in fields {
            self.at(&name, |decoder| {
                let field = of.get_field_by_json_name(&name).or_else(|| of.get_field_by_name(&name));
                let Some(field) = field else { return decoder.fault::<()>("no such field") };
                if seen.contains(&field.number()) {
                    return decoder.fault("given twice, under both of its names");
                }
                seen.push(field.number());
                let value = decoder.field(&field, json)?;
                if let Some(oneof) = field.containing_oneof()
                    && let Some(other) = oneof.fields().find(|other| *other != field && message.has_field(other))
                {
                    return decoder.fault(format!("excludes `{}`, which is given too", other.json_name()));
                }
                match message.try_set_field(&field, value) {
                    Ok(()) => Some(()),
                    Err(_) => decoder.fault("not a value of this field"),
                }
            });
        }
    }

    fn field(&mut self, of: &FieldDescriptor, json: Json) -> Option<Value> {
        // Two types have null as a value; for any other field it means that the field is absent.
        let nullable = match of.kind() {
            Kind::Message(message) => message.full_name() == known::VALUE,
            Kind::Enum(of) => of.full_name() == known::NULL,
            _ => false,
        };
        match json {
            Json::Null if !nullable || of.cardinality() == Cardinality::Repeated => None,
            Json::Object(entries) if of.is_map() => self.map(of, entries),
            _ if of.is_map() => self.fault("an object is expected"),
            Json::Array(elements) if of.is_list() => Some(self.list(of, elements)),
            _ if of.is_list() => self.fault("a list is expected"),
            json => self.value(&of.kind(), json),
        }
    }

    fn list(&mut self, of: &FieldDescriptor, elements: Vec<Json>) -> Value {
        let kind = of.kind();
        let mut values = Vec::with_capacity(elements.len());
        for (at, json) in elements.into_iter().enumerate() {
            values.extend(self.at(&format!("[{at}]"), |decoder| decoder.value(&kind, json)));
        }
        Value::List(values)
    }

    fn map(&mut self, of: &FieldDescriptor, entries: Map<String, Json>) -> Option<Value> {
        let Kind::Message(entry) = of.kind() else { return self.fault("not a map") };
        let (key_kind, value_kind) = (entry.map_entry_key_field().kind(), entry.map_entry_value_field().kind());
        let mut values = std::collections::HashMap::with_capacity(entries.len());
        for (name, json) in entries {
            self.at(&format!("[{name}]"), |decoder| {
                let key = scalar::from_text(&key_kind, &name).ok().and_then(map_key);
                let Some(key) = key else { return decoder.fault::<()>("not a key of this map") };
                let value = decoder.value(&value_kind, json)?;
                // `1` and `1.0` are two texts and one key.
                if values.insert(key, value).is_some() { decoder.fault("given twice") } else { Some(()) }
            });
        }
        Some(Value::Map(values))
    }

    fn value(&mut self, kind: &Kind, json: Json) -> Option<Value> {
        let read = match (kind, json) {
            (Kind::Message(of), json) => return self.message(of, json).map(Value::Message),
            (Kind::Enum(of), json) => enumeration(of, &json),
            (Kind::Bool, Json::Bool(value)) => Ok(Value::Bool(value)),
            (Kind::Bool, _) => Err("`true` or `false` is expected".to_owned()),
            (Kind::String, Json::String(text)) => Ok(Value::String(text)),
            (Kind::String, _) => Err("a text is expected".to_owned()),
            (Kind::Bytes, Json::String(text)) => scalar::bytes(&text).map(|bytes| Value::Bytes(bytes.into())),
            (Kind::Bytes, _) => Err("a text in base64 is expected".to_owned()),
            (_, Json::String(text)) => scalar::number(kind, &text),
            (_, Json::Number(number)) => self::number(kind, &number),
            _ => Err("a number is expected".to_owned()),
        };
        match read {
            Ok(value) => Some(value),
            Err(what) => self.fault(what),
        }
    }

    fn special(&mut self, of: &MessageDescriptor, json: Json) -> Option<DynamicMessage> {
        if of.full_name() == known::ANY {
            return self.any(of, json);
        }
        if known::is_wrapper(of)
            && let Some(field) = of.get_field(1)
        {
            let value = self.value(&field.kind(), json)?;
            let mut message = DynamicMessage::new(of.clone());
            return message.try_set_field(&field, value).is_ok().then_some(message);
        }
        let exact = json.as_str().is_none_or(|text| match of.full_name() {
            known::TIMESTAMP | known::DURATION => known::is_exact(of, text),
            known::FIELD_MASK => text.is_empty() || text.split(',').all(|path| !path.is_empty()),
            _ => true,
        });
        // What prost-reflect says is about its own text, never about ours: it names no field and no value of others.
        match DynamicMessage::deserialize(of.clone(), json) {
            Ok(message) if exact => Some(message),
            _ => self.fault(match of.full_name() {
                known::TIMESTAMP => "an instant as RFC 3339 has it, years 1 to 9999, is expected",
                known::DURATION => "a duration in seconds, `1.5s`, is expected",
                known::FIELD_MASK => "names of fields in lowerCamelCase, comma between, are expected",
                _ => "not a value of this type",
            }),
        }
    }

    /// `{"@type": "…/name", …}`; the empty object is the `Any` without a type.
    fn any(&mut self, of: &MessageDescriptor, json: Json) -> Option<DynamicMessage> {
        let Json::Object(mut fields) = json else { return self.fault("an object is expected") };
        let mut any = DynamicMessage::new(of.clone());
        if fields.is_empty() {
            return Some(any);
        }
        let Some(Json::String(url)) = fields.remove("@type") else {
            return self.at("@type", |decoder| decoder.fault("the type of the value is expected"));
        };
        let inner = url.rsplit_once('/').and_then(|(_, name)| of.parent_pool().get_message_by_name(name));
        let Some(inner) = inner else { return self.at("@type", |decoder| decoder.fault("no type known here")) };
        let message = if known::is_special(&inner) {
            let value = fields.remove("value").unwrap_or(Json::Null);
            for name in fields.keys() {
                self.at(name, |decoder| decoder.fault::<()>("no such field"));
            }
            self.at("value", |decoder| decoder.message(&inner, value))?
        } else {
            let mut message = DynamicMessage::new(inner);
            self.fields(&mut message, fields);
            message
        };
        any.try_set_field_by_number(1, Value::String(url)).ok()?;
        any.try_set_field_by_number(2, Value::Bytes(message.encode_to_vec().into())).ok()?;
        Some(any)
    }
}

fn number(kind: &Kind, number: &serde_json::Number) -> Result<Value, String> {
    if let Kind::Float | Kind::Double = kind {
        return number.as_f64().ok_or_else(|| "no number".to_owned()).and_then(|value| scalar::float(kind, value));
    }
    match (number.as_i64(), number.as_u64(), number.as_f64()) {
        (Some(value), ..) => scalar::integer(kind, value.into()),
        (_, Some(value), _) => scalar::integer(kind, value.into()),
        (.., Some(value)) => scalar::whole(kind, value),
        _ => Err("no number".to_owned()),
    }
}

fn enumeration(of: &EnumDescriptor, json: &Json) -> Result<Value, String> {
    match json {
        Json::Null if of.full_name() == known::NULL => Ok(Value::EnumNumber(0)),
        Json::String(text) => match of.get_value_by_name(text) {
            Some(value) => Ok(Value::EnumNumber(value.number())),
            None => Err(format!("no value of {}", of.full_name())),
        },
        Json::Number(number) => match self::number(&Kind::Int32, number)? {
            Value::I32(number) => scalar::enum_number(of, number),
            _ => Err(format!("no value of {}", of.full_name())),
        },
        _ => Err(format!("a name of {} is expected", of.full_name())),
    }
}

fn map_key(value: Value) -> Option<MapKey> {
    match value {
        Value::Bool(value) => Some(MapKey::Bool(value)),
        Value::I32(value) => Some(MapKey::I32(value)),
        Value::I64(value) => Some(MapKey::I64(value)),
        Value::U32(value) => Some(MapKey::U32(value)),
        Value::U64(value) => Some(MapKey::U64(value)),
        Value::String(value) => Some(MapKey::String(value)),
        _ => None,
    }
}
