//! Tidy: cards in columns from left to right, each group below the other.
//!
//! Sub-nodes go in a row below the node that they serve. What a note goes round stays together: it is laid out by itself first, and is one block for what
//! is around it. The note fits round it afterwards.

use std::collections::{BTreeMap, BTreeSet};

use reporunner_model::{Edit, Point, Size, limits::GRID, limits::NODE_WIDTH};

use super::Graph;
use super::arrange::moves;
use super::insert::{COLUMN_GAP, ROW_GAP};
use super::layout::{Card, Link, layered};
use crate::edits::group;
use crate::{Rect, Side, snap};

/// Room between two groups that no wire joins, canvas units.
const GROUP_GAP: f64 = 80.0;
/// Room between a card and the sub-nodes that hang from it, canvas units.
const HANG_GAP: f64 = 80.0;
/// Most room that a note keeps on a side: it may be there for its words.
const ROOM_MOST: f64 = 240.0;

/// Lays `nodes` out anew. The top left corner of what they cover stays where it is.
pub fn tidy(graph: Graph<'_>, nodes: &[u32]) -> Vec<Edit> {
    let frames = Frames::around(graph, nodes);
    let blocks = frames.blocks(graph, None, nodes);
    let Some(covered) = Rect::around_all(blocks.iter().map(|block| block.was)) else {
        return Vec::new();
    };
    let laid = arranged(graph, blocks).at(snap(covered.x0, GRID), snap(covered.y0, GRID));
    let (nodes, places): (Vec<u32>, Vec<Point>) = laid.nodes.into_iter().unzip();
    let mut edits = moves(graph, &nodes, &places);
    let grown = grown(graph, &frames, &nodes, &places);
    let notes = laid.notes.into_iter().chain(grown);
    edits.extend(notes.filter_map(|(note, rect)| fitted(graph, note, rect)));
    edits
}

/// The notes of which a part was laid out, large enough to go round that part as before.
fn grown(graph: Graph<'_>, frames: &Frames, nodes: &[u32], places: &[Point]) -> Vec<(u32, Rect)> {
    let scene = graph.scene;
    let others = scene.notes.all().filter(|note| !frames.all.contains(note));
    let grown = others.filter_map(|note| {
        let was = scene.notes.rects[note as usize];
        let moved = nodes.iter().zip(places).filter_map(|(node, to)| {
            let card = scene.nodes.rect(*node);
            was.covers(&card).then(|| Rect::new(to.x, to.y, card.width(), card.height()))
        });
        let held = Rect::around_all(moved)?;
        Some((note, if was.covers(&held) { was } else { was.around(&held.grown(group::PAD)) }))
    });
    grown.collect()
}

/// The edit that puts a note at `rect`, where it is elsewhere.
fn fitted(graph: Graph<'_>, note: u32, rect: Rect) -> Option<Edit> {
    let was = graph.scene.notes.rects[note as usize];
    let size = Size { w: rect.width(), h: rect.height() };
    (was != rect).then(|| Edit::SetNote {
        id: graph.scene.notes.id[note as usize].clone(),
        text: None,
        color: None,
        position: Some(Point::new(rect.x0, rect.y0)),
        size: (size != Size { w: was.width(), h: was.height() }).then_some(size),
    })
}

/// What is laid out as one: a card, or a note with all that lies in it.
struct Block {
    /// Where it was.
    was: Rect,
    size: Size,
    /// Its cards, from its corner.
    nodes: Vec<(u32, Point)>,
    /// Its notes, from its corner.
    notes: Vec<(u32, Rect)>,
}

impl Block {
    fn card(graph: Graph<'_>, node: u32) -> Self {
        let was = graph.scene.nodes.rect(node);
        let size = Size { w: was.width(), h: was.height() };
        Self { was, size, nodes: vec![(node, Point::default())], notes: Vec::new() }
    }

    /// The same somewhere else.
    fn at(mut self, x: f64, y: f64) -> Self {
        for (_, at) in &mut self.nodes {
            *at = Point::new(at.x + x, at.y + y);
        }
        for (_, rect) in &mut self.notes {
            *rect = Rect::new(rect.x0 + x, rect.y0 + y, rect.width(), rect.height());
        }
        self
    }

    /// `inner` with the note around it. The note keeps the room that it has on each side, within
    /// reason.
    fn framed(graph: Graph<'_>, note: u32, inner: Self, held: Rect) -> Self {
        let was = graph.scene.notes.rects[note as usize];
        let room = |room: f64, least: f64| snap(room.clamp(least, ROOM_MOST), GRID);
        let left = room(held.x0 - was.x0, group::PAD);
        let top = room(held.y0 - was.y0, group::PAD);
        let right = room(was.x1 - held.x1, group::PAD);
        let bottom = room(was.y1 - held.y1, group::PAD);
        let size = Size { w: left + inner.size.w + right, h: top + inner.size.h + bottom };
        let mut block = inner.at(left, top);
        block.notes.push((note, Rect::new(0.0, 0.0, size.w, size.h)));
        Self { was, size, ..block }
    }
}

