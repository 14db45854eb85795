//! What is selected after an undo or redo.

use reporunner_model::{Edge, EdgeKey, Edit, Node, NodeId, Point, TypeName};

use crate::support::Hand;

/// Applies edits as an undo or redo brings them, and expects what is selected then.
#[track_caller]
fn check(graph: &str, before: &[&str], edits: Vec<Edit>, selected: &[&str]) -> Hand {
    let mut hand = Hand::on(graph);
    let ids: Vec<NodeId> = before.iter().map(|id| NodeId::from(*id)).collect();
    hand.editor.select(&ids);
    hand.editor.apply(&edits);
    hand.editor.show_change(&edits);
    let mut found: Vec<String> = hand.editor.selected().iter().map(ToString::to_string).collect();
    found.sort();
    assert_eq!(found, selected, "after {edits:?}");
    hand
}

fn add(id: &str, x: f64) -> Edit {
    let mut node = Node::new(NodeId::from(id), TypeName::new("step"), "1", id);
    node.position = Point::new(x, 0.0);
    Edit::AddNode { node: Box::new(node) }
}

fn key(from: &str, to: &str) -> EdgeKey {
    EdgeKey::main(NodeId::from(from), 0, NodeId::from(to), 0)
}

#[test]
fn a_node_that_comes_back_is_selected_and_not_what_its_wires_come_from() {
    let wired = Edit::Connect { key: key("a", "b"), edge: Edge::default() };
    check("a 0,0", &["a"], vec![add("b", 300.0), wired], &["b"]);
}

#[test]
fn what_made_room_for_a_node_is_not_selected_with_it() {
    let aside = Edit::MoveNode { id: NodeId::from("c"), to: Point::new(900.0, 0.0) };
    check("a 0,0\nc 600,0\na > c", &[], vec![add("b", 300.0), aside], &["b"]);
}

#[test]
fn a_node_that_is_taken_away_again_gives_the_selection_back_to_what_came_before_it() {
    let gone =
        vec![Edit::Disconnect { key: key("a", "b") }, Edit::RemoveNode { id: NodeId::from("b") }];
    check("a 0,0\nb 300,0\na > b", &["b"], gone, &["a"]);
}

#[test]
fn what_moved_back_is_selected_together() {
    let back = |id: &str| Edit::MoveNode { id: NodeId::from(id), to: Point::new(0.0, 500.0) };
    check("a 0,0\nb 300,0\nc 600,0", &["c"], vec![back("a"), back("b")], &["a", "b"]);
}

#[test]
fn a_parameter_that_is_what_it_was_shows_its_node() {
    let on = Edit::SetOn { id: NodeId::from("b"), on: false };
    check("a 0,0\nb 300,0", &[], vec![on], &["b"]);
}

#[test]
fn a_change_without_a_node_leaves_the_selection() {
    let name = Edit::SetName { name: "Other".to_owned() };
    check("a 0,0", &["a"], vec![name], &["a"]);
}

#[test]
fn what_came_back_out_of_sight_is_brought_into_view() {
    let hand = check("a 0,0", &["a"], vec![add("far", 20_000.0)], &["far"]);
    let far = hand.editor.scene().nodes.find(&NodeId::from("far")).expect("it is there");
    let rect = hand.editor.scene().nodes.rect(far);
    assert!(hand.editor.view().world().covers(&rect), "{:?}", hand.editor.view());
    let near = check("a 0,0", &["a"], vec![add("b", 300.0)], &["b"]);
    assert_eq!((near.editor.view().x, near.editor.view().y), (400.0, 400.0), "else it rests");
}
