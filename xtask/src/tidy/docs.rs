//! Rules about documents: that every crate is described, and that nothing describes what is gone.
//!
//! They do not judge the words.

use std::collections::BTreeSet;

use super::Findings;
use super::tree::Tree;

/// The least lines a README says anything in.
const SHORTEST: usize = 5;

/// Where the folders of one machine or one person are.
const MACHINE: [&str; 6] = ["/root/", "/home/", "/Users/", "/work/", "/workspace/", "/var/tmp/"];

/// Every crate says what it is and what it deliberately does not do.
pub(crate) fn readmes(tree: &Tree) -> Findings {
    let mut found = Vec::new();
    for name in tree.crates() {
        let path = format!("crates/{name}/README.md");
        match tree.files.get(&path) {
            None => found.push(format!("{path} is missing")),
            Some(text) if text.lines().count() < SHORTEST => {
                found.push(format!("{path}: shorter than {SHORTEST} lines"));
            }
            Some(_) => {}
        }
    }
    found
}

/// Every crate has a section or a row in ARCHITECTURE.md, and every one there is a crate.
pub(crate) fn architecture(tree: &Tree) -> Findings {
    let Some(text) = tree.files.get("ARCHITECTURE.md") else {
        return vec!["ARCHITECTURE.md is missing".to_owned()];
    };
    let described: BTreeSet<&str> =
        text.lines().filter_map(described_place).flat_map(crates_in).collect();
    let present: BTreeSet<&str> = tree.crates().into_iter().collect();
    let missing = present.difference(&described);
    let missing = missing.map(|name| format!("ARCHITECTURE.md has no section on crates/{name}"));
    let gone = described.difference(&present);
    let gone =
        gone.map(|name| format!("ARCHITECTURE.md describes crates/{name}, which does not exist"));
    missing.chain(gone).collect()
}

/// Every node that is described has a page in docs/nodes, and every page there is a node's. What
/// the pages say is held by the tests of `nodes`.
pub(crate) fn node_pages(tree: &Tree) -> Findings {
    let sources = tree.files.iter().filter(|(path, _)| path.starts_with("crates/nodes/src/"));
    let described: BTreeSet<&str> = sources.flat_map(|(_, text)| described_nodes(text)).collect();
    let page = |path: &str| Some(path.strip_prefix("docs/nodes/")?.strip_suffix(".md")?.to_owned());
    let pages: BTreeSet<String> =
        tree.files.keys().filter_map(|path| page(path)).filter(|name| name != "README").collect();
    let missing = described.iter().filter(|name| !pages.contains(**name));
    let missing =
        missing.map(|name| format!("docs/nodes/{name}.md is missing: run `cargo xtask docs`"));
    let gone = pages.iter().filter(|name| !described.contains(name.as_str()));
    let gone =
        gone.map(|name| format!("docs/nodes/{name}.md is of no node: run `cargo xtask docs`"));
    missing.chain(gone).collect()
}

/// The names of node types in a source: the first word given to `describe`.
fn described_nodes(source: &str) -> impl Iterator<Item = &str> {
    source.split("describe(").skip(1).filter_map(|rest| {
        let (name, _) = rest.trim_start().strip_prefix('"')?.split_once('"')?;
        Some(name)
    })
}

/// The part of a line that says what is described: a heading, or the first cell of a table's row.
fn described_place(line: &str) -> Option<&str> {
    if line.starts_with('#') {
        return Some(line);
    }
    line.strip_prefix('|')?.split('|').next()
}

/// The names after `crates/` in a text.
fn crates_in(text: &str) -> impl Iterator<Item = &str> {
    text.split("crates/").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
        let name = &rest[..end.unwrap_or(rest.len())];
        (!name.is_empty()).then_some(name)
    })
}

/// What is written for everybody names no folder that only one machine has.
pub(crate) fn no_machine_paths(tree: &Tree) -> Findings {
    let kinds = [".md", ".toml", ".yml", ".json", ".css", ".html", ".js", ".txt"];
    let written = |path: &str| kinds.iter().any(|kind| path.ends_with(kind)) || path == ".ci/run";
    let mut found = Vec::new();
    for (path, text) in tree.files.iter().filter(|(path, _)| written(path)) {
        for (at, line) in text.lines().enumerate() {
            for folder in MACHINE.iter().filter(|folder| names(line, folder)) {
                found.push(format!("{path}:{}: names {folder}, a folder of one machine", at + 1));
            }
        }
    }
    found
}

/// Whether `line` holds `folder` as the start of a path, not inside an address or another path.
fn names(line: &str, folder: &str) -> bool {
    let mut places = line.match_indices(folder);
    places.any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| !(c.is_alphanumeric() || "._-~$}/".contains(c)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = "# a\n\nWhat it is.\n\nHow to test it.\n";

    #[test]
    fn a_crate_without_a_readme_is_found() {
        let tree = Tree::of_files(&[
            ("crates/a/Cargo.toml", ""),
            ("crates/a/README.md", README),
            ("crates/b/Cargo.toml", ""),
            ("crates/c/Cargo.toml", ""),
            ("crates/c/README.md", "# c\n"),
        ]);
        assert_eq!(
            readmes(&tree),
            ["crates/b/README.md is missing", "crates/c/README.md: shorter than 5 lines"]
        );
    }

    #[test]
    fn architecture_and_crates_must_agree() {
        let page = "# House\n## `crates/a`: things\n| `crates/gone` | x |\nprose on crates/other\n| x | crates/b |\n";
        let tree = Tree::of_files(&[
            ("ARCHITECTURE.md", page),
            ("crates/a/Cargo.toml", ""),
            ("crates/b/Cargo.toml", ""),
        ]);
        assert_eq!(
            architecture(&tree),
            [
                "ARCHITECTURE.md has no section on crates/b",
                "ARCHITECTURE.md describes crates/gone, which does not exist"
            ]
        );
        assert_eq!(architecture(&Tree::default()), ["ARCHITECTURE.md is missing"]);
    }

    #[test]
    fn nodes_and_pages_must_agree() {
        let source = "..describe(\"a\", \"A\")\n describe(\n  \"b\",\n) fn describe(\n name: &str)";
        let tree = Tree::of_files(&[
            ("crates/nodes/src/x.rs", source),
            ("docs/nodes/README.md", ""),
            ("docs/nodes/b.md", ""),
            ("docs/nodes/c.md", ""),
        ]);
        assert_eq!(
            node_pages(&tree),
            [
                "docs/nodes/a.md is missing: run `cargo xtask docs`",
                "docs/nodes/c.md is of no node: run `cargo xtask docs`"
            ]
        );
    }

    #[test]
    fn a_path_of_one_machine_is_found() {
        let path = "see /root/x, https://a.example/root/y and $HOME/root/";
        let tree = Tree::of_files(&[("README.md", path), ("src/a.rs", path)]);
        assert_eq!(no_machine_paths(&tree).len(), 1, "{:?}", no_machine_paths(&tree));
    }
}
