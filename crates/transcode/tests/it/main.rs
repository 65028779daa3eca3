//! The transcoder against services of gRPC: in the same process, over TCP, and such as answer what they should not.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first fault")]

mod conditions;
mod connect;
mod contracts;
mod faulty;
mod files;
mod harness;
mod limits;
mod never;
mod peers;
mod project;
mod rest;
mod server;
mod streams;
mod tcp;
mod uploads;
