//! Whether an endpoint wants to be sent to (CloudEvents webhook §4, abuse protection): an `OPTIONS` request to its
//! exact address, and consent by headers alone. Consent by callback is not offered: it would be one more door inwards.

use std::{fmt, num::NonZeroU32, str::FromStr};

use http::{HeaderMap, HeaderName, HeaderValue};

/// Names the sender in the request for consent, and in every delivery after it.
pub const REQUEST_ORIGIN: HeaderName = HeaderName::from_static("webhook-request-origin");
/// Requests per minute that the sender would like to make.
pub const REQUEST_RATE: HeaderName = HeaderName::from_static("webhook-request-rate");
/// The consent: the origin, or `*`.
pub const ALLOWED_ORIGIN: HeaderName = HeaderName::from_static("webhook-allowed-origin");
/// Requests per minute that the sender may make, or `*`.
pub const ALLOWED_RATE: HeaderName = HeaderName::from_static("webhook-allowed-rate");

/// The DNS name that this system sends under: lower case, at most 253 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

/// Text that is no DNS name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the origin of webhooks is a DNS name, such as hoagiai.hanoi.gov.vn")]
pub struct NotAnOrigin;

impl FromStr for Origin {
    type Err = NotAnOrigin;

    fn from_str(text: &str) -> Result<Self, NotAnOrigin> {
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let name = text.len() <= 253 && text.split('.').all(label);
        if name { Ok(Self(text.to_ascii_lowercase())) } else { Err(NotAnOrigin) }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Origin {
    /// Sets the header that every delivery carries, too.
    pub fn put_into(&self, headers: &mut HeaderMap) {
        if let Ok(value) = HeaderValue::from_str(&self.0) {
            headers.insert(REQUEST_ORIGIN, value);
        }
    }
}

/// What was asked of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Who would send.
    pub origin: Origin,
    /// How many requests a minute; `None` asks for no number.
    pub per_minute: Option<NonZeroU32>,
}

/// The answer to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// The endpoint may be sent to.
    Granted {
        /// So many requests a minute; `None` is without limit.
        per_minute: Option<NonZeroU32>,
    },
    /// It may not.
    Withheld(Withheld),
}

/// Why there is no consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Withheld {
    /// No header says so; a status of 200 alone is what any web server answers.
    #[error("the endpoint did not answer WebHook-Allowed-Origin")]
    Silent,
    /// The header names another sender, or several.
    #[error("WebHook-Allowed-Origin does not name this system")]
    OtherOrigin,
    /// The rate is neither a positive whole number nor `*`.
    #[error("WebHook-Allowed-Rate is neither a positive whole number nor *")]
    Rate,
}

impl Ask {
    /// The headers of the `OPTIONS` request.
    #[must_use]
    pub fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        self.origin.put_into(&mut headers);
        if let Some(rate) = self.per_minute {
            headers.insert(REQUEST_RATE, rate.get().into());
        }
        headers
    }

    /// Judges the headers of the answer. The status has no say: the specification makes it neither consent nor
    /// refusal. Where an endpoint consents and names no rate, the rate that it was asked for holds.
    #[must_use]
    pub fn judge(&self, answer: &HeaderMap) -> Consent {
        match single(answer, &ALLOWED_ORIGIN) {
            Ok(None) => return Consent::Withheld(Withheld::Silent),
            Ok(Some(origin)) if origin == "*" || origin.eq_ignore_ascii_case(&self.origin.0) => {}
            _ => return Consent::Withheld(Withheld::OtherOrigin),
        }
        match single(answer, &ALLOWED_RATE) {
            Ok(None) => Consent::Granted { per_minute: self.per_minute },
            Ok(Some("*")) => Consent::Granted { per_minute: None },
            Ok(Some(number)) => whole(number)
                .map_or(Consent::Withheld(Withheld::Rate), |rate| Consent::Granted { per_minute: Some(rate) }),
            Err(()) => Consent::Withheld(Withheld::Rate),
        }
    }
}

