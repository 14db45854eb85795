//! Which key means what, on which machine and layout.

use reporunner_canvas::{Command, KeyPress, Keymap, Matched, Mods, Platform, shortcut_text};

#[track_caller]
fn check(key: &str, code: &str, held: &str, command: Option<Command>) {
    let mods =
        Mods { shift: held.contains("Shift"), alt: held.contains("Alt"), main: held.contains('M') };
    let press = KeyPress { key: key.to_owned(), code: code.to_owned(), mods };
    let matched = match Keymap::default().press(&press) {
        Matched::Command(command) => Some(command),
        _ => None,
    };
    assert_eq!(matched, command, "{held} {key} ({code})");
}

#[test]
fn modifiers_are_exact() {
    check("d", "KeyD", "", Some(Command::ToggleOn));
    check("D", "KeyD", "Shift", Some(Command::Detach));
    check("d", "KeyD", "M", Some(Command::Duplicate));
    check("D", "KeyD", "M+Shift", Some(Command::DuplicateWired));
    check("d", "KeyD", "Alt", None);
    check("n", "KeyN", "M+Shift", None);
}

#[test]
fn both_redos_and_both_palettes() {
    check("Z", "KeyZ", "M+Shift", Some(Command::Redo));
    check("y", "KeyY", "M", Some(Command::Redo));
    check("k", "KeyK", "M", Some(Command::Palette));
    check("P", "KeyP", "M+Shift", Some(Command::Palette));
}

#[test]
fn the_typed_letter_counts_before_the_physical_key() {
    // A German layout: the key labelled Y on an American keyboard types z.
    check("z", "KeyY", "M", Some(Command::Undo));
    // A French layout: the key of the American Q types a.
    check("a", "KeyQ", "M", Some(Command::SelectAll));
}

#[test]
fn other_scripts_and_dead_keys_use_the_physical_key() {
    check("я", "KeyZ", "M", Some(Command::Undo));
    check("я", "KeyZ", "", None);
    // On a Mac, Option makes other characters of letters.
    check("ˇ", "KeyT", "Shift+Alt", Some(Command::Tidy));
}

#[test]
fn signs_do_not_ask_how_they_are_typed() {
    check("?", "Slash", "Shift", Some(Command::Help));
    check("?", "Minus", "Shift", Some(Command::Help));
    check("+", "Equal", "Shift", Some(Command::ZoomIn));
    check("+", "BracketRight", "M", Some(Command::ZoomIn));
    check("=", "Equal", "M", Some(Command::ZoomIn));
    check("-", "Minus", "M", Some(Command::ZoomOut));
    check("!", "Digit1", "Shift", Some(Command::ZoomFit));
}

#[test]
fn a_chord_waits_for_its_second_key_and_is_forgotten_by_another() {
    let press = |key: &str, alt| KeyPress {
        key: key.to_owned(),
        code: format!("Key{}", key.to_uppercase()),
        mods: Mods { alt, ..Mods::default() },
    };
    let mut keymap = Keymap::default();
    assert_eq!(keymap.press(&press("a", true)), Matched::Chord);
    let aligned = Matched::Command(Command::Align(reporunner_canvas::Alignment::Left));
    assert_eq!(keymap.press(&press("l", true)), aligned, "Alt may still be held");
    assert_eq!(keymap.press(&press("a", true)), Matched::Chord);
    assert_eq!(keymap.press(&press("x", false)), Matched::None);
    assert_eq!(keymap.press(&press("n", false)), Matched::Command(Command::Add));
}

#[test]
fn keys_are_written_as_the_machine_has_them() {
    let text = |command, platform| shortcut_text(command, platform).unwrap();
    assert_eq!(text(Command::Redo, Platform::Other), "Ctrl+Shift+Z");
    assert_eq!(text(Command::Redo, Platform::Mac), "⌘⇧Z");
    assert_eq!(text(Command::Align(reporunner_canvas::Alignment::Top), Platform::Other), "Alt+A T");
    assert_eq!(text(Command::ZoomIn, Platform::Other), "+");
    assert_eq!(shortcut_text(Command::RunNode, Platform::Other), None);
}
