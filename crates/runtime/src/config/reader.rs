//! serde over the tree of configuration. Values from the environment are text whose type is that of the field that
//! reads it: so `"12345"` may be a password here and a number there. Faults name their key and never quote a value.

use super::tree::{ConfigError, dotted};
use serde::de::{
    self, DeserializeOwned, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer,
};
use std::{collections::BTreeMap, fmt};

#[derive(Debug, Clone)]
pub(super) enum Node {
    Table(BTreeMap<String, Node>),
    List(Vec<Node>),
    /// From the environment: typed by whoever reads it.
    Text(String),
    Value(toml::Value),
}

impl Default for Node {
    fn default() -> Self {
        Self::Table(BTreeMap::new())
    }
}

impl From<toml::Value> for Node {
    fn from(value: toml::Value) -> Self {
        match value {
            toml::Value::Table(table) => {
                Self::Table(table.into_iter().map(|(key, value)| (key, value.into())).collect())
            }
            toml::Value::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            value => Self::Value(value),
        }
    }
}

/// Reads a node as a type.
pub(super) fn typed<T: DeserializeOwned>(node: Node, path: &str) -> Result<T, ConfigError> {
    T::deserialize(Reader { node, path: path.to_owned() }).map_err(|fault| ConfigError::Key {
        key: if fault.key.is_empty() { path.to_owned() } else { fault.key },
        reason: fault.reason,
    })
}

/// serde's error with the key that it is about.
#[derive(Debug)]
struct Fault {
    key: String,
    reason: String,
}

impl Fault {
    /// Names the key, unless something deeper already did.
    fn at(mut self, path: &str) -> Self {
        if self.key.is_empty() {
            path.clone_into(&mut self.key);
        }
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(reason: T) -> Self {
        Self { key: String::new(), reason: reason.to_string() }
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let reason = match expected {
            [] => format!("unknown key `{field}`"),
            _ => format!("unknown key `{field}`, expected one of: {}", expected.join(", ")),
        };
        Self { key: String::new(), reason }
    }

    // The value itself stays out of the text: it may be a secret in the wrong place.
    fn invalid_type(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::custom(format!("expected {expected}"))
    }

    fn invalid_value(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::custom(format!("expected {expected}"))
    }
}

struct Reader {
    node: Node,
    path: String,
}

impl Reader {
    fn plain<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let path = self.path;
        let result = match self.node {
            Node::Table(entries) => {
                visitor.visit_map(Entries { rest: entries.into_iter(), next: None, path: path.clone() })
            }
            Node::List(items) => visitor.visit_seq(Items { rest: items.into_iter().enumerate(), path: path.clone() }),
            Node::Text(text) => visitor.visit_string(text),
            Node::Value(value) => match value {
                toml::Value::String(text) => visitor.visit_string(text),
                toml::Value::Integer(number) => visitor.visit_i64(number),
                toml::Value::Float(number) => visitor.visit_f64(number),
                toml::Value::Boolean(truth) => visitor.visit_bool(truth),
                other => visitor.visit_string(other.to_string()),
            },
        };
        result.map_err(|fault| fault.at(&path))
    }
}

/// A text from the environment is read as what the field wants; anything else as it is.
macro_rules! from_text {
    ($($method:ident $visit:ident $what:literal;)+) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            let Node::Text(text) = &self.node else { return self.plain(visitor) };
            match text.trim().parse() {
                Ok(value) => visitor.$visit(value).map_err(|fault: Fault| fault.at(&self.path)),
                Err(_) => Err(Fault { key: self.path, reason: concat!("expected ", $what).to_owned() }),
            }
        }
    )+ };
}

impl<'de> Deserializer<'de> for Reader {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.plain(visitor)
    }

    from_text! {
        deserialize_bool visit_bool "true or false";
        deserialize_i8 visit_i64 "a number";
        deserialize_i16 visit_i64 "a number";
        deserialize_i32 visit_i64 "a number";
        deserialize_i64 visit_i64 "a number";
        deserialize_u8 visit_u64 "a number";
        deserialize_u16 visit_u64 "a number";
        deserialize_u32 visit_u64 "a number";
        deserialize_u64 visit_u64 "a number";
        deserialize_f32 visit_f64 "a number";
        deserialize_f64 visit_f64 "a number";
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        // An empty variable is how an environment says "not set".
        match &self.node {
            Node::Text(text) if text.is_empty() => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Fault> {
        if let Node::Text(text) = &self.node {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            self.node = Node::List(items.map(|item| Node::Text(item.to_owned())).collect());
        }
        self.plain(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let Reader { node, path } = self;
        match node {
            Node::Text(word) | Node::Value(toml::Value::String(word)) => {
                visitor.visit_enum(word.into_deserializer()).map_err(|fault: Fault| fault.at(&path))
            }
            // A variant that holds something: `jwks = { file = "…" }`.
            Node::Table(entries) if entries.len() == 1 => {
                let entries = Entries { rest: entries.into_iter(), next: None, path: path.clone() };
                visitor.visit_enum(MapAccessDeserializer::new(entries)).map_err(|fault: Fault| fault.at(&path))
            }
            _ => Err(Fault { key: path, reason: "expected a word or a table of one key".to_owned() }),
        }
    }

    serde::forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier ignored_any
    }
}

struct Entries {
    rest: std::collections::btree_map::IntoIter<String, Node>,
    next: Option<Reader>,
    path: String,
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Fault;

    fn next_key_seed<K: de::DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some((key, node)) = self.rest.next() else { return Ok(None) };
        let path = dotted(&self.path, &key);
        let key = seed.deserialize(key.into_deserializer()).map_err(|fault: Fault| fault.at(&path))?;
        self.next = Some(Reader { node, path });
        Ok(Some(key))
    }

    fn next_value_seed<V: de::DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let Some(reader) = self.next.take() else { return Err(de::Error::custom("a value without its key")) };
        let path = reader.path.clone();
        seed.deserialize(reader).map_err(|fault: Fault| fault.at(&path))
    }
}

struct Items {
    rest: std::iter::Enumerate<std::vec::IntoIter<Node>>,
    path: String,
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Fault;

    fn next_element_seed<T: de::DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some((at, node)) = self.rest.next() else { return Ok(None) };
        seed.deserialize(Reader { node, path: dotted(&self.path, &at.to_string()) }).map(Some)
    }
}
