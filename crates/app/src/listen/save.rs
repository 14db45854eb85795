//! Files that come with a request, on their way into the store. What is written here belongs to
//! the request until its run has ended.

use std::io::Write;
use std::sync::Arc;

use bytes::BytesMut;
use reporunner_model::BinaryRef;
use reporunner_runner::describe;
use reporunner_store::{BinaryId, BinaryWriter, Error, Store};

/// Bytes that are gathered before they are written.
const GATHERED: usize = 256 * 1024;

/// The files of a request. Dropped, the store keeps only those that a run needs.
pub(super) struct Files {
    store: Store,
    ids: Vec<BinaryId>,
    /// Those of another request, which are settled when nobody holds them any more.
    shared: Vec<Arc<Self>>,
}

impl Files {
    pub(super) fn new(store: &Store) -> Self {
        Self { store: store.clone(), ids: Vec::new(), shared: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ids.is_empty() && self.shared.is_empty()
    }

    /// Holds those of another request too.
    pub(super) fn share(&mut self, other: Arc<Self>) {
        self.shared.push(other);
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        self.ids.iter().for_each(|id| self.store.settle_binary(id));
    }
}

/// One file being written, off the threads that answer requests.
pub(super) struct Saving {
    store: Store,
    writer: Option<BinaryWriter>,
    gathered: BytesMut,
}

impl Saving {
    pub(super) fn new(store: &Store) -> Self {
        Self { store: store.clone(), writer: None, gathered: BytesMut::new() }
    }

    pub(super) async fn add(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= GATHERED {
            let (writer, gathered, store) = self.take();
            self.writer = Some(off_thread(move || written(writer, &gathered, &store)).await?);
        }
        Ok(())
    }

    pub(super) async fn finish(
        mut self,
        files: &mut Files,
        file_name: &str,
        mime_type: Option<&str>,
    ) -> Result<BinaryRef, Error> {
        let (writer, gathered, store) = self.take();
        let finish = move || written(writer, &gathered, &store)?.finish();
        let (id, bytes) = off_thread(finish).await?;
        files.ids.push(id);
        Ok(describe(id, bytes, Some(file_name), mime_type))
    }

    fn take(&mut self) -> (Option<BinaryWriter>, BytesMut, Store) {
        (self.writer.take(), std::mem::take(&mut self.gathered), self.store.clone())
    }
}

fn written(
    writer: Option<BinaryWriter>,
    bytes: &[u8],
    store: &Store,
) -> Result<BinaryWriter, Error> {
    let mut writer = writer.map_or_else(|| store.binary_writer(), Ok)?;
    writer.write_all(bytes).map_err(|_| Error::DiskFull)?;
    Ok(writer)
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(Error::Closed))
}
