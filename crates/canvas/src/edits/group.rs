//! Groups: a frame goes round nodes and takes them along when it is moved.
//!
//! A group is nothing of its own in the document. Its frame is a note that `Group` made, which its
//! id says; where the frame is says what is in it. Any other note that lies behind nodes leaves
//! them where they are.

use reporunner_model::{Edit, Note, NoteId, Point, Size, limits::GRID};

use super::Graph;
use crate::{Rect, Scene};

/// Room between a frame and what lies in it, and for its name above that, canvas units.
pub(super) const PAD: f64 = 40.0;
const HEAD: f64 = 20.0;
/// What a new frame is called until somebody names it.
const NAME: &str = "# Group";
/// Its colour in the palette.
const COLOR: u8 = 6;

/// Puts a frame around nodes and notes; no edits where there are none.
pub fn group(graph: Graph<'_>, nodes: &[u32], notes: &[u32], id: NoteId) -> Vec<Edit> {
    let cards = nodes.iter().map(|node| graph.scene.nodes.rect(*node));
    let rects = cards.chain(notes.iter().map(|note| graph.scene.notes.rects[*note as usize]));
    let Some(all) = Rect::around_all(rects) else { return Vec::new() };
    let down = |value: f64| (value / GRID).floor() * GRID;
    let up = |value: f64| (value / GRID).ceil() * GRID;
    let position = Point::new(down(all.x0 - PAD), down(all.y0 - PAD - HEAD));
    let note = Note {
        text: NAME.to_owned(),
        color: COLOR,
        position,
        size: Size { w: up(all.x1 + PAD - position.x), h: up(all.y1 + PAD - position.y) },
        ..Note::default()
    };
    vec![Edit::AddNote { id, note }]
}

/// Takes away the frames among `notes` and those around `nodes`.
pub fn ungroup(graph: Graph<'_>, nodes: &[u32], notes: &[u32]) -> Vec<Edit> {
    let scene = graph.scene;
    let holds =
        |note: u32, node: u32| scene.notes.rects[note as usize].covers(&scene.nodes.rect(node));
    let frames = scene.notes.all().filter(|note| {
        let meant = notes.contains(note) || nodes.iter().any(|node| holds(*note, *node));
        meant && scene.notes.id[*note as usize].is_frame()
    });
    let ids = graph.note_ids(&frames.collect::<Vec<_>>());
    ids.into_iter().map(|id| Edit::RemoveNote { id }).collect()
}

impl Scene {
    /// The nodes and notes that lie wholly within `notes`, those themselves left out.
    pub fn held_by(&mut self, notes: &[u32]) -> (Vec<u32>, Vec<u32>) {
        let (mut nodes, mut inner, mut found) = (Vec::new(), Vec::new(), Vec::new());
        for note in notes {
            let frame = self.notes.rects[*note as usize];
            self.nodes_in(&frame, &mut found);
            nodes.extend(found.iter().filter(|node| frame.covers(&self.nodes.rect(**node))));
            self.notes_in(&frame, &mut found);
            let within = |other: &&u32| {
                !notes.contains(other) && frame.covers(&self.notes.rects[**other as usize])
            };
            inner.extend(found.iter().filter(within));
        }
        for list in [&mut nodes, &mut inner] {
            list.sort_unstable();
            list.dedup();
        }
        (nodes, inner)
    }
}
