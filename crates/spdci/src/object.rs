//! One object of a message, read field by field with places. `null` and `""` are taken as absent: the standard's own samples
//! fill what they do not use with `""`.

use hoagiai_types::Timestamp;
use serde_json::{Map, Value};

use crate::fault::Fault;
use crate::instant;

/// A read value or the fault of its field.
pub(crate) type Read<T> = Result<T, Fault>;

/// An object and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Object<'a> {
    pub(crate) fields: &'a Map<String, Value>,
    place: String,
}

impl<'a> Object<'a> {
    /// A value that must be an object.
    pub(crate) fn of(value: &'a Value, place: impl Into<String>) -> Read<Self> {
        let place = place.into();
        match value {
            Value::Object(fields) => Ok(Self { fields, place }),
            _ => Err(Fault::new(place, "an object is expected")),
        }
    }

    pub(crate) fn place(&self, name: &str) -> String {
        if self.place.is_empty() { name.to_owned() } else { format!("{}.{name}", self.place) }
    }

    pub(crate) fn fault(&self, name: &str, what: impl Into<String>) -> Fault {
        Fault::new(self.place(name), what)
    }

    /// A field that is there.
    pub(crate) fn find(&self, name: &str) -> Option<&'a Value> {
        self.fields.get(name).filter(|value| !is_absent(value))
    }

    /// A text of at most `most` characters without control characters: PostgreSQL keeps no U+0000, logs no line breaks.
    pub(crate) fn text(&self, name: &str, most: usize) -> Read<Option<&'a str>> {
        self.find(name).map(|value| text(value, self.place(name), most)).transpose()
    }

    pub(crate) fn required_text(&self, name: &str, most: usize) -> Read<&'a str> {
        self.text(name, most)?.ok_or_else(|| self.missing(name))
    }

    pub(crate) fn object(&self, name: &str) -> Read<Option<Object<'a>>> {
        self.find(name).map(|value| Self::of(value, self.place(name))).transpose()
    }

    pub(crate) fn required_object(&self, name: &str) -> Read<Object<'a>> {
        self.object(name)?.ok_or_else(|| self.missing(name))
    }

    pub(crate) fn list(&self, name: &str) -> Read<Option<&'a [Value]>> {
        match self.find(name) {
            None => Ok(None),
            Some(Value::Array(items)) => Ok(Some(items)),
            Some(_) => Err(self.fault(name, "a list is expected")),
        }
    }

    pub(crate) fn required_list(&self, name: &str) -> Read<&'a [Value]> {
        self.list(name)?.ok_or_else(|| self.missing(name))
    }

    /// A whole number; a text of digits is taken too, as the standard's samples write `"total_count": "1"`.
    pub(crate) fn whole(&self, name: &str) -> Read<Option<i64>> {
        self.find(name)
            .map(|value| whole(value).ok_or_else(|| self.fault(name, "a whole number is expected")))
            .transpose()
    }

    pub(crate) fn flag(&self, name: &str) -> Read<bool> {
        match self.find(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(self.fault(name, "`true` or `false` is expected")),
        }
    }

    pub(crate) fn required_instant(&self, name: &str) -> Read<Timestamp> {
        let text = self.required_text(name, 64)?;
        instant::parse(text).ok_or_else(|| {
            self.fault(name, "a time as RFC 3339 with an offset is expected, `2025-07-01T08:30:00+07:00`")
        })
    }

    /// The three letters of ISO 639-3 (`LanguageCode`): `vie`, `eng`.
    pub(crate) fn locale(&self) -> Read<Option<String>> {
        let Some(text) = self.text("locale", 64)? else { return Ok(None) };
        let fits = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_lowercase());
        let wrong = || self.fault("locale", "three lower-case letters of ISO 639-3 are expected, `vie`");
        fits.then(|| Some(text.to_owned())).ok_or_else(wrong)
    }

    pub(crate) fn missing(&self, name: &str) -> Fault {
        self.fault(name, "is required")
    }
}

pub(crate) fn is_absent(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
}

pub(crate) fn text(value: &Value, place: impl Into<String>, most: usize) -> Read<&str> {
    let Value::String(text) = value else { return Err(Fault::new(place, "a text is expected")) };
    if text.chars().any(char::is_control) {
        return Err(Fault::new(place, "a text without control characters is expected"));
    }
    if text.chars().nth(most).is_some() {
        return Err(Fault::new(place, format!("is longer than {most} characters")));
    }
    Ok(text)
}

fn whole(value: &Value) -> Option<i64> {
    // 2^53: beyond it a float is no longer a certain whole number.
    const CERTAIN: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < CERTAIN)?;
            // Exact: whole and below 2^53.
            format!("{float:.0}").parse().ok()
        }),
        Value::String(text) if text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    }
}

/// What stands after the namespaces: `ns:org:RegistryType:Mediator` is `Mediator`. Namespaces are the sender's own; what
/// is not made of letters, digits, `.`, `_`, `-` between colons is no such word.
pub(crate) fn local_name(word: &str) -> Option<&str> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let well_formed = word.split(':').all(|part| !part.is_empty() && part.chars().all(fits));
    well_formed.then(|| word.rsplit(':').next()).flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whole_numbers_are_taken_as_numbers_and_as_digits() {
        for (value, expected) in [
            (json!(1), Some(1)),
            (json!(10.0), Some(10)),
            (json!("007"), Some(7)),
            (json!(-1), Some(-1)),
            (json!(1.5), None),
            (json!(1e300), None),
            (json!("-1"), None),
            (json!("1 "), None),
            (json!(u64::MAX), None),
            (json!("9".repeat(40)), None),
            (json!([1]), None),
        ] {
            assert_eq!(whole(&value), expected, "{value}");
        }
    }

    #[test]
    fn namespaces_are_the_senders_own() {
        assert_eq!(local_name("Mediator"), Some("Mediator"));
        assert_eq!(local_name("ns:org:RegistryType:Mediator"), Some("Mediator"));
        assert_eq!(local_name("spdci-extensions-dci:Mediator"), Some("Mediator"));
        for bad in ["", ":", "a:", ":a", "a::b", "a b", "a:Hòa"] {
            assert_eq!(local_name(bad), None, "{bad}");
        }
    }
}
