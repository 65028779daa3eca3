//! The messages of Google's that have a form of their own in JSON or in text.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

/// `google.api.HttpBody`: any body at all, with its content type.
pub(crate) const HTTP_BODY: &str = "google.api.HttpBody";
/// `google.protobuf.Any`.
pub(crate) const ANY: &str = "google.protobuf.Any";
/// `google.protobuf.Value`.
pub(crate) const VALUE: &str = "google.protobuf.Value";
/// `google.protobuf.NullValue`.
pub(crate) const NULL: &str = "google.protobuf.NullValue";
/// `google.protobuf.FieldMask`.
pub(crate) const FIELD_MASK: &str = "google.protobuf.FieldMask";
/// `google.protobuf.Timestamp`.
pub(crate) const TIMESTAMP: &str = "google.protobuf.Timestamp";
/// `google.protobuf.Duration`.
pub(crate) const DURATION: &str = "google.protobuf.Duration";
/// `google.type.Date`.
pub(crate) const DATE: &str = "google.type.Date";

/// Whether the message is a scalar that may be absent.
pub(crate) fn is_wrapper(message: &MessageDescriptor) -> bool {
    matches!(
        message.full_name().strip_prefix("google.protobuf."),
        Some(
            "DoubleValue"
                | "FloatValue"
                | "Int64Value"
                | "UInt64Value"
                | "Int32Value"
                | "UInt32Value"
                | "BoolValue"
                | "StringValue"
                | "BytesValue"
        )
    )
}

/// Whether the message can be written as one text, in a path or a query.
pub(crate) fn has_text(message: &MessageDescriptor) -> bool {
    is_wrapper(message) || matches!(message.full_name(), TIMESTAMP | DURATION | FIELD_MASK | DATE)
}

/// Whether JSON has a form for the message that is not the object of its fields.
pub(crate) fn is_special(message: &MessageDescriptor) -> bool {
    is_wrapper(message)
        || matches!(
            message.full_name(),
            ANY | VALUE
                | TIMESTAMP
                | DURATION
                | FIELD_MASK
                | "google.protobuf.Struct"
                | "google.protobuf.ListValue"
                | "google.protobuf.Empty"
        )
}

/// Whether the text of an instant or a duration says what its message can hold: no leap second, for
/// `google.protobuf.Timestamp` has none, and no more than nine decimals. What reads these texts would take the second
/// before, and cut the rest off.
pub(crate) fn is_exact(of: &MessageDescriptor, text: &str) -> bool {
    let decimals = text.split_once('.').map_or("", |(_, decimals)| decimals);
    let leaps = of.full_name() == TIMESTAMP && text.get(17..19) == Some("60");
    !leaps && decimals.bytes().take_while(u8::is_ascii_digit).count() <= 9
}

/// Whether the message is `google.api.HttpBody`.
pub(crate) fn is_http_body(message: &MessageDescriptor) -> bool {
    message.full_name() == HTTP_BODY
}

/// Whether a field is `google.api.HttpBody`, which takes and gives bytes as they are.
pub(crate) fn is_raw(field: &FieldDescriptor) -> bool {
    !field.is_list() && matches!(field.kind(), Kind::Message(of) if is_http_body(&of))
}
