//! Undo and redo, each person their own.

use reporunner_collab::{Document, History, JournalEntry};
use reporunner_model::{
    Edit, Item, NodeFlags, NodeId, Note, NoteId, OnError, Point, TextPath, Timestamp,
};
use serde_json::json;

use crate::fixture::{
    Person, catalog, connect, created, meet, move_to, node, object, remove, rename, set, wire,
    workflow,
};

/// Undo after the edits gives the workflow as it was, redo gives it as it was after them.
#[track_caller]
fn check(edits: impl IntoIterator<Item = Edit>) {
    let mut person = Person::new("one", &created(&workflow()));
    let before = person.document.workflow().clone();
    person.edit(edits);
    let after = person.document.workflow().clone();
    assert_ne!(before, after, "the edits do something");
    for _ in 0..3 {
        person.undo();
        assert_eq!(person.document.workflow(), &before, "undo takes all of it back");
        person.redo();
        assert_eq!(person.document.workflow(), &after, "redo makes all of it again");
    }
    assert!(person.redo().is_none(), "nothing is left to redo");
}

#[test]
fn every_edit_can_be_taken_back_and_made_again() {
    let id = || NodeId::new("a");
    let flags = NodeFlags { on_error: OnError::ContinueErrorOutput, ..NodeFlags::default() };
    let items = vec![Item::from_json(object(json!({ "a": 1 })))];
    let note = || NoteId::new("n");
    check([Edit::SetName { name: "Other".to_owned() }]);
    check([Edit::SetDescription { text: "Other".to_owned() }]);
    check([Edit::SetSetting { key: "executionTimeout".to_owned(), value: Some(json!(7)) }]);
    check([Edit::SetTag { tag: "t".to_owned(), on: true }]);
    check([Edit::AddNode { node: Box::new(node("d")) }, connect("c", "d")]);
    check([remove("b")]);
    check([rename("b", "Renamed"), remove("b"), remove("c")]);
    check([move_to("a", 5.0, 5.0)]);
    check([rename("a", "Other")]);
    check([Edit::SetOn { id: id(), on: false }]);
    check([Edit::SetNodeNote { id: id(), note: Some("x".to_owned()) }]);
    check([Edit::SetFlags { id: id(), flags }]);
    check([Edit::SetVersion { id: id(), v: "2".to_owned() }]);
    check([Edit::SetCredential { id: id(), kind: "k".to_owned(), name: Some("n".to_owned()) }]);
    check([Edit::SetParent { id: id(), parent: Some(NodeId::new("b")) }]);
    check([Edit::SetPin { id: id(), items: Some(items) }]);
    check([Edit::Disconnect { key: wire("a", "b") }]);
    check([connect("a", "c")]);
    check([Edit::AddNote { id: NoteId::new("m"), note: Note::default() }]);
    check([Edit::RemoveNote { id: note() }]);
    check([Edit::SetNote {
        id: note(),
        text: Some("other".to_owned()),
        color: Some(1),
        position: Some(Point::new(1.0, 1.0)),
        size: None,
    }]);
    check([Edit::SpliceText {
        text: TextPath::Param { id: id(), path: vec!["code".to_owned()] },
        at: 2,
        remove: 3,
        insert: "😀".to_owned(),
    }]);
    for (path, value) in [
        ("url", json!("other")),
        ("options.timeout", json!(1)),
        ("options.body", json!("typed")),
        ("fields.assignments.#x.name", json!("x")),
        ("headers.parameters.#h1", json!({ "name": "whole" })),
        ("headers.parameters", json!([{ "id": "h3", "name": "moved" }, { "id": "h1" }])),
        ("headers", json!("={{ 1 }}")),
        ("data", json!([1, 2])),
        ("code", json!(12)),
        ("", json!({})),
    ] {
        check([set("a", path, value)]);
    }
    check([set("a", "headers.parameters.#h1", None)]);
    check([Edit::MoveRecord {
        id: id(),
        path: vec!["headers".to_owned(), "parameters".to_owned()],
        record: "h3".to_owned(),
        before: Some("h1".to_owned()),
    }]);
}

#[test]
fn what_another_person_changed_since_stays_theirs() {
    let mut one = Person::new("one", &created(&workflow()));
    let mut two = Person::new("two", &one.document);
    let parted = one.document.heads();
    one.edit([
        set("a", "url", json!("one")),
        set("a", "headers.parameters.#h1.value", json!("one")),
        set("a", "headers.parameters.#h2.value", json!("one")),
        move_to("a", 1.0, 1.0),
        rename("a", "One"),
        Edit::AddNode { node: Box::new(node("d")) },
    ]);
    meet(&mut two, &mut one, &parted);
    let parted = one.document.heads();
    two.edit([
        set("a", "url", json!("two")),
        set("a", "headers.parameters.#h2.value", json!("two")),
        move_to("a", 2.0, 2.0),
        connect("a", "d"),
    ]);
    meet(&mut one, &mut two, &parted);
    one.undo();
    let mut expected = workflow();
    let a = expected.nodes.get_mut(&NodeId::new("a")).expect("a");
    a.params["url"] = json!("two");
    a.params["headers"]["parameters"][1]["value"] = json!("two");
    a.position = Point::new(2.0, 2.0);
    let wired = node("d");
    expected.nodes.insert(wired.id.clone(), wired);
    expected.edges.insert(wire("a", "d"), Default::default());
    assert_eq!(one.document.workflow(), &expected);
}

