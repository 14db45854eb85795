//! Runs folders of cases with expected results and says how many hold.
//!
//! A kind is a part of such a folder. What a case gave is written at its own relative path below
//! the results, for a referee of somebody else's making; the scores told here follow the same
//! rules. No case is known here by its name.
#![deny(missing_docs)]

mod answers;
mod checks;
mod compare;
mod doubles;
mod files;
mod flows;
mod given;
mod pins;
mod transfers;
mod vectors;

use std::path::Path;

use serde_json::{Value, json};

pub use compare::same;
pub use flows::Bench;
pub use transfers::{Verdict, verdict};

/// The zone of what names none, as in n8n.
const DEFAULT_ZONE: &str = "America/New_York";

/// A part of a folder of cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What each node gives.
    Cases,
    /// In which order the nodes of a workflow run.
    Order,
    /// Whole workflows.
    Golden,
    /// Expressions and what they come to.
    Expressions,
    /// Import and export again.
    Import,
    /// Damaged files.
    Bad,
}

impl Kind {
    /// All, in the order they are run.
    pub const ALL: [Self; 6] =
        [Self::Order, Self::Cases, Self::Golden, Self::Expressions, Self::Import, Self::Bad];

    /// What it is called on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cases => "cases",
            Self::Order => "order",
            Self::Golden => "golden",
            Self::Expressions => "expressions",
            Self::Import => "import",
            Self::Bad => "bad",
        }
    }

    /// The one that is called so.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// One thing that was held against what was expected.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// The case, by its path.
    pub case: String,
    /// What of it: a node's name, `order`, `error`; empty for the whole.
    pub what: String,
    /// The type of the node that it is about.
    pub node_type: String,
    /// Whether it holds.
    pub holds: bool,
    /// Why not.
    pub why: String,
}

/// What a kind came to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Score {
    /// Every check.
    pub checks: Vec<Check>,
    /// Cases left out because a node of theirs is not ours, with that node's type.
    pub not_ours: Vec<(String, String)>,
    /// Cases that were run.
    pub cases: usize,
}

impl Score {
    /// Cases of which every check holds.
    pub fn whole_cases(&self) -> usize {
        let mut failed: Vec<_> = self.failures().map(|check| check.case.as_str()).collect();
        failed.sort_unstable();
        failed.dedup();
        self.cases - failed.len()
    }

    /// The checks that do not hold.
    pub fn failures(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| !check.holds)
    }

    /// The same as JSON.
    pub fn to_json(&self) -> Value {
        let failures: Vec<_> = self
            .failures()
            .map(|check| {
                json!({ "case": check.case, "what": check.what, "type": check.node_type,
                        "why": check.why })
            })
            .collect();
        json!({
            "cases": self.cases,
            "wholeCases": self.whole_cases(),
            "checks": self.checks.len(),
            "held": self.checks.len() - failures.len(),
            "notOurs": self.not_ours,
            "failures": failures,
        })
    }
}

/// Runs one kind of the cases in `folder`; what they gave goes to `results`, where one is given.
///
/// # Errors
/// Where a case cannot be read or a result cannot be written.
pub async fn run(
    bench: &Bench,
    kind: Kind,
    folder: &Path,
    results: Option<&Path>,
) -> anyhow::Result<Score> {
    match kind {
        Kind::Order => bench.score(folder, "n8n-engine-tests", results).await,
        Kind::Cases => bench.score(folder, "n8n-node-cases", results).await,
        Kind::Golden => bench.score(folder, "public-golden", results).await,
        Kind::Expressions => vectors::score(bench.evaluator(), folder, results).await,
        Kind::Import => transfers::import(bench.catalog(), folder, results),
        Kind::Bad => transfers::bad(bench.catalog(), folder, results),
    }
}
