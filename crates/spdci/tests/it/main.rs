//! Messages in, answers out. Every answer that a test makes is checked against the published schema.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod answers;
mod criteria;
mod envelope;
mod messages;
mod properties;
mod readme;
mod subscriptions;
