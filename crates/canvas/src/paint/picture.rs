//! The picture under the cards: frames, wires, counts, and cards too small to read.

use std::collections::BTreeMap;

use super::mount::Mounts;
use super::{Detail, Frame, WIRE_MARGIN, is_still};
use crate::editor::Dirty;
use crate::{Editor, Flow, Mark, Rect};

/// Below this zoom wires are straight lines.
const STRAIGHT: f64 = 0.25;
/// Below this zoom the counts on wires cannot be read.
const COUNTS: f64 = 0.5;
/// Time between two pictures while items flow, milliseconds: often enough for the eye, and little
/// work in a run that takes hours.
const FLOW_MS: f64 = 50.0;
/// How fast the dashes of a wire go along, canvas units a millisecond.
const FLOW_SPEED: f64 = 0.03;
/// After this way the dashes look as before.
const FLOW_TURN: f64 = 11.0;

/// How a wire looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WireStyle {
    /// Nothing went through it.
    Idle,
    /// Faded: it leads to what is off, or a wire is drawn that it has no part in.
    Faint,
    /// Items went through it.
    Done,
    /// Errors went through it.
    Failed,
    /// Items are going through it.
    Flowing,
    /// A drop would take it away.
    Struck,
    /// It is selected.
    Selected,
}

/// Wires that look the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireBatch {
    /// How they look.
    pub style: WireStyle,
    /// Their numbers.
    pub wires: Vec<u32>,
}

/// Cards of one colour, drawn as boxes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxBatch {
    /// Hue of their tiles, degrees.
    pub hue: u16,
    /// Their numbers.
    pub nodes: Vec<u32>,
}

/// The picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Pan and zoom it is painted for.
    pub view: (f64, f64, f64),
    /// How much of a card is drawn.
    pub detail: Detail,
    /// Whether wires are straight lines.
    pub straight: bool,
    /// Numbers of the frames in [`crate::Scene::frames`].
    pub frames: Vec<usize>,
    /// Notes, where they are not elements.
    pub notes: Vec<u32>,
    /// The wires by look, in the order they are painted.
    pub wires: Vec<WireBatch>,
    /// How far the dashes of wires in flow have gone, canvas units.
    pub flow: f64,
    /// Wires with a count to write on them.
    pub counts: Vec<(u32, usize)>,
    /// Cards with the time they took to write under them, milliseconds.
    pub times: Vec<(u32, f64)>,
    /// Cards drawn as boxes, by colour.
    pub boxes: Vec<BoxBatch>,
}

/// Decides when the picture is painted anew.
#[derive(Debug, Default)]
pub(super) struct Picturing {
    painted: Option<(f64, f64, f64)>,
    /// Whether cards were waiting for their element in the last frame: boxes stand in for them.
    stood_in: bool,
    /// When a picture with wires in flow was painted.
    flowed_at: Option<f64>,
    found: Vec<u32>,
}

impl Picturing {
    pub(super) fn frame(
        &mut self,
        editor: &mut Editor,
        dirty: Dirty,
        mounts: &Mounts,
        ms: f64,
        frame: &mut Frame,
    ) {
        let flows = self.flowed_at.is_some_and(|at| ms - at >= FLOW_MS);
        let view = (editor.view.x, editor.view.y, editor.view.zoom);
        let (dx, dy) = match self.painted {
            Some((x, y, zoom)) if zoom == view.2 => (view.0 - x, view.1 - y),
            _ => (f64::INFINITY, 0.0),
        };
        let used_up = dx.abs() > WIRE_MARGIN || dy.abs() > WIRE_MARGIN;
        let anew = dirty.picture
            || (dirty.content && !editor.scene.frames.is_empty())
            || used_up
            || mounts.is_pending()
            || self.stood_in
            || flows
            || moved_in_sight(editor);
        self.stood_in = mounts.is_pending();
        if anew {
            self.painted = Some(view);
            let picture = self.paint(editor, mounts, ms);
            let flowing = picture.wires.iter().any(|batch| batch.style == WireStyle::Flowing);
            let moves = flowing && !picture.straight && !editor.options.still;
            self.flowed_at = moves.then_some(ms);
            frame.picture = Some(picture);
        } else if dirty.view {
            frame.shift = Some((dx, dy));
        }
    }

    /// Whether the picture moves by itself.
    pub(super) fn is_flowing(&self) -> bool {
        self.flowed_at.is_some()
    }

