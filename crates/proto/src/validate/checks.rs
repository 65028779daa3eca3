//! One function a rule, called by the generated validation. A check that passes allocates nothing.

use std::collections::HashSet;
use std::fmt::{Debug, Display};
use std::hash::Hash;

use regex::Regex;
use tonic::codegen::http::Uri;

use super::{Fault, Path, Violations};

/// Something must be there.
pub fn required(at: &Path<'_>, out: &mut Violations) {
    out.fault(at, &Fault::Required);
}

/// Text of one line: no control characters, nothing that turns the direction of text.
pub fn text(at: &Path<'_>, out: &mut Violations, x: &str) {
    if !clean(x, false) {
        out.fault(at, &Fault::ControlCharacter);
    }
}

/// Text of many lines: tabs and line ends are welcome too.
pub fn prose(at: &Path<'_>, out: &mut Violations, x: &str) {
    if !clean(x, true) {
        out.fault(at, &Fault::ControlCharacter);
    }
}

/// Bidirectional controls can show a reader another text than the one that is stored ("Trojan source").
fn clean(x: &str, lines: bool) -> bool {
    if x.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return true;
    }
    x.chars().all(|c| match c {
        '\t' | '\n' | '\r' => lines,
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => false,
        '\u{2028}' | '\u{2029}' => lines,
        c => !c.is_control(),
    })
}

/// Length in code points.
pub fn chars(at: &Path<'_>, out: &mut Violations, x: &str, min: Option<u64>, max: Option<u64>) {
    // A text has at most as many characters as bytes and at least a quarter of them: mostly no need to count.
    let bytes = x.len() as u64;
    if min.is_none_or(|min| min <= bytes / 4) && max.is_none_or(|max| bytes <= max) {
        return;
    }
    if !within(x.chars().count() as u64, min, max) {
        out.fault(at, &Fault::Characters(min, max));
    }
}

/// Length in bytes.
pub fn byte_length(at: &Path<'_>, out: &mut Violations, x: &[u8], min: Option<u64>, max: Option<u64>) {
    if !within(x.len() as u64, min, max) {
        out.fault(at, &Fault::Bytes(min, max));
    }
}

/// Number of items or pairs.
pub fn count(at: &Path<'_>, out: &mut Violations, n: usize, min: Option<u64>, max: Option<u64>) {
    if !within(n as u64, min, max) {
        out.fault(at, &Fault::Items(min, max));
    }
}

fn within(n: u64, min: Option<u64>, max: Option<u64>) -> bool {
    min.is_none_or(|min| n >= min) && max.is_none_or(|max| n <= max)
}

/// No item twice; each repetition is a fault of its own.
pub fn unique<T: Hash + Eq>(at: &Path<'_>, out: &mut Violations, items: &[T]) {
    let mut seen = HashSet::with_capacity(items.len());
    for (i, item) in items.iter().enumerate() {
        if !seen.insert(item) {
            out.fault(&at.index(i), &Fault::Duplicate);
        }
    }
}

/// A whole number within its range, both ends included.
pub fn range(at: &Path<'_>, out: &mut Violations, x: i128, low: Option<i128>, high: Option<i128>) {
    if low.is_some_and(|low| x < low) || high.is_some_and(|high| x > high) {
        out.fault(at, &Fault::Range(low.map(|n| n.to_string()), high.map(|n| n.to_string())));
    }
}

/// A finite number within its range, both ends included.
pub fn float(at: &Path<'_>, out: &mut Violations, x: f64, low: Option<f64>, high: Option<f64>) {
    if !x.is_finite() {
        out.fault(at, &Fault::NotFinite);
    } else if low.is_some_and(|low| x < low) || high.is_some_and(|high| x > high) {
        out.fault(at, &Fault::Range(low.map(|n| n.to_string()), high.map(|n| n.to_string())));
    }
}

