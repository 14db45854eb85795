//! What a frame draws: cost follows the screen, not the graph.

use reporunner_canvas::{Command, Detail, KEPT, MOUNT_BUDGET, Painter, RunInfo, WireStyle};
use reporunner_model::{Edit, NodeId, NodeRunState, Point, Size};

use crate::support::Hand;

/// A hundred columns and rows of cards, each wired to the next one right of it.
fn large() -> Hand {
    let mut graph = String::new();
    for column in 0..100 {
        for row in 0..20 {
            graph.push_str(&format!("n{column}-{row} {},{}\n", column * 300, row * 120));
            if column > 0 {
                graph.push_str(&format!("n{}-{row} > n{column}-{row}\n", column - 1));
            }
        }
    }
    let mut hand = Hand::on(&graph);
    hand.editor.set_size(Size { w: 1000.0, h: 600.0 });
    hand.editor.set_view(0.0, 0.0, 1.0);
    hand
}

fn frame(painter: &mut Painter, hand: &mut Hand, ms: f64) -> reporunner_canvas::PaintFrame {
    painter.frame(&mut hand.editor, ms)
}

/// Frames until nothing is left to do; when that was.
fn settle(painter: &mut Painter, hand: &mut Hand, mut ms: f64) -> f64 {
    frame(painter, hand, ms);
    ms += 500.0;
    while frame(painter, hand, ms).again {
        ms += 16.0;
    }
    ms
}

#[test]
fn at_rest_cards_around_the_view_get_their_elements_a_few_a_frame() {
    let (mut hand, mut painter) = (large(), Painter::new());
    for ms in [0.0, 16.0, 32.0] {
        frame(&mut painter, &mut hand, ms);
    }
    let seen = painter.mounted();
    let rest = frame(&mut painter, &mut hand, 500.0);
    assert!(rest.again && (1..=4).contains(&rest.mount.len()), "{} at once", rest.mount.len());
    let ms = settle(&mut painter, &mut hand, 600.0);
    assert!(painter.mounted() > seen * 2 && painter.mounted() <= KEPT);
    hand.editor.set_view(250.0, 150.0, 0.5);
    let out = frame(&mut painter, &mut hand, ms + 16.0);
    assert!(out.mount.is_empty(), "a zoom out finds them made");
}

#[test]
fn only_cards_in_view_have_elements() {
    let (mut hand, mut painter) = (large(), Painter::new());
    frame(&mut painter, &mut hand, 0.0);
    frame(&mut painter, &mut hand, 100.0);
    assert!(painter.mounted() <= 30, "{}", painter.mounted());
    hand.editor.set_view(-15000.0, 0.0, 1.0);
    let there = frame(&mut painter, &mut hand, 1000.0);
    let next = frame(&mut painter, &mut hand, 1016.0);
    assert!(there.mount.len() + next.mount.len() <= 30, "no more are made than come into view");
}

#[test]
fn cards_seen_last_keep_their_elements_up_to_a_number() {
    let (mut hand, mut painter) = (large(), Painter::new());
    frame(&mut painter, &mut hand, 0.0);
    frame(&mut painter, &mut hand, 500.0);
    hand.editor.set_view(-2000.0, 0.0, 1.0);
    for ms in [1000.0, 1500.0] {
        assert!(frame(&mut painter, &mut hand, ms).unmount.is_empty(), "there is room for all");
    }
    hand.editor.set_view(0.0, 0.0, 1.0);
    assert!(frame(&mut painter, &mut hand, 2000.0).mount.is_empty(), "they are there still");
    for step in 1..20 {
        let ms = 2000.0 + f64::from(step) * 1000.0;
        hand.editor.set_view(f64::from(step) * -1400.0, 0.0, 1.0);
        frame(&mut painter, &mut hand, ms);
        frame(&mut painter, &mut hand, ms + 500.0);
        assert!(painter.mounted() <= KEPT, "{} are too many", painter.mounted());
    }
    hand.editor.set_view(0.0, 0.0, 1.0);
    assert!(!frame(&mut painter, &mut hand, 90_000.0).mount.is_empty(), "the oldest went first");
}

