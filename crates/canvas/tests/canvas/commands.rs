//! What commands do, called by their keys.

use std::sync::Arc;

use reporunner_canvas::{
    Alignment, Command, Editor, Mark, NewNode, PickerRequest, Purpose, Reaction, Rect, Way,
    label_text,
};
use reporunner_model::{Edge, EdgeKey, NodeId, Point, PortKind, Size, TypeName};

use crate::support::{Hand, catalog, test, text, workflow};

#[test]
fn delete_heals_where_one_wire_led_in_and_one_out() {
    let chain = "a 0,0\nb 300,0\nc 600,0\na > b\nb > c";
    test(chain, "select b; key Delete", "a 0,0\nc 600,0\na > c");
    test(chain, "select b; key Shift+Delete", "a 0,0\nc 600,0");
}

#[test]
fn delete_heals_a_whole_stretch_at_once() {
    test(
        "a 0,0\nb 300,0\nc 600,0\nd 900,0\na > b\nb > c\nc > d",
        "select b c; key Backspace",
        "a 0,0\nd 900,0\na > d",
    );
}

#[test]
fn delete_does_not_guess_where_several_wires_met() {
    test(
        "a 0,0\nb 300,0\nc 600,0\nd 600,200\na > b\nb > c\nb > d",
        "select b; key Delete",
        "a 0,0\nc 600,0\nd 600,200",
    );
}

#[test]
fn deleting_a_container_frees_what_lies_in_it() {
    test("a 0,0\nloop -300,0\na in loop", "select loop; key Delete", "a 0,0");
}

#[test]
fn a_selected_wire_is_deleted_alone() {
    test("a 0,0\nb 500,0\na > b", "click wire:a>b; key Delete", "a 0,0\nb 500,0\na > b");
    test("a 0,0\nb 500,0\na > b", "click 400,30; key Delete", "a 0,0\nb 500,0");
}

#[test]
fn detach_takes_a_node_out_and_joins_its_neighbours() {
    test(
        "a 0,0\nb 300,0\nc 600,0\na > b\nb > c",
        "select b; key Shift+D",
        "a 0,0\nb 300,0\nc 600,0\na > c",
    );
}

#[test]
fn duplicate_keeps_inputs_only_when_asked() {
    let graph = "a 0,0\nb 300,0\na > b";
    test(graph, "select b; key M+D", "a 0,0\nb 300,0\nnew1 340,80\na > b");
    test(graph, "select b; key M+Shift+D", "a 0,0\nb 300,0\nnew1 340,80\na > b\na > new1");
}

#[test]
fn copies_have_free_names_and_are_selected() {
    let mut hand = Hand::on("a 0,0");
    hand.act("select a");
    hand.act("key M+D");
    hand.act("key M+D");
    let names: Vec<&str> =
        hand.editor.workflow().nodes.values().map(|node| node.name.as_str()).collect();
    assert_eq!(names, ["a", "a1", "a2"]);
    assert_eq!(hand.editor.selected().len(), 1, "the copy is selected");
}

#[test]
fn arrows_follow_wires_and_siblings_go_round() {
    let mut hand =
        Hand::on("a 0,0 if\nb 300,-100\nc 300,100\nd 600,0 merge\na > b\na.1 > c\nb > d\nc > d.1");
    hand.act("select a");
    let mut walk = |way: Way| {
        hand.command(Command::Go(way));
        hand.editor.selected()[0].to_string()
    };
    let path = [Way::Right, Way::Down, Way::Down, Way::Up, Way::Right, Way::Left, Way::Left];
    assert_eq!(path.map(&mut walk), ["b", "c", "b", "c", "d", "b", "a"]);
}

#[test]
fn the_first_arrow_goes_to_the_first_node() {
    let mut hand = Hand::on("b 300,0\nt 0,0 trigger\nt > b");
    hand.command(Command::Go(Way::Right));
    assert_eq!(hand.editor.selected(), [NodeId::from("t")]);
}

#[test]
fn nudges_move_by_grid_steps() {
    test("a 0,0", "select a; key M+ArrowRight; key M+Shift+ArrowDown", "a 20,80");
}

#[test]
fn off_and_on_go_together() {
    test("a 0,0\nb 300,0\nb off", "select a b; key D", "a 0,0\nb 300,0\na off\nb off");
    test("a 0,0\nb 300,0\na off\nb off", "select a b; key M+B", "a 0,0\nb 300,0");
}

