//! Space set aside on disk, so that deleting still works when the disk is full: the log that a
//! deletion writes takes its place.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Size of the reserve, bytes.
pub(crate) const RESERVE_BYTES: u64 = 8 * 1024 * 1024;

pub(crate) struct Reserve {
    path: Option<PathBuf>,
}

impl Reserve {
    /// A reserve at `path`; none where the folder has no room worth reserving.
    pub(crate) fn at(path: Option<PathBuf>) -> Self {
        let reserve = Self { path };
        reserve.restore();
        reserve
    }

    /// Gives the space to whoever needs it now, where there is little else.
    pub(crate) fn release_if_short(&self) {
        if self.path.as_deref().is_some_and(|path| !has_room(path)) {
            self.release();
        }
    }

    fn release(&self) {
        if let Some(path) = &self.path
            && let Err(error) = std::fs::remove_file(path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "the reserve could not be released");
        }
    }

    /// Takes the space again, if it is there. Real bytes: a sparse file would reserve nothing.
    pub(crate) fn restore(&self) {
        let Some(path) = &self.path else { return };
        let whole = std::fs::metadata(path).is_ok_and(|meta| meta.len() == RESERVE_BYTES);
        if !whole && let Err(error) = fill(path) {
            let _ = std::fs::remove_file(path);
            tracing::debug!(%error, "no room for the reserve");
        }
    }
}

/// Whether the disk has several times the reserve left.
#[cfg(unix)]
fn has_room(path: &Path) -> bool {
    let Some(folder) = path.parent() else { return false };
    rustix::fs::statvfs(folder)
        .is_ok_and(|disk| disk.f_bavail.saturating_mul(disk.f_frsize) > 4 * RESERVE_BYTES)
}

#[cfg(not(unix))]
fn has_room(_path: &Path) -> bool {
    false
}

fn fill(path: &Path) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    let block = [0u8; 64 * 1024];
    for _ in 0..RESERVE_BYTES / block.len() as u64 {
        file.write_all(&block)?;
    }
    Ok(())
}
