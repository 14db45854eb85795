//! The real binary, asked to end: what is under way outside ends, nothing is done twice, and the
//! next start goes on. Asked again, it ends at once.

#[path = "cli/editor.rs"]
#[allow(dead_code, reason = "only its questions are asked here")]
mod editor;
#[path = "cli/effects.rs"]
#[allow(dead_code, reason = "a part of it is used here")]
mod effects;
#[path = "cli/outside.rs"]
#[allow(dead_code, reason = "a part of it is used here")]
mod outside;
#[path = "cli/process.rs"]
mod process;
#[path = "cli/random.rs"]
mod random;

use std::io::Read;
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use editor::ask;
use effects::EffectsServer;
use process::{Folder, Serve};
use reporunner_model::{RunId, RunStatus};
use reporunner_protocol::{Hello, RunSummary, WaitRun, Welcome};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

/// Longest that ending in order may take: the time that steps get, and some.
const ENDING: Duration = Duration::from_secs(10);

fn tell(child: &Child, signal: Signal) {
    let pid = Pid::from_child(child);
    kill_process(pid, signal).expect("it runs");
}

#[track_caller]
fn ended(child: &mut Child) -> ExitStatus {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("it is ours") {
            return status;
        }
        assert!(began.elapsed() < ENDING, "it does not end");
        std::thread::yield_now();
    }
}

/// Starts a run whose first step posts to `server`, which holds its answer back.
fn held_run(serve: &mut Serve, folder: &Folder, server: &EffectsServer) -> RunId {
    outside::settle(serve, folder);
    let workflow = outside::import(serve, outside::thinker(&server.base()));
    server.hold(true);
    let started = serve.ask(outside::start(&workflow, ""));
    server.wait_for(server.requests().max(1));
    RunId::new(started["run"].as_str().expect("it runs"))
}

/// Waits until the process takes no commands any more.
fn wait_until_closing(serve: &mut Serve) {
    let began = Instant::now();
    while let Some(Ok(_)) = serve.outcome(json!({ "command": "Hello" })) {
        assert!(began.elapsed() < ENDING, "it goes on");
    }
}

#[test]
fn a_request_under_way_ends_and_the_run_goes_on_at_the_next_start() {
    for signal in [Signal::TERM, Signal::INT] {
        let folder = Folder::new();
        let server = EffectsServer::start();
        let mut serve = folder.serve();
        let run = held_run(&mut serve, &folder, &server);
        tell(&serve.child, signal);
        wait_until_closing(&mut serve);
        server.hold(false);
        assert_eq!(ended(&mut serve.child).code(), Some(0), "{signal:?}");
        assert!(!folder.data().join("owner.sock").exists(), "its socket is gone");
        assert!(folder.data().join("closed").exists(), "the folder was left in order");
        let mut serve = folder.serve();
        let over: RunSummary = ask(&mut serve, WaitRun { run });
        assert_eq!(over.status, RunStatus::Succeeded, "{:?}", over.error);
        assert_eq!(server.requests(), 1, "the request is not sent again");
        let welcome: Welcome = ask(&mut serve, Hello {});
        assert_eq!(welcome.notices, Vec::<String>::new());
    }
}

#[test]
fn asked_twice_it_ends_at_once_and_what_was_under_way_is_unknown() {
    let folder = Folder::new();
    let server = EffectsServer::start();
    let mut serve = folder.serve();
    let run = held_run(&mut serve, &folder, &server);
    let began = Instant::now();
    tell(&serve.child, Signal::TERM);
    wait_until_closing(&mut serve);
    tell(&serve.child, Signal::TERM);
    assert_eq!(ended(&mut serve.child).code(), Some(130));
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    server.hold(false);
    let mut serve = folder.serve();
    let over: RunSummary = ask(&mut serve, WaitRun { run });
    assert_eq!((over.status, server.requests()), (RunStatus::Unknown, 1));
}

#[test]
fn a_run_on_the_command_line_is_cancelled() {
    let folder = Folder::new();
    let server = EffectsServer::start();
    server.hold(true);
    let file = folder.file("thinker.json", &outside::thinker(&server.base()));
    let mut child = folder
        .command()
        .args(["run", &file, "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    server.wait_for(1);
    tell(&child, Signal::TERM);
    assert_eq!(ended(&mut child).code(), Some(1));
    let mut said = String::new();
    child.stdout.take().expect("it is piped").read_to_string(&mut said).expect("text");
    let result: serde_json::Value = serde_json::from_str(&said).expect("one JSON value");
    assert_eq!(result["status"], "cancelled");
    server.hold(false);
}
