//! Evaluation through its contract, on both engines, fed by scripted journals.
#![expect(
    clippy::unwrap_used,
    reason = "the tests are in functions that a macro calls, where clippy does not see a test"
)]

mod assessments;
mod composed;
mod criteria;
mod cycles;
mod facts;
mod scale;
mod schema;
mod world;
