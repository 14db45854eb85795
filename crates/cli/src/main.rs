//! The `reporunner` command: reads the command line, asks the app, prints the answer.
//!
//! It decides nothing itself. Exit codes: 0 done, 1 the run failed, was cancelled or timed out,
//! 2 bad use or input.

mod arguments;
mod commands;
mod manual;
mod print;

use std::process::ExitCode;
use std::time::Duration;

use clap::{CommandFactory, Parser};

use crate::arguments::{Arguments, Command};
use crate::commands::Outcome;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Asking for help or the version is no error.
            let code = if error.use_stderr() { 2 } else { 0 };
            // There is nowhere left to report that the terminal is gone.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    // The worker must start fast and speaks frames on its standard output: nothing else runs.
    if let Command::Worker = arguments.command {
        reporunner_expression::worker::main_loop();
        return ExitCode::SUCCESS;
    }
    // Only who stays leaves a log; whoever runs a single command reads what it says.
    let stays = matches!(arguments.command, Command::Serve(_));
    let folder = stays.then(|| reporunner_app::data_folder(arguments.data.clone()).ok()).flatten();
    reporunner_app::start_log(folder.as_deref());
    match run(arguments) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Failed) => ExitCode::from(1),
        Err(error) => {
            print::error(&error);
            ExitCode::from(2)
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<Outcome> {
    match arguments.command {
        Command::Completions { shell } => {
            let (mut command, mut script) = (Arguments::command(), Vec::new());
            clap_complete::generate(shell, &mut command, "reporunner", &mut script);
            print::bytes(&script);
            return Ok(Outcome::Done);
        }
        Command::Man(arguments) => return manual::print(&arguments).map(|()| Outcome::Done),
        _ => {}
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(commands::dispatch(arguments.data, arguments.command));
    // A statement that a database is still at work on must not keep the command from ending.
    runtime.shutdown_timeout(Duration::from_secs(2));
    outcome
}
