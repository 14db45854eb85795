//! A file on its way out, a piece at a time: never whole in memory.
//!
//! It reads at places of its own, so that one open file can go out several times, at once or after
//! each other.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, stream};

/// Size of a piece, bytes.
const PIECE: usize = 256 * 1024;

/// The content of a file from its beginning, and how long it is.
pub(crate) fn pieces(
    file: Arc<File>,
) -> (impl Stream<Item = io::Result<Bytes>> + Send + 'static, Option<u64>) {
    let length = file.metadata().ok().map(|about| about.len());
    let read = stream::try_unfold((file, 0), |(file, from)| async move {
        let next = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; PIECE];
            let read = file.read_at(&mut piece, from)?;
            piece.truncate(read);
            Ok::<_, io::Error>((piece, file))
        });
        let (piece, file) = next.await.map_err(io::Error::other)??;
        let until = from + piece.len() as u64;
        Ok((!piece.is_empty()).then(|| (Bytes::from(piece), (file, until))))
    });
    (read, length)
}
