//! PostgreSQL: how the server is opened, how a transaction commits, and the sequencer that numbers what is committed.

mod commit;
mod create;
mod open;
mod sequencer;

pub(crate) use commit::{commit, flush};
pub use create::create_database;
pub(crate) use open::open;
pub(crate) use sequencer::{Sequencer, start};