#[test]
fn upstream_and_downstream_are_added() {
    let mut hand = Hand::on("a 0,0\nb 300,0\nc 600,0\nx 0,300\na > b\nb > c");
    hand.act("select b");
    hand.act("key Shift+ArrowRight");
    assert_eq!(hand.editor.selected().len(), 2);
    hand.act("key Shift+ArrowLeft");
    assert_eq!(hand.editor.selected().len(), 3, "without what no wire leads to");
}

#[test]
fn alignments() {
    #[track_caller]
    fn check(alignment: Alignment, after: &str) {
        let mut hand = Hand::on("a 0,0\nb 300,100\nc 900,50");
        hand.act("select a b c");
        hand.command(Command::Align(alignment));
        assert_eq!(text(hand.editor.workflow()), text(&workflow(after)));
    }
    check(Alignment::Left, "a 0,0\nb 0,100\nc 0,50");
    check(Alignment::Right, "a 900,0\nb 900,100\nc 900,50");
    check(Alignment::Top, "a 0,0\nb 300,0\nc 900,0");
    check(Alignment::Bottom, "a 0,100\nb 300,100\nc 900,100");
    check(Alignment::Middle, "a 0,50\nb 300,50\nc 900,50");
    check(Alignment::Center, "a 450,0\nb 450,100\nc 450,50");
    check(Alignment::SpreadAcross, "a 0,0\nb 450,100\nc 900,50");
    check(Alignment::Grid, "a 0,0\nb 300,100\nc 900,60");
}

#[test]
fn a_chord_aligns() {
    test("a 0,0\nb 300,100", "select a b; key Alt+A; key T", "a 0,0\nb 300,0");
}

#[test]
fn tidy_puts_a_chain_in_columns_and_branches_below_each_other() {
    test(
        "a 33,41\nb 900,700 if\nc 0,0\nd 70,900\na > b\nb > c\nb.1 > d",
        "key Shift+Alt+T",
        "a 0,60\nb 340,60 if\nc 680,0\nd 680,100\na > b\nb > c\nb.1 > d",
    );
}

#[test]
fn tidy_leaves_what_is_tidy() {
    let graph = "a 0,60\nb 340,60 if\nc 680,0\nd 680,100\na > b\nb > c\nb.1 > d";
    let mut hand = Hand::on(graph);
    hand.act("key Shift+Alt+T");
    assert_eq!(text(hand.editor.workflow()), text(&workflow(graph)));
}

#[test]
fn tidy_of_a_selection_moves_nothing_else() {
    let mut hand = Hand::on("a 0,0\nb 50,10\nc 60,20\nz 500,500\na > b\nb > c\nc > z");
    hand.act("select a b c");
    hand.act("key Shift+Alt+T");
    assert_eq!(
        text(hand.editor.workflow()),
        "a 0,0\nb 340,0\nc 680,0\nz 500,500\na > b\nb > c\nc > z"
    );
}

#[test]
fn tidy_survives_a_circle() {
    let mut hand = Hand::on("a 0,0\nb 0,0\nc 0,0\na > b\nb > c\nc > a");
    hand.act("key Shift+Alt+T");
    let columns: Vec<f64> =
        hand.editor.workflow().nodes.values().map(|node| node.position.x).collect();
    assert_eq!(columns, [0.0, 340.0, 680.0]);
}

fn picked(hand: &Hand) -> PickerRequest {
    let found = hand.reactions.iter().rev().find_map(|reaction| match reaction {
        Reaction::Picker(request) => Some(request.clone()),
        _ => None,
    });
    found.expect("the picker opens")
}

fn choose(hand: &mut Hand, kind: &str) {
    let request = picked(hand);
    let new = NewNode { node_type: TypeName::new(kind), ..NewNode::default() };
    let reactions = hand.editor.choose(&request, &new);
    hand.reactions.extend(reactions);
}

#[test]
fn a_new_node_goes_right_of_the_selected_one_where_it_is_free() {
    let mut hand = Hand::on("a 0,0\nx 340,0");
    hand.act("select a");
    hand.act("key N");
    choose(&mut hand, "step");
    assert_eq!(text(hand.editor.workflow()), "a 0,0\nnew1 340,100\nx 340,0\na > new1");
    assert_eq!(hand.editor.selected(), [NodeId::from("new1")]);
}

