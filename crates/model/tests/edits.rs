//! Edits change a workflow as people expect, and `diff` finds the edits between two workflows.

use proptest::prelude::*;
use reporunner_model::{
    ApplyError, Edge, EdgeKey, Edit, Item, Node, NodeFlags, NodeId, Note, NoteId, OnError, Point,
    Size, TextPath, TypeName, Workflow, WorkflowId, diff,
};
use serde_json::{Value, json};

fn node(id: &str) -> Node {
    Node::new(NodeId::new(id), TypeName::new("set"), "3.4", id.to_uppercase())
}

fn two_nodes() -> Workflow {
    let mut workflow = Workflow::new(WorkflowId::new("w"), "Test", "Europe/Berlin");
    for id in ["a", "b"] {
        Edit::AddNode { node: Box::new(node(id)) }.apply(&mut workflow).expect("it is new");
    }
    workflow
}

fn set(path: &[&str], value: Option<Value>) -> Edit {
    let path = path.iter().map(|step| (*step).to_owned()).collect();
    Edit::SetParam { id: NodeId::new("a"), path, value }
}

#[track_caller]
fn check_params(edits: &[Edit], expected: Value) {
    let mut workflow = two_nodes();
    for edit in edits {
        edit.apply(&mut workflow).expect("the edit fits");
    }
    assert_eq!(Value::Object(workflow.nodes["a"].params.clone()), expected);
}

#[test]
fn parameters_are_set_where_the_path_says() {
    check_params(&[set(&["mode"], Some(json!("raw")))], json!({"mode": "raw"}));
    check_params(
        &[set(&["options", "timeout"], Some(json!(5)))],
        json!({"options": {"timeout": 5}}),
    );
    check_params(
        &[set(&["options", "timeout"], Some(json!(5))), set(&["options", "timeout"], None)],
        json!({"options": {}}),
    );
    check_params(
        &[
            set(&["assignments", "assignments", "#x", "name"], Some(json!("total"))),
            set(&["assignments", "assignments", "#y"], Some(json!({"name": "tax"}))),
            set(&["assignments", "assignments", "#x", "value"], Some(json!("=1"))),
        ],
        json!({"assignments": {"assignments": [
            {"id": "x", "name": "total", "value": "=1"}, {"name": "tax", "id": "y"}
        ]}}),
    );
    check_params(&[set(&["gone", "deep"], None)], json!({}));
}

#[test]
fn records_move() {
    let list = json!([{"id": "x"}, {"id": "y"}, {"id": "z"}]);
    let path = vec!["list".to_owned()];
    let to = |record: &str, before: Option<&str>| Edit::MoveRecord {
        id: NodeId::new("a"),
        path: path.clone(),
        record: record.to_owned(),
        before: before.map(str::to_owned),
    };
    check_params(
        &[set(&["list"], Some(list)), to("z", Some("x")), to("x", None)],
        json!({"list": [{"id": "z"}, {"id": "y"}, {"id": "x"}]}),
    );
}

#[test]
fn text_is_spliced_in_utf16_units() {
    let splice = |at, remove, insert: &str| Edit::SpliceText {
        text: TextPath::Param { id: NodeId::new("a"), path: vec!["jsCode".to_owned()] },
        at,
        remove,
        insert: insert.to_owned(),
    };
    check_params(&[splice(0, 0, "a😀b"), splice(3, 1, "c")], json!({"jsCode": "a😀c"}));
    let mut workflow = two_nodes();
    splice(0, 0, "😀").apply(&mut workflow).expect("the text starts empty");
    assert_eq!(
        splice(1, 0, "x").apply(&mut workflow),
        Err(ApplyError::BadPlace(1)),
        "no character is cut in two"
    );
    assert_eq!(splice(1, usize::MAX, "").apply(&mut workflow), Err(ApplyError::BadPlace(1)));
}

