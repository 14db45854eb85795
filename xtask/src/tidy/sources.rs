//! Rules about source files: their headers and length, and what only one place may do.
//!
//! They look at text, not at meaning: what a rename could hide is left to review.

use super::Findings;
use super::allowed::{CLOCKS, MARKUP};
use super::tree::{Tree, before_tests, code_lines};

/// Everything of ours in Rust.
const ALL: &[&str] = &["crates/", "ui/", "src-tauri/", "xtask/", "tests/"];

/// What ships: not tests, not xtask.
const PRODUCT: &[&str] = &["crates/", "ui/src/", "src-tauri/"];

/// The most lines a file may have before its tests.
const LONGEST: usize = 800;

/// The most lines the shell may have in all.
const SHELL: usize = 500;

/// Every file says what it is on its first line, and is not half finished there.
pub(crate) fn module_headers(tree: &Tree) -> Findings {
    let mut found = Vec::new();
    for (path, text) in tree.rust(ALL) {
        let first = text.lines().next().unwrap_or_default();
        match first.strip_prefix("//!") {
            None => {
                found.push(format!("{path}:1: the first line is not `//!` and what the file is"))
            }
            Some(says) if says.trim().is_empty() => {
                found.push(format!("{path}:1: the header is empty"))
            }
            Some(says) if says.contains("TODO") || says.contains("FIXME") => {
                found.push(format!("{path}:1: a file is finished before its header is written"));
            }
            Some(_) => {}
        }
    }
    found
}

/// A file that one cannot read in one sitting holds more than one thing.
pub(crate) fn file_length(tree: &Tree) -> Findings {
    let files = tree.rust(ALL).filter(|(path, _)| !is_test(path));
    let lengths = files.map(|(path, text)| (path, before_tests(text).lines().count()));
    let long = lengths.filter(|(_, lines)| *lines > LONGEST);
    long.map(|(path, lines)| {
        format!("{path}: {lines} lines, at most {LONGEST}: split it by concept")
    })
    .collect()
}

/// `foo.rs` beside `foo/`, so that every tab of an editor has a name.
pub(crate) fn no_mod_rs(tree: &Tree) -> Findings {
    // A folder of shared test code is a test of its own without `mod.rs`, so there it may be.
    let files = tree.rust(ALL).filter(|(path, _)| path.ends_with("/mod.rs") && !is_test(path));
    files.map(|(path, _)| format!("{path}: name it after its module, beside the folder")).collect()
}

/// The shell holds no logic, and so is short.
pub(crate) fn thin_shell(tree: &Tree) -> Findings {
    let lines: usize = tree.rust(&["src-tauri/"]).map(|(_, text)| text.lines().count()).sum();
    if lines <= SHELL {
        return Vec::new();
    }
    vec![format!("src-tauri/ has {lines} lines, at most {SHELL}: logic belongs in crates/app")]
}

/// Time comes from `model::Clock`; what reads it elsewhere cannot be tested with a fake one.
pub(crate) fn one_clock(tree: &Tree) -> Findings {
    let words =
        ["SystemTime::now", "Instant::now", "tokio::time::", "Timestamp::now", "Zoned::now"];
    let hint = "time comes from `model::Clock`";
    only_in(tree, PRODUCT, &words, &|path| starts_with_any(path, CLOCKS), hint)
}

/// Requests go out through `net`, which checks where they go.
pub(crate) fn one_http_client(tree: &Tree) -> Findings {
    let words = ["reqwest::", "TcpStream::connect"];
    let hint = "the way out is `net`, which checks the connected address";
    only_in(tree, PRODUCT, &words, &|path| path.starts_with("crates/net/"), hint)
}

/// A node gets files by its `Files` handle, which joins paths and checks the folder.
pub(crate) fn nodes_reach_no_files(tree: &Tree) -> Findings {
    let words = ["std::fs", "tokio::fs", "std::path", "PathBuf", "std::process", "std::env"];
    let folders = &["crates/nodes/", "crates/integrations/"];
    only_in(tree, folders, &words, &|_| false, "a node reaches the machine through its context")
}

/// Text from outside never becomes markup, except in a module that cleans it.
pub(crate) fn no_markup_from_strings(tree: &Tree) -> Findings {
    let words = ["inner_html", "insert_adjacent_html", "set_outer_html"];
    let hint = "text becomes markup only in a module that cleans it";
    only_in(tree, &["ui/src/"], &words, &|path| starts_with_any(path, MARKUP), hint)
}

