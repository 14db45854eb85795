//! Files into archives. Times are left out, so that the same files give the same archive.

use std::collections::HashSet;
use std::io::{Cursor, Write};

use flate2::write::GzEncoder;
use reporunner_model::NodeError;
use zip::write::SimpleFileOptions;

use super::Named;

pub(super) fn zip(files: &[Named]) -> Result<Vec<u8>, NodeError> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, file) in distinct(files) {
        writer.start_file(name, options).map_err(failed)?;
        writer.write_all(&file.content).map_err(failed)?;
    }
    Ok(writer.finish().map_err(failed)?.into_inner())
}

pub(super) fn tar(files: &[Named]) -> Result<Vec<u8>, NodeError> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, file) in distinct(files) {
        let mut header = tar::Header::new_gnu();
        header.set_size(file.content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, file.content.as_ref()).map_err(failed)?;
    }
    builder.into_inner().map_err(failed)
}

pub(super) fn gzip(content: &[u8]) -> Result<Vec<u8>, NodeError> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).map_err(failed)?;
    encoder.finish().map_err(failed)
}

/// The files with names that no two of them share.
fn distinct(files: &[Named]) -> impl Iterator<Item = (String, &Named)> {
    let mut taken = HashSet::new();
    files.iter().enumerate().map(move |(index, file)| {
        let name = if file.name.is_empty() { format!("file_{index}") } else { file.name.clone() };
        let name = if taken.contains(&name) { format!("{index}_{name}") } else { name };
        taken.insert(name.clone());
        (name, file)
    })
}

fn failed(error: impl std::fmt::Display) -> NodeError {
    NodeError::new("The archive could not be made").detail(error.to_string())
}
