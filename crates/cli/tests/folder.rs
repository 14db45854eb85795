//! The data folder when the machine does not play along: a second instance, no right to write, a
//! full disk, a folder that goes away, damage, a script that takes all memory.

#[path = "cli/process.rs"]
mod process;
#[path = "cli/random.rs"]
mod random;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use process::{Folder, Serve};
use random::Random;
use serde_json::{Value, json};

/// Longest that opening a damaged folder may take.
const OPENING: Duration = Duration::from_secs(10);

fn create(serve: &mut Serve, name: &str) -> Value {
    serve.ask(json!({ "command": "CreateWorkflow", "name": name }))
}

/// The command that writes `text` into a workflow's description.
fn describe(id: &Value, text: &str) -> Value {
    let edits = json!([{ "edit": "setDescription", "text": text }]);
    let batch = json!({ "id": text, "label": "Describe", "edits": edits });
    json!({ "command": "EditWorkflow", "id": id, "batch": batch })
}

/// The command that adds a tag: each edit of its own, none takes another back.
fn tag(id: &Value, tag: &str) -> Value {
    let edits = json!([{ "edit": "setTag", "tag": tag, "on": true }]);
    let batch = json!({ "id": tag, "label": "Tag", "edits": edits });
    json!({ "command": "EditWorkflow", "id": id, "batch": batch })
}

fn opened(serve: &mut Serve, id: &Value) -> Value {
    serve.ask(json!({ "command": "OpenWorkflow", "id": id }))["workflow"].clone()
}

#[track_caller]
fn refused(outcome: Option<Result<Value, Value>>, code: &str) {
    let failure = outcome.expect("it lives on").expect_err("it is refused");
    assert_eq!(failure["code"], code, "{failure}");
    assert!(failure["hint"].is_string(), "it says what to do: {failure}");
}

#[test]
fn a_second_serve_goes_through_the_owner() {
    let folder = Folder::new();
    let mut first = folder.serve();
    let id = create(&mut first, "Shared");
    let ran = folder.second_serve();
    assert!(ran.contains(&format!("Process {} has this data folder open", first.pid())), "{ran}");
    let mut second = folder.serve();
    second.ask(describe(&id, "from the second"));
    assert_eq!(opened(&mut first, &id)["description"], "from the second");
    first.kill();
    refused(second.outcome(describe(&id, "to nobody")), "disconnected");
    let mut third = folder.serve();
    assert_eq!(opened(&mut third, &id)["description"], "from the second");
    third.ask(describe(&id, "from the third"));
}

#[test]
fn an_owner_that_does_not_answer_is_a_clear_refusal() {
    let folder = Folder::new();
    create(&mut folder.serve(), "Held");
    let lock = std::fs::File::open(folder.data().join("lock")).expect("the lock's file");
    lock.lock().expect("nobody holds it any more");
    let before = contents(&folder.data());
    for arguments in [&["list"][..], &["doctor"], &["serve", "--port", "0"]] {
        let ran = folder.run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains("in use by another process"), "{}", ran.stderr);
        assert_eq!(ran.stderr.lines().count(), 2, "what and what to do: {}", ran.stderr);
    }
    assert!(contents(&folder.data()) == before, "nothing was changed");
}

/// Every file below a folder with what it holds.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let kind = entry.file_type().expect("a kind");
        if kind.is_dir() {
            files.extend(contents(&path));
        } else if kind.is_file() {
            files.push((path.clone(), std::fs::read(&path).expect("it can be read")));
        }
    }
    files.sort();
    files
}

/// A mount that goes with the test. There is none where the system does not allow it.
struct Mount(PathBuf);

impl Mount {
    fn new(arguments: &[&str], at: &Path) -> Option<Self> {
        let done = Command::new("mount").args(arguments).arg(at).output().ok()?;
        done.status.success().then(|| Self(at.to_owned()))
    }