#[test]
fn a_new_node_takes_the_output_that_is_free() {
    let mut hand = Hand::on("a 0,0 if\nx 340,0\na > x");
    hand.act("select a");
    hand.act("key N");
    choose(&mut hand, "step");
    assert!(text(hand.editor.workflow()).ends_with("a > x\na.1 > new1"));
}

#[test]
fn a_trigger_is_never_wired_to_an_output() {
    let mut hand = Hand::on("a 0,0");
    hand.act("select a");
    hand.act("key N");
    choose(&mut hand, "trigger");
    assert_eq!(text(hand.editor.workflow()), "a 0,0\nnew1 340,0 trigger");
}

#[test]
fn what_takes_a_node_s_place_takes_its_wires() {
    let mut hand = Hand::on("a 0,0\nb 300,0\nc 600,0\na > b\nb > c");
    let catalog = catalog();
    for (node, starts) in [("a", true), ("b", false)] {
        hand.act(&format!("select {node}"));
        hand.act("key R");
        let request = picked(&hand);
        let fits = |name: &str| request.fits(catalog.get(&TypeName::new(name)).unwrap());
        assert!(fits("step"), "{node}");
        assert_eq!(fits("trigger"), starts, "a trigger takes no wire: {node}");
    }
}

#[test]
fn a_node_is_inserted_by_the_button_of_a_wire() {
    let mut hand = Hand::on("a 0,0\nb 340,0\na > b");
    hand.act("click wire:a>b");
    assert!(matches!(picked(&hand).purpose, Purpose::Insert(_)));
    choose(&mut hand, "step");
    assert_eq!(
        text(hand.editor.workflow()),
        "a 0,0\nb 560,0\nnew1 280,0\na > new1\nnew1 > b",
        "what follows makes room for the card"
    );
}

#[test]
fn replace_keeps_the_wires_that_fit() {
    let mut hand = Hand::on("a 0,0\nb 300,0 if\nc 600,0\nd 600,200\na > b\nb > c\nb.1 > d");
    hand.act("select b");
    hand.act("key R");
    choose(&mut hand, "step");
    assert_eq!(
        text(hand.editor.workflow()),
        "a 0,0\nc 600,0\nd 600,200\nnew1 300,0\na > new1\nnew1 > c"
    );
}

#[test]
fn a_wire_by_key_lists_legal_targets_nearest_first() {
    let mut hand = Hand::on("a 0,0\nb 300,0 merge\nc 900,0\nt 0,300 trigger\na > b");
    hand.act("select a");
    hand.act("key W");
    let Some(Reaction::Wire(from, targets)) = hand.reactions.last().cloned() else {
        panic!("the list opens")
    };
    let texts: Vec<&str> = targets.iter().map(|target| target.text.as_str()).collect();
    assert_eq!(texts, ["b, second", "c"], "not where a wire is, not to a trigger");
    hand.editor.wire_to(from, targets[0].port);
    assert!(text(hand.editor.workflow()).ends_with("a > b\na > b.1"));
}

#[test]
fn paste_goes_to_the_pointer_and_to_free_ground_beside_when_repeated() {
    let mut hand = Hand::on("a 0,0\nb 300,0\na > b");
    hand.act("select a b");
    let part = hand.editor.copied().expect("two nodes");
    hand.event(reporunner_canvas::Event::Move {
        at: Point::new(400.0, 800.0),
        mods: Default::default(),
    });
    hand.editor.paste(&part, false);
    hand.editor.paste(&part, false);
    let nodes = &hand.editor.workflow().nodes;
    let at = |id: &str| nodes[&NodeId::from(id)].position;
    assert_eq!((at("new1"), at("new2")), (Point::new(0.0, 400.0), Point::new(300.0, 400.0)));
    assert_eq!(at("new3"), Point::new(0.0, 480.0), "a repeat lies on no card that is there");
    assert_eq!(at("new4"), Point::new(300.0, 480.0), "what is pasted stays as it lay");
}

