//! `notify_event`: what happened, to those who follow it.

use hoagiai_types::Timestamp;
use serde::Serialize;

use super::rfc3339;
use crate::criteria::Registry;
use crate::record::Record;
use crate::request::EventType;

/// Events in one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotifyEventRequest {
    /// Of this registry: the sender of a notice names the transaction. At most 99 characters.
    pub transaction_id: String,
    /// The events, oldest first.
    pub notify_event: Vec<NotifyEvent>,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotifyEvent {
    /// Of this registry: the same when the event is sent again.
    pub reference_id: String,
    /// When it was recorded.
    #[serde(with = "rfc3339")]
    pub timestamp: Timestamp,
    /// What happened.
    pub data: NotifyData,
    /// As in the subscription.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

/// What happened, and the records as they are after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotifyData {
    /// `1.0.0`.
    pub version: &'static str,
    /// The registry.
    pub reg_type: Registry,
    /// The event.
    pub reg_event_type: EventType,
    /// `Member` of a mediator, `Group` of a team: the words of the standard's social registries, which no other list fits.
    pub response_entity: &'static str,
    /// The kind of record.
    pub reg_record_type: Registry,
    /// The records.
    pub reg_records: Vec<Record>,
}

impl NotifyEvent {
    /// An event with the records that it is told with.
    #[must_use]
    pub fn new(
        reference_id: &str,
        timestamp: Timestamp,
        event: EventType,
        records: Vec<Record>,
        locale: Option<String>,
    ) -> Self {
        let registry = event.registry();
        let data = NotifyData {
            version: crate::VERSION,
            reg_type: registry,
            reg_event_type: event,
            response_entity: registry.response_entity(),
            reg_record_type: registry,
            reg_records: records,
        };
        Self { reference_id: reference_id.to_owned(), timestamp, data, locale }
    }
}
