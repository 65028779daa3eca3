//! JSON as a tree. serde_json keeps the last of two equal keys; here both are a fault, at any depth: whoever checked the
//! first would otherwise have checked something else than what is done (RFC 8259 §4 leaves it open).

use std::fmt::{self, Write as _};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value as Json};

use crate::limits::Limits;
use crate::refusal::{Fault, note};

/// Protobuf's own limit on nesting; serde_json stops at 127.
const DEEPEST: usize = 100;

/// RFC 8259 §8.1: a sender must not add a byte order mark, a receiver may ignore it. Editors add it.
const MARK: &[u8] = b"\xEF\xBB\xBF";

pub(super) fn parse(text: &[u8], limits: &Limits) -> Result<Json, Vec<Fault>> {
    let text = text.strip_prefix(MARK).unwrap_or(text);
    let mut state = State { path: String::new(), twice: Vec::new(), deepest: limits.json_depth.min(DEEPEST) };
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let tree = Seed { state: &mut state, depth: 0 }.deserialize(&mut deserializer);
    match tree.and_then(|tree| deserializer.end().map(|()| tree)) {
        Ok(tree) if state.twice.is_empty() => Ok(tree),
        Ok(_) => Err(state.twice),
        Err(error) => {
            let fault = if error.is_data() { error.to_string() } else { format!("no JSON: {error}") };
            state.twice.push(Fault::new("", fault));
            Err(state.twice)
        }
    }
}

struct State {
    path: String,
    twice: Vec<Fault>,
    deepest: usize,
}

struct Seed<'a> {
    state: &'a mut State,
    depth: usize,
}

impl Seed<'_> {
    fn inner<E: Error>(&mut self) -> Result<Seed<'_>, E> {
        if self.depth == self.state.deepest {
            return Err(E::custom(format_args!("nested deeper than {}", self.state.deepest)));
        }
        Ok(Seed { state: self.state, depth: self.depth + 1 })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Json, E> {
        Number::from_f64(value).map(Json::Number).ok_or_else(|| E::custom("a number out of range"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Json, E> {
        Ok(Json::String(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Json, E> {
        Ok(Json::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Json, A::Error> {
        let inner = self.inner()?;
        let mut values = Vec::new();
        let length = inner.state.path.len();
        loop {
            _ = write!(inner.state.path, "[{}]", values.len());
            let value = seq.next_element_seed(Seed { state: inner.state, depth: inner.depth })?;
            inner.state.path.truncate(length);
            match value {
                Some(value) => values.push(value),
                None => return Ok(Json::Array(values)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Json, A::Error> {
        let inner = self.inner()?;
        let mut values = Map::new();
        let length = inner.state.path.len();
        while let Some(key) = map.next_key::<String>()? {
            if length > 0 {
                inner.state.path.push('.');
            }
            inner.state.path.push_str(&key);
            let value = map.next_value_seed(Seed { state: inner.state, depth: inner.depth })?;
            if values.contains_key(&key) {
                note(&mut inner.state.twice, || Fault::new(inner.state.path.as_str(), "given twice"));
            }
            inner.state.path.truncate(length);
            values.insert(key, value);
        }
        Ok(Json::Object(values))
    }
}