#[test]
fn a_zoom_out_and_back_takes_no_element_off_and_makes_none() {
    let (mut hand, mut painter) = (large(), Painter::new());
    frame(&mut painter, &mut hand, 0.0);
    frame(&mut painter, &mut hand, 500.0);
    hand.editor.set_view(0.0, 0.0, 0.3);
    let small = frame(&mut painter, &mut hand, 1000.0);
    assert_eq!(small.elements, Some(false), "they are put out of sight");
    assert!(small.unmount.is_empty() && small.picture.is_some_and(|p| !p.boxes.is_empty()));
    hand.act("select n1-1");
    assert!(frame(&mut painter, &mut hand, 1500.0).marks.is_empty(), "nobody sees them");
    hand.editor.set_view(0.0, 0.0, 1.0);
    let back = frame(&mut painter, &mut hand, 2000.0);
    assert_eq!((back.elements, back.mount.len()), (Some(true), 0));
    assert_eq!(back.refresh.len(), painter.mounted(), "what changed meanwhile is made good");
    assert!(frame(&mut painter, &mut hand, 2500.0).refresh.is_empty(), "once");
}

#[test]
fn a_moving_view_mounts_a_few_cards_a_frame_and_all_at_rest() {
    let (mut hand, mut painter) = (large(), Painter::new());
    hand.editor.set_size(Size { w: 3000.0, h: 2000.0 });
    let first = frame(&mut painter, &mut hand, 0.0);
    assert_eq!(first.mount.len(), MOUNT_BUDGET);
    assert!(first.again && first.picture.is_some_and(|p| !p.boxes.is_empty()), "the rest as boxes");
    let rest = frame(&mut painter, &mut hand, 1000.0);
    assert!(rest.mount.len() > 100);
    assert!(rest.picture.is_some_and(|p| p.boxes.is_empty()), "no box stays behind a card");
}

#[test]
fn a_pan_within_the_margin_moves_the_picture_and_paints_nothing() {
    let (mut hand, mut painter) = (large(), Painter::new());
    settle(&mut painter, &mut hand, 0.0);
    hand.editor.set_view(-20.0, -10.0, 1.0);
    let panned = frame(&mut painter, &mut hand, 2000.0);
    assert_eq!(panned.shift, Some((-20.0, -10.0)));
    assert!(panned.picture.is_none() && panned.mount.is_empty());
    hand.editor.set_view(-400.0, -10.0, 1.0);
    assert!(frame(&mut painter, &mut hand, 3000.0).picture.is_some(), "the margin is used up");
}

#[test]
fn a_frame_in_which_nothing_changed_does_nothing() {
    let (mut hand, mut painter) = (large(), Painter::new());
    settle(&mut painter, &mut hand, 0.0);
    let idle = frame(&mut painter, &mut hand, 2000.0);
    let nothing = format!("{:?}", reporunner_canvas::PaintFrame::default());
    assert_eq!(format!("{idle:?}"), nothing);
}

#[test]
fn a_dragged_card_is_painted_apart_and_the_picture_stays() {
    let (mut hand, mut painter) = (large(), Painter::new());
    settle(&mut painter, &mut hand, 0.0);
    let from = hand.place("n1-1");
    hand.press(from, Default::default());
    hand.glide(from, Point::new(from.x + 40.0, from.y + 40.0), Default::default());
    let lifted = frame(&mut painter, &mut hand, 2000.0);
    let wires = |batches: &[reporunner_canvas::WireBatch]| -> usize {
        batches.iter().map(|batch| batch.wires.len()).sum()
    };
    let overlay = lifted.overlay.expect("it is painted apart");
    assert_eq!(wires(&overlay.wires), 2, "with its two wires");
    assert!(lifted.picture.is_some(), "the picture is painted once without it");
    let to = Point::new(from.x + 90.0, from.y + 90.0);
    hand.glide(to, to, Default::default());
    let moved = frame(&mut painter, &mut hand, 2016.0);
    assert!(moved.picture.is_none(), "then it stays");
    assert_eq!(moved.place.len(), 1, "one element moves");
    hand.release(to, Default::default());
    let dropped = frame(&mut painter, &mut hand, 2032.0);
    assert!(dropped.picture.is_some() && dropped.overlay.is_some_and(|o| o.is_empty()));
}

#[test]
fn a_card_moved_elsewhere_out_of_sight_costs_nothing() {
    let (mut hand, mut painter) = (large(), Painter::new());
    settle(&mut painter, &mut hand, 0.0);
    let far = |x: f64| Edit::MoveNode { id: NodeId::from("n90-10"), to: Point::new(x, 1200.0) };
    hand.editor.apply(&[far(27_040.0)]);
    let unseen = frame(&mut painter, &mut hand, 2000.0);
    assert!(unseen.picture.is_none() && unseen.place.is_empty());
    hand.editor.apply(&[far(100.0)]);
    hand.editor.set_view(0.0, -1000.0, 1.0);
    frame(&mut painter, &mut hand, 3000.0);
    frame(&mut painter, &mut hand, 4000.0);
    hand.editor.apply(&[far(140.0)]);
    let seen = frame(&mut painter, &mut hand, 5000.0);
    assert!(seen.picture.is_some() && seen.place.len() == 1);
}

