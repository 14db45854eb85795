//! A document as bytes: saved and read again, in any order, with parts missing or damaged.

use proptest::prelude::*;
use reporunner_collab::{Change, Document};
use reporunner_model::{AuthorId, Timestamp};
use serde_json::json;

use crate::fixture::{Person, catalog, created, move_to, rename, set, workflow};

/// The change that made a document and those that followed.
fn story() -> (Document, Vec<Change>) {
    let made = Document::create(&workflow(), &catalog(), &AuthorId::new("one"), Timestamp(0));
    let (document, first) = made.expect("the workflow fits");
    let mut person = Person::new("one", &document);
    let mut changes = vec![first];
    for number in 0..5 {
        let edits = [set("a", "url", json!(number)), move_to("b", f64::from(number), 1.0)];
        changes.extend(person.edit(edits).changes);
    }
    (person.document, changes)
}

fn rows(changes: &[Change]) -> Vec<&[u8]> {
    changes.iter().map(|change| change.bytes.as_slice()).collect()
}

#[test]
fn changes_alone_make_the_document_again() {
    let (document, changes) = story();
    let loaded = Document::load(None, rows(&changes)).expect("a document");
    assert_eq!(loaded.set_aside, []);
    assert_eq!(loaded.document.workflow(), document.workflow());
    assert_eq!(loaded.document.heads(), document.heads());
}

#[test]
fn order_and_repetition_of_changes_do_not_matter() {
    let (document, changes) = story();
    let snapshot = created(&workflow()).save();
    let mut backwards = rows(&changes);
    backwards.reverse();
    backwards.extend(rows(&changes));
    let loaded = Document::load(None, backwards).expect("a document");
    assert_eq!(loaded.document.workflow(), document.workflow());
    assert_eq!(loaded.set_aside, []);
    assert!(Document::load(Some(&snapshot), []).is_ok());
}

#[test]
fn a_snapshot_is_verified_against_its_state_and_content() {
    let (document, _) = story();
    let (bytes, heads) = (document.save(), document.heads());
    assert!(Document::verify(&bytes, &heads, document.workflow()));
    let mut other = Person::new("one", &document);
    other.edit([rename("a", "Other")]);
    assert!(!Document::verify(&bytes, &other.document.heads(), document.workflow()));
    assert!(!Document::verify(&bytes, &heads, other.document.workflow()));
    assert!(!Document::verify(&bytes[..bytes.len() - 3], &heads, document.workflow()));
}

#[test]
fn a_damaged_change_is_set_aside_and_the_rest_goes_on() {
    let (_, changes) = story();
    let mut bad = changes[3].bytes.clone();
    bad[20] ^= 0xff;
    let mut rows = rows(&changes);
    rows[3] = &bad;
    let loaded = Document::load(None, rows.clone()).expect("a document");
    let indexes: Vec<usize> = loaded.set_aside.iter().map(|aside| aside.index).collect();
    assert_eq!(indexes, [3, 4, 5], "the bad one, and those that follow it");
    rows.push(&changes[3].bytes);
    let loaded = Document::load(None, rows).expect("a document");
    assert_eq!(loaded.set_aside.len(), 1, "with the good copy the others find their place");
}

#[test]
fn what_is_no_document_is_an_error() {
    assert!(Document::load(None, []).is_err());
    assert!(Document::load(Some(b"nonsense"), []).is_err());
    assert!(Document::load(Some(&[]), []).is_err());
}

#[test]
fn nobody_else_gives_a_workflow_another_id() {
    use automerge::transaction::Transactable;
    use automerge::{AutoCommit, ROOT, ReadDoc};

    let (mut document, _) = story();
    let mut theirs = AutoCommit::load(&document.save()).expect("a document");
    let (_, meta) = theirs.get(ROOT, "meta").expect("it reads").expect("it is there");
    theirs.put(&meta, "id", "another").expect("it is put");
    let change = theirs.get_last_local_change().expect("a change").raw_bytes().to_vec();
    let before = document.workflow().clone();
    assert!(document.merge_changes(&[&change]).is_err());
    assert_eq!(document.workflow(), &before);
}

/// A change with one byte altered and the checksum made right again, so that it is read.
fn altered(bytes: &[u8], at: usize, to: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let at = 8 + at % (bytes.len() - 8);
    bytes[at] = to;
    let hash = std::panic::catch_unwind(|| {
        automerge::Change::try_from(&bytes[..]).ok().map(|change| change.hash())
    });
    let hash: Option<automerge::ChangeHash> = hash.unwrap_or_default();
    if let Some(hash) = hash {
        bytes[4..8].copy_from_slice(&hash.as_ref()[..4]);
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn damaged_bytes_never_bring_the_process_down(at in 0usize..10_000, to: u8, which in 0usize..6) {
        let (document, changes) = story();
        let mut snapshot = document.save();
        let place = at % snapshot.len();
        snapshot[place] = to;
        let _ = Document::load(Some(&snapshot), []);
        let bad = altered(&changes[which].bytes, at, to);
        let mut rows = rows(&changes);
        rows[which] = &bad;
        let _ = Document::load(None, rows);
        let mut person = Person::new("two", &created(&workflow()));
        let before = person.document.workflow().clone();
        match person.document.merge_changes(&[&bad]) {
            Ok(merged) => {
                let mut shown = before;
                for edit in merged.edits {
                    prop_assert_eq!(edit.apply(&mut shown), Ok(()));
                }
                prop_assert_eq!(person.document.workflow(), &shown);
            }
            Err(_) => prop_assert_eq!(person.document.workflow(), &before),
        }
    }
}
