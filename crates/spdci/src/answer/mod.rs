//! The messages of the registry: acknowledgements, answers, callbacks, notices.

mod ack;
mod envelope;
mod notify;
mod refused;
mod search;
mod status;
mod subscribe;
mod unsubscribe;

pub use ack::{Ack, AckError, AckMessage, HttpErrors};
pub use envelope::{CallbackHeader, Envelope, Message, Sent};
pub use notify::{NotifyData, NotifyEvent, NotifyEventRequest};
pub use refused::{RefusedEnvelope, RefusedMessage};
pub use search::{Data, Found, Outcome, Pagination, SearchAnswer, SearchResponse};
pub use status::{TxnStatusAnswer, TxnStatusResponse, TxnTransaction};
pub use subscribe::{SubscribeAnswer, SubscribeResponse, SubscriptionInfo};
pub use unsubscribe::{CodeStatus, UnsubscribeResponse};

use crate::codes::{HeaderReason, Status};

/// How far a message is, from its sub-requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) status: Status,
    pub(crate) reason: Option<HeaderReason>,
    pub(crate) total: usize,
    /// Answered and rejected: what nothing more will come of.
    pub(crate) completed: usize,
}

impl Standing {
    /// Pending while a sub-request is, a success when one is answered, rejected when all are.
    pub(crate) fn of(statuses: impl Iterator<Item = Status>) -> Self {
        let (mut total, mut open, mut answered) = (0, 0, 0);
        for status in statuses {
            total += 1;
            open += usize::from(matches!(status, Status::Received | Status::Pending));
            answered += usize::from(status == Status::Success);
        }
        let (status, reason) = match (open, answered, total) {
            (1.., ..) => (Status::Pending, None),
            (0, 0, 1..) => (Status::Rejected, Some(HeaderReason::ErrorsTooMany)),
            _ => (Status::Success, None),
        };
        Self { status, reason, total, completed: total - open }
    }
}

/// Serialises an instant as RFC 3339 in UTC.
pub(crate) mod rfc3339 {
    use hoagiai_types::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(instant: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&crate::instant::print(*instant))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        crate::instant::parse(&text).ok_or_else(|| D::Error::custom("no instant of RFC 3339"))
    }
}
