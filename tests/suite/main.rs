//! Tests across services and of whole processes: what only shows when the real thing is killed, cut off or run in parts.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod at_least;
mod crash_loop;
mod front_door;
mod main_job;
mod power_cut;
mod served_crash;
