//! The faults that rules of contracts can find: their stable reasons and their texts for people.

use std::fmt;

/// What is wrong with a value. `Display` is the English text, which reads after the name of the field.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// Nothing there.
    Required,
    /// Fewer or more characters than allowed.
    Characters(Option<u64>, Option<u64>),
    /// Fewer or more bytes than allowed.
    Bytes(Option<u64>, Option<u64>),
    /// Fewer or more items than allowed.
    Items(Option<u64>, Option<u64>),
    /// A number outside its range.
    Range(Option<String>, Option<String>),
    /// An item that is there already.
    Duplicate,
    /// Not of the pattern.
    Pattern(String),
    /// Not a UUID.
    Uuid,
    /// Not an e-mail address.
    Email,
    /// Not an absolute URI.
    Uri,
    /// A number that the enum does not define.
    UnknownValue,
    /// Not one of the allowed values.
    NotAllowed(String),
    /// One of the refused values.
    Refused,
    /// Control characters, or characters that turn the direction of text.
    ControlCharacter,
    /// Not a whole date of the calendar.
    Date,
    /// Not an instant of the years 1 to 9999.
    Timestamp,
    /// Not a duration.
    Duration,
    /// Not a finite number.
    NotFinite,
    /// Not a path of a field mask.
    FieldMask,
}

impl Fault {
    /// The stable reason.
    pub fn reason(&self) -> &'static str {
        match self {
            Fault::Required => "REQUIRED",
            Fault::Characters(..) | Fault::Bytes(..) => "WRONG_LENGTH",
            Fault::Items(..) => "WRONG_COUNT",
            Fault::Range(..) => "OUT_OF_RANGE",
            Fault::Duplicate => "DUPLICATE_ITEM",
            Fault::Pattern(_) => "WRONG_FORMAT",
            Fault::Uuid => "NOT_A_UUID",
            Fault::Email => "NOT_AN_EMAIL",
            Fault::Uri => "NOT_A_URI",
            Fault::UnknownValue => "UNKNOWN_VALUE",
            Fault::NotAllowed(_) | Fault::Refused => "VALUE_NOT_ALLOWED",
            Fault::ControlCharacter => "CONTROL_CHARACTER",
            Fault::Date => "NOT_A_DATE",
            Fault::Timestamp => "NOT_A_TIME",
            Fault::Duration => "NOT_A_DURATION",
            Fault::NotFinite => "NOT_A_NUMBER",
            Fault::FieldMask => "NOT_A_FIELD_MASK",
        }
    }

    /// The Vietnamese text, which reads after the name of the field.
    pub fn vietnamese(&self) -> String {
        match self {
            Fault::Required => "là bắt buộc".into(),
            Fault::Characters(min, max) => vietnamese_size("ký tự", *min, *max),
            Fault::Bytes(min, max) => vietnamese_size("byte", *min, *max),
            Fault::Items(min, max) => vietnamese_size("mục", *min, *max),
            Fault::Range(Some(low), Some(high)) => format!("phải từ {low} đến {high}"),
            Fault::Range(Some(low), None) => format!("phải từ {low} trở lên"),
            Fault::Range(None, Some(high)) => format!("phải không quá {high}"),
            Fault::Range(None, None) => "nằm ngoài khoảng cho phép".into(),
            Fault::Duplicate => "trùng với một mục đã có".into(),
            Fault::Pattern(pattern) => format!("không đúng định dạng {pattern}"),
            Fault::Uuid => "phải là một mã UUID".into(),
            Fault::Email => "phải là một địa chỉ thư điện tử".into(),
            Fault::Uri => "phải là một địa chỉ URI đầy đủ".into(),
            Fault::UnknownValue => "không phải là một giá trị có trong danh mục".into(),
            Fault::NotAllowed(values) => format!("phải là một trong các giá trị: {values}"),
            Fault::Refused => "có giá trị không được phép".into(),
            Fault::ControlCharacter => "chứa ký tự điều khiển hoặc ký tự đổi chiều chữ".into(),
            Fault::Date => "phải là một ngày đầy đủ và có thật (năm, tháng, ngày)".into(),
            Fault::Timestamp => "phải là một thời điểm trong khoảng năm 1 đến năm 9999".into(),
            Fault::Duration => "phải là một khoảng thời gian hợp lệ".into(),
            Fault::NotFinite => "phải là một số hữu hạn".into(),
            Fault::FieldMask => "có đường dẫn trường không hợp lệ".into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Required => f.write_str("is required"),
            Fault::Characters(min, max) => english_size(f, "characters", *min, *max),
            Fault::Bytes(min, max) => english_size(f, "bytes", *min, *max),
            Fault::Items(min, max) => english_size(f, "items", *min, *max),
            Fault::Range(Some(low), Some(high)) => write!(f, "must be from {low} to {high}"),
            Fault::Range(Some(low), None) => write!(f, "must be {low} or more"),
            Fault::Range(None, Some(high)) => write!(f, "must be {high} or less"),
            Fault::Range(None, None) => f.write_str("is out of range"),
            Fault::Duplicate => f.write_str("repeats an item"),
            Fault::Pattern(pattern) => write!(f, "must match {pattern}"),
            Fault::Uuid => f.write_str("must be a UUID"),
            Fault::Email => f.write_str("must be an e-mail address"),
            Fault::Uri => f.write_str("must be an absolute URI"),
            Fault::UnknownValue => f.write_str("is not a value of the enum"),
            Fault::NotAllowed(values) => write!(f, "must be one of: {values}"),
            Fault::Refused => f.write_str("has a value that is not allowed"),
            Fault::ControlCharacter => f.write_str("contains control or text direction characters"),
            Fault::Date => f.write_str("must be a whole date of the calendar (year, month, day)"),
            Fault::Timestamp => f.write_str("must be an instant of the years 1 to 9999"),
            Fault::Duration => f.write_str("must be a valid duration"),
            Fault::NotFinite => f.write_str("must be a finite number"),
            Fault::FieldMask => f.write_str("has a path that names no field"),
        }
    }
}

fn english_size(f: &mut fmt::Formatter<'_>, of: &str, min: Option<u64>, max: Option<u64>) -> fmt::Result {
    match (min, max) {
        (Some(min), Some(max)) if min == max => write!(f, "must have exactly {min} {of}"),
        (Some(min), Some(max)) => write!(f, "must have {min} to {max} {of}"),
        (Some(min), None) => write!(f, "must have at least {min} {of}"),
        (None, Some(max)) => write!(f, "must have at most {max} {of}"),
        (None, None) => write!(f, "has a wrong number of {of}"),
    }
}

fn vietnamese_size(of: &str, min: Option<u64>, max: Option<u64>) -> String {
    match (min, max) {
        (Some(min), Some(max)) if min == max => format!("phải có đúng {min} {of}"),
        (Some(min), Some(max)) => format!("phải có từ {min} đến {max} {of}"),
        (Some(min), None) => format!("phải có ít nhất {min} {of}"),
        (None, Some(max)) => format!("chỉ được có tối đa {max} {of}"),
        (None, None) => format!("có số {of} không đúng"),
    }
}
