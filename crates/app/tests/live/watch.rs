//! Watched folders: real files, a clock that the test moves.

use std::path::PathBuf;

use reporunner_model::{RunStatus, WorkflowId};
use reporunner_protocol::*;
use serde_json::{Value, json};

use crate::support::{Desk, SECOND, START, gave, soon};

/// A live workflow that watches the folder `inbox` of its own.
async fn watcher(desk: &Desk, folder: &tempfile::TempDir, params: Value) -> (WorkflowId, PathBuf) {
    let id =
        desk.workflow("Watcher", &[("watch", "localFileTrigger", params)], &[], json!({})).await;
    let inbox = folder.path().join("files").join(id.as_str()).join("inbox");
    std::fs::create_dir_all(&inbox).expect("a folder");
    std::fs::write(inbox.join("old.txt"), "old").expect("it is written");
    desk.live(&id).await;
    (id, inbox)
}

/// What happened, as the runs have it, oldest first.
async fn told(desk: &Desk, id: &WorkflowId, inbox: &std::path::Path) -> Vec<String> {
    let mut told = Vec::new();
    for run in desk.runs_of(id).await.into_iter().rev() {
        let result = desk.ask(GetRunResult { run: run.id }).await;
        let item = &gave(&result, "watch")[0];
        let path = item["path"].as_str().expect("a path");
        let inbox = inbox.canonicalize().expect("it is there");
        let name = path.strip_prefix(inbox.to_str().expect("text")).expect("in the folder");
        told.push(format!("{} {name}", item["event"].as_str().expect("an event")));
    }
    told
}

/// Puts a whole file there at once: one that is written in place may be looked at when it is empty
/// yet, and counts twice.
fn put(path: &std::path::Path, text: &str) {
    let beside = path.with_extension("tmp");
    std::fs::write(&beside, text).expect("it is written");
    std::fs::rename(beside, path).expect("it is put");
}

async fn ended(desk: &mut Desk, total: usize) {
    desk.until(|runs| {
        runs.len() >= total && runs.iter().all(|run| run.status == RunStatus::Succeeded)
    })
    .await;
}

#[tokio::test]
async fn what_happens_in_a_folder_starts_runs_while_the_workflow_is_live() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut desk = Desk::open(&folder, START).await;
    let events = ["add", "change", "unlink", "addDir", "unlinkDir"];
    let params = json!({
        "triggerOn": "folder", "path": "inbox", "events": events,
        "options": { "ignored": "*.tmp" }
    });
    let (id, inbox) = watcher(&desk, &folder, params).await;
    std::fs::write(inbox.join("left-out.tmp"), "x").expect("it is written");
    put(&inbox.join("new.txt"), "new");
    ended(&mut desk, 1).await;
    put(&inbox.join("old.txt"), "other");
    ended(&mut desk, 2).await;
    std::fs::create_dir(inbox.join("sub")).expect("it is made");
    ended(&mut desk, 3).await;
    put(&inbox.join("sub/deep.txt"), "deep");
    ended(&mut desk, 4).await;
    std::fs::remove_file(inbox.join("new.txt")).expect("it is removed");
    ended(&mut desk, 5).await;
    let expected =
        ["add /new.txt", "change /old.txt", "addDir /sub", "add /sub/deep.txt", "unlink /new.txt"];
    assert_eq!(told(&desk, &id, &inbox).await, expected);
    desk.ask(SetLive { id: id.clone(), live: false }).await;
    std::fs::write(inbox.join("late.txt"), "late").expect("it is written");
    desk.ask(SetLive { id: id.clone(), live: true }).await;
    std::fs::remove_dir_all(inbox.join("sub")).expect("it is removed");
    ended(&mut desk, 7).await;
    let all = told(&desk, &id, &inbox).await;
    assert_eq!(all[5..], ["unlink /sub/deep.txt", "unlinkDir /sub"], "not what came meanwhile");
    desk.close().await;
}

#[tokio::test]
async fn a_file_counts_when_it_is_written_to_its_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut desk = Desk::open(&folder, START).await;
    let params = json!({
        "triggerOn": "folder", "path": "inbox", "events": ["add", "change"],
        "options": { "awaitWriteFinish": true, "usePolling": true, "depth": 0 }
    });
    let (id, inbox) = watcher(&desk, &folder, params).await;
    std::fs::create_dir(inbox.join("sub")).expect("it is made");
    std::fs::write(inbox.join("sub/too-deep.txt"), "x").expect("it is written");
    let file = inbox.join("large.bin");
    std::fs::write(&file, "a part").expect("it is written");
    // Each second it is looked at; two of them without a change make it whole.
    soon(async {
        while desk.runs_of(&id).await.is_empty() {
            desk.clock.pass(SECOND);
            tokio::task::yield_now().await;
        }
    })
    .await;
    ended(&mut desk, 1).await;
    assert_eq!(told(&desk, &id, &inbox).await, ["add /large.bin"]);
    desk.close().await;
}

