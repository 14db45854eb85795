//! What a card says and how large it is.

use reporunner_model::{
    Node, NodeDescription, NodeRunState, Point, PortKind, Ports, PropertyKind, limits, value_at,
};
use serde_json::Value;

use super::{Mark, Scene, Side};

/// Longest line under a name, characters.
const SUBTITLE_CHARS: usize = 120;
/// Most entries of a list that the line under a name spells out.
const LISTED: usize = 3;

/// Where port `slot` of `count` is, from the card's top.
fn port_y(height: f64, slot: usize, count: usize) -> f64 {
    height / 2.0 + (slot as f64 - (count as f64 - 1.0) / 2.0) * limits::PORT_STEP
}

/// Distance between two ports at a card's foot or head where there is room, canvas units.
const FOOT_STEP: f64 = 72.0;
/// Room at both ends of a foot, canvas units.
const FOOT_PAD: f64 = 30.0;

/// Where a port is, from the top left corner of a card of this height. Ports for items are at the
/// sides; a sub-node hangs by its head from the foot of the node that it serves.
pub fn port_place(ports: &Ports, height: f64, side: Side, slot: usize) -> Point {
    let list = if side == Side::Input { &ports.inputs } else { &ports.outputs };
    let main = list.get(slot).is_none_or(|port| port.kind.is_main());
    let same = || list.iter().filter(|port| port.kind.is_main() == main);
    let index = list.iter().take(slot).filter(|port| port.kind.is_main() == main).count();
    let count = same().count().max(1);
    match (main, side) {
        (true, Side::Input) => Point::new(0.0, port_y(height, index, count)),
        (true, Side::Output) => Point::new(limits::NODE_WIDTH, port_y(height, index, count)),
        (false, _) => {
            let gaps = (count - 1).max(1) as f64;
            let step = FOOT_STEP.min((limits::NODE_WIDTH - 2.0 * FOOT_PAD) / gaps);
            let x = limits::NODE_WIDTH / 2.0 + (index as f64 - (count as f64 - 1.0) / 2.0) * step;
            Point::new(x, if side == Side::Input { height } else { 0.0 })
        }
    }
}

/// What a kind of port that is not for items is called, in a word or two.
pub(super) fn kind_words(kind: &PortKind) -> String {
    let name = kind.as_str();
    let short = match name {
        "ai_languageModel" => "model",
        "ai_outputParser" => "parser",
        "ai_textSplitter" => "splitter",
        "ai_vectorStore" => "store",
        _ => name.strip_prefix("ai_").unwrap_or(name),
    };
    let mut words = String::new();
    for letter in short.chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

/// A type's own name, without that of the package it comes from.
fn short_name(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// The line under a node's name: the first of its type's subtitles whose parameters are all set,
/// else what the type is called. Where the node has the type's own name, what it is for instead.
pub fn subtitle(description: Option<&NodeDescription>, node: &Node) -> String {
    let Some(description) = description else {
        // A long name is cut; that it does not run must not be.
        return one_line(&format!("not here yet · {}", short_name(node.node_type.as_str())));
    };
    let params = Value::Object(node.params.clone());
    let filled = description
        .subtitles
        .iter()
        .find_map(|template| fill(template, &params, description))
        .unwrap_or_else(|| match is_called(&node.name, &description.label) {
            true => purpose(&description.summary),
            false => description.label.clone(),
        });
    one_line(&filled)
}

/// Whether a node has the name that its type gives it, with a number or not.
fn is_called(name: &str, label: &str) -> bool {
    name.strip_prefix(label)
        .is_some_and(|rest| rest.trim_start().bytes().all(|letter| letter.is_ascii_digit()))
}

/// What a type is for, in few words: the line is short.
fn purpose(summary: &str) -> String {
    let words = summary.trim_end_matches('.');
    words.strip_prefix("Starts the workflow ").unwrap_or(words).to_owned()
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
        // What was chosen from a list has a name; the rest of it is for programs.
        Value::Object(map) if map.contains_key("__rl") => {
            let of = |key: &str| map.get(key).and_then(Value::as_str);
            let mut named = [of("cachedResultName"), of("value")];
            // Typed by hand, the value is what counts; the name is from an earlier choice.
            if of("mode").is_some_and(|mode| mode != "list") {
                named.reverse();
            }
            let chosen = named.into_iter().flatten();
            let mut names = chosen.map(|text| text.strip_prefix('=').unwrap_or(text).trim());
            names.find(|text| !text.is_empty()).map(str::to_owned)
        }
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
