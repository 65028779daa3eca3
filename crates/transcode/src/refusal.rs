//! Why a request is refused before, or an answer after, the service saw it.

use http::{HeaderName, HeaderValue, StatusCode};

use crate::Code;

/// How much of a text of the client's is repeated in an answer, in characters.
const QUOTED: usize = 80;
/// How many faults of one request are looked for.
const COLLECTED: usize = 100;

/// One thing wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where: a path as the client wrote it, `members[2].birthDate`; a header's name; empty for the whole.
    pub field: String,
    /// What is wrong, for people.
    pub description: String,
}

impl Fault {
    pub(crate) fn new(field: impl Into<String>, description: impl Into<String>) -> Self {
        Self { field: quoted(&field.into()), description: description.into() }
    }
}

/// Adds a fault, unless there are so many that the rest helps nobody: a small body can hold a million of them.
pub(crate) fn note(faults: &mut Vec<Fault>, fault: impl FnOnce() -> Fault) {
    if faults.len() < COLLECTED {
        faults.push(fault());
    }
}

/// A text of the client's, shortened so that an answer cannot be made large by a request.
pub(crate) fn quoted(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// A request that the transcoder answers by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The status over HTTP; more exact than what the code maps to, where HTTP knows more (405, 413, 415, 431).
    pub http: StatusCode,
    /// The code in the body.
    pub code: Code,
    /// A constant word for programs, as in `google.rpc.ErrorInfo.reason`.
    pub reason: &'static str,
    /// What happened, for people.
    pub message: String,
    /// Every fault, when there are several or they have a place.
    pub faults: Vec<Fault>,
    /// Headers that belong to the status: `Allow`, `Accept`.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl Refusal {
    pub(crate) fn new(code: Code, reason: &'static str, message: impl Into<String>) -> Self {
        Self { http: code.http(), code, reason, message: message.into(), faults: Vec::new(), headers: Vec::new() }
    }

    /// 400 with every fault; how many are named is limited.
    pub(crate) fn malformed(mut faults: Vec<Fault>, most: usize) -> Self {
        let count = faults.len();
        faults.truncate(most.max(1));
        let message = match (count, faults.first()) {
            (1, Some(fault)) if fault.field.is_empty() => fault.description.clone(),
            (1, Some(fault)) => format!("{}: {}", fault.field, fault.description),
            _ => format!("{count} faults in the request"),
        };
        Self { faults, ..Self::new(Code::InvalidArgument, "MALFORMED_REQUEST", message) }
    }

    pub(crate) fn http(mut self, status: StatusCode) -> Self {
        self.http = status;
        self
    }

    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.retain(|(had, _)| *had != name);
            self.headers.push((name, value));
        }
        self
    }
}
