//! What is wrong with a message, and where. Sentences name places and kinds, never a value that was sent: they end up in the
//! logs of both sides.

use crate::codes::{ErrorCode, HeaderReason};

/// How long a sentence of an answer may be (`maxLength` of `message` and `status_reason_message`), in characters.
pub const MAX_SENTENCE: usize = 999;
/// How many faults of one message are looked for: a small body can hold a million of them.
const COLLECTED: usize = 100;
/// How much of a name that the sender chose is repeated, in characters.
const QUOTED: usize = 60;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where, as the sender wrote it: `message.search_request[1].timestamp`; empty for the whole.
    pub place: String,
    /// What, for the developers of the agency.
    pub what: String,
}

impl Fault {
    pub(crate) fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }
}

/// A name of the sender's, without what a terminal would act on, and short.
pub(crate) fn quoted(name: &str) -> String {
    let plain = |c: char| if c.is_control() { '\u{FFFD}' } else { c };
    let mut short: String = name.chars().take(QUOTED).map(plain).collect();
    if name.chars().nth(QUOTED).is_some() {
        short.push('…');
    }
    short
}

/// A text that fits into a sentence of an answer.
pub(crate) fn bounded(text: &str) -> String {
    match text.char_indices().nth(MAX_SENTENCE - 1) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// All faults in one sentence; when they do not fit, how many are left out.
pub(crate) fn sentence<'a>(faults: impl IntoIterator<Item = &'a Fault>, uncollected: usize) -> String {
    // Room for ` (and 1000000 more)`.
    const MARGIN: usize = 24;
    let (mut text, mut length, mut left_out) = (String::new(), 0, 0);
    for Fault { place, what } in faults {
        let part = if place.is_empty() { what.clone() } else { format!("{place}: {what}") };
        let more = part.chars().count() + 2;
        if length > 0 && (left_out > 0 || length + more > MAX_SENTENCE - MARGIN) {
            left_out += 1;
            continue;
        }
        text.push_str(if length > 0 { "; " } else { "" });
        text.push_str(&part);
        length += more;
    }
    let left_out = left_out + uncollected;
    if left_out > 0 { bounded(&format!("{text} (and {left_out} more)")) } else { bounded(&text) }
}

/// Faults under the codes of one list.
#[derive(Debug)]
pub(crate) struct Faults<C> {
    found: Vec<(C, Fault)>,
    uncollected: usize,
}

impl<C> Default for Faults<C> {
    fn default() -> Self {
        Self { found: Vec::new(), uncollected: 0 }
    }
}

impl<C: Copy + Ord> Faults<C> {
    pub(crate) fn note(&mut self, code: C, fault: Fault) {
        if self.found.len() < COLLECTED {
            self.found.push((code, fault));
        } else {
            self.uncollected += 1;
        }
    }

    /// The value, or `None` and one fault more.
    pub(crate) fn take<T>(&mut self, code: C, read: Result<T, Fault>) -> Option<T> {
        read.map_err(|fault| self.note(code, fault)).ok()
    }

    /// The code of the most telling fault, and all of them in a sentence; `None` when there is no fault.
    pub(crate) fn verdict(&self) -> Option<(C, String)> {
        let code = self.found.iter().map(|(code, _)| *code).min()?;
        Some((code, sentence(self.found.iter().map(|(_, fault)| fault), self.uncollected)))
    }
}

/// Why one sub-request is rejected while the others are answered. `C` is the list of codes that its kind has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection<C> {
    /// The code; `None` where the standard has no word for it (a registry that does not answer).
    pub code: Option<C>,
    /// What is wrong and where, at most [`MAX_SENTENCE`] characters.
    pub message: String,
}

impl<C: Copy + Ord> Rejection<C> {
    /// A rejection under a code of the standard. What is over [`MAX_SENTENCE`] characters is cut.
    #[must_use]
    pub fn new(code: C, message: &str) -> Self {
        Self { code: Some(code), message: bounded(message) }
    }

    /// A rejection that the standard has no code for.
    #[must_use]
    pub fn without_code(message: &str) -> Self {
        Self { code: None, message: bounded(message) }
    }

    /// The value if there are no faults.
    pub(crate) fn unless<T>(faults: &Faults<C>, value: Option<T>) -> Result<T, Self> {
        match (faults.verdict(), value) {
            (None, Some(value)) => Ok(value),
            (Some((code, message)), _) => Err(Self { code: Some(code), message }),
            (None, None) => Err(Self::without_code("the request cannot be read")),
        }
    }
}

/// Why a message is refused as a whole, and what of it could be read, so that the answer can be told apart by its sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The code of `error` in an acknowledgement.
    pub code: ErrorCode,
    /// The code in the header of a synchronous answer, where the standard has one.
    pub reason: Option<HeaderReason>,
    /// All faults with their places, at most [`MAX_SENTENCE`] characters.
    pub message: String,
    /// The `transaction_id` of the message, if it could be read; else empty.
    pub transaction_id: String,
}

impl Refusal {
    /// A refusal that the caller found: credentials, quota, an address that is not allowed, a registry that is not there.
    #[must_use]
    pub fn new(code: ErrorCode, message: &str) -> Self {
        Self { code, reason: None, message: bounded(message), transaction_id: String::new() }
    }

    /// The agency has sent a message of this id before.
    #[must_use]
    pub fn duplicate_message_id() -> Self {
        let message = "header.message_id: a message of this id has been received from this sender";
        Self { reason: Some(HeaderReason::MessageIdDuplicate), ..Self::new(ErrorCode::BadRequest, message) }
    }

    /// The same refusal, of the message that has this `transaction_id`.
    #[must_use]
    pub fn of_transaction(self, transaction_id: &str) -> Self {
        Self { transaction_id: transaction_id.to_owned(), ..self }
    }
}
