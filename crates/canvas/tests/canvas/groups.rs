//! Frames around nodes: made from a selection, moved with what is in them, taken away.

use reporunner_canvas::{Command, Reaction, Rect, Way, menu_for, note_line};

use crate::support::{Hand, test, text};

const FRAMED: &str = "a 0,0\nb 300,0\nc 900,0\nnote frame-new1 -40,-60 600x160\na > b\nb > c";

#[test]
fn a_group_goes_round_the_selection_and_asks_for_its_name() {
    let hand = test("a 0,0\nb 300,0\nc 900,0\na > b\nb > c", "select a b; key M+g", FRAMED);
    assert_eq!(hand.labels(), ["Group 2 nodes"]);
    let named = hand.reactions.iter().any(|reaction| matches!(reaction, Reaction::EditNote(_)));
    assert!(named, "the frame is named at once");
    assert_eq!(hand.editor.selected_notes().len(), 1, "and selected");
}

#[test]
fn nothing_selected_makes_no_group_and_says_so() {
    let hand = test("a 0,0", "key M+g", "a 0,0");
    assert!(hand.reactions.contains(&Reaction::Announce("Select what to group first".to_owned())));
}

#[test]
fn what_lies_in_a_frame_moves_with_it_by_hand_and_by_key() {
    let moved = "a 100,40\nb 400,40\nc 900,0\na > b\nb > c\nnote frame-new1 60,-20 600x160";
    let hand = test(FRAMED, "drag 250,80 by 100,40", &sorted(moved));
    assert_eq!(hand.labels().len(), 1, "in one change");
    let nudged = "a 20,0\nb 320,0\nc 900,0\na > b\nb > c\nnote frame-new1 -20,-60 600x160";
    test(FRAMED, "click 250,80; key M+ArrowRight", &sorted(nudged));
}

#[test]
fn what_only_touches_a_frame_stays() {
    test(
        "a 0,0\nb 500,0\nnote frame-n -40,-60 600x160",
        "drag 300,80 by 0,100",
        "a 0,100\nb 500,0\nnote frame-n -40,40 600x160",
    );
}

#[test]
fn a_note_behind_nodes_leaves_them_unless_main_is_held() {
    let note = "a 0,0\nnote n -40,-60 300x200";
    let alone = "a 0,0\nnote n 60,-60 300x200";
    test(note, "drag 100,100 by 100,0", alone);
    let along = "a 100,0\nnote n 60,-60 300x200";
    test(note, "drag 100,100 by 100,0 with M", along);
    let frame = "a 0,0\nnote frame-n -40,-60 300x200";
    test(frame, "drag 100,100 by 100,0 with M", "a 0,0\nnote frame-n 60,-60 300x200");
}

#[test]
fn a_copy_of_a_frame_is_a_frame() {
    let mut hand = Hand::on("a 0,0\nnote frame-n -40,-60 300x200");
    hand.act("drag 100,100 by 600,0 with Alt");
    let copy = hand.editor.selected_notes();
    assert!(copy.len() == 1 && copy[0].is_frame(), "{copy:?}");
    hand.act("drag 700,100 by 100,0");
    let copies = hand.editor.workflow().nodes.values().filter(|node| node.position.x == 700.0);
    assert_eq!(copies.count(), 1, "what is in it goes along");
}

/// Two nodes in a frame between two others.
const BETWEEN: &str = "a 0,0\nb 340,0\nc 380,200\nd 1000,0\nnote frame-f 300,-60 380x360\n\
                       a > b\nb > c\nc > d";

#[test]
fn tidy_keeps_the_nodes_of_a_frame_together_and_fits_it() {
    test(
        BETWEEN,
        "key Shift+Alt+T",
        "a 0,0\nb 380,0\nc 720,0\nd 1140,0\nnote frame-f 340,-60 680x160\na > b\nb > c\nc > d",
    );
    let mut hand = Hand::on(BETWEEN);
    hand.act("key Shift+Alt+T");
    let once = text(hand.editor.workflow());
    hand.act("key Shift+Alt+T");
    assert_eq!(text(hand.editor.workflow()), once, "what is tidy stays");
}

#[test]
fn tidy_of_a_part_of_a_frame_lets_the_frame_grow() {
    let mut hand = Hand::on("a 0,0\nb 0,20\nc 0,200\nnote frame-f -40,-60 300x360\na > b");
    hand.act("select a b");
    hand.act("key Shift+Alt+T");
    assert_eq!(
        text(hand.editor.workflow()),
        "a 0,0\nb 340,0\nc 0,200\nnote frame-f -40,-60 640x360\na > b"
    );
}

#[test]
fn a_frame_in_a_frame_goes_along() {
    test(
        "a 0,0\nnote frame-out -100,-100 500x300\nnote in -40,-40 300x140",
        "drag 380,180 by 40,0",
        "a 40,0\nnote frame-out -60,-100 500x300\nnote in 0,-40 300x140",
    );
}

