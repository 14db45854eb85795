//! Payloads by window, sharing, files.

use std::io::{Read, Write};

use indexmap::IndexMap;
use proptest::prelude::*;
use reporunner_model::{BinaryRef, VersionId};
use reporunner_store::{BinaryId, Error, Owner, Payload};

use super::*;

fn owner() -> Owner {
    Owner::Version(VersionId::new("v"))
}

#[test]
fn every_window_is_a_slice_of_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for length in [0, 1, 2, 511, 512, 513, 1024, 1500] {
        let items: Vec<Item> = (0..length).map(item).collect();
        let payload = Payload::of_items(&items).unwrap();
        let at = payload.reference().clone();
        assert_eq!(at.count, length);
        assert_eq!(at.bytes, serde_json::to_vec(&items).unwrap().len(), "of {length} items");
        store.write(move |tx| tx.put_payload(&owner(), &payload)).wait().unwrap();
        // The reference survives a journal.
        let at = serde_json::from_str(&serde_json::to_string(&at).unwrap()).unwrap();
        for (offset, limit) in
            [(0, usize::MAX), (0, 10), (505, 20), (512, 1), (511, 2), (1499, 5), (9_999, 5), (3, 0)]
        {
            let window = store.read(|db| db.items(&at, offset, limit)).unwrap();
            let expected: Vec<Item> = items.iter().skip(offset).take(limit).cloned().collect();
            assert_eq!(window.total, length);
            assert_eq!(window.items, expected, "{length} items, {offset}+{limit}");
        }
        let mut seen = 0;
        store
            .read(|db| {
                db.each_item(&at, |idx, item| {
                    assert_eq!(item, items[idx]);
                    seen += 1;
                    seen < 700
                })
            })
            .unwrap();
        assert_eq!(seen, length.min(700));
    }
}

#[test]
fn large_items_make_small_chunks() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut random = Random(7);
    let items: Vec<Item> = (0..8)
        .map(|_| {
            let text: String =
                (0..600_000).map(|_| (b'a' + random.below(26) as u8) as char).collect();
            Item::from_value(serde_json::json!({ "text": text }))
        })
        .collect();
    let payload = Payload::of_items(&items).unwrap();
    let at = payload.reference().clone();
    store.write(move |tx| tx.put_payload(&owner(), &payload)).wait().unwrap();
    let window = store.read(|db| db.items(&at, 5, 2)).unwrap();
    assert_eq!(window.items, items[5..7]);
}

#[test]
fn key_order_and_errors_survive() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut odd = Item::from_value(serde_json::json!({ "z": 1, "a": { "y": 1.5, "b": null } }));
    odd.error = Some(Box::new(serde_json::json!({ "message": "no" })));
    let items = vec![odd.paired(3, 1); 100];
    let payload = Payload::of_items(&items).unwrap();
    let at = payload.reference().clone();
    store.write(move |tx| tx.put_payload(&owner(), &payload)).wait().unwrap();
    let back = store.read(|db| db.all_items(&at)).unwrap();
    assert_eq!(serde_json::to_string(&back).unwrap(), serde_json::to_string(&items).unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..Default::default() })]

    #[test]
    fn lists_of_any_sizes_come_back(sizes in prop::collection::vec(0usize..3_000, 0..40)) {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        let items: Vec<Item> = sizes
            .iter()
            .map(|size| Item::from_value(serde_json::json!({ "t": "é".repeat(*size) })))
            .collect();
        let payload = Payload::of_items(&items).unwrap();
        let at = payload.reference().clone();
        store.write(move |tx| tx.put_payload(&owner(), &payload)).wait().unwrap();
        prop_assert_eq!(store.read(|db| db.all_items(&at)).unwrap(), items);
    }
}

fn file(store: &Store, content: &[u8]) -> BinaryId {
    let mut writer = store.binary_writer().unwrap();
    writer.write_all(content).unwrap();
    let (id, bytes) = writer.finish().unwrap();
    assert_eq!(bytes, content.len() as u64);
    id
}

fn with_file(id: &BinaryId) -> Vec<Item> {
    let mut item = item(1);
    let file = BinaryRef { id: id.to_string(), ..BinaryRef::default() };
    item.binary = Some(Box::new(IndexMap::from([("data".to_owned(), file)])));
    vec![item]
}

#[test]
fn a_file_goes_with_the_last_run_that_needs_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let id = file(&store, b"hello");
    assert_eq!(file(&store, b"hello"), id, "named by its content");
    for name in ["r1", "r2"] {
        let mut row = run(name, "w", 1);
        row.status = RunStatus::Succeeded;
        let payload = Payload::of_items(&with_file(&id)).unwrap();
        store
            .write(move |tx| {
                tx.insert_run(&row)?;
                tx.put_payload(&Owner::Run(row.id.clone()), &payload)
            })
            .wait()
            .unwrap();
    }
    store.settle_binary(&id);
    store.settle_binary(&id);
    let mut text = String::new();
    store.open_binary(&id).unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "hello");
    store.delete_runs(vec![RunId::new("r1")]).unwrap();
    assert!(store.open_binary(&id).is_ok(), "r2 still needs it");
    store.delete_runs(vec![RunId::new("r2")]).unwrap();
    assert!(matches!(store.open_binary(&id), Err(Error::Missing { .. })));
}

#[test]
fn a_file_nobody_claimed_yet_is_not_swept_away() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let id = file(&store, b"fresh");
    store.sweep(Default::default(), Timestamp(1)).unwrap();
    assert!(store.open_binary(&id).is_ok());
    store.settle_binary(&id);
    let swept = store.sweep(Default::default(), Timestamp(1)).unwrap();
    assert_eq!(swept.binary_bytes, 5);
    assert!(store.open_binary(&id).is_err());
}

#[test]
fn an_unfinished_file_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut writer = store.binary_writer().unwrap();
    writer.write_all(b"half").unwrap();
    drop(writer);
    // And one of a session that was killed.
    std::fs::write(folder.path().join("binaries/tmp/1-1"), b"old").unwrap();
    drop(store);
    let store = open(folder.path());
    assert_eq!(std::fs::read_dir(folder.path().join("binaries/tmp")).unwrap().count(), 0);
    assert_eq!(store.space().unwrap().binaries, 0);
}

#[test]
fn an_id_is_read_only_in_its_own_form() {
    for text in ["", "blake3:", "blake3:zz", "../../etc/passwd", "blake3:../../x", "sha256:00"] {
        assert!(text.parse::<BinaryId>().is_err(), "{text:?} is no file of ours");
    }
    let hex = "a".repeat(64);
    let id: BinaryId = format!("blake3:{hex}").parse().unwrap();
    assert_eq!(id.to_string(), format!("blake3:{hex}"));
}
