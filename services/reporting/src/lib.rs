//! The reporting service: forms as data, reports as pure functions of what the journals told.

pub mod api;
pub mod config;
pub mod domain;
pub mod error;
pub mod feeds;
pub mod rules;
pub mod store;
pub mod usecases;

pub use store::MIGRATIONS;
