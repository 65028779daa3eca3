//! The evaluation service: criteria sets, yearly cycles, assessments of teams ("Tổ hòa giải 5 tốt").

pub mod api;
pub mod config;
pub mod domain;
pub mod error;
mod events;
pub mod feeds;
pub mod rules;
pub mod store;
pub mod usecases;

pub use store::MIGRATIONS;
