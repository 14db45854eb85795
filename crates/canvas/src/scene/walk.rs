//! Ways through the graph: along wires, to what leads here, in run order.

use std::collections::BTreeSet;

use super::{Mark, Scene};
use crate::Rect;

/// A way to go by an arrow key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// Against the wires.
    Left,
    /// Along the wires.
    Right,
    /// To the sibling above.
    Up,
    /// To the sibling below.
    Down,
}

/// What the keyboard can be on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thing {
    /// A node.
    Node(u32),
    /// A note.
    Note(u32),
}

/// One row of the outline: a node with its place in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutlineRow {
    /// The node.
    pub node: u32,
    /// Depth, from 1.
    pub level: usize,
    /// Place among its siblings, from 1.
    pub position: usize,
    /// How many siblings there are, itself included.
    pub siblings: usize,
    /// Rows below it that belong to it.
    pub descendants: usize,
}

impl Scene {
    /// The node an arrow key leads to from `node`: along wires, or to the sibling above or below,
    /// going round at the end.
    pub fn step(&self, node: u32, way: Way) -> Option<u32> {
        match way {
            Way::Right => self.next_of(node).first().copied(),
            Way::Left => self.before(node).first().copied(),
            Way::Up | Way::Down => {
                let siblings = self.siblings(node);
                let at = siblings.iter().position(|other| *other == node)?;
                let by = if way == Way::Down { 1 } else { siblings.len() - 1 };
                let next = siblings[(at + by) % siblings.len()];
                (next != node).then_some(next)
            }
        }
    }

