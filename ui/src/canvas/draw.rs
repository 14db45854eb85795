//! Painting the picture under the cards: frames, wires, counts, and cards too small to
//! read.

use reporunner_canvas::{
    BoxBatch, CUT_AT, Detail, Picture, Rect, Scene, WireBatch, WirePath, WireStyle,
};
use reporunner_model::{NodeRunState, Point};
use web_sys::CanvasRenderingContext2d as Context;

use super::theme::Theme;

/// Width of a wire, canvas units.
const WIRE: f64 = 2.0;
/// Least width of a wire, screen pixels.
const WIRE_LEAST: f64 = 0.7;
/// From this zoom on the names of cards that are boxes can be read.
const NAMES_FROM: f64 = 0.28;
/// Most boxes whose names are drawn: with more, a picture would take longer than a frame.
const NAMES_MOST: usize = 400;
/// Height of such a name where there is room, screen pixels.
const NAME_PX: f64 = 10.0;
/// Its height where it takes two lines, screen pixels.
const NAME_PX_SMALL: f64 = 8.5;
/// Width of a letter beside its height, about.
const LETTER: f64 = 0.54;
const FULL_TURN: f64 = std::f64::consts::TAU;

/// What painting needs besides the context.
pub(super) struct Brush<'b> {
    pub(super) scene: &'b Scene,
    pub(super) theme: &'b mut Theme,
    pub(super) zoom: f64,
}

/// Paints the whole picture. The context is in canvas units.
pub(super) fn picture(context: &Context, brush: &mut Brush<'_>, picture: &Picture) {
    for frame in &picture.frames {
        container(context, brush, *frame);
    }
    notes(context, brush, &picture.notes);
    for batch in &picture.wires {
        context.set_line_dash_offset(-picture.flow);
        wires(context, brush, batch, picture.straight);
    }
    context.set_line_dash_offset(0.0);
    boxes(context, brush, &picture.boxes, picture.detail);
    counts(context, brush, &picture.counts);
    times(context, brush, &picture.times);
}

/// How long each node took, under the right end of its card.
fn times(context: &Context, brush: &Brush<'_>, times: &[(u32, f64)]) {
    if times.is_empty() {
        return;
    }
    context.set_font(&format!("400 10.5px {}", brush.theme.font));
    context.set_text_align("right");
    context.set_text_baseline("middle");
    context.set_fill_style_str(&brush.theme.ink_2);
    for (node, ms) in times {
        let card = brush.scene.nodes.rect(*node);
        let text = crate::time::length((ms * 1000.0) as u64);
        let _ = context.fill_text(&text, card.x1 - 10.0, card.y1 + 10.0);
    }
}

fn container(context: &Context, brush: &Brush<'_>, frame: usize) {
    let Some(frame) = brush.scene.frames.get(frame) else { return };
    let rect = frame.rect;
    rounded(context, &rect, 14.0);
    context.set_global_alpha(0.55);
    context.set_fill_style_str(&brush.theme.panel);
    context.fill();
    context.set_global_alpha(1.0);
    context.set_stroke_style_str(&brush.theme.line_strong);
    context.set_line_width(1.0_f64.max(1.0 / brush.zoom));
    context.stroke();
    if brush.zoom >= 0.4 {
        let at = frame.node as usize;
        let texts = &brush.scene.texts;
        let (title, subtitle) =
            (texts.get(brush.scene.nodes.title[at]), texts.get(brush.scene.nodes.subtitle[at]));
        context.set_font(&format!("550 12px {}", brush.theme.font));
        context.set_text_align("left");
        context.set_text_baseline("middle");
        context.set_fill_style_str(&brush.theme.ink_2);
        let room = (rect.width() - 32.0).max(20.0);
        let text = format!("{title} · {subtitle}");
        let _ = context.fill_text_with_max_width(&text, rect.x0 + 16.0, rect.y0 + 18.0, room);
    }
}

fn notes(context: &Context, brush: &Brush<'_>, notes: &[u32]) {
    for note in notes {
        let at = *note as usize;
        let rect = brush.scene.notes.rects[at];
        context.set_fill_style_str(brush.theme.note(brush.scene.notes.color[at]));
        context.fill_rect(rect.x0, rect.y0, rect.width(), rect.height());
    }
}

