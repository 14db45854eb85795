//! The page `/bench?n=N`: a made-up graph on the real canvas, and `window.__bench` to measure it.
//!
//! The graph is the same for every editor under test: a grid of columns, about 1.2 wires a node,
//! from a generator with a fixed seed. Nothing here is reached from the rest of the interface.

use std::sync::Arc;

use js_sys::{Object, Reflect};
use leptos::prelude::*;
use reporunner_model::{
    Appearance, Catalog, Edge, EdgeKey, Edit, Effect, Node, NodeDescription, NodeGroup, NodeId,
    Point, PortRule, TypeName, Workflow,
};
use wasm_bindgen::prelude::*;

use crate::browser;
use crate::canvas::{Canvas, CanvasHandle};

/// Distance between two columns and two rows of the graph, canvas units.
const COLUMN: f64 = 300.0;
const ROW: f64 = 120.0;
/// Nodes where the address names no number.
const NODES: usize = 100;

/// Name, line under it, icon and hue of each kind of node.
const KINDS: [(&str, &str, &str, u16); 12] = [
    ("HTTP Request", "GET: https://api.example.com/v1", "globe", 210),
    ("Postgres", "select: orders", "database", 260),
    ("Slack", "post: message", "hash", 330),
    ("If", "2 conditions", "git-fork", 150),
    ("Merge", "append", "git-merge", 40),
    ("Set fields", "manual mapping", "braces", 190),
    ("OpenAI Chat", "gpt: message", "bot", 120),
    ("Code", "javascript", "code", 20),
    ("Webhook", "POST /hook", "webhook", 280),
    ("Google Sheets", "append: sheet", "table", 90),
    ("Split out", "items", "list", 0),
    ("Filter", "keep matches", "filter", 230),
];

/// Whether the address asks for this page.
pub(crate) fn is_asked() -> bool {
    let path = web_sys::window().and_then(|window| window.location().pathname().ok());
    path.is_some_and(|path| path.trim_end_matches('/').ends_with("/bench"))
}

/// The page.
#[component]
pub(crate) fn Bench() -> impl IntoView {
    let asked = browser::query("n").and_then(|text| text.parse().ok());
    let count: usize = asked.unwrap_or(NODES).min(reporunner_model::limits::NODES);
    let dark = browser::query("theme").is_some_and(|theme| theme == "dark");
    let root = web_sys::window().and_then(|window| window.document()?.document_element());
    if let Some(root) = root {
        let _ = root.class_list().toggle_with_force("dark", dark);
    }
    let handle = CanvasHandle::new(graph(count), Arc::new(catalog()));
    handle.set_viewport(40.0, 40.0, 1.0);
    expose(handle);
    view! {
        <div class="rr-bench">
            <Canvas
                handle
                on_edits=Callback::new(|_| ())
                on_selection=Callback::new(|_| ())
                on_open=Callback::new(|_| ())
                on_picker=Callback::new(move |_| handle.dismiss())
                on_menu=Callback::new(|_| ())
                on_wire=Callback::new(|_| ())
                on_rename=Callback::new(|_| ())
                on_command=Callback::new(|_| ())
                on_paste=Callback::new(|_| ())
                on_announce=Callback::new(|_| ())
                minimap=Signal::derive(|| browser::query("map").is_some())
            />
        </div>
    }
}

fn catalog() -> Catalog {
    Catalog::new(KINDS.iter().enumerate().map(|(kind, (label, subtitle, icon, hue))| {
        let outputs = if has_two_outputs(kind) {
            PortRule::named(&["true", "false"])
        } else {
            PortRule::one()
        };
        NodeDescription {
            name: TypeName::new(format!("bench{kind}")),
            label: (*label).to_owned(),
            summary: String::new(),
            help: String::new(),
            group: NodeGroup::Other,
            aliases: Vec::new(),
            appearance: Appearance { icon: (*icon).to_owned(), hue: *hue },
            versions: vec!["1".to_owned()],
            inputs: PortRule::one(),
            outputs,
            required_inputs: Vec::new(),
            properties: Vec::new(),
            subtitles: vec![(*subtitle).to_owned()],
            effect: Effect::Pure,
            example: serde_json::Map::new(),
        }
    }))
}

fn has_two_outputs(kind: usize) -> bool {
    kind == 3 || kind == 11
}

fn id(number: usize) -> NodeId {
    NodeId::new(format!("n{number}"))
}

/// Mulberry32: the numbers that every editor under test draws its graph from.
fn random(seed: u32) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x6D2B_79F5);
        let mut mixed = (state ^ (state >> 15)).wrapping_mul(state | 1);
        mixed ^= mixed.wrapping_add((mixed ^ (mixed >> 7)).wrapping_mul(mixed | 61));
        f64::from(mixed ^ (mixed >> 14)) / 4_294_967_296.0
    }
}

