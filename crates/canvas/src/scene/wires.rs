//! The wires, one array a field, and who is next to whom.

use std::collections::HashMap;
use std::ops::Range;

use reporunner_model::{EdgeKey, NodeRunState};

use super::Nodes;

/// What a wire tells of the run that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flow {
    /// Nothing went through it.
    Idle,
    /// Items are going through it.
    Flowing,
    /// Items went through it.
    Done,
    /// Items went through it from an output for errors.
    Failed,
}

/// The wires. Every array is indexed by a wire's number.
#[derive(Debug, Default)]
pub struct Wires {
    /// Numbers of the nodes they leave.
    pub from: Vec<u32>,
    /// Numbers of the nodes they end at.
    pub to: Vec<u32>,
    /// Places of the outputs they leave.
    pub from_slot: Vec<u16>,
    /// Places of the inputs they end at.
    pub to_slot: Vec<u16>,
    /// Their keys.
    pub key: Vec<EdgeKey>,
    alive: Vec<bool>,
    index: HashMap<EdgeKey, u32>,
    free: Vec<u32>,
    starts: Vec<u32>,
    pub(super) around: Vec<u32>,
}

impl Wires {
    /// How many numbers there are, free ones included.
    pub fn len(&self) -> usize {
        self.key.len()
    }

    /// Whether there is no wire.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// How many wires there are.
    pub fn count(&self) -> usize {
        self.index.len()
    }

    /// The numbers in use, ascending.
    pub fn all(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.len() as u32).filter(|wire| self.is_alive(*wire))
    }

    /// Whether a number is in use.
    pub fn is_alive(&self, wire: u32) -> bool {
        self.alive.get(wire as usize).copied().unwrap_or(false)
    }

    /// The number of a wire.
    pub fn find(&self, key: &EdgeKey) -> Option<u32> {
        self.index.get(key).copied()
    }

    /// The wires at a node, those that leave it and those that end at it.
    pub fn of(&self, node: u32) -> Vec<u32> {
        self.around[self.range(node)].iter().copied().filter(|wire| self.is_alive(*wire)).collect()
    }

    /// The wires that leave a node, by output.
    pub fn leaving(&self, node: u32) -> Vec<u32> {
        let mut wires = self.of(node);
        wires.retain(|wire| self.from[*wire as usize] == node);
        wires.sort_by_key(|wire| (self.from_slot[*wire as usize], *wire));
        wires
    }

    /// The wires that end at a node, by input.
    pub fn ending_at(&self, node: u32) -> Vec<u32> {
        let mut wires = self.of(node);
        wires.retain(|wire| self.to[*wire as usize] == node);
        wires.sort_by_key(|wire| (self.to_slot[*wire as usize], *wire));
        wires
    }

    /// Where the wires at a node stand in the list of all of them.
    pub(super) fn range(&self, node: u32) -> Range<usize> {
        let at = node as usize;
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(start), Some(end)) => *start as usize..*end as usize,
            _ => 0..0,
        }
    }

    /// Calls `each` with every wire at a node; no list is made.
    pub fn each_of(&self, node: u32, mut each: impl FnMut(u32)) {
        for wire in &self.around[self.range(node)] {
            if self.is_alive(*wire) {
                each(*wire);
            }
        }
    }

    /// Items that went through a wire, where that is known.
    pub fn count_of(&self, wire: u32, nodes: &Nodes) -> Option<usize> {
        let at = wire as usize;
        let run = nodes.run[self.from[at] as usize].as_ref()?;
        run.counts.get(self.from_slot[at] as usize).copied()
    }

    /// What a wire tells of the run that is shown.
    pub fn flow(&self, wire: u32, nodes: &Nodes) -> Flow {
        let at = wire as usize;
        if self.count_of(wire, nodes).unwrap_or(0) == 0 {
            return Flow::Idle;
        }
        let from = self.from[at];
        let target = nodes.run[self.to[at] as usize].as_ref().map(|run| run.state);
        let last = nodes.ports(from).outputs.len().saturating_sub(1);
        match target {
            Some(NodeRunState::Running | NodeRunState::Queued | NodeRunState::Retrying) => {
                Flow::Flowing
            }
            _ if nodes.ports(from).error_output && usize::from(self.from_slot[at]) == last => {
                Flow::Failed
            }
            _ => Flow::Done,
        }
    }

    pub(super) fn put(&mut self, key: &EdgeKey, from: (u32, u16), to: (u32, u16)) -> u32 {
        let wire = self.find(key).unwrap_or_else(|| {
            let wire = self.free.pop().unwrap_or_else(|| {
                self.from.push(0);
                self.to.push(0);
                self.from_slot.push(0);
                self.to_slot.push(0);
                self.key.push(key.clone());
                self.alive.push(false);
                (self.key.len() - 1) as u32
            });
            self.index.insert(key.clone(), wire);
            wire
        });
        let at = wire as usize;
        self.key[at] = key.clone();
        self.alive[at] = true;
        (self.from[at], self.from_slot[at]) = from;
        (self.to[at], self.to_slot[at]) = to;
        wire
    }

    pub(super) fn remove(&mut self, key: &EdgeKey) -> Option<u32> {
        let wire = self.index.remove(key)?;
        self.alive[wire as usize] = false;
        self.free.push(wire);
        Some(wire)
    }

    /// Lists the wires at each of `nodes` nodes.
    pub(super) fn index(&mut self, nodes: usize) {
        self.starts.clear();
        self.starts.resize(nodes + 1, 0);
        for at in (0..self.key.len()).filter(|at| self.alive[*at]) {
            self.starts[self.from[at] as usize + 1] += 1;
            if self.to[at] != self.from[at] {
                self.starts[self.to[at] as usize + 1] += 1;
            }
        }
        for at in 0..nodes {
            self.starts[at + 1] += self.starts[at];
        }
        let mut next = self.starts.clone();
        self.around.clear();
        self.around.resize(self.starts[nodes] as usize, 0);
        for at in (0..self.key.len()).filter(|at| self.alive[*at]) {
            let (from, to) = (self.from[at] as usize, self.to[at] as usize);
            self.around[next[from] as usize] = at as u32;
            next[from] += 1;
            if to != from {
                self.around[next[to] as usize] = at as u32;
                next[to] += 1;
            }
        }
    }
}