/// Wires of one look, in one path.
pub(super) fn wires(context: &Context, brush: &Brush<'_>, batch: &WireBatch, straight: bool) {
    let thick = if batch.style == WireStyle::Selected { 1.5 } else { 1.0 };
    context.set_line_width((WIRE * thick).max(WIRE_LEAST / brush.zoom));
    context.set_stroke_style_str(brush.theme.wire(batch.style));
    let faint = matches!(batch.style, WireStyle::Faint | WireStyle::Struck);
    context.set_global_alpha(if faint { 0.4 } else { 1.0 });
    let dashed = batch.style == WireStyle::Flowing && !straight;
    set_dash(context, dashed.then_some([6.0, 5.0]));
    let is_main = |wire: &&u32| brush.scene.wires.key[**wire as usize].kind.is_main();
    stroke_all(context, brush, batch.wires.iter().filter(is_main), straight);
    // What hangs from a node carries no items: it is dotted.
    let mut hanging = batch.wires.iter().filter(|wire| !is_main(wire)).peekable();
    if hanging.peek().is_some() {
        set_dash(context, (!straight).then_some([3.0, 4.0]));
        stroke_all(context, brush, hanging, straight);
    }
    set_dash(context, None);
    context.set_global_alpha(1.0);
}

fn stroke_all<'w>(
    context: &Context,
    brush: &Brush<'_>,
    wires: impl Iterator<Item = &'w u32>,
    straight: bool,
) {
    context.begin_path();
    for wire in wires {
        let path = brush.scene.wire_path(*wire);
        let start = path.start();
        context.move_to(start.x, start.y);
        if straight {
            let end = path.end();
            context.line_to(end.x, end.y);
        } else {
            curve(context, &path);
        }
    }
    context.stroke();
}

pub(super) fn curve(context: &Context, path: &WirePath) {
    for [one, two, end] in path.cubics() {
        context.bezier_curve_to(one.x, one.y, two.x, two.y, end.x, end.y);
    }
}

pub(super) fn set_dash(context: &Context, dash: Option<[f64; 2]>) {
    let list = js_sys::Array::new();
    for length in dash.into_iter().flatten() {
        list.push(&length.into());
    }
    let _ = context.set_line_dash(&list);
}

/// Cards as boxes, in a few paths.
pub(super) fn boxes(
    context: &Context,
    brush: &mut Brush<'_>,
    batches: &[BoxBatch],
    detail: Detail,
) {
    if batches.is_empty() {
        return;
    }
    let nodes = &brush.scene.nodes;
    let all = || batches.iter().flat_map(|batch| batch.nodes.iter().copied());
    let rect = |node: u32| nodes.rect(node);
    context.set_fill_style_str(&brush.theme.panel);
    context.begin_path();
    for node in all() {
        let rect = rect(node);
        context.rect(rect.x0, rect.y0, rect.width(), rect.height());
    }
    context.fill();
    if detail >= Detail::Outlined {
        context.set_stroke_style_str(&brush.theme.line_strong);
        context.set_line_width(1.0 / brush.zoom);
        context.stroke();
    }
    for batch in batches {
        context.set_fill_style_str(brush.theme.tile(batch.hue));
        context.begin_path();
        for node in &batch.nodes {
            let rect = rect(*node);
            if detail == Detail::Spot {
                context.rect(rect.x0, rect.y0, 90.0, rect.height());
            } else {
                context.rect(rect.x0 + 11.0, rect.y0 + rect.height() / 2.0 - 18.0, 36.0, 36.0);
            }
        }
        context.fill();
    }
    let count: usize = batches.iter().map(|batch| batch.nodes.len()).sum();
    if detail >= Detail::Bars && brush.zoom >= NAMES_FROM && count <= NAMES_MOST {
        names(context, brush, all());
    } else if detail >= Detail::Bars {
        context.set_fill_style_str(&brush.theme.line_strong);
        context.begin_path();
        for node in all() {
            let rect = rect(node);
            let y = rect.y0 + rect.height() / 2.0;
            context.rect(rect.x0 + 57.0, y - 13.0, 110.0, 9.0);
            context.rect(rect.x0 + 57.0, y + 4.0, 70.0, 6.0);
        }
        context.fill();
    }
    let run = |node: u32| nodes.run[node as usize].as_ref().map(|run| run.state);
    if detail >= Detail::Bars {
        ended(context, brush, all().filter(|node| run(*node) == Some(NodeRunState::Succeeded)));
    }
    outlines(context, brush, all().filter(|node| run(*node) == Some(NodeRunState::Failed)), true);
    outlines(context, brush, all().filter(|node| run(*node) == Some(NodeRunState::Running)), false);
}

