//! The envelope of answers, callbacks and notices.

use hoagiai_types::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    NotifyEventRequest, SearchResponse, Standing, SubscribeResponse, TxnStatusResponse, UnsubscribeResponse, rfc3339,
};
use crate::codes::{HeaderReason, Status};
use crate::endpoint::Endpoint;
use crate::request::Signature;

/// Who sends what to whom, when.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    /// A new id.
    pub message_id: &'a str,
    /// Now.
    pub message_ts: Timestamp,
    /// The code of this registry.
    pub sender_id: &'a str,
    /// The code of the agency.
    pub receiver_id: &'a str,
}

/// The header of a message of the registry. The published schema has two forms of header for callbacks
/// (`MsgCallbackHeader_V1.0.0`, and for `on-subscribe` and `on-unsubscribe` `MsgHeader_V1.0.0`); this has what both require.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CallbackHeader {
    /// `1.0.0`.
    pub version: &'static str,
    /// A new id.
    pub message_id: String,
    /// When the message was made.
    #[serde(with = "rfc3339")]
    pub message_ts: Timestamp,
    /// What the message is: `on-search`, `notify`, …
    pub action: &'static str,
    /// Pending while a sub-request is, a success when one is answered, rejected when all are.
    pub status: Status,
    /// Why it is rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_reason_code: Option<HeaderReason>,
    /// The same in a sentence of at most 999 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_reason_message: Option<String>,
    /// Sub-requests.
    pub total_count: usize,
    /// Of these, answered or rejected.
    pub completed_count: usize,
    /// The code of this registry.
    pub sender_id: String,
    /// The code of the agency.
    pub receiver_id: String,
    /// Always `false`.
    pub is_msg_encrypted: bool,
    /// `request_signature`: `not_verified`, when the request had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Value>,
}

/// A message of the registry.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Envelope {
    /// Left to the caller; absent unless it signs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// The header.
    pub header: CallbackHeader,
    /// The message.
    pub message: Message,
}

/// What is said.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Message {
    /// Answers to searches.
    Search(SearchResponse),
    /// Answers to subscriptions.
    Subscribe(SubscribeResponse),
    /// The answer to an unsubscription.
    Unsubscribe(UnsubscribeResponse),
    /// What became of a transaction.
    TxnStatus(TxnStatusResponse),
    /// Events that are followed.
    Notify(NotifyEventRequest),
}

impl Message {
    const fn action(&self) -> &'static str {
        match self {
            Self::Search(_) => Endpoint::Search.callback_action(),
            Self::Subscribe(_) => Endpoint::Subscribe.callback_action(),
            Self::Unsubscribe(_) => Endpoint::Unsubscribe.callback_action(),
            Self::TxnStatus(_) => Endpoint::TxnStatus.callback_action(),
            Self::Notify(_) => "notify",
        }
    }

    fn standing(&self) -> Standing {
        let done = |total| Standing { status: Status::Success, reason: None, total, completed: total };
        match self {
            Self::Search(response) => response.standing(),
            Self::Subscribe(response) => response.standing(),
            Self::Unsubscribe(response) => response.standing(),
            // The question about a transaction is answered, whatever became of the transaction.
            Self::TxnStatus(_) => done(1),
            Self::Notify(request) => done(request.notify_event.len()),
        }
    }
}

impl CallbackHeader {
    pub(crate) fn new(sent: &Sent<'_>, action: &'static str, standing: Standing) -> Self {
        let message = standing.reason.map(|_| "every sub-request is rejected".to_owned());
        Self {
            version: crate::VERSION,
            message_id: sent.message_id.to_owned(),
            message_ts: sent.message_ts,
            action,
            status: standing.status,
            status_reason_code: standing.reason,
            status_reason_message: message,
            total_count: standing.total,
            completed_count: standing.completed,
            sender_id: sent.sender_id.to_owned(),
            receiver_id: sent.receiver_id.to_owned(),
            is_msg_encrypted: false,
            meta: None,
        }
    }
}

impl Envelope {
    /// A message with the header that goes with it: the synchronous answer and the callback alike.
    #[must_use]
    pub fn new(sent: &Sent<'_>, message: Message) -> Self {
        let header = CallbackHeader::new(sent, message.action(), message.standing());
        Self { signature: None, header, message }
    }

    /// The same, saying that the signature of the request was not verified, if it had one.
    #[must_use]
    pub fn noting(mut self, signature: &Signature) -> Self {
        if let Signature::NotVerified(_) = signature {
            self.header.meta = Some(json!({"request_signature": "not_verified"}));
        }
        self
    }
}
