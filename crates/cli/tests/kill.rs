//! The real binary, killed at moments that nobody chose: what it answered is there afterwards, and
//! what it did outside is not done again.
//!
//! `REPORUNNER_KILL_CASES` sets the number of cases, `REPORUNNER_KILL_SEED` the seed of the moments.

#[path = "cli/editor.rs"]
mod editor;
#[path = "cli/effects.rs"]
mod effects;
#[path = "cli/outside.rs"]
mod outside;
#[path = "cli/process.rs"]
mod process;
#[path = "cli/random.rs"]
mod random;

use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use editor::{Editor, ask};
use effects::EffectsServer;
use outside::Book;
use process::{Folder, Serve};
use random::Random;
use reporunner_model::limits::SNAPSHOT_EVERY_CHANGES;
use reporunner_model::{NodeRunState, RunId, RunStatus, WorkflowId};
use reporunner_protocol::{
    GetRun, GetRunResult, Hello, RunDetail, RunResult, RunSummary, WaitRun, Welcome,
};
use serde_json::{Value, json};

/// Runs that are started for each kill.
const RUNS: usize = 4;
/// Longest that a run which was cut off stays without an owner.
const TAKEN_UP: Duration = Duration::from_secs(10);
/// Longest wait for calls to be answered.
const PATIENCE: Duration = Duration::from_secs(60);

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn cases() -> usize {
    number("REPORUNNER_KILL_CASES", 100)
}

fn random() -> Random {
    Random::new(number("REPORUNNER_KILL_SEED", 7) as u64)
}

#[track_caller]
fn check_doctor(folder: &Folder) {
    let doctor = folder.run(&["doctor", "--json"]);
    assert_eq!(doctor.json()["troubles"], json!([]), "{}", doctor.stderr);
}

#[test]
fn edits_that_were_answered_survive_a_kill() {
    let (folder, mut random) = (Folder::new(), random());
    let mut serve = folder.serve();
    let mut editor = Editor::new(&mut serve);
    for case in 0..cases() {
        if case % 20 == 19 {
            // Another workflow, so that none grows too large to be looked at each time.
            editor = Editor::new(&mut serve);
        }
        editor.edit_until_killed(&mut serve, &mut random);
        if case % 8 == 0 {
            // Killed again while it starts.
            let mut starting = folder.spawn_serve();
            for _ in 0..random.below(60) {
                random.dawdle();
            }
            starting.kill().expect("it runs");
            starting.wait().expect("it ended");
        }
        if case % 25 == 24 {
            check_doctor(&folder);
        }
        serve = folder.serve();
        editor.check(&mut serve, case);
        let welcome: Welcome = ask(&mut serve, Hello {});
        assert_eq!((welcome.notices, welcome.read_only), (Vec::new(), None), "case {case}");
    }
    assert!(editor.answered > 0, "edits were answered");
    drop(serve);
    check_doctor(&folder);
    let known = editor.known();
    let shown = folder.run(&["show", known.id.as_str(), "--json"]).json();
    assert_eq!(shown["workflow"]["nodes"], json!(known.nodes), "a fresh process reads it");
}

#[test]
fn edits_survive_a_kill_while_a_snapshot_replaces_them() {
    let (folder, mut random) = (Folder::new(), random());
    let mut serve = folder.serve();
    let mut editor = Editor::new(&mut serve);
    // The first snapshot is due within the last of these, and is made beside what follows.
    for case in 0..cases().div_ceil(33) {
        editor.edit_much(&mut serve, SNAPSHOT_EVERY_CHANGES);
        editor.edit_until_killed(&mut serve, &mut random);
        serve = folder.serve();
        editor.check(&mut serve, case);
    }
    drop(serve);
    check_doctor(&folder);
}

