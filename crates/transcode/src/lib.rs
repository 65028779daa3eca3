//! REST/JSON and Connect in front of gRPC, from descriptors alone.
//!
//! The contracts say by `google.api.http` how their methods are called over REST. This crate reads that from a
//! [`DescriptorPool`](prost_reflect::DescriptorPool), checks it once ([`Table::build`]), and serves it ([`Transcoder`]):
//! a request becomes a message, the message a call of gRPC, its answer JSON. No code is generated, no method is known by
//! name, and the service behind may be in the same process or anywhere.
//!
//! What the specifications leave open is decided, and is the same for every method:
//!
//! | question | answer |
//! |---|---|
//! | unknown path; other method | 404; 405 with `Allow`. HEAD is GET without its body, OPTIONS is 204 with `Allow` |
//! | several templates fit | literal before `*` before `**`; a custom verb before none |
//! | a field in path and query or body | the path wins |
//! | unknown parameter | 400; for GET and HEAD left out and named in [`IGNORED`] |
//! | unknown or repeated key in JSON, unknown name of an enum | 400, with the path of each |
//! | empty values in answers | scalars, enums, lists and maps are written, absent messages and optional fields not |
//! | errors | `google.rpc.Status` as JSON, always, with the status of `google/rpc/code.proto` |
//! | streams of answers | a JSON a line, `application/x-ndjson`; an error is the last line, `{"error": …}` |
//! | streams of requests | a JSON a line, or bytes cut into pieces ([`Upload`]); answers come when the service gives them |
//! | `google.api.HttpBody` | bytes as they are, in and out, with their content type |
//! | time | `X-Request-Timeout` in seconds ([`TIMEOUT`]), cut down to an option, passed on as `grpc-timeout` |
//!
//! ```no_run
//! # fn example(pool: &prost_reflect::DescriptorPool, routes: tonic::service::Routes) -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//!
//! use hoagiai_transcode::{Options, Table, Transcoder};
//!
//! let table = Table::build(pool, |method| method.parent_service().full_name().starts_with("example."))?;
//! let transcoder = Transcoder::new(routes, Arc::new(table), Options::default());
//! let app: axum::Router = axum::Router::new().fallback_service(tower::ServiceExt::<axum::extract::Request>::map_response(
//!     transcoder,
//!     |response: http::Response<hoagiai_transcode::Body>| response.map(axum::body::Body::new),
//! ));
//! # drop(app);
//! # Ok(())
//! # }
//! ```

mod answer;
mod binding;
mod body;
mod call;
mod code;
mod conditional;
mod connect;
mod end_of_stream;
mod frame;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod json;
mod known;
mod limits;
mod matched;
mod metadata;
mod options;
mod percent;
mod query;
mod raw;
mod refusal;
mod rest;
mod router;
mod rules;
mod scalar;
mod service;
mod status;
mod stream;
mod table;
pub mod template;
mod upload;
mod weave;
mod wire;

pub use binding::{Binding, BodyRule, Upload};
pub use body::{Body, CallBody};
pub use code::Code;
pub use limits::Limits;
pub use matched::Matched;
pub use metadata::{IGNORED, TIMEOUT};
pub use options::{Etags, FORWARDED, Options, Texts};
pub use refusal::{Fault, Refusal};
pub use service::Transcoder;
pub use table::{RuleFault, Table, TableFaults};

/// Any error.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

#[cfg(test)]
#[path = "../tests/it/contracts.rs"]
mod contracts;