#[test]
fn a_removed_node_takes_its_wires_along() {
    let mut workflow = two_nodes();
    let key = EdgeKey::main(NodeId::new("a"), 0, NodeId::new("b"), 0);
    Edit::Connect { key, edge: Edge::default() }.apply(&mut workflow).expect("both are there");
    Edit::RemoveNode { id: NodeId::new("b") }.apply(&mut workflow).expect("it is there");
    assert!(workflow.edges.is_empty(), "no wire may dangle");
    let edit = Edit::MoveNode { id: NodeId::new("b"), to: Point::default() };
    assert_eq!(edit.apply(&mut workflow), Err(ApplyError::NoNode(NodeId::new("b"))));
}

#[test]
fn edge_keys_hold_ids_with_any_characters() {
    for (from, to) in [("a", "b"), ("a/b>c", "x/y"), ("1>2/main/0", "z")] {
        let key = EdgeKey::main(NodeId::new(from), 3, NodeId::new(to), 1);
        assert_eq!(key.to_string().parse::<EdgeKey>().ok(), Some(key), "{from} to {to}");
    }
    assert!("a/main/0".parse::<EdgeKey>().is_err(), "one end is no wire");
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i32>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        "[a-c]{0,3}".prop_map(Value::from),
        Just(json!({"x": 1, "y": {"z": [1, 2]}})),
        Just(json!([{"id": "p", "v": 1}, {"id": "q"}])),
        Just(json!([{"id": "q"}, {"id": "p", "v": 2}, {"id": "r"}])),
    ]
}

fn any_node() -> impl Strategy<Value = Node> {
    let id = "[a-e]";
    let params = proptest::collection::btree_map("[k-m]", any_value(), 0..3);
    (id, "[s-u]{1,2}", params, any::<bool>(), -100..100, any::<bool>()).prop_map(
        |(id, name, params, on, x, error_output)| {
            let mut node = node(&id);
            node.name = name;
            node.on = on;
            node.position = Point::new(f64::from(x), 0.0);
            node.params = params.into_iter().collect();
            if error_output {
                node.flags =
                    NodeFlags { on_error: OnError::ContinueErrorOutput, ..NodeFlags::default() };
            }
            node
        },
    )
}

prop_compose! {
    fn any_workflow()(
        nodes in proptest::collection::vec(any_node(), 0..5),
        edges in proptest::collection::vec(("[a-e]", 0..2_usize, "[a-e]"), 0..6),
        notes in proptest::collection::btree_map("[n-p]", "[a-z]{0,4}", 0..3),
        tags in proptest::collection::btree_set("[t-v]", 0..3),
        pinned in any::<bool>(),
        name in "[A-C]",
    ) -> Workflow {
        let mut workflow = Workflow::new(WorkflowId::new("w"), name, "UTC");
        workflow.nodes = nodes.into_iter().map(|node| (node.id.clone(), node)).collect();
        for (from, port, to) in edges {
            let key = EdgeKey::main(NodeId::new(from), port, NodeId::new(to), 0);
            if workflow.nodes.contains_key(&key.from) && workflow.nodes.contains_key(&key.to) {
                workflow.edges.insert(key, Edge::default());
            }
        }
        workflow.notes = notes
            .into_iter()
            .map(|(id, text)| {
                let size = Size { w: 200.0, h: 100.0 };
                (NoteId::new(id), Note { text, size, ..Note::default() })
            })
            .collect();
        workflow.tags = tags;
        if pinned && let Some(id) = workflow.nodes.keys().next().cloned() {
            workflow.pins.insert(id, vec![Item::default()]);
        }
        workflow
    }
}

proptest! {
    /// Whoever holds the old workflow and applies the diff has the new one.
    #[test]
    fn applying_a_diff_gives_the_new_workflow(old in any_workflow(), new in any_workflow()) {
        let mut view = old.clone();
        for edit in diff(&old, &new) {
            edit.apply(&mut view).expect("every edit of a diff fits");
        }
        prop_assert_eq!(view, new);
    }

    #[test]
    fn a_workflow_survives_json(workflow in any_workflow()) {
        let text = serde_json::to_string(&workflow).expect("workflows are JSON");
        prop_assert_eq!(serde_json::from_str::<Workflow>(&text).expect("and read back"), workflow);
    }
}
