//! Files of users, written by several runs at once.

use reporunner_store::{UserDatabase, UserStatement};
use serde_json::json;

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
