//! The arrays: what a card says, and that they follow edits.

use std::sync::Arc;

use reporunner_canvas::{Flow, Mark, RunInfo, Scene, Side};
use reporunner_model::{
    Edge, EdgeKey, Edit, Node, NodeFlags, NodeId, NodeRunState, OnError, Point, PortKind, TypeName,
};
use serde_json::json;

use crate::support::{Hand, catalog, workflow};

#[test]
fn the_line_under_a_name_says_what_the_node_does() {
    let mut hand = Hand::on("a 0,0");
    let subtitle = |hand: &Hand| {
        let scene = hand.editor.scene();
        scene.texts.get(scene.nodes.subtitle[0]).to_owned()
    };
    assert_eq!(subtitle(&hand), "does its step", "the parameter of the first is not set");
    for (value, line) in [
        (json!("https://example.org/a"), "to https://example.org/a"),
        (json!("={{ $json.url }}"), "to {{ $json.url }}"),
        (json!("two\n  lines"), "to two lines"),
        (json!(["a", "b"]), "to a, b"),
        (json!(["a", "b", "c", "d"]), "to 4"),
        (json!(7), "to 7"),
        (json!(1.0), "to 1"),
        (json!(0.5), "to 0.5"),
        (json!({ "__rl": true, "value": "4f", "cachedResultName": "Orders" }), "to Orders"),
        (json!({ "__rl": true, "mode": "id", "value": "4f" }), "to 4f"),
        (
            json!({ "__rl": true, "mode": "name", "value": "New", "cachedResultName": "Old" }),
            "to New",
        ),
        (json!({ "__rl": true, "mode": "list", "value": "" }), "does its step"),
        (json!({ "a": 1, "b": 2 }), "to 2"),
        (json!("   "), "does its step"),
    ] {
        hand.editor.apply(&[Edit::SetParam {
            id: NodeId::from("a"),
            path: vec!["url".to_owned()],
            value: Some(value),
        }]);
        assert_eq!(subtitle(&hand), line);
    }
}

#[test]
fn a_node_called_as_its_type_says_what_that_is_for() {
    #[track_caller]
    fn check(name: &str, summary: &str, line: &str) {
        let mut description = catalog().types[&TypeName::new("step")].clone();
        description.subtitles.clear();
        description.label = "Edit Fields".to_owned();
        description.summary = summary.to_owned();
        let node = Node::new("a".into(), description.name.clone(), "1", name);
        assert_eq!(reporunner_canvas::subtitle(Some(&description), &node), line);
    }
    check("Greet", "Sets fields of each item.", "Edit Fields");
    check("Edit Fields", "Sets fields of each item.", "Sets fields of each item");
    check("Edit Fields2", "Sets fields of each item.", "Sets fields of each item");
    check("Edit Fields of orders", "Sets fields of each item.", "Edit Fields");
    check("Edit Fields", "Starts the workflow when you press Run.", "when you press Run");
}

#[test]
fn an_unknown_type_has_the_ports_that_its_wires_need() {
    let mut flow = workflow("a 0,0 nope\nb 400,0\na > b\na.2 > b");
    let other = EdgeKey {
        from: NodeId::from("b"),
        kind: PortKind::new("ai_tool"),
        from_port: 0,
        to: NodeId::from("a"),
        to_port: 0,
    };
    flow.edges.insert(other.clone(), Edge::default());
    let scene = Scene::new(&flow, &catalog());
    let node = scene.nodes.find(&NodeId::from("a")).unwrap();
    assert!(scene.nodes.has(node, Mark::UNKNOWN));
    assert_eq!(scene.nodes.side(node, Side::Output).len(), 3);
    let kinds: Vec<&str> =
        scene.nodes.side(node, Side::Input).iter().map(|port| port.kind.as_str()).collect();
    assert_eq!(kinds, ["main", "ai_tool"]);
    let wire = scene.wires.find(&other).unwrap() as usize;
    assert_eq!(scene.wires.to_slot[wire], 1, "the wire ends at the port of its kind");
}

#[test]
fn a_sub_node_hangs_from_the_foot_of_the_node_that_it_serves() {
    let mut flow = workflow("agent 0,0 nope\nmodel 0,200 nope\ntool 100,200 nope");
    for (id, name) in [("agent", "agent"), ("model", "lmChatOpenAi"), ("tool", "toolCode")] {
        let node = flow.nodes.get_mut(&NodeId::from(id)).expect("it is there");
        node.node_type = TypeName::new(format!("@n8n/n8n-nodes-langchain.{name}"));
    }
    let hangs = |from: &str, kind: &str| EdgeKey {
        from: NodeId::from(from),
        kind: PortKind::new(kind),
        from_port: 0,
        to: NodeId::from("agent"),
        to_port: 0,
    };
    for key in [hangs("model", "ai_languageModel"), hangs("tool", "ai_tool")] {
        flow.edges.insert(key, Edge::default());
    }
    let scene = Scene::new(&flow, &catalog());
    let number = |id: &str| scene.nodes.find(&NodeId::from(id)).expect("it is there");
    let (agent, model) = (number("agent"), number("model"));
    assert_eq!(scene.nodes.rect(agent).height(), 60.0, "what hangs takes no room at the sides");
    assert!(scene.nodes.side(model, Side::Input).is_empty(), "a sub-node takes no items");
    assert_eq!(scene.nodes.side(model, Side::Output).len(), 1);
    let labels: Vec<&str> =
        scene.nodes.side(agent, Side::Input).iter().map(|port| port.label.as_str()).collect();
    assert_eq!(labels, ["", "model", "tool"]);
    let wire = scene.wires.find(&hangs("model", "ai_languageModel")).expect("it is drawn");
    let path = scene.wire_path(wire);
    assert_eq!(path.start(), Point::new(110.0, 200.0), "from the middle of its head");
    assert_eq!(path.end(), Point::new(74.0, 60.0), "to its own place at the foot");
}

