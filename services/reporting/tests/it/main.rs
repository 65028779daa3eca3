//! Reporting through its contract, on both engines, fed by scripted journals.
#![expect(
    clippy::unwrap_used,
    reason = "the tests are in functions that a macro calls, where clippy does not see a test"
)]

mod composed;
mod explain;
mod forms;
mod random;
mod reports;
mod scale;
mod schema;
mod training;
mod world;
