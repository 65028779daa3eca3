//! `subscribe_response`.

use std::fmt;

use hoagiai_types::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Standing, rfc3339};
use crate::codes::{Status, SubscribeReason, SubscriptionStatus};
use crate::criteria::Registry;
use crate::fault::Rejection;
use crate::request::{EventType, SubscribeItem, Subscription};

/// Answers to the subscriptions of a message, in their order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubscribeResponse {
    /// Of the agency.
    pub transaction_id: String,
    /// Of this registry, at most 99 characters.
    pub correlation_id: String,
    /// The answers.
    pub subscribe_response: Vec<SubscribeAnswer>,
}

/// The answer to one subscription.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubscribeAnswer {
    /// As in the request; empty when it had none.
    pub reference_id: String,
    /// When it was answered.
    #[serde(with = "rfc3339")]
    pub timestamp: Timestamp,
    /// How far it is.
    pub status: Status,
    /// Why it is rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_reason_code: Option<SubscribeReason>,
    /// The same in a sentence of at most 999 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_reason_message: Option<String>,
    /// The subscription made; none when rejected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subscriptions: Vec<SubscriptionInfo>,
    /// As in the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

/// A subscription. The published schema requires `subscription_code` and `subscribe_criteria`, which it does not describe, and
/// describes `code` and the single criteria: all of them are given.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct SubscriptionInfo {
    /// `1.0.0`.
    pub version: String,
    /// The code by which it is ended, at most 99 characters.
    pub code: String,
    /// The same.
    pub subscription_code: String,
    /// Whether it runs.
    pub status: SubscriptionStatus,
    /// Since when.
    #[serde(with = "rfc3339")]
    pub timestamp: Timestamp,
    /// The registry.
    pub reg_type: Registry,
    /// The event that is told.
    pub reg_event_type: EventType,
    /// The kind of record that it is told with.
    pub notify_record_type: Registry,
    /// What is followed, as asked.
    pub filter: Value,
    /// All of it, as asked.
    pub subscribe_criteria: Value,
}

/// Shows no criteria: what an agency states of its authority may name people.
impl fmt::Debug for SubscriptionInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubscriptionInfo").field("code", &self.code).finish_non_exhaustive()
    }
}

impl SubscriptionInfo {
    /// The description of a subscription that runs under a code.
    #[must_use]
    pub fn new(code: &str, timestamp: Timestamp, subscription: &Subscription) -> Self {
        // What was kept is JSON: it was written by this crate.
        let criteria: Value = serde_json::from_str(&subscription.criteria.json).unwrap_or_default();
        Self {
            version: crate::VERSION.to_owned(),
            code: code.to_owned(),
            subscription_code: code.to_owned(),
            status: SubscriptionStatus::Subscribed,
            timestamp,
            reg_type: subscription.event.registry(),
            reg_event_type: subscription.event,
            notify_record_type: subscription.event.registry(),
            filter: criteria.get("filter").cloned().unwrap_or_default(),
            subscribe_criteria: criteria,
        }
    }
}

impl SubscribeAnswer {
    /// The answer to a subscription: the code that it was given, or why it was not made. What was rejected when it was read
    /// stays rejected.
    #[must_use]
    pub fn new(item: &SubscribeItem, timestamp: Timestamp, made: Result<&str, Rejection<SubscribeReason>>) -> Self {
        let made = match (&item.asked, made) {
            (Ok(subscription), Ok(code)) => Ok(SubscriptionInfo::new(code, timestamp, subscription)),
            (Err(rejection), _) => Err(rejection.clone()),
            (Ok(_), Err(rejection)) => Err(rejection),
        };
        let (status, subscriptions, rejection) = match made {
            Ok(info) => (Status::Success, vec![info], None),
            Err(rejection) => (Status::Rejected, Vec::new(), Some(rejection)),
        };
        Self {
            reference_id: item.reference_id.clone(),
            timestamp,
            status,
            status_reason_code: rejection.as_ref().and_then(|rejection| rejection.code),
            status_reason_message: rejection.map(|rejection| rejection.message),
            subscriptions,
            locale: item.locale.clone(),
        }
    }
}

impl SubscribeResponse {
    pub(crate) fn standing(&self) -> Standing {
        Standing::of(self.subscribe_response.iter().map(|answer| answer.status))
    }
}
