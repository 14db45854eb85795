//! Databases of users: backups while others write, transactions of several runs at once.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use reporunner_store::{UserDatabase, UserStatement};
use serde_json::{Value, json};

fn run(file: &Path, sql: &[&str]) -> Value {
    let statements: Vec<_> = sql
        .iter()
        .map(|sql| UserStatement { sql: (*sql).to_owned(), ..UserStatement::default() })
        .collect();
    let mut database = UserDatabase::open(file).expect("it opens");
    let rows = database.run(&statements, statements.len() > 1).expect("it works");
    json!(rows.last().expect("a statement").rows)
}

const INSERT: &str = "INSERT INTO t VALUES (0, zeroblob(500))";

/// Makes a database of some hundred pages in a folder, with a mode of its journal.
fn made(folder: &Path, mode: &str) -> PathBuf {
    let file = folder.join("shop.db");
    run(&file, &[&format!("PRAGMA journal_mode = {mode}")]);
    run(&file, &["CREATE TABLE t (x, filler)"]);
    let many = "INSERT INTO t WITH RECURSIVE n (x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n \
                WHERE x < 2000) SELECT x, zeroblob(500) FROM n";
    run(&file, &[many]);
    std::fs::create_dir(folder.join("copies")).expect("a folder");
    file
}

/// Copies the database; the copy must be whole, with pairs of rows only, and at least so many.
#[track_caller]
fn check(file: &Path, least: usize) {
    let copies = file.with_file_name("copies");
    let copy = copies.join("shop.db");
    UserDatabase::open(file).and_then(|it| it.back_up(&copy)).expect("it is copied");
    assert_eq!(run(&copy, &["PRAGMA integrity_check"]), json!([{ "integrity_check": "ok" }]));
    let sql = format!("SELECT count(*) % 2 AS odd, count(*) >= {least} AS whole FROM t");
    let halves = run(&copy, &[&sql]);
    assert_eq!(halves, json!([{ "odd": 0, "whole": 1 }]), "it is as of one moment");
    let names = std::fs::read_dir(&copies).expect("a folder").flatten();
    let parts = names.filter(|file| file.file_name().to_string_lossy().ends_with(".part"));
    assert_eq!(parts.count(), 0, "nothing half done is left");
}

#[test]
fn a_backup_is_as_of_one_moment_while_others_write() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = made(folder.path(), "WAL");
    let done = Arc::new(AtomicBool::new(false));
    let writer = std::thread::spawn({
        let (file, done) = (file.clone(), Arc::clone(&done));
        move || {
            while !done.load(Ordering::Relaxed) {
                run(&file, &[INSERT, INSERT]);
            }
        }
    });
    (0..10).for_each(|_| check(&file, 2000));
    done.store(true, Ordering::Relaxed);
    writer.join().expect("writing went on all the time");
}

#[test]
fn what_another_program_has_not_committed_is_not_in_a_backup() {
    for mode in ["WAL", "DELETE"] {
        let folder = tempfile::tempdir().expect("a folder");
        let file = made(folder.path(), mode);
        let mut other = UserDatabase::open(&file).expect("it opens");
        let begun = [INSERT, INSERT, "BEGIN IMMEDIATE", INSERT]
            .map(|sql| UserStatement { sql: sql.to_owned(), ..UserStatement::default() });
        other.run(&begun, false).expect("it began");
        // What it committed before may be in its log only.
        check(&file, 2002);
        let end = UserStatement { sql: "COMMIT".to_owned(), ..UserStatement::default() };
        other.run(&[end], false).expect("copying did not get in its way");
    }
}

#[test]
fn a_backup_that_is_stopped_or_impossible_leaves_nothing_and_spoils_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, copy) = (folder.path().join("shop.db"), folder.path().join("copy.db"));
    run(&file, &["CREATE TABLE t (x)"]);
    let open = || UserDatabase::open(&file).expect("it opens");
    open().back_up(&copy).expect("it is copied");
    std::fs::write(folder.path().join("copy.db-wal"), "of another time").expect("written");
    open().back_up(&copy).expect("it is copied again");
    assert!(!folder.path().join("copy.db-wal").exists(), "what belonged to the old copy is gone");
    run(&copy, &["INSERT INTO t VALUES (1)"]);
    let stopped = open().stopped_by(Arc::new(AtomicBool::new(true))).expect("it is told");
    assert_eq!(stopped.back_up(&copy).expect_err("it was stopped").message, "interrupted");
    assert_eq!(run(&copy, &["SELECT x FROM t"]), json!([{ "x": 1 }]), "the old copy stays");
    open().back_up(&folder.path().join("none/copy.db")).expect_err("there is no such folder");
    let text = folder.path().join("text.db");
    std::fs::write(&text, "no database, but a text that is long enough for a header").expect("it");
    let refused = UserDatabase::open(&text).and_then(|it| it.back_up(&copy));
    refused.expect_err("it is no database");
    assert_eq!(run(&copy, &["SELECT x FROM t"]), json!([{ "x": 1 }]), "the old copy stays");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 3);
}

/// Takes a while.
const LONG: &str =
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 500000)
    SELECT count(*) FROM n";

fn statement(sql: &str) -> UserStatement {
    UserStatement { sql: sql.to_owned(), ..UserStatement::default() }
}

#[test]
fn a_transaction_that_reads_first_waits_for_one_that_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("theirs.db");
    let run = |statements: &[&str]| {
        let statements: Vec<_> = statements.iter().map(|sql| statement(sql)).collect();
        let mut database = UserDatabase::open(&path)?;
        database.run(&statements, true)
    };
    run(&["CREATE TABLE counter (n)", "INSERT INTO counter VALUES (0)"]).unwrap();
    std::thread::scope(|threads| {
        let first = threads.spawn(|| run(&["UPDATE counter SET n = n + 1", LONG]));
        // It is there from the first change of a transaction to its end.
        let journal = folder.path().join("theirs.db-journal");
        while !journal.exists() && !first.is_finished() {
            std::thread::yield_now();
        }
        assert!(!first.is_finished(), "the first one is at work");
        run(&["SELECT n FROM counter", "UPDATE counter SET n = n + 1"]).unwrap();
        first.join().unwrap().unwrap();
    });
    let found = run(&["SELECT n FROM counter"]).unwrap();
    assert_eq!(found[0].rows[0]["n"], json!(2));
}

#[test]
fn of_two_backups_to_one_file_both_are_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = made(folder.path(), "WAL");
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..20 {
                    let copy = file.with_file_name("copies").join("shop.db");
                    let copied = UserDatabase::open(&file).and_then(|it| it.back_up(&copy));
                    copied.expect("it is copied");
                }
            });
        }
    });
    check(&file, 2000);
}

#[test]
fn what_a_backup_left_that_was_cut_off_goes_with_the_next_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = made(folder.path(), "DELETE");
    // No process has such a number.
    let left = folder.path().join("copies/.shop.db.4999999-0.part");
    std::fs::write(&left, "half").expect("it is written");
    check(&file, 2000);
    assert!(!left.exists());
}
