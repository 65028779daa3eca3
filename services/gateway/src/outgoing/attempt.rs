//! One message of JSON to the endpoint of an agency that speaks SPDCI, and what became of it.

use std::time::Duration;

use hoagiai_outbound::{
    client::{Client, Request},
    webhook::verdict::{Verdict, judge},
};
use hoagiai_types::Timestamp;
use http::{HeaderMap, HeaderValue, Method, header};
use serde::Serialize;

/// Why an attempt failed.
#[derive(Clone, Debug)]
pub(crate) struct Failed {
    /// In a word: `STATUS_503`, `TIMED_OUT`, `NOT_CONNECTED`.
    pub(crate) why: String,
    /// How long the receiver wants to be left alone.
    pub(crate) after: Option<Duration>,
}

impl Failed {
    pub(crate) fn because(why: &str) -> Self {
        Self { why: why.to_owned(), after: None }
    }
}

/// Sends a message.
///
/// # Errors
/// Why it was not taken.
pub(crate) async fn post<T: Serialize>(client: &Client, url: String, body: &T, now: Timestamp) -> Result<(), Failed> {
    let body = serde_json::to_vec(body).map_err(|_| Failed::because("UNREADABLE"))?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let sent = client.send(Request { method: Method::POST, url, headers, body: body.into() }).await;
    let answer = sent.map_err(|fault| Failed::because(&fault.class().to_uppercase()))?;
    let seconds = u64::try_from(now.as_micros().div_euclid(1_000_000)).unwrap_or(0);
    let status = || format!("STATUS_{}", answer.status.as_u16());
    match judge(answer.status, &answer.headers, &answer.body_start, None, seconds) {
        Verdict::Acknowledged => Ok(()),
        Verdict::Gone => Err(Failed { why: status(), after: None }),
        Verdict::Again { after, .. } => Err(Failed { why: status(), after }),
    }
}

/// A part of 0 to 1 of a wait, so that what failed together is not repeated together.
pub(crate) fn jitter() -> f64 {
    let mut bytes = [0; 4];
    // Without randomness there is no jitter, and the schedule holds all the same.
    let _ = aws_lc_rs::rand::fill(&mut bytes);
    f64::from(u32::from_be_bytes(bytes)) / f64::from(u32::MAX)
}
