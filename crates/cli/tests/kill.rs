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
use std::sync::Mutex;
use std::time::{Duration, Instant};

use editor::{Editor, ask};
use effects::EffectsServer;
use outside::Book;
use process::{Folder, Serve};
use random::Random;
use reporunner_model::WorkflowId;
use reporunner_protocol::{Hello, Welcome};
use serde_json::{Value, json};

/// Runs that are started for each kill.
const RUNS: usize = 4;
/// Longest that a run which was cut off stays without an owner.
const TAKEN_UP: Duration = Duration::from_secs(10);

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
        let t0 = Instant::now();
        serve = folder.serve();
        let t1 = t0.elapsed();
        editor.check(&mut serve, case);
        if case % 10 == 0 {
            eprintln!(
                "case {case} start {t1:?} check {:?} answered {}",
                t0.elapsed() - t1,
                editor.answered
            );
        }
        let welcome: Welcome = ask(&mut serve, Hello {});
        assert_eq!((welcome.notices, welcome.read_only), (Vec::new(), None), "case {case}");
    }
    assert!(editor.answered >= cases(), "{} edits were answered", editor.answered);
    drop(serve);
    check_doctor(&folder);
    let shown = folder.run(&["show", &editor.known().name, "--json"]).json();
    assert_eq!(shown["workflow"]["nodes"], json!(editor.known().nodes), "a fresh process reads it");
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
