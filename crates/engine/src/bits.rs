//! A set of node indices as bits.

use crate::NodeIndex;

/// A set of nodes of one plan.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// The empty set for a plan of `len` nodes.
    pub(crate) fn new(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)] }
    }

    /// Adds a node; whether it was not there before.
    pub(crate) fn insert(&mut self, node: NodeIndex) -> bool {
        let (word, bit) = place(node);
        let fresh = self.words[word] & bit == 0;
        self.words[word] |= bit;
        fresh
    }

    /// Takes a node out.
    pub(crate) fn remove(&mut self, node: NodeIndex) {
        let (word, bit) = place(node);
        self.words[word] &= !bit;
    }

    /// Whether the node is in it.
    pub(crate) fn contains(&self, node: NodeIndex) -> bool {
        let (word, bit) = place(node);
        self.words.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// Whether the two have a node in common.
    pub(crate) fn intersects(&self, other: &Bits) -> bool {
        self.words.iter().zip(&other.words).any(|(a, b)| a & b != 0)
    }
}

fn place(node: NodeIndex) -> (usize, u64) {
    (node.get() / 64, 1 << (node.get() % 64))
}
