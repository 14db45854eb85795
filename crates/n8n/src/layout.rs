//! Places on the canvas. n8n's cards are narrower than ours, so a workflow that fits there would
//! overlap here: it is drawn wider by one factor, which keeps the picture the same.

use std::collections::BTreeMap;

use reporunner_model::{NodeId, Point, limits};

/// Room that a card takes with the gap around it, canvas units.
const ROOM: (f64, f64) =
    (limits::NODE_WIDTH + 2.0 * limits::GRID, limits::NODE_HEIGHT + limits::GRID);
/// Most that a workflow is stretched: nodes closer than this were on top of each other already.
const MOST: f64 = 2.5;

/// The factor by which x grows so that cards which stood side by side still do.
pub(crate) fn scale(places: &[Point]) -> f64 {
    let mut sorted: Vec<&Point> = places.iter().collect();
    sorted.sort_by(|a, b| a.x.total_cmp(&b.x));
    let mut scale: f64 = 1.0;
    for (at, left) in sorted.iter().enumerate() {
        for right in sorted[at + 1..].iter().take_while(|right| right.x - left.x < ROOM.0) {
            let gap = right.x - left.x;
            if gap * MOST >= ROOM.0 && (right.y - left.y).abs() < ROOM.1 {
                scale = scale.max(ROOM.0 / gap);
            }
        }
    }
    // A few round factors: the same workflow with one node moved should not look another way.
    (scale * 4.0).ceil() / 4.0
}

/// Cards that were placed already, found by where they are.
#[derive(Default)]
pub(crate) struct Placed {
    cells: BTreeMap<(i64, i64), Vec<Card>>,
}

/// A card: its top left corner and how tall it is.
#[derive(Clone, Copy)]
struct Card {
    at: Point,
    height: f64,
}

impl Card {
    fn bottom(&self) -> f64 {
        self.at.y + self.height
    }

    fn covers(&self, other: &Self) -> bool {
        (self.at.x - other.at.x).abs() < limits::NODE_WIDTH
            && self.at.y < other.bottom()
            && other.at.y < self.bottom()
    }

    /// The cells that it lies in.
    fn cells(&self) -> impl Iterator<Item = (i64, i64)> + use<> {
        let column = (self.at.x / limits::NODE_WIDTH).floor() as i64;
        let row = |y: f64| (y / limits::NODE_HEIGHT).floor() as i64;
        (row(self.at.y)..=row(self.bottom())).map(move |row| (column, row))
    }
}

impl Placed {
    /// The nearest free place at or below `wanted` for a card of this height.
    pub(crate) fn place(&mut self, wanted: Point, height: f64) -> Point {
        let mut card = Card { at: wanted, height };
        while let Some(other) = self.hit(&card) {
            card.at.y = other.bottom() + limits::GRID;
        }
        for cell in card.cells() {
            self.cells.entry(cell).or_default().push(card);
        }
        card.at
    }

    /// The lowest of the cards in its way.
    fn hit(&self, card: &Card) -> Option<Card> {
        let near = card.cells().flat_map(|(x, y)| (x - 1..=x + 1).map(move |x| (x, y)));
        let cards = near.filter_map(|cell| self.cells.get(&cell)).flatten();
        let hits = cards.filter(|other| other.covers(card));
        hits.max_by(|a, b| a.bottom().total_cmp(&b.bottom())).copied()
    }

    /// The left end below everything that was placed: where nodes without a place begin.
    pub(crate) fn below(&self) -> Point {
        let all = || self.cells.values().flatten();
        if self.cells.is_empty() {
            return Point::default();
        }
        let left = all().map(|card| card.at.x).fold(f64::INFINITY, f64::min);
        let bottom = all().map(Card::bottom).fold(f64::NEG_INFINITY, f64::max);
        Point::new(left, bottom + limits::NODE_HEIGHT + 2.0 * limits::GRID)
    }
}

/// Columns for nodes without a place: each one further right than the nodes that lead to it.
pub(crate) fn columns(nodes: &[NodeId], wires: &[(NodeId, NodeId)]) -> BTreeMap<NodeId, usize> {
    let mut columns: BTreeMap<NodeId, usize> = nodes.iter().map(|id| (id.clone(), 0)).collect();
    // In a circle there is no end: as many rounds as there are nodes put any line in order.
    for _ in 0..nodes.len().min(200) {
        let mut moved = false;
        for (from, to) in wires.iter().filter(|(from, to)| from != to) {
            let Some(left) = columns.get(from).copied() else { continue };
            if let Some(right) = columns.get_mut(to)
                && *right <= left
                && left + 1 < nodes.len()
            {
                *right = left + 1;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    columns
}
