//! SQLite: how the file is opened, and the one writer that many requests share.

mod additions;
mod lease;
mod open;
mod writer;

pub(crate) use additions::flush_early;
pub(crate) use lease::{Command, Lease, Returned, TURN, Turn};
pub(crate) use open::{open, readers};
pub(crate) use writer::Writer;
