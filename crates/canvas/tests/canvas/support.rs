//! Graphs and gestures as text, so that a test reads like what a person does.

use std::sync::Arc;

use reporunner_canvas::{
    Button, Command, Editor, Event, KeyPress, Keymap, Matched, Mods, PortRef, Reaction, Side,
};
use reporunner_model::{
    Appearance, Catalog, Edge, EdgeKey, Effect, Node, NodeDescription, NodeGroup, NodeId, Note,
    NoteId, Point, PortRule, Property, Size, TypeName, Workflow,
};

/// Types: `trigger` (no input), `step` (one in, one out), `if` (two outputs), `merge` (two
/// inputs), `end` (no output).
pub(crate) fn catalog() -> Catalog {
    let describe = |name: &str, group, inputs, outputs| NodeDescription {
        name: TypeName::new(name),
        label: name.to_owned(),
        summary: String::new(),
        help: String::new(),
        group,
        aliases: Vec::new(),
        appearance: Appearance { icon: "box".to_owned(), hue: 210 },
        versions: vec!["1".to_owned()],
        inputs,
        outputs,
        required_inputs: Vec::new(),
        properties: vec![Property::text("url", "URL")],
        subtitles: vec!["to {url}".to_owned(), "does its step".to_owned()],
        effect: Effect::Pure,
        example: serde_json::Map::new(),
    };
    let one = PortRule::one;
    Catalog::new([
        describe("trigger", NodeGroup::Trigger, PortRule::none(), one()),
        describe("step", NodeGroup::Data, one(), one()),
        describe("if", NodeGroup::Flow, one(), PortRule::named(&["true", "false"])),
        describe("merge", NodeGroup::Flow, PortRule::named(&["first", "second"]), one()),
        describe("end", NodeGroup::Data, one(), PortRule::none()),
    ])
}

/// A workflow from lines: `a 0,0`, `b 400,0 if`, `a > b`, `b.1 > c.0`, `note n 0,200 240x160`,
/// `a off`, `a in c` (container).
#[track_caller]
pub(crate) fn workflow(text: &str) -> Workflow {
    let mut workflow = Workflow::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            [from, ">", to] => {
                let end = |text: &str| match text.split_once('.') {
                    Some((id, port)) => (NodeId::from(id), port.parse().expect("a port number")),
                    None => (NodeId::from(text), 0),
                };
                let ((from, from_port), (to, to_port)) = (end(from), end(to));
                let key = EdgeKey::main(from, from_port, to, to_port);
                workflow.edges.insert(key, Edge::default());
            }
            ["note", id, at, size] => {
                let (w, h) = size.split_once('x').expect("a size");
                let size = Size { w: w.parse().unwrap(), h: h.parse().unwrap() };
                let note = Note { color: 1, position: point(at), size, ..Note::default() };
                workflow.notes.insert(NoteId::from(id), note);
            }
            [id, "off"] => workflow.nodes.get_mut(id).expect("a node").on = false,
            [id, "in", parent] => {
                workflow.nodes.get_mut(id).expect("a node").parent = Some(NodeId::from(parent));
            }
            [id, at] => add(&mut workflow, id, at, "step"),
            [id, at, kind] => add(&mut workflow, id, at, kind),
            _ => panic!("no line of a graph: {line}"),
        }
    }
    workflow
}

fn add(workflow: &mut Workflow, id: &str, at: &str, kind: &str) {
    let mut node = Node::new(NodeId::from(id), TypeName::new(kind), "1", id);
    node.position = point(at);
    workflow.nodes.insert(NodeId::from(id), node);
}

#[track_caller]
fn point(text: &str) -> Point {
    let (x, y) = text.split_once(',').expect("a place is two numbers with a comma");
    Point::new(x.parse().expect("a number"), y.parse().expect("a number"))
}

