//! The process is killed at any moment; what was acknowledged is there afterwards.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use reporunner_store::{Check, JournalEntry, Owner, Payload, RunQuery};

use super::*;

const FOLDER: &str = "REPORUNNER_TEST_CRASH_FOLDER";
const CASES: u64 = 20;

#[test]
fn what_was_acknowledged_survives_a_kill() {
    for seed in 0..CASES {
        let folder = tempfile::tempdir().unwrap();
        let mut acked = Vec::new();
        // Twice each: the second life starts on what the first one left.
        for life in 0..2 {
            acked.extend(kill_after(folder.path(), Random(seed * 2 + life).below(120), life));
        }
        let options = OpenOptions::at(Timestamp(1)).check(Check::Full);
        let store = Store::open(folder.path(), options).expect("the folder opens after a kill");
        assert_eq!(store.recovery(), None, "seed {seed}: a kill damages nothing");
        for id in &acked {
            check_whole(&store, id, seed);
        }
        check_all_or_nothing(&store, seed);
    }
}

/// Starts a writer, kills it once it has acknowledged `lines` writes, gives what it acknowledged.
fn kill_after(folder: &Path, lines: u64, life: u64) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["crash::writer", "--exact", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .env("REPORUNNER_TEST_CRASH_LIFE", life.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut acked = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let Some(id) = line.strip_prefix("acked ") else { continue };
        acked.push(id.to_owned());
        if acked.len() as u64 == lines + 1 {
            // SIGKILL; what it still wrote into the pipe is read on.
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(acked.len() as u64 > lines, "the writer ended before it was killed");
    acked
}

/// Not a test of its own: the process that is killed. Without a folder it does nothing.
#[test]
fn writer() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let life = std::env::var("REPORUNNER_TEST_CRASH_LIFE").unwrap();
    let store = open(Path::new(&folder));
    let threads: Vec<_> = (0..3)
        .map(|thread| {
            let (store, life) = (store.clone(), life.clone());
            std::thread::spawn(move || {
                for number in 0..10_000 {
                    let id = format!("{life}-{thread}-{number}");
                    write_one(&store, &id, number);
                    let mut out = std::io::stdout().lock();
                    out.write_all(format!("acked {id}\n").as_bytes()).unwrap();
                    out.flush().unwrap();
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

fn write_one(store: &Store, id: &str, number: usize) {
    let mut row = run(id, "w", number as i64);
    row.status = RunStatus::Succeeded;
    let mut file = store.binary_writer().unwrap();
    file.write_all(id.as_bytes()).unwrap();
    let (file, _) = file.finish().unwrap();
    let mut items: Vec<Item> = (number..number + 20).map(item).collect();
    items[0].binary = Some(Box::new(indexmap::IndexMap::from([(
        "data".to_owned(),
        reporunner_model::BinaryRef { id: file.to_string(), ..Default::default() },
    )])));
    let payload = Payload::of_items(&items).unwrap();
    let body = serde_json::to_vec(payload.reference()).unwrap();
    let document = id.to_owned();
    store
        .write(move |tx| {
            tx.insert_run(&row)?;
            tx.put_payload(&Owner::Run(row.id.clone()), &payload)?;
            let entry = JournalEntry { kind: "out".to_owned(), at: Timestamp(0), body };
            tx.add_journal(&row.id, &[entry])?;
            tx.add_changes(&document, &[change(number as u64, 200)])
        })
        .wait()
        .unwrap();
    store.settle_binary(&file);
    if number % 7 == 6 {
        let old = format!("{}-x", id);
        store.write(move |tx| tx.insert_run(&run(&old, "gone", 0))).wait().unwrap();
    }
}

#[track_caller]
fn check_whole(store: &Store, id: &str, seed: u64) {
    let run_id = RunId::new(id);
    let journal = store.read(|db| db.journal(&run_id, 0, 10)).unwrap();
    assert_eq!(journal.len(), 1, "seed {seed}: {id} was acknowledged");
    let at = serde_json::from_slice(&journal[0].entry.body).unwrap();
    let items = store.read(|db| db.all_items(&at)).unwrap();
    assert_eq!(items.len(), 20);
    let file = &items[0].binary.as_ref().unwrap()["data"].id;
    let mut content = String::new();
    store.open_binary(&file.parse().unwrap()).unwrap().read_to_string(&mut content).unwrap();
    assert_eq!(content, id);
    let document = store.read(|db| db.load_document(id)).unwrap().unwrap();
    assert_eq!((document.changes.len(), document.damaged), (1, 0));
}

fn check_all_or_nothing(store: &Store, seed: u64) {
    let query = RunQuery { limit: 10_000, ..RunQuery::default() };
    let runs = store.read(|db| db.runs(&query)).unwrap().runs;
    for run in runs.iter().filter(|run| run.workflow.as_str() == "w") {
        check_whole(store, run.id.as_str(), seed);
    }
    let whole = runs.iter().filter(|run| run.workflow.as_str() == "w").count();
    assert_eq!(store.read(|db| db.documents()).unwrap().len(), whole, "seed {seed}: never half");
}
