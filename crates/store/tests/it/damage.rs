//! Bytes on disk change. Opening mends or refuses, says so, and never panics or hangs.

use std::fs;
use std::time::{Duration, Instant};

use reporunner_model::VersionId;
use reporunner_store::{Check, Error, Owner, Payload, RunQuery, WorkflowQuery};

use super::opening::copy_folder;
use super::*;

const DOCUMENTS: u64 = 40;
const CHANGES: u64 = 8;
const CASES: u64 = 60;

/// A folder with documents, runs and, where asked for, a backup and a log that was not carried over.
fn healthy(folder: &Path) {
    let store = open(folder);
    for document in 0..DOCUMENTS {
        store
            .write(move |tx| {
                let name = format!("doc-{document}");
                let mut row =
                    workflow(&document.to_string(), &format!("Workflow number {document}"));
                row.listing.search = vec!["text ".repeat(40)];
                tx.insert_workflow(&row)?;
                let changes: Vec<_> =
                    (0..CHANGES).map(|number| change(document * 100 + number, 400)).collect();
                tx.add_changes(&name, &changes)?;
                tx.add_snapshot(&name, &["aa".into()], 0, &changes[0].bytes, Timestamp(1))?;
                let mut row = run(&format!("r{document}"), &document.to_string(), document as i64);
                row.status = RunStatus::Succeeded;
                tx.insert_run(&row)?;
                let items: Vec<Item> = (0..200).map(|n| item(n * document as usize)).collect();
                tx.put_payload(&Owner::Run(row.id), &Payload::of_items(&items)?)?;
                tx.put_payload(
                    &Owner::Version(VersionId::new(document.to_string())),
                    &Payload::of_items(&items[..50])?,
                )
            })
            .wait()
            .unwrap();
    }
}

/// Number of documents that are as they were, and whether every loss was reported.
fn examine(store: &Store) -> (u64, bool) {
    let mut whole = 0;
    let mut told = store.recovery().is_some();
    for document in 0..DOCUMENTS {
        let loaded = store.read(|db| db.load_document(&format!("doc-{document}")));
        told |= loaded.is_err();
        let loaded = loaded.unwrap_or_default().unwrap_or_default();
        told |= loaded.damaged > 0;
        let expected: Vec<_> =
            (0..CHANGES).map(|number| change(document * 100 + number, 400)).collect();
        let found: Vec<_> = loaded.changes.into_iter().map(|row| row.change).collect();
        let same = expected.iter().all(|change| found.contains(change));
        whole += u64::from(same && loaded.snapshots.len() == 1);
    }
    let listed = store.read(|db| db.workflows(&WorkflowQuery::default()));
    told |= listed.is_err();
    let runs = store.read(|db| db.runs(&RunQuery { limit: 1_000, ..Default::default() }));
    told |= runs.is_err();
    let complete = whole == DOCUMENTS
        && listed.is_ok_and(|rows| rows.len() == DOCUMENTS as usize)
        && runs.is_ok_and(|page| page.runs.len() == DOCUMENTS as usize);
    (whole, complete || told)
}

fn mutate(file: &Path, random: &mut Random) -> String {
    let mut bytes = fs::read(file).unwrap();
    if bytes.is_empty() {
        return "nothing".to_owned();
    }
    let size = bytes.len() as u64;
    let page = (random.below(size) / 4096 * 4096) as usize;
    let end = (page + 4096).min(bytes.len());
    let done = match random.below(7) {
        0 => {
            let at = random.below(size) as usize;
            bytes[at] ^= 1 << random.below(8);
            format!("a bit at {at}")
        }
        1 => {
            for _ in 0..20 {
                let at = random.below(size) as usize;
                bytes[at] = random.below(256) as u8;
            }
            "20 bytes".to_owned()
        }
        2 => {
            bytes[page..end].fill(0);
            format!("zeroes at {page}")
        }
        3 => {
            bytes[page..end].iter_mut().for_each(|byte| *byte = random.below(256) as u8);
            format!("noise at {page}")
        }
        4 => {
            let length = random.below(size) as usize;
            bytes.truncate(length);
            format!("cut to {length}")
        }
        5 => {
            let at = random.below(100.min(size)) as usize;
            bytes[at] = random.below(256) as u8;
            format!("the head at {at}")
        }
        _ => {
            let from = (random.below(size) / 4096 * 4096) as usize;
            let until = (from + 4096).min(bytes.len());
            let copy = bytes[from..until].to_vec();
            let length = copy.len().min(end - page);
            bytes[page..page + length].copy_from_slice(&copy[..length]);
            format!("page at {from} over {page}")
        }
    };
    fs::write(file, bytes).unwrap();
    done
}

