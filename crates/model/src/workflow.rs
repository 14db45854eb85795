//! A workflow as a person sees it: nodes, edges, notes, positions, settings.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Item, NodeId, NoteId, PortKind, TypeName, WorkflowId, WorkflowSettings};

/// A workflow. Deleted nodes are not in it; edges with a missing end are not in it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Workflow {
    /// The same on every machine.
    pub id: WorkflowId,
    /// What people call it.
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// How it runs.
    pub settings: WorkflowSettings,
    /// The nodes.
    pub nodes: BTreeMap<NodeId, Node>,
    /// The wires. A key holds all there is to say but their order.
    pub edges: BTreeMap<EdgeKey, Edge>,
    /// Notes on the canvas.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub notes: BTreeMap<NoteId, Note>,
    /// Words to find it by.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<String>,
    /// Data that stands in for a node's first output when a person runs the draft.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub pins: BTreeMap<NodeId, Vec<Item>>,
    /// What an imported file said and we do not model, as JSON text; comes back out on export.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orig: Option<String>,
}

impl Workflow {
    /// An empty workflow.
    pub fn new(id: WorkflowId, name: impl Into<String>, timezone: impl Into<String>) -> Self {
        Self { id, name: name.into(), settings: WorkflowSettings::new(timezone), ..Self::default() }
    }

    /// The node with this name.
    pub fn node_named(&self, name: &str) -> Option<&Node> {
        self.nodes.values().find(|node| node.name == name)
    }

    /// The wires that leave `node`, in their order.
    pub fn edges_from<'w>(&'w self, node: &NodeId) -> Vec<&'w EdgeKey> {
        self.sorted_edges(|key| key.from == *node)
    }

    /// The wires that end at `node`, in their order.
    pub fn edges_to<'w>(&'w self, node: &NodeId) -> Vec<&'w EdgeKey> {
        self.sorted_edges(|key| key.to == *node)
    }

    fn sorted_edges(&self, keep: impl Fn(&EdgeKey) -> bool) -> Vec<&EdgeKey> {
        let mut edges: Vec<_> = self.edges.iter().filter(|(key, _)| keep(key)).collect();
        edges.sort_by(|(a_key, a), (b_key, b)| {
            (a_key.from_port, &a.order, *a_key).cmp(&(b_key.from_port, &b.order, *b_key))
        });
        edges.into_iter().map(|(key, _)| key).collect()
    }

    /// A name for a new node that no node has yet: `wanted`, `wanted1`, `wanted2` and so on.
    pub fn free_name(&self, wanted: &str) -> String {
        let taken: BTreeSet<&str> = self.nodes.values().map(|node| node.name.as_str()).collect();
        if !taken.contains(wanted) {
            return wanted.to_owned();
        }
        let stem = wanted.trim_end_matches(|c: char| c.is_ascii_digit());
        let stem = if stem.is_empty() { wanted } else { stem };
        let free = (1..).map(|number| format!("{stem}{number}"));
        free.into_iter().find(|name| !taken.contains(name.as_str())).unwrap_or_default()
    }
}

/// One step of a workflow.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Node {
    /// Its identity within the workflow.
    pub id: NodeId,
    /// What kind of step it is.
    #[serde(rename = "type")]
    pub node_type: TypeName,
    /// Version of its type, decimal text as written (`3.4`).
    pub v: String,
    /// What people and expressions call it; unique within the workflow.
    pub name: String,
    /// Where its card stands, canvas units of its top left corner.
    pub position: Point,
    /// Whether it takes part. A node that is off passes its first input on.
    pub on: bool,
    /// The container it lies in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<NodeId>,
    /// What a person wrote about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How it behaves around its run.
    #[serde(skip_serializing_if = "NodeFlags::is_default")]
    pub flags: NodeFlags,
    /// Name of the credential for each credential type it uses.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub creds: BTreeMap<String, String>,
    /// What an import saw and we do not model, as JSON text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orig: Option<String>,
    /// Its parameters, in n8n's shapes. Strings that start with `=` are expressions. Records in
    /// a list of records carry an `id`.
    pub params: Map<String, Value>,
}

