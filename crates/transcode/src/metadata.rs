//! Headers of HTTP as metadata of gRPC and back, and the time that a call has.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::options::{FORWARDED, Options};
use crate::refusal::{Fault, Refusal};
use crate::scalar;

/// The header by which a client says how long it waits: seconds with at most three decimals, `2` or `0.25`, more than 0.
/// A whole call is meant, for a stream its whole length.
pub const TIMEOUT: HeaderName = HeaderName::from_static("x-request-timeout");

/// The header in which an answer lists the parameters of the query that had no effect, as quoted strings (RFC 9651 §3.1),
/// percent-encoded where a character is not of printable ASCII: `"utm_source", "teamId"`.
pub const IGNORED: HeaderName = HeaderName::from_static("ignored-parameters");

/// Headers that hold for one connection, or that the call sets itself. No option lets them pass.
const KEPT_BACK: [&str; 14] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "content-type",
    "content-length",
    "content-encoding",
    "host",
    "accept-encoding",
];

/// The headers of the call to the service, but for its time.
pub(crate) fn of_request(headers: &HeaderMap, options: &Options) -> Result<HeaderMap, Vec<Fault>> {
    let mut metadata = HeaderMap::new();
    let mut faults = Vec::new();
    let named = named_by_connection(headers);
    let always = FORWARDED.into_iter().map(HeaderName::from_static);
    for name in always.chain(options.request_headers.iter().cloned()) {
        if kept_back(&name) || named.contains(&name) || metadata.contains_key(&name) {
            continue;
        }
        for value in headers.get_all(&name) {
            match if name.as_str().ends_with("-bin") { binary(value) } else { Some(value.clone()) } {
                Some(value) => _ = metadata.append(&name, value),
                None => faults.push(Fault::new(name.as_str(), "no base64")),
            }
        }
    }
    metadata.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    metadata.insert(header::TE, HeaderValue::from_static("trailers"));
    if let Some(agent) = headers.get(header::USER_AGENT) {
        metadata.insert(header::USER_AGENT, agent.clone());
    }
    if faults.is_empty() { Ok(metadata) } else { Err(faults) }
}

fn kept_back(name: &HeaderName) -> bool {
    KEPT_BACK.contains(&name.as_str()) || name.as_str().starts_with("grpc-")
}

/// RFC 9110 §7.6.1: what `Connection` names belongs to the connection.
fn named_by_connection(headers: &HeaderMap) -> Vec<HeaderName> {
    let lists = headers.get_all(header::CONNECTION).into_iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).filter_map(|name| name.trim().parse().ok()).collect()
}

/// Either alphabet in, one out: what a client may write in several ways must not mean several things.
fn binary(value: &HeaderValue) -> Option<HeaderValue> {
    let bytes = scalar::bytes(value.to_str().ok()?).ok()?;
    HeaderValue::from_str(&STANDARD_NO_PAD.encode(bytes)).ok()
}

/// Copies the metadata of an answer that may be seen.
pub(crate) fn of_answer(metadata: &HeaderMap, prefix: &str, options: &Options, headers: &mut HeaderMap) {
    for name in options.response_headers.iter().filter(|name| !kept_back(name)) {
        let Ok(shown) = HeaderName::try_from(format!("{prefix}{name}")) else { continue };
        for value in metadata.get_all(name) {
            headers.append(&shown, value.clone());
        }
    }
}

/// The time that the client asks for.
pub(crate) fn asked_time(headers: &HeaderMap) -> Result<Option<Duration>, Refusal> {
    let Some(value) = headers.get(TIMEOUT) else { return Ok(None) };
    value.to_str().ok().and_then(seconds).map(Some).ok_or_else(|| {
        let fault = Fault::new(TIMEOUT.as_str(), "no seconds with at most three decimals, more than 0");
        Refusal::malformed(vec![fault], 1)
    })
}

fn seconds(text: &str) -> Option<Duration> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str, most| (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole, 6) || !digits(decimals, 3) {
        return None;
    }
    let millis: u64 = format!("{decimals:0<3}").parse().ok()?;
    let time = Duration::from_secs(whole.parse().ok()?) + Duration::from_millis(millis);
    (!time.is_zero()).then_some(time)
}

