//! Two people at once: what becomes of edits that were made apart.

use reporunner_model::{Edge, Edit, NodeId, NoteId, Point, TextPath, Workflow};
use serde_json::{Value, json};

use crate::fixture::{
    Person, apart, connect, created, meet, move_to, node, remove, rename, set, wire, workflow,
};

fn param(workflow: &Workflow, id: &str, path: &str) -> Value {
    let path: Vec<String> = path.split('.').map(str::to_owned).collect();
    let root = Value::Object(workflow.nodes[&NodeId::new(id)].params.clone());
    reporunner_model::value_at(&root, &path).cloned().unwrap_or_else(|| json!("nothing there"))
}

#[test]
fn an_edit_survives_under_a_node_that_somebody_removed() {
    let document = created(&workflow());
    let parted = document.heads();
    let (mut one, mut two) = (Person::new("one", &document), Person::new("two", &document));
    one.edit([remove("b")]);
    two.edit([set("b", "url", json!("edited")), connect("a", "c"), connect("c", "b")]);
    meet(&mut one, &mut two, &parted);
    let merged = one.document.workflow();
    assert!(!merged.nodes.contains_key(&NodeId::new("b")), "removed is removed");
    assert_eq!(merged.edges.keys().collect::<Vec<_>>(), [&wire("a", "c")]);
    one.undo();
    let back = one.document.workflow();
    assert_eq!(param(back, "b", "url"), json!("edited"), "the edit of the other is still there");
    assert_eq!(back.edges.len(), 4, "all wires are back, that of the other too");
    two.pull(&one.document, &parted);
    assert_eq!(two.document.workflow(), one.document.workflow(), "the other sees them come back");
}

#[test]
fn a_wire_to_a_node_that_somebody_removed_is_not_shown() {
    let merged = apart(&workflow(), [remove("c")], [connect("a", "c")]);
    assert_eq!(merged.edges.keys().collect::<Vec<_>>(), [&wire("a", "b")]);
}

#[test]
fn a_node_moved_twice_is_at_one_of_the_two_points() {
    let merged = apart(&workflow(), [move_to("a", 10.0, 11.0)], [move_to("a", 20.0, 21.0)]);
    let at = merged.nodes[&NodeId::new("a")].position;
    assert!([Point::new(10.0, 11.0), Point::new(20.0, 21.0)].contains(&at), "{at:?}");
}

#[test]
fn a_move_does_not_bring_a_removed_node_back() {
    let merged = apart(&workflow(), [remove("a")], [move_to("a", 1.0, 1.0)]);
    assert!(!merged.nodes.contains_key(&NodeId::new("a")));
}

#[test]
fn the_same_wire_drawn_twice_is_one_wire() {
    let ordered = Edit::Connect { key: wire("a", "c"), edge: Edge { order: "x".to_owned() } };
    let merged = apart(&workflow(), [connect("a", "c")], [ordered]);
    assert_eq!(merged.edges.len(), 3);
}

#[test]
fn fields_that_both_set_first_are_both_kept() {
    for (ours, theirs) in [
        ("options.timeout", "options.body"),
        ("fields.assignments.#x.name", "fields.assignments.#y.name"),
        ("rules.conditions.#x.leftValue", "rules.conditions.#y.leftValue"),
        ("headers.parameters.#h1.name", "headers.parameters.#h1.value"),
        ("url", "data"),
    ] {
        let merged = apart(
            &workflow(),
            [set("a", ours, json!("ours"))],
            [set("a", theirs, json!("theirs"))],
        );
        assert_eq!(param(&merged, "a", ours), json!("ours"));
        assert_eq!(param(&merged, "a", theirs), json!("theirs"));
    }
}

#[test]
fn all_parameters_replaced_beside_one_that_is_edited() {
    let whole = json!({ "url": "whole", "code": "return 1", "headers": { "parameters": [] } });
    let merged = apart(&workflow(), [set("a", "", whole)], [set("a", "options.timeout", json!(9))]);
    assert_eq!(param(&merged, "a", "url"), json!("whole"));
    assert_eq!(param(&merged, "a", "options.timeout"), json!(9));
    assert_eq!(param(&merged, "a", "headers.parameters"), json!([]));
}