/// The cards, each one block with the sub-nodes that hang from it.
fn served(graph: Graph<'_>, nodes: &[u32]) -> Vec<Block> {
    let mut left: BTreeSet<u32> = nodes.iter().copied().collect();
    let hangs = |node: &u32| {
        let wires = graph.scene.wires.leaving(*node).into_iter();
        wires.filter(|wire| !is_main(graph, *wire)).any(|wire| {
            let to = graph.scene.wires.to[wire as usize];
            to != *node && nodes.contains(&to)
        })
    };
    let (sub_nodes, first): (Vec<u32>, Vec<u32>) = nodes.iter().partition(|node| hangs(node));
    // What hangs from each other in a circle comes last, each by itself.
    let mut blocks = Vec::new();
    for node in first.into_iter().chain(sub_nodes) {
        if left.remove(&node) {
            blocks.push(hung(graph, node, &mut left));
        }
    }
    blocks
}

fn is_main(graph: Graph<'_>, wire: u32) -> bool {
    graph.scene.wires.key[wire as usize].kind.is_main()
}

/// A card with its sub-nodes in a row below it, in the order of its ports, and theirs below them.
fn hung(graph: Graph<'_>, node: u32, left: &mut BTreeSet<u32>) -> Block {
    let wires = graph.scene.wires.ending_at(node).into_iter();
    let ends = wires.filter(|wire| !is_main(graph, *wire));
    let near: Vec<u32> = ends.map(|wire| graph.scene.wires.from[wire as usize]).collect();
    let mut row = Vec::new();
    for node in near {
        if left.remove(&node) {
            row.push(hung(graph, node, left));
        }
    }
    let card = Block::card(graph, node);
    if row.is_empty() {
        return card;
    }
    let gaps = GRID * (row.len() - 1) as f64;
    let width = row.iter().map(|block| block.size.w).sum::<f64>() + gaps;
    let middle = |room: f64| snap((room / 2.0).max(0.0), GRID);
    let (mut x, y) = (middle(card.size.w - width), card.size.h + HANG_GAP);
    let was = Rect::around_all(row.iter().map(|block| block.was).chain([card.was]));
    let mut all = card.at(middle(width - NODE_WIDTH), 0.0);
    all.was = was.unwrap_or(all.was);
    for block in row {
        all.size.h = all.size.h.max(y + block.size.h);
        let step = block.size.w + GRID;
        let mut block = block.at(x, y);
        all.nodes.append(&mut block.nodes);
        x += step;
    }
    all.size.w = all.size.w.max(width);
    all
}

/// Which notes go round which nodes, and round which of each other.
struct Frames {
    /// The innermost note around each node.
    of_node: BTreeMap<u32, u32>,
    /// The innermost note around each note.
    of_note: BTreeMap<u32, u32>,
    /// The notes, outermost first.
    all: Vec<u32>,
}

impl Frames {
    /// The notes whose nodes are all among `nodes`.
    fn around(graph: Graph<'_>, nodes: &[u32]) -> Self {
        let (cards, notes) = (&graph.scene.nodes, &graph.scene.notes);
        let meant: BTreeSet<u32> = nodes.iter().copied().collect();
        let rect = |note: u32| notes.rects[note as usize];
        let whole = |note: &u32| {
            let mut held = cards.all().filter(|node| rect(*note).covers(&cards.rect(*node)));
            held.next().is_some_and(|first| meant.contains(&first))
                && held.all(|node| meant.contains(&node))
        };
        let mut all: Vec<u32> = notes.all().filter(whole).collect();
        let area = |note: u32| rect(note).width() * rect(note).height();
        all.sort_by(|a, b| area(*b).total_cmp(&area(*a)).then(a.cmp(b)));
        let innermost = |inner: &Rect, among: &[u32]| {
            among.iter().rev().copied().find(|note| rect(*note).covers(inner))
        };
        let of_node =
            nodes.iter().filter_map(|node| Some((*node, innermost(&cards.rect(*node), &all)?)));
        let of_node = of_node.collect();
        let of_note = all
            .iter()
            .enumerate()
            .filter_map(|(at, note)| Some((*note, innermost(&rect(*note), &all[..at])?)));
        let of_note = of_note.collect();
        Self { of_node, of_note, all }
    }

    /// What lies directly in `frame`, or in none.
    fn blocks(&self, graph: Graph<'_>, frame: Option<u32>, nodes: &[u32]) -> Vec<Block> {
        let mine = |node: &&u32| self.of_node.get(node).copied() == frame;
        let mine: Vec<u32> = nodes.iter().filter(mine).copied().collect();
        let mut blocks = served(graph, &mine);
        let inner: Vec<u32> = self
            .all
            .iter()
            .copied()
            .filter(|note| self.of_note.get(note).copied() == frame)
            .collect();
        for note in inner {
            let within = self.blocks(graph, Some(note), nodes);
            // One whose nodes are all in another that it only overlaps stays where it is.
            if let Some(held) = Rect::around_all(within.iter().map(|block| block.was)) {
                blocks.push(Block::framed(graph, note, arranged(graph, within), held));
            }
        }
        blocks
    }
}