/// The text of a workflow, as [`workflow`] reads it.
pub(crate) fn text(workflow: &Workflow) -> String {
    let mut lines = Vec::new();
    for (id, node) in &workflow.nodes {
        let kind = if node.node_type.as_str() == "step" { "" } else { node.node_type.as_str() };
        let line = format!("{id} {},{} {kind}", node.position.x, node.position.y);
        lines.push(line.trim_end().to_owned());
    }
    for (id, note) in &workflow.notes {
        let (at, size) = (note.position, note.size);
        lines.push(format!("note {id} {},{} {}x{}", at.x, at.y, size.w, size.h));
    }
    lines.extend(workflow.nodes.iter().filter(|(_, n)| !n.on).map(|(id, _)| format!("{id} off")));
    for (id, node) in &workflow.nodes {
        lines.extend(node.parent.iter().map(|parent| format!("{id} in {parent}")));
    }
    for key in workflow.edges.keys() {
        let end = |id: &NodeId, port: usize| match port {
            0 => id.to_string(),
            port => format!("{id}.{port}"),
        };
        lines.push(format!("{} > {}", end(&key.from, key.from_port), end(&key.to, key.to_port)));
    }
    lines.join("\n")
}

/// An editor with what it asked for so far.
pub(crate) struct Hand {
    pub(crate) editor: Editor,
    pub(crate) reactions: Vec<Reaction>,
    keymap: Keymap,
    ms: f64,
}

impl Hand {
    #[track_caller]
    pub(crate) fn on(graph: &str) -> Self {
        let mut count = 0;
        let fresh = move || {
            count += 1;
            format!("new{count}")
        };
        let mut editor = Editor::new(workflow(graph), Arc::new(catalog()), Box::new(fresh));
        editor.set_size(Size { w: 2000.0, h: 1600.0 });
        editor.set_view(400.0, 400.0, 1.0);
        Self { editor, reactions: Vec::new(), keymap: Keymap::default(), ms: 0.0 }
    }

    pub(crate) fn event(&mut self, event: Event) {
        let reactions = self.editor.event(event);
        self.reactions.extend(reactions);
    }

    pub(crate) fn command(&mut self, command: Command) {
        let reactions = self.editor.command(command);
        self.reactions.extend(reactions);
    }

    /// Does a step: `select a b`, `click a`, `double a`, `drag a by 100,40`, `drag a.0 to b`,
    /// `drag 10,10 to 300,300`, `key M+D`, each with `with Shift+Alt` where keys are held.
    #[track_caller]
    pub(crate) fn act(&mut self, step: &str) {
        let (step, keys) = step.split_once(" with ").unwrap_or((step, ""));
        let mods = mods(keys);
        let words: Vec<&str> = step.split_whitespace().collect();
        match words[..] {
            ["select", ref ids @ ..] => {
                let ids: Vec<NodeId> = ids.iter().map(|id| NodeId::from(*id)).collect();
                self.editor.select(&ids);
            }
            ["click", what] => self.click(what, mods),
            ["double", what] => {
                self.click(what, mods);
                self.click(what, mods);
            }
            ["drag", what, "by", by] => {
                let (from, by) = (self.place(what), point(by));
                self.drag(from, Point::new(from.x + by.x, from.y + by.y), mods);
            }
            ["drag", what, "to", to] => {
                let (from, to) = (self.place(what), self.place(to));
                self.drag(from, to, mods);
            }
            ["key", key] => self.key(key),
            ["escape", "during", "drag", what, "by", by] => {
                let (from, by) = (self.place(what), point(by));
                self.press(from, mods);
                let to = Point::new(from.x + by.x, from.y + by.y);
                self.glide(from, to, mods);
                self.event(Event::Cancel);
                self.release(to, mods);
            }
            _ => panic!("no step: {step}"),
        }
    }

    #[track_caller]
    pub(crate) fn key(&mut self, keys: &str) {
        let (held, key) = keys.rsplit_once('+').unwrap_or(("", keys));
        let code = format!("Key{}", key.to_uppercase());
        let press = KeyPress { key: key.to_owned(), code, mods: mods(held) };
        match self.keymap.press(&press) {
            Matched::Command(command) => self.command(command),
            Matched::Chord => {}
            Matched::None => panic!("no command has the key {keys}"),
        }
    }

    fn click(&mut self, what: &str, mods: Mods) {
        let at = self.place(what);
        self.press(at, mods);
        self.release(at, mods);
    }

