//! What is said at once: `Response`, the body of every asynchronous endpoint, and `HttpErrorResponse`.

use hoagiai_types::Timestamp;
use serde::Serialize;

use super::rfc3339;
use crate::codes::{AckStatus, ErrorCode};
use crate::fault::Refusal;

/// An acknowledgement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ack {
    /// What is said.
    pub message: AckMessage,
}

/// What an acknowledgement says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AckMessage {
    /// Taken, taken without a callback, or refused.
    pub ack_status: AckStatus,
    /// When.
    #[serde(with = "rfc3339")]
    pub timestamp: Timestamp,
    /// Why it is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<AckError>,
    /// Of this registry, at most 99 characters: callbacks and `txn/status` name it.
    pub correlation_id: String,
}

/// Why a message is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AckError {
    /// The code.
    pub code: ErrorCode,
    /// All faults with their places, at most 999 characters.
    pub message: String,
}

impl From<&Refusal> for AckError {
    fn from(refusal: &Refusal) -> Self {
        Self { code: refusal.code, message: refusal.message.clone() }
    }
}

impl Ack {
    fn new(ack_status: AckStatus, timestamp: Timestamp, correlation_id: &str) -> Self {
        let correlation_id = correlation_id.to_owned();
        Self { message: AckMessage { ack_status, timestamp, error: None, correlation_id } }
    }

    /// The message is taken and a callback will follow.
    #[must_use]
    pub fn accepted(timestamp: Timestamp, correlation_id: &str) -> Self {
        Self::new(AckStatus::Ack, timestamp, correlation_id)
    }

    /// The message is valid and no callback will follow: what there is to know is known, or there is no address.
    #[must_use]
    pub fn without_callback(timestamp: Timestamp, correlation_id: &str) -> Self {
        Self::new(AckStatus::Nack, timestamp, correlation_id)
    }

    /// The message is refused.
    #[must_use]
    pub fn refused(refusal: &Refusal, timestamp: Timestamp, correlation_id: &str) -> Self {
        let mut ack = Self::new(AckStatus::Err, timestamp, correlation_id);
        ack.message.error = Some(refusal.into());
        ack
    }
}

/// The body of 401, 403 and 500 (`HttpErrorResponse`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HttpErrors {
    /// What is wrong; one entry.
    pub errors: Vec<AckError>,
}

impl From<&Refusal> for HttpErrors {
    fn from(refusal: &Refusal) -> Self {
        Self { errors: vec![refusal.into()] }
    }
}