#[test]
fn what_is_pasted_lies_clear_of_what_floats_and_has_the_keyboard() {
    let mut hand = Hand::on("a 0,0\nb 300,0\na > b");
    hand.editor.set_size(Size { w: 1280.0, h: 800.0 });
    let tools = Rect::new(400.0, 740.0, 480.0, 44.0);
    hand.editor.set_covers(vec![tools]);
    hand.act("select a b");
    let part = hand.editor.copied().expect("two nodes");
    hand.event(reporunner_canvas::Event::Move {
        at: Point::new(1250.0, 760.0),
        mods: Default::default(),
    });
    hand.editor.paste(&part, false);
    let scene = hand.editor.scene();
    let (view, selected) = (hand.editor.view(), hand.editor.selected());
    assert_eq!(selected.len(), 2);
    for id in &selected {
        let card = scene.nodes.rect(scene.nodes.find(id).expect("it was pasted"));
        let (right, foot) = (card.x1 * view.zoom + view.x, card.y1 * view.zoom + view.y);
        assert!(right <= 1280.0 && foot <= tools.y0, "{id:?} ends at {right}, {foot}");
    }
    let focused = hand.editor.focused().expect("the keyboard is somewhere");
    assert!(scene.nodes.has(focused, Mark::SELECTED), "it is on a node that was pasted");
}

/// A view that was kept, of a canvas of 900 by 500 pixels, and what it is when it is shown.
#[track_caller]
fn kept(flow: &str, kept: (f64, f64, f64), shown: (f64, f64, f64)) {
    let mut hand = Hand::on(flow);
    hand.editor.set_size(Size { w: 900.0, h: 500.0 });
    hand.editor.set_covers(vec![Rect::new(200.0, 440.0, 480.0, 44.0)]);
    hand.editor.set_kept_view(kept.0, kept.1, kept.2);
    let view = hand.editor.view();
    assert_eq!((view.x, view.y, view.zoom), shown);
}

#[test]
fn a_kept_view_cuts_nothing_off_that_fits_in() {
    let flow = "a 0,0\nb 300,0\na > b";
    kept(flow, (100.0, 200.0, 1.0), (100.0, 200.0, 1.0));
    // From a wider window: its second node would lie beyond the edge.
    kept(flow, (600.0, 200.0, 1.0), (280.0, 200.0, 1.0));
    // Where it does not fit in at that zoom, one looked at a part of it.
    kept("a 0,0\nb 3000,0", (-2800.0, 200.0, 1.0), (-2800.0, 200.0, 1.0));
}

#[test]
fn zooming_keeps_within_its_limits_and_fit_never_above_full() {
    let mut hand = Hand::on("a 0,0\nb 30000,0");
    for _ in 0..40 {
        hand.command(Command::ZoomIn);
    }
    assert_eq!(hand.editor.view().zoom, 4.0);
    hand.command(Command::ZoomFit);
    let shown = hand.editor.view().world();
    let all = hand.editor.scene().bounds().expect("two nodes");
    assert!(shown.covers(&all), "everything is in view");
    let mut hand = Hand::on("a 0,0");
    hand.command(Command::ZoomFit);
    assert_eq!(hand.editor.view().zoom, 1.0);
}

/// Everything is shown beside what floats over the canvas, which has 1280 by 800 pixels.
#[track_caller]
fn clear_of(covers: &[Rect]) {
    let mut hand = Hand::on("a 0,0\nb 3000,0\nc 0,1900\nd 3000,1900");
    hand.editor.set_size(Size { w: 1280.0, h: 800.0 });
    hand.editor.set_covers(covers.to_vec());
    hand.command(Command::ZoomFit);
    let (view, nodes) = (hand.editor.view(), &hand.editor.scene().nodes);
    let screen = Rect::new(0.0, 0.0, view.size.w, view.size.h);
    for node in nodes.all() {
        let rect = nodes.rect(node);
        let corner = |x, y| view.to_screen(Point::new(x, y));
        let shown = Rect::between(corner(rect.x0, rect.y0), corner(rect.x1, rect.y1));
        assert!(screen.covers(&shown), "{shown:?} is in view");
        assert!(!covers.iter().any(|cover| cover.touches(&shown)), "{shown:?} under {covers:?}");
    }
}

