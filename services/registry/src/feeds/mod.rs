//! What the registry keeps in memory of its own facts, by following its own journal.

mod names;

pub(crate) use names::{Names, follow_names};
