//! Moving without rethinking: nudge, align, distribute.

use reporunner_model::{Edit, Point, limits::GRID};

use super::Graph;
use crate::{Rect, snap};

/// A way to line cards up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Alignment {
    /// Left edges.
    Left,
    /// Right edges.
    Right,
    /// Top edges.
    Top,
    /// Bottom edges.
    Bottom,
    /// Middles on one upright line.
    Center,
    /// Middles on one level line.
    Middle,
    /// Equal gaps from left to right.
    SpreadAcross,
    /// Equal gaps from top to bottom.
    SpreadDown,
    /// Corners on the grid.
    Grid,
}

/// Moves nodes and notes by so many grid steps.
pub fn nudge(graph: Graph<'_>, nodes: &[u32], notes: &[u32], right: i32, down: i32) -> Vec<Edit> {
    let by = |at: Point| Point::new(at.x + f64::from(right) * GRID, at.y + f64::from(down) * GRID);
    let mut edits: Vec<Edit> = nodes
        .iter()
        .map(|node| Edit::MoveNode {
            id: graph.scene.nodes.id[*node as usize].clone(),
            to: by(graph.scene.nodes.position(*node)),
        })
        .collect();
    for note in notes {
        let rect = graph.scene.notes.rects[*note as usize];
        edits.push(Edit::SetNote {
            id: graph.scene.notes.id[*note as usize].clone(),
            text: None,
            color: None,
            position: Some(by(Point::new(rect.x0, rect.y0))),
            size: None,
        });
    }
    edits
}

/// Lines nodes up. Aligning takes two at least, spreading three.
pub fn align(graph: Graph<'_>, nodes: &[u32], alignment: Alignment) -> Vec<Edit> {
    let least = match alignment {
        Alignment::Grid => 1,
        Alignment::SpreadAcross | Alignment::SpreadDown => 3,
        _ => 2,
    };
    if nodes.len() < least {
        return Vec::new();
    }
    let rects: Vec<Rect> = nodes.iter().map(|node| graph.scene.nodes.rect(*node)).collect();
    let Some(all) = Rect::around_all(rects.iter().copied()) else { return Vec::new() };
    let places: Vec<Point> = match alignment {
        Alignment::SpreadAcross => {
            let spans: Vec<_> = rects.iter().map(|rect| (rect.x0, rect.width())).collect();
            let starts = spread(&spans);
            rects.iter().zip(starts).map(|(rect, x)| Point::new(x, rect.y0)).collect()
        }
        Alignment::SpreadDown => {
            let spans: Vec<_> = rects.iter().map(|rect| (rect.y0, rect.height())).collect();
            let starts = spread(&spans);
            rects.iter().zip(starts).map(|(rect, y)| Point::new(rect.x0, y)).collect()
        }
        _ => rects.iter().map(|rect| aligned(rect, &all, alignment)).collect(),
    };
    moves(graph, nodes, &places)
}

/// The edits that put `nodes` at `places`, for those that are not there.
pub(super) fn moves(graph: Graph<'_>, nodes: &[u32], places: &[Point]) -> Vec<Edit> {
    let pairs = nodes.iter().zip(places);
    let moved = pairs.filter(|(node, to)| graph.scene.nodes.position(**node) != **to);
    moved
        .map(|(node, to)| Edit::MoveNode {
            id: graph.scene.nodes.id[*node as usize].clone(),
            to: *to,
        })
        .collect()
}

fn aligned(rect: &Rect, all: &Rect, alignment: Alignment) -> Point {
    let middle = all.center();
    match alignment {
        Alignment::Left => Point::new(all.x0, rect.y0),
        Alignment::Right => Point::new(all.x1 - rect.width(), rect.y0),
        Alignment::Top => Point::new(rect.x0, all.y0),
        Alignment::Bottom => Point::new(rect.x0, all.y1 - rect.height()),
        Alignment::Center => Point::new(middle.x - rect.width() / 2.0, rect.y0),
        Alignment::Middle => Point::new(rect.x0, middle.y - rect.height() / 2.0),
        _ => Point::new(snap(rect.x0, GRID), snap(rect.y0, GRID)),
    }
}

/// The starts of spans (start, length) with equal gaps, the outer two staying where they are.
fn spread(spans: &[(f64, f64)]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..spans.len()).collect();
    order.sort_by(|a, b| spans[*a].0.total_cmp(&spans[*b].0));
    let (first, last) = (order[0], order[order.len() - 1]);
    let room = spans[last].0 + spans[last].1 - spans[first].0;
    let filled: f64 = spans.iter().map(|(_, length)| length).sum();
    let gap = (room - filled) / (spans.len() as f64 - 1.0);
    let mut starts = vec![0.0; spans.len()];
    let mut at = spans[first].0;
    for index in order {
        starts[index] = at;
        at += spans[index].1 + gap;
    }
    starts
}
