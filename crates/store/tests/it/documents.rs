//! Changes, snapshots and what may be removed of them.

use reporunner_model::limits::SNAPSHOTS_KEPT;

use super::*;

const DOC: &str = "doc";

fn nums(store: &Store) -> Vec<u64> {
    let loaded = store.read(|db| db.load_document(DOC)).unwrap().unwrap_or_default();
    loaded.changes.iter().map(|row| row.num).collect()
}

fn snapshot(store: &Store, covers: u64, verify: bool) -> (u64, usize) {
    store
        .write(move |tx| {
            let heads = [format!("head-{covers}")];
            let bytes = vec![covers as u8; 100];
            let num = tx.add_snapshot(DOC, &heads, covers, &bytes, Timestamp(1))?;
            let removed = if verify { tx.verify_snapshot(DOC, num)? } else { 0 };
            Ok((num, removed))
        })
        .wait()
        .unwrap()
}

#[test]
fn a_change_is_kept_once_and_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let add = |numbers: Vec<u64>| {
        let changes: Vec<_> = numbers.into_iter().map(|number| change(number, 50)).collect();
        store.write(move |tx| tx.add_changes(DOC, &changes)).wait().unwrap()
    };
    assert_eq!(add(vec![5, 3, 5]), 2);
    assert_eq!(add(vec![3, 4]), 1);
    let loaded = store.read(|db| db.load_document(DOC)).unwrap().unwrap();
    let order: Vec<u64> = loaded.changes.iter().map(|row| row.change.seq).collect();
    assert_eq!(order, [5, 3, 4], "in the order of arrival");
    assert_eq!(loaded.changes[2].change, change(4, 50));
    assert_eq!(store.read(|db| db.last_change(DOC)).unwrap(), loaded.changes[2].num);
    assert_eq!(store.read(|db| db.load_document("other")).unwrap(), None);
}

#[test]
fn only_what_every_kept_snapshot_covers_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let changes: Vec<_> = (1..=50).map(|number| change(number, 20)).collect();
    store.write(move |tx| tx.add_changes(DOC, &changes)).wait().unwrap();
    let mut removed = Vec::new();
    for covers in [10, 20, 30, 40] {
        snapshot(&store, covers + 5, false);
        removed.push(snapshot(&store, covers, true).1);
    }
    assert_eq!(SNAPSHOTS_KEPT, 3, "the numbers below assume it");
    assert_eq!(removed, [0, 0, 10, 10], "changes go once three proven snapshots cover them");
    assert_eq!(nums(&store), (21..=50).collect::<Vec<_>>());
    let (kept, damaged) = store.read(|db| db.snapshots(DOC)).unwrap();
    assert_eq!(damaged, 0);
    let proven: Vec<u64> = kept.iter().filter(|row| row.verified).map(|row| row.covers).collect();
    assert_eq!(proven, [40, 30, 20], "newest first");
    // Whichever snapshot fails, the next one and the changes give everything.
    for row in kept.iter().filter(|row| row.verified) {
        let first = nums(&store)[0];
        assert!(first <= row.covers + 1, "no gap behind the snapshot that covers {}", row.covers);
    }
}

#[test]
fn a_snapshot_of_less_removes_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let changes: Vec<_> = (1..=50).map(|number| change(number, 20)).collect();
    store.write(move |tx| tx.add_changes(DOC, &changes)).wait().unwrap();
    for covers in [40, 5, 30] {
        snapshot(&store, covers, true);
    }
    assert_eq!(nums(&store)[0], 6, "the one that covers least decides");
}

#[test]
fn a_snapshot_that_comes_late_is_not_the_newest() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let changes: Vec<_> = (1..=50).map(|number| change(number, 20)).collect();
    store.write(move |tx| tx.add_changes(DOC, &changes)).wait().unwrap();
    for covers in [10, 20, 30, 5, 40, 15] {
        snapshot(&store, covers, true);
        let (kept, _) = store.read(|db| db.snapshots(DOC)).unwrap();
        let most = kept.iter().map(|row| row.covers).max();
        assert_eq!(Some(kept[0].covers), most, "the one that covers most comes first");
        for row in &kept {
            let first = nums(&store)[0];
            assert!(first <= row.covers + 1, "no gap behind the one that covers {}", row.covers);
        }
    }
}

#[test]
fn documents_do_not_mix() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store
        .write(|tx| {
            tx.add_changes("a", &[change(1, 5), change(2, 5)])?;
            tx.add_changes("b", &[change(1, 5)])?;
            for _ in 0..SNAPSHOTS_KEPT {
                let num = tx.add_snapshot("a", &[], 100, b"x", Timestamp(0))?;
                tx.verify_snapshot("a", num)?;
            }
            Ok(())
        })
        .wait()
        .unwrap();
    let loaded = |name: &str| store.read(|db| db.load_document(name)).unwrap().unwrap();
    assert_eq!(loaded("a").changes.len(), 0);
    assert_eq!(loaded("b").changes.len(), 1);
    assert_eq!(store.read(|db| db.documents()).unwrap(), ["a", "b"]);
    let mut row = workflow("w", "W");
    row.document = "b".to_owned();
    store.write(move |tx| tx.insert_workflow(&row)).wait().unwrap();
    assert_eq!(store.read(|db| db.unlisted_documents()).unwrap(), ["a"]);
    store.write(|tx| tx.delete_document("a")).wait().unwrap();
    assert_eq!(store.read(|db| db.documents()).unwrap(), ["b"]);
}
