//! A client of the process that owns a folder.
//!
//! Requests share one connection and are answered in any order. Where the connection ends, it is
//! made again as soon as somebody owns the folder; what is asked meanwhile fails and says so.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use async_trait::async_trait;
use reporunner_model::{Clock, Monotonic, limits};
use reporunner_protocol::{
    Code, Event, Failure, FromClient, FromServer, Hello, PROTOCOL_VERSION, Request,
};
use serde_json::Value;
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{broadcast, mpsc, oneshot};

use super::{path_in, read_frame, write_bytes, write_frame};
use crate::answer::Answer;
use crate::lock::lock;

/// Time between two tries to reach an owner.
const AGAIN: Duration = Duration::from_millis(500);
/// Time between two tries where too many wait already to be taken.
const FULL: Duration = Duration::from_millis(100);
/// Events that a slow listener may be behind before it has to load afresh.
const BACKLOG: usize = 1024;

type Answered = oneshot::Sender<Result<Value, Failure>>;

/// A connection: who waits for which answer, and what is still to be sent.
struct Link {
    waiting: HashMap<u64, Answered>,
    outgoing: mpsc::UnboundedSender<String>,
}

/// Who is at the socket of a folder.
pub(crate) enum Reached {
    /// The owner, which answers.
    Owner(Arc<Remote>),
    Nobody,
    /// A process that has said nothing for [`limits::OWNER_SILENT_MS`]; its id, where it took the
    /// connection and the system says whose it is.
    Silent(Option<i32>),
}

/// What became of a connection.
enum Opened {
    Reading(OwnedReadHalf),
    Nobody,
    Silent(Option<i32>),
}

/// A client of the process that owns a folder.
pub struct Remote {
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    next: AtomicU64,
    /// None while nobody owns the folder.
    link: Mutex<Option<Link>>,
    /// Replaced with each connection: whoever heard the events of a former one has missed some
    /// and loads afresh.
    events: Mutex<broadcast::Sender<Event>>,
}

impl Remote {
    /// Connects to the owner of `folder`.
    ///
    /// # Errors
    /// Where the owner speaks another version of the protocol.
    pub(crate) async fn connect(folder: &Path, clock: Arc<dyn Clock>) -> Result<Reached, Failure> {
        let remote = Arc::new(Self {
            folder: folder.to_owned(),
            clock,
            next: AtomicU64::new(1),
            link: Mutex::default(),
            events: Mutex::new(broadcast::channel(BACKLOG).0),
        });
        let reading = match remote.open().await? {
            Opened::Reading(reading) => reading,
            Opened::Nobody => return Ok(Reached::Nobody),
            Opened::Silent(process) => return Ok(Reached::Silent(process)),
        };
        tokio::spawn(stay(Arc::downgrade(&remote), Arc::clone(&remote.clock), reading));
        Ok(Reached::Owner(remote))
    }

    /// Opens a connection to an owner that answers and speaks this version of the protocol, and
    /// has its requests written. Nobody also where the connection ends at once: an owner that is
    /// being killed may still take one.
    async fn open(&self) -> Result<Opened, Failure> {
        let silent_at = self.clock.monotonic().0 + limits::OWNER_SILENT_MS * 1000;
        let mut silent = self.clock.sleep_until(Monotonic(silent_at));
        let connected = tokio::select! {
            connected = self.dial() => connected,
            () = &mut silent => return Ok(Opened::Silent(None)),
        };
        let stream = match connected {
            Ok(stream) => stream,
            Err(error) => {
                tracing::debug!(%error, "the owner's socket");
                return Ok(Opened::Nobody);
            }
        };
        let process = stream.peer_cred().ok().and_then(|peer| peer.pid());
        let (mut reader, mut writer) = stream.into_split();
        let welcome = tokio::select! {
            welcome = greet(&mut reader, &mut writer) => welcome,
            () = &mut silent => return Ok(Opened::Silent(process)),
        };
        let Some(welcome) = welcome else { return Ok(Opened::Nobody) };
        check_version(&welcome)?;
        let (outgoing, to_write) = mpsc::unbounded_channel();
        tokio::spawn(write(writer, to_write));
        *lock(&self.link) = Some(Link { waiting: HashMap::new(), outgoing });
        Ok(Opened::Reading(reader))
    }