/// The names beside the tiles, large enough to be read: in two lines of smaller letters where one
/// is too short.
fn names(context: &Context, brush: &Brush<'_>, nodes: impl Iterator<Item = u32>) {
    context.set_text_align("left");
    context.set_text_baseline("middle");
    context.set_fill_style_str(&brush.theme.ink);
    let (one, two) = (NAME_PX / brush.zoom, NAME_PX_SMALL / brush.zoom);
    let mut set = 0.0;
    for node in nodes {
        let rect = brush.scene.nodes.rect(node);
        let name = brush.scene.texts.get(brush.scene.nodes.title[node as usize]);
        let room = rect.width() - 57.0 - 8.0;
        // Measuring each would cost more than drawing it.
        let letters = |size: f64| (room / (size * LETTER)) as usize;
        let fits = name.chars().count() <= letters(one);
        let size = if fits { one } else { two };
        if size != set {
            set = size;
            context.set_font(&format!("550 {size:.1}px {}", brush.theme.font));
        }
        let (x, y) = (rect.x0 + 57.0, rect.y0 + rect.height() / 2.0);
        let write = |text: &str, y: f64| {
            let _ = context.fill_text_with_max_width(text, x, y, room);
        };
        if fits {
            write(name, y);
            continue;
        }
        let (head, tail) = in_two(name, letters(two));
        // Small letters may be enough.
        let apart = if tail.is_empty() { 0.0 } else { size * 0.55 };
        write(&head, y - apart);
        write(&tail, y + apart);
    }
}

/// A text as two lines of at most `most` letters, broken between words where that is possible.
fn in_two(text: &str, most: usize) -> (String, String) {
    let end = |text: &str| text.char_indices().nth(most).map_or(text.len(), |(at, _)| at);
    let at = end(text);
    let fits = |space: usize| text[space..].trim_start().chars().count() <= most;
    let word = text[..at].rfind(' ');
    let word = word.filter(|space| at < text.len() && (fits(*space) || *space > at / 2));
    let (head, tail) = text.split_at(word.unwrap_or(at));
    let tail = tail.trim_start();
    if tail.chars().count() <= most {
        return (head.to_owned(), tail.to_owned());
    }
    let short: String = tail.chars().take(most.saturating_sub(1)).collect();
    (head.to_owned(), format!("{}…", short.trim_end()))
}

/// A spot at the corner of cards that ran well.
fn ended(context: &Context, brush: &Brush<'_>, nodes: impl Iterator<Item = u32>) {
    context.set_fill_style_str(&brush.theme.ok);
    for node in nodes {
        let rect = brush.scene.nodes.rect(node);
        disc(context, Point::new(rect.x1 - 2.0, rect.y0 + 2.0), (3.5 / brush.zoom).min(10.0));
        context.fill();
    }
}

fn outlines(context: &Context, brush: &Brush<'_>, nodes: impl Iterator<Item = u32>, failed: bool) {
    let mut nodes = nodes.peekable();
    if nodes.peek().is_none() {
        return;
    }
    context.set_stroke_style_str(if failed { &brush.theme.fail } else { &brush.theme.run });
    context.set_line_width(2.0 / brush.zoom);
    context.begin_path();
    for node in nodes {
        let rect = brush.scene.nodes.rect(node);
        context.rect(rect.x0, rect.y0, rect.width(), rect.height());
    }
    context.stroke();
}