/// The value of a header that may stand once.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, ()> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(|text| Some(text.trim())).map_err(|_| ()),
        _ => Err(()),
    }
}

/// Digits only: `parse` would take a plus sign. More than a u32 holds is that much.
fn whole(text: &str) -> Option<NonZeroU32> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| NonZeroU32::new(text.parse().unwrap_or(u32::MAX)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(rate: Option<u32>) -> Ask {
        Ask { origin: "hoagiai.hanoi.gov.vn".parse().unwrap(), per_minute: rate.and_then(NonZeroU32::new) }
    }

    fn answer(headers: &[(&str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            // Not `insert`: a header may stand twice.
            map.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        map
    }

    fn granted(rate: u32) -> Consent {
        Consent::Granted { per_minute: NonZeroU32::new(rate) }
    }

    #[test]
    fn the_request_names_the_sender_and_no_callback() {
        let headers = ask(Some(120)).headers();
        assert_eq!(headers[REQUEST_ORIGIN], "hoagiai.hanoi.gov.vn");
        assert_eq!(headers[REQUEST_RATE], "120");
        assert_eq!(headers.len(), 2);
        assert_eq!(ask(None).headers().len(), 1);
    }

    #[test]
    fn only_the_header_is_consent() {
        let named = ("WebHook-Allowed-Origin", "hoagiai.hanoi.gov.vn");
        let rate = |value| ("WebHook-Allowed-Rate", value);
        for (headers, expected) in [
            (&[][..], Consent::Withheld(Withheld::Silent)),
            (&[("Allow", "POST, OPTIONS"), ("Access-Control-Allow-Origin", "*")], Consent::Withheld(Withheld::Silent)),
            (&[rate("100")], Consent::Withheld(Withheld::Silent)),
            (&[named, rate("100")], granted(100)),
            (&[("webhook-allowed-origin", "HoaGiai.Hanoi.GOV.vn"), rate("*")], granted(0)),
            (&[("WebHook-Allowed-Origin", "*"), rate("1")], granted(1)),
            (&[named], granted(60)),
            (&[("WebHook-Allowed-Origin", "evil.example")], Consent::Withheld(Withheld::OtherOrigin)),
            (&[("WebHook-Allowed-Origin", "*.hanoi.gov.vn")], Consent::Withheld(Withheld::OtherOrigin)),
            (&[("WebHook-Allowed-Origin", "")], Consent::Withheld(Withheld::OtherOrigin)),
            (&[named, named], Consent::Withheld(Withheld::OtherOrigin)),
            (&[named, rate("0")], Consent::Withheld(Withheld::Rate)),
            (&[named, rate("-1")], Consent::Withheld(Withheld::Rate)),
            (&[named, rate("+1")], Consent::Withheld(Withheld::Rate)),
            (&[named, rate("1.5")], Consent::Withheld(Withheld::Rate)),
            (&[named, rate("")], Consent::Withheld(Withheld::Rate)),
            (&[named, rate("1"), rate("*")], Consent::Withheld(Withheld::Rate)),
            (&[named, rate("99999999999")], granted(u32::MAX)),
        ] {
            assert_eq!(ask(Some(60)).judge(&answer(headers)), expected, "{headers:?}");
        }
        assert_eq!(ask(None).judge(&answer(&[named])), granted(0));
    }

    #[test]
    fn an_origin_is_a_dns_name() {
        for good in ["hoagiai.hanoi.gov.vn", "localhost", "xn--hni-vl5a.vn"] {
            assert!(good.parse::<Origin>().is_ok(), "{good}");
        }
        let long = "a".repeat(64);
        for bad in ["", ".", "a..b", "-a.vn", "a-.vn", "a b", "hà.vn", "https://x.vn", "x.vn:443", "*", &long] {
            assert_eq!(bad.parse::<Origin>(), Err(NotAnOrigin), "{bad}");
        }
    }
}
