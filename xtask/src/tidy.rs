//! `cargo xtask tidy`: holds the repository against the rules of the house that a program can check.
//!
//! Each rule is one small function from a [`Tree`] to what is wrong in it, with a test that shows it
//! failing on a made-up tree. What needs judgement is left to people; formatting is rustfmt's.

mod allowed;
mod direction;
mod docs;
mod icons;
mod sources;
mod tree;

use anyhow::{Result, bail};

use crate::sh;
use tree::Tree;

/// What a rule found: one line for each, `path:line: what is wrong and what to do`.
type Findings = Vec<String>;

/// What one rule is.
type Rule = fn(&Tree) -> Findings;

/// The rules, by the name that a failure is listed under.
const RULES: &[(&str, Rule)] = &[
    ("direction of dependencies", direction::direction),
    ("differences that are no longer needed", direction::stale_differences),
    ("libraries in their one room", direction::one_room),
    ("pure rooms", direction::pure_rooms),
    ("module headers", sources::module_headers),
    ("file length", sources::file_length),
    ("no mod.rs", sources::no_mod_rs),
    ("a thin shell", sources::thin_shell),
    ("one clock", sources::one_clock),
    ("one HTTP client", sources::one_http_client),
    ("nodes reach no files by themselves", sources::nodes_reach_no_files),
    ("no markup from strings", sources::no_markup_from_strings),
    ("icons are in the sprite", icons::icons),
    ("a README in every crate", docs::readmes),
    ("ARCHITECTURE.md names every crate", docs::architecture),
    ("a page for every node", docs::node_pages),
    ("no path of one machine", docs::no_machine_paths),
];

/// Reads the arguments of `cargo xtask tidy`.
pub(crate) fn run(args: &[String]) -> Result<()> {
    if !args.is_empty() {
        return Err(sh::Usage("usage: cargo xtask tidy".to_owned()).into());
    }
    let findings = check(&Tree::load(&sh::root())?);
    if findings.is_empty() {
        sh::say(format!("{} rules hold", RULES.len()));
        return Ok(());
    }
    for (rule, found) in &findings {
        eprintln!("{rule}:");
        found.iter().for_each(|line| eprintln!("  {line}"));
    }
    let count: usize = findings.iter().map(|(_, found)| found.len()).sum();
    bail!("tidy found {count} things")
}

/// Every rule that something breaks, with what does.
fn check(tree: &Tree) -> Vec<(&'static str, Findings)> {
    let all = RULES.iter().map(|(name, rule)| (*name, rule(tree)));
    all.filter(|(_, found)| !found.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        let tree = Tree::load(&sh::root()).unwrap();
        assert!(tree.packages.len() > 10, "cargo metadata lists our packages");
        let findings = check(&tree);
        assert!(findings.is_empty(), "see `cargo xtask tidy`: {findings:#?}");
    }
}
