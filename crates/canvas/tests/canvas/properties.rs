//! What holds for every graph and every hand.

use proptest::prelude::*;
use reporunner_canvas::{Command, Event, Grid, Mods, Rect, Scene, Way};
use reporunner_model::{NodeId, Point, Workflow};

use crate::support::{Hand, catalog, text, workflow};

fn rect() -> impl Strategy<Value = Rect> {
    let corner = -20_000.0..20_000.0_f64;
    let side = prop_oneof![0.0..900.0_f64, 0.0..40_000.0_f64];
    (corner.clone(), corner, side.clone(), side).prop_map(|(x, y, w, h)| Rect::new(x, y, w, h))
}

proptest! {
    #[test]
    fn a_query_of_the_grid_finds_what_a_look_at_all_finds(
        rects in prop::collection::vec(rect(), 0..60),
        moved in prop::collection::vec((0usize..60, rect()), 0..20),
        gone in prop::collection::vec(0usize..60, 0..20),
        areas in prop::collection::vec(rect(), 1..8),
    ) {
        let mut grid = Grid::default();
        let mut all: Vec<Option<Rect>> = rects.into_iter().map(Some).collect();
        for (id, rect) in all.iter().enumerate() {
            grid.set(id as u32, rect.unwrap());
        }
        for (id, rect) in moved {
            if id < all.len() {
                all[id] = Some(rect);
                grid.set(id as u32, rect);
            }
        }
        for id in gone {
            if id < all.len() {
                all[id] = None;
                grid.remove(id as u32);
            }
        }
        for area in areas {
            let wanted: Vec<u32> = (0..all.len() as u32)
                .filter(|id| all[*id as usize].is_some_and(|rect| rect.touches(&area)))
                .collect();
            let mut found = Vec::new();
            grid.query(&area, &mut found);
            prop_assert_eq!(found, wanted);
        }
    }
}

/// A graph of up to eight nodes with any wires between them.
fn graph() -> impl Strategy<Value = String> {
    let kinds = ["step", "if", "merge", "trigger", "end", "nope"];
    let node = (0i32..40, 0i32..40, 0usize..kinds.len());
    let nodes = prop::collection::vec(node, 1..8);
    let wires = prop::collection::vec((0usize..8, 0usize..2, 0usize..8, 0usize..2), 0..12);
    (nodes, wires).prop_map(move |(nodes, wires)| {
        let mut text = String::new();
        for (at, (x, y, kind)) in nodes.iter().enumerate() {
            text.push_str(&format!("v{at} {},{} {}\n", x * 37, y * 23, kinds[*kind]));
        }
        for (from, out, to, into) in wires {
            let count = nodes.len();
            text.push_str(&format!("v{}.{out} > v{}.{into}\n", from % count, to % count));
        }
        text
    })
}

/// Things a hand may do, in any order, sensible or not.
#[derive(Debug, Clone)]
enum Act {
    Select(Vec<usize>),
    Command(Command),
    Drag { from: (f64, f64), to: (f64, f64), mods: Mods, breaks_off: bool },
    Remote(usize),
}

fn act() -> impl Strategy<Value = Act> {
    let place = || (0.0..2000.0_f64, 0.0..1600.0_f64);
    let commands: Vec<Command> =
        Command::all().filter(|command| !matches!(command, Command::Go(Way::Up))).collect();
    prop_oneof![
        prop::collection::vec(0usize..8, 0..4).prop_map(Act::Select),
        prop::sample::select(commands).prop_map(Act::Command),
        (place(), place(), any::<(bool, bool, bool)>(), prop::bool::weighted(0.2)).prop_map(
            |(from, to, (shift, alt, main), breaks_off)| {
                Act::Drag { from, to, mods: Mods { shift, alt, main }, breaks_off }
            }
        ),
        (0usize..8).prop_map(Act::Remote),
    ]
}

