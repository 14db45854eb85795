//! `cargo xtask test`: sets up what is missing, then passes every test, stage by stage.
//!
//! The stages go from quick to slow and stop at the first that fails. The journeys of the root
//! `tests/` are part of the workspace's tests; they start the display and the bus they need
//! themselves.

mod tally;

use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::setup::{self, needs};
use crate::sh::{self, SELECTION};
use crate::ui::{self, Profile};
use crate::{tidy, wasm};
use tally::Tally;

/// The packages that must compile without an operating system.
const PURE: [&str; 4] =
    ["reporunner-model", "reporunner-protocol", "reporunner-canvas", "reporunner-engine"];

/// Reads the arguments of `cargo xtask test`.
pub(crate) fn run(args: &[String]) -> Result<()> {
    if args.iter().any(|arg| arg == "--help") {
        return Err(sh::Usage("usage: cargo xtask test [NEXTEST FILTER…]".to_owned()).into());
    }
    let mut stages = Stages::new();
    stages.run("set-up", |_| setup::ensure(needs::all()))?;
    if args.is_empty() {
        everything(&mut stages)?
    } else {
        some(&mut stages, args)?
    }
    stages.finish();
    Ok(())
}

/// All that must hold before a change goes in.
fn everything(stages: &mut Stages) -> Result<()> {
    stages.run("format", |_| sh::run(sh::cargo().args(["fmt", "--all", "--check"])))?;
    stages.run("tidy", |_| tidy::run(&[]))?;
    stages.run("interface: build", |_| ui::build(Profile::Release))?;
    stages.run("interface: editor tests", |tally| {
        let mut node = sh::command("node");
        node.current_dir(sh::root().join("ui/web")).args(["--test", "template.test.js"]);
        counted(&mut node, tally)
    })?;
    stages.run("pure crates for wasm", |_| {
        let mut cargo = wasm::Toolchain::find()?.cargo("build")?;
        cargo.args(["--profile", "wasm-release", "--lib"]);
        PURE.iter().for_each(|package| _ = cargo.args(["--package", package]));
        sh::run(&mut cargo)
    })?;
    stages.run("clippy", |_| {
        clippy(&SELECTION, &["--all-targets"])?;
        clippy(&["--package", "xtask"], &["--all-targets"])?;
        // Natively: clippy has no standard library for wasm where the target is not installed, and
        // the interface compiles here as well, only it cannot run.
        clippy(&["--package", "reporunner-ui"], &[])
    })?;
    stages.run("tests", |tally| counted(&mut tests(&[]), tally))?;
    stages.run("doctests", |tally| {
        counted(sh::cargo().args(["test", "--doc", "--no-fail-fast"]).args(SELECTION), tally)
    })?;
    stages.run("interface: tests", |tally| {
        counted(sh::cargo().args(["test", "--package", "reporunner-ui"]), tally)
    })?;
    stages.run("tests of xtask", |tally| {
        counted(sh::cargo().args(["test", "--package", "xtask"]), tally)
    })
}

/// Only the tests of the workspace that `filter` names.
fn some(stages: &mut Stages, filter: &[String]) -> Result<()> {
    stages.run("interface: build", |_| ui::build(Profile::Release))?;
    stages.run("tests", |tally| counted(&mut tests(filter), tally))
}

/// The command that runs the workspace's tests: nextest where it is installed.
fn tests(filter: &[String]) -> Command {
    let mut cargo = sh::cargo();
    if sh::probe("cargo", &["nextest", "--version"]).is_some() {
        cargo.args(["nextest", "run", "--no-fail-fast"]).args(SELECTION).args(filter);
    } else {
        cargo
            .args(["test", "--no-fail-fast", "--all-targets"])
            .args(SELECTION)
            .arg("--")
            .args(filter);
    }
    cargo
}

fn clippy(packages: &[&str], targets: &[&str]) -> Result<()> {
    let mut cargo = sh::cargo();
    cargo.arg("clippy").args(packages).args(targets).args(["--", "-D", "warnings"]);
    sh::run(&mut cargo)
}

/// Runs a test program, passes on what it writes and adds its summary to `tally`.
fn counted(command: &mut Command, tally: &mut Tally) -> Result<()> {
    let line = sh::shown(command);
    if std::io::stderr().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    // Both streams in one pipe: nextest sums up on the second, cargo test on the first, and in one
    // pipe the lines keep their order.
    let (reader, writer) = std::io::pipe().context("no pipe")?;
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn().with_context(|| format!("`{line}` could not be started"))?;
    // The command holds our ends of the pipe too; without them the reader sees the end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut err = std::io::stderr();
    for bytes in BufReader::new(reader).split(b'\n') {
        let bytes = bytes?;
        tally.read(&String::from_utf8_lossy(&bytes));
        err.write_all(&bytes)?;
        err.write_all(b"\n")?;
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// The stages so far: their times and what their tests came to.
struct Stages {
    start: Instant,
    times: Vec<(&'static str, f32)>,
    tally: Tally,
}

impl Stages {
    fn new() -> Self {
        Self { start: Instant::now(), times: Vec::new(), tally: Tally::default() }
    }

    fn run(
        &mut self,
        name: &'static str,
        stage: impl FnOnce(&mut Tally) -> Result<()>,
    ) -> Result<()> {
        eprintln!("\n=== {name}");
        let start = Instant::now();
        let result = stage(&mut self.tally);
        let seconds = start.elapsed().as_secs_f32();
        self.times.push((name, seconds));
        match result {
            Ok(()) => {
                eprintln!("=== {name}: passed in {seconds:.1} s");
                Ok(())
            }
            Err(error) if error.is::<setup::NotPossible>() => Err(error),
            Err(error) => {
                eprintln!("\n=== FAILED: {name}, after {seconds:.1} s");
                self.sum_up();
                Err(error.context(format!("the stage `{name}` failed")))
            }
        }
    }

    fn finish(&self) {
        eprintln!("\n=== all stages passed");
        self.sum_up();
    }

    /// The times, then as the last line the sum of all test programs.
    fn sum_up(&self) {
        for (name, seconds) in &self.times {
            eprintln!("  {seconds:>7.1} s  {name}");
        }
        let total = self.start.elapsed().as_secs_f32();
        eprintln!("{}", self.tally.summary(total));
    }
}
