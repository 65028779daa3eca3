//! What an agency states about consent and authority, kept so that a journal can hold it and anybody can check it later.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Number, Value};

/// An object of the sender's, kept as given.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Kept {
    /// Canonical JSON (RFC 8785), except that whole numbers beyond 2^53 keep their digits.
    pub json: String,
    /// SHA-256 of `json`, lower-case hexadecimal.
    pub digest: String,
}

impl Kept {
    /// Keeps a value.
    #[must_use]
    pub fn new(value: &Value) -> Self {
        let json = canonical(value);
        let digest = digest(&SHA256, json.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        Self { json, digest }
    }
}

/// Shows the digest alone: consents name people.
impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").field("digest", &self.digest).finish_non_exhaustive()
    }
}

/// The one spelling of a value: no white space, keys in the order of their UTF-16 units, numbers as ECMAScript prints them.
#[must_use]
pub fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write(&mut text, value);
    text
}

fn write(text: &mut String, value: &Value) {
    match value {
        Value::Null | Value::Bool(_) => text.push_str(&value.to_string()),
        Value::Number(number) => text.push_str(&self::number(number)),
        Value::String(string) => write_string(text, string),
        Value::Array(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                write(text, item);
            }
            text.push(']');
        }
        Value::Object(fields) => {
            let mut entries: Vec<_> = fields.iter().collect();
            entries.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            text.push('{');
            for (at, (key, value)) in entries.into_iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                write_string(text, key);
                text.push(':');
                write(text, value);
            }
            text.push('}');
        }
    }
}

/// serde_json escapes what RFC 8785 §3.2.2.2 escapes, and in the same spelling.
fn write_string(text: &mut String, string: &str) {
    text.push_str(&Value::from(string).to_string());
}

/// ECMA-262 `Number::toString`, which RFC 8785 §3.2.2.3 refers to.
fn number(number: &Number) -> String {
    let Some(float) = number.as_f64().filter(|_| number.is_f64()) else { return number.to_string() };
    if float == 0.0 {
        return "0".to_owned();
    }
    // Rust prints the shortest digits that read back as the same number: `-1.25e-7`.
    let scientific = format!("{:e}", float.abs());
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits = digits.replace('.', "");
    let (count, exponent) = (i32::try_from(digits.len()).unwrap_or(0), exponent.parse::<i32>().unwrap_or(0));
    // The decimal point stands after this many digits.
    let point = exponent + 1;
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    let cut = usize::try_from(point).unwrap_or(0).min(digits.len());
    let plain = match point {
        _ if (count..=21).contains(&point) => format!("{digits}{}", zeros(point - count)),
        1..=21 => format!("{}.{}", &digits[..cut], &digits[cut..]),
        -5..=0 => format!("0.{}{digits}", zeros(-point)),
        _ => {
            let fraction = if count > 1 { format!(".{}", &digits[1..]) } else { String::new() };
            format!("{}{fraction}e{}{}", &digits[..1], if exponent < 0 { "-" } else { "+" }, exponent.abs())
        }
    };
    if float < 0.0 { format!("-{plain}") } else { plain }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_printed_as_ecmascript_does() {
        // Values of RFC 8785, appendix B, and the borders of each form.
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (-1.5, "-1.5"),
            (5e-324, "5e-324"),
            (1.797_693_134_862_315_7e308, "1.7976931348623157e+308"),
            (333_333_333.333_333_3, "333333333.3333333"),
            (1e21, "1e+21"),
            (1e20, "100000000000000000000"),
            (295_147_905_179_352_830_000.0, "295147905179352830000"),
            (1e-6, "0.000001"),
            (1e-7, "1e-7"),
            (1.25e-7, "1.25e-7"),
            (-0.001, "-0.001"),
        ] {
            assert_eq!(canonical(&json!(value)), text, "{value}");
        }
        assert_eq!(canonical(&json!(u64::MAX)), "18446744073709551615");
    }

    #[test]
    fn keys_are_sorted_by_utf_16_units_and_the_digest_is_of_the_text() {
        let value = json!({"\u{1F600}": 1, "\u{FB33}": [true, null], "a": {"c": "\u{1}\n\"", "b": "Hòa"}});
        let kept = Kept::new(&value);
        assert_eq!(
            kept.json,
            "{\"a\":{\"b\":\"Hòa\",\"c\":\"\\u0001\\n\\\"\"},\"\u{1F600}\":1,\"\u{FB33}\":[true,null]}"
        );
        assert_eq!(Kept::new(&json!({})).digest, "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
        assert!(!format!("{kept:?}").contains("Hòa"));
    }
}
