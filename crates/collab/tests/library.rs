//! Documents on disk: what was answered is there after a restart, and a failed commit leaves
//! nothing behind.

use reporunner_collab::{Document, JournalEntry, Library, LibraryError, OpenDocument};
use reporunner_model::{
    AuthorId, Catalog, Edit, EditBatch, EditId, Timestamp, Workflow, WorkflowId, limits,
};
use reporunner_store::{OpenOptions, Store, Tx};

const NOW: Timestamp = Timestamp(1_000);

/// Writes nothing besides.
fn nothing(_: &Document, _: Option<&JournalEntry>) -> fn(&Tx<'_>) -> reporunner_store::Result<()> {
    |_| Ok(())
}

fn me() -> AuthorId {
    AuthorId::new("me")
}

fn open(folder: &std::path::Path) -> Library {
    Library::new(Store::open(folder, OpenOptions::at(NOW)).expect("the folder opens"))
}

fn created(library: &Library) -> OpenDocument {
    let workflow = Workflow::new(WorkflowId::new("w"), "Flow", "UTC");
    let made = library.create("d", &workflow, &Catalog::default(), &me(), NOW, |_| Ok(()));
    made.expect("a document is made")
}

fn name(name: &str) -> EditBatch {
    EditBatch {
        id: EditId::new("e"),
        label: "Rename".to_owned(),
        edits: vec![Edit::SetName { name: name.to_owned() }],
        author: None,
    }
}

#[track_caller]
fn rename(document: &mut OpenDocument, to: &str) -> JournalEntry {
    let done = document.apply(&name(to), &Catalog::default(), &me(), NOW, nothing);
    done.expect("the edit is kept").entry.expect("it changed something")
}

#[test]
fn what_was_answered_is_there_after_a_restart_with_its_undo() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journal = Vec::new();
    {
        let library = open(folder.path());
        let mut document = created(&library);
        journal.push(rename(&mut document, "One"));
        journal.push(rename(&mut document, "Two"));
    }
    let library = open(folder.path());
    let mut document = library.open("d", journal).expect("it opens").expect("it is there");
    assert_eq!(document.document().workflow().name, "Two");
    assert_eq!(document.unreadable(), 0);
    let undone = document.undo(&Catalog::default(), &me(), NOW, nothing);
    assert!(undone.expect("an undo never fails").is_some());
    assert_eq!(document.document().workflow().name, "One");
    drop((document, library));
    let library = open(folder.path());
    let document = library.open("d", []).expect("it opens").expect("it is there");
    assert_eq!(document.document().workflow().name, "One", "the undo is a change of its own");
    assert!(library.open("other", []).expect("the store reads").is_none());
}

#[test]
fn a_failed_commit_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let library = open(folder.path());
    let mut document = created(&library);
    rename(&mut document, "Kept");
    let heads = document.document().heads();
    let failed = document.apply(&name("Lost"), &Catalog::default(), &me(), NOW, |_, entry| {
        assert!(entry.is_some(), "the journal's row is there to be written");
        |_: &Tx<'_>| Err(reporunner_store::Error::DiskFull)
    });
    assert!(matches!(failed, Err(LibraryError::Store(_))));
    assert_eq!(document.document().workflow().name, "Kept");
    assert_eq!(document.document().heads(), heads);
    document.undo(&Catalog::default(), &me(), NOW, nothing).expect("an undo never fails");
    assert_eq!(document.document().workflow().name, "Flow", "the lost edit is no step of undo");
}

#[test]
fn a_document_whose_disk_is_gone_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), OpenOptions::at(NOW)).expect("the folder opens");
    let mut document = created(&Library::new(store.clone()));
    rename(&mut document, "Kept");
    assert!(!document.is_astray());
    // From now on neither a commit nor reading again what is stored can be done.
    store.close();
    std::fs::remove_dir_all(folder.path()).expect("the folder goes");
    let failed = document.apply(&name("Lost"), &Catalog::default(), &me(), NOW, nothing);
    assert!(matches!(failed, Err(LibraryError::Store(_))), "{:?}", failed.map(|_| ()));
    assert!(document.is_astray());
}

#[test]
fn snapshots_replace_changes_once_enough_of_them_are_proved() {
    let folder = tempfile::tempdir().expect("a folder");
    let library = open(folder.path());
    let mut document = created(&library);
    // Another person makes the changes, so that many come in one commit.
    let loaded = Document::load(Some(&document.document().save()), []);
    let mut other = loaded.expect("a saved document loads").document;
    let mut made = 0;
    for number in 0..limits::SNAPSHOT_EVERY_CHANGES * (limits::SNAPSHOTS_KEPT + 1) / 100 {
        let mut changes = Vec::new();
        for step in 0..100 {
            let edits = name(&format!("{number}.{step}"));
            let done = other.apply(&edits, &Catalog::default(), &AuthorId::new("you"), NOW);
            changes.extend(done.expect("the edit fits").changes);
        }
        document.merge(&changes, &AuthorId::new("you"), NOW).expect("the changes are kept");
        if let Some(job) = document.due_snapshot().expect("the store reads") {
            let heads = job.run(NOW).expect("the store writes").expect("the snapshot loads");
            document.snapshot_made(&heads);
            made += 1;
        }
    }
    assert_eq!(made, limits::SNAPSHOTS_KEPT + 1);
    let (heads, workflow) = (document.document().heads(), document.document().workflow().clone());
    drop((document, library));
    let store = Store::open(folder.path(), OpenOptions::at(NOW)).expect("the folder opens");
    let (snapshots, damaged) = store.read(|db| db.snapshots("d")).expect("the store reads");
    assert_eq!((snapshots.len(), damaged), (limits::SNAPSHOTS_KEPT, 0));
    let (rows, _) = store.read(|db| db.changes_after("d", 0)).expect("the store reads");
    assert!(rows.len() < 3 * limits::SNAPSHOT_EVERY_CHANGES, "{} rows are left", rows.len());
    let document = Library::new(store).open("d", []).expect("it opens").expect("it is there");
    assert_eq!(document.document().heads(), heads);
    assert_eq!(document.document().workflow(), &workflow);
}
