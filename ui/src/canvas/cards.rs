//! The elements of cards: a pool, of which only those in view are on the page.
//!
//! An element keeps what it shows, so that a card that comes into view changes only what differs
//! from the one it showed before.

use std::collections::HashMap;
use std::fmt::Write as _;

use reporunner_canvas::{Mark, Nodes, RunInfo, Scene, Side, label_text, port_place};
use reporunner_model::{NodeRunState, Ports};
use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement, Text};

use super::icons::Icons;
use super::texts::{Fitted, Line};
use super::theme::Theme;

/// Marks that show on a card.
const SHOWN: u16 = Mark::OFF
    | Mark::PINNED
    | Mark::TRIGGER
    | Mark::UNKNOWN
    | Mark::SELECTED
    | Mark::HOT
    | Mark::PROBLEM
    | Mark::DIM
    | Mark::FOCUS
    | Mark::STALE;

/// What an element of the pool is made from.
const TEMPLATE: &str = "<span class=\"rr-node__tile\"><i class=\"rr-node__icon\"></i></span>\
    <b class=\"rr-node__title\"> </b><span class=\"rr-node__subtitle\"> </span>\
    <i class=\"rr-node__state rr-node__state--off\"></i><span class=\"rr-node__ports\"></span>";

/// What cards are shown with.
pub(super) struct Look<'l> {
    pub(super) scene: &'l Scene,
    pub(super) fitted: &'l mut Fitted,
    pub(super) icons: &'l mut Icons,
    pub(super) theme: &'l Theme,
}

/// One element and what it shows.
struct Card {
    root: HtmlElement,
    tile: HtmlElement,
    icon: HtmlElement,
    title: Text,
    subtitle: Text,
    state: HtmlElement,
    ports: Element,
    shown: Shown,
}

#[derive(Clone, Copy, PartialEq)]
struct Shown {
    title: u32,
    subtitle: u32,
    icon: u32,
    /// The hue of the tile; none where the type is not there.
    hue: Option<u16>,
    shape: u32,
    look: u32,
    labelled: bool,
    hidden: bool,
}

/// Shows nothing yet.
const NOTHING: Shown = Shown {
    title: u32::MAX,
    subtitle: u32::MAX,
    icon: u32::MAX,
    hue: Some(u16::MAX),
    shape: u32::MAX,
    look: u32::MAX,
    labelled: false,
    hidden: false,
};

/// The cards on the page.
pub(super) struct Cards {
    layer: HtmlElement,
    template: HtmlElement,
    /// By icon: cards of one type differ in little else.
    pool: HashMap<u32, Vec<Card>>,
    on: Vec<Option<Card>>,
    count: usize,
    classes: HashMap<u32, String>,
}

impl Cards {
    pub(super) fn new(page: &Document, layer: HtmlElement) -> Option<Self> {
        let template: HtmlElement = page.create_element("div").ok()?.dyn_into().ok()?;
        template.set_class_name("rr-node");
        template.set_inner_html(TEMPLATE);
        Some(Self {
            layer,
            template,
            pool: HashMap::new(),
            on: Vec::new(),
            count: 0,
            classes: HashMap::new(),
        })
    }

