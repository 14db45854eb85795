//! `cargo xtask conformance`: runs a folder of cases through the product and prints the scores.
//!
//! The program that does it is a crate of its own; it is built with the selection that everything
//! else is built with, and started in the time zone that the cases were recorded in.

use std::path::Path;

use anyhow::Result;

use crate::sh;

const USAGE: &str = "\
usage: cargo xtask conformance DIR [--kind order|cases|golden|expressions|import|bad]…
                               [--results OUT] [--json]";

/// Reads the arguments of `cargo xtask conformance`.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let Some(folder) = args.first().filter(|arg| !arg.starts_with('-')) else {
        return Err(sh::Usage(USAGE.to_owned()).into());
    };
    // The program starts in the root, whatever folder this was called in.
    let mut arguments = vec![absolute(folder)?];
    let mut rest = args[1..].iter();
    while let Some(arg) = rest.next() {
        arguments.push(arg.clone());
        if let Some(results) = rest.as_slice().first().filter(|_| arg == "--results") {
            arguments.push(absolute(results)?);
            rest.next();
        }
    }
    let program = "reporunner-conformance";
    let build = ["build", "--bin", program];
    sh::run(sh::cargo().args(build).args(sh::SELECTION))?;
    let program = sh::target_dir()?.join("debug").join(program);
    sh::run(sh::command(program).env("TZ", "UTC").args(arguments))
}

fn absolute(path: &str) -> Result<String> {
    Ok(std::path::absolute(Path::new(path))?.to_string_lossy().into_owned())
}