#[test]
fn a_step_that_happened_outside_is_known_before_the_next_is_over() {
    let folder = Folder::new();
    let server = EffectsServer::start();
    let mut serve = folder.serve();
    let workflow = outside::import(&mut serve, outside::thinker(&server.base()));
    let started = serve.ask(outside::start(&workflow, ""));
    let run = RunId::new(started["run"].as_str().expect("it runs"));
    let began = Instant::now();
    loop {
        let detail: RunDetail = ask(&mut serve, GetRun { run: run.clone() });
        let is_over = |node: &str| {
            let mut runs = detail.nodes.iter().filter(|run| run.node.as_str() == node);
            runs.any(|run| run.state == NodeRunState::Succeeded)
        };
        assert!(!is_over("think"), "what follows is over first");
        if is_over("post") {
            break;
        }
        assert!(began.elapsed() < PATIENCE, "the step ends: {:?}", detail.nodes);
    }
    serve.kill();
    serve = folder.serve();
    let over: RunSummary = ask(&mut serve, WaitRun { run });
    assert_eq!(over.status, RunStatus::Succeeded, "{:?}", over.error);
    assert_eq!(server.requests(), 1, "the request is not sent again");
}

#[test]
fn a_request_that_only_reads_is_made_again() {
    let folder = Folder::new();
    let server = EffectsServer::start();
    let mut serve = folder.serve();
    let workflow = outside::import(&mut serve, outside::reader(&server.base()));
    server.keep(Some(0));
    let started = serve.ask(outside::start(&workflow, ""));
    let run = RunId::new(started["run"].as_str().expect("it runs"));
    server.wait_for(1);
    serve.kill();
    server.keep(None);
    serve = folder.serve();
    let over: RunSummary = ask(&mut serve, WaitRun { run });
    assert_eq!(over.status, RunStatus::Succeeded, "{:?}", over.error);
    assert_eq!(server.requests(), 2, "nobody is asked");
}

/// Calls of a webhook and what became of them.
#[derive(Default)]
struct Calls {
    accepted: BTreeSet<String>,
    unanswered: BTreeSet<String>,
}

#[test]
fn a_webhook_that_was_accepted_is_recorded_once() {
    let (folder, mut random) = (Folder::new(), random());
    let mut serve = folder.serve();
    outside::settle(&mut serve, &folder);
    let workflow = outside::import(&mut serve, outside::intake());
    outside::go_live(&mut serve, &workflow);
    let (calls, answered) = (Mutex::new(Calls::default()), Condvar::new());
    for round in 0..cases().div_ceil(10) {
        let hook = outside::webhook(&mut serve, "intake");
        let before = calls.lock().expect("the lock").accepted.len();
        let enough = before + 1 + random.below(20);
        std::thread::scope(|scope| {
            for caller in 0..4 {
                let (hook, calls, answered) = (&hook, &calls, &answered);
                scope.spawn(move || {
                    for call in 0.. {
                        let token = format!("{round}-{caller}-{call}");
                        let answer = process::try_post(hook, &json!({ "token": token }));
                        let mut calls = calls.lock().expect("the lock");
                        let Some((status, _)) = answer else {
                            calls.unanswered.insert(token);
                            return;
                        };
                        assert_eq!(status, 200);
                        calls.accepted.insert(token);
                        answered.notify_all();
                    }
                });
            }
            let waiting = calls.lock().expect("the lock");
            let enough = answered
                .wait_timeout_while(waiting, PATIENCE, |calls| calls.accepted.len() < enough)
                .expect("the lock");
            serve.kill();
            assert!(!enough.1.timed_out(), "calls are answered");
        });
        serve = folder.serve();
    }
    let mut recorded = BTreeSet::new();
    for run in outside::runs(&mut serve, &workflow) {
        let over: RunSummary = ask(&mut serve, WaitRun { run: run.id.clone() });
        assert_eq!(over.status, RunStatus::Succeeded, "{:?}", over.error);
        let result: RunResult = ask(&mut serve, GetRunResult { run: run.id });
        let token = &result.nodes["hook"][0].outputs[0][0].json["body"]["token"];
        let token = token.as_str().expect("a token").to_owned();
        assert!(recorded.insert(token.clone()), "{token} is recorded twice");
    }
    let Calls { accepted, unanswered } = calls.into_inner().expect("the lock");
    let lost: Vec<_> = accepted.difference(&recorded).collect();
    assert!(lost.is_empty(), "accepted and lost: {lost:?}");
    let known = |token: &String| accepted.contains(token) || unanswered.contains(token);
    assert!(recorded.iter().all(known), "nothing is recorded that nobody called for");
}

