//! The owner's socket: how other commands on this machine reach the process that owns a folder.
//!
//! A Unix socket in the folder, readable by its owner only; frames of the protocol, each with
//! its length before it.

mod remote;

use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;

use futures_util::{Stream, StreamExt, stream};
use reporunner_model::{Clock, Monotonic, limits};
use reporunner_protocol::{Code, Event, Failure, FromClient, FromServer};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;

use crate::answer::{Answer, converse};

pub(crate) use remote::Reached;
pub use remote::Remote;

/// Name of the socket within the data folder.
const SOCKET: &str = "owner.sock";
/// Time before the next try where a connection could not be taken, microseconds.
const PAUSE: u64 = 100_000;

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
pub(crate) fn listen(
    folder: &Path,
    clock: Arc<dyn Clock>,
    answer: Arc<dyn Answer>,
) -> io::Result<()> {
    let path = path_in(folder);
    // The lock is ours, so a socket that lies there is a dead process's.
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    let connections = stream::unfold(listener, async |listener| {
        let accepted = listener.accept().await.map(|(stream, _)| stream);
        Some((accepted, listener))
    });
    tokio::spawn(serve_all(connections, clock, answer));
    Ok(())
}

async fn serve_all(
    connections: impl Stream<Item = io::Result<UnixStream>>,
    clock: Arc<dyn Clock>,
    answer: Arc<dyn Answer>,
) {
    let mut connections = pin!(connections);
    let mut told = false;
    while let Some(connection) = connections.next().await {
        match connection {
            Ok(stream) => {
                told = false;
                drop(tokio::spawn(serve(stream, Arc::clone(&answer))));
            }
            // Out of file handles, most likely: connections that end give some back. Until then
            // the next try fails at once.
            Err(error) => {
                if !std::mem::replace(&mut told, true) {
                    tracing::warn!(%error, "commands are not accepted");
                }
                clock.sleep_until(Monotonic(clock.monotonic().0 + PAUSE)).await;
            }
        }
    }
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
    // Whichever side ends first, the connection ends with it: the other would wait for ever.
    tokio::select! {
        () = write => {}
        () = converse(answer, incoming, sender) => {}
    }
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use async_trait::async_trait;
    use reporunner_model::Timestamp;
    use reporunner_protocol::{Hello, Request};
    use serde_json::Value;
    use tokio::sync::{Notify, broadcast};

    use super::*;

    /// Longest that anything may take.
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

    /// A clock that is moved by whoever waits for it.
    #[derive(Default)]
    struct Moved(AtomicU64);

    impl Clock for Moved {
        fn now(&self) -> Timestamp {
            Timestamp(0)
        }

        fn monotonic(&self) -> Monotonic {
            Monotonic(self.0.load(Ordering::Relaxed))
        }

        fn sleep_until(
            &self,
            until: Monotonic,
        ) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
            self.0.store(until.0, Ordering::Relaxed);
            Box::pin(std::future::ready(()))
        }
    }

    /// Answers everything with one word, or never.
    struct Desk {
        word: Option<&'static str>,
        events: broadcast::Sender<Event>,
        asked: Notify,
    }

    impl Desk {
        fn new(word: Option<&'static str>) -> Arc<Self> {
            Arc::new(Self { word, events: broadcast::channel(1).0, asked: Notify::new() })
        }
    }

    #[async_trait]
    impl Answer for Desk {
        async fn answer(&self, _: Request) -> Result<Value, Failure> {
            self.asked.notify_one();
            match self.word {
                Some(word) => Ok(word.into()),
                None => std::future::pending().await,
            }
        }

        fn events(&self) -> broadcast::Receiver<Event> {
            self.events.subscribe()
        }
    }

    #[tokio::test]
    async fn connections_that_cannot_be_taken_are_waited_for() {
        let (mut ours, theirs) = UnixStream::pair().expect("two ends");
        let full = || io::Error::other("too many open files");
        let connections = stream::iter([Err(full()), Err(full()), Ok(theirs), Err(full())]);
        let clock = Arc::new(Moved::default());
        let answer = Desk::new(Some("here"));
        serve_all(connections, Arc::clone(&clock) as _, answer).await;
        assert_eq!(clock.monotonic().0, 3 * PAUSE, "each time it waits before it tries again");
        let asked = FromClient { id: 7, request: Hello {}.into() };
        write_frame(&mut ours, &asked).await.expect("sent");
        let told = read_frame(&mut ours).await.expect("answered");
        assert!(matches!(told, Some(FromServer::Reply { id: 7, .. })), "{told:?}");
    }

    #[tokio::test]
    async fn a_client_that_fell_behind_is_cut_off_whatever_it_still_waits_for() {
        let (mut ours, theirs) = UnixStream::pair().expect("two ends");
        let answer = Desk::new(None);
        let serving = tokio::spawn(serve(theirs, Arc::clone(&answer) as _));
        let asked = FromClient { id: 7, request: Hello {}.into() };
        write_frame(&mut ours, &asked).await.expect("sent");
        answer.asked.notified().await;
        // More than are kept for it, before it has its turn.
        for _ in 0..3 {
            let event = Event::Notice { message: "more".to_owned(), hint: None };
            answer.events.send(event).expect("it listens");
        }
        let mut ours = ours.into_std().expect("a socket");
        ours.set_nonblocking(false).expect("it is ours");
        ours.set_read_timeout(Some(PATIENCE)).expect("it is ours");
        let rest = tokio::task::spawn_blocking(move || std::io::Read::read(&mut ours, &mut [0]));
        let rest = rest.await.expect("it reads").expect("it ends in time");
        assert_eq!(rest, 0, "it is to load afresh");
        serving.await.expect("the connection ends");
    }
}
