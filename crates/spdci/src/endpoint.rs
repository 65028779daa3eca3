//! The endpoints of a registry that an agency calls.

use crate::codes::words;

words! {
    /// An endpoint, by the `action` of its messages. The synchronous endpoints take the same messages as the others.
    Endpoint {
        /// `/registry/search` and `/registry/sync/search`.
        Search = "search",
        /// `/registry/subscribe`.
        Subscribe = "subscribe",
        /// `/registry/unsubscribe`.
        Unsubscribe = "unsubscribe",
        /// `/registry/txn/status` and `/registry/sync/txn/status`.
        TxnStatus = "txn-status",
    }
}

impl Endpoint {
    /// The `action` of the answer, in a callback and in a synchronous answer.
    #[must_use]
    pub const fn callback_action(self) -> &'static str {
        match self {
            Self::Search => "on-search",
            Self::Subscribe => "on-subscribe",
            Self::Unsubscribe => "on-unsubscribe",
            Self::TxnStatus => "txn-on-status",
        }
    }

    /// The path of the callback under the namespace of the agency.
    #[must_use]
    pub const fn callback_path(self) -> &'static str {
        match self {
            Self::Search => "/registry/on-search",
            Self::Subscribe => "/registry/on-subscribe",
            Self::Unsubscribe => "/registry/on-unsubscribe",
            Self::TxnStatus => "/registry/txn/on-status",
        }
    }
}

/// Actions of the standard that nobody sends to a registry.
pub(crate) const OTHER_ACTIONS: &[&str] = &["on-search", "on-subscribe", "on-unsubscribe", "txn-on-status", "notify"];
