//! What a card says and how large it is.

use reporunner_model::{Node, NodeDescription, NodeRunState, PropertyKind, limits, value_at};
use serde_json::Value;

use super::{Mark, Scene};

/// Distance between two ports of one side, canvas units.
const PORT_STEP: f64 = 24.0;
/// Longest line under a name, characters.
const SUBTITLE_CHARS: usize = 120;
/// Most entries of a list that the line under a name spells out.
const LISTED: usize = 3;

/// Height of a card with this many ports on its fuller side: on the grid, never below the usual.
pub fn card_height(ports: usize) -> f64 {
    let needed = (ports as f64 * PORT_STEP / limits::GRID).ceil() * limits::GRID;
    needed.max(limits::NODE_HEIGHT)
}

/// Where port `slot` of `count` is, from the card's top.
pub fn port_y(height: f64, slot: usize, count: usize) -> f64 {
    height / 2.0 + (slot as f64 - (count as f64 - 1.0) / 2.0) * PORT_STEP
}

/// The line under a node's name: the first of its type's subtitles whose parameters are all set,
/// else what the type is called.
pub fn subtitle(description: Option<&NodeDescription>, node: &Node) -> String {
    let Some(description) = description else {
        return format!("{} · not available here", node.node_type);
    };
    let params = Value::Object(node.params.clone());
    let filled = description
        .subtitles
        .iter()
        .find_map(|template| fill(template, &params, description))
        .unwrap_or_else(|| description.label.clone());
    one_line(&filled)
}

fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SUBTITLE_CHARS) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line,
    }
}

/// The template with its parameters put in; none where one is not set.
fn fill(template: &str, params: &Value, description: &NodeDescription) -> Option<String> {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, tail) = after.split_once('}')?;
        text.push_str(before);
        text.push_str(&parameter_text(name, params, description)?);
        rest = tail;
    }
    text.push_str(rest);
    Some(text)
}

fn parameter_text(name: &str, params: &Value, description: &NodeDescription) -> Option<String> {
    let path: Vec<String> = name.split('.').map(str::to_owned).collect();
    let (first, below) = path.split_first()?;
    let property = description.properties.iter().find(|property| property.name == *first);
    let value = value_at(params, &path)
        .or_else(|| value_at(&property?.default, below))
        .filter(|value| !value.is_null())?;
    if let Some(PropertyKind::Choice { options }) = property.map(|property| &property.kind)
        && let Some(option) = options.iter().find(|option| option.value == *value)
    {
        return Some(option.label.clone());
    }
    match value {
        Value::String(text) if text.trim().is_empty() => None,
        Value::String(text) => Some(text.strip_prefix('=').unwrap_or(text).trim().to_owned()),
        Value::Array(list) => Some(list_text(list)),
        Value::Object(map) => Some(map.len().to_string()),
        Value::Number(number) => Some(number_text(number)),
        other => Some(other.to_string()),
    }
}

/// A few words as they are, else how many there are.
fn list_text(list: &[Value]) -> String {
    let words: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
    match words {
        Some(words) if (1..=LISTED).contains(&words.len()) => words.join(", "),
        _ => list.len().to_string(),
    }
}

/// A number as people write it: a whole one without `.0`.
fn number_text(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(value) if value.fract() == 0.0 && value.abs() < 1e15 => format!("{value:.0}"),
        _ => number.to_string(),
    }
}

/// What a screen reader says of a node: name, type, state, what leads in and out.
pub fn label_text(scene: &Scene, node: u32) -> String {
    let nodes = &scene.nodes;
    let at = node as usize;
    let name = scene.texts.get(nodes.title[at]);
    let kind = scene.texts.get(nodes.kind[at]);
    let mut parts = vec![name.to_owned()];
    if !kind.is_empty() && kind != name {
        parts.push(kind.to_owned());
    }
    if nodes.has(node, Mark::OFF) {
        parts.push("off".to_owned());
    }
    if nodes.has(node, Mark::PINNED) {
        parts.push("data pinned".to_owned());
    }
    if let Some(state) = nodes.run[at].as_ref().map(|run| run.state) {
        parts.push(state_word(state).to_owned());
    }
    let ends = |wires: Vec<u32>, far: &dyn Fn(usize) -> u32| -> Vec<String> {
        let name = |wire: u32| scene.texts.get(nodes.title[far(wire as usize) as usize]).to_owned();
        wires.into_iter().map(name).collect()
    };
    let from = ends(scene.wires.ending_at(node), &|wire| scene.wires.from[wire]);
    let to = ends(scene.wires.leaving(node), &|wire| scene.wires.to[wire]);
    parts.push(joined("in from", &from).unwrap_or_else(|| {
        if nodes.ports(node).inputs.is_empty() { "starts a run" } else { "nothing leads in" }
            .to_owned()
    }));
    parts.push(joined("out to", &to).unwrap_or_else(|| "leads nowhere".to_owned()));
    parts.join(", ")
}

fn joined(before: &str, names: &[String]) -> Option<String> {
    match names {
        [] => None,
        [one] => Some(format!("{before} {one}")),
        [first, second] => Some(format!("{before} {first} and {second}")),
        [first, rest @ ..] => Some(format!("{before} {first} and {} more", rest.len())),
    }
}

fn state_word(state: NodeRunState) -> &'static str {
    match state {
        NodeRunState::Queued => "queued",
        NodeRunState::Running => "running",
        NodeRunState::Retrying => "waits to try again",
        NodeRunState::Waiting => "waiting",
        NodeRunState::Succeeded => "succeeded",
        NodeRunState::Failed => "failed",
        NodeRunState::Cancelled => "cancelled",
        NodeRunState::Skipped => "skipped",
        NodeRunState::Pinned => "used pinned data",
        NodeRunState::Unknown => "cut off, outcome unknown",
    }
}
