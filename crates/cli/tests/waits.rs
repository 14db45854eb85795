//! The real binary and runs that wait: over a restart, and from the command line.

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

use std::time::{Duration, Instant};

use editor::ask;
use effects::EffectsServer;
use process::{Folder, Serve};
use reporunner_model::{RunId, RunStatus};
use reporunner_protocol::{GetRun, GetSettings, MachineSettings, RunDetail, SetSettings};
use serde_json::{Value, json};

/// Longest that anything may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long the run waits, seconds.
const WAIT: u64 = 4;

/// A workflow that waits and then posts to `base`, in n8n's form.
fn waiter(wait: Value, base: &str) -> String {
    let node = |name: &str, kind: &str, version: f64, parameters: Value| {
        json!({
            "id": name, "name": name, "type": format!("n8n-nodes-base.{kind}"),
            "typeVersion": version, "position": [0, 0], "parameters": parameters
        })
    };
    let post = json!({ "method": "POST", "url": format!("{base}/after/wait"), "options": {} });
    let nodes = [
        node("start", "manualTrigger", 1.0, json!({})),
        node("wait", "wait", 1.1, wait),
        node("post", "httpRequest", 4.2, post),
    ];
    let to = |name: &str| json!({ "main": [[{ "node": name, "type": "main", "index": 0 }]] });
    let wires = json!({ "start": to("wait"), "wait": to("post") });
    json!({ "name": "Waiter", "nodes": nodes, "connections": wires, "settings": {} }).to_string()
}

#[track_caller]
fn until(serve: &mut Serve, run: &RunId, status: RunStatus) {
    let began = Instant::now();
    loop {
        let detail: RunDetail = ask(serve, GetRun { run: run.clone() });
        if detail.summary.status == status {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "it is {status:?} at last: {detail:?}");
        std::thread::yield_now();
    }
}

#[test]
fn a_wait_of_some_seconds_survives_a_kill_and_goes_on_once() {
    let folder = Folder::new();
    let server = EffectsServer::start();
    let mut serve = folder.serve();
    let settings: MachineSettings = ask(&mut serve, GetSettings {});
    let settings = MachineSettings { rest_after_s: 1, webhook_port: 0, ..settings };
    let _: Value = ask(&mut serve, SetSettings { settings });
    let wait = json!({ "amount": WAIT, "unit": "seconds" });
    let workflow = outside::import(&mut serve, waiter(wait, &server.base()));
    let began = Instant::now();
    let started = serve.ask(outside::start(&workflow, ""));
    let run = RunId::new(started["run"].as_str().expect("it runs"));
    until(&mut serve, &run, RunStatus::Waiting);
    serve.kill();
    assert_eq!(server.requests(), 0, "it waits still");
    let listed = folder.run(&["executions", "--json"]).json();
    assert_eq!(listed[0]["status"], "waiting", "another command sees it at rest");
    let mut serve = folder.serve();
    until(&mut serve, &run, RunStatus::Succeeded);
    assert!(began.elapsed() >= Duration::from_secs(WAIT), "not before its time");
    drop(serve);
    let mut serve = folder.serve();
    until(&mut serve, &run, RunStatus::Succeeded);
    assert_eq!(server.requests(), 1, "what follows the wait was done once");
}

#[test]
fn a_run_that_waits_long_is_told_of_as_waiting() {
    let folder = Folder::new();
    let long = json!({ "amount": 2, "unit": "days" });
    for wait in [long, json!({ "resume": "webhook" })] {
        let file = folder.file("waiter.json", &waiter(wait, "http://127.0.0.1:9"));
        let ran = folder.run(&["run", &file, "--json"]);
        let result = ran.json();
        assert_eq!(result["status"], "waiting", "{}", ran.stderr);
        assert!(result["nodes"]["post"].is_null(), "nothing that follows ran: {result}");
        assert!(ran.stderr.contains("reporunner import"), "it says what to do: {}", ran.stderr);
    }
}