/// Every use of one of `words` in code that is not a test, outside the files that `may`.
fn only_in(
    tree: &Tree,
    folders: &[&str],
    words: &[&str],
    may: &dyn Fn(&str) -> bool,
    hint: &str,
) -> Findings {
    let mut found = Vec::new();
    for (path, text) in tree.rust(folders).filter(|(path, _)| !is_test(path) && !may(path)) {
        for (number, line) in code_lines(before_tests(text)) {
            if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                found.push(format!("{path}:{number}: {word}: {hint}"));
            }
        }
    }
    found
}

fn starts_with_any(path: &str, allowed: &[(&str, &str)]) -> bool {
    allowed.iter().any(|(start, _)| path.starts_with(start))
}

fn is_test(path: &str) -> bool {
    path.starts_with("tests/") || path.contains("/tests/") || path.ends_with("/tests.rs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rule: fn(&Tree) -> Findings, files: &[(&str, &str)], expect: &[&str]) {
        let found = rule(&Tree::of_files(files));
        let starts: Vec<&str> = expect.to_vec();
        assert_eq!(found.len(), starts.len(), "{found:?}");
        for (line, start) in found.iter().zip(starts) {
            assert!(line.starts_with(start), "{line} does not start with {start}");
        }
    }

    #[test]
    fn a_header_is_required() {
        let files = [
            ("crates/a/src/lib.rs", "//! Fine.\n"),
            ("crates/a/src/bare.rs", "use std::io;\n"),
            ("crates/a/tests/empty.rs", "//!\n"),
            ("ui/src/late.rs", "//! TODO: finish\n"),
            ("ui/web/node.js", "no rust"),
        ];
        let expect = ["crates/a/src/bare.rs:1:", "crates/a/tests/empty.rs:1:", "ui/src/late.rs:1:"];
        check(module_headers, &files, &expect);
    }

    #[test]
    fn a_long_file_is_found_and_its_tests_do_not_count() {
        let long = "//! x\n".repeat(801);
        let tested = format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", "//! x\n".repeat(700), long);
        let files = [
            ("crates/a/src/long.rs", long.as_str()),
            ("crates/a/src/tested.rs", tested.as_str()),
            ("crates/a/tests/long.rs", long.as_str()),
        ];
        check(file_length, &files, &["crates/a/src/long.rs: 801 lines"]);
    }

    #[test]
    fn mod_rs_is_found() {
        check(no_mod_rs, &[("crates/a/src/b/mod.rs", "//! b")], &["crates/a/src/b/mod.rs"]);
    }

    #[test]
    fn a_fat_shell_is_found() {
        let half = "//! x\n".repeat(300);
        let one = [("src-tauri/src/lib.rs", half.as_str())];
        check(thin_shell, &one, &[]);
        let two = [("src-tauri/src/lib.rs", half.as_str()), ("src-tauri/src/a.rs", half.as_str())];
        check(thin_shell, &two, &["src-tauri/ has 600 lines"]);
    }

    #[test]
    fn a_second_clock_is_found() {
        let files = [
            (
                "crates/engine/src/run.rs",
                "//! x\n// Instant::now would not do\nlet t = Instant::now();\n",
            ),
            ("crates/net/src/lib.rs", "//! x\nInstant::now()\n"),
            ("crates/engine/tests/run.rs", "//! x\nInstant::now()\n"),
            ("crates/web/src/lib.rs", "//! x\n#[cfg(test)]\nmod tests { Instant::now() }\n"),
        ];
        check(one_clock, &files, &["crates/engine/src/run.rs:3: Instant::now"]);
    }

    #[test]
    fn a_second_client_is_found() {
        let files = [
            ("crates/runner/src/http.rs", "//! x\nlet c = reqwest::Client::new();\n"),
            ("crates/net/src/client.rs", "//! x\nreqwest::Client::new()\n"),
        ];
        check(one_http_client, &files, &["crates/runner/src/http.rs:2: reqwest::"]);
    }

    #[test]
    fn a_node_that_opens_a_file_is_found() {
        let files = [("crates/nodes/src/read_file.rs", "//! x\nuse std::fs;\n")];
        check(nodes_reach_no_files, &files, &["crates/nodes/src/read_file.rs:2: std::fs"]);
    }

    #[test]
    fn markup_from_a_string_is_found() {
        let files = [("ui/src/note.rs", "//! x\nview! { <p inner_html=text/> }\n")];
        check(no_markup_from_strings, &files, &["ui/src/note.rs:2: inner_html"]);
    }
}
