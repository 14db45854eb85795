//! Wires as curves, the view, and small arithmetic.

use reporunner_canvas::{Rect, Side, Viewport, WirePath, port_place, snap};
use reporunner_model::{Point, Port, Ports, Size, card_height};

#[test]
fn a_wire_begins_and_ends_level() {
    for to in [Point::new(400.0, 300.0), Point::new(-400.0, 30.0), Point::new(10.0, -500.0)] {
        let path = WirePath::new(Point::new(0.0, 0.0), to);
        let first = path.cubics()[0];
        let last = path.cubics()[path.cubics().len() - 1];
        assert!(first[0].y == 0.0 && first[0].x > 0.0, "it leaves to the right");
        assert!(last[1].y == to.y && last[1].x < to.x, "it arrives from the left");
        assert_eq!((path.at(0.0), path.at(1.0)), (Point::new(0.0, 0.0), to));
    }
}

#[test]
fn a_wire_that_leads_back_goes_round() {
    let path = WirePath::new(Point::new(600.0, 30.0), Point::new(0.0, 30.0));
    assert_eq!(path.cubics().len(), 3);
    let lowest = (0..=50).map(|step| path.at(f64::from(step) / 50.0).y).fold(0.0, f64::max);
    assert!(lowest > 90.0, "it passes below the cards, not through them");
}

#[test]
fn the_bounds_hold_every_point() {
    for (x, y) in [(300.0, 40.0), (-300.0, 10.0), (-50.0, 900.0), (0.0, -90.0)] {
        let path = WirePath::new(Point::new(0.0, 0.0), Point::new(x, y));
        let bounds = path.bounds().grown(1e-9);
        assert!((0..=100).all(|step| bounds.holds(path.at(f64::from(step) / 100.0))));
    }
}

#[test]
fn the_distance_to_a_wire_is_that_to_its_nearest_point() {
    let path = WirePath::new(Point::new(0.0, 0.0), Point::new(200.0, 0.0));
    let (away, along) = path.nearest(Point::new(100.0, 7.0));
    assert!((away - 7.0).abs() < 1e-6 && (along - 0.5).abs() < 0.01, "{away} at {along}");
    assert!(path.crosses(Point::new(90.0, -5.0), Point::new(110.0, 5.0)));
    assert!(!path.crosses(Point::new(90.0, 5.0), Point::new(110.0, 15.0)));
}

#[test]
fn ports_keep_apart_and_cards_stay_on_the_grid() {
    let with = |outputs: usize| Ports {
        inputs: vec![Port::main("")],
        outputs: vec![Port::main(""); outputs],
        error_output: false,
    };
    let heights = [1, 2, 3, 4, 8].map(|outputs| card_height(&with(outputs)));
    assert_eq!(heights, [60.0, 60.0, 80.0, 100.0, 200.0]);
    let place = |ports: &Ports, side, slot| port_place(ports, 60.0, side, slot);
    assert_eq!(place(&with(1), Side::Input, 0), Point::new(0.0, 30.0));
    let two = [0, 1].map(|slot| place(&with(2), Side::Output, slot));
    assert_eq!(two, [Point::new(220.0, 18.0), Point::new(220.0, 42.0)]);
}

#[test]
fn snapping_goes_to_the_nearest_line() {
    assert_eq!([9.0, 11.0, -9.0, -11.0].map(|x| snap(x, 20.0)), [0.0, 20.0, 0.0, -20.0]);
}

#[test]
fn screen_and_world_are_each_others_inverse() {
    let mut view = Viewport { size: Size { w: 1000.0, h: 600.0 }, ..Viewport::default() };
    view.zoom_at(Point::new(333.0, 222.0), 0.37);
    view.pan(-17.0, 5.0);
    let at = Point::new(12.5, 480.0);
    let back = view.to_screen(view.to_world(at));
    assert!((back.x - at.x).abs() < 1e-9 && (back.y - at.y).abs() < 1e-9);
}

#[test]
fn bringing_into_view_moves_only_what_is_needed() {
    let mut view = Viewport { size: Size { w: 1000.0, h: 600.0 }, ..Viewport::default() };
    assert!(!view.bring(&Rect::new(300.0, 300.0, 220.0, 60.0)), "it is in view");
    assert!(view.bring(&Rect::new(2000.0, 300.0, 220.0, 60.0)));
    assert_eq!((view.x, view.y), (-1320.0, 0.0), "right edge, 100 pixels from the border");
}

#[test]
fn zooming_there_and_back_ends_at_full_size() {
    let mut view = Viewport::default();
    let at = Point::new(333.0, 222.0);
    for factor in [0.8, 0.7, 0.9, 1.0 / 0.9, 1.0 / 0.7, 1.0 / 0.8] {
        view.zoom_at(at, factor);
    }
    assert_eq!(view.zoom, 1.0);
    view.zoom_at(at, 1.0014);
    assert!(view.zoom > 1.0, "a small step still leads away from it");
}