/// Starts runs in two ways at once and kills after `requests` more requests from them.
fn start_and_kill(
    serve: &mut Serve,
    workflow: &WorkflowId,
    book: &mut Book,
    case: usize,
    kill: impl FnOnce(&mut Serve),
) {
    let hook = outside::webhook(serve, "outside");
    let accepted = Mutex::new(BTreeSet::new());
    std::thread::scope(|scope| {
        for run in 0..RUNS / 2 {
            let token = format!("hook{case}-{run}");
            book.asked.insert(token.clone());
            let (hook, accepted) = (&hook, &accepted);
            scope.spawn(move || {
                let answer = process::try_post(hook, &json!({ "token": token }));
                if answer.is_some_and(|(status, _)| status == 200) {
                    accepted.lock().expect("the lock").insert(token);
                }
            });
        }
        let mut asked: Vec<(u64, String)> = Vec::new();
        for run in RUNS / 2..RUNS {
            let token = format!("hand{case}-{run}");
            book.asked.insert(token.clone());
            let id = serve.send(outside::start(workflow, &token)).expect("it takes questions");
            asked.push((id, token));
        }
        kill(serve);
        while let Some((id, outcome)) = serve.receive() {
            let started: Value = outcome.expect("it starts");
            assert_eq!(started["kind"], "running");
            let (_, token) = asked.iter().find(|(asked, _)| *asked == id).expect("it was asked");
            book.accepted.insert(token.clone());
        }
    });
    book.accepted.append(&mut accepted.into_inner().expect("the lock"));
}

#[test]
fn what_was_done_outside_is_done_once() {
    let (folder, mut random) = (Folder::new(), random());
    let server = EffectsServer::start();
    let database = folder.path().join("outside.db").to_str().expect("text").to_owned();
    let mut serve = folder.serve();
    outside::settle(&mut serve, &folder);
    let sql = outside::import(
        &mut serve,
        outside::statement(&database, "CREATE TABLE done (token TEXT)"),
    );
    outside::run(&mut serve, &sql, "sql");
    let workflow = outside::import(&mut serve, outside::workflow(&server.base(), &database));
    outside::go_live(&mut serve, &workflow);
    let mut book = Book::default();
    for case in 0..cases().div_ceil(RUNS) {
        let before = server.requests();
        let requests = 1 + random.below(RUNS * outside::POSTS.len() - 1);
        let keep = random.below(2) == 0;
        server.keep(keep.then_some(requests - 1));
        start_and_kill(&mut serve, &workflow, &mut book, case, |serve| {
            server.wait_for(before + requests);
            random.dawdle();
            serve.kill();
        });
        server.keep(None);
        serve = folder.serve();
        let began = Instant::now();
        book.check(&mut serve, &workflow, &server);
        assert!(began.elapsed() < TAKEN_UP, "case {case}: runs were taken up too late");
    }
    assert!(book.unknown > 0 && book.succeeded > 0, "{} {}", book.unknown, book.succeeded);
    let count =
        outside::statement(&database, "SELECT token, count(*) AS times FROM done GROUP BY token");
    let count = outside::import(&mut serve, count);
    let rows = outside::run(&mut serve, &count, "sql");
    assert!(rows.iter().all(|row| row["times"] == 1), "{rows:?}");
    assert!(rows.len() >= book.succeeded, "every run that succeeded has its row");
    drop(serve);
    let unknown = folder.run(&["executions", "--status", "unknown", "--limit", "1000", "--json"]);
    assert_eq!(unknown.json().as_array().map(Vec::len), Some(book.unknown), "they are shown");
    check_doctor(&folder);
}
