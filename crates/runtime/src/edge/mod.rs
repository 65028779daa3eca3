//! The edge: what a stranger on the network meets before any call exists. Accepts, counts, times and cuts connections;
//! knows HTTP/2 frames, knows nothing of gRPC methods, callers or the domain.

mod accept;
mod connection;
mod frames;
mod guarded;
mod permits;
mod tls;

pub(crate) use accept::{Arrival, Edge, EdgeParts};
pub(crate) use connection::Peer;
pub(crate) use frames::Allowance;
pub(crate) use permits::open_file_limit;
pub use tls::{Tls, TlsError, client_certificate};
