//! Programs that are not ours, against the service of these tests: Envoy's transcoder asked the same as this one, and
//! published clients of Connect, gRPC and gRPC-Web as callers.

mod clients;
mod envoy;
mod front;
mod requests;
mod table;
mod tools;
