//! Which page is shown: the address's hash, so that the page works under any path and in the
//! window alike.

use leptos::prelude::*;
use reporunner_model::{RunId, WorkflowId};
use wasm_bindgen::prelude::*;

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// The list of workflows.
    Home,
    /// The list of deleted workflows.
    Trash,
    /// A workflow.
    Workflow {
        /// Which.
        id: WorkflowId,
        /// What of it.
        tab: Tab,
    },
    /// The list of runs.
    Runs,
    /// A run on the canvas of its own workflow.
    Run {
        /// Which.
        id: RunId,
    },
    /// Settings of this machine.
    Settings,
    /// Measures the canvas.
    Bench,
    /// An address that means nothing.
    Unknown,
}

/// A part of a workflow's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// Canvas and panels.
    Editor,
    /// Its runs.
    Runs,
    /// Its versions.
    Versions,
}

impl Route {
    /// The page that `hash` names.
    pub fn parse(hash: &str) -> Self {
        let path = hash.trim_start_matches('#').split('?').next().unwrap_or_default();
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let workflow = |id: &str, tab| match decode(id).parse() {
            Ok(id) => Self::Workflow { id, tab },
            Err(_) => Self::Unknown,
        };
        match parts.as_slice() {
            [] => Self::Home,
            ["trash"] => Self::Trash,
            ["w", id] => workflow(id, Tab::Editor),
            ["w", id, "runs"] => workflow(id, Tab::Runs),
            ["w", id, "versions"] => workflow(id, Tab::Versions),
            ["runs"] => Self::Runs,
            ["runs", id] => decode(id).parse().map_or(Self::Unknown, |id| Self::Run { id }),
            ["settings"] => Self::Settings,
            ["bench"] => Self::Bench,
            _ => Self::Unknown,
        }
    }

    /// The hash that names this page.
    pub fn hash(&self) -> String {
        match self {
            Self::Home | Self::Unknown => "#/".to_owned(),
            Self::Trash => "#/trash".to_owned(),
            Self::Workflow { id, tab: Tab::Editor } => format!("#/w/{}", encode(id.as_str())),
            Self::Workflow { id, tab: Tab::Runs } => format!("#/w/{}/runs", encode(id.as_str())),
            Self::Workflow { id, tab: Tab::Versions } => {
                format!("#/w/{}/versions", encode(id.as_str()))
            }
            Self::Runs => "#/runs".to_owned(),
            Self::Run { id } => format!("#/runs/{}", encode(id.as_str())),
            Self::Settings => "#/settings".to_owned(),
            Self::Bench => "#/bench".to_owned(),
        }
    }

    /// The editor of a workflow.
    pub fn editor(id: WorkflowId) -> Self {
        Self::Workflow { id, tab: Tab::Editor }
    }
}

/// Percent-encodes what has a meaning in a hash.
fn encode(text: &str) -> String {
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok()));
        match hex.flatten() {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn hash() -> String {
    web_sys::window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}

/// The page shown, kept in step with the address. Called once, at the root.
pub fn watch() -> RwSignal<Route> {
    let route = RwSignal::new(Route::parse(&hash()));
    let on_change = Closure::<dyn Fn()>::new(move || {
        let next = Route::parse(&hash());
        if route.with_untracked(|current| *current != next) {
            route.set(next);
        }
    });
    if let Some(window) = web_sys::window() {
        // Lives as long as the page.
        let _ = window.add_event_listener_with_callback(
            "hashchange",
            on_change.into_js_value().unchecked_ref(),
        );
    }
    route
}

/// Goes to a page.
pub fn go(route: &Route) {
    if let Some(window) = web_sys::window() {
        let _ = window.location().set_hash(&route.hash());
    }
}
