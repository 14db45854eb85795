//! The process that owns a folder and those that reach it by its socket.

use std::io::{Read, Write};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reporunner_app::{Answer, Host, Stay, ask, connect};
use reporunner_model::{Clock, Edit, EditBatch, EditId, Monotonic, Timestamp, WorkflowId, limits};
use reporunner_protocol::*;
use serde_json::json;
use tokio::runtime::Runtime;
use tokio::sync::broadcast::error::RecvError;

/// Longest that anything may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// An owner in a runtime of its own, which goes with it as a process would.
struct Owner {
    runtime: Option<Runtime>,
    answer: Option<Arc<dyn Answer>>,
}

impl Owner {
    fn new(folder: &Path) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let answer = runtime.block_on(connect(folder, Host::machine(), Stay::Short));
        Self { runtime: Some(runtime), answer: Some(answer.expect("the folder opens")) }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.answer.take();
        self.runtime.take().expect("it is there").shutdown_timeout(PATIENCE);
    }
}

async fn client(folder: &Path) -> Arc<dyn Answer> {
    connect(folder, Host::machine(), Stay::Short).await.expect("the owner answers")
}

async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it takes too long")
}

fn outside_runtime<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(work).join().expect("it works"))
}

#[tokio::test]
async fn a_client_is_told_when_its_owner_ends_and_goes_on_with_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let owner = outside_runtime(|| Owner::new(folder.path()));
    let remote = client(folder.path()).await;
    let mut events = remote.events();
    soon(ask(&*remote, CreateWorkflow { name: "One".to_owned() })).await.expect("it is made");
    outside_runtime(move || drop(owner));
    loop {
        match soon(events.recv()).await.expect("it is told") {
            Event::Notice { message, hint } => {
                assert!(message.contains("has ended") && hint.is_some(), "{message}");
                break;
            }
            _ => continue,
        }
    }
    let refused = soon(ask(&*remote, Hello {})).await.expect_err("nobody answers");
    assert_eq!(refused.code, Code::Disconnected);
    assert!(refused.hint.is_some(), "{refused}");
    let next = outside_runtime(|| Owner::new(folder.path()));
    // Whoever listens hears that there is another history now, and loads afresh.
    loop {
        match soon(events.recv()).await {
            Err(RecvError::Closed) => break,
            other => assert!(other.is_ok(), "{other:?}"),
        }
    }
    let list = ListWorkflows { filter: WorkflowFilter::default() };
    assert_eq!(soon(ask(&*remote, list)).await.expect("it goes on").len(), 1);
    let mut events = remote.events();
    soon(ask(&*remote, CreateWorkflow { name: "Two".to_owned() })).await.expect("it is made");
    soon(events.recv()).await.expect("and hears the new one");
    outside_runtime(move || drop(next));
}

#[tokio::test]
async fn what_fits_no_frame_is_refused_at_once_and_holds_nothing_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let owner = outside_runtime(|| Owner::new(folder.path()));
    let remote = client(folder.path()).await;
    let id = soon(ask(&*remote, CreateWorkflow { name: "One".to_owned() })).await.expect("made");
    let edit = |bytes: usize, id: &WorkflowId| EditWorkflow {
        id: id.clone(),
        batch: EditBatch {
            id: EditId::new(format!("e{bytes}")),
            label: "Describe".to_owned(),
            edits: vec![Edit::SetDescription { text: "x".repeat(bytes) }],
            author: None,
        },
    };
    let refused = soon(ask(&*remote, edit(limits::FRAME_BYTES, &id))).await.expect_err("too large");
    assert_eq!(refused.code, Code::Invalid, "{refused:?}: it is not tried again for ever");
    assert!(refused.hint.is_some());
    soon(ask(&*remote, edit(20_000, &id))).await.expect("what fits goes through after it");
    // The largest file that may be imported, its every tenth character a quote.
    let text = format!("{:?}", "\"123456789".repeat(limits::IMPORT_BYTES / 11 - 1));
    assert!(text.len() <= limits::IMPORT_BYTES);
    let import = ImportWorkflow { text, name: None };
    let refused = soon(ask(&*remote, import)).await.expect_err("it is no workflow");
    assert!(refused.message.contains("workflow"), "it arrived and was read: {refused:?}");
    outside_runtime(move || drop(owner));
}

