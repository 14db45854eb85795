//! `cargo xtask setup`: installs what building and testing need, by apt.
//!
//! Only what is missing is installed, and apt is not touched when nothing is. Where we may not
//! install, the exact commands are printed and the process leaves with 2.

pub(crate) mod needs;

use std::io::IsTerminal;
use std::process::Command;

use anyhow::{Result, bail};

use crate::sh;
use needs::Need;

/// Something is missing and cannot be installed from here; the process leaves with 2.
#[derive(Debug)]
pub(crate) struct NotPossible(pub(crate) String);

impl std::fmt::Display for NotPossible {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotPossible {}

/// Reads the arguments of `cargo xtask setup`.
pub(crate) fn run(args: &[String]) -> Result<()> {
    if !args.is_empty() {
        return Err(sh::Usage("usage: cargo xtask setup".to_owned()).into());
    }
    ensure(needs::all())?;
    sh::say("everything is here");
    Ok(())
}

/// Installs what of `wanted` is missing.
pub(crate) fn ensure(wanted: Vec<Need>) -> Result<()> {
    let missing: Vec<Need> = wanted.into_iter().filter(|need| !need.is_met()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    for need in &missing {
        sh::say(format!("missing: {} (for {})", need.what, need.why));
    }
    let packages = packages(&missing);
    if !packages.is_empty() {
        install(&packages)?;
    }
    for components in missing.iter().filter_map(|need| need.rustup) {
        sh::run(sh::command("rustup").args(["component", "add", components]))?;
    }
    let still: Vec<&str> =
        missing.iter().filter(|need| !need.is_met()).map(|need| need.what).collect();
    if !still.is_empty() {
        let hint = "`cargo xtask doctor` says what each is for";
        return Err(NotPossible(format!("still missing: {}. {hint}", still.join(", "))).into());
    }
    Ok(())
}

/// The packages of `missing`, each once, in the table's order.
fn packages(missing: &[Need]) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = Vec::new();
    for package in missing.iter().flat_map(|need| need.packages) {
        if !found.contains(package) {
            found.push(package);
        }
    }
    found
}

fn install(packages: &[&str]) -> Result<()> {
    let by_hand = || {
        let list = packages.join(" ");
        NotPossible(format!(
            "these packages cannot be installed from here; run\n\n  apt-get update\n  apt-get \
             install -y --no-install-recommends {list}\n\nas root, or find the same libraries \
             in your system's own packages"
        ))
    };
    if sh::which("apt-get").is_none() {
        return Err(by_hand().into());
    }
    let Some(prefix) = privilege() else { return Err(by_hand().into()) };
    sh::say(format!("installing {} packages by apt", packages.len()));
    // A mirror that is half-way through an update, or another apt that ended badly, breaks the first
    // try and not the second.
    let attempt = || -> Result<()> {
        sh::run(apt(prefix).args(["update", "-q"]))?;
        sh::run(apt(prefix).args(["install", "-y", "-q", "--no-install-recommends"]).args(packages))
    };
    if let Err(first) = attempt() {
        sh::say(format!("{first:#}; once more"));
        if let Err(second) = attempt() {
            bail!("apt did not install what is missing: {second:#}");
        }
    }
    Ok(())
}

/// What goes before `apt-get`: nothing for root, `sudo` where it will not wait for a password that
/// nobody can type, `None` where we may not install.
fn privilege() -> Option<&'static [&'static str]> {
    if sh::probe("id", &["-u"])? == "0" {
        return Some(&[]);
    }
    let may_ask = std::io::stdin().is_terminal() && sh::which("sudo").is_some();
    (may_ask || sh::probe("sudo", &["-n", "true"]).is_some()).then_some(&["sudo"])
}

/// `apt-get` that asks nothing and waits for a dpkg that is at work.
fn apt(prefix: &[&str]) -> Command {
    let words = prefix.iter().chain(&["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    let words: Vec<&str> = words.copied().collect();
    let mut command = sh::command(words[0]);
    command.args(&words[1..]).args(["-o", "DPkg::Lock::Timeout=600"]);
    command.stdin(std::process::Stdio::null());
    command
}

#[cfg(test)]
mod tests {
    use super::needs::{Need, Probe};
    use super::*;

    #[test]
    fn a_package_that_two_needs_share_is_installed_once() {
        let need = |packages| Need { what: "x", why: "y", probes: &[], packages, rustup: None };
        let missing = [need(&["a", "b"]), need(&["b", "c"])];
        assert_eq!(packages(&missing), ["a", "b", "c"]);
    }

    #[test]
    fn what_cannot_be_had_is_named() {
        let need = Need {
            what: "a program that does not exist",
            why: "nothing",
            probes: &[Probe::Program("reporunner-no-such-program")],
            packages: &[],
            rustup: None,
        };
        let error = ensure(vec![need]).unwrap_err();
        assert!(error.is::<NotPossible>());
        assert!(error.to_string().contains("a program that does not exist"));
    }
}
