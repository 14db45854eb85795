//! Painting what moves with the hand, over everything else.

use reporunner_canvas::{Detail, Ghost, Overlay, Rect};
use reporunner_model::Point;
use web_sys::CanvasRenderingContext2d as Context;

use super::draw::{self, Brush};

/// Paints what is drawn in canvas units. The context is in those.
pub(super) fn world(context: &Context, brush: &mut Brush<'_>, overlay: &Overlay) {
    let straight = brush.zoom < 0.25;
    for batch in &overlay.wires {
        draw::wires(context, brush, batch, straight);
    }
    if !overlay.boxes.is_empty() {
        boxes(context, brush, &overlay.boxes);
    }
    selected(context, brush, &overlay.selected);
    if let Some(wire) = overlay.hovered.filter(|wire| brush.scene.wires.is_alive(*wire)) {
        draw::hovered(context, brush, wire);
    }
    for ghost in &overlay.ghosts {
        self::ghost(context, brush, ghost);
    }
    copies(context, brush, &overlay.copies);
    slice(context, brush, &overlay.slice);
}

/// Paints the rectangle that selects. The context is in screen pixels.
pub(super) fn marquee(context: &Context, brush: &Brush<'_>, rect: &Rect) {
    context.begin_path();
    context.rect(rect.x0 + 0.5, rect.y0 + 0.5, rect.width(), rect.height());
    context.set_fill_style_str(&brush.theme.accent);
    context.set_global_alpha(0.08);
    context.fill();
    context.set_global_alpha(1.0);
    context.set_stroke_style_str(&brush.theme.accent);
    context.set_line_width(1.0);
    context.stroke();
}

fn boxes(context: &Context, brush: &mut Brush<'_>, nodes: &[u32]) {
    let mut batches: std::collections::BTreeMap<u16, Vec<u32>> = Default::default();
    for node in nodes {
        batches.entry(brush.scene.nodes.hue[*node as usize]).or_default().push(*node);
    }
    let batches: Vec<_> = batches
        .into_iter()
        .map(|(hue, nodes)| reporunner_canvas::BoxBatch { hue, nodes })
        .collect();
    draw::boxes(context, brush, &batches, Detail::at(brush.zoom));
}

fn selected(context: &Context, brush: &Brush<'_>, nodes: &[u32]) {
    if nodes.is_empty() {
        return;
    }
    context.begin_path();
    let pad = 3.0 / brush.zoom;
    for node in nodes {
        let rect = brush.scene.nodes.rect(*node).grown(pad);
        context.rect(rect.x0, rect.y0, rect.width(), rect.height());
    }
    context.set_fill_style_str(&brush.theme.accent);
    context.set_global_alpha(0.28);
    context.fill();
    context.set_global_alpha(1.0);
}

/// A wire that is being drawn. A wire from an input is drawn from its other end, so that its
/// tangents point the right way.
fn ghost(context: &Context, brush: &Brush<'_>, ghost: &Ghost) {
    let path = brush.scene.ghost_path(ghost.from, ghost.to);
    context.set_stroke_style_str(&brush.theme.accent);
    context.set_line_width(2.0_f64.max(1.5 / brush.zoom));
    context.begin_path();
    context.move_to(path.start().x, path.start().y);
    draw::curve(context, &path);
    context.stroke();
    let radius = if ghost.target.is_some() { 8.0 } else { 4.0 };
    draw::disc(context, ghost.to, radius / brush.zoom.max(0.5));
    if ghost.target.is_some() {
        context.set_line_width(3.0 / brush.zoom.max(0.5));
        context.stroke();
    } else {
        context.set_fill_style_str(&brush.theme.accent);
        context.fill();
    }
}

fn copies(context: &Context, brush: &Brush<'_>, rects: &[Rect]) {
    if rects.is_empty() {
        return;
    }
    context.set_stroke_style_str(&brush.theme.accent);
    context.set_line_width(1.5 / brush.zoom);
    draw::set_dash(context, Some([5.0 / brush.zoom, 4.0 / brush.zoom]));
    context.begin_path();
    for rect in rects {
        context.rect(rect.x0, rect.y0, rect.width(), rect.height());
    }
    context.stroke();
    draw::set_dash(context, None);
}

fn slice(context: &Context, brush: &Brush<'_>, line: &[Point]) {
    let [first, rest @ ..] = line else { return };
    context.set_stroke_style_str(&brush.theme.fail);
    context.set_line_width(1.5 / brush.zoom);
    context.begin_path();
    context.move_to(first.x, first.y);
    for point in rest {
        context.line_to(point.x, point.y);
    }
    context.stroke();
}