#[tokio::test]
async fn one_file_is_watched_for_changes_and_only_where_that_is_allowed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut desk = Desk::open(&folder, START).await;
    let params = json!({ "triggerOn": "file", "path": "inbox/old.txt" });
    let (id, inbox) = watcher(&desk, &folder, params).await;
    std::fs::write(inbox.join("other.txt"), "other").expect("it is written");
    put(&inbox.join("old.txt"), "changed");
    ended(&mut desk, 1).await;
    assert_eq!(told(&desk, &id, &inbox).await, ["change /old.txt"]);
    let outside = json!({ "triggerOn": "folder", "path": "/etc", "events": ["add"] });
    let steps = [("watch", "localFileTrigger", outside)];
    let id = desk.workflow("Nosy", &steps, &[], json!({})).await;
    let state = desk.ask(SetLive { id, live: true }).await;
    assert!(state.trouble.expect("it says why").contains("watch: "));
    desk.close().await;
}

/// Lets time pass until this is told.
async fn until_told(desk: &mut Desk, is_it: impl Fn(&Event) -> bool) {
    soon(async {
        while !desk.has_told(&is_it) {
            desk.clock.pass(SECOND);
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// Lets time pass until so many runs have ended well.
async fn ended_in_time(desk: &Desk, id: &WorkflowId, total: usize) {
    soon(async {
        loop {
            let runs = desk.runs_of(id).await;
            let ended = runs.iter().filter(|run| run.status == RunStatus::Succeeded).count();
            if ended >= total {
                break;
            }
            desk.clock.pass(SECOND);
            tokio::task::yield_now().await;
        }
    })
    .await;
}

fn says(event: &Event, text: &str) -> bool {
    matches!(event, Event::Notice { message, .. } if message.contains(text))
}

#[tokio::test]
async fn a_folder_that_is_away_for_a_while_is_not_emptied_and_filled_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut desk = Desk::open(&folder, START).await;
    let params = json!({
        "triggerOn": "folder", "path": "inbox", "events": ["add", "unlink"],
        "options": { "usePolling": true }
    });
    let (id, inbox) = watcher(&desk, &folder, params).await;
    let away = inbox.with_file_name("away");
    std::fs::rename(&inbox, &away).expect("it moves");
    until_told(&mut desk, |event| says(event, "cannot look into")).await;
    std::fs::write(away.join("new.txt"), "new").expect("it is written");
    std::fs::rename(&away, &inbox).expect("it comes back");
    ended_in_time(&desk, &id, 1).await;
    std::fs::remove_file(inbox.join("old.txt")).expect("it is removed");
    ended_in_time(&desk, &id, 2).await;
    assert_eq!(told(&desk, &id, &inbox).await, ["add /new.txt", "unlink /old.txt"]);
    desk.close().await;
}

/// A live workflow that watches a folder of the machine's.
async fn watches_outside(desk: &Desk, outside: &std::path::Path) -> WorkflowId {
    allow(desk, &[outside]).await;
    let params = json!({
        "triggerOn": "folder", "path": outside.to_str(), "events": ["add"],
        "options": { "ignored": "*.tmp", "usePolling": true }
    });
    let steps = [("watch", "localFileTrigger", params)];
    let id = desk.workflow("Watcher", &steps, &[], json!({})).await;
    desk.live(&id).await;
    id
}

async fn allow(desk: &Desk, folders: &[&std::path::Path]) {
    let allowed_folders = folders.iter().map(|at| at.to_string_lossy().into_owned()).collect();
    let settings = desk.ask(GetSettings {}).await;
    desk.ask(SetSettings { settings: MachineSettings { allowed_folders, ..settings } }).await;
}

#[tokio::test]
async fn a_change_whose_run_the_disk_refuses_starts_one_when_it_can() {
    let folder = tempfile::tempdir().expect("a folder");
    let outside = tempfile::tempdir().expect("a folder");
    let mut desk = Desk::open(&folder, START).await;
    let id = watches_outside(&desk, outside.path()).await;
    // A data folder that goes away for a while refuses as a full disk does.
    let away = folder.path().with_extension("away");
    std::fs::rename(folder.path(), &away).expect("it moves");
    put(&outside.path().join("first.txt"), "1");
    until_told(&mut desk, |event| says(event, "could not be started")).await;
    put(&outside.path().join("second.txt"), "2");
    let begun = std::cell::RefCell::new(std::collections::BTreeSet::new());
    for _ in 0..50 {
        desk.clock.pass(SECOND);
        tokio::task::spawn_blocking(|| {}).await.expect("others have their turn");
        desk.has_told(|event| {
            if let Event::NodesChanged { run, .. } = event {
                begun.borrow_mut().insert(run.clone());
            }
            false
        });
    }
    assert!(begun.borrow().len() <= 1, "what is tried again does not begin each time: {begun:?}");
    // The folders of the workflows were made anew meanwhile.
    let _ = std::fs::remove_dir_all(folder.path());
    std::fs::rename(&away, folder.path()).expect("it comes back");
    ended_in_time(&desk, &id, 2).await;
    let all = told(&desk, &id, outside.path()).await;
    assert_eq!(all, ["add /first.txt", "add /second.txt"]);
    desk.close().await;
}

#[tokio::test]
async fn a_folder_is_watched_only_as_long_as_it_is_allowed() {
    let folder = tempfile::tempdir().expect("a folder");
    let outside = tempfile::tempdir().expect("a folder");
    let other = tempfile::tempdir().expect("a folder");
    let desk = Desk::open(&folder, START).await;
    let id = watches_outside(&desk, outside.path()).await;
    let trouble = async |desk: &Desk| {
        let opened = desk.ask(OpenWorkflow { id: id.clone() }).await;
        opened.state.trouble
    };
    // What goes on being allowed goes on being watched, without a gap.
    put(&outside.path().join("first.txt"), "1");
    allow(&desk, &[outside.path(), other.path()]).await;
    ended_in_time(&desk, &id, 1).await;
    assert_eq!(trouble(&desk).await, None);
    allow(&desk, &[other.path()]).await;
    assert!(trouble(&desk).await.expect("it says why").contains("watch: "));
    put(&outside.path().join("second.txt"), "2");
    for _ in 0..20 {
        desk.clock.pass(SECOND);
        tokio::task::yield_now().await;
    }
    allow(&desk, &[outside.path()]).await;
    assert_eq!(trouble(&desk).await, None);
    put(&outside.path().join("third.txt"), "3");
    ended_in_time(&desk, &id, 2).await;
    let all = told(&desk, &id, outside.path()).await;
    assert_eq!(all, ["add /first.txt", "add /third.txt"]);
    desk.close().await;
}

/// Publishes a change that the watch has no part in.
async fn publish(desk: &Desk, id: &WorkflowId) {
    desk.edit(id, &[("more", "noOp", json!({}))], &[("watch", "more")], json!({})).await;
    desk.ask(PublishWorkflow { id: id.clone() }).await;
}

#[tokio::test]
async fn what_is_being_written_when_a_workflow_is_published_counts_for_the_new_version() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut desk = Desk::open(&folder, START).await;
    let params = json!({
        "triggerOn": "folder", "path": "inbox", "events": ["add"],
        "options": { "awaitWriteFinish": true, "usePolling": true }
    });
    let (id, inbox) = watcher(&desk, &folder, params).await;
    std::fs::write(inbox.join("large.bin"), "a part").expect("it is written");
    desk.clock.pass(SECOND);
    tokio::task::yield_now().await;
    publish(&desk, &id).await;
    std::fs::write(inbox.join("large.bin"), "a part and more").expect("it is written");
    ended_in_time(&desk, &id, 1).await;
    ended(&mut desk, 1).await;
    assert_eq!(told(&desk, &id, &inbox).await, ["add /large.bin"]);
    let run = desk.runs_of(&id).await.remove(0).id;
    let result = desk.ask(GetRunResult { run }).await;
    assert!(result.nodes.contains_key("more"), "the new version runs");
    desk.close().await;
}

#[tokio::test]
async fn a_folder_that_is_made_anew_is_watched_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut desk = Desk::open(&folder, START).await;
    let params = json!({
        "triggerOn": "folder", "path": "inbox", "events": ["add"],
        "options": { "ignored": "*.tmp" }
    });
    let (id, inbox) = watcher(&desk, &folder, params).await;
    std::fs::remove_file(inbox.join("old.txt")).expect("it is removed");
    let anew = inbox.with_file_name("anew");
    std::fs::create_dir(&anew).expect("it is made");
    // At no moment there is none.
    std::fs::rename(&anew, &inbox).expect("it takes the place of an empty one");
    for (number, name) in ["first.txt", "second.txt"].into_iter().enumerate() {
        put(&inbox.join(name), name);
        ended(&mut desk, number + 1).await;
    }
    assert_eq!(told(&desk, &id, &inbox).await, ["add /first.txt", "add /second.txt"]);
    desk.close().await;
}
