//! The crate against readers that are not ours, and against receivers that behave badly.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod events;
mod faults;
mod guarded;
mod properties;
mod receiver;
mod sockets;
mod tls;
mod tools;
mod webhooks;