/// The graph: a chain along each row, and now and then a wire to a row beside it.
fn graph(count: usize) -> Workflow {
    let columns = ((count as f64).sqrt().round() as usize).max(1);
    let rows = count.div_ceil(columns).max(1);
    let mut draw = random(42);
    let mut workflow = Workflow { name: "Bench".to_owned(), ..Workflow::default() };
    for number in 0..count {
        let (column, row, kind) = (number / rows, number % rows, number % 12);
        let name = format!("{} {number}", KINDS[kind].0);
        let mut node = Node::new(id(number), TypeName::new(format!("bench{kind}")), "1", name);
        node.position = Point::new(column as f64 * COLUMN, row as f64 * ROW);
        workflow.nodes.insert(node.id.clone(), node);
    }
    let at = |column: usize, row: Option<usize>| {
        let row = row.filter(|row| *row < rows)?;
        let number = column * rows + row;
        (column < columns && number < count).then_some(number)
    };
    for number in 0..count {
        let (column, row) = (number / rows, number % rows);
        let mut join = |to: Option<usize>, output| {
            if let Some(to) = to {
                let key = EdgeKey::main(id(number), output, id(to), 0);
                workflow.edges.insert(key, Edge::default());
            }
        };
        join(at(column + 1, Some(row)), 0);
        if draw() < 0.22 {
            let further = usize::from(draw() < 0.2);
            let beside = if draw() < 0.5 { row.checked_sub(1) } else { Some(row + 1) };
            let output = usize::from(has_two_outputs(number % 12));
            join(at(column + 1 + further, beside), output);
        }
    }
    workflow
}

/// Puts `window.__bench` on the page: set-up and read-back only, every gesture is real input.
fn expose(handle: CanvasHandle) {
    let bench = Object::new();
    let put = |name: &str, value: JsValue| {
        let _ = Reflect::set(&bench, &name.into(), &value);
    };
    put("lib", "reporunner".into());
    let ready = move || handle.mounted() > 0;
    put("ready", Closure::<dyn Fn() -> bool>::new(ready).into_js_value());
    let counts = move || {
        let (nodes, edges) = handle
            .read(|editor| (editor.scene().nodes.count(), editor.scene().wires.count()))
            .unwrap_or_default();
        let mounted = handle.mounted();
        record(&[
            ("nodes", nodes as f64),
            ("edges", edges as f64),
            ("domNodes", mounted as f64),
            ("domEdges", 0.0),
        ])
    };
    put("counts", Closure::<dyn Fn() -> JsValue>::new(counts).into_js_value());
    let set = move |x: f64, y: f64, zoom: f64| handle.set_viewport(x, y, zoom);
    put("setViewport", Closure::<dyn Fn(f64, f64, f64)>::new(set).into_js_value());
    let get = move || {
        let (x, y, zoom) = handle.viewport();
        record(&[("x", x), ("y", y), ("zoom", zoom)])
    };
    put("getViewport", Closure::<dyn Fn() -> JsValue>::new(get).into_js_value());
    let place = move |number: usize| {
        let rect = handle.read(|editor| {
            let nodes = &editor.scene().nodes;
            nodes.find(&id(number)).map(|node| nodes.rect(node))
        });
        let rect = rect.flatten().unwrap_or_default();
        record(&[("x", rect.x0), ("y", rect.y0), ("w", rect.width()), ("h", rect.height())])
    };
    put("nodePos", Closure::<dyn Fn(usize) -> JsValue>::new(place).into_js_value());
    let rect = move || {
        let at = handle.to_client(Point::default());
        let size = handle.read(|editor| editor.view().size).unwrap_or_default();
        record(&[("x", at.x), ("y", at.y), ("w", size.w), ("h", size.h)])
    };
    put("canvasRect", Closure::<dyn Fn() -> JsValue>::new(rect).into_js_value());
    let selected = move || handle.read(|editor| editor.selection().nodes.len()).unwrap_or(0);
    put("selectedCount", Closure::<dyn Fn() -> usize>::new(selected).into_js_value());
    let remote = move |number: usize, x: f64, y: f64| {
        handle.apply_edits(&[Edit::MoveNode { id: id(number), to: Point::new(x, y) }]);
    };
    put("remoteMove", Closure::<dyn Fn(usize, f64, f64)>::new(remote).into_js_value());
    if let Some(window) = web_sys::window() {
        let _ = Reflect::set(&window, &"__bench".into(), &bench);
    }
}

fn record(fields: &[(&str, f64)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        let _ = Reflect::set(&object, &(*name).into(), &(*value).into());
    }
    object.into()
}
