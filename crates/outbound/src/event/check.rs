//! The rules of attributes as pure functions.

use super::{
    Parts,
    fault::{AttributeFault, Fault},
};

/// Microseconds of 0001-01-01T00:00:00Z; RFC 3339 writes no earlier year.
const FIRST_TIME: i64 = -62_135_596_800_000_000;

/// Every fault, in the order of the attributes.
pub(super) fn faults(parts: &Parts) -> Vec<AttributeFault> {
    let optional = |text: &Option<String>, rule: fn(&str) -> Result<(), Fault>| text.as_deref().map_or(Ok(()), rule);
    let writable = |micros: i64| micros >= FIRST_TIME && jiff::Timestamp::from_microsecond(micros).is_ok();
    let time = if parts.time_micros.is_none_or(writable) { Ok(()) } else { Err(Fault::Time) };
    let checked = [
        ("id", string(&parts.id)),
        ("source", uri_reference(&parts.source)),
        ("type", string(&parts.kind)),
        ("subject", optional(&parts.subject, string)),
        ("time", time),
        ("datacontenttype", optional(&parts.datacontenttype, json_media_type)),
        ("dataschema", optional(&parts.dataschema, absolute_uri)),
        ("dataref", optional(&parts.dataref, uri_reference)),
        ("partitionkey", optional(&parts.partitionkey, string)),
        ("traceparent", optional(&parts.traceparent, traceparent)),
    ];
    let at_fault = checked.into_iter().filter_map(|(attribute, result)| Some((attribute, result.err()?)));
    at_fault.map(|(attribute, fault)| AttributeFault { attribute, fault }).collect()
}

fn string(text: &str) -> Result<(), Fault> {
    if text.is_empty() {
        return Err(Fault::Empty);
    }
    let forbidden =
        |c: char| c.is_control() || matches!(u32::from(c), 0xFDD0..=0xFDEF) || u32::from(c) & 0xFFFE == 0xFFFE;
    if text.chars().any(forbidden) { Err(Fault::Character) } else { Ok(()) }
}

/// RFC 3986 §4.1, less the brackets of IPv6 literals, which nothing of ours is named by.
fn uri_reference(text: &str) -> Result<(), Fault> {
    string(text)?;
    let fault = Err(Fault::NotAUriReference);
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=%".contains(&b);
    if !text.bytes().all(allowed) || text.matches('#').count() > 1 {
        return fault;
    }
    let escaped = |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|b| b.is_ascii_hexdigit());
    if !text.split('%').skip(1).all(escaped) {
        return fault;
    }
    // A colon before any other delimiter ends a scheme: `1-555:7` is neither a URI nor a relative reference.
    match text.find([':', '/', '?', '#']) {
        Some(at) if text.as_bytes()[at] == b':' && !is_scheme(&text[..at]) => fault,
        _ => Ok(()),
    }
}

fn absolute_uri(text: &str) -> Result<(), Fault> {
    string(text)?;
    let scheme = text.split_once(':').is_some_and(|(scheme, rest)| is_scheme(scheme) && !rest.is_empty());
    let absolute = scheme && !text.contains('#') && uri_reference(text).is_ok();
    if absolute { Ok(()) } else { Err(Fault::NotAnAbsoluteUri) }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

fn json_media_type(text: &str) -> Result<(), Fault> {
    string(text)?;
    let is_token = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b));
    let json = text.split_once('/').is_some_and(|(kind, subtype)| {
        let subtype = subtype.to_ascii_lowercase();
        let whole = kind.eq_ignore_ascii_case("application") && subtype == "json";
        is_token(kind) && is_token(&subtype) && (whole || (subtype.ends_with("+json") && subtype.len() > 5))
    });
    if json { Ok(()) } else { Err(Fault::NotJson) }
}

