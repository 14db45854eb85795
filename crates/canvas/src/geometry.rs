//! Rectangles, wires as curves, and distances. Nothing here knows what a node is.

use reporunner_model::Point;

/// A rectangle by its edges.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rect {
    /// Left edge.
    pub x0: f64,
    /// Top edge.
    pub y0: f64,
    /// Right edge.
    pub x1: f64,
    /// Bottom edge.
    pub y1: f64,
}

impl Rect {
    /// The rectangle with this corner and extent.
    pub fn new(x: f64, y: f64, w: f64, h: f64) -> Self {
        Self { x0: x, y0: y, x1: x + w, y1: y + h }
    }

    /// The rectangle between two corners, whichever they are.
    pub fn between(a: Point, b: Point) -> Self {
        Self { x0: a.x.min(b.x), y0: a.y.min(b.y), x1: a.x.max(b.x), y1: a.y.max(b.y) }
    }

    /// Its width.
    pub fn width(&self) -> f64 {
        self.x1 - self.x0
    }

    /// Its height.
    pub fn height(&self) -> f64 {
        self.y1 - self.y0
    }

    /// Its middle.
    pub fn center(&self) -> Point {
        Point::new((self.x0 + self.x1) / 2.0, (self.y0 + self.y1) / 2.0)
    }

    /// The same, larger by `by` on every side.
    #[must_use]
    pub fn grown(&self, by: f64) -> Self {
        Self { x0: self.x0 - by, y0: self.y0 - by, x1: self.x1 + by, y1: self.y1 + by }
    }

    /// Whether the two share any point.
    pub fn touches(&self, other: &Self) -> bool {
        self.x0 <= other.x1 && self.x1 >= other.x0 && self.y0 <= other.y1 && self.y1 >= other.y0
    }

    /// Whether `point` lies in it.
    pub fn holds(&self, point: Point) -> bool {
        point.x >= self.x0 && point.x <= self.x1 && point.y >= self.y0 && point.y <= self.y1
    }

    /// Whether all of `other` lies in it.
    pub fn covers(&self, other: &Self) -> bool {
        self.x0 <= other.x0 && self.x1 >= other.x1 && self.y0 <= other.y0 && self.y1 >= other.y1
    }

    /// The smallest rectangle around both.
    #[must_use]
    pub fn around(&self, other: &Self) -> Self {
        Self {
            x0: self.x0.min(other.x0),
            y0: self.y0.min(other.y0),
            x1: self.x1.max(other.x1),
            y1: self.y1.max(other.y1),
        }
    }

    /// The smallest rectangle around all of them.
    pub fn around_all(rects: impl IntoIterator<Item = Self>) -> Option<Self> {
        rects.into_iter().reduce(|all, rect| all.around(&rect))
    }
}

/// The distance between two points.
pub fn distance(a: Point, b: Point) -> f64 {
    (a.x - b.x).hypot(a.y - b.y)
}

/// The multiple of `step` nearest to `value`.
pub fn snap(value: f64, step: f64) -> f64 {
    (value / step).round() * step
}

/// Shortest reach of a wire's horizontal tangents.
const REACH: f64 = 40.0;
/// How far a wire that leads back swings out beside its ports.
const SWING: f64 = 56.0;
/// How far below the lower port a wire that leads back passes.
const UNDERPASS: f64 = 76.0;
/// Pieces that a cubic is cut into where distances are measured.
const PIECES: usize = 16;

/// The course of a wire: one cubic, or three where it leads back and goes round.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WirePath {
    start: Point,
    cubics: [[Point; 3]; 3],
    count: usize,
}

impl WirePath {
    /// The wire from an output at `from` to an input at `to`.
    pub fn new(from: Point, to: Point) -> Self {
        let zero = [Point::default(); 3];
        let dx = to.x - from.x;
        if dx > -REACH {
            let reach = REACH.max(dx.abs() * 0.45);
            let cubic = [Point::new(from.x + reach, from.y), Point::new(to.x - reach, to.y), to];
            return Self { start: from, cubics: [cubic, zero, zero], count: 1 };
        }
        let apart = (to.y - from.y).abs();
        let middle = if apart > 2.0 * UNDERPASS {
            (from.y + to.y) / 2.0
        } else {
            from.y.max(to.y) + UNDERPASS
        };
        let out = from.x + SWING;
        let back = to.x - SWING;
        let cubics = [
            [Point::new(out, from.y), Point::new(out, middle), Point::new(from.x, middle)],
            [
                Point::new(from.x + dx / 3.0, middle),
                Point::new(from.x + dx * 2.0 / 3.0, middle),
                Point::new(to.x, middle),
            ],
            [Point::new(back, middle), Point::new(back, to.y), to],
        ];
        Self { start: from, cubics, count: 3 }
    }

