//! Documents of a contract made for tests and of the contracts of this project, checked in their structure.
#![expect(clippy::unwrap_used, reason = "a test stops at the first fault")]

mod contract;
mod project;
mod structure;
