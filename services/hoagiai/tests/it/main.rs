//! The all-in-one as its users meet it: the command line, and the demo from end to end on embedded databases.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod call;
mod cli;
mod demo;
mod import;
mod support;
