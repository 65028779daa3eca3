//! The journal: what an entry is, how entries are chained, how they are read, proved and verified.

mod chain;
mod checkpoint;
mod entry;
pub(crate) mod merkle;
mod proof;
mod read;
pub mod verify;

pub(crate) use chain::{Chain, Node};
pub use checkpoint::{Checkpoint, Witness};
pub(crate) use checkpoint::{CheckpointRow, HeadRow};
pub use entry::{Entry, Hash, NewEvent, Origin, Position, Stream, Version};
pub(crate) use entry::{EntryRow, Pending, to_hash};
pub use proof::Proof;
pub(crate) use proof::prove;
pub(crate) use read::{
    begin_snapshot, check_head, end_snapshot, head_row, insert_head, last_checkpoint, rebuild_chain,
};