#[tokio::test]
async fn a_long_run_holds_no_other_request_up() {
    let held = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/", held.local_addr().expect("an address"));
    let folder = tempfile::tempdir().expect("a folder");
    let owner = outside_runtime(|| Owner::new(folder.path()));
    let remote = client(folder.path()).await;
    let place = json!({ "x": 0.0, "y": 0.0 });
    let node = |id: &str, kind: &str, params: serde_json::Value| {
        json!({ "id": id, "type": kind, "v": "1", "name": id, "position": place, "on": true,
            "params": params })
    };
    let mut call = node("call", "httpRequest", json!({ "method": "POST", "url": url }));
    call["v"] = json!("4.2");
    let workflow = json!({
        "id": "w", "name": "Long", "settings": {},
        "nodes": { "start": node("start", "manualTrigger", json!({})), "call": call },
        "edges": { "start/main/0>call/main/0": {} }
    });
    let text = json!({ "reporunner": 1, "workflow": workflow }).to_string();
    let imported = soon(ask(&*remote, ImportWorkflow { text, name: None })).await;
    let workflow: WorkflowId = imported.expect("it is imported").id;
    let start = StartRun {
        workflow,
        start: reporunner_model::StartFrom::Default,
        input: None,
        options: RunOptions::default(),
    };
    let StartedRun::Running { run } = soon(ask(&*remote, start)).await.expect("it starts") else {
        panic!("it starts at once")
    };
    let (waiting, waited) = (Arc::clone(&remote), run.clone());
    let waits = tokio::spawn(async move { ask(&*waiting, WaitRun { run: waited }).await });
    for _ in 0..200 {
        soon(ask(&*remote, Hello {})).await.expect("it is answered meanwhile");
    }
    assert!(!waits.is_finished(), "the run is still under way");
    soon(ask(&*remote, StopRun { run })).await.expect("it stops");
    let ended = soon(waits).await.expect("it ends").expect("it is answered");
    assert_eq!(ended.status, reporunner_model::RunStatus::Cancelled);
    outside_runtime(move || drop(owner));
}

/// A pipe in the place of a file gives nobody anything until somebody writes.
#[tokio::test]
async fn a_long_read_holds_no_other_request_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = connect(folder.path(), Host::machine(), Stay::Short).await.expect("it opens");
    let name = "ab".repeat(32);
    let place = folder.path().join("binaries/ab");
    std::fs::create_dir_all(&place).expect("a folder");
    let pipe = place.join(&name);
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("the program is there").success());
    let (tell, told) = std::sync::mpsc::channel();
    let writing = std::thread::spawn(move || {
        let in_time = told.recv_timeout(PATIENCE).is_ok();
        drop(std::fs::OpenOptions::new().write(true).open(&pipe).expect("a pipe"));
        in_time
    });
    let file = GetFile { id: format!("blake3:{name}"), offset: 0, limit: 1 };
    let (read, other) = tokio::join!(ask(&*desk, file), async {
        let other = ask(&*desk, Hello {}).await;
        // Too late where the read came first.
        let _ = tell.send(());
        other
    });
    assert!(writing.join().expect("it writes"), "the other request waited for the read");
    assert!(other.is_ok(), "{other:?}");
    assert_eq!(read.expect_err("a pipe is no file").code, Code::Internal);
}

