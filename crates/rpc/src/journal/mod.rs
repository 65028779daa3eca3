//! The journal on the wire: served to others, and followed at another service.

mod convert;
mod feed;
mod server;

pub use feed::JournalFeed;
pub use server::JournalServer;
