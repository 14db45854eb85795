//! The gesture under way: one file a state. Events go in, the next state comes out.

mod boxing;
mod connecting;
mod dragging;
mod idle;
mod panning;
mod pointing;
mod resizing;
mod rewiring;
mod slicing;

use reporunner_model::Point;

use boxing::Boxing;
use connecting::Connecting;
use dragging::Dragging;
pub(crate) use idle::Idle;
use panning::Panning;
use pointing::Pointing;
use resizing::Resizing;
use rewiring::Rewiring;
use slicing::Slicing;

use crate::{Editor, Event, Mods};

/// Distance a pointer moves before it drags, screen pixels.
const DRAG_START: f64 = 4.0;
/// Strip along the edge of the view in which a drag pans, screen pixels.
const EDGE: f64 = 36.0;
/// Fastest pan at the edge, screen pixels a millisecond.
const EDGE_SPEED: f64 = 1.1;
/// Zoom for one pixel of the wheel, as a power of two.
const WHEEL_ZOOM: f64 = 0.002;
/// Longest step of one wheel event, screen pixels: a coarse wheel must not jump.
const WHEEL_MOST: f64 = 240.0;

/// A gesture.
pub(crate) enum State {
    Idle(Idle),
    Pointing(Pointing),
    Panning(Panning),
    Boxing(Boxing),
    Dragging(Dragging),
    Connecting(Connecting),
    Rewiring(Rewiring),
    Slicing(Slicing),
    Resizing(Resizing),
}

impl Default for State {
    fn default() -> Self {
        Self::Idle(Idle)
    }
}

impl State {
    /// The state after `event`.
    pub(crate) fn on(self, editor: &mut Editor, event: &Event) -> Self {
        match event {
            Event::Wheel { at, dx, dy, mods } => {
                wheel(editor, *at, *dx, *dy, *mods);
                // What lies under the pointer is another place now.
                self.dispatch(editor, &Event::Move { at: *at, mods: *mods })
            }
            Event::Tick(ms) => {
                if edge_pan(editor, *ms) {
                    let (at, mods) = (editor.pointer, editor.mods);
                    self.dispatch(editor, &Event::Move { at, mods })
                } else {
                    self
                }
            }
            Event::Mods(mods) => {
                let at = editor.pointer;
                self.dispatch(editor, &Event::Move { at, mods: *mods })
            }
            event => self.dispatch(editor, event),
        }
    }

    fn dispatch(self, editor: &mut Editor, event: &Event) -> Self {
        match self {
            Self::Idle(state) => state.on(editor, event),
            Self::Pointing(state) => state.on(editor, event),
            Self::Panning(state) => state.on(editor, event),
            Self::Boxing(state) => state.on(editor, event),
            Self::Dragging(state) => state.on(editor, event),
            Self::Connecting(state) => state.on(editor, event),
            Self::Rewiring(state) => state.on(editor, event),
            Self::Slicing(state) => state.on(editor, event),
            Self::Resizing(state) => state.on(editor, event),
        }
    }

    /// Whether it pans at the edge of the view.
    pub(crate) fn wants_ticks(&self) -> bool {
        matches!(
            self,
            Self::Boxing(_) | Self::Dragging(_) | Self::Connecting(_) | Self::Rewiring(_)
        )
    }
}

fn wheel(editor: &mut Editor, at: Point, dx: f64, dy: f64, mods: Mods) {
    let step = |value: f64| value.clamp(-WHEEL_MOST, WHEEL_MOST);
    if mods.main || editor.options.drag_pans {
        editor.view.zoom_at(at, (-step(dy) * WHEEL_ZOOM).exp2());
        editor.view_moved();
    } else if mods.shift && dx == 0.0 {
        editor.pan_by(-dy, 0.0);
    } else {
        editor.pan_by(-dx, -dy);
    }
}

/// Pans while the pointer is at the edge of the view. Whether it did.
fn edge_pan(editor: &mut Editor, ms: f64) -> bool {
    let speed = |at: f64, extent: f64| {
        let near = |distance: f64| ((EDGE - distance) / EDGE).clamp(0.0, 1.0);
        (near(at) - near(extent - at)) * EDGE_SPEED * ms.clamp(0.0, 50.0)
    };
    let (at, size) = (editor.pointer, editor.view.size);
    let (dx, dy) = (speed(at.x, size.w), speed(at.y, size.h));
    if dx == 0.0 && dy == 0.0 {
        return false;
    }
    editor.pan_by(dx, dy);
    true
}
