//! SQLite: how the file is opened, and the one writer that many requests share.

mod open;
mod writer;

pub(crate) use open::{open, readers};
pub(crate) use writer::{Command, Lease, Returned, TURN, Writer, flush_early};
