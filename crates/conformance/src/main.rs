//! `reporunner-conformance DIR [--kind KIND]… [--results OUT] [--json]`: prints the scores.
//!
//! The program is also its own worker process. It exits with 0 whatever the scores are.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, bail};
use reporunner_conformance::{Bench, Kind, Score, run};
use reporunner_sandbox::PoolConfig;
use serde_json::{Map, Value};

/// Asks the program to be the worker process.
const WORKER: &str = "worker";
const USAGE: &str = "usage: conformance DIR [--kind order|cases|golden|expressions|import|bad]… \
                     [--results OUT] [--json]";

struct Arguments {
    folder: PathBuf,
    kinds: Vec<Kind>,
    results: Option<PathBuf>,
    json: bool,
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments == [WORKER] {
        reporunner_expression::worker::main_loop();
        return Ok(());
    }
    let arguments = read(arguments)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(score(&arguments))
}

fn read(arguments: Vec<String>) -> anyhow::Result<Arguments> {
    let mut read =
        Arguments { folder: PathBuf::new(), kinds: Vec::new(), results: None, json: false };
    let mut rest = arguments.into_iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--kind" => {
                let name = rest.next().context(USAGE)?;
                read.kinds.push(Kind::named(&name).context(USAGE)?);
            }
            "--results" => read.results = Some(rest.next().context(USAGE)?.into()),
            "--json" => read.json = true,
            _ if argument.starts_with('-') || read.folder != PathBuf::new() => bail!(USAGE),
            _ => read.folder = argument.into(),
        }
    }
    if !read.folder.is_dir() {
        bail!("{} is no folder\n{USAGE}", read.folder.display());
    }
    if read.kinds.is_empty() {
        read.kinds = Kind::ALL.to_vec();
    }
    Ok(read)
}

async fn score(arguments: &Arguments) -> anyhow::Result<()> {
    let bench = Bench::new(PoolConfig::new(std::env::current_exe()?, [WORKER]))?;
    let mut out = std::io::stdout();
    let mut all = Map::new();
    for kind in &arguments.kinds {
        let score = run(&bench, *kind, &arguments.folder, arguments.results.as_deref()).await?;
        if arguments.json {
            all.insert(kind.name().to_owned(), score.to_json());
        } else {
            print(&mut out, *kind, &score)?;
        }
    }
    if arguments.json {
        writeln!(out, "{}", Value::Object(all))?;
    }
    Ok(())
}

fn print(out: &mut impl Write, kind: Kind, score: &Score) -> std::io::Result<()> {
    let held = score.checks.len() - score.failures().count();
    let (cases, checks) = (score.cases, score.checks.len());
    writeln!(
        out,
        "{:12} cases {}/{cases}, checks {held}/{checks}",
        kind.name(),
        score.whole_cases()
    )?;
    let left_out = score.not_ours.len();
    if left_out > 0 {
        let share = 100.0 * left_out as f64 / (left_out + cases) as f64;
        writeln!(out, "             not yet: {left_out} cases ({share:.1} %)")?;
    }
    Ok(())
}
