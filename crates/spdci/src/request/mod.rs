//! A message of an agency, read strictly. A fault of the envelope refuses the message; a fault of a sub-request rejects that
//! sub-request, and the others are answered.

mod header;
mod search;
mod status;
mod subscribe;
mod unsubscribe;

use serde_json::Value;

pub use header::{Header, Signature};
pub use search::{SearchItem, SearchRequest};
pub use status::{Lookup, StatusRequest, TxnType};
pub use subscribe::{EventType, Frequency, SubscribeItem, SubscribeRequest, Subscription};
pub use unsubscribe::UnsubscribeRequest;

use crate::codes::{ErrorCode, HeaderReason};
use crate::endpoint::Endpoint;
use crate::fault::{Fault, Faults, Refusal, sentence};
use crate::json;
use crate::limits::{Limits, MAX_ID};
use crate::object::Object;

/// What a message is read against.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// Where the message arrived.
    pub endpoint: Endpoint,
    /// The code of the agency whose credentials came with the message: its `sender_id` must be this.
    pub sender_id: &'a str,
    /// The code of this registry: a `receiver_id` that is given must be this.
    pub receiver_id: &'a str,
    /// How much a message may hold.
    pub limits: &'a Limits,
}

/// A message that can be worked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The header.
    pub header: Header,
    /// Whether the sender signed. This crate verifies nothing: see [`Signature`].
    pub signature: Signature,
    /// Of the agency, the same in every answer. 1 to [`MAX_ID`] characters.
    pub transaction_id: String,
    /// What is asked.
    pub body: Body,
}

/// What is asked, by endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Searches.
    Search(SearchRequest),
    /// Subscriptions.
    Subscribe(SubscribeRequest),
    /// The end of subscriptions.
    Unsubscribe(UnsubscribeRequest),
    /// What became of a transaction.
    TxnStatus(StatusRequest),
}

/// The codes of a fault of an envelope: of several faults the least one names the codes, those with a reason first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Code {
    error: ErrorCode,
    unreasoned: bool,
    reason: Option<HeaderReason>,
}

impl Code {
    /// A fault that the header of an answer has no word for.
    pub(crate) const fn of(error: ErrorCode) -> Self {
        Self { error, unreasoned: true, reason: None }
    }

    pub(crate) const fn with(error: ErrorCode, reason: HeaderReason) -> Self {
        Self { error, unreasoned: false, reason: Some(reason) }
    }

    /// A fault that an acknowledgement has no word of its own for.
    pub(crate) const fn bad(reason: HeaderReason) -> Self {
        Self::with(ErrorCode::BadRequest, reason)
    }
}

/// Any fault that has no code of its own.
pub(crate) const BAD: Code = Code::of(ErrorCode::BadRequest);
/// The faults of an envelope.
pub(crate) type EnvelopeFaults = Faults<Code>;

