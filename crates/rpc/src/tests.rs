//! Tests of the crate over the contracts themselves.

mod contracts;
mod pages;
mod requests;
