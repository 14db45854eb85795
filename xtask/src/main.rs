//! `cargo xtask`: everything a developer does to this repository, as one small program.
//!
//! Each command has a file of its own. Nothing here is needed to use the product, and nothing here
//! depends on the product's crates: what is built or measured is started as a process.

mod app;
mod bench;
mod conformance;
mod dist;
mod docs;
mod doctor;
mod screenshots;
mod setup;
mod sh;
mod test;
mod tidy;
mod ui;
mod wasm;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask COMMAND

  app [--release] [-- ARGS]   set up what is missing, build the interface and the window, open it
  test [FILTER]               set up what is missing and pass every test (FILTER: nextest filter words)
  ui [--dev]                  build the interface into ui/dist (--dev: quicker build, larger file)
  setup                       install what building and testing need
  doctor                      say what is missing on this machine, and what it is for
  tidy                        hold the repository against the rules of the house
  docs                        make the pages of docs/nodes from the nodes' descriptions
  screenshots                 make the pictures in docs/screenshots again
  bench [NAME…]               measure the released programs (bench canvas: serve the canvas page)
  conformance DIR             run a folder of cases with expected results, print the scores
  dist                        build the release and its .deb package
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let rest = args.get(1..).unwrap_or_default();
    let result = match args.first().map(String::as_str) {
        Some("app") => app::run(rest),
        Some("test") => test::run(rest),
        Some("ui") => ui::run(rest),
        Some("setup") => setup::run(rest),
        Some("doctor") => doctor::run(rest),
        Some("tidy") => tidy::run(rest),
        Some("docs") => docs::run(rest),
        Some("screenshots") => screenshots::run(rest),
        Some("bench") => bench::run(rest),
        Some("conformance") => conformance::run(rest),
        Some("dist") => dist::run(rest),
        Some("help" | "--help" | "-h") | None => {
            eprint!("{USAGE}");
            return if args.is_empty() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
        Some(other) => Err(sh::Usage(format!("there is no command `{other}`\n\n{USAGE}")).into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            let bad_use = error.is::<sh::Usage>() || error.is::<setup::NotPossible>();
            ExitCode::from(if bad_use { 2 } else { 1 })
        }
    }
}
