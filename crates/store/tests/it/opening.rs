//! Who may open a folder, and what opening does to it.

use reporunner_model::VersionId;
use reporunner_store::{Check, Error, RunQuery, WorkflowQuery};

use super::*;

#[test]
fn one_owner_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    assert!(store.created());
    let second = Store::open(folder.path(), OpenOptions::at(Timestamp(0)));
    let Err(Error::Locked { pid }) = second else { panic!("two owners of one folder") };
    assert_eq!(pid, Some(std::process::id()));
    drop(store);
    assert!(!open(folder.path()).created(), "the lock goes with its owner");
}

#[cfg(unix)]
#[test]
fn the_folder_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("a/b");
    drop(open(&folder));
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join("reporunner.db")), 0o600);
}

#[test]
fn a_v1_database_still_opens() {
    let folder = tempfile::tempdir().unwrap();
    let v1 = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/v1.db");
    std::fs::copy(v1, folder.path().join("reporunner.db")).unwrap();
    let store = open(folder.path());
    assert_eq!(store.recovery(), None);
    let found = store
        .read(|db| {
            db.workflows(&WorkflowQuery { search: "warehouse".into(), ..Default::default() })
        })
        .unwrap();
    assert_eq!(found.len(), 1);
    let loaded = store.read(|db| db.load_document(&found[0].document)).unwrap().unwrap();
    assert_eq!((loaded.changes.len(), loaded.snapshots.len(), loaded.damaged), (3, 1, 0));
    let version = store.read(|db| db.version(&VersionId::new("v1"))).unwrap().unwrap();
    assert_eq!(version.title, "First");
    let runs = store.read(|db| db.runs(&RunQuery::default())).unwrap().runs;
    assert_eq!(runs.len(), 2);
    let rows = store.read(|db| db.node_runs(&RunId::new("r1"))).unwrap();
    let at = rows[0].outputs[0].clone().unwrap();
    assert_eq!(store.read(|db| db.all_items(&at)).unwrap(), (0..50).map(item).collect::<Vec<_>>());
    assert_eq!(store.read(|db| db.variables()).unwrap()["region"], "north");
    store.write(|tx| tx.set_variable("region", "south")).wait().unwrap();
}

/// Runs SQL on a closed folder's database, as another build would have left it.
fn alter(folder: &Path, sql: &str) {
    let db = rusqlite::Connection::open(folder.join("reporunner.db")).unwrap();
    db.execute_batch(sql).unwrap();
}

#[test]
fn a_newer_folder_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    alter(
        folder.path(),
        "INSERT INTO schema VALUES (900, '2030-01-01', 'later', 900, 0); PRAGMA user_version = 900;",
    );
    let before = std::fs::read(folder.path().join("reporunner.db")).unwrap();
    let refused = Store::open(folder.path(), OpenOptions::at(Timestamp(5)));
    let Err(error @ Error::Newer { found: 900, .. }) = refused else { panic!("it was opened") };
    assert!(error.hint().unwrap().contains("Update"));
    let after = std::fs::read(folder.path().join("reporunner.db")).unwrap();
    assert!(before == after, "a refusal changes nothing");
}

#[test]
fn a_newer_folder_that_stayed_compatible_opens() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    alter(
        folder.path(),
        "ALTER TABLE variables ADD COLUMN note TEXT;
         INSERT INTO schema VALUES (3, '2030-01-01', 'a note', 1, 0); PRAGMA user_version = 3;",
    );
    let store = open(folder.path());
    store.write(|tx| tx.set_variable("a", "1")).wait().unwrap();
    drop(store);
    let db = rusqlite::Connection::open(folder.path().join("reporunner.db")).unwrap();
    let version: u32 = db.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 3, "the number stays the newer build's");
}

#[test]
fn reading_only_reads_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.write(|tx| tx.set_variable("a", "1")).wait().unwrap();
    drop(store);
    let listing = || {
        let mut names: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.file_name(), entry.metadata().unwrap().len()))
            .collect();
        names.sort();
        names
    };
    let before = listing();
    let store =
        Store::open(folder.path(), OpenOptions::at(Timestamp(9)).read_only()).expect("it opens");
    assert!(store.read_only().is_some());
    assert_eq!(store.read(|db| db.variables()).unwrap()["a"], "1");
    let refused = store.write(|tx| tx.set_variable("a", "2")).wait();
    assert!(matches!(refused, Err(Error::ReadOnly { .. })), "{refused:?}");
    assert!(matches!(store.binary_writer().map(|_| ()), Err(Error::ReadOnly { .. })));
    drop(store);
    assert_eq!(listing(), before);
}

#[test]
fn reading_only_sees_what_a_killed_owner_left_in_the_log() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = open(folder.path());
    let beside = Store::open(folder.path(), OpenOptions::at(Timestamp(9)).read_only());
    assert!(matches!(beside, Err(Error::Locked { .. })), "not beside an owner");
    store.write(|tx| tx.set_variable("a", "1")).wait().unwrap();
    copy_folder(folder.path(), other.path());
    let store = Store::open(other.path(), OpenOptions::at(Timestamp(9)).read_only()).unwrap();
    assert_eq!(store.read(|db| db.variables()).unwrap()["a"], "1");
}

#[test]
fn a_folder_that_cannot_be_is_refused_clearly() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let refused = Store::open(&file, OpenOptions::at(Timestamp(0)));
    let Err(error @ Error::File { .. }) = refused else { panic!("a file is no folder") };
    assert!(error.to_string().contains("a folder is wanted"), "{error}");
    assert!(error.hint().is_some());
    let empty = tempfile::tempdir().unwrap();
    let refused = Store::open(empty.path(), OpenOptions::at(Timestamp(0)).read_only());
    assert!(matches!(refused, Err(Error::ReadOnly { .. })), "nothing to read there");
}

#[test]
fn a_close_look_at_a_whole_folder_finds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    let options = OpenOptions::at(Timestamp(0)).check(Check::Full);
    assert_eq!(Store::open(folder.path(), options).unwrap().recovery(), None);
}

#[test]
fn a_backup_a_day_and_three_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let at = |time: i64| Store::open(folder.path(), OpenOptions::at(Timestamp(time))).unwrap();
    let backups = || {
        let Ok(files) = std::fs::read_dir(folder.path().join("backups")) else { return vec![] };
        let mut names: Vec<String> =
            files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let store = at(0);
    store.write(|tx| tx.insert_workflow(&workflow("w", "W"))).wait().unwrap();
    drop(store);
    assert_eq!(backups(), Vec::<String>::new(), "there was nothing to copy");
    for time in [DAY, DAY + 5, 2 * DAY + 1, 3 * DAY + 2, 4 * DAY + 3] {
        drop(at(time));
    }
    let expected: Vec<String> = [2 * DAY + 1, 3 * DAY + 2, 4 * DAY + 3]
        .iter()
        .map(|time| format!("reporunner-{time}.db"))
        .collect();
    assert_eq!(backups(), expected);
}

pub(crate) fn copy_folder(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
