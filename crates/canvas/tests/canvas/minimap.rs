//! Where the small map goes: in nobody's way.

use reporunner_canvas::RunInfo;
use reporunner_model::{NodeId, NodeRunState, Size};

use crate::support::Hand;

/// Where the map is in a view of `size` that shows the world at 100 %: `right`, `left` or `none`.
#[track_caller]
fn check(graph: &str, size: (f64, f64), selected: &[&str], expected: &str) -> Hand {
    let mut hand = Hand::on(graph);
    hand.editor.set_size(Size { w: size.0, h: size.1 });
    hand.editor.set_view(0.0, 0.0, 1.0);
    let ids: Vec<NodeId> = selected.iter().map(|id| NodeId::from(*id)).collect();
    hand.editor.select(&ids);
    assert_eq!(place(&hand), expected, "{size:?} with {selected:?} selected");
    hand
}

fn place(hand: &Hand) -> &'static str {
    match hand.editor.map_place() {
        None => "none",
        Some(place) if place.x0 > hand.editor.view().size.w / 2.0 => "right",
        Some(_) => "left",
    }
}

const CORNERS: &str = "left 20,740\nright 1000,740\nfar 500,100";

#[test]
fn the_map_leaves_its_corner_for_a_selected_card() {
    check(CORNERS, (1280.0, 800.0), &[], "right");
    check(CORNERS, (1280.0, 800.0), &["right"], "left");
    check(CORNERS, (1280.0, 800.0), &["left", "right"], "none");
}

#[test]
fn the_map_leaves_its_corner_for_a_card_that_failed() {
    let mut hand = check(CORNERS, (1280.0, 800.0), &[], "right");
    let run = |state| Some(RunInfo { state, counts: vec![1], ms: 1.0 });
    hand.editor.set_run(&NodeId::from("right"), run(NodeRunState::Succeeded));
    assert_eq!(place(&hand), "right");
    hand.editor.set_run(&NodeId::from("right"), run(NodeRunState::Failed));
    assert_eq!(place(&hand), "left");
}

#[test]
fn the_map_is_smaller_in_a_small_view_and_not_there_in_a_tiny_one() {
    let width = |size| {
        let hand = check("a 0,0", size, &[], if size.0 < 500.0 { "none" } else { "right" });
        hand.editor.map_place().map_or(0.0, |place| place.width())
    };
    let (large, small, none) =
        (width((1280.0, 800.0)), width((700.0, 340.0)), width((400.0, 340.0)));
    assert!(large > small && small > none, "{large} {small} {none}");
}
