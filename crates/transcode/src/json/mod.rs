//! Messages as JSON and back (protobuf.dev/programming-guides/json), stricter than the mapping where it leaves room:
//! what is given twice, or is not known, is refused, and every fault is named with its path at once.

mod decode;
mod encode;
#[cfg(test)]
mod tests;
mod text;

use bytes::Bytes;
use prost_reflect::{DynamicMessage, FieldDescriptor, MessageDescriptor, Value};

use crate::limits::Limits;
use crate::refusal::Fault;

pub use encode::Unprintable;

/// A message from its JSON.
///
/// # Errors
/// Every fault with its path: no JSON, too deep, a key twice (under either of its names), an unknown field, a value that
/// its field does not admit, two fields of one oneof.
pub fn message(of: &MessageDescriptor, text: &[u8], limits: &Limits) -> Result<DynamicMessage, Vec<Fault>> {
    let json = text::parse(text, limits)?;
    decode::message(of, json)
}

/// The value of one field from its JSON; none for `null`, which means that it is absent.
///
/// # Errors
/// As [`message`].
pub fn field(of: &FieldDescriptor, text: &[u8], limits: &Limits) -> Result<Option<Value>, Vec<Fault>> {
    let json = text::parse(text, limits)?;
    decode::field(of, json)
}

/// The JSON of a message: every scalar, enum, list and map, also when it is empty; messages and optional fields when
/// they are there. Whole numbers of 64 bits are texts, bytes base64, enums names, names lowerCamel.
///
/// # Errors
/// What JSON has no form for: instants out of range, durations with two signs, an `Any` of a type that the pool does not
/// have.
pub fn print(message: &DynamicMessage) -> Result<Bytes, Unprintable> {
    encode::message(message).map(Bytes::from)
}

/// The JSON of one field of a message; `null` for a message that is absent.
///
/// # Errors
/// As [`print()`].
pub fn print_field(message: &DynamicMessage, field: &FieldDescriptor) -> Result<Bytes, Unprintable> {
    encode::field(message, field).map(Bytes::from)
}