#[test]
fn what_somebody_put_in_the_place_of_the_whole_stays_theirs() {
    for ours in [
        set("a", "headers.parameters.#h1", json!({ "name": "less" })),
        set("a", "headers.parameters", None),
        set("a", "headers.parameters.#h2", None),
    ] {
        let mut one = Person::new("one", &created(&workflow()));
        let mut two = Person::new("two", &one.document);
        let parted = one.document.heads();
        one.edit([ours]);
        meet(&mut one, &mut two, &parted);
        let parted = one.document.heads();
        two.edit([set("a", "headers", json!("={{ theirs }}"))]);
        meet(&mut one, &mut two, &parted);
        one.undo();
        let a = &one.document.workflow().nodes[&NodeId::new("a")];
        assert_eq!(a.params["headers"], json!("={{ theirs }}"));
    }
}

#[test]
fn typing_is_taken_back_around_what_the_other_typed() {
    let code = |at, remove, insert: &str| Edit::SpliceText {
        text: TextPath::Param { id: NodeId::new("a"), path: vec!["code".to_owned()] },
        at,
        remove,
        insert: insert.to_owned(),
    };
    let mut one = Person::new("one", &created(&workflow()));
    one.edit([code(0, 0, "abc ")]);
    let mut two = Person::new("two", &one.document);
    let parted = one.document.heads();
    two.edit([code(2, 0, "X"), code(13, 0, "!")]);
    meet(&mut one, &mut two, &parted);
    let text = |person: &Person| {
        person.document.workflow().nodes[&NodeId::new("a")].params["code"].clone()
    };
    assert_eq!(text(&one), json!("abXc return 1!"));
    one.undo();
    assert_eq!(text(&one), json!("Xreturn 1!"));
    let log = one.document.log_since(&parted).expect("known heads");
    let authors: Vec<_> = log.iter().filter_map(|info| info.author.as_ref()).collect();
    assert_eq!(authors, [&two.name, &one.name], "the undo is the change of who undid");
    one.redo();
    let mut letters: Vec<char> = text(&one).as_str().expect("text").chars().collect();
    letters.sort_unstable();
    let mut all: Vec<char> = "abXc return 1!".chars().collect();
    all.sort_unstable();
    assert_eq!(letters, all, "redo types it again and loses nothing of the other");
}

#[test]
fn each_person_undoes_their_own_steps_only() {
    let mut one = Person::new("one", &created(&workflow()));
    let mut two = Person::new("two", &one.document);
    let parted = one.document.heads();
    one.edit([set("a", "url", json!("one"))]);
    two.edit([set("b", "url", json!("two"))]);
    meet(&mut one, &mut two, &parted);
    one.undo();
    let urls = |person: &Person| -> Vec<String> {
        let nodes = person.document.workflow().nodes.values();
        nodes.map(|node| node.params["url"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(urls(&one), ["http://x", "two", "http://x"]);
    assert!(one.undo().is_none(), "the step of the other is not mine to take back");
}

#[test]
fn undo_survives_a_restart() {
    let mut person = Person::new("one", &created(&workflow()));
    let start = person.document.workflow().clone();
    let mut journal: Vec<String> = Vec::new();
    let mut keep = |entry: JournalEntry| {
        journal.push(serde_json::to_string(&entry).expect("an entry is plain data"));
    };
    for number in 1..=3 {
        let applied = person.document.apply(
            &crate::fixture::batch([set("a", "url", json!(number))]),
            &catalog(),
            &person.name,
            Timestamp(0),
        );
        let applied = applied.expect("the edit fits");
        keep(person.history.record(&person.name, "Set", &applied).expect("it changed something"));
    }
    keep(person.undo().expect("there is a step").entry);
    let rows = journal.iter().map(|row| serde_json::from_str(row).expect("an entry"));
    let mut again = Person::new("one", &person.document);
    again.history = History::new(rows.collect::<Vec<JournalEntry>>());
    assert_eq!(again.history.undo_label(&again.name), Some("Set"));
    let url =
        |person: &Person| person.document.workflow().nodes[&NodeId::new("a")].params["url"].clone();
    assert_eq!(url(&again), json!(2));
    again.redo();
    assert_eq!(url(&again), json!(3));
    for _ in 0..3 {
        again.undo();
    }
    assert_eq!(again.document.workflow(), &start);
    assert!(again.undo().is_none());
}

#[test]
fn a_restore_is_one_step_that_can_be_undone() {
    let mut person = Person::new("one", &created(&workflow()));
    let published = person.document.heads();
    let start = person.document.workflow().clone();
    person.edit([remove("b"), Edit::AddNode { node: Box::new(node("d")) }, connect("a", "d")]);
    person.edit([set("a", "url", json!("draft")), Edit::Disconnect { key: wire("a", "d") }]);
    let draft = person.document.workflow().clone();
    assert_eq!(person.document.count_since(&published).expect("known"), 2);
    let name = person.name.clone();
    let applied = person
        .document
        .revert_to(&published, "Restore", &catalog(), &name, Timestamp(0))
        .expect("a state of the document");
    assert_eq!(applied.changes.len(), 1, "one step");
    person.history.record(&name, "Restore", &applied);
    assert_eq!(person.document.workflow(), &start);
    person.undo();
    assert_eq!(person.document.workflow(), &draft);
    let stranger: reporunner_collab::Heads = "00".repeat(32).parse().expect("a hash");
    assert!(person.document.workflow_at(&stranger).is_err());
    let _: Document = person.document;
}
