//! The whole graph in a small box, and the part of it that is in view.

use reporunner_model::Point;

use crate::{Editor, Rect};

/// Room kept at the edge, pixels of the map.
const PAD: f64 = 6.0;

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
