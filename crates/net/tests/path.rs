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

/// Every file and folder below `folder`, with what is in the files.
fn all_below(folder: &Path) -> Vec<(PathBuf, Option<Vec<u8>>)> {
    let mut found = Vec::new();
    let mut left = vec![folder.to_owned()];
    while let Some(folder) = left.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            let kind = entry.file_type().expect("it has a kind");
            found.push((
                path.clone(),
                kind.is_file().then(|| std::fs::read(&path).expect("a file")),
            ));
            if kind.is_dir() {
                left.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Whatever a name tries, what is written lies in the folder that was given or allowed.
#[test]
fn nothing_is_written_outside() {
    let house = tempfile::tempdir().expect("a folder");
    let (root, outside) = (house.path().join("root"), house.path().join("outside"));
    for folder in [&root, &outside, &root.join("in"), &house.path().join("root-beside")] {
        std::fs::create_dir_all(folder).expect("a folder");
    }
    std::fs::write(outside.join("kept"), "kept").expect("a file");
    for (to, name) in [
        (outside.clone(), "out"),
        (outside.join("kept"), "file-out"),
        (outside.join("new"), "dangling"),
        (PathBuf::from("../outside"), "relative"),
        (PathBuf::from("out/../.."), "winding"),
        (PathBuf::from("loop"), "loop"),
    ] {
        std::os::unix::fs::symlink(to, root.join(name)).expect("a link");
    }
    let outside_text = outside.to_str().expect("a path of text");
    let tails = [
        "../outside/x",
        "../root-beside/x",
        "..\\outside\\x",
        "../../outside/x",
        "....//outside/x",
        "%2e%2e/outside/x",
        "..%2foutside%2fx",
        "..%5coutside%5cx",
        "..;/outside/x",
        ".. /outside/x",
        "..\u{2215}outside/x",
        "..\u{ff0f}outside/x",
        "\u{2024}\u{2024}/outside/x",
        "..\0/outside/x",
        "out/x",
        "out/../x",
        "file-out",
        "dangling",
        "relative/x",
        "winding/outside/x",
        "loop/x",
        "CON",
        "nul.txt",
        "\\\\host\\share\\x",
        "\\\\?\\C:\\x",
        "x:stream",
        "ordinary.txt",
        outside_text,
    ];
    let heads = ["", "in/", "./", "in/../", "in\\", "missing/", "missing/../", "/", "//"];
    let before = all_below(&outside);
    let (mut tried, mut written) = (0, 0);
    for head in heads {
        for tail in tails {
            let name = format!("{head}{tail}");
            let joined = join(&root, &name);
            let meant = allowed(&root.join(&name), std::slice::from_ref(&root));
            for path in [joined, meant].into_iter().flatten() {
                let _ = std::fs::create_dir_all(path.parent().expect("it has a folder"));
                written += usize::from(std::fs::write(&path, "x").is_ok());
            }
            tried += 1;
        }
    }
    assert!(tried >= 200 && written > 0, "{written} of {tried} names");
    assert_eq!(all_below(&outside), before);
    let beside: Vec<_> = std::fs::read_dir(house.path()).expect("a folder").flatten().collect();
    assert_eq!(beside.len(), 3, "{beside:?}");
    assert!(all_below(&house.path().join("root-beside")).is_empty());
}
