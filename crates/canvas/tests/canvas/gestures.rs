//! What the pointer does.

use reporunner_canvas::{Cursor, Event, Purpose, Reaction};
use reporunner_model::{NodeId, Point};

use crate::support::{Hand, test};

#[test]
fn a_dragged_card_lands_on_the_grid() {
    let hand = test("a 0,0", "drag a by 103,38", "a 100,40");
    assert_eq!(hand.labels(), ["Move a"], "a drag is one change");
}

#[test]
fn the_main_key_stops_snapping_and_shift_keeps_the_axis() {
    test("a 0,0", "drag a by 103,38 with M", "a 103,38");
    test("a 0,0", "drag a by 103,38 with Shift", "a 100,0");
}

#[test]
fn a_small_twitch_is_no_drag() {
    test("a 0,0", "drag a by 3,2", "a 0,0");
}

#[test]
fn selected_cards_keep_their_distances() {
    test("a 0,0\nb 307,11\nc 0,400", "select a b; drag a by 40,20", "a 40,20\nb 347,31\nc 0,400");
}

#[test]
fn dragging_another_card_selects_it_first() {
    test("a 0,0\nb 300,0", "select a; drag b by 0,100", "a 0,0\nb 300,100");
}

#[test]
fn alt_drag_leaves_the_card_and_makes_a_copy_with_the_wires_between() {
    test(
        "a 0,0\nb 300,0\nc 600,0\na > b\nb > c",
        "select a b; drag a by 0,200 with Alt",
        "a 0,0\nb 300,0\nc 600,0\nnew1 0,200\nnew2 300,200\na > b\nb > c\nnew1 > new2",
    );
}

#[test]
fn escape_puts_everything_back() {
    test("a 0,0\nb 300,0\na > b", "escape during drag a by 200,200", "a 0,0\nb 300,0\na > b");
}

#[test]
fn a_wire_joins_an_output_and_an_input_from_either_end() {
    test("a 0,0\nb 300,0", "drag a.0 to b<0", "a 0,0\nb 300,0\na > b");
    test("a 0,0\nb 300,0", "drag b<0 to a.0", "a 0,0\nb 300,0\na > b");
}

#[test]
fn a_wire_snaps_to_a_port_near_by_and_to_the_card_under_it() {
    test("a 0,0\nb 400,0", "drag a.0 to 360,60", "a 0,0\nb 400,0\na > b");
    test("a 0,0\nb 400,0", "drag a.0 to 590,50", "a 0,0\nb 400,0\na > b");
}

#[test]
fn a_wire_takes_a_free_input_before_a_taken_one() {
    test(
        "a 0,0\nb 0,200\nm 400,0 merge\nb > m",
        "drag a.0 to 600,40",
        "a 0,0\nb 0,200\nm 400,0 merge\na > m.1\nb > m",
    );
}

#[test]
fn a_wire_never_joins_two_outputs_or_a_node_with_itself() {
    test("a 0,0\nb 400,0 trigger", "drag a.0 to b.0", "a 0,0\nb 400,0 trigger");
    test("a 0,0", "drag a.0 to a<0", "a 0,0");
}

#[test]
fn a_wire_dropped_on_nothing_asks_for_a_node() {
    let hand = test("a 0,0 if", "drag a.1 to 500,500", "a 0,0 if");
    let picker = hand.reactions.iter().find_map(|reaction| match reaction {
        Reaction::Picker(request) => Some(request.clone()),
        _ => None,
    });
    let picker = picker.expect("the picker opens");
    let Purpose::Add(Some(end)) = &picker.purpose else { panic!("it is wired") };
    assert_eq!((end.node.as_str(), end.slot), ("a", 1), "the wire comes from the port");
    assert_eq!(end.label, "“false” of a", "the picker says what it fits");
    assert_eq!(hand.editor.ghosts().len(), 1, "the wire stays in sight");
}

#[test]
fn shift_drag_moves_all_wires_of_a_port() {
    test(
        "a 0,0\nb 400,0\nc 400,200\nd 0,200\na > b\na > c",
        "drag a.0 to d.0 with Shift",
        "a 0,0\nb 400,0\nc 400,200\nd 0,200\nd > b\nd > c",
    );
}

