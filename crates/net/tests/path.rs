//! No name leads out of its folder.

use std::path::{Path, PathBuf};

use reporunner_net::{allowed, join};

#[test]
fn hostile_names_are_refused() {
    let root = tempfile::tempdir().expect("a folder");
    for name in [
        "..",
        "../x",
        "a/../../x",
        "a/..",
        "/etc/passwd",
        "//x",
        "\\x",
        "\\\\host\\share",
        "..\\x",
        "a\\..\\..\\x",
        "C:\\x",
        "C:x",
        "c:/x",
        "a/b:c",
        "x:stream",
        "con",
        "CON.txt",
        "a/NUL",
        "nul .txt",
        "com1",
        "LPT9.log",
        "aux",
        "a\0b",
        "",
        "/",
        "a/./../../b",
        "..%2f/../x",
        "...\\../x",
        "a/b/../../../x",
        "./../x",
        ".//..//x",
        "a//../../x",
        "\\\\?\\C:\\x",
        "\\\\.\\pipe\\x",
        "//server/share/x",
        "/",
        "~/../../x:y",
        "a/COM9.txt",
        "a/lpt1",
        "prn.tar.gz",
        "CONIN$",
        "conout$.txt",
        "a\\con\\b",
        "file:///etc/passwd",
        "http://x/y",
        "a/..\\../b",
    ] {
        let result = join(root.path(), name);
        assert!(result.is_err(), "{name:?} gave {result:?}");
    }
}

#[test]
fn ordinary_names_are_joined() {
    let root = tempfile::tempdir().expect("a folder");
    for (name, expected) in [
        ("a.txt", "a.txt"),
        ("a/b/c", "a/b/c"),
        ("a\\b", "a/b"),
        ("./a", "a"),
        ("..a", "..a"),
        ("a..b", "a..b"),
        ("console.log", "console.log"),
        ("common.csv", "common.csv"),
        ("ü/€", "ü/€"),
        ("%2e%2e/x", "%2e%2e/x"),
        ("~/x", "~/x"),
        ("a//b", "a/b"),
        ("a/b/", "a/b"),
        ("com", "com"),
        ("com10", "com10"),
        ("lpt", "lpt"),
        ("auxiliary", "auxiliary"),
        ("-rf", "-rf"),
        (" space ", " space "),
    ] {
        assert_eq!(join(root.path(), name), Ok(root.path().join(expected)), "{name:?}");
    }
}

#[test]
fn links_do_not_lead_out() {
    let root = tempfile::tempdir().expect("a folder");
    let elsewhere = tempfile::tempdir().expect("another folder");
    let link = |to: &Path, name: &str| {
        std::os::unix::fs::symlink(to, root.path().join(name)).expect("a link");
    };
    link(elsewhere.path(), "out");
    link(&elsewhere.path().join("not-there-yet"), "dangling");
    std::fs::create_dir(root.path().join("inside")).expect("a folder");
    link(&root.path().join("inside"), "in");
    assert!(join(root.path(), "out/x").is_err(), "a link that leads out");
    assert!(join(root.path(), "dangling").is_err(), "a link that may lead anywhere");
    assert!(join(root.path(), "in/x").is_ok(), "a link that stays");
}

#[test]
fn allowed_folders_hold_what_lies_in_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let folders = [folder.path().to_owned()];
    let in_folder = folder.path().join("a/b.txt");
    assert!(allowed(&in_folder, &folders).is_ok());
    assert!(allowed(&folder.path().join("../x"), &folders).is_err());
    assert!(allowed(Path::new("/etc/passwd"), &folders).is_err());
    let beside = PathBuf::from(format!("{}-beside/x", folder.path().display()));
    assert!(allowed(&beside, &folders).is_err(), "a name that only starts the same");
    std::os::unix::fs::symlink("/etc", folder.path().join("etc")).expect("a link");
    assert!(allowed(&folder.path().join("etc/passwd"), &folders).is_err());
}
