//! Tidy: cards in columns from left to right, each group below the other.

use std::collections::{BTreeMap, BTreeSet};

use reporunner_model::{Edit, Point, limits::GRID, limits::NODE_WIDTH};

use super::Graph;
use super::arrange::moves;
use super::insert::{COLUMN_GAP, ROW_GAP};
use super::layout::{Card, Link, layered};
use crate::{Rect, Side, snap};

/// Room between two groups that no wire joins, canvas units.
const GROUP_GAP: f64 = 80.0;

/// Lays `nodes` out anew. The top left corner of what they cover stays where it is.
pub fn tidy(graph: Graph<'_>, nodes: &[u32]) -> Vec<Edit> {
    let rects = nodes.iter().map(|node| graph.scene.nodes.rect(*node));
    let Some(covered) = Rect::around_all(rects) else { return Vec::new() };
    let corner = Point::new(snap(covered.x0, GRID), snap(covered.y0, GRID));
    let mut places: BTreeMap<u32, Point> = BTreeMap::new();
    let mut top = corner.y;
    for group in groups(graph, nodes) {
        let laid = lay(graph, &group);
        let lowest = laid.values().map(|(y, _)| *y).fold(f64::INFINITY, f64::min);
        let mut bottom = top;
        for (node, (y, column)) in laid {
            let x = corner.x + column as f64 * (NODE_WIDTH + COLUMN_GAP);
            let y = snap(y - lowest + top, GRID);
            bottom = bottom.max(y + graph.scene.nodes.h[node as usize]);
            places.insert(node, Point::new(x, y));
        }
        top = snap(bottom + GROUP_GAP, GRID);
    }
    let (nodes, places): (Vec<u32>, Vec<Point>) = places.into_iter().unzip();
    moves(graph, &nodes, &places)
}

/// Top and column of each node of a group.
fn lay(graph: Graph<'_>, group: &[u32]) -> BTreeMap<u32, (f64, usize)> {
    let index: BTreeMap<u32, usize> = group.iter().enumerate().map(|(at, n)| (*n, at)).collect();
    let boxes: Vec<Card> = group
        .iter()
        .map(|node| Card {
            height: graph.scene.nodes.h[*node as usize],
            hint: graph.scene.nodes.y[*node as usize],
        })
        .collect();
    let mut links = Vec::new();
    for node in group {
        for wire in graph.scene.wires.leaving(*node) {
            let at = wire as usize;
            if let Some(to) = index.get(&graph.scene.wires.to[at]) {
                let top = |node: u32, side, slot| {
                    let port = graph.scene.nodes.port_at(node, side, slot);
                    port.y - graph.scene.nodes.y[node as usize]
                };
                links.push(Link {
                    from: index[node],
                    to: *to,
                    from_y: top(*node, Side::Output, graph.scene.wires.from_slot[at]),
                    to_y: top(graph.scene.wires.to[at], Side::Input, graph.scene.wires.to_slot[at]),
                });
            }
        }
    }
    let laid = layered(&boxes, &links, ROW_GAP);
    group.iter().zip(laid).map(|(node, place)| (*node, (place.y, place.column))).collect()
}

/// The groups of `nodes` that wires hold together, topmost first.
fn groups(graph: Graph<'_>, nodes: &[u32]) -> Vec<Vec<u32>> {
    let all: BTreeSet<u32> = nodes.iter().copied().collect();
    let mut seen = BTreeSet::new();
    let mut found: Vec<Vec<u32>> = Vec::new();
    for node in nodes {
        let mut group = Vec::new();
        let mut open = vec![*node];
        while let Some(node) = open.pop() {
            if !all.contains(&node) || !seen.insert(node) {
                continue;
            }
            group.push(node);
            graph.scene.wires.each_of(node, |wire| {
                let at = wire as usize;
                open.extend([graph.scene.wires.from[at], graph.scene.wires.to[at]]);
            });
        }
        if !group.is_empty() {
            group.sort_unstable();
            found.push(group);
        }
    }
    let top = |group: &Vec<u32>| {
        let tops = group.iter().map(|node| graph.scene.nodes.y[*node as usize]);
        tops.fold(f64::INFINITY, f64::min)
    };
    found.sort_by(|a, b| top(a).total_cmp(&top(b)).then_with(|| a.cmp(b)));
    found
}