/// Version 00 exactly: later ones may be longer, and we write none of them.
fn traceparent(text: &str) -> Result<(), Fault> {
    string(text)?;
    let fields: Vec<_> = text.split('-').collect();
    let hex = |field: &str| field.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let zero = |field: &str| field.bytes().all(|b| b == b'0');
    let widths: Vec<_> = fields.iter().map(|field| field.len()).collect();
    let right = widths == [2, 32, 16, 2]
        && fields.iter().all(|field| hex(field))
        && fields[0] == "00"
        && !zero(fields[1])
        && !zero(fields[2]);
    if right { Ok(()) } else { Err(Fault::NotATraceparent) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::CloudEvent;

    fn least() -> Parts {
        Parts { id: "1".into(), source: "/cases".into(), kind: "vn.gov.hanoi.case".into(), ..Parts::default() }
    }

    #[test]
    fn the_least_event_has_an_id_a_source_and_a_type() {
        assert!(CloudEvent::new(least()).is_ok());
        let faults = CloudEvent::new(Parts::default()).unwrap_err();
        let named: Vec<_> = faults.all().iter().map(|fault| (fault.attribute, fault.fault)).collect();
        assert_eq!(named, [("id", Fault::Empty), ("source", Fault::Empty), ("type", Fault::Empty)]);
    }

    #[test]
    fn every_attribute_is_judged_by_its_own_rule_and_all_faults_are_named_at_once() {
        let bad = Parts {
            id: "a\nb".into(),
            source: "bad source".into(),
            kind: "x\u{85}".into(),
            subject: Some(String::new()),
            time_micros: Some(i64::MAX),
            datacontenttype: Some("text/plain".into()),
            data: None,
            dataschema: Some("/relative".into()),
            dataref: Some("%zz".into()),
            partitionkey: Some("\u{FFFE}".into()),
            sequence: None,
            traceparent: Some("00-0-0-0".into()),
        };
        let named: Vec<_> = faults(&bad).iter().map(|fault| (fault.attribute, fault.fault)).collect();
        let expected = [
            ("id", Fault::Character),
            ("source", Fault::NotAUriReference),
            ("type", Fault::Character),
            ("subject", Fault::Empty),
            ("time", Fault::Time),
            ("datacontenttype", Fault::NotJson),
            ("dataschema", Fault::NotAnAbsoluteUri),
            ("dataref", Fault::NotAUriReference),
            ("partitionkey", Fault::Character),
            ("traceparent", Fault::NotATraceparent),
        ];
        assert_eq!(named, expected);
    }

    #[test]
    fn references_of_the_specification_pass_and_what_rfc_3986_forbids_does_not() {
        for good in [
            "https://github.com/cloudevents",
            "mailto:cncf-wg-serverless@lists.cncf.io",
            "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66",
            "/cloudevents/spec/pull/123",
            "1-555-123-4567",
            "//hoagiai.hanoi.gov.vn/cases?x=%C4%91#y",
        ] {
            assert_eq!(uri_reference(good), Ok(()), "{good}");
        }
        for bad in ["1-555:7", "a b", "%", "%1", "%g1", "a#b#c", "<x>", "h\\x", "/tổ", "[::1]"] {
            assert_eq!(uri_reference(bad), Err(Fault::NotAUriReference), "{bad}");
        }
    }

    #[test]
    fn tables_of_the_other_types() {
        for (text, good) in [
            ("https://x.vn/s/1", true),
            ("urn:x", true),
            ("urn:", false),
            ("https://x.vn/#f", false),
            ("//x.vn/s", false),
        ] {
            assert_eq!(absolute_uri(text).is_ok(), good, "{text}");
        }
        for (text, good) in [
            ("application/json", true),
            ("Application/JSON", true),
            ("application/vnd.spdci+json", true),
            ("application/json; charset=utf-8", false),
            ("text/json", false),
            ("application/+json", false),
            ("json", false),
        ] {
            assert_eq!(json_media_type(text).is_ok(), good, "{text}");
        }
        let (trace, span) = ("0af7651916cd43dd8448eb211c80319c", "b9c7c989f97918e1");
        for (text, good) in [
            (format!("00-{trace}-{span}-01"), true),
            (format!("00-{}-{span}-01", trace.to_uppercase()), false),
            (format!("00-{}-{span}-01", "0".repeat(32)), false),
            (format!("00-{trace}-{}-01", "0".repeat(16)), false),
            (format!("01-{trace}-{span}-01"), false),
            (format!("00-{trace}-{span}-01-x"), false),
        ] {
            assert_eq!(traceparent(&text).is_ok(), good, "{text}");
        }
    }

    #[test]
    fn vietnamese_and_emoji_are_strings_and_noncharacters_are_not() {
        for (text, good) in [("Tổ hòa giải số 1", true), ("😀", true), ("\u{FDD0}", false), ("\u{1FFFF}", false)]
        {
            assert_eq!(string(text).is_ok(), good, "{text:?}");
        }
    }
}
