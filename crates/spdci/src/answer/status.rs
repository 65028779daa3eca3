//! `txnstatus_response`.

use serde::Serialize;

use super::{SearchResponse, SubscribeResponse, UnsubscribeResponse};
use crate::request::{Lookup, TxnType};

/// What became of a transaction.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TxnStatusResponse {
    /// Of the question about the transaction.
    pub transaction_id: String,
    /// Of this registry, at most 99 characters.
    pub correlation_id: String,
    /// The answer.
    pub txnstatus_response: TxnStatusAnswer,
}

/// What became of it, and of what kind it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TxnStatusAnswer {
    /// `on-search`, `on-subscribe` or `on-unsubscribe`.
    pub txn_type: &'static str,
    /// What a callback says, or will: sub-requests that are being worked on are `pdng`.
    pub txn_status: TxnTransaction,
}

/// The answer of a transaction, as far as there is one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum TxnTransaction {
    /// Searches.
    Search(SearchResponse),
    /// Subscriptions.
    Subscribe(SubscribeResponse),
    /// The end of subscriptions.
    Unsubscribe(UnsubscribeResponse),
}

impl TxnTransaction {
    const fn txn_type(&self) -> TxnType {
        match self {
            Self::Search(_) => TxnType::Search,
            Self::Subscribe(_) => TxnType::Subscribe,
            Self::Unsubscribe(_) => TxnType::Unsubscribe,
        }
    }
}

impl TxnTransaction {
    /// What of the transaction is asked about: some of its sub-requests or subscriptions, or all of it.
    #[must_use]
    pub fn only(mut self, lookup: &Lookup) -> Self {
        match (&mut self, lookup) {
            (Self::Search(of), Lookup::ReferenceIds(ids)) => {
                of.search_response.retain(|answer| ids.contains(&answer.reference_id));
            }
            (Self::Subscribe(of), Lookup::ReferenceIds(ids)) => {
                of.subscribe_response.retain(|answer| ids.contains(&answer.reference_id));
            }
            (Self::Subscribe(of), Lookup::SubscriptionCodes(codes)) => {
                of.subscribe_response.retain(|answer| answer.subscriptions.iter().any(|one| codes.contains(&one.code)));
            }
            (Self::Unsubscribe(of), Lookup::SubscriptionCodes(codes)) => {
                of.subscription_status.retain(|one| codes.contains(&one.code));
            }
            // An unsubscription has no `reference_id`; the other ways name a whole transaction.
            _ => {}
        }
        self
    }
}

impl TxnStatusResponse {
    /// The answer to the question of a `transaction_id` about a transaction.
    #[must_use]
    pub fn new(transaction_id: &str, correlation_id: &str, txn_status: TxnTransaction) -> Self {
        let txn_type = txn_status.txn_type().answer_word();
        Self {
            transaction_id: transaction_id.to_owned(),
            correlation_id: correlation_id.to_owned(),
            txnstatus_response: TxnStatusAnswer { txn_type, txn_status },
        }
    }
}
