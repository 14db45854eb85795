//! The owner's socket: how other commands on this machine reach the process that owns a folder.
//!
//! A Unix socket in the folder, readable by its owner only; frames of the protocol, each with
//! its length before it.

mod remote;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::stream;
use reporunner_model::limits;
use reporunner_protocol::{Code, Event, Failure, FromClient, FromServer};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;

use crate::answer::{Answer, converse};

pub use remote::Remote;

/// Name of the socket within the data folder.
const SOCKET: &str = "owner.sock";

fn path_in(folder: &Path) -> PathBuf {
    folder.join(SOCKET)
}

/// Takes the socket away, so that nobody waits at a door that leads nowhere.
pub(crate) fn remove(folder: &Path) {
    // One that stays is taken away by the next owner.
    let _ = std::fs::remove_file(path_in(folder));
}

/// Listens in `folder`, whose lock the caller holds, and answers until the task is dropped.
///
/// # Errors
/// Where the socket cannot be made.
pub(crate) fn listen(folder: &Path, answer: Arc<dyn Answer>) -> io::Result<()> {
    let path = path_in(folder);
    // The lock is ours, so a socket that lies there is a dead process's.
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    tokio::spawn(async move {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => drop(tokio::spawn(serve(stream, Arc::clone(&answer)))),
                // Out of file handles, most likely: connections that end give some back.
                Err(error) => {
                    tracing::warn!(%error, "a command was not accepted");
                    tokio::task::yield_now().await;
                }
            }
        }
    });
    Ok(())
}

async fn serve(stream: UnixStream, answer: Arc<dyn Answer>) {
    let (reader, mut writer) = stream.into_split();
    let (sender, mut outgoing) = mpsc::channel::<FromServer>(256);
    let write = async move {
        while let Some(frame) = outgoing.recv().await {
            let written = match write_frame(&mut writer, &frame).await {
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    write_frame(&mut writer, &too_large(frame)).await
                }
                written => written,
            };
            if written.is_err() {
                break;
            }
        }
    };
    let incoming = stream::unfold(reader, async |mut reader| {
        let frame = read_frame::<FromClient>(&mut reader).await.ok()??;
        Some((frame, reader))
    });
    tokio::join!(write, converse(answer, incoming, sender));
}

/// What is said instead of a reply that fits no frame.
fn too_large(frame: FromServer) -> FromServer {
    let most = limits::FRAME_BYTES / (1024 * 1024);
    let failure = Failure::new(Code::Invalid, format!("the reply is larger than {most} MiB"))
        .hint("Look at the run in the window, which asks for the rows in view only.");
    match frame {
        FromServer::Reply { id, .. } | FromServer::Failure { id, .. } => {
            FromServer::Failure { id, failure }
        }
        FromServer::Event { .. } => FromServer::Event {
            event: Event::Notice { message: failure.message, hint: failure.hint },
        },
    }
}

async fn write_frame<T: Serialize>(
    writer: &mut (impl AsyncWrite + Unpin),
    frame: &T,
) -> io::Result<()> {
    write_bytes(writer, &serde_json::to_vec(frame)?).await
}

/// Writes a frame that is JSON already.
async fn write_bytes(writer: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len())
        .ok()
        .filter(|_| bytes.len() <= limits::FRAME_BYTES)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the frame is too large"))?;
    writer.write_all(&length.to_be_bytes()).await?;
    writer.write_all(bytes).await?;
    writer.flush().await
}

async fn read_frame<T: DeserializeOwned>(
    reader: &mut (impl AsyncRead + Unpin),
) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match reader.read_exact(&mut length).await {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    };
    let length = u32::from_be_bytes(length) as usize;
    if length > limits::FRAME_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the frame is too large"));
    }
    let mut bytes = vec![0; length];
    reader.read_exact(&mut bytes).await?;
    Ok(Some(serde_json::from_slice(&bytes)?))
}
