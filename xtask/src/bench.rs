//! `cargo xtask bench`: what the product does per second, in how much memory and how soon.
//!
//! Everything is measured on the released programs, from outside: their command line, their webhook
//! port, their window. Each figure is the best of several rounds, and stands beside the goal it is
//! held against. Machines differ and are noisy, so nothing here fails: read the ratios of one run.

mod canvas;
mod graphs;
mod http;
mod product;
mod runs;
mod size;
mod window;

use anyhow::Result;

use crate::setup::{self, needs};
use crate::sh;
use crate::ui::{self, Profile};

const USAGE: &str = "\
usage: cargo xtask bench [runs|webhook|start|window|size]…
       cargo xtask bench canvas [--serve PORT]";

/// Takes some figures.
type Measure = fn(&mut Report) -> Result<()>;

/// What can be measured, in the order it is.
const ALL: [(&str, Measure); 5] = [
    ("runs", runs::runs),
    ("webhook", runs::webhook),
    ("start", runs::start),
    ("window", window::window),
    ("size", size::size),
];

/// Reads the arguments of `cargo xtask bench`.
pub(crate) fn run(args: &[String]) -> Result<()> {
    if args.first().is_some_and(|arg| arg == "canvas") {
        return canvas::run(&args[1..]);
    }
    let known = |arg: &String| ALL.iter().any(|(name, _)| name == arg);
    if !args.iter().all(known) {
        return Err(sh::Usage(USAGE.to_owned()).into());
    }
    setup::ensure(needs::build())?;
    ui::build(Profile::Release)?;
    sh::say("compiling the release (some tens of minutes the first time)");
    sh::run(product::build().args(["--bins", "--examples"]))?;
    let mut report = Report::default();
    for (name, measure) in ALL {
        if args.is_empty() || args.iter().any(|arg| arg == name) {
            sh::say(format!("measuring: {name}"));
            measure(&mut report)?;
        }
    }
    report.print();
    Ok(())
}

/// Which way is better.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Goal {
    AtLeast(f64),
    AtMost(f64),
    /// Only told, for comparison.
    None,
}

/// The figures of one run.
#[derive(Default)]
pub(crate) struct Report(Vec<(String, f64, &'static str, Goal)>);

impl Report {
    pub(crate) fn add(&mut self, name: &str, value: f64, unit: &'static str, goal: Goal) {
        sh::say(format!("{name}: {value:.1} {unit}"));
        self.0.push((name.to_owned(), value, unit, goal));
    }

    #[expect(clippy::print_stdout, reason = "the table is the result")]
    fn print(&self) {
        println!("\n{:<52} {:>12} {:>14} {:>8}", "", "measured", "goal", "ratio");
        for (name, value, unit, goal) in &self.0 {
            let (goal, ratio) = match goal {
                Goal::AtLeast(goal) => (format!(">= {goal}"), format!("{:.2}x", value / goal)),
                Goal::AtMost(goal) => (format!("<= {goal}"), format!("{:.2}x", goal / value)),
                Goal::None => (String::new(), String::new()),
            };
            println!("{name:<52} {:>12} {goal:>14} {ratio:>8}", format!("{value:.1} {unit}"));
        }
        println!("A ratio of 1.00x or more reaches the goal.");
    }
}
