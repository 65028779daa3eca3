//! Scalars from texts: the values of paths and queries, and the strings that JSON admits for numbers and bytes.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use prost_reflect::{DynamicMessage, EnumDescriptor, Kind, MessageDescriptor, Syntax, Value};
use serde_json::Value as Json;

use crate::known;

/// The value of a text for a kind of field, or what the kind admits instead.
pub(crate) fn from_text(kind: &Kind, text: &str) -> Result<Value, String> {
    match kind {
        Kind::Bool => match text {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err("neither `true` nor `false`".to_owned()),
        },
        Kind::String => Ok(Value::String(text.to_owned())),
        Kind::Bytes => bytes(text).map(|bytes| Value::Bytes(bytes.into())),
        Kind::Enum(of) => enumeration(of, text),
        Kind::Message(of) => message(of, text).map(Value::Message),
        number => self::number(number, text),
    }
}

/// A number from its text: of the grammar of JSON, in the range of the kind; floats also by name.
pub(crate) fn number(kind: &Kind, text: &str) -> Result<Value, String> {
    match kind {
        Kind::Double | Kind::Float => {
            let value = match text {
                "NaN" => f64::NAN,
                "Infinity" => f64::INFINITY,
                "-Infinity" => f64::NEG_INFINITY,
                _ if is_number(text) => {
                    let value: f64 = text.parse().map_err(|_| "no number".to_owned())?;
                    return float(kind, value);
                }
                _ => return Err("no number".to_owned()),
            };
            // Narrowing keeps what is no number.
            Ok(if *kind == Kind::Float { Value::F32(value as f32) } else { Value::F64(value) })
        }
        _ if !is_number(text) => Err("no whole number".to_owned()),
        _ => match text.parse::<i128>() {
            Ok(value) => integer(kind, value),
            Err(_) => whole(kind, text.parse().map_err(|_| "no whole number".to_owned())?),
        },
    }
}

/// A finite number for a float or a double.
pub(crate) fn float(kind: &Kind, value: f64) -> Result<Value, String> {
    if !value.is_finite() || (*kind == Kind::Float && !(value as f32).is_finite()) {
        return Err("out of the range of its type".to_owned());
    }
    Ok(if *kind == Kind::Float { Value::F32(value as f32) } else { Value::F64(value) })
}

/// A whole number that was written with a fraction or an exponent (`1e3`, `1.0`).
pub(crate) fn whole(kind: &Kind, value: f64) -> Result<Value, String> {
    // Beyond this every double is whole, and none is in range.
    if value.fract() != 0.0 || value.abs() > 1e20 {
        return Err("no whole number in the range of its type".to_owned());
    }
    integer(kind, value as i128)
}

/// A whole number, in the range of its kind.
pub(crate) fn integer(kind: &Kind, value: i128) -> Result<Value, String> {
    let out = |_| "out of the range of its type".to_owned();
    match kind {
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => i32::try_from(value).map(Value::I32).map_err(out),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => i64::try_from(value).map(Value::I64).map_err(out),
        Kind::Uint32 | Kind::Fixed32 => u32::try_from(value).map(Value::U32).map_err(out),
        Kind::Uint64 | Kind::Fixed64 => u64::try_from(value).map(Value::U64).map_err(out),
        _ => Err("no number is expected".to_owned()),
    }
}

/// The grammar of numbers of RFC 8259 §6: no sign of plus, no zeros before, no bare point.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}

/// An enum by name or by number. A number that has no name is kept where the enum is open (proto3).
pub(crate) fn enumeration(of: &EnumDescriptor, text: &str) -> Result<Value, String> {
    if let Some(value) = of.get_value_by_name(text) {
        return Ok(Value::EnumNumber(value.number()));
    }
    match is_number(text).then(|| text.parse::<i32>()) {
        Some(Ok(number)) => enum_number(of, number),
        _ => Err(format!("no value of {}", of.full_name())),
    }
}

/// An enum by number.
pub(crate) fn enum_number(of: &EnumDescriptor, number: i32) -> Result<Value, String> {
    if of.parent_file().syntax() == Syntax::Proto2 && of.get_value(number).is_none() {
        return Err(format!("no value of {}", of.full_name()));
    }
    Ok(Value::EnumNumber(number))
}

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Base64 in either alphabet, with or without padding, as the JSON mapping asks.
pub(crate) fn bytes(text: &str) -> Result<Vec<u8>, String> {
    let engine = if text.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
    engine.decode(text).map_err(|_| "no base64".to_owned())
}

/// A message that has a text form.
fn message(of: &MessageDescriptor, text: &str) -> Result<DynamicMessage, String> {
    if known::is_wrapper(of) {
        let mut message = DynamicMessage::new(of.clone());
        if let Some(field) = of.get_field(1) {
            message.set_field(&field, from_text(&field.kind(), text)?);
        }
        return Ok(message);
    }
    match of.full_name() {
        known::DATE => date(of, text).ok_or_else(|| "no date as YYYY-MM-DD".to_owned()),
        known::FIELD_MASK => Ok(mask(of, text)),
        known::TIMESTAMP => {
            special(of, text).ok_or_else(|| "no instant as RFC 3339 has it, `2025-07-01T08:00:00Z`".to_owned())
        }
        known::DURATION => special(of, text).ok_or_else(|| "no duration in seconds, `1.5s`".to_owned()),
        _ => Err("a message: give its fields, `a.b=…`".to_owned()),
    }
}

fn special(of: &MessageDescriptor, text: &str) -> Option<DynamicMessage> {
    let message = DynamicMessage::deserialize(of.clone(), Json::String(text.to_owned())).ok();
    message.filter(|_| known::is_exact(of, text))
}

/// A mask by the names of JSON or those of the contract, comma between. People type what the contract says.
fn mask(of: &MessageDescriptor, text: &str) -> DynamicMessage {
    let snake = |path: &str| {
        path.chars().fold(String::new(), |mut out, c| {
            if c.is_ascii_uppercase() {
                out.push('_');
            }
            out.push(c.to_ascii_lowercase());
            out
        })
    };
    let paths = text.split(',').filter(|path| !path.is_empty()).map(|path| Value::String(snake(path))).collect();
    let mut message = DynamicMessage::new(of.clone());
    if let Some(field) = of.get_field(1) {
        message.set_field(&field, Value::List(paths));
    }
    message
}

/// A whole date of the calendar (ISO 8601, RFC 3339 `full-date`), as `google.type.Date`.
fn date(of: &MessageDescriptor, text: &str) -> Option<DynamicMessage> {
    let part = |range: std::ops::Range<usize>| -> Option<i32> {
        let digits = text.get(range)?;
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
    };
    if text.len() != 10 || text.get(4..5) != Some("-") || text.get(7..8) != Some("-") {
        return None;
    }
    let (year, month, day) = (part(0..4)?, part(5..7)?, part(8..10)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + i32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if year == 0 || !(1..=days).contains(&day) {
        return None;
    }
    let mut message = DynamicMessage::new(of.clone());
    for (number, value) in [(1, year), (2, month), (3, day)] {
        message.try_set_field_by_number(number, Value::I32(value)).ok()?;
    }
    Some(message)
}
