//! Webhooks: signed (Standard Webhooks), agreed to (CloudEvents webhook specification), judged, repeated on a
//! schedule. Nothing here sends.

pub mod acknowledgment;
pub mod handshake;
pub mod keys;
pub mod retry_after;
pub mod schedule;
pub mod sign;
pub mod verdict;