/// `grpc-timeout`: at most eight digits and a unit (PROTOCOL-HTTP2). Rounded down, so that the service gives up first.
pub(crate) fn grpc_timeout(time: Duration) -> HeaderValue {
    let text = match time.as_millis() {
        0 => format!("{}u", time.as_micros().max(1)),
        millis @ ..=99_999_999 => format!("{millis}m"),
        _ => format!("{}S", time.as_secs().min(99_999_999)),
    };
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("1S"))
}

/// What a header cannot hold, and the sign of escapes itself.
const SHOWN_AS_ESCAPES: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS.add(b'%');

/// The value of [`IGNORED`]; none when there is nothing to say. So long a list that it would burden the answer is cut.
pub(crate) fn ignored(names: &[String]) -> Option<HeaderValue> {
    const SHOWN: usize = 20;
    let quote = |name: &String| {
        let name: String = crate::refusal::quoted(name);
        let encoded = percent_encoding::utf8_percent_encode(&name, SHOWN_AS_ESCAPES).to_string();
        format!("\"{}\"", encoded.replace('\\', "\\\\").replace('"', "\\\""))
    };
    let list: Vec<String> = names.iter().take(SHOWN).map(quote).collect();
    if list.is_empty() { None } else { HeaderValue::from_str(&list.join(", ")).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_in_seconds_with_three_decimals() {
        for (text, millis) in [
            ("1", Some(1000)),
            ("0.25", Some(250)),
            ("0.001", Some(1)),
            ("2.5", Some(2500)),
            ("999999", Some(999_999_000)),
            ("0", None),
            ("0.000", None),
            ("", None),
            ("1.", None),
            (".5", None),
            ("1.0001", None),
            ("-1", None),
            ("+1", None),
            ("1s", None),
            ("1e3", None),
            ("9999999", None),
        ] {
            assert_eq!(seconds(text), millis.map(Duration::from_millis), "{text}");
        }
    }

    #[test]
    fn a_timeout_of_grpc_has_at_most_eight_digits() {
        for (time, text) in [
            (Duration::from_millis(1), "1m"),
            (Duration::from_micros(7), "7u"),
            (Duration::from_nanos(7), "1u"),
            (Duration::from_secs(30), "30000m"),
            (Duration::from_secs(100_000), "100000S"),
            (Duration::MAX, "99999999S"),
        ] {
            assert_eq!(grpc_timeout(time), text);
        }
    }

    #[test]
    fn what_belongs_to_the_connection_or_to_the_call_is_kept_back() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("authorization", "Bearer x"),
            ("x-own", "1"),
            ("x-other", "2"),
            ("x-hop", "3"),
            ("te", "gzip"),
            ("host", "h"),
            ("connection", "close, x-hop"),
            ("grpc-timeout", "1S"),
            ("x-key-bin", "_-8="),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let named = ["x-own", "x-hop", "te", "host", "grpc-timeout", "x-key-bin"].map(HeaderName::from_static);
        let options = Options { request_headers: named.to_vec(), ..Options::default() };
        let metadata = of_request(&headers, &options).unwrap();
        let mut names: Vec<_> = metadata.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["authorization", "content-type", "te", "x-key-bin", "x-own"]);
        assert_eq!(metadata["te"], "trailers");
        assert_eq!(metadata["x-key-bin"], "/+8");
        headers.insert("x-key-bin", HeaderValue::from_static("*"));
        assert_eq!(of_request(&headers, &options).unwrap_err()[0].field, "x-key-bin");
    }

    #[test]
    fn ignored_parameters_are_quoted_strings_of_printable_ascii() {
        let names = ["a".to_owned(), "hòa".to_owned(), "q\"\\\n".to_owned()];
        assert_eq!(ignored(&names).unwrap(), r#""a", "h%C3%B2a", "q\"\\%0A""#);
        assert_eq!(ignored(&[]), None);
    }
}