    fn paint(&mut self, editor: &mut Editor, mounts: &Mounts, ms: f64) -> Picture {
        let zoom = editor.view.zoom;
        let area = editor.view.world().grown(WIRE_MARGIN / zoom);
        let detail = Detail::at(zoom);
        editor.scene.wires_in(&area, &mut self.found);
        let mut wires: BTreeMap<WireStyle, Vec<u32>> = BTreeMap::new();
        let mut counts = Vec::new();
        for wire in self.found.iter().copied() {
            let at = wire as usize;
            let ends = [editor.scene.wires.from[at], editor.scene.wires.to[at]];
            if ends.iter().all(|node| is_still(editor, *node)) {
                wires.entry(style(editor, wire)).or_default().push(wire);
                let count = editor.scene.wires.count_of(wire, &editor.scene.nodes);
                counts.extend(count.filter(|_| zoom >= COUNTS).map(|count| (wire, count)));
            }
        }
        let mut notes = Vec::new();
        if detail != Detail::Card {
            editor.scene.notes_in(&area, &mut notes);
        }
        editor.scene.nodes_in(&area, &mut self.found);
        let mut boxes: BTreeMap<u16, Vec<u32>> = BTreeMap::new();
        let small = detail != Detail::Card;
        let mut times = Vec::new();
        for node in self.found.iter().copied() {
            let run = editor.scene.nodes.run[node as usize].as_ref();
            if let Some(run) = run.filter(|run| run.ms > 0.0 && !small && is_still(editor, node)) {
                times.push((node, run.ms));
            }
            let waits = mounts.is_pending() && !mounts.has(node);
            if (small || waits) && is_still(editor, node) {
                boxes.entry(editor.scene.nodes.hue[node as usize]).or_default().push(node);
            }
        }
        let frames = editor.scene.frames.iter().enumerate();
        Picture {
            view: (editor.view.x, editor.view.y, zoom),
            detail,
            straight: zoom < STRAIGHT,
            frames: frames.filter(|(_, f)| f.rect.touches(&area)).map(|(at, _)| at).collect(),
            notes,
            wires: batches(wires),
            flow: if editor.options.still { 0.0 } else { (ms * FLOW_SPEED) % FLOW_TURN },
            counts,
            times,
            boxes: boxes.into_iter().map(|(hue, nodes)| BoxBatch { hue, nodes }).collect(),
        }
    }
}

/// Whether a card that moved shows in the picture, itself or by a wire.
fn moved_in_sight(editor: &Editor) -> bool {
    let zoom = editor.view.zoom;
    let area = editor.view.world().grown(WIRE_MARGIN / zoom);
    let small = Detail::at(zoom) != Detail::Card;
    let shows = |rect: Rect| rect.touches(&area);
    editor.moved.iter().copied().filter(|node| is_still(editor, *node)).any(|node| {
        let mut wired = small && shows(editor.scene.nodes.rect(node));
        editor.scene.wires.each_of(node, |wire| {
            wired = wired || shows(editor.scene.wire_path(wire).bounds());
        });
        // Where it was shows too, but it came from there by a move that was painted or is small.
        wired || shows(editor.scene.nodes.rect(node))
    })
}

/// The wires of what is being dragged.
pub(super) fn hot_wires(editor: &Editor) -> Vec<WireBatch> {
    let mut seen = vec![false; editor.scene.wires.len()];
    let mut wires: BTreeMap<WireStyle, Vec<u32>> = BTreeMap::new();
    for node in &editor.hot {
        editor.scene.wires.each_of(*node, |wire| {
            if !std::mem::replace(&mut seen[wire as usize], true) {
                wires.entry(style(editor, wire)).or_default().push(wire);
            }
        });
    }
    batches(wires)
}

fn batches(wires: BTreeMap<WireStyle, Vec<u32>>) -> Vec<WireBatch> {
    wires.into_iter().map(|(style, wires)| WireBatch { style, wires }).collect()
}

fn style(editor: &Editor, wire: u32) -> WireStyle {
    if editor.struck.contains(&wire) {
        return WireStyle::Struck;
    }
    if editor.selection.wire == Some(wire) {
        return WireStyle::Selected;
    }
    let at = wire as usize;
    let nodes = &editor.scene.nodes;
    let ends = [editor.scene.wires.from[at], editor.scene.wires.to[at]];
    if ends.iter().any(|node| nodes.has(*node, Mark::OFF) || nodes.has(*node, Mark::DIM)) {
        return WireStyle::Faint;
    }
    match editor.scene.wires.flow(wire, nodes) {
        Flow::Idle => WireStyle::Idle,
        Flow::Flowing => WireStyle::Flowing,
        Flow::Done => WireStyle::Done,
        Flow::Failed => WireStyle::Failed,
    }
}
