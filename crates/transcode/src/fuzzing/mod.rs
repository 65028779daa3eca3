//! What must hold whatever comes in: the targets of `fuzz/`, and of the tests of this crate, which run them over its seeds.
//!
//! A target takes any bytes, makes an input of them, and asserts. It knows nothing of who calls it.

mod body;
mod messages;
mod paths;
#[cfg(test)]
mod replay;
mod request;
mod streams;

use std::sync::Arc;

use prost_reflect::DescriptorPool;
use tokio::runtime::{Builder, Runtime};

use crate::options::Options;
use crate::service::Shared;
use crate::{BoxError, Limits, Table};

/// What the targets work on: the contract of the tests, `testdata/t/v1/library.proto`.
#[derive(Debug)]
pub struct Subject {
    shared: Arc<Shared>,
    runtime: Runtime,
}

/// A target.
pub type Target = fn(&Subject, &[u8]);

/// Every target by its name.
pub const TARGETS: [(&str, Target); 9] = [
    ("template", paths::template),
    ("router", paths::router),
    ("query", messages::query),
    ("json", messages::json),
    ("proto", messages::proto),
    ("status", messages::status),
    ("frames", streams::frames),
    ("upload", streams::upload),
    ("request", request::request),
];

/// The bytes of a body and of a line of an upload: small, so that the limit is met.
const MOST: usize = 4096;

impl Subject {
    /// The subject of a pool that has the contract.
    ///
    /// # Errors
    /// The contract's rules make no sense, or there is no runtime to be had.
    pub fn new(pool: &DescriptorPool) -> Result<Self, BoxError> {
        let table = Arc::new(Table::build(pool, |_| true)?);
        let limits = Limits { body_bytes: MOST, answer_bytes: MOST, ..Limits::default() };
        let options = Options { limits, error_domain: "t".to_owned(), ..Options::default() };
        let runtime = Builder::new_current_thread().enable_time().build()?;
        Ok(Self { shared: Arc::new(Shared { table, options }), runtime })
    }
}

/// The first byte of an input as one of several choices, and the rest.
fn choice(data: &[u8], of: usize) -> Option<(usize, &[u8])> {
    let (first, rest) = data.split_first()?;
    (of > 0).then(|| (usize::from(*first) % of, rest))
}

/// A text up to the first empty line, and the bytes behind it.
fn head(data: &[u8]) -> Option<(&str, &[u8])> {
    let at = data.windows(2).position(|pair| pair == b"\n\n");
    let (head, body) = at.map_or((data, &data[data.len()..]), |at| (&data[..at], &data[at + 2..]));
    Some((std::str::from_utf8(head).ok()?, body))
}