impl Reader<'_> {
    /// Reads a message.
    ///
    /// # Errors
    /// When the envelope has faults: one refusal that names all of them.
    pub fn read(&self, message: &[u8]) -> Result<Request, Refusal> {
        let tree = json::tree(message, self.limits)
            .map_err(|faults| Refusal { message: sentence(&faults, 0), ..Refusal::new(ErrorCode::BadRequest, "") })?;
        let mut faults = EnvelopeFaults::default();
        let mut transaction_id = String::new();
        match (self.envelope(&tree, &mut transaction_id, &mut faults), faults.verdict()) {
            (Some(request), None) => Ok(request),
            (_, verdict) => {
                let (code, message) = verdict.unwrap_or((BAD, "the message cannot be read".to_owned()));
                Err(Refusal { code: code.error, reason: code.reason, message, transaction_id })
            }
        }
    }

    fn envelope(&self, tree: &Value, transaction_id: &mut String, faults: &mut EnvelopeFaults) -> Option<Request> {
        let envelope = faults.take(BAD, Object::of(tree, ""))?;
        let signature = header::signature(&envelope, faults);
        let header_object = faults.take(BAD, envelope.required_object("header"));
        let header = header_object.as_ref().and_then(|object| header::read(object, self, faults));
        if is_encrypted(&envelope) {
            let what = "encrypted messages are not supported: send the message in the clear over TLS";
            faults.note(Code::of(ErrorCode::EncryptionInvalid), envelope.fault("message", what));
            return None;
        }
        let message = faults.take(BAD, envelope.required_object("message"))?;
        let id = faults.take(BAD, message.required_text("transaction_id", MAX_ID));
        id.unwrap_or_default().clone_into(transaction_id);
        let body = self.body(&message, faults);
        if let (Some(header), Some(object), Some((_, counts))) = (&header, &header_object, &body) {
            header::count(object, header, counts, self.limits, faults);
        }
        Some(Request { header: header?, signature, transaction_id: id?.to_owned(), body: body?.0 })
    }

    /// The body, and the values that `total_count` may have for it.
    fn body(&self, message: &Object<'_>, faults: &mut EnvelopeFaults) -> Option<(Body, Vec<usize>)> {
        let limits = self.limits;
        Some(match self.endpoint {
            Endpoint::Search => {
                let request = search::read(message, limits, faults)?;
                let count = request.items.len();
                (Body::Search(request), vec![count])
            }
            Endpoint::Subscribe => {
                let request = subscribe::read(message, limits, faults)?;
                let count = request.items.len();
                (Body::Subscribe(request), vec![count])
            }
            Endpoint::Unsubscribe => {
                let request = unsubscribe::read(message, limits, faults)?;
                // The standard does not say whether the one request counts or its codes.
                let count = request.codes.len();
                (Body::Unsubscribe(request), vec![1, count])
            }
            Endpoint::TxnStatus => (Body::TxnStatus(status::read(message, limits, faults)?), vec![1]),
        })
    }
}

/// Whether the message is a JWE, as an object (`EncryptedMessage`) or in compact form, or the header says so.
fn is_encrypted(envelope: &Object<'_>) -> bool {
    let declared =
        envelope.find("header").and_then(|header| header.get("is_msg_encrypted")) == Some(&Value::Bool(true));
    declared
        || match envelope.find("message") {
            Some(Value::Object(fields)) => fields.contains_key("ciphertext") || fields.contains_key("encrypted_key"),
            Some(Value::String(text)) => text.split('.').count() == 5,
            _ => false,
        }
}

/// The items of a list of sub-requests: at least one, no more than the limit.
pub(crate) fn items<'a>(
    message: &Object<'a>,
    name: &str,
    limits: &Limits,
    faults: &mut EnvelopeFaults,
) -> Option<&'a [Value]> {
    let items = faults.take(BAD, message.required_list(name))?;
    if items.is_empty() {
        faults.note(Code::bad(HeaderReason::TotalCountInvalid), message.fault(name, "at least one is expected"));
        return None;
    }
    if items.len() > limits.requests {
        let what = format!("more than {} in a message", limits.requests);
        faults.note(Code::bad(HeaderReason::TotalCountLimitExceeded), message.fault(name, what));
        return None;
    }
    Some(items)
}

impl Request {
    /// The refusal of a message of which nothing can be answered, every sub-request being rejected. An asynchronous endpoint
    /// says so at once with `ERR`: there is nothing to wait for. A synchronous one answers each sub-request with its code.
    #[must_use]
    pub fn refused_entirely(&self) -> Option<Refusal> {
        let rejected = match &self.body {
            Body::Search(request) => {
                request.items.iter().map(|item| item.asked.as_ref().err().map(|r| &r.message)).collect()
            }
            Body::Subscribe(request) => {
                request.items.iter().map(|item| item.asked.as_ref().err().map(|r| &r.message)).collect()
            }
            Body::Unsubscribe(request) => {
                request.codes.iter().map(|code| code.as_ref().err().map(|r| &r.message)).collect()
            }
            Body::TxnStatus(_) => vec![None],
        };
        let messages: Option<Vec<&String>> = rejected.into_iter().collect();
        let faults: Vec<_> = messages?.into_iter().map(|message| Fault::new("", message.as_str())).collect();
        Some(Refusal {
            code: ErrorCode::BadRequest,
            reason: Some(HeaderReason::ErrorsTooMany),
            message: sentence(&faults, 0),
            transaction_id: self.transaction_id.clone(),
        })
    }
}
