//! Where the small map goes: in nobody's way.

use reporunner_canvas::{Rect, RunInfo};
use reporunner_model::{NodeId, NodeRunState, Size};

use crate::support::Hand;

/// Where the map is in a view of `size` that shows the world at 100 %: `right`, `left`,
/// `top right`, `top left` or `none`.
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
    match hand.editor.map_place(None, false) {
        None => "none",
        Some(place) => match (place.x0 > 300.0, place.y0 > 200.0) {
            (true, true) => "right",
            (false, true) => "left",
            (true, false) => "top right",
            (false, false) => "top left",
        },
    }
}

const CORNERS: &str = "left 20,740\nright 1000,740\ntop 1000,20\nfar 20,60\nmiddle 600,400";

#[test]
fn the_map_rests_in_a_corner_without_a_card() {
    let view = (1280.0, 800.0);
    check("a 600,400", view, &[], "right");
    check("right 1000,740", view, &[], "left");
    check("right 1000,740\nleft 20,740", view, &[], "top right");
    check("right 1000,740\nleft 20,740\ntop 1000,20", view, &[], "top left");
    check(CORNERS, view, &[], "none");
}

#[test]
fn the_map_rests_beside_the_cards_of_a_low_view() {
    // As the start of a workflow is seen above open data panes, at 60 %.
    let row = "a 0,0\nb 300,0\nc 600,0\nd 900,0\ne 1200,0\nf 1500,0";
    let mut hand = Hand::on(row);
    hand.editor.set_size(Size { w: 1012.0, h: 445.0 });
    hand.editor.set_view(65.0, 338.0, 0.6);
    assert_eq!(place(&hand), "top right");
}

#[test]
fn while_the_view_moves_the_map_stays_over_cards_that_do_not_matter() {
    let mut hand = check(CORNERS, (1280.0, 800.0), &[], "none");
    let first = hand.editor.map_place(None, true);
    assert!(first.is_some_and(|place| place.x0 > 300.0 && place.y0 > 200.0), "{first:?}");
    assert_eq!(hand.editor.map_place(first, true), first);
    hand.editor.select(&[NodeId::from("right")]);
    let next = hand.editor.map_place(first, true);
    assert!(next.is_some_and(|place| place.x0 < 300.0), "it leaves a selected card: {next:?}");
    let run = |state| Some(RunInfo { state, counts: vec![1], ms: 1.0 });
    hand.editor.set_run(&NodeId::from("left"), run(NodeRunState::Failed));
    let last = hand.editor.map_place(next, true);
    assert!(last.is_some_and(|place| place.y0 < 200.0), "and one that failed: {last:?}");
}

#[test]
fn the_map_stays_where_it_is_while_it_may() {
    let hand = check("a 600,400", (1280.0, 800.0), &[], "right");
    let left = Some(Rect::new(14.0, 694.0, 150.0, 92.0));
    assert_eq!(hand.editor.map_place(left, false), left);
    let of_another_size = Some(Rect::new(14.0, 300.0, 150.0, 92.0));
    assert_ne!(hand.editor.map_place(of_another_size, false), of_another_size);
}

#[test]
fn the_map_is_smaller_in_a_small_view_and_not_there_in_a_tiny_one() {
    let width = |size| {
        let hand = check("a 250,150", size, &[], if size.0 < 500.0 { "none" } else { "right" });
        hand.editor.map_place(None, false).map_or(0.0, |place| place.width())
    };
    let (large, small, none) =
        (width((1280.0, 800.0)), width((700.0, 340.0)), width((400.0, 340.0)));
    assert!(large > small && small > none, "{large} {small} {none}");
}
