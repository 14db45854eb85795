//! Data of runs: lists of items cut into chunks, each stored once under the hash of its content.
//!
//! Packing happens where the data is, not on the writer's thread. Small payloads travel inside
//! their reference and have no row at all.

use reporunner_model::{Item, RunId, VersionId, WorkflowId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::codec::{count, get, pack, unpack};
use crate::{BinaryId, Db, Error, Result, Tx};

/// Most items of one chunk.
const CHUNK_ITEMS: usize = 512;
/// A chunk ends after the item that makes it longer than this, bytes.
const CHUNK_BYTES: usize = 1024 * 1024;
/// Payloads up to this size travel inside their reference, bytes of JSON.
const INLINE_BYTES: usize = 256;

pub(crate) const V1: &str = "
CREATE TABLE payloads (
    num INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, body BLOB NOT NULL);";

/// Who needs a payload or a binary. It goes when nobody does.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A run.
    Run(RunId),
    /// A version of a workflow.
    Version(VersionId),
    /// A workflow (files of pins in its document).
    Workflow(WorkflowId),
}

/// Where a payload is, and how large. Plain data: put it into a journal row or a reply.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PayloadRef {
    /// Number of items in it.
    #[serde(rename = "n")]
    pub count: usize,
    /// Size of its JSON, bytes.
    #[serde(rename = "b")]
    pub bytes: usize,
    #[serde(flatten)]
    place: Place,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Place {
    /// The JSON itself.
    #[serde(rename = "json")]
    Inline(String),
    /// Chunks: items in each and the hash of its content.
    #[serde(rename = "chunks")]
    Chunks(Vec<(u32, String)>),
}

/// Data packed and ready to be stored.
#[derive(Debug, Clone)]
pub struct Payload {
    reference: PayloadRef,
    chunks: Vec<(blake3::Hash, Vec<u8>)>,
    binaries: Vec<BinaryId>,
}

/// Some of the items of a payload.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Window {
    /// Number of items in all.
    pub total: usize,
    /// The items from the offset on.
    pub items: Vec<Item>,
}

impl Payload {
    /// Packs a list of items.
    pub fn of_items(items: &[Item]) -> Result<Self> {
        let mut chunks = Vec::new();
        let (mut places, mut bytes) = (Vec::new(), 2);
        let (mut text, mut in_chunk) = (b"[".to_vec(), 0u32);
        let mut inline = None;
        for (idx, item) in items.iter().enumerate() {
            if in_chunk > 0 {
                text.push(b',');
            }
            serde_json::to_writer(&mut text, item)?;
            in_chunk += 1;
            let last = idx + 1 == items.len();
            if last || in_chunk as usize == CHUNK_ITEMS || text.len() >= CHUNK_BYTES {
                text.push(b']');
                bytes += text.len() - 2 + usize::from(!chunks.is_empty());
                if last && chunks.is_empty() && text.len() <= INLINE_BYTES {
                    inline = String::from_utf8(text.clone()).ok();
                    break;
                }
                let hash = blake3::hash(&text);
                places.push((in_chunk, hash.to_hex().to_string()));
                chunks.push((hash, pack(&text)));
                (text, in_chunk) = (b"[".to_vec(), 0);
            }
        }
        let place = match inline {
            Some(json) => Place::Inline(json),
            None if items.is_empty() => Place::Inline("[]".to_owned()),
            None => Place::Chunks(places),
        };
        let binaries = binaries_of(items);
        Ok(Self { reference: PayloadRef { count: items.len(), bytes, place }, chunks, binaries })
    }

    /// Packs one JSON value.
    pub fn of_json(value: &Value) -> Result<Self> {
        let text = serde_json::to_string(value)?;
        let bytes = text.len();
        let (place, chunks) = if bytes <= INLINE_BYTES {
            (Place::Inline(text), Vec::new())
        } else {
            let hash = blake3::hash(text.as_bytes());
            let place = Place::Chunks(vec![(1, hash.to_hex().to_string())]);
            (place, vec![(hash, pack(text.as_bytes()))])
        };
        let reference = PayloadRef { count: 1, bytes, place };
        Ok(Self { reference, chunks, binaries: Vec::new() })
    }

    /// Where it will be once it is stored.
    pub fn reference(&self) -> &PayloadRef {
        &self.reference
    }
}

fn binaries_of(items: &[Item]) -> Vec<BinaryId> {
    let refs = items.iter().filter_map(|item| item.binary.as_ref()).flat_map(|map| map.values());
    let mut found: Vec<BinaryId> = refs.filter_map(|file| file.id.parse().ok()).collect();
    found.sort_unstable();
    found.dedup();
    found
}