/// The blocks laid out, from the corner of what they cover.
fn arranged(graph: Graph<'_>, blocks: Vec<Block>) -> Block {
    let links = links(graph, &blocks);
    let mut places = vec![Point::default(); blocks.len()];
    let mut top = 0.0;
    for group in groups(&blocks, &links) {
        let laid = lay(&blocks, &links, &group);
        let lowest = laid.iter().map(|place| place.y).fold(f64::INFINITY, f64::min);
        let mut bottom: f64 = top;
        for (block, place) in group.into_iter().zip(laid) {
            let y = snap(place.y - lowest + top, GRID);
            bottom = bottom.max(y + blocks[block].size.h);
            places[block] = Point::new(place.x, y);
        }
        top = snap(bottom + GROUP_GAP, GRID);
    }
    let was = Rect::around_all(blocks.iter().map(|block| block.was)).unwrap_or_default();
    let mut all = Block { was, size: Size::default(), nodes: Vec::new(), notes: Vec::new() };
    for (block, place) in blocks.into_iter().zip(places) {
        all.size.w = all.size.w.max(place.x + block.size.w);
        all.size.h = all.size.h.max(place.y + block.size.h);
        let mut block = block.at(place.x, place.y);
        all.nodes.append(&mut block.nodes);
        all.notes.append(&mut block.notes);
    }
    all.nodes.sort_by_key(|(node, _)| *node);
    all
}

/// The wires between blocks.
fn links(graph: Graph<'_>, blocks: &[Block]) -> Vec<Link> {
    let (nodes, wires) = (&graph.scene.nodes, &graph.scene.wires);
    let places = blocks.iter().enumerate().flat_map(|(at, block)| {
        block.nodes.iter().map(move |(node, place)| (*node, (at, place.y)))
    });
    let places: BTreeMap<u32, (usize, f64)> = places.collect();
    let port = |node: u32, side, slot| {
        nodes.port_at(node, side, slot).y - nodes.y[node as usize] + places[&node].1
    };
    let mut links = Vec::new();
    for (node, (from, _)) in &places {
        for wire in wires.leaving(*node) {
            let at = wire as usize;
            let target = wires.to[at];
            let Some((to, _)) = places.get(&target).filter(|(to, _)| to != from) else { continue };
            links.push(Link {
                from: *from,
                to: *to,
                from_y: port(*node, Side::Output, wires.from_slot[at]),
                to_y: port(target, Side::Input, wires.to_slot[at]),
            });
        }
    }
    links
}

/// Where the blocks of a group go.
fn lay(blocks: &[Block], links: &[Link], group: &[usize]) -> Vec<Point> {
    let index: BTreeMap<usize, usize> = group.iter().enumerate().map(|(at, b)| (*b, at)).collect();
    let card = |block: &usize| {
        let block = &blocks[*block];
        Card { height: block.size.h, hint: block.was.y0 }
    };
    let cards: Vec<Card> = group.iter().map(card).collect();
    let mine = links.iter().filter(|link| index.contains_key(&link.from));
    let links: Vec<Link> =
        mine.map(|link| Link { from: index[&link.from], to: index[&link.to], ..*link }).collect();
    let laid = layered(&cards, &links, ROW_GAP);
    let last = laid.iter().map(|place| place.column).max().unwrap_or(0);
    let mut widths = vec![NODE_WIDTH; last + 1];
    for (block, place) in group.iter().zip(&laid) {
        widths[place.column] = widths[place.column].max(blocks[*block].size.w);
    }
    let mut left = 0.0;
    let mut starts = Vec::new();
    for width in widths {
        starts.push(left);
        left = snap(left + width + COLUMN_GAP, GRID);
    }
    laid.into_iter().map(|place| Point::new(starts[place.column], place.y)).collect()
}

/// The groups of blocks that wires hold together, topmost first.
fn groups(blocks: &[Block], links: &[Link]) -> Vec<Vec<usize>> {
    let mut near: Vec<Vec<usize>> = vec![Vec::new(); blocks.len()];
    for link in links {
        near[link.from].push(link.to);
        near[link.to].push(link.from);
    }
    let mut seen = vec![false; blocks.len()];
    let mut found: Vec<Vec<usize>> = Vec::new();
    for start in 0..blocks.len() {
        let mut group = Vec::new();
        let mut open = vec![start];
        while let Some(block) = open.pop() {
            if !std::mem::replace(&mut seen[block], true) {
                group.push(block);
                open.extend(&near[block]);
            }
        }
        if !group.is_empty() {
            group.sort_unstable();
            found.push(group);
        }
    }
    let top = |group: &Vec<usize>| {
        group.iter().map(|block| blocks[*block].was.y0).fold(f64::INFINITY, f64::min)
    };
    found.sort_by(|a, b| top(a).total_cmp(&top(b)).then_with(|| a.cmp(b)));
    found
}
