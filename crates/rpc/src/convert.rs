//! Values of the contracts to values of the domain and back. What comes in is named by its field, so that every fault
//! of a request can be told at once.

use std::fmt;
use std::str::FromStr;

use hoagiai_proto::common;
use hoagiai_proto::google;
use hoagiai_store::Sealed;
use hoagiai_types::{Date, Etag, Id, Ratio, Timestamp, Uuid};

use crate::Violations;

/// A date for the wire.
pub fn date(date: Date) -> google::Date {
    google::Date { year: date.year().into(), month: date.month().into(), day: date.day().into() }
}

/// A date from the wire; none if it is none of the calendar.
pub fn read_date(date: &google::Date) -> Option<Date> {
    let (year, month, day) = (date.year.try_into().ok()?, date.month.try_into().ok()?, date.day.try_into().ok()?);
    Date::new(year, month, day).ok()
}

/// A date that must be there.
pub fn need_date(field: impl fmt::Display, value: Option<&google::Date>, out: &mut Violations) -> Option<Date> {
    match value {
        None => out.add(field, "REQUIRED", "is required", "là bắt buộc"),
        Some(_) => return may_date(field, value, out),
    }
    None
}

/// A date that may be absent.
pub fn may_date(field: impl fmt::Display, value: Option<&google::Date>, out: &mut Violations) -> Option<Date> {
    let date = read_date(value?);
    if date.is_none() {
        out.add(field, "NOT_A_DATE", "must be a whole date of the calendar", "phải là một ngày đầy đủ và có thật");
    }
    date
}

/// An instant for the wire.
pub fn time(time: Timestamp) -> prost_types::Timestamp {
    time.to_proto()
}

/// An instant that may be absent.
pub fn may_time(
    field: impl fmt::Display,
    value: Option<&prost_types::Timestamp>,
    out: &mut Violations,
) -> Option<Timestamp> {
    let time = Timestamp::from_proto(value?);
    if time.is_none() {
        out.add(field, "NOT_A_TIME", "must be an instant of the years 1 to 9999", "phải là một thời điểm hợp lệ");
    }
    time
}

/// An id that must be there.
pub fn need_id<T>(field: impl fmt::Display, value: &str, out: &mut Violations) -> Option<Id<T>> {
    need(field, value, out).map(Id::from_uuid)
}

/// An id that may be absent (empty).
pub fn may_id<T>(field: impl fmt::Display, value: &str, out: &mut Violations) -> Option<Id<T>> {
    if value.is_empty() { None } else { need_id(field, value, out) }
}

fn need(field: impl fmt::Display, value: &str, out: &mut Violations) -> Option<Uuid> {
    let id = Uuid::from_str(value).ok();
    match id {
        Some(_) => {}
        None if value.is_empty() => out.add(field, "REQUIRED", "is required", "là bắt buộc"),
        None => out.add(field, "NOT_A_UUID", "must be a UUID", "phải là một mã UUID"),
    }
    id
}

/// The etag that a request states; empty states none.
pub fn may_etag(value: &str, out: &mut Violations) -> Option<Etag> {
    Etag::parse(value).unwrap_or_else(|_| {
        out.add("etag", "NOT_AN_ETAG", "is not an etag given by this service", "không phải là etag đã được cấp");
        None
    })
}

/// A ratio for the wire.
pub fn ratio(ratio: Ratio) -> common::v1::Ratio {
    common::v1::Ratio {
        numerator: ratio.numerator,
        denominator: ratio.denominator,
        percent: ratio.percent().unwrap_or_default(),
    }
}

/// Ciphertext for an event.
pub fn sealed(sealed: Sealed) -> common::v1::Sealed {
    common::v1::Sealed {
        subject: sealed.subject.to_string(),
        key_version: sealed.key_version,
        ciphertext: sealed.ciphertext,
    }
}

/// Ciphertext from an event; none if its subject is no UUID.
pub fn read_sealed(sealed: common::v1::Sealed) -> Option<Sealed> {
    let subject = Uuid::from_str(&sealed.subject).ok()?;
    Some(Sealed { subject, key_version: sealed.key_version, ciphertext: sealed.ciphertext })
}
