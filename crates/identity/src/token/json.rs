//! JSON that refuses an object with a key twice: two readers of one token must not see two different claims.

use std::{cell::Cell, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::Reason;

/// Reads one JSON object; `otherwise` is the reason when it is not one.
pub(super) fn object(bytes: &[u8], otherwise: Reason) -> Result<Map<String, Value>, Reason> {
    let repeated = Cell::new(false);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict(&repeated).deserialize(&mut reader);
    let at_end = reader.end();
    match (value, at_end) {
        _ if repeated.get() => Err(Reason::DuplicateKey),
        (Ok(Value::Object(map)), Ok(())) => Ok(map),
        _ => Err(otherwise),
    }
}

/// Reads one JSON object without a key twice: of answers whose reader must see what their maker meant.
pub fn json_object(bytes: &[u8]) -> Option<Map<String, Value>> {
    object(bytes, Reason::PayloadJson).ok()
}

#[derive(Clone, Copy)]
struct Strict<'a>(&'a Cell<bool>);

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(self)?;
            if map.insert(key, value).is_some() {
                self.0.set(true);
                return Err(A::Error::custom("duplicate key"));
            }
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_key_is_found_at_any_depth_and_under_any_escape() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"x":{"a":1,"a":2}}"#,
            r#"{"x":[[{"a":1,"b":2,"a":3}]]}"#,
            r#"{"a":1,"a":"#,
        ] {
            let got = object(text.as_bytes(), Reason::PayloadJson);
            let expected = if text.ends_with('}') { Reason::DuplicateKey } else { Reason::PayloadJson };
            assert_eq!(got, Err(expected), "{text}");
        }
        assert_eq!(object(br#"{"a":{"a":1},"b":{"a":1}}"#, Reason::PayloadJson).map(|map| map.len()), Ok(2));
    }

    #[test]
    fn only_one_whole_object_is_read() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(4000), "]".repeat(4000));
        for text in [
            "",
            "{}{}",
            "{} x",
            "[]",
            "1",
            "null",
            "\"{}\"",
            "{",
            "{'a':1}",
            "{\"a\":1,}",
            "{\"a\":1e400}",
            "{\"a\":NaN}",
            "\u{feff}{}",
            "{\"a\":\"\\ud800\"}",
            "{\"a\":\"\n\"}",
            &deep,
        ] {
            assert_eq!(object(text.as_bytes(), Reason::HeaderJson), Err(Reason::HeaderJson), "{text:.40}");
        }
        assert_eq!(object(b"{\"a\":\"\xff\"}", Reason::HeaderJson), Err(Reason::HeaderJson));
    }
}