#[test]
fn the_end_of_a_wire_can_be_taken_off_and_put_elsewhere() {
    let graph = "a 0,0\nb 400,0\nc 400,200\na > b";
    test(graph, "drag 376,30 to c<0", "a 0,0\nb 400,0\nc 400,200\na > c");
    test(graph, "drag 376,30 to 300,600", "a 0,0\nb 400,0\nc 400,200");
    test(graph, "drag 376,30 to 380,36", graph);
}

#[test]
fn alt_drag_on_the_canvas_slices_wires() {
    let hand = test(
        "a 0,0\nb 400,0\nc 0,100\nd 400,100\ne 0,300\nf 400,300\na > b\nc > d\ne > f",
        "drag 310,-20 to 310,200 with Alt",
        "a 0,0\nb 400,0\nc 0,100\nd 400,100\ne 0,300\nf 400,300\ne > f",
    );
    assert_eq!(hand.labels(), ["Cut 2 wires"]);
}

#[test]
fn a_card_dropped_on_a_wire_goes_into_it_and_what_follows_makes_room() {
    test(
        "a 0,0\nb 300,0\nc 600,0\nx 0,300\na > b\nb > c",
        "drag x by 160,-300",
        "a 0,0\nb 440,0\nc 740,0\nx 160,0\na > x\nb > c\nx > b",
    );
}

#[test]
fn a_card_with_wires_or_held_with_alt_does_not_go_into_a_wire() {
    test(
        "a 0,0\nb 600,0\nx 0,300\ny 300,300\na > b\nx > y",
        "drag x by 300,-300",
        "a 0,0\nb 600,0\nx 300,0\ny 300,300\na > b\nx > y",
    );
    test(
        "a 0,0\nb 600,0\nx 0,300\na > b",
        "drag x by 300,-300 with Alt",
        "a 0,0\nb 600,0\nnew1 300,0\nx 0,300\na > b",
    );
}

#[test]
fn a_box_selects_what_it_touches_and_shift_adds() {
    let mut hand = Hand::on("a 0,0\nb 300,0\nc 0,300");
    hand.act("drag -50,-50 to 400,50");
    assert_eq!(hand.editor.selected(), [NodeId::from("a"), NodeId::from("b")]);
    hand.act("drag -50,250 to 50,400 with Shift");
    assert_eq!(hand.editor.selected().len(), 3, "shift adds");
    hand.act("drag -50,600 to 50,700");
    assert!(hand.editor.selected().is_empty(), "an empty box selects nothing");
}

#[test]
fn the_main_key_toggles_on_a_card_and_pans_on_the_canvas() {
    let mut hand = Hand::on("a 0,0\nb 300,0");
    hand.act("click a");
    hand.act("click b with M");
    assert_eq!(hand.editor.selected().len(), 2);
    hand.act("click a with M");
    assert_eq!(hand.editor.selected(), [NodeId::from("b")]);
    let before = hand.editor.view().x;
    hand.act("drag -100,-100 to 0,-100 with M");
    assert_eq!(hand.editor.view().x, before + 100.0);
}

#[test]
fn a_note_is_resized_by_its_corner_and_never_vanishes() {
    test("note n 0,0 200x100", "drag corner:n by 42,18", "note n 0,0 240x120");
    test("note n 0,0 200x100", "drag corner:n by -900,-900", "note n 0,0 60x60");
}

#[test]
fn a_note_and_cards_move_together() {
    test(
        "a 20,20\nnote n 0,0 400x200",
        "select a; click note:n with Shift; drag note:n by 100,0",
        "a 120,20\nnote n 100,0 400x200",
    );
}

#[test]
fn what_lies_in_a_container_goes_with_it() {
    test(
        "loop -300,0\na 0,0\nb 300,0\na in loop",
        "drag loop by 0,100",
        "a 0,100\nb 300,0\nloop -300,100\na in loop",
    );
}

