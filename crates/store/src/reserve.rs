//! Space set aside on disk, so that deleting still works when the disk is full: the log that a
//! deletion writes takes its place. It is most of what an empty data folder takes.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Size of what a data folder holds back on its disk (`reserve.bin`), bytes.
pub const RESERVE_BYTES: u64 = 8 * 1024 * 1024;

/// With less than this left on the disk it counts as full once it was, bytes.
const ROOM_BYTES: u64 = 1024 * 1024;

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
        if self.path.as_deref().is_some_and(|path| free(path) <= 4 * RESERVE_BYTES) {
            self.release();
        }
    }

    /// Whether there is room for what people do, beside the reserve. True where nothing is reserved:
    /// then nobody looks.
    pub(crate) fn has_some_room(&self) -> bool {
        self.path.as_deref().is_none_or(|path| free(path) >= ROOM_BYTES)
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

/// Bytes that are left on the disk; 0 where it does not say.
#[cfg(unix)]
fn free(path: &Path) -> u64 {
    let Some(folder) = path.parent() else { return 0 };
    rustix::fs::statvfs(folder).map_or(0, |disk| disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
fn free(_path: &Path) -> u64 {
    0
}

fn fill(path: &Path) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    let block = [0u8; 64 * 1024];
    for _ in 0..RESERVE_BYTES / block.len() as u64 {
        file.write_all(&block)?;
    }
    Ok(())
}