#[test]
fn one_parameter_set_twice_has_one_of_the_two_values() {
    let merged =
        apart(&workflow(), [set("a", "url", json!("one"))], [set("a", "url", json!("two"))]);
    let url = param(&merged, "a", "url");
    assert!(url == json!("one") || url == json!("two"), "{url}");
}

#[test]
fn text_merges_by_character() {
    let splice = |at, insert: &str| Edit::SpliceText {
        text: TextPath::Param { id: NodeId::new("a"), path: vec!["code".to_owned()] },
        at,
        remove: 0,
        insert: insert.to_owned(),
    };
    let merged = apart(&workflow(), [splice(0, "AA ")], [splice(8, " BB")]);
    assert_eq!(param(&merged, "a", "code"), json!("AA return 1 BB"));
    // A whole new text goes in by what differs.
    let merged = apart(
        &workflow(),
        [set("a", "code", json!("return 12"))],
        [set("a", "code", json!("/**/return 1"))],
    );
    assert_eq!(param(&merged, "a", "code"), json!("/**/return 12"));
}

#[test]
fn a_text_that_both_begin_keeps_what_both_typed() {
    let typed = |text: &str| [set("a", "options.body", json!(text))];
    let merged = apart(&workflow(), typed("one"), typed("two"));
    let body = param(&merged, "a", "options.body");
    assert!(body == json!("onetwo") || body == json!("twoone"), "{body}");
}

#[test]
fn names_of_the_workflow_and_notes_merge_by_character() {
    let merged = apart(
        &workflow(),
        [Edit::SetName { name: "My Flow".to_owned() }],
        [Edit::SetName { name: "Flow 2".to_owned() }],
    );
    assert_eq!(merged.name, "My Flow 2");
    let note = |text: &str| Edit::SetNote {
        id: NoteId::new("n"),
        text: Some(text.to_owned()),
        color: None,
        position: None,
        size: None,
    };
    let merged = apart(&workflow(), [note("oh hello")], [note("hello you")]);
    assert_eq!(merged.notes[&NoteId::new("n")].text, "oh hello you");
}

#[test]
fn records_that_both_add_or_move_are_all_there_once() {
    let order = |record: &str, before: Option<&str>| Edit::MoveRecord {
        id: NodeId::new("a"),
        path: vec!["headers".to_owned(), "parameters".to_owned()],
        record: record.to_owned(),
        before: before.map(str::to_owned),
    };
    let merged = apart(
        &workflow(),
        [set("a", "headers.parameters.#x", json!({ "name": "X" })), order("h3", Some("h1"))],
        [set("a", "headers.parameters.#h2", None), order("h1", None)],
    );
    let list = param(&merged, "a", "headers.parameters");
    let mut ids: Vec<&str> =
        list.as_array().expect("a list").iter().filter_map(|r| r["id"].as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["h1", "h3", "x"]);
}

#[test]
fn equal_names_get_a_number_everywhere_the_same() {
    let merged = apart(&workflow(), [rename("c", "Same")], [rename("a", "Same")]);
    let names: Vec<&str> = merged.nodes.values().map(|node| node.name.as_str()).collect();
    assert_eq!(names, ["Same", "Node b", "Same1"]);
}

#[test]
fn nodes_added_apart_are_all_there() {
    let add = |id: &str| Edit::AddNode { node: Box::new(node(id)) };
    let merged = apart(&workflow(), [add("x"), connect("a", "x")], [add("y"), connect("y", "a")]);
    assert_eq!((merged.nodes.len(), merged.edges.len()), (5, 4));
}

#[test]
fn a_note_removed_beside_an_edit_is_gone_and_comes_back_edited() {
    let document = created(&workflow());
    let parted = document.heads();
    let (mut one, mut two) = (Person::new("one", &document), Person::new("two", &document));
    one.edit([Edit::RemoveNote { id: NoteId::new("n") }]);
    two.edit([Edit::SetNote {
        id: NoteId::new("n"),
        text: Some("hello there".to_owned()),
        color: None,
        position: None,
        size: None,
    }]);
    meet(&mut one, &mut two, &parted);
    assert!(one.document.workflow().notes.is_empty());
    one.undo();
    assert_eq!(one.document.workflow().notes[&NoteId::new("n")].text, "hello there");
}
