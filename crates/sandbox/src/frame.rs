//! Messages on a pipe: frames of at most `limits::FRAME_BYTES`, each behind its length.
//!
//! A length has four bytes, little endian; its top bit says that the message goes on in the next
//! frame. Nothing here looks inside a message.

use std::io::{self, Read, Write};

use reporunner_model::limits::FRAME_BYTES;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

const MORE: u32 = 1 << 31;

fn header(length: usize, more: bool) -> [u8; 4] {
    let length = u32::try_from(length).expect("a frame is shorter than FRAME_BYTES");
    (if more { length | MORE } else { length }).to_le_bytes()
}

/// Length of the frame and whether the message goes on, or why the header is wrong.
fn read_header(bytes: [u8; 4], so_far: usize, limit: usize) -> io::Result<(usize, bool)> {
    let word = u32::from_le_bytes(bytes);
    let (length, more) = ((word & !MORE) as usize, word & MORE != 0);
    if length > FRAME_BYTES || so_far + length > limit {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "message is longer than allowed"));
    }
    Ok((length, more))
}

/// The parts a message is sent in. An empty message is one empty frame.
fn parts(message: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let count = message.len().div_ceil(FRAME_BYTES).max(1);
    (0..count).map(move |number| {
        let start = number * FRAME_BYTES;
        let part = &message[start..message.len().min(start + FRAME_BYTES)];
        (header(part.len(), number + 1 < count), part)
    })
}

/// Sends one message.
pub(crate) async fn write<W: AsyncWrite + Unpin>(pipe: &mut W, message: &[u8]) -> io::Result<()> {
    for (header, part) in parts(message) {
        pipe.write_all(&header).await?;
        pipe.write_all(part).await?;
    }
    pipe.flush().await
}

/// Receives one message of at most `limit` bytes.
pub(crate) async fn read<R: AsyncRead + Unpin>(pipe: &mut R, limit: usize) -> io::Result<Vec<u8>> {
    let mut message = Vec::new();
    loop {
        let mut head = [0; 4];
        pipe.read_exact(&mut head).await?;
        let (length, more) = read_header(head, message.len(), limit)?;
        // Grows as bytes arrive, so that a header alone cannot claim memory.
        let wanted = message.len() + length;
        while message.len() < wanted {
            let missing = (wanted - message.len()) as u64;
            if (&mut *pipe).take(missing).read_buf(&mut message).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        if !more {
            return Ok(message);
        }
    }
}

/// Sends one message from a child.
pub(crate) fn write_blocking(pipe: &mut impl Write, message: &[u8]) -> io::Result<()> {
    for (header, part) in parts(message) {
        pipe.write_all(&header)?;
        pipe.write_all(part)?;
    }
    pipe.flush()
}

/// Receives one message in a child; none when the parent has closed the pipe.
pub(crate) fn read_blocking(pipe: &mut impl Read, limit: usize) -> io::Result<Option<Vec<u8>>> {
    let mut message = Vec::new();
    loop {
        let mut head = [0; 4];
        match pipe.read_exact(&mut head) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof && message.is_empty() => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
        let (length, more) = read_header(head, message.len(), limit)?;
        let start = message.len();
        message.resize(start + length, 0);
        pipe.read_exact(&mut message[start..])?;
        if !more {
            return Ok(Some(message));
        }
    }
}
