//! Receivers that answer 200 whatever happened and say in the body whether it worked, as portals and buses here do:
//! `{"error_code": "0"}`, `{"error_code": 0}`, `{"Status": 200}`.

use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;

/// What the body of an answer must say for the delivery to count as received; a setting of the endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledgment {
    field: String,
    accepted: Vec<String>,
}

/// Why a rule is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AcknowledgmentFault {
    /// No field is named.
    #[error("the rule names no field of the answer")]
    Field,
    /// No value is accepted, or an empty one.
    #[error("the rule accepts no value, or an empty one")]
    Accepted,
}

impl Acknowledgment {
    /// A member of the JSON object that the body is, by its exact name, and the values that mean "received".
    ///
    /// # Errors
    /// A name or a value is missing.
    pub fn new(
        field: impl Into<String>,
        accepted: impl IntoIterator<Item = String>,
    ) -> Result<Self, AcknowledgmentFault> {
        let (field, accepted) = (field.into(), accepted.into_iter().collect::<Vec<_>>());
        if field.is_empty() {
            return Err(AcknowledgmentFault::Field);
        }
        if accepted.is_empty() || accepted.iter().any(|value| value.trim().is_empty()) {
            return Err(AcknowledgmentFault::Accepted);
        }
        Ok(Self { field, accepted })
    }

    /// Whether the body says so. A body that is no JSON object, is cut off, lacks the field or has it twice does not;
    /// what stands beside the field is not judged.
    #[must_use]
    pub fn holds(&self, body: &[u8]) -> bool {
        // Older .NET writes a byte order mark, which RFC 8259 §8.1 lets readers pass over.
        let body = body.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(body);
        let mut json = serde_json::Deserializer::from_slice(body);
        let Ok(Some(value)) = (&mut json).deserialize_map(Member(&self.field)) else { return false };
        json.end().is_ok() && self.accepted.iter().any(|accepted| says(&value, accepted.trim()))
    }
}

/// Text and number alike: the same service sends `"0"` today and `0` tomorrow.
fn says(value: &Value, accepted: &str) -> bool {
    match value {
        Value::String(text) => text.trim() == accepted,
        Value::Bool(truth) => truth.to_string() == accepted,
        Value::Number(number) if number.is_f64() => accepted.parse() == Ok(number.as_f64().unwrap_or(f64::NAN)),
        Value::Number(number) => number.to_string() == accepted,
        _ => false,
    }
}

/// Reads the one member of this name; `None` when there is none, or more than one.
struct Member<'a>(&'a str);

impl<'de> Visitor<'de> for Member<'_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<Value>, A::Error> {
        let (mut found, mut times) = (None, 0);
        while let Some(name) = map.next_key::<std::borrow::Cow<'_, str>>()? {
            if name == self.0 {
                (found, times) = (Some(map.next_value()?), times + 1);
            } else {
                map.next_value::<serde::de::IgnoredAny>()?;
            }
        }
        Ok(found.filter(|_| times == 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_compared_as_text_and_as_number() {
        let rule = Acknowledgment::new("error_code", ["0".to_owned(), "00".to_owned()]).unwrap();
        for (body, holds) in [
            (r#"{"error_code":"0"}"#, true),
            (r#"{"error_code":0,"message":"OK","result":[{"error_code":-1}]}"#, true),
            (r#"{"error_code":0.0}"#, true),
            (r#"{"error_code":" 00 "}"#, true),
            ("\u{FEFF}{\"error_code\":0}", true),
            (r#" {"a":{"b":[1,2]},"error_code":0} "#, true),
            (r#"{"error_code":"-1"}"#, false),
            (r#"{"error_code":-1}"#, false),
            (r#"{"error_code":null}"#, false),
            (r#"{"error_code":[0]}"#, false),
            (r#"{"error_code":"-1","error_code":"0"}"#, false),
            (r#"{"ERROR_CODE":0}"#, false),
            (r#"{"result":{"error_code":0}}"#, false),
            (r#"{"error_code":0"#, false),
            (r#"{"error_code":0} trailing"#, false),
            (r#"[{"error_code":0}]"#, false),
            ("<html>OK</html>", false),
            ("", false),
        ] {
            assert_eq!(rule.holds(body.as_bytes()), holds, "{body}");
        }
        assert!(rule.holds(b"{\"error_code\":0,\"x\":\"\xFF\"}"), "words beside the code, in a code page of their own");
        assert!(!rule.holds(&[b"[".repeat(100_000), b"]".repeat(100_000)].concat()), "deep");
        assert!(!rule.holds(&[br#"{"a":"#.to_vec(), b"[".repeat(100_000)].concat()), "deep within");
    }

    #[test]
    fn other_codes_and_other_names() {
        let rule = Acknowledgment::new("Status", ["200".to_owned()]).unwrap();
        for (body, holds) in [
            (r#"{"Status":200}"#, true),
            (r#"{"Status":"200"}"#, true),
            (r#"{"Status":2e2}"#, true),
            (r#"{"Status":500}"#, false),
        ] {
            assert_eq!(rule.holds(body.as_bytes()), holds, "{body}");
        }
        let rule = Acknowledgment::new("success", ["true".to_owned()]).unwrap();
        assert!(rule.holds(br#"{"success":true}"#) && !rule.holds(br#"{"success":false}"#));
    }

    #[test]
    fn a_rule_names_a_field_and_a_value() {
        assert_eq!(Acknowledgment::new("", ["0".to_owned()]), Err(AcknowledgmentFault::Field));
        assert_eq!(Acknowledgment::new("x", []), Err(AcknowledgmentFault::Accepted));
        assert_eq!(Acknowledgment::new("x", [" ".to_owned()]), Err(AcknowledgmentFault::Accepted));
    }
}