#[test]
fn any_damage_is_mended_or_refused_and_told() {
    let folder = tempfile::tempdir().unwrap();
    healthy(folder.path());
    // A day later a backup is made.
    drop(Store::open(folder.path(), OpenOptions::at(Timestamp(2 * DAY))).unwrap());
    let (mut recovered, mut opened) = (0, 0);
    for seed in 0..CASES {
        let copy = tempfile::tempdir().unwrap();
        copy_folder(folder.path(), copy.path());
        let done = mutate(&copy.path().join("reporunner.db"), &mut Random(seed));
        let began = Instant::now();
        let options = OpenOptions::at(Timestamp(2 * DAY + 5)).check(Check::Full);
        match Store::open(copy.path(), options) {
            Ok(store) => {
                let (whole, told) = examine(&store);
                assert!(told, "seed {seed} ({done}): a loss that nobody reports");
                store.write(|tx| tx.set_variable("works", "1")).wait().unwrap();
                recovered += whole;
                opened += 1;
                if let Some(recovery) = store.recovery() {
                    let aside = recovery.set_aside.clone().expect("the bad file is kept");
                    assert!(aside.exists(), "seed {seed}: {recovery:?}");
                }
                drop(store);
                let again = Store::open(copy.path(), OpenOptions::at(Timestamp(2 * DAY + 9)));
                let again = again.expect("what was mended stays mended");
                assert_eq!(again.recovery(), None, "seed {seed} ({done})");
            }
            Err(error) => {
                assert!(matches!(error, Error::Newer { .. }), "seed {seed} ({done}): {error}");
            }
        }
        let took = began.elapsed();
        assert!(took < Duration::from_secs(10), "seed {seed} ({done}) took {took:?}");
    }
    assert!(opened * 10 >= CASES * 9, "only {opened} of {CASES} opened");
    assert!(
        recovered * 100 >= opened * DOCUMENTS * 99,
        "{recovered} of {} documents came back",
        opened * DOCUMENTS
    );
}

#[test]
fn without_a_backup_most_of_it_is_read_from_the_damaged_file() {
    let folder = tempfile::tempdir().unwrap();
    healthy(folder.path());
    let mut recovered = 0;
    for seed in 0..10 {
        let copy = tempfile::tempdir().unwrap();
        copy_folder(folder.path(), copy.path());
        // Three pages of zeroes anywhere but the first.
        let file = copy.path().join("reporunner.db");
        let mut bytes = fs::read(&file).unwrap();
        let pages = bytes.len() as u64 / 4096;
        let mut random = Random(seed);
        for _ in 0..3 {
            let at = (1 + random.below(pages - 1)) as usize * 4096;
            bytes[at..at + 4096].fill(0);
        }
        fs::write(&file, bytes).unwrap();
        let options = OpenOptions::at(Timestamp(5)).check(Check::Full);
        let store = Store::open(copy.path(), options).expect("it is mended");
        let (whole, told) = examine(&store);
        assert!(told, "seed {seed}");
        recovered += whole;
    }
    assert!(recovered * 10 >= 10 * DOCUMENTS * 7, "{recovered} of {}", 10 * DOCUMENTS);
}

/// Changes one bit in the middle of a change, where no page knows of it.
fn flip_in_change(folder: &Path, document: u64, number: u64) {
    let file = folder.join("reporunner.db");
    let mut bytes = fs::read(&file).unwrap();
    let change = change(document * 100 + number, 400).bytes;
    let at = bytes.windows(64).position(|window| window == &change[100..164]).unwrap();
    bytes[at + 32] ^= 4;
    fs::write(&file, bytes).unwrap();
}

#[test]
fn a_bit_within_a_change_is_seen_and_mended() {
    let folder = tempfile::tempdir().unwrap();
    healthy(folder.path());
    let without = tempfile::tempdir().unwrap();
    copy_folder(folder.path(), without.path());
    drop(Store::open(folder.path(), OpenOptions::at(Timestamp(2 * DAY))).unwrap());

    flip_in_change(without.path(), 5, 3);
    let store = open(without.path());
    let recovery = store.recovery().expect("it is told").clone();
    assert_eq!((recovery.removed, recovery.torn), (1, vec!["changes".to_owned()]));
    assert_eq!(examine(&store).0, DOCUMENTS - 1, "one change of one document is lost");

    flip_in_change(folder.path(), 5, 3);
    let store = Store::open(folder.path(), OpenOptions::at(Timestamp(2 * DAY + 1))).unwrap();
    assert_eq!(store.recovery().expect("it is told").backup, Some(Timestamp(2 * DAY)));
    assert_eq!(examine(&store).0, DOCUMENTS, "the backup has it");
}

