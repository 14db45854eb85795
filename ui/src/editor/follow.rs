//! Keeps the canvas in step with the document, the run that is shown, settings and theme.

use std::collections::BTreeSet;
use std::time::Duration;

use leptos::prelude::*;
use reporunner_canvas::{Options, RunInfo};
use reporunner_model::{Edit, NodeId, NodeRun};
use reporunner_protocol::{CanvasView, PointerStyle, SaveView};

use super::desk::Desk;
use crate::canvas::CanvasHandle;

/// The least zoom a workflow is first shown at: texts on cards can be read.
const FIRST_ZOOM: f64 = 0.6;
/// Room left of the first node then, screen pixels.
const FIRST_MARGIN: f64 = 64.0;
/// How often it is seen whether something else is looked at.
const SAVE_VIEW_EVERY: Duration = Duration::from_secs(2);

/// Starts following. Called once, when the page is made.
pub(super) fn follow(desk: Desk) {
    let (editor, canvas) = (desk.editor, desk.canvas);
    editor.on_change(move |edits| {
        canvas.apply_edits(&edits);
        // A node that is back shows again how it fared.
        for edit in &edits {
            if let Edit::AddNode { node } = edit {
                let run = editor.run.with_untracked(|run| {
                    run.as_ref().and_then(|run| run.latest(&node.id)).map(info)
                });
                canvas.set_run(&node.id, run);
            }
        }
    });
    editor.on_reversed(move |edits| canvas.show_change(&edits));
    problems(desk);
    runs(desk);
    view(desk);
    Effect::new(move || {
        let drag_pans =
            editor.app.settings.with(|settings| settings.pointer == PointerStyle::Mouse);
        canvas.set_options(Options {
            drag_pans,
            read_only: editor.read_only,
            still: crate::browser::wants_no_motion(),
            ..Options::default()
        });
    });
    Effect::new(move || {
        editor.app.settings.with(|settings| settings.theme);
        // The class is on the root element by the next frame.
        request_animation_frame(move || canvas.theme_changed());
    });
    Effect::new(move || {
        // A panel may select a node; the canvas follows, and says nothing where it knows.
        let nodes: Vec<NodeId> =
            editor.selection.with(|selection| selection.nodes.iter().cloned().collect());
        let known = canvas.read(|canvas| {
            let known: BTreeSet<NodeId> = canvas.selected().into_iter().collect();
            known.iter().eq(nodes.iter())
        });
        if known == Some(false) {
            canvas.set_selection(&nodes);
        }
    });
}

fn problems(desk: Desk) {
    let nodes = Memo::new(move |_| {
        desk.editor.document.with(|document| {
            let nodes = document.problems.iter().filter_map(|problem| problem.node.clone());
            nodes.collect::<Vec<NodeId>>()
        })
    });
    Effect::new(move || desk.canvas.set_problems(&nodes.get()));
}

/// Tells the canvas only about nodes that fare otherwise than before.
fn runs(desk: Desk) {
    let shown = StoredValue::new((None, Vec::<NodeRun>::new()));
    Effect::new(move || {
        desk.editor.run.with(|run| {
            let Some(run) = run else {
                desk.canvas.clear_runs();
                shown.set_value((None, Vec::new()));
                return;
            };
            let (before, known) = shown.get_value();
            let same = before.as_ref() == Some(&run.summary.id);
            if !same {
                desk.canvas.clear_runs();
            }
            let nodes: BTreeSet<&NodeId> = run.nodes.keys().map(|(node, _)| node).collect();
            let latest: Vec<NodeRun> =
                nodes.into_iter().filter_map(|node| run.latest(node).cloned()).collect();
            for node in latest.iter().filter(|node| !same || !known.contains(node)) {
                desk.canvas.set_run(&node.node, Some(info(node)));
            }
            shown.set_value((Some(run.summary.id.clone()), latest));
        });
    });
}

fn info(run: &NodeRun) -> RunInfo {
    RunInfo { state: run.state, counts: run.output_counts.clone(), ms: run.micros as f64 / 1000.0 }
}

/// Shows what was looked at the last time, and keeps what is looked at.
fn view(desk: Desk) {
    let kept = desk.editor.document.with_untracked(|document| document.view);
    desk.canvas.once_sized(move || match kept {
        Some(view) => desk.canvas.set_kept_viewport(view.x, view.y, view.zoom),
        None => show_start(desk.canvas),
    });
    if desk.editor.read_only {
        return;
    }
    let (backend, id) = (desk.editor.app.backend, desk.editor.workflow_id());
    let saved = StoredValue::new(kept);
    let save = move || {
        let (x, y, zoom) = desk.canvas.viewport();
        let view = CanvasView { x, y, zoom };
        if saved.get_value() == Some(view) {
            return;
        }
        saved.set_value(Some(view));
        let id = id.clone();
        leptos::task::spawn_local(async move {
            // Where one looked is no loss.
            let _ = backend.call(SaveView { id, view }).await;
        });
    };
    // A window that is closed has no time left to say so.
    let timer = set_interval_with_handle(save.clone(), SAVE_VIEW_EVERY);
    on_cleanup(move || {
        if let Ok(timer) = timer {
            timer.clear();
        }
        save();
    });
}

/// Shows all of a workflow that nobody has looked at yet; of one too wide for that, its beginning.
fn show_start(canvas: CanvasHandle) {
    canvas.fit();
    if canvas.viewport().2 >= FIRST_ZOOM {
        return;
    }
    let start = canvas.read(|editor| {
        let nodes = &editor.scene().nodes;
        let leftmost = nodes.all().map(|node| nodes.rect(node));
        let first = leftmost.min_by(|one, other| one.x0.total_cmp(&other.x0))?;
        let middle = editor.view().size.h / 2.0;
        Some((FIRST_MARGIN - first.x0 * FIRST_ZOOM, middle - first.center().y * FIRST_ZOOM))
    });
    if let Some((x, y)) = start.flatten() {
        canvas.set_viewport(x, y, FIRST_ZOOM);
    }
}