#[test]
fn ungroup_takes_the_frame_and_leaves_what_was_in_it() {
    let bare = "a 0,0\nb 300,0\nc 900,0\na > b\nb > c";
    let from_inside = test(FRAMED, "select a; key M+Shift+g", bare);
    assert_eq!(from_inside.labels(), ["Ungroup"]);
    let from_frame = test(FRAMED, "click 250,80; key M+Shift+g", bare);
    let selected = from_frame.editor.selected();
    assert_eq!(selected.len(), 2, "what was in it is selected: {selected:?}");
    let note = "a 0,0\nnote n -40,-60 300x200";
    test(note, "click note:n; key M+Shift+g", note);
    test(note, "select a; key M+Shift+g", note);
}

#[test]
fn a_key_means_the_note_where_a_note_is_selected() {
    let mut hand = Hand::on("a 0,0\nnote n 0,200 200x100");
    hand.act("click a");
    hand.act("click note:n");
    hand.reactions.clear();
    hand.act("key F2");
    let note = reporunner_model::NoteId::from("n");
    assert!(hand.reactions.contains(&Reaction::EditNote(note)), "{:?}", hand.reactions);
}

#[test]
fn a_name_is_typed_where_it_can_be_read() {
    let mut hand = Hand::on("a 0,0");
    hand.editor.set_view(0.0, 0.0, 0.2);
    hand.act("select a");
    hand.act("key F2");
    assert_eq!(hand.editor.view().zoom, 1.0);
    let card = hand.editor.scene().nodes.rect(0);
    assert!(hand.editor.view().world().covers(&card), "the card is in view");
}

#[test]
fn several_nodes_are_offered_a_group() {
    let menu = menu_for(&reporunner_canvas::MenuTarget::Selection, 2);
    assert!(menu.contains(&reporunner_canvas::Command::Group));
}

#[test]
fn arrows_reach_notes_and_leave_them() {
    let mut hand =
        Hand::on("a 0,0\nb 300,0\na > b\nnote up 0,-300 200x100\nnote far 700,0 200x100");
    hand.act("select a");
    let mut go = |way: Way| {
        hand.command(Command::Go(way));
        let nodes = hand.editor.selected().into_iter().map(|id| id.to_string());
        let notes = hand.editor.selected_notes().into_iter().map(|id| id.to_string());
        nodes.chain(notes).collect::<Vec<_>>().join(" ")
    };
    let path = [Way::Up, Way::Down, Way::Right, Way::Right, Way::Left];
    assert_eq!(path.map(&mut go), ["up", "a", "b", "far", "b"]);
}

#[test]
fn the_menu_key_on_a_note_opens_the_menu_of_the_note() {
    #[track_caller]
    fn check(note: &str, ungroups: bool) {
        let mut hand = Hand::on(&format!("a 0,300\nnote {note} 0,0 200x100"));
        hand.act(&format!("click note:{note}"));
        hand.reactions.clear();
        hand.command(Command::Menu);
        let Some(Reaction::Menu(menu)) = hand.reactions.first() else {
            panic!("a menu opens: {:?}", hand.reactions);
        };
        for command in [Command::Rename, Command::Copy, Command::Duplicate, Command::Delete] {
            assert!(menu.commands.contains(&command), "{command:?} in {:?}", menu.commands);
        }
        assert_eq!(menu.commands.contains(&Command::Ungroup), ungroups);
    }
    check("n", false);
    check("frame-n", true);
}

#[test]
fn a_new_note_lies_on_nothing() {
    // The middle of the view is at 600,400.
    let mut hand = Hand::on("a 500,380\nnote n 300,500 400x100");
    hand.command(Command::AddNote);
    let (id, new) = hand.editor.workflow().notes.iter().find(|(id, _)| id.as_str() != "n").unwrap();
    let new = Rect::new(new.position.x, new.position.y, new.size.w, new.size.h);
    let scene = hand.editor.scene();
    let card = scene.nodes.rect(scene.nodes.find(&"a".into()).unwrap());
    let other = scene.notes.rects[scene.notes.find(&"n".into()).unwrap() as usize];
    assert!(!new.touches(&card) && !new.touches(&other), "{id}: {new:?}");
    assert!(new.center().y > 100.0 && new.center().y < 700.0, "nearby: {new:?}");
}

#[test]
fn a_note_is_called_by_its_first_words() {
    #[track_caller]
    fn check(text: &str, line: &str) {
        assert_eq!(note_line(text), line);
    }
    check("## Read me\nthen go", "Read me");
    check("\n\n- one\n- two", "one");
    check("", "Empty note");
    check(&"a".repeat(70), &format!("{}…", "a".repeat(60)));
}

/// The lines as the text of a workflow has them: nodes, notes, wires.
fn sorted(text: &str) -> String {
    let rank = |line: &&str| (line.contains('>'), line.starts_with("note"));
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_by_key(rank);
    lines.join("\n")
}