impl Db<'_> {
    /// Some items of a payload, without reading the chunks before and after them.
    pub fn items(&self, at: &PayloadRef, offset: usize, limit: usize) -> Result<Window> {
        let mut items = Vec::new();
        self.each_chunk(at, |first, chunk_len, chunk| {
            let (from, until) =
                (offset.max(first), (offset.saturating_add(limit)).min(first + chunk_len));
            if from < until {
                let all: Vec<Item> = serde_json::from_slice(&chunk()?)?;
                items.extend(all.into_iter().skip(from - first).take(until - from));
            }
            Ok(until < offset.saturating_add(limit))
        })?;
        Ok(Window { total: at.count, items })
    }

    /// All items of a payload.
    pub fn all_items(&self, at: &PayloadRef) -> Result<Vec<Item>> {
        Ok(self.items(at, 0, usize::MAX)?.items)
    }

    /// Calls `visit` with every item and its index until it says `false`; one chunk is in memory
    /// at a time.
    pub fn each_item(
        &self,
        at: &PayloadRef,
        mut visit: impl FnMut(usize, Item) -> bool,
    ) -> Result<()> {
        self.each_chunk(at, |first, _, chunk| {
            let items: Vec<Item> = serde_json::from_slice(&chunk()?)?;
            Ok(items.into_iter().enumerate().all(|(idx, item)| visit(first + idx, item)))
        })
    }

    /// The JSON value of a payload made by [`Payload::of_json`].
    pub fn json(&self, at: &PayloadRef) -> Result<Value> {
        let mut value = Value::Null;
        self.each_chunk(at, |_, _, chunk| {
            value = serde_json::from_slice(&chunk()?)?;
            Ok(false)
        })?;
        Ok(value)
    }

    /// Calls `visit` with the first index, the length and the JSON of each chunk, on demand.
    fn each_chunk(
        &self,
        at: &PayloadRef,
        mut visit: impl FnMut(usize, usize, &dyn Fn() -> Result<Vec<u8>>) -> Result<bool>,
    ) -> Result<()> {
        match &at.place {
            Place::Inline(json) => {
                visit(0, at.count, &|| Ok(json.clone().into_bytes()))?;
            }
            Place::Chunks(chunks) => {
                let mut first = 0;
                for (in_chunk, hash) in chunks {
                    let more = visit(first, *in_chunk as usize, &|| self.chunk(hash))?;
                    if !more {
                        break;
                    }
                    first += *in_chunk as usize;
                }
            }
        }
        Ok(())
    }

    fn chunk(&self, hash: &str) -> Result<Vec<u8>> {
        let what = "data of a run";
        let hash = blake3::Hash::from_hex(hash).map_err(|_| Error::damaged(what))?;
        let sql = "SELECT body FROM payloads WHERE hash = ?";
        let body: Option<Vec<u8>> = self.one(sql, [hash.as_bytes()], |row| get(row, "body"))?;
        let raw = unpack(&body.ok_or_else(|| Error::missing(what, hash))?, what)?;
        if blake3::hash(&raw) == hash { Ok(raw) } else { Err(Error::damaged(what)) }
    }
}

impl Tx<'_> {
    /// Stores a payload and the files it names for `owner`. Chunks that are there already are
    /// shared. Gives the bytes that are new on disk.
    pub fn put_payload(&self, owner: &Owner, payload: &Payload) -> Result<u64> {
        let owner_num = self.owner_num(owner)?;
        let mut new = 0;
        for (hash, body) in &payload.chunks {
            let num = match self.payload_num(hash.as_bytes())? {
                Some(num) => num,
                None => {
                    self.exec(
                        "INSERT INTO payloads (hash, body) VALUES (?, ?)",
                        (hash.as_bytes(), body),
                    )?;
                    new += body.len() as u64;
                    self.conn.last_insert_rowid()
                }
            };
            self.exec(
                "INSERT OR IGNORE INTO payload_uses (owner, payload) VALUES (?, ?)",
                (owner_num, num),
            )?;
        }
        for binary in &payload.binaries {
            self.use_binary_num(owner_num, binary)?;
        }
        if new > 0 && owner_num > 0 {
            self.exec("UPDATE runs SET bytes = bytes + ? WHERE num = ?", (count(new), owner_num))?;
        }
        Ok(new)
    }

    fn payload_num(&self, hash: &[u8; 32]) -> Result<Option<i64>> {
        self.value("SELECT num FROM payloads WHERE hash = ?", [hash])
    }
}
