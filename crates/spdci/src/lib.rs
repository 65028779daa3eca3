//! The SPDCI registry API v1.0.0 (Digital Convergence Initiative, `registry_core_api_v1.0.0`) for the registries of mediators
//! and of mediation teams: requests read strictly, their criteria as questions, answers built. No I/O, no clock, no
//! randomness: a face in front authenticates the agency, asks the registry, keeps transactions, sends callbacks.
//!
//! The README of the crate shows every message to the developers of an agency.

mod answer;
mod canonical;
mod codes;
pub mod conformance;
mod criteria;
mod endpoint;
mod fault;
mod instant;
mod json;
mod limits;
mod object;
mod record;
mod request;

pub use answer::{
    Ack, AckError, AckMessage, CallbackHeader, CodeStatus, Data, Envelope, Found, HttpErrors, Message, NotifyData,
    NotifyEvent, NotifyEventRequest, Outcome, Pagination, RefusedEnvelope, RefusedMessage, SearchAnswer,
    SearchResponse, Sent, SubscribeAnswer, SubscribeResponse, SubscriptionInfo, TxnStatusAnswer, TxnStatusResponse,
    TxnTransaction, UnsubscribeResponse,
};
pub use canonical::{Kept, canonical};
pub use codes::{
    AckStatus, ErrorCode, HeaderReason, SearchReason, Status, SubscribeReason, SubscriptionStatus, UnsubscribeReason,
};
pub use criteria::{
    AsOf, Attribute, MAX_SORT_KEYS, Mediator, MediatorId, Page, QueryType, Question, Registry, Search, SortAttribute,
    SortKey, Team, TeamId, Unit, UnitId,
};
pub use endpoint::Endpoint;
pub use fault::{Fault, MAX_SENTENCE, Refusal, Rejection};
pub use limits::{Limits, MAX_ID, MAX_PAGE_SIZE, MAX_RECORDS, MAX_STATEMENT, MAX_WORD};
pub use record::{Area, MediationTeamRecord, MediatorRecord, Record};
pub use request::{
    Body, EventType, Frequency, Header, Lookup, Reader, Request, SearchItem, SearchRequest, Signature, StatusRequest,
    SubscribeItem, SubscribeRequest, Subscription, TxnType, UnsubscribeRequest,
};

/// The one version of the protocol that is spoken.
pub const VERSION: &str = "1.0.0";
