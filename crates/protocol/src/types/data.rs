//! What nodes gave, a page at a time, and expressions tried on it.

use reporunner_model::{Item, NodeId, RunId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One input or output of one node run.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemsAt {
    /// The run.
    pub run: RunId,
    /// The node.
    pub node: NodeId,
    /// Which of the node's runs; none means the newest.
    pub run_index: Option<usize>,
    /// Which side.
    pub side: Side,
    /// Which port of that side.
    pub port: usize,
}

/// A side of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// What it was given.
    Input,
    /// What it gave.
    Output,
}

/// Some items.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemsPage {
    /// Number of items in all (that match).
    pub total: usize,
    /// Index of each item of the page among all.
    pub indexes: Vec<usize>,
    /// The items. Texts longer than `limits::CELL_BYTES` are cut and end in `…`.
    pub items: Vec<Item>,
    /// Whether anything was cut.
    pub cut: bool,
    /// Whether the run is under way and what the node gave is not on disk yet: ask again.
    #[serde(default)]
    pub pending: bool,
}

/// One field that items have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SchemaField {
    /// Keys from the item's JSON to the field; `[]` stands for the elements of a list.
    pub path: Vec<String>,
    /// Its type: string, number, boolean, list, object, null; several where they differ.
    pub types: Vec<String>,
    /// A value of it, as text.
    pub example: String,
    /// How many of the items that were looked at have it; for what is within a list, how many
    /// lists.
    #[serde(default)]
    pub count: usize,
}

/// Part of a file that belongs to an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FilePart {
    /// Size of the whole file, bytes.
    pub bytes: u64,
    /// The part, base64.
    pub base64: String,
}

/// What an expression gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum PreviewResult {
    /// A value.
    Value {
        /// The value; texts are cut as in pages.
        value: Value,
        /// Its type, for a person.
        type_name: String,
    },
    /// There is no data yet to say.
    NoData {
        /// What to do to get some.
        hint: String,
    },
    /// It is wrong.
    Wrong {
        /// What is wrong.
        message: String,
        /// What to do.
        hint: Option<String>,
    },
}

/// Something that may come next in an expression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Completion {
    /// What is shown.
    pub label: String,
    /// What replaces the word before the cursor.
    pub insert: String,
    /// How many characters before the cursor are replaced, UTF-16 units.
    pub replace: usize,
    /// Type or value, in grey.
    pub detail: String,
    /// What it is.
    pub kind: CompletionKind,
}

/// What a completion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CompletionKind {
    /// A variable such as `$json`.
    Variable,
    /// A field of the data.
    Field,
    /// A method.
    Method,
    /// A node's name.
    Node,
}
