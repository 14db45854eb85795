//! Binaries in the data folder.

use std::io::{Read, Write};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use reporunner_model::{BinaryRef, ErrorOrigin, NodeError};
use reporunner_node::Binary;
use reporunner_store::{BinaryId, BinaryWriter, Store};

use crate::lock::lock;

/// The content of binaries, content-addressed in the store.
#[derive(Clone)]
pub(crate) struct StoredBinaries {
    store: Store,
    /// Written by this run. The store keeps them until they are settled, needed or not.
    fresh: Arc<Fresh>,
}

/// Settles what is left when the last of a run's handles goes.
struct Fresh {
    store: Store,
    ids: Mutex<Vec<BinaryId>>,
}

impl Fresh {
    fn settle(&self) {
        let ids = std::mem::take(&mut *lock(&self.ids));
        ids.iter().for_each(|id| self.store.settle_binary(id));
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        self.settle();
    }
}

impl StoredBinaries {
    pub(crate) fn new(store: Store) -> Self {
        let fresh = Arc::new(Fresh { store: store.clone(), ids: Mutex::default() });
        Self { store, fresh }
    }

    /// From now on files of this run stay only while a row needs them.
    pub(crate) fn settle(&self) {
        self.fresh.settle();
    }

    pub(crate) fn writer(&self) -> Result<BinaryWriter, NodeError> {
        self.store.binary_writer().map_err(|error| from_store(&error))
    }

    /// Puts a written file into place and describes it.
    pub(crate) fn finish(
        &self,
        writer: BinaryWriter,
        file_name: Option<&str>,
        mime_type: Option<&str>,
    ) -> Result<BinaryRef, NodeError> {
        let (id, bytes) = writer.finish().map_err(|error| from_store(&error))?;
        lock(&self.fresh.ids).push(id);
        Ok(describe(id, bytes, file_name, mime_type))
    }

    /// A file's content to read from.
    pub(crate) fn open(&self, binary: &BinaryRef) -> Result<std::fs::File, NodeError> {
        let id: BinaryId = binary.id.parse().map_err(|error| from_store(&error))?;
        self.store.open_binary(&id).map_err(|error| from_store(&error))
    }
}

#[async_trait]
impl Binary for StoredBinaries {
    async fn put(
        &self,
        content: Bytes,
        file_name: Option<&str>,
        mime_type: Option<&str>,
    ) -> Result<BinaryRef, NodeError> {
        let this = self.clone();
        let (file_name, mime_type) = (file_name.map(str::to_owned), mime_type.map(str::to_owned));
        off_thread(move || {
            let mut writer = this.writer()?;
            writer.write_all(&content).map_err(|error| from_io("the file", &error))?;
            this.finish(writer, file_name.as_deref(), mime_type.as_deref())
        })
        .await
    }

    async fn get(&self, binary: &BinaryRef) -> Result<Bytes, NodeError> {
        // An imported or pinned item may carry its content with it.
        if let Some(data) = &binary.data {
            return base64(data);
        }
        let mut file = self.open(binary)?;
        off_thread(move || {
            let mut content = Vec::new();
            file.read_to_end(&mut content).map_err(|error| from_io("the file", &error))?;
            Ok(content.into())
        })
        .await
    }
}

fn base64(text: &str) -> Result<Bytes, NodeError> {
    use base64::Engine;
    let engine = base64::engine::general_purpose::STANDARD;
    let decoded = engine.decode(text.trim());
    decoded.map(Bytes::from).map_err(|_| NodeError::new("the item's file is no valid base64"))
}

/// Runs what may block on a thread of its own.
pub(crate) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, NodeError> + Send + 'static,
) -> Result<T, NodeError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(NodeError::new("reading or writing was abandoned")))
}

pub(crate) fn from_store(error: &reporunner_store::Error) -> NodeError {
    let mut said = NodeError::new(error.to_string()).from_origin(ErrorOrigin::Outside);
    said.hint = error.hint().map(str::to_owned);
    said
}

pub(crate) fn from_io(what: &str, error: &std::io::Error) -> NodeError {
    NodeError::new(format!("{what}: {error}")).from_origin(ErrorOrigin::Outside)
}

/// A file in the store as items refer to it.
pub fn describe(
    id: BinaryId,
    bytes: u64,
    file_name: Option<&str>,
    mime_type: Option<&str>,
) -> BinaryRef {
    let mime_type = mime_type.map_or_else(
        || {
            let guess = file_name.and_then(|name| mime_guess::from_path(name).first_raw());
            guess.unwrap_or("application/octet-stream").to_owned()
        },
        str::to_owned,
    );
    let extension = file_name
        .and_then(|name| name.rsplit_once('.'))
        .map(|(_, extension)| extension.to_owned())
        .or_else(|| {
            let known = mime_guess::get_mime_extensions_str(&mime_type)?;
            known.first().map(|extension| (*extension).to_owned())
        });
    BinaryRef {
        id: id.to_string(),
        file_type: file_type(&mime_type).map(str::to_owned),
        mime_type,
        file_name: file_name.map(str::to_owned),
        file_extension: extension,
        file_size: Some(size_text(bytes)),
        bytes,
        data: None,
    }
}

fn file_type(mime_type: &str) -> Option<&'static str> {
    Some(match mime_type {
        "application/json" => "json",
        "text/html" => "html",
        "application/pdf" => "pdf",
        _ if mime_type.starts_with("image/") => "image",
        _ if mime_type.starts_with("audio/") => "audio",
        _ if mime_type.starts_with("video/") => "video",
        _ if mime_type.starts_with("text/") => "text",
        _ => return None,
    })
}

/// Decimal units with up to three digits, as n8n's items show it (`11 B`, `1.23 kB`).
fn size_text(bytes: u64) -> String {
    let mut value = bytes as f64;
    let mut units = ["B", "kB", "MB", "GB", "TB"].into_iter();
    let mut unit = units.next().unwrap_or_default();
    while value >= 1000.0 {
        let Some(next) = units.next() else { break };
        value /= 1000.0;
        unit = next;
    }
    let digits = if value < 10.0 {
        2
    } else if value < 100.0 {
        1
    } else {
        0
    };
    let mut number = format!("{value:.digits$}");
    if number.contains('.') {
        number.truncate(number.trim_end_matches('0').trim_end_matches('.').len());
    }
    format!("{number} {unit}")
}