#[test]
fn an_output_for_errors_comes_and_goes() {
    let mut hand = Hand::on("a 0,0");
    let flags = |on_error| Edit::SetFlags {
        id: NodeId::from("a"),
        flags: NodeFlags { on_error, ..NodeFlags::default() },
    };
    hand.editor.apply(&[flags(OnError::ContinueErrorOutput)]);
    assert!(hand.editor.scene().nodes.has(0, Mark::ERROR_OUTPUT));
    assert_eq!(hand.editor.scene().nodes.side(0, Side::Output).len(), 2);
    hand.editor.apply(&[flags(OnError::StopWorkflow)]);
    assert_eq!(hand.editor.scene().nodes.side(0, Side::Output).len(), 1);
}

#[test]
fn wires_tell_of_the_run() {
    let mut hand = Hand::on("a 0,0 if\nb 400,0\nc 400,100\na > b\na.1 > c");
    let flow = |hand: &Hand, to: &str| {
        let scene = hand.editor.scene();
        let wire = scene.wires.all().find(|wire| scene.wires.key[*wire as usize].to.as_str() == to);
        scene.wires.flow(wire.unwrap(), &scene.nodes)
    };
    let run = |state, counts: &[usize]| Some(RunInfo { state, counts: counts.to_vec(), ms: 2.0 });
    assert_eq!(flow(&hand, "b"), Flow::Idle);
    hand.editor.set_run(&NodeId::from("a"), run(NodeRunState::Succeeded, &[3, 0]));
    assert_eq!(flow(&hand, "b"), Flow::Done);
    assert_eq!(flow(&hand, "c"), Flow::Idle, "no item took this branch");
    hand.editor.set_run(&NodeId::from("b"), run(NodeRunState::Running, &[]));
    assert_eq!(flow(&hand, "b"), Flow::Flowing);
    let said = hand.editor.set_run(&NodeId::from("b"), run(NodeRunState::Failed, &[]));
    assert!(said.contains(&reporunner_canvas::Reaction::Announce("b failed".to_owned())));
    hand.editor.clear_runs();
    assert_eq!(flow(&hand, "b"), Flow::Idle);
}

#[test]
fn numbers_stay_while_the_thing_is_there() {
    let mut hand = Hand::on("a 0,0\nb 300,0\nc 600,0\na > b\nb > c");
    let before = hand.editor.scene().nodes.find(&NodeId::from("c"));
    hand.editor.apply(&[Edit::RemoveNode { id: NodeId::from("b") }]);
    assert_eq!(hand.editor.scene().nodes.find(&NodeId::from("c")), before);
    assert_eq!(hand.editor.scene().wires.count(), 0, "its wires are gone");
    let again = workflow("b 300,0\nd 0,300");
    for node in again.nodes.values() {
        hand.editor.apply(&[Edit::AddNode { node: Box::new(node.clone()) }]);
    }
    assert_eq!(hand.editor.scene().nodes.count(), 4);
    assert_eq!(hand.editor.scene().nodes.len(), 4, "a free number is used again");
}

#[test]
fn another_state_of_the_workflow_keeps_the_selection() {
    let mut hand = Hand::on("a 0,0\nb 300,0\nc 600,0\na > b");
    hand.act("select a b");
    hand.editor.set_workflow(workflow("a 40,0\nc 600,0"));
    assert_eq!(hand.editor.selected(), [NodeId::from("a")]);
    assert_eq!(crate::support::text(hand.editor.workflow()), "a 40,0\nc 600,0");
}

#[test]
fn frames_hold_what_lies_in_their_container() {
    let flow = workflow("outer 0,0\ninner 300,0\na 600,100\ninner in outer\na in inner");
    let scene = Scene::new(&flow, &catalog());
    let rect = |id: &str| {
        let node = scene.nodes.find(&NodeId::from(id)).unwrap();
        scene.frames.iter().find(|frame| frame.node == node).unwrap().rect
    };
    assert!(rect("outer").covers(&rect("inner")), "an inner frame lies in the outer one");
    let a = scene.nodes.rect(scene.nodes.find(&NodeId::from("a")).unwrap());
    assert!(rect("inner").covers(&a));
}

#[test]
fn containers_that_lie_in_each_other_do_no_harm() {
    let flow = workflow("a 0,0\nb 300,0\na in b\nb in a");
    let scene = Scene::new(&flow, &catalog());
    assert_eq!(scene.frames.len(), 2);
}

#[test]
fn the_picker_lists_what_fits_the_wire() {
    let mut hand = Hand::on("a 0,0\nb 400,0 end\na > b");
    hand.act("drag a.0 to 600,600");
    let request = hand.reactions.iter().find_map(|reaction| match reaction {
        reporunner_canvas::Reaction::Picker(request) => Some(request.clone()),
        _ => None,
    });
    let request = request.expect("the picker opens");
    let catalog = Arc::clone(hand.editor.catalog());
    let fits = |name: &str| request.fits(catalog.get(&TypeName::new(name)).unwrap());
    assert!(fits("step") && fits("end") && !fits("trigger"));
}
