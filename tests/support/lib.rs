//! What the tests across services share: harnesses that treat a service as a black box.

pub mod power_cut;
pub mod processes;
pub mod trace;
