//! The open workflow keeps showing what its person did while changes of others arrive.

use reporunner_model::{Edit, EditBatch, EditId, Node, NodeId, Point, TypeName, Workflow};
use reporunner_protocol::{OpenedWorkflow, UndoState, WorkflowChange, WorkflowState};
use reporunner_ui::document::{Arrival, Document};

fn opened() -> OpenedWorkflow {
    let mut workflow = Workflow::new("w".into(), "Orders", "UTC");
    for id in ["a", "b"] {
        let node = Node::new(NodeId::new(id), TypeName::new("noOp"), "1", id);
        workflow.nodes.insert(node.id.clone(), node);
    }
    OpenedWorkflow {
        workflow,
        revision: 7,
        problems: Vec::new(),
        state: WorkflowState::default(),
        undo: UndoState::default(),
        view: None,
        last_run: None,
        webhooks: Default::default(),
    }
}

fn rename(id: &str, name: &str) -> Edit {
    Edit::RenameNode { id: id.into(), name: name.to_owned() }
}

fn batch(id: &str, edits: Vec<Edit>) -> EditBatch {
    EditBatch { id: EditId::new(id), label: String::new(), edits, author: None }
}

fn change(revision: u64, batch: Option<&str>, edits: Vec<Edit>) -> WorkflowChange {
    WorkflowChange {
        id: "w".into(),
        revision,
        batch: batch.map(EditId::new),
        author: "ada".into(),
        edits,
        problems: Vec::new(),
        state: WorkflowState::default(),
        undo: UndoState::default(),
        webhooks: Default::default(),
    }
}

fn names(document: &Document) -> Vec<String> {
    document.workflow().nodes.values().map(|node| node.name.clone()).collect()
}

#[test]
fn own_edits_show_at_once_and_are_confirmed_without_a_redraw() {
    let mut document = Document::new(opened());
    let edits = vec![rename("a", "mine")];
    document.apply_own(batch("1", edits.clone()));
    assert_eq!(names(&document), ["mine", "b"]);
    assert_eq!(document.arrive(&change(8, Some("1"), edits)), Arrival::Applied(Vec::new()));
    assert!(document.pending().is_empty(), "a confirmed batch is no longer pending");
    assert_eq!(names(&document), ["mine", "b"]);
}

#[test]
fn own_edits_stay_on_top_of_what_arrives() {
    let mut document = Document::new(opened());
    document.apply_own(batch("1", vec![rename("a", "mine")]));
    let theirs = vec![rename("a", "theirs"), rename("b", "also theirs")];
    let arrival = document.arrive(&change(8, None, theirs));
    assert_eq!(arrival, Arrival::Applied(vec![rename("b", "also theirs")]));
    assert_eq!(names(&document), ["mine", "also theirs"]);
}

#[test]
fn a_change_that_was_made_differently_wins() {
    let mut document = Document::new(opened());
    document.apply_own(batch("1", vec![rename("a", "b")]));
    let made = vec![rename("a", "b1")];
    assert_eq!(document.arrive(&change(8, Some("1"), made.clone())), Arrival::Applied(made));
    assert_eq!(names(&document), ["b1", "b"]);
}

#[test]
fn a_refused_batch_goes_out_of_sight() {
    let mut document = Document::new(opened());
    document.apply_own(batch("1", vec![rename("a", "mine")]));
    document.apply_own(batch("2", vec![rename("b", "kept")]));
    assert_eq!(document.refuse(&EditId::new("1")), vec![rename("a", "a")]);
    assert_eq!(names(&document), ["a", "kept"]);
}

#[test]
fn the_same_change_twice_counts_once_and_a_gap_is_noticed() {
    let mut document = Document::new(opened());
    let first = change(8, None, vec![rename("a", "x")]);
    assert_ne!(document.arrive(&first), Arrival::Known);
    assert_eq!(document.arrive(&first), Arrival::Known);
    assert_eq!(document.arrive(&change(10, None, Vec::new())), Arrival::Gap);
}

#[test]
fn edits_on_a_node_that_somebody_removed_are_left_out() {
    let mut document = Document::new(opened());
    let to = Point::new(20.0, 40.0);
    document.apply_own(batch("1", vec![Edit::MoveNode { id: "a".into(), to }]));
    document.arrive(&change(8, None, vec![Edit::RemoveNode { id: "a".into() }]));
    assert_eq!(names(&document), ["b"]);
}

#[test]
fn opening_again_keeps_what_is_not_confirmed() {
    let mut document = Document::new(opened());
    document.apply_own(batch("1", vec![rename("a", "mine")]));
    let mut fresh = opened();
    fresh.revision = 12;
    fresh.workflow.name = "Orders, renamed".to_owned();
    document.reopen(fresh);
    assert_eq!(document.revision(), 12);
    assert_eq!(document.workflow().name, "Orders, renamed");
    assert_eq!(names(&document), ["mine", "b"]);
}

#[test]
fn a_batch_that_was_in_the_workflow_when_it_was_opened_again_is_taken_out_by_its_reply() {
    let mut document = Document::new(opened());
    document.apply_own(batch("1", vec![rename("a", "mine")]));
    // It was taken in, the reply was lost, and the workflow was opened again with it.
    let mut fresh = opened();
    fresh.revision = 12;
    rename("a", "mine").apply(&mut fresh.workflow).expect("it fits");
    document.reopen(fresh);
    document.arrive(&change(12, Some("1"), Vec::new()));
    assert!(document.pending().is_empty());
    document.arrive(&change(13, None, vec![rename("a", "theirs")]));
    assert_eq!(names(&document), ["theirs", "b"], "nothing lies over what came later");
}
