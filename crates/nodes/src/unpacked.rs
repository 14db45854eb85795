//! How much a compressed file may hold: a small one may unpack to more than a machine has.
//!
//! The files of a workbook are counted here before they are read; archives count as they unpack.

use std::io::{Cursor, Read};

use reporunner_model::NodeError;

/// Most bytes that the archives of one item may unpack to.
pub(crate) const MOST_BYTES: u64 = 512 << 20;
/// Most bytes for each byte of the archive. Text shrinks to a tenth, deflate's best is 1/1032.
const MOST_TIMES: u64 = 100;
/// What may be unpacked in any case, bytes.
const ALWAYS: u64 = 32 << 20;

/// Bytes that an archive of `packed` bytes may unpack to, where `left` are left for the item.
pub(crate) fn room(packed: usize, left: u64) -> u64 {
    (packed as u64).saturating_mul(MOST_TIMES).max(ALWAYS).min(left)
}

/// Refuses a zip that unpacks to too much, whatever sizes it claims. One that cannot be read is
/// left to whoever reads it.
pub(crate) fn check_zip(content: &[u8]) -> Result<(), NodeError> {
    let mut room = room(content.len(), MOST_BYTES);
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(content)) else { return Ok(()) };
    for index in 0..archive.len() {
        let Ok(entry) = archive.by_index(index) else { continue };
        let Ok(bytes) = std::io::copy(&mut entry.take(room + 1), &mut std::io::sink()) else {
            continue;
        };
        room = room.checked_sub(bytes).ok_or_else(too_much)?;
    }
    Ok(())
}

pub(crate) fn too_much() -> NodeError {
    NodeError::new("The file unpacks to too much: 512 MiB or 100 times its own size")
        .hint("Unpack it outside of the workflow and read what is in it piece by piece.")
}
