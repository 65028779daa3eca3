//! JSON as a tree in which no key is given twice: of two equal keys one reader takes the first and another the last
//! (RFC 8259 §4), and both would believe to have checked the message.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::fault::{Fault, quoted};
use crate::limits::Limits;

/// serde_json itself stops at 127.
const DEEPEST: usize = 100;
/// Keys given twice that are named.
const NAMED: usize = 20;

/// The tree of a message.
///
/// # Errors
/// The faults: too long, no JSON, too deep, keys given twice.
pub(crate) fn tree(body: &[u8], limits: &Limits) -> Result<Value, Vec<Fault>> {
    if body.len() > limits.body_bytes {
        return Err(vec![Fault::new("", format!("the message is longer than {} bytes", limits.body_bytes))]);
    }
    // RFC 8259 §8.1: a byte order mark may be ignored; editors on Windows add it.
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let mut walk = Walk { place: String::new(), twice: Vec::new(), deepest: limits.json_depth.min(DEEPEST) };
    let mut text = serde_json::Deserializer::from_slice(body);
    let read = Level { walk: &mut walk, depth: 0 }.deserialize(&mut text);
    match read.and_then(|tree| text.end().map(|()| tree)) {
        Ok(tree) if walk.twice.is_empty() => Ok(tree),
        Ok(_) => Err(walk.twice),
        // What serde_json says names a line and a column, and nothing of the text.
        Err(error) => {
            let what = if error.is_data() { error.to_string() } else { format!("not JSON: {error}") };
            walk.twice.push(Fault::new("", what));
            Err(walk.twice)
        }
    }
}

struct Walk {
    place: String,
    twice: Vec<Fault>,
    deepest: usize,
}

struct Level<'w> {
    walk: &'w mut Walk,
    depth: usize,
}

impl Level<'_> {
    fn within<E: Error>(&self) -> Result<(), E> {
        if self.depth < self.walk.deepest {
            return Ok(());
        }
        Err(E::custom(format_args!("nested deeper than {}", self.walk.deepest)))
    }

    fn below(&mut self) -> Level<'_> {
        Level { walk: self.walk, depth: self.depth + 1 }
    }
}

impl<'de> DeserializeSeed<'de> for Level<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        self.within()?;
        let mut list = Vec::new();
        let length = self.walk.place.len();
        loop {
            self.walk.place.push_str(&format!("[{}]", list.len()));
            let item = items.next_element_seed(self.below())?;
            self.walk.place.truncate(length);
            let Some(item) = item else { return Ok(Value::Array(list)) };
            list.push(item);
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<Value, A::Error> {
        self.within()?;
        let mut object = Map::new();
        let length = self.walk.place.len();
        while let Some(key) = entries.next_key::<String>()? {
            self.walk.place.push_str(if length > 0 { "." } else { "" });
            self.walk.place.push_str(&quoted(&key));
            if object.contains_key(&key) && self.walk.twice.len() < NAMED {
                self.walk.twice.push(Fault::new(self.walk.place.as_str(), "given twice"));
            }
            let value = entries.next_value_seed(self.below())?;
            self.walk.place.truncate(length);
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(body: &[u8]) -> String {
        let limits = Limits { body_bytes: 64, json_depth: 3, ..Limits::default() };
        let faults = tree(body, &limits).unwrap_err();
        faults.iter().map(|f| format!("{}:{};", f.place, f.what)).collect()
    }

    #[test]
    fn a_key_given_twice_is_a_fault_at_any_depth_however_it_is_escaped() {
        assert_eq!(faults(br#"{"a":1,"a":1}"#), "a:given twice;");
        assert_eq!(faults(br#"{"a":[{"b":1,"\u0062":2}],"a":0}"#), "a[0].b:given twice;a:given twice;");
    }

    #[test]
    fn what_is_no_json_too_deep_or_too_long_is_a_fault() {
        assert!(faults(b"").starts_with(":not JSON"));
        assert!(faults(b"{} {}").starts_with(":not JSON"));
        assert!(faults(b"\xFF").starts_with(":not JSON"));
        assert!(faults(br#"{"a":"\ud800"}"#).starts_with(":not JSON"));
        assert!(faults(b"1e999").starts_with(":not JSON"));
        assert!(faults(b"[[[[]]]]").starts_with(":nested deeper than 3"));
        assert_eq!(faults(&[b' '; 65]), ":the message is longer than 64 bytes;");
        assert!(tree("\u{FEFF}[[{}]]".as_bytes(), &Limits::default()).is_ok());
    }
}
