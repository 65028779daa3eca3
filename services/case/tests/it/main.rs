//! The case service through its contract, on both engines; the registry is a scripted journal.
#![expect(
    clippy::unwrap_used,
    reason = "the tests are in functions that a macro calls, where clippy does not see a test"
)]

mod access;
mod concurrency;
mod figures;
mod handover;
mod lists;
mod moves;
mod path;
mod projection;
mod refusals;
mod schema;
mod secrets;
mod served;
mod world;
