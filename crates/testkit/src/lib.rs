//! What tests share: databases on both engines, servers, builders. May see every crate under `crates/`, never a service.

pub mod engines;
pub mod facts;
pub mod feeds;
pub mod schema;
pub mod served;
pub mod server;
