//! The running state of a journal: last position, last hash of the chain, frontier of the tree.

use aws_lc_rs::digest;

use super::{
    entry::{Hash, Position, to_hash},
    merkle::{Frontier, Subtree},
};

/// A complete subtree that is to be stored.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) subtree: Subtree,
    pub(crate) hash: Hash,
}

/// What the next entry is chained to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chain {
    pub(crate) position: Position,
    pub(crate) hash: Hash,
    pub(crate) tree: Frontier,
}

impl Chain {
    /// Before the first entry. The first hash covers the journal's name, so that two empty journals differ.
    pub(crate) fn genesis(journal: &str) -> Self {
        let mut hasher = digest::Context::new(&digest::SHA256);
        hasher.update(b"hoagiai.journal.genesis.v1\n");
        hasher.update(journal.as_bytes());
        Self { position: 0, hash: to_hash(hasher.finish().as_ref()), tree: Frontier::default() }
    }

    /// Chains one entry, given its leaf; completed subtrees of stored levels go to `nodes`.
    pub(crate) fn push(&mut self, leaf: Hash, nodes: &mut Vec<Node>) {
        self.position += 1;
        self.hash = link(&self.hash, self.position, &leaf);
        self.tree.push(leaf, |subtree, hash| nodes.push(Node { subtree, hash }));
    }
}

/// The hash of an entry: SHA-256 of 0x02, the hash before it, its position and its leaf.
pub(crate) fn link(before: &Hash, position: Position, leaf: &Hash) -> Hash {
    let mut hasher = digest::Context::new(&digest::SHA256);
    hasher.update(&[2]);
    hasher.update(before);
    hasher.update(&position.to_be_bytes());
    hasher.update(leaf);
    to_hash(hasher.finish().as_ref())
}
