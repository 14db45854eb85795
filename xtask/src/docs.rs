//! `cargo xtask docs`: makes the pages of `docs/nodes` from the nodes' descriptions.
//!
//! The test that holds the pages current writes them on request; nothing here knows a node.

use anyhow::Result;

use crate::sh::{self, SELECTION};

/// The test, which writes where it is told to.
const TEST: &str = "every_node_has_a_page_that_says_what_it_is_now";
const WRITE: &str = "REPORUNNER_WRITE_PAGES";

/// Reads the arguments of `cargo xtask docs`.
pub(crate) fn run(args: &[String]) -> Result<()> {
    if !args.is_empty() {
        return Err(sh::Usage("usage: cargo xtask docs".to_owned()).into());
    }
    let mut cargo = sh::cargo();
    cargo.args(["test", "--test", "pages"]).args(SELECTION).args(["--", TEST]);
    sh::run(cargo.env(WRITE, "1"))?;
    sh::say("docs/nodes says what the nodes are");
    Ok(())
}
