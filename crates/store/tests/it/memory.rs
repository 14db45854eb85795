//! What nodes remember from one run of their workflow to the next.

use reporunner_store::MemoryKey;
use serde_json::{Value, json};

use super::*;

fn key(scope: &str, writer: &str) -> MemoryKey {
    MemoryKey { workflow: WorkflowId::new("w"), scope: scope.to_owned(), writer: writer.to_owned() }
}

fn see(store: &Store, scope: &str, writer: &str, keys: &[&str], most: usize, at: i64) -> Vec<bool> {
    let (whose, keys) = (key(scope, writer), keys.iter().map(|key| (*key).to_owned()));
    let keys: Vec<String> = keys.collect();
    let job =
        move |tx: &reporunner_store::Tx<'_>| tx.see_in_memory(&whose, &keys, most, Timestamp(at));
    store.write(job).wait().unwrap()
}

#[test]
fn a_key_is_new_once_for_each_scope() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    assert_eq!(see(&store, "n", "r1", &["a", "b", "a"], 9, 1), [true, true, false]);
    assert_eq!(see(&store, "n", "r2", &["b", "c"], 9, 2), [false, true]);
    assert_eq!(see(&store, "", "r2", &["b"], 9, 2), [true]);
    drop(store);
    let store = open(folder.path());
    assert_eq!(see(&store, "n", "r3", &["a", "c"], 9, 3), [false, false], "it lies on disk");
}

#[test]
fn a_repeated_node_run_is_told_the_same_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let set = |writer: &str, value: Value| {
        let whose = key("n", writer);
        let job = move |tx: &reporunner_store::Tx<'_>| {
            tx.set_memory(&whose, "last", &value, Timestamp(1))
        };
        store.write(job).wait().unwrap();
    };
    let get = |writer: &str| store.read(|db| db.memory(&key("n", writer), "last")).unwrap();
    assert_eq!(see(&store, "n", "r1", &["a"], 9, 1), [true]);
    assert_eq!(see(&store, "n", "r1", &["a", "a"], 9, 2), [true, false]);
    assert_eq!(see(&store, "n", "r2", &["a"], 9, 3), [false]);
    assert_eq!(see(&store, "n", "r1", &["a"], 9, 4), [true], "another run came between");
    assert_eq!(get("r1"), None);
    set("r1", json!(1));
    set("r1", json!(2));
    assert_eq!((get("r1"), get("r2")), (None, Some(json!(2))));
    set("r2", json!(3));
    assert_eq!((get("r2"), get("r3")), (Some(json!(2)), Some(json!(3))));
}

#[test]
fn only_the_newest_stay() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    see(&store, "n", "r1", &["a", "b", "c"], 3, 1);
    see(&store, "other", "r1", &["a"], 3, 1);
    assert_eq!(see(&store, "n", "r2", &["a", "d"], 3, 2), [false, true], "a is new again now");
    assert_eq!(see(&store, "n", "r3", &["a", "d", "c", "b"], 3, 3), [false, false, false, true]);
    assert_eq!(see(&store, "other", "r2", &["a"], 3, 4), [false]);
}

#[test]
fn it_is_forgotten_when_asked_and_with_its_workflow() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.write(|tx| tx.insert_workflow(&workflow("w", "W"))).wait().unwrap();
    see(&store, "n", "r1", &["a"], 9, 1);
    see(&store, "m", "r1", &["a"], 9, 1);
    store.write(|tx| tx.forget_memory(&key("n", "r2"))).wait().unwrap();
    assert_eq!(see(&store, "n", "r2", &["a"], 9, 2), [true]);
    assert_eq!(see(&store, "m", "r2", &["a"], 9, 2), [false]);
    store.purge_workflow(&WorkflowId::new("w")).unwrap();
    assert_eq!(see(&store, "m", "r3", &["a"], 9, 3), [true]);
}