#[test]
fn zoomed_out_cards_are_boxes_by_colour_and_wires_are_straight() {
    let (mut hand, mut painter) = (large(), Painter::new());
    frame(&mut painter, &mut hand, 0.0);
    hand.editor.set_size(Size { w: 3000.0, h: 600.0 });
    hand.command(Command::ZoomFit);
    let out = frame(&mut painter, &mut hand, 1000.0);
    let picture = out.picture.expect("a zoom paints anew");
    assert_eq!(out.elements, Some(false), "no card shows as an element");
    assert_eq!(picture.boxes.iter().map(|batch| batch.nodes.len()).sum::<usize>(), 2000);
    assert_eq!(picture.boxes.len(), 1, "all have one hue here");
    assert!(picture.straight);
}

#[test]
fn less_is_drawn_of_smaller_cards() {
    let details = [0.05, 0.1, 0.16, 0.3, 0.5].map(Detail::at);
    assert!(details.is_sorted() && details[0] == Detail::Spot && details[4] == Detail::Card);
}

#[test]
fn wires_are_painted_in_the_order_of_what_they_tell() {
    let mut hand =
        Hand::on("a 0,0 if\nb 400,0\nc 400,100\nd 400,200\na > b\na.1 > c\na > d\nd off");
    let run = RunInfo { state: NodeRunState::Succeeded, counts: vec![12, 0], ms: 1.0 };
    hand.editor.set_run(&NodeId::from("a"), Some(run));
    let picture = frame(&mut Painter::new(), &mut hand, 0.0).picture.expect("a first picture");
    let styles: Vec<WireStyle> = picture.wires.iter().map(|batch| batch.style).collect();
    assert_eq!(styles, [WireStyle::Idle, WireStyle::Faint, WireStyle::Done]);
    assert_eq!(picture.counts.len(), 3, "every wire out of what ran has its count");
    assert_eq!(picture.times, [(0, 1.0)], "and what ran has its time");
    hand.editor.set_view(0.0, 0.0, 0.3);
    let small = frame(&mut Painter::new(), &mut hand, 0.0).picture.expect("a first picture");
    assert!(small.times.is_empty() && small.counts.is_empty(), "where they can be read");
}

#[test]
fn dashes_go_along_while_items_flow_and_rest_where_motion_is_not_wanted() {
    let flowing = |still: bool| {
        let mut hand = Hand::on("a 0,0\nb 400,0\na > b");
        let options = reporunner_canvas::Options { still, ..hand.editor.options() };
        hand.editor.set_options(options);
        let run = |state| Some(RunInfo { state, counts: vec![3], ms: 1.0 });
        hand.editor.set_run(&NodeId::from("a"), run(NodeRunState::Succeeded));
        hand.editor.set_run(&NodeId::from("b"), run(NodeRunState::Running));
        (hand, Painter::new())
    };
    let (mut hand, mut painter) = flowing(false);
    let first = frame(&mut painter, &mut hand, 10_000.0).picture.expect("a first picture");
    assert_eq!(first.wires[0].style, WireStyle::Flowing);
    let soon = frame(&mut painter, &mut hand, 10_016.0);
    assert!(soon.picture.is_none() && soon.again, "not each frame");
    let later = frame(&mut painter, &mut hand, 10_200.0);
    assert!(later.picture.is_some_and(|picture| picture.flow != first.flow), "they moved");
    let run = RunInfo { state: NodeRunState::Succeeded, counts: vec![3], ms: 2.0 };
    hand.editor.set_run(&NodeId::from("b"), Some(run));
    frame(&mut painter, &mut hand, 10_300.0);
    assert!(!frame(&mut painter, &mut hand, 11_000.0).again, "nothing flows any more");

    let (mut hand, mut painter) = flowing(true);
    frame(&mut painter, &mut hand, 10_000.0);
    let later = frame(&mut painter, &mut hand, 11_000.0);
    assert!(later.picture.is_none() && !later.again, "nothing moves by itself");
}

#[test]
fn a_page_that_comes_back_draws_everything_with_a_new_painter() {
    let mut hand = Hand::on("a 0,0\nb 400,0\na > b\nnote n 0,200 200x100");
    let first = frame(&mut Painter::new(), &mut hand, 0.0);
    hand.editor.redraw();
    let again = frame(&mut Painter::new(), &mut hand, 0.0);
    assert_eq!(format!("{again:?}"), format!("{first:?}"));
    assert!(again.view.is_some() && again.mount.len() == 2 && again.picture.is_some());
}
