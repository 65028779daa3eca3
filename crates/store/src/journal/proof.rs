//! Inclusion proofs: what lets a party keep a receipt and check it without us.

use super::{
    Checkpoint, Entry, Hash, Position,
    merkle::{combine, decompose, path, root_from_path},
    read::{entries, head_row, subtree},
};
use crate::{Connection, StoreError, VerifyingKeys};

/// Shows that an entry is in the journal of which a signed statement gives the Merkle root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The entry.
    pub entry: Entry,
    /// RFC 6962 audit path from the entry's leaf up.
    pub path: Vec<Hash>,
    /// The signed statement.
    pub checkpoint: Checkpoint,
}

impl Proof {
    /// Whether the entry, the path and the signature fit together. Needs no database.
    #[must_use]
    pub fn holds(&self, keys: &VerifyingKeys) -> bool {
        let (Ok(index), Ok(size)) = (u64::try_from(self.entry.position - 1), u64::try_from(self.checkpoint.position))
        else {
            return false;
        };
        let leaf = self.entry.leaf(&self.checkpoint.journal);
        root_from_path(leaf, index, size, &self.path) == Some(self.checkpoint.root) && self.checkpoint.is_signed(keys)
    }
}

pub(crate) async fn prove(conn: &mut Connection<'_>, journal: &str, position: Position) -> Result<Proof, StoreError> {
    let checkpoint = head_row(conn).await?.checkpoint()?;
    let (Ok(index), Ok(size)) = (u64::try_from(position - 1), u64::try_from(checkpoint.position)) else {
        return Err(StoreError::NotFound);
    };
    if index >= size {
        return Err(StoreError::NotFound);
    }
    let entry = entries(conn, position - 1, 1).await?.pop().ok_or(StoreError::NotFound)?;
    let mut siblings = Vec::new();
    for range in path(index, size) {
        let mut parts = Vec::new();
        for part in decompose(range) {
            parts.push(subtree(conn, journal, part).await?);
        }
        siblings.extend(combine(parts.into_iter()));
    }
    Ok(Proof { entry, path: siblings, checkpoint })
}
