//! What leaves over HTTP and the bus: events as CloudEvents, webhooks signed as Standard Webhooks, and a client that
//! connects only where its guard allows. Knows nothing of mediation, of databases, or of what was sent before: rules
//! are pure functions, and time and randomness are passed in.

pub mod client;
pub mod event;
pub mod guard;
pub mod webhook;
