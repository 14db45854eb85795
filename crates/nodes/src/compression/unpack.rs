//! Archives back into files, told by their first bytes. What an archive unpacks to is limited:
//! a small one may hold more than a machine has.

use std::io::{Cursor, Read};

use flate2::read::MultiGzDecoder;
use reporunner_model::NodeError;

use super::Named;
use crate::unpacked;

/// Most files in one archive.
const MOST_FILES: usize = 10_000;

pub(super) fn files(archive: &Named, left: &mut u64) -> Result<Vec<Named>, NodeError> {
    let whole = unpacked::room(archive.content.len(), *left);
    let mut room = whole;
    let files = members(archive, &mut room)?;
    *left -= whole.saturating_sub(room);
    Ok(files)
}

fn members(archive: &Named, room: &mut u64) -> Result<Vec<Named>, NodeError> {
    let content = archive.content.as_ref();
    if content.starts_with(b"PK\x03\x04") || content.starts_with(b"PK\x05\x06") {
        return zip(content, room);
    }
    if content.starts_with(b"\x1f\x8b") {
        let inner = limited(MultiGzDecoder::new(content), room)?;
        if is_tar(&inner) {
            // What is unpacked twice takes up room once.
            *room += inner.len() as u64;
            return tar(&inner, room);
        }
        let name = archive.name.strip_suffix(".gz").unwrap_or(&archive.name);
        return Ok(vec![Named { name: name.to_owned(), content: inner.into() }]);
    }
    if is_tar(content) {
        return tar(content, room);
    }
    Err(NodeError::new(format!("{:?} is no archive that can be unpacked", archive.name))
        .hint("Zip, gzip, tar and tar.gz can be unpacked."))
}

fn is_tar(content: &[u8]) -> bool {
    content.get(257..262) == Some(b"ustar")
}

fn zip(content: &[u8], room: &mut u64) -> Result<Vec<Named>, NodeError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(content)).map_err(broken)?;
    if archive.len() > MOST_FILES {
        return Err(too_many());
    }
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(broken)?;
        let name = entry.name().map_err(broken)?.into_owned();
        // Resource forks that macOS adds are no files of anybody's.
        if entry.is_dir() || name.starts_with("__MACOSX") {
            continue;
        }
        let content = limited(entry, room)?.into();
        files.push(Named { name: last(&name), content });
    }
    Ok(files)
}

fn tar(content: &[u8], room: &mut u64) -> Result<Vec<Named>, NodeError> {
    let mut archive = tar::Archive::new(content);
    let mut files = Vec::new();
    for entry in archive.entries().map_err(broken)? {
        let entry = entry.map_err(broken)?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        if files.len() == MOST_FILES {
            return Err(too_many());
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let content = limited(entry, room)?.into();
        files.push(Named { name: last(&name), content });
    }
    Ok(files)
}

/// A name within an archive without the folders before it.
fn last(path: &str) -> String {
    path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned()
}

fn limited(reader: impl Read, room: &mut u64) -> Result<Vec<u8>, NodeError> {
    let mut content = Vec::new();
    let read = reader.take(*room + 1).read_to_end(&mut content).map_err(broken)? as u64;
    *room = room.checked_sub(read).ok_or_else(unpacked::too_much)?;
    Ok(content)
}

fn too_many() -> NodeError {
    NodeError::new(format!("The archive has more than {MOST_FILES} files"))
        .hint("Unpack it outside of the workflow and read the files by a pattern.")
}

fn broken(error: impl std::fmt::Display) -> NodeError {
    NodeError::new("The archive is damaged or of an unknown kind")
        .detail(error.to_string())
        .hint("Archives with passwords cannot be unpacked.")
}

#[cfg(test)]
mod tests {
    use super::super::pack;
    use super::*;

    #[test]
    fn archives_unpack_to_no_more_than_there_is_room_for() {
        let file = || Named { name: "a".to_owned(), content: vec![0; 1000].into() };
        let both = [file(), file()];
        for content in [
            pack::zip(&both).unwrap(),
            pack::tar(&both).unwrap(),
            pack::gzip(&pack::tar(&both).unwrap()).unwrap(),
        ] {
            let archive = Named { name: "x".to_owned(), content: content.into() };
            // Room for what is packed and for the blocks of a tar within a gzip.
            let mut room = 8192;
            assert_eq!(files(&archive, &mut room).unwrap().len(), 2);
            let error = files(&archive, &mut 1999).err().unwrap();
            assert_eq!(error.message, unpacked::too_much().message);
        }
    }
}
