//! The reporting service: forms as data, reports as pure functions of what the journals told.

pub mod domain;
pub mod rules;
