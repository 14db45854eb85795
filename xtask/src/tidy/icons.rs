//! Icons that are asked for by name must be in the sprite: a missing one is an empty square.
//!
//! Sees names written out where they are used; one that is put together at run time is not seen.

use std::collections::BTreeSet;

use super::Findings;
use super::tree::{Tree, code_lines};

/// How code names an icon.
const FORMS: [&str; 4] = ["icon=\"", "icon: \"", ".icon(\"", "<Icon name=\""];

/// Every icon that the interface names is in `ui/web/icons.txt`.
pub(crate) fn icons(tree: &Tree) -> Findings {
    let list = tree.files.get("ui/web/icons.txt").map(String::as_str).unwrap_or_default();
    let known: BTreeSet<String> =
        list.lines().map(|line| line.trim().replace("brand:", "brand-")).collect();
    let mut found = Vec::new();
    for (path, text) in tree.rust(&["ui/src/", "crates/"]) {
        for (number, line) in code_lines(text) {
            for name in FORMS.iter().flat_map(|form| names(line, form)) {
                if !known.contains(name) {
                    found.push(format!("{path}:{number}: icon {name} is not in ui/web/icons.txt"));
                }
            }
        }
    }
    found
}

/// The names that follow `form` in `line`; what is not a name is an attribute's other text.
fn names<'a>(line: &'a str, form: &str) -> impl Iterator<Item = &'a str> {
    let ends = line.match_indices(form).map(move |(at, form)| at + form.len());
    let names = ends.filter_map(|at| line[at..].split('"').next());
    let is_name = |name: &&str| !name.is_empty() && name.bytes().all(is_name_byte);
    names.filter(is_name)
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_icon_that_is_not_in_the_sprite_is_found() {
        let tree = Tree::of_files(&[
            ("ui/web/icons.txt", "# ours\nplay\nbrand:github\n"),
            (
                "ui/src/a.rs",
                "//! x\nview! { <Icon name=\"play\"/> <Button icon=\"pley\"/> }\n\
                 x.icon(\"brand-github\"); // .icon(\"not-code\")\nicon: \"{name}\"\n",
            ),
        ]);
        assert_eq!(icons(&tree), ["ui/src/a.rs:2: icon pley is not in ui/web/icons.txt"]);
    }
}