#[tokio::test]
async fn an_owner_of_another_version_is_refused_in_clear_words() {
    let folder = tempfile::tempdir().expect("a folder");
    outside_runtime(|| drop(Owner::new(folder.path())));
    let lock = std::fs::File::open(folder.path().join("lock")).expect("the lock's file");
    lock.lock().expect("nobody holds it");
    let socket = folder.path().join("owner.sock");
    std::fs::remove_file(&socket).expect("that of the owner before");
    let listener = UnixListener::bind(socket).expect("a socket");
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let mut length = [0; 4];
        stream.read_exact(&mut length).expect("a frame");
        let mut frame = vec![0; u32::from_be_bytes(length) as usize];
        stream.read_exact(&mut frame).expect("a frame");
        let asked: serde_json::Value = serde_json::from_slice(&frame).expect("JSON");
        let reply = json!({ "kind": "reply", "id": asked["id"], "reply": { "protocol": 999 } });
        let reply = reply.to_string();
        stream.write_all(&(reply.len() as u32).to_be_bytes()).expect("written");
        stream.write_all(reply.as_bytes()).expect("written");
        let _ = stream.read(&mut [0]);
    });
    let refused = soon(connect(folder.path(), Host::machine(), Stay::Short)).await;
    let failure = refused.err().expect("it is refused");
    assert_eq!(failure.code, Code::Owned);
    assert!(failure.message.contains("another version") && failure.message.contains("999"));
    assert!(failure.hint.is_some());
}

#[tokio::test]
async fn whoever_leaves_a_folder_takes_nothing_more_and_gives_it_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = connect(folder.path(), Host::machine(), Stay::Long).await.expect("it opens");
    let id = ask(&*first, CreateWorkflow { name: "Kept".to_owned() }).await.expect("made");
    soon(first.close()).await;
    let refused = ask(&*first, OpenWorkflow { id: id.clone() }).await.expect_err("it is closed");
    assert_eq!(refused.code, Code::Disconnected);
    soon(first.close()).await;
    // The first is still there, and yet the folder is free.
    let second = connect(folder.path(), Host::machine(), Stay::Long).await.expect("it opens");
    assert_eq!(ask(&*second, OpenWorkflow { id }).await.expect("it opens").workflow.name, "Kept");
}

#[tokio::test]
async fn steps_of_undo_are_kept_within_their_limit() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = connect(folder.path(), Host::machine(), Stay::Short).await.expect("it opens");
    let id = ask(&*desk, CreateWorkflow { name: "Edited".to_owned() }).await.expect("made");
    let steps = 2 * reporunner_model::limits::UNDO_STEPS + 20;
    for number in 0..steps {
        let text = format!("step {number}");
        let batch = reporunner_model::EditBatch {
            id: reporunner_model::EditId::new(text.clone()),
            label: text.clone(),
            edits: vec![reporunner_model::Edit::SetDescription { text }],
            author: None,
        };
        ask(&*desk, EditWorkflow { id: id.clone(), batch }).await.expect("it is taken");
    }
    soon(desk.close()).await;
    drop(desk);
    let store = reporunner_store::Store::open(
        folder.path(),
        reporunner_store::OpenOptions::at(reporunner_model::Timestamp(1)),
    )
    .expect("it opens");
    let row = store.read(|db| db.workflow(&id)).expect("it reads").expect("it is there");
    let blobs = store.read(|db| db.blobs(&row.document)).expect("it reads");
    let kept = blobs.iter().filter(|(name, _)| name.starts_with("undo/")).count();
    assert_eq!(kept, 2 * reporunner_model::limits::UNDO_STEPS);
    store.close();
    drop(store);
    let desk = connect(folder.path(), Host::machine(), Stay::Short).await.expect("it opens");
    for expected in (steps - 4..steps - 1).rev() {
        ask(&*desk, UndoEdit { id: id.clone(), edit: EditId::new(format!("undo{expected}")) })
            .await
            .expect("it is undone");
        let opened = ask(&*desk, OpenWorkflow { id: id.clone() }).await.expect("it opens");
        assert_eq!(opened.workflow.description, format!("step {expected}"));
    }
}

/// How much faster time passes for a process that wants the folder of a hung one.
const HASTE: u64 = 5;

/// A clock on which nobody waits long for somebody who is silent.
struct Hasty(Instant);

impl Clock for Hasty {
    fn now(&self) -> Timestamp {
        Timestamp(1_795_586_430_000 + self.0.elapsed().as_millis() as i64)
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic(self.0.elapsed().as_micros() as u64 * HASTE)
    }

