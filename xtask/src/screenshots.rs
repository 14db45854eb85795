//! `cargo xtask screenshots`: makes the pictures in `docs/screenshots` again.
//!
//! The journey through every screen keeps them on its way; nothing is drawn for the occasion.

use anyhow::{Context, Result};

use crate::setup::{self, needs};
use crate::sh::{self, SELECTION};
use crate::ui::{self, Profile};

/// The journey that sees every screen.
const JOURNEY: &str = "every_screen_in_both_themes";

/// Reads the arguments of `cargo xtask screenshots`.
pub(crate) fn run(args: &[String]) -> Result<()> {
    if !args.is_empty() {
        return Err(sh::Usage("usage: cargo xtask screenshots".to_owned()).into());
    }
    setup::ensure(needs::all())?;
    ui::build(Profile::Release)?;
    let folder = sh::root().join("docs/screenshots");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("{} could not be made", folder.display()))?;
    let mut cargo = sh::cargo();
    // All targets, so that the programs that the journey starts are built too.
    cargo.args(["test", "--all-targets"]).args(SELECTION).args(["--", JOURNEY]);
    sh::run(cargo.env("REPORUNNER_SCREENSHOTS", &folder))
}