/// The number of items near the middle of a wire.
fn counts(context: &Context, brush: &Brush<'_>, counts: &[(u32, usize)]) {
    if counts.is_empty() {
        return;
    }
    context.set_font(&format!("500 10.5px {}", brush.theme.font));
    context.set_text_align("center");
    context.set_text_baseline("middle");
    context.set_line_width(1.0);
    for (wire, count) in counts.iter().filter(|(_, count)| *count > 0) {
        let path = brush.scene.wire_path(*wire);
        let at = path.at(0.5);
        let text = grouped(*count);
        let width = text.len() as f64 * 6.2 + 12.0;
        let pill = Rect::new(at.x - width / 2.0, at.y - 9.0, width, 18.0);
        rounded(context, &pill, 9.0);
        context.set_fill_style_str(&brush.theme.bg);
        context.fill();
        context.set_stroke_style_str(&brush.theme.line);
        context.stroke();
        context.set_fill_style_str(&brush.theme.ok_ink);
        let _ = context.fill_text(&text, at.x, at.y + 0.5);
    }
}

/// `1,284`.
fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

pub(super) fn rounded(context: &Context, rect: &Rect, radius: f64) {
    context.begin_path();
    let _ = context.round_rect_with_f64(rect.x0, rect.y0, rect.width(), rect.height(), radius);
}

pub(super) fn disc(context: &Context, at: Point, radius: f64) {
    context.begin_path();
    let _ = context.arc(at.x, at.y, radius, 0.0, FULL_TURN);
}

/// The wire under the pointer: thicker, with a plus in the middle and a cut near its end.
pub(super) fn hovered(context: &Context, brush: &Brush<'_>, wire: u32) {
    let path = brush.scene.wire_path(wire);
    context.set_stroke_style_str(&brush.theme.accent);
    context.set_line_width((WIRE * 1.5).max(1.5 / brush.zoom));
    context.begin_path();
    context.move_to(path.start().x, path.start().y);
    curve(context, &path);
    context.stroke();
    if brush.zoom < 0.3 {
        return;
    }
    let scale = 1.0 / brush.zoom.max(0.5);
    let main = brush.scene.wires.key[wire as usize].kind.is_main();
    let buttons = [(path.at(0.5), false), (path.at(CUT_AT), true)];
    for (at, cross) in buttons.into_iter().filter(|(_, cross)| *cross || main) {
        disc(context, at, 9.0 * scale);
        context.set_fill_style_str(&brush.theme.panel);
        context.fill();
        context.set_stroke_style_str(&brush.theme.line_strong);
        context.set_line_width(scale);
        context.stroke();
        let arm = 4.0 * scale;
        let color = if cross { &brush.theme.fail } else { &brush.theme.accent };
        context.set_stroke_style_str(color);
        context.set_line_width(1.6 * scale);
        context.begin_path();
        let ends = if cross {
            [(-arm, -arm, arm, arm), (-arm, arm, arm, -arm)]
        } else {
            [(-arm, 0.0, arm, 0.0), (0.0, -arm, 0.0, arm)]
        };
        let short = if cross { 0.75 } else { 1.0 };
        for (x0, y0, x1, y1) in ends {
            context.move_to(at.x + x0 * short, at.y + y0 * short);
            context.line_to(at.x + x1 * short, at.y + y1 * short);
        }
        context.stroke();
    }
}

#[cfg(test)]
mod tests {
    use super::in_two;

    #[track_caller]
    fn check(text: &str, most: usize, head: &str, tail: &str) {
        assert_eq!(in_two(text, most), (head.to_owned(), tail.to_owned()));
    }

    #[test]
    fn a_long_name_takes_two_lines() {
        check("Set the number 7", 12, "Set the", "number 7");
        check("New message", 10, "New", "message");
        check("Donaudampfschifffahrt", 12, "Donaudampfsc", "hifffahrt");
        check("Fetch all of the open orders now", 12, "Fetch all", "of the open…");
        check("häää über", 12, "häää über", "");
    }
}