    fn drag(&mut self, from: Point, to: Point, mods: Mods) {
        // Rests before and after, so that two steps are no double click.
        self.ms += 1000.0;
        self.press(from, mods);
        self.glide(from, to, mods);
        self.release(to, mods);
        self.ms += 1000.0;
    }

    pub(crate) fn press(&mut self, at: Point, mods: Mods) {
        self.ms += 10.0;
        self.event(Event::Move { at, mods });
        self.event(Event::Down { at, button: Button::Left, mods, ms: self.ms });
    }

    pub(crate) fn glide(&mut self, from: Point, to: Point, mods: Mods) {
        for step in 1..=8 {
            let share = f64::from(step) / 8.0;
            let at = Point::new(from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share);
            self.event(Event::Move { at, mods });
        }
    }

    pub(crate) fn release(&mut self, at: Point, mods: Mods) {
        self.ms += 10.0;
        self.event(Event::Up { at, button: Button::Left, mods, ms: self.ms });
    }

    /// The screen place of `a` (its card), `a.1` (an output), `a<1` (an input), `note:n`,
    /// `corner:n`, `wire:a>b` (its middle) or `10,20`.
    #[track_caller]
    pub(crate) fn place(&self, what: &str) -> Point {
        let scene = self.editor.scene();
        let node = |id: &str| scene.nodes.find(&NodeId::from(id)).expect("a node");
        let port = |id: &str, side, slot: &str| {
            scene.port_at(PortRef { node: node(id), side, slot: slot.parse().expect("a port") })
        };
        let note = |id: &str| {
            scene.notes.rects[scene.notes.find(&NoteId::from(id)).expect("a note") as usize]
        };
        let world = if what.contains(',') {
            point(what)
        } else if let Some((from, to)) = what.strip_prefix("wire:").and_then(|w| w.split_once('>'))
        {
            let key = EdgeKey::main(NodeId::from(from), 0, NodeId::from(to), 0);
            scene.wire_path(scene.wires.find(&key).expect("a wire")).at(0.5)
        } else if let Some(id) = what.strip_prefix("note:") {
            note(id).center()
        } else if let Some(id) = what.strip_prefix("corner:") {
            Point::new(note(id).x1, note(id).y1)
        } else if let Some((id, slot)) = what.split_once('.') {
            port(id, Side::Output, slot)
        } else if let Some((id, slot)) = what.split_once('<') {
            port(id, Side::Input, slot)
        } else {
            // Right of the name, so that a double click opens.
            let rect = scene.nodes.rect(node(what));
            Point::new(rect.x0 + 30.0, rect.y0 + 42.0)
        };
        self.editor.view().to_screen(world)
    }

    /// Labels of the changes that were reported.
    pub(crate) fn labels(&self) -> Vec<String> {
        let changes = self.reactions.iter().filter_map(|reaction| match reaction {
            Reaction::Change(change) => Some(change.label.clone()),
            _ => None,
        });
        changes.collect()
    }
}

#[track_caller]
fn mods(keys: &str) -> Mods {
    let mut mods = Mods::default();
    for key in keys.split('+').filter(|key| !key.is_empty()) {
        match key {
            "Shift" => mods.shift = true,
            "Alt" => mods.alt = true,
            "M" => mods.main = true,
            other => panic!("no modifier: {other}"),
        }
    }
    mods
}

/// Does `steps`, separated by `;`, on `before` and expects `after`. The same changes, applied to
/// the workflow as it was, must give the same.
#[track_caller]
pub(crate) fn test(before: &str, steps: &str, after: &str) -> Hand {
    let mut hand = Hand::on(before);
    for step in steps.split(';').map(str::trim).filter(|step| !step.is_empty()) {
        hand.act(step);
    }
    let wanted: Vec<&str> = after.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(text(hand.editor.workflow()), wanted.join("\n"), "after: {steps}");
    let mut replayed = workflow(before);
    for reaction in &hand.reactions {
        if let Reaction::Change(change) = reaction {
            for edit in &change.edits {
                edit.apply(&mut replayed).expect("a reported edit fits the workflow");
            }
        }
    }
    assert_eq!(text(&replayed), text(hand.editor.workflow()), "the reported edits say it all");
    hand
}