    fn read_only(at: &Path) -> Option<Self> {
        let mount = Self::new(&["--bind", at.to_str()?], at)?;
        let again = ["mount", "-o", "remount,ro,bind"];
        let done = Command::new(again[0]).args(&again[1..]).arg(at).output().ok()?;
        done.status.success().then_some(mount)
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // Lazily: whatever still holds a file there lets go when it ends.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[track_caller]
fn check_read_only(folder: &Folder) {
    let before = contents(&folder.data());
    let mut serve = folder.serve();
    let welcome = serve.ask(json!({ "command": "Hello" }));
    assert!(welcome["readOnly"].is_string(), "{welcome}");
    let list = serve.ask(json!({ "command": "ListWorkflows", "filter": {} }));
    let id = list[0]["id"].clone();
    assert_eq!(opened(&mut serve, &id)["description"], "kept");
    refused(serve.outcome(describe(&id, "not kept")), "not-saved");
    assert_eq!(opened(&mut serve, &id)["description"], "kept", "what is shown is what is there");
    let create = json!({ "command": "CreateWorkflow", "name": "New" });
    refused(serve.outcome(create), "not-saved");
    drop(serve);
    let doctor = folder.run(&["doctor", "--json"]);
    assert_eq!(doctor.code, 1, "{}", doctor.stderr);
    assert_eq!(doctor.json()["troubles"].as_array().map(Vec::len), Some(1), "{}", doctor.stdout);
    let list = folder.run(&["list", "--json"]);
    assert_eq!(list.json().as_array().map(Vec::len), Some(1));
    assert!(!list.stderr.contains("WARN"), "nothing of the log: {}", list.stderr);
    assert!(contents(&folder.data()) == before, "nothing was changed");
}

#[test]
fn a_folder_without_the_right_to_write_is_shown_and_kept_as_it_is() {
    for killed in [false, true] {
        let folder = Folder::new();
        let mut serve = folder.serve();
        let id = create(&mut serve, "Old");
        serve.ask(describe(&id, "kept"));
        if killed {
            serve.kill();
        } else {
            drop(serve);
            // The next owner carries the log over and ends in order.
            folder.run(&["list"]);
        }
        match Mount::read_only(&folder.data()) {
            Some(_mount) => check_read_only(&folder),
            // A right that is taken away keeps out everybody but root, who can mount.
            None => {
                set_mode(&folder.data(), 0o500);
                check_read_only(&folder);
                set_mode(&folder.data(), 0o700);
            }
        }
        let mut serve = folder.serve();
        serve.ask(describe(&id, "written again"));
    }
}

/// Sets the rights of a folder, and of its files to match.
fn set_mode(folder: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let mode = if entry.path().is_dir() { mode } else { mode & 0o666 };
        std::fs::set_permissions(entry.path(), PermissionsExt::from_mode(mode)).expect("ours");
    }
    std::fs::set_permissions(folder, PermissionsExt::from_mode(mode)).expect("ours");
}

#[test]
fn a_full_disk_is_told_until_there_is_room_again() {
    let folder = Folder::new();
    std::fs::create_dir(folder.data()).expect("a folder");
    // Where nothing may be mounted, the tests of the store have to do.
    let Some(_mount) = Mount::new(&["-t", "tmpfs", "-o", "size=24m", "tmpfs"], &folder.data())
    else {
        return;
    };
    let mut serve = folder.serve();
    let full = |serve: &mut Serve| serve.ask(json!({ "command": "Hello" }))["diskFull"].clone();
    let id = create(&mut serve, "Full");
    serve.ask(describe(&id, "kept"));
    assert_eq!(full(&mut serve), Value::Null);
    let filler = folder.data().join("filler");
    let mut file = std::fs::File::create(&filler).expect("a file");
    let filled = std::io::copy(&mut std::io::repeat(1), &mut file);
    assert!(filled.is_err(), "the disk has an end");
    drop(file);
    // The log may have room for a few edits, not for many.
    let edit = |number: usize| describe(&id, &format!("edit {number}"));
    let refusal = (0..200).find_map(|number| serve.outcome(edit(number)).expect("it lives").err());
    let refusal = refusal.expect("the disk is full");
    assert_eq!(refusal["code"], "not-saved", "{refusal}");
    let told = full(&mut serve);
    assert!(told.as_str().is_some_and(|told| told.contains("Free some space")), "{told}");
    let doctor = folder.run(&["doctor", "--json"]);
    assert_eq!(doctor.code, 1, "{}", doctor.stderr);
    assert_eq!(doctor.json()["troubles"], json!([told]));
    std::fs::remove_file(&filler).expect("it goes");
    serve.ask(describe(&id, "saved again"));
    assert_eq!(full(&mut serve), Value::Null);
}

#[test]
fn a_folder_that_goes_away_is_told_and_what_follows_is_not_called_saved() {
    let folder = Folder::new();
    let mut serve = folder.serve();
    let id = create(&mut serve, "Gone");
    serve.ask(describe(&id, "saved"));
    let moved = folder.path().join("moved");
    std::fs::rename(folder.data(), &moved).expect("it moves");
    refused(serve.outcome(describe(&id, "nowhere")), "not-saved");
    std::fs::create_dir(folder.data()).expect("another folder in its place");
    refused(serve.outcome(describe(&id, "nowhere")), "not-saved");
    std::fs::remove_dir(folder.data()).expect("it goes again");
    std::fs::rename(&moved, folder.data()).expect("it comes back");
    serve.ask(describe(&id, "saved again"));
    serve.kill();
    assert_eq!(opened(&mut folder.serve(), &id)["description"], "saved again");
}

/// Changes bytes of a file in one of four ways. A log is not cut: one that only ends is what a
/// power cut leaves, and no damage.
fn damage(file: &Path, log: bool, random: &mut Random) -> String {
    let mut bytes = std::fs::read(file).expect("it is there");
    let at = random.below(bytes.len());
    let said = match random.below(if log { 3 } else { 4 }) {
        0 => {
            bytes[at] ^= 1 << random.below(8);
            format!("a bit at {at}")
        }
        1 => {
            let page = at / 4096 * 4096;
            let end = bytes.len().min(page + 4096);
            bytes[page..end].fill(0);
            format!("zeros at {page}")
        }
        2 => {
            let end = bytes.len().min(at + 1 + random.below(4096));
            bytes[at..end].iter_mut().for_each(|byte| *byte = random.next() as u8);
            format!("noise at {at}..{end}")
        }
        _ => {
            bytes.truncate(at);
            format!("cut at {at}")
        }
    };
    std::fs::write(file, bytes).expect("written");
    said
}

fn copy(from: &Path, to: &Path) {
    for (path, bytes) in contents(from) {
        let target = to.join(path.strip_prefix(from).expect("it is below"));
        std::fs::create_dir_all(target.parent().expect("a folder")).expect("made");
        std::fs::write(target, bytes).expect("written");
    }
}

/// What a fresh process reads of each workflow, by name.
fn read_back(folder: &Folder) -> Result<Vec<Value>, String> {
    let list = folder.run(&["list", "--json"]);
    assert!(!list.stderr.contains("panicked"), "{}", list.stderr);
    if list.code != 0 {
        return Err(list.stderr);
    }
    let list = list.json();
    let names = list.as_array().expect("a list").iter().map(|workflow| workflow["name"].clone());
    let mut shown = Vec::new();
    for name in names {
        let one = folder.run(&["show", name.as_str().expect("text"), "--json"]);
        assert!(!one.stderr.contains("panicked"), "{}", one.stderr);
        // One that is listed and cannot be opened is not there; it counts as lost.
        match one.code {
            0 => shown.push(one.json()["workflow"].clone()),
            code => assert_eq!(code, 2, "{}", one.stderr),
        }
    }
    shown.sort_by_key(|workflow| workflow["name"].to_string());
    Ok(shown)
}

#[test]
fn damage_is_mended_or_told() {
    let cases = std::env::var("REPORUNNER_DAMAGE_CASES").ok().and_then(|text| text.parse().ok());
    let whole = Folder::new();
    let mut serve = whole.serve();
    for number in 0..4 {
        let id = create(&mut serve, &format!("Workflow {number}"));
        for edit in 0..5 {
            serve.ask(tag(&id, &format!("tag {edit}")));
        }
    }
    serve.kill();
    // The log is carried over and a backup made; then the newest changes are in the log again.
    whole.run(&["list"]);
    let mut serve = whole.serve();
    let newest = create(&mut serve, "Workflow 5");
    serve.ask(describe(&newest, "newer than the backup"));
    serve.kill();
    let expected = {
        let copied = Folder::new();
        copy(&whole.data(), &copied.data());
        read_back(&copied).expect("it is whole")
    };
    let (mut random, mut recovered) = (Random::new(11), 0);
    let cases = cases.unwrap_or(24);
    for case in 0..cases {
        let folder = Folder::new();
        copy(&whole.data(), &folder.data());
        let log = case % 4 == 3;
        let file = if log { "reporunner.db-wal" } else { "reporunner.db" };
        let what = damage(&folder.data().join(file), log, &mut random);
        let about = format!("case {case}, {file}, {what}");
        let began = Instant::now();
        let doctor = folder.run(&["doctor", "--json"]);
        assert!(began.elapsed() < OPENING, "{about} took {:?}", began.elapsed());
        assert!(matches!(doctor.code, 0..=2), "{about}: {} {}", doctor.code, doctor.stderr);
        assert!(!doctor.stderr.contains("panicked"), "{about}: {}", doctor.stderr);
        if doctor.code == 2 {
            assert!(doctor.stderr.lines().count() >= 2, "{about}: {}", doctor.stderr);
            continue;
        }
        let told = !doctor.json()["troubles"].as_array().expect("a list").is_empty();
        let found = read_back(&folder).unwrap_or_else(|why| panic!("{about}: {why}"));
        assert!(told || found == expected, "{about}: lost without a word");
        let old = expected.iter().take(4).filter(|workflow| found.contains(workflow)).count();
        recovered += old;
        let again = folder.run(&["doctor", "--json"]).json();
        assert_eq!(again["troubles"], doctor.json()["troubles"], "{about}: told again, not new");
        for (aside, _) in contents(&folder.data()) {
            if aside.to_string_lossy().contains(".corrupt-") {
                std::fs::remove_file(aside).expect("removed");
            }
        }
        let again = folder.run(&["doctor", "--json"]);
        assert_eq!(again.code, 0, "{about}: mended once is mended: {}", again.stdout);
    }
    assert!(recovered >= cases * 4 * 99 / 100, "{recovered} of {} came back", cases * 4);
}

/// A workflow file with one node that starts it by hand.
fn started_by_hand(name: &str) -> String {
    let start = json!({ "name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1,
        "position": [0, 0], "parameters": {} });
    json!({ "name": name, "nodes": [start], "connections": {} }).to_string()
}

#[test]
fn workflows_whose_lines_in_the_list_are_lost_come_back_and_it_is_told() {
    let folder = Folder::new();
    for name in ["One", "Two", "Three"] {
        // The first has a backup made of it, the others are newer.
        let file = folder.file("workflow.json", &started_by_hand(name));
        assert_eq!(folder.run(&["import", &file]).code, 0);
    }
    let find = |serve: &mut Serve, name: &str| {
        let list = serve.ask(json!({ "command": "ListWorkflows", "filter": {} }));
        let found = list.as_array().expect("a list").iter().find(|one| one["name"] == name);
        found.expect("it is listed").clone()
    };
    let mut serve = folder.serve();
    let one = find(&mut serve, "One")["id"].clone();
    serve.ask(describe(&one, "newer than the backup"));
    drop(serve);
    // What was killed left its changes in the log.
    folder.run(&["list"]);
    let database = folder.data().join("reporunner.db");
    let mut bytes = std::fs::read(&database).expect("it is there");
    for page in bytes.chunks_mut(4096) {
        // Only the list says in words what starts a workflow.
        if page.windows(15).any(|window| window == b"Started by hand") {
            page.fill(0x5a);
        }
    }
    std::fs::write(&database, bytes).expect("written");
    let list = folder.run_logging(&["list", "--json"]);
    let mut names: Vec<_> = list.json().as_array().expect("a list").clone();
    names.sort_by_key(|workflow| workflow["name"].to_string());
    let names: Vec<_> = names.iter().map(|workflow| workflow["name"].clone()).collect();
    assert_eq!(names, ["One", "Three", "Two"], "{}", list.stderr);
    assert!(list.stderr.contains("INFO"), "there is a log to look at: {}", list.stderr);
    assert!(!list.stderr.contains('\u{1b}'), "no colours where there is no terminal");
    let doctor = folder.run(&["doctor", "--json"]);
    assert_eq!(doctor.code, 1, "it is told while the damaged file lies there");
    let trouble = doctor.json()["troubles"][0].as_str().expect("text").to_owned();
    assert!(list.stderr.contains(&trouble), "the list tells it too: {}", list.stderr);
    for part in ["the list of workflows", "the backup of 20", ".corrupt-", "Three"] {
        assert!(trouble.contains(part), "{part} in: {trouble}");
    }
    assert!(folder.run(&["doctor"]).stdout.contains(&trouble));
    let mut serve = folder.serve();
    assert_eq!(find(&mut serve, "One")["summary"], "newer than the backup");
    assert_eq!(serve.ask(json!({ "command": "Hello" }))["notices"], json!([trouble]));
    let kept = contents(&folder.data()).into_iter().map(|(path, _)| path);
    kept.filter(|path| path.to_string_lossy().contains(".corrupt-")).for_each(|path| {
        std::fs::remove_file(path).expect("removed");
    });
    assert_eq!(serve.ask(json!({ "command": "Hello" }))["notices"], json!([]));
    drop(serve);
    assert_eq!(folder.run(&["doctor"]).code, 0);
}

#[test]
fn a_full_disk_fails_edits_and_loses_none_that_was_answered() {
    let disk = Folder::new();
    let Some(_mount) = Mount::new(&["-t", "tmpfs", "-o", "size=64m", "tmpfs"], disk.path()) else {
        eprintln!("nothing can be mounted here, so no disk can be filled");
        return;
    };
    let folder = Folder::with_data_at(disk.path().join("data"));
    let mut serve = folder.serve();
    let id = create(&mut serve, "Full");
    serve.ask(describe(&id, "before"));
    let filler = disk.path().join("filler");
    fill(&filler);
    let mut expected = Vec::new();
    let mut failed = 0;
    // Many at once, so that some wait for others that fail.
    for round in 0..20 {
        let mut asked = Vec::new();
        for edit in 0..8 {
            // Random text does not shrink.
            let name = format!("tag {round} {edit} {}", text(round * 8 + edit, 150));
            asked.push((serve.send(tag(&id, &name)).expect("it takes questions"), name));
        }
        if round == 12 {
            std::fs::remove_file(&filler).expect("space again");
        }
        for _ in 0..asked.len() {
            let (answered, outcome) = serve.receive().expect("an answer");
            let at = asked.iter().position(|(id, _)| *id == answered).expect("it was asked");
            match outcome {
                Ok(_) => expected.push(asked[at].1.clone()),
                Err(failure) => {
                    assert_eq!(failure["code"], "not-saved", "{failure}");
                    failed += 1;
                }
            }
        }
    }
    assert!(failed > 0, "the disk was full");
    expected.sort();
    assert_eq!(opened(&mut serve, &id)["tags"], json!(expected), "what is shown is what is saved");
    serve.kill();
    let mut serve = folder.serve();
    assert_eq!(serve.ask(json!({ "command": "Hello" }))["notices"], json!([]));
    let opened = opened(&mut serve, &id);
    assert_eq!((&opened["tags"], &opened["description"]), (&json!(expected), &json!("before")));
}

/// Text that nothing packs, the same for the same seed.
fn text(seed: usize, length: usize) -> String {
    let mut random = Random::new(seed as u64);
    (0..length).map(|_| char::from(b'a' + random.below(26) as u8)).collect()
}

/// Takes all the space there is.
fn fill(file: &Path) {
    let mut file = std::fs::File::create(file).expect("a file");
    let mut block = vec![1_u8; 1 << 20];
    while !block.is_empty() {
        if std::io::Write::write_all(&mut file, &block).is_err() {
            block.truncate(block.len() / 2);
        }
    }
}

#[test]
fn runs_can_be_deleted_on_a_full_disk() {
    let disk = Folder::new();
    let Some(_mount) = Mount::new(&["-t", "tmpfs", "-o", "size=64m", "tmpfs"], disk.path()) else {
        eprintln!("nothing can be mounted here, so no disk can be filled");
        return;
    };
    let folder = Folder::with_data_at(disk.path().join("data"));
    let mut serve = folder.serve();
    let id = import(&mut serve, "return [{ json: { text: String(Math.random()).repeat(20000) } }]");
    for _ in 0..3 {
        assert_eq!(run(&mut serve, &id)["status"], "succeeded");
    }
    fill(&disk.path().join("filler"));
    let delete = json!({ "command": "DeleteRuns", "runs": null, "filter": {} });
    assert_eq!(serve.ask(delete), 3, "what takes room can go");
    let runs = serve.ask(json!({ "command": "ListRuns", "filter": {} }));
    assert_eq!(runs["runs"], json!([]));
}

/// Imports a workflow with one script.
fn import(serve: &mut Serve, script: &str) -> Value {
    let place = json!({ "x": 0.0, "y": 0.0 });
    let workflow = json!({
        "id": "script",
        "name": "Script",
        "settings": { "saveSuccess": true, "saveFailure": true },
        "nodes": {
            "start": { "id": "start", "type": "manualTrigger", "v": "1", "name": "Start",
                "position": place, "on": true, "params": {} },
            "code": { "id": "code", "type": "code", "v": "2", "name": "Code",
                "position": place, "on": true, "params": { "jsCode": script } }
        },
        "edges": { "start/main/0>code/main/0": {} }
    });
    let text = json!({ "reporunner": 1, "workflow": workflow }).to_string();
    serve.ask(json!({ "command": "ImportWorkflow", "text": text, "name": null }))["id"].clone()
}

/// Runs a workflow by hand to its end.
fn run(serve: &mut Serve, id: &Value) -> Value {
    let start = json!({
        "command": "StartRun", "workflow": id, "start": { "kind": "default" },
        "input": null, "options": {}
    });
    let run = serve.ask(start)["run"].clone();
    serve.ask(json!({ "command": "WaitRun", "run": run }))
}

#[test]
fn a_script_that_takes_all_memory_fails_its_run_and_nothing_else() {
    let folder = Folder::new();
    let mut serve = folder.serve();
    for script in [
        "const all = []; while (true) all.push('x'.repeat(1e6) + all.length)",
        "const all = []; while (true) all.push(new Uint8Array(1e7).fill(1))",
        "const deep = () => deep() + 1; return deep()",
    ] {
        let greedy = import(&mut serve, script);
        let ended = run(&mut serve, &greedy);
        assert_eq!(ended["status"], "failed", "{script}: {ended}");
        assert_eq!(ended["error"]["nodeName"], "Code", "{script}: {ended}");
        let modest = import(&mut serve, "return [{ json: { fine: true } }]");
        assert_eq!(run(&mut serve, &modest)["status"], "succeeded", "after {script}");
    }
}
