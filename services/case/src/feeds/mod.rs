//! What this service follows.

pub mod registry;
