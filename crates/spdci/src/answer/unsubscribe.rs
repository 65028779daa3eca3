//! The answer to an unsubscription.

use hoagiai_types::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Standing, rfc3339};
use crate::codes::{Status, SubscriptionStatus, UnsubscribeReason};
use crate::fault::{Fault, Rejection, sentence};

/// What became of the codes of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnsubscribeResponse {
    /// Of the agency.
    pub transaction_id: String,
    /// Of this registry, at most 99 characters.
    pub correlation_id: String,
    /// When it was answered.
    #[serde(with = "rfc3339")]
    pub timestamp: Timestamp,
    /// A success when one subscription ended, rejected when none did.
    pub status: Status,
    /// Why the first of those that did not end did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_reason_code: Option<UnsubscribeReason>,
    /// Why each of them did not, in a sentence of at most 999 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_reason_message: Option<String>,
    /// Those that ended.
    pub subscription_status: Vec<CodeStatus>,
}

/// Whether the subscription of a code runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeStatus {
    /// The code.
    pub code: String,
    /// Whether it runs.
    pub status: SubscriptionStatus,
}

impl UnsubscribeResponse {
    /// The answer, from each code in the order of the request: the code that ended, or why not.
    #[must_use]
    pub fn new(
        transaction_id: &str,
        correlation_id: &str,
        timestamp: Timestamp,
        outcomes: Vec<Result<String, Rejection<UnsubscribeReason>>>,
    ) -> Self {
        let (mut ended, mut code, mut faults) = (Vec::new(), None, Vec::new());
        for outcome in outcomes {
            match outcome {
                Ok(code) => ended.push(CodeStatus { code, status: SubscriptionStatus::Unsubscribed }),
                Err(rejection) => {
                    code = code.or(rejection.code);
                    faults.push(Fault::new("", rejection.message));
                }
            }
        }
        Self {
            transaction_id: transaction_id.to_owned(),
            correlation_id: correlation_id.to_owned(),
            timestamp,
            status: if ended.is_empty() { Status::Rejected } else { Status::Success },
            status_reason_code: code,
            status_reason_message: (!faults.is_empty()).then(|| sentence(&faults, 0)),
            subscription_status: ended,
        }
    }

    pub(crate) fn standing(&self) -> Standing {
        Standing::of(std::iter::once(self.status))
    }
}