#[test]
fn double_clicks_open_name_and_add() {
    let opened = |what: &str| {
        let mut hand = Hand::on("a 0,0");
        hand.act(&format!("double {what}"));
        hand.reactions
    };
    assert!(opened("a").contains(&Reaction::Open(NodeId::from("a"))));
    assert!(opened("60,20").contains(&Reaction::Rename(NodeId::from("a"))), "the name renames");
    let added = opened("500,500");
    assert!(
        added.iter().any(|r| matches!(r, Reaction::Picker(p) if p.purpose == Purpose::Add(None)))
    );
}

#[test]
fn a_drag_at_the_edge_pans() {
    let mut hand = Hand::on("a 0,0");
    let from = hand.place("a");
    hand.press(from, Default::default());
    hand.glide(from, Point::new(1995.0, 800.0), Default::default());
    assert!(hand.reactions.contains(&Reaction::Ticks(true)), "the drag asks for ticks");
    let before = hand.editor.view().x;
    hand.event(Event::Tick(16.0));
    assert!(hand.editor.view().x < before, "the view moves on");
    hand.release(Point::new(1000.0, 800.0), Default::default());
    assert!(hand.reactions.contains(&Reaction::Ticks(false)), "and ends");
}

#[test]
fn the_wheel_pans_and_with_the_main_key_zooms_at_the_pointer() {
    let mut hand = Hand::on("a 0,0");
    let at = Point::new(700.0, 300.0);
    let wheel = |dy, main| Event::Wheel {
        at,
        dx: 0.0,
        dy,
        mods: reporunner_canvas::Mods { main, ..Default::default() },
    };
    let before = *hand.editor.view();
    hand.event(wheel(50.0, false));
    assert_eq!(hand.editor.view().y, before.y - 50.0);
    let fixed = hand.editor.view().to_world(at);
    hand.event(wheel(-120.0, true));
    let after = hand.editor.view();
    assert!(after.zoom > before.zoom, "away from the hand is in");
    let now = after.to_world(at);
    assert!((now.x - fixed.x).abs() < 1e-9 && (now.y - fixed.y).abs() < 1e-9, "stays under it");
}

#[test]
fn a_remote_delete_during_a_drag_ends_nothing_badly() {
    let mut hand = Hand::on("a 0,0\nb 300,0\na > b");
    hand.act("select a b");
    let from = hand.place("a");
    hand.press(from, Default::default());
    hand.glide(from, Point::new(from.x + 100.0, from.y), Default::default());
    hand.editor.apply(&[reporunner_model::Edit::RemoveNode { id: NodeId::from("a") }]);
    hand.release(Point::new(from.x + 100.0, from.y), Default::default());
    assert_eq!(crate::support::text(hand.editor.workflow()), "b 400,0");
}

#[test]
fn the_pointer_shows_what_a_press_would_do() {
    let cursor = |what: &str| {
        let mut hand = Hand::on("a 0,0\nb 400,0\na > b\nnote n 0,300 200x100");
        let at = hand.place(what);
        hand.event(Event::Move { at, mods: Default::default() });
        hand.reactions.iter().rev().find_map(|reaction| match reaction {
            Reaction::Cursor(cursor) => Some(*cursor),
            _ => None,
        })
    };
    assert_eq!(cursor("a.0"), Some(Cursor::Cross));
    assert_eq!(cursor("wire:a>b"), Some(Cursor::Hand));
    assert_eq!(cursor("corner:n"), Some(Cursor::Resize));
    assert_eq!(cursor("a"), None);
}

#[test]
fn nothing_changes_where_one_only_looks() {
    let mut hand = Hand::on("a 0,0\nb 400,0\na > b");
    let options = reporunner_canvas::Options { read_only: true, ..Default::default() };
    hand.editor.set_options(options);
    for step in ["drag a by 100,100", "drag a.0 to 400,400", "key Delete", "key M+D"] {
        hand.act("select a");
        hand.act(step);
    }
    assert_eq!(crate::support::text(hand.editor.workflow()), "a 0,0\nb 400,0\na > b");
    assert!(hand.labels().is_empty());
}
