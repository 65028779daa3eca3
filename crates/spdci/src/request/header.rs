//! The header and the signature of a message.

use super::{BAD, Code, EnvelopeFaults, Reader};
use crate::codes::{ErrorCode, HeaderReason};
use crate::endpoint::{Endpoint, OTHER_ACTIONS};
use crate::limits::{Limits, MAX_WORD};
use crate::object::{Object, text};
use hoagiai_types::Timestamp;

/// Characters of a callback address.
const LONGEST_URI: usize = 2_000;
/// Characters of a signature: one of RSA with its certificates fits.
const LONGEST_SIGNATURE: usize = 16_000;

/// The header of a message (`MsgHeader_V1.0.0`), as far as it is worked with. Unknown fields are left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Unique for the sender: makes a repeat harmless. 1 to 255 characters.
    pub message_id: String,
    /// When the sender made the message.
    pub message_ts: Timestamp,
    /// Where callbacks are wanted; `None` = where it was agreed. Not yet compared with what the agency may name.
    pub sender_uri: Option<String>,
    /// Sub-requests, as counted.
    pub total_count: usize,
}

/// Whether the sender signed. The standard mandates no algorithm and no canonical form, so nobody can verify a signature
/// without an agreement; who sends is told by the credentials of the connection. A signature is taken, is not trusted, and
/// the answer says so in `meta.request_signature`: `not_verified`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature {
    /// There is none.
    Absent,
    /// There is one, as sent.
    NotVerified(String),
}

pub(super) fn signature(envelope: &Object<'_>, faults: &mut EnvelopeFaults) -> Signature {
    match envelope.find("signature") {
        None => Signature::Absent,
        Some(value) => {
            let text = text(value, "signature", LONGEST_SIGNATURE);
            let text = faults.take(Code::of(ErrorCode::SignatureInvalid), text);
            text.map_or(Signature::Absent, |text| Signature::NotVerified(text.to_owned()))
        }
    }
}

pub(super) fn read(header: &Object<'_>, reader: &Reader<'_>, faults: &mut EnvelopeFaults) -> Option<Header> {
    version(header, faults);
    let message_id = faults.take(BAD, header.required_text("message_id", MAX_WORD));
    let message_ts = faults.take(Code::bad(HeaderReason::MessageTsInvalid), header.required_instant("message_ts"));
    action(header, reader.endpoint, faults);
    parties(header, reader, faults);
    let sender_uri = sender_uri(header, faults);
    faults.take(BAD, header.flag("is_msg_encrypted"));
    let count = header.whole("total_count").and_then(|count| count.ok_or_else(|| header.missing("total_count")));
    let count = count
        .and_then(|count| usize::try_from(count).map_err(|_| header.fault("total_count", "a count is never negative")));
    let total_count = faults.take(Code::bad(HeaderReason::TotalCountInvalid), count);
    Some(Header { message_id: message_id?.to_owned(), message_ts: message_ts?, sender_uri, total_count: total_count? })
}

fn version(header: &Object<'_>, faults: &mut EnvelopeFaults) {
    let code = Code::with(ErrorCode::VersionNotSupported, HeaderReason::VersionInvalid);
    let version = faults.take(code, header.text("version", MAX_WORD)).flatten();
    if version.is_some_and(|version| version != crate::VERSION) {
        faults.note(code, header.fault("version", "only 1.0.0 is supported"));
    }
}

fn action(header: &Object<'_>, endpoint: Endpoint, faults: &mut EnvelopeFaults) {
    let invalid = Code::bad(HeaderReason::ActionInvalid);
    let Some(action) = faults.take(invalid, header.required_text("action", MAX_WORD)) else { return };
    if action != endpoint.word() {
        let other = OTHER_ACTIONS.contains(&action);
        let code = if other { Code::bad(HeaderReason::ActionNotSupported) } else { invalid };
        faults.note(code, header.fault("action", format!("`{}` is expected here", endpoint.word())));
    }
}

fn parties(header: &Object<'_>, reader: &Reader<'_>, faults: &mut EnvelopeFaults) {
    let code = Code::of(ErrorCode::SenderIdInvalid);
    let sender = faults.take(code, header.required_text("sender_id", MAX_WORD));
    if sender.is_some_and(|sender| sender != reader.sender_id) {
        faults.note(
            code,
            header.fault("sender_id", "is not the code of the agency whose credentials came with the message"),
        );
    }
    let code = Code::of(ErrorCode::ReceiverIdInvalid);
    let receiver = faults.take(code, header.text("receiver_id", MAX_WORD)).flatten();
    if receiver.is_some_and(|receiver| receiver != reader.receiver_id) {
        faults.note(code, header.fault("receiver_id", "is not the code of this registry"));
    }
}

/// The address of callbacks: `https` or, within a closed network, `http`, a host, no credentials and no fragment. Whether it
/// may be called is for the list of addresses of the agency to say.
fn sender_uri(header: &Object<'_>, faults: &mut EnvelopeFaults) -> Option<String> {
    let code = Code::of(ErrorCode::SenderUriInvalid);
    let uri = faults.take(code, header.text("sender_uri", LONGEST_URI))??;
    let rest = uri.strip_prefix("https://").or_else(|| uri.strip_prefix("http://"));
    let authority = rest.and_then(|rest| rest.split(['/', '?']).next());
    let plain = uri.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'#' | b'\\' | b'"' | b'<' | b'>'));
    let fits = plain && authority.is_some_and(|host| !host.is_empty() && !host.contains('@'));
    if !fits {
        let what = "an address `https://host/path` without credentials and fragment is expected";
        faults.note(code, header.fault("sender_uri", what));
        return None;
    }
    Some(uri.to_owned())
}

/// `total_count` against what was counted.
pub(super) fn count(
    object: &Object<'_>,
    header: &Header,
    counts: &[usize],
    limits: &Limits,
    faults: &mut EnvelopeFaults,
) {
    if counts.contains(&header.total_count) {
        return;
    }
    let reason = if header.total_count > limits.requests {
        HeaderReason::TotalCountLimitExceeded
    } else {
        HeaderReason::TotalCountInvalid
    };
    let counted = counts.last().copied().unwrap_or_default();
    faults.note(Code::bad(reason), object.fault("total_count", format!("the message has {counted}")));
}
