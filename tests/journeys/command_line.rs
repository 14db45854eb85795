//! The window's own program on a command line, where no window is to open.

use std::process::Command;

#[track_caller]
fn check(arguments: &[&str], code: i32, says: &str) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_reporunner-desktop"));
    // Whatever is taken for a folder is not opened: there is no display to open a window on.
    let ran = program.args(arguments).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").output();
    let ran = ran.expect("it starts");
    let said = String::from_utf8_lossy(&ran.stdout) + String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(code), "{arguments:?}: {said}");
    assert!(said.contains(says), "{arguments:?}: {said}");
    assert!(!said.contains("panicked"), "{arguments:?}: {said}");
}

#[test]
fn what_is_asked_is_answered_and_what_is_unknown_is_told() {
    check(&["--help"], 0, "--data <DIR>");
    check(&["--data", "/tmp/a", "-h"], 0, "--data <DIR>");
    check(&["--version"], 0, env!("CARGO_PKG_VERSION"));
    check(&["--data"], 2, "--data names no folder");
    check(&["--database=/tmp/a"], 2, "--database=/tmp/a is not known here");
    check(&["workflow.json"], 2, "workflow.json is not known here");
}

#[test]
fn without_a_display_it_says_what_to_do() {
    for arguments in [&["--data=/tmp/reporunner never made"][..], &["--data", "/tmp/none"], &[]] {
        check(arguments, 1, "reporunner serve");
    }
}