    /// How many are on the page.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn unmount(&mut self, node: u32) {
        if let Some(card) = self.on.get_mut(node as usize).and_then(Option::take) {
            self.pool.entry(card.shown.icon).or_default().push(card);
            self.count -= 1;
        }
    }

    /// Hides what went back to the pool and was not used again in this frame.
    pub(super) fn hide_spare(&mut self) {
        for card in self.pool.values_mut().flatten().filter(|card| !card.shown.hidden) {
            card.shown.hidden = true;
            let _ = card.root.style().set_property("display", "none");
        }
    }

    pub(super) fn mount(&mut self, node: u32, with: &mut Look<'_>) {
        let at = node as usize;
        if at >= self.on.len() {
            self.on.resize_with(with.scene.nodes.len().max(at + 1), || None);
        }
        if self.on[at].is_none() {
            let Some(mut card) = self.take(with.scene.nodes.icon[at]) else { return };
            if card.shown.hidden {
                card.shown.hidden = false;
                let _ = card.root.style().remove_property("display");
            }
            self.on[at] = Some(card);
            self.count += 1;
        }
        self.refresh(node, with);
        self.place(node, with.scene);
    }

    pub(super) fn place(&self, node: u32, scene: &Scene) {
        if let Some(card) = self.card(node) {
            let style = card.root.style();
            let _ = style.set_property("left", &format!("{}px", scene.nodes.x[node as usize]));
            let _ = style.set_property("top", &format!("{}px", scene.nodes.y[node as usize]));
        }
    }

    /// Shows texts, icon, ports and marks as they are now.
    pub(super) fn refresh(&mut self, node: u32, with: &mut Look<'_>) {
        if let Some(card) = self.on.get_mut(node as usize).and_then(Option::as_mut) {
            card.show_texts(node, with);
            card.show_tile(node, with);
            let nodes = &with.scene.nodes;
            let (shape, height) = (nodes.shape[node as usize], nodes.h[node as usize]);
            if card.shown.shape != shape {
                card.shown.shape = shape;
                card.ports.set_inner_html(&ports_html(nodes.ports(node), height));
                let _ = card.root.style().set_property("height", &format!("{height}px"));
            }
        }
        self.mark(node, with);
    }

    /// Shows marks and run state as they are now.
    pub(super) fn mark(&mut self, node: u32, with: &mut Look<'_>) {
        let look = look(&with.scene.nodes, node as usize);
        let Some(card) = self.on.get_mut(node as usize).and_then(Option::as_mut) else { return };
        let focused = with.scene.nodes.has(node, Mark::FOCUS);
        if focused || card.shown.labelled != focused {
            // Only the card the keyboard is on is spoken of; the rest is in the outline.
            card.shown.labelled = focused;
            if focused {
                card.root.set_id(&format!("rr-card-{node}"));
                let _ = card.root.set_attribute("role", "img");
                let _ = card.root.set_attribute("aria-label", &label_text(with.scene, node));
            } else {
                for name in ["id", "role", "aria-label"] {
                    let _ = card.root.remove_attribute(name);
                }
            }
        }
        if card.shown.look == look {
            return;
        }
        card.shown.look = look;
        let class = self.classes.entry(look).or_insert_with(|| class_of(look));
        card.root.set_class_name(class);
        let state = state_of(look);
        if let Some((icon, kind)) = state {
            picture(&card.state, with.icons, icon, with.theme.state(kind));
        }
        let kind = state.map_or("off", |(_, kind)| kind);
        card.state.set_class_name(&format!("rr-node__state rr-node__state--{kind}"));
    }

    /// Shows everything anew that depends on fonts, colours and icons.
    pub(super) fn forget(&mut self) {
        for card in self.on.iter_mut().flatten().chain(self.pool.values_mut().flatten()) {
            card.shown = Shown {
                hidden: card.shown.hidden,
                labelled: card.shown.labelled,
                shape: card.shown.shape,
                ..NOTHING
            };
        }
    }

    /// A spare element, one that shows this icon where there is one.
    fn take(&mut self, icon: u32) -> Option<Card> {
        let same = self.pool.get_mut(&icon).and_then(Vec::pop);
        let any = || self.pool.values_mut().find_map(Vec::pop);
        same.or_else(any).or_else(|| self.make())
    }

    fn card(&self, node: u32) -> Option<&Card> {
        self.on.get(node as usize)?.as_ref()
    }

    fn make(&self) -> Option<Card> {
        let root: HtmlElement = self.template.clone_node_with_deep(true).ok()?.dyn_into().ok()?;
        let children = root.children();
        let child = |at: u32| children.item(at);
        let text = |at: u32| child(at)?.first_child()?.dyn_into::<Text>().ok();
        let tile: HtmlElement = child(0)?.dyn_into().ok()?;
        let card = Card {
            icon: tile.first_element_child()?.dyn_into().ok()?,
            title: text(1)?,
            subtitle: text(2)?,
            state: child(3)?.dyn_into().ok()?,
            ports: child(4)?,
            tile,
            root,
            shown: NOTHING,
        };
        self.layer.append_child(&card.root).ok()?;
        Some(card)
    }
}

impl Card {
    fn show_texts(&mut self, node: u32, with: &mut Look<'_>) {
        let (nodes, texts) = (&with.scene.nodes, &with.scene.texts);
        let (title, subtitle) = (nodes.title[node as usize], nodes.subtitle[node as usize]);
        if self.shown.title != title {
            self.shown.title = title;
            self.title.set_data(with.fitted.get(texts, title, Line::Title));
        }
        if self.shown.subtitle != subtitle {
            self.shown.subtitle = subtitle;
            self.subtitle.set_data(with.fitted.get(texts, subtitle, Line::Subtitle));
        }
    }

    fn show_tile(&mut self, node: u32, with: &mut Look<'_>) {
        let (nodes, at) = (&with.scene.nodes, node as usize);
        let hue = (!nodes.has(node, Mark::UNKNOWN)).then_some(nodes.hue[at]);
        if (self.shown.icon, self.shown.hue) == (nodes.icon[at], hue) {
            return;
        }
        (self.shown.icon, self.shown.hue) = (nodes.icon[at], hue);
        let icon = with.scene.texts.get(nodes.icon[at]);
        picture(&self.icon, with.icons, icon, &with.theme.icon(hue));
        let hue = hue.unwrap_or_default();
        let _ = self.tile.style().set_property("--rr-hue", &hue.to_string());
    }
}

/// Shows an icon in a colour as an element's background.
fn picture(element: &HtmlElement, icons: &mut Icons, icon: &str, color: &str) {
    let image = icons.image(icon, color);
    let image = image.as_deref().unwrap_or("none");
    let _ = element.style().set_property("background-image", image);
}