    /// The wire from the head of a sub-node at `from` to the foot of the node that it serves at `to`.
    pub fn hanging(from: Point, to: Point) -> Self {
        let zero = [Point::default(); 3];
        let reach = REACH.max((from.y - to.y).abs() * 0.45);
        let cubic = [Point::new(from.x, from.y - reach), Point::new(to.x, to.y + reach), to];
        Self { start: from, cubics: [cubic, zero, zero], count: 1 }
    }

    /// Where it begins.
    pub fn start(&self) -> Point {
        self.start
    }

    /// Its pieces: two control points and an end each.
    pub fn cubics(&self) -> &[[Point; 3]] {
        &self.cubics[..self.count]
    }

    /// Where it ends.
    pub fn end(&self) -> Point {
        self.cubics[self.count - 1][2]
    }

    /// A rectangle that holds all of it.
    pub fn bounds(&self) -> Rect {
        let mut bounds = Rect::between(self.start, self.start);
        for point in self.cubics().iter().flatten() {
            bounds = bounds.around(&Rect::between(*point, *point));
        }
        bounds
    }

    /// The point at `t`, from 0 at the start to 1 at the end.
    pub fn at(&self, t: f64) -> Point {
        let scaled = t.clamp(0.0, 1.0) * self.count as f64;
        let piece = (scaled as usize).min(self.count - 1);
        let begin = if piece == 0 { self.start } else { self.cubics[piece - 1][2] };
        cubic_at(begin, &self.cubics[piece], scaled - piece as f64)
    }

    /// The distance from `point` to the wire, and where on it (see [`Self::at`]) that is.
    pub fn nearest(&self, point: Point) -> (f64, f64) {
        let steps = PIECES * self.count;
        let mut best = (f64::INFINITY, 0.0);
        let mut last = self.start;
        for step in 1..=steps {
            let next = self.at(step as f64 / steps as f64);
            let (distance, along) = to_segment(point, last, next);
            if distance < best.0 {
                best = (distance, (step as f64 - 1.0 + along) / steps as f64);
            }
            last = next;
        }
        best
    }

    /// Whether the straight line from `a` to `b` crosses it.
    pub fn crosses(&self, a: Point, b: Point) -> bool {
        let steps = PIECES * self.count;
        let mut last = self.start;
        (1..=steps).any(|step| {
            let next = self.at(step as f64 / steps as f64);
            let crossing = segments_cross(a, b, last, next);
            last = next;
            crossing
        })
    }
}

fn cubic_at(start: Point, [one, two, end]: &[Point; 3], t: f64) -> Point {
    let s = 1.0 - t;
    let (a, b, c, d) = (s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t);
    Point::new(
        a * start.x + b * one.x + c * two.x + d * end.x,
        a * start.y + b * one.y + c * two.y + d * end.y,
    )
}

/// The distance from `point` to the segment, and how far along it (0 to 1) the nearest point is.
fn to_segment(point: Point, a: Point, b: Point) -> (f64, f64) {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let length = dx * dx + dy * dy;
    let along = if length == 0.0 {
        0.0
    } else {
        (((point.x - a.x) * dx + (point.y - a.y) * dy) / length).clamp(0.0, 1.0)
    };
    (distance(point, Point::new(a.x + along * dx, a.y + along * dy)), along)
}

fn segments_cross(a: Point, b: Point, c: Point, d: Point) -> bool {
    let side = |p: Point, q: Point, r: Point| (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);
    let (c_side, d_side) = (side(a, b, c), side(a, b, d));
    let (a_side, b_side) = (side(c, d, a), side(c, d, b));
    (c_side > 0.0) != (d_side > 0.0) && (a_side > 0.0) != (b_side > 0.0)
}