fn play(hand: &mut Hand, act: &Act) {
    match act {
        Act::Select(nodes) => {
            let ids: Vec<NodeId> = nodes.iter().map(|at| NodeId::new(format!("v{at}"))).collect();
            hand.editor.select(&ids);
        }
        Act::Command(command) => hand.command(*command),
        Act::Drag { from, to, mods, breaks_off } => {
            let (from, to) = (Point::new(from.0, from.1), Point::new(to.0, to.1));
            hand.press(from, *mods);
            hand.glide(from, to, *mods);
            if *breaks_off {
                hand.event(Event::Cancel);
            }
            hand.release(to, *mods);
        }
        Act::Remote(node) => {
            let id = NodeId::new(format!("v{node}"));
            hand.editor.apply(&[reporunner_model::Edit::RemoveNode { id }]);
        }
    }
}

fn dangling(workflow: &Workflow) -> Option<String> {
    let there = |id: &NodeId| workflow.nodes.contains_key(id);
    let loose = workflow.edges.keys().find(|key| !there(&key.from) || !there(&key.to));
    loose.map(ToString::to_string)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn whatever_one_does_no_wire_dangles_and_the_arrays_are_those_of_the_workflow(
        graph in graph(),
        acts in prop::collection::vec(act(), 1..14),
    ) {
        let mut hand = Hand::on(&graph);
        for act in &acts {
            play(&mut hand, act);
            let now = hand.editor.workflow();
            prop_assert_eq!(dangling(now), None, "after {:?}", act);
            let scene = hand.editor.scene();
            let fresh = Scene::new(now, &catalog());
            prop_assert_eq!(scene.nodes.count(), now.nodes.len());
            prop_assert_eq!(scene.wires.count(), now.edges.len());
            for (id, node) in &now.nodes {
                let (here, there) = (scene.nodes.find(id).unwrap(), fresh.nodes.find(id).unwrap());
                prop_assert_eq!(scene.nodes.position(here), node.position);
                prop_assert_eq!(
                    scene.texts.get(scene.nodes.title[here as usize]),
                    fresh.texts.get(fresh.nodes.title[there as usize])
                );
            }
            for key in now.edges.keys() {
                let (here, there) = (scene.wires.find(key), fresh.wires.find(key));
                prop_assert_eq!(
                    scene.wire_path(here.unwrap()),
                    fresh.wire_path(there.unwrap()),
                    "the wire {} after {:?}", key, act
                );
            }
        }
    }

    #[test]
    fn a_gesture_that_breaks_off_changes_nothing(
        graph in graph(),
        from in (0.0..2000.0_f64, 0.0..1600.0_f64),
        to in (0.0..2000.0_f64, 0.0..1600.0_f64),
        keys in any::<(bool, bool, bool)>(),
    ) {
        let mut hand = Hand::on(&graph);
        let mods = Mods { shift: keys.0, alt: keys.1, main: keys.2 };
        let act = Act::Drag { from, to, mods, breaks_off: true };
        play(&mut hand, &act);
        prop_assert_eq!(text(hand.editor.workflow()), text(&workflow(&graph)));
        let scene = hand.editor.scene();
        for (id, node) in &hand.editor.workflow().nodes {
            prop_assert_eq!(scene.nodes.position(scene.nodes.find(id).unwrap()), node.position);
        }
    }

    #[test]
    fn tidy_leaves_no_two_cards_over_each_other_and_is_stable(graph in graph()) {
        let mut hand = Hand::on(&graph);
        hand.command(Command::Tidy);
        let rects: Vec<Rect> = {
            let nodes = &hand.editor.scene().nodes;
            nodes.all().map(|node| nodes.rect(node)).collect()
        };
        for (at, one) in rects.iter().enumerate() {
            for two in &rects[at + 1..] {
                prop_assert!(!one.grown(-1.0).touches(two), "{:?} and {:?}", one, two);
            }
        }
    }
}
