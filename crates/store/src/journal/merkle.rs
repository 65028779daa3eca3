//! The Merkle tree of RFC 6962 over the entries of a journal. Pure: which subtrees are needed is computed here, fetched elsewhere.

use std::ops::Range;

use aws_lc_rs::digest;

use super::entry::{Hash, to_hash};

/// Subtrees of 2^8, 2^16, … leaves are stored; smaller ones are cheap to compute from those below.
pub(crate) const STORED_EVERY: u32 = 8;

/// A complete, aligned subtree: the `number`-th of those with `2^level` leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Subtree {
    pub(crate) level: u32,
    pub(crate) number: u64,
}

pub(crate) fn parent(left: &Hash, right: &Hash) -> Hash {
    let mut hasher = digest::Context::new(&digest::SHA256);
    hasher.update(&[1]);
    hasher.update(left);
    hasher.update(right);
    to_hash(hasher.finish().as_ref())
}

/// The root of nothing.
pub(crate) fn empty_root() -> Hash {
    to_hash(digest::digest(&digest::SHA256, b"").as_ref())
}

/// The roots of the complete subtrees that a tree of some size falls into, largest first: all that is needed to grow it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Frontier {
    pub(crate) size: u64,
    nodes: Vec<Hash>,
}

impl Frontier {
    /// From the roots of `decompose(0..size)`.
    pub(crate) fn from_nodes(size: u64, nodes: Vec<Hash>) -> Self {
        Self { size, nodes }
    }

    /// Adds a leaf and reports each subtree of a stored level that it completes.
    pub(crate) fn push(&mut self, leaf: Hash, mut completed: impl FnMut(Subtree, Hash)) {
        let (mut node, mut level, mut number) = (leaf, 0, self.size);
        while number & 1 == 1 {
            let Some(left) = self.nodes.pop() else { break };
            node = parent(&left, &node);
            number >>= 1;
            level += 1;
            if level % STORED_EVERY == 0 {
                completed(Subtree { level, number }, node);
            }
        }
        self.nodes.push(node);
        self.size += 1;
    }

    pub(crate) fn root(&self) -> Hash {
        combine(self.nodes.iter().copied()).unwrap_or_else(empty_root)
    }
}

/// The root over the roots of adjoining subtrees, left to right, each at most as large as the one before.
pub(crate) fn combine(nodes: impl DoubleEndedIterator<Item = Hash>) -> Option<Hash> {
    nodes.rev().reduce(|right, left| parent(&left, &right))
}

/// The complete subtrees that make up `range`, left to right. The start must be aligned as RFC 6962 splits trees.
pub(crate) fn decompose(range: Range<u64>) -> Vec<Subtree> {
    let mut subtrees = Vec::new();
    let (mut start, end) = (range.start, range.end);
    while start < end {
        let level = (end - start).ilog2().min(start.trailing_zeros());
        subtrees.push(Subtree { level, number: start >> level });
        start += 1 << level;
    }
    subtrees
}

/// The ranges whose roots are the audit path of leaf `index` in a tree of `size` leaves, from the leaf up.
pub(crate) fn path(index: u64, size: u64) -> Vec<Range<u64>> {
    let mut siblings = Vec::new();
    let (mut start, mut end) = (0, size);
    while end - start > 1 {
        let split = start + split(end - start);
        if index < split {
            siblings.push(split..end);
            end = split;
        } else {
            siblings.push(start..split);
            start = split;
        }
    }
    siblings.reverse();
    siblings
}

/// The largest power of two below `n`, for n > 1.
fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

/// The root that a leaf and its audit path lead to, or `None` when the path has the wrong length.
pub(crate) fn root_from_path(leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    let mut sides = Vec::new();
    let (mut start, mut end) = (0, size);
    while end - start > 1 {
        let split = start + split(end - start);
        sides.push(index < split);
        if index < split { end = split } else { start = split }
    }
    if sides.len() != path.len() {
        return None;
    }
    let steps = sides.iter().rev().zip(path);
    Some(steps.fold(
        leaf,
        |node, (sibling_is_right, sibling)| {
            if *sibling_is_right { parent(&node, sibling) } else { parent(sibling, &node) }
        },
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 6962 section 2.1, word for word, as the thing to compare with.
    fn mth(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => empty_root(),
            [leaf] => *leaf,
            _ => {
                let k = usize::try_from(split(leaves.len() as u64)).unwrap();
                parent(&mth(&leaves[..k]), &mth(&leaves[k..]))
            }
        }
    }

    fn leaves(n: u64) -> Vec<Hash> {
        (0..n).map(|i| to_hash(digest::digest(&digest::SHA256, &i.to_be_bytes()).as_ref())).collect()
    }

    fn slice(leaves: &[Hash], range: Range<u64>) -> &[Hash] {
        &leaves[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()]
    }

    #[test]
    fn the_empty_tree_has_the_root_of_rfc_6962() {
        let hex: String = Frontier::default().root().iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    proptest! {
        #[test]
        fn growing_gives_the_root_of_the_definition(n in 0u64..700) {
            let leaves = leaves(n);
            let (mut tree, mut stored) = (Frontier::default(), Vec::new());
            for leaf in &leaves {
                tree.push(*leaf, |subtree, hash| stored.push((subtree, hash)));
            }
            prop_assert_eq!(tree.root(), mth(&leaves));
            prop_assert_eq!(stored.len() as u64, n / 256);
            for (subtree, hash) in stored {
                let start = subtree.number << subtree.level;
                prop_assert_eq!(hash, mth(slice(&leaves, start..start + (1 << subtree.level))));
            }
            let nodes = decompose(0..n).into_iter().map(|s| mth(slice(&leaves, s.number << s.level..(s.number + 1) << s.level))).collect();
            prop_assert_eq!(Frontier::from_nodes(n, nodes), tree);
        }

        #[test]
        fn every_leaf_is_proved_and_no_other_is(n in 1u64..300, pick in 0u64..300, other in 0u64..300, bit in 0usize..256) {
            let (leaves, index, other) = (leaves(n), pick % n, other % n);
            let hash_of = |range: Range<u64>| combine(
                decompose(range).into_iter().map(|s| mth(slice(&leaves, s.number << s.level..(s.number + 1) << s.level))).collect::<Vec<_>>().into_iter(),
            ).unwrap();
            let proof: Vec<Hash> = path(index, n).into_iter().map(hash_of).collect();
            let leaf = leaves[usize::try_from(index).unwrap()];
            prop_assert_eq!(root_from_path(leaf, index, n, &proof), Some(mth(&leaves)));
            let mut flipped = leaf;
            flipped[bit / 8] ^= 1 << (bit % 8);
            prop_assert_ne!(root_from_path(flipped, index, n, &proof), Some(mth(&leaves)));
            if other != index {
                prop_assert_ne!(root_from_path(leaf, other, n, &proof), Some(mth(&leaves)));
            }
            prop_assert_eq!(root_from_path(leaf, n, n, &proof), None);
        }
    }
}