#[test]
fn everything_is_shown_beside_what_floats() {
    let tools = Rect::new(500.0, 700.0, 280.0, 86.0);
    let card = Rect::new(926.0, 14.0, 340.0, 260.0);
    let find = Rect::new(14.0, 14.0, 380.0, 90.0);
    clear_of(&[]);
    clear_of(&[tools]);
    clear_of(&[card]);
    clear_of(&[card, tools, find]);
    // What leaves nothing free is not heeded.
    let mut hand = Hand::on("a 0,0");
    hand.editor.set_covers(vec![Rect::new(0.0, 0.0, 1280.0, 800.0)]);
    hand.command(Command::ZoomFit);
    assert_eq!(hand.editor.view().zoom, 1.0);
}

#[test]
fn tidy_puts_sub_nodes_in_a_row_below_the_node_that_they_serve() {
    let mut flow = workflow(
        "a 0,0\nagent 300,0\nz 600,0\nm 900,500\nt 20,700\ne 40,900\na > agent\nagent > z",
    );
    let hangs = |from: &str, to: &str, kind: &str| EdgeKey {
        from: NodeId::from(from),
        kind: PortKind::new(kind),
        from_port: 0,
        to: NodeId::from(to),
        to_port: 0,
    };
    for key in [
        hangs("m", "agent", "ai_languageModel"),
        hangs("t", "agent", "ai_tool"),
        hangs("e", "t", "ai_embedding"),
    ] {
        flow.edges.insert(key, Edge::default());
    }
    let fresh = Box::new(|| "new".to_owned());
    let mut editor = Editor::new(flow, Arc::new(catalog()), fresh);
    editor.command(Command::Tidy);
    let at = |id: &str| editor.workflow().nodes[&NodeId::from(id)].position;
    assert_eq!(at("a").x, 0.0);
    let (agent, model, tool, embedding) = (at("agent"), at("m"), at("t"), at("e"));
    assert_eq!((model.y, tool.y), (agent.y + 140.0, agent.y + 140.0), "in one row");
    assert_eq!(tool.x, model.x + 240.0, "side by side, in the order of the ports");
    assert_eq!(embedding.y, tool.y + 140.0, "what hangs from a sub-node is below that");
    assert!(model.x < agent.x && agent.x < tool.x, "around the middle of their node");
    assert!(at("z").x >= tool.x + 220.0, "the next column is clear of the row");
}

#[test]
fn a_label_says_name_type_state_and_neighbours() {
    let mut hand = Hand::on("a 0,0 trigger\nb 300,0 if\nc 600,0\nd 600,100\na > b\nb > c\nb.1 > d");
    hand.act("select b");
    hand.act("key D");
    let scene = hand.editor.scene();
    let label = |id: &str| label_text(scene, scene.nodes.find(&NodeId::from(id)).unwrap());
    assert_eq!(label("a"), "a, trigger, starts a run, out to b");
    assert_eq!(label("b"), "b, if, off, in from a, out to c and d");
    assert_eq!(label("d"), "d, step, in from b, leads nowhere");
}

#[test]
fn the_outline_is_in_run_order_with_branches_below() {
    let hand = Hand::on(
        "t 0,0 trigger\nb 300,0 if\nc 600,0\nc2 900,0\nd 600,100\nx 0,900\n\
         t > b\nb > c\nc > c2\nb.1 > d",
    );
    let scene = hand.editor.scene();
    let rows: Vec<String> = scene
        .outline()
        .into_iter()
        .map(|row| {
            let id = &scene.nodes.id[row.node as usize];
            format!("{}{id} {}/{}", "  ".repeat(row.level - 1), row.position, row.siblings)
        })
        .collect();
    assert_eq!(rows, ["t 1/3", "b 2/3", "  c 1/3", "  c2 2/3", "  d 3/3", "x 3/3"]);
}

#[test]
fn every_command_has_words_and_no_key_means_two_things() {
    let mut keys = std::collections::BTreeMap::new();
    for command in Command::all() {
        assert!(!command.label().is_empty());
        for key in command.keys() {
            let other = keys.insert(*key, command);
            assert_eq!(other, None, "the key {key} is {command:?} only");
        }
    }
}

#[test]
fn a_node_dragged_in_lands_under_the_pointer_or_in_the_wire_there() {
    let new = NewNode { node_type: TypeName::new("step"), ..NewNode::default() };
    let mut hand = Hand::on("a 0,0\nb 800,0\na > b");
    let at = hand.place("500,300");
    hand.editor.drop_node(at, &new);
    assert_eq!(text(hand.editor.workflow()), "a 0,0\nb 800,0\nnew1 400,280\na > b");
    let at = hand.place("500,30");
    hand.editor.drop_node(at, &new);
    assert!(text(hand.editor.workflow()).ends_with("new2 400,0\na > new2\nnew2 > b"));
}