    fn sleep_until(&self, until: Monotonic) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let left = Duration::from_micros(until.micros_since(self.monotonic()));
        let is_silence = left > Duration::from_millis(limits::OWNER_SILENT_MS / 2);
        let left = left / HASTE as u32;
        Box::pin(tokio::time::sleep(if is_silence { Duration::from_millis(300) } else { left }))
    }
}

fn hasty() -> Host {
    Host { clock: Arc::new(Hasty(Instant::now())), ..Host::machine() }
}

/// A folder whose lock is held, by the number `owner`, with a place for a socket.
fn held(folder: &Path, owner: &str) -> std::fs::File {
    outside_runtime(|| drop(Owner::new(folder)));
    let lock = std::fs::File::open(folder.join("lock")).expect("the lock's file");
    lock.lock().expect("nobody holds it");
    std::fs::write(folder.join("lock"), owner).expect("it is written");
    std::fs::remove_file(folder.join("owner.sock")).expect("that of the owner before");
    lock
}

#[tokio::test]
async fn an_owner_that_takes_no_connections_has_hung() {
    let folder = tempfile::tempdir().expect("a folder");
    let _lock = held(folder.path(), "1234567");
    let socket = tokio::net::UnixSocket::new_stream().expect("a socket");
    socket.bind(folder.path().join("owner.sock")).expect("a free place");
    let _listener = socket.listen(1).expect("it listens");
    let mut waiting = Vec::new();
    while let Ok(stream) = tokio::net::UnixStream::connect(folder.path().join("owner.sock")).await {
        waiting.push(stream);
    }
    let refused = soon(connect(folder.path(), hasty(), Stay::Long)).await;
    let failure = refused.err().expect("the folder is held");
    assert_eq!(failure.code, Code::Owned);
    assert!(failure.message.contains("(number 1234567) has hung"), "{failure}");
}

#[tokio::test]
async fn of_two_that_wait_for_a_hung_owner_the_second_goes_by_the_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let lock = held(folder.path(), "1234567");
    let socket = folder.path().join("owner.sock");
    let listener = UnixListener::bind(&socket).expect("a socket");
    let path = folder.path().join("lock");
    let hung = std::thread::spawn(move || {
        // While somebody waits for its word, another one takes its place.
        let connection = listener.accept().expect("a client");
        std::fs::write(path, "7654321").expect("it is written");
        drop(lock);
        connection
    });
    let next = soon(connect(folder.path(), hasty(), Stay::Long)).await.expect("it goes on");
    drop(hung.join().expect("it waits"));
    soon(next.close()).await;
}

/// No test by itself but the process of the next one, which takes connections and says nothing.
#[test]
fn a_silent_process() {
    let Some(socket) = std::env::var_os("SILENT_SOCKET") else { return };
    let _listener = UnixListener::bind(socket).expect("a free place");
    loop {
        std::thread::park();
    }
}

#[tokio::test]
async fn an_owner_that_was_ended_and_does_not_go_is_told_of() {
    let folder = tempfile::tempdir().expect("a folder");
    // This process keeps the lock, as one keeps it that waits for the system.
    let _lock = held(folder.path(), "");
    let socket = folder.path().join("owner.sock");
    let mut silent = std::process::Command::new(std::env::current_exe().expect("a program"))
        .args(["a_silent_process", "--exact"])
        .env("SILENT_SOCKET", &socket)
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("it starts");
    std::fs::write(folder.path().join("lock"), silent.id().to_string()).expect("it is written");
    soon(async {
        while !socket.exists() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let refused = soon(connect(folder.path(), hasty(), Stay::Long)).await;
    let ended = silent.try_wait().expect("it is ours");
    let _ = silent.kill();
    let signal = ended.and_then(|status| std::os::unix::process::ExitStatusExt::signal(&status));
    assert_eq!(signal, Some(9), "it was ended");
    let failure = refused.err().expect("the folder is held");
    assert_eq!(failure.code, Code::Owned);
    let expect = format!("(number {}) has hung, was ended and does not go", silent.id());
    assert!(failure.message.contains(&expect), "{failure}");
}
