//! What an answer means for a delivery (Standard Webhooks §Delivery success and failure, CloudEvents webhook §2.2).
//!
//! | answer | means | because |
//! |---|---|---|
//! | 2xx | received | Standard Webhooks; 202 too, for what it does later is the receiver's |
//! | 2xx against the endpoint's rule | failed | the body says that it is not ([`Acknowledgment`]) |
//! | 3xx | failed, never followed | both specifications; a redirect is also how a guard is walked around |
//! | 410 | the endpoint is no more | both specifications |
//! | 429, 503, and any other with `Retry-After` | failed, not before then | CloudEvents: must be observed |
//! | 415 | failed | the format is not understood; see below |
//! | any other, 1xx too | failed | Standard Webhooks |
//!
//! No answer ends a delivery for good but 410. A 400, 401, 404, 413 or 415 will mostly be the same next time, yet the
//! receiver's people mend parsers, keys and routes within the three days of the schedule, and a delivery that was
//! given up at once is lost to them, while nine more requests cost nothing. [`Failure`] says what to tell them.

use std::time::Duration;

use http::{HeaderMap, StatusCode};

use super::{acknowledgment::Acknowledgment, retry_after::retry_after};

/// What an answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Received: done.
    Acknowledged,
    /// Not received: to be repeated as the schedule says.
    Again {
        /// What was wrong.
        why: Failure,
        /// What the receiver asks for; an argument of [`next`](super::schedule::next).
        after: Option<Duration>,
    },
    /// 410: the endpoint wants nothing from us any more, and is to be disabled.
    Gone,
}

/// Why an answer is no acknowledgment, in the words for a log of deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Failure {
    /// 3xx: the address of the endpoint is to be changed by its owner.
    #[error("redirect")]
    Redirect,
    /// 401 or 403: our credentials or our signature are not accepted.
    #[error("not admitted")]
    NotAdmitted,
    /// 415: the format was not understood.
    #[error("format not understood")]
    Format,
    /// 429: too many requests.
    #[error("throttled")]
    Throttled,
    /// 502, 503, 504: down or overloaded.
    #[error("unavailable")]
    Unavailable,
    /// 2xx, but the body does not say what the endpoint's rule expects.
    #[error("not acknowledged")]
    NotAcknowledged,
    /// Any other status.
    #[error("status")]
    Status,
}

/// Judges an answer. `now` is in seconds since 1970 UTC, for a `Retry-After` that is a date.
#[must_use]
pub fn judge(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    expects: Option<&Acknowledgment>,
    now: u64,
) -> Verdict {
    let why = match status.as_u16() {
        200..=299 if expects.is_none_or(|rule| rule.holds(body)) => return Verdict::Acknowledged,
        200..=299 => Failure::NotAcknowledged,
        410 => return Verdict::Gone,
        300..=399 => Failure::Redirect,
        401 | 403 => Failure::NotAdmitted,
        415 => Failure::Format,
        429 => Failure::Throttled,
        502..=504 => Failure::Unavailable,
        _ => Failure::Status,
    };
    Verdict::Again { why, after: retry_after(headers, now) }
}

#[cfg(test)]
mod tests {
    use http::header::RETRY_AFTER;

    use super::*;

    fn of(status: u16, headers: &HeaderMap, body: &str, expects: Option<&Acknowledgment>) -> Verdict {
        judge(StatusCode::from_u16(status).unwrap(), headers, body.as_bytes(), expects, 0)
    }

    #[test]
    fn every_status_has_its_meaning() {
        for status in 100..=999 {
            let expected = match status {
                200..=299 => Verdict::Acknowledged,
                410 => Verdict::Gone,
                300..=399 => Verdict::Again { why: Failure::Redirect, after: None },
                401 | 403 => Verdict::Again { why: Failure::NotAdmitted, after: None },
                415 => Verdict::Again { why: Failure::Format, after: None },
                429 => Verdict::Again { why: Failure::Throttled, after: None },
                502..=504 => Verdict::Again { why: Failure::Unavailable, after: None },
                _ => Verdict::Again { why: Failure::Status, after: None },
            };
            assert_eq!(of(status, &HeaderMap::new(), "", None), expected, "{status}");
        }
    }

    #[test]
    fn the_receiver_may_say_when() {
        let headers = HeaderMap::from_iter([(RETRY_AFTER, "60".parse().unwrap())]);
        for (status, why) in
            [(429, Failure::Throttled), (503, Failure::Unavailable), (500, Failure::Status), (301, Failure::Redirect)]
        {
            let after = Some(Duration::from_secs(60));
            assert_eq!(of(status, &headers, "", None), Verdict::Again { why, after }, "{status}");
        }
        assert_eq!(of(202, &headers, "", None), Verdict::Acknowledged);
    }

    #[test]
    fn a_200_that_lies_is_a_failure_where_the_endpoint_has_a_rule() {
        let rule = Acknowledgment::new("error_code", ["0".to_owned()]).unwrap();
        let refused = r#"{"error_code":"-1","message":"Sai định dạng"}"#;
        let failed = Verdict::Again { why: Failure::NotAcknowledged, after: None };
        for (status, body, expects, verdict) in [
            (200, refused, Some(&rule), failed),
            (200, refused, None, Verdict::Acknowledged),
            (200, r#"{"error_code":0}"#, Some(&rule), Verdict::Acknowledged),
            (204, "", Some(&rule), failed),
            (410, r#"{"error_code":0}"#, Some(&rule), Verdict::Gone),
            (500, r#"{"error_code":0}"#, Some(&rule), Verdict::Again { why: Failure::Status, after: None }),
        ] {
            assert_eq!(of(status, &HeaderMap::new(), body, expects), verdict, "{status} {body}");
        }
    }
}