    /// The node or note nearest to `from` in a direction of the screen, in a cone as wide as it is
    /// long; a node only where `nodes` says so.
    pub(crate) fn nearest(&self, from: &Rect, way: Way, nodes: bool) -> Option<Thing> {
        let here = from.center();
        let far = |rect: Rect| {
            let (x, y) = (rect.center().x - here.x, rect.center().y - here.y);
            let (along, across) = match way {
                Way::Left => (-x, y),
                Way::Right => (x, y),
                Way::Up => (-y, x),
                Way::Down => (y, x),
            };
            (along > 0.0 && across.abs() <= along).then_some(along + across.abs())
        };
        let cards = self.nodes.all().filter(|_| nodes);
        let cards = cards.filter_map(|n| Some((far(self.nodes.rect(n))?, Thing::Node(n))));
        let notes = self.notes.all();
        let notes =
            notes.filter_map(|n| Some((far(self.notes.rects[n as usize])?, Thing::Note(n))));
        cards.chain(notes).min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, thing)| thing)
    }

    /// The notes from the left to the right, those above before those below.
    pub fn notes_in_order(&self) -> Vec<u32> {
        let mut notes: Vec<u32> = self.notes.all().collect();
        let key =
            |note: &u32| (self.notes.rects[*note as usize].x0, self.notes.rects[*note as usize].y0);
        notes.sort_by(|a, b| {
            let ((ax, ay), (bx, by)) = (key(a), key(b));
            ax.total_cmp(&bx).then(ay.total_cmp(&by)).then(a.cmp(b))
        });
        notes
    }

    /// The nodes that `node` leads to, topmost output first.
    pub fn next_of(&self, node: u32) -> Vec<u32> {
        let wires = self.wires.leaving(node);
        unique(wires.into_iter().map(|wire| self.wires.to[wire as usize]))
    }

    /// The nodes that lead to `node`, topmost input first.
    pub fn before(&self, node: u32) -> Vec<u32> {
        let wires = self.wires.ending_at(node);
        unique(wires.into_iter().map(|wire| self.wires.from[wire as usize]))
    }

    /// What shares a source with `node`, from top to bottom; without a source, what has none.
    fn siblings(&self, node: u32) -> Vec<u32> {
        let sources = self.before(node);
        let mut found: Vec<u32> = if sources.is_empty() {
            self.nodes.all().filter(|other| self.wires.ending_at(*other).is_empty()).collect()
        } else {
            sources.iter().flat_map(|source| self.next_of(*source)).collect()
        };
        found.push(node);
        found.sort_by(|a, b| self.by_place(*a, *b));
        found.dedup();
        found
    }

    fn by_place(&self, a: u32, b: u32) -> std::cmp::Ordering {
        let key = |node: u32| (self.nodes.y[node as usize], self.nodes.x[node as usize]);
        key(a).partial_cmp(&key(b)).unwrap_or(std::cmp::Ordering::Equal).then(a.cmp(&b))
    }

    /// `from` and everything that leads to it.
    pub fn upstream(&self, from: &[u32]) -> Vec<u32> {
        self.reach(from, |node| self.before(node))
    }

    /// `from` and everything it leads to.
    pub fn downstream(&self, from: &[u32]) -> Vec<u32> {
        self.reach(from, |node| self.next_of(node))
    }

    fn reach(&self, from: &[u32], next: impl Fn(u32) -> Vec<u32>) -> Vec<u32> {
        let mut seen: BTreeSet<u32> = from.iter().copied().collect();
        let mut open: Vec<u32> = from.to_vec();
        while let Some(node) = open.pop() {
            open.extend(next(node).into_iter().filter(|other| seen.insert(*other)));
        }
        seen.into_iter().collect()
    }

    /// The outline: every node once, in run order. A chain stays on one level, the branches of a
    /// node with several wires are one level below it, and what lies in a container is below it.
    pub fn outline(&self) -> Vec<OutlineRow> {
        let mut starts: Vec<u32> =
            self.nodes.all().filter(|node| self.wires.ending_at(*node).is_empty()).collect();
        starts.sort_by(|a, b| {
            let trigger = |node: u32| !self.nodes.has(node, Mark::TRIGGER);
            trigger(*a).cmp(&trigger(*b)).then_with(|| self.by_place(*a, *b))
        });
        let mut seen = BTreeSet::new();
        let mut rows: Vec<OutlineRow> = Vec::new();
        for start in starts {
            self.outline_from(start, 1, &mut seen, &mut rows);
        }
        // What only a circle leads to has no start of its own.
        let mut rest: Vec<u32> = self.nodes.all().filter(|node| !seen.contains(node)).collect();
        rest.sort_by(|a, b| self.by_place(*a, *b));
        for node in rest {
            self.outline_from(node, 1, &mut seen, &mut rows);
        }
        number_rows(&mut rows);
        rows
    }

    fn outline_from(
        &self,
        start: u32,
        level: usize,
        seen: &mut BTreeSet<u32>,
        rows: &mut Vec<OutlineRow>,
    ) {
        // A list of what is open instead of recursion: a chain may be thousands of nodes long.
        let mut open = vec![(start, level)];
        while let Some((node, level)) = open.pop() {
            if !seen.insert(node) {
                continue;
            }
            rows.push(OutlineRow { node, level, position: 0, siblings: 0, descendants: 0 });
            let next: Vec<u32> =
                self.next_of(node).into_iter().filter(|other| !seen.contains(other)).collect();
            let deeper = if next.len() > 1 { level + 1 } else { level };
            open.extend(next.into_iter().rev().map(|other| (other, deeper)));
        }
    }
}

/// Counts siblings and descendants from the levels.
fn number_rows(rows: &mut [OutlineRow]) {
    for at in 0..rows.len() {
        let level = rows[at].level;
        let end = rows[at + 1..].iter().position(|row| row.level <= level);
        rows[at].descendants = end.unwrap_or(rows.len() - at - 1);
    }
    let mut groups: std::collections::BTreeMap<(usize, usize), Vec<usize>> = Default::default();
    let mut parents: Vec<usize> = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        parents.truncate(row.level - 1);
        let parent = parents.last().map_or(usize::MAX, |parent| *parent);
        groups.entry((parent, row.level)).or_default().push(at);
        parents.resize(row.level - 1, at);
        parents.push(at);
    }
    for group in groups.values() {
        for (position, at) in group.iter().enumerate() {
            rows[*at].position = position + 1;
            rows[*at].siblings = group.len();
        }
    }
}

fn unique(nodes: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut found = Vec::new();
    for node in nodes {
        if !found.contains(&node) {
            found.push(node);
        }
    }
    found
}
