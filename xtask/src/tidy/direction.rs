//! Who may depend on whom: the table of ARCHITECTURE.md, held against `cargo metadata`.
//!
//! Development dependencies are free and not looked at.

use super::Findings;
use super::allowed::DIFFERENCES;
use super::tree::{Package, Tree};

/// Each room with the rooms it may use. Every room may also use `model`; nothing else is implied.
const TABLE: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("protocol", &[]),
    ("canvas", &[]),
    ("engine", &[]),
    ("store", &[]),
    ("sandbox", &[]),
    ("net", &[]),
    ("expression", &["sandbox"]),
    ("node", &["expression"]),
    ("vault", &["store", "net"]),
    ("nodes", &["node"]),
    ("integrations", &["node", "expression", "net", "store", "vault"]),
    ("n8n", &["expression"]),
    ("collab", &["sandbox", "net", "store"]),
    (
        "runner",
        &[
            "engine",
            "node",
            "nodes",
            "integrations",
            "expression",
            "store",
            "sandbox",
            "net",
            "vault",
        ],
    ),
    (
        "app",
        &[
            "protocol",
            "engine",
            "store",
            "sandbox",
            "net",
            "expression",
            "node",
            "vault",
            "nodes",
            "integrations",
            "n8n",
            "collab",
            "runner",
        ],
    ),
    ("web", &["app", "protocol", "net"]),
    ("desktop", &["app", "model", "protocol"]),
    ("hub", &["app", "web", "collab", "store", "net", "protocol"]),
    ("cli", &["app", "web", "hub", "protocol", "expression", "collab"]),
    (
        "conformance",
        &[
            "app",
            "runner",
            "n8n",
            "testkit",
            "engine",
            "node",
            "nodes",
            "expression",
            "sandbox",
            "store",
            "net",
        ],
    ),
    // For tests only, so it may know any room that a test may; nothing shipped may know it.
    ("testkit", &["protocol", "engine", "store", "node", "expression", "collab", "canvas", "net"]),
    ("ui", &["protocol", "canvas"]),
    ("xtask", &[]),
];

/// Libraries that only some rooms may use, so that what they bring stays replaceable: name (or
/// names that start like it, with `*`), rooms.
const ONE_ROOM: &[(&str, &[&str])] = &[
    ("tauri*", &["desktop"]),
    ("leptos*", &["ui"]),
    ("reactive_stores", &["ui"]),
    ("web-sys", &["ui"]),
    ("rusqlite*", &["store"]),
    ("reqwest*", &["net"]),
    ("automerge", &["collab"]),
    ("hyper*", &["net", "web", "hub"]),
    ("axum*", &["net", "web", "hub"]),
];

/// The rooms that must give the same answer for the same input, on any machine and in a browser.
const PURE: [&str; 4] = ["model", "protocol", "canvas", "engine"];

/// What would let time, chance or the machine into a pure room.
const IMPURE: [&str; 9] =
    ["tokio*", "rand*", "getrandom", "fastrand", "uuid", "chrono", "jiff", "time", "rustix"];

/// Our own packages use each other only as the table says.
pub(crate) fn direction(tree: &Tree) -> Findings {
    let mut found = Vec::new();
    for Package { room, dependencies } in &tree.packages {
        let Some((_, may)) = TABLE.iter().find(|(name, _)| name == room) else {
            found.push(format!("{room} is not in the table of xtask/src/tidy/direction.rs"));
            continue;
        };
        let ours = dependencies.iter().filter_map(|name| name.strip_prefix("reporunner-"));
        for used in ours.filter(|used| !may.contains(used)) {
            let different = DIFFERENCES.iter().any(|(from, to, _)| from == room && *to == used);
            let model = used == "model" && room != "xtask";
            if !different && !model {
                found.push(format!("{room} depends on {used}, which the table does not allow"));
            }
        }
    }
    found
}

/// A difference that nobody uses is taken out.
pub(crate) fn stale_differences(tree: &Tree) -> Findings {
    stale(tree, DIFFERENCES)
}

fn stale(tree: &Tree, differences: &[(&str, &str, &str)]) -> Findings {
    let used = |from: &str, to: &str| {
        let to = format!("reporunner-{to}");
        tree.packages
            .iter()
            .any(|package| package.room == from && package.dependencies.contains(&to))
    };
    let stale = differences.iter().filter(|(from, to, _)| !used(from, to));
    stale
        .map(|(from, to, _)| format!("{from} no longer depends on {to}; remove the entry"))
        .collect()
}

/// A library is used only in the rooms that hide it from the others.
pub(crate) fn one_room(tree: &Tree) -> Findings {
    let mut found = Vec::new();
    for Package { room, dependencies } in &tree.packages {
        for name in dependencies {
            for (pattern, rooms) in ONE_ROOM {
                if matches(pattern, name) && !rooms.contains(&room.as_str()) {
                    found.push(format!("{room} depends on {name}: only {} may", rooms.join(", ")));
                }
            }
        }
    }
    found
}

/// Nothing impure in a pure room.
pub(crate) fn pure_rooms(tree: &Tree) -> Findings {
    let pure = tree.packages.iter().filter(|package| PURE.contains(&package.room.as_str()));
    let mut found = Vec::new();
    for Package { room, dependencies } in pure {
        for name in dependencies {
            if IMPURE.iter().any(|pattern| matches(pattern, name)) {
                found.push(format!("{room} depends on {name}: time and chance are passed in"));
            }
        }
    }
    found
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_against_the_direction_is_found() {
        let tree = Tree::of_packages(&[
            "model: serde",
            "engine: reporunner-model reporunner-store",
            "store: reporunner-model",
            "desktop: reporunner-app tauri",
        ]);
        assert_eq!(direction(&tree), ["engine depends on store, which the table does not allow"]);
    }

    #[test]
    fn xtask_uses_nothing_of_ours_and_a_new_room_needs_a_row() {
        let tree = Tree::of_packages(&["xtask: reporunner-model", "attic: serde"]);
        let found = direction(&tree);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("xtask depends on model") && found[1].starts_with("attic"));
    }

    #[test]
    fn a_difference_that_nobody_needs_is_found() {
        let tree = Tree::of_packages(&["cli: reporunner-net", "hub: reporunner-app"]);
        let differences = [("cli", "net", "used"), ("hub", "n8n", "not used")];
        assert_eq!(stale(&tree, &differences), ["hub no longer depends on n8n; remove the entry"]);
    }

    #[test]
    fn a_library_outside_its_room_is_found() {
        let tree = Tree::of_packages(&["app: tauri-plugin-dialog rusqlite", "store: rusqlite"]);
        assert_eq!(
            one_room(&tree),
            [
                "app depends on tauri-plugin-dialog: only desktop may",
                "app depends on rusqlite: only store may"
            ]
        );
    }

    #[test]
    fn time_in_a_pure_room_is_found() {
        let tree = Tree::of_packages(&["engine: serde tokio-util", "runner: tokio"]);
        assert_eq!(
            pure_rooms(&tree),
            ["engine depends on tokio-util: time and chance are passed in"]
        );
    }
}
