//! The store on both engines.
#![expect(
    clippy::unwrap_used,
    reason = "the tests are in functions that a macro calls, where clippy does not see a test"
)]

mod support;

mod engines;
mod feed;
mod journal;
mod pool;
mod requests;
mod seal;
mod tamper;
mod transactions;
