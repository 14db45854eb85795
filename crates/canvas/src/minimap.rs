//! The whole graph in a small box, and the part of it that is in view.

use reporunner_model::{NodeRunState, Point, Size};

use crate::{Editor, Mark, Rect};

/// Room kept at the edge, pixels of the map.
const PAD: f64 = 6.0;
/// The map's extents, the larger one first, and the least view for each, screen pixels.
const EXTENTS: [(Size, Size); 2] = [
    (Size { w: 150.0, h: 92.0 }, Size { w: 760.0, h: 440.0 }),
    (Size { w: 110.0, h: 68.0 }, Size { w: 560.0, h: 300.0 }),
];
/// Room between the map and the edges of the view, screen pixels.
const MARGIN: f64 = 14.0;
/// Room between the map and a card, screen pixels.
const BESIDE: f64 = 4.0;

/// How the world maps into a small box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Minimap {
    scale: f64,
    left: f64,
    top: f64,
}

impl Minimap {
    /// The map of everything and of what is in view, in a box of this extent. None where there is
    /// nothing to show.
    pub fn new(editor: &Editor, width: f64, height: f64) -> Option<Self> {
        let all = editor.scene().bounds()?.around(&editor.view().world());
        let across = (width - 2.0 * PAD) / all.width().max(1.0);
        let down = (height - 2.0 * PAD) / all.height().max(1.0);
        let scale = across.min(down);
        let middle = all.center();
        Some(Self {
            scale,
            left: width / 2.0 - middle.x * scale,
            top: height / 2.0 - middle.y * scale,
        })
    }

    /// Where a part of the world is on the map.
    pub fn place(&self, world: &Rect) -> Rect {
        Rect {
            x0: world.x0 * self.scale + self.left,
            y0: world.y0 * self.scale + self.top,
            x1: world.x1 * self.scale + self.left,
            y1: world.y1 * self.scale + self.top,
        }
    }

    /// The world point under a point of the map.
    pub fn to_world(&self, at: Point) -> Point {
        Point::new((at.x - self.left) / self.scale, (at.y - self.top) / self.scale)
    }
}

impl Editor {
    /// Shows the part of the world around the point of the map that was pressed.
    pub fn go_to(&mut self, map: &Minimap, at: Point) -> Vec<crate::Reaction> {
        self.view.center(map.to_world(at));
        self.view_moved();
        self.take_out()
    }
}

impl Editor {
    /// Where the map goes, screen pixels: the corner where it covers nothing, else while the view
    /// moves one where it covers no card that matters. `now` is where it is: it stays there if it
    /// may. None where there is no such corner, or the view is too small for a map.
    pub fn map_place(&self, now: Option<Rect>, moving: bool) -> Option<Rect> {
        let size = self.view.size;
        let (map, _) = EXTENTS.iter().find(|(_, least)| size.w >= least.w && size.h >= least.h)?;
        let (right, bottom) = (size.w - MARGIN - map.w, size.h - MARGIN - map.h);
        let corners = [(right, bottom), (MARGIN, bottom), (right, MARGIN), (MARGIN, MARGIN)];
        let corners = corners.map(|(left, top)| Rect::new(left, top, map.w, map.h));
        let first = now.filter(|now| corners.contains(now));
        let places: Vec<Rect> = first.into_iter().chain(corners).collect();
        let passing = |place: &&Rect| moving && !self.covers(place, |node| self.matters(node));
        let stays = first.as_ref().filter(passing);
        let free = || places.iter().find(|place| !self.covers(place, |_| true));
        stays.or_else(free).or_else(|| places.iter().find(passing)).copied()
    }

    /// Whether a card that is meant lies under a place of the screen.
    fn covers(&self, place: &Rect, meant: impl Fn(u32) -> bool) -> bool {
        let corner = |x, y| self.view.to_world(Point::new(x, y));
        let area = Rect::between(corner(place.x0, place.y0), corner(place.x1, place.y1));
        let area = area.grown(BESIDE / self.view.zoom);
        let nodes = &self.scene.nodes;
        nodes.all().any(|node| nodes.rect(node).touches(&area) && meant(node))
    }

    /// Whether a card is looked at: it is selected, has the keyboard, runs or failed.
    fn matters(&self, node: u32) -> bool {
        let nodes = &self.scene.nodes;
        let run = nodes.run[node as usize].as_ref().map(|run| run.state);
        nodes.has(node, Mark::SELECTED)
            || nodes.has(node, Mark::FOCUS)
            || matches!(run, Some(NodeRunState::Running | NodeRunState::Failed))
    }
}
