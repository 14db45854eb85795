//! Items: what flows along a wire. Their shape is n8n's, because users and their workflows know it.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What one output of one node run holds. Shared, never copied along wires.
pub type Items = Arc<Vec<Item>>;

/// The files of an item, by name.
pub type Binaries = IndexMap<String, BinaryRef>;

/// One item. Kept small, since there are many: what most have not stands in a box.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// The data. Keys keep their order.
    #[serde(default)]
    pub json: Fields,
    /// Files that belong to the item, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binary: Option<Box<Binaries>>,
    /// The items of the node's inputs that this one was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paired_item: Option<PairedItem>,
    /// What went wrong with this item, where the node goes on after errors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Box<Value>>,
}

/// The data of an item. A copy shares it until one of the two is changed: most nodes pass most of
/// it on.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fields(Arc<Map<String, Value>>);

impl Fields {
    /// The map itself; copied where another item shares it.
    pub fn into_map(self) -> Map<String, Value> {
        Arc::unwrap_or_clone(self.0)
    }
}

impl Deref for Fields {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Fields {
    fn deref_mut(&mut self) -> &mut Self::Target {
        Arc::make_mut(&mut self.0)
    }
}

impl IntoIterator for Fields {
    type Item = (String, Value);
    type IntoIter = serde_json::map::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        self.into_map().into_iter()
    }
}

impl From<Fields> for Value {
    fn from(fields: Fields) -> Self {
        Self::Object(fields.into_map())
    }
}

impl From<Map<String, Value>> for Fields {
    fn from(map: Map<String, Value>) -> Self {
        Self(Arc::new(map))
    }
}

impl Item {
    /// An item with this data.
    pub fn from_json(json: Map<String, Value>) -> Self {
        Self { json: json.into(), ..Self::default() }
    }

    /// Reads an item from the forms people write: `{json, binary}` or a plain object.
    /// Anything that is no object becomes `{ "value": … }`.
    pub fn from_value(value: Value) -> Self {
        match value {
            Value::Object(map) => {
                let is_item = map.get("json").is_some_and(Value::is_object)
                    && map.keys().all(|key| {
                        matches!(key.as_str(), "json" | "binary" | "pairedItem" | "error")
                    });
                if is_item && let Ok(item) = serde_json::from_value(Value::Object(map.clone())) {
                    return item;
                }
                Self::from_json(map)
            }
            other => {
                let mut json = Map::new();
                json.insert("value".to_owned(), other);
                Self::from_json(json)
            }
        }
    }

    /// The same item made from item `item` of input `input`.
    #[must_use]
    pub fn paired(mut self, item: usize, input: usize) -> Self {
        self.paired_item = Some(PairedItem::One(PairedSource::new(item, input)));
        self
    }
}

/// Which input items an item was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PairedItem {
    /// Item of the first input, written as its number alone.
    Index(usize),
    /// One item.
    One(PairedSource),
    /// Several.
    Many(Vec<PairedItem>),
}

impl PairedItem {
    /// Every source, in order.
    pub fn sources(&self) -> Vec<PairedSource> {
        match self {
            Self::Index(item) => vec![PairedSource::new(*item, 0)],
            Self::One(source) => vec![*source],
            Self::Many(many) => many.iter().flat_map(Self::sources).collect(),
        }
    }
}

/// One item of one input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairedSource {
    /// Index of the item.
    pub item: usize,
    /// Index of the input.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub input: usize,
    /// Which run of the same node had it as input, where that is an earlier one: a loop gives on
    /// what it was given before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<u32>,
}

impl PairedSource {
    /// Item `item` of input `input` of the same run.
    pub fn new(item: usize, input: usize) -> Self {
        Self { item, input, run: None }
    }
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// A file that belongs to an item. The bytes lie content-addressed on disk.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BinaryRef {
    /// `blake3:` and the hash of the content as hex.
    #[serde(default)]
    pub id: String,
    /// Content type, `application/octet-stream` where it is not known.
    #[serde(default)]
    pub mime_type: String,
    /// Name with extension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// Extension without its dot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_extension: Option<String>,
    /// Rough kind: text, json, image, audio, video, pdf, html.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_type: Option<String>,
    /// Size in words a person reads, as n8n writes it (`11 B`, `1.2 kB`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_size: Option<String>,
    /// Size in bytes.
    #[serde(default)]
    pub bytes: u64,
    /// Content in base64 where an imported or pinned item carries it inline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
}