#[test]
fn a_closed_picker_takes_the_waiting_wire_away() {
    let mut hand = Hand::on("a 0,0");
    hand.act("drag a.0 to 500,500");
    assert_eq!(hand.editor.ghosts().len(), 1);
    hand.editor.dismiss();
    assert!(hand.editor.ghosts().is_empty());
}

#[test]
fn notes_are_written_and_coloured() {
    let mut hand = Hand::on("note n 0,0 200x100");
    let id = reporunner_model::NoteId::from("n");
    hand.reactions = hand.editor.set_note_text(&id, "# Read me");
    assert_eq!(hand.labels(), ["Write a note"]);
    hand.reactions = hand.editor.set_note_text(&id, "# Read me");
    assert!(hand.labels().is_empty(), "the same text is no change");
    hand.act("click note:n");
    hand.reactions = hand.editor.set_note_color(4);
    assert_eq!(hand.labels(), ["Colour 1 note"]);
    let note = &hand.editor.workflow().notes[&id];
    assert_eq!((note.text.as_str(), note.color), ("# Read me", 4));
}

#[test]
fn a_tap_of_the_space_bar_names_and_a_held_one_pans() {
    use reporunner_canvas::Event;
    let mut hand = Hand::on("a 0,0");
    hand.act("select a");
    hand.event(Event::Space(true, 1000.0));
    hand.event(Event::Space(false, 1100.0));
    assert!(hand.reactions.contains(&Reaction::Rename(NodeId::from("a"))));
    hand.reactions.clear();
    hand.event(Event::Space(true, 2000.0));
    let before = hand.editor.view().x;
    hand.act("drag a by 100,0");
    hand.event(Event::Space(false, 2050.0));
    assert_eq!(hand.editor.view().x, before + 100.0, "the card stays, the view moves");
    assert!(!hand.reactions.contains(&Reaction::Rename(NodeId::from("a"))));
}

#[test]
fn the_map_shows_everything_and_leads_there() {
    let mut hand = Hand::on("a -4000,-4000\nb 4000,4000");
    let map = reporunner_canvas::Minimap::new(&hand.editor, 150.0, 92.0).expect("two nodes");
    let all = map.place(&hand.editor.scene().bounds().expect("two nodes"));
    assert!(all.x0 >= 0.0 && all.y0 >= 0.0 && all.x1 <= 150.0 && all.y1 <= 92.0, "{all:?}");
    hand.editor.go_to(&map, all.center());
    let middle = hand.editor.view().world().center();
    let wanted = hand.editor.scene().bounds().expect("two nodes").center();
    assert!((middle.x - wanted.x).abs() < 1e-6 && (middle.y - wanted.y).abs() < 1e-6);
}

#[test]
fn a_pane_that_opens_does_not_cover_the_card_that_is_looked_at() {
    let size = |h| reporunner_model::Size { w: 1000.0, h };
    let mut hand = Hand::on("a 0,0\nb 300,340");
    hand.editor.set_size(size(720.0));
    hand.editor.set_view(100.0, 100.0, 1.0);
    hand.editor.select(&[NodeId::from("a")]);
    hand.editor.set_size(size(450.0));
    assert_eq!(hand.editor.view().y, 100.0, "it is in view: nothing moves");
    hand.editor.set_size(size(720.0));
    hand.editor.select(&[NodeId::from("b")]);
    hand.editor.set_size(size(450.0));
    let bottom = hand.editor.view().to_screen(Point::new(300.0, 400.0)).y;
    assert!(bottom < 450.0 - 60.0, "above the tools at the foot: {bottom}");
    let y = hand.editor.view().y;
    hand.editor.set_size(reporunner_model::Size { w: 0.0, h: 0.0 });
    hand.editor.set_size(size(450.0));
    assert_eq!(hand.editor.view().y, y, "behind another tab the view stays");
    hand.editor.set_view(100.0, -2000.0, 1.0);
    hand.editor.set_size(size(300.0));
    assert_eq!(hand.editor.view().y, -2000.0, "one that was out of view stays there");
}
