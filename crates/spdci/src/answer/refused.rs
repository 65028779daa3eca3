//! The synchronous answer to a message that is refused as a whole.

use hoagiai_types::Timestamp;
use serde::Serialize;

use super::ack::AckError;
use super::envelope::{CallbackHeader, Sent};
use super::{SearchAnswer, SearchResponse, Standing, SubscribeAnswer, TxnStatusAnswer, TxnTransaction, rfc3339};
use crate::codes::{AckStatus, Status};
use crate::endpoint::Endpoint;
use crate::fault::Refusal;
use crate::request::TxnType;

/// An answer whose header is `rjct`. Its message is both what the endpoint answers, with no sub-requests, and an
/// acknowledgement `ERR`: of the codes of a refusal the header has words for some, the error of an acknowledgement for all,
/// and clients look for one or the other.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RefusedEnvelope {
    /// The header: `rjct`.
    pub header: CallbackHeader,
    /// The refusal.
    pub message: RefusedMessage,
}

/// Why nothing is answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RefusedMessage {
    /// Of the agency; empty when it could not be read.
    pub transaction_id: String,
    /// Of this registry, at most 99 characters.
    pub correlation_id: String,
    /// `ERR`.
    pub ack_status: AckStatus,
    /// When.
    #[serde(with = "rfc3339")]
    pub timestamp: Timestamp,
    /// Why.
    pub error: AckError,
    /// No answers, to a search.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_response: Option<[SearchAnswer; 0]>,
    /// No answers, to subscriptions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscribe_response: Option<[SubscribeAnswer; 0]>,
    /// `rjct`, of an unsubscription.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// A transaction without answers, to a question about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub txnstatus_response: Option<TxnStatusAnswer>,
}

impl RefusedEnvelope {
    /// The answer of an endpoint to a message that it refuses.
    #[must_use]
    pub fn new(endpoint: Endpoint, sent: &Sent<'_>, refusal: &Refusal, correlation_id: &str) -> Self {
        let standing = Standing { status: Status::Rejected, reason: refusal.reason, total: 0, completed: 0 };
        let mut header = CallbackHeader::new(sent, endpoint.callback_action(), standing);
        header.status_reason_message = Some(refusal.message.clone());
        let nothing = || SearchResponse {
            transaction_id: refusal.transaction_id.clone(),
            correlation_id: correlation_id.to_owned(),
            search_response: Vec::new(),
        };
        let message = RefusedMessage {
            transaction_id: refusal.transaction_id.clone(),
            correlation_id: correlation_id.to_owned(),
            ack_status: AckStatus::Err,
            timestamp: sent.message_ts,
            error: refusal.into(),
            search_response: (endpoint == Endpoint::Search).then_some([]),
            subscribe_response: (endpoint == Endpoint::Subscribe).then_some([]),
            status: (endpoint == Endpoint::Unsubscribe).then_some(Status::Rejected),
            txnstatus_response: (endpoint == Endpoint::TxnStatus).then(|| TxnStatusAnswer {
                txn_type: TxnType::Search.answer_word(),
                txn_status: TxnTransaction::Search(nothing()),
            }),
        };
        Self { header, message }
    }
}
