//! Tests of the crate over the contracts themselves.

mod changes;
mod contracts;
mod journal;
mod pages;
mod requests;