/// Everything that shows of marks and state, as one number.
fn look(nodes: &Nodes, at: usize) -> u32 {
    let state = nodes.run[at].as_ref().map_or(0, |run: &RunInfo| state_number(run.state));
    u32::from(nodes.marks[at] & SHOWN) | state << 16
}

const STATES: [NodeRunState; 10] = [
    NodeRunState::Queued,
    NodeRunState::Running,
    NodeRunState::Retrying,
    NodeRunState::Waiting,
    NodeRunState::Succeeded,
    NodeRunState::Failed,
    NodeRunState::Cancelled,
    NodeRunState::Skipped,
    NodeRunState::Pinned,
    NodeRunState::Unknown,
];

fn state_number(state: NodeRunState) -> u32 {
    STATES.iter().position(|other| *other == state).map_or(0, |at| at as u32 + 1)
}

fn run_state(look: u32) -> Option<NodeRunState> {
    ((look >> 16) as usize).checked_sub(1).and_then(|at| STATES.get(at)).copied()
}

/// Icon and kind of the mark at the top right.
fn state_of(look: u32) -> Option<(&'static str, &'static str)> {
    let has = |mark: u16| look & u32::from(mark) != 0;
    match run_state(look) {
        Some(NodeRunState::Running) => Some(("loader-circle", "run")),
        Some(NodeRunState::Queued) => Some(("circle", "queued")),
        Some(NodeRunState::Retrying) => Some(("refresh-cw", "wait")),
        Some(NodeRunState::Waiting) => Some(("clock", "wait")),
        Some(NodeRunState::Failed) => Some(("circle-x", "fail")),
        Some(NodeRunState::Unknown) => Some(("circle-question-mark", "wait")),
        Some(NodeRunState::Cancelled) => Some(("circle-pause", "quiet")),
        _ if has(Mark::PINNED) => Some(("pin", "pin")),
        Some(NodeRunState::Pinned) => Some(("pin", "pin")),
        Some(NodeRunState::Succeeded) if has(Mark::STALE) => Some(("circle-check", "quiet")),
        Some(NodeRunState::Succeeded) => Some(("circle-check", "ok")),
        _ if has(Mark::PROBLEM) => Some(("circle-alert", "wait")),
        _ => None,
    }
}

fn class_of(look: u32) -> String {
    let mut class = "rr-node".to_owned();
    for (mark, name) in [
        (Mark::OFF, "off"),
        (Mark::PINNED, "pinned"),
        (Mark::TRIGGER, "trigger"),
        (Mark::UNKNOWN, "unknown"),
        (Mark::SELECTED, "selected"),
        (Mark::HOT, "hot"),
        (Mark::DIM, "dim"),
        (Mark::FOCUS, "focus"),
        (Mark::STALE, "stale"),
    ] {
        if look & u32::from(mark) != 0 {
            let _ = write!(class, " rr-node--{name}");
        }
    }
    match run_state(look) {
        Some(NodeRunState::Failed) => class.push_str(" rr-node--failed"),
        Some(NodeRunState::Running) => class.push_str(" rr-node--running"),
        Some(NodeRunState::Waiting | NodeRunState::Retrying) => class.push_str(" rr-node--waiting"),
        _ => {}
    }
    class
}

fn ports_html(ports: &Ports, height: f64) -> String {
    let mut html = String::new();
    for (side, list) in [(Side::Input, &ports.inputs), (Side::Output, &ports.outputs)] {
        let name = if side == Side::Input { "in" } else { "out" };
        for (slot, port) in list.iter().enumerate() {
            let at = port_place(ports, height, side, slot);
            if !port.kind.is_main() {
                html.push_str(&hanging_port(at.x, at.y, &port.label));
                continue;
            }
            let y = at.y;
            let error = side == Side::Output && ports.error_output && slot + 1 == list.len();
            let kind = if error { " rr-port--error" } else { "" };
            let _ = write!(html, "<i class=\"rr-port rr-port--{name}{kind}\" style=\"top:{y}px\">");
            if list.len() > 1 && !port.label.is_empty() {
                // Above the wire of an upper port, below that of a lower one.
                let place = if slot * 2 + 1 < list.len() { "up" } else { "down" };
                let label = escaped(&port.label);
                let _ = write!(
                    html,
                    "<em class=\"rr-port__label rr-port__label--{place}\">{label}</em>"
                );
            }
            html.push_str("</i>");
        }
    }
    html
}

/// The port of a sub-node, at a foot or a head; that of a foot says what it takes.
fn hanging_port(x: f64, y: f64, label: &str) -> String {
    let label = match label {
        "" => String::new(),
        label => format!("<em class=\"rr-port__label\">{}</em>", escaped(label)),
    };
    format!("<i class=\"rr-port rr-port--sub\" style=\"left:{x}px;top:{y}px\">{label}</i>")
}

/// Text that a person wrote, safe within markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