    /// Connects. Does not end while nobody takes connections out of the system's hands and it has
    /// no room for one more.
    async fn dial(&self) -> io::Result<UnixStream> {
        loop {
            match UnixStream::connect(path_in(&self.folder)).await {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let until = self.clock.monotonic().0 + FULL.as_micros() as u64;
                    self.clock.sleep_until(Monotonic(until)).await;
                }
                connected => return connected,
            }
        }
    }

    /// Takes in what the owner says, until it says nothing any more.
    async fn listen(this: &Weak<Self>, mut reader: OwnedReadHalf) {
        while let Ok(Some(frame)) = read_frame::<FromServer>(&mut reader).await {
            let Some(this) = this.upgrade() else { return };
            let (id, result) = match frame {
                FromServer::Reply { id, reply } => (id, Ok(reply)),
                FromServer::Failure { id, failure } => (id, Err(failure)),
                FromServer::Event { event } => {
                    this.tell(event);
                    continue;
                }
            };
            let asked = lock(&this.link).as_mut().and_then(|link| link.waiting.remove(&id));
            if let Some(asked) = asked {
                // Whoever asked may have gone meanwhile.
                let _ = asked.send(result);
            }
        }
    }

    fn tell(&self, event: Event) {
        // Without listeners there is nobody to tell.
        let _ = lock(&self.events).send(event);
    }
}

/// Keeps a connection while there is a client: makes it again where it ends.
async fn stay(this: Weak<Remote>, clock: Arc<dyn Clock>, mut reading: OwnedReadHalf) {
    loop {
        Remote::listen(&this, reading).await;
        let Some(remote) = this.upgrade() else { return };
        // Whoever still waits is told by the dropped sender.
        lock(&remote.link).take();
        drop(remote);
        let Some(again) = reopen(&this, &clock).await else { return };
        reading = again;
    }
}

/// Connects again, to the same owner or the next one. None where the client is gone.
async fn reopen(this: &Weak<Remote>, clock: &Arc<dyn Clock>) -> Option<OwnedReadHalf> {
    let mut told_of_version = false;
    for attempt in 0_u32.. {
        let remote = this.upgrade()?;
        let opened = remote.open().await;
        if let Ok(Opened::Reading(reading)) = opened {
            *lock(&remote.events) = broadcast::channel(BACKLOG).0;
            return Some(reading);
        }
        let trouble = opened.err().filter(|_| !told_of_version);
        told_of_version |= trouble.is_some();
        if let Some(Failure { message, hint, .. }) = trouble {
            remote.tell(Event::Notice { message, hint });
        } else if attempt == 0 {
            remote.tell(Event::Notice {
                message: "The Reporunner that owns the data folder has ended".to_owned(),
                hint: Some("Start it again; this goes on with the next one.".to_owned()),
            });
        }
        drop(remote);
        clock.sleep_until(Monotonic(clock.monotonic().0 + AGAIN.as_micros() as u64)).await;
    }
    None
}

/// Asks who answers. None where the connection ends before anybody has.
async fn greet(reader: &mut OwnedReadHalf, writer: &mut OwnedWriteHalf) -> Option<Value> {
    // Requests are numbered from 1.
    write_frame(writer, &FromClient { id: 0, request: Hello {}.into() }).await.ok()?;
    loop {
        match read_frame(reader).await.ok()?? {
            FromServer::Reply { id: 0, reply } => return Some(reply),
            // One that is closing answers nobody any more.
            FromServer::Failure { id: 0, .. } => return None,
            _ => {}
        }
    }
}

/// Refuses an owner that would misunderstand.
fn check_version(welcome: &Value) -> Result<(), Failure> {
    // Another version's welcome may look different but for this.
    let theirs = welcome["protocol"].as_u64();
    if theirs == Some(u64::from(PROTOCOL_VERSION)) {
        return Ok(());
    }
    let theirs = theirs.map_or_else(|| "another one".to_owned(), |number| number.to_string());
    let message = format!(
        "the data folder is in use by another version of Reporunner (protocol {theirs}, this one \
         speaks {PROTOCOL_VERSION})"
    );
    Err(Failure::new(Code::Owned, message)
        .hint("Close the other one, or start the same version as that."))
}

async fn write(mut writer: OwnedWriteHalf, mut to_write: mpsc::UnboundedReceiver<String>) {
    while let Some(frame) = to_write.recv().await {
        if write_bytes(&mut writer, frame.as_bytes()).await.is_err() {
            break;
        }
    }
}

#[async_trait]
impl Answer for Remote {
    async fn answer(&self, request: Request) -> Result<Value, Failure> {
        let gone = || {
            Failure::new(Code::Disconnected, "the process that owns the data folder has ended")
                .hint("Start the command again; it takes the folder over.")
        };
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let frame = FromClient { id, request }.encode()?;
        let (sender, reply) = oneshot::channel();
        {
            let mut link = lock(&self.link);
            let link = link.as_mut().ok_or_else(gone)?;
            link.waiting.insert(id, sender);
            if link.outgoing.send(frame).is_err() {
                return Err(gone());
            }
        }
        reply.await.unwrap_or_else(|_| Err(gone()))
    }

    fn owner(&self) -> Option<u32> {
        reporunner_store::owner(&self.folder)
    }

    fn events(&self) -> broadcast::Receiver<Event> {
        lock(&self.events).subscribe()
    }
}
