//! Files that belong to items: content-addressed under `binaries/ab/…`, written once, never changed.
//!
//! A file appears under its name only when all of it is on disk. It goes when no run, pin or
//! version needs it any more.

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use crate::{Error, Result, lock};

/// The hash of a file's content; reads and prints as `blake3:` and hex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BinaryId([u8; 32]);

impl BinaryId {
    pub(crate) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for BinaryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "blake3:{}", blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl FromStr for BinaryId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        text.strip_prefix("blake3:")
            .and_then(|hex| blake3::Hash::from_hex(hex).ok())
            .map(|hash| Self(*hash.as_bytes()))
            .ok_or_else(|| Error::missing("file", text.chars().take(80).collect::<String>()))
    }
}

/// The folder of files.
#[derive(Clone)]
pub(crate) struct Binaries {
    root: PathBuf,
    /// Files of this session that nobody may need yet on paper; they are not to be removed.
    fresh: Arc<Mutex<HashMap<BinaryId, usize>>>,
    next_temp: Arc<AtomicU64>,
}

impl Binaries {
    pub(crate) fn new(root: PathBuf) -> Self {
        Self { root, fresh: Arc::default(), next_temp: Arc::default() }
    }

    pub(crate) fn path(&self, id: &BinaryId) -> PathBuf {
        let hex = blake3::Hash::from_bytes(id.0).to_hex();
        self.root.join(&hex[..2]).join(hex.as_str())
    }

    pub(crate) fn writer(&self) -> Result<BinaryWriter> {
        let temp = self.root.join("tmp");
        std::fs::create_dir_all(&temp).map_err(|error| Error::file(&temp, &error))?;
        let number = self.next_temp.fetch_add(1, Ordering::Relaxed);
        let path = temp.join(format!("{}-{number}", std::process::id()));
        let file = File::create(&path).map_err(|error| Error::file(&path, &error))?;
        let hasher = blake3::Hasher::new();
        Ok(BinaryWriter { binaries: self.clone(), path, file: Some(file), hasher, bytes: 0 })
    }

    /// Forgets that a file is fresh: from now on it stays only while somebody needs it.
    pub(crate) fn settle(&self, id: &BinaryId) {
        let mut fresh = lock(&self.fresh);
        if let Some(holds) = fresh.get_mut(id) {
            *holds -= 1;
            if *holds == 0 {
                fresh.remove(id);
            }
        }
    }

    /// Removes files that `needed` does not know and that are not fresh. Gives the bytes freed.
    pub(crate) fn remove(&self, ids: &[BinaryId]) -> u64 {
        let fresh = lock(&self.fresh);
        let mut freed = 0;
        for id in ids.iter().filter(|id| !fresh.contains_key(id)) {
            let path = self.path(id);
            let bytes = std::fs::metadata(&path).map_or(0, |meta| meta.len());
            match std::fs::remove_file(&path) {
                Ok(()) => freed += bytes,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => tracing::warn!(%error, path = %path.display(), "a file stays"),
            }
        }
        freed
    }

    /// Every file with its size.
    pub(crate) fn list(&self) -> Vec<(BinaryId, u64)> {
        let Ok(folders) = std::fs::read_dir(&self.root) else { return Vec::new() };
        let files = folders.flatten().filter_map(|folder| std::fs::read_dir(folder.path()).ok());
        files
            .flatten()
            .flatten()
            .filter_map(|file| {
                let hash = blake3::Hash::from_hex(file.file_name().to_str()?).ok()?;
                Some((BinaryId(*hash.as_bytes()), file.metadata().ok()?.len()))
            })
            .collect()
    }

    /// Removes what writers of an earlier session left unfinished.
    pub(crate) fn clear_temp(&self) {
        let Ok(files) = std::fs::read_dir(self.root.join("tmp")) else { return };
        for file in files.flatten() {
            let _ = std::fs::remove_file(file.path());
        }
    }
}

/// A file being written. Dropped before [`BinaryWriter::finish`], it leaves nothing.
pub struct BinaryWriter {
    binaries: Binaries,
    path: PathBuf,
    file: Option<File>,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl BinaryWriter {
    /// Bytes written so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Puts the file into place, synced. Gives its name and its size. It stays until
    /// [`Store::settle_binary`](crate::Store::settle_binary), needed or not.
    pub fn finish(mut self) -> Result<(BinaryId, u64)> {
        let Some(file) = self.file.take() else { return Err(Error::Closed) };
        let id = BinaryId(*self.hasher.finalize().as_bytes());
        let target = self.binaries.path(&id);
        *lock(&self.binaries.fresh).entry(id).or_insert(0) += 1;
        let placed = place(&file, &self.path, &target, self.bytes);
        if let Err(error) = placed {
            self.binaries.settle(&id);
            return Err(Error::file(&target, &error));
        }
        Ok((id, self.bytes))
    }
}

fn place(file: &File, temp: &Path, target: &Path, bytes: u64) -> io::Result<()> {
    if std::fs::metadata(target).is_ok_and(|meta| meta.len() == bytes) {
        return std::fs::remove_file(temp);
    }
    file.sync_all()?;
    let folder = target.parent().unwrap_or(target);
    std::fs::create_dir_all(folder)?;
    std::fs::rename(temp, target)?;
    File::open(folder)?.sync_all()?;
    // The folder itself may be new in its parent.
    folder.parent().map_or(Ok(()), |root| File::open(root)?.sync_all())
}

impl Write for BinaryWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(file) = &mut self.file else { return Err(io::ErrorKind::NotConnected.into()) };
        let written = file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), File::flush)
    }
}

impl Drop for BinaryWriter {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}