/// Text of the pattern.
pub fn pattern(at: &Path<'_>, out: &mut Violations, x: &str, regex: &Regex) {
    if !regex.is_match(x) {
        out.fault(at, &Fault::Pattern(regex.as_str().to_owned()));
    }
}

/// A UUID in its hyphenated form, either case.
pub fn uuid(at: &Path<'_>, out: &mut Violations, x: &str) {
    let fits = x.len() == 36
        && x.bytes().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        });
    if !fits {
        out.fault(at, &Fault::Uuid);
    }
}

/// An e-mail address as HTML forms understand it: good enough to send to, never proof that it exists.
pub fn email(at: &Path<'_>, out: &mut Violations, x: &str) {
    let local = |s: &str| {
        !s.is_empty()
            && s.len() <= 64
            && s.bytes().all(|b| b.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&b))
    };
    if !x.rsplit_once('@').is_some_and(|(left, right)| local(left) && hostname(right)) {
        out.fault(at, &Fault::Email);
    }
}

fn hostname(x: &str) -> bool {
    let label = |s: &str| {
        !s.is_empty()
            && s.len() <= 63
            && !s.starts_with('-')
            && !s.ends_with('-')
            && s.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    x.len() <= 253 && x.split('.').all(label)
}

/// A URI with a scheme and a host.
pub fn uri(at: &Path<'_>, out: &mut Violations, x: &str) {
    let fits = x.parse::<Uri>().is_ok_and(|uri| uri.scheme().is_some() && uri.host().is_some_and(|h| !h.is_empty()));
    if !fits {
        out.fault(at, &Fault::Uri);
    }
}

/// A number that the enum defines.
pub fn defined(at: &Path<'_>, out: &mut Violations, known: bool) {
    if !known {
        out.fault(at, &Fault::UnknownValue);
    }
}

/// One of the allowed values.
pub fn one_of<T: PartialEq + Display>(at: &Path<'_>, out: &mut Violations, x: &T, allowed: &[T]) {
    if !allowed.contains(x) {
        let allowed: Vec<String> = allowed.iter().map(T::to_string).collect();
        out.fault(at, &Fault::NotAllowed(allowed.join(", ")));
    }
}

/// None of the refused values.
pub fn none_of<T: PartialEq + Debug>(at: &Path<'_>, out: &mut Violations, x: &T, refused: &[T]) {
    if refused.contains(x) {
        out.fault(at, &Fault::Refused);
    }
}

/// A whole date of the calendar, years 1 to 9999.
pub fn date(at: &Path<'_>, out: &mut Violations, year: i32, month: i32, day: i32) {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i32::from(leap),
        _ => 0,
    };
    if !((1..=9999).contains(&year) && (1..=days).contains(&day)) {
        out.fault(at, &Fault::Date);
    }
}

/// An instant of the years 1 to 9999, as protobuf defines it.
pub fn timestamp(at: &Path<'_>, out: &mut Violations, seconds: i64, nanos: i32) {
    if !((-62_135_596_800..=253_402_300_799).contains(&seconds) && (0..1_000_000_000).contains(&nanos)) {
        out.fault(at, &Fault::Timestamp);
    }
}

/// A duration of at most ten thousand years whose parts have one sign, as protobuf defines it.
pub fn duration(at: &Path<'_>, out: &mut Violations, seconds: i64, nanos: i32) {
    let fits = (-315_576_000_000..=315_576_000_000).contains(&seconds)
        && (-999_999_999..=999_999_999).contains(&nanos)
        && (seconds == 0 || nanos == 0 || (seconds > 0) == (nanos > 0));
    if !fits {
        out.fault(at, &Fault::Duration);
    }
}

/// Paths of lower_snake names, or `*` alone. Which of them exist is the use case's to say.
pub fn field_mask(at: &Path<'_>, out: &mut Violations, paths: &[String]) {
    let word = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    for (i, path) in paths.iter().enumerate() {
        if !(path.split('.').all(word) || (path == "*" && paths.len() == 1)) {
            out.fault(&at.field("paths").index(i), &Fault::FieldMask);
        }
    }
}