impl Node {
    /// A node of this type with nothing set.
    pub fn new(
        id: NodeId,
        node_type: TypeName,
        v: impl Into<String>,
        name: impl Into<String>,
    ) -> Self {
        Self { id, node_type, v: v.into(), name: name.into(), on: true, ..Self::default() }
    }

    /// Version of its type as a number; 1 where the text is no number.
    pub fn type_version(&self) -> f64 {
        self.v.parse().unwrap_or(1.0)
    }
}

/// What happens when a node fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OnError {
    /// The run ends.
    #[default]
    StopWorkflow,
    /// The run goes on from the node's regular output.
    ContinueRegularOutput,
    /// The run goes on from an output of its own for errors.
    ContinueErrorOutput,
}

/// How a node behaves around its run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeFlags {
    /// What happens when it fails.
    pub on_error: OnError,
    /// Whether it is tried again when it fails.
    pub retry_on_fail: bool,
    /// Tries in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tries: Option<u32>,
    /// Wait between two tries, milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_between_tries: Option<u64>,
    /// Whether it gives one empty item where it would give none.
    pub always_output_data: bool,
    /// Whether it looks at the first item only.
    pub execute_once: bool,
    /// A run of it longer than this is ended, milliseconds; none means no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
}

impl NodeFlags {
    /// Whether nothing is set.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A place on the canvas, canvas units.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Downwards.
    pub y: f64,
}

impl Point {
    /// The point at `x`, `y`.
    pub fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }
}

/// An extent on the canvas, canvas units.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
pub struct Size {
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

/// A note on the canvas.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Note {
    /// What it says, Markdown.
    pub text: String,
    /// Number of its colour in the palette, from 1.
    pub color: u8,
    /// Where its top left corner is.
    pub position: Point,
    /// How large it is.
    pub size: Size,
    /// What an import saw and we do not model, as JSON text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orig: Option<String>,
}

/// Which ports a wire joins. Two wires with the same key are the same wire.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EdgeKey {
    /// The node it leaves.
    pub from: NodeId,
    /// Kind of both ports.
    pub kind: PortKind,
    /// Index of the output it leaves.
    pub from_port: usize,
    /// The node it ends at.
    pub to: NodeId,
    /// Index of the input it ends at.
    pub to_port: usize,
}

impl EdgeKey {
    /// A wire for items.
    pub fn main(from: NodeId, from_port: usize, to: NodeId, to_port: usize) -> Self {
        Self { from, kind: PortKind::main(), from_port, to, to_port }
    }
}

impl std::fmt::Display for EdgeKey {
    /// `src/type/index>dst/type/index`, the key in the document.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { from, kind, from_port, to, to_port } = self;
        write!(f, "{from}/{kind}/{from_port}>{to}/{kind}/{to_port}")
    }
}

impl std::str::FromStr for EdgeKey {
    type Err = crate::ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Node ids may hold `/` and `>` (imported ones), so each end is read from its right.
        let split = |end: &str| -> Option<(String, String, usize)> {
            let (rest, index) = end.rsplit_once('/')?;
            let (id, kind) = rest.rsplit_once('/')?;
            Some((id.to_owned(), kind.to_owned(), index.parse().ok()?))
        };
        text.match_indices('>')
            .find_map(|(at, _)| {
                let (from, kind, from_port) = split(&text[..at])?;
                let (to, to_kind, to_port) = split(&text[at + 1..])?;
                (kind == to_kind && !from.is_empty() && !to.is_empty()).then(|| Self {
                    from: NodeId::new(from),
                    kind: PortKind::new(kind),
                    from_port,
                    to: NodeId::new(to),
                    to_port,
                })
            })
            .ok_or_else(|| "".parse::<NodeId>().expect_err("empty text is no identifier"))
    }
}

impl Serialize for EdgeKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EdgeKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(|_| serde::de::Error::custom(format!("{text:?} is no edge key")))
    }
}

/// What a wire has besides its ends.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Edge {
    /// Place among the wires of the same output: text that sorts (a fractional index).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub order: String,
}