#[test]
fn the_head_alone_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    healthy(folder.path());
    let file = folder.path().join("reporunner.db");
    let mut bytes = fs::read(&file).unwrap();
    bytes[..4096].fill(0);
    fs::write(&file, bytes).unwrap();
    let store = open(folder.path());
    let recovery = store.recovery().expect("it is told").clone();
    assert_eq!((recovery.torn.clone(), recovery.removed), (vec![], 0), "{recovery:?}");
    assert_eq!(examine(&store).0, DOCUMENTS);
}

#[test]
fn a_database_that_vanished_comes_back_from_its_backup() {
    let folder = tempfile::tempdir().unwrap();
    healthy(folder.path());
    drop(Store::open(folder.path(), OpenOptions::at(Timestamp(2 * DAY))).unwrap());
    fs::remove_file(folder.path().join("reporunner.db")).unwrap();
    let store = Store::open(folder.path(), OpenOptions::at(Timestamp(2 * DAY + 1))).unwrap();
    let recovery = store.recovery().expect("it is told");
    assert_eq!(recovery.backup, Some(Timestamp(2 * DAY)));
    assert_eq!(examine(&store).0, DOCUMENTS);
    let found = store
        .read(|db| db.workflows(&WorkflowQuery { search: "number".into(), ..Default::default() }));
    assert_eq!(found.unwrap().len(), DOCUMENTS as usize, "search works on what came back");
}

/// A folder as a killed owner leaves it: the newest writes are in the log alone.
fn with_log(folder: &Path) {
    let source = tempfile::tempdir().unwrap();
    drop(open(source.path()));
    let store = open(source.path());
    for number in 0..40 {
        store
            .write(move |tx| tx.set_variable(&format!("v{number}"), &"x".repeat(500)))
            .wait()
            .unwrap();
    }
    copy_folder(source.path(), folder);
}

#[test]
fn damage_in_the_log_is_told() {
    let folder = tempfile::tempdir().unwrap();
    with_log(folder.path());
    let log = fs::read(folder.path().join("reporunner.db-wal")).unwrap();
    let mut random = Random(3);
    for case in 0..20 {
        let copy = tempfile::tempdir().unwrap();
        copy_folder(folder.path(), copy.path());
        let mut bytes = log.clone();
        // In the first half, so that commits stand behind it.
        let at = random.below(bytes.len() as u64 / 2) as usize;
        bytes[at] ^= 0x10;
        fs::write(copy.path().join("reporunner.db-wal"), bytes).unwrap();
        let store = open(copy.path());
        let kept = store.read(|db| db.variables()).unwrap().len();
        if kept < 40 {
            let recovery = store.recovery();
            let recovery = recovery.unwrap_or_else(|| panic!("case {case}, byte {at}: not told"));
            assert!(recovery.set_aside.as_ref().unwrap().exists());
        }
    }
}

#[test]
fn a_log_that_only_ends_is_no_damage() {
    let folder = tempfile::tempdir().unwrap();
    with_log(folder.path());
    let log = fs::read(folder.path().join("reporunner.db-wal")).unwrap();
    for cut in [0, 31, 32, 100, log.len() / 2, log.len() - 1, log.len()] {
        let copy = tempfile::tempdir().unwrap();
        copy_folder(folder.path(), copy.path());
        fs::write(copy.path().join("reporunner.db-wal"), &log[..cut]).unwrap();
        let store = open(copy.path());
        assert_eq!(store.recovery(), None, "cut to {cut}");
    }
}

#[test]
fn a_mending_that_was_cut_off_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    healthy(folder.path());
    // The state between the two renames: the bad file stepped aside, its successor is complete.
    let from = folder.path().join("reporunner.db");
    fs::rename(&from, folder.path().join("reporunner.db.mended")).unwrap();
    let store = open(folder.path());
    assert!(store.recovery().is_some());
    assert_eq!(examine(&store).0, DOCUMENTS);
}
